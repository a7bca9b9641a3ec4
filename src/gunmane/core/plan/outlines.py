"""Areas of the owners for maps, from a layer of administrative areas (N03 of the national land data or alike)."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import shapely
from msgspec import Struct

from gunmane.core.plan.findings import Outline

DETAIL = 1500
"""Outlines are drawn with details down to this part of the region's width; a printed map shows no more."""

SMALLEST = 4.0
"""Islands and holes smaller than this many squared details are left out."""


class Feature(Struct, frozen=True):
    """An area as read: texts of its attributes, and its shape as WKB in longitude and latitude."""

    texts: tuple[str, ...]
    shape: bytes


def outlines_of(features: Iterable[Feature], owners: Sequence[tuple[str, str]], source: str) -> tuple[Outline, ...]:
    """Return the outline of each (code, name) that the features name, in the order of the owners.

    A feature belongs to the owner whose five first digits of the code (JIS X 0402) are one of its texts; else to the
    owner of whose name one of its texts is, within the same prefecture where the feature has a code: wards of a
    designated city carry codes of their own and the city's name. Neighbours are simplified together.
    """
    found: dict[str, list[bytes]] = {code: [] for code, _ in owners}
    by_digits = {code[:5]: code for code, _ in owners if code.isdigit()}
    by_name: dict[str, list[str]] = {}
    for code, name in owners:
        by_name.setdefault(name, []).append(code)
    for feature in features:
        code = _owner(feature.texts, by_digits, by_name)
        if code is not None:
            found[code].append(feature.shape)
    whole = {code: _joined(parts) for code, parts in found.items() if parts}
    drawn = _simplified({code: shape for code, shape in whole.items() if not shapely.is_empty(shape)})
    return tuple(Outline(code, rings, source) for code, rings in drawn.items() if rings)


def _owner(texts: Sequence[str], by_digits: Mapping[str, str], by_name: Mapping[str, list[str]]) -> str | None:
    codes = [text[:5] for text in texts if text.isascii() and text.isdigit() and len(text) in (5, 6)]
    for digits in codes:
        if digits in by_digits:
            return by_digits[digits]
    for text in texts:
        for code in by_name.get(text, ()):
            if not codes or not code.isdigit() or any(digits[:2] == code[:2] for digits in codes):
                return code
    return None


def _joined(parts: Sequence[bytes]) -> shapely.Geometry:
    shapes = shapely.make_valid(shapely.from_wkb(np.array(parts, dtype=object)))
    areas = [part for part in shapely.get_parts(shapes) if shapely.get_dimensions(part) == 2]
    return shapely.union_all(areas)


def _simplified(shapes: Mapping[str, shapely.Geometry]) -> dict[str, tuple[tuple[tuple[float, float], ...], ...]]:
    """Leave out what a map of the region cannot show; common borders stay common."""
    if not shapes:
        return {}
    west, south, east, north = shapely.total_bounds(list(shapes.values()))
    detail = max(east - west, north - south) / DETAIL
    least = SMALLEST * detail * detail
    simple = shapely.coverage_simplify(np.array(list(shapes.values()), dtype=object), detail)
    result: dict[str, tuple[tuple[tuple[float, float], ...], ...]] = {}
    for code, shape in zip(shapes, simple, strict=True):
        rings: list[tuple[tuple[float, float], ...]] = []
        parts = sorted(shapely.get_parts(shape), key=shapely.area, reverse=True)
        for index, part in enumerate(parts):
            if index and shapely.area(part) < least:
                break
            rings.append(_ring(shapely.get_exterior_ring(part)))
        result[code] = tuple(rings)
    return result


def _ring(ring: shapely.Geometry) -> tuple[tuple[float, float], ...]:
    return tuple((round(float(x), 5), round(float(y), 5)) for x, y in shapely.get_coordinates(ring))
