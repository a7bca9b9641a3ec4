"""`gunmane plan portfolio`: solve a portfolio instance from a file and print the choice with its proof."""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from gunmane.core.errors import GunmaneError
from gunmane.core.plan.instances import Choices, Instance, excess, instance_of, use_of
from gunmane.core.plan.portfolio import bound, solve
from gunmane.files.faults import said
from gunmane.solve.highs import solve_portfolio

SMALL = 2_000
"""Assets up to which the rest of the time goes to exact search."""


def add(commands: Any) -> None:
    """Add `plan` with its sub-commands."""
    plan = commands.add_parser("plan", help="decisions of a plan")
    kinds = plan.add_subparsers(metavar="KIND", required=True)
    portfolio = kinds.add_parser("portfolio", help="one measure and year for each asset under yearly budgets")
    portfolio.add_argument("instance", type=Path, help=".npz with value, keep_value, cost, hours, budget, hours_cap")
    portfolio.add_argument("--seconds", type=float, default=60.0)
    portfolio.add_argument("--seed", type=int, default=0)
    portfolio.add_argument("--json", action="store_true", help="print one JSON object")
    portfolio.set_defaults(run=run_portfolio)


def read(path: Path) -> Instance:
    """Read an instance; raises GunmaneError for arrays that do not fit and OSError or ValueError for no such file.

    `cost` and `hours` have a first column for "keep"; what keeping uses must be nothing. Optional: `group` and
    `group_budget` (budgets of owners or funds).
    """
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    missing = {"value", "keep_value", "cost", "budget"} - arrays.keys()
    if missing:
        raise ValueError(f"missing arrays: {', '.join(sorted(missing))}")
    if np.any(arrays["cost"][:, 0] != 0) or ("hours" in arrays and np.any(arrays["hours"][:, 0] != 0)):
        raise ValueError("keeping an asset must cost nothing: subtract it from the budgets first")
    return instance_of(
        arrays["value"],
        arrays["keep_value"],
        arrays["cost"][:, 1:],
        arrays["budget"],
        hours=arrays["hours"][:, 1:] if "hours" in arrays else None,
        hours_cap=arrays.get("hours_cap"),
        group=arrays.get("group"),
        group_budget=arrays.get("group_budget"),
    )


def decide(instance: Instance, seconds: float, seed: int) -> tuple[Choices, float]:
    """Return the best choice and the best lower bound within about `seconds`.

    Small instances: a fifth of the time goes to the Lagrangian method, the rest to HiGHS started from its answer.
    """
    began = time.monotonic()
    small = instance.size <= SMALL
    found = solve(instance, seed=seed, clock=time.monotonic, seconds=seconds * (0.2 if small else 0.8))
    choice, best = found.choice, bound(instance, found.prices)
    left = seconds - (time.monotonic() - began)
    if small and left > 1:
        exact, proven = solve_portfolio(instance, left, choice)
        best = max(best, proven)
        if exact is not None:
            used = use_of(instance, exact)
            if excess(instance, used) == 0 and used.value < use_of(instance, choice).value:
                choice = exact
    return choice, best


def run_portfolio(options: argparse.Namespace) -> int:
    """Solve and print; exit code 2 for an instance that cannot be read, 1 when the limits cannot be kept."""
    try:
        instance = read(options.instance)
    except GunmaneError as error:
        print(f"{options.instance}: {said(error, 'ja')}\n{said(error, 'en')}", file=sys.stderr)
        return 2
    except (OSError, ValueError) as error:
        print(f"{options.instance}: {error}", file=sys.stderr)
        return 2
    began = time.monotonic()
    choice, best = decide(instance, options.seconds, options.seed)
    used = use_of(instance, choice)
    over = excess(instance, used)
    report = {
        "assets": instance.size,
        "value": used.value,
        "bound": best,
        "gap": (used.value - best) / max(abs(best), 1e-12),
        "over": over,
        "seconds": round(time.monotonic() - began, 3),
        "seed": options.seed,
        # As in the instance files: 0 keeps, else measure (from 1) x years + year.
        "choice": np.where(choice < 0, 0, choice + instance.years).tolist(),
    }
    if options.json:
        print(json.dumps(report))
    else:
        print(f"value {used.value:.6f}  bound {best:.6f}  gap {100 * report['gap']:.4f} %  over {over:.2e}")
    return 0 if over == 0 else 1
