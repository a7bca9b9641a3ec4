"""A second, slow reading of the Septic Act, written apart from the engine: events one by one, days one by one.

It knows nothing of rule rows: the articles stand here as plain branches, months are found by walking the calendar.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

DAY = timedelta(days=1)


def end_of_months(first: date, months: int) -> date:
    """Walk day by day until the corresponding day (the day before ends the period) or past the last month."""
    year, month = first.year, first.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    day = date(year, month, 1)
    while day.month == month:
        if day.day == first.day:
            return day - DAY
        day += DAY
    return day - DAY


def months_later(event: date, months: int) -> date:
    return end_of_months(event + DAY, months)


def year_of(day: date) -> int:
    return day.year - (day.month < 4)


@dataclass
class Tank:
    """What an official with a card index would note down."""

    start: date | None = None
    changed: date | None = None
    sevenths: list[date] | None = None
    elevenths: list[date] | None = None
    maintained: date | None = None
    cleaned: date | None = None
    asleep: bool = False
    resumed: date | None = None
    gone: date | None = None
    reports: dict[str, date] | None = None


def read(events: list[dict[str, Any]], on: date) -> Tank:
    """Turn over the cards up to the day `on`; a replacement or a start after an abolition begins a new card.

    What was noted between the two (the maintenance just before the new start) belongs to the new card.
    """
    tank, since = Tank(sevenths=[], elevenths=[], reports={}), list[dict[str, Any]]()
    rank = {"replaced": 0}
    for event in sorted(events, key=lambda event: (event["on"], rank.get(event["kind"], 1))):
        day, kind, duty = event["on"], event["kind"], event.get("duty")
        if day > on:
            continue
        since = [] if kind == "abolished" else [*since, event]
        if kind == "start_of_use" and tank.gone is not None:
            tank = read(since, on)
            continue
        match kind:
            case "replaced":
                tank = Tank(sevenths=[], elevenths=[], reports={})
            case "start_of_use":
                tank.start = day
                tank.gone = None
            case "structure_changed":
                tank.changed = day
            case "inspection" if duty == "septic.article7":
                tank.sevenths.append(day)
            case "inspection" if duty == "septic.article11":
                tank.elevenths.append(day)
            case "maintenance":
                tank.maintained = day
            case "cleaning":
                tank.cleaned = day
            case "suspended":
                tank.asleep = True
            case "resumed":
                tank.resumed = day
                tank.asleep = False
                tank.gone = None
            case "abolished":
                tank.gone = day
            case "reported":
                tank.reports[duty] = day
            case _:
                pass
    return tank


def expected(attributes: dict[str, Any], events: list[dict[str, Any]], on: date) -> dict[str, tuple[Any, ...]]:
    """Return (state, window opens, soft, due) of the duties that the oracle knows."""
    tank = read(events, on)
    asleep = tank.asleep
    found = {"septic.article7": article7(tank, on, asleep)}
    found["septic.article11"] = article11(tank, on, asleep, found["septic.article7"][0])
    found["septic.maintenance"] = upkeep(tank, on, asleep, tank.maintained, table(attributes))
    months = 6 if attributes.get("process") == "full_aeration" else 12
    found["septic.cleaning"] = upkeep(tank, on, asleep, tank.cleaned, ("month", months))
    return found


def judge(on: date, opens: date | None, soft: date, due: date) -> tuple[Any, ...]:
    if on > due:
        return "overdue", opens, soft, due
    if opens is not None and on < opens:
        return "due", opens, soft, due
    return "in_window", opens, soft, due


NOTHING = (None, None, None)


def article7(tank: Tank, on: date, asleep: bool) -> tuple[Any, ...]:
    known = [day for day in (tank.start, tank.changed) if day is not None]
    base = max(known) if known else None
    if base is None:
        if tank.sevenths:
            return ("done", *NOTHING)
    else:
        opens, due = window7(base)
        if any(day >= opens for day in tank.sevenths):
            return "done", opens, due, due
    if tank.gone is not None:
        return ("waived", *NOTHING)
    if asleep:
        return ("suspended", *NOTHING)
    if tank.resumed is not None and (base is None or tank.resumed > base):
        base = tank.resumed
    if tank.elevenths and (base is None or max(tank.elevenths) >= base):
        return ("waived", *NOTHING)
    if base is None:
        return ("unknown_anchor", *NOTHING)
    opens, due = window7(base, old=known != [] and max(known) < date(2006, 2, 1))
    return judge(on, opens, due, due)


def window7(base: date, old: bool | None = None) -> tuple[date, date]:
    """Ordinance art. 4: 5 months from the day after 3 months; before 1 February 2006 2 months after 6 months."""
    if base < date(2006, 2, 1) if old is None else old:
        opens = months_later(base, 6) + DAY
        return opens, end_of_months(opens, 2)
    opens = months_later(base, 3) + DAY
    return opens, end_of_months(opens, 5)


def article11(tank: Tank, on: date, asleep: bool, seventh: str) -> tuple[Any, ...]:
    if tank.gone is not None:
        return ("waived", *NOTHING)
    if asleep:
        return ("suspended", *NOTHING)
    if seventh in ("due", "in_window", "overdue"):
        return ("waived", *NOTHING)
    days = [*tank.sevenths, *tank.elevenths, *([tank.resumed] if tank.resumed else [])]
    if not days:
        return ("unknown_anchor", *NOTHING)
    last = max(days)
    year = year_of(last) + 1
    return judge(on, date(year, 4, 1), months_later(last, 12), date(year + 1, 3, 31))


def upkeep(
    tank: Tank, on: date, asleep: bool, last: date | None, interval: tuple[str, int] | None
) -> tuple[Any, ...]:
    if tank.gone is not None:
        return ("waived", *NOTHING)
    if asleep:
        return ("suspended", *NOTHING)
    stops = [day for day in (last, tank.resumed) if day is not None]
    base = max(stops) if stops else tank.start
    if base is None or interval is None:
        return ("unknown_anchor", *NOTHING)
    unit, amount = interval
    due = base + timedelta(weeks=amount) if unit == "week" else months_later(base, amount)
    return judge(on, base + DAY if base == last else base, due, due)


def table(attributes: dict[str, Any]) -> tuple[str, int] | None:
    """Ordinance art. 6: how often a tank is to be maintained."""
    kind, process, persons = (attributes.get(name) for name in ("treatment", "process", "capacity_persons"))
    if kind == "single":
        if process in ("trickling_filter", "flat_oxidation_bed", "underground_sand_filter"):
            return "month", 6
        quick = {"full_aeration": (3, 2, 1)}.get(process)
        if process in ("separated_contact_aeration", "separated_aeration", "simple_aeration"):
            quick = (4, 3, 2)
        if quick is None or persons is None:
            return None
        return "month", quick[0] if persons <= 20 else quick[1] if persons <= 300 else quick[2]
    if kind == "combined":
        if process == "activated_sludge":
            return "week", 1
        if process in ("rotating_disc", "contact_aeration", "trickling_filter"):
            if attributes.get("advanced_unit"):
                return "week", 1
            return ("week", 2) if attributes.get("flow_equalisation") else ("month", 3)
        filters = ("separated_contact_aeration", "anaerobic_filter_contact_aeration",
                   "denitrification_filter_contact_aeration")  # fmt: skip
        if process in filters and persons is not None and persons <= 50:
            return "month", 4 if persons <= 20 else 3
    return None
