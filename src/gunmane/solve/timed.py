"""Ruin and recreate for routes with time windows and loads, compiled.

Slack induction by string removals (Christiaens and Vanden Berghe, Transportation Science 54(2), 2020). Routes are
linked lists; each node holds the earliest and the latest lawful start of its service, so that a place is judged in
constant time, and only places beside likely neighbours in space and time are looked at (granular search). Nodes: 1 to
n customers; of route r the start n+1+r and the end n+1+fleet+r, both at place 0.
"""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gunmane.solve.links import backward, forward, keep, restore

LONGEST_STRING = 10
BLINK = 0.01
"""Share of good places overlooked on purpose, as in the paper."""
SPLIT = 0.5
"""Share of strings out of whose middle some customers are kept, as in the paper."""
DARING = 0.05
"""Share of customers not worth a route of their own that get one all the same."""
ABSENT_TRIED = 12
"""Customers left out before that an iteration tries beside those it takes out."""

Ints = NDArray[np.int64]


@njit(cache=True, nogil=True)
def _take_out(
    travel: Ints, place: Any, fixed: Ints, demand: Ints, prize: Ints, size: int, fleet: int, links: Any, times: Ints,
    load: Ints, count: Ints, route_of: Any, kept: Ints, marks: Ints, kept_of: Ints, out: Ints, near: Any,
    seed: int, strings: int, longest: int,
) -> tuple[int, int, int, int]:  # fmt: skip
    """Take strings near a customer out of as many routes; return change of cost, routes, notes used, customers out.

    Customers near it that were left out before join those taken out.
    """
    change, changes, filled, gone, tried = 0, 0, 0, 0, 0
    for index in range(near.shape[1]):
        node = near[seed, index]
        if node < 1:
            break
        route = route_of[node]
        if route < 0:
            if route == -1 and tried < ABSENT_TRIED:
                route_of[node] = -2
                out[gone] = node
                gone += 1
                tried += 1
            continue
        if kept_of[route] >= 0:
            continue
        first, last = size + 1 + route, size + 1 + fleet + route
        held = count[route]
        filled = keep(route, first, last, links, times, load, count, kept, marks, kept_of, changes, filled)
        changes += 1
        string = min(1 + int(np.random.random() * min(longest, held)), held)
        spared = 0
        if string > 1 and string < held and np.random.random() < SPLIT:
            while string + spared < held and np.random.random() > 0.01:
                spared += 1
                if np.random.random() < 0.5:
                    break
        span = string + spared
        back, ahead, begin, end = 0, 0, node, node
        while back < span - 1 and links[0, begin] <= size:
            begin = links[0, begin]
            back += 1
        while ahead < span - 1 and links[1, end] <= size:
            end = links[1, end]
            ahead += 1
        low = max(0, span - 1 - ahead)
        steps = low + int(np.random.random() * (back - low + 1))
        begin = node
        for _ in range(min(steps, back)):
            begin = links[0, begin]
        spare_from = 1 + int(np.random.random() * (string - 1)) if spared else span
        before, one = links[0, begin], begin
        left = begin
        for number in range(span):
            after = links[1, one]
            if spare_from <= number < spare_from + spared:
                one = after
                continue
            left = links[0, one]
            change += (
                travel[place[left], place[after]] - travel[place[left], place[one]] - travel[place[one], place[after]]
                + prize[one]
            )  # fmt: skip
            links[1, left], links[0, after] = after, left
            route_of[one] = -2
            load[route] -= demand[one]
            count[route] -= 1
            out[gone] = one
            gone += 1
            one = after
        # all starts of the route anew, from the ends: what changed in between may be in two places
        sound, one = True, links[1, before]
        while sound:
            prior = links[0, one]
            start = max(fixed[0, one], times[0, prior] + fixed[2, prior] + travel[place[prior], place[one]])
            sound = start <= fixed[1, one]
            times[0, one] = start
            if one == last:
                break
            one = links[1, one]
        if not sound:  # where a detour is shorter than the straight way, the rest may not be in time
            one, prior = links[1, first], first
            while one != last:
                change += prize[one] - travel[place[prior], place[one]]
                route_of[one] = -2
                out[gone] = one
                gone += 1
                prior = one
                one = links[1, one]
            change -= travel[place[prior], 0]
            links[1, first], links[0, last] = last, first
            load[route], count[route] = 0, 0
            times[0, last] = fixed[0, first]
        one = links[0, last]
        while True:
            after = links[1, one]
            times[1, one] = min(fixed[1, one], times[1, after] - fixed[2, one] - travel[place[one], place[after]])
            if one == first:
                break
            one = links[0, one]
        if changes >= strings:
            break
    return int(change), changes, filled, gone


@njit(cache=True, nogil=True)
def _put_in(
    travel: Ints, place: Any, fixed: Ints, demand: Ints, prize: Ints, size: int, fleet: int, capacity: int,
    links: Any, times: Ints, load: Ints, count: Ints, route_of: Any, kept: Ints, marks: Ints, kept_of: Ints,
    out: Ints, beside: Any, changes: int, filled: int, gone: int,
) -> tuple[int, int]:  # fmt: skip
    """Put customers, in their order, at the cheapest place where that costs less than the prize.

    Places: after or before a likely neighbour, or a route of its own. Returns change of cost and changed routes.
    """
    change = 0
    empty = 0
    for number in range(gone):
        node = out[number]
        route_of[node] = -1
        best = prize[node]
        where = -1
        for index in range(beside.shape[1]):
            other = beside[node, index]
            if other == 0:
                continue
            before = other
            if other > 0:
                route = route_of[other]
                if route < 0:
                    continue
                after = links[1, other]
            else:
                after = -other
                route = route_of[after]
                if route < 0:
                    continue
                before = links[0, after]
            if load[route] + demand[node] > capacity:
                continue
            way = travel[place[before], node]
            on = travel[node, place[after]]
            more = way + on - travel[place[before], place[after]]
            if more >= best:
                continue
            start = max(fixed[0, node], times[0, before] + fixed[2, before] + way)
            if start > fixed[1, node] or start + fixed[2, node] + on > times[1, after]:
                continue
            if np.random.random() > BLINK:
                best = more
                where = before
        alone = travel[0, node] + travel[node, 0]
        # a route may pay for several only: now and then one is opened that does not pay yet
        if alone < best or (where < 0 and np.random.random() < DARING):
            while empty < fleet and count[empty] > 0:
                empty += 1
            if empty < fleet and demand[node] <= capacity:
                start = max(fixed[0, node], fixed[0, size + 1] + travel[0, node])
                if start <= fixed[1, node] and start + fixed[2, node] + travel[node, 0] <= fixed[1, size + 1]:
                    best = alone
                    where = size + 1 + empty
        if where < 0:
            continue
        route = route_of[where]
        if kept_of[route] < 0:
            first, last = size + 1 + route, size + 1 + fleet + route
            filled = keep(route, first, last, links, times, load, count, kept, marks, kept_of, changes, filled)
            changes += 1
        after = links[1, where]
        links[0, node], links[1, node] = where, after
        links[1, where], links[0, after] = node, node
        route_of[node] = route
        load[route] += demand[node]
        count[route] += 1
        times[0, node], times[1, node] = -1, -1
        forward(travel, place, fixed, links, times, node)
        backward(travel, place, fixed, links, times, node)
        change += best - prize[node]
    return int(change), changes


@njit(cache=True, nogil=True)
def _sort(out: Ints, keys: Any, gone: int) -> None:
    """Sort customers by their keys, in place (by insertion: there are few)."""
    for index in range(1, gone):
        key, node, at = keys[index], out[index], index
        while at > 0 and keys[at - 1] > key:
            keys[at], out[at] = keys[at - 1], out[at - 1]
            at -= 1
        keys[at], out[at] = key, node


@njit(cache=True, nogil=True)
def search(
    travel: Ints, place: Any, fixed: Ints, demand: Ints, prize: Ints, capacity: int, fleet: int, near: Any,
    beside: Any, links: Any, times: Ints, load: Ints, count: Ints, route_of: Any, best_next: Any, cost: int,
    best: int, iterations: int, heat: float, strings_mean: float, seed: int, all_absent: bool,
) -> tuple[int, int]:  # fmt: skip
    """Run some iterations at one temperature; return cost and best cost, whose links stand in `best_next`.

    `links`: before and after each node; `times`: earliest and latest start; `fixed`: first and last lawful start and
    minutes of service. All of the state is changed in place. `all_absent`: every iteration tries all left out.
    """
    np.random.seed(seed)
    size = demand.shape[0] - 1
    kept = np.empty((3, size + 1), np.int64)
    marks = np.empty((6, fleet), np.int64)
    kept_of = np.full(fleet, -1, np.int64)
    out = np.empty(size + 1, np.int64)
    keys = np.empty(size + 1, np.float64)
    for _ in range(iterations):
        filled_routes, placed = 0, 0
        for route in range(fleet):
            placed += count[route]
            filled_routes += count[route] > 0
        longest = min(LONGEST_STRING, max(1, placed // max(filled_routes, 1)))
        most = 4.0 * strings_mean / (1.0 + longest) - 1.0
        strings = 1 + int(np.random.random() * max(most, 0.0))
        change, changes, filled, gone = _take_out(
            travel, place, fixed, demand, prize, size, fleet, links, times, load, count, route_of, kept, marks,
            kept_of, out, near, 1 + int(np.random.random() * size), strings, longest,
        )  # fmt: skip
        if all_absent:
            for node in range(1, size + 1):
                if route_of[node] == -1:
                    out[gone] = node
                    gone += 1
        kind = np.random.randint(17)  # weights 4, 4, 2, 1 and 2, 2, 2 for windows, as in the paper
        for index in range(gone):
            node = out[index]
            if kind < 4:
                keys[index] = np.random.random()
            elif kind < 8:
                keys[index] = -demand[node]
            elif kind < 10:
                keys[index] = -travel[0, node]
            elif kind < 11:
                keys[index] = travel[0, node]
            elif kind < 13:
                keys[index] = fixed[1, node] - fixed[0, node]
            elif kind < 15:
                keys[index] = fixed[0, node]
            else:
                keys[index] = -fixed[1, node]
        _sort(out, keys, gone)
        more, changes = _put_in(
            travel, place, fixed, demand, prize, size, fleet, capacity, links, times, load, count, route_of, kept,
            marks, kept_of, out, beside, changes, filled, gone,
        )  # fmt: skip
        new = cost + change + more
        if new < cost - heat * np.log(np.random.random()):
            cost = new
            if cost < best:
                best = cost
                best_next[:] = links[1]
        else:
            restore(changes, size, fleet, links, times, load, count, route_of, kept, marks)
        for index in range(changes):
            kept_of[marks[0, index]] = -1
    return cost, best
