"""Inspection problems in worker processes: several seeds, the best plan kept, checked before it is given back."""

import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from os import cpu_count
from typing import Any, cast

from msgspec import Struct

from gunmane.core.schedule.instance import Breach, Instance, Plan, Price, breaches, price
from gunmane.solve.greedy import first_plan

SOLVERS = ("strings", "pyvrp")

CLOSING_SECONDS = 0.4
"""Kept back from the time given: to end the workers, to check and explain the plan, to print it."""


class Solved(Struct, frozen=True):
    """The best plan of all workers with its price, the solver and seed it came from, and every worker's objective.

    `breaches` is what the independent checker says; empty for a plan that may be stored. `solver` is "greedy" where
    no worker found anything better in time.
    """

    plan: Plan
    price: Price
    solver: str
    seed: int
    objectives: tuple[int, ...]
    breaches: tuple[tuple[Breach, int, int, int], ...]


def solve(
    given: Instance,
    seconds: float,
    seed: int,
    *,
    workers: int | None = None,
    solver: str = "strings",
    iterations: int | None = None,
    begun: float | None = None,
) -> Solved:
    """Search with as many workers as processors and keep the best plan that passes the checker.

    The call lasts `seconds` from `begun` (a value of time.monotonic(), default now), the start of the processes and
    the first compilation included; workers that are late are ended. With `iterations` each worker does exactly as
    many instead, so that the same seed gives the same plan on any machine.
    """
    count = workers or max(1, cpu_count() or 1)
    seeds = [seed * 1000 + worker for worker in range(count)]
    start = time.monotonic() if begun is None else begun
    until = start + seconds - closing(given)
    if iterations is not None:
        plans = _by_iterations(given, seeds, solver, iterations)
        names = [solver] * count
    elif not given.jobs or not given.engineers:
        plans, names = [{}], [solver]
    else:
        plans = _by_time(given, seeds, solver, until)
        names = [*([solver] * len(seeds)), "greedy"]
        seeds.append(seed * 1000)
    kept = [worker for worker, plan in enumerate(plans) if plan is not None]
    found = {worker: plans[worker] or {} for worker in kept}
    prices = {worker: price(given, plan) for worker, plan in found.items()}
    faults = {worker: tuple(breaches(given, plan)) for worker, plan in found.items()}
    best = min(kept, key=lambda worker: (bool(faults[worker]), prices[worker].objective, worker))
    objectives = tuple(prices[worker].objective for worker in kept)
    return Solved(found[best], prices[best], names[best], seeds[best], objectives, faults[best])


def closing(given: Instance) -> float:
    """Seconds kept back for a problem: more for large ones, whose plans take longer to check and explain."""
    return CLOSING_SECONDS + 4e-7 * len(given.jobs) * len(given.engineers) * given.days + 1e-7 * len(given.jobs) ** 2


def _by_iterations(given: Instance, seeds: list[int], solver: str, iterations: int) -> list[Plan | None]:
    if len(seeds) == 1:
        return [one(given, seeds[0], solver, iterations=iterations)]
    with ProcessPoolExecutor(len(seeds), mp_context=get_context("spawn")) as pool:
        jobs = [pool.submit(one, given, number, solver, iterations=iterations) for number in seeds]
        return [job.result() for job in jobs]


def _by_time(given: Instance, seeds: list[int], solver: str, until: float) -> list[Plan | None]:
    """Plans of the workers (None: nothing in time), then the greedy one; over at `until` whatever they do."""
    context = get_context("spawn")
    processes: list[BaseProcess] = []
    pipes: dict[Any, int] = {}
    for worker, number in enumerate(seeds):
        mine, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_work, args=(theirs, given, number, solver, until, worker % 2), daemon=True)
        process.start()
        theirs.close()
        processes.append(process)
        pipes[mine] = worker
    found: list[Plan | None] = [None] * len(seeds)
    greedy = first_plan(given, until)
    while pipes and (left := until + 0.1 - time.monotonic()) > 0:
        for ready in wait(list(pipes), left):
            try:
                found[pipes[ready]] = cast("Connection", ready).recv()
            except EOFError:
                del pipes[ready]
    for process in processes:
        process.kill()
    return [*found, greedy]


def _work(pipe: Connection, given: Instance, seed: int, solver: str, until: float, variant: int) -> None:
    """Search in a worker process and send each better plan, at most about twice a second, and the last."""
    one(given, seed, solver, until=until, tell=pipe.send, variant=variant)


def one(
    given: Instance,
    seed: int,
    solver: str,
    *,
    until: float = 0.0,
    iterations: int | None = None,
    tell: Callable[[Plan], None] | None = None,
    variant: int = 0,
) -> Plan:
    """Solve with one seed in this process until time.monotonic() reaches `until`, or for some iterations.

    The solvers are loaded here, so that only the workers spend the time on it.
    """
    if solver == "pyvrp":
        from gunmane.solve import vrp

        plan = vrp.inspections(given, max(until - time.monotonic() - 0.2, 0.0), seed, iterations=iterations)
        if tell is not None:
            tell(plan)
        return plan
    from gunmane.solve import strings

    return strings.improve(given, until, seed, iterations, tell=tell, prizes=not variant)[0]
