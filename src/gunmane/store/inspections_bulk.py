"""Inspections and repairs of ledgers, merged by statements over whole sets; single ones are in `inspections`."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from msgspec import Struct

from gunmane.core.ledgers.observations import USUAL_DUTIES
from gunmane.core.words import Scale
from gunmane.store import copying
from gunmane.store.copying import Batch
from gunmane.store.ledgers import Target, join_by_hash
from gunmane.store.query import Conn, sql


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
) -> Batch:
    """Encode inspections for the temporary table; findings and cells are JSON texts."""
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
    """List the staged rows (`inspected` or `repaired`) about assets that the inventory does not have."""
    await _ready(conn)
    rows = await conn.fetch(sql("inspections_bulk", f"unknown_{what}"), target.owner_id, target.asset_class.value)
    return [Unknown(*row) for row in rows]


async def merge(conn: Conn, target: Target, scales: Mapping[str, Scale], duty: str | None = None) -> int:
    """Insert the staged inspections not known yet, renew the conditions they change, and return their count.

    Identifiers are digests of owner, asset, day, scale and grade (UUIDv8, RFC 9562 §5.8), so that a second
    import changes nothing. Where one graded inspection of a ledger stands on a day and the ledger now says another
    grade, the new row supersedes it; two grades of one day in the same ledger both stay, flagged `same_day_twice`.
    A row's own duty goes before `duty`, that before the usual one of the class.
    """
    await _ready(conn)
    duty = duty or USUAL_DUTIES.get(target.asset_class)
    where = (target.owner_id, target.asset_class.value, target.ledger_id)
    done = await conn.execute(sql("inspections_bulk", "merge_inspections"), *where, target.origin.value, duty)
    count = int(done.split()[-1])
    if count:
        ranked = [f"{code}:{grade}" for code, scale in scales.items() for grade in scale.grades]
        await conn.execute(sql("inspections_bulk", "renew_conditions"), *where, ranked)
    return count


async def merge_repairs(conn: Conn, target: Target) -> int:
    """Insert the staged repairs not known yet and return their count; digests are their identifiers."""
    await _ready(conn)
    where = (target.owner_id, target.asset_class.value, target.ledger_id)
    done = await conn.execute(sql("inspections_bulk", "merge_repairs"), *where, target.origin.value)
    return int(done.split()[-1])


async def _ready(conn: Conn) -> None:
    """Let the staged rows be planned for what they are."""
    await conn.execute("ANALYZE staged_inspections, staged_repairs")
    await join_by_hash(conn, await conn.fetchval(sql("inspections_bulk", "count_staged")))


async def forget_staged(conn: Conn) -> None:
    """Empty the temporary tables for the next ledger."""
    await conn.execute(sql("inspections_bulk", "forget_staged_inspections"))
