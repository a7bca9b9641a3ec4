"""Logging many inspections in one transaction, each with its own outcome."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from gunmane.core.errors import Fault
from gunmane.core.inspections import Inspection, Verdict
from gunmane.flows import inspections as flow
from gunmane.flows.inspections import Outcome, Rules
from gunmane.store import batches as store
from gunmane.store.batches import BatchPast
from gunmane.store.query import Conn

TAKEN = Outcome(Verdict((Fault("taken", "/inspection_id"),)))


def waves(rows: Sequence[tuple[int, Inspection]]) -> list[list[tuple[int, Inspection]]]:
    """Split rows so that no wave holds two of one asset; earlier days and corrected rows' targets come first."""
    found: list[list[tuple[int, Inspection]]] = []
    seen: dict[UUID, int] = {}
    for n, one in sorted(rows, key=lambda row: (row[1].inspected_on, row[0])):
        wave = seen.get(one.asset_id, 0)
        seen[one.asset_id] = wave + 1
        if wave == len(found):
            found.append([])
        found[wave].append((n, one))
    return found


def judge(one: Inspection, found: BatchPast, rules: Rules, today: date) -> Outcome:
    """Judge one row by what the database knows of its asset."""
    outcome = flow.judge(one, found.known, rules, today)
    return TAKEN if outcome.repeated and not found.same else outcome


async def log(
    conn: Conn,
    owner_id: UUID,
    rows: Sequence[tuple[int, Inspection]],
    rules: Rules,
    at: datetime,
    key_id: UUID,
    dry: bool,
) -> dict[int, Outcome]:
    """Log every row that is plausible; the others are refused one by one. With `dry` nothing is kept."""
    outcomes: dict[int, Outcome] = {}
    async with store.trial(conn, dry):
        await store.lock(conn, owner_id)
        for wave in waves(rows):
            by_number = dict(wave)
            for found in await store.send(conn, owner_id, wave):
                outcomes[found.n] = judge(by_number[found.n], found, rules, at.date())
            refused = [n for n in by_number if outcomes[n].repeated or outcomes[n].verdict.faults]
            flags = [(n, flag) for n in by_number for flag in outcomes[n].verdict.flags]
            left_out = set(refused)
            corrected = [one.asset_id for n, one in wave if one.supersedes is not None and n not in left_out]
            await store.log(conn, owner_id, refused, flags, corrected, at, key_id)
    return outcomes
