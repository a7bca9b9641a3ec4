"""From a ledger's chunks to batches ready for COPY, one chunk ahead of the database."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from uuid import UUID

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from gunmane.core.errors import GunmaneError
from gunmane.core.ledgers.columns import AssetColumns, RejectedRow, doubtful
from gunmane.core.ledgers.contacts import hidden
from gunmane.core.ledgers.raw import RawChunk
from gunmane.core.ledgers.reading import read_chunk
from gunmane.core.ledgers.recognise import Reading
from gunmane.core.ledgers.repairs import (
    RepairColumns,
    RepairReading,
    RepairWords,
    read_repair_words,
    read_repairs,
    recognise_repairs,
)
from gunmane.core.ledgers.text import fold
from gunmane.files import layers
from gunmane.files.catalogue import catalogue
from gunmane.files.ledgers import Ledger, LedgerSource
from gunmane.files.tables import Table, open_table
from gunmane.resources import DATA
from gunmane.store import contacts, inspections_bulk, ledgers, rejections
from gunmane.store.copying import Batch

CHUNK = 50_000
"""Rows of a ledger that are in memory at a time, twice: one chunk is read while the one before is being stored."""

_PLACES = frozenset(("latitude", "longitude", "position", "plane_north", "plane_east", "wkt"))


class Prepared(Struct, frozen=True, kw_only=True):
    """One chunk: its batches (None: nothing of the kind) and its counts."""

    supply: ledgers.Supply
    assets: Batch | None = None
    inspections: Batch | None = None
    repairs: Batch | None = None
    rejected: Batch | None = None
    contacts: Batch | None = None
    contact_parts: tuple[bool, ...] = ()
    read: int = 0
    left_out: int = 0
    flagged: int = 0


class RepairLedger(Struct, frozen=True):
    """An opened ledger of repairs."""

    source: LedgerSource
    table: Table
    reading: RepairReading
    words: RepairWords


def open_repairs(source: LedgerSource) -> RepairLedger:
    """Open a ledger of repairs; raises GunmaneError `nothing_recognised` where asset or day cannot be told."""
    table = open_table(
        source.path,
        encoding=source.encoding,
        sheet=source.sheet,
        layer=source.layer,
        header_row=source.header_row,
        crs=source.crs,
    )
    words = read_repair_words((DATA / "repairs.toml").read_bytes())
    reading = recognise_repairs(table.header, source.asset_class, catalogue().lexicon, words)
    if reading.missing:
        raise GunmaneError("nothing_recognised", path=str(source.path), header=", ".join(table.header[:8]))
    return RepairLedger(source, table, reading, words)


def supply_of(reading: Reading, chunk: RawChunk, columns: AssetColumns) -> ledgers.Supply:
    """Tell what a ledger has: what it does not have stays as the inventory knows it."""
    used = {use.field.name for use in reading.uses} | set(reading.constants)
    found = used.intersection(ledgers.PROVIDED)
    if chunk.geometry is not None or used & _PLACES or (used & {"coordinate_id"} and _known(columns, "geometry")):
        found.add("geometry")
    if _known(columns, "length_m"):
        found.add("length_m")
    attributes = [use.field.name for use in reading.uses if use.field.attribute]
    if "diameter_mm" in found:
        attributes.append("box_width_mm")
    return ledgers.Supply(frozenset(found), tuple(sorted(set(attributes))), bool(used.intersection(ledgers.SCHEMES)))


def _known(columns: AssetColumns, name: str) -> bool:
    return any(value is not None for value in columns.fields[name])


def both(one: ledgers.Supply | None, other: ledgers.Supply) -> ledgers.Supply:
    """Return what one chunk or the other has."""
    if one is None:
        return other
    return ledgers.Supply(
        one.fields | other.fields,
        tuple(sorted({*one.attributes, *other.attributes})),
        one.outside_numbers or other.outside_numbers,
    )


def prepare(
    ledger: Ledger,
    content: str,
    ledger_id: UUID,
    duty: str | None,
    known: ledgers.Numbers | None,
    size: int = CHUNK,
) -> Iterator[Prepared]:
    """Read a ledger of assets or inspections chunk by chunk.

    `duty` is what inspections fulfil whose row does not say it, `known` are the numbers of the assets there are.
    """
    for chunk in ledger.table.chunks(size):
        found = read_chunk(ledger.reading, chunk, ledger.context)
        supply = supply_of(ledger.reading, chunk, found)
        seen, people = found.inspections, found.contacts if content == "assets" else None
        cells = _cells(ledger, chunk, seen.rows, known.unknown(seen.numbers)) if known is not None else None
        yield Prepared(
            supply=supply,
            assets=ledgers.asset_batch(found.rows, found.fields, found.ids, supply) if len(found) else None,
            inspections=inspections_bulk.batch(
                seen.rows, seen.numbers, seen.inspected_on, seen.precisions, seen.scales, seen.grades,
                seen.inspectors, seen.findings, seen.flags, [one or duty for one in seen.duties],
                cells or [None] * len(seen), ledger_id,
            ) if len(seen) else None,
            rejected=rejected_batch(found.rejected, ledger_id),
            contacts=contacts.batch(people) if people is not None else None,
            contact_parts=people.provided if people is not None else (),
            read=len(chunk) - found.summary_rows,
            left_out=found.left_out,
            flagged=sum(map(doubtful, filter(None, found.fields["flags"]))),
        )  # fmt: skip


def prepare_repairs(ledger: RepairLedger, as_of: date, ledger_id: UUID, size: int = CHUNK) -> Iterator[Prepared]:
    """Read a ledger of repairs chunk by chunk."""
    where = {
        column: frozenset(map(fold, (value,) if isinstance(value, str) else value))
        for column, value in ledger.source.where.items()
    }
    for chunk in ledger.table.chunks(size):
        found: RepairColumns = read_repairs(ledger.reading, chunk, ledger.words, as_of, where)
        yield Prepared(
            supply=ledgers.Supply(frozenset()),
            repairs=inspections_bulk.repair_batch(
                found.rows, found.numbers, found.repaired_on, found.kinds, found.costs_yen, found.notes, found.cells
            ) if found.rows else None,
            rejected=rejected_batch(found.rejected, ledger_id),
            read=len(chunk),
            left_out=len(chunk) - len(found.rows) - len(found.rejected),
        )  # fmt: skip


def rejected_batch(rows: list[RejectedRow], ledger_id: UUID) -> Batch | None:
    """Encode a ledger's rejected rows with their cells and faults."""
    if not rows:
        return None
    encode = msgspec.json.encode
    return rejections.batch(
        [one.row for one in rows],
        [encode(one.raw).decode() for one in rows],
        [encode(one.faults).decode() for one in rows],
        ledger_id,
    )


def _cells(ledger: Ledger, chunk: RawChunk, rows: list[int], lost: NDArray[np.bool_]) -> list[str | None]:
    """Return the cells of the rows that no asset is found for as JSON, personal ones hidden."""
    found: list[str | None] = [None] * len(rows)
    if not lost.any():
        return found
    header, personal = ledger.reading.header, ledger.context.personal
    position = {row: place for place, row in enumerate(chunk.rows)}
    for index in np.flatnonzero(lost).tolist():
        cells = [column[position[rows[index]]] for column in chunk.columns]
        found[index] = msgspec.json.encode(hidden(header, cells, personal)).decode()
    return found


def _readable(chunks: Iterator[Prepared], path: Path) -> Iterator[Prepared]:
    try:
        yield from chunks
    except (OSError, EOFError, zlib.error, *layers.BROKEN) as error:
        raise GunmaneError("not_readable", path=str(path), reason=str(error)) from error


async def ahead(chunks: Callable[[], Iterator[Prepared]], path: Path) -> AsyncIterator[Prepared]:
    """Walk chunks that a thread of its own prepares, always one ahead of the reader.

    Raises GunmaneError `not_readable` where the file breaks off, whatever its reader says then.
    """
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1, thread_name_prefix="ledger") as thread:
        walk = _readable(chunks(), path)
        coming = loop.run_in_executor(thread, next, walk, None)
        while (found := await coming) is not None:
            coming = loop.run_in_executor(thread, next, walk, None)
            try:
                yield found
            except BaseException:
                await asyncio.wait([coming])
                raise


def named(path: Path, folder: Path) -> str:
    """Return a path as it stands in the region file."""
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name
