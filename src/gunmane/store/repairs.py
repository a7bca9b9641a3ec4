"""Repairs in the database."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from gunmane.core.inspections import Repair
from gunmane.core.words import AssetClass, Origin
from gunmane.store.query import Conn, ReadConn, sql


class LoggedRepair(Struct, frozen=True, kw_only=True):
    """A repair as it stands in the record."""

    repair_id: UUID
    owner_id: UUID
    asset_id: UUID
    asset_class: AssetClass
    repaired_on: date
    kind: str
    cost_yen: int | None = None
    notes: str | None = None
    origin: Origin = Origin.API
    recorded_at: datetime


async def log(conn: Conn, repair: Repair, key_id: UUID) -> LoggedRepair | None:
    """Log one repair; None when the identifier is taken or the asset isn't the owner's."""
    row = await conn.fetchrow(
        sql("repairs", "log"),
        repair.owner_id, repair.repair_id, repair.asset_id, repair.repaired_on, repair.kind, repair.cost_yen,
        repair.notes, repair.origin.value, repair.recorded_at, key_id,
    )  # fmt: skip
    return None if row is None else msgspec.convert(row, LoggedRepair)


async def one(conn: ReadConn, repair_id: UUID, owners: Sequence[UUID]) -> LoggedRepair | None:
    """Read one repair of these owners."""
    row = await conn.fetchrow(sql("repairs", "one"), repair_id, owners)
    return None if row is None else msgspec.convert(row, LoggedRepair)


async def page(
    conn: ReadConn,
    owners: Sequence[UUID],
    before: UUID | None,
    asset_id: UUID | None,
    classes: Sequence[str] | None,
    limit: int,
) -> list[LoggedRepair]:
    """List repairs of these owners, newest identifier first."""
    rows = await conn.fetch(sql("repairs", "page"), owners, before, asset_id, classes, limit)
    return msgspec.convert(rows, list[LoggedRepair])
