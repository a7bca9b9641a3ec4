"""Connections kept at hand between single statements."""

import asyncio

import asyncpg
import pytest

from gunmane.store import pool
from tests.conftest import Database

PID = "SELECT pg_backend_pid()"


@pytest.mark.parametrize("login", ["url", "admin_url"])
async def test_a_statement_takes_the_connection_of_the_last_one_and_works_as_the_service(
    db: Database, login: str
) -> None:
    opened, kept = await pool.open_pool(getattr(db, login), size=4, transactions_only=True), pool.Kept()
    seen: set[int] = set()
    for _ in range(3):
        async with kept.saying(opened) as conn:
            seen.add(await conn.fetchval(PID))
            assert await conn.fetchval("SELECT current_user") == "gunmane_app"
    assert len(seen) == 1
    await asyncio.wait_for(opened.close(), 10)  # waits for every connection to be given back


async def test_what_nobody_uses_goes_back(db: Database) -> None:
    opened, kept = await pool.open_pool(db.url, size=4, transactions_only=True), pool.Kept()
    kept.IDLE_S = 0.05
    async with kept.saying(opened) as conn:
        await conn.fetchval(PID)
    assert opened.get_idle_size() == 0
    for _ in range(100):
        if opened.get_idle_size() == opened.get_size():
            break
        await asyncio.sleep(0.05)
    assert opened.get_idle_size() == opened.get_size() == 1
    await opened.close()


async def test_no_more_than_a_share_of_the_pool_is_kept_from_others(db: Database) -> None:
    for size, most in ((4, 1), (2, 0)):
        opened, kept = await pool.open_pool(db.url, size=size, transactions_only=True), pool.Kept()
        kept.IDLE_S = 60.0
        async with kept.saying(opened) as first, kept.saying(opened) as second:
            assert await first.fetchval(PID) != await second.fetchval(PID)
        assert opened.get_size() - opened.get_idle_size() == most
        opened.terminate()


async def test_a_connection_that_failed_is_not_kept(db: Database) -> None:
    opened, kept = await pool.open_pool(db.url, size=4, transactions_only=True), pool.Kept()
    with pytest.raises(asyncpg.PostgresError):
        async with kept.saying(opened) as conn:
            await conn.fetchval("SELECT 1 / 0")
    assert opened.get_idle_size() == opened.get_size()
    async with kept.saying(opened) as conn:
        lost = await conn.fetchval(PID)
    admin = await asyncpg.connect(db.admin_url)
    await admin.execute("SELECT pg_terminate_backend($1)", lost)
    await admin.close()
    await asyncio.sleep(0.2)  # the kept connection learns of it while nobody uses it
    async with kept.saying(opened) as conn:
        assert await conn.fetchval(PID) != lost
    await asyncio.wait_for(opened.close(), 10)
