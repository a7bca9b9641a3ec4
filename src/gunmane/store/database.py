"""Which database this installation works in, migrated and ready."""

import asyncio
import time
from pathlib import Path

import asyncpg
from msgspec import Struct

from gunmane import resources
from gunmane.core.errors import GunmaneError
from gunmane.store.embedded import Embedded

WAIT_SECONDS = 20.0
RECOVERY_SECONDS = 600.0
"""A killed server first replays its log, up to `max_wal_size`: some minutes on a slow disk. It says so meanwhile."""
INSUFFICIENT_PRIVILEGE = "42501"


class Database(Struct):
    """Addresses of a ready database; `server` is the embedded one, or None."""

    url: str
    admin_url: str
    server: Embedded | None = None

    def close(self) -> None:
        """Leave the embedded server, if there is one."""
        if self.server is not None:
            self.server.stop()


async def connect(url: str) -> asyncpg.Connection:
    """Connect as soon as the server lets us: one that starts up or recovers refuses for a moment."""
    began = time.monotonic()
    while True:
        try:
            return await asyncpg.connect(url)
        except asyncpg.CannotConnectNowError:
            if time.monotonic() - began > RECOVERY_SECONDS:
                raise
        except (ConnectionError, FileNotFoundError):
            if time.monotonic() - began > WAIT_SECONDS:
                raise
        await asyncio.sleep(0.1)


def _migrate(url: str) -> None:
    """Run the migrations; synchronous because Alembic starts an event loop of its own."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(resources.folder("sql") / "migrations"))
    config.attributes["database_url"] = url
    command.upgrade(config, "head")


async def migrate(url: str) -> None:
    """Bring the schema to the newest revision; safe to call from several processes at once."""
    await asyncio.to_thread(_migrate, url)


async def prepare(*, home: Path, database_url: str = "", admin_url: str = "") -> Database:
    """Start the embedded server unless an address is given, and migrate.

    Raises GunmaneError `database_start_failed`; for an address `database_unreachable` when it does not answer and
    `migration_refused` when its login may not change the schema.
    """
    if database_url:
        try:
            connection = await connect(admin_url or database_url)
        except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise GunmaneError("database_unreachable", detail=str(error)) from error
        await connection.close()
        await _migrate_strange(admin_url or database_url)
        return Database(database_url, admin_url or database_url)
    server = Embedded(home)
    server.start()
    await ensure_database(server)
    await migrate(server.url())
    await grant_login(server)
    return Database(server.url("gunmane_app"), server.url(), server)


async def _migrate_strange(url: str) -> None:
    """Migrate a database that is not ours to set up: what its login may not do is no fault of the program."""
    from sqlalchemy.exc import DBAPIError

    try:
        await migrate(url)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", "") != INSUFFICIENT_PRIVILEGE:
            raise
        raise GunmaneError("migration_refused", detail=str(error.orig)) from error


async def ensure_database(server: Embedded, name: str = "gunmane") -> None:
    """Create the database in the embedded server unless it is there."""
    connection = await connect(server.url(database="postgres"))
    try:
        await connection.execute(f'CREATE DATABASE "{name}"')
    except (asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
        pass
    finally:
        await connection.close()


async def grant_login(server: Embedded) -> None:
    """Let `gunmane_app` log in to the embedded server, with the password that lies beside its data."""
    password = (server.folder / "password").read_text().strip()
    connection = await connect(server.url())
    try:
        # ALTER ROLE takes no parameters; the password is our own and has URL-safe characters only.
        await connection.execute(f"ALTER ROLE gunmane_app LOGIN PASSWORD '{password}'")
    except asyncpg.InternalServerError:
        pass  # another process altered the role in the same moment, to the same password
    finally:
        await connection.close()
