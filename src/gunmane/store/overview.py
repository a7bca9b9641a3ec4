"""What the pages of a region show: its members, their riskiest assets, and the map."""

import math
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Struct

from gunmane.core.plan.findings import Outline
from gunmane.core.risk import LOSS_EDGES
from gunmane.core.words import AssetClass
from gunmane.store.query import Conn, ReadConn, shaped, sql, structs

FINEST_LEVEL = 18
"""Cells of 2^-18 of the world: about 125 m in Japan."""
COARSEST_LEVEL = 4


class RegionLine(Struct, frozen=True):
    """A region as listed."""

    region_id: UUID
    name: str
    field: str
    origin: str


class MemberLine(Struct, frozen=True):
    """A member of a region as listed."""

    owner_id: UUID
    code: str
    name: str
    kind: str
    population: int | None
    area_km2: float | None
    engineers: dict[str, int]
    origin: str


class PlanLine(Struct, frozen=True):
    """The newest plan of a region as linked."""

    plan_id: UUID
    edition: int
    status: str
    as_of: date
    pdf_sha256: str | None
    created_at: datetime


class RiskLine(Struct, frozen=True):
    """An asset in the list of risks; yen a year, probabilities of being bad within 5 years."""

    owner_id: UUID
    asset_id: UUID
    asset_class: AssetClass
    number: str
    name: str | None
    built_year: int | None
    built_precision: str
    route: str | None
    length_m: float | None
    diameter_mm: int | None
    material_text: str | None
    origin: str
    status: str
    scale: str | None
    grade: str | None
    inspected_on: date | None
    bad_5y: float | None
    bad_5y_low: float | None
    bad_5y_high: float | None
    loss_yen_per_year: float
    reasons: Any


class RiskFilter(Struct, frozen=True):
    """What the list and the map are narrowed to; no class is every class, band 0 every loss."""

    owners: tuple[UUID, ...]
    asset_class: str | None = None
    band: int = 0

    @property
    def least_loss(self) -> float:
        """The lower edge of the class of loss, yen a year."""
        return LOSS_EDGES[self.band]


class Cells(Struct, frozen=True):
    """Map cells as columns: where they lie, how many assets, the highest class of loss."""

    x: list[int]
    y: list[int]
    n: list[int]
    band: list[int]


class Drawn(Struct, frozen=True):
    """An asset to be drawn on the map."""

    geometry: bytes
    asset_id: UUID
    asset_class: AssetClass
    number: str | None
    grade: str | None
    loss: float | None


async def list_regions(conn: ReadConn) -> list[RegionLine]:
    """List the regions that the principal belongs to."""
    return msgspec.convert(await conn.fetch(sql("overview", "list_regions")), list[RegionLine])


async def list_members(conn: ReadConn, region_id: UUID, today: date) -> list[MemberLine]:
    """List the present members of a region."""
    return msgspec.convert(await conn.fetch(sql("overview", "list_members"), region_id, today), list[MemberLine])


async def latest_plan(conn: ReadConn, region_id: UUID) -> PlanLine | None:
    """Find the newest plan of a region."""
    row = await conn.fetchrow(sql("overview", "latest_plan"), region_id)
    return None if row is None else msgspec.convert(row, PlanLine)


async def outlines(conn: ReadConn, region_id: UUID) -> list[Outline]:
    """List the members' boundaries as the newest plan keeps them; none without a plan or a boundary file."""
    return msgspec.convert(await conn.fetchval(sql("overview", "outlines"), region_id) or [], list[Outline])


async def seen(conn: ReadConn, owners: Sequence[UUID] | None) -> bytes:
    """Digest what the principal sees of the counts and map cells of these owners: equal digests, equal counts.

    None are all owners that it may know of.
    """
    return await conn.fetchval(sql("overview", "seen"), None if owners is None else list(owners))


async def highest_risks(
    conn: ReadConn,
    owners: Sequence[UUID],
    classes: Sequence[str] | None,
    least_loss: float,
    *,
    after: tuple[float, UUID] | None = None,
    limit: int = 50,
) -> list[RiskLine]:
    """List assets by expected loss, highest first, following the place `after` (loss and id of the last one seen).

    `classes` are as many as the owners, one of each, which may then stand there several times.
    """
    loss, asset_id = after or (math.inf, UUID(int=2**128 - 1))
    if not owners:
        return []
    words = frozenset[str]() if classes is None else frozenset({"by_class"})
    text = shaped("overview", "highest_risks", words, len(owners))
    return structs(await conn.fetch(text, owners, classes, least_loss, loss, asset_id, limit), RiskLine)


async def recount_cells(conn: Conn, owners: Sequence[UUID]) -> None:
    """Count the map cells of these owners anew, from the finest level to the coarsest."""
    await conn.execute(sql("overview", "clear_cells"), list(owners))
    await conn.execute(sql("overview", "count_finest_cells"), list(owners), FINEST_LEVEL)
    for level in range(FINEST_LEVEL, COARSEST_LEVEL, -1):
        await conn.execute(sql("overview", "count_coarser_cells"), list(owners), level)


async def cells_of_tile(conn: ReadConn, wanted: RiskFilter, level: int, columns: range, rows: range) -> Cells:
    """Read the cells of one level inside a tile."""
    found = await conn.fetchrow(
        sql("overview", "cells_of_tile"),
        list(wanted.owners),
        level,
        columns.start,
        columns.stop - 1,
        rows.start,
        rows.stop - 1,
        wanted.asset_class,
        wanted.band,
    )
    return structs([found], Cells)[0]


async def assets_of_tile(
    conn: ReadConn, wanted: RiskFilter, bounds: tuple[float, float, float, float]
) -> list[Drawn]:
    """List the assets that touch west, south, east, north."""
    west, south, east, north = bounds
    box = asyncpg.Box((east, north), (west, south))
    rows = await conn.fetch(
        sql("overview", "assets_of_tile"), list(wanted.owners), box, wanted.asset_class, wanted.least_loss
    )
    return structs(rows, Drawn)


async def extent(conn: ReadConn, owners: Sequence[UUID], level: int = 12) -> tuple[int, int, int, int] | None:
    """Return west, north, east, south cells of one level that hold all located assets; None when none is."""
    row = await conn.fetchrow(sql("overview", "extent"), list(owners), level)
    return None if row["west"] is None else (row["west"], row["north"], row["east"], row["south"])
