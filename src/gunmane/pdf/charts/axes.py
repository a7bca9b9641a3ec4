"""Scales, ticks, frames and legends that the charts share."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gunmane.pdf.pen import Pen

SIZE = 7.5
"""Type size of labels in charts, points."""


@dataclass(frozen=True, slots=True)
class Key:
    """An entry of a legend: a patch with pattern, or a line with dash and marker."""

    label: str
    colour: str
    hatch: int = 0
    line: bool = False
    dash: tuple[float, ...] = ()
    marker: str = ""


def ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Return round values from at most `low` to at least `high`, about `count` steps of 1, 2, 2.5 or 5 x 10^n."""
    if not high > low:
        high = low + 1
    rough = (high - low) / count
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough * 0.999)
    first = math.floor(low / step + 1e-9)
    last = math.ceil(high / step - 1e-9)
    return [round(index * step, 10) for index in range(first, last + 1)]


def plain(value: float) -> str:
    """Write a tick value without needless decimals."""
    return f"{value:,.0f}" if value == round(value) else f"{value:,.2f}".rstrip("0")


@dataclass(frozen=True, slots=True)
class Frame:
    """The plotting rectangle with its vertical scale."""

    x: float
    y: float
    width: float
    height: float
    low: float
    high: float

    def at(self, value: float) -> float:
        """Return the height on the page of a value."""
        return self.y + (value - self.low) / (self.high - self.low) * self.height


def frame(
    pen: Pen, x: float, y: float, width: float, height: float, low: float, high: float, *,
    unit: str = "", write: Callable[[float], str] = plain, foot: float = 16.0, head: float = 14.0,
) -> Frame:  # fmt: skip
    """Draw the grid of a chart with a vertical value axis and return the plotting rectangle."""
    marks = ticks(low, high)
    labels = [write(mark) for mark in marks]
    left = max(pen.width(label, SIZE, "number") for label in labels) + 6
    box = Frame(x + left, y + foot, width - left - 4, height - foot - head, marks[0], marks[-1])
    colours = pen.style.colours
    for mark, label in zip(marks, labels, strict=True):
        level = box.at(mark)
        base = mark == 0
        pen.line([(box.x, level), (box.x + box.width, level)], colour=colours.rule if base else colours.grid,
                 weight=0.8 if base else 0.4)  # fmt: skip
        pen.text(box.x - 4, level - SIZE * 0.36, label, SIZE, face="number", align="right", colour=colours.soft)
    if unit:
        pen.text(x, y + height - SIZE, unit, SIZE, colour=colours.soft)
    return box


def categories(pen: Pen, box: Frame, labels: Sequence[str], *, last_apart: bool = False) -> None:
    """Write labels under equal steps, leaving out what would overlap, but never a last one that stands apart."""
    step = box.width / max(len(labels), 1)
    if any(not label[:1].isdigit() for label in labels[:-1]):
        for index, label in enumerate(labels):
            for row, line in enumerate(pen.wrapped(label, step - 2, SIZE, phrases=True)[:2]):
                middle = box.x + (index + 0.5) * step
                pen.text(middle, box.y - (row + 1) * (SIZE + 1.5) - 1.5, line.text, SIZE, align="centre")
        return
    widest = max((pen.width(label, SIZE, "number") for label in labels), default=0.0)
    every = max(1, math.ceil((widest + 3) / step))
    for index, label in enumerate(labels):
        last = last_apart and index + 1 == len(labels)
        if not last and (index % every or (last_apart and (len(labels) - 1 - index) * step < widest + 3)):
            continue
        face = "number" if label.isascii() else "text"
        pen.text(box.x + (index + 0.5) * step, box.y - SIZE - 3, label, SIZE, face=face, align="centre")


def foot_height(labels: Sequence[str]) -> float:
    """Return the height that `categories` needs: one line for years, two for names."""
    return 25.0 if any(not label[:1].isdigit() for label in labels[:-1]) else 16.0


def legend(pen: Pen, x: float, y: float, width: float, keys: Sequence[Key]) -> float:
    """Draw a legend in rows whose first row hangs below `y`; return the height used."""
    row = SIZE + 5
    place, top = x, y
    for key in keys:
        size = pen.width(key.label, SIZE) + 25
        if place > x and place + size > x + width:
            place, top = x, top - row
        level = top - SIZE
        if key.line:
            pen.line([(place, level + 2.7), (place + 15, level + 2.7)], colour=key.colour, weight=1.4, dash=key.dash)
            if key.marker:
                marker(pen, place + 7.5, level + 2.7, key.marker, 2.3, key.colour)
        else:
            pen.rect(place, level - 0.5, 12, 7, fill=key.colour, line=pen.style.colours.soft, weight=0.4)
            pen.hatch(place, level - 0.5, 12, 7, key.hatch, on_colour(key.colour))
        pen.text(place + 18 - (0 if key.line else 2), level, key.label, SIZE)
        place += size
    return y - top + row


def legend_height(pen: Pen, width: float, keys: Sequence[Key]) -> float:
    """Return the height that `legend` will use."""
    row = SIZE + 5
    place, rows = 0.0, 1
    for key in keys:
        size = pen.width(key.label, SIZE) + 25
        if place > 0 and place + size > width:
            place, rows = 0.0, rows + 1
        place += size
    return rows * row


def marker(pen: Pen, x: float, y: float, shape: str, size: float, colour: str, edge: str = "#FFFFFF") -> None:
    """Draw a marker: circle, square, triangle, diamond, ring or cross; `size` is its half width."""
    if shape == "circle":
        pen.circle(x, y, size, fill=colour, line=edge, weight=0.3)
    elif shape == "ring":
        pen.circle(x, y, size * 0.85, fill="#FFFFFF", line=colour, weight=0.8)
    elif shape == "square":
        pen.polygon([(x - size, y - size), (x + size, y - size), (x + size, y + size), (x - size, y + size)],
                    fill=colour, line=edge, weight=0.3)  # fmt: skip
    elif shape == "triangle":
        pen.polygon([(x - size * 1.1, y - size * 0.8), (x + size * 1.1, y - size * 0.8), (x, y + size * 1.2)],
                    fill=colour, line=edge, weight=0.3)  # fmt: skip
    elif shape == "diamond":
        pen.polygon([(x, y - size * 1.35), (x + size * 1.15, y), (x, y + size * 1.35), (x - size * 1.15, y)],
                    fill=colour, line=edge, weight=0.3)  # fmt: skip
    else:
        pen.line([(x - size, y - size), (x + size, y + size)], colour=colour, weight=0.9)
        pen.line([(x - size, y + size), (x + size, y - size)], colour=colour, weight=0.9)


def tint(colour: str, share: float) -> str:
    """Mix a colour into white."""
    parts = [round(int(colour[index : index + 2], 16) * share + 255 * (1 - share)) for index in (1, 3, 5)]
    return "#" + "".join(f"{part:02X}" for part in parts)


def on_colour(colour: str) -> str:
    """Return black or white, whichever reads better on a background (WCAG relative luminance)."""
    parts = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return "#FFFFFF" if 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.18 else "#1A1A1A"
