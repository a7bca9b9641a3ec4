"""What reading a ledger needs besides the rows: words, scales, limits, the day, the owner's place, and its memory."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from gunmane.core.errors import Fault
from gunmane.core.ledgers.contacts import contact_columns
from gunmane.core.ledgers.eras import When
from gunmane.core.ledgers.limits import Limits
from gunmane.core.ledgers.memo import Memo
from gunmane.core.ledgers.names import personal_columns
from gunmane.core.ledgers.positions import ToLonLat
from gunmane.core.ledgers.probe import CellReader
from gunmane.core.ledgers.recognise import Reading, Use
from gunmane.core.ledgers.synonyms import Lexicon
from gunmane.core.ledgers.values import Doubt, Parsed
from gunmane.core.words import AssetClass, Precision, Scale


class Place(Struct, frozen=True):
    """Where an owner is: its seat in degrees and how far its assets may lie from it.

    `guessed`: no seat is known, this is the middle of the ledger itself.
    """

    longitude: float
    latitude: float
    reach_km: float
    guessed: bool = False


UNKNOWN_WHEN = (None, None, Precision.UNKNOWN.value)


def _when_form(found: When) -> tuple[int, date | None, str]:
    return found.year, found.on, found.precision.value


class ReadContext:
    """State of reading one ledger from its first chunk to its last.

    `to_lonlat` turns the source's coordinates into JGD2011 degrees (None: they are degrees already). `japanese` says
    that everything must lie in Japan. Holds a bounded memo per column and 8 bytes per number read.
    """

    def __init__(
        self,
        reading: Reading,
        lexicon: Lexicon,
        scales: Mapping[str, Scale],
        limits: Limits,
        as_of: date,
        *,
        to_lonlat: ToLonLat | None = None,
        japanese: bool = True,
        place: Place | None = None,
    ) -> None:
        self.lexicon = Lexicon(lexicon.synonyms, reading.words) if reading.words else lexicon
        self.asset_class = reading.asset_class
        self.scales = scales
        self.limits = limits
        self.as_of = as_of
        self.to_lonlat = to_lonlat
        self.japanese = japanese
        self.place = place
        self.unknown_texts = frozenset(self.lexicon.synonyms.unknown) | {""}
        self.summary_texts = frozenset(self.lexicon.synonyms.summary_rows) | {""}
        self.personal = personal_columns(reading.header, lexicon.synonyms)
        septic = reading.asset_class is AssetClass.SEPTIC and reading.rows != "inspection"
        self.contacts = contact_columns(reading.header, lexicon.synonyms) if septic else {}
        self.seen = SeenNumbers()
        self.days: dict[Any, Any] = {}
        self.last_grades: dict[str, str | None] = {}
        self.fragments: dict[str, dict[Any, str]] = {}
        self._memos: dict[int, Memo] = {}

    def memo(self, use: Use) -> Memo:
        """Return the memo of a column."""
        found = self._memos.get(use.column)
        if found is None:
            reader = Possible(CellReader(use, self.lexicon, self.scales), self._range(use), self._latest(use))
            found = Memo(reader, UNKNOWN_WHEN, _when_form) if use.field.kind == "when" else Memo(reader)
            self._memos[use.column] = found
        return found

    def _range(self, use: Use) -> tuple[float, float] | None:
        name = "built_year" if use.field.name == "built" else use.field.name
        return self.limits.of(name, self.asset_class)

    def _latest(self, use: Use) -> date | None:
        return self.as_of if use.field.name == "built" else None


class Possible:
    """Reads cells and refuses what is impossible: faults `out_of_range` and `built_in_future`."""

    def __init__(self, read: CellReader, limit: tuple[float, float] | None, latest: date | None) -> None:
        self._read = read
        self._limit = limit
        self._latest = latest

    def __call__(self, text: str) -> Parsed:
        """Return the value, None for unknown, a `Doubt` or a `Fault`."""
        found = self._read(text)
        value = found.value if isinstance(found, Doubt) else found
        year = value.year if isinstance(value, When) else value
        if type(year) not in (int, float):
            return found
        if self._limit and not self._limit[0] <= year <= self._limit[1]:
            return Fault("out_of_range", values={"text": text, "low": self._limit[0], "high": self._limit[1]})
        if self._latest and isinstance(value, When):
            late = value.on > self._latest if value.on else value.year > self._latest.year
            if late:
                return Fault("built_in_future", values={"text": text})
        return found


class SeenNumbers:
    """The numbers already read, as sorted 64-bit hashes.

    Two different numbers share a hash with probability n²/2^65: 3e-8 for a million.
    """

    def __init__(self) -> None:
        self._hashes: NDArray[np.int64] = np.empty(0, dtype=np.int64)

    def repeated(self, numbers: Sequence[str]) -> list[int]:
        """Return the positions of numbers met before (in this or an earlier call) and remember the others."""
        hashes = np.fromiter(map(hash, numbers), dtype=np.int64, count=len(numbers))
        unique, first = np.unique(hashes, return_index=True)
        again = np.ones(len(hashes), dtype=bool)
        again[first] = False
        if len(self._hashes):
            slot = np.minimum(np.searchsorted(self._hashes, unique), len(self._hashes) - 1)
            known = self._hashes[slot] == unique
            again[first[known]] = True
            unique = unique[~known]
        self._hashes = np.sort(np.concatenate([self._hashes, unique]), kind="stable")
        return np.flatnonzero(again).tolist()
