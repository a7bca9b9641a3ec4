"""Inspections and repairs of ledgers, merged by statements over whole sets; single ones are in `inspections`."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from msgspec import Struct

from gunmane.core.inspections import MENDING, Plausibility
from gunmane.core.ledgers.columns import DERIVED
from gunmane.core.ledgers.observations import USUAL_DUTIES
from gunmane.core.words import AssetClass, Scale
from gunmane.store import copying
from gunmane.store.copying import Batch
from gunmane.store.ledgers import Target, join_by_hash
from gunmane.store.query import Conn, sql


class Inspected(Struct, frozen=True):
    """What became of a ledger's inspections: how many are new, and how many of these are doubted."""

    added: int = 0
    doubtful: int = 0


class Unknown(Struct, frozen=True):
    """A row about an asset that the inventory does not have; `cells` None where the row also stands for an asset."""

    row_number: int
    number: str
    cells: dict[str, Any] | None


def batch(
    rows: Sequence[int],
    numbers: Sequence[str],
    inspected_on: Sequence[date],
    precisions: Sequence[str],
    scales: Sequence[str | None],
    grades: Sequence[str | None],
    inspectors: Sequence[str | None],
    findings: Sequence[str | None],
    flags: Sequence[tuple[str, ...]],
    duties: Sequence[str | None],
    cells: Sequence[str | None],
    ledger_id: UUID,
) -> Batch:
    """Encode inspections of a ledger for the temporary table; findings and cells are JSON texts."""
    columns = [
        copying.bigints("row_number", rows),
        copying.texts("number", numbers),
        copying.dates("inspected_on", inspected_on),
        copying.texts("date_precision", precisions),
        copying.texts("scale", scales),
        copying.texts("grade", grades),
        copying.texts("inspector", inspectors),
        copying.jsons("findings", findings),
        copying.text_arrays("flags", flags),
        copying.texts("duty", duties),
        copying.jsons("cells", cells),
        copying.same_uuid("ledger_id", ledger_id, len(rows)),
    ]
    return copying.batch("staged_inspections", columns, len(rows))


def repair_batch(
    rows: Sequence[int],
    numbers: Sequence[str],
    repaired_on: Sequence[date],
    kinds: Sequence[str],
    costs_yen: Sequence[int | None],
    notes: Sequence[str | None],
    cells: Sequence[str],
) -> Batch:
    """Encode repairs for the temporary table; cells are JSON texts."""
    columns = [
        copying.bigints("row_number", rows),
        copying.texts("number", numbers),
        copying.dates("repaired_on", repaired_on),
        copying.texts("kind", kinds),
        copying.nullable_bigints("cost_yen", costs_yen),
        copying.texts("notes", notes),
        copying.jsons("cells", cells),
    ]
    return copying.batch("staged_repairs", columns, len(rows))


async def begin(conn: Conn) -> None:
    """Make the temporary tables of a transaction."""
    await conn.execute(sql("inspections_bulk", "stage_inspections"))
    await conn.execute(sql("inspections_bulk", "stage_repairs"))


async def unknown(conn: Conn, target: Target, what: str) -> list[Unknown]:
    """List a ledger's staged rows (`inspected` or `repaired`) about assets that the inventory does not have."""
    await _ready(conn)
    where = [target.owner_id, target.asset_class.value, *([target.ledger_id] if what == "inspected" else [])]
    rows = await conn.fetch(sql("inspections_bulk", f"unknown_{what}"), *where)
    return [Unknown(*row) for row in rows]


async def renumber(conn: Conn, ledger_id: UUID, numbers: Sequence[tuple[int, str]]) -> None:
    """Let the staged inspections in these rows of a ledger name assets by these numbers."""
    rows, texts = [row for row, _ in numbers], [text for _, text in numbers]
    await conn.execute(sql("inspections_bulk", "renumber_staged"), ledger_id, rows, texts)


def usual_duty(asset_class: AssetClass, named: str | None) -> str | None:
    """Return what inspections fulfil whose row does not say it: what the entry names, else the class's usual duty."""
    return named or USUAL_DUTIES.get(asset_class)


async def merge(
    conn: Conn,
    target: Target,
    sources: Mapping[UUID, str],
    live: Sequence[str],
    scales: Mapping[str, Scale],
    rules: Plausibility,
) -> dict[UUID, Inspected]:
    """Insert the staged inspections not known yet, renew the conditions they change; count them by ledger.

    Repairs must have been merged before. `sources` names the ledgers just read, `live` all that take part.
    Identifiers are digests of owner, asset, day, scale and grade (UUIDv8, RFC 9562 §5.8), so that a second
    import changes nothing. Where one graded inspection of a ledger stands on a day and that ledger (or one that
    takes its place) now says another grade, the new row supersedes it; two grades of one day both stay, flagged
    `same_day_twice`. What else is doubted, `core.inspections.doubts` says.
    """
    await _ready(conn)
    where = (target.owner_id, target.asset_class.value)
    ranked = [(one, grade, rank) for one in scales.values() for rank, grade in enumerate(one.grades)]
    jumps = [rules.jump(one.code) for one, _, _ in ranked]
    rows = await conn.fetch(
        sql("inspections_bulk", "merge_inspections"), *where, list(sources), list(sources.values()), list(live),
        [one.code for one, _, _ in ranked], [grade for _, grade, _ in ranked], [rank for _, _, rank in ranked],
        [jump and jump.grades for jump in jumps], [jump and jump.days for jump in jumps], sorted(MENDING),
        sorted(DERIVED), target.origin.value,
    )  # fmt: skip
    if rows:
        grades = [f"{one.code}:{grade}" for one, grade, _ in ranked]
        await conn.execute(sql("inspections_bulk", "renew_conditions"), *where, list(sources), grades)
    return {row["ledger_id"]: Inspected(row["added"], row["doubtful"]) for row in rows}


async def merge_repairs(conn: Conn, target: Target) -> int:
    """Insert the staged repairs not known yet, forget them, return their count; digests are their identifiers."""
    await _ready(conn)
    where = (target.owner_id, target.asset_class.value, target.ledger_id)
    done = await conn.execute(sql("inspections_bulk", "merge_repairs"), *where, target.origin.value)
    await conn.execute(sql("inspections_bulk", "forget_staged_repairs"))
    return int(done.split()[-1])


async def _ready(conn: Conn) -> None:
    """Let the staged rows be planned for what they are."""
    await conn.execute("ANALYZE staged_inspections, staged_repairs")
    await join_by_hash(conn, await conn.fetchval(sql("inspections_bulk", "count_staged")))
