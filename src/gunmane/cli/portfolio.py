"""`gunmane plan portfolio`: solve a portfolio instance from a file and print the choice with its proof."""

import argparse
import json
import math
import os
import sys
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from gunmane.cli.refusal import unusable
from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.plan.instances import Choices, Instance, excess, instance_of, sure_to_break, tightened, use_of
from gunmane.core.plan.portfolio import bound, solve
from gunmane.solve.portfolio import solve_within

SMALL = 2_000
"""Assets up to which the rest of the time goes to exact search."""

NEEDED = ("value", "keep_value", "cost", "budget")
OPTIONAL = ("hours", "hours_cap", "group", "group_budget", "owner", "owner_budget", "fund", "fund_budget")
FORMAT = (
    "arrays: value[n,O,T] (NaN: not allowed), keep_value[n], cost[n,O+1] (first column: keeping, 0), budget[T]; "
    "optional: hours[n,O+1], hours_cap[T], owner[n] with owner_budget[G,T], fund[n] with fund_budget[F,T]"
)


class Proof(msgspec.Struct, frozen=True, eq=False):
    """A choice, what no choice can be below, and whether it is proved: the best, or that none keeps the limits."""

    choice: Choices
    bound: float
    proved: bool


def add(kinds: Any) -> None:
    """Add `plan portfolio`."""
    portfolio = kinds.add_parser("portfolio", help="one measure and year for each asset under yearly budgets")
    portfolio.add_argument("instance", type=Path, help=f".npz; {FORMAT}")
    portfolio.add_argument("--seconds", type=float, default=60.0, help="time limit, loading included")
    portfolio.add_argument("--seed", type=int, default=0)
    portfolio.add_argument("--json", action="store_true", help="print one JSON object")
    portfolio.set_defaults(run=run)


def read(path: Path) -> Instance:
    """Read an instance; raises GunmaneError for arrays that do not fit and OSError or ValueError for no such file.

    `cost` and `hours` have a first column for "keep"; what keeping uses must be nothing. Optional: `owner` (also
    called `group`) and `fund` with their yearly budgets.
    """
    with path.open("rb") as raw:  # numpy leaves files open that turn out to be torn
        file: Any = np.load(raw, allow_pickle=False)
        if isinstance(file, np.ndarray):
            raise ValueError(f"one array, not an .npz archive; {FORMAT}")
        arrays: dict[str, npt.NDArray[Any]] = {
            name: file[name] for name in (*NEEDED, *OPTIONAL) if name in file.files
        }
    missing = [name for name in NEEDED if name not in arrays]
    if missing:
        raise GunmaneError("bad_instance", [Fault("array_missing", at=name) for name in missing])
    return instance_of(
        arrays["value"],
        arrays["keep_value"],
        _without_keep(arrays, "cost"),
        arrays["budget"],
        hours=_without_keep(arrays, "hours") if "hours" in arrays else None,
        hours_cap=arrays.get("hours_cap"),
        group=arrays.get("owner", arrays.get("group")),
        group_budget=arrays.get("owner_budget", arrays.get("group_budget")),
        fund=arrays.get("fund"),
        fund_budget=arrays.get("fund_budget"),
    )


def _without_keep(arrays: Mapping[str, npt.NDArray[Any]], name: str) -> npt.NDArray[Any]:
    """Return an array without its first column, which is for keeping an asset and must be nothing."""
    table, value = arrays[name], arrays["value"]
    if table.ndim != 2 or value.ndim != 3 or table.shape[1] != value.shape[1] + 1:
        expected = f"{value.shape[0]} x {value.shape[1] + 1}" if value.ndim == 3 else "n x (O + 1)"
        raise GunmaneError("bad_instance", [Fault("wrong_shape", at=name, values={"expected": expected})])
    if np.any(np.nan_to_num(table[:, 0]) != 0):
        raise GunmaneError("bad_instance", [Fault("keeping_costs", at=name)])
    return table[:, 1:]


def decide(instance: Instance, seconds: float, seed: int) -> Proof:
    """Return the best choice and the best lower bound within about `seconds`.

    Small instances: up to a fifth of the time goes to the Lagrangian method, the rest to HiGHS started from its
    answer.
    """
    began = time.monotonic()
    small = instance.size <= SMALL
    tight = tightened(instance)
    if tight is None or sure_to_break(tight):
        found = solve(instance, seed=seed, clock=time.monotonic, seconds=seconds / 2)
        return Proof(found.choice, math.inf, True)
    first = min(0.2 * seconds, 1 + instance.size / 50) if small else 0.95 * seconds
    found = solve(instance, seed=seed, clock=time.monotonic, seconds=first)
    choice, best = found.choice, bound(instance, found.prices)
    left = seconds - (time.monotonic() - began)
    if not small or left < 0.5:
        return Proof(choice, best, found.over == 0 and found.value <= best + 1e-9 * abs(best))
    exact = solve_within(tight, left, choice if found.over == 0 else None)
    best = max(best, exact.bound)
    if exact.choice is not None:
        used = use_of(instance, exact.choice)
        if excess(instance, used) == 0 and (found.over > 0 or used.value < found.value):
            choice = exact.choice
    return Proof(choice, best, exact.proved)


def report_of(instance: Instance, proof: Proof, seed: int) -> dict[str, Any]:
    """Return what is printed; numbers that there are none of (a gap without a feasible choice) are None."""
    used = use_of(instance, proof.choice)
    over = excess(instance, used)
    feasible = over == 0
    gap = (used.value - proof.bound) / max(abs(proof.bound), 1e-12) if feasible else math.inf
    kept = float(instance.keep.sum()) if np.isfinite(instance.keep).all() else -math.inf
    status = (
        ("optimal" if proof.proved else "feasible") if feasible else ("infeasible" if proof.proved else "unknown")
    )
    gain = kept - proof.bound  # not known where an asset may not be kept
    return {
        "assets": instance.size,
        "status": status,
        "value": _number(used.value),
        "bound": _number(proof.bound),
        "gap": _number(max(gap, 0.0)),
        # The part of the gap that choices can change at all, whatever constant the values carry.
        "gap_of_gain": _number((used.value - proof.bound) / gain) if feasible and gain > 0 else None,
        "over": over,
        "seed": seed,
        # As in the instance files: 0 keeps, else measure (from 1) x years + year.
        "choice": np.where(proof.choice < 0, 0, proof.choice + instance.years).tolist(),
    }


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _age() -> float:
    """Return how many seconds this process took to load its libraries; 1 where the system won't say.

    A process that has run for long has not been loading all the time: nothing is counted then.
    """
    try:
        ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
        age = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
        return age if 0 <= age < 20 else 0.0
    except (OSError, AttributeError, ValueError, IndexError):
        return 1.0


def run(options: argparse.Namespace) -> int:
    """Solve and print; exit code 2 for an instance that cannot be read, 1 when no choice keeps the limits."""
    began = time.monotonic() - _age()
    if not options.seconds > 0 or options.seed < 0:
        print("--seconds must be greater than 0, --seed 0 or more", file=sys.stderr)
        return 2
    try:
        instance = read(options.instance)
    except (GunmaneError, OSError, ValueError, zipfile.BadZipFile, EOFError) as error:
        print(unusable(options.instance, error), file=sys.stderr)
        return 2
    # Writing the answer takes about a microsecond for each asset.
    left = options.seconds - (time.monotonic() - began) - 0.2 - 1e-6 * instance.size
    proof = decide(instance, max(left, 0.1), options.seed)
    report = report_of(instance, proof, options.seed)
    report["seconds"] = round(time.monotonic() - began, 3)
    if options.json:
        print(json.dumps(report, allow_nan=False))
    else:
        print(_sentence(report))
    return 0 if report["over"] == 0 else 1


def _sentence(report: Mapping[str, Any]) -> str:
    if report["status"] == "infeasible":
        return f"no choice keeps all limits (proved); the best found is over by {report['over']:.2%}"
    if report["status"] == "unknown":
        return f"no choice that keeps all limits was found; the best is over by {report['over']:.2%}"
    return f"value {report['value']:.6f}  bound {report['bound']:.6f}  gap {report['gap']:.4%}  {report['status']}"
