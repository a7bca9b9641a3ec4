"""How many homes have no other way when a bridge goes: counted behind each cut edge of the road network.

Homes, people or buildings come from any file with places (`gunmane.files.homes`). Each place counts at its nearest
road node; behind a cut edge lies the side with fewer of them. Where nothing is given, road nodes stand for homes: no
node may be cut off.
"""

# Kernels are typed by numba from their arguments; annotations would say nothing.
# pyright: reportMissingParameterType=false, reportUnknownParameterType=false, reportUnknownVariableType=false

import numba as nb
import numpy as np
import numpy.typing as npt
from msgspec import Struct, structs

from gunmane.core.plan.detours import Graph
from gunmane.core.plan.roads import Roads, edges_near
from gunmane.core.plan.ways import nodes_near
from gunmane.core.stock import CLASS_AT, Flags, Floats, Ints, Stock, tally
from gunmane.core.words import AssetClass

UNITS = ("homes", "people", "buildings")
"""What a file of homes may count."""


class Homes(Struct, frozen=True):
    """Places with how many homes, people or buildings they stand for, JGD2011; `digest` names the file's bytes."""

    lon: tuple[float, ...]
    lat: tuple[float, ...]
    count: tuple[float, ...]
    unit: str
    source: str
    digest: str


class Counted(Struct, frozen=True, eq=False):
    """What was counted: `rows[n]` marks bridges whose ledger said nothing and that were counted; places too far from
    any road (`far`, of `whole`) are in no count.
    """

    rows: Flags
    unit: str
    source: str
    whole: float
    far: float


def behind(graph: Graph, weight: npt.ArrayLike) -> Floats:
    """Return for each edge the weight of the lighter side that it alone joins to the rest, NaN where another way is.

    One depth-first search (Tarjan 1974: an edge is a cut edge where nothing below it reaches above it).
    """
    found = np.full(len(graph.ends), np.nan)
    _behind(graph.first, graph.to, graph.edge, np.asarray(weight, dtype=np.float64), found)
    return found


@nb.njit(cache=True, nogil=True)
def _behind(first, to, edge, weight, found):
    """Fill `found` with the sums below cut edges, or of the rest where that is less."""
    count = len(first) - 1
    order = np.full(count, -1, dtype=np.int64)
    low = np.zeros(count, dtype=np.int64)
    below = weight.copy()
    at = first[:-1].copy().astype(np.int64)
    via = np.full(count, -1, dtype=np.int64)
    stack = np.empty(count, dtype=np.int64)
    cuts = np.empty(count, dtype=np.int64)
    sums = np.empty(count)
    clock = 0
    for root in range(count):
        if order[root] >= 0:
            continue
        size, cut = 1, 0
        stack[0] = root
        order[root] = low[root] = clock
        clock += 1
        while size > 0:
            v = stack[size - 1]
            if at[v] < first[v + 1]:
                k = at[v]
                at[v] += 1
                w = to[k]
                if edge[k] == via[v]:
                    continue
                if order[w] < 0:
                    order[w] = low[w] = clock
                    clock += 1
                    via[w] = edge[k]
                    stack[size] = w
                    size += 1
                else:
                    low[v] = min(low[v], order[w])
                continue
            size -= 1
            if size > 0:
                u = stack[size - 1]
                low[u] = min(low[u], low[v])
                below[u] += below[v]
                if low[v] > order[u]:
                    cuts[cut] = via[v]
                    sums[cut] = below[v]
                    cut += 1
        for k in range(cut):
            found[cuts[k]] = min(sums[k], below[root] - sums[k])


def with_homes(stock: Stock, roads: Roads, homes: Homes) -> tuple[Stock, Counted]:
    """Return the stock with homes counted for bridges on the network whose ledger says nothing of them.

    Rounded up: a part of a person is one who would be cut off.
    """
    lon, lat = np.array(homes.lon), np.array(homes.lat)
    count = np.array(homes.count, dtype=np.float64)
    node, _ = nodes_near(roads, lon, lat)
    near = node >= 0
    weight = tally(node[near], count[near], roads.graph.nodes)
    alone = behind(roads.graph, weight)
    bridges: Ints = np.flatnonzero(
        (stock.asset_class == CLASS_AT[AssetClass.BRIDGE]) & np.isfinite(stock.lon) & (stock.sole_access_homes < 0)
    )
    edge = edges_near(roads, stock.lon[bridges], stock.lat[bridges])
    rows, edge = bridges[edge >= 0], edge[edge >= 0]
    found = stock.sole_access_homes.copy()
    found[rows] = np.ceil(np.nan_to_num(alone[edge]) - 1e-9).astype(found.dtype)
    marked = np.zeros(stock.size, dtype=np.bool_)
    marked[rows] = True
    counted = Counted(marked, homes.unit, homes.source, float(count.sum()), float(count[~near].sum()))
    return structs.replace(stock, sole_access_homes=found), counted
