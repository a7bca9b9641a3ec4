"""The fields that ledgers can feed, with how each is read."""

import types
from datetime import date
from typing import Any, Union, get_args, get_origin

import msgspec
from msgspec import Struct

from gunmane.core.inventory import ATTRIBUTES
from gunmane.core.words import AssetClass


class Field(Struct, frozen=True):
    """A target field.

    `kind` names the parser: text, key, when, day, decimal, integer, year, section, yes_no, word, word_number,
    municipality, degrees, pair, metres, zone, grade, wkt. `unit` is what the value is kept in. `attribute` says
    that it goes into the attributes. `essential` fields reject the row when they cannot be read; others become
    unknown and the row is flagged.
    """

    name: str
    kind: str
    unit: str = ""
    attribute: bool = False
    essential: bool = False


COMMON: tuple[Field, ...] = (
    Field("number", "key", essential=True),
    Field("name", "text"),
    Field("built", "when"),
    Field("municipality_code", "municipality"),
    Field("route", "text"),
    Field("length_m", "decimal", "m"),
    Field("width_m", "decimal", "m"),
    Field("area_m2", "decimal", "m2"),
    Field("diameter_mm", "section", "mm"),
    Field("depth_m", "decimal", "m"),
    Field("material", "word"),
    Field("status", "word"),
    Field("latitude", "degrees", essential=True),
    Field("longitude", "degrees", essential=True),
    Field("position", "pair", essential=True),
    Field("plane_north", "metres", essential=True),
    Field("plane_east", "metres", essential=True),
    Field("plane_zone", "zone", essential=True),
    Field("wkt", "wkt", essential=True),
    Field("xroad_number", "key"),
    Field("coordinate_id", "key"),
    Field("other_number", "key"),
    Field("inspected", "when"),
    Field("grade", "grade"),
    Field("inspector", "text"),
    Field("duty", "word"),
    Field("article7_on", "when"),
    Field("article7_grade", "grade"),
    Field("observed", "key"),
)
"""Fields of every class; `built` gives built_year, built_on and built_precision, `inspected` and `grade` an
inspection, `article7_on` and `article7_grade` a septic system's first one."""

_UNITS = {
    "_m3_day": "m3/day", "_km": "km", "_mm": "mm", "_m": "m", "_pct": "%", "_per_day": "count", "iri": "mm/m",
    "capacity_persons": "count", "spans": "count", "lanes": "count", "pieces": "count", "design_bod": "mg/l",
}  # fmt: skip
_WORDS = frozenset(
    (
        "drainage",
        "treatment",
        "process",
        "kind",
        "road_class",
        "use",
        "joint",
        "blower_outlets",
        "emergency_route",
        "soil",
    )
)
_FREE = frozenset((("water_pipe", "soil"), ("treatment_plant", "process")))


def attribute_fields(asset_class: AssetClass) -> tuple[Field, ...]:
    """Return the attribute fields of a class, their kinds taken from the Struct in `core.inventory`."""
    found: list[Field] = []
    for item in msgspec.structs.fields(ATTRIBUTES[asset_class]):
        name = item.name
        unit = next((value for end, value in _UNITS.items() if name.endswith(end)), "")
        if name in _WORDS and (asset_class.value, name) not in _FREE:
            kind = "word_number" if _kind(item.type) == "integer" else "word"
        elif name == "coordinate_id":
            continue
        elif name.endswith("_year"):
            kind = "year"
        else:
            kind = _kind(item.type)
        found.append(Field(name, kind, unit, attribute=True))
    return tuple(found)


def _kind(annotation: Any) -> str:
    """Return the parser for an annotation such as `int | None`."""
    bare = annotation
    if get_origin(annotation) in (Union, types.UnionType):
        bare = next(part for part in get_args(annotation) if part is not type(None))
    return {int: "integer", float: "decimal", bool: "yes_no", date: "day"}.get(bare, "text")


def fields_of(asset_class: AssetClass) -> dict[str, Field]:
    """Return name → field for one class; attributes are looked up by their own name."""
    return {item.name: item for item in (*COMMON, *attribute_fields(asset_class))}
