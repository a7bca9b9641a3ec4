"""Ledgers into the inventory: rows are copied to temporary tables and merged by statements over whole sets.

One import of a ledger is: `begin`, `lock`, then `copy_in` of the batches made by `asset_batch`; where the owner has
no assets of the class yet `insert_staged` after each of them, else `match_staged` and `merge_staged` after the last.
All of it in one transaction in which `access.operate` has been called.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from gunmane.core.words import AssetClass, Origin
from gunmane.store import copying, words
from gunmane.store.copying import Batch, Column, copy_in
from gunmane.store.ids import uuid7_bytes
from gunmane.store.query import Conn, ReadConn, sql

PROVIDED = (
    "name", "built", "municipality_code", "route", "length_m", "width_m", "area_m2", "diameter_mm", "depth_m",
    "material", "geometry", "status",
)  # fmt: skip
"""What a ledger may have or not: the order of the switches of query `merge_assets`."""

SCHEMES = ("xroad_number", "coordinate_id", "other_number")
"""Outside identifiers, surest first."""

EXAMPLES = 10


class Supply(Struct, frozen=True):
    """What a ledger has: names of `PROVIDED`, the names of its attributes, whether it has outside identifiers.

    What it does not have stays as the inventory knows it.
    """

    fields: frozenset[str]
    attributes: tuple[str, ...] = ()
    outside_numbers: bool = False


class Target(Struct, frozen=True):
    """Where a ledger's rows go, and under which name they are recorded."""

    owner_id: UUID
    asset_class: AssetClass
    ledger_id: UUID
    origin: Origin


class Change(Struct, frozen=True):
    """One changed asset: its number, and former and present value of each field that differs."""

    number: str
    fields: dict[str, tuple[Any, Any]]


class Merged(Struct, frozen=True):
    """What merging did, with some examples."""

    added: int = 0
    changed: int = 0
    doubtful: int = 0  # rows that say of something to be unknown which is known, and nothing else odd
    added_examples: tuple[str, ...] = ()
    changed_examples: tuple[Change, ...] = ()


class Recorded(Struct, frozen=True):
    """The newest recorded import of a ledger."""

    ledger_id: UUID
    path: str
    asset_class: AssetClass
    content: str
    sha256: bytes
    mapping: dict[str, Any]
    rows_read: int
    rows_new: int
    rows_changed: int
    rows_unchanged: int
    rows_missing: int
    rows_rejected: int
    rows_flagged: int
    imported_at: datetime


class Numbers(Struct, frozen=True, eq=False):
    """Numbers of assets as sorted hashes of this process: 8 bytes each."""

    hashes: NDArray[np.int64]

    def unknown(self, numbers: Sequence[str]) -> NDArray[np.bool_]:
        """Tell which numbers are not among them; one in 10^13 may be taken for another."""
        wanted = np.fromiter(map(hash, numbers), dtype=np.int64, count=len(numbers))
        if not len(self.hashes):
            return np.ones(len(wanted), dtype=np.bool_)
        slots = np.minimum(np.searchsorted(self.hashes, wanted), len(self.hashes) - 1)
        return np.asarray(self.hashes[slots] != wanted)


_NUMBERS = 50_000


class LedgerRow(Struct, frozen=True, kw_only=True):
    """What is recorded of an import; `sha256` is the digest of the file's bytes."""

    path: str
    content: str
    sha256: bytes
    as_of: date
    encoding: str | None
    crs: int | None
    mapping: dict[str, Any]
    warnings: Sequence[Any]
    rows_read: int
    rows_new: int
    rows_changed: int
    rows_unchanged: int
    rows_missing: int
    rows_rejected: int
    rows_flagged: int


_COLUMNS: tuple[tuple[str, Any], ...] = (
    ("number", copying.texts),
    ("name", copying.texts),
    ("built_year", copying.smallints),
    ("built_on", copying.dates),
    ("built_precision", copying.texts),
    ("municipality_code", copying.texts),
    ("route", copying.texts),
    ("length_m", copying.floats),
    ("width_m", copying.floats),
    ("area_m2", copying.floats),
    ("diameter_mm", copying.integers),
    ("depth_m", copying.floats),
    ("material", copying.texts),
    ("material_text", copying.texts),
    ("attributes", copying.jsons),
    ("geometry", copying.blobs),
    ("status", copying.texts),
    ("flags", copying.text_arrays),
)
_OF_SUPPLY = {
    "built_year": "built", "built_on": "built", "built_precision": "built", "material_text": "material"
}  # fmt: skip
_ALWAYS = frozenset(("number", "attributes", "flags"))


def asset_batch(
    rows: Sequence[int], fields: Mapping[str, Sequence[Any]], ids: Mapping[str, Sequence[str | None]], supply: Supply
) -> Batch:
    """Encode rows for the temporary table; only the columns that the ledger has.

    `fields` are lists by the names of `core.inventory.Asset`, with `attributes` as JSON text, `geometry` as WKB and
    its box as `west`, `south`, `east`, `north`.
    """
    columns: list[Column] = [copying.bigints("row_number", rows), copying.uuids("asset_id", uuid7_bytes(len(rows)))]
    for name, encoder in _COLUMNS:
        if name in _ALWAYS or _OF_SUPPLY.get(name, name) in supply.fields:
            columns.append(encoder(name, fields[name]))
    if "geometry" in supply.fields:
        columns.append(copying.boxes("bounds", fields["west"], fields["south"], fields["east"], fields["north"]))
    if supply.outside_numbers:
        columns += [copying.texts(scheme, ids[scheme]) for scheme in SCHEMES]
    return copying.batch("staged_assets", columns, len(rows))


async def begin(conn: Conn) -> None:
    """Make the temporary tables of a transaction."""
    for name in ("stage_assets", "stage_matches", "stage_seen"):
        await conn.execute(sql("ledgers", name))


async def lock(conn: Conn, owner_id: UUID, asset_class: AssetClass) -> bool:
    """Wait for other imports of the same class; tell whether the owner has assets of it."""
    await conn.execute(sql("ledgers", "lock_owner"), owner_id, asset_class.value)
    return await conn.fetchval(sql("ledgers", "any_assets"), owner_id, asset_class.value)


async def known_numbers(conn: ReadConn, owner_id: UUID, asset_class: AssetClass) -> Numbers:
    """Return the numbers of an owner's assets of a class."""
    hashes: list[NDArray[np.int64]] = [np.zeros(0, dtype=np.int64)]
    cursor = await conn.cursor(sql("ledgers", "known_numbers"), owner_id, asset_class.value)
    while rows := await cursor.fetch(_NUMBERS):
        hashes.append(np.fromiter((hash(row[0]) for row in rows), dtype=np.int64, count=len(rows)))
    return Numbers(np.sort(np.concatenate(hashes)))


async def insert_staged(conn: Conn, target: Target, supply: Supply) -> int:
    """Insert the staged rows where the owner had no assets of the class, and forget them; return their count."""
    where = (target.owner_id, target.asset_class.value)
    done = await conn.execute(sql("ledgers", "insert_assets"), *where, target.ledger_id, target.origin.value)
    if supply.outside_numbers:
        await conn.execute(sql("ledgers", "add_numbers"), *where)
    await conn.execute(sql("ledgers", "forget_staged_assets"))
    return int(done.split()[-1])


MANY = 500
"""Rows from which joins by hashing are sure to be right."""


async def join_by_hash(conn: Conn, rows: int) -> None:
    """Keep the planner from looking many rows up one by one.

    A table that has just been filled has no statistics yet (only its owner can make them), so that it looks small;
    nested loops over it would take time by the square of the rows.
    """
    await conn.execute(f"SET LOCAL enable_nestloop = {'off' if rows >= MANY else 'on'}")


async def match_staged(conn: Conn, target: Target, supply: Supply) -> int:
    """Find out which staged rows are which assets, and return their count."""
    where = (target.owner_id, target.asset_class.value)
    await conn.execute("ANALYZE staged_assets")
    await join_by_hash(conn, await conn.fetchval(sql("ledgers", "count_staged")))
    done = await conn.execute(sql("ledgers", "match_by_number"), *where)
    count = int(done.split()[-1])
    if supply.outside_numbers:
        done = await conn.execute(sql("ledgers", "match_by_outside_number"), *where)
        count += int(done.split()[-1])
    await conn.execute("ANALYZE matched_assets")
    return count


async def note_seen(conn: Conn) -> None:
    """Note the assets that the staged rows have been matched with: they have not vanished."""
    await conn.execute(sql("ledgers", "note_seen"))


async def merge_staged(conn: Conn, target: Target, supply: Supply, others: Sequence[UUID] = ()) -> Merged:
    """Merge the staged and matched rows into the inventory in one statement, and note them as seen.

    `others` are the imports of other ledgers that take part: what this one calls unknown may come from them.
    """
    where = (target.owner_id, target.asset_class.value)
    added_examples = [row["number"] for row in await conn.fetch(sql("ledgers", "added_examples"), EXAMPLES)]
    row = await conn.fetchrow(
        sql("ledgers", "merge_assets"),
        *where,
        target.ledger_id,
        target.origin.value,
        [name in supply.fields for name in PROVIDED],
        list(supply.attributes),
        list(others),
    )
    await note_seen(conn)
    if supply.outside_numbers:
        await conn.execute(sql("ledgers", "add_numbers"), *where)
    examples: list[Change] = []
    if row["changed"]:
        found = await conn.fetch(sql("ledgers", "changed_examples"), target.owner_id, target.ledger_id, EXAMPLES)
        examples = [_change(one["number"], one["former"], one["present"]) for one in found]
    return Merged(row["added"], row["changed"], row["doubtful"], tuple(added_examples), tuple(examples))


_OWN_FIELDS = frozenset(
    (
        "revision",
        "recorded_at",
        "recorded_by",
        "superseded_at",
        "ledger_id",
        "ledger_row",
        "bounds",
        "place",
        "origin",
    )
)


def _change(number: str, former: dict[str, Any], present: dict[str, Any]) -> Change:
    differing = {
        name: (former.get(name), value)
        for name, value in present.items()
        if name not in _OWN_FIELDS and former.get(name) != value
    }
    if "geometry" in differing:
        differing["geometry"] = ("…", "…")
    return Change(number, differing)


async def forget_staged(conn: Conn) -> None:
    """Empty the temporary tables for the next ledger."""
    await conn.execute(sql("ledgers", "forget_staged_assets"))


async def own_ledgers(conn: ReadConn, target: Target, paths: Sequence[str]) -> list[UUID]:
    """List the recorded imports of these ledgers of assets."""
    rows = await conn.fetch(sql("ledgers", "own_ledgers"), target.owner_id, target.asset_class.value, list(paths))
    return [row["ledger_id"] for row in rows]


async def continued(conn: ReadConn, target: Target, ledger_ids: Sequence[UUID], paths: Sequence[str]) -> list[UUID]:
    """List the recorded imports of the ledgers that those just read continue.

    These are the ones of the same path, and those of which at least half of the assets are listed again: a newer
    file often has another name.
    """
    where = (target.owner_id, target.asset_class.value, list(ledger_ids), list(paths))
    return [row["ledger_id"] for row in await conn.fetch(sql("ledgers", "continued_ledgers"), *where)]


async def other_numbers(conn: ReadConn, target: Target) -> list[tuple[int, str]]:
    """List the staged rows whose assets have another number in the inventory; before `forget_staged`."""
    return [tuple(row) for row in await conn.fetch(sql("ledgers", "other_numbers"), target.owner_id)]


async def vanished(
    conn: ReadConn,
    owner_id: UUID,
    asset_class: AssetClass,
    ledger_ids: Sequence[UUID],
    among: Sequence[UUID] | None = None,
    limit: int = EXAMPLES,
) -> tuple[int, tuple[str, ...]]:
    """Count the assets that came from a ledger and are in none of those just read, with some numbers.

    `among` narrows them to those that these imports had last (None: any). They are reported only: whether they have
    gone or a row was forgotten is for a person to say.
    """
    rows = await conn.fetch(sql("ledgers", "vanished"), owner_id, asset_class.value, list(ledger_ids), limit, among)
    return (rows[0]["total"] if rows else 0), tuple(row["number"] for row in rows)


async def record(conn: Conn, target: Target, row: LedgerRow) -> None:
    """Record an import."""
    await conn.execute(
        sql("ledgers", "insert_ledger"),
        target.owner_id, target.ledger_id, row.path, target.asset_class.value, row.content, row.sha256, row.as_of,
        row.encoding, row.crs, row.mapping, row.warnings, row.rows_read, row.rows_new, row.rows_changed,
        row.rows_unchanged, row.rows_missing, row.rows_rejected, row.rows_flagged, target.origin.value,
    )  # fmt: skip
    if row.content == "assets":
        await words.imported(conn, target.owner_id)


async def latest(conn: ReadConn, owner_id: UUID) -> dict[tuple[str, AssetClass, str], Recorded]:
    """Return the newest recorded import of each ledger of an owner by path, class and content."""
    rows = await conn.fetch(sql("ledgers", "latest_ledgers"), owner_id)
    found = msgspec.convert([dict(row) for row in rows], list[Recorded])
    return {(one.path, one.asset_class, one.content): one for one in found}


__all__ = [
    "PROVIDED", "SCHEMES", "Batch", "Change", "LedgerRow", "Merged", "Recorded", "Supply", "Target", "asset_batch",
    "begin", "copy_in", "forget_staged", "insert_staged", "latest", "lock", "match_staged", "merge_staged",
    "record", "vanished",
]  # fmt: skip
