"""The levels of a class's attributes, as data say which attributes matter and how they are grouped."""

from bisect import bisect_right
from itertools import pairwise

import numpy as np
from msgspec import Struct, field

from gunmane.core.assess.fleets import Fleet, Floats, Ints
from gunmane.core.deterioration.levels import UNKNOWN, Levels, combine
from gunmane.core.words import AssetClass, SourceStatus

OTHER = "other"
YES, NO = "yes", "no"


class Covariate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry of `data/covariates.toml`: an attribute with its levels.

    `levels` groups codes, `contains` looks for parts of free text (the first that fits), `edges` cut a number into
    bands (an edge belongs to the band above it), `flag` is yes or no; exactly one of them is given.
    """

    classes: tuple[AssetClass, ...]
    attribute: str
    source: str
    status: SourceStatus
    sd: float
    levels: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    contains: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    edges: tuple[float, ...] = ()
    flag: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Levels in their order; the last is what is not known. A band is written `low..high`, open ends blank."""
        if self.edges:
            ends = ["", *(f"{edge:g}" for edge in self.edges), ""]
            return (*(f"{low}..{high}" for low, high in pairwise(ends)), UNKNOWN)
        return (NO, YES, UNKNOWN) if self.flag else (*self.levels, *self.contains, OTHER, UNKNOWN)

    def of_text(self, text: str | None) -> int:
        """Return the level of a code or text."""
        if text is None or text in ("", UNKNOWN):
            return len(self.names) - 1
        for place, codes in enumerate(self.levels.values()):
            if text in codes:
                return place
        for place, parts in enumerate(self.contains.values()):
            if any(part in text for part in parts):
                return place
        return len(self.names) - 2

    def of_number(self, value: float | None) -> int:
        """Return the level of a number; 1 and 0 stand for yes and no."""
        if value is None or value != value:
            return len(self.names) - 1
        return int(value > 0) if self.flag else bisect_right(self.edges, value)


class Covariates(Struct, frozen=True, forbid_unknown_fields=True):
    """The file `data/covariates.toml`."""

    covariates: tuple[Covariate, ...]

    def of(self, asset_class: AssetClass) -> tuple[Covariate, ...]:
        """Return the attributes of a class."""
        return tuple(one for one in self.covariates if asset_class in one.classes)


def levels_of(fleet: Fleet, covariates: Covariates) -> Levels:
    """Find each asset's levels."""
    mine = covariates.of(fleet.asset_class)
    return combine(
        tuple(one.attribute for one in mine),
        tuple((one.names, _codes(fleet, one)) for one in mine),
        tuple(one.sd for one in mine),
    )


def _codes(fleet: Fleet, one: Covariate) -> Ints:
    if one.edges or one.flag:
        return _bands(_numbers(fleet, one.attribute), one)
    found = fleet.texts.get(one.attribute)
    if found is None:
        return np.full(fleet.size, len(one.names) - 1)
    table = np.array([*(one.of_text(str(label)) for label in found.labels), len(one.names) - 1])
    return table[found.codes]  # -1, not known, is the last


def _numbers(fleet: Fleet, attribute: str) -> Floats:
    return fleet.built_year if attribute == "built_year" else fleet.column(attribute)


def _bands(values: Floats, one: Covariate) -> Ints:
    known = np.isfinite(values)
    filled = np.where(known, values, 0.0)
    band = (filled > 0).astype(np.int64) if one.flag else np.searchsorted(one.edges, filled, side="right")
    return np.where(known, band, len(one.names) - 1).astype(np.int64)
