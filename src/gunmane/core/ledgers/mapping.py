"""Mapping files: a person's answer to what a ledger's columns mean."""

import msgspec
from msgspec import Struct

from gunmane.core.ledgers.text import fold
from gunmane.core.words import AssetClass


class ColumnRule(Struct, frozen=True, forbid_unknown_fields=True):
    """What one column feeds.

    `field` is a target field or "" to ignore the column. `unit` is the unit of its numbers, `era` the era of bare
    two-digit years, `fiscal` says that years are 年度; `year` and `scale` make it a grade column of one year.
    `zero_unknown` reads 0 as unknown, `values` replaces texts before reading.
    """

    field: str = ""
    unit: str | None = None
    era: str | None = None
    fiscal: bool | None = None
    year: int | None = None
    scale: str | None = None
    zero_unknown: bool = False
    values: dict[str, str] = msgspec.field(default_factory=dict[str, str])


class Mapping(Struct, frozen=True, forbid_unknown_fields=True):
    """One mapping file (`*.toml`).

    `rows` says what one row is: an `asset`, an `inspection` of an asset that exists, or both with the asset
    repeated in many rows (`asset_years`). `match` are header cells that must all be there for a shipped mapping to
    be taken by itself. `number_from` names the columns that together identify a row where there is no number
    column. `constants` give fields the same value in every row; `keep` are conditions a row must meet (column →
    allowed texts), `leave_out` conditions it must not meet; rows left out are counted.
    """

    name: str = ""
    title_ja: str = ""
    title_en: str = ""
    source: str = ""
    asset_class: AssetClass | None = None
    rows: str = "asset"
    match: tuple[str, ...] = ()
    columns: dict[str, str | ColumnRule] = msgspec.field(default_factory=dict[str, str | ColumnRule])
    number_from: tuple[str, ...] = ()
    constants: dict[str, str | int | float | bool] = msgspec.field(
        default_factory=dict[str, str | int | float | bool]
    )
    keep: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict[str, tuple[str, ...]])
    leave_out: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict[str, tuple[str, ...]])
    words: dict[str, dict[str, str]] = msgspec.field(default_factory=dict[str, dict[str, str]])
    scale: str | None = None
    only_named: bool = False
    encoding: str | None = None
    sheet: str | None = None
    layer: str | None = None
    crs: int | None = None
    header_row: int | None = None

    def rules(self) -> dict[str, ColumnRule]:
        """Return folded header → rule; a bare string is the field."""
        return {
            fold(name): ColumnRule(field=rule) if isinstance(rule, str) else rule
            for name, rule in self.columns.items()
        }

    def fits(self, header: tuple[str, ...]) -> bool:
        """Tell whether every header cell of `match` is there (never for a mapping without `match`)."""
        present = {fold(name) for name in header}
        return bool(self.match) and all(fold(name) in present for name in self.match)


def read_mapping(data: bytes) -> Mapping:
    """Decode a mapping file; raises msgspec.ValidationError naming the place of what is wrong."""
    return msgspec.toml.decode(data, type=Mapping)
