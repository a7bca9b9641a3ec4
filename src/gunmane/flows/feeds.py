"""Calendar feeds of one owner: what should stand in them, and the calendar as it is served."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import structs

from gunmane.core import feeds as core
from gunmane.core.calendar import WorkingDays
from gunmane.core.feeds import EntryKind, Event, Wanted
from gunmane.core.reminders.timing import civil_day
from gunmane.core.reminders.wording import fill
from gunmane.core.words import Language
from gunmane.files import reminders as files
from gunmane.files import rules
from gunmane.store import feeds as store
from gunmane.store.feeds import DueDay, Feed, PublishedRow
from gunmane.store.query import Conn, ReadConn

REACH_DAYS = 400
"""Entries reach so far back and ahead."""

KEPT_DAYS = 180
"""Cancelled entries are told so long."""

MOST_ENTRIES = 20_000


async def sync(conn: Conn, owner_id: UUID, now: datetime) -> int:
    """Bring an owner's entries up to date, if it has a feed; return how many changed."""
    feeds = [one for one in await store.list_all(conn, owner_id) if one.revoked_at is None]
    if not feeds:
        return 0
    today, reach = civil_day(now), timedelta(days=REACH_DAYS)
    rows = await store.wanted(conn, owner_id, today - reach, today + reach)
    changes = core.merge(await store.stored(conn, owner_id), entries_of(rows, rules.working_days()), now)
    await store.write(conn, owner_id, changes)
    await store.forget(conn, owner_id, now - timedelta(days=KEPT_DAYS))
    return len(changes)


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
        "asset_class": texts.classes[row.asset_class.value],
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
