"""PostgreSQL's binary COPY format to columns, without a Python object per row and value.

A query's leading columns have a fixed size and no nulls; its last one is text in which what varies in length stands
joined by `JOINED`. Rows are cut by walking from length to length, the fixed columns are then one array.

Format: https://www.postgresql.org/docs/current/sql-copy.html ("Binary Format").
"""

from collections.abc import Callable, Sequence
from struct import Struct as Packed
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gunmane.store.copying import Fixed, layout
from gunmane.store.query import ReadConn

JOINED = "\x1f"
"""Stands between the texts of the last column; a query takes it out of texts that could hold it (`translate`)."""

PIECE = 4 << 20
"""Bytes that are read at once: bounds the memory beside the columns."""

_LENGTH = Packed(">i")
_HEAD = 11 + 4
"""Bytes of the signature and the flags; the length of the header's extension follows."""

Take = Callable[[NDArray[Any], Sequence[bytes]], None]
"""Given the fixed columns of some rows (big-endian, by name) and the bytes of their last columns."""


class _Rows:
    """Cuts what comes into rows; keeps the end that is not a whole row yet."""

    def __init__(self, fixed: Fixed, take: Take) -> None:
        self.row = layout(fixed)
        self.take = take
        self.rest = b""
        self.begun = False

    def read(self, data: bytes) -> None:
        """Take over some bytes."""
        data = self.rest + data if self.rest else data
        size, length_of = self.row.itemsize, _LENGTH.unpack_from
        at = 0
        if not self.begun:
            if len(data) < _HEAD + 4:
                self.rest = data
                return
            self.begun, at = True, _HEAD + 4 + length_of(data, _HEAD)[0]
        last = len(data) - size - 4
        starts: list[int] = []
        ends: list[int] = []
        while at <= last:
            end = at + size + 4 + length_of(data, at + size)[0]
            if end > len(data):
                break
            starts.append(at)
            ends.append(end)
            at = end
        self.rest = data[at:]
        if starts:
            fixed = np.frombuffer(b"".join([data[start : start + size] for start in starts]), dtype=self.row)
            skip = size + 4
            self.take(fixed, [data[start + skip : end] for start, end in zip(starts, ends, strict=True)])


async def read_rows(conn: ReadConn, query: str, args: Sequence[Any], fixed: Fixed, take: Take) -> None:
    """Run a query and hand its rows to `take` piece by piece; `fixed` are its columns but the last.

    A thread for the reading was slower: it and the event loop, woken for every few rows, waited for each other.
    """
    rows = _Rows(fixed, take)
    pieces: list[bytes] = []
    held = 0

    async def collect(data: bytes) -> None:
        nonlocal held
        pieces.append(bytes(data))
        held += len(data)
        if held >= PIECE:
            rows.read(b"".join(pieces))
            pieces.clear()
            held = 0

    await conn.copy_from_query(query, *args, output=collect, format="binary")
    rows.read(b"".join(pieces))
