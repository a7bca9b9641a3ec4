"""The smoothed Lagrangian dual of the portfolio problem, maximised by projected Newton steps.

For asset i with reduced values r_j = v_j + price . use_j the minimum over j is replaced by
-tau log sum_j exp(-r_j / tau), tau = temperature x the asset's largest cost. Its gradient is the expected use by
the soft choice p_j ~ exp(-r_j / tau), its curvature -Cov_p(use) / tau: one pass over the assets gives the exact
dual, the smoothed dual, its gradient and its Hessian. Assets are summed in a fixed number of
blocks, so that the answer does not depend on the number of threads.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import msgspec
import numpy as np
from msgspec import Struct
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from gunmane.core.plan.instances import Instance
from gunmane.core.plan.softmin import sweep
from gunmane.core.stock import Array, Floats

BLOCKS = 32
SAMPLE = 10_000
COARSE = (0.3, 0.1, 0.03, 0.01)
MIDDLE = (0.01, 0.003)
FINE = (0.003, 0.001, 0.0003, 0.0001, 3e-5, 1e-5, 3e-6)
MANY, FINE_ENOUGH = 200_000, 2e-4
LARGE, ENOUGH = 20_000, 2e-7  # from so many assets on, finer temperatures end when the bound gains so little
STEPS = 40
FIRST_DAMPING, LEAST_DAMPING = 1e-4, 1e-10
PATIENCE = 3
NOTHING = 1e-10  # gain of a step, relative to the dual
THREADS = 2
MOST_NUMBERS = 20_000_000  # of all blocks' curvatures together

Stop = tuple[Callable[[], float], float] | None
"""A clock and its last moment."""


class Prices(Struct, frozen=True, eq=False):
    """Prices of the resources, yen per yen or per hour: `money[T]`, `hours[T]`, `groups[R, T]`; all >= 0."""

    money: Floats
    hours: Floats
    groups: Floats


class _Pass(Struct, frozen=True, eq=False):
    """One look at all assets: exact and smoothed dual without the budget term, use and its covariance."""

    exact: float
    smooth: float
    money: Floats  # [P, T] by kind
    hours: Floats  # [T]
    curve: Floats  # [P, 2T, 2T], sum of Cov / tau


class _Data(Struct, frozen=True, eq=False):
    value: Array
    keep: Floats
    cost: Floats
    hours: Floats
    kind: Array
    scale: Floats


class _Limits(Struct, frozen=True, eq=False):
    """All limits as one vector: money [T], hours [T], groups [R T]; inf where there is none, or it is nothing.

    `rows[P, K]` are the groups of each kind of asset.
    """

    vector: Floats
    years: int
    groups: int
    rows: Array

    def split(self, x: Floats) -> Prices:
        years = self.years
        return Prices(x[:years], x[years : 2 * years], x[2 * years :].reshape(self.groups, years))


def _look(data: _Data, limits: _Limits, x: Floats, temperature: float, curved: bool) -> _Pass:
    """Look at all assets once, in blocks on two threads; the blocks are summed in their order."""
    prices = limits.split(x)
    combined = combined_prices(prices, limits.rows)
    hours = np.ascontiguousarray(prices.hours)
    n, years, kinds = len(data.keep), limits.years, len(limits.rows)
    blocks = max(2, min(BLOCKS, MOST_NUMBERS // (kinds * 4 * years * years))) if n > SAMPLE // 2 else 1

    def block(b: int) -> tuple[Floats, Floats, Floats, Floats]:
        parts = (
            np.zeros(2),
            np.zeros((kinds, years)),
            np.zeros(years),
            np.zeros((kinds if curved else 1, 2 * years, 2 * years)),
        )
        sweep(
            b * n // blocks, (b + 1) * n // blocks, data.value, data.keep, data.cost, data.hours, data.kind,
            data.scale, combined, hours, temperature, curved, *parts,
        )  # fmt: skip
        return parts

    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(block, range(blocks))) if blocks > 1 else [block(0)]
    sums, money, effort, curve = (np.sum([part[k] for part in found], axis=0) for k in range(4))
    return _Pass(float(sums[0]), float(sums[1]), money, effort, curve)


def combined_prices(prices: Prices, rows: Array) -> Floats:
    """Return what a yen costs an asset of each kind in each year, [P, T]: everybody's price and its groups'."""
    return np.ascontiguousarray(prices.money + prices.groups[rows].sum(axis=1))


def kinds_of(group: Array) -> tuple[Array, Array]:
    """Return the distinct combinations of groups [P, K] and the kind of each asset [n]."""
    rows, kind = np.unique(group, axis=0, return_inverse=True)
    return rows, np.ascontiguousarray(kind.reshape(-1))


def _gradient(found: _Pass, limits: _Limits) -> Floats:
    groups = np.zeros((limits.groups, limits.years))
    for k in range(limits.rows.shape[1]):
        np.add.at(groups, limits.rows[:, k], found.money)
    use = np.concatenate([found.money.sum(axis=0), found.hours, groups.ravel()])
    return np.where(np.isfinite(limits.vector), use - np.where(np.isfinite(limits.vector), limits.vector, 0), 0.0)


def _hessian(found: _Pass, limits: _Limits) -> Floats:
    """Assemble minus the Hessian over (money, hours, groups) from the covariances of the kinds of assets."""
    years = limits.years
    size = len(limits.vector)
    whole = np.zeros((size, size))
    whole[: 2 * years, : 2 * years] = found.curve.sum(axis=0)
    for p, groups in enumerate(limits.rows):
        own = [slice((2 + g) * years, (3 + g) * years) for g in groups.tolist()]
        for a in own:
            whole[a, : 2 * years] += found.curve[p, :years, :]
            whole[: 2 * years, a] += found.curve[p, :, :years]
            for b in own:
                whole[a, b] += found.curve[p, :years, :years]
    return whole


def _paid(x: Floats, limits: _Limits) -> float:
    return float((x * np.where(np.isfinite(limits.vector), limits.vector, 0.0)).sum())


def _solved(matrix: Floats, right: Floats) -> Floats:
    """Solve a positive definite system, by elimination where rounding spoils that."""
    try:
        return np.asarray(cho_solve(cho_factor(matrix, check_finite=False), right, check_finite=False))
    except LinAlgError:
        return np.asarray(np.linalg.solve(matrix, right), dtype=np.float64)


def _nonnegative(matrix: Floats, right: Floats, free: Array) -> Floats:
    """Return z >= 0 with least z'Az / 2 - b'z, A positive definite; starts from the coordinates that are `free`.

    Block principal pivoting (Judice & Pires 1994): all coordinates with a wrong sign change sides at once, one at a
    time when that does not lessen their number.
    """
    size = len(right)
    free, z = free.copy(), np.zeros(size)
    fewest, patience = size + 1, PATIENCE
    for _ in range(20 * size + 20):
        at = np.flatnonzero(free)
        z[:] = 0.0
        z[at] = _solved(matrix[np.ix_(at, at)], right[at])
        slope = matrix[:, at] @ z[at] - right
        noise = 1e-10 * (np.abs(z).max(initial=0.0) + 1e-300), 1e-10 * (np.abs(right).max(initial=0.0) + 1e-300)
        wrong = np.flatnonzero(np.where(free, z < -noise[0], slope < -noise[1]))
        if not len(wrong):
            break
        if len(wrong) < fewest:
            fewest, patience = len(wrong), PATIENCE
        elif patience > 0:
            patience -= 1
        else:
            wrong = wrong[-1:]
        free[wrong] = ~free[wrong]
    return np.maximum(z, 0.0)


def _step(
    curve: Floats, limits: _Limits, x: Floats, gradient: Floats, scale: Floats, damping: float
) -> tuple[Floats, float]:
    """Return the prices >= 0 that maximise the damped quadratic model, and the gain that the model promises.

    Limits that say the same twice (the region's money is the sum of its owners') leave directions without curvature:
    the damping, by each price's own curvature (Marquardt), keeps the step finite there.
    """
    used = np.flatnonzero(np.isfinite(limits.vector))
    weight = scale[used]
    matrix = curve[np.ix_(used, used)] * weight[:, None] * weight
    diagonal = np.diag(matrix)
    ridge = damping * (diagonal + 1e-6 * float(diagonal.mean())) + 1e-300
    before = x[used] / weight
    pull = gradient[used] * weight
    whole = matrix + np.diag(ridge)
    after = _nonnegative(whole, pull + whole @ before, before > 0)
    change = after - before
    result = x.copy()
    result[used] = after * weight
    return result, float(pull @ change - 0.5 * change @ matrix @ change)


def _climb(
    data: _Data, limits: _Limits, x: Floats, temperature: float, tolerance: float, stop: Stop = None
) -> Floats:
    """Maximise the smoothed dual at one temperature from x; stops when the relative misuse is below `tolerance`."""
    limited = np.isfinite(limits.vector)
    scale = np.where(limited, np.maximum(limits.vector, 1e-9), 1.0)
    if not limited.any() or over(stop):
        return x
    found = _look(data, limits, x, temperature, True)
    damping = FIRST_DAMPING
    for _ in range(STEPS):
        gradient = _gradient(found, limits)
        free = limited & ((x > 0) | (gradient > 0))
        if np.abs(gradient[free] / scale[free]).max(initial=0.0) < tolerance:
            break
        curve = _hessian(found, limits)
        height = found.smooth - _paid(x, limits)
        while not over(stop):
            trial, promised = _step(curve, limits, x, gradient, 1.0 / scale, damping)
            # Limits that are not reached keep a misuse although nothing can be gained any more.
            if promised <= NOTHING * abs(height):
                return x
            look = _look(data, limits, trial, temperature, True)
            kept = (look.smooth - _paid(trial, limits) - height) / promised
            if kept > 0.75:
                damping = max(0.1 * damping, LEAST_DAMPING)
            elif kept < 0.25:
                damping *= 10.0
            if kept > 1e-3:
                x, found = trial, look
                break
            if damping > 1e6:
                return x
        if over(stop):
            break
    return x


def _scales(instance: Instance) -> Floats:
    """Return each asset's scale of temperature: its largest cost, in the unit of values.

    Values may be in another unit than costs (points of risk against yen): the median gain of the best measure for
    its cost, over some thousand assets, is the rate of exchange.
    """
    scale = np.maximum(instance.cost.max(axis=1, initial=0.0), 1e-9)
    scale = np.where(scale > 1e-9, scale, max(float(np.median(scale)), 1e-9))
    rows = slice(None, None, max(1, instance.size // 5_000))
    best = instance.value[rows].min(axis=2, initial=np.inf).astype(np.float64)
    gain = np.where(np.isfinite(instance.keep[rows])[:, None], instance.keep[rows][:, None], 0.0) - best
    good = (gain > 0) & (instance.cost[rows] > 0) & np.isfinite(instance.keep[rows])[:, None]
    rate = float(np.median(gain[good] / instance.cost[rows][good])) if good.any() else 1.0
    return scale * max(rate, 1e-300)


def ascend(instance: Instance, seed: int, stop: Stop = None, least: float = 0.0) -> Prices:
    """Return prices near the maximum of the dual: coarse temperatures on samples, fine ones on all assets.

    With `stop` (a clock and its last moment) the best prices so far come back when the time is up; any prices give
    a bound. No temperature below `least` is looked at.
    """
    n, groups = instance.size, len(instance.group_budget)
    rows, kind = kinds_of(instance.group)
    vector = np.concatenate([instance.budget, instance.hours_cap, instance.group_budget.ravel()])
    # What a limit of nothing allows uses nothing: it needs no price.
    vector = np.where(vector > 0, vector, np.inf)
    limits = _Limits(vector, instance.years, groups, rows)
    data = _Data(instance.value, instance.keep, instance.cost, instance.hours, kind, _scales(instance))
    x = _begin(instance, limits, seed, stop)
    size = max(SAMPLE, 200 * len(rows))
    random = np.random.default_rng(seed)
    begun = bool(x.any())
    coarse = [COARSE[-1]] if begun else list(COARSE)
    # At the coarse temperatures a sample tells the prices well enough, a larger one at those between.
    for factor, temperatures in ((1, coarse), (10, MIDDLE)):
        # A sample of each group's assets is small, and its musts may need more than its share of the money.
        if n > 2 * factor * size and not (begun and n <= MANY):
            part, small = _part(data, limits, np.sort(random.choice(n, factor * size, replace=False)))
            trial = x
            for temperature in temperatures:
                trial = _climb(part, small, trial, temperature, 1e-3, stop)
            x = _higher(data, limits, x, trial, temperatures[-1])
            coarse = []
    if begun and n <= MANY:
        coarse = [COARSE[-1], MIDDLE[-1]]
    for temperature in coarse:
        x = _climb(data, limits, x, temperature, 1e-3, stop)
    if over(stop):
        return limits.split(x)
    best, top = x, -np.inf
    for temperature in FINE:
        # Below this temperature too few assets are undecided for the smoothed dual to have a curvature.
        # With many assets the gap is far below what matters before that, and each pass takes long.
        if temperature < least or temperature * n < 0.01 or (n > MANY and temperature < FINE_ENOUGH):
            break
        if n > 20 * size and temperature >= MIDDLE[-1]:
            continue
        x = _climb(data, limits, x, temperature, 1e-4, stop)
        exact = _look(data, limits, x, temperature, False).exact - _paid(x, limits)
        gained = exact - top
        if gained > 0:
            best, top = x, exact
        if over(stop) or (n > LARGE and gained <= ENOUGH * abs(exact)):
            break
    return limits.split(best)


def _higher(data: _Data, limits: _Limits, before: Floats, after: Floats, temperature: float) -> Floats:
    """Return the prices with the greater smoothed dual over all assets."""
    low, high = (_look(data, limits, x, temperature, False).smooth - _paid(x, limits) for x in (before, after))
    return after if high >= low else before


def _begin(instance: Instance, limits: _Limits, seed: int, stop: Stop) -> Floats:
    """Return prices to start from: nothing, or with groups those of all groups' money taken together.

    Nearly every group then pays the right price at once, where from nothing Newton steps would go astray.
    """
    x = np.zeros(len(limits.vector))
    years = instance.years
    limited = np.isfinite(limits.vector[2 * years :]).reshape(-1, years)
    if not limited.any():
        return x
    columns = [np.unique(instance.group[:, k]) for k in range(instance.group.shape[1])]
    ways = [np.where(limited[rows].all(axis=0), instance.group_budget[rows].sum(axis=0), np.inf) for rows in columns]
    least = np.minimum.reduce([instance.budget, *ways])
    merged = msgspec.structs.replace(
        instance, budget=least, group=np.zeros((instance.size, 1), np.int64), group_budget=np.full((1, years), np.inf)
    )
    prices = ascend(merged, seed, stop, MIDDLE[-1])
    x[years : 2 * years] = prices.hours
    spread = x[2 * years :].reshape(-1, years)
    for t in range(years):
        tight = [k for k, way in enumerate(ways) if way[t] <= least[t] and np.isfinite(way[t])]
        if tight:
            spread[columns[tight[0]], t] = prices.money[t]
        else:
            x[t] = prices.money[t]
    return np.where(np.isfinite(limits.vector), x, 0.0)


def _part(data: _Data, limits: _Limits, rows: Array) -> tuple[_Data, _Limits]:
    columns = (data.value, data.keep, data.cost, data.hours, data.kind, data.scale)
    share = len(rows) / len(data.keep)
    return (
        _Data(*(column[rows] for column in columns)),
        _Limits(limits.vector * share, limits.years, limits.groups, limits.rows),
    )


def over(stop: Stop) -> bool:
    """Say whether the time is up."""
    return stop is not None and stop[0]() >= stop[1]
