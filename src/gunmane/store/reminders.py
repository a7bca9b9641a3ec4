"""Due items to be told, and what was told, in the database."""

import os
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from gunmane.core.reminders.compose import DueItem, ItemKey, Reminder
from gunmane.core.words import AssetClass
from gunmane.store.query import Conn, ReadConn, sql


class State(Struct, frozen=True, kw_only=True):
    """An owner's reminders as they were left."""

    code: str
    name: str
    origin: str
    day: date | None
    marked_run: UUID | None
    made_at: datetime | None
    run_id: UUID | None
    changed_at: datetime | None
    unknown: int


class Fact(Struct, frozen=True, kw_only=True):
    """What a message says of an item; `at` is its place in what was asked for."""

    at: int
    asset_class: str
    number: str
    name: str | None
    basis: str | None
    rule: str | None


class ToldRow(Struct, frozen=True, kw_only=True):
    """A reminder that was told."""

    owner_id: UUID
    recipient_id: UUID
    asset_id: UUID
    duty: str
    due: date
    step: int
    told_at: datetime
    acknowledged_at: datetime | None
    reported_done_at: datetime | None


Place = tuple[date, str, UUID, UUID, int]
"""Where in the list of what was told: due, duty, asset, recipient, step."""


async def owners(conn: ReadConn) -> list[UUID]:
    """List the owners that have somebody to remind or a feed to fill."""
    return [row["owner_id"] for row in await conn.fetch(sql("reminders", "owners"))]


async def lock(conn: Conn, owner_id: UUID) -> bool:
    """Take the right to make an owner's reminders until the transaction ends; False: somebody else has it."""
    return bool(await conn.fetchval(sql("reminders", "lock"), owner_id))


async def state(conn: ReadConn, owner_id: UUID) -> State | None:
    """Read how an owner's reminders were left; None for an unknown owner."""
    row = await conn.fetchrow(sql("reminders", "state"), owner_id)
    return None if row is None else msgspec.convert(row, State)


async def mark(conn: Conn, owner_id: UUID, day: date | None, run_id: UUID | None, at: datetime) -> None:
    """Note that reminders were made; without a day the day noted before stays."""
    await conn.execute(sql("reminders", "mark"), owner_id, day, run_id, at)


_CLASSES = {one.value: one for one in AssetClass}


async def pick(conn: ReadConn, owner_id: UUID, dates: Sequence[date]) -> list[DueItem]:
    """Read the due items of certain due dates."""
    return _items(await conn.fetch(sql("reminders", "pick"), owner_id, list(dates)))


async def pick_all(conn: ReadConn, owner_id: UUID, until: date) -> list[DueItem]:
    """Read all due items up to a due date."""
    return _items(await conn.fetch(sql("reminders", "pick_all"), owner_id, until))


def _items(rows: list[Any]) -> list[DueItem]:
    # positional on purpose: a day of a large owner has a hundred thousand items
    return [
        DueItem(asset, _CLASSES[kind], duty, due, engineer)
        for kind, duty, due, engineer, assets in rows
        for asset in assets
    ]


async def told(
    conn: ReadConn, owner_id: UUID, dates: Sequence[date] | None, until: date
) -> dict[tuple[UUID, UUID, str, date], int]:
    """Read the latest step told by recipient and item, of certain due dates or of all up to one."""
    if dates is None:
        rows = await conn.fetch(sql("reminders", "told_all"), owner_id, until)
    else:
        rows = await conn.fetch(sql("reminders", "told"), owner_id, list(dates))
    return {(who, asset, duty, due): step for who, asset, duty, due, step in rows}


async def resting(conn: ReadConn, owner_id: UUID, since: datetime) -> set[ItemKey]:
    """Read which items were reported done since a moment."""
    return {(row[0], row[1], row[2]) for row in await conn.fetch(sql("reminders", "resting"), owner_id, since)}


async def facts(conn: ReadConn, owner_id: UUID, items: Sequence[tuple[UUID, str]]) -> dict[int, Fact]:
    """Read what messages say of items (asset, duty), by their place from 0."""
    rows = await conn.fetch(
        sql("reminders", "facts"), owner_id, [asset for asset, _ in items], [duty for _, duty in items]
    )
    return {fact.at - 1: fact for fact in msgspec.convert(rows, list[Fact])}


async def keep(conn: Conn, owner_id: UUID, reminders: Sequence[Reminder], at: datetime) -> None:
    """Keep what is told; raises the database's unique violation if any of it was told before."""
    await conn.execute(sql("reminders", "stage"))
    await conn.copy_records_to_table(
        "staged_reminders",
        records=[(one.recipient_id, one.asset_id, one.duty, one.due, one.step) for one in reminders],
    )
    await conn.execute(sql("reminders", "insert_staged"), owner_id, at)


async def page(
    conn: ReadConn, owner_id: UUID, asset_id: UUID | None, recipient_id: UUID | None, before: Place | None, limit: int
) -> list[ToldRow]:
    """List what was told, newest due date first."""
    place = before or (None, None, None, None, None)
    rows = await conn.fetch(sql("reminders", "list"), owner_id, asset_id, recipient_id, *place, limit)
    return msgspec.convert(rows, list[ToldRow])


async def acknowledge(conn: Conn, owner_id: UUID, message_id: UUID, at: datetime) -> bool:
    """Note that a message's reminders were seen; False when there is no such message."""
    return await conn.fetchval(sql("reminders", "acknowledge"), owner_id, message_id, at) is not None


async def report_done(conn: Conn, owner_id: UUID, item: ItemKey, recipient_id: UUID, at: datetime) -> None:
    """Note that somebody reports an item as done."""
    await conn.execute(sql("reminders", "report_done"), owner_id, *item, recipient_id, at)


async def secret(conn: Conn, owner_id: UUID, at: datetime) -> bytes:
    """Return the secret that signs an owner's links; it is made the first time."""
    return await conn.fetchval(sql("reminders", "secret"), owner_id, os.urandom(32), at)


async def known_secret(conn: ReadConn, owner_id: UUID) -> bytes | None:
    """Return the secret that signs an owner's links; None when none was ever signed."""
    return await conn.fetchval(sql("reminders", "known_secret"), owner_id)
