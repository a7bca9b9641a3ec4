"""What each asset needs by when: deadlines that its grade sets, renewals that its age asks for."""

from collections.abc import Mapping
from enum import IntEnum

import numpy as np
from msgspec import Struct

from gunmane.core.plan.costs import CostBook, Deadline, lives
from gunmane.core.stock import Array, Flags, Floats, Ints, Stock
from gunmane.core.words import Scale

LATEST_UNKNOWN = 5
"""Years from the plan's start in which a graded asset of unknown inspection date is acted on (one bridge round)."""


FAR = 9999
"""A fiscal year that no plan reaches."""


class Reason(IntEnum):
    """Why an asset has the measure that it has."""

    NOTHING_DUE = 0  # nothing asks for a measure inside the plan
    AT_ONCE = 1  # grade asks for action at once
    BEFORE_NEXT = 2  # grade asks for action before the next inspection
    WITHIN_YEARS = 3  # grade asks for action within years of the judgement
    END_OF_LIFE = 4  # age alone: planning life ends inside the plan
    BAD = 5  # grade is bad, no deadline is set
    PAYS = 6  # costs less than the losses and repairs that it saves
    NO_BUDGET = 7  # asked for, but the budget ends first
    REMOVABLE = 8  # little used, short detour, no sole access, no emergency route
    DECIDED = 20  # a person set the measure


class Needs(Struct, frozen=True, eq=False):
    """One row for each asset.

    `latest` is the last fiscal year (0 is the plan's first) in which it must or should be done, T where nothing asks;
    `hard` tells a deadline that holds whatever the budget; `bad` that the grade is bad now; `ends` the fiscal year in
    which the planning life ends, a far year where it is unknown.
    """

    latest: Ints
    hard: Flags
    reason: Array
    bad: Flags
    ends: Ints


def turning_bad(p_bad: Floats, bad: Flags, backlog_years: int) -> Floats:
    """Return the expected number of times that assets turn bad in each year of the plan, [m, T]; 0 where bad today.

    What the first year adds beyond the second is no event of that year: assets that nobody has looked at for years,
    or ever, and that are bad already. They are found as inspections go round, evenly over `backlog_years`.
    """
    p = np.nan_to_num(p_bad.astype(np.float64))
    gain = np.maximum(np.diff(p, axis=1, prepend=0.0), 0.0)
    years = p.shape[1]
    if years > 1:
        hidden = np.maximum(gain[:, 0] - gain[:, 1], 0.0)
        found_in = min(max(backlog_years, 1), years)
        gain[:, 0] -= hidden
        gain[:, :found_in] += (hidden / found_in)[:, None]
    gain[bad] = 0.0
    return gain


def _grade_deadline(stock: Stock, rule: Deadline, rows: Flags) -> Ints:
    """Return the latest year of each asset under a grade's rule, counted from the plan's first, never below 0."""
    if rule.within == "at_once":
        return np.zeros(stock.size, dtype=np.int64)
    known = stock.inspected_fy > 0
    by_judgement = np.where(known, stock.inspected_fy + rule.years - stock.first_fy, LATEST_UNKNOWN - 1)
    if rule.within == "before_next_inspection":
        due = stock.inspections > 0
        next_due = np.where(due.any(axis=1), due.argmax(axis=1), stock.years)
        by_judgement = np.where(rows, np.minimum(by_judgement, next_due), by_judgement)
    return np.maximum(by_judgement, 0)


def needs(stock: Stock, book: CostBook, scales: Mapping[str, Scale]) -> Needs:
    """Find what each asset needs.

    A deadline beyond the plan's last year is not a need of this plan. Where several rules touch one asset the
    earliest holds.
    """
    horizon = stock.years
    latest = np.full(stock.size, horizon, dtype=np.int64)
    hard = np.zeros(stock.size, dtype=np.bool_)
    reason = np.zeros(stock.size, dtype=np.int8)
    bad = np.zeros(stock.size, dtype=np.bool_)
    for k, code in enumerate(stock.scales):
        scale = scales[code]
        graded = np.asarray((stock.scale == k) & (stock.grade >= 0))
        bad |= graded & np.asarray(stock.grade >= scale.bad_rank)
    for rule in book.deadlines:
        if rule.scale not in stock.scales:
            continue
        rank = scales[rule.scale].rank(rule.grade)
        rows = np.asarray((stock.scale == stock.scales.index(rule.scale)) & (stock.grade == rank))
        limit = _grade_deadline(stock, rule, rows)
        rows &= limit < latest
        latest[rows] = limit[rows]
        hard[rows] = rule.hard
        reason[rows] = {
            "at_once": Reason.AT_ONCE,
            "before_next_inspection": Reason.BEFORE_NEXT,
        }.get(rule.within, Reason.WITHIN_YEARS)
    life, by_age = lives(stock, book)
    ends = np.where((stock.built_year > 0) & np.isfinite(life), stock.built_year + np.nan_to_num(life), FAR)
    ends = ends.astype(np.int64)
    due = by_age & (stock.grade < 0) & (ends < stock.first_fy + horizon)
    due &= latest == horizon
    latest[due] = horizon - 1
    reason[due] = Reason.END_OF_LIFE
    waiting = bad & (latest == horizon)
    latest[waiting] = horizon - 1
    reason[waiting] = Reason.BAD
    return Needs(latest, hard, reason, bad, ends)
