"""`gunmane schedule`: routes of inspections over days."""

import argparse
import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from gunmane.cli import public, rosters
from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.schedule.instance import Instance, Plan
from gunmane.core.schedule.leftover import unserved
from gunmane.core.schedule.public import is_public
from gunmane.core.schedule.reading import MOST_FAULTS, passed_over, read_instance
from gunmane.resources import DATA

COMMENTS = ("reference", "plan", "note", "notes", "name", "comment", "description", "seed")
"""Keys at the top that are passed over without a word; of others the user is told."""

MOST_SECONDS = 86_400.0


def add(commands: Any) -> None:
    """Add the sub-command `schedule solve`."""
    schedule = commands.add_parser("schedule", help="schedules of inspections (点検の日程)")
    actions = schedule.add_subparsers(metavar="ACTION", required=True)
    solve = actions.add_parser("solve", help="who inspects what on which day, least driving, all windows kept")
    solve.add_argument(
        "instance",
        type=Path,
        metavar="INSTANCE",
        help="the problem as JSON, or a public one with time windows (Solomon, VRPLIB); - = standard input",
    )
    solve.add_argument("--seconds", type=float, default=60.0, metavar="N", help="whole time (default 60)")
    solve.add_argument("--seed", type=int, default=1, metavar="S", help="start of the seeds (default 1)")
    solve.add_argument("--workers", type=int, metavar="N", help="processes (default: one per processor)")
    solve.add_argument("--iterations", type=int, metavar="N", help="stop by iterations instead: repeatable")
    solve.add_argument("--solver", choices=("strings", "pyvrp"), default="strings", help="search method")
    solve.add_argument("--json", action="store_true", help="print one JSON object")
    solve.set_defaults(run=run_solve)
    rosters.add(actions)


def run_solve(options: argparse.Namespace) -> int:
    """Print objective, served jobs and plan; exit code 2 for a bad problem, 1 for a plan the checker refuses.

    The seconds count from the start of this process: what Python spent on loading is its processor time so far.
    """
    begun = time.monotonic() - time.process_time()
    try:
        _refuse_options(options)
        text = _text(options.instance)
        if is_public(text):
            return public.run(options, text, begun)
        document = _document(text)
        given = read_instance(document)
    except GunmaneError as error:
        return _refuse(error)
    from gunmane.solve.inspections import solve  # loads the means of search only when they are wanted

    extra = passed_over(document)
    unknown = [key for key in extra if key not in COMMENTS]
    if unknown:
        _say("passed_over", {"keys": ", ".join(unknown)})
    found = solve(
        given, options.seconds, options.seed,
        workers=options.workers, solver=options.solver, iterations=options.iterations, begun=begun,
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
        "passed_over": extra,
        "seconds": round(time.monotonic() - begun, 2),
    }
    if options.json:
        json.dump(row, sys.stdout, ensure_ascii=False)
        print()
    else:
        _show(row)
    return 1 if found.breaches else 0


def _refuse_options(options: argparse.Namespace) -> None:
    """Raise GunmaneError `bad_instance` for numbers of the command line that make no sense."""
    faults: list[Fault] = []
    if not 0 < options.seconds < MOST_SECONDS:
        faults.append(Fault("bad_seconds", "--seconds", {"value": options.seconds, "most": MOST_SECONDS}))
    for name in ("workers", "iterations"):
        value = getattr(options, name)
        if value is not None and value < 1:
            faults.append(Fault("too_small", f"--{name}", {"value": value, "least": 1}))
    if options.seed < 0:
        faults.append(Fault("too_small", "--seed", {"value": options.seed, "least": 0}))
    if faults:
        raise GunmaneError("bad_instance", faults)


def _unserved(given: Instance, plan: Plan) -> list[dict[str, Any]]:
    texts = {language: _texts(language)["unserved"] for language in ("ja", "en")}
    rows: list[dict[str, Any]] = []
    for why in unserved(given, plan):
        values = {"engineer": why.engineer, "day": why.day, "minutes": why.minutes}
        key = "no_engineer_at_all" if why.code == "no_engineer" and why.engineer is None else why.code
        job = given.jobs[why.job]
        shown = {**values, "field": job.field, "first": job.first_day, "last": job.last_day, "prize": job.prize}
        reasons = {f"reason_{language}": texts[language][key].format(**shown) for language in texts}
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


def _text(path: Path) -> str:
    try:
        return sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8-sig")
    except OSError as error:
        values = {"path": str(path), "message": error.strerror or str(error)}
        raise GunmaneError("bad_instance", [Fault("no_file", str(path), values)]) from error
    except UnicodeDecodeError as error:
        raise GunmaneError("bad_instance", [Fault("instance_not_json", "", {"message": str(error)})]) from error


def _document(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError as error:
        raise GunmaneError("bad_instance", [Fault("instance_not_json", "", {"message": "too deep"})]) from error
    except ValueError as error:
        raise GunmaneError("bad_instance", [Fault("instance_not_json", "", {"message": str(error)})]) from error


def _refuse(error: GunmaneError) -> int:
    for fault in error.faults:
        _say(fault.code, fault.values, fault.at or "/")
    if len(error.faults) >= MOST_FAULTS:
        _say("more", {"count": MOST_FAULTS})
    return 2


def _say(code: str, values: Mapping[str, Any], at: str = "") -> None:
    for language in ("ja", "en"):
        print(f"{at + ': ' if at else ''}{_texts(language)['faults'][code].format(**values)}", file=sys.stderr)
