"""The calendar on arrays: days are int32 counted from 1 January 1970, NONE where there is no day.

Each function equals its scalar namesake in `core.calendar` day by day (tests prove it).
"""

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gunmane.core.calendar import WorkingDays

Days = NDArray[np.int32]

NONE = np.int32(np.iinfo(np.int32).min)
"""No day. It lies before every day, so that the later of a day and NONE is the day."""

EPOCH = date(1970, 1, 1)
FIRST, LAST = -37256, 102_000
"""Days covered by the tables: 1868 to 2249. Other days are computed without a table."""


def number(day: date) -> np.int32:
    """Return the number of a day."""
    return np.int32((day - EPOCH).days)


def day_of(value: Any) -> date | None:
    """Return the date of a day number, None for NONE."""
    return None if value == NONE else date.fromordinal(int(value) + EPOCH.toordinal())


def period_ends(first: Days, months: int) -> Days:
    """Vectorised `period_end`: last day of `months` months that begin on `first`; Civil Code art. 143(2)."""
    month = first.astype("datetime64[D]").astype("datetime64[M]")
    ahead = first - month.astype("datetime64[D]").astype(np.int32)
    target = month + np.timedelta64(months, "M")
    start = target.astype("datetime64[D]").astype(np.int32)
    following = (target + np.timedelta64(1, "M")).astype("datetime64[D]").astype(np.int32)
    return np.where(ahead < following - start, start + ahead - 1, following - 1).astype(np.int32)


def fiscal_years(days: Days) -> NDArray[np.int32]:
    """Vectorised `fiscal_year`; meaningless where the day is NONE."""
    months = _clean(days).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return ((months - 3) // 12 + 1970).astype(np.int32)


def month_starts(years: NDArray[np.int32], months: NDArray[np.int32] | int) -> Days:
    """First day of calendar month `months` (1-12) of calendar years."""
    index = (years.astype(np.int64) - 1970) * 12 + months - 1
    return index.astype("datetime64[M]").astype("datetime64[D]").astype(np.int32)


@lru_cache(maxsize=256)
def _table(amount: int, unit: str) -> Days:
    return _intervals(np.arange(FIRST, LAST, dtype=np.int32), amount, unit)


def _intervals(days: Days, amount: int, unit: str) -> Days:
    if unit == "day":
        return (days + amount).astype(np.int32)
    if unit == "week":
        return (days + 7 * amount).astype(np.int32)
    return period_ends((days + 1).astype(np.int32), amount if unit == "month" else 12 * amount)


def add_intervals(days: Days, amount: int, unit: str) -> Days:
    """Vectorised `add_interval`; NONE stays NONE."""
    return _looked_up(days, _table(amount, unit), lambda days: _intervals(days, amount, unit))


def _looked_up(days: Days, table: Days, compute: Callable[[Days], Days]) -> Days:
    inside = (days >= FIRST) & (days < LAST)
    found = np.take(table, np.where(inside, days - FIRST, 0))
    if not inside.all():
        found = np.where(inside, found, compute(_clean(days)))
        found = np.where(days == NONE, NONE, found)
    return found.astype(np.int32, copy=False)


def _clean(days: Days) -> Days:
    return np.where(days == NONE, np.int32(0), days).astype(np.int32)


@lru_cache(maxsize=8)
def _openings(office: WorkingDays) -> Days:
    """For each day of the table the first working day from it on."""
    days = np.arange(FIRST, LAST + 40, dtype=np.int32)
    weekday = (days + 3) % 7
    closed = weekday >= 5
    holidays = np.array([number(day) for day in office.holidays], dtype=np.int32)
    closed |= np.isin(days, holidays)
    dates = days.astype("datetime64[D]")
    month = dates.astype("datetime64[M]")
    key = (month.astype(np.int64) % 12 + 1) * 100 + (dates - month.astype("datetime64[D]")).astype(np.int64) + 1
    closed |= np.isin(key, [month * 100 + day for month, day in office.closed])
    following = np.where(closed, np.iinfo(np.int32).max, days)
    return np.minimum.accumulate(following[::-1])[::-1][: LAST - FIRST].astype(np.int32)


def on_or_after(days: Days, office: WorkingDays) -> Days:
    """Vectorised `WorkingDays.on_or_after`; NONE stays NONE, days outside the table are left as they are."""
    return _looked_up(days, _openings(office), lambda days: days)
