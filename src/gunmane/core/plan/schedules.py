"""A schedule: for every asset a measure and its fiscal year, deadlines kept, budgets levelled owner by owner."""

import msgspec
import numpy as np
from msgspec import Struct

from gunmane.core.plan.instances import instance_of
from gunmane.core.plan.levelling import lowest_level, place_hard, place_soft, water_level, yearly
from gunmane.core.plan.needs import Needs, Reason
from gunmane.core.plan.options import KEEP, REMOVE, Options
from gunmane.core.plan.portfolio import solve
from gunmane.core.stock import Array, Flags, Floats, Ints, Stock


class Schedule(Struct, frozen=True, eq=False):
    """One row for each asset of the stock.

    `measure` positions in MEASURES (0 keeps); `year` of the measure, -1 for none, and `unlevelled` the year in which
    it would fall due if nobody levelled; `cost[n, 3]` yen in the price cases, 0 where `unpriced`; `reason` a Reason;
    `value` the present value in yen of the chosen option, NaN for assets without options;
    `budget[G, T]` what each owner may spend on measures; `taken[G, T]` what inspections and provisions take of it;
    `gap` the proven relative gap of the choice, None where no budget forced one.
    """

    measure: Array
    year: Ints
    unlevelled: Ints
    cost: Floats
    unpriced: Flags
    reason: Array
    value: Floats
    budget: Floats
    taken: Floats
    gap: float | None = None


class _Jobs(Struct, frozen=True, eq=False):
    """The chosen measure of each option row before it gets a year."""

    measure: Ints
    cost: Floats
    gain: Floats
    best_year: Ints
    stays: Ints  # the year in which an adopted plan has the same measure, -1 for none


def _choose(options: Options) -> _Jobs:
    """Take for each asset the measure with the least present value over its allowed years."""
    by_measure = options.value.min(axis=2)
    best = by_measure.argmin(axis=1)
    at = np.arange(len(best))
    lowest = by_measure[at, best].astype(np.float64)
    gain = np.where(np.isfinite(options.keep), options.keep - lowest, np.inf)
    wanted = gain > 0
    measure = np.where(wanted, best + 1, KEEP)
    # One yen stands for an unknown price, so that jobs without prices are spread evenly too.
    cost = np.where(wanted, np.maximum(options.cost[at, measure, 1], 1.0), 0.0)
    years = options.value.shape[2]
    same = wanted & (options.adopted >= 0) & (options.adopted // years == best)
    stays = np.where(same, options.adopted % years, -1)
    return _Jobs(measure, cost, np.asarray(gain), options.value[at, best].argmin(axis=1), stays)


def _budget_of(budgets: tuple[int, ...], years: int, level: float) -> Floats:
    """Return an owner's yearly money: as given (the last number repeats), else the level that its work needs."""
    if not budgets:
        return np.full(years, level)
    given = [float(budgets[min(t, len(budgets) - 1)]) for t in range(years)]
    return np.array(given)


def schedule(stock: Stock, needs: Needs, options: Options, taken: Floats) -> Schedule:
    """Give every needed or useful measure a year.

    Hard deadlines hold whatever the budget. What an adopted plan has already keeps its year where the deadline allows
    it. Owners without a given budget get the lowest even yearly sum that meets
    their deadlines and does all their work inside the plan; then nothing is left undone. `taken[G, T]` yen are spent
    already (inspections, provision for assets that turn bad).
    """
    horizon = stock.years
    jobs = _choose(options)
    rows = options.rows
    owner = stock.owner[rows]
    hard = needs.hard[rows] & (jobs.measure != KEEP)
    soft = ~hard & (jobs.measure != KEEP)
    latest = np.minimum(needs.latest[rows], horizon - 1)
    risk = np.nan_to_num(stock.risk_yen[rows, 0].astype(np.float64))
    urgency = risk / np.maximum(jobs.cost, 1.0)
    worth = np.nan_to_num(jobs.gain / np.maximum(jobs.cost, 1.0), posinf=1e5)
    asked = needs.latest[rows] < horizon
    stays = (jobs.stays >= 0) & (~hard | (jobs.stays <= latest))
    placed = np.where(stays, jobs.stays, -1)
    budget = np.zeros((len(stock.owners), horizon))
    for k, facts in enumerate(stock.owners):
        mine = owner == k
        level = max(
            lowest_level(jobs.cost[mine & hard], latest[mine & hard], horizon, taken[k]),
            (float(jobs.cost[mine].sum()) + float(taken[k].sum())) / horizon,
        )
        budget[k] = _budget_of(facts.budgets, horizon, level)
        free = budget[k] - taken[k] - yearly(jobs.cost[mine & stays], placed[mine & stays], horizon)
        musts, wishes = np.flatnonzero(mine & hard & ~stays), np.flatnonzero(mine & soft & ~stays)
        placed[musts] = place_hard(jobs.cost[musts], latest[musts], urgency[musts], free)
        left = free - yearly(jobs.cost[musts], placed[musts], horizon)
        if not facts.budgets:
            left = water_level(float(jobs.cost[wishes].sum()), budget[k] - left)
        first = np.where(asked[wishes], 1.0, 0.0) * 1e6 + np.minimum(worth[wishes], 1e5)
        year = place_soft(jobs.cost[wishes], first, left)
        if not facts.budgets:
            year = np.where(year < 0, horizon - 1, year)
        placed[wishes] = year
    gap = None
    if any(facts.budgets for facts in stock.owners) and len(rows):
        jobs, placed, gap = _optimised(options, jobs, placed, hard, owner, budget - taken)
    return _spread_out(stock, needs, options, jobs, placed, budget, taken, gap)


def _optimised(
    options: Options, jobs: _Jobs, placed: Ints, hard: Flags, owner: Array, free: Floats
) -> tuple[_Jobs, Ints, float | None]:
    """Choose measures and years again with the portfolio optimiser, starting from the hard deadlines' schedule.

    Each owner's yearly limit is its money, or what hard deadlines need where they break it; so deadlines hold and
    nothing else ever exceeds the money.
    """
    horizon = options.value.shape[2]
    cost = np.maximum(options.cost[:, 1:, 1], 1.0)
    start = np.where(hard, (jobs.measure - 1) * horizon + placed, -1).astype(np.int32)
    groups = owner.astype(np.int64)
    limits = np.maximum(free, 0.0)
    for k in range(len(limits)):
        mine = (groups == k) & hard
        limits[k] = np.maximum(limits[k], yearly(jobs.cost[mine], placed[mine], horizon))
    instance = instance_of(
        options.value, options.keep, cost, np.full(horizon, np.inf), group=groups, group_budget=limits
    )
    found = solve(instance, effort=2, start=start)
    if found.over > 0:
        return jobs, placed, None
    chosen = found.choice >= 0
    measure = np.where(chosen, found.choice // horizon + 1, jobs.measure)
    year = np.where(chosen, found.choice % horizon, -1)
    at = np.arange(len(measure))
    paid = np.where(measure > 0, cost[at, np.maximum(measure - 1, 0)], 0.0)
    return msgspec.structs.replace(jobs, measure=measure, cost=paid), year.astype(np.int64), found.gap


def _spread_out(
    stock: Stock,
    needs: Needs,
    options: Options,
    jobs: _Jobs,
    placed: Ints,
    budget: Floats,
    taken: Floats,
    gap: float | None,
) -> Schedule:
    """Write the jobs back to rows of the stock."""
    n, rows = stock.size, options.rows
    measure = np.zeros(n, dtype=np.int8)
    measure[rows] = np.where(placed >= 0, jobs.measure, KEEP)
    year = np.full(n, -1, dtype=np.int64)
    year[rows] = placed
    cost = np.zeros((n, 3))
    cost[rows] = options.cost[np.arange(len(rows)), measure[rows]]
    unpriced = np.zeros(n, dtype=np.bool_)
    unpriced[rows] = options.unpriced & (placed >= 0)
    reason = needs.reason.copy()
    wanted = jobs.measure != KEEP
    reason[rows[wanted & (reason[rows] == Reason.NOTHING_DUE)]] = Reason.PAYS
    reason[rows[wanted & (jobs.measure == REMOVE)]] = Reason.REMOVABLE
    reason[rows[wanted & (placed < 0)]] = Reason.NO_BUDGET
    unlevelled = np.full(n, -1, dtype=np.int64)
    due = np.where(needs.hard[rows], needs.latest[rows], jobs.best_year)
    due = np.where(needs.reason[rows] == Reason.END_OF_LIFE, end_of_life_year(stock, needs)[rows], due)
    due = np.where(needs.reason[rows] == Reason.BAD, 0, due)
    unlevelled[rows] = np.where(placed >= 0, np.minimum(due, stock.years - 1), -1)
    value = np.full(n, np.nan)
    at = np.arange(len(rows))
    of_measure = options.value[at, jobs.measure - 1, placed].astype(np.float64)
    left = (options.adopted >= 0) & ((jobs.measure - 1) * stock.years + placed != options.adopted)
    value[rows] = np.where(placed >= 0, of_measure, options.keep) - np.where(left, options.charge, 0.0)
    return Schedule(measure, year, unlevelled, cost, unpriced, reason, value, budget, taken, gap)


def end_of_life_year(stock: Stock, needs: Needs) -> Ints:
    """Return the plan year in which an asset's planning life ends, 0 for a backlog."""
    return np.clip(needs.ends - stock.first_fy, 0, stock.years - 1)


def moved(result: Schedule, rows: Flags | None = None) -> int:
    """Return how many measures (of some rows) have another year than they would without levelling."""
    changed = (result.year >= 0) & (result.year != result.unlevelled)
    return int((changed if rows is None else changed & rows).sum())
