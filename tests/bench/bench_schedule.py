"""Inspection schedules: our search against PyVRP and, where installed, VROOM, on one problem in one run.

Run: python -m tests.bench.bench_schedule INSTANCE.json [seconds] [seeds]
     python -m tests.bench.bench_schedule --windows FILE.txt BEST_KNOWN [seconds]   (public VRPTW form, PyVRP adapter)
Every plan is priced and checked apart from its solver. All solvers get the same seconds and processes.
"""

import json
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from gunmane.core.schedule.instance import Instance, Plan, breaches, price
from gunmane.core.schedule.reading import read_instance
from gunmane.solve import strings
from gunmane.solve.inspections import solve
from gunmane.solve.vrp import Windows, time_windows


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


def windows(path: Path) -> Windows:
    """Read a problem in Solomon's form; distances cut to one decimal (DIMACS rule), so all numbers are tenths."""
    rows = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
    numbers = [[int(cell) for cell in row] for row in rows if row and row[0].isdigit()]
    vehicles, capacity = numbers[0]
    nodes = np.array(numbers[1:], dtype=np.int64)
    place = nodes[:, 1:3].astype(np.float64)
    travel = np.floor(10 * np.hypot(*(place[:, None] - place[None, :]).transpose(2, 0, 1))).astype(np.int64)
    return Windows(travel, nodes[:, 3], nodes[:, 4] * 10, nodes[:, 5] * 10, nodes[:, 6] * 10, vehicles, capacity)


def one(path: Path, seconds: float, seed: int) -> int:
    """One seed in this process; distance in tenths."""
    return time_windows(windows(path), seconds, seed)[0]


def public(path: Path, best_known: float, seconds: float) -> None:
    """Two seeds side by side, the best kept, and its distance above the best known."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        jobs = [pool.submit(one, path, seconds, seed) for seed in (1, 2)]
        found = [job.result() / 10 for job in jobs]
    best = min(found)
    print(f"{path.name}: {found}, best {best:.1f}, {100 * (best / best_known - 1):.2f} % above {best_known}")


def main() -> None:
    """Choose by the arguments."""
    arguments = sys.argv[1:]
    if arguments[0] == "--windows":
        public(Path(arguments[1]), float(arguments[2]), float(arguments[3]) if len(arguments) > 3 else 60.0)
    else:
        seconds = float(arguments[1]) if len(arguments) > 1 else 60.0
        inspections(Path(arguments[0]), seconds, int(arguments[2]) if len(arguments) > 2 else 5)


if __name__ == "__main__":
    main()
