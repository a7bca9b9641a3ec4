"""Trying a parser on a sample of a column, to see whether the column can be what its name says."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from gunmane.core.errors import Fault
from gunmane.core.ledgers import eras, places, values
from gunmane.core.ledgers.eras import When
from gunmane.core.ledgers.fields import Field
from gunmane.core.ledgers.grades import GradeReader
from gunmane.core.ledgers.synonyms import Lexicon
from gunmane.core.ledgers.text import fold
from gunmane.core.ledgers.values import Doubt, Parsed
from gunmane.core.words import Scale


class ColumnUse(Protocol):
    """What a parser needs to know of a column (see `recognise.Use`)."""

    @property
    def field(self) -> Field: ...
    @property
    def unit(self) -> str: ...
    @property
    def era(self) -> str: ...
    @property
    def fiscal(self) -> bool: ...
    @property
    def scale(self) -> str | None: ...
    @property
    def zero_unknown(self) -> bool: ...
    @property
    def values(self) -> dict[str, str]: ...


class CellReader:
    """Reads single cells of one column: own replacements, words for unknown, then the parser of its field."""

    def __init__(self, use: ColumnUse, lexicon: Lexicon, scales: Mapping[str, Scale]) -> None:
        self._use = use
        self._lexicon = lexicon
        scale = scales.get(use.scale or "")
        self._grade = GradeReader(scale, lexicon) if scale and use.field.kind == "grade" else None

    def __call__(self, text: str) -> Parsed:
        """Return the value, None for unknown, a `Doubt` or a `Fault`."""
        use = self._use
        folded = fold(text)
        if use.values and folded in use.values:
            text = use.values[folded]
            folded = fold(text)
        kind = use.field.kind
        if kind == "grade":
            if use.zero_unknown and folded in ("0", "0.0"):
                return None
            return self._grade(text) if self._grade else Fault("no_such_scale", values={"text": text})
        if kind in ("word", "word_number"):
            code = self._lexicon.word(use.field.name, text)
            return int(code) if kind == "word_number" and isinstance(code, str) and code.isdigit() else code
        if folded in self._lexicon.unknown or (use.zero_unknown and folded.strip("0") in ("", ".")):
            return None
        return self._parse(kind, text)

    def _parse(self, kind: str, text: str) -> Parsed:
        use = self._use
        match kind:
            case "decimal":
                return values.decimal(text, use.field.unit, use.unit)
            case "integer":
                return values.integer(text, use.field.unit, use.unit)
            case "section":
                return values.section(text, use.field.unit, use.unit)
            case "yes_no":
                return self._yes_no(text)
            case "when" | "day":
                return eras.when(text, use.fiscal, use.era)
            case "year":
                return _year(eras.when(text, True, use.era))
            case "degrees":
                return places.degrees(text)
            case "pair":
                return places.pair(text)
            case "metres":
                return places.metres(text)
            case "zone":
                return places.zone(text)
            case "municipality":
                return places.municipality(text)
            case _:
                return text

    def _yes_no(self, text: str) -> Parsed:
        """Read yes or no; fields with words of their own (耐震管, 圧送) know them besides."""
        found = values.yes_no(text)
        if isinstance(found, Fault) and self._lexicon.has(self._use.field.name):
            word = self._lexicon.word(self._use.field.name, text)
            return word if isinstance(word, Fault) or word is None else word == "yes"
        return found


def _year(found: Parsed) -> Parsed:
    """Return the year of a date, or what was wrong with it."""
    if isinstance(found, Doubt):
        return Doubt(found.value.year, found.code)
    return found.year if isinstance(found, When) else found


def share_readable(
    use: ColumnUse, cells: Sequence[str], lexicon: Lexicon, scales: Mapping[str, Scale]
) -> float | None:
    """Return the share of a sample's known cells that can be read as `use` says, None without known cells."""
    reader = CellReader(use, lexicon, scales)
    known = [cell for cell in dict.fromkeys(cells) if fold(cell) not in lexicon.unknown]
    if not known:
        return None
    return sum(not isinstance(reader(cell), Fault) for cell in known) / len(known)
