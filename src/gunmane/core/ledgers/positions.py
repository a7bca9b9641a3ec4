"""Geometry of ledger rows: WKB in longitude/latitude, boxes, lengths."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import shapely
from msgspec import Struct
from numpy.typing import NDArray

from gunmane.core.ledgers.places import JAPAN

Floats = NDArray[np.float64]
ToLonLat = Callable[[Floats, Floats], tuple[Floats, Floats]]
"""East (or longitude) and north (or latitude) of the source to longitude and latitude in JGD2011."""


class Placed(Struct):
    """Geometry of a chunk: `wkb` with None where there is none, boxes as four arrays (NaN where there is none)."""

    wkb: list[bytes | None]
    west: Floats
    south: Floats
    east: Floats
    north: Floats
    lengths: Floats
    """Length of lines in metres on the ellipsoid, NaN for other shapes."""


_POINT = np.dtype([("order", "u1"), ("kind", "<u4"), ("x", "<f8"), ("y", "<f8")])


def points(longitude: Floats, latitude: Floats) -> Placed:
    """Return points as WKB; NaN in either coordinate means no geometry."""
    count = len(longitude)
    records = np.empty(count, dtype=_POINT)
    records["order"], records["kind"], records["x"], records["y"] = 1, 1, longitude, latitude
    data, size = records.tobytes(), _POINT.itemsize
    wkb: list[bytes | None] = [data[start : start + size] for start in range(0, count * size, size)]
    for index in np.flatnonzero(np.isnan(longitude) | np.isnan(latitude)).tolist():
        wkb[index] = None
    return Placed(wkb, longitude, latitude, longitude, latitude, np.full(count, np.nan))


def shapes(source: Sequence[bytes | None], to_lonlat: ToLonLat | None) -> Placed:
    """Return shapes in longitude/latitude, heights dropped, lines measured; invalid or empty ones become None."""
    found = shapely.from_wkb(np.array(source, dtype=object), on_invalid="ignore")
    found = shapely.force_2d(found)
    found[shapely.is_empty(found)] = None
    if to_lonlat is not None:
        coordinates = shapely.get_coordinates(found)
        longitude, latitude = to_lonlat(coordinates[:, 0], coordinates[:, 1])
        found = shapely.set_coordinates(found, np.column_stack([longitude, latitude]))
    bad = ~np.isfinite(shapely.bounds(found)).all(axis=1) & ~shapely.is_missing(found)
    found[bad] = None
    west, south, east, north = shapely.bounds(found).T
    wkb: list[Any] = shapely.to_wkb(found, byte_order=1).tolist()
    return Placed(wkb, west, south, east, north, line_lengths(found))


def exchanged(source: Sequence[bytes | None]) -> Placed:
    """Return shapes whose longitude and latitude had been exchanged."""
    found = shapely.from_wkb(np.array(source, dtype=object))
    return shapes(shapely.to_wkb(shapely.transform(found, _turned)).tolist(), None)


def _turned(coordinates: Floats) -> Floats:
    return coordinates[:, ::-1]


_A, _E2 = 6_378_137.0, 0.006694380022900788
"""GRS 80: semi-major axis in metres and first eccentricity squared."""


def line_lengths(found: NDArray[Any]) -> Floats:
    """Return the lengths of (multi)lines in metres, NaN for other shapes.

    Each segment is measured with the radii of curvature of GRS 80 at its middle latitude (M along the meridian, N
    cos φ along the parallel), exact to 1e-6 for the segments of pipes and roads.
    """
    lengths = np.full(len(found), np.nan)
    kinds = shapely.get_type_id(found)
    lines = np.flatnonzero((kinds == 1) | (kinds == 5))
    if not len(lines):
        return lengths
    parts, owner = shapely.get_parts(found[lines], return_index=True)
    coordinates, part = shapely.get_coordinates(parts, return_index=True)
    step = np.radians(np.diff(coordinates, axis=0))
    middle = np.radians((coordinates[1:, 1] + coordinates[:-1, 1]) / 2)
    root = 1 - _E2 * np.sin(middle) ** 2
    metres = np.hypot(step[:, 0] * _A / np.sqrt(root) * np.cos(middle), step[:, 1] * _A * (1 - _E2) / root**1.5)
    same = part[1:] == part[:-1]
    lengths[lines] = np.bincount(owner[part[1:][same]], weights=metres[same], minlength=len(lines))
    return lengths


def outside_japan(placed: Placed) -> NDArray[np.bool_]:
    """Tell for each shape whether any of it lies outside Japan's box (False where there is no geometry)."""
    west, south, east, north = JAPAN
    return (placed.west < west) | (placed.east > east) | (placed.south < south) | (placed.north > north)


def exchanged_in_japan(placed: Placed) -> NDArray[np.bool_]:
    """Tell for each shape whether it lies in Japan when its longitude and latitude are exchanged.

    No place in Japan does both: its longitudes (122 to 154) are no latitudes.
    """
    west, south, east, north = JAPAN
    return (placed.west >= south) & (placed.east <= north) & (placed.south >= west) & (placed.north <= east)


def kilometres_from(placed: Placed, longitude: float, latitude: float) -> Floats:
    """Return the distance of each box's middle from a place in kilometres (sphere), NaN where there is no
    geometry.
    """
    lon, lat = np.radians((placed.west + placed.east) / 2), np.radians((placed.south + placed.north) / 2)
    lon0, lat0 = np.radians(longitude), np.radians(latitude)
    half = np.sin((lat - lat0) / 2) ** 2 + np.cos(lat) * np.cos(lat0) * np.sin((lon - lon0) / 2) ** 2
    return 2 * 6371.0088 * np.arcsin(np.sqrt(half))
