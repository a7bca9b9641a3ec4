"""Many assets of one class as columns: the input of the bulk path."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

import numpy as np
from msgspec import Struct, field
from numpy.typing import NDArray

from gunmane.core.duties.daynumbers import NONE, Days, number
from gunmane.core.duties.facts import NEW_STARTS, AssetFacts
from gunmane.core.duties.rules import FORESEEN, EventKind, Mark, Rule
from gunmane.core.words import AssetClass, Status

KINDS: tuple[EventKind, ...] = tuple(EventKind)
"""Event kinds by their code in the column `kind`."""

KIND_CODES = {kind: code for code, kind in enumerate(KINDS)}


class Coded(Struct, frozen=True):
    """A column of few distinct values: `codes` point into `labels`, -1 = unknown."""

    codes: NDArray[np.int32]
    labels: tuple[Any, ...]

    @staticmethod
    def of(values: Iterable[Any]) -> "Coded":
        """Encode values; None is unknown."""
        index: dict[Any, int] = {}
        codes = [-1 if value is None else index.setdefault(value, len(index)) for value in values]
        return Coded(np.array(codes, dtype=np.int32), tuple(index))

    def take(self, chosen: Any) -> "Coded":
        """Return the rows of an index or slice."""
        return Coded(self.codes[chosen], self.labels)


class EventColumns(Struct, frozen=True):
    """Events of many assets, sorted by asset, then day, then the order they were given in.

    `asset` is the row of the asset, `kind` a code of KINDS, `day` a day number, `duty` and `grade` are coded.
    """

    asset: NDArray[np.int32]
    kind: NDArray[np.int8]
    day: Days
    duty: Coded
    grade: Coded

    @staticmethod
    def build(
        asset: NDArray[np.int32], kind: NDArray[np.int8], day: Days, duty: Coded, grade: Coded
    ) -> "EventColumns":
        """Sort events given in any order; of one asset and day the given order is kept."""
        rising = bool(np.all((asset[1:] > asset[:-1]) | ((asset[1:] == asset[:-1]) & (day[1:] >= day[:-1]))))
        if rising:
            return EventColumns(asset, kind, day, duty, grade)
        order = np.lexsort((day, asset))
        return EventColumns(asset[order], kind[order], day[order], duty.take(order), grade.take(order))


class Columns(Struct, frozen=True):
    """Facts of many assets of one class.

    `numbers` holds numeric attributes (NaN = unknown), `codes` texts and booleans; a column that is absent is
    unknown for all. `owner` holds owners' codes, `status` the Status where it is not in service.
    """

    asset_class: AssetClass
    size: int
    owner: Coded
    events: EventColumns
    numbers: dict[str, NDArray[np.float64]] = field(default_factory=dict[str, NDArray[np.float64]])
    codes: dict[str, Coded] = field(default_factory=dict[str, Coded])
    status: Coded | None = None

    def part(self, first: int, last: int) -> "Columns":
        """Return the assets `first` up to, not including, `last`, with their events."""
        events = self.events
        start, end = np.searchsorted(events.asset, [first, last])
        rows = slice(int(start), int(end))
        shifted = (events.asset[rows] - first).astype(np.int32)
        return Columns(
            self.asset_class,
            last - first,
            self.owner.take(slice(first, last)),
            EventColumns(
                shifted, events.kind[rows], events.day[rows], events.duty.take(rows), events.grade.take(rows)
            ),
            {name: column[first:last] for name, column in self.numbers.items()},
            {name: column.take(slice(first, last)) for name, column in self.codes.items()},
            self.status.take(slice(first, last)) if self.status else None,
        )

    def parts(self, size: int) -> Iterator["Columns"]:
        """Cut into parts of at most `size` assets, so that memory stays bounded."""
        for first in range(0, self.size, size):
            yield self.part(first, min(first + size, self.size))


def columns(asset_class: AssetClass, facts: Sequence[AssetFacts]) -> Columns:
    """Put the facts of assets of one class into columns."""
    names = dict.fromkeys(name for entry in facts for name in entry.attributes)
    numbers: dict[str, NDArray[np.float64]] = {}
    codes: dict[str, Coded] = {}
    for name in names:
        values = [entry.attributes.get(name) for entry in facts]
        if all(value is None or (isinstance(value, int | float) and not isinstance(value, bool)) for value in values):
            numbers[name] = np.array([np.nan if value is None else float(value) for value in values])
        else:
            codes[name] = Coded.of(values)
    rows = [(row, event) for row, entry in enumerate(facts) for event in entry.events]
    events = EventColumns.build(
        np.array([row for row, _ in rows], dtype=np.int32),
        np.array([KIND_CODES[event.kind] for _, event in rows], dtype=np.int8),
        np.array([number(event.on) for _, event in rows], dtype=np.int32),
        Coded.of(event.duty or None for _, event in rows),
        Coded.of(event.grade for _, event in rows),
    )
    status = Coded.of(None if entry.status is Status.IN_SERVICE else entry.status for entry in facts)
    owner = Coded.of(entry.owner for entry in facts)
    return Columns(asset_class, len(facts), owner, events, numbers, codes, status)


class Lives:
    """What rules ask of the events of many assets, as known on one day; each answer is computed once."""

    def __init__(self, given: Columns, on: date) -> None:
        self.columns = given
        self.size = given.size
        self.on = number(on)
        events = given.events
        kind, day = events.kind.copy(), events.day
        ahead = day > self.on
        kind[ahead & (kind == KIND_CODES[EventKind.START_OF_USE])] = KIND_CODES[EventKind.START_PLANNED]
        planned = ahead & (kind == KIND_CODES[EventKind.START_PLANNED])
        self.planned = self._first(np.flatnonzero(planned))
        self._kind = kind
        self._filters: dict[tuple[Any, ...], Days] = {}
        past = ~ahead
        self.reset = self._last(np.flatnonzero(past & (kind == KIND_CODES[EventKind.REPLACED])))
        foreseen = np.isin(kind, [KIND_CODES[entry] for entry in FORESEEN])
        since = day >= self.reset[events.asset] if len(day) else np.zeros(0, dtype=np.bool_)
        since &= self._second_lives(past)
        self._known = (past | foreseen) & since
        self._past = past & since
        self.suspended_on = self._last_of(EventKind.SUSPENDED)
        self.restart = self._last_of(EventKind.RESUMED)
        self.suspended = self._ended_by(EventKind.SUSPENDED, EventKind.RESUMED)
        self.gone_on = self._last_of(EventKind.ABOLISHED)
        self.gone = self._ended_by(EventKind.ABOLISHED, EventKind.START_OF_USE, EventKind.RESUMED, EventKind.OPENED)
        if given.status is not None:
            for label in (Status.SUSPENDED, Status.ABOLISHED):
                if label in given.status.labels:
                    here = given.status.codes == given.status.labels.index(label)
                    if label is Status.SUSPENDED:
                        self.suspended = self.suspended | here
                    else:
                        self.gone = self.gone | here

    def _second_lives(self, past: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Vectorised `facts._second_life`: tell which events an abolition and a new start have not made another's."""
        asset, rows = self.columns.events.asset, np.arange(len(past))
        ends = np.flatnonzero(self._kind == KIND_CODES[EventKind.ABOLISHED])
        if not len(ends):
            return np.ones(len(past), dtype=np.bool_)
        starts = np.flatnonzero(past & np.isin(self._kind, [KIND_CODES[kind] for kind in NEW_STARTS]))
        last_start, cut = np.full(self.size, -1), np.full(self.size, -1)
        last_start[asset[starts]] = starts
        ends = ends[ends < last_start[asset[ends]]]
        cut[asset[ends]] = ends
        return rows >= cut[asset]

    def _last(self, rows: NDArray[np.int64]) -> Days:
        """Latest day per asset of the given event rows; rows rise with the day, so the last one written stays."""
        found = np.full(self.size, NONE, dtype=np.int32)
        found[self.columns.events.asset[rows]] = self.columns.events.day[rows]
        return found

    def _first(self, rows: NDArray[np.int64]) -> Days:
        return self._last(rows[::-1])

    def _last_of(self, *kinds: EventKind) -> Days:
        wanted = np.isin(self._kind, [KIND_CODES[kind] for kind in kinds])
        return self._last(np.flatnonzero(wanted & self._past))

    def _ended_by(self, kind: EventKind, *revived: EventKind) -> NDArray[np.bool_]:
        """Tell per asset whether `kind` came last of these; of one day the one given last."""
        codes = [KIND_CODES[one] for one in (kind, *revived)]
        rows = np.flatnonzero(np.isin(self._kind, codes) & self._past)
        found = np.zeros(self.size, dtype=np.bool_)
        found[self.columns.events.asset[rows]] = self._kind[rows] == codes[0]
        return found

    def rows(self, marks: Sequence[Mark]) -> NDArray[np.int64]:
        """Return the rows of the known events that any of the marks names, in order."""
        events = self.columns.events
        wanted = np.zeros(len(self._kind), dtype=np.bool_)
        for mark in marks:
            hit = self._kind == KIND_CODES[mark.kind]
            if mark.duty is not None:
                code = -1
                if mark.duty:
                    code = events.duty.labels.index(mark.duty) if mark.duty in events.duty.labels else -2
                hit &= events.duty.codes == code
            wanted |= hit
        return np.flatnonzero(wanted & self._known)

    def latest(self, marks: Sequence[Mark]) -> Days:
        """Return the latest day per asset of the events that any of the marks names."""
        key = ("latest", *((mark.kind, mark.duty) for mark in marks))
        if key not in self._filters:
            self._filters[key] = self._last(self.rows(marks))
        return self._filters[key]

    def earliest(self, marks: Sequence[Mark]) -> Days:
        """Return the earliest day per asset of such events."""
        key = ("earliest", *((mark.kind, mark.duty) for mark in marks))
        if key not in self._filters:
            self._filters[key] = self._first(self.rows(marks))
        return self._filters[key]

    def earliest_since(self, marks: Sequence[Mark], begin: Days) -> Days:
        """Return the earliest day per asset of such events from each asset's day `begin` on."""
        rows, events = self.rows(marks), self.columns.events
        return self._first(rows[events.day[rows] >= begin[events.asset[rows]]])

    def graded(
        self, marks: Sequence[Mark], grades: Sequence[str] | None, *, without: bool = False
    ) -> NDArray[np.int64]:
        """Return the rows of graded events, of all grades or only with (or without) the given ones."""
        rows = self.rows(marks)
        codes = self.columns.events.grade.codes[rows]
        if grades is None:
            return rows[codes >= 0]
        labels = self.columns.events.grade.labels
        inside = np.isin(codes, [labels.index(grade) for grade in grades if grade in labels])
        return rows[(codes >= 0) & (~inside if without else inside)]

    def latest_grade(self, marks: Sequence[Mark]) -> tuple[Days, NDArray[np.int32]]:
        """Return day and grade code of the latest graded event per asset (NONE and -1 without one)."""
        rows = self.graded(marks, None)
        grade = np.full(self.size, -1, dtype=np.int32)
        grade[self.columns.events.asset[rows]] = self.columns.events.grade.codes[rows]
        return self._last(rows), grade

    def first_of_run(self, rule: Rule, latest: Days) -> Days:
        """Vectorised `choosing.first_of_run`."""
        others = self._last(self.graded(rule.anchor, rule.anchor_grades, without=True))
        broken = np.maximum(others, self.latest(rule.done_by))
        rows = self.graded(rule.anchor, rule.anchor_grades)
        events = self.columns.events
        rows = rows[events.day[rows] > broken[events.asset[rows]]]
        found = self._first(rows)
        return np.where(found == NONE, latest, found).astype(np.int32)
