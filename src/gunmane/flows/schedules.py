"""Day plans: stored if the independent checker passes them, changed by hand under the same condition, printed."""

import asyncio
from collections.abc import Mapping
from datetime import date, datetime
from functools import partial
from uuid import UUID

import numpy as np
from msgspec import Struct, structs

from gunmane import __version__
from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.plan.roads import Roads
from gunmane.core.plan.ways import road_km
from gunmane.core.schedule.changes import Change, Changed, added_drive, change
from gunmane.core.schedule.days import places_of
from gunmane.core.schedule.rolling import YearByWeek, last_day, people_of, roster_of, year_by_week
from gunmane.core.schedule.roster import DayPlan, Roster, Tour
from gunmane.core.schedule.roster_check import faults
from gunmane.core.schedule.roster_reading import mistakes
from gunmane.core.schedule.terms import Extra, unknown_people
from gunmane.core.schedule.travel import travel_along
from gunmane.core.schedule.wording import fault_text
from gunmane.core.words import AssetClass, ConsentLevel, Language
from gunmane.files import reminders
from gunmane.files.rosters import safety, texts
from gunmane.files.rules import rule_book, workbook, working_days
from gunmane.files.workbooks import schedule_book
from gunmane.flows.plans import refusal
from gunmane.pdf.daysheets import Words, day_sheets, gantt
from gunmane.solve.rosters import Planned, plan_days
from gunmane.store import access, consents, pool, regions, schedules
from gunmane.store.ids import uuid7
from gunmane.store.query import Conn, ReadConn
from gunmane.store.schedules import Schedule, ScheduleRow

SOFTWARE = f"gunmane {__version__}"
MOST_FAULTS = 50
OPERATOR = UUID(int=0)
"""Stands for the operator at the command line, who has no key."""


class Rolled(Struct, frozen=True):
    """A region's next weeks: the year by week they come from, the roster, the plan, and where it was stored."""

    year: YearByWeek
    roster: Roster
    planned: Planned
    schedule_id: UUID


async def roll(
    opened: pool.Pool, region_id: UUID, region: str, owners: Mapping[UUID, Mapping[str, int]], extra: Extra,
    *, start: date, weeks: int, seconds: float, seed: int, simulated: bool, now: datetime,
    iterations: int | None = None, roads: Roads | None = None, nights: Mapping[UUID, int] | None = None,
) -> Rolled:  # fmt: skip
    """Plan a region's year by week and its next weeks by day, and store them.

    With `roads` driving is reckoned along them; the roster keeps the minutes. `owners` gives each owner's engineers
    by qualification, `nights` how many of them may be sent on night shifts. What people pinned or forbade in the
    newest plan, and its tours, are carried over. Raises GunmaneError `bad_roster` where `extra` names people who are
    not there, RuntimeError where a checker objects: such a plan is never stored.
    """
    book, office = workbook(), working_days()
    duties = [kind.duty for kind in book.work if not kind.outside]
    until = last_day(start)
    async with pool.reading(opened) as conn:
        await access.operate(conn, list(owners), [region_id])
        rows = await schedules.due_work(conn, list(owners), duties, until)
        before = await schedules.latest(conn, region_id)
        members = await regions.owners(conn)
    codes = {owner.owner_id: owner.code for owner in members}
    names = {owner.code: owner.name for owner in members}
    counts = {codes[owner_id]: engineers for owner_id, engineers in owners.items() if owner_id in codes}
    if before is not None:
        extra = structs.replace(extra, wishes=(*before.roster.wishes, *extra.wishes))
    ready = {codes[owner_id]: count for owner_id, count in (nights or {}).items() if owner_id in codes}
    people = people_of(counts, rows, extra, ready)
    unknown = unknown_people(extra, people)
    if unknown:
        raise GunmaneError("bad_roster", unknown)
    along = None if roads is None else partial(road_km, roads)
    year = await asyncio.to_thread(year_by_week, rows, people, extra, start, book, office, along)
    if year.breaches:
        raise RuntimeError(f"the year plan breaks its own rules: {year.breaches[:3]}")
    roster = roster_of(
        year, people, extra, book, region=region, weeks=weeks, previous=before.plan if before else None,
        simulated=simulated, owners=names,
    )  # fmt: skip
    known = {work.id for work in roster.work}
    roster = structs.replace(roster, wishes=tuple(wish for wish in roster.wishes if wish.work in known))
    if roads is not None:
        roster = await asyncio.to_thread(on_roads, roster, roads)
    planned = await asyncio.to_thread(plan_days, roster, office, seconds, seed, iterations=iterations)
    if planned.faults:
        raise RuntimeError(f"the day plan breaks its own rules: {planned.faults[:3]}")
    schedule_id = uuid7()
    async with pool.writing(opened) as conn:
        await access.operate(conn, list(owners), [region_id])
        await schedules.insert(conn, region_id, schedule_id, roster, planned.plan, OPERATOR, now)
    return Rolled(year, roster, planned, schedule_id)


def on_roads(roster: Roster, roads: Roads) -> Roster:
    """Return the roster with the minutes of driving along a road network."""
    places = places_of(roster)
    points = np.array(places, dtype=np.float64).reshape(-1, 2)
    metres = 1000 * road_km(roads, points, points)
    source = f"SHA-256 {roads.digest[:16]}"
    return structs.replace(roster, travel=travel_along(places, metres, roster.rules.speed_km_h, source))


class Outcome(Struct, frozen=True):
    """A change by hand: the plan after it, what the checker says, minutes of driving added, the stored revision.

    `tours` differ from those before. `revision` is None where nothing was stored: faults, or only tried.
    """

    changed: Changed
    tours: tuple[Tour, ...]
    added_minutes: int
    revision: int | None


async def store(
    conn: Conn, region_id: UUID, schedule_id: UUID, roster: Roster, plan: DayPlan, key_id: UUID, now: datetime,
    language: Language,
) -> ScheduleRow:  # fmt: skip
    """Check a roster and its plan and store them.

    Raises GunmaneError `invalid` with what contradicts itself or what the checker found, `conflict` where the
    identifier is taken.
    """
    said = texts(language.value)
    wrong = mistakes(roster)
    if wrong:
        reasons = [(f"/roster{fault.at}", said.bad[fault.code].format(**fault.values)) for fault in wrong]
    else:
        found = await asyncio.to_thread(faults, roster, plan, working_days())
        reasons = [(f"/plan/{fault.work}".rstrip("/"), fault_text(fault, said)) for fault in found]
    if reasons:
        listed = [Fault("schedule_breaks", at, {"reason": text}) for at, text in reasons[:MOST_FAULTS]]
        raise GunmaneError("invalid", listed)
    row = await schedules.insert(conn, region_id, schedule_id, roster, plan, key_id, now)
    if row is None:
        raise GunmaneError("conflict", [Fault("taken", "/schedule_id")])
    return row


async def one(conn: ReadConn, schedule_id: UUID, language: Language) -> Schedule:
    """Read a day plan.

    Raises GunmaneError `not_found`; `consent_missing` for a principal that may not see all the works that it names,
    unless its own owner stored them.
    """
    held = await schedules.one(conn, schedule_id)
    if held is None:
        raise GunmaneError("not_found")
    await _open(conn, held, language)
    return held


async def _open(conn: ReadConn, held: Schedule, language: Language) -> None:
    """Raise GunmaneError `consent_missing` where the principal may not see what a day plan names."""
    if await schedules.stored_by_own_key(conn, held.schedule_id):
        return
    sight = await consents.sight(conn)
    lacking: set[tuple[str, str]] = set()
    for work in held.roster.work:
        known = work.asset_class in list(AssetClass)
        if not known or not sight.sees((work.owner, AssetClass(work.asset_class)), ConsentLevel.FULL):
            lacking.add((work.owner, work.asset_class))
    if lacking:
        names = {owner.code: owner.name for owner in await regions.owners(conn)}
        raise refusal([(names.get(code, code), one) for code, one in sorted(lacking)], language)


async def apply(
    conn: Conn, schedule_id: UUID, wanted: Change, expected: int | None, key_id: UUID, now: datetime,
    language: Language, *, store: bool,
) -> Outcome:  # fmt: skip
    """Try a change on the plan as it stands and store it if the checker has nothing against it.

    Raises GunmaneError `not_found` and `consent_missing` as for reading, `changed_meanwhile` where the plan isn't at
    the `expected` revision.
    """
    held = await schedules.lock(conn, schedule_id)
    if held is None:
        raise GunmaneError("not_found")
    await _open(conn, held, language)
    if expected is not None and expected != held.revision:
        raise GunmaneError("changed_meanwhile")
    done = await asyncio.to_thread(change, held.roster, held.plan, wanted, working_days())
    revision = None
    if store and not done.faults:
        revision = await schedules.change(conn, held, done.roster, done.plan, wanted, key_id, now)
    before = set(held.plan.tours)
    tours = tuple(tour for tour in done.plan.tours if tour not in before)
    return Outcome(done, tours, added_drive(held.plan, done.plan), revision)


async def paper(conn: ReadConn, schedule_id: UUID, kind: str, language: Language) -> bytes:
    """Draw one paper of a stored plan: day_sheets, gantt or workbook; raises what reading it raises."""
    held = await one(conn, schedule_id, language)
    return await asyncio.to_thread(_draw, held, kind, language)


def _draw(held: Schedule, kind: str, language: Language) -> bytes:
    book = rule_book()
    duties = (book.ja if language is Language.JA else book.en).duties
    said = texts(language.value)
    if kind == "workbook":
        return schedule_book(held.roster, held.plan, said, duties, language.value)
    words = Words(said, duties, safety(), language, reminders.texts(language).classes)
    if kind == "gantt":
        return gantt(held.roster, held.plan, working_days(), words, SOFTWARE)
    return day_sheets(held.roster, held.plan, words, SOFTWARE)
