"""Inspections, their photographs and conditions in the database."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct, field

from gunmane.core.words import AssetClass, Origin, Precision
from gunmane.store.query import Conn, ReadConn, sql


class Logged(Struct, frozen=True, kw_only=True):
    """An inspection as it stands in the record."""

    inspection_id: UUID
    owner_id: UUID
    asset_id: UUID
    asset_class: AssetClass
    inspected_on: date
    date_precision: Precision = Precision.DAY
    duty: str | None = None
    scale: str | None = None
    grade: str | None = None
    findings: dict[str, Any] = field(default_factory=dict[str, Any])
    inspector: str | None = None
    notes: str | None = None
    supersedes: UUID | None = None
    superseded_by: UUID | None = None
    flags: tuple[str, ...] = ()
    origin: Origin = Origin.API
    recorded_at: datetime


class PhotoRow(Struct, frozen=True):
    """A photograph promised with an inspection; `received_at` is None until its bytes are here."""

    inspection_id: UUID
    sha256: bytes
    media_type: str | None
    bytes: int | None
    received_at: datetime | None


async def one(conn: ReadConn, inspection_id: UUID, owners: Sequence[UUID]) -> Logged | None:
    """Read one inspection of these owners."""
    row = await conn.fetchrow(sql("inspections", "one"), inspection_id, owners)
    return None if row is None else msgspec.convert(row, Logged)


class Wanted(Struct, frozen=True, kw_only=True):
    """Which inspections to list; None does not restrict."""

    before: UUID | None = None
    asset_id: UUID | None = None
    classes: Sequence[str] | None = None
    grades: Sequence[str] | None = None
    first_day: date | None = None
    last_day: date | None = None
    flag: str | None = None


async def page(conn: ReadConn, owners: Sequence[UUID], wanted: Wanted, limit: int) -> list[Logged]:
    """List inspections of these owners, newest identifier first."""
    rows = await conn.fetch(
        sql("inspections", "page"),
        owners, wanted.before, wanted.asset_id, wanted.classes, wanted.grades, wanted.first_day, wanted.last_day,
        wanted.flag, limit,
    )  # fmt: skip
    return msgspec.convert(rows, list[Logged])


async def photos(conn: ReadConn, owner_id: UUID, inspection_id: UUID) -> list[PhotoRow]:
    """List the photographs promised with an inspection."""
    return msgspec.convert(await conn.fetch(sql("inspections", "photos"), owner_id, inspection_id), list[PhotoRow])


async def missing_photos(
    conn: ReadConn, owner_id: UUID, after: tuple[UUID, bytes] | None, limit: int
) -> list[PhotoRow]:
    """List photographs that were promised and have not come."""
    rows = await conn.fetch(sql("inspections", "missing_photos"), owner_id, *(after or (None, None)), limit)
    return msgspec.convert(rows, list[PhotoRow])


async def receive_photo(
    conn: Conn, owner_id: UUID, inspection_id: UUID, sha256: bytes, content: bytes, media_type: str, at: datetime
) -> PhotoRow | None:
    """Keep the bytes of a promised photograph; None when nobody promised it."""
    row = await conn.fetchrow(
        sql("inspections", "receive_photo"), owner_id, inspection_id, sha256, content, media_type, at
    )
    return None if row is None else msgspec.convert(row, PhotoRow)


async def photo(conn: ReadConn, owner_id: UUID, inspection_id: UUID, sha256: bytes) -> tuple[str, bytes] | None:
    """Read the bytes of a received photograph and their media type."""
    row = await conn.fetchrow(sql("inspections", "photo"), owner_id, inspection_id, sha256)
    return None if row is None else (row["media_type"], row["content"])
