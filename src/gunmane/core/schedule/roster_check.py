"""An independent look at day plans: written apart from the planner, on dates, people and minutes alone."""

from collections.abc import Iterator
from datetime import date
from math import ceil, cos, radians, sqrt
from typing import Any

from msgspec import Struct

from gunmane.core.calendar import WorkingDays
from gunmane.core.schedule.roster import DayPlan, Person, Roster, Stop, Tour, Work


class Fault(Struct, frozen=True):
    """Something a day plan must not do; `code` names its sentence, `values` what goes into it."""

    code: str
    work: str = ""
    day: date | None = None
    values: dict[str, Any] = {}


def faults(roster: Roster, plan: DayPlan, office: WorkingDays) -> list[Fault]:
    """Return all that is wrong with a plan; empty for one that may be stored.

    Checked: every work is placed once or listed as left out; its lawful days, permits and seasons; who goes is there,
    enough and qualified; no person and no car in two places; cars where needed; driving, work and lunch fit the day;
    pins and forbidden days are kept; bundled works lie together.
    """
    return list(_Look(roster, plan, office).all())


class _Look:
    def __init__(self, roster: Roster, plan: DayPlan, office: WorkingDays) -> None:
        self.roster, self.plan, self.office = roster, plan, office
        self.people = {person.code: person for person in roster.people}
        self.cars = {car.code: car for car in roster.cars}
        self.work = {work.id: work for work in roster.work}
        travel = roster.travel
        self.rows = {} if travel is None else {place: row for row, place in enumerate(travel.places)}

    def all(self) -> Iterator[Fault]:
        seen: dict[str, int] = {}
        taken: set[tuple[date, str]] = set()
        for tour in self.plan.tours:
            for stop in tour.stops:
                for work in stop.works:
                    seen[work] = seen.get(work, 0) + 1
            for code in (*tour.people, *tour.cars):
                if (tour.day, code) in taken:
                    yield Fault("two_places", day=tour.day, values={"who": code})
                taken.add((tour.day, code))
            yield from self.tour(tour)
        for left in self.plan.left:
            seen[left.work] = seen.get(left.work, 0) + 1
        for code, times in seen.items():
            if times > 1:
                yield Fault("twice", code)
        for code in self.work:
            if code not in seen:
                yield Fault("lost", code)
        yield from self.pins()

    def tour(self, tour: Tour) -> Iterator[Fault]:
        if not self.plan.first <= tour.day <= self.plan.last or tour.day < self.roster.first:
            yield Fault("outside", day=tour.day)
        team = [self.people[code] for code in tour.people if code in self.people]
        if len(team) < len(tour.people) or not team:
            yield Fault("no_such_person", day=tour.day, values={"who": ", ".join(tour.people)})
            return
        for person in team:
            yield from self.there(person, tour.day)
        kinds: set[str] = set()
        for code in tour.cars:
            car = self.cars.get(code)
            if car is None or any(span.first <= tour.day <= span.last for span in car.away):
                yield Fault("no_such_car", day=tour.day, values={"who": code})
            else:
                kinds.add(car.kind)
        for stop in tour.stops:
            yield from self.stop(stop, tour, team, kinds)
        yield from self.clock(tour, team)

    def there(self, person: Person, day: date) -> Iterator[Fault]:
        closed = self.roster.closed.get(person.owner, ())
        if not self.office.is_open(day) or any(span.first <= day <= span.last for span in closed):
            yield Fault("closed", day=day, values={"who": person.name or person.code})
        for span in person.away:
            if span.first <= day <= span.last:
                yield Fault("away", day=day, values={"who": person.name or person.code, "reason": span.reason})

    def stop(self, stop: Stop, tour: Tour, team: list[Person], kinds: set[str]) -> Iterator[Fault]:
        works = [self.work[code] for code in stop.works if code in self.work]
        for code in stop.works:
            if code not in self.work:
                yield Fault("no_such_work", code, tour.day)
        for work in works:
            yield from self.right(work, tour, team, kinds)
            apart = _metres(work.place, works[0].place)
            if apart > self.roster.rules.bundle_m + 1:
                yield Fault("apart", work.id, tour.day, {"metres": round(apart)})
        if works and stop.leave - stop.arrive < _site(works, self.roster):
            yield Fault("too_short", works[0].id, tour.day, {"minutes": _site(works, self.roster)})

    def right(self, work: Work, tour: Tour, team: list[Person], kinds: set[str]) -> Iterator[Fault]:
        day, late = tour.day, work.last < self.roster.first
        if day < work.first:
            yield Fault("too_early", work.id, day, {"first": work.first.isoformat()})
        if day > work.last and not late:
            yield Fault("too_late", work.id, day, {"last": work.last.isoformat()})
        if work.only and not [span for span in work.only if span.first <= day <= span.last]:
            yield Fault("no_permit", work.id, day)
        for span in work.never:
            if span.first <= day <= span.last:
                yield Fault("out_of_season", work.id, day, {"reason": span.reason})
        if len(team) < work.crew:
            yield Fault("crew", work.id, day, {"crew": work.crew})
        if not {name for person in team for name in person.qualifications} & set(work.qualifications):
            yield Fault("not_qualified", work.id, day, {"wanted": ", ".join(work.qualifications)})
        if work.car is not None and work.car not in kinds:
            yield Fault("no_car", work.id, day, {"car": work.car})

    def clock(self, tour: Tour, team: list[Person]) -> Iterator[Fault]:
        """Drives as long as the way, no time travel, back by the end of everybody's day, lunch in between."""
        now, here, busy = tour.start, team[0].base, 0
        for stop in tour.stops:
            works = [self.work[code] for code in stop.works if code in self.work]
            if not works:
                continue
            way = self.way(here, works[0].place)
            if stop.arrive < now + way:
                yield Fault("time_travel", works[0].id, tour.day)
            busy += way + _site(works, self.roster)
            now, here = stop.leave, works[0].place
        way = self.way(here, team[0].base)
        busy += way
        if tour.back < now + way:
            yield Fault("time_travel", day=tour.day)
        if tour.start < max(person.start_min for person in team):
            yield Fault("too_soon", day=tour.day)
        end = min(person.end_min for person in team)
        pause = max(person.break_min for person in team)
        if tour.back > end:
            yield Fault("too_long", day=tour.day, values={"minutes": tour.back - end})
        if tour.start < 720 and tour.back > 780 and tour.back - tour.start < busy + pause:
            yield Fault("no_lunch", day=tour.day)

    def way(self, here: tuple[float, float], there: tuple[float, float]) -> int:
        travel = self.roster.travel
        if travel is not None and here in self.rows and there in self.rows:
            minutes = travel.minutes[self.rows[here]][self.rows[there]]
            if minutes >= 0:
                return minutes
        km = _metres(here, there) / 1000 * self.roster.rules.detour
        return ceil(km / self.roster.rules.speed_km_h * 60 - 1e-6)

    def pins(self) -> Iterator[Fault]:
        where = {work: tour for tour in self.plan.tours for stop in tour.stops for work in stop.works}
        for wish in self.roster.wishes:
            tour = where.get(wish.work)
            same = tour is not None and (wish.day is None or tour.day == wish.day)
            same = same and tour is not None and (wish.person is None or wish.person in tour.people)
            values = {"why": wish.why, "by": wish.by}
            if wish.kind == "forbid" and same:
                yield Fault("forbidden", wish.work, tour.day if tour else None, values)
            listed = any(left.work == wish.work for left in self.plan.left)
            if wish.kind == "pin" and not same and not listed:
                yield Fault("pinned", wish.work, wish.day, values)


def _metres(one: tuple[float, float], two: tuple[float, float]) -> float:
    east = (one[0] - two[0]) * cos(radians((one[1] + two[1]) / 2))
    north = one[1] - two[1]
    return 111_195 * sqrt(east * east + north * north)


def _site(works: list[Work], roster: Roster) -> int:
    """Minutes at one place: the sum, with the setting up of all but one work saved, no less than the longest."""
    longest = max(work.minutes for work in works)
    return max(longest, sum(work.minutes for work in works) - roster.rules.setup_min * (len(works) - 1))
