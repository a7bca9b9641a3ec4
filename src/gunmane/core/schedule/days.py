"""From a roster to a routing problem and back: bundles of near assets, last week's plan, times of the day."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from math import ceil

import numpy as np
from msgspec import Struct

from gunmane.core.calendar import WorkingDays
from gunmane.core.schedule.clock import FAR, Clock, lay, windows_of
from gunmane.core.schedule.hours import Piece, common
from gunmane.core.schedule.nights import former_nights, night_shifts
from gunmane.core.schedule.roster import (
    Car,
    DayPlan,
    Person,
    Roster,
    Stop,
    Tour,
    Work,
    by_hours,
    distance_km,
    fits_in,
    may_at_night,
    must,
    open_minutes,
    wished,
)
from gunmane.core.schedule.routing import Ints, Routes, Routing, fits
from gunmane.core.schedule.teams import Shift, TeamDay, able, team_days
from gunmane.core.schedule.travel import by_road

PIN_PRIZE = 200_000
"""Minutes that a pinned work is worth: more than any statutory date, as a person has decided."""
LONGEST_BUNDLE = 240


class Desk(Struct, frozen=True, eq=False):
    """A roster in the form that is solved: possible tours, bundles (indices of works), and the routing problem."""

    roster: Roster
    office: WorkingDays
    teams: list[TeamDay]
    bundles: list[tuple[int, ...]]
    routing: Routing
    allowed: np.ndarray  # works x teams, before bundling


def desk(roster: Roster, office: WorkingDays, variant: int = 0) -> Desk:
    """Lay a roster out for solving; `variant` divides people into teams differently."""
    teams = team_days(roster, office, night_shifts(roster, office), former_nights(roster), variant)
    allowed = allowed_of(roster, teams)
    bundles = _bundles(roster, allowed)
    works = roster.work
    service = np.array([bundle_minutes(roster, [works[w] for w in one]) for one in bundles], dtype=np.int64)
    prize = np.array([sum(_prize(works[w], roster) for w in one) for one in bundles], dtype=np.int64)
    places = [works[one[0]].place for one in bundles] + sorted({team.people[0].base for team in teams})
    row = {place: len(bundles) + n for n, place in enumerate(places[len(bundles) :])}
    keep, stay = _kept(roster, teams, bundles)
    open_to = np.array([allowed[list(one)].all(axis=0) for one in bundles], dtype=np.bool_)
    open_to = open_to.reshape(len(bundles), len(teams))
    clock = _clock(roster, teams, bundles, service, open_to)
    routing = Routing(
        travel_minutes(places, roster),
        service,
        prize,
        np.array([row[team.people[0].base] for team in teams], dtype=np.int64),
        np.array([team.minutes for team in teams], dtype=np.int64),
        open_to,
        keep,
        stay,
        clock,
    )
    return Desk(roster, office, teams, bundles, routing, allowed)


def _clock(
    roster: Roster, teams: Sequence[TeamDay], bundles: Sequence[tuple[int, ...]], service: Ints, open_to: np.ndarray
) -> Clock | None:
    """Hours of bundles and teams; a bundle without room for it on a day is closed there (changes `open_to`)."""
    timed_rows = [row for row, one in enumerate(bundles) if any(by_hours(roster.work[w]) for w in one)]
    if not timed_rows and not any(team.night for team in teams):
        return None
    number: dict[tuple[Piece, ...], int] = {((0, FAR),): 0}
    rows = np.zeros((len(bundles), len(teams)), dtype=np.int32)
    nightly = [row for row, one in enumerate(bundles) if any(may_at_night(roster.work[w]) for w in one)]
    for row in sorted({*timed_rows, *nightly}):
        for column in np.flatnonzero(open_to[row]).tolist():
            team = teams[column]
            pieces = [(team.shift.start, team.shift.end)]
            for w in bundles[row]:
                pieces = common(pieces, open_minutes(roster.work[w], team.day, roster))
            pieces = [piece for piece in pieces if piece[1] - piece[0] >= service[row]]
            open_to[row, column] = bool(pieces)
            rows[row, column] = number.setdefault(tuple(pieces), len(number)) if pieces else 0
    shifts = [(one.shift.start, one.shift.end, one.shift.pause, one.shift.over) for one in teams]
    return Clock(
        rows,
        windows_of([list(pieces) for pieces in number]),
        np.array(shifts, dtype=np.int64).reshape(-1, 4),
        np.array([one.night for one in teams], dtype=np.bool_),
    )


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
        open_days = {day for day in days if wished(roster, work.id, day, None)}
        for column, team in enumerate(teams):
            found[row, column] = (
                team.day in open_days
                and may_stand(work, team, roster)
                and able(team.people, work)
                and (work.car is None or any(car.kind == work.car for car in team.cars))
                and wished(roster, work.id, team.day, team.people)
            )
    return found


def may_stand(work: Work, team: TeamDay, roster: Roster) -> bool:
    """Tell whether law, permits and their hours leave a work to a team's day or night."""
    if team.night and not may_at_night(work):
        return False
    return fits_in(work, team.day, (team.shift.start, team.shift.end), roster)


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
            near = int(other) in free and both.sum() * 2 >= max(open_to.sum(), allowed[other].sum()) and both.any()
            near = near and same_hours(works[first], works[int(other)])
            together = [works[w] for w in (*group, int(other))]
            if near and bundle_minutes(roster, together) <= LONGEST_BUNDLE:
                group.append(int(other))
                free.discard(int(other))
                open_to = both
        found.append(tuple(group))
    return found


def same_hours(one: Work, two: Work) -> bool:
    """Tell whether two works can be done at once as far as hours go: neither has any, or both have the same."""
    return not (by_hours(one) or by_hours(two)) or (one.only, one.never) == (two.only, two.never)


def placed_in(plan: DayPlan | None) -> dict[str, tuple[date, str]]:
    """Day and leading person of every work of a plan."""
    tours = plan.tours if plan else ()
    return {work: (tour.day, tour.people[0]) for tour in tours for stop in tour.stops for work in stop.works}


def _kept(roster: Roster, teams: Sequence[TeamDay], bundles: Sequence[tuple[int, ...]]) -> tuple[Ints, Ints]:
    """The route that each bundle had last week (-1: none) and what leaving it costs."""
    tours = roster.previous.tours if roster.previous else ()
    before = {
        work: (tour.day, tour.people[0], tour.night) for tour in tours for stop in tour.stops for work in stop.works
    }
    keep, stay = np.full(len(bundles), -1, dtype=np.int64), np.zeros(len(bundles), dtype=np.int64)
    number: dict[tuple[date, str, bool], int] = {}
    for index, team in enumerate(teams):
        for person in team.people:
            number[team.day, person.code, team.night] = index
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
        if routing.allowed[row, route] and fits(routing, route, tried):
            found[route] = tried
    return found


def day_plan(given: Desk, routes: Mapping[int, tuple[int, ...]]) -> DayPlan:
    """Write solved routes as tours with times; what is left out is added by `remedies`."""
    roster = given.roster
    tours: list[Tour] = []
    for route, rows in routes.items():
        team, groups = given.teams[route], [[roster.work[w] for w in given.bundles[row]] for row in rows]
        if groups:
            tours.append(timed(roster, team.day, team.people, team.cars, groups, team.shift))
    tours.sort(key=lambda tour: (tour.day, tour.people, tour.night))
    return DayPlan(first=roster.first, last=roster.last, tours=tuple(tours))


def timed(
    roster: Roster, day: date, people: Sequence[Person], cars: Sequence[Car], groups: Sequence[Sequence[Work]],
    shift: Shift,
) -> Tour:  # fmt: skip
    """Give a tour its times, see `clock.lay`; hours that cannot be kept are not, for the checker to say so.

    Cars that no work of the day needs stay at home.
    """
    spots = [people[0].base, *(works[0].place for works in groups), people[0].base]
    drive = [drive_minutes(here, there, roster) for here, there in pairwise(spots)]
    minutes = [bundle_minutes(roster, works) for works in groups]
    pieces: list[list[Piece]] = []
    for works in groups:
        open_to: list[Piece] = [(0, FAR)]
        for work in works:
            if by_hours(work) or shift.night:
                open_to = common(open_to, open_minutes(work, day, roster))
        pieces.append(open_to)
    count, arrive, leave = len(groups), [0] * len(groups), [0] * len(groups)
    for hours, end in ((pieces, shift.end), (pieces, FAR), ([[(0, FAR)]] * count, FAR)):
        given = (shift.start, end, shift.pause, shift.over)
        begin, back = lay(drive, minutes, range(count), windows_of(hours), count, drive[-1], given, arrive, leave)
        if back >= 0:
            break
    wanted = {work.car for works in groups for work in works}
    return Tour(
        day=day,
        night=shift.night,
        people=tuple(person.code for person in people),
        cars=tuple(car.code for car in cars if car.kind in wanted),
        start=int(begin),
        back=int(back),
        drive=sum(drive),
        stops=tuple(
            Stop(tuple(work.id for work in works), int(arrive[at]), int(leave[at]), drive[at])
            for at, works in enumerate(groups)
        ),
    )
