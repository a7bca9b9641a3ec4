"""Chains whose ratings sometimes fall by several grades at once: accidents, new findings, re-rating.

A progressive chain must explain a fall from II to IV within a year by racing through III, and then believes that
III lasts a short time for every asset. Here a share of such falls is a jump of its own: hazards kappa_ij for
j >= i + 2, next to the step-wise wear. Fitted by expectation-maximisation: each multi-grade fall is wear with
probability rho, jump with 1 - rho, where a jump happens at the middle of the interval to first order in its hazard.
"""

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from gunmane.core.deterioration.chain import ChainFit, ChainPrior, fit_chain
from gunmane.core.deterioration.intervals import Floats, Intervals, Ints
from gunmane.core.deterioration.shares import matrices

_PRIOR_COUNT, _PRIOR_YEARS = 0.05, 100.0  # a jump hazard of 0.0005 a year, worth a hundred asset-years
_ROUNDS = 5


def hazards_of(fit: ChainFit, data: Intervals, rows: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Hazards (rows x stages) and operational years of some intervals, at the estimates."""
    x = np.zeros((rows.size, 0)) if data.covariates is None else (data.covariates[rows] - fit.center) / fit.scale
    eta = fit.coefficients[:, 0] + x @ fit.coefficients[:, 1:].T
    if fit.groups and data.group is not None:
        eta = eta + fit.group_effects[data.group[rows]][:, None]
    years = data.years[rows]
    if fit.drift.size and data.start is not None:
        edges = fit.drift_edges
        run = np.concatenate([[0.0], np.cumsum(np.diff(edges) * np.exp(fit.drift))])
        begin = data.start[rows]
        moved = np.interp(begin + years, edges, run) - np.interp(begin, edges, run)
        years = np.where(moved > 0, moved, years)
    return np.exp(np.clip(eta, -30.0, 5.0)), years


def fit_with_jumps(
    intervals: Intervals,
    *,
    states: int,
    prior: ChainPrior | None,
    groups: int = 0,
    exits: bool = False,
    drift: bool = False,
    drift_years: float | None = None,
) -> ChainFit:
    """As `fit_chain`, with jump hazards; the log-likelihood told is that of the wear part."""
    size = intervals.years.size
    weight = np.ones(size) if intervals.weight is None else intervals.weight
    exited = np.zeros(size, bool) if intervals.exited is None else intervals.exited
    falls = np.flatnonzero(~exited & (intervals.to_rank - intervals.from_rank >= 2))
    begin, end = intervals.from_rank[falls], intervals.to_rank[falls]
    watched = _watched(intervals, weight, exited, states)
    jump_share = np.full(falls.size, 0.5)
    counts = np.zeros((states, states))
    fit = None
    for _ in range(_ROUNDS if falls.size else 1):
        fit = fit_chain(
            _split(intervals, weight, exited, falls, jump_share), states=states, prior=prior, groups=groups,
            exits=exits, drift=drift, drift_years=drift_years,
        )  # fmt: skip
        counts = np.zeros((states, states))
        np.add.at(counts, (begin, end), weight[falls] * jump_share)
        counts += np.triu(np.full((states, states), _PRIOR_COUNT), 2)
        if falls.size:
            jump_share = _jump_share(fit, intervals, falls, begin, end, counts / watched[:, None])
    assert fit is not None
    return structs.replace(fit, jump_counts=counts, jump_years=watched)


def _watched(data: Intervals, weight: Floats, exited: NDArray[np.bool_], states: int) -> Floats:
    """Asset-years in each grade, half of an interval for either end; with the prior's."""
    time = weight * data.years / 2
    out = np.bincount(data.from_rank, time, states) + np.bincount(
        np.where(exited, data.from_rank, data.to_rank), time, states
    )
    return out.astype(np.float64) + _PRIOR_YEARS


def _jump_share(
    fit: ChainFit, data: Intervals, falls: NDArray[np.intp], begin: Ints, end: Ints, kappa: Floats
) -> Floats:
    """Probability that each fall was a jump."""
    hazards, years = hazards_of(fit, data, falls)
    exits, calendar = np.exp(fit.exits), data.years[falls]
    whole, half = (np.zeros((falls.size, fit.states, fit.states)) for _ in range(2))
    matrices(np.ascontiguousarray(hazards), exits, np.ascontiguousarray(years), calendar, whole)
    matrices(np.ascontiguousarray(hazards), exits, np.ascontiguousarray(years / 2), calendar / 2, half)
    row = np.arange(falls.size)
    wear = whole[row, begin, end]
    jump = years * np.einsum("na,ab,nb->n", half[row, begin, :], kappa, half[row, :, end])
    return jump / np.maximum(wear + jump, 1e-300)


def _split(
    data: Intervals, weight: Floats, exited: NDArray[np.bool_], falls: NDArray[np.intp], share: Floats
) -> Intervals:
    """Intervals with each fall's jump part replaced by two halves without wear, before and after the jump."""
    less = weight.copy()
    less[falls] *= 1.0 - share
    part = weight[falls] * share
    half = data.years[falls] / 2

    def longer(column: NDArray[np.generic] | None, *more: NDArray[np.generic]) -> NDArray[np.generic] | None:
        return None if column is None else np.concatenate([column, *more])

    begin, end = data.from_rank[falls], data.to_rank[falls]
    return structs.replace(
        data,
        from_rank=longer(data.from_rank, begin, end),
        to_rank=longer(data.to_rank, begin, end),
        years=longer(data.years, half, half),
        weight=longer(less, part, part),
        exited=longer(exited, np.zeros(2 * falls.size, bool)),
        group=None if data.group is None else longer(data.group, data.group[falls], data.group[falls]),
        covariates=None
        if data.covariates is None
        else longer(data.covariates, data.covariates[falls], data.covariates[falls]),
        start=None if data.start is None else longer(data.start, data.start[falls], data.start[falls] + half),
    )
