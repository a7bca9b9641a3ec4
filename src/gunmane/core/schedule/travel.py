"""Minutes of driving along a road network, kept with the roster that they were made for."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from gunmane.core.errors import Fault

MOST_DRIVE = 100_000
Place = tuple[float, float]
Ints = NDArray[np.int64]


class Travel(Struct, frozen=True, eq=False, forbid_unknown_fields=True):
    """Minutes of driving between places along the road network, -1 where the network does not tell.

    `source` names the network; such pairs are then told by coordinates. Kept with the roster, so that whoever looks
    at the plan later reckons with the same minutes.
    """

    places: tuple[Place, ...]
    minutes: tuple[tuple[int, ...], ...]
    source: str

    @property
    def share(self) -> float:
        """Share of the pairs of different places that the network tells (1 where there is no pair)."""
        size = len(self.places)
        missing = sum(value < 0 for row in self.minutes for value in row)
        return 1.0 - missing / max(size * (size - 1), 1)


def travel_along(places: Sequence[Place], metres: NDArray[np.float64], speed_km_h: float, source: str) -> Travel:
    """Minutes from metres along a network (NaN: not told), rounded up; places are given once each."""
    minutes = np.ceil(metres / 1000 / speed_km_h * 60 - 1e-9)
    rows = np.where(np.isnan(minutes), -1, np.minimum(np.nan_to_num(minutes), MOST_DRIVE)).astype(np.int64)
    np.fill_diagonal(rows, 0)
    return Travel(tuple(places), tuple(tuple(row) for row in rows.tolist()), source)


@lru_cache(maxsize=4)
def by_road(travel: Travel) -> tuple[dict[Place, int], Ints]:
    """The row of each place and the minutes as an array; reckoned once for each value."""
    size = len(travel.places)
    minutes = np.array(travel.minutes, dtype=np.int64).reshape(size, size)
    return {place: row for row, place in enumerate(travel.places)}, minutes


def mistakes_of(travel: Travel | None) -> list[Fault]:
    """Return what is wrong with the minutes of a roster."""
    if travel is None:
        return []
    size = len(travel.places)
    if len(travel.minutes) != size or any(len(row) != size for row in travel.minutes):
        return [Fault("wrong_size", "/travel/minutes", {"found": len(travel.minutes), "wanted": size})]
    if any(not -1 <= value <= MOST_DRIVE for row in travel.minutes for value in row):
        values = {"value": "minutes", "least": -1, "most": MOST_DRIVE}
        return [Fault("out_of_range", "/travel/minutes", values)]
    return []
