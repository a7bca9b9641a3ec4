"""Inspection problems in worker processes: several seeds, the best plan kept, checked before it is given back."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from os import cpu_count

from msgspec import Struct

from gunmane.core.schedule.instance import Breach, Instance, Plan, Price, breaches, price
from gunmane.solve import strings, vrp

SOLVERS = ("strings", "pyvrp")


class Solved(Struct, frozen=True):
    """The best plan of all workers with its price, the solver and seed it came from, and every worker's objective.

    `breaches` is what the independent checker says; empty for a plan that may be stored.
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
) -> Solved:
    """Search with as many workers as processors for `seconds` each and keep the best plan that passes the checker.

    With `iterations` each worker does exactly as many, so that the same seed gives the same plan on any machine.
    """
    count = workers or max(1, cpu_count() or 1)
    seeds = [seed * 1000 + worker for worker in range(count)]
    if count == 1:
        plans = [one(given, seconds, seeds[0], solver, iterations)]
    else:
        if solver == "strings":
            strings.warm_up()
        with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
            jobs = [pool.submit(one, given, seconds, number, solver, iterations) for number in seeds]
            plans = [job.result() for job in jobs]
    prices = [price(given, plan) for plan in plans]
    faults = [tuple(breaches(given, plan)) for plan in plans]
    best = min(range(count), key=lambda worker: (bool(faults[worker]), prices[worker].objective, worker))
    objectives = tuple(entry.objective for entry in prices)
    return Solved(plans[best], prices[best], solver, seeds[best], objectives, faults[best])


def one(given: Instance, seconds: float, seed: int, solver: str, iterations: int | None) -> Plan:
    """Solve with one seed in this process."""
    if solver == "pyvrp":
        return vrp.inspections(given, seconds, seed, iterations=iterations)
    return strings.improve(given, seconds, seed, iterations)[0]
