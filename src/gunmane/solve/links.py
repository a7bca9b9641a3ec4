"""Routes as linked lists with the earliest and the latest lawful start at each node, compiled.

`links`: the nodes before and after each node; `times`: its earliest and latest start; `fixed`: first and last lawful
start and length of service; `place`: its row of the travel times. What an iteration changes is noted first, so that
only changed routes are put back.
"""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@njit(cache=True, nogil=True)
def forward(travel: Ints, place: Any, fixed: Ints, links: Any, times: Ints, node: int) -> bool:
    """Earliest starts from a node on until nothing changes; False where one comes too late."""
    while True:
        before = links[0, node]
        start = max(fixed[0, node], times[0, before] + fixed[2, before] + travel[place[before], place[node]])
        if start > fixed[1, node]:
            return False
        same = start == times[0, node]
        times[0, node] = start
        if links[1, node] < 0 or same:
            return True
        node = links[1, node]


@njit(cache=True, nogil=True)
def backward(travel: Ints, place: Any, fixed: Ints, links: Any, times: Ints, node: int) -> None:
    """Latest starts from a node back until nothing changes."""
    while True:
        after = links[1, node]
        last = min(fixed[1, node], times[1, after] - fixed[2, node] - travel[place[node], place[after]])
        same = last == times[1, node]
        times[1, node] = last
        if links[0, node] < 0 or same:
            return
        node = links[0, node]


@njit(cache=True, nogil=True)
def keep(
    route: int, first: int, last: int, links: Any, times: Ints, load: Ints, count: Ints, kept: Ints, marks: Ints,
    kept_of: Ints, changes: int, filled: int,
) -> int:  # fmt: skip
    """Note a route as it is before its first change; return how much of the notes is used."""
    marks[0, changes] = route
    marks[1, changes] = filled
    marks[2, changes] = load[route]
    marks[3, changes] = count[route]
    marks[4, changes] = times[1, first]
    marks[5, changes] = times[0, last]
    kept_of[route] = changes
    node = links[1, first]
    while node != last:
        kept[0, filled] = node
        kept[1, filled] = times[0, node]
        kept[2, filled] = times[1, node]
        filled += 1
        node = links[1, node]
    return filled


@njit(cache=True, nogil=True)
def restore(
    changes: int, size: int, fleet: int, links: Any, times: Ints, load: Ints, count: Ints, route_of: Any, kept: Ints,
    marks: Ints,
) -> None:  # fmt: skip
    """Put all changed routes back."""
    for index in range(changes):  # first all that came, then all that left: a customer may have moved
        route = marks[0, index]
        node = links[1, size + 1 + route]
        while node <= size:
            route_of[node] = -1
            node = links[1, node]
    for index in range(changes):
        route = marks[0, index]
        load[route], count[route] = marks[2, index], marks[3, index]
        last = size + 1 + route
        times[1, last] = marks[4, index]
        for at in range(marks[1, index], marks[1, index] + count[route]):
            node = kept[0, at]
            times[0, node], times[1, node] = kept[1, at], kept[2, at]
            route_of[node] = route
            links[1, last], links[0, node] = node, last
            last = node
        end = size + 1 + fleet + route
        links[1, last], links[0, end] = end, last
        times[0, end] = marks[5, index]
