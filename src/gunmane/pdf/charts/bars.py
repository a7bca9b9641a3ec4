"""Bars: grouped, stacked, shares of a whole, ranges, steps of a waterfall."""

from collections.abc import Sequence
from dataclasses import dataclass

from gunmane.pdf.charts.axes import (
    SIZE,
    Frame,
    Key,
    categories,
    foot_height,
    frame,
    legend,
    legend_height,
    on_colour,
    plain,
)
from gunmane.pdf.pen import Pen


@dataclass(frozen=True, slots=True)
class Series:
    """Values of one kind, one for each category."""

    label: str
    values: Sequence[float]
    colour: str
    hatch: int = 0


@dataclass(frozen=True)
class Bars:
    """Upright bars, grouped or stacked, with an optional level line; `apart` bars stand off at the right end."""

    labels: Sequence[str]
    series: Sequence[Series]
    unit: str = ""
    stacked: bool = False
    level: float | None = None
    level_label: str = ""
    apart: int = 0
    values: bool = False  # write the value above each bar

    def draw(self, pen: Pen, x: float, y: float, width: float, height: float) -> None:
        """Draw frame, bars, level line and legend."""
        keys = [Key(one.label, one.colour, one.hatch) for one in self.series] if len(self.series) > 1 else []
        if self.level is not None:
            keys.append(Key(self.level_label, pen.style.colours.stamp, line=True, dash=(4, 2)))
        foot = foot_height(self.labels) + (legend_height(pen, width, keys) if keys else 0.0)
        count = len(self.labels)
        if self.stacked:
            most = max((sum(one.values[index] for one in self.series) for index in range(count)), default=0.0)
        else:
            most = max((value for one in self.series for value in one.values), default=0.0)
        most = max(most, self.level or 0.0)
        box = frame(pen, x, y, width, height, 0.0, most or 1.0, unit=self.unit, foot=foot)
        self._draw_bars(pen, box, count)
        categories(pen, box, self.labels, last_apart=self.apart > 0)
        if self.level is not None:
            level = box.at(self.level)
            pen.line([(box.x, level), (box.x + box.width, level)], colour=pen.style.colours.stamp, weight=1.2,
                     dash=(4, 2))  # fmt: skip
        if keys:
            legend(pen, box.x, box.y - foot_height(self.labels) + 2, width - (box.x - x), keys)

    def _draw_bars(self, pen: Pen, box: Frame, count: int) -> None:
        step = box.width / max(count, 1)
        each = step * (0.66 if self.stacked or len(self.series) == 1 else 0.8)
        part = each if self.stacked else each / len(self.series)
        if self.apart:
            split = box.x + (count - self.apart) * step
            pen.line([(split, box.y), (split, box.y + box.height)], colour=pen.style.colours.rule, dash=(1.5, 1.5))
        for index in range(count):
            base = 0.0
            for number, one in enumerate(self.series):
                value = one.values[index]
                left = box.x + index * step + (step - each) / 2 + (0.0 if self.stacked else number * part)
                low, high = (box.at(base), box.at(base + value)) if self.stacked else (box.at(0.0), box.at(value))
                if value > 0:
                    pen.rect(left, low, part, high - low, fill=one.colour, line="#FFFFFF", weight=0.3)
                    pen.hatch(left, low, part, high - low, one.hatch, "#FFFFFF")
                if self.values and not self.stacked and value > 0:
                    pen.text(left + part / 2, high + 2, plain(value), SIZE - 0.5, face="number", align="centre")
                base += value


@dataclass(frozen=True)
class ShareBars:
    """Level bars that show the parts of each whole, with the count inside wide enough parts.

    `rows` are label, counts and the text at the right end.
    """

    rows: Sequence[tuple[str, Sequence[float], str]]
    names: Sequence[str]
    marks: Sequence[str]  # short sign of each part, written with its count
    colours: Sequence[str]
    hatches: Sequence[int]

    def draw(self, pen: Pen, x: float, y: float, width: float, height: float) -> None:
        """Draw the bars from top to bottom and the legend under them."""
        keys = [
            Key(name, colour, hatch)
            for name, colour, hatch in zip(self.names, self.colours, self.hatches, strict=True)
        ]
        left = min(max(pen.width(row[0], SIZE) for row in self.rows) + 6, width * 0.34)
        foot = legend_height(pen, width - left, keys) + 4
        right = max(pen.width(row[2], SIZE) for row in self.rows) + 6
        step = (height - foot) / len(self.rows)
        thick = min(step * 0.7, 15.0)
        for index, (label, counts, note) in enumerate(self.rows):
            middle = y + height - (index + 0.5) * step
            _label(pen, x, middle, left - 6, label)
            pen.text(x + width, middle - SIZE * 0.36, note, SIZE, align="right", colour=pen.style.colours.soft)
            total = sum(counts)
            place = x + left
            room = width - left - right
            if not total:
                pen.rect(place, middle - thick / 2, room, thick, line=pen.style.colours.rule, weight=0.4)
                continue
            for mark, count, colour, hatch in zip(self.marks, counts, self.colours, self.hatches, strict=True):
                size = room * count / total
                if count:
                    pen.rect(place, middle - thick / 2, size, thick, fill=colour, line="#FFFFFF", weight=0.5)
                    pen.hatch(place, middle - thick / 2, size, thick, hatch, pen.style.colours.soft)
                    text = f"{mark} {plain(count)}".strip()
                    if pen.width(text, SIZE - 0.5) + 4 < size:
                        self._note(pen, place + size / 2, middle, text, colour, hatch)
                place += size
        legend(pen, x + left, y + foot - 4, width - left, keys)

    def _note(self, pen: Pen, x: float, y: float, text: str, colour: str, hatch: int) -> None:
        size = SIZE - 0.5
        if hatch:
            half = pen.width(text, size) / 2 + 1.5
            pen.rect(x - half, y - size * 0.55, 2 * half, size * 1.1, fill=colour)
        pen.text(x, y - size * 0.36, text, size, align="centre", colour=on_colour(colour))


@dataclass(frozen=True)
class RangeBars:
    """Level bars with whiskers: label, middle, low end, high end, text."""

    rows: Sequence[tuple[str, float, float | None, float | None, str]]
    colour: str
    note: str

    def draw(self, pen: Pen, x: float, y: float, width: float, height: float) -> None:
        """Draw the bars from top to bottom, the note at the foot."""
        left = min(max(pen.width(row[0], SIZE) for row in self.rows) + 6, width * 0.34)
        right = max(pen.width(row[4], SIZE, "number") for row in self.rows) + 8
        foot = 14.0
        most = max(max(row[1], row[3] or 0.0) for row in self.rows) or 1.0
        room = width - left - right
        step = (height - foot) / len(self.rows)
        thick = min(step * 0.6, 13.0)
        ink = pen.style.colours.ink
        for index, (label, middle, low, high, text) in enumerate(self.rows):
            level = y + height - (index + 0.5) * step
            _label(pen, x, level, left - 6, label)
            pen.rect(x + left, level - thick / 2, room * middle / most, thick, fill=self.colour)
            if low is not None and high is not None:
                ends = x + left + room * low / most, x + left + room * high / most
                pen.line([(ends[0], level), (ends[1], level)], colour=ink, weight=1.0)
                for end in ends:
                    pen.line([(end, level - 3), (end, level + 3)], colour=ink, weight=1.0)
            pen.text(x + width, level - SIZE * 0.36, text, SIZE, face="number", align="right")
        pen.line([(x + left, y + foot), (x + left, y + height)], colour=pen.style.colours.rule, weight=0.8)
        pen.text(x + left, y + 2, self.note, SIZE - 0.5, colour=pen.style.colours.soft)


@dataclass(frozen=True)
class Waterfall:
    """From a first total over steps to a last total."""

    first: tuple[str, float]
    steps: Sequence[tuple[str, float]]
    last: tuple[str, float]
    unit: str
    down: str
    up: str
    total: str
    broken: str  # what is said where the axis does not start at 0

    def draw(self, pen: Pen, x: float, y: float, width: float, height: float) -> None:
        """Draw totals as full bars and each step where the one before ends; bars that are cut off are marked."""
        levels = [self.first[1]]
        for _, change in self.steps:
            levels.append(levels[-1] + change)
        low = min([*levels, self.last[1]])
        base = 0.0 if low < 0.5 * max(levels) else low - (max(levels) - low) * 0.6 - 0.05 * low
        box = frame(pen, x, y, width, height, max(base, 0.0) if low > 0 else low, max(*levels, self.last[1]),
                    unit=self.unit, foot=30)  # fmt: skip
        items = [(self.first[0], box.low, self.first[1], self.total, self.first[1], 0)]
        items += [
            (label, start, start + change, self.down if change < 0 else self.up, change, 0 if change < 0 else 1)
            for (label, change), start in zip(self.steps, levels, strict=False)
        ]
        items.append((self.last[0], box.low, self.last[1], self.total, self.last[1], 0))
        if box.low > 0:
            pen.text(x + width, y + height - SIZE, self.broken, SIZE, align="right", colour=pen.style.colours.soft)
        step = box.width / len(items)
        for index, (label, start, end, colour, value, hatch) in enumerate(items):
            left = box.x + index * step + step * 0.18
            bottom, top = sorted((box.at(start), box.at(end)))
            pen.rect(left, bottom, step * 0.64, max(top - bottom, 0.6), fill=colour)
            pen.hatch(left, bottom, step * 0.64, top - bottom, hatch, "#FFFFFF")
            if box.low > 0 and index in (0, len(items) - 1):
                _break(pen, left - 2, left + step * 0.64 + 2, bottom + 9)
            sign = "+" if value > 0 and 0 < index < len(items) - 1 else "−" if value < 0 else ""
            pen.text(left + step * 0.32, top + 2.5, sign + plain(round(abs(value))), SIZE, face="number-bold",
                     align="centre")  # fmt: skip
            if index + 1 < len(items):
                level = box.at(end)
                pen.line(
                    [(left + step * 0.64, level), (left + step, level)], colour=pen.style.colours.soft, weight=0.4
                )
            for number, line in enumerate(pen.wrapped(label, step - 3, SIZE, phrases=True)[:3]):
                pen.text(
                    left + step * 0.32, box.y - SIZE - 2 - number * (SIZE + 1.2), line.text, SIZE, align="centre"
                )


def _break(pen: Pen, left: float, right: float, y: float) -> None:
    """Mark a bar as cut off: two waves across it."""
    half = (right - left) / 12
    wave = [(left + index * half, y + (2.2 if index % 2 else 0.0)) for index in range(13)]
    pen.line(wave, colour="#FFFFFF", weight=2.6)


def _label(pen: Pen, x: float, middle: float, width: float, label: str) -> None:
    """Write a row label on one or two lines."""
    lines = pen.wrapped(label, width, SIZE)[:2]
    top = middle + (len(lines) * (SIZE + 1)) / 2
    for index, line in enumerate(lines):
        pen.text(x, top - (index + 0.86) * (SIZE + 1), line.text, SIZE)
