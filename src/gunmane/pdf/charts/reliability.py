"""The reliability plot: shares that came true by the probability that was forecast."""

from collections.abc import Sequence
from dataclasses import dataclass

from gunmane.core.plan.findings import ForecastGroup
from gunmane.pdf.charts.axes import SIZE, frame, marker, plain, ticks
from gunmane.pdf.pen import Pen


@dataclass(frozen=True)
class Reliability:
    """Points with 90 % intervals, in per cent; on the slanting line forecasts come true as often as said."""

    groups: Sequence[ForecastGroup]
    across: str
    up: str

    def draw(self, pen: Pen, x: float, y: float, width: float, height: float) -> None:
        """Draw the frame, the ideal line, intervals and points; both axes alike."""
        ends = [one.forecast for one in self.groups] + [one.observed.high or 0.0 for one in self.groups]
        top = min(max([*ends, 0.01]) * 105, 100.0)
        across = min(width, height * 1.25)
        box = frame(pen, x, y, across, height, 0.0, top, unit=self.up, foot=28.0)
        colours = pen.style.colours

        def place(value: float) -> float:
            return box.x + (value - box.low) / (box.high - box.low) * box.width

        for mark in ticks(0.0, top):
            pen.line([(place(mark), box.y), (place(mark), box.y + box.height)], colour=colours.grid, weight=0.4)
            pen.text(place(mark), box.y - SIZE - 3, plain(mark), SIZE, face="number", align="centre",
                     colour=colours.soft)  # fmt: skip
        pen.line([(place(0), box.at(0)), (place(box.high), box.at(box.high))], colour=colours.soft, weight=0.8,
                 dash=(4, 3))  # fmt: skip
        for one in self.groups:
            low, high = one.observed.low, one.observed.high
            at = place(one.forecast * 100)
            if low is not None and high is not None:
                pen.line([(at, box.at(low * 100)), (at, box.at(high * 100))], colour=colours.accent, weight=1.0)
            marker(pen, at, box.at(one.observed.mid * 100), "circle", 2.4, colours.accent)
        pen.text(box.x + box.width / 2, y + 2, self.across, SIZE, align="centre", colour=colours.soft)
