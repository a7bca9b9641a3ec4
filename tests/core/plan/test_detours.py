"""Ways round closed edges against plain Dijkstra and the reference file."""

import heapq
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gunmane.core.errors import GunmaneError
from gunmane.core.plan.detours import cut_off, graph_of, ways_round

REFERENCE = Path(__file__).parents[2] / "data" / "optimisation" / "detour_2000.json"


def plain(nodes: int, edges: list[tuple[int, int, int]], closed: int) -> float:
    """Return the way round by textbook Dijkstra."""
    near: list[list[tuple[int, int]]] = [[] for _ in range(nodes)]
    for k, (a, b, length) in enumerate(edges):
        if k != closed:
            near[a].append((b, length))
            near[b].append((a, length))
    start, goal, _ = edges[closed]
    far = {start: 0.0}
    heap: list[tuple[float, int]] = [(0.0, start)]
    while heap:
        way, v = heapq.heappop(heap)
        if v == goal:
            return way
        for w, length in near[v]:
            if way + length < far.get(w, np.inf):
                far[w] = way + length
                heapq.heappush(heap, (way + length, w))
    return np.inf


@settings(max_examples=60, deadline=None)
@given(
    st.integers(2, 12).flatmap(
        lambda n: st.tuples(
            st.just(n),
            st.lists(
                st.tuples(st.integers(0, n - 1), st.integers(0, n - 1), st.integers(0, 20)), min_size=1, max_size=30
            ),
        )
    )
)
def test_against_plain_dijkstra(case: tuple[int, list[tuple[int, int, int]]]) -> None:
    nodes, edges = case
    graph = graph_of(nodes, [edge[:2] for edge in edges], [edge[2] for edge in edges])
    found = ways_round(graph, range(len(edges)))
    assert found.tolist() == [plain(nodes, edges, k) for k in range(len(edges))]


def test_reference_graph() -> None:
    data = json.loads(REFERENCE.read_text())
    graph = graph_of(data["nodes"], [edge[:2] for edge in data["edges"]], [edge[2] for edge in data["edges"]])
    found = ways_round(graph, [bridge["edge"] for bridge in data["bridges"]])
    expected = [np.inf if bridge["detour"] is None else bridge["detour"] for bridge in data["bridges"]]
    assert found.tolist() == expected


def test_a_limit_and_homes_cut_off() -> None:
    # A ring of three and a dead end: 0-1-2-0 and 2-3.
    graph = graph_of(4, [(0, 1), (1, 2), (2, 0), (2, 3)], [1.0, 2.0, 4.0, 1.0])
    assert ways_round(graph, [0, 1, 2, 3]).tolist() == [6.0, 5.0, 3.0, np.inf]
    assert ways_round(graph, [0, 2], limit=4.0).tolist() == [np.inf, 3.0]
    assert cut_off(graph, [0, 1], [0, 5, 0, 7], 0).tolist() == [0, 5, 0, 0]
    assert cut_off(graph, [3], [0, 5, 0, 7], 0).tolist() == [0, 0, 0, 7]


def test_bad_graphs_are_refused() -> None:
    with pytest.raises(GunmaneError, match="bad_graph"):
        graph_of(2, [(0, 2)], [1.0])
    with pytest.raises(GunmaneError, match="bad_graph"):
        graph_of(2, [(0, 1)], [-1.0])
    with pytest.raises(GunmaneError, match="bad_graph"):
        ways_round(graph_of(2, [(0, 1)], [1.0]), [1])
