"""Night shifts: which nights are worked, and by whom, before the routes are sought.

A railway gives its track for some hours of some nights; whoever works then is lost to the day before and after. So
nights are opened only for work that no day allows and that must not wait: what falls due inside the plan, is pinned,
or has its last permitted night there. Other such work goes along where there is room.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from gunmane.core.calendar import WorkingDays
from gunmane.core.schedule.hours import Piece
from gunmane.core.schedule.roster import (
    Car,
    Person,
    Roster,
    Work,
    distance_km,
    fits_in,
    may_at_night,
    must,
    wished,
)
from gunmane.core.schedule.teams import TeamDay, able, car_free, day_hours, free_hours, rested, shift_of

WAY_MIN = 30
"""Minutes reckoned for the way to each work when a night is filled; the search then looks at the real ways."""


def night_work(roster: Roster) -> list[Work]:
    """Works that only a night allows, of those whose permitted hours fit a night shift on some day of the plan."""
    day, days = day_hours(roster), roster.days()
    return [
        work
        for work in roster.work
        if may_at_night(work)
        and not any(fits_in(work, one, day, roster) for one in days)
        and any(fits_in(work, one, _night(roster), roster) for one in days)
    ]


def night_shifts(roster: Roster, office: WorkingDays) -> list[TeamDay]:
    """Open nights one after another: the first on which most can be done, by those who may go and have had rest."""
    before = former_nights(roster)
    work = [one for one in night_work(roster) if _presses(one, roster)]
    days = [day for day in roster.days() if office.is_open(day)]
    found: list[TeamDay] = []
    while work:
        tried = [team for day in days if (team := _open(roster, office, day, work, [*before, *found])) is not None]
        best = max(tried, key=lambda one: one[1], default=None)
        if best is None:
            break
        found.append(best[0])
        done = {one.id for one in best[2]}
        work = [one for one in work if one.id not in done]
    return sorted(found, key=lambda one: (one.day, one.people[0].code))


def former_nights(roster: Roster) -> list[TeamDay]:
    """Night shifts of last week's plan that are over or run into the first day: their rest still counts."""
    people = {person.code: person for person in roster.people}
    found: list[TeamDay] = []
    for tour in roster.previous.tours if roster.previous else ():
        if tour.night and roster.first - timedelta(days=7) <= tour.day < roster.first:
            team = tuple(people[code] for code in tour.people if code in people)
            if team:
                found.append(TeamDay(tour.day, team, shift_of(roster, team, [(tour.start, tour.back)], night=True)))
    return found


def crew_for(
    roster: Roster, office: WorkingDays, day: date, lead: Work, size: int, nights: Sequence[TeamDay]
) -> tuple[Person, ...]:
    """Who can go on a night shift for a work: the nearest who is qualified leads, the nearest to that one join."""
    free = {
        person.code: person
        for person in roster.people
        if (hours := free_hours(roster, person, day, office, night=True)) is not None
        and hours[1] - hours[0] >= lead.minutes
        and rested(roster, person, day, hours, nights)
        and _nights_left(roster, person, day, nights)
    }
    pinned = [wish.person for wish in roster.wishes if wish.kind == "pin" and wish.work == lead.id and wish.person]
    fit = [one for one in free.values() if set(one.qualifications) & set(lead.qualifications)]
    leader = min(
        (one for one in fit if wished(roster, lead.id, day, (one, *(free[p] for p in pinned if p in free)))),
        key=lambda one: (one.code not in pinned, distance_km(one.base, lead.place), one.code),
        default=None,
    )
    if leader is None:
        return ()
    others = sorted(
        (one for one in free.values() if one is not leader),
        key=lambda one: (one.code not in pinned, distance_km(one.base, leader.base), one.code),
    )
    return (leader, *others[: size - 1])


def night_team(
    roster: Roster, office: WorkingDays, day: date, people: tuple[Person, ...], cars: tuple[Car, ...] = ()
) -> TeamDay:
    """A night shift of these people, with the hours that all of them have."""
    hours = [free_hours(roster, one, day, office, night=True) or _night(roster) for one in people]
    return TeamDay(day, people, shift_of(roster, people, hours, night=True), cars)


def _night(roster: Roster) -> Piece:
    return roster.rules.night.start_min, roster.rules.night.end_min


def _presses(work: Work, roster: Roster) -> bool:
    """Tell whether a work cannot be left to a later plan."""
    pinned = any(wish.kind == "pin" and wish.work == work.id for wish in roster.wishes)
    return pinned or must(work, roster) or max(span.last for span in work.only) <= roster.last


def _open(
    roster: Roster, office: WorkingDays, day: date, work: Sequence[Work], nights: Sequence[TeamDay]
) -> tuple[TeamDay, tuple[int, int], list[Work]] | None:
    """Fill one night with one crew: the team, what it is worth (works' prizes, fewer people), what it does."""
    here = [one for one in work if fits_in(one, day, _night(roster), roster) and wished(roster, one.id, day, None)]
    here.sort(key=lambda one: (not must(one, roster), one.last, -one.prize, one.id))
    for lead in here:
        people = crew_for(roster, office, day, lead, lead.crew, nights)
        if not able(people, lead) or not wished(roster, lead.id, day, people):
            continue
        team = night_team(roster, office, day, people)
        cars = tuple(car for car in roster.cars if car_free(car, day, team.shift, nights))
        kinds: dict[str, Car] = {}
        for car in cars:
            kinds.setdefault(car.kind, car)
        done: list[Work] = []
        room = team.minutes - WAY_MIN
        for one in (lead, *(other for other in here if other is not lead)):
            fits = able(people, one) and wished(roster, one.id, day, people) and (one.car is None or one.car in kinds)
            if fits and one.minutes + WAY_MIN <= room and fits_in(one, day, _hours(team), roster):
                done.append(one)
                room -= one.minutes + WAY_MIN
        if lead not in done:
            continue
        wanted = {one.car for one in done}
        held = tuple(car for kind, car in kinds.items() if kind in wanted)
        worth = sum((20_000 if must(one, roster) else 0) + one.prize for one in done)
        return TeamDay(day, people, team.shift, held), (worth, -len(people)), done
    return None


def _hours(team: TeamDay) -> Piece:
    return team.shift.start, team.shift.end


def _nights_left(roster: Roster, person: Person, day: date, nights: Sequence[TeamDay]) -> bool:
    """Tell whether one more night stays within what any seven days allow."""
    mine = [one.day for one in nights if person in one.people]
    most = roster.rules.night.most_in_7_days
    for back in range(7):
        low = day - timedelta(days=back)
        if 1 + sum(low <= one < low + timedelta(days=7) for one in mine) > most:
            return False
    return True
