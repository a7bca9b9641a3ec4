"""Recipients, ladders and sentences of an owner in the database."""

from collections.abc import Sequence
from datetime import datetime, time
from uuid import UUID

import msgspec
from msgspec import Struct

from gunmane.core.reminders.compose import Channel, Recipient
from gunmane.core.reminders.ladders import Audience, Ladder
from gunmane.core.reminders.timing import Hours
from gunmane.core.words import AssetClass, Language, SourceStatus
from gunmane.store.query import Conn, ReadConn, sql


class RecipientRow(Struct, frozen=True, kw_only=True):
    """Somebody who is reminded; a webhook's secret is never read back."""

    owner_id: UUID
    recipient_id: UUID
    role: Audience
    name: str
    language: Language
    email: str | None
    webhook_url: str | None
    letters: bool
    contact: str | None
    asset_classes: list[AssetClass]
    duties: list[str]
    engineer: str | None
    quiet_from: time
    quiet_to: time
    working_days: bool
    digest: bool
    unsubscribed_at: datetime | None
    bounced_at: datetime | None
    created_at: datetime
    changed_at: datetime
    revision: int

    def recipient(self) -> Recipient:
        """Return what decides about reminding; an address that mail came back from gets none until it is changed."""
        channels = [
            (Channel.EMAIL, self.email is not None and self.bounced_at is None),
            (Channel.WEBHOOK, self.webhook_url is not None),
            (Channel.LETTER, self.letters),
        ]
        return Recipient(
            recipient_id=self.recipient_id,
            role=self.role,
            name=self.name,
            language=self.language,
            channels=tuple(channel for channel, there in channels if there),
            asset_classes=tuple(self.asset_classes),
            duties=tuple(self.duties),
            engineer=self.engineer,
            hours=Hours(self.quiet_from, self.quiet_to, self.working_days),
            digest=self.digest,
            unsubscribed=self.unsubscribed_at is not None,
        )


class RecipientFields(Struct, frozen=True, kw_only=True):
    """What can be set about a recipient; `webhook_secret` signs its webhooks."""

    role: Audience
    name: str
    language: Language
    email: str | None
    webhook_url: str | None
    webhook_secret: str | None
    letters: bool
    contact: str | None
    asset_classes: Sequence[AssetClass]
    duties: Sequence[str]
    engineer: str | None
    quiet_from: time
    quiet_to: time
    working_days: bool
    digest: bool

    def values(self) -> tuple[object, ...]:
        """Return the fields in the order of the statements."""
        return (
            self.role.value, self.name, self.language.value, self.email, self.webhook_url, self.webhook_secret,
            self.letters, self.contact, [one.value for one in self.asset_classes], list(self.duties), self.engineer,
            self.quiet_from, self.quiet_to, self.working_days, self.digest,
        )  # fmt: skip


class LadderRow(Struct, frozen=True, kw_only=True):
    """A ladder that an owner has set."""

    owner_id: UUID
    ladder_id: UUID
    role: Audience
    duty: str
    before: list[int]
    overdue_first: int | None
    overdue_every: int
    overdue_last: int
    optional: bool
    source: str
    created_at: datetime

    def ladder(self) -> Ladder:
        """Return what decides about reminding."""
        return Ladder(
            role=self.role, duty=self.duty, before=tuple(self.before), overdue_first=self.overdue_first,
            overdue_every=self.overdue_every, overdue_last=self.overdue_last, optional=self.optional,
            source=self.source, status=SourceStatus.LOCAL,
        )  # fmt: skip


class TextRow(Struct, frozen=True, kw_only=True):
    """A sentence that an owner has put in the place of the catalogue's."""

    language: Language
    name: str
    text: str
    changed_at: datetime


async def list_all(conn: ReadConn, owner_id: UUID, recipient_id: UUID | None = None) -> list[RecipientRow]:
    """List an owner's recipients, oldest first."""
    return msgspec.convert(await conn.fetch(sql("recipients", "list"), owner_id, recipient_id), list[RecipientRow])


async def insert(conn: Conn, owner_id: UUID, recipient_id: UUID, fields: RecipientFields, at: datetime) -> None:
    """Add a recipient; one that is there already stays as it is."""
    await conn.execute(sql("recipients", "insert"), owner_id, recipient_id, *fields.values(), at)


async def replace(
    conn: Conn, owner_id: UUID, recipient_id: UUID, fields: RecipientFields, at: datetime, revision: int
) -> bool:
    """Change a recipient of a known revision; False when it has another by now."""
    found = await conn.fetchval(sql("recipients", "replace"), owner_id, recipient_id, *fields.values(), at, revision)
    return found is not None


async def remove(conn: Conn, owner_id: UUID, recipient_id: UUID, at: datetime) -> bool:
    """End a recipient, forget the addresses and cancel what was not sent; False when there is none."""
    return await conn.fetchval(sql("recipients", "remove"), owner_id, recipient_id, at) is not None


async def unsubscribe(conn: Conn, owner_id: UUID, recipient_id: UUID, at: datetime) -> bool:
    """Note that a recipient wants no optional reminders; False when there is none."""
    return await conn.fetchval(sql("recipients", "unsubscribe"), owner_id, recipient_id, at) is not None


async def list_ladders(conn: ReadConn, owner_id: UUID) -> list[LadderRow]:
    """List the ladders that an owner has set."""
    return msgspec.convert(await conn.fetch(sql("recipients", "list_ladders"), owner_id), list[LadderRow])


async def put_ladder(conn: Conn, owner_id: UUID, ladder_id: UUID, ladder: Ladder, at: datetime) -> LadderRow:
    """Set the ladder of a role for a duty; the identifier of one that was there stays."""
    row = await conn.fetchrow(
        sql("recipients", "put_ladder"),
        owner_id, ladder_id, ladder.role.value, ladder.duty, list(ladder.before), ladder.overdue_first,
        ladder.overdue_every, ladder.overdue_last, ladder.optional, ladder.source, at,
    )  # fmt: skip
    return msgspec.convert(row, LadderRow)


async def remove_ladder(conn: Conn, owner_id: UUID, ladder_id: UUID) -> bool:
    """Remove an owner's ladder; False when there is none."""
    return await conn.fetchval(sql("recipients", "remove_ladder"), owner_id, ladder_id) is not None


async def list_texts(conn: ReadConn, owner_id: UUID) -> list[TextRow]:
    """List the sentences that an owner has changed."""
    return msgspec.convert(await conn.fetch(sql("recipients", "list_texts"), owner_id), list[TextRow])


async def put_text(conn: Conn, owner_id: UUID, language: Language, name: str, text: str, at: datetime) -> TextRow:
    """Put a sentence in the place of the catalogue's."""
    row = await conn.fetchrow(sql("recipients", "put_text"), owner_id, language.value, name, text, at)
    return msgspec.convert(row, TextRow)


async def remove_text(conn: Conn, owner_id: UUID, language: Language, name: str) -> bool:
    """Let the catalogue's sentence hold again; False when it does."""
    return await conn.fetchval(sql("recipients", "remove_text"), owner_id, language.value, name) is not None
