"""The outbox in the database: put in, taken by workers, settled."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from gunmane.core.reminders.compose import Channel
from gunmane.core.words import Language
from gunmane.store.query import Conn, ReadConn, sql


class Outgoing(Struct, frozen=True, kw_only=True):
    """A message to be put into the outbox; `ready_at` None: at once."""

    message_id: UUID
    key: str
    recipient_id: UUID
    channel: Channel
    language: Language
    subject: str
    body: str
    unsubscribe_url: str | None
    items: list[dict[str, Any]]
    ready_at: datetime | None


class Claimed(Struct, frozen=True, kw_only=True):
    """A message taken by a worker, with the address as it is now."""

    owner_id: UUID
    message_id: UUID
    recipient_id: UUID
    subject: str
    body: str
    unsubscribe_url: str | None
    language: Language
    attempts: int
    created_at: datetime
    name: str
    email: str | None
    webhook_url: str | None
    webhook_secret: str | None


class Settled(Struct, frozen=True, kw_only=True):
    """What came of one attempt: `state` is sent, dead, or waiting for `pause` seconds; `counted` as an attempt."""

    owner_id: UUID
    message_id: UUID
    claim: UUID
    state: str
    error: str | None = None
    pause: float = 0.0
    counted: bool = True


class MessageRow(Struct, frozen=True, kw_only=True):
    """A message in the outbox."""

    owner_id: UUID
    message_id: UUID
    recipient_id: UUID
    channel: Channel
    language: Language
    subject: str
    state: str
    ready_at: datetime
    attempts: int
    resent: int
    last_error: str | None
    last_tried_at: datetime | None
    sent_at: datetime | None
    acknowledged_at: datetime | None
    created_at: datetime
    reminders: int


class MessageItem(Struct, frozen=True, kw_only=True):
    """A reminder in a message."""

    asset_id: UUID
    duty: str
    due: date
    step: int


class WholeMessage(MessageRow, frozen=True, kw_only=True):
    """A message with its text and its reminders."""

    body: str
    items: list[MessageItem]


class LetterLine(Struct, frozen=True, kw_only=True):
    """One letter of a message: the system and whom it goes to, as far as that is known."""

    at: int
    asset_id: UUID
    duty: str
    due: date
    step: int
    number: str
    name: str | None
    address: str | None


async def put(conn: Conn, owner_id: UUID, messages: Sequence[Outgoing], at: datetime) -> None:
    """Put messages into the outbox; one whose key is there already is left out."""
    await conn.executemany(
        sql("messages", "insert"),
        [
            (
                owner_id, one.message_id, one.key, one.recipient_id, one.channel.value, one.language.value,
                one.subject, one.body, one.unsubscribe_url, one.items, one.ready_at, at,
            )
            for one in messages
        ],
    )  # fmt: skip


async def owners(conn: ReadConn, channel: Channel, most: int) -> list[UUID]:
    """List the owners of the `most` messages of a channel that have waited longest."""
    return [row["owner_id"] for row in await conn.fetch(sql("messages", "owners"), channel.value, most)]


async def claim(
    conn: Conn, owner_ids: Sequence[UUID], channel: Channel, claim_id: UUID, lease_s: float, most: int
) -> list[Claimed]:
    """Take up to `most` messages for `lease_s` seconds, those that have waited longest first."""
    rows = await conn.fetch(sql("messages", "claim"), list(owner_ids), channel.value, claim_id, lease_s, most)
    return sorted(msgspec.convert(rows, list[Claimed]), key=lambda one: one.message_id)


async def settle(conn: Conn, results: Sequence[Settled]) -> int:
    """Note what came of attempts; return for how many the claim still held."""
    done = await conn.execute(
        sql("messages", "settle"),
        [one.owner_id for one in results],
        [one.message_id for one in results],
        [one.claim for one in results],
        [one.state for one in results],
        [one.error for one in results],
        [one.pause for one in results],
        [one.counted for one in results],
    )
    return int(done.split()[-1])


async def settle_sent(conn: Conn, owner_id: UUID, message_ids: Sequence[UUID]) -> int:
    """Note that a peer has taken messages, whoever holds them now; return how many were not noted yet."""
    done = await conn.execute(sql("messages", "settle_sent"), owner_id, list(message_ids))
    return int(done.split()[-1])


async def page(
    conn: ReadConn,
    owner_id: UUID,
    before: UUID | None,
    states: Sequence[str] | None,
    channels: Sequence[Channel] | None,
    recipient_id: UUID | None,
    limit: int,
) -> list[MessageRow]:
    """List an owner's messages, newest first."""
    kinds = None if channels is None else [one.value for one in channels]
    rows = await conn.fetch(sql("messages", "list"), owner_id, before, states, kinds, recipient_id, limit)
    return msgspec.convert(rows, list[MessageRow])


async def one(conn: ReadConn, owner_id: UUID, message_id: UUID) -> WholeMessage | None:
    """Read one message."""
    row = await conn.fetchrow(sql("messages", "one"), owner_id, message_id)
    # as a dict: a record's own method `items` hides the column from msgspec
    return None if row is None else msgspec.convert(dict(row), WholeMessage)


async def resend(conn: Conn, owner_id: UUID, message_id: UUID) -> bool:
    """Let a message go out again under its old identity; False when it is not one that can."""
    return await conn.fetchval(sql("messages", "resend"), owner_id, message_id) is not None


async def post(conn: Conn, owner_id: UUID, message_id: UUID, at: datetime) -> bool:
    """Note that letters were posted; False when it is no message of letters."""
    return await conn.fetchval(sql("messages", "post"), owner_id, message_id, at) is not None


async def bounce(conn: Conn, owner_id: UUID, message_id: UUID, reason: str, at: datetime) -> bool:
    """Note that a mail came back; False when it is none of this owner's."""
    return await conn.fetchval(sql("messages", "bounce"), owner_id, message_id, reason, at) is not None


async def letters(conn: ReadConn, owner_id: UUID, message_id: UUID) -> list[LetterLine]:
    """Read the letters of a message; the owner's contacts are open for this one statement."""
    await conn.execute(sql("contacts", "open_contacts"), [owner_id])
    rows = await conn.fetch(sql("messages", "letters"), owner_id, message_id)
    await conn.execute(sql("contacts", "close_contacts"))
    return msgspec.convert(rows, list[LetterLine])
