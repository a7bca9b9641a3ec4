"""Why a work is not in a day plan, and the smallest change that would place it.

Every possible tour is tried with the plan as it stands. What is missing there is one or more of:
longer_day (`minutes` more), wish (a pin or a forbidden day), permit (a day without permit or out of season),
earlier_start (before the first lawful day), car, crew (too few go), qualification. The tour with the least to
change is named; `nobody` stands where no tour exists at all, `not_worth` where it would fit but brings too little.
"""

from collections.abc import Mapping

import numpy as np

from gunmane.core.schedule.days import Desk, wished
from gunmane.core.schedule.roster import DayPlan, Left, Work, may_be_done, must
from gunmane.core.schedule.routing import Ints, minutes_of
from gunmane.core.schedule.teams import TeamDay

WEIGHTS = {"wish": 2.0, "permit": 3.0, "earlier_start": 4.0, "crew": 6.0, "car": 7.0, "qualification": 8.0}
"""How large a change is beside others; ten minutes of a longer day count 1."""


def with_left(given: Desk, routes: Mapping[int, tuple[int, ...]], plan: DayPlan) -> DayPlan:
    """Add to a plan all works that it leaves out, each with its remedy."""
    placed = {row for rows in routes.values() for row in rows}
    left = [row for row in range(given.routing.visits) if row not in placed]
    slack, short = _room(given, routes, left)
    found: list[Left] = []
    for at, row in enumerate(left):
        for work in given.bundles[row]:
            found.append(_remedy(given, given.roster.work[work], short[at] - slack))
    found.sort(key=lambda one: (one.lawful, one.work))
    return DayPlan(first=plan.first, last=plan.last, tours=plan.tours, left=tuple(found))


def _room(given: Desk, routes: Mapping[int, tuple[int, ...]], left: list[int]) -> tuple[Ints, Ints]:
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


def _remedy(given: Desk, work: Work, short: Ints) -> Left:
    lawful = not must(work, given.roster)
    best: tuple[float, int, int] | None = None
    missing: tuple[str, ...] = ()
    for index, team in enumerate(given.teams):
        if team.day > work.last and work.last >= given.roster.first:
            continue
        lacking = _lacking(given, work, team)
        minutes = max(0, int(short[index]))
        weight = sum(WEIGHTS[name] for name in lacking) + minutes / 10
        if best is None or weight < best[0]:
            best, missing = (weight, index, minutes), lacking
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


def _lacking(given: Desk, work: Work, team: TeamDay) -> tuple[str, ...]:
    found: list[str] = []
    if not wished(given.roster, work.id, team.day, team.people):
        found.append("wish")
    if team.day < work.first:
        found.append("earlier_start")
    elif not may_be_done(work, team.day, given.roster):
        found.append("permit")
    if len(team.people) < work.crew:
        found.append("crew")
    if not any(set(person.qualifications) & set(work.qualifications) for person in team.people):
        found.append("qualification")
    if work.car is not None and not any(car.kind == work.car for car in team.cars):
        found.append("car")
    return tuple(found)
