"""Newton iterations for the rating chain, owner effects eliminated by a Schur complement."""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from gunmane.core.deterioration.intervals import Floats, Ints, Sorted
from gunmane.core.deterioration.kernel import accumulate
from gunmane.core.deterioration.shared import Pairs, gathered

_TOLERANCE = 1e-9  # of the Newton decrement, in log-likelihood units
_WARM = 150_000  # above this many rows a tenth is fitted first


class Layout(Struct, frozen=True):
    """Sizes: stages x width coefficients, exit hazards, shared effects, calendar periods, owners."""

    stages: int
    width: int
    exits: int
    periods: int
    groups: int
    shared: int = 0

    @property
    def before_drift(self) -> int:
        """Dense parameters before those of the periods."""
        return self.stages * self.width + self.exits + self.shared


class Penalty(Struct, frozen=True, kw_only=True, eq=False):
    """Normal prior of coefficients and log exits (means, precisions) and how variances are estimated."""

    mean: Floats
    precision: Floats
    group_variance: float | None
    group_guess: float
    group_weight: float
    drift_lengths: Floats
    drift_guess: float
    drift_weight: float
    block: Ints | None = None  # attribute of each shared effect
    block_guess: Floats | None = None  # standard deviation of each attribute's effects, and its weight
    block_weight: float = 2.0


class Solution(Struct, frozen=True, kw_only=True, eq=False):
    """Estimates in the dense order of `ChainFit`, with what is needed to draw from their distribution."""

    dense: Floats
    covariance: Floats
    group_effects: Floats
    group_given: Floats
    group_pull: Floats
    group_sd: float
    drift_sd: float
    shared_sd: Floats
    log_likelihood: float
    marginal: float
    parameters: int
    iterations: int
    converged: bool
    gradient: float


class _Point(Struct, eq=False):
    """Log-likelihood and its derivatives at one place; curvatures are those of minus the log-likelihood."""

    value: float
    slope: Floats
    curve: Floats
    group_slope: Floats
    group_curve: Floats
    cross: Floats


def _operational(layout: Layout, drift: Floats, years: Floats, inside: Floats, first: Ints) -> tuple[Floats, Floats]:
    """Return log operational years and each period's share of them."""
    if layout.periods == 0:
        return np.log(years), inside
    last = layout.periods - 1
    parts = np.empty_like(inside)
    for t in range(inside.shape[0]):
        parts[t] = inside[t] * np.exp(drift[np.minimum(first + t, last)])
    total = parts.sum(axis=0)
    return np.log(total), parts / total


def evaluate(
    order: int,
    data: Sorted,
    layout: Layout,
    dense: Floats,
    effects: Floats,
    first: Ints,
    inside: Floats,
    pairs: Pairs | None = None,
) -> _Point:
    """Call the kernel at `dense` (all dense parameters) and `effects` (owners)."""
    cut = layout.stages * layout.width
    size = cut + layout.exits + layout.periods
    if layout.periods:
        log_years, share = _operational(layout, dense[layout.before_drift :], data.years, inside, first)
    else:
        log_years, share = data.log_years, inside
    slope, curve = np.zeros(size), np.zeros((size, size))
    if pairs is not None:
        effects = pairs.shift(dense[cut + layout.exits : layout.before_drift], effects)
    groups = layout.groups if pairs is None else effects.size
    group_slope, group_curve = np.zeros(groups), np.zeros(groups)
    cross = np.zeros((groups, size))
    value = accumulate(
        order, data.buckets, log_years, data.years, data.weight, data.covariates, data.group, first,
        share, np.ascontiguousarray(dense[:cut]).reshape(layout.stages, layout.width),
        np.exp(dense[cut : cut + layout.exits]), effects, slope, curve, group_slope, group_curve, cross,
    )  # fmt: skip
    if pairs is not None:
        places = np.arange(size + layout.shared)
        own = places[cut + layout.exits : layout.before_drift]
        at = np.setdiff1d(places, own)
        slope, whole, group_slope, group_curve, cross = gathered(
            pairs, at, own, slope, curve, group_slope, group_curve, cross
        )
        return _Point(value, slope, -whole, group_slope, -group_curve, -cross)
    upper = np.triu(curve, 1)
    return _Point(value, slope, -(curve + upper.T), group_slope, -group_curve, -cross)


def start_at(data: Sorted, layout: Layout, penalty: Penalty) -> Floats:
    """Crude starting values: moves out of a stage over years at risk, shrunk to the prior."""
    dense = np.zeros(layout.before_drift + layout.periods)
    moved, at_risk = np.zeros(layout.stages + 1), np.zeros(layout.stages + 1)
    left = np.zeros(layout.stages + 1)
    for i, j, kind, begin, end in data.buckets:
        weight = data.weight[begin:end]
        years = float(weight @ data.years[begin:end])
        if kind == 1:
            left[i] += weight.sum()
            at_risk[i] += years / 2
            continue
        stages = range(i, min(j, layout.stages - 1) + 1)
        for s in stages:
            at_risk[s] += years / len(stages)
            moved[s] += weight.sum() if s < j else 0.0
    base = np.arange(layout.stages) * layout.width
    trust = penalty.precision[base] > 0
    prior = np.where(trust, np.exp(penalty.mean[base]), 0.05)
    dense[base] = np.log((moved[:-1] + 0.5) / (at_risk[:-1] + 0.5 / prior))
    if layout.exits:
        low = layout.stages * layout.width
        years = at_risk + 1.0
        dense[low : low + layout.exits] = np.log((left + 0.05) / years)
    return dense


def _reduction(layout: Layout, ties: Ints | None) -> Floats:
    """Matrix from free parameters to dense ones: ties share a column, the last period is pinned to 0."""
    cut = layout.stages * layout.width
    labels = np.arange(cut) if ties is None else np.unique(ties.reshape(-1), return_inverse=True)[1]
    free = int(labels.max()) + 1 if cut else 0
    extra = layout.exits + layout.shared + max(layout.periods - 1, 0)
    matrix = np.zeros((layout.before_drift + layout.periods, free + extra))
    matrix[np.arange(cut), labels] = 1.0
    matrix[cut + np.arange(extra), free + np.arange(extra)] = 1.0
    return matrix


def _walk(lengths: Floats) -> NDArray[np.float64]:
    """Precision of a random walk over the periods (variance 1 per year between the middles of two periods)."""
    count = lengths.shape[0]
    precision = np.zeros((count, count))
    for t in range(count - 1):
        w = 2.0 / (lengths[t] + lengths[t + 1])
        precision[t, t] += w
        precision[t + 1, t + 1] += w
        precision[t, t + 1] -= w
        precision[t + 1, t] -= w
    return precision


def solve(
    data: Sorted,
    layout: Layout,
    penalty: Penalty,
    ties: Ints | None,
    first: Ints,
    inside: Floats,
    warm: "Solution | None" = None,
    pairs: Pairs | None = None,
) -> Solution:
    """Maximise the penalised likelihood and estimate the variances; see `ChainFit` for what comes back."""
    if warm is None and data.collapsed > _WARM:
        less, few = first[::10].copy(), inside[:, ::10].copy()
        warm = solve(_thin(data, 10), layout, penalty, ties, less, few, pairs=pairs)
    return _Search(data, layout, penalty, ties, first, inside, warm, pairs).run()


def _thin(data: Sorted, step: int) -> Sorted:
    """Every `step`-th row of the sorted data, for starting values."""
    pick = np.arange(0, data.collapsed, step)
    buckets = data.buckets.copy()
    buckets[:, 3:] = np.searchsorted(pick, data.buckets[:, 3:])
    return Sorted(
        buckets=buckets,
        log_years=data.log_years[pick],
        years=data.years[pick],
        weight=data.weight[pick],
        covariates=np.ascontiguousarray(data.covariates[:, pick]),
        group=data.group[pick],
        start=data.start[pick],
        center=data.center,
        scale=data.scale,
        rows=pick.size,
        collapsed=pick.size,
        pairs=data.pairs,
    )


class _Search:
    """State of one maximisation; a class because a dozen arrays live through all iterations."""

    def __init__(
        self, data: Sorted, layout: Layout, penalty: Penalty, ties: Ints | None, first: Ints, inside: Floats,
        warm: Solution | None, pairs: Pairs | None,
    ) -> None:  # fmt: skip
        self.pairs = pairs
        self.data, self.layout, self.penalty = data, layout, penalty
        self.first, self.inside = first, inside
        self.matrix = _reduction(layout, ties)
        size = penalty.mean.size
        self.base = np.zeros(self.matrix.shape[0])
        dense = warm.dense if warm is not None else start_at(data, layout, penalty)
        counts = self.matrix.sum(axis=0)
        self.free = (self.matrix.T @ dense) / np.where(counts > 0, counts, 1.0)
        self.effects = warm.group_effects.copy() if warm is not None else np.zeros(layout.groups)
        self.group_variance = penalty.group_guess**2 if warm is None else warm.group_sd**2
        if penalty.group_variance is not None:
            self.group_variance = penalty.group_variance
        self.drift_variance = penalty.drift_guess**2 if warm is None or warm.drift_sd == 0 else warm.drift_sd**2
        self.mean, self.precision = np.zeros(self.matrix.shape[0]), np.zeros(self.matrix.shape[0])
        self.mean[:size], self.precision[:size] = penalty.mean, penalty.precision
        self.block = np.zeros(0, np.int64) if penalty.block is None else penalty.block
        guess = np.zeros(0) if penalty.block_guess is None else penalty.block_guess**2
        self.block_guess = guess
        self.block_variance = guess.copy() if warm is None else np.maximum(warm.shared_sd**2, 1e-6)
        self.shared = slice(size - layout.shared, size)
        self.precision[self.shared] = 1.0 / self.block_variance[self.block]
        self.walk = np.zeros((self.matrix.shape[0], self.matrix.shape[0]))
        if layout.periods:
            self.walk[size:, size:] = _walk(penalty.drift_lengths)

    def evaluate(self, free: Floats, effects: Floats) -> _Point:
        dense = self.matrix @ free
        return evaluate(2, self.data, self.layout, dense, effects, self.first, self.inside, self.pairs)

    @property
    def variances(self) -> Floats:
        """All variances that are estimated."""
        return np.array([self.group_variance, self.drift_variance, *self.block_variance])

    def penalised(self, point: _Point, free: Floats, effects: Floats) -> float:
        dense = self.matrix @ free
        away = dense - self.mean
        value = point.value - 0.5 * float(away @ (self.precision * away))
        value -= 0.5 * float(dense @ self.walk @ dense) / self.drift_variance
        if self.layout.groups and self.group_variance > 0:
            value -= 0.5 * float(effects @ effects) / self.group_variance
        return value

    def system(self, point: _Point) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        """Gradient and curvature of the penalised objective in free parameters, and those of the owners."""
        dense = self.matrix @ self.free
        slope = point.slope - self.precision * (dense - self.mean) - self.walk @ dense / self.drift_variance
        curve = point.curve + np.diag(self.precision) + self.walk / self.drift_variance
        variance = max(self.group_variance, 1e-12)
        group_slope = point.group_slope - self.effects / variance
        group_curve = np.maximum(point.group_curve, 0.0) + 1.0 / variance
        m = self.matrix
        return m.T @ slope, m.T @ curve @ m, group_slope, group_curve, point.cross @ m

    def run(self) -> Solution:
        point = self.evaluate(self.free, self.effects)
        converged, iteration = False, 0
        while iteration < 60 and not converged:
            iteration += 1
            before = self.variances
            step, group_step, decrement = self.direction(point)
            moved = np.abs(np.log(np.maximum(self.variances, 1e-12) / np.maximum(before, 1e-12)))
            converged = decrement < _TOLERANCE and float(moved.max()) < 1e-7
            if not converged:
                point = self.move(point, step, group_step, decrement)
        return self.solution(point, converged, iteration)

    def direction(self, point: _Point) -> tuple[Floats, Floats, float]:
        """Newton step and the variances that fit it; these are iterated on the quadratic model, at no evaluation."""
        step, group_step, decrement = np.zeros(0), np.zeros(0), 0.0
        passed: list[Floats] = [np.log(np.maximum(self.variances, 1e-12))]
        for _ in range(200):
            slope, curve, group_slope, group_curve, cross = self.system(point)
            pull = cross / group_curve[:, None]
            factor = _factor(curve - cross.T @ pull)
            step = cho_solve(factor, slope - pull.T @ group_slope)
            group_step = group_slope / group_curve - pull @ step
            decrement = float(slope @ step + group_slope @ group_step)
            large = max(float(np.abs(step).max(initial=0.0)), float(np.abs(group_step).max(initial=0.0))) > 1.0
            if large or self.update_variances(factor, pull, group_curve, step, group_step):
                break
            passed.append(np.log(np.maximum(self.variances, 1e-12)))
            if len(passed) == 4:
                self.leap(passed)
                passed = [np.log(np.maximum(self.variances, 1e-12))]
        return step, group_step, decrement

    def move(self, point: _Point, step: Floats, group_step: Floats, decrement: float) -> _Point:
        """Take the Newton step, shortened until the objective does not fall."""
        size = min(
            1.0, 3.0 / max(float(np.abs(step).max(initial=0.0)), float(np.abs(group_step).max(initial=0.0)), 1e-9)
        )
        before = self.penalised(point, self.free, self.effects)
        for _ in range(30):
            free, effects = self.free + size * step, self.effects + size * group_step
            trial = self.evaluate(free, effects)
            after = self.penalised(trial, free, effects)
            if after >= before + 1e-4 * size * decrement - 1e-9 * (1.0 + abs(before)):
                self.free, self.effects = free, effects
                return trial
            size *= 0.4
        return point

    def update_variances(
        self, factor: "tuple[Floats, bool]", pull: Floats, group_curve: Floats, step: Floats, group_step: Floats
    ) -> bool:
        """One Fellner-Schall update of the owner and drift variances; tells whether they have settled."""
        settled = True
        inverse = cho_solve(factor, np.eye(factor[0].shape[0]), check_finite=False)
        if self.layout.groups and self.penalty.group_variance is None:
            spread = 1.0 / group_curve + ((pull @ inverse) * pull).sum(axis=1)
            old, guess, weight = self.group_variance, self.penalty.group_guess**2, self.penalty.group_weight
            known = max(self.layout.groups - float(spread.sum()) / old, 0.0)
            effects = self.effects + group_step
            new = (float(effects @ effects) + weight * guess) / (known + weight)
            self.group_variance = float(np.clip(new, 1e-8, 25.0))
            settled = abs(np.log(self.group_variance / old)) < 1e-9
        if self.layout.shared == 0 and self.layout.periods <= 1:
            return settled
        size = self.penalty.mean.size
        dense = self.matrix @ (self.free + step)
        covariance = self.matrix @ inverse @ self.matrix.T
        if self.layout.shared:
            settled = self.update_blocks(dense[self.shared], np.diag(covariance)[self.shared]) and settled
        if self.layout.periods > 1:
            walk = self.walk[size:, size:]
            old, guess, weight = self.drift_variance, self.penalty.drift_guess**2, self.penalty.drift_weight
            known = max(self.layout.periods - 1 - float((walk * covariance[size:, size:]).sum()) / old, 0.0)
            new = (float(dense[size:] @ walk @ dense[size:]) + weight * guess) / (known + weight)
            self.drift_variance = float(np.clip(new, 1e-7, 4.0))
            settled = settled and abs(np.log(self.drift_variance / old)) < 1e-9
        return settled

    def leap(self, passed: list[Floats]) -> None:
        """Go on to where a geometric series of updates ends (Aitken's delta-squared process), by 20 at most."""
        first, second = passed[-2] - passed[-3], passed[-1] - passed[-2]
        ratio = np.divide(second, first, out=np.zeros_like(first), where=np.abs(first) > 1e-13)
        further = np.where((ratio > 0) & (ratio < 0.999), second * ratio / (1.0 - np.minimum(ratio, 0.999)), 0.0)
        group, drift, *blocks = np.exp(np.clip(further, -3.0, 3.0))
        if self.penalty.group_variance is None:
            self.group_variance = float(np.clip(self.group_variance * group, 1e-8, 25.0))
        self.drift_variance = float(np.clip(self.drift_variance * drift, 1e-7, 4.0))
        self.block_variance = np.clip(self.block_variance * np.array(blocks), 1e-6, 9.0)
        self.precision[self.shared] = 1.0 / self.block_variance[self.block]

    def update_blocks(self, effects: Floats, spread: Floats) -> bool:
        """The same update of the variances of shared effects, attribute by attribute."""
        count, old = self.block_guess.size, self.block_variance
        known = np.maximum(np.bincount(self.block, 1.0 - spread / old[self.block], count), 0.0)
        weight = self.penalty.block_weight
        new = (np.bincount(self.block, effects**2, count) + weight * self.block_guess) / (known + weight)
        self.block_variance = np.clip(new, 1e-6, 9.0)
        self.precision[self.shared] = 1.0 / self.block_variance[self.block]
        return bool(np.abs(np.log(self.block_variance / old)).max(initial=0.0) < 1e-9)

    def solution(self, point: _Point, converged: bool, iterations: int) -> Solution:
        slope, curve, group_slope, group_curve, cross = self.system(point)
        pull = cross / group_curve[:, None]
        reduced = curve - cross.T @ pull
        factor = _factor(reduced)
        covariance = cho_solve(factor, np.eye(reduced.shape[0]))
        scaled = np.concatenate(
            [np.abs(slope) * np.sqrt(np.diag(covariance)), np.abs(group_slope) / np.sqrt(group_curve)]
        )
        m = self.matrix
        prior_logdet = float(np.log(self.precision[self.precision > 0]).sum())
        if self.layout.groups:
            prior_logdet -= self.layout.groups * np.log(max(self.group_variance, 1e-12))
        if self.layout.periods > 1:
            prior_logdet -= (self.layout.periods - 1) * np.log(self.drift_variance)
        logdet = 2.0 * float(np.log(np.diag(factor[0])).sum()) + float(np.log(group_curve).sum())
        return Solution(
            dense=m @ self.free,
            covariance=m @ covariance @ m.T,
            group_effects=self.effects,
            group_given=1.0 / group_curve,
            group_pull=(cross / group_curve[:, None]) @ np.linalg.pinv(m),
            group_sd=float(np.sqrt(self.group_variance)) if self.layout.groups else 0.0,
            drift_sd=float(np.sqrt(self.drift_variance)) if self.layout.periods > 1 else 0.0,
            shared_sd=np.sqrt(self.block_variance),
            log_likelihood=point.value,
            marginal=self.penalised(point, self.free, self.effects) + 0.5 * (prior_logdet - logdet),
            parameters=m.shape[1],
            iterations=iterations,
            converged=converged,
            gradient=float(scaled.max(initial=0.0)),
        )


def _factor(matrix: Floats) -> "tuple[Floats, bool]":
    """Cholesky factor; a matrix that is not positive definite is lifted until it is."""
    lift = 0.0
    scale = float(np.abs(np.diag(matrix)).max(initial=1e-12))
    while True:
        try:
            factor: tuple[Floats, bool] = cho_factor(matrix + lift * np.eye(matrix.shape[0]), lower=True)
            return factor
        except np.linalg.LinAlgError:
            lift = max(lift * 10.0, 1e-10 * scale)
