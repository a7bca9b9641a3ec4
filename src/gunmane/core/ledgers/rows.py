"""The rows of a chunk while they are read."""

from collections.abc import Sequence

from gunmane.core.errors import Fault
from gunmane.core.ledgers.columns import flag
from gunmane.core.ledgers.context import ReadContext
from gunmane.core.ledgers.recognise import Reading, Use
from gunmane.core.ledgers.text import one_line
from gunmane.core.ledgers.values import Doubt


class Rows:
    """The rows of a chunk while they are read: cells, faults and flags by position."""

    def __init__(self, reading: Reading, context: ReadContext, rows: Sequence[int], columns: list[list[str]]) -> None:
        self.reading = reading
        self.context = context
        self.rows = rows
        self.columns = columns
        self._joined: dict[int, str] = {}
        self.faults: dict[int, list[Fault]] = {}
        self.flags: dict[int, list[str]] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def cells(self, use: Use) -> list[str]:
        """Return the cells of a column."""
        return self.columns[use.column]

    def joined(self, use: Use) -> str:
        """Return all cells of a column as one text, for questions that concern every cell."""
        found = self._joined.get(use.column)
        if found is None:
            found = self._joined[use.column] = "".join(self.columns[use.column])
        return found

    def reject(self, position: int, fault: Fault) -> None:
        """Note that a row cannot be used."""
        self.faults.setdefault(position, []).append(fault)

    def note(self, position: int, text: str) -> None:
        """Flag a row."""
        self.flags.setdefault(position, []).append(text)

    def odd(self, use: Use, oddities: list[tuple[int, Fault | Doubt]]) -> None:
        """Reject rows whose essential cells cannot be read; flag the others with the original text."""
        cells = self.cells(use)
        for position, oddity in oddities:
            if isinstance(oddity, Fault) and use.field.essential:
                self.reject(position, Fault(oddity.code, at=use.header, values=oddity.values))
            else:
                self.note(position, flag(oddity.code, use.field.name, one_line(cells[position])))
