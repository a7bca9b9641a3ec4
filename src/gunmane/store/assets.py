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
from gunmane.store.overview import COARSEST_LEVEL, FINEST_LEVEL
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
    """Which assets to list; None does not restrict. `text` is looked for in number, name and route, whether
    full-width or half-width (`words.spellings`)."""

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


def _like(text: str | None) -> list[str] | None:
    if text is None:
        return None
    escaped = (one.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for one in words.spellings(text))
    return [f"%{one}%" for one in escaped]


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
    given = (*(after or (None, None)), *_filters(wanted), limit, geometry)
    often = await _often(conn, owners, wanted.due_states)
    way = await _way(conn, owners, wanted, limit)
    rows = [
        *(await conn.fetch(sql("assets", "by_risk"), way.far, *given, often) if way.far else ()),
        *(await conn.fetch(sql("assets", "by_risk_in_box"), way.near, *given) if way.near else ()),
        *(await conn.fetch(sql("assets", "by_risk_among"), way.of, *given, way.found) if way.found else ()),
    ]
    found = msgspec.convert(rows, list[AssetRow])
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
    given = (None, after, *_filters(wanted), limit, geometry, unscored)
    often = await _often(conn, owners, wanted.due_states)
    way = await _way(conn, owners, wanted, limit)
    rows = [
        *(await conn.fetch(sql("assets", "by_identity"), way.far, *given, often) if way.far else ()),
        *(await conn.fetch(sql("assets", "by_identity_in_box"), way.near, *given) if way.near else ()),
        *(await conn.fetch(sql("assets", "by_identity_among"), way.of, *given, way.found) if way.found else ()),
    ]
    found = msgspec.convert(rows, list[AssetRow])
    if way.mixed:
        found.sort(key=lambda row: row.asset_id)
    return found[:limit]


OFTEN = 0.01
"""From this share of the duties on, a list looks up each asset's own in place of gathering all in a state."""


async def _often(conn: ReadConn, owners: Sequence[UUID], states: Sequence[str] | None) -> bool:
    """Tell whether duties in these states are so frequent that a page is soon full; decides nothing but the way."""
    return bool(states) and await conn.fetchval(sql("tallies", "due_share"), owners, states) >= OFTEN


class _Way(Struct, frozen=True):
    """How a page is found soonest: owners to go through in the list's order, owners to look at by place, and assets
    (`found`, with their owners `of`) to choose from."""

    far: list[UUID]
    near: list[UUID]
    of: list[UUID]
    found: list[UUID]

    @property
    def mixed(self) -> bool:
        """Whether the rows come from several queries."""
        return bool(self.far) + bool(self.near) + bool(self.found) > 1


async def _way(conn: ReadConn, owners: Sequence[UUID], wanted: Wanted, limit: int) -> _Way:
    far, (of, found) = (owners, ([], [])) if wanted.text is None else await words.find(conn, owners, wanted.text)
    far, near = await _by_share(conn, far, wanted.box, limit)
    return _Way(far, near, of, found)


async def _by_share(
    conn: ReadConn, owners: Sequence[UUID], box: Box | None, limit: int
) -> tuple[list[UUID], list[UUID]]:
    """Split owners by how their assets in a box are found soonest: in the list's order, or by place.

    Of n assets with k in the box the list's order passes about limit x n / k rows until the page is full, the place
    all k. The map's cells tell between which numbers k lies; where that leaves it open, finer cells are asked. They
    decide nothing but the way.
    """
    if box is None or not owners:
        return list(owners), []
    west, south, east, north = box
    coarse = math.floor(math.log2(360 / max(east - west, north - south, 1e-6)))
    far: set[UUID] = set()
    open_ = list(owners)
    for finer in (3, 6):
        level = min(max(coarse + finer, COARSEST_LEVEL), FINEST_LEVEL)
        (left, bottom), (right, top) = to_cell(west, south, level), to_cell(east, north, level)
        counts = await conn.fetch(
            sql("overview", "box_counts"), open_, level, left, right, top, bottom, COARSEST_LEVEL
        )
        far |= {row["owner_id"] for row in counts if row["inside"] ** 2 > limit * row["whole"]}
        left_open = [row for row in counts if row["inside"] ** 2 <= limit * row["whole"] < row["touched"] ** 2]
        open_ = [row["owner_id"] for row in left_open]
        if not open_:
            break
    else:
        far |= {row["owner_id"] for row in left_open if 2 * row["touched"] > row["whole"]}
    return [one for one in owners if one in far], [one for one in owners if one not in far]


def to_cell(longitude: float, latitude: float, level: int) -> tuple[int, int]:
    """Return the map cell of one level in which a place lies (Web Mercator)."""
    side = 1 << level
    bent = math.asinh(math.tan(math.radians(min(max(latitude, -85.05), 85.05))))
    x, y = (longitude + 180) / 360 * side, (1 - bent / math.pi) / 2 * side
    return min(max(int(x), 0), side - 1), min(max(int(y), 0), side - 1)


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
    rows = await conn.fetch(sql("assets", "shared"), owner_id, classes, after, _box(box), limit)
    return msgspec.convert(rows, list[SharedRow])
