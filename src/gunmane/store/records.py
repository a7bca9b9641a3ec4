"""Computed and imported records as the API reads them: due items, risks, ledgers, rejected rows, runs, plans."""

import math
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from gunmane.core.words import AssetClass, Origin
from gunmane.store.query import Conn, ReadConn, shaped, sql, structs
from gunmane.store.runs import Run
from gunmane.store.ways import LAST, MOST_ARMS, Reach


class DueRow(Struct, frozen=True, kw_only=True):
    """A statutory duty of one asset with its window as of a day, and the reason in both languages.

    Reasons are None as the table holds them; `flows.duties.explain` writes them.
    """

    owner_id: UUID
    asset_id: UUID
    asset_class: AssetClass
    number: str
    name: str | None
    duty: str
    state: str
    window_open: date | None
    due_soft: date | None
    due: date | None
    anchor_on: date | None
    rule: str
    basis: str | None
    basis_en: str | None = None
    reason_ja: str | None
    reason_en: str | None
    planned_month: date | None
    engineer: str | None
    run_id: UUID
    as_of: date | None


class RiskRow(Struct, frozen=True, kw_only=True):
    """Expected loss of one asset and its parts; probabilities of the bad grade within 1, 5 and 10 years.

    Intervals (`…_low`, `…_high`) hold 80 %.
    """

    owner_id: UUID
    asset_id: UUID
    asset_class: AssetClass
    bad_1y: float | None
    bad_5y: float | None
    bad_10y: float | None
    bad_1y_low: float | None
    bad_1y_high: float | None
    bad_5y_low: float | None
    bad_5y_high: float | None
    bad_10y_low: float | None
    bad_10y_high: float | None
    life_median_years: float | None
    life_low_years: float | None
    life_high_years: float | None
    consequence_yen: float
    loss_yen_per_year: float
    likelihood_band: int
    consequence_band: int
    reasons: list[Any]
    run_id: UUID


class LedgerRow(Struct, frozen=True, kw_only=True):
    """One import: the source and what became of its rows."""

    owner_id: UUID
    ledger_id: UUID
    path: str
    asset_class: str
    content: str
    sha256: str
    as_of: date | None
    encoding: str | None
    crs: int | None
    warnings: list[Any]
    rows_read: int
    rows_new: int
    rows_changed: int
    rows_unchanged: int
    rows_missing: int
    rows_rejected: int
    rows_flagged: int
    origin: Origin
    imported_at: datetime


class RejectedRow(Struct, frozen=True, kw_only=True):
    """A row that was not taken, whole, with what is wrong with it."""

    owner_id: UUID
    ledger_id: UUID
    row_number: int
    cells: Any
    faults: Any
    mended_at: datetime | None


class PlanRow(Struct, frozen=True, kw_only=True):
    """One edition of a region's plan; `sheet_sha256` is that of its plan.json before any decision."""

    region_id: UUID
    plan_id: UUID
    run_id: UUID
    edition: int
    status: str  # draft | decided | superseded
    as_of: date
    sheet_sha256: str | None
    decided_on: date | None
    superseded_by: UUID | None
    pdf_sha256: str | None
    pdf_bytes: int | None
    created_at: datetime


DUE_STATES = ("due", "in_window", "overdue", "done", "waived", "suspended", "unknown_anchor")


class DueWanted(Struct, frozen=True, kw_only=True):
    """Which due items; None does not restrict."""

    classes: Sequence[str] | None = None
    states: Sequence[str] | None = None
    duties: Sequence[str] | None = None
    first_day: date | None = None
    last_day: date | None = None
    planned_month: date | None = None
    engineer: str | None = None
    asset_id: UUID | None = None


NOWHERE = UUID(int=0)


def _due_arms(reach: Reach, wanted: DueWanted) -> tuple[set[str], list[tuple[UUID, str, str]]]:
    """Choose the index to walk, as words of the query, and the ranges (owner, state, class) that are merged."""
    if wanted.asset_id is not None or (wanted.planned_month is not None and wanted.engineer is not None):
        return {"classes", "states"}, [(owner, "", "") for owner in reach.owners]
    if wanted.planned_month is None and wanted.classes is not None:
        pairs = list(zip(*reach.among(reach.owners, wanted.classes), strict=True))
        arms = [(owner, state, one) for owner, one in pairs for state in wanted.states or DUE_STATES]
        if len(arms) <= MOST_ARMS:
            return {"by_class", "by_state"}, arms
    if wanted.planned_month is None and wanted.states is None:
        return {"classes"}, [(owner, "", "") for owner in reach.owners]
    states = dict.fromkeys(wanted.states or DUE_STATES)
    return {"by_state", "classes"}, [(owner, state, "") for owner in reach.owners for state in states]


async def due(
    conn: ReadConn, reach: Reach, wanted: DueWanted, after: tuple[date | None, UUID, str] | None, limit: int
) -> list[DueRow]:
    """List due items by date, what has no date last, after a place in that order."""
    words, arms = _due_arms(reach, wanted)
    if not arms:
        return []
    given = {
        "classes": wanted.classes, "states": wanted.states, "duties": wanted.duties, "first_day": wanted.first_day,
        "last_day": wanted.last_day, "planned": wanted.planned_month, "engineer": wanted.engineer,
        "asset": wanted.asset_id,
    }  # fmt: skip
    narrowed = {name for name, value in given.items() if value is not None}
    words = (narrowed - {"classes", "states"}) | (words & narrowed) | (words - {"classes", "states"})
    day, asset, duty = after or (date.min, NOWHERE, "")
    rows: list[Any] = []
    for kind in ("dated", "undated"):
        if len(rows) == limit or (kind == "undated" and narrowed & {"first_day", "last_day"}):
            break
        if kind == "dated" and day is None:
            continue
        past = (asset, day, duty) if kind == "dated" or day is None else (NOWHERE, None, "")
        rows += await conn.fetch(
            shaped("records", "due", frozenset(words | {kind}), len(arms)),
            [owner for owner, _, _ in arms], *past, wanted.classes, [state for _, state, _ in arms], wanted.duties,
            wanted.first_day, wanted.last_day, wanted.planned_month, wanted.engineer, wanted.asset_id,
            limit - len(rows), [one for _, _, one in arms], wanted.states,
        )  # fmt: skip
    return structs(rows, DueRow)


async def risks(
    conn: ReadConn,
    reach: Reach,
    classes: Sequence[str] | None,
    least: float | None,
    asset_id: UUID | None,
    after: tuple[float, UUID] | None,
    limit: int,
) -> list[RiskRow]:
    """List scores, highest expected loss first."""
    owners, parts = (
        (reach.owners, [""] * len(reach.owners)) if classes is None else reach.among(reach.owners, classes)
    )
    if not owners:
        return []
    given = {"by_class": classes, "least": least, "asset": asset_id}
    words = frozenset(name for name, value in given.items() if value is not None)
    rows = await conn.fetch(
        shaped("records", "risks", words, len(owners)),
        owners, *(after or (math.inf, LAST)), classes, least, asset_id, limit, parts,
    )  # fmt: skip
    return structs(rows, RiskRow)


async def ledgers(
    conn: ReadConn, owner_id: UUID, before: UUID | None, limit: int, ledger_id: UUID | None = None
) -> list[LedgerRow]:
    """List an owner's imports, newest first, or the one asked for."""
    return msgspec.convert(
        await conn.fetch(sql("records", "ledgers"), owner_id, before, ledger_id, limit), list[LedgerRow]
    )


async def rejected_rows(
    conn: ReadConn,
    owner_id: UUID,
    ledger_id: UUID | None,
    after: tuple[UUID, int] | None,
    mended: bool | None,
    limit: int,
) -> list[RejectedRow]:
    """List rows that were not taken."""
    rows = await conn.fetch(
        sql("records", "rejected_rows"), owner_id, ledger_id, *(after or (None, None)), mended, limit
    )
    return msgspec.convert(rows, list[RejectedRow])


async def mend(
    conn: Conn, owner_id: UUID, ledger_id: UUID, row_number: int, at: datetime | None
) -> RejectedRow | None:
    """Note when a rejected row was mended; None when there is no such row."""
    row = await conn.fetchrow(sql("records", "mend_rejected_row"), owner_id, ledger_id, row_number, at)
    return None if row is None else msgspec.convert(row, RejectedRow)


async def runs(
    conn: ReadConn, region_id: UUID | None, before: UUID | None, limit: int, run_id: UUID | None = None
) -> list[Run]:
    """List computations, newest first, or the one asked for.

    What came out adds up all members of the region: it is withheld from a principal that some member at the time does
    not let see its counts, of every class, for the classes that a member has are not known either.
    """
    rows = await conn.fetch(sql("records", "runs"), region_id, before, run_id, limit, list(AssetClass))
    return msgspec.convert(rows, list[Run])


async def plans(
    conn: ReadConn, region_id: UUID | None, before: UUID | None, limit: int, plan_id: UUID | None = None
) -> list[PlanRow]:
    """List plans without their documents, newest first, or the one asked for."""
    rows = await conn.fetch(sql("records", "plans"), region_id, before, plan_id, limit)
    return msgspec.convert(rows, list[PlanRow])


async def plan_sheet(conn: ReadConn, plan_id: UUID) -> Any:
    """Read every number of a plan; None when there is no such plan."""
    return await conn.fetchval(sql("records", "plan_sheet"), plan_id)


async def plan_document(conn: ReadConn, plan_id: UUID) -> bytes | None:
    """Read the PDF of a plan."""
    return await conn.fetchval(sql("records", "plan_document"), plan_id)


async def plan_pairs(conn: ReadConn, plan_id: UUID) -> dict[tuple[str, AssetClass], str]:
    """Tell of which owners' classes a plan speaks, by the owner's code, with the owner's name."""
    rows = await conn.fetch(sql("records", "plan_pairs"), plan_id)
    return {(row["owner"], AssetClass(row["asset_class"])): row["name"] or row["owner"] for row in rows}
