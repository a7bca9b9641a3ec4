"""Which treatment plants go on and which send their flow to another: facility location, solved exactly.

Every plant stays, or is linked to one plant that stays and has room for the flow of all that are linked to it. The
links that save most together are found as a 0/1 programme (HiGHS through scipy): y_ij links plant i to j, i sends
nothing when it takes something, the flows of all i linked to j fit into its room.
"""

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from gunmane.core.stock import Floats, Ints

SLACK = 1e-9


def merge_plants(flow: Floats, room: Floats, saves: Floats) -> Ints:
    """Return for each plant the one that takes its flow, -1 for those that stay.

    `flow` and `room` m3/day; `saves[n, n]` yen saved when i is linked to j, -inf where that is not possible.
    Links that save nothing are left out.
    """
    count = len(flow)
    result = np.full(count, -1, dtype=np.int64)
    usable = (saves > 0) & (flow[:, None] <= room + SLACK) & ~np.eye(count, dtype=np.bool_)
    source, target = np.nonzero(usable)
    links = len(source)
    if not links:
        return result
    at = np.arange(links)
    once = np.zeros((count, links))
    once[source, at] = 1.0
    # Links into j and the one out of j exclude each other: so many as n into it count like one out of it.
    both = np.zeros((links, links))
    both[at, at] = 1.0
    for k in range(links):
        both[k, source == target[k]] = 1.0
    fits = np.zeros((count, links))
    fits[target, at] = flow[source]
    scale = np.maximum(room, 1e-9)
    yen = saves[source, target]
    found = milp(
        -yen / float(yen.max()),
        integrality=np.ones(links),
        bounds=Bounds(0, 1),
        constraints=[
            LinearConstraint(once, -np.inf, 1.0),
            LinearConstraint(both, -np.inf, 1.0),
            LinearConstraint(fits / scale[:, None], -np.inf, 1.0 + SLACK),
        ],
        options={"mip_rel_gap": 0.0},
    )
    if found.x is None:
        return result
    taken = found.x > 0.5
    result[source[taken]] = target[taken]
    return result
