"""The words of real ledgers as data: names of columns, words for unknown, materials, kinds, grades."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct, field

from gunmane.core.errors import Fault
from gunmane.core.ledgers.text import fold, header_parts
from gunmane.core.ledgers.values import Doubt, Parsed
from gunmane.core.words import AssetClass


class Word(Struct, frozen=True, forbid_unknown_fields=True):
    """One canonical code with everything ledgers call it; `contains` also matches inside longer words."""

    code: str
    names: tuple[str, ...]
    contains: tuple[str, ...] = ()


class Synonyms(Struct, frozen=True, forbid_unknown_fields=True):
    """`data/synonyms.toml`.

    `fields` gives the names of columns common to all classes, `class_fields` those of one class. `words` holds for
    each field the canonical codes; `grades` for each scale its extra words; `unknown` the words that mean "not
    known"; `contacts` which personal columns hold name, address and phone of who is to be reached.
    """

    unknown: tuple[str, ...]
    unknown_grades: tuple[str, ...]
    summary_rows: tuple[str, ...]
    fields: dict[str, tuple[str, ...]]
    class_fields: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict[str, dict[str, tuple[str, ...]]])
    ignored: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()
    contacts: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    words: dict[str, tuple[Word, ...]] = field(default_factory=dict[str, tuple[Word, ...]])
    grades: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict[str, dict[str, tuple[str, ...]]])
    grade_labels: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])

    def names(self, asset_class: AssetClass) -> dict[str, str]:
        """Return folded column name → field for one class; names of the class win over common ones."""
        table = {header_parts(name)[0]: key for key, names in self.fields.items() for name in names}
        own = self.class_fields.get(asset_class.value, {})
        return table | {header_parts(name)[0]: key for key, names in own.items() for name in names}


def read_synonyms(data: bytes) -> Synonyms:
    """Decode `synonyms.toml`; raises msgspec.ValidationError with the place of what is wrong."""
    return msgspec.toml.decode(data, type=Synonyms)


class Lexicon:
    """Folded look-up tables made once from `Synonyms` (and the own words of a mapping)."""

    def __init__(self, synonyms: Synonyms, own: Mapping[str, Mapping[str, str]] | None = None) -> None:
        self.synonyms = synonyms
        self.unknown = frozenset(map(fold, synonyms.unknown)) | {""}
        self.unknown_grades = self.unknown | frozenset(map(fold, synonyms.unknown_grades))
        self.exact: dict[str, dict[str, str]] = {}
        self.inside: dict[str, list[tuple[str, str]]] = {}
        for key, words in synonyms.words.items():
            self.exact[key] = {fold(name): word.code for word in words for name in (word.code, *word.names)}
            parts = [(fold(part), word.code) for word in words for part in word.contains]
            self.inside[key] = sorted(parts, key=lambda pair: -len(pair[0]))
        for key, table in (own or {}).items():
            self.exact.setdefault(key, {}).update({fold(name): code for name, code in table.items()})

    def word(self, key: str, text: str) -> Parsed:
        """Return the canonical code of `text` for field `key`; None for unknown; fault `unknown_word`."""
        folded = fold(text)
        if folded in self.unknown and folded not in self.exact.get(key, {}):
            return None
        exact = self.exact.get(key, {})
        code = exact.get(folded)
        if code is None and folded.endswith(".0"):
            code = exact.get(folded[:-2])
        if code is None and folded.isdigit() and len(folded) == 1:
            code = exact.get("0" + folded)  # coded lists lose their leading zero in spreadsheets
        if code is None:
            code = next((found for part, found in self.inside.get(key, []) if part in folded), None)
        if code is None:
            head = re.split(r"[-(（\[/・･+]", folded, maxsplit=1)[0]  # DIP-K, VP(RR), HP・推進
            code = exact.get(head) if len(head) > 1 else None
        if code is None:
            return Fault("unknown_word", values={"text": text})
        return None if code == "unknown" else code

    def has(self, key: str) -> bool:
        """Tell whether field `key` has canonical codes."""
        return key in self.exact


def without_doubt(value: Any) -> Any:
    """Return the bare value of a parse result."""
    return value.value if isinstance(value, Doubt) else value
