"""Calendar feeds in the database."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime, time
from uuid import UUID

import msgspec
from msgspec import Struct

from gunmane.core.feeds import Entry, EntryId, EntryKind, FeedKind, Wanted
from gunmane.core.words import AssetClass, Language
from gunmane.store.access import digest
from gunmane.store.ids import uuid7
from gunmane.store.query import Conn, ReadConn, sql


class Feed(Struct, frozen=True, kw_only=True):
    """A calendar feed without its secret."""

    owner_id: UUID
    feed_id: UUID
    kind: FeedKind
    name: str
    engineers: list[str]
    asset_classes: list[AssetClass]
    language: Language
    created_at: datetime
    revoked_at: datetime | None


class PublishedRow(Struct, frozen=True, kw_only=True):
    """An entry with what is said of it."""

    asset_id: UUID
    asset_class: str
    duty: str
    kind: EntryKind
    day: date
    starts: time | None
    minutes: int | None
    engineer: str
    label: str
    elsewhere: bool
    sequence: int
    changed_at: datetime
    cancelled: bool
    number: str
    name: str | None
    basis: str | None

    def entry(self) -> Entry:
        """Return the entry alone."""
        return _entry(self)


class _Stored(Struct, frozen=True, kw_only=True):
    asset_id: UUID
    asset_class: str
    duty: str
    kind: EntryKind
    day: date
    starts: time | None
    minutes: int | None
    engineer: str
    label: str
    elsewhere: bool
    sequence: int
    changed_at: datetime
    cancelled: bool


class DueDay(Struct, frozen=True, kw_only=True):
    """A due item with the month and the engineer of its planned visit."""

    asset_id: UUID
    asset_class: AssetClass
    duty: str
    due: date
    planned_month: date | None
    engineer: str | None


def _entry(row: PublishedRow | _Stored) -> Entry:
    wanted = Wanted(
        asset_id=row.asset_id, asset_class=row.asset_class, duty=row.duty, kind=row.kind, day=row.day,
        starts=row.starts, minutes=row.minutes, engineer=row.engineer, label=row.label, elsewhere=row.elsewhere,
    )  # fmt: skip
    return Entry(wanted=wanted, sequence=row.sequence, changed_at=row.changed_at, cancelled=row.cancelled)


async def list_all(conn: ReadConn, owner_id: UUID, feed_id: UUID | None = None) -> list[Feed]:
    """List an owner's feeds, newest first."""
    return msgspec.convert(await conn.fetch(sql("feeds", "list"), owner_id, feed_id), list[Feed])


async def create(conn: Conn, feed: Feed) -> str:
    """Store a feed and return the token of its address, which is never stored and can't be shown again."""
    secret = secrets.token_urlsafe(32)
    await conn.execute(
        sql("feeds", "insert"),
        feed.owner_id, feed.feed_id, digest(secret), feed.kind.value, feed.name, feed.engineers,
        [one.value for one in feed.asset_classes], feed.language.value, feed.created_at,
    )  # fmt: skip
    return f"{feed.feed_id.hex}_{secret}"


def new_id() -> UUID:
    """Make the identifier of a feed."""
    return uuid7()


async def revoke(conn: Conn, owner_id: UUID, feed_id: UUID, at: datetime) -> bool:
    """End a feed at once; False when there is none."""
    return await conn.fetchval(sql("feeds", "revoke"), owner_id, feed_id, at) is not None


async def open_feed(conn: ReadConn, token: str) -> Feed | None:
    """Check the token of an address and let this transaction read for the feed's owner; None: it opens nothing."""
    key, _, secret = token.partition("_")
    if len(key) != 32 or not secret:
        return None
    try:
        feed_id = UUID(hex=key)
    except ValueError:
        return None
    row = await conn.fetchrow(sql("feeds", "open"), feed_id, digest(secret))
    return None if row is None else msgspec.convert(row, Feed)


async def stored(conn: ReadConn, owner_id: UUID) -> dict[EntryId, Entry]:
    """Read every entry of an owner that was published."""
    rows = msgspec.convert(await conn.fetch(sql("feeds", "stored"), owner_id), list[_Stored])
    return {one.wanted.id: one for one in map(_entry, rows)}


async def wanted(conn: ReadConn, owner_id: UUID, first: date, last: date) -> list[DueDay]:
    """Read the due items between two days."""
    return msgspec.convert(await conn.fetch(sql("feeds", "wanted"), owner_id, first, last), list[DueDay])


async def regions(conn: ReadConn, owner_id: UUID, today: date) -> list[UUID]:
    """List the regions that an owner belongs to."""
    return [row["region_id"] for row in await conn.fetch(sql("feeds", "regions"), owner_id, today)]


async def owner_code(conn: ReadConn, owner_id: UUID) -> str:
    """Return the code of the owner that the transaction is bound to."""
    return str(await conn.fetchval(sql("feeds", "owner_code"), owner_id))


async def write(conn: Conn, owner_id: UUID, entries: Sequence[Entry]) -> None:
    """Write new, changed and cancelled entries."""
    await conn.executemany(
        sql("feeds", "write"),
        [
            (
                owner_id, one.wanted.asset_id, one.wanted.asset_class, one.wanted.duty, one.wanted.kind.value,
                one.wanted.day, one.wanted.starts, one.wanted.minutes, one.wanted.engineer, one.wanted.label,
                one.wanted.elsewhere, one.sequence, one.changed_at, one.cancelled,
            )
            for one in entries
        ],
    )  # fmt: skip


async def forget(conn: Conn, owner_id: UUID, before: datetime) -> None:
    """Forget entries that were cancelled before a moment."""
    await conn.execute(sql("feeds", "forget"), owner_id, before)


async def entries(conn: ReadConn, feed: Feed, most: int) -> list[PublishedRow]:
    """Read what a feed shows, by day."""
    engineers = None if feed.kind is FeedKind.OWNER else feed.engineers
    classes = [one.value for one in feed.asset_classes] or None
    rows = await conn.fetch(sql("feeds", "entries"), feed.owner_id, engineers, classes, most)
    return msgspec.convert(rows, list[PublishedRow])
