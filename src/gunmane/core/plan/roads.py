"""Detours of bridges from a road network: each bridge on its edge, the way round with that edge closed (N14)."""

import numpy as np
from msgspec import Struct, structs
from scipy.spatial import KDTree

from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.plan.detours import Graph, graph_of, ways_round
from gunmane.core.stock import CLASS_AT, Flags, Floats, Ints, Stock
from gunmane.core.words import AssetClass

NEAR_M = 50.0
"""Metres within which a bridge lies on an edge; farther ones keep what the ledger says."""

M_PER_DEGREE = 111_195.0
CANDIDATES = 12


class Roads(Struct, frozen=True, eq=False):
    """A road network: nodes in longitude and latitude (JGD2011), edges with metres; `digest` names its bytes."""

    lon: Floats
    lat: Floats
    graph: Graph
    length_m: Floats
    digest: str


def roads_of(lon: list[float], lat: list[float], edges: list[tuple[int, int, float]], digest: str) -> Roads:
    """Build a network; raises GunmaneError `bad_graph` for columns of unlike lengths, no such node, bad lengths."""
    if len(lon) != len(lat):
        raise GunmaneError("bad_graph", [Fault("wrong_shape", at="lat", values={"expected": str(len(lon))})])
    length = np.array([metres for _, _, metres in edges], dtype=np.float64)
    graph = graph_of(len(lon), [(a, b) for a, b, _ in edges], length)
    return Roads(np.array(lon, dtype=np.float64), np.array(lat, dtype=np.float64), graph, length, digest)


def edges_near(roads: Roads, lon: Floats, lat: Floats) -> Ints:
    """Return the edge (drawn straight) that each place lies on, -1 where none is within 50 m."""
    found = np.full(len(lon), -1, dtype=np.int64)
    ends = roads.graph.ends
    if not len(ends) or not len(lon):
        return found
    middle = np.cos(np.radians(float(np.mean(roads.lat))))

    def metres(x: Floats, y: Floats) -> Floats:
        return np.stack([x * M_PER_DEGREE * middle, y * M_PER_DEGREE], axis=-1)

    nodes = metres(roads.lon, roads.lat)
    start, end = nodes[ends[:, 0]], nodes[ends[:, 1]]
    places = metres(lon, lat)
    # The nearest edge is among those whose middles are nearest, unless edges differ much in length.
    count = min(CANDIDATES, len(ends))
    _, near = KDTree((start + end) / 2).query(places, k=count)
    near = np.asarray(near).reshape(len(lon), count)
    along = end[near] - start[near]
    share = ((places[:, None] - start[near]) * along).sum(axis=2) / np.maximum((along**2).sum(axis=2), 1e-9)
    foot = start[near] + np.clip(share, 0.0, 1.0)[:, :, None] * along
    apart = np.sqrt(((places[:, None] - foot) ** 2).sum(axis=2))
    best = apart.argmin(axis=1)
    rows = np.arange(len(lon))
    return np.where(apart[rows, best] <= NEAR_M, near[rows, best], -1)


def with_detours(stock: Stock, roads: Roads) -> tuple[Stock, Flags]:
    """Return the stock with detours computed for bridges on the network, and which were.

    The detour is the way round less the edge itself, infinite where the edge is the only way. A bridge that is not
    the only way leaves nobody without one: where the ledger does not say, homes with sole access are none.
    """
    bridges = np.flatnonzero((stock.asset_class == CLASS_AT[AssetClass.BRIDGE]) & np.isfinite(stock.lon))
    edge = edges_near(roads, stock.lon[bridges], stock.lat[bridges])
    rows, edge = bridges[edge >= 0], edge[edge >= 0]
    detour = (ways_round(roads.graph, edge) - roads.length_m[edge]) / 1000
    detour_km, homes = stock.detour_km.copy(), stock.sole_access_homes.copy()
    detour_km[rows] = np.maximum(detour, 0.0)
    homes[rows] = np.where((homes[rows] < 0) & np.isfinite(detour), 0, homes[rows])
    computed = np.zeros(stock.size, dtype=np.bool_)
    computed[rows] = True
    return structs.replace(stock, detour_km=detour_km, sole_access_homes=homes), computed
