"""`gunmane migrate`: bring the database to the newest schema."""

import argparse
import asyncio
import sys
from typing import Any

from gunmane import settings as settings_module
from gunmane.core.errors import GunmaneError
from gunmane.store import database


def add(commands: Any) -> None:
    """Add the sub-command `migrate`."""
    migrate = commands.add_parser("migrate", help="bring the database to the newest schema (データベースの更新)")
    migrate.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Migrate; several replicas may do so at once, one of them does the work."""
    settings = settings_module.read()
    try:
        ready = asyncio.run(
            database.prepare(
                home=settings.home, database_url=settings.database_url, admin_url=settings.admin_database_url
            )
        )
    except GunmaneError as error:
        print(f"gunmane: the database cannot be used: {error}", file=sys.stderr)
        return 1
    ready.close()
    print("gunmane: the schema is up to date")
    return 0
