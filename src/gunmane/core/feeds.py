"""Calendar feeds: entries that keep their identity while they change, written as iCalendar (RFC 5545)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from msgspec import Struct, structs

from gunmane.core.calendar import ONE_DAY

TZID = "Asia/Tokyo"


class FeedKind(StrEnum):
    """Whose calendar it is."""

    ENGINEER = "engineer"
    TEAM = "team"
    OWNER = "owner"


class EntryKind(StrEnum):
    """What stands in the calendar: a last lawful day, or a planned visit."""

    DUE = "due"
    VISIT = "visit"


EntryId = tuple[UUID, str, EntryKind, str]
"""Asset, duty, kind and engineer ("": nobody's). A duty's next due date is the same entry moved, not a new one; a
visit that goes to another engineer is cancelled for the one and new for the other."""


class Wanted(Struct, frozen=True, kw_only=True):
    """An entry as it should stand now; without `starts` it takes the whole day."""

    asset_id: UUID
    asset_class: str  # of the inventory, or whatever a day plan calls it
    duty: str
    kind: EntryKind
    day: date
    starts: time | None = None
    minutes: int | None = None
    engineer: str = ""
    label: str = ""  # what a day plan calls the work
    elsewhere: bool = False  # at an asset of another owner

    @property
    def id(self) -> EntryId:
        """What identifies the entry for good."""
        return self.asset_id, self.duty, self.kind, self.engineer


class Entry(Struct, frozen=True, kw_only=True):
    """An entry as it was published: `sequence` counts its changes, a cancelled one stays to be told."""

    wanted: Wanted
    sequence: int
    changed_at: datetime
    cancelled: bool = False


def merge(stored: Mapping[EntryId, Entry], wanted: Iterable[Wanted], now: datetime) -> list[Entry]:
    """Return the entries to be written: new ones, changed ones, and those cancelled because nobody wants them now.

    What did not change is not in the list; merging the same again gives nothing.
    """
    changes: list[Entry] = []
    seen: set[EntryId] = set()
    for one in wanted:
        seen.add(one.id)
        known = stored.get(one.id)
        if known is None:
            changes.append(Entry(wanted=one, sequence=0, changed_at=now))
        elif known.wanted != one or known.cancelled:
            changes.append(Entry(wanted=one, sequence=known.sequence + 1, changed_at=now))
    for key, known in stored.items():
        if key not in seen and not known.cancelled:
            changes.append(structs.replace(known, sequence=known.sequence + 1, changed_at=now, cancelled=True))
    return changes


class Event(Struct, frozen=True, kw_only=True):
    """An entry in words."""

    entry: Entry
    summary: str
    description: str = ""
    location: str = ""


def write(name: str, events: Sequence[Event]) -> bytes:
    """Write a calendar; equal events give equal bytes."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//gunmane//reminders//JA",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{_escaped(name)}",
        f"X-WR-CALNAME:{_escaped(name)}",
        f"X-WR-TIMEZONE:{TZID}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
        "X-PUBLISHED-TTL:PT6H",
        "BEGIN:VTIMEZONE",
        f"TZID:{TZID}",
        "BEGIN:STANDARD",
        "DTSTART:19700101T000000",
        "TZOFFSETFROM:+0900",
        "TZOFFSETTO:+0900",
        "TZNAME:JST",
        "END:STANDARD",
        "END:VTIMEZONE",
    ]
    for event in events:
        lines += _event(event)
    lines.append("END:VCALENDAR")
    return "".join(_folded(line) for line in lines).encode()


def uid(key: EntryId) -> str:
    """Return the identifier of an entry for calendar programs."""
    asset_id, duty, kind, engineer = key
    who = f".{engineer}" if engineer else ""
    return f"{asset_id}.{duty}.{kind.value}{who}@gunmane"


def _event(event: Event) -> list[str]:
    entry = event.entry
    wanted = entry.wanted
    stamp = entry.changed_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    lines = [
        "BEGIN:VEVENT",
        f"UID:{_escaped(uid(wanted.id))}",
        f"DTSTAMP:{stamp}",
        f"LAST-MODIFIED:{stamp}",
        f"SEQUENCE:{entry.sequence}",
        f"STATUS:{'CANCELLED' if entry.cancelled else 'CONFIRMED'}",
        *_times(wanted),
        f"SUMMARY:{_escaped(event.summary)}",
    ]
    if event.description:
        lines.append(f"DESCRIPTION:{_escaped(event.description)}")
    if event.location:
        lines.append(f"LOCATION:{_escaped(event.location)}")
    lines += [f"CATEGORIES:{_escaped(wanted.asset_class)},{wanted.kind.value}"]
    lines.append(f"TRANSP:{'TRANSPARENT' if wanted.starts is None else 'OPAQUE'}")
    return [*lines, "END:VEVENT"]


def _times(wanted: Wanted) -> list[str]:
    if wanted.starts is None:
        following = wanted.day + ONE_DAY
        return [f"DTSTART;VALUE=DATE:{wanted.day:%Y%m%d}", f"DTEND;VALUE=DATE:{following:%Y%m%d}"]
    start = datetime.combine(wanted.day, wanted.starts)
    end = start + timedelta(minutes=wanted.minutes or 60)
    return [f"DTSTART;TZID={TZID}:{start:%Y%m%dT%H%M%S}", f"DTEND;TZID={TZID}:{end:%Y%m%dT%H%M%S}"]


_CONTROLS = {code: None for code in [*range(32), 127] if code not in (9, 10)}


def _escaped(text: str) -> str:
    """Escape a TEXT value (RFC 5545 section 3.3.11); control characters have no place in it."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS)
    for char in ("\\", ";", ","):
        plain = plain.replace(char, "\\" + char)
    return plain.replace("\n", "\\n")


def _folded(line: str) -> str:
    """Fold a line at 75 octets (RFC 5545 section 3.1), never inside a character."""
    parts: list[str] = []
    part, size = "", 0
    for char in line:
        octets = len(char.encode("utf-8", "replace"))
        if size + octets > 75:
            parts.append(part)
            part, size = " ", 1
        part, size = part + char, size + octets
    return "\r\n".join([*parts, part]) + "\r\n"
