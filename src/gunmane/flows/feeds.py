"""Calendar feeds of one owner: what should stand in them, and the calendar as it is served."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from uuid import UUID, uuid5

from msgspec import structs

from gunmane.core import feeds as core
from gunmane.core.calendar import WorkingDays
from gunmane.core.feeds import EntryKind, Event, Wanted
from gunmane.core.reminders.timing import civil_day
from gunmane.core.reminders.wording import fill
from gunmane.core.schedule.roster import DayPlan, Roster, Work
from gunmane.core.words import Language
from gunmane.files import reminders as files
from gunmane.files import rules
from gunmane.store import feeds as store
from gunmane.store import schedules
from gunmane.store.feeds import DueDay, Feed, PublishedRow
from gunmane.store.query import Conn, ReadConn

REACH_DAYS = 400
"""Entries reach so far back and ahead."""

KEPT_DAYS = 180
"""Cancelled entries are told so long."""

MOST_ENTRIES = 20_000

VISITS = UUID("6f2d1a86-7d0b-5c7e-9a3c-0d5a54c1f2b7")
"""Namespace of the identifiers of works in day plans, which name no asset of the inventory."""


async def sync(conn: Conn, owner_id: UUID, now: datetime, region_ids: Sequence[UUID]) -> int:
    """Bring an owner's entries up to date, if it has a feed; return how many changed.

    The transaction must be bound to the owner and to the regions whose day plans are to be shown.
    """
    feeds = [one for one in await store.list_all(conn, owner_id) if one.revoked_at is None]
    if not feeds:
        return 0
    today, reach = civil_day(now), timedelta(days=REACH_DAYS)
    rows = await store.wanted(conn, owner_id, today - reach, today + reach)
    found = entries_of(rows, rules.working_days())
    code = await store.owner_code(conn, owner_id)
    for region_id in region_ids:
        newest = await schedules.page(conn, region_id, None, 1)
        plan = await schedules.one(conn, newest[0].schedule_id) if newest else None
        if plan is not None:
            found = with_visits(found, visits_of(plan.roster, plan.plan, code), plan.plan)
    changes = core.merge(await store.stored(conn, owner_id), found, now)
    await store.write(conn, owner_id, changes)
    await store.forget(conn, owner_id, now - timedelta(days=KEPT_DAYS))
    return len(changes)


def visits_of(roster: Roster, plan: DayPlan, owner: str) -> list[Wanted]:
    """Return the visits of a day plan, one for each person who goes; times are those of the stop."""
    works = {work.id: work for work in roster.work}
    found: dict[core.EntryId, Wanted] = {}
    for tour in plan.tours:
        for stop in tour.stops:
            for work in (works[one] for one in stop.works):
                for person in tour.people:
                    visit = Wanted(
                        asset_id=_asset(work),
                        asset_class=work.asset_class,
                        duty=work.duty,
                        kind=EntryKind.VISIT,
                        day=tour.day + timedelta(days=stop.arrive // 1440),
                        starts=time(stop.arrive // 60 % 24, stop.arrive % 60),
                        minutes=max(stop.leave - stop.arrive, 1),
                        engineer=person,
                        label=work.name,
                        elsewhere=work.owner != owner,
                    )
                    found.setdefault(visit.id, visit)
    return list(found.values())


def _asset(work: Work) -> UUID:
    """The asset that a work is at; one that the inventory does not know gets an identifier of its own."""
    try:
        return UUID(work.asset)
    except ValueError:
        return uuid5(VISITS, f"{work.owner}/{work.id}")


def with_visits(entries: Sequence[Wanted], visits: Sequence[Wanted], plan: DayPlan) -> list[Wanted]:
    """Put visits with their hours in the place of those of which only the month is known, as far as the plan goes."""
    kept = [
        one
        for one in entries
        if one.kind is not EntryKind.VISIT or not plan.first.replace(day=1) <= one.day.replace(day=1) <= plan.last
    ]
    return [*kept, *visits]


def entries_of(rows: Sequence[DueDay], days: WorkingDays) -> list[Wanted]:
    """Return the entries of due items: the last lawful day, and the visit on the first working day of its month."""
    found: list[Wanted] = []
    for row in rows:
        due = Wanted(
            asset_id=row.asset_id, asset_class=row.asset_class, duty=row.duty, kind=EntryKind.DUE, day=row.due
        )
        found.append(due)
        if row.planned_month is not None:
            day = min(days.on_or_after(row.planned_month), max(row.due, row.planned_month))
            found.append(structs.replace(due, kind=EntryKind.VISIT, day=day, engineer=row.engineer or ""))
    return found


async def calendar(conn: ReadConn, feed: Feed) -> bytes:
    """Return a feed as iCalendar."""
    rows = await store.entries(conn, feed, MOST_ENTRIES)
    return core.write(feed.name, [event(row, feed.language) for row in rows])


def event(row: PublishedRow, language: Language) -> Event:
    """Put an entry into words."""
    texts = files.texts(language)
    values = {
        "duty": rules.texts(language.value).duties.get(row.duty, row.duty),
        "asset_class": texts.classes.get(row.asset_class, row.asset_class),
        "number": row.number,
        "name": row.name or "",
        "basis": row.basis or "",
        "month": f"{row.day:%Y-%m}",
    }
    summary = fill(texts.feed[row.kind.value], values).strip()
    lines = [fill(texts.feed["class"], values)]
    if row.basis:
        lines.append(fill(texts.feed["basis"], values))
    if row.kind is EntryKind.VISIT and row.starts is None:
        lines.append(fill(texts.feed["month"], values))
    if row.cancelled:
        summary = fill(texts.feed["cancelled"], {"summary": summary})
    return Event(entry=row.entry(), summary=summary, description="\n".join(lines))
