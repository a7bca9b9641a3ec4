"""Owners, regions and tallies as the API reads them."""

from datetime import date
from uuid import UUID

import msgspec
from msgspec import Struct

from gunmane.core.words import Origin, OwnerKind
from gunmane.store.query import ReadConn, sql


class OwnerRow(Struct, frozen=True, kw_only=True):
    """An organisation that answers for assets."""

    owner_id: UUID
    code: str
    name: str
    kind: OwnerKind
    population: int | None = None
    area_km2: float | None = None
    origin: Origin


class Member(Struct, frozen=True, kw_only=True):
    """A member of a region; `code` and `name` are None for one that the principal no longer knows."""

    owner_id: UUID
    code: str | None = None
    name: str | None = None
    joined_on: date
    left_on: date | None = None


class RegionRow(Struct, frozen=True, kw_only=True):
    """A cooperation group with its members, past and present."""

    region_id: UUID
    name: str
    field: str
    origin: Origin
    members: tuple[Member, ...]


async def owners(conn: ReadConn) -> list[OwnerRow]:
    """List the owners that the principal knows."""
    return msgspec.convert(await conn.fetch(sql("regions", "owners")), list[OwnerRow])


async def owner(conn: ReadConn, owner_id: UUID) -> OwnerRow | None:
    """Read one owner."""
    row = await conn.fetchrow(sql("regions", "owner"), owner_id)
    return None if row is None else msgspec.convert(row, OwnerRow)


async def regions(conn: ReadConn, region_id: UUID | None = None) -> list[RegionRow]:
    """List the principal's regions, or the one asked for."""
    return msgspec.convert(await conn.fetch(sql("regions", "regions"), region_id), list[RegionRow])
