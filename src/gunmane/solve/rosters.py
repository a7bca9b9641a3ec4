"""Day plans in worker processes: several divisions into teams, the best plan kept and checked."""

import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from os import cpu_count

from msgspec import Struct

from gunmane.core.calendar import WorkingDays
from gunmane.core.schedule.days import day_plan, desk, warm_start
from gunmane.core.schedule.remedies import with_left
from gunmane.core.schedule.roster import DayPlan, Roster
from gunmane.core.schedule.roster_check import Fault, faults
from gunmane.core.schedule.routing import cost


class Planned(Struct, frozen=True):
    """A day plan with its cost in minutes and what the independent checker says (nothing, for one to be stored)."""

    plan: DayPlan
    cost: int
    costs: tuple[int, ...]
    faults: tuple[Fault, ...]


def plan_days(
    roster: Roster, office: WorkingDays, seconds: float, seed: int, *, workers: int | None = None,
    iterations: int | None = None,
) -> Planned:  # fmt: skip
    """Plan the weeks of a roster, searching for `seconds`; each worker divides people into teams in another way.

    With `iterations` the same seed gives the same plan on any machine. Costs are comparable: driving, prizes of
    what is left out, and stays of what left last week's day.
    """
    count = workers or max(1, cpu_count() or 1)
    given = [(roster, office, seconds, seed * 1000 + n, n % 3, iterations) for n in range(count)]
    if count == 1:
        found = [one(*given[0])]
    else:
        with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
            found = [job.result() for job in [pool.submit(one, *row) for row in given]]
    best = min(range(count), key=lambda n: (found[n][1], n))
    plan, value = found[best]
    return Planned(plan, value, tuple(row[1] for row in found), tuple(faults(roster, plan, office)))


def one(
    roster: Roster, office: WorkingDays, seconds: float, seed: int, variant: int, iterations: int | None
) -> tuple[DayPlan, int]:
    """Plan with one seed and one division into teams, in this process; last week's plan is where it starts."""
    from gunmane.solve import strings  # compiled code is loaded by the workers only

    laid = desk(roster, office, variant)
    start, until = warm_start(laid), time.monotonic() + seconds
    routes, _ = strings.improve_routes(laid.routing, until, seed, iterations, start=start, prizes=False)
    return with_left(laid, routes, day_plan(laid, routes)), cost(laid.routing, routes)
