"""Reads life stories of assets given as plain JSON values, and refuses what it does not know by name."""

import math
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from gunmane.core.duties.facts import INSPECTION_EVENTS, AssetFacts, Event
from gunmane.core.duties.rules import EventKind, RuleBook
from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.inventory import ATTRIBUTES
from gunmane.core.words import AssetClass

KEYS = ("id", "asset_class", "owner", "attributes", "events")
EVENT_KEYS = ("kind", "duty", "on", "grade")
COMMON_TYPES: dict[str, Any] = {
    "built_year": int,
    "built_on": date,
    "route": str,
    "length_m": float,
    "width_m": float,
    "area_m2": float,
    "diameter_mm": int,
    "depth_m": float,
    "material": str,
}


def read_stories(document: Any, book: RuleBook) -> list[AssetFacts]:
    """Turn a decoded JSON array of life stories into facts.

    Raises GunmaneError `bad_facts` with every fault found: unknown keys, attributes, kinds of events and duties,
    values of a wrong type, missing keys, the same id twice. Places are JSON Pointers.
    """
    if not isinstance(document, list):
        raise GunmaneError("bad_facts", [Fault("facts_not_array")])
    faults: list[Fault] = []
    stories: list[AssetFacts] = []
    seen: set[str] = set()
    duties = book.duties()
    for number, row in enumerate(document):
        story = _story(row, f"/{number}", duties, faults)
        if story is None:
            continue
        if story.id in seen:
            faults.append(Fault("twice", f"/{number}/id", {"id": story.id}))
        seen.add(story.id)
        stories.append(story)
    if faults:
        raise GunmaneError("bad_facts", faults)
    return stories


def _story(row: Any, at: str, duties: frozenset[str], faults: list[Fault]) -> AssetFacts | None:
    if not isinstance(row, dict):
        faults.append(Fault("facts_not_object", at))
        return None
    for key in row:
        if key not in KEYS:
            faults.append(Fault("unknown_key", f"{at}/{key}", {"key": key, "known": ", ".join(KEYS)}))
    for key in ("id", "asset_class"):
        if key not in row:
            faults.append(Fault("needed", at, {"key": key}))
    try:
        asset_class = AssetClass(row.get("asset_class", ""))
    except ValueError:
        if "asset_class" in row:
            values = {"value": row["asset_class"], "known": ", ".join(AssetClass)}
            faults.append(Fault("unknown_class", f"{at}/asset_class", values))
        return None
    attributes = _attributes(row.get("attributes") or {}, asset_class, f"{at}/attributes", faults)
    events = _events(row.get("events") or [], f"{at}/events", duties, faults)
    for name, kind in (("use_started_on", EventKind.START_OF_USE), ("built_on", EventKind.OPENED)):
        day = attributes.pop(name, None)
        wanted = (asset_class is AssetClass.SEPTIC) == (kind is EventKind.START_OF_USE)
        if isinstance(day, date) and wanted and not any(event.kind is kind for event in events):
            events.append(Event(kind, day))
    identifier, owner = row.get("id", ""), row.get("owner") or ""
    for key, value in (("id", identifier), ("owner", owner)):
        if not isinstance(value, str):
            faults.append(Fault("bad_value", f"{at}/{key}", {"message": "text expected"}))
    return AssetFacts(str(identifier), asset_class, str(owner), attributes, tuple(events))


def _attributes(given: Any, asset_class: AssetClass, at: str, faults: list[Fault]) -> dict[str, Any]:
    """Check names and types against the inventory's Struct of the class and the common columns; null = unknown."""
    if not isinstance(given, Mapping):
        faults.append(Fault("facts_not_object", at))
        return {}
    types: dict[str, Any] = dict(COMMON_TYPES)
    types |= {entry.encode_name: entry.type for entry in msgspec.structs.fields(ATTRIBUTES[asset_class])}
    found: dict[str, Any] = {}
    for key, value in given.items():
        if key not in types:
            values = {"key": key, "asset_class": asset_class.value, "known": ", ".join(sorted(types))}
            faults.append(Fault("unknown_attribute", f"{at}/{key}", values))
        elif value is not None:
            if isinstance(value, float) and not math.isfinite(value):
                faults.append(Fault("bad_value", f"{at}/{key}", {"message": f"a number is expected, not {value}"}))
                continue
            try:
                found[key] = msgspec.convert(value, types[key])
            except msgspec.ValidationError as error:
                faults.append(Fault("bad_value", f"{at}/{key}", {"message": str(error)}))
    return found


def _events(given: Any, at: str, duties: frozenset[str], faults: list[Fault]) -> list[Event]:
    if not isinstance(given, list):
        faults.append(Fault("facts_not_array", at))
        return []
    found = [_event(row, f"{at}/{number}", duties, faults) for number, row in enumerate(given)]
    return [event for event in found if event is not None]


def _event(row: Any, at: str, duties: frozenset[str], faults: list[Fault]) -> Event | None:
    if not isinstance(row, dict):
        faults.append(Fault("facts_not_object", at))
        return None
    before = len(faults)
    for key in row:
        if key not in EVENT_KEYS:
            faults.append(Fault("unknown_key", f"{at}/{key}", {"key": key, "known": ", ".join(EVENT_KEYS)}))
    for key in ("kind", "on"):
        if key not in row:
            faults.append(Fault("needed", at, {"key": key}))
    kind, on, duty, grade = row.get("kind"), row.get("on"), row.get("duty"), row.get("grade")
    if "kind" in row and (not isinstance(kind, str) or kind not in EventKind.__members__.values()):
        known = ", ".join(entry.value for entry in EventKind)
        faults.append(Fault("unknown_event", f"{at}/kind", {"kind": kind, "known": known}))
    if duty is not None and (not isinstance(duty, str) or duty not in duties):
        faults.append(Fault("unknown_duty", f"{at}/duty", {"duty": duty, "known": ", ".join(sorted(duties))}))
    if grade is not None and not isinstance(grade, str):
        faults.append(Fault("bad_value", f"{at}/grade", {"message": "text expected"}))
    day = _day(on)
    if "on" in row and day is None:
        faults.append(Fault("bad_date", f"{at}/on", {"value": on}))
    if len(faults) > before or day is None:
        return None
    found = EventKind(kind)
    if found is EventKind.INSPECTION:  # work that somebody logged as an inspection is what its duty says
        found = INSPECTION_EVENTS.get(duty or "", found)
    return Event(found, day, duty, None if grade is None else unicodedata.normalize("NFKC", grade).strip())


def _day(text: Any) -> date | None:
    if not isinstance(text, str) or len(text) != 10:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
