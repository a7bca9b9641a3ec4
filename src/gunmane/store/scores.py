"""What a run computed for each asset, written back set-based."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from gunmane.core.words import AssetClass
from gunmane.store import access, copying
from gunmane.store.copying import Batch, Fixed, copy_in
from gunmane.store.query import Conn, sql

RISK_REALS = (
    "bad_1y", "bad_5y", "bad_10y", "bad_1y_low", "bad_1y_high", "bad_5y_low", "bad_5y_high", "bad_10y_low",
    "bad_10y_high", "life_median_years", "life_low_years", "life_high_years",
)  # fmt: skip

_RISKS: Fixed = (
    ("owner_id", "V16"), ("asset_id", "V16"), *((name, ">f4") for name in RISK_REALS), ("consequence_yen", ">f8"),
    ("loss_yen_per_year", ">f8"), ("likelihood_band", ">i2"), ("consequence_band", ">i2"),
)  # fmt: skip
DUE_DAYS = ("window_open", "due_soft", "due", "anchor_on")
_DUE_ITEMS: Fixed = (("owner_id", "V16"), ("asset_id", "V16"), ("kind", ">i4"), *((name, ">i4") for name in DUE_DAYS))
_NO_DAY = np.iinfo(np.int32).min
_EPOCH = date(2000, 1, 1).toordinal() - date(1970, 1, 1).toordinal()


class DueKind(Struct, frozen=True):
    """What many due dates have in common."""

    duty: str
    state: str
    rule: str
    basis: str | None
    planned_month: date | None
    engineer: str | None


def id_bytes(owners: Sequence[UUID], owner: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return the identifier of each row's owner as an array of n x 16 bytes."""
    table = np.frombuffer(b"".join(one.bytes for one in owners), dtype=np.uint8).reshape(-1, 16)
    return table[owner]


def risk_batch(columns: Mapping[str, NDArray[Any]], reasons: Sequence[bytes]) -> Batch:
    """Encode risks: owner_id and asset_id (n x 16 bytes), `RISK_REALS` (NaN: unknown), yen, bands from 1.

    `reasons` are JSON texts.
    """
    return copying.fixed_batch("staged_risks", _RISKS, columns, ("reasons", [b"\x01" + text for text in reasons]))


def due_batch(columns: Mapping[str, NDArray[Any]]) -> Batch:
    """Encode due dates: owner_id, asset_id, `kind` (place among the kinds), `DUE_DAYS` as days from 1970.

    The smallest int32 stands for an unknown day.
    """
    days = {name: np.where(columns[name] == _NO_DAY, _NO_DAY, columns[name] - _EPOCH) for name in DUE_DAYS}
    return copying.fixed_batch("staged_due_items", _DUE_ITEMS, {**columns, **days})


async def begin(conn: Conn) -> None:
    """Make the temporary tables of a transaction."""
    for name in ("stage_risks", "stage_due_items", "stage_due_kinds"):
        await conn.execute(sql("scores", name))


async def replace_risks(
    conn: Conn, owners: Sequence[UUID], asset_class: AssetClass, run_id: UUID, batches: Iterable[Batch]
) -> int:
    """Replace the risks of some owners and one class; return how many there are now."""
    return await _replace(conn, "risks", owners, asset_class, run_id, batches)


async def replace_due_items(
    conn: Conn,
    owners: Sequence[UUID],
    asset_class: AssetClass,
    run_id: UUID,
    kinds: Sequence[DueKind],
    batches: Iterable[Batch],
) -> int:
    """Replace the due dates of some owners and one class; return how many there are now."""
    columns = [[getattr(one, name) for one in kinds] for name in DueKind.__struct_fields__]
    await conn.execute(sql("scores", "add_due_kinds"), *columns)
    return await _replace(conn, "due_items", owners, asset_class, run_id, batches)


async def _replace(
    conn: Conn, table: str, owners: Sequence[UUID], asset_class: AssetClass, run_id: UUID, batches: Iterable[Batch]
) -> int:
    for owner_id in owners:
        async with access.only(conn, owner_id):
            await conn.execute(sql("scores", f"clear_{table}"), [owner_id], asset_class.value)
    count = 0
    async for one in _ahead(iter(batches)):
        await copy_in(conn, one)
        done = await conn.execute(sql("scores", f"insert_{table}"), asset_class.value, run_id)
        count += int(done.split()[-1])
        await conn.execute(sql("scores", f"forget_staged_{table}"))
    await conn.execute(sql("scores", "forget_due_kinds"))
    return count


async def _ahead(batches: Iterator[Batch]) -> AsyncIterator[Batch]:
    """Walk batches that a thread encodes, always one ahead of the database."""
    coming = asyncio.ensure_future(asyncio.to_thread(next, batches, None))
    try:
        while (one := await coming) is not None:
            coming = asyncio.ensure_future(asyncio.to_thread(next, batches, None))
            yield one
    finally:
        await asyncio.wait([coming])
