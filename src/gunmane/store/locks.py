"""Who leads: one connection of one replica holds a lock of the database, and loses it with the connection."""

import asyncio
from contextlib import suppress

import asyncpg

from gunmane.core.errors import GunmaneError
from gunmane.store.errors import PASSING
from gunmane.store.query import sql

SILENCE_MS = 1500
"""The server ends a leader's connection that says nothing for so long: one that hangs does not lead on."""

ANSWER_S = 1.0


class Candidate:
    """One replica's wish to lead. Needs a direct connection: behind a transaction pooler a lock has no owner."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: asyncpg.Connection | None = None

    async def leads(self) -> bool:
        """Take the lock if nobody has it, and tell whether this replica leads now; ask at least every second.

        False as well when the database does not answer.
        """
        try:
            async with asyncio.timeout(ANSWER_S):
                if self._connection is None or self._connection.is_closed():
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
