"""Ruin and recreate for inspection routes over many days, compiled.

Slack induction by string removals (Christiaens and Vanden Berghe, Transportation Science 54(2), 2020), changed to
leave tasks out at the price of their prize: routes are one team's day, a task may stand in the routes open to it;
minutes of driving plus prizes of what is left out are minimised under simulated annealing. A task outside the route
that it is to keep costs its stay on top. Within a day only its length binds, so a place in a route is judged in
constant time, and only the routes that an iteration changed are kept or put back. Where visits have hours (school
hours, possession of a railway by night), a place that is good otherwise is laid out with its times first.
"""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gunmane.core.schedule import clock

LONGEST_STRING = 10
BLINK = 0.01
"""Share of good places overlooked on purpose, as in the paper."""
EVERYWHERE = 0.02
"""Share of iterations in which tasks left out are tried in untouched routes as well."""


Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bits = NDArray[np.bool_]


_lay = njit(cache=True, nogil=True)(clock.lay)


@njit(cache=True, nogil=True)
def _in_time(
    travel: Ints, service: Ints, home: Any, hours: Any, windows: Ints, shift: Ints, bound: Any, visits: Any,
    length: Any, task: int, at: int, route: Any, times: Ints,
) -> bool:  # fmt: skip
    """Tell whether a route keeps to its hours, with a task put in at a place (-1: as it is)."""
    count = length + (1 if task >= 0 else 0)
    free = not bound and (task < 0 or hours[task, route] == 0)
    here = home
    for place in range(count):
        if task >= 0 and place == at:
            visit = task
        elif task >= 0 and place > at:
            visit = visits[place - 1]
        else:
            visit = visits[place]
        times[0, place] = travel[here, visit]
        times[1, place] = service[visit]
        times[2, place] = hours[visit, route]
        free = free and hours[visit, route] == 0
        here = visit
    if free or count == 0:
        return True
    _, back = _lay(times[0], times[1], times[2], windows, count, travel[here, home], shift, times[3], times[4])
    return bool(back >= 0)


@njit(cache=True, nogil=True)
def _remove_strings(
    travel: Ints, service: Ints, prize: Ints, home: Ints, limit: Ints, keep: Ints, stay: Ints, near: Any, routes: Any,
    length: Ints, used: Ints, route_of: Ints, changed: Bits, rows: Ints, seed_task: int, strings: int, longest: int,
    hours: Any, windows: Ints, shifts: Ints, bound: Bits, times: Ints,
) -> tuple[int, int]:  # fmt: skip
    """Take out strings of tasks near a task from as many routes; return the change of cost and the routes' number."""
    change = 0
    done = 0
    for index in range(near.shape[1]):
        task = near[seed_task, index]
        route = route_of[task]
        if route < 0 or changed[route]:
            continue
        count = length[route]
        size = min(1 + int(np.random.random() * min(longest, count)), count)
        at = 0
        while routes[route, at] != task:
            at += 1
        low = max(0, at - size + 1)
        high = min(at, count - size)
        begin = min(low + int(np.random.random() * (high - low + 1)), high)
        before = home[route] if begin == 0 else routes[route, begin - 1]
        after = home[route] if begin + size == count else routes[route, begin + size]
        drive = 0 if size == count else -travel[before, after]
        last = before
        for place in range(begin, begin + size):
            gone = routes[route, place]
            route_of[gone] = -1
            change += prize[gone] - (stay[gone] if keep[gone] != route else 0)
            used[route] -= service[gone]
            drive += travel[last, gone]
            last = gone
        drive += travel[last, after]
        change -= drive
        used[route] -= drive
        for place in range(begin + size, count):
            routes[route, place - size] = routes[route, place]
        length[route] = count - size
        late = hours.shape[0] > 0 and not _in_time(
            travel, service, home[route], hours, windows, shifts[route], bound[route], routes[route], length[route],
            -1, 0, route, times,
        )  # fmt: skip
        if (
            late or used[route] > limit[route]
        ):  # where a detour is shorter than the straight way, the rest may not fit
            last = home[route]
            for place in range(length[route]):
                gone = routes[route, place]
                route_of[gone] = -1
                change += prize[gone] - travel[last, gone] - (stay[gone] if keep[gone] != route else 0)
                last = gone
            change -= travel[last, home[route]]
            length[route] = 0
            used[route] = 0
        changed[route] = True
        rows[done] = route
        done += 1
        if done >= strings:
            break
    return int(change), done


@njit(cache=True, nogil=True)
def _recreate(
    travel: Ints, service: Ints, prize: Ints, home: Ints, limit: Ints, keep: Ints, stay: Ints, open_to: Bits,
    choices: Any, counts: Ints, pattern: Ints, routes: Any, length: Ints, used: Ints, route_of: Ints,
    kept_of: Ints, changed: Bits, rows: Ints, changes: int, out: Ints, count: int, everywhere: bool,
    hours: Any, windows: Ints, shifts: Ints, bound: Bits, times: Ints,
) -> tuple[int, int]:  # fmt: skip
    """Put tasks, in their order, at the cheapest place where that costs less than the prize.

    A task that was out before can only gain from routes that were changed. Returns the change of cost and the
    number of changed routes. One function over all tasks: a call for each would spend more time on handing over
    the arrays than on the work.
    """
    change = 0
    for number in range(count):
        task = out[number]
        fresh = everywhere or kept_of[task] >= 0
        need = service[task]
        best = prize[task]
        drive = 0
        where = -1
        at = 0
        kind = pattern[task]
        for index in range(counts[kind] if fresh else changes):
            route = choices[kind, index] if fresh else rows[index]
            room = limit[route] - used[route] - need
            if room < 0:
                continue
            if not fresh and not open_to[kind, route]:
                continue
            extra = stay[task] if keep[task] != route else 0
            size = length[route]
            if size >= routes.shape[1]:
                continue
            before = home[route]
            for place in range(size + 1):
                after = routes[route, place] if place < size else home[route]
                more = travel[before, task] + travel[task, after]
                if size:
                    more -= travel[before, after]
                good = more + extra < best and more <= room and np.random.random() > BLINK
                if good and hours.shape[0] > 0:
                    good = _in_time(
                        travel, service, home[route], hours, windows, shifts[route], bound[route], routes[route],
                        size, task, place, route, times,
                    )  # fmt: skip
                if good:
                    best = more + extra
                    drive = more
                    where = route
                    at = place
                before = after
        if where < 0:
            continue
        for place in range(length[where], at, -1):
            routes[where, place] = routes[where, place - 1]
        routes[where, at] = task
        length[where] += 1
        used[where] += drive + need
        route_of[task] = where
        change += best - prize[task]
        if not changed[where]:
            changed[where] = True
            rows[changes] = where
            changes += 1
    return int(change), changes


@njit(cache=True, nogil=True)
def _order(out: Ints, keys: Floats, count: int) -> None:
    """Sort the first `count` tasks by their keys, in place (Shell's sort: compiled in no time, unlike argsort)."""
    gap = count // 2
    while gap > 0:
        for index in range(gap, count):
            key, task, at = keys[index], out[index], index
            while at >= gap and keys[at - gap] > key:
                keys[at], out[at] = keys[at - gap], out[at - gap]
                at -= gap
            keys[at], out[at] = key, task
        gap //= 2


@njit(cache=True, nogil=True)
def _copy(
    rows: Ints, changes: int, from_routes: Any, from_length: Ints, from_used: Ints, to_routes: Any, to_length: Ints,
    to_used: Ints,
) -> None:  # fmt: skip
    """Copy some routes from one state to another."""
    for index in range(changes):
        route = rows[index]
        for place in range(from_length[route]):
            to_routes[route, place] = from_routes[route, place]
        to_length[route] = from_length[route]
        to_used[route] = from_used[route]


@njit(cache=True, nogil=True)
def search(
    travel: Ints, service: Ints, prize: Ints, home: Ints, limit: Ints, keep: Ints, stay: Ints, open_to: Bits,
    near: Any, choices: Any, counts: Ints, pattern: Ints, routes: Any, length: Ints, used: Ints, route_of: Ints,
    best_routes: Any, best_length: Ints, cost: int, best: int, iterations: int, heat: float,
    strings_mean: float, seed: int, hours: Any, windows: Ints, shifts: Ints, bound: Bits,
) -> tuple[int, int]:  # fmt: skip
    """Run some iterations at one temperature; return cost and best cost.

    All arrays of the state are changed in place; `best_routes` and `best_length` hold the best plan seen. `hours`,
    `windows`, `shifts`, `bound` as in `gunmane.core.schedule.clock.Clock`, without rows where nothing has hours.
    """
    np.random.seed(seed)
    tasks = service.shape[0]
    kept_routes, kept_length, kept_used, kept_of = routes.copy(), length.copy(), used.copy(), route_of.copy()
    changed = np.zeros(length.shape[0], np.bool_)
    rows = np.empty(length.shape[0], np.int64)
    out = np.empty(tasks, np.int64)
    keys = np.empty(tasks, np.float64)
    times = np.empty((5, routes.shape[1] + 1), np.int64)
    for _ in range(iterations):
        placed = 0
        filled = 0
        for route in range(length.shape[0]):
            placed += length[route]
            if length[route]:
                filled += 1
        longest = min(LONGEST_STRING, max(1, placed // max(filled, 1)))
        most = 4.0 * strings_mean / (1.0 + longest) - 1.0
        strings = 1 + int(np.random.random() * max(most, 0.0))
        change, changes = _remove_strings(
            travel, service, prize, home, limit, keep, stay, near, routes, length, used, route_of, changed, rows,
            np.random.randint(tasks), strings, longest, hours, windows, shifts, bound, times,
        )  # fmt: skip
        new = cost + change
        count = 0
        kind = np.random.randint(10)
        for task in range(tasks):
            if route_of[task] >= 0:
                continue
            out[count] = task
            if kind < 3:
                keys[count] = np.random.random()
            elif kind < 5:
                keys[count] = -prize[task]
            elif kind < 7:
                keys[count] = -prize[task] / (service[task] + 1.0)
            elif kind < 8:
                keys[count] = -service[task]
            elif kind < 9:
                keys[count] = counts[pattern[task]]
            else:
                keys[count] = travel[home[0], task]
            count += 1
        _order(out, keys, count)
        everywhere = filled == 0 or np.random.random() < EVERYWHERE
        change, changes = _recreate(
            travel, service, prize, home, limit, keep, stay, open_to, choices, counts, pattern, routes,
            length, used, route_of, kept_of, changed, rows, changes, out, count, everywhere, hours, windows, shifts,
            bound, times,
        )  # fmt: skip
        new += change
        if new < cost - heat * np.log(np.random.random()):
            for index in range(changes):  # first all that left, then all that came: a task may have moved
                for place in range(kept_length[rows[index]]):
                    kept_of[kept_routes[rows[index], place]] = -1
            for index in range(changes):
                for place in range(length[rows[index]]):
                    kept_of[routes[rows[index], place]] = rows[index]
            _copy(rows, changes, routes, length, used, kept_routes, kept_length, kept_used)
            cost = new
            if cost < best:
                best = cost
                best_routes[:] = routes
                best_length[:] = length
        else:
            for index in range(changes):
                for place in range(length[rows[index]]):
                    route_of[routes[rows[index], place]] = -1
            for index in range(changes):
                for place in range(kept_length[rows[index]]):
                    route_of[kept_routes[rows[index], place]] = rows[index]
            _copy(rows, changes, kept_routes, kept_length, kept_used, routes, length, used)
        for index in range(changes):
            changed[rows[index]] = False
    return cost, best
