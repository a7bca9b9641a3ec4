"""Routing problems through PyVRP: inspections over days, and the public problems with time windows.

PyVRP changes its interface with each 0.x release; nothing else in the program knows it.
"""

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyvrp import (
    Client,
    Depot,
    Location,
    ProblemData,
    Solution,
    VehicleType,
)
from pyvrp import Route as VrpRoute
from pyvrp import solve as run
from pyvrp.stop import MaxIterations, MaxRuntime

from gunmane.core.schedule.instance import Instance, Plan
from gunmane.core.schedule.public import Routes, Timed

DAY = 1440
FORBIDDEN = 1 << 24
"""Minutes of an edge that nobody may take: more than any horizon, small enough to be summed without overflow."""


def inspections(
    given: Instance, seconds: float, seed: int, start: Plan | None = None, iterations: int | None = None
) -> Plan:
    """Solve an inspection problem: one vehicle type per engineer and day, a profile per set of qualifications.

    `start` warms the search up; with `iterations` the clock is not looked at, so that the result repeats. Laying
    the problem out counts as part of `seconds`.
    """
    begun = time.monotonic()
    if not given.jobs or not given.engineers:
        return {}
    routes = [(engineer, day) for engineer in range(len(given.engineers)) for day in range(given.days)]
    data = _data(given, routes)
    warm = None
    if start:
        numbers = {route: index for index, route in enumerate(routes)}
        warm = Solution(data, [VrpRoute(data, list(jobs), numbers[route]) for route, jobs in start.items()])
    left = max(seconds - (time.monotonic() - begun), 0.0)
    stop = MaxRuntime(left) if iterations is None else MaxIterations(iterations)
    best = run(data, stop, seed=seed, collect_stats=False, initial_solution=warm).best
    if not best.is_feasible():
        return start or {}
    return {
        routes[route.vehicle_type()]: tuple(activity.idx for activity in route if activity.is_client())
        for route in best.routes()
        if route.num_clients()
    }


def _data(given: Instance, routes: list[tuple[int, int]]) -> ProblemData:
    travel = np.array(given.travel_min, dtype=np.int64)
    skills = sorted({tuple(sorted(engineer.skills)) for engineer in given.engineers})
    matrices = [_profile(given, travel, frozenset(held)) for held in skills]
    profile = {held: number for number, held in enumerate(skills)}
    clients = [
        Client(
            location=given.offices + number,
            service_duration=job.service,
            tw_early=max(job.first_day, 0) * DAY + given.start_min,
            tw_late=max(
                min(job.last_day, given.days - 1) * DAY + given.end_min, max(job.first_day, 0) * DAY + given.start_min
            ),
            prize=job.prize,
            required=False,
        )
        for number, job in enumerate(given.jobs)
    ]
    vehicles = [
        VehicleType(
            num_available=1,
            start_depot=given.engineers[engineer].office,
            end_depot=given.engineers[engineer].office,
            tw_early=day * DAY + given.start_min,
            tw_late=day * DAY + given.end_min,
            profile=profile[tuple(sorted(given.engineers[engineer].skills))],
        )
        for engineer, day in routes
    ]
    locations = [Location(0, 0) for _ in range(len(travel))]
    depots = [Depot(location=number) for number in range(given.offices)]
    return ProblemData(locations, clients, depots, vehicles, matrices, matrices)


def _profile(given: Instance, travel: NDArray[np.int64], held: frozenset[int]) -> Any:
    """Travel of those who hold certain qualifications: jobs of other fields cannot be reached."""
    closed = np.array([job.field not in held for job in given.jobs], dtype=np.bool_)
    matrix = travel.copy()
    nodes = np.flatnonzero(closed) + given.offices
    matrix[nodes, :] = FORBIDDEN
    matrix[:, nodes] = FORBIDDEN
    np.fill_diagonal(matrix, 0)
    return matrix


def timed(given: Timed, seconds: float, seed: int) -> Routes:
    """Solve a public problem with time windows; empty when no feasible plan was found in the time given."""
    travel: Any = given.travel
    prize = given.prize
    clients = [
        Client(
            location=node,
            delivery=[int(given.demand[node])],
            service_duration=int(given.service[node]),
            tw_early=int(given.early[node]),
            tw_late=int(given.late[node]),
            prize=0 if prize is None else int(prize[node]),
            required=prize is None,
        )
        for node in range(1, given.customers + 1)
    ]
    vehicle = VehicleType(
        num_available=given.vehicles,
        capacity=[given.capacity],
        tw_early=int(given.early[0]),
        tw_late=int(given.late[0]),
    )
    places = [Location(0, 0) for _ in range(given.customers + 1)]
    data = ProblemData(places, clients, [Depot(location=0)], [vehicle], [travel], [travel])
    best = run(data, MaxRuntime(seconds), seed=seed, collect_stats=False).best
    if not best.is_feasible():
        return ()
    return tuple(tuple(activity.idx + 1 for activity in route if activity.is_client()) for route in best.routes())
