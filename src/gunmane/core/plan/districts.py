"""Sewer or septic by district: the exact switch years on a tree of trunk pipes.

A district's trunk must stay while anybody upstream needs it, so a district may leave the sewer no later than the
district downstream of it. With C_i(s) the cost of district i when it switches in year s (the last column: never),
F_i(s) = C_i(s) + sum over upstream districts c of min_{s' <= s} F_c(s') gives the optimum in one pass from the
leaves, n x years steps. Costs are of the future only: sunk cost does not enter, good tanks that exist are not paid
again.
"""

import numba as nb
import numpy as np
import numpy.typing as npt
from msgspec import Struct

from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.stock import Floats, Ints


class Switches(Struct, frozen=True, eq=False):
    """The optimum: `year[n]` of each district's switch (S - 1: never) and the total `cost`."""

    year: Ints
    cost: float


def order_of(parent: Ints) -> Ints:
    """Return the districts so that each comes before those upstream of it.

    `parent` is the district downstream, -1 at a plant. Raises GunmaneError `bad_tree` for a cycle or no such
    parent.
    """
    n = len(parent)
    if n and (parent.min() < -1 or parent.max() >= n):
        raise GunmaneError("bad_tree", [Fault("not_in_range", at="parent")])
    depth = np.full(n, -1, dtype=np.int64)
    for start in range(n):
        path: list[int] = []
        i = start
        while i >= 0 and depth[i] < 0:
            depth[i] = -2
            path.append(i)
            i = int(parent[i])
            if i >= 0 and depth[i] == -2:
                raise GunmaneError("bad_tree", [Fault("cycle", at="parent", values={"district": i})])
        level = -1 if i < 0 else int(depth[i])
        for k in reversed(path):
            level += 1
            depth[k] = level
    return np.argsort(depth, kind="stable")


def switch_years(parent: npt.ArrayLike, cost: npt.ArrayLike) -> Switches:
    """Return the cheapest switch years; the earliest of equally cheap ones. `cost[n, S]` by switch year.

    Raises GunmaneError `bad_tree` when the arrays don't fit or the trunks form a cycle.
    """
    down, table = np.asarray(parent, dtype=np.int64), np.asarray(cost, dtype=np.float64)
    if table.ndim != 2 or len(table) != len(down):
        raise GunmaneError("bad_tree", [Fault("wrong_shape", at="cost", values={"expected": f"{len(down)} x S"})])
    if np.isnan(table).any():
        raise GunmaneError("bad_tree", [Fault("not_finite", at="cost")])
    whole, year = table.copy(), np.zeros(len(down), dtype=np.int64)
    _sweep(order_of(down), down, whole, year)
    return Switches(year, float(table[np.arange(len(down)), year].sum()))


@nb.njit(cache=True, nogil=True)
def _sweep(order: Ints, down: Ints, whole: Floats, year: Ints) -> None:
    """Add up from the leaves, then choose from the plants; `whole` and `year` are filled in place."""
    for k in range(len(order) - 1, -1, -1):
        i = order[k]
        if down[i] >= 0:
            low = np.inf
            for s in range(whole.shape[1]):
                low = min(low, whole[i, s])
                whole[down[i], s] += low
    for k in range(len(order)):
        i = order[k]
        latest = whole.shape[1] - 1 if down[i] < 0 else year[down[i]]
        for s in range(latest + 1):
            if whole[i, s] < whole[i, year[i]]:
                year[i] = s


def undecided(parent: npt.ArrayLike, costs: list[npt.ArrayLike]) -> npt.NDArray[np.bool_]:
    """Return the districts whose decision to switch at all differs between cost cases (判断保留).

    The cases are the same districts under other assumptions (population or unit costs ±20 %).
    """
    never = [np.asarray(cost).shape[1] - 1 for cost in costs]
    stays = [switch_years(parent, cost).year == last for cost, last in zip(costs, never, strict=True)]
    return np.any([case != stays[0] for case in stays], axis=0)


def limit_distance(septic_yearly: float, plant_yearly_per_house: float, pipe_yearly_per_m: float) -> float:
    """Return the pipe length per house in metres up to which joining the sewer is cheaper (家屋間限界距離).

    (yearly cost of a septic system - yearly plant cost per house) / yearly cost of a metre of pipe, 0 where the plant
    alone is dearer. Raises ValueError unless a metre of pipe costs something.
    """
    if pipe_yearly_per_m <= 0:
        raise ValueError("a metre of pipe must cost something")
    return max(0.0, (septic_yearly - plant_yearly_per_house) / pipe_yearly_per_m)
