"""Where a chunk's assets are."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from gunmane.core.errors import Fault
from gunmane.core.ledgers.cells import memoised
from gunmane.core.ledgers.columns import flag
from gunmane.core.ledgers.memo import Memo, as_array, as_list, floats
from gunmane.core.ledgers.places import JAPAN
from gunmane.core.ledgers.positions import (
    Floats,
    Placed,
    exchanged,
    exchanged_in_japan,
    kilometres_from,
    outside_japan,
    points,
    shapes,
)
from gunmane.core.ledgers.recognise import Use
from gunmane.core.ledgers.rows import Rows


def place_rows(
    rows: Rows, geometry: Sequence[bytes | None] | None, fields: dict[str, list[Any]]
) -> dict[str, list[Any]]:
    """Return `geometry` (WKB) and its box (`west` … `north`) for each row.

    Rows that lie outside Japan (where the owner is Japanese) or too far from their owner are rejected. A line gives
    the length where the ledger has none (flag `length_from_geometry`); lengths that differ too much are flagged.
    """
    placed = _placed(rows, geometry)
    if placed is None:
        nothing: list[Any] = [None] * len(rows)
        return {"geometry": nothing, "west": nothing, "south": nothing, "east": nothing, "north": nothing}
    _put_right(rows, placed)
    _check(rows, placed)
    fields["length_m"] = _lengths(rows, placed, fields["length_m"])
    west, south = as_list(placed.west), as_list(placed.south)
    point = placed.east is placed.west
    return {
        "geometry": placed.wkb,
        "west": west,
        "south": south,
        "east": west if point else as_list(placed.east),
        "north": south if point else as_list(placed.north),
    }


def _placed(rows: Rows, geometry: Sequence[bytes | None] | None) -> Placed | None:
    """Find the geometry: the file's own, text (WKT), degrees in two columns, in one, or plane coordinates."""
    reading, context = rows.reading, rows.context
    if geometry is not None:
        placed = shapes(geometry, context.to_lonlat)
        for position, (given, read) in enumerate(zip(geometry, placed.wkb, strict=True)):
            if given is not None and read is None:
                rows.note(position, flag("not_a_geometry"))
        return placed
    wkt = reading.use_of("wkt")
    if wkt:
        return _from_wkt(rows, wkt)
    latitude, longitude = reading.use_of("latitude"), reading.use_of("longitude")
    if latitude and longitude:
        return points(*_degrees(rows, longitude, latitude))
    north, east = reading.use_of("plane_north"), reading.use_of("plane_east")
    if north and east and context.to_lonlat:
        return points(*context.to_lonlat(_numbers(rows, east), _numbers(rows, north)))
    pair = reading.use_of("position") or reading.use_of("coordinate_id")
    if pair:
        return _from_pairs(rows, pair)
    return None


def _put_right(rows: Rows, placed: Placed) -> None:
    """Exchange longitude and latitude of Japanese shapes that stand the wrong way round, and say so of each."""
    if not rows.context.japanese:
        return
    wrong = np.flatnonzero(exchanged_in_japan(placed))
    if not len(wrong):
        return
    right = exchanged([placed.wkb[position] for position in wrong.tolist()])
    if placed.east is placed.west:  # points share their corners
        placed.east, placed.north = placed.west.copy(), placed.south.copy()
    for index, position in enumerate(wrong.tolist()):
        placed.wkb[position] = right.wkb[index]
        rows.note(position, flag("position_swapped"))
    for name in ("west", "south", "east", "north", "lengths"):
        column = np.array(getattr(placed, name))
        column[wrong] = getattr(right, name)
        setattr(placed, name, column)


def _from_wkt(rows: Rows, use: Use) -> Placed:
    cells = rows.cells(use)
    found = shapely.from_wkt(np.array([cell.strip() or None for cell in cells], dtype=object), on_invalid="ignore")
    for position in np.flatnonzero(shapely.is_missing(found)).tolist():
        if cells[position].strip():
            rows.reject(position, Fault("not_a_geometry", at=use.header, values={"text": cells[position][:60]}))
    return shapes(shapely.to_wkb(found).tolist(), rows.context.to_lonlat)


def _numbers(rows: Rows, use: Use) -> Floats:
    """Read a column of coordinates as numbers, NaN where unknown."""
    cells = rows.cells(use)
    memo: Memo = rows.context.memo(use)
    values, asked = floats(cells, memo, "", "", not use.zero_unknown)
    if asked:
        rows.odd(use, memo.oddities(cells))
    return as_array(values)


def _degrees(rows: Rows, east: Use, north: Use) -> tuple[Floats, Floats]:
    """Read longitude and latitude; packed degrees (354012.3) are told by their size."""
    longitude, latitude = _numbers(rows, east), _numbers(rows, north)
    for use, numbers in ((east, longitude), (north, latitude)):
        packed = np.abs(numbers) > 10_000
        if packed.any():
            numbers[packed] = _unpack(numbers[packed])
        wrong = np.abs(numbers) > (180 if use is east else 90)
        swapped_limit = np.abs(numbers) > 180
        for position in np.flatnonzero(wrong & swapped_limit).tolist():
            rows.reject(position, Fault("no_such_angle", at=use.header, values={"text": rows.cells(use)[position]}))
            numbers[position] = np.nan
    if rows.context.japanese:
        w, s, e, n = JAPAN
        swapped = (longitude >= s) & (longitude <= n) & (latitude >= w) & (latitude <= e)
        for position in np.flatnonzero(swapped).tolist():
            longitude[position], latitude[position] = latitude[position], longitude[position]
            rows.note(position, flag("position_swapped"))
    nowhere = (longitude == 0) & (latitude == 0)
    longitude[nowhere] = np.nan
    half = np.isnan(longitude) != np.isnan(latitude)
    for position in np.flatnonzero(half | nowhere).tolist():
        if position not in rows.faults:
            rows.note(position, flag("position_incomplete"))
    longitude[half] = latitude[half] = latitude[nowhere] = np.nan
    if rows.context.to_lonlat:
        longitude, latitude = rows.context.to_lonlat(longitude, latitude)
    return longitude, latitude


def _unpack(packed: Floats) -> Floats:
    """Turn dddmmss.s into degrees."""
    whole = np.floor(packed / 10_000)
    minutes = np.floor((packed - whole * 10_000) / 100)
    return whole + minutes / 60 + (packed - whole * 10_000 - minutes * 100) / 3600


def _from_pairs(rows: Rows, use: Use) -> Placed:
    """Read "lat,lon" texts; an xROAD coordinate id is such a text too."""
    if use.field.kind == "pair":
        values = memoised(rows, use)
    else:
        from gunmane.core.ledgers.places import pair

        found = [pair(cell) if cell else None for cell in rows.cells(use)]
        values = [None if isinstance(value, Fault) else value for value in found]
    empty = (np.nan, np.nan)
    both = np.array([value or empty for value in values], dtype=np.float64).reshape(-1, 2)
    longitude, latitude = np.ascontiguousarray(both[:, 0]), np.ascontiguousarray(both[:, 1])
    if rows.context.to_lonlat:
        longitude, latitude = rows.context.to_lonlat(longitude, latitude)
    return points(longitude, latitude)


FEW = 0.02
"""Up to this share of a chunk's rows (or one row) may be called strays of a ledger whose owner's seat is unknown."""


def _check(rows: Rows, placed: Placed) -> None:
    """Reject what lies where it cannot be.

    Where the owner's seat is known, that is whatever lies farther from it than its reach. Where it is not, a few
    strays are rejected; more of them say that the ledger covers a wide area, and they are flagged only.
    """
    if rows.context.japanese:
        for position in np.flatnonzero(outside_japan(placed)).tolist():
            rows.reject(
                position, Fault("outside_japan", at=_where(rows), values={"place": _written(placed, position)})
            )
    place = rows.context.place
    if place is None:
        return
    far = kilometres_from(placed, place.longitude, place.latitude)
    strays = [position for position in np.flatnonzero(far > place.reach_km).tolist() if position not in rows.faults]
    wide = place.guessed and len(strays) > max(1.0, FEW * len(rows))
    for position in strays:
        written = _written(placed, position)
        if wide:
            rows.note(position, flag("far_from_others", "position", written))
        else:
            values = {"place": written, "km": round(float(far[position]))}
            code = "far_from_others" if place.guessed else "far_from_owner"
            rows.reject(position, Fault(code, at=_where(rows), values=values))


def _written(placed: Placed, position: int) -> str:
    return f"{placed.south[position]:.5f},{placed.west[position]:.5f}"


def _where(rows: Rows) -> str:
    """Return the header of the column that says where the asset is, "" for the file's own geometry."""
    names = ("latitude", "position", "plane_north", "wkt", "coordinate_id")
    return next((use.header for use in rows.reading.uses if use.field.name in names), "")


def _lengths(rows: Rows, placed: Placed, lengths: list[float | None]) -> list[float | None]:
    """Complete and check lengths by the lines' own."""
    measured = placed.lengths
    if np.isnan(measured).all():
        return lengths
    written = as_array(lengths)
    limits = rows.context.limits
    missing = np.isnan(written) & (measured > 0)
    for position in np.flatnonzero(missing).tolist():
        lengths[position] = round(float(measured[position]), 2)
        rows.note(position, flag("length_from_geometry"))
    ratio = written / measured
    odd = ((ratio > limits.length_ratio) | (ratio < 1 / limits.length_ratio)) & (
        measured > limits.length_ratio_from_m
    )
    for position in np.flatnonzero(odd).tolist():
        rows.note(position, flag("length_differs", "length_m", f"{written[position]:g}"))
    return lengths
