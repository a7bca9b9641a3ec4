"""Workers, leader and journal on a real database, a real mail server and a real web server."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from gunmane.core.reminders.compose import Channel
from gunmane.core.reminders.timing import Delivery
from gunmane.jobs import leader, workers
from gunmane.jobs.journal import Journal, orphans
from gunmane.jobs.service import Jobs, running
from gunmane.jobs.workers import Trade
from gunmane.notify.mail import Mailer, Smtp
from gunmane.notify.webhooks import Caller
from gunmane.store import database, messages, pool
from tests.conftest import Database
from tests.flows.test_reminders import MONDAY, OFFICE, Place
from tests.notify.peers import CUT, HookPeer, MailPeer, listening, serving

QUICK = Delivery(first_pause_s=0.05, longest_pause_s=0.2, jitter=0.3, attempts=4, lease_s=30, batch=10)


class Bench:
    """An owner, a mail server, a web server and a trade between them."""

    def __init__(self, place: Place, mail: MailPeer, hook: HookPeer, trade: Trade) -> None:
        self.place, self.mail, self.hook, self.trade = place, mail, hook, trade

    async def outbox(self, count: int, **recipient: Any) -> None:
        for n in range(count):
            await self.place.add(date(2026, 11, 20) + timedelta(days=n % 3))
        await self.place.recipient(digest=False, **recipient)
        await self.place.night(MONDAY)

    async def empty(self, channel: Channel = Channel.EMAIL, seconds: float = 10) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            await workers.one_round(self.trade, channel, asyncio.Event())
            if not [one for one in await self.place.sent() if one.state == "waiting"]:
                return
            await asyncio.sleep(0.02)
        pytest.fail("the outbox was not emptied")

    async def states(self) -> list[tuple[str, int]]:
        return sorted((one.state, one.attempts) for one in await self.place.sent())


def mailer(port: int) -> Mailer:
    return Mailer(Smtp(host="127.0.0.1", port=port, tls="none", command_s=1, message_s=2), "gunmane@example.com")


@pytest.fixture
async def bench(db_pool: pool.Pool, tmp_path: Path) -> AsyncIterator[Bench]:
    place, hook, caller = Place(db_pool), HookPeer(), Caller(private=True, seconds=1)
    await place.settle()
    async with serving(MailPeer()) as mail, listening(hook.serve) as hook.port:
        trade = Trade(
            pool=db_pool, delivery=QUICK, journal=Journal(tmp_path), mailer=mailer(mail.port), caller=caller,
            down_s=0.05,
        )  # fmt: skip
        yield Bench(place, mail, hook, trade)
    await caller.close()


async def test_everything_arrives_once(bench: Bench) -> None:
    await bench.outbox(25)
    await bench.empty()
    assert len(set(bench.mail.ids())) == len(bench.mail.taken) == 25
    assert await bench.states() == [("sent", 1)] * 25
    assert bench.trade.journal.path.read_bytes() == b""


async def test_refusals_for_now_are_tried_again_and_for_good_are_left_for_a_person(bench: Bench) -> None:
    bench.mail.answers = ["451 later", "554 never"]
    await bench.outbox(3)
    await bench.empty()
    assert await bench.states() == [("dead", 1), ("sent", 1), ("sent", 2)]
    dead = next(one for one in await bench.place.sent() if one.state == "dead")
    assert dead.last_error == "554 never"
    async with bench.place.writing() as conn:
        assert await messages.resend(conn, bench.place.owner, dead.message_id)
    await bench.empty()
    assert len(bench.mail.taken) == 3
    assert bench.mail.ids(bench.mail.seen)[1] == bench.mail.ids()[2], "resent under the same identity"


async def test_a_message_that_fails_too_often_is_dead(bench: Bench) -> None:
    bench.mail.answers = ["451 later"] * 4
    await bench.outbox(1)
    await bench.empty()
    assert await bench.states() == [("dead", 4)]


async def test_a_cut_connection_is_repeated_with_the_same_identity(bench: Bench) -> None:
    bench.mail.answers = [CUT]
    await bench.outbox(2)
    await bench.empty()
    assert len(bench.mail.seen) == 3
    assert len(set(bench.mail.ids(bench.mail.seen))) == 2
    assert await bench.states() == [("sent", 1), ("sent", 2)]


async def test_a_server_that_is_away_costs_no_attempt(bench: Bench) -> None:
    good = bench.trade.mailer
    bench.trade.mailer = mailer(1)  # nobody listens there
    await bench.outbox(2)
    for _ in range(3):
        await workers.one_round(bench.trade, Channel.EMAIL, asyncio.Event())
        await asyncio.sleep(0.06)
    assert await bench.states() == [("waiting", 0)] * 2
    bench.trade.mailer = good
    await bench.empty()
    assert await bench.states() == [("sent", 1)] * 2


async def test_webhooks_carry_the_same_key_on_each_repeat(bench: Bench) -> None:
    bench.hook.answers = [503, CUT]
    await bench.outbox(3, email=None, webhook_url=bench.hook.url, webhook_secret="s")
    await bench.empty(Channel.WEBHOOK)
    keys = [headers["idempotency-key"] for _, headers, _ in bench.hook.calls]
    assert len(keys) == 5
    assert len(set(keys)) == 3
    assert {one.state for one in await bench.place.sent()} == {"sent"}


async def test_several_workers_share_the_work(bench: Bench, db: Database, tmp_path: Path) -> None:
    await bench.outbox(60)
    pools = [await pool.open_pool(db.url, size=2) for _ in range(3)]
    trades = [Trade(pool=one, delivery=QUICK, journal=Journal(tmp_path), mailer=bench.trade.mailer) for one in pools]

    async def drain(trade: Trade) -> int:
        rounds = 0
        while await workers.one_round(trade, Channel.EMAIL, asyncio.Event()):
            rounds += 1
        return rounds

    rounds = await asyncio.gather(*(drain(trade) for trade in trades))
    for one in pools:
        await one.close()
    assert sum(rounds) == 6
    assert len(set(bench.mail.ids())) == len(bench.mail.taken) == 60


async def test_quiet_hours_are_kept(bench: Bench) -> None:
    await bench.outbox(1)
    async with bench.place.writing() as conn:
        await conn.execute(
            "UPDATE messages SET ready_at = now() + interval '1 hour' WHERE owner_id = $1", bench.place.owner
        )
    assert not await workers.one_round(bench.trade, Channel.EMAIL, asyncio.Event())
    assert bench.mail.seen == []


async def test_what_a_dead_worker_had_heard_is_not_sent_again(bench: Bench, tmp_path: Path) -> None:
    await bench.outbox(2)
    first, second = await bench.place.sent()
    dead = Journal(tmp_path)
    dead.note(first.owner_id, first.message_id)
    os.write(dead._file, second.owner_id.hex.encode())
    assert len(list(orphans(tmp_path))) == 0, "the living hold their files"
    os.close(dead._file)
    assert await workers.inherit(bench.trade) == 1
    assert await workers.inherit(bench.trade) == 0
    assert not dead.path.exists()
    await bench.empty()
    assert [one.rpartition(".")[0] for one in bench.mail.ids()] == [
        f"<{second.message_id.hex}.{second.owner_id.hex}@example"
    ]


async def test_a_lost_lease_goes_to_another_worker(bench: Bench) -> None:
    await bench.outbox(1)
    async with bench.place.writing() as conn:
        taken = await messages.claim(conn, [bench.place.owner], Channel.EMAIL, uuid4(), 0.2, 10)
    assert len(taken) == 1
    assert not await workers.one_round(bench.trade, Channel.EMAIL, asyncio.Event())
    await asyncio.sleep(0.25)
    await bench.empty()
    assert await bench.states() == [("sent", 2)]


@asynccontextmanager
async def replicas(db: Database, count: int, log: list[tuple[str, int, float]]) -> AsyncIterator[list[Any]]:
    """Replicas that wish to lead and note when they do."""
    stops = [asyncio.Event() for _ in range(count)]

    def office(number: int) -> Callable[[], Any]:
        @asynccontextmanager
        async def one() -> AsyncIterator[None]:
            log.append(("in", number, time.monotonic()))
            yield
            log.append(("out", number, time.monotonic()))

        return one

    tasks = [asyncio.create_task(leader.lead(db.url, office(n), stops[n], 0.1)) for n in range(count)]
    try:
        yield list(zip(stops, tasks, strict=True))
    finally:
        for stop in stops:
            stop.set()
        await asyncio.gather(*tasks)


async def until(true: Callable[[], bool], seconds: float = 8.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.01)


async def test_one_leads_and_another_takes_over_within_two_seconds(db: Database) -> None:
    log: list[tuple[str, int, float]] = []
    async with replicas(db, 3, log) as given:
        await until(lambda: len(log) == 1)
        await asyncio.sleep(0.5)
        assert len(log) == 1, "only one leads"
        given[log[0][1]][0].set()
        await until(lambda: len(log) == 3)
        assert [kind for kind, _, _ in log] == ["in", "out", "in"]
        assert log[2][2] - log[1][2] < 2.0


async def test_a_leader_whose_connection_is_cut_stops_leading(db: Database) -> None:
    log: list[tuple[str, int, float]] = []
    async with replicas(db, 2, log):
        await until(lambda: len(log) == 1)
        begun = time.monotonic()
        admin = await database.connect(db.admin_url)
        cut = await admin.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'gunmane leader' AND datname = current_database()"
        )
        await admin.close()
        assert cut
        await until(lambda: len(log) == 3)
        assert log[2][2] - begun < 2.0


async def test_a_leader_that_hangs_loses_the_lock(db: Database) -> None:
    from gunmane.store.locks import Candidate

    first, second = Candidate(db.url), Candidate(db.url)
    assert await first.leads()
    assert not await second.leads()
    begun = time.monotonic()
    while not await second.leads():  # the first says nothing more
        await asyncio.sleep(0.1)
    assert time.monotonic() - begun < 2.0
    assert not await first.leads()
    await first.leave()
    await second.leave()


async def test_a_replica_makes_and_sends_what_is_due(db: Database, tmp_path: Path, place: Place) -> None:
    await place.add(date(2026, 11, 20))
    await place.recipient()
    async with serving(MailPeer()) as mail:
        jobs = Jobs(
            url=db.url, direct_url=db.url, folder=tmp_path / "outbox", now=lambda: MONDAY, office=OFFICE,
            mailer=mailer(mail.port), delivery=QUICK, idle_s=0.05,
        )  # fmt: skip
        async with running(jobs):
            await until(lambda: len(mail.taken) == 1)
            await asyncio.sleep(0.2)
        async with running(jobs):
            await asyncio.sleep(0.6)
    assert len(mail.taken) == 1
    assert list((tmp_path / "outbox").iterdir()) == []


@pytest.fixture
async def place(db_pool: pool.Pool) -> Place:
    made = Place(db_pool)
    await made.settle()
    return made
