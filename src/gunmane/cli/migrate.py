"""`gunmane migrate`: bring the database to the newest schema."""

import argparse
import asyncio
from typing import Any

from gunmane import settings as settings_module
from gunmane.cli.refusal import refuse
from gunmane.core.errors import GunmaneError
from gunmane.store import database, pool


def add(commands: Any) -> None:
    """Add the sub-command `migrate`."""
    migrate = commands.add_parser("migrate", help="bring the database to the newest schema (データベースの更新)")
    migrate.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Migrate; several replicas may do so at once, one of them does the work."""
    settings = settings_module.read()
    ready = asyncio.run(
        database.prepare(
            home=settings.home, database_url=settings.database_url, admin_url=settings.admin_database_url
        )
    )
    try:
        print("gunmane: the schema is up to date")
        try:  # the roles are there now: can the service's login take its own?
            asyncio.run(pool.check(ready.url))
        except GunmaneError as error:
            refuse(error)  # what is left to do; the migration itself is done
    finally:
        ready.close()
    return 0
