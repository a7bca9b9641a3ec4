"""GeoJSON (RFC 7946) of rows with WKB geometry.

Coordinates are JGD2011 longitude and latitude as stored. RFC 7946 asks for WGS 84; the two agree within about a metre
and no transformation between them is defined that would do better without a time-dependent model.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
import shapely
from msgspec import Raw, Struct

from gunmane.core.errors import Fault, GunmaneError

MEDIA_TYPE = "application/geo+json"


class Feature(Struct, frozen=True, kw_only=True, tag_field="type", tag="Feature"):
    """One thing with its place; `geometry` is null where the place is unknown."""

    id: str
    geometry: Raw | None
    properties: dict[str, Any]


def geometries(wkb: Sequence[bytes | None]) -> list[Raw | None]:
    """Turn WKB geometries into GeoJSON, all at once; seven decimals are a centimetre."""
    shapes = shapely.from_wkb(list(wkb), on_invalid="ignore")
    rounded = shapely.set_precision(shapes, 1e-7, mode="pointwise")
    texts = shapely.to_geojson(rounded)
    return [None if text is None else Raw(text.encode()) for text in texts]


def features(rows: Sequence[Struct]) -> list[Feature]:
    """Make features of rows that have `asset_id` and `geometry`."""
    places = geometries([getattr(row, "geometry", None) for row in rows])
    found: list[Feature] = []
    for row, place in zip(rows, places, strict=True):
        properties: dict[str, Any] = msgspec.to_builtins(row)
        properties.pop("geometry", None)
        found.append(Feature(id=properties.pop("asset_id"), geometry=place, properties=properties))
    return found


def box(values: list[float] | None) -> tuple[float, float, float, float] | None:
    """Check a bounding box; raises GunmaneError `malformed`."""
    if values is None:
        return None
    if len(values) != 4 or not (values[0] <= values[2] and values[1] <= values[3]):
        raise GunmaneError("malformed", [Fault("bad_box", "bbox")])
    return values[0], values[1], values[2], values[3]
