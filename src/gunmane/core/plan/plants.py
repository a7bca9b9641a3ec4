"""Which treatment plants go on and which send their flow to another: facility location, solved exactly.

Every plant stays, or is linked to one plant that stays and has room for the flow of all that are linked to it. The
links that save most together are found as a 0/1 programme (HiGHS through scipy): y_ij links plant i to j, i sends
nothing when it takes something, the flows of all i linked to j fit into its room.
"""

from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from gunmane.core.stock import Flags, Floats, Ints

SLACK = 1e-9
NODES = 200
"""Branches after which the best found is taken, so that no build hangs; regions of 300 plants need one."""


def _rows(row: Ints, column: Ints, value: Floats, shape: tuple[int, int]) -> Any:
    """Return constraints as a sparse matrix: a region of 3,000 plants has 20,000 possible links."""
    return csr_array((value, (row, column)), shape=shape)


def merge_plants(flow: Floats, room: Floats, saves: Floats, forced: Flags | None = None) -> Ints:
    """Return for each plant the one that takes its flow, -1 for those that stay.

    `flow` and `room` m3/day; `saves[n, n]` yen saved when i is linked to j, -inf where that is not possible.
    Links that save nothing are left out, but for plants that are `forced`: as many of those as have room are linked.
    """
    count = len(flow)
    result = np.full(count, -1, dtype=np.int64)
    must = np.zeros(count, dtype=np.bool_) if forced is None else forced
    usable = ((saves > 0) | (must[:, None] & np.isfinite(saves))) & (flow[:, None] <= room + SLACK)
    usable &= ~np.eye(count, dtype=np.bool_)
    source, target = np.nonzero(usable)
    links = len(source)
    if not links:
        return result
    yen = saves[source, target]
    # A forced link is worth more than all others together.
    yen = yen + np.where(must[source], 2 * np.abs(yen).sum() + 1.0, 0.0)
    taken = _best(source, target, yen, flow, room)
    result[source[taken]] = target[taken]
    return result


def _best(source: Ints, target: Ints, yen: Floats, flow: Floats, room: Floats) -> Flags:
    """Return which links to take: the best that the solver finds, or the greedy ones where it finds none better."""
    count, links = len(flow), len(source)
    at, stays = np.arange(links), links + np.arange(count)
    ones = np.ones(links)
    # What takes something stays, and what stays sends nothing. `stays` need not be whole numbers: links are.
    stand = _rows(np.r_[at, at], np.r_[at, stays[target]], np.r_[ones, -ones], (links, links + count))
    once = _rows(np.r_[source, np.arange(count)], np.r_[at, stays], np.ones(links + count), (count, links + count))
    share = flow[source] / np.maximum(room, 1e-9)[target]
    fits = _rows(
        np.r_[target, np.arange(count)], np.r_[at, stays], np.r_[share, -np.ones(count)], (count, links + count)
    )
    found = milp(
        np.r_[-yen / float(yen.max()), np.zeros(count)],
        integrality=np.r_[ones, np.zeros(count)],
        bounds=Bounds(0, 1),
        constraints=[
            LinearConstraint(stand, -np.inf, 0.0),
            LinearConstraint(once, -np.inf, 1.0),
            LinearConstraint(fits, -np.inf, SLACK),
        ],
        options={"mip_rel_gap": 0.0, "node_limit": NODES},
    )
    greedy = _greedy(source, target, yen, flow, room)
    if found.x is None:
        return greedy
    solved: Flags = found.x[:links] > 0.5
    return solved if yen[solved].sum() >= yen[greedy].sum() else greedy


def _greedy(source: Ints, target: Ints, yen: Floats, flow: Floats, room: Floats) -> Flags:
    """Take the links that save most, one after the other, as far as they go together."""
    taken = np.zeros(len(source), dtype=np.bool_)
    left, sends, takes = room.copy(), np.zeros(len(flow), dtype=np.bool_), np.zeros(len(flow), dtype=np.bool_)
    for k in np.argsort(-yen, kind="stable").tolist():
        i, j = source[k], target[k]
        if not (sends[i] or takes[i] or sends[j]) and flow[i] <= left[j] + SLACK:
            taken[k] = sends[i] = takes[j] = True
            left[j] -= flow[i]
    return taken
