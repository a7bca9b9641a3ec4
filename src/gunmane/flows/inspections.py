"""Logging inspections and repairs: fetch the past, judge, store."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from msgspec import Struct

from gunmane.core import inspections as core
from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.inspections import Inspection, Plausibility, Repair
from gunmane.core.words import AssetClass, Scale
from gunmane.store import inspections as store
from gunmane.store import repairs as repair_store
from gunmane.store.query import Conn


class Rules(Struct, frozen=True):
    """What inspections are judged by."""

    scales: Mapping[str, Scale]
    plausibility: Plausibility


class Outcome(Struct, frozen=True):
    """What became of one inspection: judged, and whether it stood in the record already."""

    inspection: Inspection
    asset_class: AssetClass
    verdict: core.Verdict
    repeated: bool = False


Found = tuple[core.History, Inspection | None]
"""An asset's past, and what is already logged under the identifier of the inspection."""


def consider(found: Found | None, wanted: Inspection, rules: Rules, today: date) -> Outcome:
    """Judge one inspection by the past of its asset, which was read under a lock.

    Raises GunmaneError `invalid` with every fault (`found` is None for an asset that is not the owner's), and
    `conflict` when the identifier is taken by another inspection.
    """
    if found is None:
        raise GunmaneError("invalid", [Fault("asset_unknown", "/asset_id")])
    history, same = found
    if same is not None:
        if not core.same_content(same, wanted):
            raise GunmaneError("conflict", [Fault("taken", "/inspection_id")])
        return Outcome(same, history.asset_class, core.SOUND, repeated=True)
    faults: list[Fault] = []
    if wanted.supersedes is not None and all(one.inspection_id != wanted.supersedes for one in history.inspections):
        faults.append(Fault("superseded_unknown", "/supersedes"))
    verdict = core.judge(wanted, core.past(history, wanted), rules.scales, rules.plausibility, today)
    faults.extend(verdict.faults)
    if faults:
        raise GunmaneError("invalid", faults)
    return Outcome(_flagged(wanted, verdict.flags), history.asset_class, verdict)


def _flagged(wanted: Inspection, flags: Sequence[str]) -> Inspection:
    return wanted if not flags else core.with_flags(wanted, flags)


async def log(
    conn: Conn, outcome: Outcome, photos: Sequence[bytes], key_id: UUID, answer: store.Answer | None
) -> None:
    """Store a considered inspection together with the answer to its request."""
    await store.log(conn, outcome.inspection, outcome.asset_class, photos, key_id, answer)


async def log_repair(conn: Conn, wanted: Repair, key_id: UUID, today: date) -> tuple[repair_store.LoggedRepair, bool]:
    """Log one repair; the second value tells whether it stood in the record already.

    Raises GunmaneError `invalid` for a day in the future or an asset that is not the owner's, `conflict` for an
    identifier taken by another repair.
    """
    if wanted.repaired_on > today:
        fault = Fault("in_future", "/repaired_on", {"value": wanted.repaired_on, "today": today})
        raise GunmaneError("invalid", [fault])
    logged = await repair_store.log(conn, wanted, key_id)
    if logged is not None:
        return logged, False
    there = await repair_store.one(conn, wanted.repair_id, [wanted.owner_id])
    if there is None:
        raise GunmaneError("invalid", [Fault("asset_unknown", "/asset_id")])
    same = ("asset_id", "repaired_on", "kind", "cost_yen", "notes")
    if any(getattr(there, name) != getattr(wanted, name) for name in same):
        raise GunmaneError("conflict", [Fault("taken", "/repair_id")])
    return there, True
