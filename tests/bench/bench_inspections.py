"""Inspections through the API against the database's own limit, on the embedded server, durable commits.

    python -m tests.bench.bench_inspections [--seconds 6] [--rounds 3] [--batch 20000] [--assets 150000]

1. pgbench: 8 clients insert single rows of an inspection's size, each in a durable transaction of its own.
2. The service: 8 clients log single inspections over HTTP, with keys, plausibility, conditions and Idempotency-Key.
3. The service: batches of inspections as NDJSON, one a round.
4. The service: pages of the list by risk, with and without filters, one client; every asset has a score.

The rounds are interleaved; medians and the ratio to pgbench of the same run are printed. Load generator, service and
database share the machine.
"""

import argparse
import asyncio
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from gunmane.core.words import Role
from gunmane.store import access, database, pool
from gunmane.store.embedded import Embedded, binaries
from gunmane.store.ids import uuid7, uuid7_many

CLIENTS = 8
SCRIPT = """\
\\set n random(1, 1000000000)
INSERT INTO bench_rows VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'bridge', '2026-11-20',
    'road.periodic', 'road-soundness', 'II', '{"crack": "b"}', '東北点検 第一班', 'notes', now());
"""
TABLE = """
CREATE TABLE bench_rows (owner_id uuid, inspection_id uuid, asset_id uuid, asset_class text, inspected_on date,
    duty text, scale text, grade text, findings jsonb, inspector text, notes text, recorded_at timestamptz,
    PRIMARY KEY (owner_id, inspection_id))
"""


async def settle(url: str, count: int) -> tuple[str, list[UUID]]:
    """Make a town with bridges, each scored and inspected once before, and an engineer's key."""
    opened = await pool.open_pool(url, size=1)
    owner, assets = uuid7(), uuid7_many(count)
    async with pool.writing(opened) as conn:
        await access.operate(conn, [owner], [])
        await conn.execute(
            "INSERT INTO owners (owner_id, code, name, kind, origin) VALUES ($1, 'x', '架空市', 'municipality',"
            " 'simulated')",
            owner,
        )
        await conn.execute(
            "INSERT INTO assets (owner_id, asset_id, asset_class, number, built_year, built_precision, origin)"
            " SELECT $1, one, 'bridge', 'B-' || n, 1975, 'fiscal_year', 'simulated'"
            " FROM unnest($2::uuid[]) WITH ORDINALITY AS t (one, n)",
            owner,
            assets,
        )
        key = await access.create_key(conn, owner, Role.ENGINEER, "benchmark")
    await opened.close()
    admin = await database.connect(url)
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
    await admin.execute("ANALYZE")
    await admin.close()
    return key, assets


def pgbench(server: Embedded, folder: Path, seconds: float) -> float:
    """Insert single durable rows; rows per second."""
    script = folder / "insert.sql"
    script.write_text(SCRIPT)
    done = subprocess.run(
        [str(binaries() / "pgbench"), "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2", "-T",
         str(round(seconds)), "-f", str(script), server.url()],
        capture_output=True, check=True, text=True,
    )  # fmt: skip
    line = next(line for line in done.stdout.splitlines() if line.startswith("tps"))
    return float(line.split()[2])


class Client:
    """One keep-alive connection: as little work as possible, so that the service is what is measured."""

    def __init__(self, port: int, key: str) -> None:
        self.port = port
        self.head = (
            f"POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\nContent-Type: %s\r\n"
            "Idempotency-Key: %s\r\nContent-Length: %d\r\n\r\n"
        )

    async def open(self) -> None:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**27)

    async def get(self, path: str) -> tuple[int, bytes]:
        head = self.head.partition("Content-Type")[0].replace("POST", "GET") % path
        self.writer.write(head.encode() + b"\r\n")
        return await self._answer()

    async def post(self, path: str, kind: str, key: str, body: bytes) -> tuple[int, bytes]:
        self.writer.write((self.head % (path, kind, key, len(body))).encode() + body)
        return await self._answer()

    async def _answer(self) -> tuple[int, bytes]:
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        return int(head[9:12]), await self.reader.readexactly(length)


async def singles(port: int, key: str, assets: list[UUID], seconds: float) -> float:
    """Log single inspections of ever other assets from all clients; inspections per second."""
    count, end = 0, time.perf_counter() + seconds
    waiting = iter(assets)

    async def one(client: Client) -> None:
        nonlocal count
        await client.open()
        while time.perf_counter() < end:
            asset = next(waiting)
            body = json.dumps(
                {
                    "asset_id": str(asset), "inspected_on": "2026-11-20", "duty": "road.periodic",
                    "scale": "road-soundness", "grade": "II", "findings": {"crack": "b"},
                    "inspector": "東北点検 第一班", "notes": "notes",
                }
            ).encode()  # fmt: skip
            status, answer = await client.post("/v1/inspections", "application/json", str(asset), body)
            if status != 201:
                raise RuntimeError(answer.decode())
            count += 1

    started = time.perf_counter()
    await asyncio.gather(*(one(Client(port, key)) for _ in range(CLIENTS)))
    return count / (time.perf_counter() - started)


async def batch(port: int, key: str, assets: list[UUID]) -> float:
    """Log one inspection of each asset in one request; rows per second, decoding and answer included."""
    lines = "\n".join(
        f'{{"asset_id": "{asset}", "inspection_id": "{uuid7()}", "inspected_on": "2026-11-21",'
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
async def service(server: Embedded, home: Path) -> AsyncIterator[int]:
    """The service as `gunmane serve` starts it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    environment = {
        **os.environ, "DATABASE_URL": server.url("gunmane_app"), "GUNMANE_ADMIN_DATABASE_URL": server.url(),
        "GUNMANE_HOME": str(home), "PYTHONPATH": os.pathsep.join(sys.path),
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gunmane", "serve", "--port", str(port), env=environment, stdout=subprocess.DEVNULL
    )
    while True:
        try:
            client = Client(port, "")
            await client.open()
            break
        except OSError:
            await asyncio.sleep(0.1)
    await asyncio.sleep(1)
    try:
        yield port
    finally:
        process.terminate()
        await process.wait()


async def main(options: Any) -> None:
    home = Path(tempfile.mkdtemp(prefix="gunmane-bench-"))
    home.chmod(0o755)
    server = Embedded(home)
    server.start()
    try:
        await database.ensure_database(server)
        await database.migrate(server.url())
        await database.grant_login(server)
        key, assets = await settle(server.url(), options.assets)
        async with service(server, home) as port:
            await run(options, server, home, port, key, assets)
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


async def run(options: Any, server: Embedded, home: Path, port: int, key: str, assets: list[UUID]) -> None:
    limits: list[float] = []
    rates: list[float] = []
    batches: list[float] = []
    at = 0
    await singles(port, key, assets[-1000:], 1)  # statements get prepared
    for number in range(options.rounds):
        limits.append(await asyncio.to_thread(pgbench, server, home, options.seconds))
        part = assets[at : at + 20_000]
        at += 20_000
        rates.append(await singles(port, key, part, options.seconds))
        batches.append(await batch(port, key, assets[at - 20_000 : at][: options.batch]))
        print(f"round {number + 1}: pgbench {limits[-1]:8.0f}/s   service {rates[-1]:8.0f}/s   "
              f"ratio {rates[-1] / limits[-1]:.2f}   batch {batches[-1]:8.0f} rows/s", flush=True)  # fmt: skip
    limit, rate = statistics.median(limits), statistics.median(rates)
    print(f"single inspections, {CLIENTS} clients, medians: pgbench {limit:.0f}/s, service {rate:.0f}/s, "
          f"ratio {rate / limit:.2f} (wanted: 0.70)")  # fmt: skip
    print(f"batches of {options.batch}: median {statistics.median(batches):.0f} rows/s (wanted: 50000)")
    for path in ("/v1/assets", "/v1/assets?grade=II", "/v1/assets?text=77", "/v1/risks", "/v1/inspections"):
        median, high = await pages(port, key, path)
        print(f"{path} among {len(assets)} assets: median {median:.1f} ms, p95 {high:.1f} ms (wanted: 100)")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--seconds", type=float, default=6)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--batch", type=int, default=20_000)
    arguments.add_argument("--assets", type=int, default=150_000)
    asyncio.run(main(arguments.parse_args()))
