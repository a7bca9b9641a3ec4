"""Typed columns read from a chunk of a ledger, ready for COPY."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from msgspec import Struct, field

from gunmane.core.errors import Fault
from gunmane.core.ledgers.contacts import ContactColumns


class RejectedRow(Struct, frozen=True):
    """A row that cannot become an asset or inspection: its number in the file, its cells, everything wrong with
    it.
    """

    row: int
    raw: dict[str, str]
    faults: tuple[Fault, ...]


class InspectionColumns(Struct):
    """Inspections found in the same rows, column by column.

    `numbers` are the assets' ledger numbers. `inspected_on` is the first day that the ledger's statement can mean
    (1 April for a fiscal year), `precisions` (`core.words.Precision`) say how much of it is known. `findings` is JSON
    text or None. `duties` name the duty that an inspection fulfils where the row says so (法第7条検査), else None:
    the usual one of its class.
    """

    rows: list[int] = field(default_factory=list[int])
    numbers: list[str] = field(default_factory=list[str])
    inspected_on: list[date] = field(default_factory=list[date])
    precisions: list[str] = field(default_factory=list[str])
    scales: list[str | None] = field(default_factory=list[str | None])
    grades: list[str | None] = field(default_factory=list[str | None])
    inspectors: list[str | None] = field(default_factory=list[str | None])
    findings: list[str | None] = field(default_factory=list[str | None])
    flags: list[tuple[str, ...]] = field(default_factory=list[tuple[str, ...]])
    duties: list[str | None] = field(default_factory=list[str | None])

    def __len__(self) -> int:
        return len(self.numbers)


ASSET_FIELDS = (
    "number", "name", "built_year", "built_on", "built_precision", "municipality_code", "route", "length_m",
    "width_m", "area_m2", "diameter_mm", "depth_m", "material", "material_text", "attributes", "geometry",
    "west", "south", "east", "north", "status", "flags",
)  # fmt: skip
"""Keys of `AssetColumns.fields`, always all there: the names of `core.inventory.Asset`; `attributes` is JSON text
with its tag, `geometry` WKB (EPSG:6668) with its bounding box, `flags` a tuple of texts."""


class AssetColumns(Struct):
    """One chunk as typed columns.

    Each list of `fields` (see `ASSET_FIELDS`) and of `ids` (outside identifiers: `xroad_number`, `coordinate_id`,
    `other_number`) is as long as `rows`, the numbers of the rows in the file. `left_out` counts rows that the owner's
    conditions exclude, `summary_rows` those that are blank or totals.
    """

    rows: list[int]
    fields: dict[str, list[Any]]
    ids: dict[str, list[str | None]]
    rejected: list[RejectedRow]
    inspections: InspectionColumns
    left_out: int = 0
    summary_rows: int = 0
    contacts: ContactColumns | None = None

    def __len__(self) -> int:
        return len(self.rows)


DERIVED = frozenset(
    ("number_made", "length_from_geometry", "built_from_use", "date_by_month", "date_by_year", "date_by_fiscal_year")
)
"""Flags of what the program worked out or filled in because the ledger has nothing of the kind; every other flag is a
doubt about something that the ledger says."""


def doubtful(flags: Sequence[str]) -> bool:
    """Tell whether one of the flags is a doubt."""
    return any(text.partition(":")[0] not in DERIVED for text in flags)


def flag(code: str, name: str = "", text: str = "") -> str:
    """Return the text of a flag: its code, the field it concerns and the original cell
    (`out_of_range:depth_m=60557`), of which no more than 200 characters are kept.
    """
    if not name:
        return code
    return f"{code}:{name}={text[:200]}" if text else f"{code}:{name}"


def flag_parts(text: str) -> tuple[str, str, str]:
    """Split a flag into code, field and original cell ("" where there is none)."""
    code, _, rest = text.partition(":")
    name, _, original = rest.partition("=")
    return code, name, original
