"""Flags of assets and inspections with where they come from, read in the order of the ledgers."""

from collections.abc import AsyncIterator
from datetime import date
from typing import NamedTuple
from uuid import UUID

from gunmane.core.ledgers.columns import DERIVED
from gunmane.store.ledgers import Target
from gunmane.store.query import ReadConn, sql

_ROWS = 10_000
"""Rows in memory at a time."""


class Doubted(NamedTuple):
    """An asset, or an inspection (with its day), with all its flags; `path` is "" where no ledger told it."""

    ledger_id: UUID | None
    path: str
    row: int | None
    number: str
    flags: list[str]
    inspected_on: date | None
    grade: str | None


class Derived(NamedTuple):
    """How many values of one kind the program filled in for one ledger."""

    path: str
    code: str
    values: int


async def doubted(conn: ReadConn, target: Target) -> AsyncIterator[Doubted]:
    """Walk the assets, then the inspections, of an owner and class that have a doubt."""
    for name in ("doubted_assets", "doubted_inspections"):
        where = (target.owner_id, target.asset_class.value, sorted(DERIVED))
        cursor = await conn.cursor(sql("doubts", name), *where)
        while rows := await cursor.fetch(_ROWS):
            for row in rows:
                yield Doubted(*row)


async def derived(conn: ReadConn, target: Target) -> list[Derived]:
    """Count what the program filled in for an owner and class."""
    rows = await conn.fetch(sql("doubts", "derived"), target.owner_id, target.asset_class.value, sorted(DERIVED))
    return [Derived(*row) for row in rows]


async def headers(conn: ReadConn, target: Target) -> dict[UUID, dict[str, str]]:
    """Return the header that feeds each field, by recorded ledger of an owner and class."""
    rows = await conn.fetch(sql("doubts", "columns_of_ledgers"), target.owner_id, target.asset_class.value)
    return {
        row["ledger_id"]: {field: header for header, field in reversed(row["columns"].items())}
        for row in rows
        if row["columns"]
    }
