"""From an anchor to a window: the arithmetic of one timing, on dates."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from msgspec import Struct

from gunmane.core.calendar import (
    ONE_DAY,
    add_interval,
    fiscal_year,
    fiscal_year_end,
    fiscal_year_start,
    period_end,
)
from gunmane.core.duties.rules import Rule, Timing


class Window(Struct, frozen=True):
    """First lawful day, anniversary and last lawful day; None where the rule sets none."""

    opens: date | None
    due_soft: date | None
    due: date | None


def window(timing: Timing, base: date, attributes: Mapping[str, Any], *, completed: bool) -> Window | None:
    """Compute the window that follows from `base`; None where the interval is missing, zero or negative.

    `completed`: the base is a completion, so the next one can be done from the day after it.
    """
    amount = timing.resolve(attributes)
    if amount is None:
        return None
    match timing.shape:
        case "fixed":
            return Window(base, timing.day, timing.day)
        case "open":
            return Window(base, None, None)
        case "before":
            ahead = base - timedelta(days=amount * (7 if timing.unit == "week" else 1))
            return Window(None, ahead, ahead)
        case "window":
            opens = add_interval(base, amount, timing.unit) + ONE_DAY
            closes = period_end(opens, timing.length)
            return Window(opens, closes, closes)
        case _:
            return _within(timing, amount, base, attributes, completed)


def _within(timing: Timing, amount: int, base: date, attributes: Mapping[str, Any], completed: bool) -> Window | None:
    soft = add_interval(base, amount, timing.unit)
    opens = base + ONE_DAY if completed else base
    if timing.tolerance == "none":
        return Window(opens, soft, soft)
    year = fiscal_year(base) + amount
    due = fiscal_year_end(year)
    if timing.opens == "fiscal_year":
        opens = fiscal_year_start(year)
    if timing.tolerance == "fixed_month":
        month = attributes.get(timing.month_from) if timing.month_from else timing.month
        if not isinstance(month, int) or not 1 <= month <= 12:
            return None
        opens = date(year if month >= 4 else year + 1, month, 1)
        due = period_end(opens, 1)
    return Window(opens, min(soft, due), due)


def round_of(rule: Rule, day: date) -> tuple[int, int, int] | None:
    """Return the number of the inspection round `day` lies in, with its first and last fiscal year, or None."""
    if rule.round_start is None or fiscal_year(day) < rule.round_start:
        return None
    number = (fiscal_year(day) - rule.round_start) // rule.round_years
    first = rule.round_start + number * rule.round_years
    return number + 1, first, first + rule.round_years - 1
