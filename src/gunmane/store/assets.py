"""Assets as the API reads and changes them one by one; bulk work is in `store.fleets` and `store.ledgers`."""

import math
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from gunmane.core.words import AssetClass, Origin, Precision, Status
from gunmane.store import words
from gunmane.store.query import Conn, ReadConn, shaped, sql, structs
from gunmane.store.ways import LAST, Box, Reach, Wanted, corners, filters, narrowing, rare, way_to


class AssetRow(Struct, frozen=True, kw_only=True):
    """One asset with its condition and risk; `geometry` is WKB and None unless asked for."""

    asset_id: UUID
    owner_id: UUID
    asset_class: AssetClass
    number: str
    name: str | None = None
    built_year: int | None = None
    built_on: date | None = None
    built_precision: Precision = Precision.UNKNOWN
    municipality_code: str | None = None
    route: str | None = None
    length_m: float | None = None
    width_m: float | None = None
    area_m2: float | None = None
    diameter_mm: int | None = None
    depth_m: float | None = None
    material: str | None = None
    material_text: str | None = None
    status: Status = Status.IN_SERVICE
    origin: Origin
    flags: tuple[str, ...] = ()
    revision: int = 1
    recorded_at: datetime
    geometry: bytes | None = None
    scale: str | None = None
    grade: str | None = None
    inspected_on: date | None = None
    loss_yen_per_year: float | None = None
    likelihood_band: int | None = None
    consequence_band: int | None = None
    bad_5y: float | None = None


class AssetInFull(AssetRow, frozen=True, kw_only=True):
    """One asset with everything known about it."""

    attributes: dict[str, Any] | None = None
    numbers: list[dict[str, str]] | None = None
    ledger_id: UUID | None = None
    ledger_row: int | None = None


class AssetVersion(AssetRow, frozen=True, kw_only=True):
    """A former state, valid from `recorded_at` until `superseded_at`."""

    attributes: dict[str, Any] | None = None
    superseded_at: datetime


class SharedRow(Struct, frozen=True, kw_only=True):
    """An asset that a neighbour shares at level condition."""

    asset_id: UUID
    owner_id: UUID
    asset_class: AssetClass
    built_year: int | None = None
    built_precision: Precision = Precision.UNKNOWN
    municipality_code: str | None = None
    length_m: float | None = None
    width_m: float | None = None
    area_m2: float | None = None
    diameter_mm: int | None = None
    material: str | None = None
    geometry: bytes | None = None
    status: Status = Status.IN_SERVICE
    origin: Origin
    scale: str | None = None
    grade: str | None = None
    inspected_on: date | None = None
    bad_5y: float | None = None
    loss_yen_per_year: float | None = None
    likelihood_band: int | None = None
    consequence_band: int | None = None


async def by_risk(
    conn: ReadConn, reach: Reach, wanted: Wanted, after: tuple[float, UUID] | None, limit: int, geometry: bool
) -> list[AssetRow]:
    """List scored assets, highest expected loss first, after a place in that order."""
    given = (*(after or (math.inf, LAST)), *filters(wanted), limit, geometry)
    words = narrowing(wanted)
    way = await way_to(conn, reach.owners, wanted, limit)
    rows: list[Any] = []
    if way.far and await rare(conn, way.far, wanted, limit):
        by = "by_due" if wanted.grades is None else "by_grade"
        owners, classes = reach.among(way.far, wanted.classes)
        text = shaped("assets", "by_risk_gathered", words | {by})
        rows += await conn.fetch(text, owners, *given, classes)
    elif way.far:
        by, arms = reach.arms(way.far, wanted)
        if arms:
            text = shaped("assets", "by_risk", words | {by}, len(arms))
            parts = [value for _, value in arms]
            rows += await conn.fetch(text, [one for one, _ in arms], *given, parts)
    if way.near:
        rows += await conn.fetch(shaped("assets", "by_risk_in_box", words), way.near, *given)
    if way.found:
        rows += await conn.fetch(sql("assets", "by_risk_among"), way.of, *given, way.found)
    found = structs(rows, AssetRow)
    if way.mixed:
        found.sort(key=lambda row: (row.loss_yen_per_year or 0.0, row.asset_id), reverse=True)
    return found[:limit]


async def by_identity(
    conn: ReadConn,
    owners: Sequence[UUID],
    wanted: Wanted,
    after: UUID | None,
    limit: int,
    geometry: bool,
    unscored: bool = False,
) -> list[AssetRow]:
    """List assets in the order of their identifiers; `unscored` leaves out those with a risk."""
    given = (None, after, *filters(wanted), limit, geometry, unscored)
    often = bool(wanted.due_states) and not await rare(conn, owners, Wanted(due_states=wanted.due_states), limit)
    way = await way_to(conn, owners, wanted, limit)
    rows = [
        *(await conn.fetch(sql("assets", "by_identity"), way.far, *given, often) if way.far else ()),
        *(await conn.fetch(sql("assets", "by_identity_in_box"), way.near, *given) if way.near else ()),
        *(await conn.fetch(sql("assets", "by_identity_among"), way.of, *given, way.found) if way.found else ()),
    ]
    found = structs(rows, AssetRow)
    if way.mixed:
        found.sort(key=lambda row: row.asset_id)
    return found[:limit]


async def by_number(
    conn: ReadConn, reach: Reach, asset_class: str, box: Box | None, after: tuple[UUID, str] | None, limit: int
) -> list[AssetRow]:
    """List assets of one class with their geometry, owner by owner in the order of their numbers."""
    owners = sorted(reach.among(reach.owners, [asset_class])[0])
    if after is not None:
        owners = [one for one in owners if one >= after[0]]
    way = await way_to(conn, owners, Wanted(classes=[asset_class], box=box), limit)
    rows: list[Any] = []
    for name, some in (("by_number", way.far), ("by_number_in_box", way.near)):
        if some:
            numbers = [after[1] if after is not None and one == after[0] else "" for one in some]
            text = shaped("assets", name, narrowing(Wanted(box=box)), len(some))
            rows += await conn.fetch(text, some, numbers, corners(box), asset_class, limit)
    found = structs(rows, AssetRow)
    if way.mixed:
        found.sort(key=lambda row: row.owner_id)  # within an owner they are in order
    return found[:limit]


async def as_of(
    conn: ReadConn,
    owners: Sequence[UUID],
    moment: datetime,
    after: UUID | None,
    classes: Sequence[str] | None,
    limit: int,
) -> list[AssetRow]:
    """List assets as they were known at a moment."""
    rows = await conn.fetch(sql("assets", "as_of"), owners, moment, after, classes, limit)
    return structs(rows, AssetRow)


async def one(conn: ReadConn, asset_id: UUID, owners: Sequence[UUID]) -> AssetInFull | None:
    """Read one asset of these owners."""
    row = await conn.fetchrow(sql("assets", "one"), asset_id, owners)
    return None if row is None else msgspec.convert(row, AssetInFull)


async def versions(conn: ReadConn, asset_id: UUID, owners: Sequence[UUID]) -> list[AssetVersion]:
    """List the former states of one asset, newest first."""
    return msgspec.convert(await conn.fetch(sql("assets", "versions"), asset_id, owners), list[AssetVersion])


async def change(conn: Conn, changed: AssetInFull, expected: int, at: datetime, key_id: UUID) -> int | None:
    """Write an asset's new state and keep the former one; None when its revision is no longer the expected one."""
    revision = await conn.fetchval(
        sql("assets", "change"),
        changed.owner_id, changed.asset_id, expected, at, key_id, changed.number, changed.name, changed.built_year,
        changed.built_on, changed.built_precision.value, changed.municipality_code, changed.route, changed.length_m,
        changed.width_m, changed.area_m2, changed.diameter_mm, changed.depth_m, changed.material,
        changed.material_text, changed.attributes, changed.status.value,
    )  # fmt: skip
    if revision is not None:
        texts = (changed.number, changed.name, changed.route)
        await words.put(conn, changed.owner_id, [(changed.asset_id, changed.asset_class.value, revision, texts)])
    return revision


async def shared(
    conn: ReadConn,
    owner_id: UUID | None,
    classes: Sequence[str] | None,
    after: UUID | None,
    box: Box | None,
    limit: int,
) -> list[SharedRow]:
    """List what neighbours share at level condition."""
    rows = await conn.fetch(sql("assets", "shared"), owner_id, classes, after, corners(box), limit)
    return structs(rows, SharedRow)
