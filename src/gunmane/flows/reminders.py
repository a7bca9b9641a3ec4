"""Reminders of one owner: look at what is due, decide who is told, put it into the outbox."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from uuid import UUID

import msgspec
from msgspec import Struct

from gunmane.core.calendar import ONE_DAY, WorkingDays
from gunmane.core.errors import GunmaneError
from gunmane.core.reminders import links, wording
from gunmane.core.reminders.compose import Channel, Message, Recipient, Reminder, remind
from gunmane.core.reminders.ladders import Audience, LadderBook, due_days, furthest_ahead
from gunmane.core.reminders.links import Link, Purpose
from gunmane.core.reminders.timing import Hours, civil_day
from gunmane.core.words import Language
from gunmane.files import reminders as files
from gunmane.files import rules
from gunmane.store import messages as outbox
from gunmane.store import recipients as people
from gunmane.store import reminders as store
from gunmane.store.ids import uuid7
from gunmane.store.messages import Outgoing
from gunmane.store.query import Conn, ReadConn
from gunmane.store.recipients import RecipientRow
from gunmane.store.reminders import Fact, State

DOERS = frozenset({Audience.OFFICER, Audience.ENGINEER})
"""Who gets links to report an item as done."""

MOST_WEBHOOK_ITEMS = 1000

ANY_TIME = Hours(time(0), time(0), working_days=False)


class Office(Struct, frozen=True):
    """What reminding leans on besides the database; `public_url` begins every link, "" leaves them out."""

    days: WorkingDays
    book: files.LadderFile
    public_url: str = ""


class Made(Struct, frozen=True):
    """How much one run made."""

    reminders: int = 0
    messages: int = 0


@cache
def office(public_url: str = "") -> Office:
    """Return the office as the program ships it."""
    return Office(rules.working_days(), files.ladder_file(), public_url)


async def enqueue(conn: Conn, owner_id: UUID, now: datetime, office: Office) -> Made:
    """Make an owner's reminders up to today; whatever was made before is not made again."""
    await store.lock(conn, owner_id)
    state = await store.state(conn, owner_id)
    if state is None or _done(state, now):
        return Made()
    rows = await people.list_all(conn, owner_id)
    made = await _make(conn, state, rows, owner_id, now, office) if rows else Made()
    today = civil_day(now)
    day = max(today, state.day or today) if office.days.is_open(today) else None
    await store.mark(conn, owner_id, day, state.run_id, now)
    return made


def _changed(state: State) -> bool:
    """Tell whether due dates, recipients or ladders changed since reminders were made."""
    if state.made_at is None or state.marked_run != state.run_id:
        return True
    return state.changed_at is not None and state.changed_at > state.made_at


def _done(state: State, now: datetime) -> bool:
    return not _changed(state) and state.made_at is not None and civil_day(state.made_at) == civil_day(now)


def _gap(state: State, today: date, office: Office, book: LadderBook, roles: set[Audience]) -> list[date] | None:
    """Return the due dates to look at; None: all, after any change and after days on which some were told nothing."""
    if (
        _changed(state)
        or state.day is None
        or state.made_at is None
        or not office.days.is_open(civil_day(state.made_at))
    ):
        return None
    ahead = office.days.on_or_after(today + ONE_DAY) - ONE_DAY
    return due_days(book.of(roles), state.day, today, ahead)


async def _make(
    conn: Conn, state: State, rows: Sequence[RecipientRow], owner_id: UUID, now: datetime, office: Office
) -> Made:
    today = civil_day(now)
    own = tuple(row.ladder() for row in await people.list_ladders(conn, owner_id))
    book = LadderBook(own, office.book.ladders)
    who = {row.recipient_id: row.recipient() for row in rows}
    roles = {one.role for one in who.values()}
    dates = _gap(state, today, office, book, roles)
    until = today + timedelta(days=furthest_ahead(book.of(roles)) + 14)
    items = await (store.pick_all(conn, owner_id, until) if dates is None else store.pick(conn, owner_id, dates))
    if not items:
        return Made()
    told = await store.told(conn, owner_id, dates, until)
    resting = await store.resting(conn, owner_id, now - timedelta(days=office.book.parameters.done_rests_days))
    found = remind(items, who.values(), book, told, now, office.days, resting)
    reminders = list({one: None for message in found for one in message.reminders})
    if not reminders:
        return Made()
    await store.keep(conn, owner_id, reminders, now)
    contacts = {row.recipient_id: row.contact or "" for row in rows}
    secret = await store.secret(conn, owner_id, now)
    desk = await open_desk(conn, owner_id, state, now, office, book, secret)
    await outbox.put(conn, owner_id, await desk.write(conn, found, contacts), now)
    return Made(len(reminders), len(found))


class Desk(Struct, frozen=True, kw_only=True):
    """Where an owner's messages are written: its sentences, its secret, the day."""

    owner_id: UUID
    owner: str
    code: str
    simulated: bool
    unknown: int
    today: date
    until: int  # when links end, seconds since 1970
    secret: bytes
    office: Office
    book: LadderBook
    mail: Mapping[Language, Mapping[str, str]]

    async def write(self, conn: ReadConn, found: Sequence[Message], contacts: Mapping[UUID, str]) -> list[Outgoing]:
        """Write messages, with the facts of all of them read at once."""
        chosen = [self._written_out(one) for one in found]
        wanted = list({(one.asset_id, one.duty): None for part in chosen for one in part})
        facts = await store.facts(conn, self.owner_id, wanted)
        known = {key: facts[place] for place, key in enumerate(wanted) if place in facts}
        return [
            self._outgoing(message, part, known, contacts.get(message.recipient.recipient_id, ""))
            for message, part in zip(found, chosen, strict=True)
        ]

    def _written_out(self, message: Message) -> list[Reminder]:
        """Choose the items that are written out: the longest overdue and the next ones due, half each."""
        if message.channel is Channel.LETTER:
            return []
        most = MOST_WEBHOOK_ITEMS if message.channel is Channel.WEBHOOK else self.office.book.parameters.most_lines
        late = [one for one in message.reminders if one.due < self.today]
        ahead = [one for one in message.reminders if one.due >= self.today]
        few = min(len(late), max(most // 2, most - len(ahead)))
        return [*late[:few], *ahead[: most - few]]

    def link(self, purpose: Purpose, message_id: UUID, recipient: Recipient, item: Reminder | None = None) -> str:
        """Return the address of a link; "" where links are left out."""
        if not self.office.public_url:
            return ""
        made = Link(purpose, self.owner_id, message_id, recipient.recipient_id, self.until)
        if item is not None:
            made = msgspec.structs.replace(made, asset_id=item.asset_id, duty=item.duty, due=item.due)
        return f"{self.office.public_url}/links/{links.sign(self.secret, made)}"

    def lines(
        self, message_id: UUID, recipient: Recipient, part: Sequence[Reminder],
        known: Mapping[tuple[UUID, str], Fact], classes: Mapping[UUID, str],
    ) -> list[wording.Line]:  # fmt: skip
        """Put the chosen items into words."""
        duties = rules.texts(recipient.language.value).duties
        doer = recipient.role in DOERS
        found: list[wording.Line] = []
        for one in part:
            fact = known.get((one.asset_id, one.duty))
            found.append(
                wording.Line(
                    due=one.due,
                    days=(self.today - one.due).days,
                    duty=duties.get(one.duty, one.duty),
                    asset_class=classes.get(one.asset_id, ""),
                    number=fact.number if fact else "",
                    name=(fact.name or "") if fact else "",
                    basis=(fact.basis or "") if fact else "",
                    done_link=self.link(Purpose.DONE, message_id, recipient, one) if doer else "",
                )
            )
        return found

    def _outgoing(
        self, message: Message, part: Sequence[Reminder], known: Mapping[tuple[UUID, str], Fact], contact: str
    ) -> Outgoing:
        message_id, recipient = uuid7(), message.recipient
        names = files.texts(recipient.language).classes
        classes = {asset: names.get(fact.asset_class, fact.asset_class) for (asset, _), fact in known.items()}
        stop = ""
        if any(one.optional for one in self.book.of([recipient.role])):
            stop = self.link(Purpose.UNSUBSCRIBE, message_id, recipient)
        given = wording.Mail(
            owner=self.owner,
            recipient=recipient.name,
            contact=contact,
            today=self.today,
            lines=self.lines(message_id, recipient, part, known, classes),
            total=len(message.reminders),
            overdue=sum(one.due < self.today for one in message.reminders),
            unknown=self.unknown,
            simulated=self.simulated,
            acknowledge_link=self.link(Purpose.ACKNOWLEDGE, message_id, recipient),
            unsubscribe_link=stop,
        )
        subject, body = wording.mail(given, self.mail[recipient.language], recipient.language)
        if message.channel is Channel.WEBHOOK:
            body = self._document(message, message_id, part, known, given)
        elif message.channel is Channel.LETTER:
            body = ""
        return Outgoing(
            message_id=message_id,
            key=message.key,
            recipient_id=recipient.recipient_id,
            channel=message.channel,
            language=recipient.language,
            subject=subject,
            body=body,
            unsubscribe_url=stop or None,
            items=[
                {"asset_id": str(one.asset_id), "duty": one.duty, "due": one.due.isoformat(), "step": one.step}
                for one in message.reminders
            ],
            ready_at=message.send_at,
        )

    def _document(
        self, message: Message, message_id: UUID, part: Sequence[Reminder],
        known: Mapping[tuple[UUID, str], Fact], given: wording.Mail,
    ) -> str:  # fmt: skip
        """Write the JSON of a webhook."""
        items: list[dict[str, object]] = []
        for one, line in zip(part, given.lines, strict=True):
            fact = known.get((one.asset_id, one.duty))
            items.append(
                {
                    "asset_id": one.asset_id, "asset_class": fact.asset_class if fact else None, "duty": one.duty,
                    "due": one.due, "step": one.step, "days": line.days, "number": line.number, "name": line.name,
                    "basis": line.basis, "done_url": line.done_link or None,
                }
            )  # fmt: skip
        document = {
            "type": "reminders", "message_id": message_id, "owner": self.code, "owner_name": self.owner,
            "recipient_id": message.recipient.recipient_id, "role": message.recipient.role.value,
            "day": self.today, "total": given.total, "overdue": given.overdue, "unknown_anchors": given.unknown,
            "simulated": given.simulated, "acknowledge_url": given.acknowledge_link or None, "items": items,
        }  # fmt: skip
        return msgspec.json.encode(document).decode()


async def preview(
    conn: ReadConn, row: RecipientRow, now: datetime, office: Office, texts: Mapping[str, str]
) -> Outgoing:
    """Write what a recipient would be sent now if nothing had been told yet; its links open nothing."""
    state = await store.state(conn, row.owner_id)
    if state is None:
        raise GunmaneError("not_found")
    own = tuple(one.ladder() for one in await people.list_ladders(conn, row.owner_id))
    book = LadderBook(own, office.book.ladders)
    plain = row.recipient()
    channels = plain.channels[:1] or (Channel.EMAIL,)
    recipient = msgspec.structs.replace(plain, channels=channels, hours=ANY_TIME, digest=True)
    until = civil_day(now) + timedelta(days=furthest_ahead(book.of([recipient.role])))
    items = await store.pick_all(conn, row.owner_id, until)
    found = remind(items, [recipient], book, {}, now, office.days)
    message = found[0] if found else Message(
        key="", recipient=recipient, channel=channels[0], reminders=(), send_at=None
    )  # fmt: skip
    desk = await open_desk(conn, row.owner_id, state, now, office, book, bytes(32))
    mail = {**desk.mail, row.language: {**desk.mail[row.language], **texts}}
    contacts = {row.recipient_id: row.contact or ""}
    (made,) = await msgspec.structs.replace(desk, mail=mail).write(conn, [message], contacts)
    return made


async def open_desk(
    conn: ReadConn, owner_id: UUID, state: State, now: datetime, office: Office, book: LadderBook, secret: bytes
) -> Desk:
    """Read what an owner's messages are written with; `secret` signs their links."""
    mail = {language: dict(files.texts(language).mail) for language in Language}
    for row in await people.list_texts(conn, owner_id):
        if row.name in mail[row.language]:
            mail[row.language][row.name] = row.text
    return Desk(
        owner_id=owner_id,
        owner=state.name,
        code=state.code,
        simulated=state.origin == "simulated",
        unknown=state.unknown,
        today=civil_day(now),
        until=int((now + timedelta(days=office.book.parameters.link_days)).timestamp()),
        secret=secret,
        office=office,
        book=book,
        mail=mail,
    )
