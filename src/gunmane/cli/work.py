"""`gunmane work`: reminders are made and sent, without pages and API."""

import argparse
import asyncio
import signal
from typing import Any

from gunmane import settings as settings_module
from gunmane.cli.serve import kept_alive
from gunmane.jobs.service import Jobs, assemble, running
from gunmane.store import database, pool


def add(commands: Any) -> None:
    """Add the sub-command `work`."""
    work = commands.add_parser("work", help="make and send reminders only (通知の作成と送信)")
    work.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Work until a signal ends it; raises GunmaneError when it can't start."""
    del options
    settings = settings_module.read()
    ready = asyncio.run(
        database.prepare(
            home=settings.home, database_url=settings.database_url, admin_url=settings.admin_database_url
        )
    )
    try:
        asyncio.run(pool.check(ready.url))
        jobs = assemble(
            ready.url,
            direct_url=settings.direct_database_url,
            folder=settings.home / "outbox",
            public_url=settings.public_url,
            smtp_url=settings.smtp_url,
            mail_from=settings.mail_from,
            private_webhooks=settings.private_webhooks,
            statement_cache=settings.statement_cache,
        )
        with kept_alive(ready.server):
            asyncio.run(_until_told(jobs))
    finally:
        ready.close()
    return 0


async def _until_told(jobs: Jobs) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with running(jobs):
        print("gunmane: making and sending reminders", flush=True)
        await stop.wait()
