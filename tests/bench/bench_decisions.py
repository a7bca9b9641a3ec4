"""Groups, sewer trees and detours at the sizes that a prefecture has, with the expected values of reference files.

    python -m tests.bench.bench_decisions

Prints seconds (median of three after a first call that compiles) and, where the reference data are there, whether the
proven optimum is met; detours also on a real road network (OpenStreetMap, Tachikawa).
"""

import gzip
import json
import re
import statistics
import time
from collections.abc import Callable

import numpy as np
from tests.outside import DATA

from gunmane.core.plan.detours import Graph, graph_of, ways_round
from gunmane.core.plan.districts import switch_years
from gunmane.core.plan.groups import units_of
from gunmane.solve.highs import solve_groups


def timed(act: Callable[[], object], times: int = 3) -> float:
    """Return the median seconds of some calls after one that compiles."""
    act()
    taken: list[float] = []
    for _ in range(times):
        start = time.perf_counter()
        act()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def sewer() -> None:
    """100,000 districts over 30 years."""
    random = np.random.default_rng(1)
    n = 100_000
    parent = np.array([-1, *(int(random.integers(max(0, k - 50), k)) for k in range(1, n))])
    cost = random.random((n, 31))
    print(f"sewer tree 100,000 districts: {timed(lambda: switch_years(parent, cost)):.2f} s (limit 1 s)")


def grid(side: int, edges: int, seed: int = 1) -> Graph:
    """Make a planar-like graph: a grid with some edges left out."""
    random = np.random.default_rng(seed)
    at = np.arange(side * side).reshape(side, side)
    pairs = np.concatenate([
        np.stack([at[:, :-1].ravel(), at[:, 1:].ravel()], axis=1),
        np.stack([at[:-1].ravel(), at[1:].ravel()], axis=1),
    ])  # fmt: skip
    pairs = pairs[np.sort(random.permutation(len(pairs))[:edges])]
    return graph_of(side * side, pairs, random.uniform(50, 500, len(pairs)))


def detours() -> None:
    """5,000 closures in a graph of 200,000 edges, and all edges of Tachikawa."""
    graph = grid(330, 200_000)
    closed = np.random.default_rng(2).choice(len(graph.ends), 5_000, replace=False)
    print(
        f"detours 5,000 of {len(graph.ends):,} edges: {timed(lambda: ways_round(graph, closed)):.4f} s (limit 0.1 s)"
    )
    path = DATA / "jp-roads" / "tachikawa_osm_drive.graphml.gz"
    if not path.exists():
        print("detours on Tachikawa: left out, the road network is not there")
        return
    text = gzip.decompress(path.read_bytes()).decode()
    key = re.search(r'<key id="(\w+)" for="edge" attr\.name="length"', text)
    assert key is not None
    ids = {name: k for k, name in enumerate(re.findall(r'<node id="([^"]+)"', text))}
    found = re.findall(r'<edge [^>]*?source="([^"]+)" target="([^"]+)"[^>]*>(.*?)</edge>', text, re.S)
    if not found:
        found = [(b, a, body) for a, b, body in re.findall(
            r'<edge [^>]*?target="([^"]+)" source="([^"]+)"[^>]*>(.*?)</edge>', text, re.S)]  # fmt: skip
    best: dict[tuple[int, int], float] = {}
    for a, b, body in found:
        metres = re.search(rf'<data key="{key[1]}">([^<]+)<', body)
        pair = (min(ids[a], ids[b]), max(ids[a], ids[b]))
        if metres is not None and pair[0] != pair[1]:
            best[pair] = min(best.get(pair, np.inf), float(metres[1]))
    graph = graph_of(len(ids), np.array(list(best)), np.array(list(best.values())))
    every = np.arange(len(graph.ends))
    ways = ways_round(graph, every)
    print(
        f"detours of all {len(every):,} edges of Tachikawa: {timed(lambda: ways_round(graph, every)):.4f} s, "
        f"{int(np.isinf(ways).sum())} cut edges, median {np.median(ways[np.isfinite(ways)]):.0f} m"
    )


def groups() -> None:
    """The two reference instances to their proven optimum."""
    for size, optimum in ((40, 47.76), (100, 103.76)):
        path = DATA / "optimisation" / f"grouping_{size}.json"
        if not path.exists():
            print(f"groups of {size} units: left out, the reference is not there")
            continue
        given = json.loads(path.read_text(encoding="utf-8"))
        units = units_of(given["x"], given["y"], given["assets"], {int(k): v for k, v in given["neighbours"].items()})
        mean = sum(given["assets"]) / given["p"]
        start = time.perf_counter()
        found, proved = solve_groups(units, given["p"], 0.6 * mean, 1.7 * mean, 60)
        cost = "none" if found is None else f"{found.cost:.2f}"
        took = time.perf_counter() - start
        print(f"groups of {size} units: {took:.1f} s, cost {cost} (reference {optimum}), proved {proved}")


if __name__ == "__main__":
    sewer()
    detours()
    groups()
