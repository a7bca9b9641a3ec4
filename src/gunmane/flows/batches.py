"""Logging many inspections in one transaction, each with its own outcome."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from gunmane.core import inspections as core
from gunmane.core.errors import Fault
from gunmane.core.inspections import Inspection, Judged, Past, Verdict
from gunmane.core.words import AssetClass, Precision
from gunmane.flows.inspections import Rules
from gunmane.store import batches as store
from gunmane.store.batches import BatchPast
from gunmane.store.query import Conn

UNKNOWN_ASSET = Verdict((Fault("asset_unknown", "/asset_id"),))
TAKEN = Verdict((Fault("taken", "/inspection_id"),))
NOT_STANDING = Verdict((Fault("superseded_unknown", "/supersedes"),))


class RowOutcome(Struct, frozen=True):
    """What became of one row: its verdict, and whether it stood in the record already."""

    verdict: Verdict
    repeated: bool = False


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


def judge(one: Inspection, found: BatchPast, rules: Rules, today: date) -> RowOutcome:
    """Judge one row by what the database knows of its asset."""
    if found.asset_class is None:
        return RowOutcome(UNKNOWN_ASSET)
    if found.taken:
        return RowOutcome(core.SOUND, repeated=True) if found.same else RowOutcome(TAKEN)
    if not found.corrects:
        return RowOutcome(NOT_STANDING)
    before = None
    if found.before_on is not None and found.before_grade is not None:
        before = Judged(found.before_on, found.before_grade)
    past = Past(
        AssetClass(found.asset_class),
        core.built_from(found.built_year, found.built_on, Precision(found.built_precision)),
        found.same_day,
        before,
        found.mended_on,
    )
    return RowOutcome(core.judge(one, past, rules.scales, rules.plausibility, today))


async def log(
    conn: Conn,
    owner_id: UUID,
    rows: Sequence[tuple[int, Inspection]],
    rules: Rules,
    at: datetime,
    key_id: UUID,
    dry: bool,
) -> dict[int, RowOutcome]:
    """Log every row that is plausible; the others are refused one by one. With `dry` nothing is kept."""
    outcomes: dict[int, RowOutcome] = {}
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
