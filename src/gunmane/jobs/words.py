"""Keeps the words up by which assets are found, behind imports."""

import asyncio
import logging
import time
from collections.abc import Callable

from gunmane.store import access, errors, pool, words
from gunmane.store.pool import Pool

LOG = logging.getLogger("gunmane.jobs")

EVERY_S = 30
"""Seconds between two looks for owners whose words lack; until then their assets are looked through one by one."""


async def write(opened: Pool, go_on: Callable[[], bool] = lambda: True) -> int:
    """Write the words of all owners that lack some, a few assets in each transaction; return the number of owners.

    It rests after each transaction for as long as that took: behind a large import requests keep at least half of the
    event loop and of the database's processor. Safe to break off and to repeat, and safe beside another leader's; an
    owner whose words cannot be written is logged and does not keep the others waiting.
    """
    async with pool.reading(opened) as conn:
        owners = await words.unworded_owners(conn)
    done = 0
    for owner_id in owners:
        try:
            async with pool.reading(opened) as conn:
                await access.operate(conn, [owner_id], [])
                imports = await words.written(conn, owner_id)
            after, more = None, True
            while more and go_on():
                started = time.monotonic()
                async with pool.writing(opened) as conn:
                    await access.operate(conn, [owner_id], [])
                    after = await words.catch_up(conn, owner_id, after, imports)
                    more = after is not None
                if more:
                    await asyncio.sleep(time.monotonic() - started)
            done += not more
        except Exception as error:
            known = errors.explain(error)
            if known is not None and known.code == "database_unavailable":
                LOG.warning("words wait for the database: %s", error)
                return done
            LOG.exception("words of owner %s could not be written", owner_id)
    return done
