"""A database of one's own: logins that cannot do what they are asked to are told so."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from gunmane.core.errors import GunmaneError
from gunmane.store import database, pool
from tests.conftest import Database

NAME = "test_stranger"


@pytest.fixture
async def stranger(db: Database) -> AsyncIterator[str]:
    """Address of a login with no rights."""
    admin = await database.connect(db.admin_url)
    await admin.execute(f"CREATE ROLE {NAME} LOGIN PASSWORD 'none'")
    parts = urlsplit(db.admin_url)
    place = parts.netloc.rpartition("@")[2]
    yield parts._replace(netloc=f"{NAME}:none@{place}").geturl()
    await admin.execute(f"DROP OWNED BY {NAME}; DROP ROLE {NAME}")
    await admin.close()


async def test_a_login_that_is_no_member_of_the_services_role(db: Database, stranger: str) -> None:
    with pytest.raises(GunmaneError) as raised:
        await pool.check(stranger)
    assert (raised.value.code, raised.value.values) == ("role_cannot_serve", {"role": NAME})
    admin = await database.connect(db.admin_url)
    await admin.execute(f"GRANT gunmane_app TO {NAME}")
    await admin.close()
    await pool.check(stranger)


async def test_a_login_that_may_not_migrate(stranger: str, tmp_path: Path) -> None:
    with pytest.raises(GunmaneError, match="migration_refused"):
        await database.prepare(home=tmp_path, database_url=stranger)


@pytest.mark.parametrize("url", ["mysql://a@b/c", "postgresql://x:y@127.0.0.1:1x/z"])
async def test_an_address_that_is_none(url: str, tmp_path: Path) -> None:
    with pytest.raises(GunmaneError, match="database_unreachable"):
        await database.prepare(home=tmp_path, database_url=url)
    with pytest.raises(GunmaneError, match="database_unreachable"):
        await pool.check(url)


async def test_a_server_that_replays_its_log_is_waited_for(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a crash the server refuses for as long as it replays: longer than an absent server is waited for."""
    monkeypatch.setattr(database, "WAIT_SECONDS", 0.0)
    socket = str(db.server.sockets / ".s.PGSQL.5432")
    fields = b"SFATAL\0C57P03\0Mthe database system is not yet accepting connections\0\0"
    refused = 0

    async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal refused
        if refused < 4:
            refused += 1
            head = await reader.readexactly(4)
            await reader.readexactly(int.from_bytes(head) - 4)
            writer.write(b"E" + (len(fields) + 4).to_bytes(4) + fields)
            await writer.drain()
            writer.close()
            return
        theirs, ours = await asyncio.open_unix_connection(socket)
        await asyncio.gather(pipe(reader, ours), pipe(theirs, writer))

    parts = urlsplit(db.admin_url)
    login = parts.netloc.rpartition("@")[0]
    async with await asyncio.start_server(answer, "127.0.0.1", 0) as peer:
        port = peer.sockets[0].getsockname()[1]
        connection = await database.connect(
            parts._replace(netloc=f"{login}@127.0.0.1:{port}", query="sslmode=disable").geturl()
        )
        assert (refused, await connection.fetchval("SELECT 1")) == (4, 1)
        await connection.close()
