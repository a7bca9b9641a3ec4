"""Fictitious municipal boundaries: each place belongs to the municipality whose roads are nearest."""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from gunmane.core.simulate.parameters import Place
from gunmane.core.simulate.place import Floats, Roads, degrees

SEEDS = 400
"""Road vertices of a municipality that its area grows from."""

MARGIN_M = 900.0
"""How far areas reach beyond the outermost roads."""


def boundaries(nets: Sequence[Roads], place: Place) -> list[Floats]:
    """Return the outer ring (n, 2) in longitude and latitude of each municipality's largest piece."""
    seeds = [_seeds(net.vertices.reshape(-1, 2)) for net in nets]
    points = shapely.multipoints(np.concatenate(seeds))
    rim = shapely.buffer(shapely.convex_hull(points), MARGIN_M, quad_segs=4)
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=rim))
    tree = shapely.STRtree(cells)
    found: list[Floats] = []
    for own in seeds:
        inside = tree.query(shapely.points(own), predicate="intersects")[1]
        area = shapely.intersection(shapely.union_all(cells[np.unique(inside)]), rim)
        largest = max(shapely.get_parts(area), key=shapely.area)
        ring: NDArray[np.float64] = shapely.get_coordinates(shapely.get_exterior_ring(largest))
        found.append(degrees(place, ring))
    return found


def _seeds(vertices: Floats) -> Floats:
    step = max(1, len(vertices) // SEEDS)
    return np.unique(np.round(vertices[::step], 1), axis=0)
