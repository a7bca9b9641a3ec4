"""Tables as blocks of a page: drawn, divided between pages, tagged; `gunmane.pdf.measure` finds their widths."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gunmane.pdf.breaking import Line, Span, set_lines
from gunmane.pdf.cells import Cell, Column, Labels
from gunmane.pdf.fonts import Face
from gunmane.pdf.layout import Block
from gunmane.pdf.measure import PAD_X, PAD_Y, Measured, inset, placed
from gunmane.pdf.pen import Align, Pen
from gunmane.pdf.style import Style
from gunmane.pdf.tags import Node

TIGHTER = (1.9, 1.4, 1.0)
"""Room above and below a row's text where that spares a page with a few rows only."""

LONG_GROUP = 6
"""A group of more rows may be divided between pages if that fills a page."""

ENOUGH = 0.7
"""Share of the room that a table should fill before it goes on to the next page."""

SHORT_TABLE = 5
"""Rows up to which a table is never divided."""


class Grid:
    """A table; neighbouring rows with the same first cell form a group that is kept together where it can be.

    `total_rows` last rows are set bold under a rule. Raises GunmaneError `table_too_wide` when even the least type
    size does not let every word and number stand uncut.
    """

    chapter: str | None = None
    keep_next = False
    before = 6.0
    after = 12.0

    def __init__(
        self,
        labels: Labels | None,
        columns: Sequence[Column],
        head: Sequence[Sequence[Cell]],
        rows: Sequence[Sequence[Cell]],
        *,
        faces: dict[str, Face],
        style: Style,
        key: str = "",
        group_first: bool = False,
        total_rows: int = 0,
        pad: float = PAD_Y,
    ) -> None:
        self.labels = labels
        self.columns = columns
        self.head = head
        self.rows = rows
        self.faces = faces
        self.style = style
        self.key = key
        self.keys = (key,) if key else ()
        self.group_first = group_first
        self.total_rows = total_rows
        self.pad = pad
        self.is_rest = False
        self.has_rest = False
        self.repeated = False  # the first row is a heading that the page before has shown
        self.node = Node("Table")
        self._measured: dict[float, Measured] = {}

    def measured(self, width: float) -> Measured:
        """Return column widths, type size and set cells at this width."""
        if width not in self._measured:
            self._measured[width] = Measured(self, width)
        return self._measured[width]

    def height(self, width: float) -> float:
        """Return the height in points with caption and source."""
        measured = self.measured(width)
        return (
            self._caption_height()
            + sum(measured.head_heights)
            + sum(measured.row_heights)
            + (0.0 if self.has_rest else self._source_height(width))
        )

    def _caption_height(self) -> float:
        return self.style.type.caption * 1.75 if self.labels else 0.0

    def _source_lines(self, width: float) -> list[Line]:
        if self.labels is None or not self.labels.source:
            return []
        return set_lines([Span(self.labels.source, self.faces["text"])], width / (self.style.type.small - 0.5))

    def _source_height(self, width: float) -> float:
        lines = self._source_lines(width)
        return len(lines) * (self.style.type.small * 1.35) + 2 if lines else 0.0

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        """Divide between row groups, at least two rows on each side; the head is repeated."""
        measured = self.measured(width)
        used = filled = self._caption_height() + sum(measured.head_heights)
        best = 0
        fallback = 0
        for index, height in enumerate(measured.row_heights):
            used += height
            if used > room + 0.01:
                break
            if index + 1 < len(self.rows) - self.total_rows:
                fallback = index + 1
                if not self._joined(index):
                    best, filled = index + 1, used
        cut = best
        if filled < ENOUGH * room and self.group_span(best) > LONG_GROUP and fallback - best > 1:
            cut = min(fallback, best + self.group_span(best) - 2)  # better a divided group than half an empty page
        cut = min(cut, len(self.rows) - self.total_rows - 2)
        if cut < 2 or len(self.rows) <= SHORT_TABLE:
            return None
        over = self._heading_of(cut)
        kept = [*([over] if over is not None else []), *range(cut, len(self.rows))]
        first, rest = self._part(self.rows[:cut]), self._part([self.rows[index] for index in kept])
        rest.repeated = over is not None
        first.has_rest, first.total_rows, first.after = True, 0, 0.0
        first.repeated = self.repeated
        first._measured[width] = measured.part(first, range(cut))
        rest._measured[width] = measured.part(rest, kept)
        rest.is_rest, rest.has_rest, rest.keys, rest.key = True, self.has_rest, (), ""
        return first, rest

    def tighter(self) -> Iterator[Grid]:
        """Return the table with less and less room around its rows."""
        for pad in TIGHTER:
            if pad < self.pad:
                yield self._part(self.rows, pad)

    def is_heading(self, index: int) -> bool:
        """Tell whether a row is the heading of the rows below it: one cell over the whole width."""
        return len(self.rows[index]) == 1 < len(self.columns)

    def _heading_of(self, index: int) -> int | None:
        """Return the heading row that a row stands under; None for a heading and where there is none."""
        if self.group_first or self.is_heading(index):
            return None
        return next((above for above in range(index - 1, -1, -1) if self.is_heading(above)), None)

    def _joined(self, index: int) -> bool:
        """Tell whether the row after `index` belongs to the same group."""
        if index + 1 >= len(self.rows):
            return False
        if not self.group_first:
            return self.is_heading(index)
        return self.rows[index][0].text == self.rows[index + 1][0].text

    def group_span(self, index: int) -> int:
        """Return how many rows from `index` on belong to its group."""
        count = 1
        while self._joined(index):
            index += 1
            count += 1
        return count

    def _part(self, rows: Sequence[Sequence[Cell]], pad: float | None = None) -> Grid:
        part = Grid(
            self.labels, self.columns, self.head, rows, faces=self.faces, style=self.style, key=self.key,
            group_first=self.group_first, total_rows=self.total_rows, pad=self.pad if pad is None else pad,
        )  # fmt: skip
        part.node = self.node
        part.is_rest = self.is_rest
        return part

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        """Draw caption, head, rows and source."""
        table = pen.section.add(self.node)
        measured = self.measured(width)
        if self.key:
            pen.canvas.bookmarkHorizontal(self.key, 0, top + 6)
        top = self._draw_caption(pen, table, x, top, width)
        self._draw_ground(pen, measured, x, top, width)
        y = top
        for row, cells, height in zip(self.head, measured.head, measured.head_heights, strict=True):
            if self.is_rest:
                with pen.tags.artifact():
                    self._draw_row(pen, None, row, cells, measured, x, y, height, head=True, shown=0)
            else:
                line = table.add(Node("TR"))
                self._draw_row(pen, line, row, cells, measured, x, y, height, head=True, shown=0)
            y -= height
        for index, (row, cells, height) in enumerate(
            zip(self.rows, measured.rows, measured.row_heights, strict=True)
        ):
            if index == 0 and self.repeated:
                with pen.tags.artifact():
                    self._draw_row(pen, None, row, cells, measured, x, y, height, head=False, shown=0)
                y -= height
                continue
            same = self.group_first and index > 0 and self._joined(index - 1)
            self._draw_row(
                pen, table.add(Node("TR")), row, cells, measured, x, y, height, head=False,
                shown=0 if same else self.group_span(index),
            )  # fmt: skip
            y -= height
        if not self.has_rest and (lines := self._source_lines(width)):
            size = self.style.type.small - 0.5
            with pen.tags.content(pen.section.add(Node("P"))):
                pen.lines(lines, x, y - 2, width, size, self.style.type.small * 1.35, colour=pen.style.colours.soft)

    def _draw_caption(self, pen: Pen, table: Node, x: float, top: float, width: float) -> float:
        if self.labels is None:
            return top
        size = self.style.type.caption
        y = top - size * 1.05
        title = f"{self.labels.number}　{self.labels.title}"
        if self.is_rest:
            with pen.tags.artifact():
                pen.text(x, y, title + self.labels.continued, size, face="bold")
                self._draw_unit(pen, x, y, width)
        else:
            with pen.tags.content(table.add(Node("Caption"))):
                pen.text(x, y, title, size, face="bold")
                self._draw_unit(pen, x, y, width)
        return top - self._caption_height()

    def _draw_unit(self, pen: Pen, x: float, y: float, width: float) -> None:
        if self.labels is not None and self.labels.unit:
            pen.text(
                x + width, y, self.labels.unit, self.style.type.small, align="right", colour=pen.style.colours.soft
            )

    def _draw_ground(self, pen: Pen, measured: Measured, x: float, top: float, width: float) -> None:
        """Draw shades and rules: heavy above and below, light between rows, none inside a group's first column."""
        colours = pen.style.colours
        head = sum(measured.head_heights)
        with pen.tags.artifact():
            pen.rect(x, top - head, width, head, fill=colours.head)
            y = top - head
            for index, (row, height) in enumerate(zip(self.rows, measured.row_heights, strict=True)):
                place = x
                for number, cell in placed(row):
                    cell_width = sum(measured.widths[number : number + cell.span])
                    if cell.shade:
                        pen.rect(place, y - height, cell_width, height, fill=cell.shade)
                    place += cell_width
                y -= height
                inner = self._joined(index)
                left = x + (measured.widths[0] if inner else 0.0)
                total = index + 1 == len(self.rows) - self.total_rows and self.total_rows > 0
                if index + 1 < len(self.rows):
                    heading = self.is_heading(index)
                    left = x if heading else left
                    pen.line([(left, y), (x + width, y)], colour=colours.rule if total else colours.grid,
                             weight=0.9 if total else 0.35 if inner else 0.5)  # fmt: skip
            pen.line([(x, top), (x + width, top)], colour=colours.accent, weight=1.1)
            pen.line([(x, top - head), (x + width, top - head)], colour=colours.rule, weight=0.6)
            pen.line([(x, y), (x + width, y)], colour=colours.accent, weight=0.8)

    def _draw_row(
        self, pen: Pen, line: Node | None, row: Sequence[Cell], cells: list[list[Line]], measured: Measured,
        x: float, top: float, height: float, *, head: bool, shown: int,
    ) -> None:  # fmt: skip
        """Draw one row's texts; `shown` is how many rows the first cell stands for, 0 hides it."""
        size, leading = measured.size, measured.leading
        for (number, cell), lines in zip(placed(row), cells, strict=True):
            if number == 0 and not head and self.group_first and shown == 0:
                continue
            column = self.columns[number]
            width = sum(measured.widths[number : number + cell.span])
            left = x + sum(measured.widths[:number]) + inset(self.columns, number)
            room = width - PAD_X - inset(self.columns, number)
            align: Align = "centre" if head and (column.number or cell.span > 1) else column.align
            block = len(lines) * leading
            y = top - (height - block) / 2 if head else top - self.pad
            if line is None:
                pen.lines(lines, left, y, room, size, leading, align=align)
                continue
            is_head = head or column.head
            node = Node("TH" if is_head else "TD", scope="Column" if head else "Row" if is_head else None)
            node.col_span = cell.span
            node.row_span = max(shown, 1) if number == 0 and not head and self.group_first else 1
            with pen.tags.content(line.add(node)):
                pen.lines(lines, left, y, room, size, leading, align=align)
