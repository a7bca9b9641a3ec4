"""`gunmane plan groups | sewer | detours | fairness`: further decisions of a plan, each from one file."""

import argparse
import json
import re
import sys
import time
import zipfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct

from gunmane.cli.portfolio import read
from gunmane.cli.refusal import unusable
from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.plan.detours import graph_of, ways_round
from gunmane.core.plan.districts import switch_years, undecided
from gunmane.core.plan.fairness import price_of_fairness
from gunmane.core.plan.groups import problems, units_of
from gunmane.solve.highs import solve_groups

Report = dict[str, Any]


class GroupsFile(Struct):
    """Owners to be grouped; limits are assets, or a factor of the mean group as in `0.6*sum/p`."""

    x: list[float]
    y: list[float]
    assets: list[float]
    neighbours: dict[int, list[int]]
    p: int | None = None
    asset_min: float | str = "0.6*sum/p"
    asset_max: float | str = "1.7*sum/p"


class Closed(Struct):
    """An edge that is closed alone; other fields of the file are not read."""

    edge: int


class DetoursFile(Struct):
    """A road graph, edges as (from, to, length), and the edges to be closed one at a time."""

    nodes: int
    edges: list[tuple[int, int, float]]
    bridges: list[Closed]


def add(kinds: Any) -> None:
    """Add the four kinds."""
    groups = kinds.add_parser("groups", help="groups of owners: exact up to about 100 (x, y, assets, neighbours, p)")
    groups.add_argument("instance", type=Path, help=".json")
    groups.add_argument("--groups", type=int, help="how many groups (default: p of the file)")
    groups.add_argument("--seconds", type=float, default=60.0)
    sewer = kinds.add_parser("sewer", help="sewer or septic by district: exact switch years on the tree of trunks")
    sewer.add_argument(
        "instance", type=Path, help=".npz: parent[n] (-1: plant), cost[n,S] by switch year (last: never)"
    )
    detours = kinds.add_parser("detours", help="the way round each bridge of a road graph when it alone is closed")
    detours.add_argument("instance", type=Path, help=".json: nodes, edges [[from, to, length]], bridges [{edge}]")
    fairness = kinds.add_parser(
        "fairness",
        help="owners' budgets apart or between a floor and a ceiling against one pot: what the region loses",
    )
    fairness.add_argument("instance", type=Path, help=".npz as for portfolio, with owner[n] and owner_budget[G,T]")
    fairness.add_argument("--floor", type=float, default=1.0, help="least share of its own money kept for an owner")
    fairness.add_argument("--ceiling", type=float, default=1.0, help="most that an owner may spend of its own money")
    fairness.add_argument("--seconds", type=float, default=20.0, help="for each of the two plans")
    fairness.add_argument("--seed", type=int, default=0)
    runs: dict[Any, Callable[[argparse.Namespace], Report]] = {
        groups: _groups, sewer: _sewer, detours: _detours, fairness: _fairness
    }  # fmt: skip
    for command, run in runs.items():
        command.add_argument("--json", action="store_true", help="print one JSON object")
        command.set_defaults(run=partial(_run, run))


def _run(run: Callable[[argparse.Namespace], Report], options: argparse.Namespace) -> int:
    """Decide and print; exit code 2 for a file that cannot be used, 1 where no answer keeps the limits."""
    try:
        report = run(options)
    except (GunmaneError, OSError, ValueError, KeyError, zipfile.BadZipFile, EOFError) as error:
        print(unusable(options.instance, error), file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(report, allow_nan=False))
    else:
        for name, value in report.items():
            if not isinstance(value, list):
                print(f"{name} {value}")
    return 1 if report.get("status") == "infeasible" else 0


def _limit(given: float | str, name: str, whole: float, count: int) -> float:
    if isinstance(given, str):
        match = re.fullmatch(r"\s*([0-9.]+)\s*\*\s*sum\s*/\s*p\s*", given)
        if match is None:
            raise GunmaneError("bad_groups", [Fault("not_numbers", at=name)])
        return float(match[1]) * whole / count
    return given


def _groups(options: argparse.Namespace) -> Report:
    file = msgspec.json.decode(options.instance.read_bytes(), type=GroupsFile)
    count = options.groups or file.p or 0
    if not 1 <= count <= max(len(file.x), 1):
        raise GunmaneError("bad_groups", [Fault("not_in_range", at="p")])
    units = units_of(file.x, file.y, file.assets, file.neighbours)
    whole = float(units.assets.sum())
    floor, ceiling = (
        _limit(file.asset_min, "asset_min", whole, count),
        _limit(file.asset_max, "asset_max", whole, count),
    )
    found, proved = solve_groups(units, count, floor, ceiling, options.seconds)
    if found is None:
        return {"status": "infeasible" if proved else "unknown", "cost": None, "groups": []}
    members: Mapping[int, list[int]] = {
        int(k): np.flatnonzero(found.centre == k).tolist() for k in np.unique(found.centre)
    }
    return {
        "status": "optimal" if proved else "feasible",
        "cost": found.cost,
        "problems": list(problems(units, found, count, floor, ceiling)),
        "centre": found.centre.tolist(),
        "groups": list(members.values()),
    }


def _sewer(options: argparse.Namespace) -> Report:
    with options.instance.open("rb") as raw:
        file: Any = np.load(raw, allow_pickle=False)
        if isinstance(file, np.ndarray):
            raise ValueError("one array, not an .npz archive")
        missing = [name for name in ("parent", "cost") if name not in file.files]
        if missing:
            raise GunmaneError("bad_tree", [Fault("array_missing", at=name) for name in missing])
        parent, cost = file["parent"], file["cost"]
        cases = [file[name] for name in ("cost_low", "cost_high") if name in file.files]
    found = switch_years(parent, cost)
    never = cost.shape[1] - 1
    report: Report = {
        "status": "optimal",
        "cost": found.cost,
        "districts": len(parent),
        "stay": int((found.year == never).sum()),
        "switch": found.year.tolist(),
    }
    if cases:
        report["undecided"] = np.flatnonzero(undecided(parent, [cost, *cases])).tolist()
    return report


def _detours(options: argparse.Namespace) -> Report:
    file = msgspec.json.decode(options.instance.read_bytes(), type=DetoursFile)
    edges = np.array([(a, b) for a, b, _ in file.edges], dtype=np.int64).reshape(-1, 2)
    graph = graph_of(file.nodes, edges, [length for _, _, length in file.edges])
    closed = [bridge.edge for bridge in file.bridges]
    ways = ways_round(graph, closed)
    return {
        "status": "optimal",
        "bridges": len(closed),
        "cut": int(np.isinf(ways).sum()),
        "edge": closed,
        "detour": [None if np.isinf(way) else float(way) for way in ways],
    }


def _fairness(options: argparse.Namespace) -> Report:
    instance = read(options.instance)
    with np.load(options.instance, allow_pickle=False) as file:
        missing = [name for name in ("owner", "owner_budget") if name not in file.files]
        if missing:
            raise GunmaneError("bad_instance", [Fault("array_missing", at=name) for name in missing])
        owner, paid = file["owner"].astype(np.int64), file["owner_budget"].astype(np.float64)
    if not 0 <= options.floor <= 1 <= options.ceiling:
        raise GunmaneError("bad_instance", [Fault("not_in_range", at="floor")])
    (found,) = price_of_fairness(
        instance, owner, paid, ((options.floor, options.ceiling),),
        seed=options.seed, clock=time.monotonic, seconds=options.seconds,
    )  # fmt: skip
    return {
        "status": "feasible",
        "price": found.price,
        "uncertain": found.uncertain,
        "loss_by_owner": found.by_owner.tolist(),
        "spent": found.spent.tolist(),
        "spent_from_pot": found.pooled.tolist(),
    }
