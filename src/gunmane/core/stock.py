"""The assets of a region as columns: what indicators and plans compute on.

One row for each asset in service, in a canonical order (owner, class, number) so that the same data give the same
plan. Unknown is a value of its own in every column.
"""

from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec import Struct, field

from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.words import AssetClass, OwnerKind

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Array = npt.NDArray[Any]

CLASSES: tuple[AssetClass, ...] = tuple(AssetClass)
"""`Stock.asset_class` holds positions in this tuple."""

CLASS_AT: dict[AssetClass, int] = {asset_class: k for k, asset_class in enumerate(CLASSES)}


class OwnerFacts(Struct, frozen=True):
    """What is known of an owner beside its assets; None is unknown.

    `budgets` are yen per fiscal year of the plan for works and inspections (one number repeats), `spent` the yen
    actually spent in the last fiscal year, `retirements` how many engineers leave by fiscal year of the plan.
    `population_mid` and `population_low` are projections for the plan's last year.
    """

    code: str
    name: str
    kind: OwnerKind = OwnerKind.MUNICIPALITY
    population: int | None = None
    area_km2: float | None = None
    engineers: dict[str, int] = field(default_factory=dict[str, int])
    budgets: tuple[int, ...] = ()
    spent: int | None = None
    retirements: tuple[int, ...] = ()
    population_mid: int | None = None
    population_low: int | None = None


class Stock(Struct, frozen=True, kw_only=True, eq=False):
    """Columns of n assets over T fiscal years from `first_fy` on.

    `asset_class` positions in CLASSES; `owner` positions in `owners`; `built_year` 0 where unknown; sizes NaN where
    unknown (metres, square metres, millimetres; `capacity` persons for septic systems, m3/day for plants);
    `scale` positions in `scales`, -1 where there is none; `grade` rank on that scale (0 is best), -1 where never
    graded; `inspected_fy` 0 where unknown; `p_bad[n, T]` probability of being bad at the end of the year if nothing
    is done, NaN where nothing can be forecast; `risk_yen[n, T]` expected loss in that year if nothing is done,
    NaN where it cannot be said; `inspections[n, T]` statutory inspections falling due; `sole_access_homes` and
    `emergency` -1 where unknown; `lon`, `lat` NaN where not located; `inflow` m3/day of plants, NaN where unknown;
    `row` the asset's position in whatever list of names goes with the stock, -1 without one.
    """

    as_of: date
    first_fy: int
    owners: tuple[OwnerFacts, ...]
    scales: tuple[str, ...]
    asset_class: Array
    owner: Array
    built_year: Array
    length_m: Array
    width_m: Array
    area_m2: Array
    diameter_mm: Array
    capacity: Array
    scale: Array
    grade: Array
    inspected_fy: Array
    p_bad: Array
    risk_yen: Array
    inspections: Array
    overdue: Array
    detour_km: Array
    traffic_per_day: Array
    sole_access_homes: Array
    emergency: Array
    located: Array
    lon: Array
    lat: Array
    inflow: Array
    row: Array

    @property
    def size(self) -> int:
        """The number of assets."""
        return len(self.asset_class)

    @property
    def years(self) -> int:
        """The number of fiscal years that forecasts and duties cover."""
        return int(self.p_bad.shape[1])


_UNKNOWN: dict[str, tuple[float, type[np.generic]]] = {
    "asset_class": (0, np.int8),
    "owner": (0, np.int32),
    "built_year": (0, np.int32),
    "length_m": (np.nan, np.float64),
    "width_m": (np.nan, np.float64),
    "area_m2": (np.nan, np.float64),
    "diameter_mm": (np.nan, np.float64),
    "capacity": (np.nan, np.float64),
    "scale": (-1, np.int8),
    "grade": (-1, np.int8),
    "inspected_fy": (0, np.int32),
    "overdue": (False, np.bool_),
    "detour_km": (np.nan, np.float32),
    "traffic_per_day": (np.nan, np.float32),
    "sole_access_homes": (-1, np.int32),
    "emergency": (-1, np.int8),
    "located": (False, np.bool_),
    "lon": (np.nan, np.float64),
    "lat": (np.nan, np.float64),
    "inflow": (np.nan, np.float64),
    "row": (-1, np.int64),
}
_YEARLY: dict[str, tuple[float, type[np.generic]]] = {
    "p_bad": (np.nan, np.float32),
    "risk_yen": (np.nan, np.float32),
    "inspections": (0, np.uint8),
}


def stock_of(
    *,
    as_of: date,
    first_fy: int,
    owners: tuple[OwnerFacts, ...],
    scales: tuple[str, ...] = (),
    size: int,
    years: int = 10,
    **columns: npt.ArrayLike,
) -> Stock:
    """Build a Stock from the columns that are known; the others are filled with "unknown", a scalar fills its column.

    Raises GunmaneError `bad_stock` with every column that is unknown by name, has a wrong shape, or points outside
    `owners`, `scales` or the asset classes.
    """
    faults: list[Fault] = []
    filled: dict[str, Array] = {}
    for name in columns.keys() - _UNKNOWN.keys() - _YEARLY.keys():
        faults.append(Fault("unknown_column", at=name))
    for table, shape in ((_UNKNOWN, (size,)), (_YEARLY, (size, years))):
        for name, (unknown, dtype) in table.items():
            given = columns.get(name)
            value = np.asarray(unknown if given is None else given, dtype=dtype)
            if value.ndim == 0:
                value = np.full(shape, value)
            if value.shape != shape:
                faults.append(Fault("wrong_shape", at=name, values={"is": value.shape, "expected": shape}))
            filled[name] = value
    for name, low, high in (("asset_class", 0, len(CLASSES)), ("owner", 0, len(owners)), ("scale", -1, len(scales))):
        value = filled[name]
        if value.size and not (value.min() >= low and value.max() < high):
            faults.append(Fault("not_in_range", at=name, values={"low": low, "high": high - 1}))
    if faults:
        raise GunmaneError("bad_stock", faults)
    return Stock(as_of=as_of, first_fy=first_fy, owners=owners, scales=scales, **filled)


def tally(cells: npt.ArrayLike, weights: npt.ArrayLike, size: int) -> Floats:
    """Return the sum of weights in each cell 0 … size - 1."""
    return np.bincount(np.asarray(cells, dtype=np.int64), weights=weights, minlength=size).astype(np.float64)
