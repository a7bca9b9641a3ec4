"""Inspection schedules: our search against PyVRP and, where installed, VROOM, on one problem in one run.

Run: python -m tests.bench.bench_schedule INSTANCE.json [seconds] [seeds]
Every plan is priced and checked apart from its solver. All solvers get the same seconds and processes.
"""

import json
import statistics
import sys
import time
from datetime import timedelta
from pathlib import Path

import numpy as np

from gunmane.core.schedule.instance import Instance, Plan, breaches, price
from gunmane.core.schedule.reading import read_instance
from gunmane.solve import strings
from gunmane.solve.inspections import solve


def vroom(given: Instance, seconds: float, seed: int) -> Plan | None:
    """The rival's plan, None where it is not installed; prizes become its priorities (0-100), as it wants them."""
    try:
        import vroom as rival
    except ImportError:
        return None
    del seed
    day = 1440
    problem = rival.Input()
    problem.set_durations_matrix("car", np.array(given.travel_min, dtype=np.uint32) * 60)
    routes = [(engineer, number) for engineer in range(len(given.engineers)) for number in range(given.days)]
    for index, (engineer, number) in enumerate(routes):
        held = given.engineers[engineer]
        problem.add_vehicle(
            rival.Vehicle(
                index,
                start=held.office,
                end=held.office,
                skills=set(held.skills),
                time_window=rival.TimeWindow(
                    (number * day + given.start_min) * 60, (number * day + given.end_min) * 60
                ),
            )
        )
    top = max((job.prize for job in given.jobs), default=1)
    for number, job in enumerate(given.jobs):
        problem.add_job(
            rival.Job(
                number,
                location=given.offices + number,
                default_service=job.service * 60,
                skills={job.field},
                priority=round(100 * job.prize / max(top, 1)),
                time_windows=[
                    rival.TimeWindow(
                        (job.first_day * day + given.start_min) * 60, (job.last_day * day + given.end_min) * 60
                    )
                ],
            )
        )
    solution = problem.solve(exploration_level=5, nb_threads=2, timeout=timedelta(seconds=seconds))
    table = solution.routes
    plan: dict[tuple[int, int], list[int]] = {}
    for row in table[table.type == "job"].itertuples():
        plan.setdefault(routes[int(row.vehicle_id)], []).append(int(row.id))
    return {route: tuple(jobs) for route, jobs in plan.items()}


def inspections(path: Path, seconds: float, seeds: int) -> None:
    """Print one line per solver and seed, then medians and the ratio to the best rival."""
    given = read_instance(json.loads(path.read_text(encoding="utf-8")))
    strings.warm_up()
    medians: dict[str, float] = {}
    worst = 0
    for solver, count in (("strings", seeds), ("pyvrp", 1)):
        values: list[int] = []
        for seed in range(1, count + 1):
            begun = time.perf_counter()
            found = solve(given, seconds, seed, solver=solver)
            wall = time.perf_counter() - begun
            values.append(found.price.objective)
            print(
                f"{solver:8} seed {seed}: objective {found.price.objective}, served {found.price.served}, travel "
                f"{found.price.travel}, workers {found.objectives}, breaches {len(found.breaches)}, {wall:.0f} s",
                flush=True,
            )
        medians[solver] = statistics.median(values)
        worst = worst or max(values)
        print(f"{solver:8} median {medians[solver]:.0f}, worst {max(values)}, best {min(values)}", flush=True)
    plan = vroom(given, seconds, 0)
    if plan is None:
        print("vroom    is not installed")
    else:
        medians["vroom"] = price(given, plan).objective
        print(f"vroom    objective {medians['vroom']:.0f}, breaches {len(breaches(given, plan))}")
    for rival in medians.keys() - {"strings"}:
        print(f"strings / {rival}: {medians['strings'] / medians[rival]:.3f}, worst {worst / medians[rival]:.3f}")


def main() -> None:
    """Read the arguments."""
    arguments = sys.argv[1:]
    seconds = float(arguments[1]) if len(arguments) > 1 else 60.0
    inspections(Path(arguments[0]), seconds, int(arguments[2]) if len(arguments) > 2 else 5)


if __name__ == "__main__":
    main()
