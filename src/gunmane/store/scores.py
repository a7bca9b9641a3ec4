"""What a run computed for each asset, written back set-based."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from gunmane.core.words import AssetClass
from gunmane.store import copying
from gunmane.store.copying import Batch, Column, copy_in
from gunmane.store.query import Conn, sql

RISK_REALS = (
    "bad_1y", "bad_5y", "bad_10y", "bad_1y_low", "bad_1y_high", "bad_5y_low", "bad_5y_high", "bad_10y_low",
    "bad_10y_high", "life_median_years", "life_low_years", "life_high_years",
)  # fmt: skip

Numbers = Sequence[float | None] | NDArray[Any]


class DueItemColumns(Struct, frozen=True, kw_only=True):
    """Due dates of one class, one row per asset and duty; `asset_id` is an array of n x 16 bytes."""

    owner_id: NDArray[np.uint8]
    asset_id: NDArray[np.uint8]
    duty: Sequence[str]
    state: Sequence[str]
    window_open: Sequence[Any]
    due_soft: Sequence[Any]
    due: Sequence[Any]
    anchor_on: Sequence[Any]
    rule: Sequence[str]
    basis: Sequence[str | None]
    reason_ja: Sequence[str | None]
    reason_en: Sequence[str | None]
    planned_month: Sequence[Any]
    engineer: Sequence[str | None]


def id_bytes(owners: Sequence[UUID], owner: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return the identifier of each row's owner as an array of n x 16 bytes."""
    table = np.frombuffer(b"".join(one.bytes for one in owners), dtype=np.uint8).reshape(-1, 16)
    return table[owner]


def risk_batch(
    owner_id: NDArray[np.uint8],
    asset_id: NDArray[np.uint8],
    numbers: Mapping[str, Numbers],
    consequence_yen: Numbers,
    loss_yen_per_year: Numbers,
    likelihood_band: NDArray[Any],
    consequence_band: NDArray[Any],
    reasons: Sequence[str | None],
) -> Batch:
    """Encode risks; `numbers` by the names of `RISK_REALS` (absent: unknown), `reasons` as JSON text."""
    columns: list[Column] = [copying.uuids("owner_id", owner_id), copying.uuids("asset_id", asset_id)]
    columns += [copying.reals(name, numbers[name]) for name in RISK_REALS if name in numbers]
    columns += [
        copying.floats("consequence_yen", consequence_yen),
        copying.floats("loss_yen_per_year", loss_yen_per_year),
        copying.smallints("likelihood_band", likelihood_band),
        copying.smallints("consequence_band", consequence_band),
        copying.jsons("reasons", reasons),
    ]
    return copying.batch("staged_risks", columns, len(asset_id))


def due_batch(items: DueItemColumns) -> Batch:
    """Encode due dates."""
    columns: list[Column] = [copying.uuids("owner_id", items.owner_id), copying.uuids("asset_id", items.asset_id)]
    for name in ("duty", "state", "rule", "basis", "reason_ja", "reason_en", "engineer"):
        columns.append(copying.texts(name, getattr(items, name)))
    for name in ("window_open", "due_soft", "due", "anchor_on", "planned_month"):
        columns.append(copying.dates(name, getattr(items, name)))
    return copying.batch("staged_due_items", columns, len(items.asset_id))


async def begin(conn: Conn) -> None:
    """Make the temporary tables of a transaction."""
    await conn.execute(sql("scores", "stage_risks"))
    await conn.execute(sql("scores", "stage_due_items"))


async def replace_risks(
    conn: Conn, owners: Sequence[UUID], asset_class: AssetClass, run_id: UUID, batches: Sequence[Batch]
) -> int:
    """Replace the risks of some owners and one class; return how many there are now."""
    return await _replace(conn, "risks", owners, asset_class, run_id, batches)


async def replace_due_items(
    conn: Conn, owners: Sequence[UUID], asset_class: AssetClass, run_id: UUID, batches: Sequence[Batch]
) -> int:
    """Replace the due dates of some owners and one class; return how many there are now."""
    return await _replace(conn, "due_items", owners, asset_class, run_id, batches)


async def _replace(
    conn: Conn, table: str, owners: Sequence[UUID], asset_class: AssetClass, run_id: UUID, batches: Sequence[Batch]
) -> int:
    await conn.execute(sql("scores", f"clear_{table}"), list(owners), asset_class.value)
    count = 0
    for one in batches:
        await copy_in(conn, one)
        done = await conn.execute(sql("scores", f"insert_{table}"), asset_class.value, run_id)
        count += int(done.split()[-1])
        await conn.execute(sql("scores", "forget_staged"))
    return count
