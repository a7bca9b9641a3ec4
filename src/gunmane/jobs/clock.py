"""The clock of the leader: reminders are made after midnight in Japan, at every take-over, and by day when needed."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from gunmane.core.reminders.timing import civil_day
from gunmane.flows import feeds, reminders
from gunmane.flows.reminders import Made, Office
from gunmane.jobs import words
from gunmane.store import access, errors, pool
from gunmane.store import feeds as feed_store
from gunmane.store import reminders as store
from gunmane.store.pool import JST, Pool

LOG = logging.getLogger("gunmane.jobs")

LOOK_S = 300
"""Seconds between two looks by day: no new due date, recipient or feed waits longer, nor does a clock set forward."""

LAST_ROUND_S = 10.0
"""Seconds that a round may still take when this replica no longer leads or ends."""

AGAIN_S = 2.0
"""Seconds until what failed is tried again."""

Now = Callable[[], datetime]


async def make_reminders(opened: Pool, now: datetime, office: Office) -> Made:
    """Make the reminders and feed entries of every owner, each owner in a transaction of its own.

    An owner whose data cannot be worked with is logged and does not keep the others waiting; raises what the
    database raises when it is gone.
    """
    async with pool.reading(opened) as conn:
        owners = await store.owners(conn)
    total, sent = 0, 0
    for owner_id in owners:
        try:
            async with pool.writing(opened) as conn:
                await access.operate(conn, [owner_id], [])
                made = await reminders.enqueue(conn, owner_id, now, office)
            async with pool.writing(opened) as conn:
                regions = await feed_store.regions(conn, owner_id, civil_day(now))
                await access.operate(conn, [owner_id], regions)
                await feeds.sync(conn, owner_id, now, regions)
        except Exception as error:
            known = errors.explain(error)
            if known is not None and known.code == "database_unavailable":
                raise
            LOG.exception("reminders of owner %s could not be made", owner_id)
            continue
        total, sent = total + made.reminders, sent + made.messages
    return Made(total, sent)


@asynccontextmanager
async def ticking(opened: Pool, now: Now, office: Office, look_s: int = LOOK_S) -> AsyncGenerator[None]:
    """Keep the clock going; every round is safe to repeat, and safe beside another leader's."""

    leading = True

    async def work() -> None:
        while leading:
            try:
                await make_reminders(opened, now(), office)
            except Exception as error:
                if errors.explain(error) is None:
                    LOG.exception("reminders could not be made")
                    return
                LOG.warning("reminders wait for the database: %s", error)
                await asyncio.sleep(AGAIN_S)
            else:
                return

    rounds: set[asyncio.Task[None]] = set()

    async def begin() -> None:
        # the scheduler cancels what runs when it ends; a round that was begun goes on, for it is safe beside others
        round_ = asyncio.create_task(work())
        rounds.add(round_)
        round_.add_done_callback(rounds.discard)
        await asyncio.shield(round_)

    scheduler = _scheduler(begin, look_s)
    wording = asyncio.Lock()

    async def word() -> None:
        if not wording.locked():  # behind a large import one round outlasts many of its turns
            async with wording:
                await words.write(opened, lambda: leading)

    scheduler.add_job(
        word, IntervalTrigger(seconds=words.EVERY_S, timezone=JST), id="words", max_instances=2,
        next_run_time=datetime.now(JST),
    )  # fmt: skip
    scheduler.start()
    try:
        yield
    finally:
        leading = False
        scheduler.shutdown(wait=False)
        if rounds:
            await asyncio.wait(rounds, timeout=LAST_ROUND_S)


def _scheduler(work: Callable[[], Coroutine[Any, Any, None]], look_s: int) -> AsyncIOScheduler:
    # a round that was missed (process busy, machine asleep) is made up for once, and none runs beside another
    scheduler = AsyncIOScheduler(
        timezone=JST, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    )
    busy = asyncio.Lock()

    async def alone() -> None:
        async with busy:
            await work()

    scheduler.add_job(alone, CronTrigger(hour=0, minute=5, timezone=JST), id="night")
    start = datetime.now(JST)
    scheduler.add_job(alone, IntervalTrigger(seconds=look_s, timezone=JST), id="look", next_run_time=start)
    return scheduler
