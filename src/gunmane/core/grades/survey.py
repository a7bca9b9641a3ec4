"""Survey files as values: columns, items and ranks in the words of whoever wrote them."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.grades.sewer import Finding, Profile, Span
from gunmane.core.ledgers.synonyms import Lexicon
from gunmane.core.ledgers.text import fold, header_parts, narrow
from gunmane.core.ledgers.values import Doubt, decimal, integer, section, yes_no


class Words(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What survey files call items and columns; `sound` says that nothing was found, `ignored` is no defect."""

    items: dict[str, tuple[str, ...]]
    columns: dict[str, tuple[str, ...]]
    sound: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()


class Sheet(Struct, frozen=True):
    """A file as text: header, columns, and the row number of each row in the file."""

    header: tuple[str, ...]
    columns: Sequence[Sequence[str]]
    rows: Sequence[int]


class Survey(Struct, frozen=True):
    """Spans with their findings, and every fault with its place."""

    spans: tuple[Span, ...]
    findings: dict[str, list[Finding]]
    faults: tuple[Fault, ...]


class _Columns(Struct):
    """Columns by what they mean; `units` as the header gives them."""

    cells: dict[str, Sequence[str]]
    units: dict[str, str] = field(default_factory=dict[str, str])

    def __call__(self, name: str, row: int) -> str:
        column = self.cells.get(name)
        return "" if column is None else column[row].strip()


def key(text: str) -> str:
    """Fold a word for comparing: no width, case, blanks, joining marks or particle の."""
    folded = fold(text)
    for mark in ("_", "-", "・", "の", "(", ")", "/", ".", "#"):
        folded = folded.replace(mark, "") or folded
    return folded


def columns_of(sheet: Sheet, words: Mapping[str, Sequence[str]], needed: Sequence[str], where: str) -> _Columns:
    """Find the columns by name; raises GunmaneError `missing_columns` naming those not found."""
    names = {key(name): meaning for meaning, known in words.items() for name in known}
    found = _Columns({})
    for header, column in zip(sheet.header, sheet.columns, strict=True):
        name, unit = header_parts(header)
        meaning = names.get(key(header)) or names.get(key(name))
        if meaning is not None and meaning not in found.cells:
            found.cells[meaning] = column
            found.units[meaning] = unit
    missing = [name for name in needed if name not in found.cells]
    if missing:
        faults = [
            Fault("survey_column_missing", f"{where}/{name}", {"names": ", ".join(words[name][:4]), "column": name})
            for name in missing
        ]
        raise GunmaneError("missing_columns", faults)
    return found


def identity(text: str) -> str:
    """A span's number for comparing: narrow, without blanks, without the `.0` that spreadsheets add."""
    name = fold(narrow(text))
    head, dot, tail = name.rpartition(".")
    return head if dot and tail.strip("0") == "" and head.isdigit() else name


def read_survey(spans: Sheet, findings: Sheet, profile: Profile, words: Words, lexicon: Lexicon) -> Survey:
    """Read both files; what is wrong is listed with its row and leaves open what it touches."""
    faults: list[Fault] = []
    known, by_id = _spans(columns_of(spans, words.columns, ("span",), "spans"), spans.rows, lexicon, faults)
    cells = columns_of(findings, words.columns, ("span", "item", "rank"), "findings")
    items = {key(name): code for code, names in words.items.items() for name in (code, *names)}
    sound, ignored = set(map(key, words.sound)), set(map(key, words.ignored))
    found: dict[str, list[Finding]] = {}
    for row, number in enumerate(findings.rows):
        at = f"findings/{number}"
        name = cells("span", row)
        if not name and not cells("item", row):
            continue
        span = by_id.get(identity(name))
        if span is None:
            faults.append(Fault("span_not_known", at, {"span": name}))
            continue
        one = _finding(cells, row, number, (items, sound, ignored), profile, faults)
        if one is None:
            continue
        table = profile.table(known[span].material or "")
        if one.item and one.rank and table and one.rank not in profile.items[one.item].ranks.get(table, ""):
            values = {"item": one.item, "rank": one.rank, "row": number}
            faults.append(Fault("rank_not_in_table", at, values))
        pipe = cells("pipe", row)
        beyond = integer(pipe) if pipe else None
        pieces = known[span].pieces
        if isinstance(beyond, int) and pieces is not None and not 1 <= beyond <= pieces:
            doubt = Fault("pipe_beyond", at, {"pipe": pipe, "pieces": pieces, "span": name})
            faults.append(doubt)
            known[span] = _doubted(known[span], doubt, pieces=None)
        found.setdefault(span, []).append(one)
    for span, mine in found.items():
        places = {one.place for one in mine if one.place and one.rank}
        pieces = known[span].pieces
        if pieces is not None and len(places) > pieces:
            doubt = Fault("more_places_than_pieces", f"spans/{span}", {"places": len(places), "pieces": pieces})
            faults.append(doubt)
            known[span] = _doubted(known[span], doubt, pieces=None)
    return Survey(tuple(known.values()), {known[s].id: rows for s, rows in found.items()}, tuple(faults))


def _doubted(span: Span, doubt: Fault, *, pieces: int | None) -> Span:
    return Span(
        id=span.id, material=span.material, diameter_mm=span.diameter_mm, pieces=pieces, surveyed=span.surveyed,
        doubts=span.doubts, notes=(*span.notes, doubt),
    )  # fmt: skip


def _spans(
    cells: _Columns, rows: Sequence[int], lexicon: Lexicon, faults: list[Fault]
) -> tuple[dict[str, Span], dict[str, str]]:
    """Read the spans; one listed twice with other data stays open."""
    known: dict[str, Span] = {}
    for row, number in enumerate(rows):
        name = cells("span", row)
        if not name:
            if any(column[row].strip() for column in cells.cells.values()):
                faults.append(Fault("span_without_number", f"spans/{number}"))
            continue
        at = f"spans/{number}"
        texts = {
            column: "" if fold(text := cells(column, row)) in lexicon.unknown else text
            for column in ("diameter", "pieces", "surveyed")
        }
        material = _value(lexicon.word("material", cells("material", row)), f"{at}/material", faults)
        diameter = _value(section(texts["diameter"], "mm", cells.units.get("diameter", "")), at, faults)
        pieces = _value(integer(texts["pieces"]), f"{at}/n_pipes", faults)
        if pieces is not None and pieces < 1:
            faults.append(Fault("pieces_not_positive", at, {"pieces": pieces}))
            pieces = None
        seen = _value(yes_no(texts["surveyed"]), at, faults)
        diameter = max(diameter) if isinstance(diameter, tuple) else diameter
        span = Span(id=name, material=material, diameter_mm=diameter, pieces=pieces, surveyed=seen is not False)
        same = identity(name)
        if same not in known:
            known[same] = span
            continue
        twice = Fault("span_twice", at, {"span": name})
        faults.append(twice)
        before = known[same]
        if (before.material, before.pieces, before.diameter_mm) != (span.material, span.pieces, span.diameter_mm):
            known[same] = Span(
                id=before.id, material=before.material, diameter_mm=before.diameter_mm, pieces=before.pieces,
                surveyed=before.surveyed, doubts=(*before.doubts, twice),
            )  # fmt: skip
    return known, {name: name for name in known}


def _value(parsed: Any, at: str, faults: list[Fault]) -> Any:
    """The value of a cell, None for a blank one; a fault is listed with its place and the value is then not known."""
    if isinstance(parsed, Fault):
        if parsed.values.get("text") == "":
            return None
        faults.append(Fault(parsed.code, at, parsed.values))
        return None
    return parsed.value if isinstance(parsed, Doubt) else parsed


def _finding(
    cells: _Columns,
    row: int,
    number: int,
    names: tuple[Mapping[str, str], set[str], set[str]],
    profile: Profile,
    faults: list[Fault],
) -> Finding | None:
    """Read one row; None where it is no defect."""
    items, sound, ignored = names
    at = f"findings/{number}"
    word, text = cells("item", row), cells("rank", row)
    folded = key(word)
    item = items.get(folded)
    if item not in profile.items:
        if folded in sound or (folded in ignored and not text):
            return None
        item = None
        faults.append(Fault("item_unknown", at, {"item": word}))
    rank = _rank(item, text, sound, profile, at, faults)
    if rank == "":
        return None
    removable = item is not None and profile.items[item].removable and yes_no(cells("removable", row)) is True
    return Finding(
        item=item, rank=rank, place=_place(cells, row), removable=removable, word=word, row=number,
    )  # fmt: skip


def _rank(item: str | None, text: str, sound: set[str], profile: Profile, at: str, faults: list[Fault]) -> str | None:
    """A-C for a span's item, a-c for a pipe's: the case is never guessed; "" where nothing was found."""
    letter = narrow(text).removeprefix("ランク").removeprefix("rank").strip()
    if letter and key(letter) in sound:
        return ""
    if item is None:
        return None
    allowed = "ABC" if profile.items[item].of == "span" else "abc"
    if letter in tuple(allowed):
        return letter
    code = "rank_missing" if not letter else "rank_other_case" if letter in tuple("ABCabc") else "rank_unknown"
    faults.append(Fault(code, at, {"item": item, "rank": text, "allowed": f"{allowed[0]}-{allowed[-1]}"}))
    return None


def _place(cells: _Columns, row: int) -> str | None:
    """Which piece: its number, else where it lies."""
    pipe = integer(cells("pipe", row)) if cells("pipe", row) else None
    if isinstance(pipe, int):
        return f"{pipe}"
    if fold(cells("pipe", row)) not in ("", "-", "不明"):
        return fold(cells("pipe", row))
    distance = decimal(cells("distance", row), "m") if cells("distance", row) else None
    return f"{distance:g} m" if isinstance(distance, float | int) else None
