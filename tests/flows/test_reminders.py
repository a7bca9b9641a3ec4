"""An owner's reminders in a real database: made once, caught up once, however often and from wherever it is tried."""

import asyncio
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from tests.conftest import Database

from gunmane.core.feeds import FeedKind
from gunmane.core.reminders import links
from gunmane.core.reminders.compose import Channel
from gunmane.core.reminders.ladders import Audience, Ladder
from gunmane.core.schedule.roster import DayPlan, Person, Roster, Stop, Tour, Work
from gunmane.core.words import Language
from gunmane.files.reminders import texts
from gunmane.flows import feeds as feed_flow
from gunmane.flows import reminders as flow
from gunmane.store import access, feeds, messages, pool, recipients, reminders, schedules
from gunmane.store.feeds import Feed
from gunmane.store.ids import uuid7
from gunmane.store.pool import JST, Pool
from gunmane.store.recipients import RecipientFields

MONDAY = datetime(2026, 11, 16, 0, 5, tzinfo=JST)
OFFICE = flow.office("https://gm.example.jp")


def fields(**given: Any) -> RecipientFields:
    """A recipient who can be reached at any time."""
    plain: dict[str, Any] = {
        "role": Audience.OFFICER, "name": "道路課 担当", "language": Language.JA, "email": "road@example.jp",
        "webhook_url": None, "webhook_secret": None, "letters": False, "contact": "道路課 0224-00-0000",
        "asset_classes": [], "duties": [], "engineer": None, "quiet_from": time(0), "quiet_to": time(0),
        "working_days": False, "digest": True,
    }  # fmt: skip
    return RecipientFields(**{**plain, **given})


class Place:
    """An owner in its database."""

    def __init__(self, opened: Pool) -> None:
        self.pool, self.owner, self.run = opened, uuid7(), uuid7()
        self.assets: list[UUID] = []

    async def settle(self, origin: str = "api") -> None:
        async with self.writing() as conn:
            await conn.execute(
                "INSERT INTO owners (owner_id, code, name, kind, origin)"
                " VALUES ($1, $2, '白石市', 'municipality', $3)",
                self.owner, self.owner.hex, origin,
            )  # fmt: skip

    def writing(self) -> Any:
        return bound(self.pool, self.owner)

    async def add(self, due: date | None, duty: str = "road.periodic", kind: str = "bridge", **more: Any) -> UUID:
        asset = uuid7()
        self.assets.append(asset)
        async with self.writing() as conn:
            await conn.execute(
                "INSERT INTO assets (owner_id, asset_id, asset_class, number, name, origin)"
                " VALUES ($1, $2, $3, $4, $5, 'api')",
                self.owner, asset, kind, f"N-{len(self.assets)}", f"第{len(self.assets)}橋",
            )  # fmt: skip
            await conn.execute(
                "INSERT INTO due_items (owner_id, asset_id, asset_class, duty, state, due, rule, basis, run_id,"
                " engineer, planned_month)"
                " VALUES ($1, $2, $3, $4, $5, $6, 'r', '道路法施行規則第4条の5の6', $7, $8, $9)",
                self.owner, asset, kind, duty, "unknown_anchor" if due is None else "due", due, self.run,
                more.get("engineer"), more.get("planned_month"),
            )  # fmt: skip
        return asset

    async def recipient(self, **given: Any) -> UUID:
        made = uuid7()
        async with self.writing() as conn:
            await recipients.insert(conn, self.owner, made, fields(**given), MONDAY - timedelta(days=400))
        return made

    async def night(self, now: datetime, office: flow.Office = OFFICE) -> flow.Made:
        async with self.writing() as conn:
            return await flow.enqueue(conn, self.owner, now, office)

    async def sent(self) -> list[messages.WholeMessage]:
        async with self.writing() as conn:
            rows = await messages.page(conn, self.owner, None, None, None, None, 1000)
            found = [await messages.one(conn, self.owner, row.message_id) for row in reversed(rows)]
        return [one for one in found if one is not None]


class bound:
    """A writing transaction bound to one owner."""

    def __init__(self, opened: Pool, owner: UUID) -> None:
        self.inner, self.owner = pool.writing(opened), owner

    async def __aenter__(self) -> Any:
        conn = await self.inner.__aenter__()
        await access.operate(conn, [self.owner], [])
        return conn

    async def __aexit__(self, *failed: Any) -> Any:
        return await self.inner.__aexit__(*failed)


@pytest.fixture
async def place(db_pool: Pool, db: Database) -> Place:
    made = Place(db_pool)
    await made.settle()
    return made


async def test_a_night_is_made_once_and_the_mail_says_what_is_due(place: Place) -> None:
    overdue = await place.add(date(2026, 11, 2))
    soon = await place.add(date(2026, 11, 20))
    await place.add(date(2027, 6, 1))  # too far ahead
    await place.add(None)
    await place.recipient()
    assert await place.night(MONDAY) == flow.Made(2, 1)
    assert await place.night(MONDAY + timedelta(minutes=10)) == flow.Made()
    (mail,) = await place.sent()
    assert mail.subject == "【期限超過あり】白石市 2件、うち超過1件(令和8(2026)年11月16日)"
    assert mail.state == "waiting"
    assert {one.asset_id for one in mail.items} == {overdue, soon}
    for piece in (
        "道路課 担当 様", "令和8(2026)年11月2日(14日超過)", "令和8(2026)年11月20日(あと4日)", "第1橋", "橋梁",
        "道路法施行規則第4条の5の6", "起算日が分からず", "1件", "https://gm.example.jp/links/", "道路課 0224-00-0000",
    ):  # fmt: skip
        assert piece in mail.body, piece
    assert "{" not in mail.body


async def test_links_are_signed_for_one_purpose_each(place: Place) -> None:
    asset = await place.add(date(2026, 11, 20))
    who = await place.recipient()
    await place.night(MONDAY)
    (mail,) = await place.sent()
    async with place.writing() as conn:
        secret = await reminders.known_secret(conn, place.owner)
    assert secret is not None
    tokens = [word.rpartition("/links/")[2] for word in mail.body.replace(":", " ").split() if "/links/" in word]
    found = [links.verify(secret, token) for token in tokens]
    assert [one and one.purpose.value for one in found] == ["done", "ack"]
    done = found[0]
    assert done is not None
    assert (done.owner_id, done.recipient_id, done.asset_id, done.due) == (
        place.owner,
        who,
        asset,
        date(2026, 11, 20),
    )
    assert not done.expired(MONDAY + timedelta(days=59))
    assert done.expired(MONDAY + timedelta(days=61))
    assert links.verify(b"x" * 32, tokens[0]) is None
    swapped = tokens[1].partition(".")[0] + "." + tokens[0].partition(".")[2]
    assert links.verify(secret, swapped) is None


async def test_missed_nights_are_caught_up_once(place: Place) -> None:
    await place.add(date(2026, 12, 30))
    await place.recipient()
    await place.night(datetime(2026, 10, 1, 0, 5, tzinfo=JST))  # step -90
    await place.night(datetime(2027, 1, 15, 0, 5, tzinfo=JST))  # down since: -30, -7, 0, 7 and 14 went by
    await place.night(datetime(2027, 1, 18, 0, 5, tzinfo=JST))
    assert [[item.step for item in mail.items] for mail in await place.sent()] == [[-90], [14]]


async def test_ten_at_once_make_each_reminder_once(db: Database, place: Place) -> None:
    for n in range(30):
        await place.add(date(2026, 11, 1) + timedelta(days=n))
    await place.recipient(digest=False)
    await place.recipient(role=Audience.SUPERIOR, email="boss@example.jp")
    opened = await pool.open_pool(db.url, size=10)

    async def one() -> flow.Made:
        async with bound(opened, place.owner) as conn:
            return await flow.enqueue(conn, place.owner, MONDAY, OFFICE)

    made = await asyncio.gather(*(one() for _ in range(10)))
    await opened.close()
    assert sorted(one.messages for one in made)[:-1] == [0] * 9
    sent = await place.sent()
    assert len(sent) == 31
    assert sum(len(mail.items) for mail in sent) == 32  # the superior hears of two that are two weeks late


async def test_a_new_recipient_is_told_the_next_time_and_others_hear_nothing_again(place: Place) -> None:
    await place.add(date(2026, 12, 1))
    first = await place.recipient()
    await place.night(MONDAY)
    async with place.writing() as conn:
        await recipients.insert(conn, place.owner, uuid7(), fields(email="b@example.jp"), MONDAY + timedelta(hours=9))
    await place.night(MONDAY + timedelta(days=1))
    sent = await place.sent()
    assert [mail.recipient_id == first for mail in sent] == [True, False]


async def test_nobody_is_told_on_a_holiday_and_all_of_it_is_told_before_or_after(place: Place) -> None:
    holiday = date(2026, 11, 23)
    await place.add(holiday)  # its last day is told on Friday
    await place.add(holiday - timedelta(days=7))  # a week overdue on the holiday: told on Tuesday
    await place.recipient(working_days=True)
    told: dict[date, list[int]] = {}
    seen = 0
    for n in range(12):
        now = MONDAY + timedelta(days=n)
        await place.night(now)
        sent = await place.sent()
        for mail in sent[seen:]:
            told[now.date()] = [item.step for item in mail.items]
        seen = len(sent)
    assert told == {date(2026, 11, 16): [0, -7], date(2026, 11, 20): [0], date(2026, 11, 24): [7]}


async def test_an_owners_ladder_and_sentences_come_first(place: Place) -> None:
    await place.add(date(2026, 11, 21))
    await place.recipient()
    async with place.writing() as conn:
        ladder = Ladder(role=Audience.OFFICER, duty="road.*", before=(5,))
        await recipients.put_ladder(conn, place.owner, uuid7(), ladder, MONDAY - timedelta(days=1))
        await recipients.put_text(conn, place.owner, Language.JA, "greeting", "{recipient}へ", MONDAY)
    await place.night(MONDAY)
    (mail,) = await place.sent()
    assert [item.step for item in mail.items] == [-5]
    assert mail.body.startswith("道路課 担当へ\n")


async def test_simulated_data_says_so_in_both_languages(db_pool: Pool) -> None:
    place = Place(db_pool)
    await place.settle("simulated")
    await place.add(date(2026, 11, 20))
    await place.recipient(language=Language.EN)
    await place.recipient()
    await place.night(MONDAY)
    for mail in await place.sent():
        mark = texts(mail.language).mail["simulated"]
        assert mail.subject.startswith(mark.strip())
        assert mail.body.startswith(mark)


async def test_a_webhook_gets_the_facts_as_json(place: Place) -> None:
    asset = await place.add(date(2026, 11, 20))
    await place.recipient(email=None, webhook_url="https://x.example.jp/", webhook_secret="s")
    await place.night(MONDAY)
    (sent,) = await place.sent()
    assert sent.channel is Channel.WEBHOOK
    body = msgspec.json.decode(sent.body)
    assert (body["type"], body["total"], body["overdue"]) == ("reminders", 1, 0)
    assert body["items"][0]["asset_id"] == str(asset)
    assert (body["items"][0]["days"], body["items"][0]["step"]) == (-4, -7)


async def test_what_was_reported_done_rests_and_comes_back(place: Place) -> None:
    due = date(2026, 11, 16)
    asset = await place.add(due)
    who = await place.recipient()
    await place.night(MONDAY)
    async with place.writing() as conn:
        await reminders.report_done(conn, place.owner, (asset, "road.periodic", due), who, MONDAY)
    for n in range(1, 35):
        await place.night(MONDAY + timedelta(days=n))
    steps = [[item.step for item in mail.items] for mail in await place.sent()]
    assert steps == [[0], [28]], "no word for thirty days, then the step that has been reached"


async def test_a_feed_follows_what_is_due(place: Place) -> None:
    asset = await place.add(date(2026, 12, 1), engineer="A-1", planned_month=date(2026, 11, 1))
    feed = Feed(
        owner_id=place.owner, feed_id=feeds.new_id(), kind=FeedKind.ENGINEER, name="技術者 A-1", engineers=["A-1"],
        asset_classes=[], language=Language.JA, created_at=MONDAY, revoked_at=None,
    )  # fmt: skip
    async with place.writing() as conn:
        token = await feeds.create(conn, feed)
        assert await feed_flow.sync(conn, place.owner, MONDAY, []) == 2
        assert await feed_flow.sync(conn, place.owner, MONDAY + timedelta(days=1), []) == 0
    async with pool.reading(place.pool) as conn:
        opened = await feeds.open_feed(conn, token)
        assert opened is not None
        text = (await feed_flow.calendar(conn, opened)).decode().replace("\r\n ", "")
        assert text.count("BEGIN:VEVENT") == 1
        assert f"UID:{asset}.road.periodic.visit.A-1@gunmane" in text
        assert "DTSTART;VALUE=DATE:20261102" in text  # 1 November is a Sunday
        assert "SEQUENCE:0" in text
    async with place.writing() as conn:
        await conn.execute("UPDATE due_items SET engineer = 'B-2' WHERE owner_id = $1", place.owner)
        assert await feed_flow.sync(conn, place.owner, MONDAY + timedelta(days=2), []) == 2
    async with pool.reading(place.pool) as conn:
        assert await feeds.open_feed(conn, token) is not None
        text = (await feed_flow.calendar(conn, feed)).decode()
        assert "STATUS:CANCELLED" in text
        assert "SEQUENCE:1" in text
    async with place.writing() as conn:
        assert await feeds.revoke(conn, place.owner, feed.feed_id, MONDAY)
    async with pool.reading(place.pool) as conn:
        assert await feeds.open_feed(conn, token) is None
        assert await feeds.open_feed(conn, "x") is None


async def test_no_more_statements_for_many_items_than_for_few(place: Place) -> None:
    counts: list[int] = []
    await place.recipient()
    for day, rows in ((0, 3), (1, 300)):
        for _ in range(rows):
            await place.add(date(2026, 11, 20))
        place.run = uuid7()
        async with place.writing() as conn:
            await conn.execute("UPDATE due_items SET run_id = $2 WHERE owner_id = $1", place.owner, place.run)
        seen: list[Any] = []
        async with place.writing() as conn:
            conn.add_query_logger(seen.append)
            made = await flow.enqueue(conn, place.owner, MONDAY + timedelta(days=day), OFFICE)
            conn.remove_query_logger(seen.append)
        assert made.reminders == rows
        counts.append(len(seen))
    assert counts[1] <= counts[0] + 1


async def test_the_visits_of_a_day_plan_stand_in_the_feeds_with_their_hours(place: Place) -> None:
    region, code = uuid7(), place.owner.hex
    work = [
        Work(
            id=f"W-{n}", owner=owner, asset=f"N-{n}", asset_class="bridge", duty="road.periodic", name=f"第{n}橋",
            place=(140.6, 38.0), minutes=60, qualifications=("bridge_inspection",), first=date(2026, 11, 1),
            last=date(2026, 12, 31),
        )
        for n, owner in ((1, code), (2, "neighbour"))
    ]  # fmt: skip
    person = Person(code="A-1", owner=code, qualifications=("bridge_inspection",), base=(140.6, 38.0))
    roster = Roster(region="r", first=date(2026, 11, 16), people=(person,), work=tuple(work))
    stops = (Stop(("W-1",), 9 * 60 + 30, 10 * 60 + 30, 10), Stop(("W-2",), 11 * 60, 12 * 60, 10))
    tour = Tour(day=date(2026, 11, 18), people=("A-1",), start=540, back=750, drive=30, stops=stops)
    plan = DayPlan(first=date(2026, 11, 16), last=date(2026, 12, 13), tours=(tour,))
    await place.add(date(2026, 12, 1), engineer="A-1", planned_month=date(2026, 11, 1))
    texts = {}
    async with pool.writing(place.pool) as conn:
        await access.operate(conn, [place.owner], [region])
        await conn.execute("INSERT INTO regions (region_id, name, origin) VALUES ($1, 'r', 'api')", region)
        await conn.execute("INSERT INTO region_members VALUES ($1, $2, '2026-04-01')", region, place.owner)
        assert await feeds.regions(conn, place.owner, MONDAY.date()) == [region]
        assert await schedules.insert(conn, region, uuid7(), roster, plan, uuid7(), MONDAY) is not None
        for kind, engineers in ((FeedKind.TEAM, ["A-1", "B-2"]), (FeedKind.OWNER, [])):
            feed = Feed(
                owner_id=place.owner, feed_id=feeds.new_id(), kind=kind, name="x", engineers=engineers,
                asset_classes=[], language=Language.JA, created_at=MONDAY, revoked_at=None,
            )  # fmt: skip
            await feeds.create(conn, feed)
            await feed_flow.sync(conn, place.owner, MONDAY, [region])
            texts[kind] = (await feed_flow.calendar(conn, feed)).decode().replace("\r\n ", "")
        assert await feed_flow.sync(conn, place.owner, MONDAY, [region]) == 0
    team, owner = texts[FeedKind.TEAM], texts[FeedKind.OWNER]
    assert "DTSTART;TZID=Asia/Tokyo:20261118T093000\r\nDTEND;TZID=Asia/Tokyo:20261118T103000" in team
    assert [team.count("第1橋"), team.count("第2橋")] == [1, 1], "the visit of the month gave way to that of the day"
    assert "BEGIN:VTIMEZONE\r\nTZID:Asia/Tokyo" in team
    assert "第2橋" not in owner, "what the neighbour owes is not the owner's"
    assert owner.count("BEGIN:VEVENT") == 2
