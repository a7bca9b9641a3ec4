"""Inspections through the API against the database's own limit, on the embedded server, durable commits.

    python -m tests.bench.bench_inspections [--seconds 6] [--rounds 3] [--batch 20000] [--assets 150000]

1. pgbench, the limit: 8 clients, prepared statements, each row in a durable transaction of its own (fsync and
   synchronous_commit are on, which is checked). Two rivals:
   *plain*: INSERT of a row of an inspection's size into a table with a primary key and nothing else, as superuser.
   *same*: INSERT of one row into the table `inspections` itself, as the service's role: its row-level security, its
   foreign keys, its indexes, a random asset of an owner of its own with as many assets. The row-level settings are
   given once for the session. No key is checked, nothing is judged, no condition moves, no answer is kept.
2. The service: 8 clients of one owner, each with a key of its own, log single inspections of random assets over HTTP,
   with key check, plausibility, condition and the answer kept under an Idempotency-Key. Then 8 clients of 8 owners,
   which share nothing, and so no transaction.
   At the end inspections that raise a doubt (two grades worse), which take the longer way through the rules.
3. HTTP alone: the same web server before an application that does nothing but know its keys, same clients.
4. The service: batches of inspections of assets in random order as NDJSON, one a round, in one transaction. Their
   limit: COPY BINARY of as many rows into the very table, with its keys and indexes, as superuser.
5. The service: pages of the list by risk, with and without filters, one client; every asset has a score.

Nothing is measured before the service has written the words by which new assets are found, which is done once after
an import (`jobs.words`), and before a checkpoint after that. The rounds are interleaved; medians and the ratios to
pgbench of the same run are printed, and the processor time of each part. Load generator, service and database share
the machine.
"""

import argparse
import asyncio
import json
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import uvloop
from msgspec import Struct
from tests.bench.clients import Client, closed_loop, own_seconds, processor_seconds

from gunmane.core.words import Role
from gunmane.store import access, database, pool
from gunmane.store.embedded import Embedded, binaries
from gunmane.store.ids import uuid7, uuid7_many

CLIENTS = 8
SMALL = 4_000
"""Assets of each of the owners that share nothing."""
PLAIN = """\
INSERT INTO bench_rows VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'bridge', '2026-11-20',
    'road.periodic', 'road-soundness', 'II', '{"crack": "b"}', '東北点検 第一班', 'notes', now());
"""
SAME = """\
\\set n random(1, %d)
INSERT INTO inspections (owner_id, inspection_id, asset_id, asset_class, inspected_on, duty, scale, grade, findings,
    inspector, notes, origin)
VALUES ('%s', gen_random_uuid(), ('00000000-0000-7000-8000-' || lpad(to_hex(:n::integer), 12, '0'))::uuid, 'bridge',
    '2026-11-20', 'road.periodic', 'road-soundness', 'II', '{"crack": "b"}', '東北点検 第一班', 'notes', 'simulated');
"""
TABLE = """
CREATE TABLE bench_rows (owner_id uuid, inspection_id uuid, asset_id uuid, asset_class text, inspected_on date,
    duty text, scale text, grade text, findings jsonb, inspector text, notes text, recorded_at timestamptz,
    PRIMARY KEY (owner_id, inspection_id))
"""


class Owner(Struct):
    """An owner with assets in random order and a key for each client."""

    owner_id: UUID
    assets: list[UUID]
    keys: list[str]


class World(Struct):
    """Who is there: the town that is measured, pgbench's, and eight small ones."""

    town: Owner
    rival: Owner
    small: list[Owner]


async def settle_owner(opened: pool.Pool, code: str, assets: list[UUID], keys: int) -> Owner:
    """Make an owner with bridges and engineers' keys."""
    owner = uuid7()
    async with pool.writing(opened) as conn:
        await access.operate(conn, [owner], [])
        await conn.execute(
            "INSERT INTO owners (owner_id, code, name, kind, origin) VALUES ($1, $2, '架空市', 'municipality',"
            " 'simulated')",
            owner,
            code,
        )
        await conn.execute(
            "INSERT INTO assets (owner_id, asset_id, asset_class, number, built_year, built_precision, origin)"
            " SELECT $1, one, 'bridge', 'B-' || n, 1975, 'fiscal_year', 'simulated'"
            " FROM unnest($2::uuid[]) WITH ORDINALITY AS t (one, n)",
            owner,
            assets,
        )
        made = [await access.create_key(conn, owner, Role.ENGINEER, "benchmark") for _ in range(keys)]
    random.Random(1).shuffle(assets)
    return Owner(owner, assets, made)


async def settle(url: str, count: int) -> World:
    """Make the owners, each of their assets scored and inspected once before."""
    opened = await pool.open_pool(url, size=1)
    town = await settle_owner(opened, "town", uuid7_many(count), CLIENTS)
    numbered = [UUID(f"00000000-0000-7000-8000-{n:012x}") for n in range(1, count + 1)]
    rival = await settle_owner(opened, "rival", numbered, 0)
    small = [await settle_owner(opened, f"small-{n}", uuid7_many(SMALL), 1) for n in range(CLIENTS)]
    await opened.close()
    admin = await database.connect(url)
    for name in ("fsync", "synchronous_commit"):
        if await admin.fetchval(f"SHOW {name}") != "on":
            raise RuntimeError(f"{name} is off: nothing durable can be measured")
    await admin.execute(TABLE)
    await admin.execute(
        "INSERT INTO risks (owner_id, asset_id, asset_class, consequence_yen, loss_yen_per_year, likelihood_band,"
        " consequence_band, run_id) SELECT owner_id, asset_id, asset_class, 1e7, exp(12 * random()), 3, 3, asset_id"
        " FROM assets"
    )
    await admin.execute(
        "INSERT INTO inspections (owner_id, inspection_id, asset_id, asset_class, inspected_on, duty, scale, grade,"
        " origin) SELECT owner_id, gen_random_uuid(), asset_id, asset_class, '2021-06-01', 'road.periodic',"
        " 'road-soundness', 'II', 'simulated' FROM assets"
    )
    await admin.execute(
        "INSERT INTO conditions (owner_id, asset_id, asset_class, scale, grade, inspected_on, inspection_id)"
        " SELECT owner_id, asset_id, asset_class, scale, grade, inspected_on, inspection_id FROM inspections"
    )
    await admin.execute("VACUUM ANALYZE")
    await admin.execute("CHECKPOINT")
    await admin.close()
    return World(town, rival, small)


def pgbench(server: Embedded, folder: Path, seconds: float, script: str, user: str, options: str = "") -> float:
    """Insert single durable rows; rows per second."""
    file = folder / "insert.sql"
    file.write_text(script)
    done = subprocess.run(
        [str(binaries() / "pgbench"), "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2", "-T",
         str(round(seconds)), "-f", str(file), server.url(user)],
        capture_output=True, check=False, text=True, env={**os.environ, "PGOPTIONS": options},
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr)
    line = next(line for line in done.stdout.splitlines() if line.startswith("tps"))
    return float(line.split()[2])


def plain(server: Embedded, folder: Path, seconds: float) -> float:
    """Insert into a table with a primary key and nothing else."""
    return pgbench(server, folder, seconds, PLAIN, "postgres")


def same(server: Embedded, folder: Path, seconds: float, rival: Owner) -> float:
    """Insert into the service's own table as the service's role."""
    settings = f"-c gm.write={rival.owner_id} -c gm.own={rival.owner_id}"
    script = SAME % (len(rival.assets), rival.owner_id)
    return pgbench(server, folder, seconds, script, "gunmane_app", settings)


def inspection(asset: UUID, day: date, grade: str) -> bytes:
    """Write an inspection as it is sent."""
    return json.dumps(
        {
            "asset_id": str(asset), "inspected_on": day.isoformat(), "duty": "road.periodic",
            "scale": "road-soundness", "grade": grade, "findings": {"crack": "b"}, "inspector": "東北点検 第一班",
            "notes": "notes",
        }
    ).encode()  # fmt: skip


def requests(port: int, key: str, assets: list[UUID], day: date, grade: str = "II") -> list[bytes]:
    """Make the requests of one client, one an asset."""
    client = Client(port, key)
    return [
        client.request("/v1/inspections", "application/json", f"{asset}-{day}", inspection(asset, day, grade))
        for asset in assets
    ]


async def batch(port: int, key: str, assets: list[UUID], day: date) -> float:
    """Log one inspection of each asset in one request; rows per second, decoding and answer included."""
    lines = "\n".join(
        f'{{"asset_id": "{asset}", "inspection_id": "{uuid7()}", "inspected_on": "{day}",'
        f' "duty": "road.periodic",'
        f' "scale": "road-soundness", "grade": "II", "inspector": "東北点検 第一班"}}'
        for asset in assets
    ).encode()
    client = Client(port, key)
    await client.open()
    started = time.perf_counter()
    status, answer = await client.post("/v1/inspections/batch", "application/x-ndjson", str(uuid7()), lines)
    seconds = time.perf_counter() - started
    if status != 200 or json.loads(answer)["logged"] != len(assets):
        raise RuntimeError(answer[:2000].decode())
    client.writer.close()
    return len(assets) / seconds


async def copied(admin: asyncpg.Connection, rival: Owner, count: int, number: int) -> float:
    """Copy inspections into the table itself, as many as a batch has; rows per second."""
    day, now, owner = date(2020, 1, 1) + timedelta(days=number), datetime.now(UTC), rival.owner_id
    rows = [
        (owner, uuid7(), asset, "bridge", day, "road.periodic", "road-soundness", "II", "東北点検 第一班", "api", now)
        for asset in random.Random(number).sample(rival.assets, count)
    ]
    columns = [
        "owner_id", "inspection_id", "asset_id", "asset_class", "inspected_on", "duty", "scale", "grade", "inspector",
        "origin", "recorded_at",
    ]  # fmt: skip
    started = time.perf_counter()
    await admin.copy_records_to_table("inspections", records=rows, columns=columns)
    return count / (time.perf_counter() - started)


async def http_alone(sent: list[list[bytes]], keys: list[str], seconds: float) -> float:
    """Send the same requests to the web server with nothing behind it; requests per second."""
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.http_limit", str(port), *keys]
    served = await asyncio.create_subprocess_exec(*command)
    try:
        while True:
            try:
                (await asyncio.open_connection("127.0.0.1", port))[1].close()
                break
            except OSError:
                await asyncio.sleep(0.1)
        return await closed_loop(port, sent, seconds)
    finally:
        served.terminate()
        await served.wait()


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def pages(port: int, key: str, path: str, times: int = 60) -> tuple[float, float]:
    """Read a list from its start, page after page; median and 95th percentile in milliseconds."""
    client = Client(port, key)
    await client.open()
    waits: list[float] = []
    address: str | None = path
    for _ in range(times):
        started = time.perf_counter()
        status, answer = await client.get(address or path)
        waits.append((time.perf_counter() - started) * 1000)
        if status != 200:
            raise RuntimeError(answer.decode())
        address = json.loads(answer)["next"]
    client.writer.close()
    return statistics.median(waits), statistics.quantiles(waits, n=20)[-1]


@asynccontextmanager
async def service(server: Embedded, home: Path) -> AsyncGenerator[int]:
    """The service as `gunmane serve` starts it: its port."""
    async with process(server, home) as (port, _):
        yield port


@asynccontextmanager
async def process(server: Embedded, home: Path) -> AsyncGenerator[tuple[int, int]]:
    """The service as `gunmane serve` starts it: its port and its process."""
    port = free_port()
    environment = {
        **os.environ, "DATABASE_URL": server.url("gunmane_app"), "GUNMANE_ADMIN_DATABASE_URL": server.url(),
        "GUNMANE_HOME": str(home), "PYTHONPATH": os.pathsep.join(sys.path),
    }  # fmt: skip
    served = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gunmane", "serve", "--port", str(port), env=environment, stdout=subprocess.DEVNULL
    )
    try:
        while True:
            try:
                client = Client(port, "")
                await client.open()
                if (await client.get("/ready"))[0] == 200:
                    break
            except OSError:
                await asyncio.sleep(0.1)
        client.writer.close()
        yield port, served.pid
    finally:
        served.terminate()
        await served.wait()


async def main(options: Any) -> None:
    home = Path(tempfile.mkdtemp(prefix="gunmane-bench-"))
    home.chmod(0o755)
    server = Embedded(home)
    server.start()
    try:
        await database.ensure_database(server)
        await database.migrate(server.url())
        await database.grant_login(server)
        world = await settle(server.url(), options.assets)
        async with process(server, home) as (port, served):
            await run(options, server, home, port, served, world)
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


async def settled(admin: asyncpg.Connection) -> None:
    """Wait until the service has done what follows an import: the words of the assets."""
    started = time.perf_counter()
    while await admin.fetchval("SELECT count(*) FROM unworded_owners()"):
        await asyncio.sleep(0.2)
    assets = await admin.fetchval("SELECT count(*) FROM assets")
    print(f"words of {assets} assets written in {time.perf_counter() - started:.0f} s", flush=True)
    await admin.execute("VACUUM ANALYZE")
    await admin.execute("CHECKPOINT")


class Figures(Struct):
    """What the rounds measured, per second; `processor` is microseconds of service, PostgreSQL and clients a row,
    `rivals` those of PostgreSQL under pgbench.
    """

    plain: list[float] = []
    same: list[float] = []
    singles: list[float] = []
    apart: list[float] = []
    alone: list[float] = []
    copies: list[float] = []
    batches: list[float] = []
    processor: list[tuple[float, float, float]] = []
    rivals: list[tuple[float, float]] = []


async def run(options: Any, server: Embedded, home: Path, port: int, served: int, world: World) -> None:
    town, found, day = world.town, Figures(), date(2024, 1, 1)
    postmaster = int((server.data / "postmaster.pid").read_text().split()[0])
    share = len(town.assets) // CLIENTS
    parts = [town.assets[n * share : (n + 1) * share] for n in range(CLIENTS)]

    def prepared(day: date, grade: str = "II") -> list[list[bytes]]:
        return [requests(port, key, part, day, grade) for key, part in zip(town.keys, parts, strict=True)]

    def apart(day: date) -> list[list[bytes]]:
        return [requests(port, owner.keys[0], owner.assets, day) for owner in world.small]

    admin = await database.connect(server.url())
    await settled(admin)
    await closed_loop(port, prepared(day), 1)  # statements get prepared
    await closed_loop(port, apart(day), 1)
    for number in range(options.rounds):
        day += timedelta(days=100)
        marks = [processor_seconds(postmaster)]
        found.plain.append(await asyncio.to_thread(plain, server, home, options.seconds))
        marks.append(processor_seconds(postmaster))
        found.same.append(await asyncio.to_thread(same, server, home, options.seconds, world.rival))
        marks.append(processor_seconds(postmaster))
        spent = [(end - start) / options.seconds * 1e6 for start, end in pairwise(marks)]
        found.rivals.append((spent[0] / found.plain[-1], spent[1] / found.same[-1]))
        sent = prepared(day)
        before = processor_seconds(served), processor_seconds(postmaster), own_seconds()
        rate = await closed_loop(port, sent, options.seconds)
        after = processor_seconds(served), processor_seconds(postmaster), own_seconds()
        found.singles.append(rate)
        rows = rate * options.seconds
        used = [(end - start) / rows * 1e6 for start, end in zip(before, after, strict=True)]
        found.processor.append((used[0], used[1], used[2]))
        found.apart.append(await closed_loop(port, apart(day), min(options.seconds, 3)))
        found.alone.append(await http_alone(sent, town.keys, min(options.seconds, 3)))
        found.copies.append(await copied(admin, world.rival, options.batch, number))
        picked = random.Random(number).sample(town.assets, options.batch)
        found.batches.append(await batch(port, town.keys[0], picked, day + timedelta(days=1)))
        print(f"round {number + 1}: pgbench plain {found.plain[-1]:6.0f}/s, same table {found.same[-1]:6.0f}/s   "
              f"service {rate:6.0f}/s (8 owners {found.apart[-1]:6.0f}/s)   HTTP alone {found.alone[-1]:6.0f}/s   "
              f"batch {found.batches[-1]:6.0f} rows/s, bare COPY {found.copies[-1]:6.0f}   "
              f"processor µs a row: service {used[0]:.0f}, PostgreSQL {used[1]:.0f}, clients {used[2]:.0f}",
              flush=True)  # fmt: skip
    await admin.close()
    report(options, found)
    rate = await closed_loop(port, prepared(day + timedelta(days=2), "IV"), min(options.seconds, 3))
    print(f"single inspections that raise a doubt, {CLIENTS} clients of one owner: {rate:.0f}/s")
    for path in ("/v1/assets", "/v1/assets?grade=II", "/v1/assets?text=77", "/v1/risks", "/v1/inspections"):
        median, high = await pages(port, town.keys[0], path)
        print(f"{path} among {options.assets} assets: median {median:.1f} ms, p95 {high:.1f} ms (wanted: 100)")


def report(options: Any, found: Figures) -> None:
    """Print medians and ratios."""
    limit, whole, rate, apart, rows, alone, copies = (
        statistics.median(values)
        for values in (
            found.plain, found.same, found.singles, found.apart, found.batches, found.alone, found.copies,
        )
    )  # fmt: skip
    print(f"single inspections, {CLIENTS} clients of one owner, medians: service {rate:.0f}/s; "
          f"pgbench plain {limit:.0f}/s, ratio {rate / limit:.2f}; "
          f"pgbench into the same table {whole:.0f}/s, ratio {rate / whole:.2f} (wanted: 0.70)")  # fmt: skip
    print(f"{CLIENTS} clients of {CLIENTS} owners: service {apart:.0f}/s, "
          f"ratio to the same table {apart / whole:.2f}")  # fmt: skip
    used = [statistics.median(one) for one in zip(*found.processor, strict=True)]
    print(f"processor time of a single inspection: service {used[0]:.0f} µs, PostgreSQL {used[1]:.0f} µs, "
          f"clients {used[2]:.0f} µs, on {os.cpu_count()} cores")  # fmt: skip
    used = [statistics.median(one) for one in zip(*found.rivals, strict=True)]
    print(f"processor time of PostgreSQL under pgbench: plain {used[0]:.0f} µs, same table {used[1]:.0f} µs a row")
    print(f"HTTP alone, same clients: {alone:.0f}/s; service {rate / alone:.2f} of it")
    print(f"batches of {options.batch}: median {rows:.0f} rows/s (wanted: 50000); bare COPY into the table "
          f"{copies:.0f} rows/s, ratio {rows / copies:.2f}")  # fmt: skip


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--seconds", type=float, default=6)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--batch", type=int, default=20_000)
    arguments.add_argument("--assets", type=int, default=150_000)
    uvloop.run(main(arguments.parse_args()))
