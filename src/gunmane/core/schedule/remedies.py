"""Why a work is not in a day plan, and the smallest change that would place it.

Every possible tour is tried with the plan as it stands. What is missing there is one or more of:
longer_day (`minutes` more), wish (a pin or a forbidden day), permit (a day without permit or out of season),
hours (wider permitted hours), earlier_start (before the first lawful day), car, crew (too few go), qualification,
night (one more night shift), night_person (somebody cleared for night work). The tour with the least to change is
named; `nobody` stands where no tour exists at all, `not_worth` where it would fit but brings too little.
"""

from datetime import date

import numpy as np
from msgspec import structs

from gunmane.core.schedule.clock import FAR
from gunmane.core.schedule.days import Desk, may_stand
from gunmane.core.schedule.hours import common
from gunmane.core.schedule.nights import crew_for, former_nights, night_team
from gunmane.core.schedule.roster import (
    DayPlan,
    Left,
    Person,
    Work,
    asks_for_night,
    fits_in,
    may_at_night,
    may_be_done,
    must,
    open_minutes,
    wished,
)
from gunmane.core.schedule.routing import Ints, Routes, back_at, minutes_of
from gunmane.core.schedule.teams import TeamDay, car_free, day_hours

WEIGHTS = {
    "wish": 2.0, "permit": 3.0, "hours": 3.5, "earlier_start": 4.0, "night": 5.0, "crew": 6.0, "night_person": 4.5,
    "car": 7.0, "qualification": 8.0,
}  # fmt: skip
"""How large a change is beside others; ten minutes of a longer day count 1."""


def with_left(given: Desk, routes: Routes, plan: DayPlan) -> DayPlan:
    """Add to a plan all works that it leaves out, each with its remedy."""
    placed = {row for rows in routes.values() for row in rows}
    left = [row for row in range(given.routing.visits) if row not in placed]
    slack, short = _room(given, routes, left)
    found: list[Left] = []
    for at, row in enumerate(left):
        for work in given.bundles[row]:
            found.append(_remedy(given, given.roster.work[work], row, short[at] - slack, routes))
    found.sort(key=lambda one: (one.lawful, one.work))
    return DayPlan(first=plan.first, last=plan.last, tours=plan.tours, left=tuple(found))


def _room(given: Desk, routes: Routes, left: list[int]) -> tuple[Ints, Ints]:
    """Minutes free in each tour, and minutes that each left-out visit would take there (visits x tours)."""
    routing, tours = given.routing, len(given.teams)
    slack = np.array([routing.limit[t] - sum(minutes_of(routing, t, routes.get(t, ()))) for t in range(tours)])
    need = np.zeros((len(left), tours), dtype=np.int64)
    rows = np.array(left, dtype=np.int64)
    for tour in range(tours):
        visits = routes.get(tour, ())
        stops = np.array([routing.home[tour], *visits, routing.home[tour]], dtype=np.int64)
        before, after = stops[:-1], stops[1:]
        way = routing.travel[before, after] if visits else np.zeros(1, dtype=np.int64)
        more = routing.travel[before][:, rows] + routing.travel[rows][:, after].T - way[:, None]
        need[:, tour] = more.min(axis=0) + routing.service[rows]
    return slack.astype(np.int64), need


def _remedy(given: Desk, work: Work, row: int, short: Ints, routes: Routes) -> Left:
    lawful = not must(work, given.roster)
    best: tuple[float, int, int] | None = None
    missing: tuple[str, ...] = ()
    only_night = asks_for_night(work, day_hours(given.roster))
    for index, team in enumerate(given.teams):
        if team.day > work.last and work.last >= given.roster.first:
            continue
        if (team.night and not may_at_night(work)) or (only_night and not team.night):
            continue
        lacking = _lacking(given, work, team)
        minutes = max(0, int(short[index]))
        weight = sum(WEIGHTS[name] for name in lacking) + minutes / 10
        if (best is None or weight < best[0]) and given.routing.clock is not None and "hours" not in lacking:
            later = _late(given, row, index, routes)
            lacking, minutes = ((*lacking, "hours"), minutes) if later is None else (lacking, max(minutes, later))
            weight = sum(WEIGHTS[name] for name in lacking) + minutes / 10
        if best is None or weight < best[0]:
            best, missing = (weight, index, minutes), lacking
    by_night = _by_night(given, work) if only_night else None
    if by_night is not None and (best is None or sum(WEIGHTS[name] for name in by_night[0]) < best[0]):
        codes, day, people = by_night
        names = tuple(person.code for person in people)
        return Left(work=work.id, code="+".join(codes), day=day, people=names, lawful=lawful)
    if best is None:
        return Left(work=work.id, code="nobody", lawful=lawful)
    _, index, minutes = best
    codes = (*missing, *(("longer_day",) if minutes else ())) or ("not_worth",)
    team = given.teams[index]
    return Left(
        work=work.id,
        code="+".join(codes),
        day=team.day,
        people=tuple(person.code for person in team.people),
        minutes=minutes or None,
        lawful=lawful,
    )


def _late(given: Desk, row: int, tour: int, routes: Routes) -> int | None:
    """Minutes by which a tour would be late with one more visit; None where its hours cannot be kept at all."""
    if not given.routing.allowed[row, tour]:
        return 0  # what is missing is told apart from the times
    visits, end = routes.get(tour, ()), given.teams[tour].shift.end
    backs = [
        back_at(given.routing, tour, (*visits[:at], row, *visits[at:]), FAR if exact else None)
        for exact in (False, True)
        for at in range(len(visits) + 1)
    ]
    kept = [back for back in backs if back >= 0]
    return max(0, min(kept) - end) if kept else None


def _lacking(given: Desk, work: Work, team: TeamDay) -> tuple[str, ...]:
    found: list[str] = []
    if not wished(given.roster, work.id, team.day, team.people):
        found.append("wish")
    if team.day < work.first:
        found.append("earlier_start")
    elif not may_be_done(work, team.day, given.roster):
        found.append("permit")
    elif not may_stand(work, team, given.roster):
        found.append("hours")
    if len(team.people) < work.crew:
        found.append("crew")
    if not any(set(person.qualifications) & set(work.qualifications) for person in team.people):
        found.append("qualification")
    if work.car is not None and not any(car.kind == work.car for car in team.cars):
        found.append("car")
    return tuple(found)


def _by_night(given: Desk, work: Work) -> tuple[tuple[str, ...], date | None, tuple[Person, ...]]:
    """One more night shift that would place a work that no day allows, and what it lacks."""
    roster, office = given.roster, given.office
    night = roster.rules.night.start_min, roster.rules.night.end_min
    days = [day for day in roster.days() if office.is_open(day) and fits_in(work, day, night, roster)]
    if not days:
        short = [
            day for day in roster.days() if office.is_open(day) and common(open_minutes(work, day, roster), [night])
        ]
        return (("hours",), short[0], ()) if short else (("permit", "night"), None, ())
    held = [*former_nights(roster), *(team for team in given.teams if team.night)]
    cleared = structs.replace(roster, people=tuple(structs.replace(one, nights=True) for one in roster.people))
    best: tuple[float, tuple[str, ...], date, tuple[Person, ...]] | None = None
    for day in days:
        for extra, some in (((), roster), (("night_person",), cleared)):
            people = crew_for(some, office, day, work, work.crew, held)
            team = night_team(some, office, day, people) if people else None
            car = work.car is not None and not any(
                one.kind == work.car and team is not None and car_free(one, day, team.shift, held)
                for one in roster.cars
            )
            lacking = ("night", *extra, *(("crew",) if len(people) < work.crew else ()))
            lacking = (*lacking, *(() if people else ("qualification",)), *(("car",) if car and people else ()))
            lacking = (*lacking, *(() if wished(roster, work.id, day, people or None) else ("wish",)))
            weight = sum(WEIGHTS[name] for name in lacking)
            if best is None or weight < best[0]:
                best = weight, lacking, day, people
    return (("night",), None, ()) if best is None else best[1:]
