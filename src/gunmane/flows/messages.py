"""Messages in the words of an owner: the sentences, the facts, the links."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from uuid import UUID

import msgspec
from msgspec import Struct

from gunmane.core.calendar import WorkingDays
from gunmane.core.reminders import links, wording
from gunmane.core.reminders.compose import Channel, Message, Recipient, Reminder
from gunmane.core.reminders.ladders import Audience, LadderBook
from gunmane.core.reminders.links import Link, Purpose
from gunmane.core.reminders.timing import civil_day
from gunmane.core.words import Language
from gunmane.files import reminders as files
from gunmane.files import rules
from gunmane.store import recipients as people
from gunmane.store import reminders as store
from gunmane.store.ids import uuid7
from gunmane.store.messages import Outgoing
from gunmane.store.query import ReadConn
from gunmane.store.reminders import Fact, State

DOERS = frozenset({Audience.OFFICER, Audience.ENGINEER})
"""Who gets links to report an item as done."""

MOST_WEBHOOK_ITEMS = 1000


class Office(Struct, frozen=True):
    """What reminding leans on besides the database; `public_url` begins every link, "" leaves them out."""

    days: WorkingDays
    book: files.LadderFile
    public_url: str = ""


@cache
def duty_names(language: Language) -> Mapping[str, str]:
    """Return what duties are called."""
    return rules.texts(language.value).duties


@cache
def _bases() -> Mapping[str, str]:
    return {rule.id: rule.basis_en for rule in rules.rule_book().rules}


def basis_of(fact: Fact | None, language: Language) -> str:
    """Return the article that an item is owed by, in a language as far as there is one."""
    if fact is None:
        return ""
    return (_bases().get(fact.rule or "") if language is Language.EN else None) or fact.basis or ""


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

        def written() -> list[Outgoing]:
            return [
                self._outgoing(message, part, known, contacts.get(message.recipient.recipient_id, ""))
                for message, part in zip(found, chosen, strict=True)
            ]

        return await asyncio.to_thread(written)

    def _written_out(self, message: Message) -> list[Reminder]:
        """Choose the items that are written out: the longest overdue and the next ones due, half each.

        In mails what has been overdue for years on end is only counted.
        """
        if message.channel is Channel.LETTER:
            return []
        most = MOST_WEBHOOK_ITEMS if message.channel is Channel.WEBHOOK else self.office.book.parameters.most_lines
        late = [one for one in message.reminders if one.due < self.today]
        if message.channel is Channel.EMAIL:
            late = [one for one in late if not self._stale(one)]
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
        known: Mapping[tuple[UUID, str], Fact],
    ) -> list[wording.Line]:  # fmt: skip
        """Put the chosen items into words."""
        duties, classes = duty_names(recipient.language), files.texts(recipient.language).classes
        doer = recipient.role in DOERS
        found: list[wording.Line] = []
        for one in part:
            fact = known.get((one.asset_id, one.duty))
            found.append(
                wording.Line(
                    due=one.due,
                    days=(self.today - one.due).days,
                    duty=duties.get(one.duty, one.duty),
                    asset_class=classes.get(fact.asset_class, fact.asset_class) if fact else "",
                    number=fact.number if fact else "",
                    name=(fact.name or "") if fact else "",
                    basis=basis_of(fact, recipient.language),
                    done_link=self.link(Purpose.DONE, message_id, recipient, one) if doer else "",
                )
            )
        return found

    def _stale(self, one: Reminder) -> bool:
        """Tell whether an item has been overdue for so long that its record rather than the work is missing."""
        return (self.today - one.due).days > self.office.book.parameters.stale_days

    def _by_duty(self, message: Message) -> list[tuple[str, int, int]]:
        """Count the items of each duty, and those overdue."""
        names = duty_names(message.recipient.language)
        every = Counter(one.duty for one in message.reminders)
        late = Counter(one.duty for one in message.reminders if one.due < self.today)
        return [(names.get(duty, duty), count, late[duty]) for duty, count in every.items()]

    def _outgoing(
        self, message: Message, part: Sequence[Reminder], known: Mapping[tuple[UUID, str], Fact], contact: str
    ) -> Outgoing:
        message_id, recipient = uuid7(), message.recipient
        stop = ""
        if any(one.optional for one in self.book.of([recipient.role])):
            stop = self.link(Purpose.UNSUBSCRIBE, message_id, recipient)
        given = wording.Mail(
            owner=self.owner,
            recipient=recipient.name,
            contact=contact,
            today=self.today,
            lines=self.lines(message_id, recipient, part, known),
            total=len(message.reminders),
            overdue=sum(one.due < self.today for one in message.reminders),
            duties=self._by_duty(message),
            stale=sum(self._stale(one) for one in message.reminders),
            stale_years=self.office.book.parameters.stale_days // 365,
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
