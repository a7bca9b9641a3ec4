"""Ledgers in spreadsheets (XLSX, XLSM, XLS, ODS)."""

import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.ledgers.raw import RawChunk
from gunmane.files.cells import texts
from gunmane.files.headers import Header, find_header


class SheetTable:
    """One sheet as table; see `tables.Table`.

    Without a named sheet the one with the most filled rows is taken. Cells merged downwards hold their value in every
    row of the merged range.
    """

    encoding = "xlsx"
    notes: tuple[str, ...] = ()

    def __init__(self, path: Path, sheet: str | None, header_row: int | None, crs: int | None) -> None:
        self.crs = crs
        try:
            data = gzip.decompress(path.read_bytes()) if path.name.lower().endswith(".gz") else path.read_bytes()
            book = CalamineWorkbook.from_filelike(io.BytesIO(data))
            self.layers = tuple(book.sheet_names)
            if sheet is not None and sheet not in self.layers:
                raise GunmaneError(
                    "no_such_sheet", [Fault("choose_one", at=sheet, values={"names": list(self.layers)})]
                )
            found = (
                book.get_sheet_by_name(sheet) if sheet else max(map(book.get_sheet_by_name, self.layers), key=_size)
            )
            self._rows = [texts(row) for row in found.to_python(skip_empty_area=False)]
        except (CalamineError, OSError, EOFError, zlib.error) as error:
            raise GunmaneError("not_readable", path=str(path), reason=str(error)) from error
        _fill_merged(self._rows, found)
        header: Header = find_header(self._rows, header_row)
        self.header = header.names
        self.original_header = header.original
        self.preamble = tuple(tuple(row) for row in self._rows[: header.first])
        self._start = header.last + 1

    def sample(self, count: int = 200) -> list[list[str]]:
        """Return the first rows' cells, column by column."""
        return _columns(self._rows[self._start : self._start + count], len(self.header))

    def chunks(self, size: int = 50_000) -> Iterator[RawChunk]:
        """Read the sheet from its first row to its last, `size` rows at a time; blank rows are left out."""
        filled = [index for index in range(self._start, len(self._rows)) if any(map(str.strip, self._rows[index]))]
        for begin in range(0, len(filled), size):
            part = filled[begin : begin + size]
            yield RawChunk([index + 1 for index in part], _columns([self._rows[i] for i in part], len(self.header)))


def _size(sheet: CalamineSheet) -> int:
    return sheet.height * min(sheet.width, 50)


def _columns(rows: list[list[str]], width: int) -> list[list[str]]:
    if not rows:
        return [[] for _ in range(width)]
    return [[row[index] if index < len(row) else "" for row in rows] for index in range(width)]


def _fill_merged(rows: list[list[str]], sheet: CalamineSheet) -> None:
    """Give every row of a downward merged range its value (headers are filled sideways by `headers`)."""
    ranges: Any = sheet.merged_cell_ranges or ()
    for (top, left), (bottom, _right) in ranges:
        for index in range(top + 1, min(bottom + 1, len(rows))):
            if left < len(rows[index]) and top < len(rows) and left < len(rows[top]):
                rows[index][left] = rows[top][left]
