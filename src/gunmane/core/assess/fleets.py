"""The assets of one class as columns, with their histories: what every computation over a region starts from."""

from collections.abc import Mapping

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from gunmane.core.duties.columns import Coded
from gunmane.core.stock import OwnerFacts
from gunmane.core.words import AssetClass, Scale

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Days = NDArray[np.int32]

EPOCH_YEAR = 1970
DAYS_PER_YEAR = 365.25


class Looks(Struct, frozen=True, kw_only=True, eq=False):
    """Inspections of many assets, superseded ones left out; `asset` is the asset's row, `day` counts from 1970."""

    asset: Ints
    day: Days
    scale: Coded
    grade: Coded
    duty: Coded


class Works(Struct, frozen=True, kw_only=True, eq=False):
    """Repairs of many assets."""

    asset: Ints
    day: Days
    kind: Coded


class Fleet(Struct, frozen=True, kw_only=True, eq=False):
    """Assets of one class, in the order of owner and number, abolished ones left out.

    `owner` points into `owners`; `built_year` and `columns` are NaN where unknown (true is 1, false is 0);
    `built_day` is the day from which age counts, the smallest int32 where unknown; `place` is longitude and latitude,
    NaN where not located; `texts` are worded attributes.
    """

    asset_class: AssetClass
    owners: tuple[OwnerFacts, ...]
    owner: Ints
    ids: NDArray[np.uint8]  # n x 16
    numbers: list[str]
    names: list[str | None]
    built_year: Floats
    built_day: Days
    columns: dict[str, Floats]
    texts: dict[str, Coded]
    status: Coded
    place: Floats  # n x 2
    simulated: NDArray[np.bool_]
    flagged: NDArray[np.bool_]
    looks: Looks
    works: Works

    @property
    def size(self) -> int:
        """The number of assets."""
        return len(self.ids)

    def column(self, name: str) -> Floats:
        """Return a numeric column, NaN throughout when nothing is known of it."""
        found = self.columns.get(name)
        return np.full(self.size, np.nan) if found is None else found


def when(days: NDArray[np.int32]) -> Floats:
    """Turn day numbers into calendar years with fraction (365.25 days each)."""
    return EPOCH_YEAR + days / DAYS_PER_YEAR


def scale_codes(fleet: Fleet, scales: Mapping[str, Scale]) -> tuple[str, ...]:
    """Name the scales of a class: those in use, most frequent first, else the one in force for the class."""
    used = np.bincount(fleet.looks.scale.codes[fleet.looks.scale.codes >= 0], minlength=len(fleet.looks.scale.labels))
    order = sorted(range(len(used)), key=lambda k: (-int(used[k]), str(fleet.looks.scale.labels[k])))
    found = tuple(
        str(fleet.looks.scale.labels[k]) for k in order if used[k] and fleet.looks.scale.labels[k] in scales
    )
    if found:
        return found
    usual = [s for s in scales.values() if fleet.asset_class in s.classes and s.valid_from]
    return (max(usual, key=lambda s: s.valid_from or "").code,) if usual else ()


def ranks(fleet: Fleet, scale: Scale) -> Ints:
    """Return each inspection's rank on one scale, -1 where it has no grade of that scale."""
    looks = fleet.looks
    of_grade = np.array([scale.grades.index(g) if g in scale.grades else -1 for g in looks.grade.labels] or [-1])
    of_scale = np.array([code == scale.code for code in looks.scale.labels] or [False])
    rank = np.where(looks.grade.codes >= 0, of_grade[looks.grade.codes], -1)
    return np.where((looks.scale.codes >= 0) & of_scale[looks.scale.codes], rank, -1).astype(np.int64)
