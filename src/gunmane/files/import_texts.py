"""Sentences about ledgers and regions in Japanese and English, and the list of rows to mend."""

import csv
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import msgspec
from msgspec import Struct, field

from gunmane.core.errors import Fault
from gunmane.core.words import AssetClass, Language
from gunmane.resources import DATA

NOUNS = ("ledgers", "imports")
"""Catalogues that speak about ledgers."""


class Texts(Struct, frozen=True):
    """The sentences of one language: errors and faults by code, words by name."""

    errors: dict[str, str] = field(default_factory=dict[str, str])
    faults: dict[str, str] = field(default_factory=dict[str, str])
    warnings: dict[str, str] = field(default_factory=dict[str, str])
    words: dict[str, str] = field(default_factory=dict[str, str])

    def error(self, code: str, values: Mapping[str, Any]) -> str:
        """Return the sentence of an error."""
        return _filled(self.errors.get(code, code), values)

    def fault(self, fault: Fault) -> str:
        """Return the sentence of a fault or warning, without its place."""
        text = self.faults.get(fault.code) or self.warnings.get(fault.code) or fault.code
        return _filled(text, fault.values)


class _Known(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


def _filled(text: str, values: Mapping[str, Any]) -> str:
    return text.format_map(_Known(values))


@cache
def import_texts(language: Language) -> Texts:
    """Return the sentences about ledgers in one language."""
    whole: dict[str, dict[str, str]] = {}
    for noun in NOUNS:
        path = DATA / "texts" / language.value / f"{noun}.toml"
        if path.is_file():
            for table, texts in msgspec.toml.decode(path.read_bytes(), type=dict[str, dict[str, str]]).items():
                whole[table] = whole.get(table, {}) | texts
    return msgspec.convert(whole, Texts)


class Rejected(Protocol):
    """A row to mend, as the store hands it out."""

    @property
    def path(self) -> str: ...
    @property
    def asset_class(self) -> AssetClass: ...
    @property
    def content(self) -> str: ...
    @property
    def row_number(self) -> int: ...
    @property
    def cells(self) -> dict[str, Any]: ...
    @property
    def faults(self) -> tuple[Fault, ...]: ...


HEADER = ("団体 owner", "ファイル file", "行 row", "列 column", "値 value", "理由", "reason", "行の内容 cells")


def write_rejected(path: Path, rows: Iterable[tuple[str, Rejected]]) -> int:
    """Write the rows to mend as CSV (UTF-8 with BOM, as spreadsheets expect), one line per fault; return their count.

    `rows` are pairs of the owner's name and the row.
    """
    japanese, english = import_texts(Language.JA), import_texts(Language.EN)
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for owner, row in rows:
            cells = msgspec.json.encode(row.cells).decode()
            for fault in row.faults:
                value = row.cells.get(fault.at, "")
                texts = (japanese.fault(fault), english.fault(fault))
                place = (owner, row.path, row.row_number, fault.at)
                writer.writerow([safe(one) for one in (*place, value, *texts, cells)])
                count += 1
    return count


def safe(value: Any) -> Any:
    """Keep a spreadsheet from reading a cell of a stranger's file as a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
