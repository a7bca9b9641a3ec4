"""Opening ledgers of any kind as tables of text."""

import gzip
import shutil
import tempfile
import weakref
import zipfile
import zlib
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


TEXTS = (".csv", ".tsv", ".txt")
SHEETS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
_WORKBOOK = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How zipped workbooks and those of older Excel begin."""


def _is_workbook(path: Path) -> bool:
    """Tell by its first bytes whether a file is a workbook; what cannot be read is left to its reader to tell."""
    try:
        with gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb") as file:
            return file.read(4) in _WORKBOOK
    except (OSError, EOFError, zlib.error):
        return path.name.lower().removesuffix(".gz").endswith(SHEETS)


def _single_table(path: Path) -> str | None:
    """Return the only text or workbook of an archive without GIS files."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [one.filename for one in archive.infolist() if not one.is_dir()]
    except (OSError, zipfile.BadZipFile):
        return None
    if any(name.lower().endswith((".shp", *GIS_ENDINGS)) for name in names):
        return None
    tables = [name for name in names if name.lower().endswith(TEXTS + SHEETS)]
    return tables[0] if len(tables) == 1 else None


def _unpacked(
    path: Path, inside: str, encoding: str | None, sheet: str | None, header_row: int | None, crs: int | None
) -> Table:
    """Open the one table of an archive from a temporary folder that lives as long as the table."""
    folder = Path(tempfile.mkdtemp(prefix="gunmane-"))
    target = folder / f"table{Path(inside).suffix.lower()}"
    with zipfile.ZipFile(path) as archive, archive.open(inside) as source, target.open("wb") as file:
        shutil.copyfileobj(source, file)
    table = open_table(target, encoding=encoding, sheet=sheet, header_row=header_row, crs=crs)
    weakref.finalize(table, shutil.rmtree, folder, True)
    return table


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
    if name.endswith(TEXTS + SHEETS):
        # a workbook may bear the name of a text and the other way round: what the file is goes before
        if _is_workbook(path):
            return SheetTable(path, sheet, header_row, crs)
        return open_text_table(path, encoding=encoding, header_row=header_row, crs=crs)
    if name.endswith(".zip") and (inside := _single_table(path)) is not None:
        return _unpacked(path, inside, encoding, sheet, header_row, crs)
    if name.endswith(GIS_ENDINGS):
        return LayerTable(path, layer, encoding, crs)
    raise GunmaneError("unknown_format", path=str(path))
