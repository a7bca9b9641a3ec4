"""Forecasts of a fitted chain: probability of reaching the bad grade, with its band, and the years that remain."""

from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from gunmane.core.deterioration.chain import ChainFit
from gunmane.core.deterioration.intervals import Floats, Ints
from gunmane.core.deterioration.kinds import sort_out
from gunmane.core.deterioration.passage import forecast, lifetimes
from gunmane.core.deterioration.shared import merged

LONGEST = 300.0
"""Years beyond which a remaining life is not told apart."""

_Z80 = 1.2815515655446004
_GRID = np.concatenate([0.1 * 1.28 ** np.arange(32), [LONGEST]])
_WORK = 60_000_000  # evaluations after which the number of draws is cut, about two seconds


class Draws(Struct, frozen=True, eq=False):
    """Parameter draws from the Laplace posterior; mirrored pairs, the last column of `effects` is an unseen owner."""

    coefficients: Floats  # draws x (stages * width)
    exits: Floats  # draws x states, hazards; or draws x 0
    jumps: Floats  # draws x stages x states, hazards; or draws x stages x 0
    effects: Floats  # draws x (groups + 1)
    shared: Floats  # draws x shared effects
    drift: Floats  # draws x periods
    future: Floats  # draws x years, log speed of the coming years


class Forecasts(Struct, frozen=True, kw_only=True, eq=False):
    """Forecasts of N assets held as K kinds of equal assets; `kind[n]` is the row of asset n.

    probability, low, high: K x horizons, P(bad by horizon) with its 80 % band (parameters and owner effect, not
    chance). now: K, P(bad already today). median, life_low, life_high: K, years from the last look until the bad
    grade, median and 80 % predictive band; `LONGEST` where beyond. yearly: K x draws, the level yearly
    probability of entry over `years` discounted years, one column per shared draw. since: N, years since the last
    look (rounded as the forecast used it).
    """

    horizons: tuple[float, ...]
    kind: NDArray[np.int32]
    probability: Floats
    low: Floats
    high: Floats
    now: Floats
    median: Floats
    life_low: Floats
    life_high: Floats
    yearly: Floats
    basis: NDArray[np.int8]  # N
    since: NDArray[np.float32]  # N
    years: int
    discount: float
    managed: bool
    draws: int

    def remaining(self) -> tuple[Floats, Floats, Floats]:
        """Years from today: median, low, high per asset, never below 0."""
        columns = (self.median, self.life_low, self.life_high)
        median, low, high = (
            np.where(c[self.kind] >= LONGEST, LONGEST, np.maximum(c[self.kind] - self.since, 0.0)) for c in columns
        )
        return median, low, high


def draw(fit: ChainFit, count: int, seed: int, years: int = 0) -> Draws:
    """Draw parameters; `count` is rounded up to an even number, `years` is how far the drift is continued."""
    generator = np.random.default_rng(seed)
    half = (count + 1) // 2
    values, vectors = np.linalg.eigh(fit.covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))

    def mirrored(*shape: int) -> Floats:
        normal = generator.standard_normal((half, *shape))
        return np.concatenate([normal, -normal])

    away = mirrored(root.shape[1]) @ root.T
    given = mirrored(fit.groups) * np.sqrt(fit.group_given)
    effects = fit.group_effects + given - away @ fit.group_pull.T
    unseen = mirrored(1) * fit.group_sd
    steps = mirrored(max(years, 1)) * fit.drift_sd
    cut = fit.coefficients.size
    before, after = cut + fit.exits.size, cut + fit.exits.size + fit.shared.size
    return Draws(
        coefficients=np.ascontiguousarray(fit.coefficients.reshape(-1) + away[:, :cut]),
        exits=np.exp(np.clip(fit.exits + away[:, cut:before], -30.0, 3.0)),
        jumps=_jumps(fit, generator, 2 * half),
        effects=np.ascontiguousarray(np.concatenate([effects, unseen], axis=1)),
        shared=fit.shared + away[:, before:after],
        drift=np.ascontiguousarray(fit.drift + away[:, after:]),
        future=np.cumsum(steps, axis=1),
    )


def shifts(sample: Draws, owner: Ints, table: Floats | None, cell: Ints) -> Floats:
    """Shift of the log hazards per draw of owners with shared effects; table: cells x effects, centred."""
    own = sample.effects[:, owner]
    if table is None or table.shape[1] == 0:
        return np.ascontiguousarray(own)
    cells, place = np.unique(cell, return_inverse=True)
    return np.ascontiguousarray(own + (sample.shared @ table[cells].T)[:, place])


def _jumps(fit: ChainFit, generator: np.random.Generator, count: int) -> Floats:
    """Draws of the jump hazards: gamma, from the jumps counted and the years watched."""
    if fit.jump_counts.size == 0:
        return np.zeros((count, fit.stages, 0))
    shape, rate = fit.jump_counts[: fit.stages], fit.jump_years[: fit.stages, None]
    return np.ascontiguousarray(generator.standard_gamma(np.maximum(shape, 1e-12), (count, *shape.shape)) / rate)


def clock(fit: ChainFit, draws: Draws, since: Floats, horizons: Floats) -> Floats:
    """Operational years from the last look to each horizon with drifting speed: draws x looks x horizons."""
    count = draws.coefficients.shape[0]
    past = fit.drift_edges - fit.drift_edges[-1]
    speed = np.exp(np.concatenate([draws.drift, draws.future], axis=1))
    edges = np.concatenate([past, np.arange(1, draws.future.shape[1] + 1.0)])
    run = np.concatenate([np.zeros((count, 1)), np.cumsum(np.diff(edges) * speed, axis=1)], axis=1)

    def at(t: Floats) -> Floats:
        """Run of every draw at the times t (years from the data cut), draws x t."""
        inside = np.clip(t, edges[0], edges[-1])
        place = np.clip(np.searchsorted(edges, inside, side="right") - 1, 0, edges.size - 2)
        value = run[:, place] + (inside - edges[place]) * speed[:, place]
        return value + np.minimum(t - edges[0], 0.0) * speed[:, :1] + np.maximum(t - edges[-1], 0.0) * speed[:, -1:]

    return np.maximum(at(horizons)[:, None, :] - at(-since)[:, :, None], 0.0)


def forecast_bad(
    fit: ChainFit,
    rank: NDArray[Any],
    *,
    bad_rank: int,
    group: NDArray[Any] | None = None,
    covariates: NDArray[Any] | None = None,
    cell: NDArray[Any] | None = None,
    table: Floats | None = None,
    since: NDArray[Any] | None = None,
    built: NDArray[Any] | None = None,
    mix: Floats | None = None,
    horizons: tuple[float, ...] = (1.0, 5.0, 10.0),
    draws: int = 200,
    seed: int = 1,
    years: int = 10,
    discount: float = 0.04,
    managed: bool = False,
) -> Forecasts:
    """Forecast for each of N assets when it first reaches `bad_rank`.

    rank: last grade, or -1 where never inspected. since: years since that inspection. built: years since
    construction, NaN where unknown; an asset never inspected starts in the best grade at construction, or, where
    the build year is unknown too, as the `mix` of grades of the inspected ones (by default all grades alike).
    group: owner index; anything outside 0 .. groups - 1 is an owner without data. cell: row of `table` (cells x
    shared effects of the fit, centred) of each asset. managed: repairs compete
    ("as managed"); otherwise "do nothing". Equal assets are worked out once; `since` is rounded to quarter years.
    """
    if (0 if covariates is None else covariates.shape[1]) != fit.center.shape[0]:
        given = 0 if covariates is None else covariates.shape[1]
        raise ValueError(f"{fit.center.shape[0]} covariates expected, {given} given")
    if (0 if table is None else table.shape[1]) != fit.shared.size:
        raise ValueError(f"{fit.shared.size} shared effects expected")
    shares = np.full(fit.states, 1.0 / fit.states) if mix is None else np.asarray(mix, float) / np.sum(mix)
    known = covariates
    if cell is not None and table is not None and fit.shared.size:
        cell, table = merged(np.asarray(cell, np.int64), table)
        column = cell.astype(np.float64)[:, None]
        known = column if covariates is None else np.column_stack([covariates, column])
    found = sort_out(
        rank, owners=fit.groups, bad_rank=bad_rank, group=group, covariates=known, since=since, built=built
    )
    wanted = np.unique(np.concatenate([[0.0], np.asarray(horizons, float), np.arange(1.0, years + 1)]))
    at = np.searchsorted(wanted, np.asarray(horizons, float))
    size = found.start.size
    most = max(_WORK // max(size * wanted.size, 1), 32)  # 32 fill the lanes of the kernel and cost as much as 20
    count = draws if most >= draws else int(most) // 32 * 32
    sample = draw(fit, count, seed, int(np.ceil(wanted[-1])))
    count = sample.coefficients.shape[0]
    exits = sample.exits if managed and fit.exits.size else np.zeros((count, 0))
    times, column = _times(fit, sample, found.looked, wanted)
    annuity = float(((1.0 + discount) ** -np.arange(1.0, years + 1)).sum())
    mean, low = np.zeros((size, wanted.size)), np.zeros((size, at.size))
    spread, yearly = np.zeros_like(low), np.zeros((size, count))
    width = fit.center.shape[0]
    rows = np.ascontiguousarray((found.covariates[:, :width] - fit.center) / fit.scale)
    owner, effects = found.owner, sample.effects
    if fit.shared.size:
        effects = shifts(sample, owner, table, found.covariates[:, width].astype(np.int64))
        owner = np.arange(owner.size)
    forecast(
        found.start, found.base, column, owner, rows,
        sample.coefficients, exits, sample.jumps, effects, times, shares, bad_rank,
        _gains(wanted, years, discount), annuity, at, mean, low, spread, yearly,
    )  # fmt: skip
    np.minimum(mean, 1.0, out=mean)  # a mean of ones may come out a last digit above one
    bands = [-np.expm1(-np.exp(low + sign * _Z80 * spread)) for sign in (-1, 1)]
    life = _lives(found.start, found.base, owner, rows, sample, effects, exits, shares, bad_rank)
    return Forecasts(
        horizons=horizons, kind=found.kind, probability=mean[:, at], low=bands[0], high=bands[1], now=mean[:, 0],
        median=life[:, 1], life_low=life[:, 0], life_high=life[:, 2], yearly=yearly, basis=found.basis,
        since=found.since, years=years, discount=discount, managed=managed, draws=count,
    )  # fmt: skip


def _gains(wanted: Floats, years: int, discount: float) -> Floats:
    """Discount factor of the whole year in which each horizon lies; 0 beyond `years`."""
    return np.where(wanted <= years, (1.0 + discount) ** -np.maximum(np.ceil(wanted), 1.0), 0.0)


def _times(fit: ChainFit, sample: Draws, since: Floats, wanted: Floats) -> tuple[Floats, Ints]:
    """Distinct operational times (one column, or one per draw with drift) and each kind's row per horizon."""
    if fit.drift.size == 0:
        values, column = np.unique(since[:, None] + wanted[None, :], return_inverse=True)
        return np.ascontiguousarray(values[:, None]), column.reshape(since.size, wanted.size)
    levels, level = np.unique(since, return_inverse=True)
    run = clock(fit, sample, levels, wanted)
    column = level[:, None] * wanted.size + np.arange(wanted.size)[None, :]
    return np.ascontiguousarray(run.reshape(run.shape[0], -1).T), np.ascontiguousarray(column)


def _lives(
    start: Ints, base: Ints, groups: Ints, rows: Floats, sample: Draws, effects: Floats, exits: Floats,
    shares: Floats, bad_rank: int,
) -> Floats:  # fmt: skip
    """Quantiles 10, 50, 90 % of the years from the last look to the bad grade, at today's speed; kinds x 3."""
    code = base * 64 + start + 1
    _, first, back = np.unique(code, return_index=True, return_inverse=True)
    half = max(1, min(20, sample.coefficients.shape[0] // 2, int(3_000_000 / (_GRID.size * 2 * first.size))))
    count = sample.coefficients.shape[0]
    pick = np.concatenate([np.arange(half), count // 2 + np.arange(half)])
    out = np.zeros((first.size, 3))
    lifetimes(
        np.ascontiguousarray(start[first], np.int64), np.ascontiguousarray(groups[base[first]]),
        np.ascontiguousarray(rows[base[first]]), sample.coefficients[pick], exits[pick], sample.jumps[pick],
        np.ascontiguousarray(effects[pick]), shares, bad_rank, np.array([0.1, 0.5, 0.9]), _GRID, out,
    )  # fmt: skip
    return out[back]


def transition_matrix(hazards: Floats, years: float, exits: Floats | None = None) -> Floats:
    """P(years) of a progressive chain with the given hazards per stage (and exits per state); states x states.

    Exact to the last digits for equal hazards too. Row sums are 1 without exits.
    """
    stages = hazards.size
    mu = np.zeros(stages + 1) if exits is None else np.asarray(exits, float)
    theta = np.append(hazards, 0.0) + mu
    out = np.zeros((stages + 1, stages + 1))
    for i in range(stages + 1):
        for j in range(i, stages + 1):
            out[i, j] = _divided(theta[i : j + 1] * years, hazards[i:j] * years)
    return out


def _divided(theta: Floats, factors: Floats) -> float:
    """prod(factors) * exp[-theta_0, .., -theta_n], by the series; see kernel.py."""
    n, top = theta.size - 1, float(theta.max())
    if n == 0:
        return float(np.exp(-theta[0]))
    y = top - theta
    h = np.ones(n + 1)
    value, r = 1.0, 0
    size, total, log_scale = 1.0, 1.0, -top
    while size > 1e-18 * total or r < top:
        r += 1
        h[0] *= y[0] / (n + r)
        for q in range(1, n + 1):
            h[q] = h[q] * y[q] / (n + r) + h[q - 1]
        size = float(h[n])
        total += size
        if total > 1e200:
            h *= 1e-200
            total *= 1e-200
            size *= 1e-200
            log_scale += 200 * np.log(10.0)
    for q in range(n):
        value *= factors[q] / (q + 1)
    return (
        float(value * np.exp(log_scale) * total)
        if log_scale > -700
        else float(value * np.exp(log_scale + np.log(total)))
    )
