"""Night shifts in calendar feeds: each visit on its own date, events over midnight end on the next day."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import icalendar

from gunmane.core.feeds import Entry, Event, write
from gunmane.core.schedule.roster import DayPlan, Person, Roster, Stop, Tour, Work
from gunmane.flows.feeds import visits_of

TOKYO = ZoneInfo("Asia/Tokyo")


def test_a_night_shift_stands_on_its_dates() -> None:
    works = tuple(
        Work(
            id=code, owner="042064", asset=code, asset_class="bridge", duty="road.periodic", name=code,
            place=(139.0, 35.0), minutes=60, qualifications=("q",), first=date(2026, 12, 1), last=date(2026, 12, 31),
        )
        for code in ("over", "after")
    )  # fmt: skip
    person = Person(code="A-1", owner="042064", qualifications=("q",), base=(139.0, 35.0), nights=True)
    roster = Roster(region="r", first=date(2026, 12, 28), people=(person,), work=works)
    stops = (Stop(("over",), 1400, 1500, 10), Stop(("after",), 1530, 1590, 10))
    tour = Tour(day=date(2026, 12, 31), night=True, people=("A-1",), start=1390, back=1600, drive=30, stops=stops)
    plan = DayPlan(first=roster.first, last=roster.last, tours=(tour,))
    visits = visits_of(roster, plan, "042064")
    now = datetime(2026, 12, 1, tzinfo=UTC)
    events = [Event(entry=Entry(wanted=one, sequence=0, changed_at=now), summary=one.label) for one in visits]
    read: Any = icalendar.Calendar.from_ical(write("夜勤", events))
    told = {str(one["SUMMARY"]): (one["DTSTART"].dt, one["DTEND"].dt) for one in read.walk("VEVENT")}
    assert told == {
        "over": (datetime(2026, 12, 31, 23, 20, tzinfo=TOKYO), datetime(2027, 1, 1, 1, 0, tzinfo=TOKYO)),
        "after": (datetime(2027, 1, 1, 1, 30, tzinfo=TOKYO), datetime(2027, 1, 1, 2, 30, tzinfo=TOKYO)),
    }
