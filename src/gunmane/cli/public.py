"""`gunmane schedule solve` on public problems with time windows (Solomon's text form, VRPLIB)."""

import argparse
import json
import sys
import time
from os import cpu_count
from typing import Any

from gunmane.core.schedule.public import TENTHS, Timed, breaches, distance, objective, read_public

CLOSING_SECONDS = 0.3
"""Kept back from the time given: to check and print the plan."""


def run(options: argparse.Namespace, text: str, begun: float) -> int:
    """Solve and print; exit code 1 for a plan the checker refuses. Raises GunmaneError for a bad problem."""
    given = read_public(text)
    workers = options.workers or max(1, cpu_count() or 1)
    until = begun + options.seconds - CLOSING_SECONDS
    solver = "strings" if options.iterations is not None else options.solver
    if solver == "pyvrp":
        from gunmane.solve.vrp import timed

        routes, done = timed(given, max(until - time.monotonic(), 0.1), options.seed), None
    else:
        from gunmane.solve.public import solve

        found = solve(given, until, options.seed, workers=workers, iterations=options.iterations)
        routes, done = found.routes, found.iterations
    row = as_row(given, routes)
    row |= {"solver": solver, "seed": options.seed, "iterations": done, "seconds": round(time.monotonic() - begun, 2)}
    if options.json:
        json.dump(row, sys.stdout, ensure_ascii=False)
        print()
    else:
        print(f"objective {row['objective']}  served {row['served']} of {row['jobs']}  routes {len(routes)}")
        for number, stops in row["plan"].items():
            print(f"{number:8} {' '.join(map(str, stops))}")
    return 1 if row["breaches"] else 0


def as_row(given: Timed, routes: Any) -> dict[str, Any]:
    """A plan as plain values: distances by the DIMACS rule (cut to one decimal), customers by their numbers."""
    served = {node for route in routes for node in route}
    return {
        "name": given.name,
        "objective": objective(given, routes) / TENTHS,
        "served": len(served),
        "jobs": given.customers,
        "travel": distance(given, routes) / TENTHS,
        "unserved_prizes": (objective(given, routes) - distance(given, routes)) / TENTHS,
        "plan": {str(number): list(route) for number, route in enumerate(routes, 1)},
        "unserved": [node for node in range(1, given.customers + 1) if node not in served],
        "breaches": [list(breach) for breach in breaches(given, routes)],
        "rounding": "dimacs",
    }
