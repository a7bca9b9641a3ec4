"""From duties to work: which inspections fall into a plan's horizon, and how many fall due in each year."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from gunmane.core.calendar import fiscal_year_end
from gunmane.core.duties.columns import Columns
from gunmane.core.duties.daynumbers import NONE, Days, add_intervals, fiscal_years, number
from gunmane.core.duties.rulerows import PENDING_CODES, DueColumns
from gunmane.core.duties.rules import Rule, Timing
from gunmane.core.schedule.year import Floats, Ints, Month, Tasks, WorkKind

MOST_A_YEAR = 60
"""More occurrences of one duty in a year are not counted one by one (weekly maintenance has 53)."""


class Source(Struct, frozen=True, eq=False):
    """The due items of one class with each asset's place (n x 2 degrees, NaN unknown) and prize (yen of risk)."""

    due: Mapping[str, DueColumns]
    place: Floats
    prize: Floats


class Work(Struct, frozen=True, eq=False):
    """Tasks with the source and the row of the asset that each belongs to."""

    tasks: Tasks
    source: Ints
    asset: Ints


def work_of(sources: Sequence[Source], kinds: Sequence[WorkKind], months: Sequence[Month], lead_months: int) -> Work:
    """Gather the owners' own inspections that fall due by the last month of a plan.

    Work that the law allows at any time is not planned earlier than `lead_months` before its last day. Duties
    without a last day and unknown anchors give no task: they are listed with the duties.
    """
    until = number(months[-1].last)
    parts: list[tuple[Ints, Ints, Ints, NDArray[np.int32], NDArray[np.int32]]] = []
    for index, source in enumerate(sources):
        for code, kind in enumerate(kinds):
            due = source.due.get(kind.duty)
            if due is None or kind.outside:
                continue
            rows = np.flatnonzero(np.isin(due.state, PENDING_CODES) & (due.due != NONE) & (due.due <= until))
            last = due.due[rows]
            first = np.maximum(due.window_open[rows], earliest(last, lead_months))
            fixed = np.full(len(rows), code, dtype=np.int64)
            parts.append((np.full(len(rows), index, dtype=np.int64), rows, fixed, first.astype(np.int32), last))
    if not parts:
        empty = np.zeros(0, dtype=np.int64)
        days = np.zeros(0, dtype=np.int32)
        return Work(Tasks(empty, np.zeros((0, 2)), days, days, np.zeros(0)), empty, empty)
    origin, asset, kind_codes, first, last = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    place, prize = np.full((len(asset), 2), np.nan), np.zeros(len(asset))
    for index, source in enumerate(sources):
        mine = origin == index
        place[mine], prize[mine] = source.place[asset[mine]], source.prize[asset[mine]]
    return Work(Tasks(kind_codes, place, first, last, prize), origin, asset)


def earliest(last: Days, months: int) -> Days:
    """The day `months` months before each last day (30.4 days a month; a planning margin, not a date of law)."""
    return (last - round(months * 30.4375)).astype(np.int32)


def falling_due(given: Columns, due: DueColumns, first_year: int, years: int) -> NDArray[np.uint8]:
    """Count how often a duty falls due per asset and fiscal year (n x years), if it is done on each last day.

    What is overdue counts in the first year. A one-off counts once; a recurring duty falls due again after the
    interval of its row. Assets whose duty has no date count nowhere.
    """
    counts = np.zeros((given.size, years), dtype=np.uint8)
    start, end = number(date(first_year, 4, 1)), number(fiscal_year_end(first_year + years - 1))
    dated = np.isin(due.state, PENDING_CODES) & (due.due != NONE)
    for index, rule in enumerate(due.rows):
        rows = np.flatnonzero(dated & (due.rule == index))
        days = np.maximum(due.due[rows], start)
        for _ in range(MOST_A_YEAR * years):
            inside = days <= end
            rows, days = rows[inside], days[inside]
            if not len(rows):
                break
            np.add.at(counts, (rows, fiscal_years(days) - first_year), 1)
            following = _again(rule, given, rows, days)
            if following is None:
                break
            known = following != NONE
            rows, days = rows[known], following[known]
    return counts


def _again(rule: Rule, given: Columns, rows: NDArray[np.int64], days: Days) -> Days | None:
    """The next last day after one done on its last day; None where the duty does not recur."""
    timing: Timing | None = rule.repeat
    if not rule.recurring or timing is None:
        return None
    if timing.amount_from is None:
        return add_intervals(days, timing.amount or 1, timing.unit)
    values = given.numbers.get(timing.amount_from)
    if values is None:
        return None
    found = np.full(len(days), NONE, dtype=np.int32)
    amounts = np.nan_to_num(values[rows]).astype(np.int64)
    for amount in np.unique(amounts[amounts > 0]):
        here = amounts == amount
        found[here] = add_intervals(days[here], int(amount), timing.unit)
    return found
