"""Draws text, lines and shapes on one document; knows the faces, the style and the structure tree."""

from collections.abc import Sequence
from typing import Literal

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from gunmane.pdf.breaking import Atom, Line, Span, set_lines
from gunmane.pdf.fonts import Face
from gunmane.pdf.style import Style
from gunmane.pdf.tags import Node, Tags

Align = Literal["left", "right", "centre"]
Point = tuple[float, float]


class Pen:
    """The drawing hand of a document; coordinates are points from the lower left corner of the page.

    `drawn` collects the lines of every set text, so that tests can look at them.
    """

    def __init__(self, canvas: Canvas, faces: dict[str, Face], style: Style) -> None:
        self.canvas = canvas
        self.faces = faces
        self.style = style
        self.tags = Tags(canvas)
        self.section: Node = self.tags.root
        self.drawn: list[list[str]] = []
        self.page_of: dict[str, int] = {}
        self.pages = 0

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        face: str = "text",
        align: Align = "left",
        colour: str | None = None,
        halo: bool = False,
    ) -> float:
        """Draw one line of text with its baseline at `y`; return its width. A halo keeps it legible on a map."""
        width = self.faces[face].width(text) * size
        start = x - (width if align == "right" else width / 2 if align == "centre" else 0.0)
        if halo:
            self.canvas.setStrokeColor(HexColor("#FFFFFF"))
            self.canvas.setLineWidth(2.2)
            self.canvas.setLineJoin(1)
            under = self.canvas.beginText(start, y)
            under.setFont(self.faces[face].name, size)
            under.setTextRenderMode(1)
            under.textOut(text)
            under.setTextRenderMode(0)
            with self.tags.artifact():
                self.canvas.drawText(under)
        code = self.canvas.beginText(start, y)
        code.setFont(self.faces[face].name, size)
        code.setFillColor(HexColor(colour or self.style.colours.ink))
        code.textOut(text)
        self.canvas.drawText(code)
        return width

    def width(self, text: str, size: float, face: str = "text") -> float:
        """Return the width of `text` in points."""
        return self.faces[face].width(text) * size

    def lines(
        self,
        lines: Sequence[Line],
        x: float,
        top: float,
        width: float,
        size: float,
        leading: float,
        *,
        align: Align = "left",
        colour: str | None = None,
    ) -> None:
        """Draw set lines below `top`; the first baseline leaves half of the extra leading above it."""
        self.drawn.append([line.text for line in lines])
        code = self.canvas.beginText()
        code.setFillColor(HexColor(colour or self.style.colours.ink))
        for index, line in enumerate(lines):
            y = top - index * leading - (leading - size) / 2 - 0.86 * size
            rest = width - line.width * size
            start = x + (rest if align == "right" else rest / 2 if align == "centre" else 0.0)
            for offset, text, face, tracking in _segments(line):
                code.setFont(face.name, size)
                code.setCharSpace(tracking * size)
                code.setTextOrigin(start + offset * size, y)
                code.textOut(text)
        code.setCharSpace(0)
        self.canvas.drawText(code)

    def wrapped(
        self, text: str, width: float, size: float, *, face: str = "text", phrases: bool = False
    ) -> list[Line]:
        """Set plain text into lines `width` points wide."""
        return set_lines([Span(text, self.faces[face])], width / size, phrases=phrases)

    def rect(
        self, x: float, y: float, width: float, height: float, *, fill: str | None = None, line: str | None = None,
        weight: float = 0.5,
    ) -> None:  # fmt: skip
        """Draw a rectangle with its lower left corner at x, y."""
        self._colours(fill, line, weight)
        self.canvas.rect(x, y, width, height, stroke=int(line is not None), fill=int(fill is not None))

    def line(self, points: Sequence[Point], *, colour: str | None = None, weight: float = 0.5,
             dash: Sequence[float] = ()) -> None:  # fmt: skip
        """Draw an open path."""
        if len(points) < 2:
            return
        self._colours(None, colour or self.style.colours.ink, weight)
        self.canvas.setDash(list(dash))
        path = self.canvas.beginPath()
        path.moveTo(*points[0])
        for point in points[1:]:
            path.lineTo(*point)
        self.canvas.drawPath(path, stroke=1, fill=0)
        if dash:
            self.canvas.setDash([])

    def polygon(self, points: Sequence[Point], *, fill: str | None = None, line: str | None = None,
                weight: float = 0.5) -> None:  # fmt: skip
        """Draw a closed path."""
        self._colours(fill, line, weight)
        path = self.canvas.beginPath()
        path.moveTo(*points[0])
        for point in points[1:]:
            path.lineTo(*point)
        path.close()
        self.canvas.drawPath(path, stroke=int(line is not None), fill=int(fill is not None))

    def circle(self, x: float, y: float, radius: float, *, fill: str | None = None, line: str | None = None,
               weight: float = 0.5) -> None:  # fmt: skip
        """Draw a circle."""
        self._colours(fill, line, weight)
        self.canvas.circle(x, y, radius, stroke=int(line is not None), fill=int(fill is not None))

    def clip(self, x: float, y: float, width: float, height: float) -> None:
        """Save the state and draw only inside a rectangle until `unclip`."""
        self.canvas.saveState()
        path = self.canvas.beginPath()
        path.rect(x, y, width, height)
        self.canvas.clipPath(path, stroke=0, fill=0)

    def unclip(self) -> None:
        """Undo `clip`."""
        self.canvas.restoreState()

    def hatch(self, x: float, y: float, width: float, height: float, kind: int, colour: str) -> None:
        """Overlay a rectangle with pattern `kind` (0 none, 1 rising, 2 falling, 3 level, 4 upright lines, 5 dots)."""
        if kind == 0 or width <= 0 or height <= 0:
            return
        self.clip(x, y, width, height)
        step = 3.2
        if kind in (1, 2):
            reach = int((width + height) / step) + 2
            for index in range(reach):
                shift = index * step
                ends = ((x + shift - height, y), (x + shift, y + height))
                self.line(ends if kind == 1 else ((ends[0][0], ends[1][1]), (ends[1][0], ends[0][1])),
                          colour=colour, weight=0.45)  # fmt: skip
        elif kind in (3, 4):
            for index in range(int((height if kind == 3 else width) / step) + 1):
                shift = (index + 0.5) * step
                level = ((x, y + shift), (x + width, y + shift))
                self.line(level if kind == 3 else ((x + shift, y), (x + shift, y + height)),
                          colour=colour, weight=0.45)  # fmt: skip
        else:
            for row in range(int(height / step) + 1):
                for column in range(int(width / step) + 1):
                    self.circle(x + (column + 0.5) * step, y + (row + 0.5) * step, 0.5, fill=colour)
        self.unclip()

    def _colours(self, fill: str | None, line: str | None, weight: float) -> None:
        if fill is not None:
            self.canvas.setFillColor(HexColor(fill))
        if line is not None:
            self.canvas.setStrokeColor(HexColor(line))
            self.canvas.setLineWidth(weight)


def _segments(line: Line) -> list[tuple[float, str, Face, float]]:
    """Join neighbouring atoms that one text operator can show: offset, text, face, tracking (em)."""
    result: list[tuple[float, str, Face, float]] = []
    run: list[Atom] = []
    start = 0.0
    tracking: float | None = None
    end = 0.0

    def close() -> None:
        if run:
            result.append((start, "".join(atom.text for atom in run), run[0].face, tracking or 0.0))

    for atom, offset in zip(line.atoms, line.offsets, strict=True):
        gap = offset - end
        joins = bool(run) and atom.face is run[0].face and (tracking is None or abs(tracking - gap) < 1e-4)
        if joins and abs(gap) > 1e-4:
            joins = len(atom.text) == 1 and all(len(one.text) == 1 for one in run)
        if joins:
            run.append(atom)
            tracking = gap
        else:
            close()
            run, start, tracking = [atom], offset, None
        end = offset + atom.width
    close()
    return result
