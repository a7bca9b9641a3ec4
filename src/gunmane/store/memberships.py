"""Owners, regions and their members, as a region file describes them."""

import hashlib
from collections.abc import Sequence
from datetime import date
from uuid import UUID

import msgspec
from msgspec import Struct

from gunmane.core.inventory import Owner
from gunmane.core.regions import OwnerEntry, RegionFile
from gunmane.core.words import Origin
from gunmane.store.query import Conn, ReadConn, sql


class SavedRegion(Struct, frozen=True):
    """Identifiers of a region and its owners by code, in the order of the file."""

    region_id: UUID
    owners: dict[str, UUID]


def _named(kind: str, text: str) -> UUID:
    raw = bytearray(hashlib.sha256(f"gunmane {kind} {text}".encode()).digest()[:16])
    raw[6] = raw[6] & 0x0F | 0x80
    raw[8] = raw[8] & 0x3F | 0x80
    return UUID(bytes=bytes(raw))


def owner_id_of(code: str) -> UUID:
    """Return the identifier that a new owner with this code gets: a digest (UUIDv8), the same in every database."""
    return _named("owner", code)


def region_id_of(code: str) -> UUID:
    """Return the identifier of the region with this code or name: a digest (UUIDv8), the same in every database."""
    return _named("region", code)


async def identify(conn: ReadConn, file: RegionFile) -> SavedRegion:
    """Return the identifiers of a region file's region and owners, known ones and those that new ones will get."""
    codes = [owner.code for owner in file.owners]
    known = {row["code"]: row["owner_id"] for row in await conn.fetch(sql("memberships", "known_owners"), codes)}
    return SavedRegion(
        region_id_of(file.region.code or file.region.name),
        {code: known[code] or owner_id_of(code) for code in codes},
    )


async def save(conn: Conn, found: SavedRegion, file: RegionFile, day: date) -> None:
    """Write the region, its owners and their membership; who is no longer in the file leaves on `day`.

    `access.operate` must have been called for these owners and the region. Nothing is written when nothing differs.
    """
    origin = Origin.SIMULATED if file.region.simulated else Origin.LEDGER
    await conn.execute(
        sql("memberships", "save_region"), found.region_id, file.region.name, file.region.field, origin.value
    )
    await save_owners(conn, found, file, file.owners)
    await _save_members(conn, found, file, day)


async def save_owners(conn: Conn, found: SavedRegion, file: RegionFile, owners: Sequence[OwnerEntry]) -> None:
    """Write some owners of a region file with their facts."""
    for owner in owners:
        await conn.execute(
            sql("memberships", "save_owner"),
            found.owners[owner.code], owner.code, owner.name, owner.kind.value, owner.population, owner.area_km2,
            owner.engineers, file.origin(owner).value,
        )  # fmt: skip


async def _save_members(conn: Conn, found: SavedRegion, file: RegionFile, day: date) -> None:
    newest: dict[UUID, tuple[date, date | None]] = {}
    for row in await conn.fetch(sql("memberships", "members"), found.region_id):
        newest.setdefault(row["owner_id"], (row["joined_on"], row["left_on"]))
    for owner in file.owners:
        owner_id = found.owners[owner.code]
        joined, left = newest.pop(owner_id, (None, None))
        is_member = joined is not None and left is None
        joins_on = owner.joined_on or (joined if is_member else None) or day
        if (joins_on, owner.left_on) != (joined, left):
            await conn.execute(sql("memberships", "join_region"), found.region_id, owner_id, joins_on, owner.left_on)
    for owner_id, (joined, left) in newest.items():
        if left is None:
            await conn.execute(sql("memberships", "leave_region"), found.region_id, owner_id, joined, day)


async def owners_of(conn: ReadConn, owners: Sequence[UUID]) -> list[Owner]:
    """Fetch owners by identifier, by code."""
    rows = await conn.fetch(sql("memberships", "owners_of"), list(owners))
    return msgspec.convert([dict(row) for row in rows], list[Owner])
