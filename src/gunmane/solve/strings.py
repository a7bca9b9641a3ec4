"""The own search on an inspection problem: arrays in, plan out."""

import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from gunmane.core.schedule.clock import Clock
from gunmane.core.schedule.instance import Inspector, Instance, Job, Plan
from gunmane.core.schedule.routing import Routes, Routing, by_engineer, cost, minutes_of, routing_of
from gunmane.solve.ruin import search

CHUNK_SECONDS = 0.02
"""Time between two looks at the clock."""

WARM, COLD = 0.5, 0.01
"""First and last temperature, as shares of the scale of costs."""

STRINGS = 10.0
"""Tasks taken out per iteration on average (Christiaens and Vanden Berghe use 10)."""

FAR_ABOVE = 20
"""Median prize over driving from which the second way of heating is worth a worker."""

NEAREST = 1000
"""Neighbours kept per task; more are never reached by the strings of one iteration."""


def improve(
    given: Instance,
    until: float,
    seed: int,
    iterations: int | None = None,
    *,
    start: Plan | None = None,
    tell: Callable[[Plan], None] | None = None,
    prizes: bool = True,
) -> tuple[Plan, int]:
    """Search on an instance; see `improve_routes`."""
    if not given.jobs or not given.engineers:
        return {}, 0
    problem, routes = routing_of(given)
    numbers = {route: index for index, route in enumerate(routes)}
    known = {numbers[route]: visits for route, visits in (start or {}).items()}

    def named(found: Routes) -> None:
        if tell is not None:
            tell(by_engineer(routes, found))

    say = None if tell is None else named
    found, done = improve_routes(problem, until, seed, iterations, start=known, tell=say, prizes=prizes)
    return by_engineer(routes, found), done


def improve_routes(
    given: Routing,
    until: float,
    seed: int,
    iterations: int | None = None,
    *,
    start: Routes | None = None,
    tell: Callable[[Routes], None] | None = None,
    prizes: bool = True,
) -> tuple[Routes, int]:
    """Search until time.monotonic() reaches `until`, or, for repeatable results, for exactly so many `iterations`.

    Returns the best plan and the iterations done; the search cools from now to then. `start` is a plan without
    breaches to go on from; `tell` is given each better plan at most about twice a second; `prizes`: the
    temperature follows the prizes alone, else the driving between neighbours too.
    """
    if not given.visits or not len(given.home):
        return {}, 0
    state = _State(given, start or {})
    scale = state.scale(prizes)
    state.run(0, scale, seed)
    begin, done, told, said = time.monotonic(), 0, state.best, 0.0
    chunk = 100
    while True:
        spent = time.monotonic() - begin
        share = done / iterations if iterations is not None else spent / max(until - begin, 1e-9)
        if tell is not None and state.best < told and (spent - said > 0.4 or share >= 1):
            told, said = state.best, spent
            tell(state.plan())
        if share >= 1 and done:  # one look at every place, however late it is
            return state.plan(), done
        if iterations is None and done:
            chunk = max(1, min(5000, round(CHUNK_SECONDS * done / max(spent, 1e-9))))
        count = chunk if iterations is None else min(chunk, max(iterations - done, 1))
        share = min(share, 1.0)
        state.run(count, scale * WARM * (COLD / WARM) ** share, (seed * 1_000_003 + done) % 2**31)
        done += count


def warm_up() -> None:
    """Compile the search once, so that worker processes find it in the cache."""
    tiny = Instance(1, 0, 10, ((0, 1), (1, 0)), 1, (Inspector(0, (0,)),), (Job(1, 0, 0, 0, 5),))
    improve(tiny, 0.0, 0, 1)


class _State:
    """The problem and the current plan as the arrays that the compiled search wants."""

    def __init__(self, given: Routing, start: Routes) -> None:
        self.given, size = given, len(given.home)
        open_to, choices, counts, pattern = _choices(given.allowed)
        near = _nearest(given.travel[: given.visits, : given.visits])
        self.fixed: Any = (
            given.travel, given.service, given.prize, given.home, given.limit, given.keep, given.stay, open_to, near,
            choices, counts, pattern,
        )  # fmt: skip
        self.hours: Any = _hours(given.clock)
        slots = _slots(given)
        self.order, self.length = np.zeros((size, slots), dtype=np.int32), np.zeros(size, dtype=np.int64)
        self.used, self.route_of = np.zeros(size, dtype=np.int64), np.full(given.visits, -1, dtype=np.int64)
        for route, visits in start.items():
            self.order[route, : len(visits)] = visits
            self.length[route] = len(visits)
            self.used[route] = sum(minutes_of(given, route, visits))
            self.route_of[list(visits)] = route
        self.cost = self.best = cost(given, start)
        self.best_order, self.best_length = self.order.copy(), self.length.copy()

    def scale(self, prizes: bool) -> float:
        """Minutes that a typical change costs: the median prize, or (far above) its geometric mean with the driving.

        Where prizes are far above the driving (what must not be missed at any price), the first heats far above all
        differences in driving; one of the workers then takes the second, which suits both.
        """
        count = self.given.visits
        jobs = self.given.travel[:count, :count]
        close = np.partition(jobs, min(10, count) - 1, axis=1)[:, : min(10, count)]
        drive = 6.0 * float(close.mean()) + 0.5 * float(self.given.travel[count:, :count].mean())
        prize = float(np.median(self.given.prize))
        if not prizes and prize > FAR_ABOVE * drive:
            prize = math.sqrt(prize * drive)
        return max(prize, 1.0)

    def run(self, iterations: int, heat: float, seed: int) -> None:
        """Run some iterations of the compiled search."""
        arguments: Any = (
            *self.fixed, self.order, self.length, self.used, self.route_of, self.best_order, self.best_length,
            self.cost, self.best, iterations, heat, STRINGS, seed, *self.hours,
        )  # fmt: skip
        self.cost, self.best = search(*arguments)

    def plan(self) -> Routes:
        """The best plan seen."""
        return {
            int(route): tuple(int(visit) for visit in self.best_order[route, : self.best_length[route]])
            for route in np.flatnonzero(self.best_length)
        }


def _hours(clock: Clock | None) -> tuple[Any, Any, Any, Any]:
    if clock is None:
        none = np.zeros((0, 4), dtype=np.int64)
        return np.zeros((0, 0), np.int32), np.zeros((1, 1, 2), np.int64), none, np.zeros(0, np.bool_)
    return clock.rows, clock.windows, clock.shifts, clock.bound


def _choices(allowed: Any) -> tuple[Any, Any, Any, Any]:
    """Kinds of visits with the same routes open: routes as bits and as a list, its length, and each visit's kind."""
    packed = np.ascontiguousarray(np.packbits(allowed, axis=1))
    _, sample, pattern = np.unique(
        packed.view([("", packed.dtype)] * packed.shape[1]).reshape(-1), return_index=True, return_inverse=True
    )
    open_to = np.ascontiguousarray(allowed[sample])
    rows = [np.flatnonzero(row) for row in open_to]
    counts = np.array([len(row) for row in rows], dtype=np.int64)
    choices = np.zeros((len(rows), max(counts.max(initial=0), 1)), dtype=np.int32)
    for kind, row in enumerate(rows):
        choices[kind, : len(row)] = row
    return open_to, choices, counts, pattern.reshape(-1).astype(np.int64)


def _nearest(travel: Any) -> Any:
    if len(travel) <= 2 * NEAREST:
        return np.argsort(travel, axis=1, kind="stable").astype(np.int32)
    close = np.argpartition(travel, NEAREST, axis=1)[:, :NEAREST]
    order = np.argsort(np.take_along_axis(travel, close, 1), axis=1, kind="stable")
    return np.take_along_axis(close, order, 1).astype(np.int32)


def _slots(given: Routing) -> int:
    """Most visits that one route can hold: the shortest ones, each reached from its nearest place."""
    ways = given.travel[:, : given.visits].copy()
    ways[np.arange(given.visits), np.arange(given.visits)] = np.iinfo(np.int64).max // 2
    least = np.sort(given.service + ways.min(axis=0))
    return max(1, int(np.searchsorted(np.cumsum(least), given.limit.max(initial=0), side="right")))
