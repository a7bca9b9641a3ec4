"""What people do to a day plan by hand: pin, move, forbid, release; the checker says at once what breaks."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct, structs

from gunmane.core.calendar import WorkingDays
from gunmane.core.schedule.days import timed
from gunmane.core.schedule.roster import (
    Car,
    DayPlan,
    Left,
    Person,
    Roster,
    Tour,
    Wish,
    Work,
    asks_for_night,
    by_hours,
    distance_km,
    must,
    open_minutes,
    wished,
)
from gunmane.core.schedule.roster_check import Fault, faults
from gunmane.core.schedule.teams import day_hours, free_hours, shift_on


class Change(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One step of a person.

    move    the work goes to `day`, to the tour of `person` (a new one if there is none), and is pinned there
    pin     the work stays where it is, in the next plans too
    forbid  the work is not to be done on `day`, or not by `person`, or both; it leaves the plan if it was there
    release pins and forbidden days of the work are forgotten
    """

    kind: str
    work: str
    day: date | None = None
    person: str | None = None
    by: str = ""
    why: str = ""


class Changed(Struct, frozen=True):
    """Roster and plan after a change, and what the checker says of them; only without faults are they stored."""

    roster: Roster
    plan: DayPlan
    faults: tuple[Fault, ...]


def change(roster: Roster, plan: DayPlan, wanted: Change, office: WorkingDays) -> Changed:
    """Apply a change and check the result; the given values stay as they are."""
    works = {work.id: work for work in roster.work}
    people = {person.code: person for person in roster.people}
    if wanted.kind not in ("move", "pin", "forbid", "release") or wanted.work not in works:
        code = "no_such_work" if wanted.work not in works else "bad_wish"
        return Changed(roster, plan, (Fault(code, wanted.work),))
    if wanted.person is not None and wanted.person not in people:
        return Changed(roster, plan, (Fault("no_such_person", wanted.work, wanted.day, {"who": wanted.person}),))
    tour = tour_of(plan, wanted.work)
    others = tuple(wish for wish in roster.wishes if wish.work != wanted.work)
    if wanted.kind == "release":
        new = structs.replace(roster, wishes=others)
        return Changed(new, plan, tuple(faults(new, plan, office)))
    if wanted.kind == "pin" and tour is None:
        return Changed(roster, plan, (Fault("not_in_plan", wanted.work),))
    if wanted.kind == "move" and wanted.day is None:
        return Changed(roster, plan, (Fault("bad_wish", wanted.work),))
    if wanted.kind == "forbid":
        wish = Wish(
            kind="forbid", work=wanted.work, day=wanted.day, person=wanted.person, by=wanted.by, why=wanted.why
        )
        kept = tuple(old for old in roster.wishes if old.work != wanted.work or old.kind == "forbid")
        new = structs.replace(roster, wishes=(*kept, wish))
        hit = tour is not None and wanted.day in (None, tour.day) and (wanted.person or tour.people[0]) in tour.people
        after = _without(new, plan, works[wanted.work], office, listed=True) if hit else plan
        return Changed(new, after, tuple(faults(new, after, office)))
    day = wanted.day or (tour.day if tour else None)
    person = wanted.person or (tour.people[0] if tour else None)
    if day is None or person is None:
        return Changed(roster, plan, (Fault("bad_wish", wanted.work),))
    wish = Wish(kind="pin", work=wanted.work, day=day, person=person, by=wanted.by, why=wanted.why)
    new = structs.replace(roster, wishes=(*others, wish))
    if tour is not None and tour.day == day and person in tour.people:
        return Changed(new, plan, tuple(faults(new, plan, office)))
    former = tour.people if tour is not None else ()
    bare = _without(new, plan, works[wanted.work], office, listed=False)
    after = _with(new, bare, works[wanted.work], day, people[person], office, former)
    return Changed(new, after, tuple(faults(new, after, office)))


def tour_of(plan: DayPlan, work: str) -> Tour | None:
    """The tour that a work stands in, None where it is left out."""
    return next((tour for tour in plan.tours for stop in tour.stops if work in stop.works), None)


def _without(roster: Roster, plan: DayPlan, work: Work, office: WorkingDays, *, listed: bool) -> DayPlan:
    """Take a work out of its tour (which goes if it was the only one) or from the list of what is left out."""
    tours: list[Tour] = []
    for tour in plan.tours:
        groups = [[code for code in stop.works if code != work.id] for stop in tour.stops]
        if all(len(group) == len(stop.works) for group, stop in zip(groups, tour.stops, strict=True)):
            tours.append(tour)
        elif any(groups):
            tours.append(_again(roster, tour, [group for group in groups if group], office))
    left = tuple(one for one in plan.left if one.work != work.id)
    if listed:
        left = (*left, Left(work=work.id, code="wish", lawful=not must(work, roster)))
    return structs.replace(plan, tours=tuple(tours), left=left)


def _with(
    roster: Roster, plan: DayPlan, work: Work, day: date, person: Person, office: WorkingDays, former: Sequence[str]
) -> DayPlan:
    """Put a work at the cheapest place of the person's tour of a day or night, or start a tour for it.

    It goes by night where its hours ask for that. A car that it needs is taken along if one is free.
    """
    night = asks_for_night(work, day_hours(roster))
    mine = [tour for tour in plan.tours if tour.day == day and person.code in tour.people]
    there = next((tour for tour in mine if tour.night == night), None)
    others = tuple(tour for tour in plan.tours if tour is not there)
    busy = {code for tour in others if tour.day == day and tour.night == night for code in tour.cars}
    known = {car.code: car for car in roster.cars}
    cars = [known[code] for code in there.cars if code in known] if there else []
    if work.car is not None and all(car.kind != work.car for car in cars):
        cars += [car for car in roster.cars if car.kind == work.car and car.code not in busy][:1]
    groups = [list(stop.works) for stop in there.stops] if there else []
    along = _company(roster, work, day, person, night, plan, office, former)
    base = there or Tour(day=day, night=night, people=along, start=0, back=0, drive=0, stops=())
    tried = [[*groups[:at], [work.id], *groups[at:]] for at in range(len(groups) + 1)]
    team = [one for one in roster.people if one.code in base.people]
    end = shift_on(roster, team, day, office, night=night).end
    best = min(
        (_again(roster, base, one, office, cars) for one in tried),
        key=lambda tour: (tour.back > end or not in_hours(roster, tour), tour.drive),
    )
    tours = sorted((*others, best), key=lambda tour: (tour.day, tour.people, tour.night))
    return structs.replace(plan, tours=tuple(tours), left=tuple(one for one in plan.left if one.work != work.id))


def _company(
    roster: Roster, work: Work, day: date, person: Person, night: bool, plan: DayPlan, office: WorkingDays,
    former: Sequence[str],
) -> tuple[str, ...]:  # fmt: skip
    """Whom a person takes along to a new tour: as many as the work needs, the former team first, then the nearest.

    Only those who have nothing else to do then; somebody with a fitting qualification where the person has none.
    """
    busy = {code for tour in plan.tours if (tour.day, tour.night) == (day, night) for code in tour.people}
    free = [
        one
        for one in roster.people
        if one is not person
        and one.code not in busy
        and free_hours(roster, one, day, office, night=night) is not None
        and wished(roster, work.id, day, (person, one))
    ]
    unfit = not set(person.qualifications) & set(work.qualifications)
    free.sort(
        key=lambda one: (
            unfit and not set(one.qualifications) & set(work.qualifications),
            one.code not in former,
            distance_km(one.base, person.base),
            one.code,
        )
    )
    return (person.code, *(one.code for one in free[: work.crew - 1]))


def in_hours(roster: Roster, tour: Tour) -> bool:
    """Tell whether works with hours are done within them."""
    works = {work.id: work for work in roster.work}
    return all(
        any(low <= stop.arrive and stop.leave <= high for low, high in open_minutes(works[code], tour.day, roster))
        for stop in tour.stops
        for code in stop.works
        if by_hours(works[code])
    )


def _again(
    roster: Roster,
    tour: Tour,
    groups: Sequence[Sequence[str]],
    office: WorkingDays,
    cars: Sequence[Car] | None = None,
) -> Tour:
    """Give a tour its times anew."""
    people = {person.code: person for person in roster.people}
    works = {work.id: work for work in roster.work}
    held = cars if cars is not None else [car for car in roster.cars if car.code in tour.cars]
    team = [people[code] for code in tour.people]
    shift = shift_on(roster, team, tour.day, office, night=tour.night)
    return timed(roster, tour.day, team, held, [[works[code] for code in group] for group in groups], shift)


def added_drive(before: DayPlan, after: DayPlan) -> int:
    """Minutes of driving that a change adds (negative: saves)."""
    return sum(tour.drive for tour in after.tours) - sum(tour.drive for tour in before.tours)
