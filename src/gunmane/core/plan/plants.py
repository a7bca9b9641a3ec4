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
    at = np.arange(links)
    once = _rows(source, at, np.ones(links), (count, links))
    # Links into j and the one out of j exclude each other: so many as n into it count like one out of it.
    order = np.argsort(source, kind="stable")
    first = np.searchsorted(source[order], np.arange(count + 1))
    each = first[target + 1] - first[target]  # links out of the target of each link
    out = order[np.repeat(first[target] - np.cumsum(each) + each, each) + np.arange(each.sum())]
    both = _rows(np.r_[at, np.repeat(at, each)], np.r_[at, out], np.ones(links + len(out)), (links, links))
    fits = _rows(target, at, flow[source] / np.maximum(room, 1e-9)[target], (count, links))
    yen = saves[source, target]
    # A forced link is worth more than all others together.
    yen = yen + np.where(must[source], 2 * np.abs(yen).sum() + 1.0, 0.0)
    found = milp(
        -yen / float(yen.max()),
        integrality=np.ones(links),
        bounds=Bounds(0, 1),
        constraints=[
            LinearConstraint(once, -np.inf, 1.0),
            LinearConstraint(both, -np.inf, 1.0),
            LinearConstraint(fits, -np.inf, 1.0 + SLACK),
        ],
        options={"mip_rel_gap": 0.0},
    )
    if found.x is None:
        return result
    taken = found.x > 0.5
    result[source[taken]] = target[taken]
    return result
