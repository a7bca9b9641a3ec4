"""Who is reminded, when (ladders) and in which words."""

import secrets
from datetime import datetime, time
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.reminders import ladders, wording
from gunmane.core.reminders.ladders import Audience, Ladder
from gunmane.core.words import AssetClass, Language, Role, SourceStatus
from gunmane.files import reminders as files
from gunmane.http.routes import Answer, Ask, Nothing, Route, etag
from gunmane.notify import mail, webhooks
from gunmane.store import recipients as store
from gunmane.store.ids import uuid7
from gunmane.store.recipients import LadderRow, RecipientFields, RecipientRow, TextRow

REMINDING = frozenset({Role.SCHEDULER, Role.ADMINISTRATOR})
"""Who sees and sets who is reminded: addresses of people are nobody else's business."""

Clock = Annotated[str, Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$", description="時刻 (HH:MM, Japan)")]
DutyPattern = Annotated[
    str, Meta(pattern=r"^(\*|[a-z_]+\.(\*|[a-z0-9_]+))$", max_length=100, description="road.periodic, septic.*, *")
]
Days = Annotated[int, Meta(ge=0, le=ladders.MOST_DAYS)]


class RecipientWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A recipient to be set; no `asset_classes` or `duties` mean all. Quiet hours may pass midnight; equal: none."""

    role: Audience
    name: Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]
    language: Language = Language.JA
    email: Annotated[str, Meta(max_length=254)] | None = None
    webhook_url: Annotated[str, Meta(max_length=500)] | None = None
    letters: bool = False
    contact: Annotated[str, Meta(max_length=300, description="問い合わせ先として載せる文")] | None = None
    asset_classes: Annotated[list[AssetClass], Meta(max_length=20)] = []
    duties: Annotated[list[DutyPattern], Meta(max_length=100)] = []
    engineer: Annotated[str, Meta(min_length=1, max_length=100)] | None = None
    quiet_from: Clock = "20:00"
    quiet_to: Clock = "08:00"
    working_days: bool = True
    digest: bool = True


class NewRecipient(RecipientWanted, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A recipient to be added."""

    recipient_id: UUID | None = None


class RecipientShown(Struct, frozen=True, kw_only=True):
    """A recipient; `bounced_at`: mail came back, none is sent until the address is changed."""

    recipient_id: UUID
    owner_id: UUID
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
    quiet_from: str
    quiet_to: str
    working_days: bool
    digest: bool
    unsubscribed_at: datetime | None
    bounced_at: datetime | None
    created_at: datetime
    revision: int


class RecipientMade(RecipientShown, frozen=True, kw_only=True):
    """A new recipient; `webhook_secret` signs its webhooks and is shown this once."""

    webhook_secret: str | None


class Recipients(Struct, frozen=True):
    """Recipients of the owner."""

    items: list[RecipientShown]


class LadderWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A ladder to be set for a role and a duty: days ahead of the due date, and the rhythm once it is overdue."""

    role: Audience
    duty: DutyPattern = "*"
    before: Annotated[list[Days], Meta(max_length=20)] = []
    overdue_first: Days | None = None
    overdue_every: Days = 0
    overdue_last: Days = ladders.MOST_DAYS
    optional: bool = False
    source: Annotated[str, Meta(max_length=300)] = ""


class LadderShown(Struct, frozen=True, kw_only=True):
    """A ladder; without `ladder_id` it is one that ships with the program."""

    ladder_id: UUID | None
    role: Audience
    duty: str
    before: list[int]
    overdue_first: int | None
    overdue_every: int
    overdue_last: int
    optional: bool
    source: str
    status: SourceStatus


class Ladders(Struct, frozen=True):
    """The owner's ladders, then those that ship with the program."""

    items: list[LadderShown]


class TextWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sentence in the place of the catalogue's."""

    text: Annotated[str, Meta(max_length=wording.LONGEST_TEXT)]


class TextShown(Struct, frozen=True, kw_only=True):
    """A sentence as it stands now, the catalogue's beside it, and what it may be filled with."""

    language: Language
    name: str
    text: str
    catalogue: str
    placeholders: list[str]
    changed_at: datetime | None = None


class TextsShown(Struct, frozen=True):
    """All sentences of mails and letters."""

    items: list[TextShown]


def shown(row: RecipientRow) -> RecipientShown:
    """Give a recipient the form in which it is sent."""
    given = {name: getattr(row, name) for name in RecipientShown.__struct_fields__}
    given |= {"quiet_from": f"{row.quiet_from:%H:%M}", "quiet_to": f"{row.quiet_to:%H:%M}"}
    return msgspec.convert(given, RecipientShown)


def faults_of(wanted: RecipientWanted, private_webhooks: bool) -> list[Fault]:
    """List what keeps a recipient from being reached."""
    found: list[Fault] = []
    if wanted.email is not None and not mail.ADDRESS.fullmatch(wanted.email):
        found.append(Fault("bad_email", "/email"))
    if wanted.webhook_url is not None:
        reason = webhooks.wrong(wanted.webhook_url, private_webhooks)
        if reason is not None:
            found.append(Fault("bad_webhook", "/webhook_url", {"reason": reason}))
    if wanted.email is None and wanted.webhook_url is None and not wanted.letters:
        found.append(Fault("channel_missing", "/email"))
    if wanted.letters and wanted.role is not Audience.SEPTIC_OWNER:
        found.append(Fault("letters_need_septic_owner", "/letters"))
    if wanted.role is Audience.ENGINEER and wanted.engineer is None:
        found.append(Fault("engineer_missing", "/engineer"))
    return found


def fields_of(wanted: RecipientWanted, secret: str | None) -> RecipientFields:
    """Give a wanted recipient the form in which it is stored."""
    given = {name: getattr(wanted, name) for name in RecipientWanted.__struct_fields__}
    given |= {name: time.fromisoformat(given[name]) for name in ("quiet_from", "quiet_to")}
    return RecipientFields(**given, webhook_secret=secret)


async def list_recipients(ask: Ask[Nothing, None]) -> Answer:
    return Answer(Recipients([shown(row) for row in await store.list_all(ask.conn, ask.principal.owner_id)]))


async def _one(ask: Ask[Any, Any], recipient_id: UUID) -> RecipientRow | None:
    found = await store.list_all(ask.conn, ask.principal.owner_id, recipient_id)
    return found[0] if found else None


async def read_recipient(ask: Ask[Any, Any]) -> Answer:
    found = await _one(ask, ask.id("recipient_id"))
    if found is None:
        raise GunmaneError("not_found")
    return Answer(shown(found))


async def add_recipient(ask: Ask[Nothing, NewRecipient]) -> Answer:
    wanted = ask.body
    faults = faults_of(wanted, ask.services.private_webhooks)
    if faults:
        raise GunmaneError("invalid", faults)
    recipient_id = wanted.recipient_id or uuid7()
    secret = secrets.token_urlsafe(32) if wanted.webhook_url else None
    there = await _one(ask, recipient_id) if wanted.recipient_id else None
    if there is None:
        await store.insert(ask.conn, ask.principal.owner_id, recipient_id, fields_of(wanted, secret), ask.now)
    found = await _one(ask, recipient_id)
    plain = {name: getattr(wanted, name) for name in RecipientWanted.__struct_fields__}
    if found is None or any(getattr(shown(found), name) != value for name, value in plain.items()):
        raise GunmaneError("conflict", [Fault("taken", "/recipient_id")])
    made = RecipientMade(**msgspec.structs.asdict(shown(found)), webhook_secret=None if there else secret)
    headers = {"Location": f"/v1/recipients/{recipient_id}", "Cache-Control": "no-store"}
    return Answer(made, 201, headers)


async def change_recipient(ask: Ask[Nothing, RecipientWanted]) -> Answer:
    """Set a recipient anew whose ETag is the one sent."""
    found = await _one(ask, ask.id("recipient_id"))
    if found is None:
        raise GunmaneError("not_found")
    expected = ask.headers.get(b"if-match", "").strip()
    if not expected:
        raise GunmaneError("condition_required")
    tags = [one.strip() for one in expected.split(",")]
    if "*" not in tags and etag(msgspec.json.encode(shown(found))) not in tags:
        raise GunmaneError("changed_meanwhile")
    faults = faults_of(ask.body, ask.services.private_webhooks)
    if faults:
        raise GunmaneError("invalid", faults)
    secret = secrets.token_urlsafe(32) if ask.body.webhook_url else None
    fields, owner = fields_of(ask.body, secret), ask.principal.owner_id
    if not await store.replace(ask.conn, owner, found.recipient_id, fields, ask.now, found.revision):
        raise GunmaneError("changed_meanwhile")
    return await read_recipient(ask)


async def remove_recipient(ask: Ask[Nothing, None]) -> Answer:
    if not await store.remove(ask.conn, ask.principal.owner_id, ask.id("recipient_id"), ask.now):
        raise GunmaneError("not_found")
    return Answer(None, 204)


def _ladder(ladder: Ladder, row: LadderRow | None) -> LadderShown:
    return LadderShown(
        ladder_id=None if row is None else row.ladder_id, role=ladder.role, duty=ladder.duty,
        before=list(ladder.before), overdue_first=ladder.overdue_first, overdue_every=ladder.overdue_every,
        overdue_last=ladder.overdue_last, optional=ladder.optional, source=ladder.source, status=ladder.status,
    )  # fmt: skip


async def list_ladders(ask: Ask[Nothing, None]) -> Answer:
    own = await store.list_ladders(ask.conn, ask.principal.owner_id)
    items = [_ladder(row.ladder(), row) for row in own]
    return Answer(Ladders([*items, *(_ladder(one, None) for one in files.ladder_file().ladders)]))


async def put_ladder(ask: Ask[Nothing, LadderWanted]) -> Answer:
    """Set the owner's ladder for a role and a duty; setting the same again changes nothing."""
    wanted = ask.body
    ladder = Ladder(
        role=wanted.role, duty=wanted.duty, before=tuple(wanted.before), overdue_first=wanted.overdue_first,
        overdue_every=wanted.overdue_every, overdue_last=wanted.overdue_last, optional=wanted.optional,
        source=wanted.source,
    )  # fmt: skip
    faults = ladders.faults(ladder)
    if faults:
        raise GunmaneError("invalid", faults)
    row = await store.put_ladder(ask.conn, ask.principal.owner_id, uuid7(), ladder, ask.now)
    return Answer(_ladder(row.ladder(), row))


async def remove_ladder(ask: Ask[Nothing, None]) -> Answer:
    if not await store.remove_ladder(ask.conn, ask.principal.owner_id, ask.id("ladder_id")):
        raise GunmaneError("not_found")
    return Answer(None, 204)


def catalogue(language: Language) -> dict[str, str]:
    """Return every sentence that an owner may change; those of letters begin with `letter_`."""
    found = files.texts(language)
    return {**found.mail, **{f"letter_{name}": text for name, text in found.letter.items()}}


def _text(language: Language, name: str, row: TextRow | None) -> TextShown:
    plain = catalogue(language)[name]
    return TextShown(
        language=language, name=name, text=plain if row is None else row.text, catalogue=plain,
        placeholders=sorted(wording.placeholders(plain) | wording.EVERYWHERE),
        changed_at=None if row is None else row.changed_at,
    )  # fmt: skip


async def list_texts(ask: Ask[Nothing, None]) -> Answer:
    rows = {(row.language, row.name): row for row in await store.list_texts(ask.conn, ask.principal.owner_id)}
    names = [(language, name) for language in Language for name in catalogue(language)]
    return Answer(TextsShown([_text(language, name, rows.get((language, name))) for language, name in names]))


def _named(ask: Ask[Any, Any]) -> tuple[Language, str]:
    try:
        language = Language(ask.path["language"])
    except ValueError:
        raise GunmaneError("not_found") from None
    name = str(ask.path["name"])
    if name not in catalogue(language):
        raise GunmaneError("not_found")
    return language, name


async def put_text(ask: Ask[Nothing, TextWanted]) -> Answer:
    """Put a sentence in the place of the catalogue's; unknown placeholders are refused by name."""
    language, name = _named(ask)
    faults = wording.faults(name, ask.body.text, catalogue(language))
    if faults:
        raise GunmaneError("invalid", faults)
    row = await store.put_text(ask.conn, ask.principal.owner_id, language, name, ask.body.text, ask.now)
    return Answer(_text(language, name, row))


async def remove_text(ask: Ask[Any, Any]) -> Answer:
    language, name = _named(ask)
    if not await store.remove_text(ask.conn, ask.principal.owner_id, language, name):
        raise GunmaneError("not_found")
    return Answer(None, 204)


ROUTES = (
    Route(
        method="GET", path="/v1/recipients", name="list_recipients", tag="reminders", run=list_recipients,
        may=REMINDING, gives=Recipients, summary="通知先の一覧 (who is reminded)",
    ),
    Route(
        method="POST", path="/v1/recipients", name="add_recipient", tag="reminders", run=add_recipient,
        may=REMINDING, takes=NewRecipient, gives=RecipientMade, status=201, creates=True, also=(409,),
        gives_headers=("Location",), summary="通知先の追加 (add a recipient)",
    ),
    Route(
        method="GET", path="/v1/recipients/{recipient_id:uuid}", name="read_recipient", tag="reminders",
        run=read_recipient, may=REMINDING, gives=RecipientShown, conditional=True, summary="通知先 (one recipient)",
    ),
    Route(
        method="PUT", path="/v1/recipients/{recipient_id:uuid}", name="change_recipient", tag="reminders",
        run=change_recipient, may=REMINDING, takes=RecipientWanted, gives=RecipientShown, conditional=True,
        needs_match=True, also=(412, 428), summary="通知先の変更 (change a recipient)",
    ),
    Route(
        method="DELETE", path="/v1/recipients/{recipient_id:uuid}", name="remove_recipient", tag="reminders",
        run=remove_recipient, may=REMINDING, status=204,
        summary="通知先の削除 (remove a recipient; what was not sent is cancelled)",
    ),
    Route(
        method="GET", path="/v1/ladders", name="list_ladders", tag="reminders", run=list_ladders, gives=Ladders,
        summary="通知の段階 (when who is reminded)",
    ),
    Route(
        method="PUT", path="/v1/ladders", name="put_ladder", tag="reminders", run=put_ladder, may=REMINDING,
        takes=LadderWanted, gives=LadderShown, summary="通知の段階の設定 (set a ladder)",
    ),
    Route(
        method="DELETE", path="/v1/ladders/{ladder_id:uuid}", name="remove_ladder", tag="reminders",
        run=remove_ladder, may=REMINDING, status=204, summary="通知の段階を標準に戻す (back to the shipped ladder)",
    ),
    Route(
        method="GET", path="/v1/reminder-texts", name="list_reminder_texts", tag="reminders", run=list_texts,
        gives=TextsShown, summary="通知の文 (sentences of mails and letters)",
    ),
    Route(
        method="PUT", path="/v1/reminder-texts/{language:str}/{name:str}", name="put_reminder_text",
        tag="reminders", run=put_text, may=REMINDING, takes=TextWanted, gives=TextShown,
        summary="通知の文の差し替え (change a sentence)",
    ),
    Route(
        method="DELETE", path="/v1/reminder-texts/{language:str}/{name:str}", name="remove_reminder_text",
        tag="reminders", run=remove_text, may=REMINDING, status=204,
        summary="通知の文を標準に戻す (back to the catalogue)",
    ),
)  # fmt: skip
