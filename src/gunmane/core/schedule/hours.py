"""Days and hours: spans of days, with hours of each day where only they are meant, and the rules of night shifts.

Minutes count from the midnight with which a day begins; beyond 1440 lies the next morning (25:30 is 1530).
"""

from collections.abc import Iterable, Sequence
from datetime import date

from msgspec import Struct

from gunmane.core.calendar import ONE_DAY
from gunmane.core.words import SourceStatus

DAY_MIN, TWO_DAYS = 1440, 2880
Piece = tuple[int, int]
"""Minutes from … to …, the end not included."""


class Span(Struct, frozen=True, forbid_unknown_fields=True):
    """Days from `first` to `last`, both included; `reason` is shown (leave, snow duty, permit, dry season).

    With `start_min` and `end_min` only those minutes of each of the days are meant; the day is that on which they
    begin, so 1470 to 1710 on a Friday is Saturday from 0:30 to 4:30.
    """

    first: date
    last: date
    reason: str = ""
    start_min: int | None = None
    end_min: int | None = None

    @property
    def whole(self) -> bool:
        """Tell whether whole days are meant."""
        return self.start_min is None and self.end_min is None

    def holds(self, day: date) -> bool:
        """Tell whether the whole of a day lies inside."""
        return self.whole and self.first <= day <= self.last

    def pieces(self, day: date) -> list[Piece]:
        """Minutes of the two days that begin with `day`'s midnight."""
        start, end = self.start_min or 0, DAY_MIN if self.end_min is None else self.end_min
        found: list[Piece] = []
        for days in (-1, 0, 1):
            if self.first <= day + ONE_DAY * days <= self.last:
                low, high = max(start + DAY_MIN * days, 0), min(end + DAY_MIN * days, TWO_DAYS)
                if low < high:
                    found.append((low, high))
        return found


class Night(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Rules of night shifts, editable: hours, break, rest before and after, how often; see data/schedule.toml.

    A shift belongs to the day on which it begins. `break_over_min`: a tour longer than this has a break.
    """

    start_min: int = 1260
    end_min: int = 1740
    break_min: int = 60
    break_over_min: int = 360
    rest_min: int = 660
    most_in_7_days: int = 2
    status: SourceStatus = SourceStatus.UNVERIFIED
    source: str = ""


def joined(pieces: Iterable[Piece]) -> list[Piece]:
    """Put pieces in order and those together that touch."""
    found: list[Piece] = []
    for low, high in sorted(pieces):
        if found and low <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return found


def common(one: Sequence[Piece], two: Sequence[Piece]) -> list[Piece]:
    """What lies in both."""
    both = [(max(a, c), min(b, d)) for a, b in one for c, d in two]
    return joined(piece for piece in both if piece[0] < piece[1])


def without(pieces: Sequence[Piece], gone: Iterable[Piece]) -> list[Piece]:
    """What is left of the pieces."""
    left = list(pieces)
    for low, high in gone:
        left = [(a, b) for one in left for a, b in ((one[0], min(one[1], low)), (max(one[0], high), one[1])) if a < b]
    return joined(left)


def longest(pieces: Sequence[Piece]) -> Piece | None:
    """The longest piece, the first of equal ones; None without any."""
    return max(pieces, key=lambda piece: (piece[1] - piece[0], -piece[0]), default=None)
