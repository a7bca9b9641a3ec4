"""Probability of every grade at a future moment, given that nothing is repaired; what back-tests score."""

import numpy as np

from gunmane.core.deterioration.chain import ChainFit
from gunmane.core.deterioration.forecast import clock, draw, shifts
from gunmane.core.deterioration.intervals import Floats, Ints
from gunmane.core.deterioration.kinds import kinds_of
from gunmane.core.deterioration.shared import merged
from gunmane.core.deterioration.shares import grade_shares


def distribution(
    fit: ChainFit,
    rank: Ints,
    *,
    bad_rank: int,
    since: Floats,
    ahead: Floats,
    group: Ints | None = None,
    covariates: Floats | None = None,
    cell: Ints | None = None,
    table: Floats | None = None,
    draws: int = 200,
    seed: int = 1,
    speed_sd: float = 0.0,
) -> tuple[Floats, Floats]:
    """Probability of every grade `ahead` years from the data cut, given that nothing is repaired; and counts.

    N x grades, averaged over the draws; and per draw the expected number of assets in `bad_rank` or worse.
    since: years between the last look and the data cut. cell, table: as in `forecast_bad`.
    """
    size = rank.size
    owner = (
        np.full(size, fit.groups)
        if group is None
        else np.where((group < 0) | (group >= fit.groups), fit.groups, group)
    )
    x = np.zeros((size, 0)) if covariates is None else (covariates - fit.center) / fit.scale
    looked, further = np.round(since, 3), np.round(ahead, 3)
    combined = np.zeros(size, np.int64)
    if cell is not None and table is not None and fit.shared.size:
        combined, table = merged(cell, table)
    known = np.column_stack([x, rank.astype(np.float64), combined.astype(np.float64), looked, further])
    first, kind = kinds_of(owner, known)
    sample = draw(fit, draws, seed, int(np.ceil(further.max(initial=1.0))))
    count = sample.coefficients.shape[0]
    pairs, place = np.unique(np.column_stack([looked, further])[first], axis=0, return_inverse=True)
    plain = np.ascontiguousarray((pairs[:, 0] + pairs[:, 1])[None, :])
    times = plain
    if speed_sd > 0 and fit.drift.size == 0:  # mean of a random walk of speed over the coming years
        noise = np.random.default_rng([seed, 1]).standard_normal((count + 1) // 2)
        noise = np.concatenate([noise, -noise])[:count, None] * speed_sd * np.sqrt(pairs[:, 1] / 3)[None, :]
        times = np.ascontiguousarray(pairs[None, :, 0] + pairs[None, :, 1] * np.exp(noise))
    if fit.drift.size:
        runs = [clock(fit, sample, p[:1], p[1:])[:, 0, 0] for p in pairs]
        times = np.ascontiguousarray(np.stack(runs, axis=1))
    effects, owner = sample.effects, owner[first]
    if fit.shared.size:
        effects, owner = shifts(sample, owner, table, combined[first]), np.arange(first.size)
    mean, chance = np.zeros((first.size, fit.states)), np.zeros((first.size, count))
    grade_shares(
        np.ascontiguousarray(rank[first], np.int64), np.ascontiguousarray(owner, np.int64),
        np.ascontiguousarray(x[first]), np.ascontiguousarray(place.reshape(-1, 1), np.int64), sample.coefficients,
        sample.exits, sample.jumps, effects, times, plain, fit.states, bad_rank, mean, chance,
    )  # fmt: skip
    return mean[kind], np.bincount(kind, minlength=first.size).astype(float) @ chance
