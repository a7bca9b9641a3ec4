"""Coordinate systems: from any source to JGD2011 longitude and latitude, and finding out what a source is in."""

from functools import cache

import numpy as np
from msgspec import Struct
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from gunmane.core.errors import GunmaneError
from gunmane.core.ledgers.places import JAPAN
from gunmane.core.ledgers.positions import Floats, ToLonLat

JGD2011 = 6668
SAME = frozenset((6668, 4612, 4326, 6667, 4269, 4979))
"""Systems whose degrees are taken as they are: JGD2011, JGD2000, WGS 84 and NAD83 differ by less than 2 m, which is
below what ledgers resolve."""


@cache
def to_lonlat(epsg: int) -> ToLonLat | None:
    """Return the transformation from a system to JGD2011 degrees, None where nothing has to be done.

    East comes first, north second, whatever the system's own axis order (plane rectangular X is north). The Tokyo
    datum (4301) is shifted by PROJ's parameters, to about 10 m without a grid. Raises GunmaneError `no_such_crs`.
    """
    if epsg in SAME:
        return None
    try:
        transformer = Transformer.from_crs(CRS.from_epsg(epsg), CRS.from_epsg(JGD2011), always_xy=True)
    except (CRSError, ProjError) as error:
        raise GunmaneError("no_such_crs", epsg=epsg) from error

    def move(east: Floats, north: Floats) -> tuple[Floats, Floats]:
        longitude, latitude = transformer.transform(east, north)
        known = np.isfinite(longitude) & np.isfinite(latitude)
        return np.where(known, longitude, np.nan), np.where(known, latitude, np.nan)

    return move


def plane_zone(number: int) -> int:
    """Return the EPSG code of plane rectangular zone 1 to 19 in JGD2011 (6669 to 6687)."""
    return 6668 + number


class Guess(Struct, frozen=True):
    """A coordinate system inferred from the coordinates; `code` names the warning in the catalogue."""

    epsg: int | None
    code: str


def infer(east: float, north: float, seat: tuple[float, float] | None, reach_km: float = 150.0) -> Guess:
    """Infer the system of a place in the middle of a source without one.

    Degrees inside Japan, also when exchanged, are JGD2011. Metres are plane rectangular; the zone is the one that
    puts the place nearest to the owner's seat (longitude, latitude), and must put it within reach. Without a seat it
    has to be asked.
    """
    west, south, right, top = JAPAN
    if (west <= east <= right and south <= north <= top) or (west <= north <= right and south <= east <= top):
        return Guess(JGD2011, "crs_taken_as_degrees")
    if abs(east) <= 180 and abs(north) <= 90:
        return Guess(4326, "crs_taken_as_wgs84")
    if seat is None:
        return Guess(None, "crs_unknown")
    distances = {number: _off(plane_zone(number), east, north, seat) for number in range(1, 20)}
    nearest = min(distances, key=distances.__getitem__)
    if distances[nearest] > reach_km:
        return Guess(None, "crs_unknown")
    return Guess(plane_zone(nearest), "crs_inferred_from_seat")


def _off(epsg: int, east: float, north: float, seat: tuple[float, float]) -> float:
    """Return how many kilometres a place in `epsg` is off the seat (plane approximation)."""
    move = to_lonlat(epsg)
    if move is None:
        return np.inf
    longitude, latitude = move(np.array([east]), np.array([north]))
    if not np.isfinite(longitude[0]):
        return np.inf
    x = (longitude[0] - seat[0]) * np.cos(np.radians(seat[1]))
    return float(np.hypot(x, latitude[0] - seat[1]) * 111.2)
