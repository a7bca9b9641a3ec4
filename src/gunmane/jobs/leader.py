"""Runs the scheduler in the replica that holds the lock, and in no other."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress

from gunmane.store.locks import Candidate

LOG = logging.getLogger("gunmane.jobs")

ASK_S = 0.3
"""Seconds between two looks at the lock: bounds the time in which nobody leads, or two believe they do."""


async def lead(
    url: str, office: Callable[[], AbstractAsyncContextManager[None]], stop: asyncio.Event, ask_s: float = ASK_S
) -> None:
    """Hold `office` open while this replica leads; returns once `stop` is set."""
    candidate = Candidate(url)
    try:
        while not stop.is_set():
            if await candidate.leads():
                LOG.info("leading")
                async with office():
                    while not stop.is_set() and await candidate.leads():
                        await _pause(stop, ask_s)
                LOG.info("no longer leading")
            await _pause(stop, ask_s)
    finally:
        await candidate.leave()


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
