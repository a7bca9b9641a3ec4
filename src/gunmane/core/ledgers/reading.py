"""From a chunk of raw cells to typed columns."""

import hashlib
from collections.abc import Sequence
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from gunmane.core.errors import Fault
from gunmane.core.ledgers.attributes import attribute_texts
from gunmane.core.ledgers.cells import keys, plain_fields
from gunmane.core.ledgers.columns import AssetColumns, RejectedRow, flag
from gunmane.core.ledgers.contacts import hidden, read_contacts
from gunmane.core.ledgers.context import ReadContext
from gunmane.core.ledgers.observations import read_inspections
from gunmane.core.ledgers.placing import place_rows
from gunmane.core.ledgers.raw import RawChunk
from gunmane.core.ledgers.recognise import Reading
from gunmane.core.ledgers.rows import Rows
from gunmane.core.ledgers.text import fold, narrow

LONGEST_KEY = 60
"""Characters of a number joined from a row's cells."""


_TELLING = ("name", "route", "position", "latitude", "longitude")
"""Columns that a number is made from where there is none."""


def identifies(reading: Reading) -> bool:
    """Tell whether a ledger without geometry of its own has anything that tells its rows apart."""
    telling = {"number", "wkt", "plane_north", "plane_east", *_TELLING}
    return bool(reading.number_from) or any(use.field.name in telling for use in reading.uses)


def observes(reading: Reading) -> bool:
    """Tell whether a ledger of inspections says of any when it was: a date, or a grade column of a year."""
    dated = any(use.field.name in ("inspected", "article7_on") or use.year is not None for use in reading.uses)
    return dated or "inspected" in reading.constants


def read_chunk(reading: Reading, chunk: RawChunk, context: ReadContext) -> AssetColumns:
    """Read one chunk.

    A row whose number or position cannot be read, or which repeats a number, is rejected with its cells; any other
    cell that cannot be read or is impossible becomes unknown and the row is flagged with the original text.
    """
    kept, left_out, summary, broken = _select(reading, chunk, context)
    columns, numbers, geometry = chunk.columns, chunk.rows, chunk.geometry
    if kept is not None:
        columns = [list(compress(column, kept)) for column in columns]
        numbers = list(compress(numbers, kept))
        geometry = list(compress(geometry, kept)) if geometry is not None else None
    rows = Rows(reading, context, numbers, columns)
    if chunk.damaged:
        damaged = {chunk.rows[position] for position in chunk.damaged}
        for position, row in enumerate(numbers):
            if row in damaged:
                rows.note(position, flag("text_damaged"))
    fields, ids = plain_fields(rows)
    fields |= place_rows(rows, geometry, fields)
    fields["number"] = _numbers(rows, fields["geometry"])
    fields["attributes"] = attribute_texts(rows)
    drop = _repeated(rows, fields["number"])
    inspections = read_inspections(rows, fields["number"])
    rejected = broken + [_rejected(rows, position) for position in sorted(rows.faults)]
    contacts = read_contacts(context.contacts, columns, fields["number"], rows.faults, context.lexicon.unknown)
    flags: list[tuple[str, ...]] = [()] * len(rows)
    for position, texts in rows.flags.items():
        flags[position] = tuple(texts)
    fields["flags"] = flags
    found = list(numbers)
    drop = drop.union(rows.faults) if reading.rows != "inspection" else set(range(len(rows)))
    if drop:
        mask = [position not in drop for position in range(len(rows))]
        fields = {name: list(compress(column, mask)) for name, column in fields.items()}
        ids = {name: list(compress(column, mask)) for name, column in ids.items()}
        found = list(compress(found, mask))
    return AssetColumns(found, fields, ids, rejected, inspections, left_out, summary, contacts if contacts else None)


def _select(
    reading: Reading, chunk: RawChunk, context: ReadContext
) -> tuple[list[bool] | None, int, int, list[RejectedRow]]:
    """Tell which rows to read (None: all), how many the conditions leave out, how many are blank or totals."""
    count = len(chunk)
    keep = np.ones(count, dtype=bool)
    broken: list[RejectedRow] = []
    for position, (fault, cells) in chunk.broken.items():
        keep[position] = False
        names = [*reading.header, *(f"+{extra}" for extra in range(1, len(cells) - len(reading.header) + 1))]
        # cells of such a row may stand under a wrong header: where there are personal columns none of them is shown
        shown = {} if context.personal else dict(zip(names, cells, strict=False))
        broken.append(RejectedRow(chunk.rows[position], shown, (fault,)))
    totals = context.summary_texts
    summary = 0
    if chunk.geometry is None:
        for column in chunk.columns[:3]:
            if not totals.isdisjoint(column):
                for position, cell in enumerate(column):
                    if (
                        cell in totals
                        and keep[position]
                        and (cell or not any(c[position].strip() for c in chunk.columns))
                    ):
                        keep[position] = False
                        summary += 1
        summary += _footnotes(chunk, keep)
    left_out = 0
    conditions = [(*condition, True) for condition in reading.keep]
    conditions += [(*condition, False) for condition in reading.leave_out]
    for column, texts, wanted in conditions:
        verdicts = {text: (fold(text) in texts) is wanted for text in set(chunk.columns[column])}
        mask = np.fromiter(map(verdicts.__getitem__, chunk.columns[column]), dtype=bool, count=count)
        left_out += int((keep & ~mask).sum())
        keep &= mask
    return (None if keep.all() else keep.tolist()), left_out, summary, broken


_NOTE_SIGNS = ("※", "*", "＊", "注", "(注", "（注", "備考")


def _footnotes(chunk: RawChunk, keep: NDArray[np.bool_]) -> int:
    """Leave out remarks under a table, one text without anything beside it; return how many there are."""
    found = 0
    if not chunk.columns or not any(map("".join(chunk.columns[0]).__contains__, _NOTE_SIGNS)):
        return found
    for position, cell in enumerate(chunk.columns[0]):
        alone = cell.lstrip().startswith(_NOTE_SIGNS) and keep[position]
        if alone and not any(column[position].strip() for column in chunk.columns[1:]):
            keep[position] = False
            found += 1
    return found


def _numbers(rows: Rows, geometry: Sequence[bytes | None]) -> list[str]:
    """Return the number of each row, made from what identifies it where the ledger has none.

    The columns that a mapping names are joined with `/` (up to 60 characters, none blank). Else a made number is
    `~` and 16 hexadecimal digits of the BLAKE2b digest of the identifying cells, or of the geometry; it stays the
    same as long as they do. Rows that nothing identifies are rejected (`number_missing`).
    """
    use = rows.reading.use_of("number")
    found = keys(rows, use)
    if use is not None and None not in found:
        return found  # type: ignore[return-value]
    found = list(found)
    own = rows.reading.number_from
    named = [use.column for use in rows.reading.uses if use.field.name in _TELLING]
    for position, number in enumerate(found):
        if number is not None:
            continue
        parts = [fold(rows.columns[column][position]) for column in own or named]
        joined = "/".join(narrow(rows.columns[column][position]) for column in own)
        if own and all(parts) and len(joined) <= LONGEST_KEY:
            found[position] = joined
            continue
        shape = geometry[position] if not own else None
        if shape is None and not any(parts):
            rows.reject(position, Fault("number_missing", at=use.header if use else ""))
            continue
        digest = hashlib.blake2b("\x1f".join(parts).encode() + (shape or b""), digest_size=8).hexdigest()
        found[position] = f"~{digest}"
        if rows.reading.rows != "inspection":
            rows.note(position, flag("number_made"))
    return [number or "" for number in found]


def _repeated(rows: Rows, numbers: list[str]) -> set[int]:
    """Reject rows that repeat a number; where an asset has a row per year, return them instead: they are no new
    asset.
    """
    if rows.reading.rows == "inspection":
        return set()
    positions = [position for position in range(len(rows)) if position not in rows.faults] if rows.faults else None
    checked = numbers if positions is None else [numbers[position] for position in positions]
    again = rows.context.seen.repeated(checked)
    again = again if positions is None else [positions[index] for index in again]
    if rows.reading.rows == "asset_years":
        return set(again)
    use = rows.reading.use_of("number")
    for position in again:
        made = numbers[position].startswith("~")
        values = {} if made else {"number": numbers[position]}
        rows.reject(position, Fault("row_repeated" if made else "number_repeated", use.header if use else "", values))
    return set()


def _rejected(rows: Rows, position: int) -> RejectedRow:
    personal = rows.context.personal
    raw = hidden(rows.reading.header, [column[position] for column in rows.columns], personal)
    return RejectedRow(rows.rows[position], raw, tuple(rows.faults[position]))
