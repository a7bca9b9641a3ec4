"""Rows of a ledger before anything is read from them."""

from collections.abc import Sequence

from msgspec import Struct, field

from gunmane.core.errors import Fault


class RawChunk(Struct):
    """Some consecutive rows of a ledger, column by column, as text.

    `rows` are 1-based line, sheet-row or feature numbers in the file. `columns` are in the order of the header,
    each as long as `rows`; a blank cell is "". `geometry` is WKB in the coordinate system of the source, None where
    a feature has none. `broken` names, by position in the chunk, rows that cannot be laid on the header (too many
    cells) with their cells; their column entries are "".
    """

    rows: Sequence[int]
    columns: list[list[str]]
    geometry: list[bytes | None] | None = None
    broken: dict[int, tuple[Fault, tuple[str, ...]]] = field(default_factory=dict[int, tuple[Fault, tuple[str, ...]]])
    damaged: set[int] = field(default_factory=set[int])

    def __len__(self) -> int:
        return len(self.rows)
