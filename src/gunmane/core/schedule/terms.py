"""When a work may be done: seasons, permits, possessions of railways, hours near schools; from rules and people.

Rules are rows of data/schedule.toml with status and source; what the register does not know (who is away, which
permits were given, where schools are) comes from people as `Extra`.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import lru_cache

from msgspec import Struct

from gunmane.core.calendar import ONE_DAY
from gunmane.core.errors import Fault
from gunmane.core.schedule.hours import Span
from gunmane.core.schedule.roster import Car, Person, Roster, Wish, distance_km
from gunmane.core.schedule.roster_reading import mistakes, span_mistakes
from gunmane.core.words import SourceStatus

REACH = timedelta(days=400)


class Season(Struct, frozen=True, forbid_unknown_fields=True):
    """Months in which some assets can be inspected at all: river bridges outside the flood season, for example."""

    classes: tuple[str, ...]
    open_months: tuple[int, ...]
    reason: str
    status: SourceStatus
    source: str
    crosses: tuple[str, ...] = ()


class HourRule(Struct, frozen=True, forbid_unknown_fields=True):
    """Hours of each day in which some assets can be inspected: over railways while no train runs, for example."""

    classes: tuple[str, ...]
    start_min: int
    end_min: int
    reason: str
    status: SourceStatus
    source: str
    crosses: tuple[str, ...] = ()


class Zone(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A place around which days or hours are ruled out or alone allowed: a school in its term, a shrine's festival.

    `classes`: only these classes of assets; empty: all.
    """

    name: str
    place: tuple[float, float]
    within_m: float = 300.0
    classes: tuple[str, ...] = ()
    only: tuple[Span, ...] = ()
    never: tuple[Span, ...] = ()


class Extra(Struct, frozen=True, forbid_unknown_fields=True):
    """What the register does not know: people with names, qualifications and leave, cars, closures, permits, wishes.

    `permits`: days (and hours) with permit by asset number, or by owner and number (`042064:B-12`); `zones`: schools
    and the like; `away`: further absences by person's code (snow duty); `nights`: codes of people who may be sent on
    night shifts, besides those who are down for it; `contacts`: whom a team calls, by asset number or owner;
    `schemes`: owners by legal scheme under which they may order together.
    """

    people: tuple[Person, ...] = ()
    cars: tuple[Car, ...] = ()
    closed: dict[str, tuple[Span, ...]] = {}
    permits: dict[str, tuple[Span, ...]] = {}
    away: dict[str, tuple[Span, ...]] = {}
    nights: tuple[str, ...] = ()
    zones: tuple[Zone, ...] = ()
    wishes: tuple[Wish, ...] = ()
    contacts: dict[str, str] = {}
    schemes: dict[str, tuple[str, ...]] = {}


class Terms(Struct, frozen=True):
    """Days and hours of a work, as `Work` has them."""

    only: tuple[Span, ...] = ()
    never: tuple[Span, ...] = ()


def terms_of(
    asset: tuple[str, str, str, str | None], place: tuple[float, float] | None, extra: Extra, start: date,
    seasons: Iterable[Season], hours: Iterable[HourRule],
) -> Terms:  # fmt: skip
    """Say when an asset (owner, class, number, what it crosses) can be inspected in the year from `start`.

    A permit given stands in place of a rule's hours.
    """
    owner, asset_class, number, crosses = asset
    permits = extra.permits.get(f"{owner}:{number}", extra.permits.get(number, ()))
    only = permits or tuple(
        Span(start, start + REACH, rule.reason, rule.start_min, rule.end_min)
        for rule in hours
        if asset_class in rule.classes and (not rule.crosses or crosses in rule.crosses)
    )
    near = [
        zone
        for zone in extra.zones
        if place is not None
        and (not zone.classes or asset_class in zone.classes)
        and 1000 * distance_km(place, zone.place) <= zone.within_m
    ]
    if not permits:
        only = (*only, *(_named(span, zone) for zone in near for span in zone.only))
    closed = tuple(
        span
        for season in seasons
        if asset_class in season.classes and (not season.crosses or crosses in season.crosses)
        for span in closed_months(season.open_months, season.reason, start)
    )
    return Terms(only, (*closed, *(_named(span, zone) for zone in near for span in zone.never)))


def _named(span: Span, zone: Zone) -> Span:
    reason = f"{span.reason}({zone.name})" if span.reason else zone.name
    return Span(span.first, span.last, reason, span.start_min, span.end_min)


@lru_cache(maxsize=64)
def closed_months(open_months: tuple[int, ...], reason: str, start: date) -> tuple[Span, ...]:
    """Days of the coming year that lie in no open month."""
    found: list[Span] = []
    day, end = start, start + REACH
    while day <= end:
        first = day
        while day <= end and day.month not in open_months:
            day += ONE_DAY
        if day > first:
            found.append(Span(first, day - ONE_DAY, reason))
        day += ONE_DAY
    return tuple(found)


def extra_mistakes(extra: Extra, start: date) -> list[Fault]:
    """Return what contradicts itself in what people added, each with its place."""
    bare = Roster(region="", first=start, people=extra.people, cars=extra.cars, work=(), closed=extra.closed)
    found = mistakes(bare)
    tables: Mapping[str, Mapping[str, tuple[Span, ...]]] = {"permits": extra.permits, "away": extra.away}
    for name, table in tables.items():
        for key, spans in table.items():
            found += span_mistakes(spans, f"/{name}/{key}")
    for index, zone in enumerate(extra.zones):
        at = "/".join(("", "zones", str(index)))
        found += [*span_mistakes(zone.only, at + "/only"), *span_mistakes(zone.never, at + "/never")]
        if not (-180 <= zone.place[0] <= 180 and -90 <= zone.place[1] <= 90):
            found.append(Fault("no_place", at + "/place", {"value": str(zone.place)}))
        if not 0 < zone.within_m <= 100_000:
            found.append(
                Fault("out_of_range", at + "/within_m", {"value": zone.within_m, "least": 0, "most": 100_000})
            )
    return found


def unknown_people(extra: Extra, people: Iterable[Person]) -> list[Fault]:
    """Return absences and nights of people who are not there."""
    known = {one.code for one in people}
    return [
        *(Fault("no_such_person", f"/away/{code}", {"id": code}) for code in extra.away if code not in known),
        *(
            Fault("no_such_person", f"/nights/{at}", {"id": code})
            for at, code in enumerate(extra.nights)
            if code not in known
        ),
    ]
