"""Crash trial of reminders: replicas, PostgreSQL and peers fail at random moments; every reminder arrives, none is
made twice, and what is sent again carries its old identity.

Run: `python -m tests.bench.crash_reminders [reminders] [replicas] [kills] [seed]` (default 20000 3 50 1). Half of the
reminders are mails to a real SMTP server, half webhooks to a real HTTP server, one message each. Each replica is a
process of its own with the jobs of `gunmane work`; one of them or PostgreSQL is killed (SIGKILL) at random moments,
and started again as a supervisor would. The clock of each replica jumps: to just before midnight in Japan, over it,
days ahead and back again. The peers cut one connection in a hundred before they answer and dawdle at times.

For every message that a peer saw more than once the trial knows why: the peer had not answered (cut), or its answer
and the note of it were torn apart by a kill. Prints both numbers. Exit code 1 when a reminder is missing or made
twice, an identity is unknown, or more answers were torn off than the kills can explain.
"""

import asyncio
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import AsyncExitStack
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.bench.crash_inspections import postmaster
from tests.notify.peers import CUT, HookPeer, MailPeer, listening, parse, serving

from gunmane.store import access, database, pool
from gunmane.store.ids import uuid7

DAY = date(2026, 11, 24)  # a Tuesday
OWNERS = 4
JUMPS_H = (0.0, 0.0, 14.9, 15.05, 40.0, -30.0)
"""Hours by which a replica's clock is off: 00:10 on DAY plus these pass midnight, days ahead and back."""

LEASE_S = 15.0

REPLICA = """
import asyncio, json, signal, sys
from datetime import datetime, timedelta
from pathlib import Path
from gunmane.core.reminders.timing import Delivery
from gunmane.flows.reminders import office
from gunmane.jobs.service import Jobs, running
from gunmane.notify.mail import Mailer, Smtp
from gunmane.store.pool import JST

given = json.loads(sys.argv[1])

def now():
    off = float(Path(given["clock"]).read_text() or 0)
    return datetime.fromisoformat(given["start"]) + timedelta(hours=off)

async def main():
    smtp = Smtp(host="127.0.0.1", port=given["smtp"], tls="none", command_s=3, message_s=4)
    jobs = Jobs(
        url=given["url"], direct_url=given["url"], folder=Path(given["folder"]), now=now, office=office(),
        mailer=Mailer(smtp, "gunmane@example.jp"), private_webhooks=True, look_s=1, idle_s=0.2, down_s=0.5,
        delivery=Delivery(
            first_pause_s=0.2, longest_pause_s=2, jitter=0.5, attempts=100, lease_s=given["lease"], batch=50
        ),
    )
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with running(jobs):
        await stop.wait()

asyncio.run(main())
"""


class Peers:
    """The peers, who cut one in a hundred and remember what they answered."""

    def __init__(self, draw: random.Random, cut: float) -> None:
        self.mail, self.hook = Mail(draw, cut), Hook(draw, cut)

    def seen(self) -> Counter[str]:
        return Counter([*self.mail.all, *self.hook.all])

    def answered(self) -> Counter[str]:
        return Counter([*self.mail.good, *self.hook.good])


class Mail(MailPeer):
    """A mail server with whims."""

    def __init__(self, draw: random.Random, cut: float) -> None:
        super().__init__()
        self.draw, self.cut = draw, cut
        self.all: list[str] = []
        self.good: list[str] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        identity = str(parse(envelope.content)["Message-ID"])
        self.all.append(identity)
        self.seen.clear()
        if self.draw.random() < self.cut:
            self.answers = [CUT]
        elif self.draw.random() < self.cut / 5:
            await asyncio.sleep(0.3)
        answer = await super().handle_DATA(server, session, envelope)
        self.taken.clear()
        self.good.append(identity)
        return answer


class Hook(HookPeer):
    """A web server with whims."""

    def __init__(self, draw: random.Random, cut: float) -> None:
        super().__init__()
        self.draw, self.cut = draw, cut
        self.all: list[str] = []
        self.good: list[str] = []

    def decide(self, headers: dict[str, str]) -> Any:
        self.calls.clear()
        identity = headers["idempotency-key"]
        self.all.append(identity)
        if self.draw.random() < self.cut:
            return CUT
        self.good.append(identity)
        return 204


class Replica:
    """A process that is killed and started again."""

    def __init__(self, number: int, home: Path, given: dict[str, Any]) -> None:
        self.clock = home / f"clock{number}"
        self.clock.write_text("0")
        self.given = {**given, "clock": str(self.clock)}
        self.log = (home / f"replica{number}.log").open("ab")
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", REPLICA, json.dumps(self.given)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        return subprocess.Popen(command, stdout=self.log, stderr=self.log, env=environment)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(30)

    def again(self) -> None:
        self.process = self._start()

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        self.log.close()
        return self.process.wait(60)


async def settle(url: str, reminders: int, hook: str) -> list[UUID]:
    """Make owners with two recipients each (mail, webhook) and so many due items that each is told half."""
    owners = [uuid7() for _ in range(OWNERS)]
    opened = await pool.open_pool(url, size=1)
    async with pool.writing(opened) as conn:
        await access.operate(conn, owners, [])
        for number, owner in enumerate(owners):
            await conn.execute(
                "INSERT INTO owners (owner_id, code, name, kind, origin)"
                " VALUES ($1, $2, $2, 'municipality', 'simulated')",
                owner, f"c{number}",
            )  # fmt: skip
            await conn.execute(
                "INSERT INTO assets (owner_id, asset_id, asset_class, number, origin)"
                " SELECT $1::uuid, gen_random_uuid(), 'bridge', 'B-' || n, 'simulated'"
                " FROM generate_series(1, $2::int) AS n",
                owner, reminders // OWNERS // 2,
            )  # fmt: skip
            # due in 8 to 40 days: told on DAY (step -30 or -90), no further step before the trial is over
            await conn.execute(
                "INSERT INTO due_items (owner_id, asset_id, asset_class, duty, state, due, rule, run_id)"
                " SELECT owner_id, asset_id, 'bridge', 'road.periodic', 'due',"
                " $2::date + 10 + (hashtext(number) & 15), 'r', $3 FROM assets WHERE owner_id = $1",
                owner, DAY, uuid7(),
            )  # fmt: skip
            for mail in (True, False):
                await conn.execute(
                    "INSERT INTO recipients (owner_id, recipient_id, role, name, email, webhook_url, webhook_secret,"
                    " quiet_from, quiet_to, working_days, digest, created_at, changed_at) VALUES ($1, $2, 'officer',"
                    " 'crash', $3, $4, $5, '00:00', '00:00', false, false, '2026-01-01', '2026-01-01')",
                    owner, uuid7(), "crash@example.jp" if mail else None, None if mail else hook,
                    None if mail else "s",
                )  # fmt: skip
    await opened.close()
    return owners


async def killer(draw: random.Random, home: Path, replicas: list[Replica], kills: int, tally: Counter[str]) -> None:
    """Kill replicas and PostgreSQL at random moments and let clocks jump."""
    while sum(tally.values()) < kills:
        await asyncio.sleep(min(draw.expovariate(1 / 0.7), 3.0))
        replica = draw.choice(replicas)
        replica.clock.write_text(str(draw.choice(JUMPS_H)))
        if draw.random() < 0.6:
            await asyncio.to_thread(replica.kill)
            tally["replica"] += 1
            await asyncio.sleep(draw.uniform(0, 0.4))
            replica.again()
        elif (first := postmaster(home)) is not None:
            try:
                os.kill(first, signal.SIGKILL)
            except ProcessLookupError:
                continue
            tally["postgresql"] += 1


async def keep_alive(server: Any, stop: asyncio.Event) -> None:
    """Start PostgreSQL again whenever it is gone, as the service does."""
    while not stop.is_set():
        if not await asyncio.to_thread(server.running):
            try:
                await asyncio.to_thread(server.start)
            except Exception as error:
                print(f"PostgreSQL does not start: {error}", file=sys.stderr)
        await asyncio.sleep(0.3)


async def settled(url: str, wanted: int, owners: list[UUID]) -> bool:
    """Tell whether every message was made and sent."""
    try:
        connection = await database.connect(url)
        try:
            row = await connection.fetchrow(
                "SELECT count(*) AS n, count(*) FILTER (WHERE state = 'sent') AS sent FROM messages"
                " WHERE owner_id = ANY ($1::uuid[])",
                owners,
            )
        finally:
            await connection.close()
    except Exception:  # killed under our hands
        return False
    return row["n"] >= wanted and row["sent"] == row["n"]


async def crash(wanted: int, count: int, kills: int, seed: int, limit_s: float = 900.0) -> int:
    """Run the trial and return the exit code."""
    draw, tally = random.Random(seed), Counter[str]()
    home = Path(tempfile.mkdtemp(prefix="gunmane-crash-"))
    home.chmod(0o755)
    ready = await database.prepare(home=home)
    assert ready.server is not None
    peers, stop = Peers(random.Random(seed + 1), 0.01), asyncio.Event()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(serving(peers.mail))
        peers.hook.port = await stack.enter_async_context(listening(peers.hook.serve))
        owners = await settle(ready.admin_url, wanted, peers.hook.url)
        given = {
            "url": ready.url, "smtp": peers.mail.port, "folder": str(home / "outbox"), "lease": LEASE_S,
            "start": datetime(DAY.year, DAY.month, DAY.day, 0, 10, tzinfo=pool.JST).isoformat(),
        }  # fmt: skip
        begun = time.monotonic()
        replicas = [Replica(number, home, given) for number in range(count)]
        alive = asyncio.create_task(keep_alive(ready.server, stop))
        killing = asyncio.create_task(killer(draw, home, replicas, kills, tally))
        try:
            async with asyncio.timeout(limit_s):
                await killing
                while not await settled(ready.admin_url, wanted, owners):
                    await asyncio.sleep(0.3)
        except TimeoutError:
            print(f"not done within {limit_s:.0f} s", file=sys.stderr)
        took = time.monotonic() - begun
        ends = [await asyncio.to_thread(one.end) for one in replicas]
        stop.set()
        await alive
        found = await look(ready.admin_url)
    logs = "\n".join((home / f"replica{n}.log").read_text(errors="replace")[-2000:] for n in range(count))
    ready.close()
    shutil.rmtree(home, ignore_errors=True)
    code = report(found, peers, wanted, tally, took)
    if code or any(ends):
        print(logs, file=sys.stderr)
    return code or int(any(ends))


async def look(url: str) -> dict[str, Any]:
    """Read what the database holds."""
    connection = await database.connect(url)
    rows = await connection.fetch("SELECT channel, message_id, owner_id, state FROM messages")
    told = await connection.fetch(
        "SELECT owner_id, recipient_id, asset_id, duty, due, step, count(*) AS n FROM reminders"
        " GROUP BY 1, 2, 3, 4, 5, 6"
    )
    items = await connection.fetchval("SELECT sum(jsonb_array_length(items)) FROM messages")
    await connection.close()
    identities = {
        f"<{row['message_id'].hex}.{row['owner_id'].hex}@example.jp>" if row["channel"] == "email"
        else str(row["message_id"]): row["state"]
        for row in rows
    }  # fmt: skip
    return {"identities": identities, "told": len(told), "twice": sum(row["n"] > 1 for row in told), "items": items}


def report(found: dict[str, Any], peers: Peers, wanted: int, tally: Counter[str], took: float) -> int:
    """Print what was found and return the exit code."""
    seen, answered = peers.seen(), peers.answered()
    identities = found["identities"]
    missing = [one for one in identities if not answered[one]]
    strangers = [one for one in seen if one not in identities]
    unsent = [one for one, state in identities.items() if state != "sent"]
    again = {one: times for one, times in seen.items() if times > 1}
    torn = {one: answered[one] for one in again if answered[one] > 1}
    print(f"{len(identities)} messages with {found['told']} reminders in {took:.0f} s; killed: {dict(tally)}")
    print(f"not arrived: {len(missing)}; unsent in the outbox: {len(unsent)}; made twice: {found['twice']}")
    twice = found["items"] - found["told"]
    print(f"unknown identities at the peers: {len(strangers)}; reminders in two messages: {twice}")
    unanswered = len(again) - len(torn)
    print(f"sent again: {len(again)} (no answer before: {unanswered}; answer torn off by a kill: {len(torn)})")
    wrong = missing or strangers or unsent or found["twice"] or found["items"] != found["told"]
    # each kill can tear at most what was under way at that moment: a worker has one mail, or eight webhooks
    many = len(torn) > 10 * sum(tally.values())
    return 1 if wrong or many or found["told"] != wanted else 0


if __name__ == "__main__":
    numbers = [int(text) for text in sys.argv[1:]]
    sys.exit(asyncio.run(crash(*[*numbers, *(20_000, 3, 50, 1)[len(numbers) :]])))
