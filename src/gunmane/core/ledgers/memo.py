"""Reading columns: every distinct text once."""

import re
from collections.abc import Callable, Sequence
from typing import Any, cast

import msgspec
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
    cells: Sequence[str], memo: Memo, unit: str, cell_unit: str, plain: bool
) -> tuple[list[float | None], bool]:
    """Read a column of measures; return its values and whether `memo` was asked.

    Where every cell is a bare number (or blank) they are read together; `plain` False (replacements, zero for
    unknown) or any other spelling goes through the memo, which also names the faults.
    """
    factor = 1.0 if not cell_unit or cell_unit == unit else UNITS.get(unit, {}).get(cell_unit, 0.0)
    found = _bare(cells) if plain and factor else None
    if found is None:
        return memo.column(cells), True
    return (found if factor == 1.0 else as_list(np.round(as_array(found) * factor, 9))), False


_NUMBERS = msgspec.json.Decoder(list[float])
_NUMBERS_OR_BLANKS = msgspec.json.Decoder(list[float | None])


def _bare(cells: Sequence[str]) -> list[float | None] | None:
    """Read cells that are all bare numbers or blank, None when one is not.

    They are decoded as one JSON array, which is six times as fast as float() for each; what JSON does not allow
    (`+5`, `007`) is left to float(), except signs that only Python takes for numbers (`1_000`, `nan`, `inf`).
    """
    found: list[float | None]
    try:
        if "" in cells:
            found = _NUMBERS_OR_BLANKS.decode(f"[{','.join([cell or 'null' for cell in cells])}]")
        else:
            found = cast("list[float | None]", _NUMBERS.decode(f"[{','.join(cells)}]"))
    except msgspec.DecodeError:
        if not _BARE.fullmatch("".join(cells)):
            return None
        try:
            found = [float(cell) if cell and not cell.isspace() else None for cell in cells]
        except ValueError:
            return None
    return found if len(found) == len(cells) else None


_BARE = re.compile(r"[0-9+\-.eE \t]*")


def as_array(values: Sequence[float | None]) -> NDArray[np.float64]:
    """Return values as an array, None as NaN."""
    if None in values:
        return np.array(values, dtype=np.float64)
    return np.fromiter(cast("Sequence[float]", values), dtype=np.float64, count=len(values))


def as_list(numbers: NDArray[np.float64]) -> list[float | None]:
    """Return an array as a list, NaN as None."""
    if np.isnan(numbers).any():
        return [None if value != value else value for value in numbers.tolist()]
    return numbers.tolist()
