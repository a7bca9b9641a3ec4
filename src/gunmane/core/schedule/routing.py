"""The routing problem below all schedules: visits, routes of one day, and which visit may stand in which route."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from gunmane.core.schedule.clock import Clock, lay
from gunmane.core.schedule.instance import Instance, Plan

Ints = NDArray[np.int64]
Routes = dict[int, tuple[int, ...]]
"""Visits in order by route; routes without a visit are absent."""


class Routing(Struct, frozen=True, eq=False):
    """Minutes throughout. `travel` is square: first the visits, then the places where routes begin and end.

    Per visit: `service`, `prize` (cost of leaving it out), `keep` (route it had, -1: none) and `stay` (cost of
    another route). Per route: `home` (row of `travel`) and `limit` (of driving and service). `allowed` is visits x
    routes. `clock`: hours to be kept within the days, None where only their length binds.
    """

    travel: Ints
    service: Ints
    prize: Ints
    home: Ints
    limit: Ints
    allowed: NDArray[np.bool_]
    keep: Ints
    stay: Ints
    clock: Clock | None = None

    @property
    def visits(self) -> int:
        """Number of visits."""
        return len(self.service)


def routing_of(given: Instance) -> tuple[Routing, list[tuple[int, int]]]:
    """Put an instance into this form; return it with the engineer and day of each route."""
    routes = [(engineer, day) for engineer in range(len(given.engineers)) for day in range(given.days)]
    count = len(given.jobs)
    order = [*range(given.offices, given.offices + count), *range(given.offices)]
    travel = np.array(given.travel_min, dtype=np.int64).reshape(len(order), len(order))[np.ix_(order, order)]
    who = np.array([engineer for engineer, _ in routes], dtype=np.int64)
    day = np.array([day for _, day in routes], dtype=np.int64)
    first = np.array([job.first_day for job in given.jobs], dtype=np.int64)
    last = np.array([job.last_day for job in given.jobs], dtype=np.int64)
    held = [set(engineer.skills) for engineer in given.engineers]
    able = np.array([[job.field in one for one in held] for job in given.jobs], dtype=np.bool_)
    able = able.reshape(count, len(held))
    return Routing(
        travel,
        np.array([job.service for job in given.jobs], dtype=np.int64),
        np.array([job.prize for job in given.jobs], dtype=np.int64),
        np.array([count + given.engineers[engineer].office for engineer, _ in routes], dtype=np.int64),
        np.full(len(routes), given.duty, dtype=np.int64),
        able[:, who] & (day >= first[:, None]) & (day <= last[:, None]),
        np.full(count, -1, dtype=np.int64),
        np.zeros(count, dtype=np.int64),
    ), routes


def minutes_of(given: Routing, route: int, visits: tuple[int, ...]) -> tuple[int, int]:
    """Minutes of driving and of work of one route."""
    home = int(given.home[route])
    drive = sum(int(given.travel[here, there]) for here, there in pairwise((home, *visits, home))) if visits else 0
    return drive, int(given.service[list(visits)].sum())


def fits(given: Routing, route: int, visits: tuple[int, ...]) -> bool:
    """Tell whether a route keeps to its length and, where hours are to be kept, to them."""
    return sum(minutes_of(given, route, visits)) <= given.limit[route] and back_at(given, route, visits) >= 0


def back_at(given: Routing, route: int, visits: Sequence[int], end: int | None = None) -> int:
    """When a route is back, if it were to end by `end` (None: as it is); -1 where its hours cannot be kept."""
    clock = given.clock
    if clock is None or not (clock.bound[route] or (clock.rows[list(visits), route] > 0).any()):
        return 0
    count, home = len(visits), int(given.home[route])
    stops = [home, *visits, home]
    drive = [int(given.travel[here, there]) for here, there in pairwise(stops)]
    shift = clock.shifts[route].copy()
    if end is not None:
        shift[1] = end
    times = np.zeros((2, max(count, 1)), dtype=np.int64)
    rows = clock.rows[list(visits), route]
    minutes = given.service[list(visits)]
    return int(lay(drive, minutes, rows, clock.windows, count, drive[-1], shift, times[0], times[1])[1])


def cost(given: Routing, plan: Mapping[int, tuple[int, ...]]) -> int:
    """What the search minimises: driving, prizes of what is left out, and stays of what left its route."""
    left = set(range(given.visits))
    total = 0
    for route, visits in plan.items():
        left -= set(visits)
        total += minutes_of(given, route, visits)[0]
        total += sum(int(given.stay[visit]) for visit in visits if given.keep[visit] != route)
    return total + sum(int(given.prize[visit]) for visit in left)


def by_engineer(routes: list[tuple[int, int]], plan: Mapping[int, tuple[int, ...]]) -> Plan:
    """Name the routes of a plan by engineer and day."""
    return {routes[route]: visits for route, visits in plan.items()}
