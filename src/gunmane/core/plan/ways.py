"""Ways on a road network between places: each place at its nearest node, shortest ways from many to many."""

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import KDTree

from gunmane.core.plan.roads import M_PER_DEGREE, Roads
from gunmane.core.stock import Floats, Ints

REACH_M = 1000.0
"""Metres within which a place counts as standing at the network; from farther ones no way is told."""


def nodes_near(roads: Roads, lon: Floats, lat: Floats) -> tuple[Ints, Floats]:
    """Return the nearest node of each place and the metres to it; -1 where none is within 1 km or no place known."""
    found, apart = np.full(len(lon), -1, dtype=np.int64), np.full(len(lon), np.nan)
    known = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    if not len(roads.lon) or not len(known):
        return found, apart
    east = M_PER_DEGREE * float(np.cos(np.radians(np.mean(roads.lat))))
    nodes = np.stack([roads.lon * east, roads.lat * M_PER_DEGREE], axis=1)
    metres, near = KDTree(nodes).query(np.stack([lon[known] * east, lat[known] * M_PER_DEGREE], axis=1))
    here = np.asarray(metres) <= REACH_M
    found[known[here]] = np.asarray(near)[here]
    apart[known[here]] = np.asarray(metres)[here]
    return found, apart


def ways(roads: Roads, start: tuple[Floats, Floats], end: tuple[Floats, Floats]) -> Floats:
    """Metres from each start to each end (longitudes and latitudes) by the shortest way, with those to the network.

    NaN where a place is not at the network or no way leads there. Dijkstra from every node that a start stands at.
    """
    from_node, from_m = nodes_near(roads, *start)
    to_node, to_m = nodes_near(roads, *end)
    found = np.full((len(from_node), len(to_node)), np.nan)
    rows, columns = np.flatnonzero(from_node >= 0), np.flatnonzero(to_node >= 0)
    if not len(rows) or not len(columns):
        return found
    graph, count = roads.graph, roads.graph.nodes
    # of edges between the same nodes the shortest holds; scipy takes a stored 0 for "no edge"
    source = np.repeat(np.arange(count), np.diff(graph.first))
    order = np.lexsort((graph.length, graph.to, source))
    pair = source[order].astype(np.int64) * count + graph.to[order]
    kept = order[np.r_[True, pair[1:] != pair[:-1]]] if len(order) else order
    length = np.maximum(graph.length[kept], 1e-6)
    matrix = csr_array((length, (source[kept], graph.to[kept])), shape=(count, count))
    sources, place = np.unique(from_node[rows], return_inverse=True)
    reached = np.asarray(dijkstra(matrix, directed=True, indices=sources))[:, to_node[columns]]
    metres = reached[place] + from_m[rows][:, None] + to_m[columns][None, :]
    found[np.ix_(rows, columns)] = np.where(np.isfinite(metres), metres, np.nan)
    return found


def road_km(roads: Roads, start: Floats, end: Floats) -> Floats:
    """Kilometres by the shortest way between places (n x 2 and m x 2 degrees), as in `ways`."""
    return ways(roads, (start[:, 0], start[:, 1]), (end[:, 0], end[:, 1])) / 1000
