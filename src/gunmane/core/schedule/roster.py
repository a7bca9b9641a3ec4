"""What a day plan is made from and what it says: people, cars, work, wishes; tours and what was left out.

Plain values that stand in files and in the database as they are here. Minutes count from midnight, places are
longitude and latitude in degrees, qualifications and kinds of cars are names.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from math import cos, hypot, radians

from msgspec import Struct

from gunmane.core.calendar import ONE_DAY, WorkingDays
from gunmane.core.schedule.hours import DAY_MIN, Night, Piece, Span, common, joined, without
from gunmane.core.schedule.travel import Travel


class Person(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An engineer: hours of a day with a break inside, and when he or she is away (leave, snow duty, a morning off).

    `nights`: may be sent on night shifts; whose hours and rest are those of `Rules.night`.
    """

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
    nights: bool = False


class Car(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A shared inspection vehicle, such as a bridge inspection car or a TV camera car."""

    code: str
    kind: str
    owner: str
    away: tuple[Span, ...] = ()


class Work(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One inspection. `first` and `last` are the lawful days (a `last` in the past is overdue: any day, soon).

    `minutes` on site of each of `crew` people, of whom one must hold any of `qualifications`; `car` is the kind of
    vehicle it needs. `only`: days (and hours of them) with permit or in season, empty = any; `never`: days or hours
    ruled out. By night only what has hours in `only` is done. `prize`: minutes of driving that it is worth by risk;
    what falls due inside the plan is worth more than any driving.
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
    """One team's day from its base and back; the first of `people` is the base.

    Minutes of a night shift go on beyond 1440 after midnight; `day` is the one on which it begins.
    """

    day: date
    night: bool = False
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
    night: Night = Night()


class Roster(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A whole problem: `weeks` from the Monday of `first`'s week are planned, from `first` on.

    `closed`: further days without work per owner. `previous`: the plan of last week, which is kept where that costs
    little; its tours before `first` are done. `travel`: minutes by road; without it all are told by coordinates.
    `owners`: names of owners by code, for the papers.
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
    owners: dict[str, str] = {}

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
    """Tell whether law, permits and seasons allow a work on a day, at some hours of it at least.

    Overdue work may be done on any permitted day.
    """
    if day < work.first or (day > work.last and work.last >= roster.first):
        return False
    if work.only and not any(span.first <= day <= span.last for span in work.only):
        return False
    return not any(span.holds(day) for span in work.never)


def by_hours(work: Work) -> bool:
    """Tell whether a work has hours of the day to keep to."""
    return any(not span.whole for span in (*work.only, *work.never))


def may_at_night(work: Work) -> bool:
    """Tell whether a work may be done by night at all: somebody has allowed hours for it."""
    return any(not span.whole for span in work.only)


def asks_for_night(work: Work, hours: Piece) -> bool:
    """Tell whether none of a work's permitted hours lie in the `hours` of the day."""
    ways = [
        (start + days, end + days)
        for span in work.only
        for start, end in ((span.start_min or 0, DAY_MIN if span.end_min is None else span.end_min),)
        for days in (0, -DAY_MIN)
    ]
    return may_at_night(work) and not common(joined(ways), [hours])


def open_minutes(work: Work, day: date, roster: Roster) -> list[Piece]:
    """Minutes of the two days from `day`'s midnight in which law, permits and seasons allow a work."""
    lawful = [Span(work.first, roster.last + ONE_DAY if work.last < roster.first else work.last)]
    found = joined(piece for span in lawful for piece in span.pieces(day))
    if work.only:
        found = common(found, joined(piece for span in work.only for piece in span.pieces(day)))
    return without(found, (piece for span in work.never for piece in span.pieces(day)))


def fits_in(work: Work, day: date, hours: Piece, roster: Roster) -> bool:
    """Tell whether a work as such fits between two minutes of a day."""
    if not by_hours(work) and hours[1] <= DAY_MIN:
        return may_be_done(work, day, roster)
    return any(
        low < high and high - low >= work.minutes for low, high in common(open_minutes(work, day, roster), [hours])
    )


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


def distance_km(one: tuple[float, float], two: tuple[float, float]) -> float:
    """Straight distance on a sphere whose degree of latitude is 111.195 km; exact enough inside a region."""
    east = (one[0] - two[0]) * cos(radians((one[1] + two[1]) / 2))
    return 111.195 * hypot(east, one[1] - two[1])


def must(work: Work, roster: Roster) -> bool:
    """Tell whether a work's last lawful day lies inside the plan or behind."""
    return work.last <= roster.last
