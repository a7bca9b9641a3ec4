"""What a table consists of: cells, columns, and the caption with its source."""

from dataclasses import dataclass

from gunmane.pdf.pen import Align


@dataclass(frozen=True, slots=True)
class Cell:
    """Text of a cell; `shade` is a background colour, `span` the number of columns it covers."""

    text: str
    bold: bool = False
    shade: str | None = None
    span: int = 1


@dataclass(frozen=True, slots=True)
class Column:
    """How a column is set; numbers are right-aligned in equal digits and never cut."""

    align: Align = "left"
    number: bool = False
    head: bool = False  # its cells are row heads
    most: float = 22.0  # width in em beyond which its text is wrapped


@dataclass(frozen=True, slots=True)
class Labels:
    """Number, title, unit and source of a table or figure as printed."""

    number: str
    title: str
    unit: str
    source: str
    continued: str
