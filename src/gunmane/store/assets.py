"""Assets as the API reads and changes them one by one; bulk work is in `store.fleets` and `store.ledgers`."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from gunmane.core.words import AssetClass, Origin, Precision, Status
from gunmane.store.query import Conn, ReadConn, sql


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


Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


class Wanted(Struct, frozen=True, kw_only=True):
    """Which assets to list; None does not restrict. `text` is looked for in number, name and route."""

    classes: Sequence[str] | None = None
    grades: Sequence[str] | None = None
    scale: str | None = None
    statuses: Sequence[str] | None = None
    due_states: Sequence[str] | None = None
    text: str | None = None
    municipalities: Sequence[str] | None = None
    box: Box | None = None


def _box(box: Box | None) -> tuple[tuple[float, float], tuple[float, float]] | None:
    return None if box is None else ((box[2], box[3]), (box[0], box[1]))


def _like(text: str | None) -> str | None:
    if text is None:
        return None
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


async def readable_owners(conn: ReadConn) -> list[UUID]:
    """List the owners whose assets the principal reads one by one."""
    return [row["owner_id"] for row in await conn.fetch(sql("assets", "readable_owners"))]


async def by_risk(
    conn: ReadConn,
    owners: Sequence[UUID],
    wanted: Wanted,
    after: tuple[float, UUID] | None,
    limit: int,
    geometry: bool,
) -> list[AssetRow]:
    """List scored assets, highest expected loss first, after a place in that order."""
    rows = await conn.fetch(
        sql("assets", "by_risk"), owners, *(after or (None, None)), *_filters(wanted), limit, geometry
    )
    return msgspec.convert(rows, list[AssetRow])


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
    rows = await conn.fetch(
        sql("assets", "by_identity"), owners, None, after, *_filters(wanted), limit, geometry, unscored
    )
    return msgspec.convert(rows, list[AssetRow])


def _filters(wanted: Wanted) -> tuple[Any, ...]:
    return (
        wanted.classes, wanted.grades, wanted.scale, wanted.statuses, wanted.due_states, _like(wanted.text),
        wanted.municipalities, _box(wanted.box),
    )  # fmt: skip


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
    return msgspec.convert(rows, list[AssetRow])


async def one(conn: ReadConn, asset_id: UUID, owners: Sequence[UUID]) -> AssetInFull | None:
    """Read one asset of these owners."""
    row = await conn.fetchrow(sql("assets", "one"), asset_id, owners)
    return None if row is None else msgspec.convert(row, AssetInFull)


async def versions(conn: ReadConn, asset_id: UUID, owners: Sequence[UUID]) -> list[AssetVersion]:
    """List the former states of one asset, newest first."""
    return msgspec.convert(await conn.fetch(sql("assets", "versions"), asset_id, owners), list[AssetVersion])


async def change(conn: Conn, changed: AssetInFull, expected: int, at: datetime, key_id: UUID) -> int | None:
    """Write an asset's new state and keep the former one; None when its revision is no longer the expected one."""
    return await conn.fetchval(
        sql("assets", "change"),
        changed.owner_id, changed.asset_id, expected, at, key_id, changed.number, changed.name, changed.built_year,
        changed.built_on, changed.built_precision.value, changed.municipality_code, changed.route, changed.length_m,
        changed.width_m, changed.area_m2, changed.diameter_mm, changed.depth_m, changed.material,
        changed.material_text, changed.attributes, changed.status.value,
    )  # fmt: skip


async def shared(
    conn: ReadConn,
    owner_id: UUID | None,
    classes: Sequence[str] | None,
    after: UUID | None,
    box: Box | None,
    limit: int,
) -> list[SharedRow]:
    """List what neighbours share at level condition."""
    rows = await conn.fetch(sql("assets", "shared"), owner_id, classes, after, _box(box), limit)
    return msgspec.convert(rows, list[SharedRow])
