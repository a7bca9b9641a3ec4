"""The words and numbers of life stories: generous with spellings, firm on what means nothing."""

import math
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from difflib import get_close_matches
from functools import cache
from typing import Any

import msgspec
from msgspec import Struct

from gunmane.core.duties.rules import EventKind
from gunmane.core.errors import Fault
from gunmane.core.inventory import ATTRIBUTES
from gunmane.core.ledgers.eras import When, when
from gunmane.core.ledgers.fields import Field, fields_of
from gunmane.core.ledgers.grades import GradeReader
from gunmane.core.ledgers.probe import CellReader
from gunmane.core.ledgers.text import fold
from gunmane.core.ledgers.values import Doubt, Parsed
from gunmane.core.words import AssetClass, Precision
from gunmane.files.catalogue import catalogue
from gunmane.resources import DATA

COMMON = ("route", "length_m", "width_m", "area_m2", "diameter_mm", "depth_m", "material")
FIRST_YEAR, LAST_YEAR = 1600, 2200
"""Years of events; the oldest bridges in use are about that old, no permit runs longer."""
LARGEST = 1e15
"""Numbers from here on are none of an asset's."""


class StoryWords(Struct, frozen=True, forbid_unknown_fields=True):
    """`data/story_words.toml`: what kinds of events are called, and which words are read beside those of ledgers.

    `process_like`: parts of words that make an unlisted process a process all the same, outside the table of the
    law. `closed`: for each class the words that an attribute can have where the ledgers' list serves several
    classes. `open`: attributes with words that are accepted unread. `scales`: on which scales a class is graded.
    `beside`: grades of other systems in use, kept and not judged by.
    """

    events: dict[str, tuple[str, ...]]
    process_like: tuple[str, ...]
    closed: dict[str, dict[str, tuple[str, ...]]]
    open: tuple[str, ...]
    scales: dict[str, tuple[str, ...]]
    beside: dict[str, tuple[str, ...]]
    generic: tuple[str, ...]


@cache
def story_words() -> StoryWords:
    """Read the words once."""
    return msgspec.toml.decode((DATA / "story_words.toml").read_bytes(), type=StoryWords)


class _Use(Struct, frozen=True):
    """What a parser of cells asks of a column; see `ledgers.probe.ColumnUse`."""

    field: Field
    unit: str = ""
    era: str = ""
    fiscal: bool = False
    scale: str | None = None
    zero_unknown: bool = False
    values: dict[str, str] = {}


class ClassWords:
    """Reads the values of one class of assets; `names` are the attributes that can be given."""

    def __init__(self, asset_class: AssetClass) -> None:
        self.asset_class = asset_class
        known = fields_of(asset_class)
        own = (item.encode_name for item in msgspec.structs.fields(ATTRIBUTES[asset_class]))
        self.names: dict[str, Field] = {name: known[name] for name in (*COMMON, *own)}
        self.names |= {"built_year": Field("built_year", "year"), "built_on": Field("built_on", "day")}

    def attribute(self, name: str, value: Any, remarks: list[Fault]) -> Parsed:
        """Return the value as the inventory keeps it, None for unknown, or a fault without a place.

        What was read with a reservation is unknown (約20人) or put right by rule (fractions of a person), and a
        remark says so.
        """
        field, given = self.names[name], self._text(value, self.names[name])
        if isinstance(given, Fault | bool):
            return given
        if field.kind == "day":
            return None if fold(given) in catalogue().lexicon.unknown else on_day(given)
        found = self._word(field, given) if field.kind == "word" else self._cell(field, given)
        if isinstance(found, Doubt):
            remarks.append(Fault("read_as_unknown", name, {"name": name, "value": value}))
            return None
        if isinstance(found, Fault) and found.code == "not_whole" and name == "capacity_persons":
            persons = math.ceil(float(given))
            remarks.append(Fault("rounded_up", name, {"value": value, "persons": persons}))
            found = persons
        if isinstance(found, Fault):
            return self._refused(found, field, value)
        limit = catalogue().limits.of(name, self.asset_class)
        if limit and isinstance(found, int | float) and not limit[0] <= found <= limit[1]:
            return Fault(
                "number_impossible", values={"value": value, "low": _plain(limit[0]), "high": _plain(limit[1])}
            )
        return found

    def kind(self, given: Any) -> EventKind | Fault:
        """Return the kind of event that a word names."""
        if isinstance(given, str):
            found = _kinds().get(_squeezed(given))
            if found is not None and (found in (EventKind.START_OF_USE, EventKind.OPENED)):
                # 供用開始 and 使用開始 say the same: septic systems start use, structures are opened
                septic = self.asset_class is AssetClass.SEPTIC
                return EventKind.START_OF_USE if septic else EventKind.OPENED
            if found is not None:
                return found
        known = ", ".join(entry.value for entry in EventKind)
        hint = nearest(given, [entry.value for entry in EventKind])
        return Fault("unknown_event", values={"kind": given, "known": known, "hint": hint})

    def duty(self, given: Any, names: Mapping[str, str]) -> str | Fault | None:
        """Return the duty that a name means among those of the class; "" and null are none."""
        if given is None or given == "":
            return None
        if isinstance(given, str):
            plain = unicodedata.normalize("NFKC", given).strip()
            fields = {name.split(".")[0] for name in names.values()}
            word = catalogue().lexicon.word("duty", plain)
            for name in (plain, *(f"{field}.{plain}" for field in sorted(fields)), word):
                if isinstance(name, str) and name in names:
                    return names[name]
        known = sorted(set(names.values()))
        hint = nearest(given, known)
        return Fault("unknown_duty", values={"duty": given, "known": ", ".join(known), "hint": hint})

    def grade(
        self, given: Any, kind: EventKind, duty: str | None, at: str, remarks: list[Fault]
    ) -> str | Fault | None:
        """Return a grade on the scale of the class, None where nothing is judged; other texts are kept where the
        class has no scale in these rules or the event is no inspection. A grade of another system in use (E1, IIa)
        is none, and a remark says so.
        """
        if given is None:
            return None
        if isinstance(given, bool) or not isinstance(given, str | int | float):
            return Fault("unknown_grade_of", values={"value": given, "known": ", ".join(self._grades(duty))})
        text = unicodedata.normalize("NFKC", str(given)).strip()
        scales = self._scales(duty)
        if not scales or kind not in (EventKind.INSPECTION, EventKind.JUDGED):
            return text
        lexicon = catalogue().lexicon
        for scale in scales:
            found = GradeReader(catalogue().scales[scale], lexicon)(text)
            if not isinstance(found, Fault):
                return found
        if text.upper() in story_words().beside.get(self.asset_class.value, ()):
            remarks.append(Fault("grade_beside", at, {"value": text, "known": ", ".join(self._grades(duty))}))
            return None
        return Fault("unknown_grade_of", values={"value": given, "known": ", ".join(self._grades(duty))})

    def _scales(self, duty: str | None) -> tuple[str, ...]:
        table = story_words().scales
        return table.get(duty or "") or table.get(self.asset_class.value, ())

    def _grades(self, duty: str | None) -> Iterable[str]:
        return dict.fromkeys(grade for name in self._scales(duty) for grade in catalogue().scales[name].grades)

    def _text(self, value: Any, field: Field) -> str | bool | Fault:
        """Return what a JSON value says as the text of a cell; yes and no stay as they are."""
        if isinstance(value, bool):
            if field.kind == "yes_no":
                return value
            if field.name == "emergency_route":
                return Fault("emergency_route_order", values={"value": value}) if value else "0"
            return Fault("word_or_number_expected", values={"value": value})
        if isinstance(value, int | float):
            if not -LARGEST < value < LARGEST:
                return Fault("not_a_number", values={"text": value})
            return _plain(value)
        if isinstance(value, str):
            text = unicodedata.normalize("NFKC", value).strip()
            return text.removesuffix("月") if field.name == "inspection_month" else text
        return Fault("word_or_number_expected", values={"value": value})

    def _cell(self, field: Field, text: str) -> Parsed:
        found = CellReader(_Use(field), catalogue().lexicon, catalogue().scales)(text)
        if isinstance(found, tuple) and field.kind == "section":
            return Fault("box_section", values={"text": text})
        return found

    def _word(self, field: Field, text: str) -> Parsed:
        lexicon = catalogue().lexicon
        if field.name in story_words().open:
            return None if fold(text) in lexicon.unknown else text
        allowed = self._allowed(field.name)
        found: Parsed = None
        for written in dict.fromkeys((text, *_english(text))):
            found = lexicon.word(field.name, written)
            if not isinstance(found, Fault) and (found is None or found in allowed):
                return found
        if field.name == "process" and any(part in fold(text) for part in story_words().process_like):
            return "other"
        return Fault("unknown_word")

    def _allowed(self, name: str) -> dict[str, str]:
        """Return the codes that an attribute can have, each with its first Japanese name."""
        closed = story_words().closed.get(self.asset_class.value, {}).get(name)
        words = {word.code: word.names[0] for word in catalogue().lexicon.synonyms.words.get(name, ())}
        words.pop("unknown", None)
        return {code: words.get(code, code) for code in closed} if closed else words

    def _refused(self, fault: Fault, field: Field, value: Any) -> Fault:
        if field.kind == "yes_no":
            return Fault("not_yes_or_no", values={"text": value})
        if field.kind not in ("word", "word_number"):
            return Fault(fault.code, values={**fault.values, "text": value})
        allowed = self._allowed(field.name)
        known = ", ".join(code if code == name else f"{code} ({name})" for code, name in allowed.items())
        return Fault("unknown_value", values={"value": value, "known": known, "hint": nearest(value, allowed)})


def on_day(value: Any) -> date | Fault:
    """Return the civil day that a text names: ISO, or another full date as ledgers write it."""
    found: Parsed = None
    if isinstance(value, str):
        try:
            found = date.fromisoformat(value) if len(value) == 10 else None
        except ValueError:
            found = None
        if found is None:
            read = when(value)
            found = read.on if isinstance(read, When) and read.precision is Precision.DAY else None
    if not isinstance(found, date):
        return Fault("bad_date", values={"value": value})
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        return Fault("date_impossible", values={"value": value, "low": FIRST_YEAR, "high": LAST_YEAR})
    return found


def nearest(given: Any, known: Iterable[str]) -> str:
    """Return " → NAME?" for a name that was probably meant, else nothing."""
    found = get_close_matches(str(given).casefold(), list(known), n=1, cutoff=0.75)
    return f" → {found[0]}?" if found else ""


@cache
def _kinds() -> dict[str, EventKind]:
    found = {_squeezed(kind.value): kind for kind in EventKind}
    for kind, names in story_words().events.items():
        found |= {_squeezed(name): EventKind(kind) for name in names}
    return found


def _squeezed(text: str) -> str:
    """Fold a name and leave out what only parts its words."""
    return fold(text).replace("_", "").replace("-", "").replace("・", "")


def _english(text: str) -> list[str]:
    """Return spellings of an English name to try: words joined by _ , generic words left out."""
    if not text.isascii():
        return []
    parts = "".join(sign if sign.isalnum() else " " for sign in text.casefold()).split()
    bare = [part for part in parts if part not in story_words().generic]
    return ["_".join(parts), "_".join(bare), " ".join(bare)]


def _plain(number: float) -> str:
    return f"{number:g}" if abs(number) < 1e6 and float(number).is_integer() else repr(number)
