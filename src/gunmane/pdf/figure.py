"""A figure: a drawing with caption, unit, date and source, and an alternative text."""

from __future__ import annotations

from typing import Protocol

from gunmane.pdf.breaking import Line, Span, set_lines
from gunmane.pdf.cells import Labels
from gunmane.pdf.fonts import Face
from gunmane.pdf.layout import Block
from gunmane.pdf.pen import Pen
from gunmane.pdf.style import Style
from gunmane.pdf.tags import Node


class Chart(Protocol):
    """A drawing that fills a rectangle."""

    def draw(self, pen: Pen, x: float, y: float, width: float, height: float) -> None:
        """Draw inside the rectangle with lower left corner x, y."""
        ...


class Figure:
    """A chart with its caption below; `alt` says in one sentence what it shows."""

    chapter: str | None = None
    keep_next = False
    before = 4.0
    after = 12.0

    def __init__(
        self, labels: Labels, chart: Chart, height: float, alt: str, *, faces: dict[str, Face], style: Style,
        key: str = "", least: float = 1.0,
    ) -> None:  # fmt: skip
        self.labels = labels
        self.least = least  # share of its height to which the chart may shrink
        self.chart = chart
        self.chart_height = height
        self.alt = alt
        self.faces = faces
        self.style = style
        self.key = key
        self.keys = (key,) if key else ()

    def _title(self, width: float) -> list[Line]:
        unit = self.labels.unit
        if unit:
            unit = f"({unit})" if any(char > "\u3000" for char in unit) else f" ({unit})"
        title = f"{self.labels.number}　{self.labels.title}{unit}"
        return set_lines([Span(title, self.faces["bold"])], width / self.style.type.caption)

    def _source(self, width: float) -> list[Line]:
        if not self.labels.source:
            return []
        return set_lines([Span(self.labels.source, self.faces["text"])], width / (self.style.type.small - 0.5))

    def height(self, width: float) -> float:
        """Return the height in points with the caption."""
        title = len(self._title(width)) * self.style.type.caption * 1.4
        return self.chart_height + 5 + title + len(self._source(width)) * self.style.type.small * 1.35

    def shrunk(self, width: float, room: float) -> Figure | None:
        """Return the figure with its chart as high as the room allows, None if that is below `least`."""
        chart_height = self.chart_height - (self.height(width) - room)
        if chart_height < self.least * self.chart_height:
            return None
        return self.resized(chart_height)

    def resized(self, chart_height: float) -> Figure:
        """Return the figure with another height of its chart."""
        return Figure(
            self.labels, self.chart, chart_height, self.alt, faces=self.faces, style=self.style, key=self.key,
            least=self.least,
        )  # fmt: skip

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        """Never divided."""
        return None

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        """Draw the chart as one element with its alternative text, then the caption."""
        if self.key:
            pen.canvas.bookmarkHorizontal(self.key, 0, top + 6)
        box = (x, top - self.chart_height, x + width, top)
        figure = pen.section.add(Node("Figure", alt=self.alt, box=box))
        with pen.tags.content(figure):
            pen.canvas.saveState()
            self.chart.draw(pen, x, top - self.chart_height, width, self.chart_height)
            pen.canvas.restoreState()
        y = top - self.chart_height - 5
        title = self._title(width)
        size = self.style.type.caption
        with pen.tags.content(pen.section.add(Node("P"))):
            pen.lines(title, x, y, width, size, size * 1.4)
            y -= len(title) * size * 1.4
            small = self.style.type.small
            pen.lines(self._source(width), x, y, width, small - 0.5, small * 1.35, colour=pen.style.colours.soft)
