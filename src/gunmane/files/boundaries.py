"""Reads areas of municipalities from any GIS file, for the maps."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyproj
import shapely
from msgspec import Struct

from gunmane.core.errors import GunmaneError
from gunmane.core.plan.findings import Outline
from gunmane.core.plan.outlines import Feature, outlines_of
from gunmane.files.layers import LayerTable

LONLAT = (4326, 6668, 4612)
"""Longitude and latitude of WGS 84, JGD2011, JGD2000: the same at the scale of a printed map."""

N03 = "国土数値情報(行政区域)(国土交通省)を加工して作成"
"""The credit that the terms of use of the national land data ask for."""


class Boundaries(Struct, frozen=True):
    """Outlines by owner; `digest` names the file's bytes and the owners asked for."""

    outlines: tuple[Outline, ...]
    digest: str


def read_boundaries(path: Path, owners: Sequence[tuple[str, str]], source: str | None = None) -> Boundaries:
    """Read the outlines of the owners (code, name).

    Raises GunmaneError `not_readable` when the file is no GIS file, `no_boundaries` when it names none of the owners.
    """
    table = LayerTable(path, None, None, None)
    credit = source or (N03 if any(name.startswith("N03_") for name in table.header) else path.name)
    found = outlines_of(_features(table), owners, credit)
    if not found:
        raise GunmaneError("no_boundaries", path=str(path), columns="、".join(table.header))
    data = hashlib.sha256(repr((path.read_bytes(), tuple(owners), credit)).encode())
    return Boundaries(found, data.hexdigest())


def _features(table: LayerTable) -> Iterator[Feature]:
    """Yield the polygons with their texts, moved to longitude and latitude."""
    move = None
    if table.crs is not None and table.crs not in LONLAT:
        move = pyproj.Transformer.from_crs(table.crs, 4326, always_xy=True)
    for chunk in table.chunks():
        shapes = shapely.from_wkb(np.array(chunk.geometry, dtype=object), on_invalid="ignore")
        if move is not None:
            shapes = shapely.transform(shapes, lambda at: np.column_stack(move.transform(at[:, 0], at[:, 1])))
        for index in np.flatnonzero(shapely.get_dimensions(shapes) == 2).tolist():
            texts = tuple(text.strip() for column in chunk.columns if (text := column[index]))
            yield Feature(texts, shapely.to_wkb(shapes[index]))
