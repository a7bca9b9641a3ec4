"""Whole columns of a chunk: texts, identifiers, measures, years."""

from operator import itemgetter
from typing import Any

import numpy as np

from gunmane.core.errors import Fault
from gunmane.core.ledgers.columns import flag
from gunmane.core.ledgers.context import UNKNOWN_WHEN
from gunmane.core.ledgers.eras import When
from gunmane.core.ledgers.memo import as_array, floats
from gunmane.core.ledgers.recognise import Use
from gunmane.core.ledgers.rows import Rows
from gunmane.core.ledgers.text import narrow, one_line
from gunmane.core.words import Precision, Status


def plain_fields(rows: Rows) -> tuple[dict[str, list[Any]], dict[str, list[str | None]]]:
    """Read the columns of fields that stand for themselves."""
    count = len(rows)
    fields: dict[str, list[Any]] = {}
    for name in ("name", "route"):
        fields[name] = texts(rows, rows.reading.use_of(name))
    for name in ("length_m", "width_m", "area_m2", "depth_m"):
        fields[name] = measures(rows, rows.reading.use_of(name))
    fields["diameter_mm"] = diameters(rows, rows.reading.use_of("diameter_mm"))
    for name, default in (("material", None), ("status", Status.IN_SERVICE.value), ("municipality_code", None)):
        use = rows.reading.use_of(name)
        constant = rows.reading.constants.get(name, default)
        fields[name] = memoised(rows, use) if use else [constant] * count
        if use and default:
            fields[name] = [default if value is None else value for value in fields[name]]
    material = rows.reading.use_of("material")
    fields["material_text"] = texts(rows, material)
    fields["built_year"], fields["built_on"], fields["built_precision"] = built(rows)
    ids = {name: keys(rows, rows.reading.use_of(name)) for name in ("xroad_number", "coordinate_id", "other_number")}
    return fields, ids


def memoised(rows: Rows, use: Use) -> list[Any]:
    """Read a column through its memo and note what was odd."""
    cells = rows.cells(use)
    memo = rows.context.memo(use)
    values = memo.column(cells)
    rows.odd(use, memo.oddities(cells))
    return values


def texts(rows: Rows, use: Use | None) -> list[str | None]:
    """Read free text: trimmed, line breaks made blanks, words for unknown made None."""
    if use is None:
        return [None] * len(rows)
    cells = rows.cells(use)
    joined = rows.joined(use)
    unknown = rows.context.unknown_texts
    if not joined.isprintable():
        return [None if text in unknown else text for text in map(one_line, cells)]
    if " " in joined:
        return [None if text in unknown else text for text in map(str.strip, cells)]
    return cells if unknown.isdisjoint(cells) else [None if text in unknown else text for text in cells]  # type: ignore[return-value]


LONGEST_NUMBER = 200
"""Characters of an identifier; a longer text is none, and more than an index of the inventory holds."""


def keys(rows: Rows, use: Use | None) -> list[str | None]:
    """Read identifiers: narrowed and trimmed, so that full-width and plain spellings are the same.

    A text too long for one rejects the row where it is the asset's number, else it becomes None and a flag.
    """
    if use is None:
        return [None] * len(rows)
    joined = rows.joined(use)
    if joined.isascii():
        found = texts(rows, use)
    else:
        unknown = rows.context.unknown_texts
        found = [None if text in unknown else text for text in map(narrow, rows.cells(use))]
    if len(joined) > LONGEST_NUMBER and max(map(len, filter(None, found)), default=0) > LONGEST_NUMBER:
        long = [position for position, text in enumerate(found) if text and len(text) > LONGEST_NUMBER]
        fault = Fault("number_too_long", values={"longest": LONGEST_NUMBER})
        rows.odd(use, [(position, fault) for position in long])
        found = [text if text is None or len(text) <= LONGEST_NUMBER else None for text in found]
    return found


def measures(rows: Rows, use: Use | None) -> list[float | None]:
    """Read a measure; what is outside the limits becomes None and a flag."""
    if use is None:
        return [None] * len(rows)
    cells = rows.cells(use)
    memo = rows.context.memo(use)
    values, asked = floats(cells, memo, use.field.unit, use.unit, not (use.values or use.zero_unknown))
    if asked:
        rows.odd(use, memo.oddities(cells))
        return values
    return _within(rows, use, values)


def _within(rows: Rows, use: Use, values: list[Any]) -> list[Any]:
    """Return `values` with None for what is impossible, flagging those rows."""
    limit = rows.context.limits.of(use.field.name, rows.reading.asset_class)
    if limit is None:
        return values
    numbers = as_array(values)
    cells = rows.cells(use)
    for position in np.flatnonzero((numbers < limit[0]) | (numbers > limit[1])).tolist():
        values[position] = None
        rows.note(position, flag("out_of_range", use.field.name, one_line(cells[position])))
    return values


def diameters(rows: Rows, use: Use | None) -> list[int | None]:
    """Read diameters; a box (width, height) has none, its width goes into the attributes."""
    if use is None:
        return [None] * len(rows)
    values = memoised(rows, use)
    if any(type(value) is tuple for value in rows.context.memo(use).values()):
        values = [None if type(value) is tuple else value for value in values]
    return values


def built(rows: Rows) -> tuple[list[Any], list[Any], list[Any]]:
    """Read the year or day of construction.

    A septic system without one is taken to be about as old as its use: a tank is installed before it is used, so the
    precision is `about` (no inspection is refused because of it), and the row says so (`built_from_use`).
    """
    use = rows.reading.use_of("built")
    values = memoised(rows, use) if use else [UNKNOWN_WHEN] * len(rows)
    started = rows.reading.use_of("use_started_on")
    if started is not None:
        values = _built_or_used(rows, values, started)
    return list(map(itemgetter(0), values)), list(map(itemgetter(1), values)), list(map(itemgetter(2), values))


def _built_or_used(rows: Rows, values: list[Any], started: Use) -> list[Any]:
    """Let the start of use stand in for years of construction that are unknown."""
    cells = rows.cells(started)
    days = rows.context.memo(started).column(cells)
    found = list(values)
    for position, (value, day) in enumerate(zip(values, days, strict=True)):
        if value[0] is None and isinstance(day, When):
            found[position] = (day.year, None, Precision.ABOUT.value)
            rows.note(position, flag("built_from_use", "built", one_line(cells[position])))
    return found
