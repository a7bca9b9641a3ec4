"""Public routing problems with time windows: our search against PyVRP, each as far above the best known plan.

Run: python -m tests.bench.bench_vrptw [--seconds N] FILE=BEST …   (FILE in Solomon's form or VRPLIB; BEST its best
known distance by the DIMACS rule; without BEST the file with the ending .sol beside it is read: "Cost N")
Both get the same seconds and two processors (PyVRP: two seeds in two processes, the better one counts); processor
time is printed too, as a busy machine gives less of it than the clock says. Every plan is checked apart from its
solver. The aim: 1,000 stops within 3 % in 60 s.
"""

import argparse
import resource
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median

from gunmane.core.schedule.public import TENTHS, Routes, Timed, breaches, objective, read_public
from gunmane.solve.public import solve, warm_up
from gunmane.solve.vrp import timed


def spent() -> float:
    """Seconds of processor time of this process and of those that it has ended."""
    mine, ended = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return mine.ru_utime + mine.ru_stime + ended.ru_utime + ended.ru_stime


def rival(given: Timed, seconds: float) -> Routes:
    """PyVRP with two seeds side by side."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        jobs = [pool.submit(timed, given, seconds, seed) for seed in (1, 2)]
        found = [routes for job in jobs if (routes := job.result())]
    return min(found, key=lambda routes: objective(given, routes), default=())


def best_known(name: str) -> tuple[Path, float]:
    """The file and its best known distance."""
    path, _, value = name.partition("=")
    if value:
        return Path(path), float(value)
    folder = Path(path).parent
    text = next(one for one in folder.iterdir() if one.name.lower() == f"{Path(path).stem.lower()}.sol").read_text()
    return Path(path), float(text.split()[-1])


def main() -> None:
    """One line per problem and solver, then the medians."""
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="+", metavar="FILE=BEST")
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    warm_up()
    gaps: dict[str, list[float]] = {"gunmane": [], "pyvrp": []}
    for name in options.files:
        path, best = best_known(name)
        given = read_public(path.read_text(encoding="utf-8"))
        for solver in gaps:
            begun, before = time.monotonic(), spent()
            if solver == "pyvrp":
                routes = rival(given, options.seconds)
            else:
                routes = solve(given, begun + options.seconds, 1, workers=2).routes
            took, used = time.monotonic() - begun, spent() - before
            value = objective(given, routes) / TENTHS if routes else float("nan")
            gap = 100 * (value / best - 1)
            gaps[solver].append(gap)
            print(
                f"{path.stem:12} {given.customers:5} stops  {solver:8} {value:10.1f}  {gap:6.2f} % above {best:.1f}  "
                f"{len(routes)} routes, {took:.0f} s, {used:.0f} s of processors, "
                f"breaches {len(breaches(given, routes)) if routes else '-'}",
                flush=True,
            )
    print(
        "  ".join(f"{solver}: median {median(rows):.2f} %, worst {max(rows):.2f} %" for solver, rows in gaps.items())
    )


if __name__ == "__main__":
    main()
