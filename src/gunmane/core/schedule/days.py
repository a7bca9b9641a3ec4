"""From a roster to a routing problem and back: bundles of near assets, last week's plan, times of the day."""

from collections.abc import Mapping, Sequence
from datetime import date
from math import ceil

import numpy as np
from msgspec import Struct

from gunmane.core.calendar import WorkingDays
from gunmane.core.schedule.roster import (
    Car,
    DayPlan,
    Person,
    Roster,
    Stop,
    Tour,
    Work,
    distance_km,
    may_be_done,
    must,
)
from gunmane.core.schedule.routing import Ints, Routes, Routing, minutes_of
from gunmane.core.schedule.teams import TeamDay, able, team_days
from gunmane.core.schedule.travel import by_road

PIN_PRIZE = 200_000
"""Minutes that a pinned work is worth: more than any statutory date, as a person has decided."""
LONGEST_BUNDLE = 240
NOON, LUNCH_BY, LUNCH_FROM = 720, 780, 660


class Desk(Struct, frozen=True, eq=False):
    """A roster in the form that is solved: possible tours, bundles (indices of works), and the routing problem."""

    roster: Roster
    teams: list[TeamDay]
    bundles: list[tuple[int, ...]]
    routing: Routing
    allowed: np.ndarray  # works x teams, before bundling


def desk(roster: Roster, office: WorkingDays, variant: int = 0) -> Desk:
    """Lay a roster out for solving; `variant` divides people into teams differently."""
    teams = team_days(roster, office, variant)
    allowed = allowed_of(roster, teams)
    bundles = _bundles(roster, allowed)
    works = roster.work
    service = np.array([bundle_minutes(roster, [works[w] for w in one]) for one in bundles], dtype=np.int64)
    prize = np.array([sum(_prize(works[w], roster) for w in one) for one in bundles], dtype=np.int64)
    places = [works[one[0]].place for one in bundles] + sorted({team.people[0].base for team in teams})
    row = {place: len(bundles) + n for n, place in enumerate(places[len(bundles) :])}
    keep, stay = _kept(roster, teams, bundles)
    open_to = np.array([allowed[list(one)].all(axis=0) for one in bundles], dtype=np.bool_)
    routing = Routing(
        travel_minutes(places, roster),
        service,
        prize,
        np.array([row[team.people[0].base] for team in teams], dtype=np.int64),
        np.array([team.minutes for team in teams], dtype=np.int64),
        open_to.reshape(len(bundles), len(teams)),
        keep,
        stay,
    )
    return Desk(roster, teams, bundles, routing, allowed)


def travel_minutes(places: Sequence[tuple[float, float]], roster: Roster) -> Ints:
    """Whole minutes of driving between places: by road where the roster has them, else by coordinates; rounded up."""
    point = np.array(places, dtype=np.float64).reshape(-1, 2)
    north = point[:, None, 1] - point[None, :, 1]
    middle = np.radians((point[:, None, 1] + point[None, :, 1]) / 2)
    km = 111.195 * np.hypot((point[:, None, 0] - point[None, :, 0]) * np.cos(middle), north)
    found = np.ceil(km * roster.rules.detour / roster.rules.speed_km_h * 60 - 1e-9).astype(np.int64)
    if roster.travel is not None:
        rows, minutes = by_road(roster.travel)
        at = np.array([rows.get(place, -1) for place in places], dtype=np.int64)
        known = np.flatnonzero(at >= 0)
        road = minutes[np.ix_(at[known], at[known])]
        found[np.ix_(known, known)] = np.where(road >= 0, road, found[np.ix_(known, known)])
    return found


def drive_minutes(one: tuple[float, float], two: tuple[float, float], roster: Roster) -> int:
    """Whole minutes of driving between two places, as in `travel_minutes`."""
    if roster.travel is not None:
        rows, minutes = by_road(roster.travel)
        if one in rows and two in rows and minutes[rows[one], rows[two]] >= 0:
            return int(minutes[rows[one], rows[two]])
    return ceil(distance_km(one, two) * roster.rules.detour / roster.rules.speed_km_h * 60 - 1e-9)


def places_of(roster: Roster) -> list[tuple[float, float]]:
    """All places of a roster, each once: of works, and where people start."""
    return list(dict.fromkeys([*(work.place for work in roster.work), *(person.base for person in roster.people)]))


def bundle_minutes(roster: Roster, works: Sequence[Work]) -> int:
    """Minutes at one place: all works, setting up once."""
    saved = roster.rules.setup_min * (len(works) - 1)
    return max(sum(work.minutes for work in works) - saved, *(work.minutes for work in works))


def allowed_of(roster: Roster, teams: Sequence[TeamDay]) -> np.ndarray:
    """Which work may stand in which tour (works x tours): law, permits, qualifications, crew, car and wishes."""
    found = np.zeros((len(roster.work), len(teams)), dtype=np.bool_)
    days = sorted({team.day for team in teams})
    for row, work in enumerate(roster.work):
        open_days = {day for day in days if may_be_done(work, day, roster) and wished(roster, work.id, day, None)}
        for column, team in enumerate(teams):
            found[row, column] = (
                team.day in open_days
                and able(team.people, work)
                and (work.car is None or any(car.kind == work.car for car in team.cars))
                and wished(roster, work.id, team.day, team.people)
            )
    return found


def wished(roster: Roster, work: str, day: date, people: Sequence[Person] | None) -> bool:
    """Tell whether wishes leave a work to a day and, where `people` are given, to that team."""
    codes = None if people is None else {person.code for person in people}
    for wish in roster.wishes:
        if wish.work != work:
            continue
        same_day = wish.day is None or wish.day == day
        same_person = wish.person is None or (codes is not None and wish.person in codes)
        if wish.kind == "pin" and (not same_day or (codes is not None and not same_person)):
            return False
        if wish.kind == "forbid" and same_day and same_person:
            return False
    return True


def _prize(work: Work, roster: Roster) -> int:
    if any(wish.work == work.id and wish.kind == "pin" for wish in roster.wishes):
        return PIN_PRIZE
    if work.last < roster.first:
        return roster.rules.overdue_prize + work.prize
    return (roster.rules.must_prize if must(work, roster) else 0) + work.prize


def _bundles(roster: Roster, allowed: np.ndarray) -> list[tuple[int, ...]]:
    """Put works together that lie within walking distance and can mostly be done by the same teams."""
    works, free = roster.work, set(range(len(roster.work)))
    point = np.array([work.place for work in works], dtype=np.float64).reshape(-1, 2)
    found: list[tuple[int, ...]] = []
    for first in range(len(works)):
        if first not in free:
            continue
        free.discard(first)
        east = (point[:, 0] - point[first, 0]) * np.cos(np.radians(point[first, 1]))
        apart = 111_195 * np.hypot(east, point[:, 1] - point[first, 1])
        group, open_to = [first], allowed[first]
        for other in np.argsort(apart, kind="stable"):
            if apart[other] > roster.rules.bundle_m:
                break
            both = open_to & allowed[other]
            fits = int(other) in free and both.sum() * 2 >= max(open_to.sum(), allowed[other].sum()) and both.any()
            together = [works[w] for w in (*group, int(other))]
            if fits and bundle_minutes(roster, together) <= LONGEST_BUNDLE:
                group.append(int(other))
                free.discard(int(other))
                open_to = both
        found.append(tuple(group))
    return found


def placed_in(plan: DayPlan | None) -> dict[str, tuple[date, str]]:
    """Day and leading person of every work of a plan."""
    tours = plan.tours if plan else ()
    return {work: (tour.day, tour.people[0]) for tour in tours for stop in tour.stops for work in stop.works}


def _kept(roster: Roster, teams: Sequence[TeamDay], bundles: Sequence[tuple[int, ...]]) -> tuple[Ints, Ints]:
    """The route that each bundle had last week (-1: none) and what leaving it costs."""
    before = placed_in(roster.previous)
    keep, stay = np.full(len(bundles), -1, dtype=np.int64), np.zeros(len(bundles), dtype=np.int64)
    number: dict[tuple[date, str], int] = {}
    for index, team in enumerate(teams):
        for person in team.people:
            number[team.day, person.code] = index
    for row, bundle in enumerate(bundles):
        held = next((before[roster.work[w].id] for w in bundle if roster.work[w].id in before), None)
        if held is not None and held in number:
            keep[row], stay[row] = number[held], roster.rules.stay_min
    return keep, stay


def warm_start(given: Desk) -> Routes:
    """Last week's plan as far as it still holds, in its order."""
    order = {
        work: (tour.day, at)
        for tour in (given.roster.previous.tours if given.roster.previous else ())
        for at, stop in enumerate(tour.stops)
        for work in stop.works
    }
    found: Routes = {}
    routing = given.routing
    known = [row for row in range(routing.visits) if routing.keep[row] >= 0]
    known.sort(key=lambda row: min(order.get(given.roster.work[w].id, (date.max, 0)) for w in given.bundles[row]))
    for row in known:
        route = int(routing.keep[row])
        tried = (*found.get(route, ()), row)
        if routing.allowed[row, route] and sum(minutes_of(routing, route, tried)) <= routing.limit[route]:
            found[route] = tried
    return found


def day_plan(given: Desk, routes: Mapping[int, tuple[int, ...]]) -> DayPlan:
    """Write solved routes as tours with times; what is left out is added by `remedies`."""
    roster = given.roster
    tours = [
        timed(
            roster,
            given.teams[route].day,
            given.teams[route].people,
            given.teams[route].cars,
            [[roster.work[w] for w in given.bundles[row]] for row in rows],
        )
        for route, rows in routes.items()
        if rows
    ]
    tours.sort(key=lambda tour: (tour.day, tour.people))
    return DayPlan(first=roster.first, last=roster.last, tours=tuple(tours))


def timed(
    roster: Roster, day: date, people: Sequence[Person], cars: Sequence[Car], groups: Sequence[Sequence[Work]]
) -> Tour:
    """Give a tour its times: lunch before the first work that would last beyond 13:00, or within it.

    Cars that no work of the day needs stay at home.
    """
    start = max(person.start_min for person in people)
    pause = max(person.break_min for person in people)
    now, here, total, rested = start, people[0].base, 0, False
    stops: list[Stop] = []
    for works in groups:
        drive, minutes = drive_minutes(here, works[0].place, roster), bundle_minutes(roster, works)
        now += drive
        if not rested and now + minutes > LUNCH_BY and now >= LUNCH_FROM:
            now, rested = now + pause, True
        leave = now + minutes
        if not rested and now < LUNCH_FROM and leave > LUNCH_BY:
            leave, rested = leave + pause, True
        stops.append(Stop(tuple(work.id for work in works), now, leave, drive))
        now, here, total = leave, works[0].place, total + drive
    home = drive_minutes(here, people[0].base, roster)
    if not rested and now + home > LUNCH_BY:
        now += pause
    wanted = {work.car for works in groups for work in works}
    return Tour(
        day=day,
        people=tuple(person.code for person in people),
        cars=tuple(car.code for car in cars if car.kind in wanted),
        start=start,
        back=now + home,
        drive=total + home,
        stops=tuple(stops),
    )
