"""Finding the header of a table among title rows, dates and remarks."""

import itertools
import re
from collections.abc import Sequence
from statistics import median

from msgspec import Struct

from gunmane.core.ledgers.names import year_alone
from gunmane.core.ledgers.text import fold, one_line

LOOK = 30
"""Rows within which a header must begin."""


class Header(Struct, frozen=True):
    """The header found: positions (0-based) of its first and last row, flat names, and the cells as they stand."""

    first: int
    last: int
    names: tuple[str, ...]
    original: tuple[str, ...]


_VALUE = re.compile(
    r"[-+△▲]?[\d,.]+%?|\d{2,4}[-/.年]\d{1,2}([-/.月]\d{1,2}日?)?.*|(昭和|平成|令和|[shr])\.?\d+.*|\d+[°度].*|[○×〇✕]|[ivx]+|true|false"
)


def find_header(rows: Sequence[Sequence[str]], header_row: int | None = None) -> Header:
    """Find the header among the first rows; `header_row` (1-based) names its last row instead.

    A header is the first row that fills at least half of the usual width with mostly distinct labels. A second row
    joins it when the first has merged (blank) cells that the second fills and what follows looks like data.
    """
    if not rows:
        return Header(0, 0, (), ())
    usual = median(_filled(row) for row in rows[:200] if _filled(row)) if any(map(_filled, rows[:200])) else 0
    if header_row is not None:
        last = header_row - 1
        first = last - 1 if last > 0 and _is_parent(rows[last - 1], rows[last], usual) else last
    else:
        first = next((i for i, row in enumerate(rows[:LOOK]) if _is_header(row, usual)), 0)
        last = first
        while last + 1 < len(rows) and last - first < 2 and _is_parent(rows[last], rows[last + 1], usual):
            last += 1
    names = _flat(rows[first : last + 1])
    return Header(first, last, _distinct(names), tuple(rows[last]))


def _filled(row: Sequence[str]) -> int:
    return sum(1 for cell in row if cell and not cell.isspace())


def _labels(row: Sequence[str]) -> float:
    """Return the share of filled cells that look like labels rather than values."""
    cells = [fold(cell) for cell in row if cell and not cell.isspace()]
    if not cells:
        return 0.0
    return sum(1 for cell in cells if not _VALUE.fullmatch(cell) and len(cell) <= 60) / len(cells)


def _is_header(row: Sequence[str], usual: float) -> bool:
    filled = _filled(row)
    if filled < max(1.0, usual / 2) or (filled == 1 and usual > 1):
        return False
    cells = [cell for cell in row if cell]
    return _labels(row) >= 0.8 and len(set(cells)) >= 0.6 * len(cells)


def _is_parent(upper: Sequence[str], lower: Sequence[str], usual: float) -> bool:
    """Tell whether `lower` continues the header `upper`: it fills merged cells of it, with labels or years only."""
    if _years_below(upper, lower):
        return True
    if _labels(lower) < 0.95 or not _filled(lower) or _filled(upper) < 2:
        return False
    pairs = [
        (upper[i] if i < len(upper) else "", lower[i] if i < len(lower) else "")
        for i in range(max(len(upper), len(lower)))
    ]
    merged = sum(1 for above, below in pairs if not above.strip() and below.strip())
    # a cell merged downwards is blank below in text files and repeated below in spreadsheets
    crossed = sum(1 for above, below in pairs if above.strip() and (not below.strip() or above == below))
    units = sum(1 for _, below in pairs if re.fullmatch(r"[(（\[【].{1,8}[)）\]】]", below.strip()))
    if units and units == _filled(lower):
        return True
    return merged > 0 and (crossed > 0 or _filled(upper) < usual)


def _years_below(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Tell whether `lower` divides merged cells of `upper` by years (`判定区分` over `H26`, `H30`, `R元`).

    A first row of data would fill the columns that are not merged sideways too.
    """
    width = max(len(upper), len(lower))
    above, below = ([one_line(cell) for cell in row] + [""] * (width - len(row)) for row in (upper, lower))
    divided = [not above[i] or (i + 1 < width and not above[i + 1] and below[i + 1] != "") for i in range(width)]
    if any(below[i] and below[i] != above[i] for i in range(width) if not divided[i]):
        return False
    parts = [cell for cell, one, parent in zip(below, divided, above, strict=True) if one and cell and cell != parent]
    years = [cell for cell in parts if year_alone(cell) is not None]
    others = [cell for cell in parts if year_alone(cell) is None]
    return any(above) and len(set(years)) >= 2 and not any(_VALUE.fullmatch(fold(cell)) for cell in others)


def _flat(rows: Sequence[Sequence[str]]) -> list[str]:
    """Join header rows: merged parents spread to the right, units in brackets are put behind the name."""
    width = max(map(len, rows))
    padded = [[one_line(row[i]) if i < len(row) else "" for i in range(width)] for row in rows]
    for row, below in itertools.pairwise(padded):
        parent = ""
        for index in range(width):
            if row[index]:
                parent = row[index]
            elif below[index]:
                row[index] = parent
    names: list[str] = []
    for column in zip(*padded, strict=True):
        parts = [part for i, part in enumerate(column) if part and part not in column[:i]]
        name = parts[0] if parts else ""
        for part in parts[1:]:
            name += part if part[0] in "(（[【" else f"_{part}"
        names.append(name.removeprefix("#"))
    return names


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Make repeated names distinct (`幅員`, `幅員_2`) and drop empty ones at the end."""
    counts: dict[str, int] = {}
    found: list[str] = []
    for name in names:
        counts[name] = counts.get(name, 0) + 1
        found.append(f"{name}_{counts[name]}" if name and counts[name] > 1 else name)
    while found and not found[-1]:
        found.pop()
    return tuple(found)
