"""Who leads, and whose turn it is to write.

One connection of one replica holds the leader's lock, and loses it with the connection. Imports and builds of the
same owners write one after another: each holds the owners for one transaction.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from uuid import UUID

import asyncpg

from gunmane.core.errors import GunmaneError
from gunmane.store import pool
from gunmane.store.errors import PASSING
from gunmane.store.query import Conn, sql

SILENCE_MS = 1500
"""The server ends a leader's connection that says nothing for so long: one that hangs does not lead on."""

ANSWER_S = 1.0

LOOK_S = 0.3
"""How often one that waits for its turn looks again."""


class Candidate:
    """One replica's wish to lead. Needs a direct connection: behind a transaction pooler a lock has no owner."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: asyncpg.Connection | None = None

    async def leads(self) -> bool:
        """Take the lock if nobody has it, and tell whether this replica leads now; ask at least every second.

        False as well when the database does not answer, and once after a connection was cut: another may have led in
        between, so who led before must lay the office down first.
        """
        try:
            async with asyncio.timeout(ANSWER_S):
                if self._connection is not None and self._connection.is_closed():
                    self._connection = None
                    return False
                if self._connection is None:
                    self._connection = await self._connect()
                    return bool(await self._connection.fetchval(sql("locks", "lead")))
                if await self._connection.fetchval(sql("locks", "alive")):
                    return True
                return bool(await self._connection.fetchval(sql("locks", "lead")))
        except (*PASSING, asyncpg.PostgresError):
            await self.leave()
            return False

    async def leave(self) -> None:
        """Give the lock up."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(*PASSING, asyncpg.PostgresError, GunmaneError):
                connection.terminate()

    async def _connect(self) -> asyncpg.Connection:
        return await asyncpg.connect(
            self._url,
            statement_cache_size=0,
            server_settings={
                "application_name": "gunmane leader",
                "idle_session_timeout": str(SILENCE_MS),
                "tcp_keepalives_idle": "2",
                "tcp_keepalives_interval": "1",
                "tcp_keepalives_count": "2",
            },
        )


async def wait_for_turn(opened: pool.Pool, owners: Sequence[UUID], told: Callable[[], None]) -> bool:
    """Wait, without an open transaction, while another import or build writes for these owners.

    Tell so once; False when there was nobody to wait for.
    """
    waited = False
    while True:
        async with pool.reading(opened) as conn:
            if not await conn.fetchval(sql("locks", "others_write"), list(owners)):
                return waited
        if not waited:
            told()
        waited = True
        await asyncio.sleep(LOOK_S)


async def hold(conn: Conn, owners: Sequence[UUID]) -> None:
    """Keep other imports and builds from writing for these owners until the transaction ends."""
    await conn.execute(sql("locks", "hold_owners"), list(owners))
