"""Lines with bands, bars of time, and the risk matrix."""

from collections.abc import Sequence
from dataclasses import dataclass

from gunmane.pdf.charts.axes import SIZE, Key, categories, frame, legend, legend_height, marker, on_colour, tint
from gunmane.pdf.pen import Pen

DASHES: tuple[tuple[float, ...], ...] = ((), (5, 2), (1.5, 1.5), (6, 2, 1.5, 2))
MARKERS = ("circle", "square", "triangle", "diamond", "ring", "cross")


@dataclass(frozen=True, slots=True)
class Curve:
    """A line over the categories with an optional band."""

    label: str
    values: Sequence[float]
    colour: str
    low: Sequence[float] = ()
    high: Sequence[float] = ()


@dataclass(frozen=True)
class Lines:
    """Lines over time, each with its own dash, marker and, where known, the band of its 80 % interval."""

    labels: Sequence[str]
    curves: Sequence[Curve]
    unit: str = ""
    keys: bool = True

    def draw(self, pen: Pen, x: float, y: float, width: float, height: float) -> None:
        """Draw bands first, then lines, then the legend."""
        keys = [
            Key(one.label, one.colour, line=True, dash=DASHES[index % 4], marker=MARKERS[index % 6])
            for index, one in enumerate(self.curves)
        ]
        foot = 16.0 + (legend_height(pen, width, keys) if self.keys else 0.0)
        most = max((value for one in self.curves for value in (*one.values, *one.high)), default=1.0)
        box = frame(pen, x, y, width, height, 0.0, most or 1.0, unit=self.unit, foot=foot)
        step = box.width / max(len(self.labels), 1)
        places = [box.x + (index + 0.5) * step for index in range(len(self.labels))]
        for one in self.curves:
            if one.low and one.high:
                upper = [(place, box.at(value)) for place, value in zip(places, one.high, strict=False)]
                lower = [(place, box.at(value)) for place, value in zip(places, one.low, strict=False)]
                pen.polygon([*upper, *reversed(lower)], fill=tint(one.colour, 0.2))
                for edge in (upper, lower):
                    pen.line(edge, colour=one.colour, weight=0.4)
        for index, one in enumerate(self.curves):
            points = [(place, box.at(value)) for place, value in zip(places, one.values, strict=False)]
            pen.line(points, colour=one.colour, weight=1.5, dash=DASHES[index % 4])
            for point in points:
                marker(pen, *point, MARKERS[index % 6], 2.2, one.colour)
        categories(pen, box, self.labels)
        if self.keys:
            legend(pen, box.x, box.y - 14, width - (box.x - x), keys)


@dataclass(frozen=True)
class Matrix:
    """The 5 x 5 risk matrix: counts by likelihood (upwards) and consequence (to the right)."""

    counts: Sequence[Sequence[int]]
    likelihood: Sequence[str]
    consequence: Sequence[str]
    likelihood_title: str
    consequence_title: str
    sign: str  # of the risk class, written in each cell with the class

    def draw(self, pen: Pen, x: float, y: float, width: float, height: float) -> None:
        """Draw cells with count and risk class."""
        left = max(pen.width(label, SIZE) for label in self.likelihood) + 20
        foot = 30.0
        cell_width, cell_height = (width - left) / 5, (height - foot - 2) / 5
        for row, counts in enumerate(self.counts):
            bottom = y + foot + row * cell_height
            pen.text(x + left - 5, bottom + cell_height / 2 - 3, self.likelihood[row], SIZE, align="right")
            for column, count in enumerate(counts):
                risk = matrix_class(row, column)
                colour = pen.style.colours.risk[risk - 1]
                place = x + left + column * cell_width
                pen.rect(place, bottom, cell_width, cell_height, fill=colour, line="#FFFFFF", weight=1)
                ink = on_colour(colour)
                pen.text(place + cell_width / 2, bottom + cell_height / 2 - 4, f"{count:,}", 11, face="number-bold",
                         align="centre", colour=ink)  # fmt: skip
                pen.text(place + 3, bottom + cell_height - 8.5, f"{self.sign}{risk}", 6.5, colour=ink)
        for column, label in enumerate(self.consequence):
            pen.text(x + left + (column + 0.5) * cell_width, y + foot - 11, label, SIZE, align="centre")
        pen.text(
            x + left + (width - left) / 2, y + 4, self.consequence_title, SIZE + 0.5, face="bold", align="centre"
        )
        pen.canvas.saveState()
        pen.canvas.translate(x + 8, y + foot + (height - foot) / 2)
        pen.canvas.rotate(90)
        pen.text(0, 0, self.likelihood_title, SIZE + 0.5, face="bold", align="centre")
        pen.canvas.restoreState()


def matrix_class(likelihood: int, consequence: int) -> int:
    """Return risk class 1 to 5 of a cell (0 to 4 each): the diagonals of the matrix, two at a time."""
    return (likelihood + consequence) // 2 + 1


@dataclass(frozen=True)
class TimeBars:
    """Bars of time (a Gantt chart): stream, label, start month, length; length 0 is a gate (diamond)."""

    bars: Sequence[tuple[str, str, int, int]]
    years: Sequence[str]
    colours: Sequence[str]

    def draw(self, pen: Pen, x: float, y: float, width: float, height: float) -> None:
        """Draw years across, streams as groups downwards."""
        streams = list(dict.fromkeys(bar[0] for bar in self.bars))
        left = min(max(pen.width(stream, SIZE, "bold") for stream in streams) + 8, width * 0.24)
        head = 16.0
        months = len(self.years) * 12
        room = width - left
        colours = pen.style.colours
        step = (height - head) / len(self.bars)
        thick = min(SIZE + 4, step - 2)  # a label inside stands clear of the bar's edges
        for index, year in enumerate(self.years):
            place = x + left + index * room / len(self.years)
            pen.line([(place, y), (place, y + height)], colour=colours.grid, weight=0.5)
            pen.text(place + room / len(self.years) / 2, y + height - 10, year, SIZE, face="number", align="centre")
        previous = ""
        for index, (stream, label, start, length) in enumerate(self.bars):
            top = y + height - head - index * step
            middle = top - step / 2
            colour = self.colours[streams.index(stream) % len(self.colours)]
            if stream != previous:
                pen.line([(x, top), (x + width, top)], colour=colours.rule, weight=0.5)
                pen.text(x, middle - 3, stream, SIZE, face="bold")
                previous = stream
            place = x + left + room * start / months
            size = room * length / months
            if length:
                pen.rect(place, middle - thick / 2, size, thick, fill=colour)
            else:
                marker(pen, place, middle, "diamond", 4, colours.stamp)
            words = pen.width(label, SIZE)
            if words + 6 < size:
                pen.text(place + 4, middle - 2.7, label, SIZE, colour=on_colour(colour))
            elif place + size + words + 8 < x + width:
                pen.text(place + size + (5 if length else 7), middle - 2.7, label, SIZE)
            else:
                pen.text(place - (4 if length else 7), middle - 2.7, label, SIZE, align="right")
        pen.line([(x, y), (x + width, y)], colour=colours.rule, weight=0.5)
