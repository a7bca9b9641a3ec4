"""Detours: the shortest way round each edge of a road graph when that edge alone is closed (indicator N14).

Bidirectional Dijkstra from both ends with the edge left out: only the two neighbourhoods are looked at, and a cut
edge shows when one side has nowhere left to go.
"""

# Kernels are typed by numba from their arguments; annotations would say nothing.
# pyright: reportMissingParameterType=false, reportUnknownParameterType=false, reportUnknownVariableType=false

from collections.abc import Sequence

import numba as nb
import numpy as np
import numpy.typing as npt
from msgspec import Struct

from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.stock import Array, Floats


class Graph(Struct, frozen=True, eq=False):
    """An undirected graph by node: edges of node v at `first[v]` … `first[v + 1]` - 1 of `to`, `length`, `edge`."""

    first: Array
    to: Array
    length: Array
    edge: Array
    ends: Array  # [E, 2]

    @property
    def nodes(self) -> int:
        """The number of nodes."""
        return len(self.first) - 1


def graph_of(nodes: int, ends: npt.ArrayLike, length: npt.ArrayLike) -> Graph:
    """Build a graph from edges [E, 2] and their lengths.

    Raises GunmaneError `bad_graph` for ends that are no nodes or lengths that are negative or not numbers.
    """
    pairs, lengths = np.asarray(ends, dtype=np.int64).reshape(-1, 2), np.asarray(length, dtype=np.float64)
    faults: list[Fault] = []
    if len(pairs) != len(lengths):
        faults.append(Fault("wrong_shape", at="length", values={"expected": str(len(pairs))}))
    if pairs.size and (pairs.min() < 0 or pairs.max() >= nodes):
        faults.append(Fault("not_in_range", at="ends"))
    if not (lengths >= 0).all():
        faults.append(Fault("not_finite" if np.isnan(lengths).any() else "negative", at="length"))
    if faults:
        raise GunmaneError("bad_graph", faults)
    source, target = np.concatenate([pairs[:, 0], pairs[:, 1]]), np.concatenate([pairs[:, 1], pairs[:, 0]])
    order = np.argsort(source, kind="stable")
    first = np.concatenate([[0], np.cumsum(np.bincount(source, minlength=nodes))]).astype(np.int64)
    number = np.tile(np.arange(len(pairs)), 2)
    return Graph(
        first, target[order].astype(np.int32), np.tile(lengths, 2)[order], number[order].astype(np.int32), pairs
    )


@nb.njit(cache=True, nogil=True)
def _push(keys, nodes, size, key, node):
    """Add to a binary heap; returns its new size."""
    k = size
    while k > 0 and keys[(k - 1) // 2] > key:
        keys[k] = keys[(k - 1) // 2]
        nodes[k] = nodes[(k - 1) // 2]
        k = (k - 1) // 2
    keys[k] = key
    nodes[k] = node
    return size + 1


@nb.njit(cache=True, nogil=True)
def _pop(keys, nodes, size):
    """Take the top off a binary heap; returns its new size."""
    key, node = keys[size - 1], nodes[size - 1]
    size -= 1
    k = 0
    while True:
        child = 2 * k + 1
        if child >= size:
            break
        if child + 1 < size and keys[child + 1] < keys[child]:
            child += 1
        if keys[child] >= key:
            break
        keys[k] = keys[child]
        nodes[k] = nodes[child]
        k = child
    if size > 0:
        keys[k] = key
        nodes[k] = node
    return size


@nb.njit(cache=True, nogil=True)
def _ways_round(first, to, length, edge, ends, closed, limit, result, settled):
    """Fill result with the way round each closed edge, inf where there is none or it is longer than `limit`."""
    count = len(first) - 1
    far = np.full((2, count), np.inf)
    seen = np.zeros((2, count), dtype=np.int32)  # the query in which the distance was written
    done = np.zeros((2, count), dtype=np.int32)
    room = len(to) + 2
    keys = np.empty((2, room))
    nodes = np.empty((2, room), dtype=np.int32)
    size = np.zeros(2, dtype=np.int64)
    for q in range(len(closed)):
        skip, stamp = closed[q], q + 1
        best, looked = np.inf, 0
        if ends[skip, 0] == ends[skip, 1]:
            result[q] = 0.0
            continue
        for side in range(2):
            start = ends[skip, side]
            far[side, start] = 0.0
            seen[side, start] = stamp
            size[side] = _push(keys[side], nodes[side], 0, 0.0, start)
        while size[0] > 0 and size[1] > 0:
            low = keys[0, 0] + keys[1, 0]
            if low >= best or low > limit:
                break
            side = 0 if keys[0, 0] <= keys[1, 0] else 1
            other = 1 - side
            key, v = keys[side, 0], nodes[side, 0]
            size[side] = _pop(keys[side], nodes[side], size[side])
            if done[side, v] == stamp:
                continue
            done[side, v] = stamp
            looked += 1
            for k in range(first[v], first[v + 1]):
                if edge[k] == skip:
                    continue
                w, way = to[k], key + length[k]
                if seen[side, w] != stamp or way < far[side, w]:
                    far[side, w] = way
                    seen[side, w] = stamp
                    size[side] = _push(keys[side], nodes[side], size[side], way, w)
                    if seen[other, w] == stamp and way + far[other, w] < best:
                        best = way + far[other, w]
        result[q] = best if best <= limit else np.inf
        settled[q] = looked


def ways_round(graph: Graph, closed: Sequence[int] | Array, limit: float = np.inf) -> Floats:
    """Return the length of the shortest way between the ends of each closed edge without that edge.

    inf where the edge is a cut edge, or the way is longer than `limit`. Each edge is closed alone. Raises
    GunmaneError `bad_graph` for an edge that does not exist.
    """
    edges = np.asarray(closed, dtype=np.int64)
    if edges.size and (edges.min() < 0 or edges.max() >= len(graph.ends)):
        raise GunmaneError("bad_graph", [Fault("not_in_range", at="closed")])
    result, settled = np.full(len(edges), np.inf), np.zeros(len(edges), dtype=np.int64)
    _ways_round(graph.first, graph.to, graph.length, graph.edge, graph.ends, edges, limit, result, settled)
    return result


def cut_off(graph: Graph, removed: Sequence[int] | Array, homes: npt.ArrayLike, centre: int) -> Floats:
    """Return the homes at each node that cannot reach `centre` when all `removed` edges are gone, else 0."""
    gone = np.zeros(len(graph.ends), dtype=np.bool_)
    gone[np.asarray(removed, dtype=np.int64)] = True
    reached = np.zeros(graph.nodes, dtype=np.bool_)
    reached[centre] = True
    waiting = [centre]
    while waiting:
        v = waiting.pop()
        for k in range(int(graph.first[v]), int(graph.first[v + 1])):
            w = int(graph.to[k])
            if not gone[graph.edge[k]] and not reached[w]:
                reached[w] = True
                waiting.append(w)
    return np.where(reached, 0.0, np.asarray(homes, dtype=np.float64))
