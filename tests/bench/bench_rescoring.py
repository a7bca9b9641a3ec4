"""Scoring a whole region anew: read, fit, score, write back, against a bare COPY out and in of the same rows.

    python -m tests.bench.bench_rescoring [ASSETS]
    python -m tests.bench.bench_rescoring REGION.TOML HOME     (a region built before, in its data folder)

Bare COPY, in the same run: assets, inspections and repairs out to memory in PostgreSQL's binary format, and the risks
out and in again into a table without any index, constraint or row-level security. Wanted: at most 3 times that.
"""

import asyncio
import io
import shutil
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

from tests.bench.bench_import import server_cpu

from gunmane.cli.bulk import few_collections
from gunmane.core.assess.fleets import Fleet
from gunmane.core.assess.models import Assessed, assess
from gunmane.core.assess.risks import region_risk, region_totals
from gunmane.core.assess.stock import year_ends
from gunmane.core.calendar import fiscal_year
from gunmane.core.regions import RegionFile
from gunmane.core.stock import OwnerFacts
from gunmane.core.words import AssetClass
from gunmane.files import reference
from gunmane.files.regions import read_region
from gunmane.flows.build.save import Reasons, risk_batches
from gunmane.flows.imports import import_region
from gunmane.flows.simulate import simulate
from gunmane.store import access, database, fleets, memberships, pool, scores
from gunmane.store.embedded import Embedded
from gunmane.store.ids import uuid7

Owners = list[tuple[Any, OwnerFacts]]


class Clock:
    """Time, own processor time and the server's since the last look."""

    def __init__(self, server: Embedded) -> None:
        self.server = server
        self.look = self._now()
        self.total = 0.0

    def _now(self) -> tuple[float, float, float]:
        return time.perf_counter(), time.process_time(), server_cpu(self.server)

    def lap(self, name: str) -> None:
        """Print one step."""
        now = self._now()
        took, own, server = (b - a for a, b in zip(self.look, now, strict=True))
        self.look, self.total = now, self.total + took
        print(f"{name:<22}{took:7.2f} s   processor: own {own:6.2f} s, server {server:6.2f} s", flush=True)


async def rescore(opened: pool.Pool, owners: Owners, day: date, seed: int, clock: Clock) -> int:
    """Score every asset of the owners anew and replace its risks; return how many there are."""
    ids = [owner_id for owner_id, _ in owners]
    async with pool.reading(opened) as conn:
        await access.operate(conn, ids, [])
        found = await fleets.read_fleets(conn, tuple(AssetClass), owners, day)
    clock.lap("read")
    ends = year_ends(day, fiscal_year(day) + 1, 10)
    parts: list[tuple[Fleet, list[Assessed]]] = [
        (
            fleet,
            assess(
                fleet,
                reference.scales(),
                reference.priors(),
                reference.covariates(),
                as_of=day,
                ends=ends,
                seed=seed,
                version="b",
            ),
        )
        for fleet in found
    ]
    clock.lap("fit and forecast")
    risk = region_risk(parts, reference.consequences())
    clock.lap("score")
    run_id, count = uuid7(), 0
    loss = asyncio.create_task(asyncio.to_thread(region_totals, risk, len(owners), seed))  # beside, as in a build
    async with pool.writing(opened) as conn:
        await access.operate(conn, ids, [])
        await scores.begin(conn)
        reasons = Reasons(risk)
        for fleet, part in zip(found, risk.parts, strict=True):
            batches = risk_batches(fleet, part, risk, reasons, ids)
            count += await scores.replace_risks(conn, ids, fleet.asset_class, run_id, batches)
    await loss
    clock.lap("write back, totals")
    return count


async def bare(server: Embedded, clock: Clock) -> float:
    """Copy the same rows out, and the risks in; return the seconds."""
    connection: Any = await database.connect(server.url())
    for table in ("assets", "inspections", "repairs"):
        await connection.copy_from_query(f"SELECT * FROM {table}", output=io.BytesIO(), format="binary")
    clock.lap("bare COPY out")
    out = clock.total
    data = io.BytesIO()
    await connection.copy_from_query("SELECT * FROM risks", output=data, format="binary")
    await connection.execute("CREATE TABLE bare AS SELECT * FROM risks LIMIT 0")
    data.seek(0)
    clock.lap("(risks to memory)")
    clock.total = out
    await connection.copy_to_table("bare", source=data, format="binary")
    clock.lap("bare COPY in")
    await connection.execute("DROP TABLE bare")
    await connection.close()
    return clock.total


async def measure(server: Embedded, region: Path, made: bool) -> None:
    """Import unless that is done, score twice (the second time replaces), compare."""
    await database.ensure_database(server)
    await database.migrate(server.url())
    await database.grant_login(server)
    file: RegionFile = read_region(region)
    day = file.region.as_of or date(2026, 9, 30)
    opened = await pool.open_pool(server.url("gunmane_app"), size=2)
    if not made:
        await import_region(opened, file, region.parent, as_of=day, today=day)
    async with pool.writing(opened) as conn:
        saved = await memberships.identify(conn, file)
        await access.operate(conn, list(saved.owners.values()), [])
        await fleets.refresh_statistics(conn)
    owners = [(saved.owners[code], OwnerFacts(code=code, name=code)) for code in sorted(saved.owners)]
    ours = 0.0
    for turn in ("first", "again"):
        print(turn)
        clock = Clock(server)
        count = await rescore(opened, owners, day, 1, clock)
        print(f"{count:,} risks: {clock.total:.2f} s")
        ours = clock.total
    await opened.close()
    copied = await bare(server, Clock(server))
    print(f"rescoring / bare COPY: {ours / copied:.2f}")


def main(words: list[str]) -> None:
    few_collections()
    if len(words) == 2:
        server = Embedded(Path(words[1]))
        server.start()
        try:
            asyncio.run(measure(server, Path(words[0]), True))
        finally:
            server.stop()
        return
    work = Path(tempfile.mkdtemp(prefix="gunmane-bench-"))
    work.chmod(0o755)
    made = simulate(work / "r", 5, int(words[0]) if words else 100_000, 1)
    server = Embedded(work / "home")
    server.start()
    try:
        asyncio.run(measure(server, made.region, False))
    finally:
        server.stop()
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1:])
