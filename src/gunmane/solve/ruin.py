"""Ruin and recreate for inspection routes over many days, compiled.

Slack induction by string removals (Christiaens and Vanden Berghe, Transportation Science 54(2), 2020), changed to
leave tasks out at the price of their prize: routes are one engineer's day, a task may stand in the days of its
window and with those who are qualified; minutes of driving plus prizes of what is left out are minimised under
simulated annealing. Within a day only its length binds, so a place in a route is judged in constant time.
"""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

LONGEST_STRING = 10
BLINK = 0.01
"""Share of good places overlooked on purpose, as in the paper."""
EVERYWHERE = 0.02
"""Share of iterations in which tasks left out are tried in untouched routes as well."""


Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bits = NDArray[np.bool_]


@njit(cache=True, nogil=True)
def _remove_strings(
    travel: Ints, service: Ints, prize: Floats, home: Ints, near: Any, routes: Any, length: Ints, used: Floats,
    route_of: Ints, touched: Bits, seed_task: int, strings: int, longest: int,
) -> float:  # fmt: skip
    """Take out strings of tasks near a task from as many routes; return the change of cost."""
    change = 0.0
    done = 0
    for index in range(near.shape[1]):
        task = near[seed_task, index]
        route = route_of[task]
        if route < 0 or touched[route]:
            continue
        count = length[route]
        size = 1 + int(np.random.random() * min(longest, count))
        size = min(size, count)
        at = 0
        for place in range(count):
            if routes[route, place] == task:
                at = place
        low = max(0, at - size + 1)
        high = min(at, count - size)
        begin = min(low + int(np.random.random() * (high - low + 1)), high)
        for place in range(begin, begin + size):
            gone = routes[route, place]
            route_of[gone] = -1
            change += prize[gone]
            used[route] -= service[gone]
        before = home[route] if begin == 0 else routes[route, begin - 1]
        after = home[route] if begin + size == count else routes[route, begin + size]
        last = before
        drive = 0
        for place in range(begin, begin + size):
            drive += travel[last, routes[route, place]]
            last = routes[route, place]
        drive += travel[last, after]
        if size < count:
            drive -= travel[before, after]
        change -= drive
        used[route] -= drive
        for place in range(begin + size, count):
            routes[route, place - size] = routes[route, place]
        length[route] = count - size
        touched[route] = True
        done += 1
        if done >= strings:
            break
    return float(change)


@njit(cache=True, nogil=True)
def _insert(
    travel: Ints, service: Ints, prize: Floats, home: Ints, limit: Ints, choices: Any, counts: Ints, routes: Any,
    length: Ints, used: Floats, route_of: Ints, touched: Bits, task: int, fresh: bool,
) -> float:  # fmt: skip
    """Put a task at its cheapest place if that costs less than its prize; return the change of cost.

    A task that was out before (`fresh` false) can only gain from routes that were touched.
    """
    best = prize[task]
    where = -1
    at = 0
    need = service[task]
    for index in range(counts[task]):
        route = choices[task, index]
        if not (fresh or touched[route]):
            continue
        room = limit[route] - used[route] - need
        if room < 0:
            continue
        count = length[route]
        before = home[route]
        for place in range(count + 1):
            after = routes[route, place] if place < count else home[route]
            more = travel[before, task] + travel[task, after]
            if count:
                more -= travel[before, after]
            if more < best and more <= room and np.random.random() > BLINK:
                best = more
                where = route
                at = place
            before = after
    if where < 0 or length[where] >= routes.shape[1]:
        return 0.0
    for place in range(length[where], at, -1):
        routes[where, place] = routes[where, place - 1]
    routes[where, at] = task
    length[where] += 1
    used[where] += best + need
    route_of[task] = where
    return best - prize[task]


@njit(cache=True, nogil=True)
def search(
    travel: Ints, service: Ints, prize: Floats, span: Floats, home: Ints, limit: Ints, near: Any, choices: Any,
    counts: Ints, routes: Any, length: Ints, used: Floats, route_of: Ints, best_routes: Any, best_length: Ints,
    cost: float, best: float, iterations: int, warm: float, cold: float, strings_mean: float, seed: int,
) -> tuple[float, float]:  # fmt: skip
    """Run some iterations from the given state, cooling from `warm` to `cold`; return cost and best cost.

    All arrays of the state are changed in place; `best_routes` and `best_length` hold the best plan seen.
    """
    np.random.seed(seed)
    tasks = service.shape[0]
    kept_routes, kept_length, kept_used, kept_of = routes.copy(), length.copy(), used.copy(), route_of.copy()
    touched = np.zeros(routes.shape[0], np.bool_)
    out = np.empty(tasks, np.int64)
    keys = np.empty(tasks, np.float64)
    factor = (cold / warm) ** (1.0 / max(iterations, 1))
    heat = warm
    for _ in range(iterations):
        heat *= factor
        touched[:] = False
        placed = 0
        filled = 0
        for route in range(length.shape[0]):
            placed += length[route]
            if length[route]:
                filled += 1
        longest = min(LONGEST_STRING, max(1, placed // max(filled, 1)))
        most = 4.0 * strings_mean / (1.0 + longest) - 1.0
        strings = 1 + int(np.random.random() * max(most, 0.0))
        new = cost + _remove_strings(
            travel,
            service,
            prize,
            home,
            near,
            routes,
            length,
            used,
            route_of,
            touched,
            np.random.randint(tasks),
            strings,
            longest,
        )
        count = 0
        for task in range(tasks):
            if route_of[task] < 0:
                out[count] = task
                count += 1
        kind = np.random.randint(10)
        for index in range(count):
            task = out[index]
            if kind < 3:
                keys[index] = np.random.random()
            elif kind < 5:
                keys[index] = -prize[task]
            elif kind < 7:
                keys[index] = -prize[task] / (service[task] + 1.0)
            elif kind < 8:
                keys[index] = -service[task]
            elif kind < 9:
                keys[index] = span[task]
            else:
                keys[index] = travel[home[0], task]
        everywhere = filled == 0 or np.random.random() < EVERYWHERE
        order = np.argsort(keys[:count])
        for index in range(count):
            task = out[order[index]]
            new += _insert(
                travel,
                service,
                prize,
                home,
                limit,
                choices,
                counts,
                routes,
                length,
                used,
                route_of,
                touched,
                task,
                everywhere or kept_of[task] >= 0,
            )
        if new < cost - heat * np.log(np.random.random()):
            cost = new
            kept_routes[:] = routes
            kept_length[:] = length
            kept_used[:] = used
            kept_of[:] = route_of
            if cost < best - 1e-9:
                best = cost
                best_routes[:] = routes
                best_length[:] = length
        else:
            routes[:] = kept_routes
            length[:] = kept_length
            used[:] = kept_used
            route_of[:] = kept_of
    return cost, best
