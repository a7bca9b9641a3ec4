"""Ledgers of repairs: one row per piece of work on an asset that another ledger holds."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from msgspec import Struct, field

from gunmane.core.errors import Fault
from gunmane.core.ledgers.columns import RejectedRow
from gunmane.core.ledgers.contacts import hidden
from gunmane.core.ledgers.eras import When, start, when
from gunmane.core.ledgers.names import personal_columns
from gunmane.core.ledgers.raw import RawChunk
from gunmane.core.ledgers.synonyms import Lexicon
from gunmane.core.ledgers.text import fold, header_parts, narrow, one_line
from gunmane.core.ledgers.values import Doubt, decimal
from gunmane.core.words import AssetClass

YEN_OF_UNIT = {"": 1, "円": 1, "yen": 1, "千円": 1_000, "万円": 10_000, "百万円": 1_000_000, "億円": 100_000_000}


class Kind(Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of work (`core.inspections.Repair.kind`) with the words that mean it."""

    kind: str
    words: tuple[str, ...]


class RepairWords(Struct, frozen=True, forbid_unknown_fields=True):
    """`data/repairs.toml`: names of columns, words of kinds in the order in which they are looked for."""

    columns: dict[str, tuple[str, ...]]
    kinds: tuple[Kind, ...]

    def kind_of(self, text: str) -> str | None:
        """Return the kind of work that a cell means, None where no word of it is known."""
        folded = fold(text)
        return next((one.kind for one in self.kinds if any(fold(word) in folded for word in one.words)), None)


class RepairReading(Struct, frozen=True):
    """Which column says what: positions, -1 where there is none; `yen` is the unit of the costs in yen."""

    header: tuple[str, ...]
    number: int
    repaired: int
    kind: int
    cost: int
    notes: int
    fiscal: bool
    yen: int
    personal: frozenset[int] = frozenset()

    @property
    def missing(self) -> tuple[str, ...]:
        """Name what must be there and is not."""
        return tuple(name for name in ("number", "repaired") if getattr(self, name) < 0)


class RepairColumns(Struct):
    """Repairs column by column; `rows` are their numbers in the file, `costs_yen` None where unknown."""

    rows: list[int] = field(default_factory=list[int])
    numbers: list[str] = field(default_factory=list[str])
    repaired_on: list[date] = field(default_factory=list[date])
    kinds: list[str] = field(default_factory=list[str])
    costs_yen: list[int | None] = field(default_factory=list[int | None])
    notes: list[str | None] = field(default_factory=list[str | None])
    cells: list[str] = field(default_factory=list[str])
    rejected: list[RejectedRow] = field(default_factory=list[RejectedRow])


def read_repair_words(data: bytes) -> RepairWords:
    """Decode `repairs.toml`; raises msgspec.ValidationError with the place of what is wrong."""
    return msgspec.toml.decode(data, type=RepairWords)


def recognise_repairs(
    header: Sequence[str], asset_class: AssetClass, lexicon: Lexicon, words: RepairWords
) -> RepairReading:
    """Find the columns by their names: an equal name first, then the longest one contained."""
    folded = [header_parts(name)[0] for name in header]
    numbers = [name for name, target in lexicon.synonyms.names(asset_class).items() if target == "number"]
    taken: set[int] = set()

    def find(names: Sequence[str]) -> int:
        known = [header_parts(name)[0] for name in names]
        ranked = sorted(
            (
                0 if text in known else 1000 - max((len(name) for name in known if len(name) > 1 and name in text)),
                place,
            )
            for place, text in enumerate(folded)
            if place not in taken and (text in known or any(len(name) > 1 and name in text for name in known))
        )
        if not ranked:
            return -1
        taken.add(ranked[0][1])
        return ranked[0][1]

    found = {"number": find(numbers)} | {
        name: find(words.columns[name]) for name in ("repaired", "kind", "cost", "notes")
    }
    unit = header_parts(header[found["cost"]])[1] if found["cost"] >= 0 else ""
    personal = personal_columns(header, lexicon.synonyms)
    fiscal = found["repaired"] >= 0 and "年度" in header[found["repaired"]]
    return RepairReading(tuple(header), **found, fiscal=fiscal, yen=YEN_OF_UNIT.get(unit, 1), personal=personal)


def read_repairs(
    reading: RepairReading, chunk: RawChunk, words: RepairWords, as_of: date, where: Mapping[str, frozenset[str]]
) -> RepairColumns:
    """Read one chunk; a row without an asset, a day or a known kind of work is rejected with its cells.

    `where` keeps only rows whose column (folded) has one of the folded texts. The faults are `number_missing`,
    `repair_without_date`, `repair_in_future`, `unknown_repair`, and those of dates and numbers.
    """
    found = RepairColumns()
    names = [fold(name) for name in reading.header]
    picked = [(names.index(fold(column)), allowed) for column, allowed in where.items() if fold(column) in names]
    for position, row in enumerate(chunk.rows):
        cells = [column[position] for column in chunk.columns]
        raw = hidden(reading.header, cells, reading.personal)
        if position in chunk.broken:
            shown = {} if reading.personal else raw  # cells of such a row may stand under a wrong header
            found.rejected.append(RejectedRow(row, shown, (chunk.broken[position][0],)))
            continue
        if any(fold(cells[place]) not in allowed for place, allowed in picked) or not any(map(str.strip, cells)):
            continue
        parsed, faults = _row(reading, cells, words, as_of)
        if faults:
            found.rejected.append(RejectedRow(row, raw, tuple(faults)))
            continue
        number, day, kind, cost, notes = parsed
        found.rows.append(row)
        found.numbers.append(number)
        found.repaired_on.append(day)
        found.kinds.append(kind)
        found.costs_yen.append(cost)
        found.notes.append(notes)
        found.cells.append(msgspec.json.encode(raw).decode())
    return found


def _row(
    reading: RepairReading, cells: Sequence[str], words: RepairWords, as_of: date
) -> tuple[tuple[Any, ...], list[Fault]]:
    faults: list[Fault] = []

    def cell(place: int) -> str:
        return cells[place].strip() if place >= 0 else ""

    def at(place: int) -> str:
        return reading.header[place] if place >= 0 else ""

    number = narrow(cell(reading.number))
    if not number:
        faults.append(Fault("number_missing", at=at(reading.number)))
    day = _plain(when(cell(reading.repaired), reading.fiscal))
    if isinstance(day, Fault):
        faults.append(Fault(day.code, at=at(reading.repaired), values=day.values))
    elif not isinstance(day, When):
        faults.append(Fault("repair_without_date", at=at(reading.repaired)))
    elif start(day) > as_of:
        faults.append(Fault("repair_in_future", at=at(reading.repaired), values={"text": cell(reading.repaired)}))
    text = cell(reading.kind)
    kind = words.kind_of(text) if text else "repair"
    if kind is None:
        faults.append(Fault("unknown_repair", at=at(reading.kind), values={"text": one_line(text)}))
    amount = _plain(decimal(cell(reading.cost))) if cell(reading.cost) else None
    if isinstance(amount, Fault):
        faults.append(Fault(amount.code, at=at(reading.cost), values=amount.values))
        amount = None
    cost = None if amount is None else round(float(amount) * reading.yen)
    if cost is not None and not 0 <= cost < 10**15:
        faults.append(Fault("impossible_cost", at=at(reading.cost), values={"text": cell(reading.cost)}))
    on = start(day) if isinstance(day, When) else None
    return (number, on, kind, cost, one_line(cell(reading.notes)) or None), faults


def _plain(found: Any) -> Any:
    return found.value if isinstance(found, Doubt) else found
