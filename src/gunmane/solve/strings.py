"""The own search on an inspection problem: arrays in, plan out."""

import math
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gunmane.core.schedule.instance import Inspector, Instance, Job, Plan
from gunmane.solve.ruin import search

CHUNK_SECONDS = 0.02
"""Time between two looks at the clock."""

WARM, COLD = 0.5, 0.01
"""First and last temperature, as shares of the scale of costs."""

STRINGS = 10.0
"""Tasks taken out per iteration on average (Christiaens and Vanden Berghe use 10)."""

NEAREST = 1000
"""Neighbours kept per task; more are never reached by the strings of one iteration."""


def improve(
    given: Instance,
    until: float,
    seed: int,
    iterations: int | None = None,
    *,
    start: Plan | None = None,
    tell: Callable[[int, Plan], None] | None = None,
    prizes: bool = True,
) -> tuple[Plan, int]:
    """Search until time.monotonic() reaches `until`, or, for repeatable results, for exactly so many `iterations`.

    Returns the best plan and the iterations done; the search cools from now to then. `start` is a plan without
    breaches to go on from; `tell` is given the best objective and plan at most about twice a second; `prizes`: the
    temperature follows the prizes alone, else the driving between neighbours too.
    """
    if not given.jobs or not given.engineers:
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
            tell(state.best, state.plan())
        if share >= 1:
            return state.plan(), done
        if iterations is None and done:
            chunk = max(1, min(5000, round(CHUNK_SECONDS * done / max(spent, 1e-9))))
        count = chunk if iterations is None else min(chunk, iterations - done)
        state.run(count, scale * WARM * (COLD / WARM) ** share, (seed * 1_000_003 + done) % 2**31)
        done += count


def warm_up() -> None:
    """Compile the search once, so that worker processes find it in the cache."""
    tiny = Instance(1, 0, 10, ((0, 1), (1, 0)), 1, (Inspector(0, (0,)),), (Job(1, 0, 0, 0, 5),))
    improve(tiny, 0.0, 0, 1)


class _State:
    """The problem and the current plan as the arrays that the compiled search wants; jobs first, then offices."""

    def __init__(self, given: Instance, start: Plan) -> None:
        self.given, self.tasks = given, len(given.jobs)
        order = [*range(given.offices, given.offices + self.tasks), *range(given.offices)]
        travel = np.array(given.travel_min, dtype=np.int64).reshape(len(order), len(order))[np.ix_(order, order)]
        jobs, engineers = given.jobs, given.engineers
        self.travel = travel
        self.prize = np.array([job.prize for job in jobs], dtype=np.int64)
        service = np.array([job.service for job in jobs], dtype=np.int64)
        first = np.array([max(job.first_day, 0) for job in jobs], dtype=np.int64)
        last = np.array([min(job.last_day, given.days - 1) for job in jobs], dtype=np.int64)
        self.routes = [(engineer, day) for engineer in range(len(engineers)) for day in range(given.days)]
        who = np.array([engineer for engineer, _ in self.routes], dtype=np.int64)
        day = np.array([day for _, day in self.routes], dtype=np.int64)
        home = np.array([self.tasks + engineers[engineer].office for engineer, _ in self.routes], dtype=np.int64)
        limit = np.full(len(self.routes), given.duty, dtype=np.int64)
        able = np.array([[job.field in held for job in jobs] for held in (set(one.skills) for one in engineers)])
        able = able.reshape(len(engineers), self.tasks)
        choices, counts, pattern = _choices(able, first, last, who, day)
        near = _nearest(travel[: self.tasks, : self.tasks])
        self.fixed: Any = (
            travel, service, self.prize, home, limit, day, who, first, last, able, near, choices, counts, pattern,
        )  # fmt: skip
        size, slots = len(self.routes), _slots(given, travel, service)
        self.order, self.length = np.zeros((size, slots), dtype=np.int32), np.zeros(size, dtype=np.int64)
        self.used, self.route_of = np.zeros(size, dtype=np.int64), np.full(self.tasks, -1, dtype=np.int64)
        self.cost = int(self.prize.sum())
        self._place(start, service, home)
        self.best_order, self.best_length = self.order.copy(), self.length.copy()
        self.best = self.cost

    def _place(self, start: Plan, service: NDArray[np.int64], home: NDArray[np.int64]) -> None:
        numbers = {route: index for index, route in enumerate(self.routes)}
        for route, jobs in start.items():
            index = numbers[route]
            stops = [int(home[index]), *jobs, int(home[index])]
            drive = int(sum(self.travel[a, b] for a, b in pairwise(stops))) if jobs else 0
            self.order[index, : len(jobs)] = jobs
            self.length[index] = len(jobs)
            self.used[index] = drive + int(service[list(jobs)].sum())
            self.route_of[list(jobs)] = index
            self.cost += drive - int(self.prize[list(jobs)].sum())

    def scale(self, prizes: bool) -> float:
        """Minutes that a typical change costs: the median prize, or its geometric mean with the driving.

        Where prizes are far above the driving (what must not be missed at any price), the first heats far above all
        differences in driving; one of the workers takes the second, which suits both.
        """
        jobs = self.travel[: self.tasks, : self.tasks]
        count = min(10, self.tasks)
        close = np.partition(jobs, count - 1, axis=1)[:, :count]
        drive = 6.0 * float(close.mean()) + 0.5 * float(self.travel[self.tasks :, : self.tasks].mean())
        prize = float(np.median(self.prize))
        return max(prize if prizes else math.sqrt(max(prize, 1.0) * drive), 1.0)

    def run(self, iterations: int, heat: float, seed: int) -> None:
        """Run some iterations of the compiled search."""
        arguments: Any = (
            *self.fixed, self.order, self.length, self.used, self.route_of, self.best_order, self.best_length,
            self.cost, self.best, iterations, heat, STRINGS, seed,
        )  # fmt: skip
        self.cost, self.best = search(*arguments)

    def plan(self) -> Plan:
        """The best plan seen."""
        return {
            route: tuple(int(job) for job in self.best_order[index, : self.best_length[index]])
            for index, route in enumerate(self.routes)
            if self.best_length[index]
        }


def _choices(able: Any, first: Any, last: Any, who: Any, day: Any) -> tuple[Any, Any, Any]:
    """Routes open to each kind of job (qualification and window alike), their number, and the kind of each job."""
    keys = np.column_stack([np.packbits(able.T, axis=1), first, last])
    kinds, sample, pattern = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    rows = [
        np.flatnonzero(able[who, job] & (day >= first[job]) & (day <= last[job])) if len(who) else []
        for job in sample
    ]
    counts = np.array([len(row) for row in rows], dtype=np.int64)
    choices = np.zeros((len(kinds), max(counts.max(initial=0), 1)), dtype=np.int32)
    for kind, row in enumerate(rows):
        choices[kind, : len(row)] = row
    return choices, counts, pattern.reshape(-1).astype(np.int64)


def _nearest(travel: Any) -> Any:
    if len(travel) <= 2 * NEAREST:
        return np.argsort(travel, axis=1, kind="stable").astype(np.int32)
    close = np.argpartition(travel, NEAREST, axis=1)[:, :NEAREST]
    order = np.argsort(np.take_along_axis(travel, close, 1), axis=1, kind="stable")
    return np.take_along_axis(close, order, 1).astype(np.int32)


def _slots(given: Instance, travel: Any, service: Any) -> int:
    """Most visits that one day can hold: the shortest ones, each reached from its nearest place."""
    if not len(service):
        return 1
    ways = travel[:, : len(service)].copy()
    ways[np.arange(len(service)), np.arange(len(service))] = np.iinfo(np.int64).max
    least = np.sort(service + ways.min(axis=0))
    return max(1, int(np.searchsorted(np.cumsum(least), given.duty, side="right")))
