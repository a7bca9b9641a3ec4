"""True condition histories: a continuous-time chain with repair exits and calendar drift, simulated exactly.

The state moves one grade down with rate hazard x drift(t) and is repaired with rate exit; rates are constant
between two break years of the drift, so that a restart at each break is exact (memorylessness).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gunmane.core.simulate.parameters import Drift

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Events(NamedTuple):
    """All changes of grade, ordered by asset and time; `repair` marks those by repair."""

    asset: Ints
    time: Floats  # decimal years
    before: Ints
    after: Ints
    repair: NDArray[np.bool_]


def histories(
    generator: np.random.Generator,
    hazards: Floats,
    exits: Floats,
    reset: float,
    start: Ints,
    born: Floats,
    end: float,
    drift: Drift,
) -> Events:
    """Simulate each asset from `born` to `end` (decimal years).

    `hazards` is (assets, grades - 1) per year, `exits` (grades,) per year; `start` the rank at birth.
    """
    grades = exits.size
    rates = np.concatenate([hazards, np.zeros((hazards.shape[0], 1))], axis=1)
    years = np.array([*drift.years, np.inf])
    factors = np.array([1.0, *drift.factors])
    live = np.flatnonzero(born < end)
    now, state = born.astype(float).copy(), start.astype(np.int64).copy()
    found: list[tuple[Ints, Floats, Ints, Ints, NDArray[np.bool_]]] = []
    while live.size:
        at, grade = now[live], state[live]
        piece = np.searchsorted(years[:-1], at, side="right")
        worse = rates[live, grade] * factors[piece]
        total = worse + exits[grade]
        with np.errstate(divide="ignore"):
            then = at + generator.standard_exponential(live.size) / total
        border = np.minimum(years[piece], end)
        happens = then < border
        now[live] = np.where(happens, then, border)
        repaired = generator.random(live.size) * total >= worse
        fully = generator.random(live.size) < reset
        better = np.where(fully, 0, np.maximum(grade - 1, 0))
        new = np.where(repaired, better, np.minimum(grade + 1, grades - 1))
        moved = live[happens]
        state[moved] = new[happens]
        found.append((moved, then[happens], grade[happens], new[happens], repaired[happens]))
        live = live[now[live] < end]
    return _ordered(found)


def _ordered(found: list[tuple[Ints, Floats, Ints, Ints, NDArray[np.bool_]]]) -> Events:
    if not found:
        none = np.zeros(0, dtype=np.int64)
        return Events(none, np.zeros(0), none, none, np.zeros(0, dtype=np.bool_))
    asset, time, before, after, repair = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.lexsort((time, asset))
    return Events(asset[order], time[order], before[order], after[order], repair[order])


def states_at(events: Events, start: Ints, asset: Ints, time: Floats) -> Ints:
    """Return the rank of each `asset` at `time`; before its first event an asset is in its `start` rank."""
    if not events.asset.size:
        return start[asset]
    span = 10_000.0  # longer than any history in years, so that (asset, time) becomes one sortable number
    last = np.searchsorted(events.asset * span + events.time, asset * span + time, side="right") - 1
    known = (last >= 0) & (events.asset[np.maximum(last, 0)] == asset)
    return np.where(known, events.after[np.maximum(last, 0)], start[asset])
