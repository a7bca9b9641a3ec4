"""Import of a ledger of a million assets against a bare COPY of the same rows, in the same run.

    python -m tests.bench.bench_import [ROWS]

The ledger is a CSV file in CP932 with Japanese headers, eras, fiscal years, units and positions. Bare COPY: the
imported rows, all columns, sent again from memory in PostgreSQL's binary (and text) format into a table without any
index, constraint or row-level security; that is the smallest work by which they can get into the database.
"""

import asyncio
import io
import os
import random
import resource
import shutil
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

from gunmane.core.regions import LedgerEntry, OwnerEntry, RegionEntry, RegionFile
from gunmane.core.words import AssetClass, OwnerKind
from gunmane.flows.imports import ImportOutcome, import_region
from gunmane.store import database, pool
from gunmane.store.embedded import Embedded

DAY = date(2026, 4, 1)
MATERIALS = ("ヒューム管", "硬質塩化ビニル管", "陶管", "強化プラスチック複合管", "ダクタイル鋳鉄管")
HEADER = "管渠番号,管種,管径(mm),延長(m),土被り(m),布設年度,路線名,排除方式,緯度,経度"


def write_ledger(path: Path, rows: int, changed: float = 0.0) -> None:
    """Write a ledger; `changed` is the share of rows whose length differs from the first edition's."""
    draw, other = random.Random(1), random.Random(2)
    with path.open("w", encoding="cp932", newline="") as file:
        file.write(HEADER + "\r\n")
        for number in range(1, rows + 1):
            year = draw.randint(1955, 2024)
            era = f"昭和{year - 1925}年度" if year < 1989 else f"H{year - 1988}" if year < 2019 else f"{year}年度"
            length = draw.randint(500, 9000) / 100 + (1 if other.random() < changed else 0)
            cells = (
                f"K{number:08d}", draw.choice(MATERIALS), f"{draw.choice((150, 200, 250, 300, 450, 600, 800))}",
                f"{length:.2f}", f"{draw.randint(80, 900) / 100:.2f}", era, f"市道{draw.randint(1, 4000)}号線",
                "合流" if draw.random() < 0.3 else "分流(汚水)", f"{38 + draw.random() * 0.1:.7f}",
                f"{140.6 + draw.random() * 0.1:.7f}",
            )  # fmt: skip
            file.write(",".join(cells) + "\r\n")


def server_cpu(server: Embedded) -> float:
    """Return the processor seconds that the server's processes have used (Linux): what other work can't blur."""
    assert server._process is not None
    ticks = 0
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # ended meanwhile
        if int(fields[1]) == server._process.pid:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


async def run(opened: pool.Pool, folder: Path, again: bool = False) -> tuple[float, ImportOutcome]:
    """Import the ledger of a folder and return the seconds."""
    entry = LedgerEntry(path="ledger.csv", asset_class=AssetClass.SEWER_PIPE)
    owner = OwnerEntry(code="042064", name="白石市", kind=OwnerKind.MUNICIPALITY, ledgers=(entry,))
    file = RegionFile(region=RegionEntry(name="bench", simulated=True), owners=(owner,))
    began = time.perf_counter()
    outcome = await import_region(opened, file, folder, as_of=DAY, today=DAY, again=again)
    return time.perf_counter() - began, outcome


async def bare_copy(server: Embedded, form: str) -> tuple[float, float]:
    """Return the seconds, and the server's processor seconds, of copying the imported rows into a bare table."""
    connection: Any = await database.connect(server.url())
    await connection.execute("SET synchronous_commit = on")
    await connection.execute("CREATE TABLE bare AS SELECT * FROM assets LIMIT 0")
    data = io.BytesIO()
    await connection.copy_from_query("SELECT * FROM assets", output=data, format=form)
    raw = data.getvalue()
    data.close()

    async def slices() -> Any:
        for start in range(0, len(raw), 1 << 22):
            yield raw[start : start + (1 << 22)]

    began, used = time.perf_counter(), server_cpu(server)
    await connection.copy_to_table("bare", source=slices(), format=form)
    took, used = time.perf_counter() - began, server_cpu(server) - used
    print(f"bare COPY {form:6}{took:7.2f} s   server's processor {used:6.2f} s   {len(raw) / 1e6:,.0f} MB")
    await connection.execute("DROP TABLE bare")
    await connection.close()
    return took, used


async def main(rows: int) -> None:
    """Print bare COPY, first import, unchanged import, import with 1 % changes, and the memory they took."""
    folder = Path(tempfile.mkdtemp(prefix="gunmane-bench-"))
    folder.chmod(0o755)
    server = Embedded(folder)
    server.start()
    try:
        await database.ensure_database(server)
        await database.migrate(server.url())
        await database.grant_login(server)
        opened = await pool.open_pool(server.url("gunmane_app"), size=2)
        write_ledger(folder / "ledger.csv", rows)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        used, own = server_cpu(server), time.process_time()
        took, outcome = await run(opened, folder)
        used, own = server_cpu(server) - used, time.process_time() - own
        one = outcome.ledgers[0]
        assert (one.added, one.rejected) == (rows, 0), one
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"import            {took:6.2f} s   {rows / took:,.0f} rows/s")
        print(f"  processor       {used:6.2f} s server   {own:.2f} s reading and encoding, at the same time")
        print(f"peak memory       {peak:6.0f} MB   ({before:.0f} MB before)")
        merging = server_cpu(server)
        same, outcome = await run(opened, folder, again=True)
        merging = server_cpu(server) - merging
        assert outcome.ledgers[0].unchanged == rows
        print(f"unchanged, read   {same:6.2f} s   {rows / same:,.0f} rows/s   {merging:.2f} s server")
        left, outcome = await run(opened, folder)
        assert outcome.ledgers[0].state == "identical"
        print(f"unchanged, left   {left:6.2f} s")
        write_ledger(folder / "ledger.csv", rows, changed=0.01)
        few, outcome = await run(opened, folder)
        print(f"1 % changed       {few:6.2f} s   {outcome.ledgers[0].changed:,} changed")
        assert outcome.ledgers[0].changed + outcome.ledgers[0].unchanged == rows
        await opened.close()
        copies = [await bare_copy(server, form) for form in ("binary", "text", "binary", "text")]
        for form, both in (("binary", copies[0::2]), ("text", copies[1::2])):
            wall, work = min(one[0] for one in both), min(one[1] for one in both)
            print(f"import / bare COPY ({form}): time {took / wall:.2f}   processor {max(used, own) / work:.2f}")
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
