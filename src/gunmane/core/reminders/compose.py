"""From due items to messages: a pure function of the items, the recipients, the ladders and the moment.

A reminder is one step of one due item told to one recipient, and is told once. Each night the latest step that has
been reached is told unless it, or a later one, was told before: nights that were missed are caught up with one
reminder, and a clock that was set back tells nothing again.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from msgspec import Struct

from gunmane.core.calendar import WorkingDays
from gunmane.core.reminders.ladders import Audience, Ladder, LadderBook
from gunmane.core.reminders.timing import Hours, civil_day, reach, send_at
from gunmane.core.words import AssetClass, Language


class Channel(StrEnum):
    """How somebody is reached; calendars are fetched, not sent."""

    EMAIL = "email"
    WEBHOOK = "webhook"
    LETTER = "letter"


class DueItem(Struct, frozen=True):
    """A duty of one asset with its last lawful day."""

    asset_id: UUID
    asset_class: AssetClass
    duty: str
    due: date
    engineer: str | None = None


class Recipient(Struct, frozen=True, kw_only=True):
    """Somebody who is told; no `asset_classes` or `duties`: of all. An engineer is told of planned visits only."""

    recipient_id: UUID
    role: Audience
    name: str = ""
    language: Language = Language.JA
    channels: tuple[Channel, ...] = (Channel.EMAIL,)
    asset_classes: tuple[AssetClass, ...] = ()
    duties: tuple[str, ...] = ()
    engineer: str | None = None
    hours: Hours = Hours()
    digest: bool = True
    unsubscribed: bool = False

    def concerns(self, item: DueItem) -> bool:
        """Tell whether an item is this recipient's business."""
        if self.asset_classes and item.asset_class not in self.asset_classes:
            return False
        if self.duties and not any(
            one in ("*", item.duty) or (one.endswith(".*") and item.duty.startswith(one[:-1])) for one in self.duties
        ):
            return False
        return self.role is not Audience.ENGINEER or (self.engineer is not None and self.engineer == item.engineer)


ItemKey = tuple[UUID, str, date]
"""Asset, duty and due date: a new due date is a new item with a ladder of its own."""

Told = Mapping[tuple[UUID, UUID, str, date], int]
"""The latest step told, by recipient and item."""


class Reminder(Struct, frozen=True, order=True):
    """One step of one item for one recipient."""

    recipient_id: UUID
    asset_id: UUID
    duty: str
    due: date
    step: int


class Message(Struct, frozen=True, kw_only=True):
    """What is sent at once to one recipient over one channel; `send_at` None: as soon as possible.

    `key` follows from the reminders in it, so that making the same message again makes nothing new.
    """

    key: str
    recipient: Recipient
    channel: Channel
    reminders: tuple[Reminder, ...]
    send_at: datetime | None


def remind(
    items: Sequence[DueItem],
    recipients: Iterable[Recipient],
    book: LadderBook,
    told: Told,
    now: datetime,
    days: WorkingDays,
    resting: AbstractSet[ItemKey] = frozenset(),
) -> list[Message]:
    """Return the messages of one night; `resting` items were reported done and wait for their record."""
    messages: list[Message] = []
    for recipient in recipients:
        if not recipient.channels:
            continue
        reminders = _reminders(items, recipient, book, told, now, days, resting)
        if not reminders:
            continue
        moment = send_at(now, recipient.hours, days)
        for channel in recipient.channels:
            together = recipient.digest or channel is Channel.LETTER
            for part in [reminders] if together else [(one,) for one in reminders]:
                messages.append(
                    Message(
                        key=message_key(recipient.recipient_id, channel, part),
                        recipient=recipient,
                        channel=channel,
                        reminders=tuple(part),
                        send_at=None if channel is Channel.LETTER else moment,
                    )
                )
    return messages


def _reminders(
    items: Sequence[DueItem],
    recipient: Recipient,
    book: LadderBook,
    told: Told,
    now: datetime,
    days: WorkingDays,
    resting: AbstractSet[ItemKey],
) -> tuple[Reminder, ...]:
    until = reach(civil_day(now), recipient.hours, days)
    if until is None:
        return ()
    ladders: dict[str, Ladder | None] = {}
    steps: dict[tuple[str, date], int | None] = {}
    found: list[Reminder] = []
    who = recipient.recipient_id
    for item in items:
        if not recipient.concerns(item):
            continue
        place = (item.duty, item.due)
        if place not in steps:
            if item.duty not in ladders:
                ladders[item.duty] = book.find(recipient.role, item.duty)
            steps[place] = step_on(ladders[item.duty], item.due, until, recipient.unsubscribed)
        step = steps[place]
        if step is None or told.get((who, item.asset_id, *place), step - 1) >= step:
            continue
        if resting and (item.asset_id, *place) in resting:
            continue
        found.append(Reminder(who, item.asset_id, item.duty, item.due, step))
    return tuple(sorted(found, key=lambda one: (one.due, one.duty, one.asset_id)))


LONG_OVER = 366
"""Days after the last step of an optional ladder from which nothing is begun any more."""


def step_on(ladder: Ladder | None, due: date, until: tuple[date, date], unsubscribed: bool = False) -> int | None:
    """Return the latest step reached: overdue ones by the first day of `until`, those ahead by the second.

    A ladder that may be unsubscribed from does not begin with what its last step passed more than a year ago: nobody
    gets a letter about an inspection of thirty years ago of which the ledger knows nothing.
    """
    if ladder is None or (unsubscribed and ladder.optional):
        return None
    today, ahead = until
    if ladder.optional and (today - due).days > ladder.overdue_last + LONG_OVER:
        return None
    early = ladder.reached(min((ahead - due).days, 0)) if ladder.before else None
    late = ladder.reached((today - due).days)
    steps = [step for step in (early, late) if step is not None]
    return max(steps, default=None)


def message_key(recipient_id: UUID, channel: Channel, reminders: Iterable[Reminder]) -> str:
    """Return the key of a message: recipient, channel and the reminders in it, hashed."""
    digest = sha256(f"{recipient_id}\n{channel.value}\n".encode())
    for one in sorted(reminders):
        digest.update(f"{one.asset_id} {one.duty} {one.due} {one.step}\n".encode())
    return digest.hexdigest()[:40]
