"""Logging many inspections in one transaction, each with its own outcome."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from msgspec import Struct

from gunmane.core import inspections as core
from gunmane.core.errors import Fault
from gunmane.core.inspections import Inspection, Verdict
from gunmane.flows import inspections as flow
from gunmane.flows.inspections import Outcome, Rules
from gunmane.store import batches as store
from gunmane.store.inspections_together import Known
from gunmane.store.pool import Pool
from gunmane.store.query import Conn, ReadConn

TAKEN = Outcome(Verdict((Fault("taken", "/inspection_id"),)))

PIECE = 2_500
"""Rows judged at a time: while the database works on one piece the rows of another are judged, and no other request
of the process waits longer than judging a piece takes (about 25 ms)."""

Numbered = tuple[int, Inspection]
Tell = Callable[[Sequence[tuple[int, Outcome]]], None]
T = TypeVar("T")
U = TypeVar("U")


class Batch(Struct, frozen=True):
    """Who logs a batch, when, and by which rules."""

    owner_id: UUID
    key_id: UUID
    at: datetime
    rules: Rules


def waves(rows: Sequence[Numbered]) -> list[list[Numbered]]:
    """Split rows so that no wave holds two of one asset; earlier days and corrected rows' targets come first.

    The rows of a wave are in the order of their assets, as the indexes are: neighbours share their pages.
    """
    found: list[list[Numbered]] = []
    seen: dict[int, int] = {}
    for row in sorted(rows, key=lambda row: (row[1].inspected_on, row[0])):
        asset = row[1].asset_id.int
        wave = seen.get(asset, 0)
        seen[asset] = wave + 1
        if wave == len(found):
            found.append([])
        found[wave].append(row)
    for wave in found:
        wave.sort(key=lambda row: row[1].asset_id.int)
    return found


async def _beside(asked: Awaitable[T], work: Callable[[], U]) -> tuple[T, U]:
    """Do some work while the database answers."""
    task = asyncio.ensure_future(asked)
    await asyncio.sleep(0)  # what is asked is sent
    try:
        done = work()
    finally:
        answer = await task  # the connection must be free again, whatever happens
    return answer, done


def _judge(piece: Sequence[Numbered], known: Sequence[Known], batch: Batch) -> list[Outcome]:
    today, rules = batch.at.date(), batch.rules
    return [flow.judge(one, past, rules, today) for (_, one), past in zip(piece, known, strict=True)]


def _accepted(
    piece: Sequence[Numbered], known: Sequence[Known], outcomes: Sequence[Outcome]
) -> list[tuple[Inspection, str]]:
    """Pick the inspections that are to be logged, with their flags and their assets' classes."""
    accepted: list[tuple[Inspection, str]] = []
    for (_, one), past, outcome in zip(piece, known, outcomes, strict=True):
        if not outcome.repeated and not outcome.verdict.faults:
            flagged = core.with_flags(one, outcome.verdict.flags) if outcome.verdict.flags else one
            accepted.append((flagged, past.asset_class or ""))
    return accepted


async def _compared(conn: Conn, piece: Sequence[Numbered], outcomes: list[Outcome], batch: Batch) -> None:
    """Refuse rows whose identifier stands for another inspection than theirs."""
    repeated = [place for place, outcome in enumerate(outcomes) if outcome.repeated]
    if not repeated:
        return
    there = await store.logged(conn, batch.owner_id, [piece[place][1].inspection_id for place in repeated])
    for place in repeated:
        one = piece[place][1]
        found = there.get(one.inspection_id)
        if found is None or not flow.same(one, found):
            outcomes[place] = TAKEN


async def _log_piece(
    conn: Conn, piece: Sequence[Numbered], past: Sequence[Known], outcomes: list[Outcome], batch: Batch, tell: Tell
) -> None:
    """Log those rows of a piece that were judged well, and tell what became of each."""
    await _compared(conn, piece, outcomes, batch)
    accepted = _accepted(piece, past, outcomes)
    told = [(n, outcome) for (n, _), outcome in zip(piece, outcomes, strict=True)]
    if not accepted:
        tell(told)
        return
    await store.stage(conn, accepted)
    corrected = [one.asset_id for one, _ in accepted if one.supersedes is not None]
    logging = store.log(conn, batch.owner_id, corrected, batch.at, batch.key_id)
    await _beside(logging, lambda: tell(told))


Judged = tuple[list[Known], list[Outcome]]


async def _log_wave(conn: Conn, ahead: ReadConn | None, wave: Sequence[Numbered], batch: Batch, tell: Tell) -> None:
    """Log the rows of different assets piece by piece; pasts are read ahead, for no row decides about another.

    With a connection `ahead` the next piece is read and judged while one is logged; else it is read before, for a
    connection does one thing at a time.
    """

    async def judged(piece: Sequence[Numbered]) -> Judged:
        if not piece:
            return [], []
        known = await store.pasts(ahead or conn, batch.owner_id, [one for _, one in piece])
        return known, _judge(piece, known, batch)

    pieces = [wave[first : first + PIECE] for first in range(0, len(wave), PIECE)]
    known, outcomes = await judged(pieces[0])
    for piece, following in zip(pieces, [*pieces[1:], []], strict=True):
        coming = asyncio.ensure_future(judged(following))
        await asyncio.sleep(0)  # what is asked is sent
        try:
            if ahead is None:
                await coming
            await _log_piece(conn, piece, known, outcomes, batch, tell)
        finally:
            known, outcomes = await coming  # the connection must be free again, whatever happens


async def log(
    conn: Conn, rows: Sequence[Numbered], batch: Batch, dry: bool, tell: Tell, spare: Pool | None = None
) -> None:
    """Log every row that is plausible; the others are refused one by one. With `dry` nothing is kept.

    `tell` is told the outcome of each row, in no certain order. From the pool `spare` comes a second connection for
    large batches, so that the database works on both sides of one at once; what it reads is settled, since the first
    connection keeps other inspections of the owner waiting, and a wave does not decide about itself.
    """
    async with store.trial(conn, dry):
        await store.begin(conn, batch.owner_id)
        first, *others = waves(rows) or [[]]
        async with store.beside(spare if len(first) > PIECE else None, batch.owner_id) as ahead:
            if first:
                await _log_wave(conn, ahead, first, batch, tell)
        for wave in others:
            await _log_wave(conn, None, wave, batch, tell)
