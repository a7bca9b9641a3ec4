"""What was told and what is in the outbox: list, preview, send again, letters, notices of failed delivery."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.reminders import wording
from gunmane.core.reminders.compose import Channel
from gunmane.flows import letters
from gunmane.flows import reminders as flow
from gunmane.http.cursors import Cursor, Limit, link_header, next_link, pack, unpack
from gunmane.http.recipients import REMINDING, catalogue
from gunmane.http.routes import Answer, Ask, Nothing, Route
from gunmane.notify import bounces
from gunmane.store import messages, recipients
from gunmane.store import reminders as store
from gunmane.store.messages import MessageRow, WholeMessage
from gunmane.store.reminders import ToldRow

MessageState = Literal["waiting", "sent", "dead", "bounced", "cancelled"]
BOUNCE_TYPES = ("message/rfc822",)
BOUNCE_LIMIT = 2_000_000


class ToldQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which reminders, newest due date first."""

    asset: UUID | None = None
    recipient: UUID | None = None
    limit: Limit = 100
    cursor: Cursor | None = None


class ToldPage(Struct, frozen=True):
    """A page of reminders that were told."""

    items: list[ToldRow]
    next: str | None = None


class MessageQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which messages, newest first."""

    state: list[MessageState] | None = None
    channel: list[Channel] | None = None
    recipient: UUID | None = None
    limit: Limit = 100
    cursor: Cursor | None = None


class MessagePage(Struct, frozen=True):
    """A page of the outbox."""

    items: list[MessageRow]
    next: str | None = None


class PreviewWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For whom, and with which sentences (by name, in the recipient's language) in the place of those of now."""

    recipient_id: UUID
    texts: dict[str, Annotated[str, Meta(max_length=wording.LONGEST_TEXT)]] = {}


class Preview(Struct, frozen=True, kw_only=True):
    """What the recipient would be sent now if nothing had been told yet; nothing is stored or sent."""

    channel: Channel
    subject: str
    body: str
    reminders: int


class BounceNoted(Struct, frozen=True, kw_only=True):
    """Which message a notice was about; a delay alone changes nothing."""

    message_id: UUID
    final: bool
    reason: str


async def list_told(ask: Ask[ToldQuery, None]) -> Answer:
    query = ask.query
    place = unpack(query.cursor, tuple[date, str, UUID, UUID, int])
    owner = ask.principal.owner_id
    rows = await store.page(ask.conn, owner, query.asset, query.recipient, place, query.limit + 1)
    href = None
    if len(rows) > query.limit:
        rows = rows[: query.limit]
        last = rows[-1]
        cursor = pack(last.due, last.duty, last.asset_id, last.recipient_id, last.step)
        href = next_link("/v1/reminders", query, cursor)
    return Answer(ToldPage(rows, href), headers=link_header(href) if href else {})


async def list_messages(ask: Ask[MessageQuery, None]) -> Answer:
    query = ask.query
    place = unpack(query.cursor, tuple[UUID])
    rows = await messages.page(
        ask.conn, ask.principal.owner_id, None if place is None else place[0], query.state, query.channel,
        query.recipient, query.limit + 1,
    )  # fmt: skip
    href = None
    if len(rows) > query.limit:
        rows = rows[: query.limit]
        href = next_link("/v1/messages", query, pack(rows[-1].message_id))
    return Answer(MessagePage(rows, href), headers=link_header(href) if href else {})


async def _one(ask: Ask[Nothing, None]) -> WholeMessage:
    found = await messages.one(ask.conn, ask.principal.owner_id, ask.id("message_id"))
    if found is None:
        raise GunmaneError("not_found")
    return found


async def read_message(ask: Ask[Nothing, None]) -> Answer:
    return Answer(await _one(ask))


async def resend(ask: Ask[Nothing, None]) -> Answer:
    """Send a message again that died, came back or was sent; the peer can tell that it is the same."""
    found = await _one(ask)
    if not await messages.resend(ask.conn, ask.principal.owner_id, found.message_id):
        raise GunmaneError("conflict", [Fault("not_resendable", "", {"state": found.state})])
    return Answer(await _one(ask))


async def acknowledge(ask: Ask[Nothing, None]) -> Answer:
    if not await store.acknowledge(ask.conn, ask.principal.owner_id, ask.id("message_id"), ask.now):
        raise GunmaneError("not_found")
    return Answer(await _one(ask))


async def preview(ask: Ask[Nothing, PreviewWanted]) -> Answer:
    wanted, owner = ask.body, ask.principal.owner_id
    rows = await recipients.list_all(ask.conn, owner, wanted.recipient_id)
    if not rows:
        raise GunmaneError("invalid", [Fault("recipient_unknown", "/recipient_id")])
    faults = [
        Fault(one.code, f"/texts/{name}", one.values)
        for name, text in wanted.texts.items()
        for one in wording.faults(name, text, catalogue(rows[0].language))
    ]
    if faults:
        raise GunmaneError("invalid", faults)
    office = flow.office(ask.services.public_url)
    made = await flow.preview(ask.conn, rows[0], ask.now, office, wanted.texts)
    return Answer(Preview(channel=made.channel, subject=made.subject, body=made.body, reminders=len(made.items)))


async def print_letters(ask: Ask[Nothing, None]) -> Answer:
    """Return the letters of a message as one PDF; made anew each time, for addresses are not kept in messages."""
    found = await _one(ask)
    if found.channel is not Channel.LETTER:
        raise GunmaneError("conflict", [Fault("not_letters")])
    raw = await letters.draw(ask.conn, found, ask.now)
    headers = {
        "Content-Disposition": f'inline; filename="letters-{found.message_id}.pdf"',
        "Cache-Control": "no-store",
    }
    return Answer(raw=raw, media_type="application/pdf", headers=headers)


async def post_letters(ask: Ask[Nothing, None]) -> Answer:
    """Note that the letters of a message were posted."""
    found = await _one(ask)
    if not await messages.post(ask.conn, ask.principal.owner_id, found.message_id, ask.now):
        raise GunmaneError("conflict", [Fault("not_letters")])
    return Answer(await _one(ask))


async def note_bounce(ask: Ask[Nothing, None]) -> Answer:
    """Note a mail that came back, from the notice as the mail server sent it."""
    found = bounces.read(ask.raw)
    owner = ask.principal.owner_id
    unknown = GunmaneError("invalid", [Fault("not_a_bounce")])
    if found is None or found.owner_id != owner:
        raise unknown
    if found.final:
        there = await messages.bounce(ask.conn, owner, found.message_id, found.reason, ask.now)
    else:
        there = await messages.one(ask.conn, owner, found.message_id) is not None
    if not there:
        raise unknown
    return Answer(BounceNoted(message_id=found.message_id, final=found.final, reason=found.reason))


ROUTES = (
    Route(
        method="GET", path="/v1/reminders", name="list_reminders", tag="reminders", run=list_told, may=REMINDING,
        query=ToldQuery, gives=ToldPage, gives_headers=("Link",),
        summary="通知した期限の一覧 (what was told to whom)",
    ),
    Route(
        method="POST", path="/v1/reminders/preview", name="preview_reminder", tag="reminders", run=preview,
        may=REMINDING, reads=True, takes=PreviewWanted, gives=Preview, summary="通知の見本 (preview)",
    ),
    Route(
        method="GET", path="/v1/messages", name="list_messages", tag="reminders", run=list_messages, may=REMINDING,
        query=MessageQuery, gives=MessagePage, gives_headers=("Link",), summary="送信箱 (the outbox)",
    ),
    Route(
        method="GET", path="/v1/messages/{message_id:uuid}", name="read_message", tag="reminders", run=read_message,
        may=REMINDING, gives=WholeMessage, summary="送信箱の一通 (one message)",
    ),
    Route(
        method="POST", path="/v1/messages/{message_id:uuid}/resend", name="resend_message", tag="reminders",
        run=resend, may=REMINDING, gives=WholeMessage, also=(409,), summary="送り直し (send again)",
    ),
    Route(
        method="POST", path="/v1/messages/{message_id:uuid}/acknowledgement", name="acknowledge_message",
        tag="reminders", run=acknowledge, may=REMINDING, gives=WholeMessage,
        summary="確認の記録 (note that it was seen)",
    ),
    Route(
        method="GET", path="/v1/messages/{message_id:uuid}/letters", name="print_letters", tag="reminders",
        run=print_letters, may=REMINDING, gives=bytes, gives_type="application/pdf", also=(409,),
        summary="封書のPDF (letters as PDF)",
    ),
    Route(
        method="POST", path="/v1/messages/{message_id:uuid}/posting", name="post_letters", tag="reminders",
        run=post_letters, may=REMINDING, gives=WholeMessage, also=(409,), summary="投函の記録 (note the posting)",
    ),
    Route(
        method="POST", path="/v1/bounces", name="note_bounce", tag="reminders", run=note_bounce, may=REMINDING,
        raw_types=BOUNCE_TYPES, limit=BOUNCE_LIMIT, gives=BounceNoted, summary="不達の記録 (note a bounced mail)",
    ),
)  # fmt: skip
