"""Judging inspections by the past of their assets, and logging repairs."""

from collections.abc import Callable, Mapping
from datetime import date
from uuid import UUID

from msgspec import Struct

from gunmane.core import inspections as core
from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.inspections import Inspection, Plausibility, Repair
from gunmane.core.ledgers.values import Parsed
from gunmane.core.words import AssetClass, Precision, Scale
from gunmane.store import repairs as repair_store
from gunmane.store.inspections import Logged
from gunmane.store.inspections_together import Known
from gunmane.store.query import Conn


class Rules(Struct, frozen=True):
    """What inspections are judged by."""

    scales: Mapping[str, Scale]
    plausibility: Plausibility
    spellings: Mapping[str, Callable[[str], Parsed]] = {}  # readers of grades by scale

    def grade(self, scale: str | None, text: str) -> str:
        """Read a grade in one of its spellings (Ⅱ, ２, 判定II); what is none is returned as it is, to be refused."""
        known = self.scales.get(scale or "")
        reader = self.spellings.get(scale or "")
        if known is None or reader is None or text in known.grades:
            return text
        read = reader(text)
        return read if isinstance(read, str) else text


class Outcome(Struct, frozen=True):
    """What became of an inspection: its verdict, and whether its identifier stood in the record already."""

    verdict: core.Verdict
    repeated: bool = False


# looking a word up is several times faster than asking the enumeration for it
_CLASSES = {one.value: one for one in AssetClass}
_PRECISIONS = {one.value: one for one in Precision}

UNKNOWN_ASSET = Outcome(core.Verdict((Fault("asset_unknown", "/asset_id"),)))
REPEATED = Outcome(core.SOUND, repeated=True)
NOT_STANDING = Fault("superseded_unknown", "/supersedes")


def judge(one: Inspection, known: Known, rules: Rules, today: date) -> Outcome:
    """Judge one inspection by what the database knows of its asset, read under a lock.

    A repeated identifier is not judged: whether it says the same is for the caller to see.
    """
    if known.asset_class is None:
        return UNKNOWN_ASSET
    if known.taken:
        return REPEATED
    before = None
    if known.before_on is not None and known.before_grade is not None:
        before = core.Judged(known.before_on, known.before_grade)
    past = core.Past(
        _CLASSES[known.asset_class],
        core.built_from(known.built_year, known.built_on, _PRECISIONS[known.built_precision or "unknown"]),
        known.same_day,
        before,
        known.mended_on,
    )
    verdict = core.judge(one, past, rules.scales, rules.plausibility, today)
    if known.corrects:
        return Outcome(verdict)
    return Outcome(core.Verdict((NOT_STANDING, *verdict.faults)))


def same(one: Inspection, logged: Logged) -> bool:
    """Tell whether what is logged under an identifier says what an inspection says."""
    there = Inspection(
        owner_id=logged.owner_id, inspection_id=logged.inspection_id, asset_id=logged.asset_id,
        inspected_on=logged.inspected_on, duty=logged.duty, scale=logged.scale, grade=logged.grade,
        findings=logged.findings, inspector=logged.inspector, notes=logged.notes, supersedes=logged.supersedes,
    )  # fmt: skip
    return core.same_content(there, one)


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
