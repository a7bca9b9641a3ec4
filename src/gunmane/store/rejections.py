"""Rows of ledgers that could not be taken, kept whole until they are mended."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from gunmane.core.errors import Fault
from gunmane.core.words import AssetClass
from gunmane.store import copying
from gunmane.store.copying import Batch
from gunmane.store.query import Conn, ReadConn, sql


class Rejection(Struct, frozen=True):
    """A row that waits to be mended: where it stands, its cells, and everything wrong with it."""

    owner_id: UUID
    path: str
    asset_class: AssetClass
    content: str
    row_number: int
    cells: dict[str, Any]
    faults: tuple[Fault, ...]
    imported_at: datetime


def batch(rows: Sequence[int], cells: Sequence[str], faults: Sequence[str], ledger_id: UUID) -> Batch:
    """Encode a ledger's rejected rows for the temporary table; cells and faults are JSON texts."""
    columns = [
        copying.bigints("row_number", rows), copying.jsons("cells", cells), copying.jsons("faults", faults),
        copying.same_uuid("ledger_id", ledger_id, len(rows)),
    ]  # fmt: skip
    return copying.batch("staged_rejected", columns, len(rows))


async def begin(conn: Conn) -> None:
    """Make the temporary tables of a transaction."""
    await conn.execute(sql("rejections", "stage_rejected"))
    await conn.execute(sql("rejections", "open_rejected"))


async def compare(
    conn: Conn, owner_id: UUID, path: str, asset_class: AssetClass, content: str, ledger_id: UUID
) -> tuple[int, int]:
    """Mark earlier rejected rows of this ledger as mended unless they come again.

    A row is the same when its number and its cells are. Returns how many have been mended and how many of those
    staged for `ledger_id` are rejected for the first time; `keep` must come before the next ledger's `compare`.
    """
    await conn.execute(sql("rejections", "forget_open_rejected"))
    await conn.execute(sql("rejections", "find_open"), owner_id, path, asset_class.value, content)
    done = await conn.execute(sql("rejections", "mend"), owner_id, ledger_id)
    return int(done.split()[-1]), await conn.fetchval(sql("rejections", "count_new"), ledger_id)


async def keep(conn: Conn, owner_id: UUID, ledger_id: UUID) -> None:
    """Keep the staged rows that are rejected for the first time under a recorded ledger."""
    await conn.execute(sql("rejections", "keep"), owner_id, ledger_id)


async def list_open(conn: ReadConn, owners: Sequence[UUID], limit: int = 1_000_000) -> list[Rejection]:
    """List the rows of these owners that wait to be mended, by ledger and row."""
    rows = await conn.fetch(sql("rejections", "list_open"), list(owners), limit)
    return msgspec.convert([dict(row) for row in rows], list[Rejection])
