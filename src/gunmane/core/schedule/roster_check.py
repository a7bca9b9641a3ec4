"""An independent look at day plans: written apart from the planner, on dates, people and minutes alone."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from math import ceil, cos, radians, sqrt
from typing import Any

from msgspec import Struct

from gunmane.core.calendar import WorkingDays
from gunmane.core.schedule.hours import Span
from gunmane.core.schedule.roster import DayPlan, Person, Roster, Stop, Tour, Work


class Fault(Struct, frozen=True):
    """Something a day plan must not do; `code` names its sentence, `values` what goes into it."""

    code: str
    work: str = ""
    day: date | None = None
    values: dict[str, Any] = {}


def faults(roster: Roster, plan: DayPlan, office: WorkingDays) -> list[Fault]:
    """Return all that is wrong with a plan; empty for one that may be stored.

    Checked: every work is placed once or listed as left out; its lawful days, permits, seasons and hours, minute by
    minute; who goes is there, enough and qualified, by night cleared for it and rested before and after; no person
    and no car in two places; cars where needed; driving, work and break fit the day or the night; pins and forbidden
    days are kept; bundled works lie together.
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
        for tour in self.plan.tours:
            for stop in tour.stops:
                for work in stop.works:
                    seen[work] = seen.get(work, 0) + 1
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
        yield from self.apart()

    def apart(self) -> Iterator[Fault]:
        """Nobody and nothing in two places; rest before and after each night, and no more nights than allowed."""
        whose: dict[str, list[tuple[datetime, datetime, Tour]]] = {}
        old = (
            [tour for tour in self.roster.previous.tours if tour.day < self.roster.first]
            if self.roster.previous
            else []
        )
        for tour in (*old, *self.plan.tours):
            midnight = datetime.combine(tour.day, time())
            hours = midnight + timedelta(minutes=tour.start), midnight + timedelta(minutes=tour.back)
            for code in (*tour.people, *tour.cars):
                whose.setdefault(code, []).append((*hours, tour))
        rest = timedelta(minutes=self.roster.rules.night.rest_min)
        for code, rows in whose.items():
            rows.sort(key=lambda row: (row[0], row[1]))
            for (_, end, one), (start, _, two) in pairwise(rows):
                if two.day < self.roster.first:
                    continue
                if (one.day, one.night) == (two.day, two.night) or start < end:
                    yield Fault("two_places", day=two.day, values={"who": self.called(code)})
                elif (one.night or two.night) and code in self.people and start - end < rest:
                    hours = round((start - end) / timedelta(hours=1), 1)
                    values = {"who": self.called(code), "hours": hours, "least": round(rest / timedelta(hours=1), 1)}
                    yield Fault("rest", day=two.day, values=values)
            nights = sorted(tour.day for _, _, tour in rows if tour.night) if code in self.people else []
            most = self.roster.rules.night.most_in_7_days
            for at, day in enumerate(nights):
                week = [one for one in nights[: at + 1] if one > day - timedelta(days=7)]
                if len(week) > most and day >= self.roster.first:
                    yield Fault("nights", day=day, values={"who": self.called(code), "most": most})

    def called(self, code: str) -> str:
        return (self.people[code].name if code in self.people else "") or code

    def tour(self, tour: Tour) -> Iterator[Fault]:
        if not self.plan.first <= tour.day <= self.plan.last or tour.day < self.roster.first:
            yield Fault("outside", day=tour.day)
        team = [self.people[code] for code in tour.people if code in self.people]
        if len(team) < len(tour.people) or not team:
            yield Fault("no_such_person", day=tour.day, values={"who": ", ".join(tour.people)})
            return
        for person in team:
            yield from self.there(person, tour)
        kinds: set[str] = set()
        for code in tour.cars:
            car = self.cars.get(code)
            if car is None or any(_meets(span, tour) for span in car.away):
                yield Fault("no_such_car", day=tour.day, values={"who": code})
            else:
                kinds.add(car.kind)
        for stop in tour.stops:
            yield from self.stop(stop, tour, team, kinds)
        yield from self.clock(tour, team)

    def there(self, person: Person, tour: Tour) -> Iterator[Fault]:
        who = self.called(person.code)
        closed = self.roster.closed.get(person.owner, ())
        if not self.office.is_open(tour.day) or any(_meets(span, tour) for span in closed):
            yield Fault("closed", day=tour.day, values={"who": who})
        for span in person.away:
            if _meets(span, tour):
                yield Fault("away", day=tour.day, values={"who": who, "reason": span.reason})
        if tour.night and not person.nights:
            yield Fault("night_person", day=tour.day, values={"who": who})

    def stop(self, stop: Stop, tour: Tour, team: list[Person], kinds: set[str]) -> Iterator[Fault]:
        works = [self.work[code] for code in stop.works if code in self.work]
        for code in stop.works:
            if code not in self.work:
                yield Fault("no_such_work", code, tour.day)
        for work in works:
            yield from self.right(work, tour, team, kinds)
            yield from self.when(work, tour, stop)
            apart = _metres(work.place, works[0].place)
            if apart > self.roster.rules.bundle_m + 1:
                yield Fault("apart", work.id, tour.day, {"metres": round(apart)})
        if works and stop.leave - stop.arrive < _site(works, self.roster):
            yield Fault("too_short", works[0].id, tour.day, {"minutes": _site(works, self.roster)})

    def right(self, work: Work, tour: Tour, team: list[Person], kinds: set[str]) -> Iterator[Fault]:
        day = tour.day
        if len(team) < work.crew:
            yield Fault("crew", work.id, day, {"crew": work.crew})
        if not {name for person in team for name in person.qualifications} & set(work.qualifications):
            yield Fault("not_qualified", work.id, day, {"wanted": ", ".join(work.qualifications)})
        if work.car is not None and work.car not in kinds:
            yield Fault("no_car", work.id, day, {"car": work.car})

    def when(self, work: Work, tour: Tour, stop: Stop) -> Iterator[Fault]:
        """Every minute on site is lawful, permitted and in season; by night only what has hours of its own."""
        if tour.night and all(span.start_min is None and span.end_min is None for span in work.only):
            yield Fault("not_by_night", work.id, tour.day)
        told: set[str] = set()
        for minute in _minutes(work, tour, stop):
            day, at = tour.day + timedelta(days=minute // 1440), minute % 1440
            fault: Fault | None = None
            if day < work.first:
                fault = Fault("too_early", work.id, day, {"first": work.first.isoformat()})
            elif day > work.last and work.last >= self.roster.first:
                fault = Fault("too_late", work.id, day, {"last": work.last.isoformat()})
            elif work.only and not any(_covers(span, day, at) for span in work.only):
                near = [span for span in work.only if span.first <= tour.day <= span.last]
                hours = _said(near[0]) if near and near[0].start_min is not None else ""
                fault = (
                    Fault("not_hours", work.id, day, {"hours": hours}) if hours else Fault("no_permit", work.id, day)
                )
            else:
                ruled = [span for span in work.never if _covers(span, day, at)]
                if ruled and (ruled[0].start_min is not None or ruled[0].end_min is not None):
                    values = {"reason": ruled[0].reason, "hours": _said(ruled[0])}
                    fault = Fault("ruled_hours", work.id, day, values)
                elif ruled:
                    fault = Fault("out_of_season", work.id, day, {"reason": ruled[0].reason})
            if fault is not None and fault.code not in told:
                told.add(fault.code)
                yield fault

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
        night = self.roster.rules.night
        begin = night.start_min if tour.night else max(person.start_min for person in team)
        end = night.end_min if tour.night else min(person.end_min for person in team)
        if tour.start < begin:
            yield Fault("too_soon", day=tour.day)
        if tour.back > end:
            yield Fault("too_long", day=tour.day, values={"minutes": tour.back - end})
        pause = night.break_min if tour.night else max(person.break_min for person in team)
        noon = tour.start < 720 and tour.back > 780
        due = tour.back - tour.start > night.break_over_min if tour.night else noon
        if due and tour.back - tour.start < busy + pause:
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


def _covers(span: Span, day: date, minute: int) -> bool:
    """Tell whether a minute of a day lies in a span, whose hours may have begun the day before."""
    begin, end = span.start_min or 0, 1440 if span.end_min is None else span.end_min
    if span.first <= day <= span.last and begin <= minute < end:
        return True
    return span.first <= day - timedelta(days=1) <= span.last and begin <= minute + 1440 < end


def _meets(span: Span, tour: Tour) -> bool:
    """Tell whether somebody would be out at a time when he or she is away."""
    begin, end = span.start_min or 0, 1440 if span.end_min is None else span.end_min
    low, high = datetime.combine(tour.day, time()), datetime.combine(tour.day, time())
    low, high = low + timedelta(minutes=tour.start), high + timedelta(minutes=tour.back)
    day = max(span.first, tour.day - timedelta(days=1))
    while day <= min(span.last, tour.day + timedelta(days=1)):
        midnight = datetime.combine(day, time())
        if midnight + timedelta(minutes=begin) < high and low < midnight + timedelta(minutes=end):
            return True
        day += timedelta(days=1)
    return False


def _minutes(work: Work, tour: Tour, stop: Stop) -> list[int]:
    """Minutes on site to be looked at: all where hours count, else the first and the last of the day."""
    last = max(stop.leave - 1, stop.arrive)
    hours = any(span.start_min is not None or span.end_min is not None for span in (*work.only, *work.never))
    return list(range(stop.arrive, last + 1)) if hours or tour.night else [stop.arrive, last]


def _said(span: Span) -> str:
    begin, end = span.start_min or 0, 1440 if span.end_min is None else span.end_min
    return f"{begin // 60}:{begin % 60:02}–{end // 60}:{end % 60:02}"


def _metres(one: tuple[float, float], two: tuple[float, float]) -> float:
    east = (one[0] - two[0]) * cos(radians((one[1] + two[1]) / 2))
    north = one[1] - two[1]
    return 111_195 * sqrt(east * east + north * north)


def _site(works: list[Work], roster: Roster) -> int:
    """Minutes at one place: the sum, with the setting up of all but one work saved, no less than the longest."""
    longest = max(work.minutes for work in works)
    return max(longest, sum(work.minutes for work in works) - roster.rules.setup_min * (len(works) - 1))
