"""Fixtures: a real PostgreSQL built by the real migrations, a fresh database for each test that asks."""

import asyncio
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import settings

from gunmane.store import database, pool
from gunmane.store.embedded import Embedded

# No test is timed: beside other work any example may take its time.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[Embedded]:
    """An embedded server of its own, with a migrated template database."""
    home = Path(tempfile.mkdtemp(prefix="gunmane-test-"))
    home.chmod(0o755)
    embedded = Embedded(home)
    embedded.start()

    async def build() -> None:
        await database.ensure_database(embedded)
        await database.migrate(embedded.url())
        await database.grant_login(embedded)

    # A thread of its own: pytest-asyncio's loop is running already.
    with ThreadPoolExecutor(1) as aside:
        aside.submit(asyncio.run, build()).result()
    yield embedded
    embedded.stop()
    shutil.rmtree(home, ignore_errors=True)


class Database:
    """A database of one test: `url` as the service's role, `admin_url` as superuser."""

    def __init__(self, server: Embedded, name: str) -> None:
        self.server = server
        self.url = server.url("gunmane_app", name)
        self.admin_url = server.url("postgres", name)


@pytest.fixture
async def db(server: Embedded) -> AsyncIterator[Database]:
    """A fresh copy of the migrated database, dropped afterwards."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    admin = await database.connect(server.url(database="postgres"))
    await admin.execute(f'CREATE DATABASE "{name}" TEMPLATE gunmane')
    yield Database(server, name)
    await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await admin.close()


@pytest.fixture
async def db_pool(db: Database) -> AsyncIterator[pool.Pool]:
    """A pool as the service opens it."""
    opened = await pool.open_pool(db.url, size=4)
    yield opened
    await opened.close()
