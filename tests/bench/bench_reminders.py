"""The day's reminders out of 8,000,000 due rows: reading them, and all of making them.

Run: `python -m tests.bench.bench_reminders [rows] [owners]` (default 8000000 47: every septic system of the nation
with its prefecture). Simulated: one yearly inspection each, due dates even over the year, 5 % overdue up to a year.
Limit: 1 second for reading the day's due items of all owners; the rival in the same run is the plain condition on the
date, which reads every row.
"""

import asyncio
import os
import shutil
import sys
import tempfile
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median
from uuid import UUID

from gunmane.core.reminders.ladders import Audience, LadderBook, due_days
from gunmane.flows import reminders as flow
from gunmane.store import access, database, pool, reminders
from gunmane.store.ids import uuid7

TODAY = date(2026, 11, 25)  # a Wednesday
ROLES = [Audience.OFFICER, Audience.SUPERIOR, Audience.PREFECTURE, Audience.SEPTIC_OWNER]

FILL = """
INSERT INTO due_items (owner_id, asset_id, asset_class, duty, state, due, rule, basis, run_id)
SELECT $1::uuid, md5($1::uuid::text || n)::uuid, 'septic', 'septic.article11',
    CASE WHEN n % 20 = 0 THEN 'overdue' ELSE 'due' END,
    CASE WHEN n % 20 = 0 THEN $2::date - 1 - (hashint4(n) & 1023) % 364
        ELSE $2::date + (hashint4(n) & 1048575) % 365 END,
    'septic.article11', '浄化槽法第11条第1項', $4::uuid
FROM generate_series(1, $3::int) AS n
"""

RIVAL = """
SELECT asset_id, asset_class, duty, due, engineer FROM due_items
WHERE owner_id = $1 AND due - $2::date = ANY ($3::int[])
"""


async def settle(url: str, rows: int, owners: int) -> list[UUID]:
    """Fill the table; assets are left out, for nothing here reads them but the first lines of a message."""
    ids, run = [uuid7() for _ in range(owners)], uuid7()
    connection = await database.connect(url)
    await connection.execute("ALTER TABLE due_items DROP CONSTRAINT IF EXISTS due_items_asset")
    for number, owner in enumerate(ids):
        await connection.execute(
            "INSERT INTO owners (owner_id, code, name, kind, origin) VALUES ($1, $2, $2, 'prefecture', 'simulated')",
            owner, f"p{number}",
        )  # fmt: skip
        await connection.execute(FILL, owner, TODAY, rows // owners, run, timeout=3600)
    await connection.execute("VACUUM ANALYZE due_items", timeout=3600)
    await connection.close()
    return ids


async def recipients(opened: pool.Pool, owners: list[UUID]) -> None:
    """Give every owner an officer, a superior and letters; reminders were made up to yesterday."""
    async with pool.writing(opened) as conn:
        await access.operate(conn, owners, [])
        for owner in owners:
            for role in ROLES:
                await conn.execute(
                    "INSERT INTO recipients (owner_id, recipient_id, role, name, email, letters, created_at,"
                    " changed_at) VALUES ($1, $2, $3, 'x', $4, $5, '2026-01-01', '2026-01-01')",
                    owner, uuid7(), role.value, None if role is Audience.SEPTIC_OWNER else "a@example.jp",
                    role is Audience.SEPTIC_OWNER,
                )  # fmt: skip
            state = await reminders.state(conn, owner)
            assert state is not None
            yesterday = datetime.combine(TODAY - timedelta(days=1), datetime.min.time(), pool.JST)
            await reminders.mark(conn, owner, yesterday.date(), state.run_id, yesterday)


async def pick_all(opened: pool.Pool, owners: list[UUID], dates: list[date]) -> int:
    """Read the day's due items of every owner as the nightly work does."""
    found = 0
    for owner in owners:
        async with pool.writing(opened) as conn:
            await access.operate(conn, [owner], [])
            found += len(await reminders.pick(conn, owner, dates))
    return found


async def processors(opened: pool.Pool) -> float:
    """Seconds of processor time so far of this process and its one connection (a busy machine's clock says more)."""
    async with pool.reading(opened) as conn:
        row = await conn.fetchrow("SELECT pg_backend_pid() AS pid")
    assert row is not None
    fields = Path(f"/proc/{row['pid']}/stat").read_text().rpartition(")")[2].split()
    return time.process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def rival(opened: pool.Pool, owners: list[UUID], steps: list[int]) -> int:
    """Read the same by the plain condition."""
    found = 0
    for owner in owners:
        async with pool.writing(opened) as conn:
            await access.operate(conn, [owner], [])
            found += len(await conn.fetch(RIVAL, owner, TODAY, steps))
    return found


async def main(rows: int, owners: int) -> None:
    home = Path(tempfile.mkdtemp(prefix="gunmane-bench-"))
    home.chmod(0o755)
    ready = await database.prepare(home=home)
    try:
        begun = time.perf_counter()
        ids = await settle(ready.admin_url, rows, owners)
        print(f"{rows // owners * owners:,} due rows of {owners} owners in {time.perf_counter() - begun:.0f} s")
        opened = await pool.open_pool(ready.url, size=1)
        await recipients(opened, ids)
        office = flow.office("https://gm.example.jp")
        ladders = LadderBook((), office.book.ladders).of(ROLES)
        dates = due_days(ladders, TODAY - timedelta(days=1), TODAY, TODAY)
        times: list[float] = []
        used: list[float] = []
        found = 0
        for _ in range(5):
            begun, before = time.perf_counter(), await processors(opened)
            found = await pick_all(opened, ids, dates)
            times.append(time.perf_counter() - begun)
            used.append(await processors(opened) - before)
        print(f"picked {found:,} due items of {len(dates)} dates")
        print(f"picking: median {median(times):.2f} s, worst {max(times):.2f} s; {median(used):.2f} s of processors")
        begun = time.perf_counter()
        plain = await rival(opened, ids, [(one - TODAY).days for one in dates])
        took = time.perf_counter() - begun
        print(f"plain condition: {plain:,} rows in {took:.2f} s, {took / median(times):.1f} times as long")
        begun, told, sent = time.perf_counter(), 0, 0
        now = datetime.combine(TODAY, datetime.min.time(), pool.JST) + timedelta(minutes=5)
        for owner in ids:
            async with pool.writing(opened) as conn:
                await access.operate(conn, [owner], [])
                made = await flow.enqueue(conn, owner, now, office)
            told, sent = told + made.reminders, sent + made.messages
        print(f"made {told:,} reminders in {sent} messages: {time.perf_counter() - begun:.1f} s with all writing")
        await opened.close()
    finally:
        ready.close()
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    given = [int(text) for text in sys.argv[1:]]
    asyncio.run(main(*[*given, *(8_000_000, 47)[len(given) :]]))
