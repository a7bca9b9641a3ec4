"""The list of doubts: what of the ledgers was read with a reservation, and what was done."""

import csv
from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct

from gunmane.core.errors import Fault
from gunmane.core.ledgers.columns import DERIVED, flag_parts
from gunmane.core.ledgers.recognise import Question
from gunmane.core.plan.values import Text
from gunmane.files.faults import said
from gunmane.files.import_texts import safe
from gunmane.files.reference import texts

HEADER = (
    "種別 kind", "団体 owner", "ファイル file", "行 row", "番号 number", "列 column", "値 value", "扱い",
    "what was done",
)  # fmt: skip

_FIELD_OF = {
    "grade_jump": "grade", "improved_without_repair": "grade", "rating_may_be_carried_over": "grade",
    "before_construction": "inspected", "same_day_twice": "inspected", "date_by_about": "inspected",
    "position_swapped": "position", "position_incomplete": "position", "not_a_geometry": "position",
}  # fmt: skip
"""What flags without a field are about."""

_PLACES = ("position", "latitude", "plane_north", "wkt", "coordinate_id")


class Row(Protocol):
    """An asset or inspection with flags, as the store hands it out."""

    @property
    def path(self) -> str: ...
    @property
    def row(self) -> int | None: ...
    @property
    def number(self) -> str: ...
    @property
    def flags(self) -> Sequence[str]: ...
    @property
    def inspected_on(self) -> date | None: ...
    @property
    def grade(self) -> str | None: ...


class DoubtCounts(Struct, frozen=True):
    """How many values are doubted, and how many were filled in by the program, by code."""

    doubts: dict[str, int] = {}
    derived: dict[str, int] = {}


class DoubtList:
    """A CSV file (UTF-8 with BOM) that grows by one line for each doubt, and counts them.

    `doubts` and `derived` count by code. What the program filled in itself is counted, one line for each ledger and
    kind, since nobody has to look at each.
    """

    def __init__(self, writer: Any) -> None:
        self._writer = writer
        self.doubts: Counter[str] = Counter()
        self.derived: Counter[str] = Counter()
        catalogue = texts("ledgers")
        self._flags = catalogue["flags"] | {
            code: text for code, text in texts("problems")["flags"].items() if code not in catalogue["flags"]
        }
        self._fields = catalogue["fields"]
        self._words = texts("imports")["words"]
        self._write(HEADER)

    def counts(self) -> DoubtCounts:
        """Return how many there are so far."""
        return DoubtCounts(dict(sorted(self.doubts.items())), dict(sorted(self.derived.items())))

    def row(self, owner: str, row: Row, headers: Mapping[str, str]) -> None:
        """Write each doubt of a row; `headers` names the column of each field."""
        for text in row.flags:
            code, field, value = flag_parts(text)
            if code in DERIVED:
                continue
            field = field or _FIELD_OF.get(code, "")
            if not value and row.inspected_on is not None:
                value = {"grade": row.grade or "", "inspected": row.inspected_on.isoformat()}.get(field, "")
            self.doubts[code] += 1
            self._line("doubt", owner, row.path, row.row, row.number, self._column(field, headers), value, code)

    def filled_in(self, owner: str, path: str, code: str, count: int) -> None:
        """Write how many values of one kind the program filled in for a ledger."""
        self.derived[code] += count
        self._line("derived", owner, path, None, "", "", f"{count:,}", code)

    def ledger(self, owner: str, path: str, warnings: Sequence[Fault], questions: Sequence[Question]) -> None:
        """Write what is doubted about a ledger as a whole: what was inferred, and columns to be asked about."""
        kind = self._words["doubt"]
        head = f"{kind.ja} {kind.en}"
        for one in warnings:
            self.doubts[one.code] += 1
            self._write((head, owner, path, "", "", "", "", said(one, "ja"), said(one, "en")))
        asked = texts("ledgers")["questions"]
        for one in questions:
            self.doubts[one.code] += 1
            names = [self._fields.get(name, Text(name, name)) for name in one.candidates]
            ja = asked[one.code].ja.format(candidates="、".join(name.ja for name in names))
            en = asked[one.code].en.format(candidates=", ".join(name.en for name in names))
            self._write((head, owner, path, "", "", one.header, "", ja, en))

    def _line(
        self, kind: str, owner: str, path: str, row: int | None, number: str, column: str, value: str, code: str
    ) -> None:
        text, word = self._flags.get(code), self._words[kind]
        ja, en = (text.ja, text.en) if text else (code, code)
        place = "" if row is None else row
        self._write((f"{word.ja} {word.en}", owner, path, place, number, column, value, ja, en))

    def _column(self, field: str, headers: Mapping[str, str]) -> str:
        for name in _PLACES if field == "position" else (field,):
            if name in headers:
                return headers[name]
        named = self._fields.get(field)
        return f"({named.ja} {named.en})" if named else field

    def _write(self, cells: Sequence[Any]) -> None:
        self._writer.writerow([safe(one) for one in cells])


@contextmanager
def doubt_list(path: Path) -> Generator[DoubtList]:
    """Open the list; the file is complete or not there."""
    partial = path.with_name(f".{path.name}.part")
    with partial.open("w", encoding="utf-8-sig", newline="") as file:
        yield DoubtList(csv.writer(file))
    partial.replace(path)
