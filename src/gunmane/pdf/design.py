"""The design of one document (`reports/<name>.toml`) and its texts (`data/texts/<language>/<name>.toml`)."""

from functools import cache
from typing import Any

import msgspec
from msgspec import Struct

from gunmane.core.words import Language
from gunmane.resources import DATA, folder


class ColumnDesign(Struct, frozen=True, forbid_unknown_fields=True):
    """A table column; `empty` says what stands for "no value": none (–), unknown or unset."""

    key: str
    number: bool = False
    head: bool = False
    decimals: int = 0
    scale: float = 1.0
    most: float = 22.0
    empty: str = "none"
    optional: bool = False  # left out where no row has a value


class TableDesign(Struct, frozen=True, forbid_unknown_fields=True):
    """A table's columns; with `group_first` equal neighbours in the first column form a group.

    `group_rows` names a value that is no column: each change of it makes a heading row over the whole width.
    """

    columns: tuple[ColumnDesign, ...]
    group_first: bool = False
    group_rows: str = ""


class ChapterDesign(Struct, frozen=True, forbid_unknown_fields=True):
    """A chapter: its page template and sections in order."""

    key: str
    sections: tuple[str, ...]
    page: str = "portrait"
    numbered: bool = True


class Design(Struct, frozen=True, forbid_unknown_fields=True):
    """The content of `reports/<name>.toml`; what other documents leave out is as in `plan.toml`."""

    chapters: tuple[ChapterDesign, ...]
    figures: dict[str, float] = {}
    flexible: dict[str, float] = {}  # share of its height to which a figure may shrink to fill a page
    tables: dict[str, TableDesign] = {}
    summary: tuple[str, ...] = ()
    limits: int = 0
    front: bool = True  # cover and contents
    attached: bool = True  # the sheet as plan.json


class Catalogue:
    """The texts of a document in one language, by dotted names."""

    def __init__(self, language: Language, texts: dict[str, Any]) -> None:
        self.language = language
        self._texts = texts

    def say(self, name: str, **values: object) -> str:
        """Return a text with its placeholders filled; KeyError names a text that is missing."""
        text = self._find(name)
        if not isinstance(text, str):
            raise KeyError(f"{self.language}: {name}")
        return text.format(**values) if values else text

    def items(self, name: str) -> tuple[str, ...]:
        """Return a list of texts."""
        return tuple(self._find(name))

    def keys(self, name: str) -> tuple[str, ...]:
        """Return the names of a table's texts in their order."""
        return tuple(self._find(name))

    def has(self, name: str) -> bool:
        """Tell whether there is such a text."""
        try:
            self._find(name)
        except KeyError:
            return False
        return True

    def _find(self, name: str) -> Any:
        node: Any = self._texts
        for part in name.split("."):
            if part not in node:
                raise KeyError(f"{self.language}: {name}")
            node = node[part]
        return node


@cache
def load(name: str) -> Design:
    """Read a document's design."""
    own = msgspec.toml.decode((folder("reports") / f"{name}.toml").read_bytes(), type=Design)
    if name == "plan":
        return own
    plan = load("plan")
    return msgspec.structs.replace(
        own,
        figures=plan.figures | own.figures,
        flexible=plan.flexible | own.flexible,
        tables=plan.tables | own.tables,
        summary=own.summary or plan.summary,
        limits=own.limits or plan.limits,
    )


@cache
def texts(name: str, language: Language) -> Catalogue:
    """Read a document's texts in one language."""
    return Catalogue(language, msgspec.toml.decode((DATA / "texts" / language.value / f"{name}.toml").read_bytes()))
