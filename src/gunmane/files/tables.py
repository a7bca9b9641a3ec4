"""Opening ledgers of any kind as tables of text."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from gunmane.core.errors import GunmaneError
from gunmane.core.ledgers.raw import RawChunk
from gunmane.files.layers import GIS_ENDINGS, LayerTable
from gunmane.files.sheets import SheetTable
from gunmane.files.texts import open_text_table

__all__ = ["RawChunk", "Table", "open_table"]

CHUNK = 50_000
"""Rows read at a time by default."""


class Table(Protocol):
    """A ledger's rows under one header.

    `header` holds flattened names (two header rows joined by `_`, line breaks removed); `original_header` the cells
    as they stand. `preamble` are the rows in front of the header. `crs` is the EPSG code the file itself states.
    `layers` names the sheets or layers to choose from.
    """

    @property
    def header(self) -> tuple[str, ...]: ...
    @property
    def original_header(self) -> tuple[str, ...]: ...
    @property
    def preamble(self) -> tuple[tuple[str, ...], ...]: ...
    @property
    def encoding(self) -> str: ...
    @property
    def crs(self) -> int | None: ...
    @property
    def layers(self) -> tuple[str, ...]: ...
    @property
    def notes(self) -> tuple[str, ...]: ...

    def sample(self, count: int = 200) -> list[list[str]]:
        """Return the first rows' cells, column by column."""
        ...

    def chunks(self, size: int = CHUNK) -> Iterator[RawChunk]:
        """Read the file from its first row to its last, about `size` rows at a time."""
        ...


def open_table(
    path: Path,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    layer: str | None = None,
    header_row: int | None = None,
    crs: int | None = None,
) -> Table:
    """Open a ledger file; `header_row` is the 1-based line of the (last) header row.

    Raises GunmaneError `no_such_file`, `unknown_format`, `not_readable`.
    """
    if not path.is_file():
        raise GunmaneError("no_such_file", path=str(path))
    name = path.name.lower().removesuffix(".gz")
    if name.endswith((".csv", ".tsv", ".txt")):
        return open_text_table(path, encoding=encoding, header_row=header_row, crs=crs)
    if name.endswith((".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")):
        return SheetTable(path, sheet, header_row, crs)
    if name.endswith(GIS_ENDINGS):
        return LayerTable(path, layer, encoding, crs)
    raise GunmaneError("unknown_format", path=str(path))
