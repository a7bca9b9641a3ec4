"""Every duty of a class's assets on a day, from the inventory's columns."""

from datetime import date

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from gunmane.core.assess.fleets import Days, Fleet, Ints
from gunmane.core.duties.bulk import bulk_due
from gunmane.core.duties.columns import KIND_CODES, Coded, Columns, EventColumns
from gunmane.core.duties.daynumbers import NONE
from gunmane.core.duties.engine import State
from gunmane.core.duties.facts import INSPECTION_EVENTS, REPAIR_EVENTS
from gunmane.core.duties.rulerows import STATES, DueColumns
from gunmane.core.duties.rules import EventKind, RuleBook

KEPT_DAYS = 5 * 366
"""Due dates further ahead than five years are not stored; the next computation finds them in time."""


class Due(Struct, frozen=True, kw_only=True, eq=False):
    """One duty of the assets that owe it; `rows` are their places in the fleet, days are counted from 1970."""

    duty: str
    rules: tuple[str, ...]
    rows: Ints
    state: NDArray[np.int8]  # places in STATES
    window_open: Days
    due_soft: Days
    due: Days
    anchor: Days
    rule: Ints


def duty_columns(fleet: Fleet) -> Columns:
    """Put a fleet into the form that duties are computed from."""
    looks, works = fleet.looks, fleet.works
    by_duty = [KIND_CODES[INSPECTION_EVENTS.get(duty, EventKind.INSPECTION)] for duty in looks.duty.labels]
    kinds = np.array([*by_duty, KIND_CODES[EventKind.INSPECTION]], dtype=np.int8)[looks.duty.codes]
    by_work = [KIND_CODES[REPAIR_EVENTS.get(kind, EventKind.REPAIRED)] for kind in works.kind.labels]
    worked = np.array([*by_work, KIND_CODES[EventKind.REPAIRED]], dtype=np.int8)[works.kind.codes]
    started = _started(fleet)
    opened = np.flatnonzero(fleet.built_day > NONE)
    none = np.full(len(works.asset) + len(started[0]) + len(opened), -1, dtype=np.int32)
    events = EventColumns.build(
        np.concatenate([looks.asset, works.asset, started[0], opened]).astype(np.int32),
        np.concatenate(
            [
                kinds,
                worked,
                np.full(len(started[0]), KIND_CODES[EventKind.START_OF_USE], dtype=np.int8),
                np.full(len(opened), KIND_CODES[EventKind.OPENED], dtype=np.int8),
            ]
        ),
        np.concatenate([looks.day, works.day, started[1], fleet.built_day[opened]]).astype(np.int32),
        Coded(np.concatenate([looks.duty.codes, none]), looks.duty.labels),
        Coded(np.concatenate([looks.grade.codes, none]), looks.grade.labels),
    )
    codes = {name: coded for name, coded in fleet.texts.items() if name != "use_started_on"}
    return Columns(
        fleet.asset_class,
        fleet.size,
        Coded(fleet.owner.astype(np.int32), tuple(owner.code for owner in fleet.owners)),
        events,
        {**fleet.columns, "built_year": fleet.built_year},
        codes,
        fleet.status,
    )


def _started(fleet: Fleet) -> tuple[Ints, Days]:
    """Rows whose start of use is known, with its day."""
    start = fleet.texts.get("use_started_on")
    if start is None:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32)
    rows = np.flatnonzero(start.codes >= 0)
    days = [label.toordinal() - date(1970, 1, 1).toordinal() for label in start.labels]
    return rows, np.array([*days, 0], dtype=np.int32)[start.codes[rows]]


def duties_of(fleet: Fleet, book: RuleBook, on: date) -> tuple[Columns, dict[str, DueColumns]]:
    """Compute every duty of a class's assets on a day, with the columns that they were computed from."""
    given = duty_columns(fleet)
    return given, bulk_due(given, on, book)


def owed(due: DueColumns, today: int) -> Due:
    """Keep what is owed within five years; `today` is a day number."""
    done = STATES.index(State.DONE)
    far = (due.due > today + KEPT_DAYS) & (due.due != NONE)
    rows = np.flatnonzero((due.state >= 0) & (due.state != done) & ~far)
    return Due(
        duty=due.duty,
        rules=tuple(rule.id for rule in due.rows),
        rows=rows,
        state=due.state[rows],
        window_open=due.window_open[rows],
        due_soft=due.due_soft[rows],
        due=due.due[rows],
        anchor=due.anchor[rows],
        rule=due.rule[rows].astype(np.int64),
    )
