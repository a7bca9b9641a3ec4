"""Maps: outlines, lines and points by risk, with scale bar, north arrow and legend."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from reportlab.lib.colors import HexColor

from gunmane.pdf.charts.axes import SIZE, marker
from gunmane.pdf.pen import Pen, Point

Floats = NDArray[np.float64]

EARTH_KM_PER_DEGREE = 111.32  # of latitude, mean sphere; maps of a region need no more

SHAPES = (("ring", 1.6), ("circle", 1.3), ("circle", 1.7), ("square", 1.9), ("triangle", 2.6), ("diamond", 3.0))
"""Marker and half width by risk class; class 0 is not rated."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A point (one vertex) or line in longitude/latitude with its risk class 0 to 5."""

    vertices: Sequence[Point]
    risk: int


@dataclass(frozen=True, slots=True)
class Area:
    """A named outline: rings of longitude/latitude."""

    name: str
    rings: Sequence[Sequence[Point]]


@dataclass(frozen=True)
class Map:
    """A map of shapes over outlines; `pins` are numbered places; `legend` names classes 5 to 1 and "not rated"."""

    shapes: Sequence[Shape]
    areas: Sequence[Area]
    pins: Sequence[tuple[str, float, float]]
    legend: Sequence[str]
    legend_title: str
    north: str
    outside: str  # text with {count} for shapes beyond the frame
    names: Sequence[tuple[str, float, float]] = ()  # written over a place, where no outline bears the name
    fill: float = 1.0  # share of the frame that the shapes take, less where pins stand at the rim

    def draw(self, pen: Pen, x: float, y: float, width: float, height: float) -> None:
        """Draw the map on the left, the legend on the right."""
        side = min(96.0, width * 0.24)
        room = width - side
        colours = pen.style.colours
        view = _View(self, x, y, room, height)
        pen.rect(x, y, room, height, fill="#FBFCFD", line=colours.rule, weight=0.6)
        pen.clip(x, y, room, height)
        for area in self.areas:
            for ring in area.rings:
                pen.polygon([view.at(point) for point in ring], fill="#F1F3EE", line=colours.rule, weight=0.7)
        beyond = self._draw_shapes(pen, view)
        self._name_areas(pen, view)
        self._name_places(pen, view)
        for label, lon, lat in self.pins:
            _pin(pen, view.at((lon, lat)), label)
        pen.unclip()
        _scale_bar(pen, view, x + 8, y + 8)
        _north(pen, x + room + 16, y + 4, self.north)
        self._draw_legend(pen, x + room + 10, y + height - 4, beyond)

    def _draw_shapes(self, pen: Pen, view: "_View") -> int:
        """Draw all shapes, the highest risk last; return how many lie outside the frame."""
        beyond = 0
        points: list[list[Point]] = [[] for _ in range(6)]
        lines: list[list[list[Point]]] = [[] for _ in range(6)]
        for shape in self.shapes:
            places = [view.at(point) for point in shape.vertices]
            if not any(view.holds(place) for place in places):
                beyond += 1
            elif len(places) > 1:
                lines[shape.risk].append(places)
            else:
                points[shape.risk].append(places[0])
        fit = max(0.5, min(1.0, math.sqrt(1000 / max(len(self.shapes), 1))))  # many markers are drawn smaller
        for risk in range(6):
            colour = pen.style.colours.risk[risk - 1]
            if lines[risk]:
                _stroke(pen, lines[risk], colour, (0.5 + 0.35 * max(risk, 1)) * fit, (2, 1.2) if risk == 0 else ())
        for risk in range(6):
            if points[risk]:
                kind, size = SHAPES[risk]
                _dots(pen, points[risk], kind, size * fit, pen.style.colours.risk[risk - 1])
        return beyond

    def _name_areas(self, pen: Pen, view: "_View") -> None:
        """Write each area's name inside it where it covers the fewest shapes and no other name."""
        size = SIZE + 0.5 if view.frame[2] > 200 else SIZE - 0.5
        drawn = [view.at(point) for shape in self.shapes for point in shape.vertices]
        drawn += [(x + 9, y + 10) for _, lon, lat in self.pins for x, y in [view.at((lon, lat))] for _ in range(50)]
        places = np.array(drawn).reshape(-1, 2)
        taken: list[tuple[float, float, float]] = []
        for area in self.areas:
            ring = np.array([view.at(point) for point in max(area.rings, key=len)])
            half = pen.width(area.name, size, "bold") / 2 + 2
            x, y = _free_place(ring, half, size, places, taken, view)
            taken.append((x, y, half))
            pen.text(x, y, area.name, size, face="bold", align="centre", halo=True)

    def _name_places(self, pen: Pen, view: "_View") -> None:
        """Write names over places, each so high that it covers no other, and inside the frame."""
        left, bottom, width, height = view.frame
        taken: list[tuple[float, float, float]] = []
        for name, lon, lat in sorted(self.names, key=lambda one: one[2]):
            half = pen.width(name, SIZE, "bold") / 2 + 2
            x, y = view.at((lon, lat))
            if not view.holds((x, y)):
                continue  # what lies outside is counted beside the legend
            x = min(max(x, left + half), left + width - half)
            y = min(max(y + 4, bottom + FOOT), bottom + height - SIZE - 2)
            step = SIZE + 2 if y < bottom + height / 2 else -(SIZE + 2)
            while any(abs(x - other) < half + wide and abs(y - level) < SIZE + 1 for other, level, wide in taken):
                y += step
            taken.append((x, y, half))
            pen.text(x, y, name, SIZE, face="bold", align="centre", halo=True)

    def _draw_legend(self, pen: Pen, x: float, top: float, beyond: int) -> None:
        y = top - SIZE
        pen.text(x, y, self.legend_title, SIZE, face="bold")
        used = {shape.risk for shape in self.shapes}
        lines = any(len(shape.vertices) > 1 for shape in self.shapes)
        for risk, name in zip((5, 4, 3, 2, 1, 0), self.legend, strict=True):
            if risk not in used:
                continue
            y -= 15
            colour = pen.style.colours.risk[risk - 1]
            kind, size = SHAPES[risk]
            marker(pen, x + 5, y + 2.6, kind, size * 1.25, colour, edge=pen.style.colours.soft)
            if lines:
                pen.line([(x + 12, y + 2.6), (x + 24, y + 2.6)], colour=colour, weight=0.5 + 0.35 * max(risk, 1),
                         dash=(2, 1.2) if risk == 0 else ())  # fmt: skip
            pen.text(x + (28 if lines else 13), y, name, SIZE)
        if beyond:
            for line in pen.wrapped(self.outside.format(count=beyond), 80, SIZE - 0.5):
                y -= 11
                pen.text(x, y, line.text, SIZE - 0.5, colour=pen.style.colours.soft)


FOOT = 18.0
"""Height at the foot of the frame that the scale bar has for itself."""


class _View:
    """The projection of a map: longitude shortened by the cosine of the middle latitude."""

    def __init__(self, drawn: Map, x: float, y: float, width: float, height: float) -> None:
        self.frame = (x, y, width, height)
        lon, lat = _extent(drawn)
        self.middle = (lon[0] + lon[1]) / 2, (lat[0] + lat[1]) / 2
        self.shrink = math.cos(math.radians(self.middle[1]))
        across, up = (lon[1] - lon[0]) * self.shrink, lat[1] - lat[0]
        scale = min(width * 0.92 / max(across, 0.002), (height - FOOT) * 0.92 / max(up, 0.002))
        self.scale = scale * drawn.fill  # points per degree

    def at(self, point: Point) -> Point:
        """Return the place on the page of a longitude/latitude."""
        x, y, width, height = self.frame
        return (
            x + width / 2 + (point[0] - self.middle[0]) * self.shrink * self.scale,
            y + (height + FOOT) / 2 + (point[1] - self.middle[1]) * self.scale,
        )

    def holds(self, point: Point) -> bool:
        """Tell whether a place on the page lies inside the frame."""
        x, y, width, height = self.frame
        return x <= point[0] <= x + width and y <= point[1] <= y + height

    @property
    def points_per_km(self) -> float:
        """Points of the page for one kilometre."""
        return self.scale / EARTH_KM_PER_DEGREE


def _free_place(
    ring: Floats, half: float, size: float, places: Floats, taken: Sequence[tuple[float, float, float]], view: "_View"
) -> Point:
    """Find the place in an area where a name of this half width covers least, the middle where all are alike."""
    low, high, middle = ring.min(axis=0), ring.max(axis=0), ring.mean(axis=0)
    left, bottom, width, height = view.frame
    best, found = math.inf, (float(middle[0]), float(middle[1]))
    near = places[((places > low - half) & (places < high + half)).all(axis=1)]
    for x in np.linspace(low[0], high[0], 11):
        for y in np.linspace(low[1], high[1], 15):
            if not (left + half < x < left + width - half and bottom + FOOT < y < bottom + height - size - 2):
                continue
            if any(abs(x - other) < half + wide and abs(y - level) < size + 2 for other, level, wide in taken):
                continue
            covered = (np.abs(near - (x, y + size / 3)) < (half + 2, size * 0.8)).all(axis=1).sum()
            ends = _inside(ring, np.array([(x - half, y), (x, y), (x + half, y), (x, y + size)]))
            away = math.hypot(x - middle[0], y - middle[1]) / (width + height)
            cost = covered + 3.0 * (4 - ends.sum()) + (1e6 if not ends[1] else 0.0) + away
            if cost < best:
                best, found = cost, (float(x), float(y))
    return found


def _inside(ring: Floats, points: Floats) -> NDArray[np.bool_]:
    """Tell which points lie inside a closed ring, by the parity of the sides to their right."""
    (x0, y0), (x1, y1) = ring[:-1].T, ring[1:].T
    x, y = points[:, :1], points[:, 1:]
    crosses = (y0 > y) != (y1 > y)
    with np.errstate(divide="ignore", invalid="ignore"):
        right = x < (x1 - x0) * (y - y0) / (y1 - y0) + x0
    return (crosses & right).sum(axis=1) % 2 == 1


def _extent(drawn: Map) -> tuple[Point, Point]:
    """Return the ranges of longitude and latitude: the outlines, else the middle 99 % of the shapes.

    A single wrong coordinate must not shrink the map to a dot.
    """
    outline = [point for area in drawn.areas for ring in area.rings for point in ring]
    points = outline or [point for shape in drawn.shapes for point in shape.vertices]
    points = points or [(lon, lat) for _, lon, lat in drawn.pins]
    ranges: list[Point] = []
    for axis in (0, 1):
        values = sorted(point[axis] for point in points)
        cut = 0 if outline else len(values) // 200
        ranges.append((values[cut], values[-1 - cut]))
    return ranges[0], ranges[1]


def _stroke(pen: Pen, lines: Sequence[Sequence[Point]], colour: str, weight: float, dash: Sequence[float]) -> None:
    """Draw many lines of one look with one operator."""
    canvas = pen.canvas
    canvas.saveState()
    canvas.setStrokeColor(HexColor(colour))
    canvas.setLineWidth(weight)
    canvas.setDash(list(dash))
    parts: list[str] = []
    for line in lines:
        parts.append(f"{line[0][0]:.1f} {line[0][1]:.1f} m")
        parts += [f"{x:.1f} {y:.1f} l" for x, y in line[1:]]
    canvas.addLiteral(" ".join(parts) + " S")
    canvas.restoreState()


def _dots(pen: Pen, places: Sequence[Point], kind: str, size: float, colour: str) -> None:
    """Draw many markers of one look with one operator each; a round dot is a line of no length with round ends."""
    canvas = pen.canvas
    canvas.saveState()
    if kind in ("circle", "ring"):
        dots = " ".join(f"{x:.1f} {y:.1f} m {x:.1f} {y:.1f} l" for x, y in places) + " S"
        canvas.setLineCap(1)
        layers = ((colour, 2 * size),) if kind == "circle" else ((colour, 2 * size), ("#FFFFFF", 2 * size - 1.4))
        for shade, weight in layers:
            canvas.setStrokeColor(HexColor(shade))
            canvas.setLineWidth(weight)
            canvas.addLiteral(dots)
    else:
        canvas.setFillColor(HexColor(colour))
        canvas.setStrokeColor(HexColor("#FFFFFF"))
        canvas.setLineWidth(0.3)
        corners = {
            "square": ((-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)),
            "triangle": ((-1.1, -0.8), (1.1, -0.8), (0.0, 1.2)),
            "diamond": ((0.0, -1.35), (1.15, 0.0), (0.0, 1.35), (-1.15, 0.0)),
        }[kind]
        parts: list[str] = []
        for x, y in places:
            first, *rest = [(x + across * size, y + up * size) for across, up in corners]
            parts.append(f"{first[0]:.1f} {first[1]:.1f} m")
            parts += [f"{place[0]:.1f} {place[1]:.1f} l" for place in rest]
            parts.append("h")
        canvas.addLiteral(" ".join(parts) + " B")
    canvas.restoreState()


def _pin(pen: Pen, place: Point, label: str) -> None:
    x, y = place
    pen.line([(x, y), (x + 7, y + 8)], colour=pen.style.colours.ink, weight=0.5)
    pen.circle(x + 9, y + 10.5, 5, fill="#FFFFFF", line=pen.style.colours.ink, weight=0.7)
    pen.text(x + 9, y + 8.2, label, 6.2, face="number-bold", align="centre")


def _scale_bar(pen: Pen, view: _View, x: float, y: float) -> None:
    limit = 110 / view.points_per_km
    power = 10 ** math.floor(math.log10(limit))
    length = max(factor * power for factor in (1, 2, 5) if factor * power <= limit)
    size = length * view.points_per_km
    ink = pen.style.colours.ink
    pen.rect(x - 3, y - 3, size + 34, 16, fill="#FFFFFF")
    pen.rect(x, y, size / 2, 3, fill=ink, line=ink)
    pen.rect(x + size / 2, y, size / 2, 3, fill="#FFFFFF", line=ink)
    pen.text(x, y + 5, "0", 6.5, face="number")
    label = f"{length:g} km" if length >= 1 else f"{length * 1000:g} m"
    pen.text(x + size, y + 5, label, 6.5, face="number", align="centre")


def _north(pen: Pen, x: float, y: float, label: str) -> None:
    ink = pen.style.colours.ink
    pen.polygon([(x, y + 16), (x - 4.5, y), (x, y + 4)], fill=ink, line=ink)
    pen.polygon([(x, y + 16), (x + 4.5, y), (x, y + 4)], fill="#FFFFFF", line=ink)
    pen.text(x, y + 18, label, 7, face="bold", align="centre")
