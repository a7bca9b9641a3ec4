"""Ledgers in text files: encoding, delimiter, header, and rows in constant memory."""

import codecs
import csv
import gzip
import io
import itertools
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.ledgers.raw import RawChunk
from gunmane.core.ledgers.text import one_line
from gunmane.files.headers import LOOK, find_header

HEAD = 1 << 20
"""Bytes looked at to find encoding, delimiter and header."""
BLOCK = 1 << 16
LONGEST_CELL = 500
"""Lines added to a chunk at most while a quoted cell is open; more is a stray quotation mark."""

LARGEST_BLOCK = 1 << 26
"""Bytes read at a time at most, whatever the average line of the file's beginning says."""

csv.field_size_limit((1 << 31) - 1)  # a cell is as long as its line: no ledger is refused for one huge remark


class TextTable:
    """A delimited text file as table; see `tables.Table`."""

    layers: tuple[str, ...] = ()

    def __init__(self, path: Path, encoding: str | None, header_row: int | None, crs: int | None) -> None:
        self._path = path
        self.crs = crs
        head = self._head()
        self.encoding, self._only_ascii = (encoding, False) if encoding else detect_encoding(head)
        text = _decode_head(head, self.encoding)
        self.delimiter = detect_delimiter(text)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=self.delimiter)
        rows: list[list[str]] = []
        ends: list[int] = []
        for row in reader:
            rows.append(row)
            ends.append(reader.line_num)
            if len(rows) > LOOK + 220:
                break
        if not rows:
            raise GunmaneError("empty_file", path=str(path))
        at = None
        if header_row is not None:
            at = next((index + 1 for index, end in enumerate(ends) if end >= header_row), len(rows))
        found = find_header(rows, at)
        self.header = found.names
        self.original_header = found.original
        self.preamble = tuple(tuple(row) for row in rows[: found.first])
        self._skip_lines = ends[found.last]
        self._sample = [row for row in rows[found.last + 1 :] if row]
        self._line_size = max(16, len(head) // max(1, text.count("\n") or text.count("\r")))
        self.notes: tuple[str, ...] = ()

    def _open(self) -> BinaryIO:
        return gzip.open(self._path, "rb") if self._path.name.lower().endswith(".gz") else self._path.open("rb")  # type: ignore[return-value]

    def _head(self) -> bytes:
        try:
            with self._open() as file:
                return file.read(HEAD)
        except (OSError, EOFError, zlib.error) as error:
            raise GunmaneError("not_readable", path=str(self._path), reason=str(error)) from error

    def sample(self, count: int = 200) -> list[list[str]]:
        """Return the first rows' cells, column by column."""
        width = len(self.header)
        rows = [[*row[:width], *[""] * (width - len(row))] for row in self._sample[:count]]
        return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]

    def chunks(self, size: int = 50_000) -> Iterator[RawChunk]:
        """Read the file from its first row to its last, about `size` rows at a time."""
        line = 1
        skip = self._skip_lines
        for text, damaged in self._texts(min(size * self._line_size, LARGEST_BLOCK)):
            if skip:
                pieces = text.split("\n", skip)
                if len(pieces) <= skip:
                    skip -= len(pieces) - 1
                    line += len(pieces) - 1
                    continue
                text, line, skip = pieces[-1], line + skip, 0
            if text:
                yield _chunk(text, line, len(self.header), self.delimiter, damaged)
                line += text.count("\n")

    def _texts(self, block: int) -> Iterator[tuple[str, bool]]:
        """Yield decoded text, cut after whole rows; the flag says that bytes were no text."""
        if self.encoding.startswith("utf-16"):
            yield from self._wide_texts(block)
            return
        with self._open() as file:
            first = True
            while True:
                data = file.read(block)
                if not data:
                    return
                data += file.readline()
                extra = 0
                while data.count(b'"') % 2 and extra < LONGEST_CELL:
                    more = file.readline()
                    if not more:
                        break
                    data += more
                    extra += 1
                if first:
                    data = data.removeprefix(codecs.BOM_UTF8)
                    first = False
                if b"\r" in data and b"\n" not in data:
                    data = data.replace(b"\r", b"\n")
                text, damaged = self._decode(data)
                yield text, damaged

    def _wide_texts(self, block: int) -> Iterator[tuple[str, bool]]:
        with io.TextIOWrapper(self._open(), encoding=self.encoding, errors="replace") as file:
            while text := file.read(block):
                text += file.readline()
                while text.count('"') % 2 and (more := file.readline()):
                    text += more
                yield text.removeprefix("\ufeff"), "\ufffd" in text

    def _decode(self, data: bytes) -> tuple[str, bool]:
        try:
            return data.decode(self.encoding), False
        except UnicodeDecodeError:
            if self._only_ascii:  # the head had no Japanese yet: CP932 shows itself only here
                try:
                    text = data.decode("cp932")
                except UnicodeDecodeError:
                    pass
                else:
                    self.encoding, self._only_ascii = "cp932", False
                    return text, False
            return data.decode(self.encoding, "replace"), True


def open_text_table(path: Path, *, encoding: str | None, header_row: int | None, crs: int | None) -> TextTable:
    """Open a delimited text file; raises GunmaneError `empty_file`, `not_readable`."""
    try:
        return TextTable(path, encoding, header_row, crs)
    except (OSError, LookupError, csv.Error) as error:
        raise GunmaneError("not_readable", path=str(path), reason=str(error)) from error


def detect_encoding(head: bytes) -> tuple[str, bool]:
    """Return the encoding of a file by its beginning, and whether that was ASCII only.

    UTF-8 with or without BOM, UTF-16 (without BOM where every other byte of the ASCII in it is zero), ISO-2022-JP by
    its escapes, else CP932 (Windows' Shift_JIS with ①, ㈱, 髙), else EUC-JP.
    """
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8", False
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", False
    whole = head[: head.rfind(b"\n") + 1] or head
    zeros = (head[0::2].count(0), head[1::2].count(0))
    if max(zeros) > len(head) // 50 and 4 * min(zeros) <= max(zeros):
        return ("utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"), False
    if whole.isascii():
        if b"\x1b$" in whole:
            return "iso2022_jp_ext", False
        return "utf-8", True
    for encoding in ("utf-8", "cp932", "euc_jp"):
        try:
            whole.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding, False
    return "cp932", False


def _decode_head(head: bytes, encoding: str) -> str:
    if not encoding.startswith("utf-16"):
        head = (head[: head.rfind(b"\n") + 1] or head).removeprefix(codecs.BOM_UTF8)
    text = head.decode(encoding, "replace").removeprefix("\ufeff")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def detect_delimiter(text: str) -> str:
    """Return the delimiter that most lines of the beginning share (comma when none does)."""
    lines = [line for line in text.split("\n", 120)[:120] if line and not line.startswith("#")]
    best, score = ",", 0.0
    for delimiter in (",", "\t", ";", "|"):
        counts = [line.count(delimiter) for line in lines]
        present = [count for count in counts if count]
        if present:
            usual = max(set(present), key=present.count)
            value = present.count(usual) / len(lines) * min(usual, 5)
            if value > score:
                best, score = delimiter, value
    return best


def _chunk(text: str, line: int, width: int, delimiter: str, damaged: bool) -> RawChunk:
    """Lay text that begins at line `line` out as columns."""
    chunk = None if '"' in text else _plain(text, line, width, delimiter)
    chunk = chunk or _quoted(text, line, width, delimiter)
    if damaged:
        for column in chunk.columns:
            for position, cell in enumerate(column):
                if "\ufffd" in cell:
                    chunk.damaged.add(position)
    return chunk


def _plain(text: str, line: int, width: int, delimiter: str) -> RawChunk | None:
    """Split text without quotation marks in one go; None when a row has not exactly `width` cells.

    A line break is put in front of each row's first cell, everything is split at once, and every `width`-th cell is
    taken. Because each row begins with a break and no other cell holds one, breaks in all the first cells prove
    that every row has `width` cells.
    """
    count = text.count("\n")
    end = "\n"
    if "\r" in text:
        if text.count("\r") != count:
            return None
        end = "\r\n"
    if not text.endswith("\n"):
        count += 1
    else:
        text = text[: -len(end)]
    cells = text.replace(end, f"{delimiter}\n").split(delimiter)
    if len(cells) != count * width or width < 2:
        return None
    first = "".join(cells[0::width]).split("\n")
    if len(first) != count:
        return None
    return RawChunk(range(line, line + count), [first, *(cells[index::width] for index in range(1, width))])


def _quoted(text: str, line: int, width: int, delimiter: str) -> RawChunk:
    """Split text with quotation marks or ragged rows; rows with too many filled cells, and lines whose quotation
    mark nothing closes, are named as broken.
    """
    lines = io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n"), newline="").readlines()
    rows: list[Sequence[str]] = []
    numbers: list[int] = []
    broken: dict[int, tuple[Fault, tuple[str, ...]]] = {}
    blank = [""] * width
    for first, row, fault in _records(lines, width, delimiter):
        if not row:
            continue
        if fault is None and any(cell.strip() for cell in row[width:]):
            fault = Fault("too_many_cells", values={"expected": width, "found": len(row)})
        if fault is not None:
            broken[len(rows)] = (fault, tuple(row))
            row = blank
        elif len(row) != width:
            row = [*row[:width], *[""] * (width - len(row))]
        rows.append(row)
        numbers.append(line + first)
    columns = [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]
    return RawChunk(numbers, columns, broken=broken)


def _records(lines: list[str], width: int, delimiter: str) -> Iterator[tuple[int, list[str], Fault | None]]:
    """Split lines into rows: the position of each row's first line, its cells, and what is wrong with it.

    A quotation mark that nothing closes makes one cell of all the rows behind it. Where that has happened the line
    with the mark is a broken row, and reading goes on with the line behind it, so that no row is lost.
    """
    start = 0
    while start < len(lines):
        reader = csv.reader(itertools.islice(lines, start, None), delimiter=delimiter)
        base, start = start, len(lines)
        before = 0
        for row in reader:
            first, several, before = base + before, reader.line_num - before > 1, reader.line_num
            if several and _swallowed(lines[first : base + before], len(row), width, delimiter):
                cells = lines[first].rstrip("\n").split(delimiter)
                yield first, cells, Fault("quote_not_closed", values={"line": one_line(lines[first])[:60]})
                start = first + 1
                break
            yield first, row, None


def _swallowed(taken: list[str], cells: int, width: int, delimiter: str) -> bool:
    """Tell whether the lines that one row takes are rows themselves, behind a quotation mark that is not closed.

    They are where the mark is never closed, and where a line inside has as many delimiters as a whole row has while
    the row does not come out at its width (or even so, from four columns on).
    """
    if sum(line.count('"') for line in taken) % 2:
        return True
    whole = any(line.count(delimiter) >= width - 1 for line in taken[1:])
    return width > 1 and whole and (cells != width or width > 3)
