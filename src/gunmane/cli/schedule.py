"""`gunmane schedule`: routes of inspections over days."""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import msgspec

from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.schedule.instance import Instance, read_instance, unserved
from gunmane.resources import DATA


def add(commands: Any) -> None:
    """Add the sub-command `schedule solve`."""
    schedule = commands.add_parser("schedule", help="schedules of inspections (点検の日程)")
    actions = schedule.add_subparsers(metavar="ACTION", required=True)
    solve = actions.add_parser("solve", help="who inspects what on which day, least driving, all windows kept")
    solve.add_argument("instance", type=Path, metavar="INSTANCE.json", help="the problem; - = standard input")
    solve.add_argument("--seconds", type=float, default=60.0, metavar="N", help="search time (default 60)")
    solve.add_argument("--seed", type=int, default=1, metavar="S", help="start of the seeds (default 1)")
    solve.add_argument("--workers", type=int, metavar="N", help="processes (default: one per processor)")
    solve.add_argument("--iterations", type=int, metavar="N", help="stop by iterations instead: repeatable")
    solve.add_argument("--solver", choices=("strings", "pyvrp"), default="strings", help="search method")
    solve.add_argument("--json", action="store_true", help="print one JSON object")
    solve.set_defaults(run=run_solve)


def run_solve(options: argparse.Namespace) -> int:
    """Print objective, served jobs and plan; exit code 2 for a bad problem, 1 for a plan the checker refuses."""
    from gunmane.solve.inspections import solve  # loads the compiled search only when it is wanted

    try:
        given = read_instance(_document(options.instance))
    except GunmaneError as error:
        return _refuse(error)
    begun = time.perf_counter()
    found = solve(
        given, options.seconds, options.seed,
        workers=options.workers, solver=options.solver, iterations=options.iterations,
    )  # fmt: skip
    row = {
        "objective": found.price.objective,
        "served": found.price.served,
        "jobs": len(given.jobs),
        "travel": found.price.travel,
        "unserved_prizes": found.price.unserved_prizes,
        "plan": {f"{who}:{day}": list(jobs) for (who, day), jobs in sorted(found.plan.items())},
        "unserved": _unserved(given, found.plan),
        "breaches": [[code.value, *rest] for code, *rest in found.breaches],
        "solver": found.solver,
        "seed": found.seed,
        "objectives": list(found.objectives),
        "seconds": round(time.perf_counter() - begun, 1),
    }
    if options.json:
        json.dump(row, sys.stdout, ensure_ascii=False)
        print()
    else:
        _show(row)
    return 1 if found.breaches else 0


def _unserved(given: Instance, plan: Any) -> list[dict[str, Any]]:
    texts = {language: _texts(language)["unserved"] for language in ("ja", "en")}
    rows: list[dict[str, Any]] = []
    for why in unserved(given, plan):
        values = {"engineer": why.engineer, "day": why.day, "minutes": why.minutes}
        reasons = {f"reason_{language}": texts[language][why.code].format(**values) for language in texts}
        rows.append({"job": why.job, "code": why.code, **values, **reasons})
    return rows


def _show(row: dict[str, Any]) -> None:
    print(f"objective {row['objective']}  served {row['served']} of {row['jobs']}  driving {row['travel']} min")
    for route, jobs in row["plan"].items():
        print(f"{route:8} {' '.join(map(str, jobs))}")
    for entry in row["unserved"]:
        print(f"job {entry['job']}: {entry['reason_ja']} / {entry['reason_en']}")


def _texts(language: str) -> dict[str, dict[str, str]]:
    path = DATA / "texts" / language / "schedule.toml"
    return msgspec.toml.decode(path.read_bytes(), type=dict[str, dict[str, str]])


def _document(path: Path) -> Any:
    try:
        return json.loads(sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise GunmaneError("bad_instance", [Fault("bad_instance", "", {"message": str(error)})]) from error


def _refuse(error: GunmaneError) -> int:
    for fault in error.faults:
        for language in ("ja", "en"):
            template = _texts(language)["faults"].get(fault.code, fault.code)
            print(f"{fault.at or '/'}: {template.format(**fault.values)}", file=sys.stderr)
    return 2
