"""Quiet hours, working days and pauses between attempts."""

from datetime import date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gunmane.core.calendar import WorkingDays
from gunmane.core.reminders.timing import JST, Delivery, Hours, pause, send_at

DAYS = WorkingDays(holidays=frozenset({date(2026, 5, 4), date(2026, 5, 5), date(2026, 5, 6)}))
POLICY = Delivery(first_pause_s=30, longest_pause_s=3600, jitter=0.3, attempts=10, lease_s=60, batch=10)


@given(
    st.integers(0, 365 * 24 * 3600 - 1),
    st.times(),
    st.times(),
    st.booleans(),
)
def test_the_moment_is_allowed_and_the_first_such(second: int, start: time, end: time, working: bool) -> None:
    hours = Hours(start, end, working)
    local = datetime(2026, 1, 1, tzinfo=JST) + timedelta(seconds=second)
    moment = send_at(local, hours, DAYS)
    chosen = moment or local
    assert chosen >= local
    assert not hours.quiet(chosen.timetz().replace(tzinfo=None))
    assert not working or DAYS.is_open(chosen.date())
    # nothing between now and then would have been allowed: looked at by the quarter of an hour
    look = local
    for _ in range(4 * 24 * 8):
        if look >= chosen:
            break
        clock = look.timetz().replace(tzinfo=None)
        assert hours.quiet(clock) or (working and not DAYS.is_open(look.date()))
        look += timedelta(minutes=15)


def test_golden_week_is_waited_through() -> None:
    friday_night = datetime(2026, 5, 1, 21, tzinfo=JST)
    assert send_at(friday_night, Hours(), DAYS) == datetime(2026, 5, 7, 8, tzinfo=JST)


@given(st.integers(1, 60), st.text(max_size=10))
def test_pauses_grow_to_their_limit_and_are_repeatable(attempt: int, seed: str) -> None:
    plain = min(30 * 2 ** (attempt - 1), 3600)
    found = pause(attempt, seed, POLICY)
    assert 0.7 * plain <= found <= 1.3 * plain
    assert found == pause(attempt, seed, POLICY)


def test_pauses_are_spread() -> None:
    found = [pause(1, str(n), POLICY) for n in range(200)]
    assert len(set(found)) == 200
    assert min(found) < 24
    assert max(found) > 36
