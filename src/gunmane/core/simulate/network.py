"""The fictitious road network: side roads, the valley road that joins them, links between their ends, trunk roads."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gunmane.core.simulate.parameters import Place
from gunmane.core.simulate.place import Floats, Roads, degrees

MOST_NODES = 400_000
"""Regions with more road than this come without a network file: nobody opens one of hundreds of megabytes."""

LINKED = 0.6
"""Part of the neighbouring side roads whose ends are joined; the others end in the hills."""

WINDING = 1.2
"""Metres of a joining road for each metre as the crow flies."""

Edge = tuple[int, int, float]


class Network(NamedTuple):
    """Longitudes and latitudes of the nodes; edges as (node, node, metres)."""

    lon: list[float]
    lat: list[float]
    edges: list[Edge]


def network(nets: Sequence[Roads], place: Place, seed: int) -> Network | None:
    """Return the roads of the municipalities as one graph; None beyond `MOST_NODES`."""
    if sum(net.vertices.shape[0] * net.vertices.shape[1] for net in nets) > MOST_NODES:
        return None
    generator = np.random.default_rng([seed, 4])
    nodes: list[Floats] = []
    edges: list[Edge] = []
    centres: list[tuple[int, Floats]] = []
    first = 0
    for net in nets:
        count, steps = net.vertices.shape[:2]
        ids = first + np.arange(count * steps).reshape(count, steps)
        nodes.append(net.vertices.reshape(-1, 2))
        edges += [(int(a), int(b), net.step_m) for row in ids.tolist() for a, b in pairwise(row)]
        order, side = _along(net.vertices)
        begins, ends = net.vertices[:, 0], net.vertices[:, -1]
        edges += _joins(order, ids[:, 0], begins, 1.0)
        for bank in (True, False):
            on_bank = order[side[order] == bank]
            joined = _joins(on_bank, ids[:, -1], ends, WINDING)
            edges += [
                edge for edge, chosen in zip(joined, generator.random(len(joined)) < LINKED, strict=True) if chosen
            ]
        middle = int(order[len(order) // 2])
        centres.append((int(ids[middle, 0]), begins[middle]))
        first += count * steps
    edges += _trunks(centres)
    lonlat = degrees(place, np.concatenate(nodes))
    return Network(lonlat[:, 0].tolist(), lonlat[:, 1].tolist(), edges)


def _along(vertices: Floats) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the side roads in their order along the valley, and on which bank each ends."""
    begins = vertices[:, 0] - vertices[:, 0].mean(axis=0)
    axis = np.linalg.svd(begins, full_matrices=False)[2][0] if len(begins) > 1 else np.array([1.0, 0.0])
    out = vertices[:, -1] - vertices[:, 0]
    return np.argsort(begins @ axis, kind="stable"), out[:, 0] * axis[1] - out[:, 1] * axis[0] > 0


def _joins(order: NDArray[np.int64], ids: NDArray[np.int64], places: Floats, winding: float) -> list[Edge]:
    return [
        (int(ids[a]), int(ids[b]), round(max(float(np.hypot(*(places[a] - places[b]))) * winding, 1.0), 1))
        for a, b in pairwise(order.tolist())
    ]


def _trunks(centres: Sequence[tuple[int, Floats]]) -> list[Edge]:
    """Join each municipality to the nearest of those before it."""
    found: list[Edge] = []
    for index, (node, place) in enumerate(centres[1:], start=1):
        apart = [float(np.hypot(*(place - other))) for _, other in centres[:index]]
        near = int(np.argmin(apart))
        found.append((node, centres[near][0], round(apart[near] * WINDING, 1)))
    return found
