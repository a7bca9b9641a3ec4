"""Public problems with time windows: the search in threads, each on its own part of the routes.

The routes are divided anew every few seconds by the direction in which they lie from the depot (POPMUSIC, Taillard
and Voss 2002, with sectors as parts): each thread then improves its part as a problem of its own, and as the
compiled search lets go of the interpreter's lock, as many iterations are done at once as there are processors.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from multiprocessing import get_context
from typing import Any

import numpy as np
from msgspec import Struct

from gunmane.core.schedule.public import Routes, Timed, breaches, objective
from gunmane.solve.neighbours import neighbours
from gunmane.solve.timed import search

WARM, COLD = 1.0, 0.02
"""First and last temperature, as shares of the mean distance to the ten nearest customers."""

STRINGS = 10.0
CHUNK_SECONDS = 0.05
ROUNDS = 16
"""Divisions into parts in the time given."""
RIVAL_SHARE = 0.625
"""Share of the time after which PyVRP's plan is compared with ours."""
LEAST_PART = 200
"""Customers below which a part is not divided; threads then only differ in their seeds."""


class Found(Struct, frozen=True):
    """The best plan, its objective in tenths, what the checker says of it, and the iterations done."""

    routes: Routes
    objective: int
    breaches: tuple[tuple[str, int, int], ...]
    iterations: int


def solve(
    given: Timed, until: float, seed: int, *, workers: int = 1, iterations: int | None = None, start: Routes = ()
) -> Found:
    """Search until time.monotonic() reaches `until`, or for so many iterations per part (the same plan each time).

    With several workers and by time, one of them runs PyVRP at first: it is the stronger on few long routes, the
    string removals on many short ones. The better plan of the two is then improved in parts by all.
    """
    begun = time.monotonic()
    rival = (
        _Rival(given, until, seed) if workers > 1 and iterations is None and given.customers > LEAST_PART else None
    )
    problem = _Problem(given)
    run = _Run(problem, begun, until, iterations, tuple(start), np.random.default_rng(seed))
    try:
        with ThreadPoolExecutor(workers) as pool:
            for number in range(ROUNDS):
                alone = rival is not None and not rival.heard
                run.round(pool, number, 1 if alone else workers)
                if rival is not None and alone and (number + 1) / ROUNDS >= RIVAL_SHARE:
                    run.take(rival.answer())
                if iterations is None and time.monotonic() >= until:
                    break
    finally:
        if rival is not None:
            rival.end()
    best = run.best
    return Found(best, objective(given, best), tuple(breaches(given, best)), run.done)


def warm_up() -> None:
    """Compile the search once, so that it is found in the cache."""
    two = np.array([0, 1])
    tiny = Timed("", np.zeros((2, 2)), np.array([[0, 1], [1, 0]]), two, np.array([0, 0]), np.array([9, 9]), two, 1, 1)
    solve(tiny, 0.0, 0, iterations=1)


class _Rival:
    """PyVRP in a process of its own for the first share of the time."""

    def __init__(self, given: Timed, until: float, seed: int) -> None:
        context = get_context("spawn")
        self.mine, theirs = context.Pipe(duplex=False)
        self.heard = False
        self.late = time.monotonic() + (until - time.monotonic()) * RIVAL_SHARE
        self.process = context.Process(target=_rival, args=(theirs, given, self.late, seed), daemon=True)
        self.process.start()
        theirs.close()

    def answer(self) -> Routes:
        """Its plan; none where it is late by more than two seconds."""
        self.heard = True
        try:
            return self.mine.recv() if self.mine.poll(max(self.late - time.monotonic(), 0.0) + 2.0) else ()
        except EOFError:
            return ()

    def end(self) -> None:
        """Leave no process behind."""
        self.process.kill()
        self.process.join()


def _rival(pipe: Any, given: Timed, until: float, seed: int) -> None:
    from gunmane.solve.vrp import timed

    pipe.send(timed(given, max(until - time.monotonic(), 0.05), seed))


class _Run:
    """The best and the current plan, and what remains of time or iterations."""

    def __init__(
        self, problem: "_Problem", begun: float, until: float, iterations: int | None, start: Routes, rng: Any
    ) -> None:
        self.problem, self.begun, self.until, self.iterations, self.rng = problem, begun, until, iterations, rng
        self.best = self.current = start
        self.done = 0

    def take(self, routes: Routes) -> None:
        """Go on from another plan if it is better and sound."""
        price = self.problem.price
        if routes and not breaches(self.problem.given, routes) and price(routes) < price(self.best):
            self.best = self.current = routes

    def _price(self, answer: tuple[Routes, Routes, int]) -> int:
        return self.problem.price(answer[0])

    def round(self, pool: ThreadPoolExecutor, number: int, workers: int) -> None:
        """Divide the routes, improve all parts at once and put them together."""
        given = self.problem.given
        parts = workers if given.customers >= workers * LEAST_PART else 1
        pieces = _pieces(self.problem, self.current, parts, float(self.rng.random()))
        if parts == 1:
            pieces = pieces * workers  # the same problem with several seeds
        heats = [self.problem.scale * WARM * (COLD / WARM) ** ((number + step) / ROUNDS) for step in (0, 1)]
        stop = self.begun + (self.until - self.begun) * (number + 1) / ROUNDS
        steps = None if self.iterations is None else max(1, self.iterations // ROUNDS)
        seeds = [int(one) for one in self.rng.integers(1, 2**31, len(pieces))]
        jobs = [
            pool.submit(_improve, self.problem, nodes, routes, heats, stop, seed, steps)
            for (nodes, routes), seed in zip(pieces, seeds, strict=True)
        ]
        answers = [job.result() for job in jobs]
        self.done += sum(answer[2] for answer in answers)
        if parts == 1:
            answers = [min(answers, key=self._price)]
        self.current = tuple(route for answer in answers for route in answer[1])
        found = tuple(route for answer in answers for route in answer[0])
        if not self.best or self.problem.price(found) <= self.problem.price(self.best):
            self.best = found


class _Problem:
    """A problem with what the search wants to know of each customer's neighbours."""

    def __init__(self, given: Timed) -> None:
        self.given = given
        travel = given.travel
        self.must = 4 * int(travel.max()) + 10
        """Price of leaving out a customer who must be served: above any detour."""
        self.prize = np.full(len(given.demand), self.must, dtype=np.int64) if given.prize is None else given.prize
        apart = travel[1:, 1:].astype(np.float64)
        ten = min(10, max(given.customers - 1, 0))
        close: Any = np.partition(apart, ten, axis=1)
        self.scale = max(float(close[:, : ten + 1].sum()) / (given.customers * max(ten, 1)), 1.0)

    def price(self, routes: Routes) -> int:
        """Objective, with those who must be served and are not, and with routes that no vehicle is there for."""
        missing = self.given.customers - sum(map(len, routes)) if self.given.prize is None else 0
        beyond = max(0, len(routes) - self.given.vehicles)
        return objective(self.given, routes) + (missing + beyond) * self.must


def _pieces(problem: _Problem, routes: Routes, parts: int, turn: float) -> list[tuple[Any, Routes]]:
    """Divide the customers into parts: nodes of each, and the routes through them."""
    given = problem.given
    everyone = np.arange(1, given.customers + 1)
    if parts == 1:
        return [(everyone, routes)]
    spots = given.spots - given.spots[0]
    centres = np.array([spots[list(route)].mean(axis=0) for route in routes]).reshape(len(routes), 2)
    angles = (np.arctan2(centres[:, 1], centres[:, 0]) / (2 * np.pi) + turn) % 1
    order = np.argsort(angles, kind="stable")
    sizes = np.cumsum([len(routes[number]) for number in order])
    total = int(sizes[-1]) if len(sizes) else 0
    shares = np.minimum((sizes - 1) * parts // max(total, 1), parts - 1)
    part_of = np.full(given.customers + 1, -1)
    chosen: list[list[tuple[int, ...]]] = [[] for _ in range(parts)]
    for number, share in zip(order, shares, strict=True):
        chosen[int(share)].append(routes[number])
        part_of[list(routes[number])] = share
    own = (np.arctan2(spots[:, 1], spots[:, 0]) / (2 * np.pi) + turn) % 1
    limits = [float(angles[order][shares == share].max(initial=share / parts)) for share in range(parts - 1)]
    left = part_of < 0
    part_of[left] = np.searchsorted(np.array(limits), own[left])
    return [(everyone[part_of[1:] == share], tuple(chosen[share])) for share in range(parts)]


def _improve(
    problem: _Problem, nodes: Any, routes: Routes, heats: list[float], until: float, seed: int, steps: int | None
) -> tuple[Routes, Routes, int]:
    """Improve one part until a time or for some steps; return its best and its last plan and the iterations done."""
    if not len(nodes):
        return (), (), 0
    state = _State(problem, nodes, routes)
    begun, done, chunk = time.monotonic(), 0, 200
    while True:
        spent = time.monotonic() - begun
        share = done / steps if steps is not None else spent / max(until - begun, 1e-9)
        if done and share >= 1:
            return state.plan(state.best_next), state.plan(state.links[1]), done
        if steps is None and done:
            chunk = max(1, min(20_000, round(CHUNK_SECONDS * done / max(spent, 1e-9))))
        count = chunk if steps is None else min(chunk, steps - done)
        heat = heats[0] * (heats[1] / heats[0]) ** min(share, 1.0)
        state.run(count, heat, (seed + 7919 * done) % 2**31)
        done += count


class _State:
    """One part as the arrays that the compiled search wants."""

    def __init__(self, problem: _Problem, nodes: Any, routes: Routes) -> None:
        given, size = problem.given, len(nodes)
        held = np.concatenate([[0], nodes])
        self.nodes, self.size = held, size
        self.fleet = fleet = min(given.vehicles, len(routes) + max(2, size // 4) if routes else size)
        count = size + 1 + 2 * fleet
        self.travel = np.ascontiguousarray(given.travel[np.ix_(held, held)])
        self.demand, self.prize = given.demand[held], problem.prize[held]
        self.capacity, self.absent = given.capacity, given.prize is None
        place = np.zeros(count, dtype=np.int32)
        place[: size + 1] = np.arange(size + 1)
        fixed = np.stack([given.early[held][place], given.late[held][place], given.service[held][place]])
        fixed[2, place == 0] = 0
        self.place, self.fixed = place, np.ascontiguousarray(fixed)
        self.near, self.beside = neighbours(self.travel, fixed[:, : size + 1])
        self.links = np.full((2, count), -1, dtype=np.int32)
        self.times = np.zeros((2, count), dtype=np.int64)
        self.load, self.count = np.zeros(fleet, dtype=np.int64), np.zeros(fleet, dtype=np.int64)
        self.route_of = np.full(count, -1, dtype=np.int32)
        own = np.zeros(given.customers + 1, dtype=np.int64)
        own[held] = np.arange(size + 1)
        for route in range(fleet):
            self._lay(route, [int(own[node]) for node in routes[route]] if route < len(routes) else [])
        served = self.route_of[1 : size + 1] >= 0
        drive = sum(
            int(given.travel[a, b]) for route in routes for a, b in zip((0, *route), (*route, 0), strict=True)
        )
        self.cost = self.best = drive + int(self.prize[1:][~served].sum())
        self.best_next = self.links[1].copy()

    def _lay(self, route: int, stops: list[int]) -> None:
        """Lay a route into the lists, with its earliest and latest starts."""
        first, last = self.size + 1 + route, self.size + 1 + self.fleet + route
        chain = [first, *stops, last]
        self.route_of[chain] = route
        for before, after in pairwise(chain):
            self.links[1, before], self.links[0, after] = after, before
        early, late, service = self.fixed
        clock = int(early[first])
        self.times[0, first] = clock
        for before, after in pairwise(chain):
            way = int(self.travel[self.place[before], self.place[after]])
            clock = max(int(early[after]), clock + int(service[before]) + way)
            self.times[0, after] = clock
        clock = int(late[last])
        self.times[1, last] = clock
        for after, before in pairwise(chain[::-1]):
            way = int(self.travel[self.place[before], self.place[after]])
            clock = min(int(late[before]), clock - int(service[before]) - way)
            self.times[1, before] = clock
        self.load[route], self.count[route] = int(self.demand[stops].sum()), len(stops)

    def run(self, iterations: int, heat: float, seed: int) -> None:
        """Run some iterations of the compiled search."""
        absent = self.absent and bool((self.route_of[1 : self.size + 1] < 0).any())
        while iterations > 0:
            count = 1 if absent else iterations
            arguments: Any = (
                self.travel, self.place, self.fixed, self.demand, self.prize, self.capacity, self.fleet, self.near,
                self.beside, self.links, self.times, self.load, self.count, self.route_of, self.best_next, self.cost,
                self.best, count, heat, STRINGS, seed, absent,
            )  # fmt: skip
            self.cost, self.best = search(*arguments)
            iterations, seed = iterations - count, seed + 1
            absent = self.absent and bool((self.route_of[1 : self.size + 1] < 0).any())

    def plan(self, following: Any) -> Routes:
        """Routes of the lists, in the numbers of the whole problem."""
        found: list[tuple[int, ...]] = []
        for route in range(self.fleet):
            node, stops = int(following[self.size + 1 + route]), list[int]()
            while node <= self.size:
                stops.append(int(self.nodes[node]))
                node = int(following[node])
            if stops:
                found.append(tuple(stops))
        return tuple(found)
