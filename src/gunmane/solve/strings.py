"""The own search on an inspection problem: arrays in, plan out."""

import time
from typing import Any

import numpy as np

from gunmane.core.schedule.instance import Inspector, Instance, Job, Plan
from gunmane.solve.ruin import search

SLOTS = 32
"""Most visits of one day; no day of work holds more."""

CHUNK = 500
"""Iterations between two looks at the clock."""

WARM, COLD = 0.5, 0.01
"""First and last temperature, as shares of the mean prize."""

STRINGS = 10.0
"""Tasks taken out per iteration on average (Christiaens and Vanden Berghe use 10)."""


def improve(given: Instance, seconds: float, seed: int, iterations: int | None = None) -> tuple[Plan, int]:
    """Search for `seconds` (or, for repeatable results, exactly `iterations`); return the best plan and iterations.

    The clock starts after the compiled code is ready.
    """
    state = _State(given)
    if not state.tasks:
        return {}, 0
    state.run(1, 1.0, 1.0, seed)
    warm, cold = WARM * state.scale, COLD * state.scale
    begin, done = time.perf_counter(), 0
    while True:
        share = done / iterations if iterations is not None else (time.perf_counter() - begin) / max(seconds, 1e-9)
        if share >= 1:
            return state.plan(), done
        heat = warm * (cold / warm) ** share
        count = CHUNK if iterations is None else min(CHUNK, iterations - done)
        state.run(count, heat, heat, (seed * 1_000_003 + done) % 2**31)
        done += count


def warm_up() -> None:
    """Compile the search once, so that worker processes find it in the cache."""
    tiny = Instance(1, 0, 10, ((0, 1), (1, 0)), 1, (Inspector(0, (0,)),), (Job(1, 0, 0, 0, 5),))
    improve(tiny, 0.0, 0, 1)


class _State:
    """The problem and the current plan as the arrays that the compiled search wants; jobs first, then offices."""

    def __init__(self, given: Instance) -> None:
        self.given, self.tasks = given, len(given.jobs)
        order = [*range(given.offices, given.offices + self.tasks), *range(given.offices)]
        travel = np.array(given.travel_min, dtype=np.int64)[np.ix_(order, order)]
        jobs = given.jobs
        self.prize = np.array([job.prize for job in jobs], dtype=np.float64)
        self.scale = max(float(self.prize.mean()), 1.0) if self.tasks else 1.0
        span = np.array([job.last_day - job.first_day for job in jobs], dtype=np.float64)
        service = np.array([job.service for job in jobs], dtype=np.int64)
        self.routes = [(engineer, day) for engineer in range(len(given.engineers)) for day in range(given.days)]
        home = np.array(
            [self.tasks + given.engineers[engineer].office for engineer, _ in self.routes], dtype=np.int64
        )
        limit = np.full(len(self.routes), given.duty, dtype=np.int64)
        fits = [
            [index for index, (engineer, day) in enumerate(self.routes) if given.may(engineer, day, job)]
            for job in range(self.tasks)
        ]
        counts = np.array([len(row) for row in fits], dtype=np.int64)
        choices = np.zeros((self.tasks, max(counts.max(initial=0), 1)), dtype=np.int32)
        for job, row in enumerate(fits):
            choices[job, : len(row)] = row
        near = np.argsort(travel[: self.tasks, : self.tasks], axis=1, kind="stable").astype(np.int32)
        self.fixed: Any = (travel, service, self.prize, span, home, limit, near, choices, counts)
        size = len(self.routes)
        self.order, self.length = np.zeros((size, SLOTS), dtype=np.int32), np.zeros(size, dtype=np.int64)
        self.used, self.route_of = np.zeros(size), np.full(self.tasks, -1, dtype=np.int64)
        self.best_order, self.best_length = self.order.copy(), self.length.copy()
        self.cost = self.best = float(self.prize.sum())

    def run(self, iterations: int, warm: float, cold: float, seed: int) -> None:
        """Run some iterations of the compiled search."""
        arguments: Any = (
            *self.fixed, self.order, self.length, self.used, self.route_of, self.best_order, self.best_length,
            self.cost, self.best, iterations, warm, cold, STRINGS, seed,
        )  # fmt: skip
        self.cost, self.best = search(*arguments)

    def plan(self) -> Plan:
        """The best plan seen."""
        return {
            route: tuple(int(job) for job in self.best_order[index, : self.best_length[index]])
            for index, route in enumerate(self.routes)
            if self.best_length[index]
        }
