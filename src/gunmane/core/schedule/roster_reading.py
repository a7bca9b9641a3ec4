"""Reads a roster and names all that contradicts itself in it, with its place."""

from collections.abc import Sequence
from typing import Any

import msgspec

from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.schedule.hours import DAY_MIN, TWO_DAYS, Night, Span
from gunmane.core.schedule.roster import Roster
from gunmane.core.schedule.travel import mistakes_of

EARLIEST, LATEST, MOST_WEEKS = 1950, 2200, 13


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
        seen: set[str] = set()
        for index, code in enumerate(codes):
            if code in seen:
                wrong(f"/{name}/{index}", "twice", id=code)
            seen.add(code)
    faults.extend(_night_mistakes(rules.night))
    faults.extend(_people_mistakes(roster))
    for owner, spans in roster.closed.items():
        faults.extend(span_mistakes(spans, f"/closed/{owner}"))
    for index, car in enumerate(roster.cars):
        faults.extend(span_mistakes(car.away, f"/cars/{index}/away"))
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


def span_mistakes(spans: Sequence[Span], at: str) -> list[Fault]:
    """Return spans that end before they begin, and hours beyond the following day."""
    found: list[Fault] = []
    for index, span in enumerate(spans):
        start, end = span.start_min or 0, DAY_MIN if span.end_min is None else span.end_min
        if span.first > span.last:
            values = {"start": span.first.isoformat(), "end": span.last.isoformat()}
            found.append(Fault("ends_before", f"{at}/{index}", values))
        if not 0 <= start < end <= TWO_DAYS:
            values = {"value": f"{start} – {end}", "least": 0, "most": TWO_DAYS}
            found.append(Fault("out_of_range", f"{at}/{index}", values))
    return found


def _night_mistakes(night: Night) -> list[Fault]:
    fits = 0 <= night.start_min < night.end_min <= TWO_DAYS and 0 <= night.most_in_7_days <= 7
    fits = fits and all(0 <= value <= TWO_DAYS for value in (night.break_min, night.break_over_min, night.rest_min))
    if fits and night.break_over_min > 0:
        return []
    given = f"{night.start_min} – {night.end_min}, {night.break_min}, {night.break_over_min}, {night.rest_min}"
    return [Fault("out_of_range", "/rules/night", {"value": given, "least": 0, "most": TWO_DAYS})]


def _people_mistakes(roster: Roster) -> list[Fault]:
    found: list[Fault] = []
    for index, person in enumerate(roster.people):
        at = "/".join(("", "people", str(index)))
        if not (0 <= person.start_min <= person.end_min <= 2880 and 0 <= person.break_min <= 2880):
            found.append(Fault("ends_before", at, {"start": person.start_min, "end": person.end_min}))
        found.extend(_place(person.base, at + "/base"))
        found.extend(span_mistakes(person.away, at + "/away"))
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
        found.extend(span_mistakes(work.only, at + "/only"))
        found.extend(span_mistakes(work.never, at + "/never"))
    return found


def _place(place: tuple[float, float], at: str) -> list[Fault]:
    if -180 <= place[0] <= 180 and -90 <= place[1] <= 90:
        return []
    return [Fault("no_place", at, {"value": str(place)})]
