"""Reminders of one owner: look at what is due, decide who is told, put it into the outbox."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from uuid import UUID

import msgspec
from msgspec import Struct

from gunmane.core.calendar import ONE_DAY
from gunmane.core.errors import GunmaneError
from gunmane.core.reminders.compose import Channel, Message, remind
from gunmane.core.reminders.ladders import Audience, LadderBook, due_days, furthest_ahead
from gunmane.core.reminders.timing import Hours, civil_day
from gunmane.files import reminders as files
from gunmane.files import rules
from gunmane.flows.messages import Office, open_desk
from gunmane.store import messages as outbox
from gunmane.store import recipients as people
from gunmane.store import reminders as store
from gunmane.store.messages import Outgoing
from gunmane.store.query import Conn, ReadConn
from gunmane.store.recipients import RecipientRow
from gunmane.store.reminders import State

ANY_TIME = Hours(time(0), time(0), working_days=False)


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
    if not await store.lock(conn, owner_id):
        return Made()  # another replica is at it
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
    # in a thread: a large owner's night takes seconds, in which this process must go on answering and leading
    found = await asyncio.to_thread(remind, items, list(who.values()), book, told, now, office.days, resting)
    reminders = list({one: None for message in found for one in message.reminders})
    if not reminders:
        return Made()
    await store.keep(conn, owner_id, reminders, now)
    contacts = {row.recipient_id: row.contact or "" for row in rows}
    secret = await store.secret(conn, owner_id, now)
    desk = await open_desk(conn, owner_id, state, now, office, book, secret)
    await outbox.put(conn, owner_id, await desk.write(conn, found, contacts), now)
    return Made(len(reminders), len(found))


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
