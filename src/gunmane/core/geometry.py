"""Web Mercator tiles: where they lie, and their encoding as Mapbox Vector Tiles (specification 2.1).

Longitude and latitude are JGD2011 degrees; on a map the difference to WGS 84 is below a centimetre's drawing.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

EXTENT = 4096
BUFFER = 128  # drawn beyond the tile's edge, so that wide lines do not break there
MAX_LATITUDE = 85.0511287798066

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def tile_bounds(zoom: int, x: int, y: int, buffer: float = 0.0) -> tuple[float, float, float, float]:
    """Return west, south, east, north of a tile in degrees, widened by `buffer` of its size on each side.

    Raises ValueError for a tile that does not exist.
    """
    side = 1 << max(zoom, 0)
    if not (0 <= zoom <= 24 and 0 <= x < side and 0 <= y < side):
        raise ValueError(f"no tile {zoom}/{x}/{y}")

    def latitude(row: float) -> float:
        return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / side))))

    return (
        (x - buffer) / side * 360 - 180,
        latitude(y + 1 + buffer),
        (x + 1 + buffer) / side * 360 - 180,
        latitude(y - buffer),
    )


def to_tile(lonlat: Floats, zoom: int, x: int, y: int) -> Ints:
    """Project n x 2 degrees to integer coordinates inside a tile (0 to 4096, y down)."""
    side = float(1 << zoom)
    latitude = np.radians(np.clip(lonlat[:, 1], -MAX_LATITUDE, MAX_LATITUDE))
    columns = ((lonlat[:, 0] + 180) / 360 * side - x) * EXTENT
    rows = ((1 - np.arcsinh(np.tan(latitude)) / np.pi) / 2 * side - y) * EXTENT
    return np.rint(np.column_stack((columns, rows))).astype(np.int64)


def varints(values: Ints) -> tuple[bytes, Ints]:
    """Encode non-negative integers below 2^35 as protobuf varints; return the bytes and where each ends."""
    lengths = _lengths(values)
    ends = np.cumsum(lengths)
    out = np.zeros(int(ends[-1]) if len(ends) else 0, dtype=np.uint8)
    starts = ends - lengths
    for byte in range(5):
        rows = lengths > byte
        more = (lengths[rows] > byte + 1).astype(np.uint8) << 7
        out[starts[rows] + byte] = ((values[rows] >> (7 * byte)) & 0x7F).astype(np.uint8) | more
    return out.tobytes(), ends


def zigzag(values: Ints) -> Ints:
    """Map signed to unsigned integers: 0, -1, 1, -2 … become 0, 1, 2, 3 …."""
    return np.where(values < 0, -2 * values - 1, 2 * values)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _field(number: int, payload: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(payload)) + payload


def _value(value: object) -> bytes:
    """Encode a property's value: text, whole number, or number."""
    if isinstance(value, bool):
        return b"\x38" + _varint(int(value))
    if isinstance(value, int):
        return b"\x30" + _varint(value * 2 if value >= 0 else -2 * value - 1)
    if isinstance(value, float):
        return b"\x19" + np.float64(value).tobytes()
    return _field(1, str(value).encode())


class _Table:
    """Numbers the distinct keys and values of a layer."""

    def __init__(self) -> None:
        self.at: dict[tuple[type, Any], int] = {}

    def number(self, item: object) -> int:
        return self.at.setdefault((type(item), item), len(self.at))


def _lengths(values: Ints) -> Ints:
    """Count the bytes of varints."""
    lengths = np.ones(len(values), dtype=np.int64)
    for bits in (7, 14, 21, 28):
        lengths += values >= (1 << bits)
    return lengths


def _sums(values: Ints, ends: Ints) -> Ints:
    """Add up consecutive parts of an array, each of which ends before a place."""
    total = np.concatenate(([0], np.cumsum(values)))
    return total[ends] - total[np.concatenate(([0], ends[:-1]))]


def _flat(starts: Ints, counts: Ints) -> Ints:
    """Return the places start, start + 1 … of each part, one part after the other."""
    firsts = np.cumsum(counts) - counts
    return np.repeat(starts - firsts, counts) + np.arange(int(counts.sum()))


def _commands(points: Ints, part: Ints, lines: npt.NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Turn the vertices of all parts into MVT drawing commands; return them and where each part ends.

    `points` are sorted by `part`; a point part has one vertex, a line part two or more.
    """
    counts = np.bincount(part, minlength=len(lines))
    firsts = np.cumsum(counts) - counts
    deltas = points.copy()
    deltas[1:] -= points[:-1]
    deltas[firsts] = points[firsts]
    extra = np.where(lines, 2, 1)  # MoveTo, and LineTo for lines
    ends = np.cumsum(2 * counts + extra)
    starts = ends - (2 * counts + extra)
    out = np.empty(int(ends[-1]), dtype=np.int64)
    inside = np.arange(len(points)) - firsts[part]
    at = starts[part] + 1 + 2 * inside + (inside > 0)
    packed = zigzag(deltas)
    out[at] = packed[:, 0]
    out[at + 1] = packed[:, 1]
    out[starts] = 9  # MoveTo, once
    out[starts[lines] + 3] = (counts[lines] - 1) << 3 | 2  # LineTo
    return out, ends


def encode_layer(
    name: str,
    geometries: Sequence[bytes],
    properties: Mapping[str, Sequence[object]],
    tile: tuple[int, int, int],
) -> bytes:
    """Encode WKB points, lines and polygon outlines with their properties as one layer of a vector tile.

    `properties` are columns as long as `geometries`; None leaves a property out. Each part of a multi-part geometry
    becomes a feature of its own.
    """
    shapes = shapely.from_wkb(np.array(geometries, dtype=object)) if len(geometries) else np.array([], dtype=object)
    west, south, east, north = tile_bounds(*tile, buffer=BUFFER / EXTENT)
    parts, row = shapely.get_parts(shapes, return_index=True)
    areas = shapely.get_type_id(parts) == 3
    if areas.any():
        parts[areas] = shapely.get_exterior_ring(parts[areas])
    lines = shapely.get_type_id(parts) != 0
    if lines.any():
        parts[lines] = shapely.clip_by_rect(parts[lines], west, south, east, north)
        again, place = shapely.get_parts(parts, return_index=True)  # a clipped line may fall apart
        parts, row = again, row[place]
    kept = ~shapely.is_empty(parts)
    parts, row = parts[kept], row[kept]
    if not len(parts):
        return b""
    coordinates, part = shapely.get_coordinates(parts, return_index=True)
    lines = shapely.get_type_id(parts) != 0
    commands, ends = _commands(to_tile(coordinates, *tile), part, lines)
    return _layer(name, commands, ends, lines, row, properties)


def encode_points(name: str, points: Ints, properties: Mapping[str, Sequence[object]]) -> bytes:
    """Encode n x 2 points in a tile's own coordinates with their properties as one layer of a vector tile."""
    if not len(points):
        return b""
    row = np.arange(len(points))
    lines = np.zeros(len(points), dtype=np.bool_)
    return _layer(name, *_commands(points, row, lines), lines, row, properties)


def _tags(row: Ints, properties: Mapping[str, Sequence[object]]) -> tuple[Ints, Ints, _Table, _Table]:
    """Number keys and values; return each feature's pairs one after the other, and where each feature's end."""
    keys, values = _Table(), _Table()
    columns = np.empty((len(row), 2 * len(properties)), dtype=np.int64)
    for place, (key, column) in enumerate(properties.items()):
        codes = np.array([-1 if one is None else values.number(one) for one in column], dtype=np.int64)
        columns[:, 2 * place] = keys.number(key)
        columns[:, 2 * place + 1] = codes[row]
    there = np.repeat(columns[:, 1::2] >= 0, 2, axis=1)
    return columns[there], np.cumsum(there.sum(axis=1)), keys, values


def _layer(
    name: str,
    commands: Ints,
    ends: Ints,
    lines: npt.NDArray[np.bool_],
    row: Ints,
    properties: Mapping[str, Sequence[object]],
) -> bytes:
    """Put features, keys and values together.

    A feature is nothing but varints: all of them are written at once, in place of a walk through the features.
    """
    tags, tag_ends, keys, values = _tags(row, properties)
    tag_bytes, drawn_bytes = _sums(_lengths(tags), tag_ends), _sums(_lengths(commands), ends)
    tag_counts, drawn_counts = np.diff(tag_ends, prepend=0), np.diff(ends, prepend=0)
    head = 1 + _lengths(tag_bytes) + 2 + 1 + _lengths(drawn_bytes)
    size = 8 + tag_counts + drawn_counts  # beside them: 0x12, body; 0x12, length; 0x18, kind; 0x22, length
    starts = np.cumsum(size) - size
    out = np.empty(int(size.sum()), dtype=np.int64)
    out[starts] = 0x12
    out[starts + 1] = head + tag_bytes + drawn_bytes
    out[starts + 2] = 0x12
    out[starts + 3] = tag_bytes
    out[_flat(starts + 4, tag_counts)] = tags
    after = starts + 4 + tag_counts
    out[after] = 0x18
    out[after + 1] = np.where(lines, 2, 1)
    out[after + 2] = 0x22
    out[after + 3] = drawn_bytes
    out[_flat(after + 4, drawn_counts)] = commands
    return _field(
        3,
        _field(1, name.encode())
        + varints(out)[0]
        + b"".join(_field(3, str(key).encode()) for _, key in keys.at)
        + b"".join(_field(4, _value(value)) for _, value in values.at)
        + b"\x28"
        + _varint(EXTENT)
        + b"\x78\x02",
    )
