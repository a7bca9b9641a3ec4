"""Reminders: each step at most once, missed nights caught up once, nothing told again, Japanese midnight."""

from datetime import date, datetime, time, timedelta, timezone
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from gunmane.core.calendar import WorkingDays
from gunmane.core.reminders.compose import Channel, DueItem, Message, Recipient, remind
from gunmane.core.reminders.ladders import Audience, Ladder, LadderBook, due_days
from gunmane.core.reminders.timing import JST, Hours, reach
from gunmane.core.words import AssetClass

DAYS = WorkingDays(holidays=frozenset({date(2026, 11, 23)}))  # 勤労感謝の日, a Monday
ALWAYS = Hours(time(0), time(0), working_days=False)
OFFICE = Hours(time(20), time(8), working_days=True)
OFFICER = Ladder(role=Audience.OFFICER, before=(90, 30, 7, 0), overdue_first=7, overdue_every=7, overdue_last=364)
SUPERIOR = Ladder(role=Audience.SUPERIOR, overdue_first=14, overdue_every=7, overdue_last=364)
BOOK = LadderBook((), (OFFICER, SUPERIOR))
START = date(2026, 10, 1)


def at(day: date, clock: time = time(0, 5)) -> datetime:
    return datetime.combine(day, clock, JST)


def item(number: int, due: date, duty: str = "road.periodic", engineer: str | None = None) -> DueItem:
    return DueItem(UUID(int=number), AssetClass.BRIDGE, duty, due, engineer)


def recipient(number: int = 1, role: Audience = Audience.OFFICER, hours: Hours = ALWAYS, **rest: object) -> Recipient:
    return Recipient(recipient_id=UUID(int=1000 + number), role=role, hours=hours, **rest)  # type: ignore[arg-type]


class Nights:
    """Runs night after night and keeps what was told, as the database does."""

    def __init__(self, items: list[DueItem], recipients: list[Recipient], book: LadderBook = BOOK) -> None:
        self.items, self.recipients, self.book = items, recipients, book
        self.told: dict[tuple[UUID, UUID, str, date], int] = {}
        self.log: list[tuple[date, Message]] = []

    def run(self, now: datetime) -> list[Message]:
        made = remind(self.items, self.recipients, self.book, self.told, now, DAYS)
        for message in made:
            for one in message.reminders:
                self.told[one.recipient_id, one.asset_id, one.duty, one.due] = one.step
            self.log.append((now.astimezone(JST).date(), message))
        return made

    def steps(self) -> list[tuple[date, int]]:
        return [(day, one.step) for day, message in self.log for one in message.reminders]


def test_a_ladder_without_missed_nights_is_climbed_step_by_step() -> None:
    due = date(2026, 12, 30)
    nights = Nights([item(1, due)], [recipient()])
    for n in range(125):
        nights.run(at(START + timedelta(days=n)))
    # 90 days ahead of 30 December is 1 October
    assert nights.steps() == [
        (date(2026, 10, 1), -90), (date(2026, 11, 30), -30), (date(2026, 12, 23), -7), (date(2026, 12, 30), 0),
        (date(2027, 1, 6), 7), (date(2027, 1, 13), 14), (date(2027, 1, 20), 21), (date(2027, 1, 27), 28),
    ]  # fmt: skip


def test_the_superior_hears_of_it_two_weeks_late_and_the_ladder_ends() -> None:
    nights = Nights([item(1, START)], [recipient(2, Audience.SUPERIOR)])
    for n in range(800):
        nights.run(at(START + timedelta(days=n)))
    steps = [step for _, step in nights.steps()]
    assert steps == list(range(14, 365, 7))


def test_an_optional_ladder_does_not_begin_with_what_is_long_past() -> None:
    letters = Ladder(
        role=Audience.SEPTIC_OWNER, overdue_first=30, overdue_every=180, overdue_last=1830, optional=True
    )
    book = LadderBook((), (OFFICER, letters))
    to = [recipient(1), recipient(2, Audience.SEPTIC_OWNER)]
    for due, wanted in ((date(1993, 12, 2), {1}), (START - timedelta(days=1830), {1, 2})):
        nights = Nights([item(1, due)], to, book)
        nights.run(at(START))
        assert {one.recipient_id.int - 1000 for _, told in nights.log for one in told.reminders} == wanted


def test_missed_nights_are_caught_up_with_one_reminder() -> None:
    due = date(2026, 12, 30)
    nights = Nights([item(1, due)], [recipient()])
    nights.run(at(date(2026, 10, 1)))
    made = nights.run(at(date(2027, 1, 15)))  # the steps 30, 7, 0, +7 and +14 went by
    assert [one.step for message in made for one in message.reminders] == [14]
    assert nights.run(at(date(2027, 1, 16))) == []


def test_a_clock_set_back_tells_nothing_again() -> None:
    nights = Nights([item(1, date(2026, 12, 30))], [recipient()])
    nights.run(at(date(2027, 1, 15)))
    assert all(nights.run(at(date(2026, 12, n))) == [] for n in range(1, 31))


def test_midnight_is_japanese() -> None:
    nights = Nights([item(1, date(2026, 12, 8))], [recipient()])
    utc = timezone.utc  # noqa: UP017
    nights.run(datetime(2026, 10, 1, tzinfo=JST))
    assert nights.run(datetime(2026, 11, 7, 14, 59, 59, tzinfo=utc)) == []  # 23:59:59 on the 7th in Japan
    made = nights.run(datetime(2026, 11, 7, 15, 0, 0, tzinfo=utc))
    assert [one.step for message in made for one in message.reminders] == [-30]


def test_what_ends_on_a_closed_day_is_told_on_the_working_day_before() -> None:
    sunday, monday_off, tuesday = date(2026, 11, 22), date(2026, 11, 23), date(2026, 11, 24)
    nights = Nights([item(1, sunday), item(2, monday_off), item(3, tuesday)], [recipient(hours=OFFICE)])
    for n in range(40):
        nights.run(at(date(2026, 10, 20) + timedelta(days=n)))
    last = {one.asset_id.int: day for day, message in nights.log for one in message.reminders if one.step == 0}
    assert last == {1: date(2026, 11, 20), 2: date(2026, 11, 20), 3: tuesday}
    assert all(DAYS.is_open(day) for day, _ in nights.log)
    assert reach(sunday, OFFICE, DAYS) is None


def test_messages_wait_for_the_end_of_quiet_hours() -> None:
    made = Nights([item(1, date(2026, 12, 1))], [recipient(hours=OFFICE)]).run(at(date(2026, 11, 24)))
    assert [message.send_at for message in made] == [at(date(2026, 11, 24), time(8))]
    noon = Nights([item(1, date(2026, 12, 1))], [recipient(hours=OFFICE)]).run(at(date(2026, 11, 24), time(12)))
    assert [message.send_at for message in noon] == [None]
    late = Nights([item(1, date(2026, 12, 1))], [recipient(hours=OFFICE)]).run(at(date(2026, 11, 20), time(21)))
    assert [message.send_at for message in late] == [at(date(2026, 11, 24), time(8))]  # Friday night, Monday off


def test_one_digest_for_each_channel_or_one_message_for_each_reminder() -> None:
    items = [item(n, date(2026, 12, 30)) for n in range(5)]
    both = (Channel.EMAIL, Channel.WEBHOOK)
    digest = Nights(items, [recipient(channels=both)]).run(at(START))
    assert [(message.channel, len(message.reminders)) for message in digest] == [
        (Channel.EMAIL, 5), (Channel.WEBHOOK, 5),
    ]  # fmt: skip
    single = Nights(items, [recipient(channels=both, digest=False)]).run(at(START))
    assert len(single) == 10
    assert len({message.key for message in [*digest, *single]}) == 12


def test_scope_role_and_unsubscription_are_kept_to() -> None:
    items = [item(1, START), item(2, START, "septic.article11"), item(3, START, "road.periodic", "A-1")]
    ladders = (
        OFFICER,
        Ladder(role=Audience.ENGINEER, before=(30, 7, 0)),
        Ladder(role=Audience.COPY, before=(0,), optional=True),
    )
    who = [
        recipient(1, duties=("septic.*",)),
        recipient(2, Audience.ENGINEER, engineer="A-1"),
        recipient(3, Audience.COPY, unsubscribed=True),
        recipient(4, Audience.OFFICER, unsubscribed=True),  # duty of office: no unsubscribing
        recipient(5, asset_classes=(AssetClass.SEPTIC,)),
    ]
    made = remind(items, who, LadderBook((), ladders), {}, at(START), DAYS)
    seen = {message.recipient.recipient_id.int - 1000: len(message.reminders) for message in made}
    assert seen == {1: 1, 2: 1, 4: 3}


def test_what_was_reported_done_rests() -> None:
    items = [item(1, START), item(2, START)]
    resting = {(UUID(int=1), "road.periodic", START)}
    made = remind(items, [recipient()], BOOK, {}, at(START), DAYS, resting)
    assert [one.asset_id.int for message in made for one in message.reminders] == [2]


def test_an_owners_ladder_comes_before_the_shipped_one_of_the_same_exactness() -> None:
    own = Ladder(role=Audience.OFFICER, before=(1,))
    exact = Ladder(role=Audience.OFFICER, duty="road.periodic", before=(2,))
    field = Ladder(role=Audience.OFFICER, duty="road.*", before=(3,))
    book = LadderBook((own,), (OFFICER, exact, field))
    assert book.find(Audience.OFFICER, "road.periodic") is exact
    assert book.find(Audience.OFFICER, "road.pavement") is field
    assert book.find(Audience.OFFICER, "septic.cleaning") is own
    assert book.find(Audience.PREFECTURE, "septic.cleaning") is None


LADDERS = st.builds(
    Ladder,
    role=st.just(Audience.OFFICER),
    before=st.lists(st.integers(0, 60), max_size=4, unique=True).map(tuple),
    overdue_first=st.one_of(st.none(), st.integers(1, 20)),
    overdue_every=st.integers(0, 15),
    overdue_last=st.integers(1, 90),
)
OFFSETS = st.lists(st.integers(-40, 60), min_size=1, max_size=6)
NIGHTS = st.lists(st.integers(0, 120), min_size=1, max_size=40, unique=True).map(sorted)
HOURS = st.sampled_from([ALWAYS, OFFICE])


@settings(max_examples=150, deadline=None)
@given(LADDERS, OFFSETS, NIGHTS, HOURS, st.booleans())
def test_each_step_once_in_order_and_never_again(
    ladder: Ladder, offsets: list[int], nights: list[int], hours: Hours, digest: bool
) -> None:
    items = [item(n, START + timedelta(days=offset)) for n, offset in enumerate(offsets)]
    run = Nights(items, [recipient(hours=hours, digest=digest)], LadderBook((), (ladder,)))
    for night in nights:
        now = at(START + timedelta(days=night))
        run.run(now)
        assert run.run(now) == [], "the same night again tells nothing"
    keys = [message.key for _, message in run.log]
    assert len(keys) == len(set(keys))
    climbed: dict[UUID, list[int]] = {}
    for _, message in run.log:
        for one in message.reminders:
            climbed.setdefault(one.asset_id, []).append(one.step)
    steps = ladder.steps()
    for told in climbed.values():
        assert told == sorted(set(told)), "each step at most once, in order"
        assert set(told) <= set(steps)


@settings(max_examples=150, deadline=None)
@given(LADDERS, OFFSETS, NIGHTS, HOURS)
def test_reading_only_the_dates_of_the_gap_misses_nothing(
    ladder: Ladder, offsets: list[int], nights: list[int], hours: Hours
) -> None:
    """The database is asked for rows of a few due dates: what the full table would have told is among them."""
    items = [item(n, START + timedelta(days=offset)) for n, offset in enumerate(offsets)]
    book, who = LadderBook((), (ladder,)), [recipient(hours=hours)]
    full = Nights(items, who, book)
    since: date | None = None
    for night in nights:
        today = START + timedelta(days=night)
        if since is not None:
            ahead = DAYS.on_or_after(today + timedelta(days=1)) - timedelta(days=1)
            dates = set(due_days([ladder], since, today, ahead))
            narrow = remind([one for one in items if one.due in dates], who, book, full.told, at(today), DAYS)
            wide = remind(items, who, book, full.told, at(today), DAYS)
            assert [one.key for one in narrow] == [one.key for one in wide]
        full.run(at(today))
        if DAYS.is_open(today):  # a closed day is not marked as done: some were told nothing
            since = today


@settings(max_examples=200, deadline=None)
@given(LADDERS, st.integers(-100, 300))
def test_the_latest_step_reached_is_the_greatest_not_beyond(ladder: Ladder, days: int) -> None:
    assert ladder.reached(days) == max((step for step in ladder.steps() if step <= days), default=None)
