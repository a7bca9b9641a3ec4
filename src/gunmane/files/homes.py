"""Reads where people live from any GIS file: points or meshes with a number of homes or people, or bare buildings."""

import hashlib
from pathlib import Path

import numpy as np
import pyproj
import shapely

from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.plan.homes import Homes
from gunmane.core.stock import Floats
from gunmane.files.boundaries import LONLAT
from gunmane.files.layers import LayerTable

COLUMNS = {
    "homes": ("世帯数", "世帯", "世帯総数", "戸数", "households", "homes"),
    "people": ("人口", "人口総数", "総人口", "population", "people", "PTN_2020", "PTN_2025", "POP"),
}
"""Names of columns that are read without being named, homes before people."""

CELL = 1000
"""Places are gathered in cells of 1/1000 degree (about 100 m): finer than any road network tells apart."""


def read_homes(path: Path, column: str | None = None, source: str | None = None) -> Homes:
    """Read the places of homes; without a column that counts any, each feature is one building.

    Raises GunmaneError `not_readable` when the file is no GIS file, `no_homes` when a named column is not there or
    holds something else than numbers of 0 and more, or nothing has a place.
    """
    table = LayerTable(path, None, None, None)
    unit, at = _column(table.header, column, path)
    places: list[Floats] = []
    counts: list[Floats] = []
    for chunk in table.chunks():
        shapes = shapely.from_wkb(np.array(chunk.geometry, dtype=object), on_invalid="ignore")
        middle = shapely.centroid(shapes)
        places.append(np.stack([shapely.get_x(middle), shapely.get_y(middle)], axis=1))
        counts.append(np.ones(len(shapes)) if at is None else _numbers(chunk.columns[at], path, table.header[at]))
    place = np.concatenate(places) if places else np.zeros((0, 2))
    count = np.concatenate(counts) if counts else np.zeros(0)
    known = np.isfinite(place).all(axis=1) & (count > 0)
    if not known.any():
        raise GunmaneError("no_homes", [Fault("nothing_located", at=path.name)], path=str(path))
    place, count = place[known], count[known]
    if table.crs is not None and table.crs not in LONLAT:
        move = pyproj.Transformer.from_crs(table.crs, 4326, always_xy=True)
        place = np.column_stack(move.transform(place[:, 0], place[:, 1]))
    cells, which = np.unique(np.floor(place * CELL).astype(np.int64), axis=0, return_inverse=True)
    sums = np.bincount(which.ravel(), weights=count, minlength=len(cells))
    middles = (cells + 0.5) / CELL
    digest = hashlib.sha256(repr((path.read_bytes(), column, source)).encode()).hexdigest()
    return Homes(
        tuple(middles[:, 0].round(4).tolist()), tuple(middles[:, 1].round(4).tolist()),
        tuple(sums.round(3).tolist()), unit, source or path.name, digest,
    )  # fmt: skip


def _column(header: tuple[str, ...], column: str | None, path: Path) -> tuple[str, int | None]:
    """Return what is counted and the position of its column, None for buildings."""
    if column is not None:
        if column not in header:
            names = ", ".join(header)
            raise GunmaneError(
                "no_homes", [Fault("only_columns", at=column, values={"columns": names})], path=str(path)
            )
        unit = next((unit for unit, names in COLUMNS.items() if column in names), "people")
        return unit, header.index(column)
    for unit, names in COLUMNS.items():
        for name in names:
            if name in header:
                return unit, header.index(name)
    return "buildings", None


def _numbers(texts: list[str], path: Path, column: str) -> Floats:
    """Read a column; an empty cell counts nothing."""
    try:
        found = np.array([float(text.replace(",", "")) if text.strip() else 0.0 for text in texts])
    except ValueError:
        found = np.array([-1.0])
    if not np.isfinite(found).all() or (found < 0).any():
        raise GunmaneError("no_homes", [Fault("not_a_count", at=column)], path=str(path))
    return found
