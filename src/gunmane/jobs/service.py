"""All the work of one replica: leading, sending mail and webhooks, reading what the dead left, computing plans."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path

from msgspec import Struct

from gunmane.core.reminders.compose import Channel
from gunmane.core.reminders.timing import Delivery
from gunmane.flows.reminders import Office, office
from gunmane.jobs import clock, leader, planning, workers
from gunmane.jobs.journal import Journal
from gunmane.jobs.planning import Bench
from gunmane.jobs.workers import Trade
from gunmane.notify.mail import Mailer, read_url
from gunmane.notify.webhooks import Caller
from gunmane.store import errors, pool

LOG = logging.getLogger("gunmane.jobs")

WORKERS = {Channel.EMAIL: 2, Channel.WEBHOOK: 1}
"""Workers of each channel in one replica; more of them do not make a mail server faster."""

INHERIT_S = 10.0

CLOSE_S = 10.0
"""Seconds for the goodbyes to the database."""


class Jobs(Struct, frozen=True, kw_only=True):
    """What a root gives: addresses of the database (`direct_url`: past any pooler), means of sending."""

    url: str
    direct_url: str
    folder: Path
    now: Callable[[], datetime]
    office: Office
    mailer: Mailer | None
    private_webhooks: bool = False
    statement_cache: bool = True
    delivery: Delivery | None = None
    look_s: int = clock.LOOK_S
    idle_s: float = workers.IDLE_S
    down_s: float = workers.DOWN_S


def jst_now() -> datetime:
    """The time, as a Japanese clock shows it."""
    return datetime.now(pool.JST)


def assemble(
    url: str, *, direct_url: str, folder: Path, public_url: str, smtp_url: str, mail_from: str,
    private_webhooks: bool, statement_cache: bool,
) -> Jobs:  # fmt: skip
    """Put together the work of a replica from its settings. Raises GunmaneError `bad_settings`."""
    return Jobs(
        url=url,
        direct_url=direct_url or url,
        folder=folder,
        now=jst_now,
        office=office(public_url),
        mailer=Mailer(read_url(smtp_url), mail_from) if smtp_url else None,
        private_webhooks=private_webhooks,
        statement_cache=statement_cache,
    )


@asynccontextmanager
async def running(jobs: Jobs) -> AsyncGenerator[None]:
    """Work until the block ends; what was begun is finished first, for as long as a lease lasts at most."""
    delivery = jobs.delivery or jobs.office.book.delivery
    opened = await _pool(jobs)
    caller = Caller(private=jobs.private_webhooks)
    stop = asyncio.Event()
    trades: list[tuple[Channel, Trade]] = []
    for channel, count in WORKERS.items():
        if channel is Channel.EMAIL and jobs.mailer is None:
            continue
        for _ in range(count):
            trade = Trade(
                pool=opened, delivery=delivery, journal=Journal(jobs.folder), mailer=jobs.mailer, caller=caller,
                idle_s=jobs.idle_s, down_s=jobs.down_s,
            )  # fmt: skip
            trades.append((channel, trade))
    tasks = [asyncio.create_task(workers.work(trade, channel, stop)) for channel, trade in trades]
    tasks.append(asyncio.create_task(_inherit(trades[0][1], stop)))
    bench = Bench(
        pool=opened, url=jobs.url, folder=jobs.folder.parent / "plans", statement_cache=jobs.statement_cache
    )
    tasks.append(asyncio.create_task(planning.work(bench, stop)))
    ticking = partial(clock.ticking, opened, jobs.now, jobs.office, jobs.look_s)
    tasks.append(asyncio.create_task(leader.lead(jobs.direct_url, ticking, stop)))
    try:
        yield
    finally:
        stop.set()
        _, late = await asyncio.wait(tasks, timeout=delivery.lease_s / 2)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        for _, trade in trades:
            trade.journal.close()
        await caller.close()
        try:
            await asyncio.wait_for(opened.close(), CLOSE_S)
        except TimeoutError:
            opened.terminate()  # a server that is gone answers no goodbye


async def _pool(jobs: Jobs) -> pool.Pool:
    """Open the pool; a database that starts up or recovers is waited for."""
    while True:
        try:
            return await pool.open_pool(
                jobs.url, size=6, statement_cache=jobs.statement_cache, transactions_only=True
            )
        except errors.PASSING as error:
            LOG.warning("jobs wait for the database: %s", error)
            await asyncio.sleep(0.3)


async def _inherit(trade: Trade, stop: asyncio.Event) -> None:
    """Look for what dead workers left, at once and then every few seconds."""
    while not stop.is_set():
        try:
            count = await workers.inherit(trade)
            if count:
                LOG.info("%d messages had been taken by their peers before a worker died", count)
        except Exception as error:
            if errors.explain(error) is None:
                LOG.exception("the files of dead workers cannot be read")
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), INHERIT_S)
