"""Feeds: identity and sequence over changes; the text against the package icalendar as reader."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import icalendar
from hypothesis import given, settings
from hypothesis import strategies as st

from gunmane.core.feeds import Entry, EntryId, EntryKind, Event, Wanted, merge, uid, write
from gunmane.core.words import AssetClass

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
WANTED = st.builds(
    Wanted,
    asset_id=st.integers(1, 3).map(lambda n: UUID(int=n)),
    asset_class=st.just(AssetClass.BRIDGE),
    duty=st.sampled_from(["road.periodic", "road.measure"]),
    kind=st.sampled_from(list(EntryKind)),
    day=st.dates(date(2026, 1, 1), date(2026, 1, 5)),
    starts=st.one_of(st.none(), st.just(time(9, 30))),
    engineer=st.sampled_from(["", "A-1"]),
)
STATES = st.lists(st.lists(WANTED, max_size=6, unique_by=lambda one: one.id), min_size=1, max_size=6)


@settings(deadline=None)
@given(STATES)
def test_an_entry_keeps_its_identity_and_counts_its_changes(states: list[list[Wanted]]) -> None:
    stored: dict[EntryId, Entry] = {}
    for number, wanted in enumerate(states):
        now = NOW + timedelta(days=number)
        before = dict(stored)
        changes = merge(stored, wanted, now)
        for one in changes:
            known = before.get(one.wanted.id)
            assert one.sequence == (0 if known is None else known.sequence + 1)
            assert one.changed_at == now
            stored[one.wanted.id] = one
        assert merge(stored, wanted, now) == []
        standing = {key: one.wanted for key, one in stored.items() if not one.cancelled}
        assert standing == {one.id: one for one in wanted}
        assert set(before) <= set(stored), "what was published stays to be told as cancelled"


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=120)


@settings(max_examples=80, deadline=None)
@given(st.lists(WANTED, min_size=1, max_size=4, unique_by=lambda one: one.id), TEXT, TEXT, st.booleans())
def test_another_reader_reads_what_was_written(
    wanted: list[Wanted], summary: str, description: str, cancelled: bool
) -> None:
    entries = [Entry(wanted=one, sequence=n, changed_at=NOW, cancelled=cancelled) for n, one in enumerate(wanted)]
    raw = write("道路", [Event(entry=one, summary=summary, description=description) for one in entries])
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    calendar = icalendar.Calendar.from_ical(raw)
    assert [zone["TZID"] for zone in calendar.walk("VTIMEZONE")] == ["Asia/Tokyo"]
    events = calendar.walk("VEVENT")
    assert len(events) == len(wanted)
    for event, entry in zip(events, entries, strict=True):
        assert event["UID"] == uid(entry.wanted.id)
        assert event["SEQUENCE"] == entry.sequence
        assert event["STATUS"] == ("CANCELLED" if cancelled else "CONFIRMED")
        assert event["SUMMARY"] == summary
        assert event.get("DESCRIPTION", "") == description
        start = event["DTSTART"].dt
        if entry.wanted.starts is None:
            assert start == entry.wanted.day
            assert event["DTEND"].dt == entry.wanted.day + timedelta(days=1)
        else:
            assert start.replace(tzinfo=None) == datetime.combine(entry.wanted.day, entry.wanted.starts)
            assert start.utcoffset() == timedelta(hours=9)


def test_equal_events_give_equal_bytes_and_line_breaks_are_escaped() -> None:
    wanted = Wanted(
        asset_id=UUID(int=1), asset_class=AssetClass.SEPTIC, duty="septic.article11", kind=EntryKind.DUE,
        day=date(2026, 12, 1),
    )  # fmt: skip
    event = Event(
        entry=Entry(wanted=wanted, sequence=2, changed_at=NOW), summary="一行目\n二行目; a, b\\c", location="市役所"
    )
    raw = write("浄化槽", [event])
    assert raw == write("浄化槽", [event])
    text = raw.decode().replace("\r\n ", "")
    assert "SUMMARY:一行目\\n二行目\\; a\\, b\\\\c\r\n" in text
    assert "DTSTART;VALUE=DATE:20261201\r\nDTEND;VALUE=DATE:20261202\r\n" in text
