"""What a day plan is made from and what it says: people, cars, work, wishes; tours and what was left out.

Plain values that stand in files and in the database as they are here. Minutes count from midnight, places are
longitude and latitude in degrees, qualifications and kinds of cars are names.
"""

from datetime import date, timedelta
from math import cos, hypot, radians
from typing import Any

import msgspec
from msgspec import Struct

from gunmane.core.calendar import ONE_DAY, WorkingDays
from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.schedule.travel import Travel, mistakes_of

EARLIEST, LATEST, MOST_WEEKS = 1950, 2200, 13


class Span(Struct, frozen=True, forbid_unknown_fields=True):
    """Days from `first` to `last`, both included; `reason` is shown (leave, snow duty, permit, dry season)."""

    first: date
    last: date
    reason: str = ""

    def holds(self, day: date) -> bool:
        """Tell whether a day lies inside."""
        return self.first <= day <= self.last


class Person(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An engineer: hours of a day with a break inside, and the days he or she is away (leave, snow duty)."""

    code: str
    owner: str
    name: str = ""
    qualifications: tuple[str, ...]
    base: tuple[float, float]
    start_min: int = 510
    end_min: int = 1035
    break_min: int = 60
    away: tuple[Span, ...] = ()
    phone: str = ""


class Car(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A shared inspection vehicle, such as a bridge inspection car or a TV camera car."""

    code: str
    kind: str
    owner: str
    away: tuple[Span, ...] = ()


class Work(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One inspection. `first` and `last` are the lawful days (a `last` in the past is overdue: any day, soon).

    `minutes` on site of each of `crew` people, of whom one must hold any of `qualifications`; `car` is the kind of
    vehicle it needs. `only`: days with permit or in season, empty = any; `never`: days ruled out. `prize`: minutes
    of driving that it is worth by risk; what falls due inside the plan is worth more than any driving.
    """

    id: str
    owner: str
    asset: str
    asset_class: str
    duty: str
    name: str
    place: tuple[float, float]
    minutes: int
    qualifications: tuple[str, ...]
    crew: int = 1
    car: str | None = None
    first: date
    last: date
    prize: int = 60
    only: tuple[Span, ...] = ()
    never: tuple[Span, ...] = ()
    contact: str = ""
    basis: str = ""


class Wish(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a person wants: pin a work to a day (and a team's member), or forbid it (on a day, for a person, or both).

    A pin without a person lets anyone take it on that day. `by` and `why` are kept for those who read it later.
    """

    kind: str  # pin | forbid
    work: str
    day: date | None = None
    person: str | None = None
    by: str = ""
    why: str = ""


class Stop(Struct, frozen=True, forbid_unknown_fields=True):
    """Works done at one place, with minutes of arrival and departure and of the drive to it."""

    works: tuple[str, ...]
    arrive: int
    leave: int
    drive: int


class Tour(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One team's day from its base and back; the first of `people` is the base."""

    day: date
    people: tuple[str, ...]
    cars: tuple[str, ...] = ()
    start: int
    back: int
    drive: int
    stops: tuple[Stop, ...]


class Left(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A work not placed, with the smallest change that would place it (codes joined by +).

    See `gunmane.core.schedule.remedies`.
    """

    work: str
    code: str
    day: date | None = None
    people: tuple[str, ...] = ()
    minutes: int | None = None
    lawful: bool = True  # false: its last lawful day lies inside the plan or behind


class DayPlan(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Tours of some weeks and what was left out."""

    first: date
    last: date
    tours: tuple[Tour, ...]
    left: tuple[Left, ...] = ()


class Rules(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Assumptions of day plans, editable; see data/schedule.toml."""

    speed_km_h: float = 30.0
    detour: float = 1.3
    bundle_m: float = 150.0
    setup_min: int = 10
    stay_min: int = 30
    must_prize: int = 20_000
    overdue_prize: int = 40_000


class Roster(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A whole problem: `weeks` from the Monday of `first`'s week are planned, from `first` on.

    `closed`: further days without work per owner. `previous`: the plan of last week, which is kept where that costs
    little; its tours before `first` are done. `travel`: minutes by road; without it all are told by coordinates.
    """

    region: str
    first: date
    weeks: int = 4
    people: tuple[Person, ...]
    cars: tuple[Car, ...] = ()
    work: tuple[Work, ...]
    closed: dict[str, tuple[Span, ...]] = {}
    wishes: tuple[Wish, ...] = ()
    rules: Rules = Rules()
    previous: DayPlan | None = None
    travel: Travel | None = None
    simulated: bool = False

    @property
    def last(self) -> date:
        """The last day: the Sunday of the last week."""
        return self.first - timedelta(days=self.first.weekday()) + timedelta(days=7 * self.weeks - 1)

    def days(self) -> list[date]:
        """Every day of the plan."""
        return [self.first + ONE_DAY * n for n in range((self.last - self.first).days + 1)]


def works_on(roster: Roster, person: Person, day: date, office: WorkingDays) -> bool:
    """Tell whether a person works on a day: offices open, the owner's own office too, not away."""
    if not office.is_open(day) or any(span.holds(day) for span in roster.closed.get(person.owner, ())):
        return False
    return not any(span.holds(day) for span in person.away)


def may_be_done(work: Work, day: date, roster: Roster) -> bool:
    """Tell whether law, permits and seasons allow a work on a day; overdue work may be done on any permitted day."""
    if day < work.first or (day > work.last and work.last >= roster.first):
        return False
    if work.only and not any(span.holds(day) for span in work.only):
        return False
    return not any(span.holds(day) for span in work.never)


def distance_km(one: tuple[float, float], two: tuple[float, float]) -> float:
    """Straight distance on a sphere whose degree of latitude is 111.195 km; exact enough inside a region."""
    east = (one[0] - two[0]) * cos(radians((one[1] + two[1]) / 2))
    return 111.195 * hypot(east, one[1] - two[1])


def must(work: Work, roster: Roster) -> bool:
    """Tell whether a work's last lawful day lies inside the plan or behind."""
    return work.last <= roster.last


def read_roster(data: bytes) -> Roster:
    """Decode and check a roster.

    Raises GunmaneError `bad_roster` with every contradiction and its place.
    """
    try:
        found = msgspec.json.decode(data, type=Roster)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise GunmaneError("bad_roster", [Fault("bad_roster", "", {"message": str(error)})]) from error
    faults = mistakes(found)
    if faults:
        raise GunmaneError("bad_roster", faults)
    return found


def mistakes(roster: Roster) -> list[Fault]:
    """Return what contradicts itself in a roster."""
    faults: list[Fault] = []

    def wrong(at: str, code: str, **values: Any) -> None:
        faults.append(Fault(code, at, values))

    if not EARLIEST <= roster.first.year <= LATEST:
        wrong("/first", "out_of_range", value=roster.first.year, least=EARLIEST, most=LATEST)
    if not 1 <= roster.weeks <= MOST_WEEKS:
        wrong("/weeks", "out_of_range", value=roster.weeks, least=1, most=MOST_WEEKS)
    rules = roster.rules
    if not (0.1 <= rules.speed_km_h <= 1000 and 1 <= rules.detour <= 100 and 0 <= rules.bundle_m <= 100_000):
        given = f"{rules.speed_km_h} / {rules.detour} / {rules.bundle_m}"
        wrong("/rules", "out_of_range", value=given, least="0.1 / 1 / 0", most="1000 / 100 / 100000")
    if not all(
        0 <= value <= 10**6 for value in (rules.setup_min, rules.stay_min, rules.must_prize, rules.overdue_prize)
    ):
        wrong("/rules", "out_of_range", value="setup, stay, prize", least=0, most=10**6)
    people = {person.code for person in roster.people}
    works = {work.id for work in roster.work}
    for name, codes in (
        ("people", [row.code for row in roster.people]),
        ("cars", [row.code for row in roster.cars]),
        ("work", [row.id for row in roster.work]),
    ):
        for index, code in enumerate(codes):
            if code in codes[:index]:
                wrong(f"/{name}/{index}", "twice", id=code)
    faults.extend(_people_mistakes(roster))
    faults.extend(mistakes_of(roster.travel))
    faults.extend(_work_mistakes(roster))
    for index, wish in enumerate(roster.wishes):
        if wish.kind not in ("pin", "forbid") or (wish.kind == "pin" and wish.day is None):
            wrong(f"/wishes/{index}", "bad_wish")
        if wish.work not in works:
            wrong(f"/wishes/{index}/work", "no_such_work", id=wish.work)
        if wish.person is not None and wish.person not in people:
            wrong(f"/wishes/{index}/person", "no_such_person", id=wish.person)
    return faults


def _people_mistakes(roster: Roster) -> list[Fault]:
    found: list[Fault] = []
    for index, person in enumerate(roster.people):
        at = "/".join(("", "people", str(index)))
        if not (0 <= person.start_min <= person.end_min <= 2880 and 0 <= person.break_min <= 2880):
            found.append(Fault("ends_before", at, {"start": person.start_min, "end": person.end_min}))
        found.extend(_place(person.base, at + "/base"))
    return found


def _work_mistakes(roster: Roster) -> list[Fault]:
    found: list[Fault] = []
    for index, work in enumerate(roster.work):
        at = "/".join(("", "work", str(index)))
        if not 0 <= work.minutes <= 2880 or not 1 <= work.crew <= 9 or not 0 <= work.prize <= 10_000:
            given = f"{work.minutes} / {work.crew} / {work.prize}"
            found.append(Fault("out_of_range", at, {"value": given, "least": 0, "most": 10_000}))
        if work.first > work.last:
            days = {"start": work.first.isoformat(), "end": work.last.isoformat()}
            found.append(Fault("ends_before", at + "/last", days))
        found.extend(_place(work.place, at + "/place"))
    return found


def _place(place: tuple[float, float], at: str) -> list[Fault]:
    if -180 <= place[0] <= 180 and -90 <= place[1] <= 90:
        return []
    return [Fault("no_place", at, {"value": str(place)})]
