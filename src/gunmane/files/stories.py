"""Reads life stories of assets given as plain JSON values, and refuses what it does not know by name and place."""

from datetime import date
from typing import Any, cast

from msgspec import Struct

from gunmane.core.duties.facts import INSPECTION_EVENTS, AssetFacts, Event
from gunmane.core.duties.rules import EventKind, RuleBook
from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.words import AssetClass
from gunmane.files.storywords import ClassWords, nearest, on_day

KEYS = ("id", "asset_class", "owner", "attributes", "events")
EVENT_KEYS = ("kind", "duty", "on", "grade")
DATELESS = frozenset({EventKind.SUSPENDED, EventKind.RESUMED, EventKind.ABOLISHED, EventKind.REPLACED})
"""Kinds that change what is owed whenever they happened: their day cannot be left unknown."""


class Reading(Struct):
    """What reading has gathered so far."""

    faults: list[Fault]
    duties: dict[AssetClass, dict[str, str]]


def read_stories(document: Any, book: RuleBook) -> list[AssetFacts]:
    """Turn a decoded JSON array of life stories into facts.

    Words and numbers are understood as ledgers write them (合併, 5人槽, Ⅲ, 令和8年4月1日); null and the words for
    unknown mean unknown. Raises GunmaneError `bad_facts` with every fault found: unknown keys, attributes, kinds of
    events and duties, values that mean nothing, numbers that cannot be, missing keys, the same id twice. Places are
    JSON Pointers.
    """
    if not isinstance(document, list):
        raise GunmaneError("bad_facts", [Fault("facts_not_array")])
    reading = Reading([], _duty_names(book))
    stories: list[AssetFacts] = []
    seen: set[str] = set()
    for number, row in enumerate(cast("list[Any]", document)):
        story = _story(row, f"/{number}", reading)
        if story is None:
            continue
        if story.id in seen:
            reading.faults.append(Fault("twice", f"/{number}/id", {"id": story.id}))
        seen.add(story.id)
        stories.append(story)
    if reading.faults:
        raise GunmaneError("bad_facts", reading.faults)
    return stories


def _duty_names(book: RuleBook) -> dict[AssetClass, dict[str, str]]:
    """Return for each class the duties of its field by every name: those of rules, those that rules look at."""
    found: dict[AssetClass, dict[str, str]] = {}
    for asset_class in AssetClass:
        named: set[str] = set()
        for rule in book.rules:
            if asset_class in rule.classes:
                marks = (*rule.anchor, *rule.done_by, *rule.restarts, *rule.closed_by, *rule.since)
                named |= {rule.duty, *(mark.duty for mark in marks if mark.duty)}
        fields = {name.split(".")[0] for name in named}
        named |= {name for name in book.duties() if name.split(".")[0] in fields}
        names = {name: name for name in named}
        for texts in (book.ja.duties, book.en.duties):
            names |= {text: name for name, text in texts.items() if name in named}
        found[asset_class] = names
    return found


def _story(row: Any, at: str, reading: Reading) -> AssetFacts | None:
    faults = reading.faults
    if not isinstance(row, dict):
        faults.append(Fault("facts_not_object", at))
        return None
    row = cast("dict[str, Any]", row)
    for key in row:
        if key not in KEYS:
            faults.append(Fault("unknown_key", f"{at}/{key}", {"key": key, "known": ", ".join(KEYS)}))
    faults += [Fault("needed", at, {"key": key}) for key in ("id", "asset_class") if key not in row]
    identifier, owner = row.get("id", ""), row.get("owner")
    if isinstance(identifier, bool) or not isinstance(identifier, str | int) or (identifier == "" and "id" in row):
        faults.append(Fault("text_expected", f"{at}/id", {"value": identifier}))
    if owner is not None and not isinstance(owner, str):
        faults.append(Fault("text_expected", f"{at}/owner", {"value": owner}))
    try:
        asset_class = AssetClass(row.get("asset_class", ""))
    except ValueError:
        if "asset_class" in row:
            values = {"value": row["asset_class"], "known": ", ".join(AssetClass)}
            faults.append(Fault("unknown_class", f"{at}/asset_class", values))
        return None
    words = ClassWords(asset_class)
    attributes, remarks = _attributes(row.get("attributes"), words, f"{at}/attributes", faults)
    events = _events(row.get("events"), words, f"{at}/events", reading, remarks)
    started = EventKind.START_OF_USE if asset_class is AssetClass.SEPTIC else EventKind.OPENED
    for name in ("use_started_on", "built_on"):
        day = attributes.pop(name, None)
        wanted = (asset_class is AssetClass.SEPTIC) == (name == "use_started_on")
        if isinstance(day, date) and wanted and not any(event.kind is started for event in events):
            events.append(Event(started, day))
    return AssetFacts(
        str(identifier), asset_class, str(owner or ""), attributes, tuple(events), remarks=tuple(remarks)
    )


def _attributes(given: Any, words: ClassWords, at: str, faults: list[Fault]) -> tuple[dict[str, Any], list[Fault]]:
    """Check names and values against the inventory's Struct of the class and the common columns; null = unknown."""
    found, remarks = dict[str, Any](), list[Fault]()
    if given is None:
        return found, remarks
    if not isinstance(given, dict):
        faults.append(Fault("facts_not_object", at))
        return found, remarks
    for key, value in cast("dict[str, Any]", given).items():
        if key not in words.names:
            known = ", ".join(sorted(words.names))
            values = {
                "key": key,
                "asset_class": words.asset_class.value,
                "known": known,
                "hint": nearest(key, words.names),
            }
            faults.append(Fault("unknown_attribute", f"{at}/{key}", values))
        elif value is not None:
            read = words.attribute(key, value, remarks)
            if isinstance(read, Fault):
                faults.append(Fault(read.code, f"{at}/{key}", read.values))
            elif read is not None:
                found[key] = read
    return found, remarks


def _events(given: Any, words: ClassWords, at: str, reading: Reading, remarks: list[Fault]) -> list[Event]:
    if given is None:
        return []
    if not isinstance(given, list):
        reading.faults.append(Fault("events_not_array", at))
        return []
    rows = enumerate(cast("list[Any]", given))
    found = [_event(row, words, f"{at}/{number}", reading, remarks) for number, row in rows]
    return [event for event in found if event is not None]


def _event(row: Any, words: ClassWords, at: str, reading: Reading, remarks: list[Fault]) -> Event | None:
    faults = reading.faults
    if not isinstance(row, dict):
        faults.append(Fault("facts_not_object", at))
        return None
    row = cast("dict[str, Any]", row)
    before = len(faults)
    for key in row:
        if key not in EVENT_KEYS:
            faults.append(Fault("unknown_key", f"{at}/{key}", {"key": key, "known": ", ".join(EVENT_KEYS)}))
    faults += [Fault("needed", at, {"key": key}) for key in ("kind", "on") if key not in row]
    kind = words.kind(row["kind"]) if "kind" in row else None
    if isinstance(kind, Fault):
        faults.append(Fault(kind.code, f"{at}/kind", kind.values))
    duty = words.duty(row.get("duty"), reading.duties[words.asset_class])
    if isinstance(duty, Fault):
        faults.append(Fault(duty.code, f"{at}/duty", duty.values))
    day = on_day(row["on"]) if row.get("on") is not None else None
    undated = "on" in row and row["on"] is None
    if isinstance(day, Fault):
        faults.append(Fault(day.code, f"{at}/on", day.values))
    elif undated and isinstance(kind, EventKind) and kind in DATELESS:
        faults.append(Fault("bad_date", f"{at}/on", {"value": None}))
    grade = None
    if isinstance(kind, EventKind) and not isinstance(duty, Fault):
        grade = words.grade(row.get("grade"), kind, duty, f"{at}/grade", remarks)
    if isinstance(grade, Fault):
        faults.append(Fault(grade.code, f"{at}/grade", grade.values))
    if len(faults) > before:
        return None
    assert isinstance(kind, EventKind)
    assert not isinstance(duty, Fault)
    assert not isinstance(grade, Fault)
    if undated:
        remarks.append(Fault("undated", at, {"kind": kind.value}))
    if not isinstance(day, date):
        return None
    if kind is EventKind.INSPECTION:  # work that somebody logged as an inspection is what its duty says
        kind = INSPECTION_EVENTS.get(duty or "", kind)
    return Event(kind, day, duty, grade)
