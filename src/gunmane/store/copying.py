"""Columns to the bytes of PostgreSQL's binary COPY format, without a Python object per row.

Format: https://www.postgresql.org/docs/current/sql-copy.html ("Binary Format"): a row is the number of its fields
(int16) and each field's length (int32, -1 for null) and bytes. Every distinct text of a column is encoded once.
"""

import re
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import accumulate, chain, pairwise
from typing import Any, cast
from uuid import UUID

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from gunmane.store.query import Conn

_HEAD = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_END = b"\xff\xff"
_NULL = b"\xff\xff\xff\xff"
_EPOCH = date(2000, 1, 1).toordinal()  # PostgreSQL counts days from here
_TEXT_OID = 25

Pieces = Iterable[bytes]


class Column(Struct, frozen=True):
    """One column to copy: its name and one encoded piece (length and bytes) per row."""

    name: str
    pieces: Pieces


def _fixed(values: NDArray[Any], kind: str, unknown: NDArray[np.bool_] | None) -> list[bytes]:
    """Encode fixed-size values; `unknown` marks nulls."""
    size = np.dtype(kind).itemsize
    rows = np.empty(len(values), dtype=[("length", ">i4"), ("value", kind)])
    rows["length"] = size
    rows["value"] = values
    raw = rows.tobytes()
    step = size + 4
    pieces = [raw[start : start + step] for start in range(0, len(raw), step)]
    if unknown is not None:
        for position in np.flatnonzero(unknown).tolist():
            pieces[position] = _NULL
    return pieces


def _numbers(values: Sequence[Any] | NDArray[Any], kind: str) -> Pieces:
    if isinstance(values, np.ndarray) and values.dtype.kind in "iub":
        return _fixed(values, kind, None)
    if not isinstance(values, np.ndarray) and values.count(None) == len(values):
        return [_NULL] * len(values)
    numbers = np.array(values, dtype=np.float64)
    unknown = np.isnan(numbers)
    if not unknown.any():
        return _fixed(numbers, kind, None)
    return _fixed(np.where(unknown, 0.0, numbers), kind, unknown)


def floats(name: str, values: Sequence[float | None] | NDArray[Any]) -> Column:
    """Encode double precision; None and NaN are null."""
    return Column(name, _numbers(values, ">f8"))


def reals(name: str, values: Sequence[float | None] | NDArray[Any]) -> Column:
    """Encode real (4 bytes); None and NaN are null."""
    return Column(name, _numbers(values, ">f4"))


def smallints(name: str, values: Sequence[int | None] | NDArray[Any]) -> Column:
    """Encode smallint; None and NaN are null."""
    return Column(name, _numbers(values, ">i2"))


def integers(name: str, values: Sequence[int | None] | NDArray[Any]) -> Column:
    """Encode integer; None and NaN are null."""
    return Column(name, _numbers(values, ">i4"))


def bigints(name: str, values: Sequence[int] | NDArray[Any]) -> Column:
    """Encode bigint, without nulls (so that nothing passes through a float)."""
    return Column(name, _fixed(np.asarray(values, dtype=np.int64), ">i8", None))


def nullable_bigints(name: str, values: Sequence[int | None]) -> Column:
    """Encode bigint with nulls."""
    return Column(
        name, [_NULL if one is None else b"\0\0\0\x08" + one.to_bytes(8, "big", signed=True) for one in values]
    )


class _Memo(dict[Any, bytes]):
    """Value → piece, encoded on demand."""

    def __init__(self, encode: Callable[[Any], bytes]) -> None:
        super().__init__({None: _NULL})
        self._encode = encode

    def __missing__(self, value: Any) -> bytes:
        raw = self._encode(value)
        piece = len(raw).to_bytes(4, "big") + raw
        self[value] = piece
        return piece


def _memoised(values: Sequence[Any], encode: Callable[[Any], bytes]) -> Pieces:
    return map(_Memo(encode).__getitem__, values)


def _utf8(text: str) -> bytes:
    """Encode text; PostgreSQL knows no NUL character and no lone surrogate."""
    return text.replace("\0", "").encode(errors="replace")


_LOOK = 1000


def _mostly_distinct(values: Sequence[Any]) -> bool:
    """Tell from some values whether remembering them is worth nothing."""
    some = values[:_LOOK]
    return len(some) == _LOOK and len(set(some)) > _LOOK // 2


def texts(name: str, values: Sequence[str | None]) -> Column:
    """Encode text; None is null."""
    if _mostly_distinct(values) and None not in values:
        whole = "".join(cast("Sequence[str]", values))
        if whole.isascii() and "\0" not in whole:
            raws = whole.encode()
            ends = list(accumulate(map(len, cast("Sequence[str]", values)), initial=0))
            sizes = [size.to_bytes(4, "big") for size in range(max(map(len, cast("Sequence[str]", values))) + 1)]
            return Column(name, [sizes[end - start] + raws[start:end] for start, end in pairwise(ends)])
    return Column(name, _memoised(values, _utf8))


_ESCAPED_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")


def _jsonb(text: str) -> bytes:
    raw = text.encode(errors="replace")
    return b"\x01" + (_ESCAPED_NUL.sub(rb"\1", raw) if b"\\u0000" in raw else raw)


def jsons(name: str, values: Sequence[str | None]) -> Column:
    """Encode jsonb from JSON text; None is null. Escaped NUL characters are left out: jsonb has none."""
    return Column(name, _memoised(values, _jsonb))


def dates(name: str, values: Sequence[date | None]) -> Column:
    """Encode dates; None is null."""
    return Column(name, _memoised(values, lambda day: (day.toordinal() - _EPOCH).to_bytes(4, "big", signed=True)))


def _text_array(values: Sequence[str]) -> bytes:
    def whole(*numbers: int) -> bytes:
        return b"".join(number.to_bytes(4, "big") for number in numbers)

    if not values:
        return whole(0, 0, _TEXT_OID)
    parts = [_utf8(value) for value in values]
    return whole(1, 0, _TEXT_OID, len(parts), 1) + b"".join(whole(len(part)) + part for part in parts)


def text_arrays(name: str, values: Sequence[tuple[str, ...]]) -> Column:
    """Encode text[]; values must be tuples."""
    return Column(name, _memoised(values, _text_array))


def blobs(name: str, values: Sequence[bytes | None]) -> Column:
    """Encode bytea; None is null."""
    if None not in values and len({len(one) for one in cast("Sequence[bytes]", values[:_LOOK])}) == 1:
        size = len(cast("bytes", values[0]))
        head = size.to_bytes(4, "big")
        if all(len(one) == size for one in cast("Sequence[bytes]", values)):
            return Column(name, [head + one for one in cast("Sequence[bytes]", values)])
    return Column(name, [_NULL if one is None else len(one).to_bytes(4, "big") + one for one in values])


def uuids(name: str, values: NDArray[np.uint8]) -> Column:
    """Encode uuids given as an array of n x 16 bytes."""
    rows: NDArray[Any] = np.empty((len(values), 20), dtype=np.uint8)
    rows[:, :4] = (0, 0, 0, 16)
    rows[:, 4:] = values
    raw = rows.tobytes()
    return Column(name, [raw[start : start + 20] for start in range(0, len(raw), 20)])


def same_uuid(name: str, value: UUID, count: int) -> Column:
    """Encode one uuid for every row."""
    return Column(name, [b"\0\0\0\x10" + value.bytes] * count)


def boxes(
    name: str,
    west: Sequence[float | None],
    south: Sequence[float | None],
    east: Sequence[float | None],
    north: Sequence[float | None],
) -> Column:
    """Encode boxes (upper right corner first); null where a side is unknown."""
    corners = np.array([east, north, west, south], dtype=np.float64).T
    unknown: Any = np.isnan(corners).any(axis=1)
    rows = np.empty(len(corners), dtype=[("length", ">i4"), ("value", ">f8", (4,))])
    rows["length"] = 32
    rows["value"] = np.where(unknown[:, None], 0.0, corners)
    raw = rows.tobytes()
    pieces = [raw[start : start + 36] for start in range(0, len(raw), 36)]
    for position in np.flatnonzero(unknown).tolist():
        pieces[position] = _NULL
    return Column(name, pieces)


def encode(columns: Sequence[Column]) -> bytes:
    """Return the COPY data of equally long columns."""
    width = len(columns).to_bytes(2, "big")
    first, *others = (column.pieces for column in columns)
    rows = zip(map(width.__add__, first), *others, strict=True)
    return b"".join(chain((_HEAD,), map(b"".join, rows), (_END,)))


class Batch(Struct, frozen=True):
    """Rows encoded for one table; made in any thread, copied later."""

    table: str
    columns: tuple[str, ...]
    rows: int
    data: bytes


def batch(table: str, columns: Sequence[Column], rows: int) -> Batch:
    """Encode columns for a table."""
    return Batch(table, tuple(column.name for column in columns), rows, encode(columns))


Fixed = tuple[tuple[str, str], ...]
"""Columns of a fixed size without nulls: name and numpy's kind (big-endian)."""


def layout(fixed: Fixed) -> np.dtype[Any]:
    """Return the bytes of a row of such columns: number of fields, then length and value of each."""
    fields: list[tuple[str, str]] = [("fields", ">i2")]
    for name, kind in fixed:
        fields += [(f"{name} length", ">i4"), (name, kind)]
    return np.dtype(fields)


def fixed_batch(
    table: str, fixed: Fixed, columns: Mapping[str, NDArray[Any]], tail: tuple[str, Sequence[bytes]] | None = None
) -> Batch:
    """Encode columns of fixed size, and perhaps a last one that varies (in PostgreSQL's binary form), as whole rows.

    An array of n x 16 bytes stands for uuids; there are no nulls, so a query has to take some value for one.
    """
    kind = layout(fixed)
    rows = np.empty(len(columns[fixed[0][0]]), dtype=kind)
    rows["fields"] = len(fixed) + (tail is not None)
    for name, form in fixed:
        values = columns[name]
        rows[f"{name} length"] = np.dtype(form).itemsize
        rows[name] = np.ascontiguousarray(values).view("V16").ravel() if form == "V16" else values
    raw = rows.tobytes()
    names = tuple(name for name, _ in fixed)
    if tail is None:
        return Batch(table, names, len(rows), _HEAD + raw + _END)
    size = kind.itemsize
    pieces: list[bytes] = [b""] * (2 * len(rows))
    pieces[0::2] = [raw[start : start + size] for start in range(0, len(raw), size)]
    lengths = [length.to_bytes(4, "big") for length in range(max(map(len, tail[1]), default=0) + 1)]
    pieces[1::2] = [lengths[len(value)] + value for value in tail[1]]
    return Batch(table, (*names, tail[0]), len(rows), b"".join((_HEAD, *pieces, _END)))


_SLICE = 1 << 22


async def _slices(data: bytes) -> AsyncIterator[memoryview]:
    view = memoryview(data)
    for start in range(0, len(view), _SLICE):
        yield view[start : start + _SLICE]


async def copy_in(conn: Conn, rows: Batch) -> None:
    """Copy a batch into its (temporary) table; COPY is refused for a table under row-level security."""
    await conn.copy_to_table(rows.table, source=_slices(rows.data), columns=list(rows.columns), format="binary")
