"""Duties of many assets at once, on columns; equal to the scalar engine asset by asset (tests prove it).

The scalar engine explains, this one counts: a region's or the nation's due dates without sentences.
"""

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from gunmane.core.calendar import WorkingDays
from gunmane.core.duties.columns import Columns, Lives
from gunmane.core.duties.daynumbers import NONE
from gunmane.core.duties.fitting import fitting
from gunmane.core.duties.rulerows import DueColumns, Part, RuleRows
from gunmane.core.duties.rules import Rule, RuleBook


def bulk_due(given: Columns, on: date, book: RuleBook) -> dict[str, DueColumns]:
    """Return every duty of the class's assets on the day `on`, by duty, in the order of the scalar engine."""
    lives = Lives(given, on)
    found: dict[str, DueColumns] = {}
    for duty, rows in book.rows(given.asset_class, on).items():
        found[duty] = _duty(duty, rows, lives, found, book)
    return found


def _duty(
    duty: str, rows: tuple[Rule, ...], lives: Lives, found: dict[str, DueColumns], book: RuleBook
) -> DueColumns:
    size = lives.size
    fits = [fitting(rule, lives) for rule in rows]
    chosen = np.full(size, -1, dtype=np.int16)
    undecided = np.full(size, -1, dtype=np.int16)
    for index, fit in enumerate(fits):
        chosen[(chosen < 0) & (fit == 1)] = index
        undecided[(undecided < 0) & (fit == -1)] = index
    undecided[chosen >= 0] = -1
    result = Part(size)
    for index, rule in enumerate(rows):
        mine = np.flatnonzero(chosen == index)
        if len(mine):
            result.put(mine, RuleRows(rule, lives, found, mine, book.days).answer())
            if rule.local:
                _cap(rows, fits, mine, result, chosen, lives, found, book.days)
        open_ones = np.flatnonzero(undecided == index)
        if len(open_ones):
            result.put(open_ones, RuleRows(rule, lives, found, open_ones, book.days).undecided())
    decided = np.where(chosen >= 0, chosen, undecided).astype(np.int16)
    return DueColumns(
        duty, rows, result.state, result.opens, result.soft, result.due, decided, result.anchor, result.done
    )


def _cap(
    rows: Sequence[Rule],
    fits: Sequence[NDArray[np.int8]],
    mine: NDArray[np.int64],
    result: Part,
    chosen: NDArray[np.int16],
    lives: Lives,
    found: dict[str, DueColumns],
    days: WorkingDays,
) -> None:
    """Let the first fitting statute row decide where a local row gave a later last day."""
    rest = mine[result.due[mine] != NONE]
    for index, rule in enumerate(rows):
        if rule.local or rule.kind != "statute" or not len(rest):
            continue
        here = fits[index][rest] == 1
        tried, rest = rest[here], rest[~here]
        if not len(tried):
            continue
        lawful = RuleRows(rule, lives, found, tried, days).answer()
        earlier = (lawful.due != NONE) & (lawful.due < result.due[tried])
        taken = tried[earlier]
        result.put(taken, RuleRows(rule, lives, found, taken, days).answer())
        chosen[taken] = index
