"""Pages, lists and maps of a large region: 8 clients without pauses, one service process, one embedded database.

    python -m tests.bench.bench_pages [--assets 1000000] [--requests 160] [--only KIND] [--home DIR]

Load generator, service and database share the machine. Prints median, 95th percentile and maximum of each kind of
request; wanted is a 95th percentile under 100 ms. `--home` keeps the region for the next run.
"""

import argparse
import asyncio
import os
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import numpy as np
from tests.bench.bench_inspections import service
from tests.bench.region_rows import Made, make

from gunmane.core.geometry import to_tile
from gunmane.http.cursors import pack
from gunmane.jobs import words
from gunmane.store import database, pool
from gunmane.store.embedded import Embedded

CLIENTS = 8
WANTED_MS = 100.0

Ask = Callable[[random.Random], str]


class Client:
    """One keep-alive connection of a signed-in browser that also has its key in a header."""

    def __init__(self, port: int, key: str) -> None:
        self.port = port
        self.head = (
            f"GET %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\nCookie: gunmane_key={key}\r\n\r\n"
        )

    async def open(self) -> None:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**27)

    async def get(self, path: str) -> tuple[int, bytes]:
        self.writer.write((self.head % path).encode())
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        return int(head[9:12]), await self.reader.readexactly(length)


def kinds(made: Made) -> Iterator[tuple[str, Ask]]:
    """Name the kinds of requests with how to make one."""
    base, count = f"/regions/{made.region_id}", len(made.assets)

    def deep(chance: random.Random) -> tuple[float, str]:
        at = chance.randrange(count)
        return made.losses[at], str(made.assets[at])

    def after(chance: random.Random) -> str:
        loss, asset = deep(chance)
        return f"after={loss!r}_{asset}"

    def cursor(chance: random.Random) -> str:
        at = chance.randrange(count)
        return "cursor=" + pack(made.losses[at], made.assets[at])

    def some(*values: str) -> Callable[[random.Random], str]:
        return lambda chance: quote(chance.choice(values))

    classes = some("bridge", "tunnel", "pavement", "sewer_pipe", "manhole", "water_pipe", "septic")
    owner = some(*(f"9920{k}1" for k in range(5)))
    yield "start page", lambda r: base
    yield "start page, class", lambda r: f"{base}?class={classes(r)}"
    yield "start page, owner", lambda r: f"{base}?owner={owner(r)}"
    yield "start page, loss", lambda r: f"{base}?band={r.randint(1, 5)}"
    yield "start page, all filters", lambda r: f"{base}?class={classes(r)}&owner={owner(r)}&band={r.randint(1, 5)}"
    yield "start page, deep", lambda r: f"{base}?{after(r)}"
    yield "start page, class, deep", lambda r: f"{base}?class={classes(r)}&{after(r)}"
    yield "asset page", lambda r: f"{base}/assets/{r.choice(made.assets)}"
    yield "due list", lambda r: f"{base}/due"
    yield "due list, state", lambda r: f"{base}/due?state={r.choice(('overdue', 'in_window', 'unknown_anchor'))}"
    yield "due list, class", lambda r: f"{base}/due?class={classes(r)}&state=overdue"
    yield "due list, month", lambda r: f"{base}/due?month=2026-{r.randint(10, 12)}"
    yield "due list, engineer", lambda r: f"{base}/due?month=2026-11&engineer={owner(r)}-1"
    yield "due list, deep", lambda r: f"{base}/due?after=20{r.randint(22, 29)}-05-28_{deep(r)[1]}_x"
    v1 = "/v1/assets"
    yield "assets by risk", lambda r: v1
    yield "assets by risk, deep", lambda r: f"{v1}?{cursor(r)}"
    yield "assets, class", lambda r: f"{v1}?asset_class={classes(r)}"
    yield "assets, class, deep", lambda r: f"{v1}?asset_class={classes(r)}&{cursor(r)}"
    yield "assets, grade", lambda r: f"{v1}?grade={quote(r.choice(('I', 'II', 'III', 'IV', 'A', '不適正')))}"
    yield "assets, class and worst grade", lambda r: f"{v1}?asset_class=bridge&grade=IV"
    yield "assets, scale", lambda r: f"{v1}?scale={r.choice(('road-soundness', 'sewer-urgency'))}"
    yield "assets, status", lambda r: f"{v1}?status={r.choice(('suspended', 'in_service', 'closed'))}"
    yield "assets, due state", lambda r: f"{v1}?due={r.choice(('overdue', 'unknown_anchor'))}"
    yield "assets, municipality", lambda r: f"{v1}?municipality={owner(r)}"
    yield "assets, text (number)", lambda r: f"{v1}?text={r.randint(1, 999_999):06}"
    yield "assets, text (name)", lambda r: f"{v1}?text={quote(f'第{r.randint(1, 90_000)}号')}"
    yield "assets, text (none)", lambda r: f"{v1}?text=zz{r.randint(1, 99)}"
    yield "assets, owner", lambda r: f"{v1}?owner={r.choice(made.owners)}"
    yield "assets by identity", lambda r: f"{v1}?sort=identity"
    yield "assets by identity, deep", lambda r: f"{v1}?sort=identity&cursor={pack(r.choice(made.assets))}"
    yield "assets, limit 1000", lambda r: f"{v1}?limit=1000"
    for side in (0.002, 0.02, 0.2, 2.0):
        yield f"assets, box {side}°", lambda r, side=side: f"{v1}?bbox={box(made, r, side)}"
        yield f"geojson, box {side}°", lambda r, side=side: f"{v1}.geojson?bbox={box(made, r, side)}"
        yield (
            f"geojson, box {side}°, class",
            lambda r, side=side: f"{v1}.geojson?asset_class={classes(r)}&bbox={box(made, r, side)}",
        )
        yield (
            f"features, box {side}°",
            lambda r, side=side: f"/ogc/collections/{classes(r)}/items?bbox={box(made, r, side)}",
        )
    yield "due items", lambda r: "/v1/due"
    yield "due items, state and class", lambda r: f"/v1/due?state=overdue&asset_class={classes(r)}"
    yield "risks, deep", lambda r: f"/v1/risks?{cursor(r)}"
    yield "tallies", lambda r: "/v1/tallies"
    for zoom in range(5, 17):
        yield f"tile {zoom}", lambda r, zoom=zoom: f"{base}/tiles/{tile(made, r, zoom)}"
    yield "tile 11, class", lambda r: f"{base}/tiles/{tile(made, r, 11)}?class={classes(r)}"
    yield "tile 14, all filters", lambda r: f"{base}/tiles/{tile(made, r, 14)}?class={classes(r)}&band=3"


def box(made: Made, chance: random.Random, side: float) -> str:
    """A box around an asset."""
    x, y = chance.choice(made.places)
    return f"{x - side / 2:.5f},{y - side / 2:.5f},{x + side / 2:.5f},{y + side / 2:.5f}"


def tile(made: Made, chance: random.Random, zoom: int) -> str:
    """The tile in which an asset lies."""
    x, y = to_tile(np.array([chance.choice(made.places)]), zoom, 0, 0)[0] // 4096
    return f"{zoom}/{int(x)}/{int(y)}"


def spent(root: int, without: int = 0) -> float:
    """Processor milliseconds that a process and all below it (but for one branch) have used so far."""
    parents: dict[int, int] = {}
    used: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(path.parent.name)] = int(fields[1])
        used[int(path.parent.name)] = sum(map(int, fields[11:15]))
    family, grown = {root}, True
    while grown:
        below = {child for child, parent in parents.items() if parent in family and child != without}
        grown = not below <= family
        family |= below
    return sum(used.get(one, 0) for one in family) * 1000 / os.sysconf("SC_CLK_TCK")


def postmaster(home: Path) -> int:
    """The database's first process."""
    return int(next(home.glob("postgresql/data/postmaster.pid")).read_text().split()[0])


async def measure(port: int, key: str, ask: Ask, requests: int, seed: int) -> tuple[list[float], int]:
    """Send requests from all clients without a pause; milliseconds of each, and bytes received."""
    chance, waits, received = random.Random(seed), list[float](), 0
    left = iter([ask(chance) for _ in range(requests)])

    async def one() -> None:
        nonlocal received
        client = Client(port, key)
        await client.open()
        for path in left:
            started = time.perf_counter()
            status, body = await client.get(path)
            waits.append((time.perf_counter() - started) * 1000)
            received += len(body)
            if status != 200:
                raise RuntimeError(f"{path}: {status} {body[:300].decode(errors='replace')}")
        client.writer.close()

    await asyncio.gather(*(one() for _ in range(CLIENTS)))
    return waits, received


async def run(options: Any, home: Path, port: int, made: Made) -> None:
    print(f"{options.assets} assets, {CLIENTS} clients, {options.requests} requests of each kind (ms)")
    print("service, database: processor time of each for one request")
    print(f"{'':34} {'median':>8} {'p95':>8} {'max':>8} {'service':>8} {'database':>8} {'kB':>8}")
    base = postmaster(home)
    roots = ((os.getpid(), base), (base, 0))
    slow: list[str] = []
    for name, ask in kinds(made):
        if options.only not in name or (options.skip and options.skip in name):
            continue
        await measure(port, made.key, ask, CLIENTS * 2, 1)  # statements get prepared, pages of the disk read
        before, own = [spent(*root) for root in roots], time.process_time()
        waits, received = await measure(port, made.key, ask, options.requests, 2)
        own = (time.process_time() - own) * 1000
        served, stored = (
            (spent(*root) - was - mine) / len(waits)
            for root, was, mine in zip(roots, before, (own, 0.0), strict=True)
        )
        high = statistics.quantiles(waits, n=20)[-1]
        if high >= WANTED_MS:
            slow.append(name)
        print(
            f"{name:34} {statistics.median(waits):8.1f} {high:8.1f} {max(waits):8.1f}"
            f" {served:8.1f} {stored:8.1f} {received / len(waits) / 1000:8.1f}{'   <<' if high >= WANTED_MS else ''}",
            flush=True,
        )
    print(f"p95 of {WANTED_MS:.0f} ms or more: {', '.join(slow) or 'none'}")


async def main(options: Any) -> None:
    home = Path(options.home or tempfile.mkdtemp(prefix="gunmane-bench-"))
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o755)
    server = Embedded(home)
    server.start()
    kept = home / "made.json"
    try:
        await database.ensure_database(server)
        await database.migrate(server.url())
        await database.grant_login(server)
        if not kept.exists():
            started = time.perf_counter()
            kept.write_bytes(msgspec.json.encode(await make(server.url(), options.assets)))
            print(f"{options.assets} assets written in {time.perf_counter() - started:.0f} s", flush=True)
        opened, started = await pool.open_pool(server.url(), size=1), time.perf_counter()
        if await words.write(opened):
            print(f"words written in {time.perf_counter() - started:.0f} s", flush=True)
        await opened.close()
        made = msgspec.json.decode(kept.read_bytes(), type=Made)
        async with service(server, home) as port:
            await run(options, home, port, made)
    finally:
        server.stop()
        if not options.home:
            shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--assets", type=int, default=1_000_000)
    arguments.add_argument("--requests", type=int, default=160)
    arguments.add_argument("--only", default="")
    arguments.add_argument("--skip", default="")
    arguments.add_argument("--home", default="")
    asyncio.run(main(arguments.parse_args()))
