"""Reading columns: every distinct text once."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gunmane.core.errors import Fault
from gunmane.core.ledgers.values import UNITS, Doubt, Parsed

MEMO_SIZE = 200_000
"""Distinct texts kept for one column between chunks; bounds the memory whatever the file holds."""


class Memo(dict[str, Any]):
    """Text → value, filled on demand.

    `odd` holds the texts that gave a fault or a doubt; their value here is `unknown` or the doubtful value.
    """

    def __init__(
        self, read: Callable[[str], Parsed], unknown: Any = None, form: Callable[[Any], Any] | None = None
    ) -> None:
        super().__init__()
        self._read = read
        self._unknown = unknown
        self._form = form
        self.odd: dict[str, Fault | Doubt] = {}

    def __missing__(self, text: str) -> Any:
        found = self._read(text)
        if isinstance(found, Fault):
            self.odd[text] = found
            found = None
        elif isinstance(found, Doubt):
            self.odd[text] = found
            found = found.value
        value = self._unknown if found is None else self._form(found) if self._form else found
        self[text] = value
        return value

    def column(self, cells: Sequence[str]) -> list[Any]:
        """Return the values of a column's cells."""
        if len(self) > MEMO_SIZE:
            self.clear()
            self.odd.clear()
        return list(map(self.__getitem__, cells))

    def oddities(self, cells: Sequence[str]) -> list[tuple[int, Fault | Doubt]]:
        """Return position and reservation of each cell that was not read plainly."""
        odd = self.odd
        return [(index, odd[cell]) for index, cell in enumerate(cells) if cell in odd] if odd else []


def floats(
    cells: Sequence[str], joined: str, memo: Memo, unit: str, cell_unit: str, plain: bool
) -> tuple[list[float | None], bool]:
    """Read a column of measures; return its values and whether `memo` was asked.

    `joined` is all cells as one text. Where every cell is a bare number (or blank) the interpreter's own float()
    does it; `plain` False (replacements, zero for unknown) or any other spelling goes through the memo, which also
    names the faults.
    """
    factor = 1.0 if not cell_unit or cell_unit == unit else UNITS.get(unit, {}).get(cell_unit, 0.0)
    if plain and factor and "_" not in joined:
        try:
            found: list[float | None] = (
                [float(cell) if cell else None for cell in cells] if "" in cells else list(map(float, cells))
            )
        except ValueError:
            return memo.column(cells), True
        numbers = as_array(found)
        if np.isinf(numbers).any() or np.isnan(numbers).sum() != found.count(None):
            return memo.column(cells), True
        return (found if factor == 1.0 else as_list(np.round(numbers * factor, 9))), False
    return memo.column(cells), True


def as_array(values: Sequence[float | None]) -> NDArray[np.float64]:
    """Return values as an array, None as NaN."""
    return np.array(values, dtype=np.float64)


def as_list(numbers: NDArray[np.float64]) -> list[float | None]:
    """Return an array as a list, NaN as None."""
    if np.isnan(numbers).any():
        return [None if value != value else value for value in numbers.tolist()]
    return numbers.tolist()
