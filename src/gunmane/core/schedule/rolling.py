"""From what falls due to the next weeks: a levelled year by week, then the roster of the weeks at hand.

The year plan is made anew from today each time; what is done has left the due dates, last week's day plan is kept
where that costs little. Into the roster goes what the year plan puts into its weeks, what it could not place though
it falls due there, and, as filling, what it puts into the following weeks.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from gunmane.core.calendar import ONE_DAY, WorkingDays, fiscal_year, fiscal_year_end
from gunmane.core.duties.daynumbers import NONE, number
from gunmane.core.schedule.check import Breach, breaches
from gunmane.core.schedule.gather import earliest
from gunmane.core.schedule.roster import DayPlan, Person, Roster, Work, asks_for_night, fits_in, works_on
from gunmane.core.schedule.teams import day_hours
from gunmane.core.schedule.terms import Extra, Terms, terms_of
from gunmane.core.schedule.year import (
    Engineer,
    Month,
    Tasks,
    Workbook,
    YearPlan,
    engineers_of,
    plan_year,
    weeks_from,
)

WEEKS_A_YEAR = 52


class DueWork(Struct, frozen=True, kw_only=True):
    """An inspection that falls due: the lawful days, where it is, what it is worth (expected loss in yen a year)."""

    owner: str
    asset_id: str
    asset_class: str
    number: str
    name: str | None
    duty: str
    window_open: date | None
    due: date
    basis: str | None
    lon: float | None
    lat: float | None
    crosses: str | None
    loss: float | None


class WeekLoad(Struct, frozen=True, kw_only=True):
    """One week of the year plan: visits by duty, hours planned and hours there are."""

    first: date
    last: date
    visits: dict[str, int]
    hours: float
    capacity_hours: float


RoadKm = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]
"""From places (n x 2 degrees) and places (m x 2) to kilometres along the roads (n x m)."""


class YearByWeek(Struct, frozen=True, eq=False):
    """A year plan by week with its load; `breaches` is what its checker says (nothing, for one to be used)."""

    rows: tuple[DueWork, ...]
    tasks: Tasks
    weeks: tuple[Month, ...]
    plan: YearPlan
    load: tuple[WeekLoad, ...]
    breaches: tuple[Breach, ...]
    terms: tuple[Terms, ...] = ()


def people_of(
    owners: Mapping[str, Mapping[str, int]], rows: Sequence[DueWork], extra: Extra, nights: Mapping[str, int]
) -> tuple[Person, ...]:
    """Take the people given, else as many as the owners say they have, from the middle of each owner's work.

    Of the latter so many of an owner as `nights` says may be sent on night shifts, those with most qualifications
    first.
    """
    people = extra.people
    if not people:
        found: list[Person] = []
        everywhere = [(row.lon, row.lat) for row in rows if row.lon is not None and row.lat is not None]
        for code, counts in owners.items():
            mine = [(row.lon, row.lat) for row in rows if row.owner == code and row.lon is not None] or everywhere
            point = np.median(np.array(mine or [(0.0, 0.0)], dtype=np.float64), axis=0)
            base = (round(float(point[0]), 5), round(float(point[1]), 5))
            ones = engineers_of(code, counts, base)
            ranked = sorted(ones, key=lambda one: (-len(one.qualifications), one.code))
            ready = {one.code for one in ranked[: nights.get(code, 0)]}
            found += [
                Person(
                    code=one.code, owner=code, qualifications=tuple(sorted(one.qualifications)), base=base,
                    nights=one.code in ready,
                )
                for one in ones
            ]  # fmt: skip
        people = tuple(found)
    return tuple(
        structs.replace(
            one, away=(*one.away, *extra.away.get(one.code, ())), nights=one.nights or one.code in extra.nights
        )
        for one in people
    )


def year_by_week(
    rows: Sequence[DueWork], people: Sequence[Person], extra: Extra, start: date, book: Workbook, office: WorkingDays,
    road_km: RoadKm | None = None,
) -> YearByWeek:  # fmt: skip
    """Plan 52 weeks and on to the end of their fiscal year with levelled load; each person's own days off count.

    The load told is that of the 52 weeks; what is due by the following 31 March takes its share of them.

    `road_km` tells the kilometres along the roads from offices to places (offices x places, NaN unknown).
    """
    weeks = weeks_from(start, weeks_to(start), office)
    kinds = {kind.duty: number for number, kind in enumerate(book.work)}
    kept = tuple(row for row in rows if row.duty in kinds and row.due <= weeks[-1].last)
    terms = tuple(terms_by_rule(row, extra, book, start) for row in kept)
    bare = Roster(region="", first=start, people=tuple(people), work=(), closed=extra.closed, rules=book.days)
    minutes = [book.work[kinds[row.duty]].minutes for row in kept]
    nightly, closed = _open_weeks(terms, minutes, bare, weeks)
    every = (*book.work, *(structs.replace(kind, night=True) for kind in book.work))
    last = np.array([number(row.due) for row in kept], dtype=np.int32)
    opens = np.array([NONE if row.window_open is None else number(row.window_open) for row in kept], dtype=np.int32)
    tasks = Tasks(
        np.array([kinds[row.duty] for row in kept], dtype=np.int64) + len(book.work) * nightly,
        np.array([(np.nan, np.nan) if row.lon is None else (row.lon, row.lat) for row in kept]).reshape(-1, 2),
        np.maximum(opens, earliest(last, book.parameters.lead_months)) if len(kept) else opens,
        last,
        np.array([row.loss or 0.0 for row in kept]),
        closed=closed,
    )
    if road_km is not None and len(kept):
        offices = list(dict.fromkeys(one.base for one in people))
        metres = road_km(np.array(offices, dtype=np.float64).reshape(-1, 2), tasks.place)
        tasks = structs.replace(tasks, road_km=dict(zip(offices, metres, strict=True)))
    engineers = tuple(
        Engineer(
            one.code, one.owner, frozenset(one.qualifications), one.base,
            frozenset(day for week in weeks for day in week.dates if not works_on(bare, one, day, office)),
            one.nights,
        )
        for one in people
    )  # fmt: skip
    plan = plan_year(tasks, every, engineers, weeks, book.parameters)
    found = breaches(plan, tasks, every, engineers, weeks, book.parameters)
    load = tuple(
        WeekLoad(
            first=week.first, last=week.last,
            visits={
                kind.duty: count
                for k, kind in enumerate(book.work)
                if (count := int(((plan.month == w) & (tasks.kind % len(book.work) == k)).sum()))
            },
            hours=round(float(plan.used[:, w].sum()) / 60, 1),
            capacity_hours=round(float(plan.capacity[:, w].sum()) / 60, 1),
        )
        for w, week in enumerate(weeks[:WEEKS_A_YEAR])
    )  # fmt: skip
    return YearByWeek(kept, tasks, weeks, plan, load, tuple(found), terms)


def last_day(start: date) -> date:
    """The end of the fiscal year in which the 52nd week from a day lies."""
    return fiscal_year_end(fiscal_year(start + timedelta(weeks=WEEKS_A_YEAR)))


def weeks_to(start: date) -> int:
    """How many weeks reach from a day to there."""
    return ((last_day(start) - start).days + start.weekday()) // 7 + 1


def terms_by_rule(row: DueWork, extra: Extra, book: Workbook, start: date) -> Terms:
    """When an inspection that falls due can be done, by the rules and by what people added."""
    place = (row.lon, row.lat) if row.lon is not None and row.lat is not None else None
    asset = (row.owner, row.asset_class, row.number, row.crosses)
    return terms_of(asset, place, extra, start, book.seasons, book.hours)


def _open_weeks(
    terms: Sequence[Terms], minutes: Sequence[int], bare: Roster, weeks: Sequence[Month]
) -> tuple[NDArray[np.int64], NDArray[np.bool_] | None]:
    """Which tasks only nights allow (1), and the weeks without a day on which a task can be done at all."""
    nightly, closed = np.zeros(len(terms), dtype=np.int64), np.zeros((len(terms), len(weeks)), dtype=np.bool_)
    known: dict[tuple[Terms, int], tuple[bool, list[bool]]] = {}
    first, last, day = weeks[0].first, weeks[-1].last, day_hours(bare)
    night = bare.rules.night.start_min, bare.rules.night.end_min
    for at, (one, length) in enumerate(zip(terms, minutes, strict=True)):
        if one == Terms():
            continue
        if (one, length) not in known:
            trial = Work(
                id="", owner="", asset="", asset_class="", duty="", name="", place=(0.0, 0.0), minutes=length,
                qualifications=(), first=first, last=last + ONE_DAY, only=one.only, never=one.never,
            )  # fmt: skip
            by_night = asks_for_night(trial, day)
            hours = night if by_night else day
            shut = [not any(fits_in(trial, date_, hours, bare) for date_ in week.dates) for week in weeks]
            known[one, length] = by_night, shut
        nightly[at], closed[at] = known[one, length]
    return nightly, closed if closed.any() else None


def roster_of(
    year: YearByWeek, people: Sequence[Person], extra: Extra, book: Workbook, *, region: str, weeks: int,
    previous: DayPlan | None, simulated: bool, owners: Mapping[str, str] | None = None,
) -> Roster:  # fmt: skip
    """Lay out the next weeks; works without a place stand at the middle of all (their drive is a guess)."""
    start = year.weeks[0].first
    week = year.plan.month
    urgent = np.array([row.due for row in year.rows], dtype=object) <= year.weeks[weeks - 1].last
    chosen = np.flatnonzero((week >= 0) & (week < 2 * weeks) | (week < 0) & urgent)
    known = [(row.lon, row.lat) for row in year.rows if row.lon is not None and row.lat is not None]
    middle = tuple(np.median(np.array(known or [(0.0, 0.0)]), axis=0).round(5).tolist())
    loss = np.array([year.rows[at].loss or 0.0 for at in chosen])
    order = np.empty(len(chosen), dtype=np.int64)
    order[np.argsort(loss, kind="stable")] = np.arange(len(chosen))
    works: list[Work] = []
    for rank, at in zip(order, chosen, strict=True):
        row, kind, terms = year.rows[at], book.work[year.tasks.kind[at] % len(book.work)], year.terms[at]
        if kind.outside:
            continue
        prize = 30 + int(270 * rank / max(len(chosen) - 1, 1)) + (200 if week[at] < weeks else 0)
        place = (row.lon, row.lat) if row.lon is not None and row.lat is not None else middle
        first = row.window_open if row.window_open is not None else min(start, row.due)
        works.append(
            Work(
                id=f"{row.duty}:{row.asset_id}", owner=row.owner, asset=row.asset_id, asset_class=row.asset_class,
                duty=row.duty, name=f"{row.name or ''} {row.number}".strip(), place=place, minutes=kind.minutes,
                qualifications=kind.qualifications, crew=kind.crew, first=min(first, row.due), last=row.due,
                prize=prize, only=terms.only, never=terms.never,
                basis=row.basis or "", contact=extra.contacts.get(row.number, extra.contacts.get(row.owner, "")),
            )
        )  # fmt: skip
    return Roster(
        region=region, first=start, weeks=weeks, people=tuple(people), cars=extra.cars, work=tuple(works),
        closed=extra.closed, wishes=extra.wishes, rules=book.days, previous=previous, simulated=simulated,
        owners=dict(owners or {}),
    )  # fmt: skip
