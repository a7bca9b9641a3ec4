"""The connection pool of the service, bound by row-level security."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta, timezone
from typing import Any, cast

import asyncpg
import msgspec

from gunmane.core.errors import GunmaneError
from gunmane.store.query import Conn, ReadConn, sql

JST = timezone(timedelta(hours=9), "JST")
"""Civil dates are Japanese dates; Japan has no daylight saving time, so a fixed offset is exact."""

Pool = Any
"""An asyncpg pool; only this package calls it."""


class _Connection(asyncpg.Connection):
    """A connection that knows whether its login has to become `gunmane_app` in every transaction."""

    becomes_app = False


async def _prepare(connection: Any) -> None:
    """Give a new connection its codecs and find out whether its login has to change its role.

    The role is not set here: behind a transaction pooler the next transaction may run in another session, where
    nothing of it holds, and a superuser would see everything.
    """
    for name in ("json", "jsonb"):
        await connection.set_type_codec(
            name,
            schema="pg_catalog",
            encoder=_encode,
            decoder=msgspec.json.decode,
            format="text",
        )
    row = await connection.fetchrow(sql("access", "service_role"))
    if not row["may_serve"]:
        raise GunmaneError("role_cannot_serve", role=row["login"])
    if row["unbound"]:
        raise GunmaneError("role_unbound")
    connection.becomes_app = row["login"] != "gunmane_app"


def _encode(value: object) -> str:
    return msgspec.json.encode(value).decode()


async def _keep(_: Any) -> None:
    """Leave a returned connection as it is: asyncpg has ended its transaction, and with it every setting."""


async def open_pool(
    url: str, *, size: int = 8, statement_cache: bool = True, transactions_only: bool = False
) -> Pool:
    """Open a pool whose transactions run as `gunmane_app`, whoever the URL logs in as.

    `transactions_only` promises that nothing but `reading` and `writing` uses the pool and that no setting, lock or
    LISTEN outlives its transaction; a connection is then given back without a round trip to clean it.
    Raises GunmaneError `role_cannot_serve` when the login is no member of that role, `role_unbound` when row-level
    security does not bind the role itself.
    """
    return await asyncpg.create_pool(
        url,
        min_size=1,
        max_size=size,
        init=_prepare,
        connection_class=_Connection,
        reset=_keep if transactions_only else None,
        statement_cache_size=200 if statement_cache else 0,
        server_settings={"application_name": "gunmane", "timezone": "Asia/Tokyo"},
        command_timeout=600,
    )


async def check(url: str) -> None:
    """Make sure that the service can work as `url` logs in.

    Raises GunmaneError `role_cannot_serve` or `role_unbound`; `database_unreachable` where it cannot log in at all.
    """
    try:
        connection = await asyncpg.connect(url, connection_class=_Connection)
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise GunmaneError("database_unreachable", detail=str(error)) from error
    try:
        await _prepare(connection)
    finally:
        await connection.close()


async def _become_app(connection: Any) -> None:
    """Bind a transaction by row-level security; the role ends with the transaction."""
    if connection.becomes_app:
        await connection.execute("SET LOCAL ROLE gunmane_app")


@asynccontextmanager
async def reading(pool: Pool) -> AsyncGenerator[ReadConn]:
    """Open a read-only transaction."""
    async with pool.acquire() as connection, connection.transaction(readonly=True):
        await _become_app(connection)
        yield cast("ReadConn", connection)


@asynccontextmanager
async def writing(pool: Pool) -> AsyncGenerator[Conn]:
    """Open a transaction that is committed when the block ends well and rolled back when it raises."""
    async with pool.acquire() as connection, connection.transaction():
        await _become_app(connection)
        yield cast("Conn", connection)


class Kept:
    """Connections for single statements, kept at hand while one statement follows the other.

    Taking a connection from the pool and giving it back costs as much as a statement's way to the server. Those not
    used for a while are given back, so a pool that is closed waits no longer than that for them. A quarter of the
    pool is kept at most: whatever is logged, the other requests have the rest.
    """

    IDLE_S = 0.25
    SHARE = 4

    def __init__(self) -> None:
        self._free: list[tuple[Pool, Any]] = []
        self._used = False
        self._going_back: set[asyncio.Future[None]] = set()
        self._sweep: asyncio.TimerHandle | None = None

    @asynccontextmanager
    async def saying(self, pool: Pool) -> AsyncGenerator[Conn]:
        """Open a connection for one writing statement, which is a transaction of its own."""
        connection = self._take(pool) or await pool.acquire()
        try:
            if connection.becomes_app:
                async with connection.transaction():
                    await _become_app(connection)
                    yield cast("Conn", connection)
            else:
                yield cast("Conn", connection)
        except BaseException:
            await pool.release(connection)  # the pool finds out whether it can still be used
            raise
        if len(self._free) >= pool.get_max_size() // self.SHARE:
            await pool.release(connection)
            return
        self._free.append((pool, connection))
        self._used = True
        if self._sweep is None:
            self._sweep = asyncio.get_running_loop().call_later(self.IDLE_S, self._give_back)

    def _take(self, pool: Pool) -> Any:
        """Take the connection used last; None where none of the pool is at hand."""
        while self._free:
            owner, connection = self._free.pop()
            if owner is pool and not _lost(connection):
                return connection
            self._release(owner, connection)
        return None

    def _give_back(self) -> None:
        """Give back what nobody has taken since the last time."""
        self._sweep = None
        idle = 0 if self._used else len(self._free)
        self._used = False
        for owner, connection in self._free[:idle]:
            self._release(owner, connection)
        del self._free[:idle]
        if self._free:
            self._sweep = asyncio.get_running_loop().call_later(self.IDLE_S, self._give_back)

    def _release(self, owner: Pool, connection: Any) -> None:
        """Give a connection back; one that was lost has gone back by itself, and nothing is done."""
        task = asyncio.ensure_future(owner.release(connection))
        self._going_back.add(task)
        task.add_done_callback(self._going_back.discard)


def _lost(connection: Any) -> bool:
    """Tell whether a connection was lost while it was kept."""
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:
        return True  # the pool has taken it back
