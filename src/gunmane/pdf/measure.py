"""Measuring tables: how wide their columns are, at which type size, and how high their rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from gunmane.core.errors import Fault, GunmaneError
from gunmane.pdf.breaking import Line, Span, atoms, longest_run, set_lines
from gunmane.pdf.cells import Cell, Column, Labels
from gunmane.pdf.fonts import Face
from gunmane.pdf.style import Style

PAD_X = 4.0
"""Room left and right of a cell's text."""

PAD_Y = 2.4
"""Room above and below a row's text."""

AFTER_NUMBER = 5.0
"""More room left of a text that follows a right-aligned number: the two would read as one."""


class Measurable(Protocol):
    """What measuring needs to know of a table."""

    columns: Sequence[Column]
    head: Sequence[Sequence[Cell]]
    rows: Sequence[Sequence[Cell]]
    labels: Labels | None
    faces: dict[str, Face]
    style: Style
    key: str
    group_first: bool
    total_rows: int
    pad: float

    def group_span(self, index: int) -> int:
        """Return how many rows from `index` on belong to its group."""
        ...


class Measured:
    """Column widths, type size and set cells of a table at one width.

    Raises GunmaneError `table_too_wide` when even the least type size does not let every word and number stand uncut.
    """

    def __init__(self, grid: Measurable, width: float) -> None:
        style = grid.style.type
        self.pad = grid.pad
        self.size = style.table
        while True:
            least, wanted = _needs(grid, self.size, tight=self.size < style.table_least + 0.5)
            if sum(least) <= width + 0.01:
                break
            self.size -= 0.25
            if self.size < style.table_least:
                name = grid.labels.title if grid.labels else ""
                raise GunmaneError("table_too_wide", [Fault("table_too_wide", at=grid.key, values={"title": name})])
        self.leading = self.size * style.table_leading
        self.widths = _share(least, wanted, width, [column.number for column in grid.columns])
        self.head = [self._cells(grid, row, head=True) for row in grid.head]
        self.rows = [
            self._cells(grid, row, head=False, bold=index >= len(grid.rows) - grid.total_rows)
            for index, row in enumerate(grid.rows)
        ]
        self.head_heights = [self._height(row) for row in self.head]
        self.row_heights = self._heights(grid, self.rows)

    def part(self, grid: Measurable, kept: Sequence[int]) -> Measured:
        """Return the measures of some of the rows, at the same widths."""
        part = object.__new__(Measured)
        part.size, part.leading, part.widths, part.pad = self.size, self.leading, self.widths, self.pad
        part.head, part.head_heights = self.head, self.head_heights
        part.rows = [self.rows[index] for index in kept]
        part.row_heights = part._heights(grid, part.rows)
        return part

    def _heights(self, grid: Measurable, rows: list[list[list[Line]]]) -> list[float]:
        """Return the rows' heights; a group's first cell may reach down over all rows of its group."""
        if not grid.group_first:
            return [self._height(row) for row in rows]
        heights = [self._height(row[1:] or row) for row in rows]
        index = 0
        while index < len(rows):
            count = grid.group_span(index)
            needed = self._height(rows[index][:1])
            lacking = needed - sum(heights[index : index + count])
            if lacking > 0:
                heights[index + count - 1] += lacking
            index += count
        return heights

    def _cells(self, grid: Measurable, row: Sequence[Cell], *, head: bool, bold: bool = False) -> list[list[Line]]:
        result: list[list[Line]] = []
        for number, cell in placed(row):
            width = sum(self.widths[number : number + cell.span]) - PAD_X - inset(grid.columns, number)
            shown = replace(cell, bold=True) if bold else cell
            face = _face(grid, number, shown, head=head)
            result.append(set_lines([Span(cell.text, face)], width / self.size + 0.002, phrases=head))
        return result

    def _height(self, row: list[list[Line]]) -> float:
        return max(len(lines) for lines in row) * self.leading + 2 * self.pad


def _face(grid: Measurable, number: int, cell: Cell, *, head: bool) -> Face:
    family = "number" if grid.columns[number].number else "text"
    if head:
        return grid.faces["bold"]
    if family == "number":
        return grid.faces["number-bold" if cell.bold else "number"]
    return grid.faces["bold" if cell.bold else "text"]


def _needs(grid: Measurable, size: float, *, tight: bool) -> tuple[list[float], list[float]]:
    """Return each column's least and wanted width in points; if tight, words of text columns may be cut."""
    count = len(grid.columns)
    least = [0.0] * count
    wanted = [0.0] * count
    for head, rows in ((True, grid.head), (False, grid.rows)):
        for row in rows:
            for number, cell in placed(row):
                if cell.span > 1:
                    continue
                column = grid.columns[number]
                pieces = atoms([Span(cell.text, _face(grid, number, replace(cell, bold=True), head=head))])
                whole = sum(piece.width for piece in pieces) * size
                longest = longest_run(pieces) * size
                if not column.number:
                    longest = min(max(longest, min(whole, 4.2 * size)), (4 if tight else 14) * size)
                    whole = min(whole, column.most * size)
                elif not head:
                    whole = longest  # an interval may stand under its middle
                else:
                    longest = max(longest, min(whole, 4.1 * size))
                    whole = max(longest, min(whole, 5.2 * size))
                room = PAD_X + inset(grid.columns, number)
                least[number] = max(least[number], longest + room)
                wanted[number] = max(wanted[number], whole + room)
    return least, [max(pair) for pair in zip(least, wanted, strict=True)]


def _share(least: list[float], wanted: list[float], width: float, numbers: list[bool]) -> list[float]:
    """Share the width: everyone's least first, then towards what is wanted, texts before the heads of numbers."""
    total = sum(wanted)
    if total <= width:
        return [one * width / total for one in wanted]
    shared = list(least)
    for kind in (False, True):
        spare = width - sum(shared)
        gaps = [
            max(want - low, 0.0) if number is kind else 0.0
            for low, want, number in zip(least, wanted, numbers, strict=True)
        ]
        part = min(1.0, spare / (sum(gaps) or 1.0))
        shared = [have + part * gap for have, gap in zip(shared, gaps, strict=True)]
    return shared


def inset(columns: Sequence[Column], number: int) -> float:
    """Return the room left of a column's text: more where a number stands right-aligned before a text."""
    follows = number > 0 and columns[number - 1].number and not columns[number].number
    return PAD_X + (AFTER_NUMBER if follows else 0.0)


def placed(row: Sequence[Cell]) -> list[tuple[int, Cell]]:
    """Return the cells with the number of their first column."""
    result: list[tuple[int, Cell]] = []
    number = 0
    for cell in row:
        result.append((number, cell))
        number += cell.span
    return result
