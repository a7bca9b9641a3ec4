"""kill -9 of the service and of PostgreSQL at random moments while clients log inspections: none lost, none twice.

Run: `python -m tests.bench.crash_inspections [inspections] [clients] [seed]` (default 5000 8 1). Starts the service
on its own embedded PostgreSQL in a temporary folder and kills one or the other (SIGKILL, no warning) some seconds
after it is back, one time in four while it still starts. The service is started again as a system's supervisor
would, and every client repeats what was not acknowledged. Half of the inspections carry an identifier made by the
client, the other half lean on their Idempotency-Key alone. Prints what was found; exit code 1 when an acknowledged
inspection is missing or one is there twice, or when the run takes longer than it may.
"""

import asyncio
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from gunmane.core.words import Role
from gunmane.store import access, database, pool
from gunmane.store.ids import uuid7

ASSETS = 200
LIMIT_SECONDS = 420.0
BETWEEN_KILLS = 4.0
"""Mean seconds to the next kill; the moments are exponentially distributed, so that any state can be hit."""
MOST_KILLS = 24


class Service:
    """`gunmane serve` in a process group of its own, started again whenever it is gone."""

    def __init__(self, home: Path, port: int) -> None:
        self.home, self.port = home, port
        self.log = (home / "service.log").open("ab")
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "GUNMANE_HOME": str(self.home), "DATABASE_URL": ""}
        command = [sys.executable, "-m", "gunmane", "serve", "--port", str(self.port)]
        return subprocess.Popen(
            command, env=environment, stdout=self.log, stderr=self.log, start_new_session=True, cwd=self.home
        )

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Kill the web server and its workers at once."""
        os.killpg(self.process.pid, number)
        self.process.wait(30)

    def again(self) -> None:
        """Start again."""
        self.process = self._start()


def postmaster(home: Path) -> int | None:
    """Process id of PostgreSQL's first process, None while there is none."""
    try:
        return int((home / "postgresql" / "data" / "postmaster.pid").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None


async def settle(home: Path) -> tuple[str, list[UUID], str]:
    """Make the database with one owner and its bridges; return the admin's address, the bridges and a key."""
    ready = await database.prepare(home=home)
    opened = await pool.open_pool(ready.admin_url, size=1)
    owner, bridges = uuid7(), [uuid7() for _ in range(ASSETS)]
    async with pool.writing(opened) as conn:
        await access.operate(conn, [owner], [])
        await conn.execute(
            "INSERT INTO owners (owner_id, code, name, kind, origin)"
            " VALUES ($1, 'crash', 'crash', 'municipality', 'simulated')",
            owner,
        )
        await conn.executemany(
            "INSERT INTO assets (owner_id, asset_id, asset_class, number, origin)"
            " VALUES ($1, $2, 'bridge', $3, 'simulated')",
            [(owner, bridge, f"B-{number}") for number, bridge in enumerate(bridges)],
        )
        key = await access.create_key(conn, owner, Role.ENGINEER, "crash test")
    await opened.close()
    url = ready.admin_url
    ready.close()
    return url, bridges, key


class Run:
    """What happened so far."""

    def __init__(self, wanted: int) -> None:
        self.left = list(range(wanted))[::-1]
        self.acknowledged: dict[int, str] = {}  # marker → identifier that the service answered
        self.refused: Counter[str] = Counter()
        self.attempts = 0
        self.kills: Counter[str] = Counter()
        self.outages: list[float] = []


def inspection(marker: int, bridges: list[UUID]) -> dict[str, Any]:
    """Return the same body for a marker whenever it is asked for; its identifier aside."""
    return {
        "asset_id": str(bridges[marker % len(bridges)]),
        "inspected_on": str(date(2001, 4, 1) + timedelta(days=marker // len(bridges))),
        "scale": "road-soundness",
        "grade": "II",
        "notes": f"crash {marker}",
        "origin": "simulated",
    }


async def client(run: Run, base: str, key: str, bridges: list[UUID]) -> None:
    """Log one inspection after another, repeating each under the same key until it is acknowledged."""
    async with httpx.AsyncClient(base_url=base, timeout=10) as http:
        while run.left:
            marker = run.left.pop()
            body = inspection(marker, bridges)
            if marker % 2:
                body["inspection_id"] = str(uuid7())
            headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": f"crash-{marker}"}
            since = time.monotonic()
            while True:
                run.attempts += 1
                try:
                    answer = await http.post("/v1/inspections", json=body, headers=headers)
                except httpx.TransportError as error:
                    run.refused[type(error).__name__] += 1
                else:
                    if answer.status_code in (200, 201):
                        run.acknowledged[marker] = answer.json()["inspection_id"]
                        break
                    run.refused[str(answer.status_code)] += 1
                    if answer.status_code < 500 and answer.status_code not in (409, 425, 429):
                        raise RuntimeError(f"{answer.status_code}: {answer.text}")
                await asyncio.sleep(0.05)
            run.outages.append(time.monotonic() - since)


async def killer(run: Run, service: Service, draw: random.Random) -> None:
    """Kill the service or PostgreSQL at random moments until the clients are done or there were kills enough."""
    while sum(run.kills.values()) < MOST_KILLS:
        if draw.random() < 0.75:
            await answers(f"http://127.0.0.1:{service.port}")
        await asyncio.sleep(min(draw.expovariate(1 / BETWEEN_KILLS), 4 * BETWEEN_KILLS))
        if draw.random() < 0.5:
            await asyncio.to_thread(service.kill)
            run.kills["service"] += 1
            await asyncio.sleep(draw.uniform(0.0, 0.5))
            service.again()
        elif (first := postmaster(service.home)) is not None:
            try:
                os.kill(first, signal.SIGKILL)
            except ProcessLookupError:
                continue  # died a moment ago and is being started again
            run.kills["postgresql"] += 1


async def answers(base: str) -> None:
    """Wait until the service is ready."""
    async with httpx.AsyncClient(base_url=base, timeout=2) as http:
        for _ in range(300):
            try:
                if (await http.get("/ready")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.2)
    raise RuntimeError("the service does not answer")


async def repeated(run: Run, base: str, key: str, bridges: list[UUID], draw: random.Random) -> int:
    """Repeat some acknowledged ones without a client's identifier and count answers that name another inspection."""
    wrong = 0
    chosen = draw.sample(sorted(marker for marker in run.acknowledged if marker % 2 == 0), 50)
    async with httpx.AsyncClient(base_url=base, timeout=10) as http:
        for marker in chosen:
            headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": f"crash-{marker}"}
            answer = await http.post("/v1/inspections", json=inspection(marker, bridges), headers=headers)
            wrong += answer.json().get("inspection_id") != run.acknowledged[marker]
    return wrong


async def found(url: str) -> dict[int, list[str]]:
    """Return the identifiers that the database holds, by marker."""
    connection = await database.connect(url)
    try:
        rows = await connection.fetch("SELECT inspection_id, notes FROM inspections WHERE notes LIKE 'crash %'")
    finally:
        await connection.close()
    there: dict[int, list[str]] = {}
    for row in rows:
        there.setdefault(int(row["notes"].split()[1]), []).append(str(row["inspection_id"]))
    return there


def errors(log: str) -> str:
    """Return the last traceback of the service's log: an answer 500 is a fault, a database that is gone is a 503."""
    return log[max(log.rfind("Traceback"), 0) :][:4000]


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def crash(wanted: int, clients: int, seed: int) -> int:
    """Run the trial and return the exit code."""
    draw, run = random.Random(seed), Run(wanted)
    home = Path(tempfile.mkdtemp(prefix="gunmane-crash-"))
    home.chmod(0o755)  # PostgreSQL's own user must get through
    url, bridges, key = await settle(home)
    port = free_port()
    base, service = f"http://127.0.0.1:{port}", Service(home, port)
    try:
        await answers(base)
        begun = time.monotonic()
        killing = asyncio.create_task(killer(run, service, draw))
        try:
            async with asyncio.timeout(LIMIT_SECONDS), asyncio.TaskGroup() as group:
                for _ in range(clients):
                    group.create_task(client(run, base, key, bridges))
        except TimeoutError:
            print(f"not done within {LIMIT_SECONDS:.0f} s", file=sys.stderr)
        finally:
            killing.cancel()
        took = time.monotonic() - begun
        await asyncio.sleep(0.1)
        if service.process.poll() is not None:
            service.again()
        await answers(base)
        wrong = await repeated(run, base, key, bridges, draw)
        there = await found(url)
    except RuntimeError:
        print((home / "service.log").read_text(errors="replace")[-3000:], file=sys.stderr)
        raise
    finally:
        if run.refused["500"]:
            print(errors((home / "service.log").read_text(errors="replace")), file=sys.stderr)
        service.kill(signal.SIGTERM)
        shutil.rmtree(home, ignore_errors=True)
    return report(run, there, wrong, took, clients)


def report(run: Run, there: dict[int, list[str]], wrong: int, took: float, clients: int) -> int:
    """Print what was found and return the exit code."""
    missing = [marker for marker, one in run.acknowledged.items() if one not in there.get(marker, [])]
    twice = [marker for marker, ids in there.items() if len(ids) > 1]
    longest = sorted(run.outages)[-1]
    print(f"{len(run.acknowledged)} inspections acknowledged to {clients} clients in {took:.1f} s")
    print(f"killed: {dict(run.kills)}; {run.attempts} attempts, refused: {dict(run.refused)}")
    print(f"longest wait of one client for one acknowledgement: {longest:.1f} s")
    print(
        f"acknowledged and missing: {len(missing)}; there twice: {len(twice)}; repeated under another name: {wrong}"
    )
    return 1 if missing or twice or wrong or run.left or not run.kills else 0


if __name__ == "__main__":
    numbers = [int(text) for text in sys.argv[1:]]
    sys.exit(asyncio.run(crash(*[*numbers, *(5000, 8, 1)[len(numbers) :]])))
