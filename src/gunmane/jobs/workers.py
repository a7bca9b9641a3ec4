"""Workers: take messages from the outbox, send them, note what came of it."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import suppress
from uuid import UUID, uuid4

from msgspec import Struct

from gunmane.core.reminders.compose import Channel
from gunmane.core.reminders.timing import Delivery, pause
from gunmane.jobs.journal import Journal, orphans
from gunmane.notify.mail import Letter, Mailer
from gunmane.notify.outcome import Fate, Outcome
from gunmane.notify.webhooks import Caller, Hook
from gunmane.store import access, errors, messages, pool
from gunmane.store.messages import Claimed, Settled
from gunmane.store.pool import Pool

LOG = logging.getLogger("gunmane.jobs")

IDLE_S = 2.0
"""Seconds between two looks into an empty outbox."""

DOWN_S = 60.0
"""Seconds until a peer that was not there is asked again; that attempt does not count."""

BEGUN_BY = 0.4
"""Share of a lease after which no message of it is begun; one may take two minutes (connecting, sending)."""

AT_ONCE = 8
"""Webhooks called at the same time."""

SETTLED_AT_LEAST = 10
"""What came of so many messages is noted together."""


class Trade(Struct):
    """What a worker works with; a channel without its means is left alone, and its messages wait."""

    pool: Pool
    delivery: Delivery
    journal: Journal
    mailer: Mailer | None = None
    caller: Caller | None = None
    idle_s: float = IDLE_S
    down_s: float = DOWN_S


def settled(one: Claimed, claim: UUID, outcome: Outcome, trade: Trade) -> Settled:
    """Decide what becomes of a message after an attempt."""
    seed, delivery = str(one.message_id), trade.delivery
    if outcome.fate is Fate.SENT:
        return Settled(owner_id=one.owner_id, message_id=one.message_id, claim=claim, state="sent")
    counted = outcome.fate is not Fate.DOWN
    dead = outcome.fate is Fate.REFUSED or (counted and one.attempts >= delivery.attempts)
    wait = outcome.pause_s
    if wait is None:
        wait = pause(one.attempts, seed, delivery) if counted else trade.down_s
    return Settled(
        owner_id=one.owner_id,
        message_id=one.message_id,
        claim=claim,
        state="dead" if dead else "waiting",
        error=outcome.error,
        pause=0.0 if dead else wait,
        counted=counted,
    )


async def work(trade: Trade, channel: Channel, stop: asyncio.Event) -> None:
    """Send the messages of a channel until `stop` is set; what has been begun is finished."""
    while not stop.is_set():
        try:
            busy = await one_round(trade, channel, stop)
        except Exception as error:
            if errors.explain(error) is None:
                LOG.exception("sending %s failed", channel.value)
            busy = False
        if not busy:
            await _wait(stop, trade.idle_s)


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


async def one_round(trade: Trade, channel: Channel, stop: asyncio.Event) -> bool:
    """Take one batch and send it, no more of it once `stop` is set; False when there was nothing to take."""
    claim, begun = uuid4(), time.monotonic()
    delivery = trade.delivery
    async with pool.writing(trade.pool) as conn:
        owners = await messages.owners(conn, channel, delivery.batch)
        if not owners:
            return False
        await access.operate(conn, owners, [])
        taken = await messages.claim(conn, owners, channel, claim, delivery.lease_s, delivery.batch)
    if not taken:
        return False
    results: list[Settled] = []
    # a message that is begun late could still be under way when the lease ends and another worker takes it
    until = begun + delivery.lease_s * BEGUN_BY

    def go_on() -> bool:
        return time.monotonic() < until and not stop.is_set()

    async for one, outcome in send(trade, channel, taken, go_on):
        results.append(settled(one, claim, outcome, trade))
        if len(results) >= SETTLED_AT_LEAST:
            await _note(trade, results)
            results = []
    await _note(trade, results)
    return True


async def _note(trade: Trade, results: Sequence[Settled]) -> None:
    """Note results, however long the database is away: what a peer has taken must not be sent again."""
    if not results:
        return
    owners = sorted({one.owner_id for one in results})
    wait = 0.1
    while True:
        try:
            async with pool.writing(trade.pool) as conn:
                await access.operate(conn, owners, [])
                await messages.settle(conn, results)
        except Exception as error:
            if errors.explain(error) is None:
                raise
            await asyncio.sleep(wait)
            wait = min(2 * wait, 2.0)
        else:
            break
    trade.journal.settled([(one.owner_id, one.message_id) for one in results])


async def send(
    trade: Trade, channel: Channel, taken: Sequence[Claimed], go_on: Callable[[], bool]
) -> AsyncGenerator[tuple[Claimed, Outcome]]:
    """Send messages over their channel and tell what came of each at once."""
    if channel is Channel.EMAIL and trade.mailer is not None:
        by_id = {(one.owner_id, one.message_id): one for one in taken}
        letters: list[Letter] = []
        for one in taken:
            if one.email is None:
                yield one, Outcome(Fate.REFUSED, "the recipient has no e-mail address")
            else:
                letters.append(_letter(one, one.email))
        async for letter, outcome in trade.mailer.send(letters, go_on):
            if outcome.fate is Fate.SENT:
                trade.journal.note(letter.owner_id, letter.message_id)
            yield by_id[letter.owner_id, letter.message_id], outcome
    elif channel is Channel.WEBHOOK and trade.caller is not None:
        gate = asyncio.Semaphore(AT_ONCE)
        calls = [asyncio.create_task(_call(trade, trade.caller, one, gate, go_on)) for one in taken]
        for call in asyncio.as_completed(calls):
            yield await call


def _letter(one: Claimed, to: str) -> Letter:
    return Letter(
        owner_id=one.owner_id, message_id=one.message_id, to=to, name=one.name, subject=one.subject, body=one.body,
        language=one.language.value, created_at=one.created_at, unsubscribe_url=one.unsubscribe_url,
    )  # fmt: skip


async def _call(
    trade: Trade, caller: Caller, one: Claimed, gate: asyncio.Semaphore, go_on: Callable[[], bool]
) -> tuple[Claimed, Outcome]:
    if one.webhook_url is None or one.webhook_secret is None:
        return one, Outcome(Fate.REFUSED, "the recipient has no webhook")
    async with gate:
        if not go_on():
            return one, Outcome(Fate.DOWN, pause_s=0.0)
        hook = Hook(message_id=one.message_id, url=one.webhook_url, secret=one.webhook_secret, body=one.body)
        outcome = await caller.call(hook, int(time.time()))
        if outcome.fate is Fate.SENT:
            trade.journal.note(one.owner_id, one.message_id)
        return one, outcome


async def inherit(trade: Trade) -> int:
    """Note what workers that are no more had heard from peers; return how many messages that were."""
    count = 0
    for orphan in orphans(trade.journal.path.parent):
        done = False
        try:
            for owner_id, ids in orphan.taken().items():
                async with pool.writing(trade.pool) as conn:
                    await access.operate(conn, [owner_id], [])
                    count += await messages.settle_sent(conn, owner_id, ids)
            done = True
        finally:
            orphan.close(done=done)
    return count
