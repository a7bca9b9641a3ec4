"""Groups of owners that work together: what may be grouped, what a grouping is worth, as a programme to be solved.

Capacitated p-median with contiguity: every owner belongs to the group of one centre k; the sum of dissimilarity is
least; a group's assets lie between a floor and a ceiling; a member needs a neighbour in the group that is fewer
borders away from the centre (slightly stricter than plain contiguity: groups are compact).
"""

from collections import deque
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from msgspec import Struct
from scipy.sparse import csc_array

from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.stock import Floats, Ints


class Units(Struct, frozen=True, eq=False):
    """Owners to be grouped: places, assets, and who borders whom."""

    place: Floats  # [n, 2]
    assets: Floats
    neighbours: tuple[tuple[int, ...], ...]

    @property
    def size(self) -> int:
        """The number of owners."""
        return len(self.assets)


class Grouping(Struct, frozen=True, eq=False):
    """The centre of each owner's group, and the sum of squared distances to the centres."""

    centre: Ints
    cost: float


class GroupProgramme(Struct, frozen=True, eq=False):
    """min cost z, lower <= A z <= upper; z[i, k] (asset i in the group of k) at column i n + k."""

    cost: Floats
    matrix: csc_array
    lower: Floats
    upper: Floats
    size: int


def units_of(
    x: Sequence[float], y: Sequence[float], assets: Sequence[float], neighbours: Mapping[int, Sequence[int]]
) -> Units:
    """Build the units; borders hold both ways. Raises GunmaneError `bad_groups` for columns of unlike lengths."""
    if not len(x) == len(y) == len(assets):
        raise GunmaneError("bad_groups", [Fault("wrong_shape", at="assets", values={"expected": str(len(x))})])
    both: list[set[int]] = [set() for _ in x]
    for i, others in neighbours.items():
        for j in others:
            both[i].add(j)
            both[j].add(i)
    place = np.stack([np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)], axis=1)
    return Units(place, np.asarray(assets, dtype=np.float64), tuple(tuple(sorted(near)) for near in both))


def dissimilarity(units: Units) -> Floats:
    """Return squared distances between the owners' places, [n, n]."""
    apart = units.place[:, None, :] - units.place[None, :, :]
    return (apart**2).sum(axis=2)


def borders_apart(units: Units) -> Ints:
    """Return over how many borders the way from i to k leads, [n, n]; -1 where there is none."""
    n = units.size
    hops = np.full((n, n), -1, dtype=np.int64)
    for start in range(n):
        hops[start, start] = 0
        queue = deque([start])
        while queue:
            i = queue.popleft()
            for j in units.neighbours[i]:
                if hops[start, j] < 0:
                    hops[start, j] = hops[start, i] + 1
                    queue.append(j)
    return hops


def programme_of(units: Units, count: int, floor: float, ceiling: float) -> GroupProgramme:
    """Write the choice of `count` groups with assets between `floor` and `ceiling` as a 0/1 programme."""
    n, hops, apart = units.size, borders_apart(units), dissimilarity(units)
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    lower: list[float] = []
    upper: list[float] = []

    def row(entries: list[tuple[int, float]], low: float, high: float) -> None:
        for column, value in entries:
            rows.append(len(lower))
            columns.append(column)
            values.append(value)
        lower.append(low)
        upper.append(high)

    for i in range(n):
        row([(i * n + k, 1.0) for k in range(n)], 1.0, 1.0)
    row([(k * n + k, 1.0) for k in range(n)], float(count), float(count))
    scale = max(float(units.assets.max(initial=1.0)), 1.0)
    for k in range(n):
        inside = [(i * n + k, float(units.assets[i]) / scale) for i in range(n)]
        row([*((c, v - (floor / scale if c == k * n + k else 0.0)) for c, v in inside)], 0.0, np.inf)
        row([*((c, v - (ceiling / scale if c == k * n + k else 0.0)) for c, v in inside)], -np.inf, 0.0)
        for i in range(n):
            if i == k:
                continue
            row([(i * n + k, 1.0), (k * n + k, -1.0)], -np.inf, 0.0)
            nearer = [j for j in units.neighbours[i] if 0 <= hops[j, k] < hops[i, k]]
            row([(i * n + k, 1.0), *((j * n + k, -1.0) for j in nearer)], -np.inf, 0.0)
    matrix = csc_array((values, (rows, columns)), shape=(len(lower), n * n))
    return GroupProgramme(apart.ravel(), matrix, np.array(lower), np.array(upper), n)


def grouping_of(units: Units, z: npt.ArrayLike) -> Grouping:
    """Read a grouping from a solved programme."""
    n = units.size
    centre = np.asarray(z, dtype=np.float64).reshape(n, n).argmax(axis=1)
    return Grouping(centre, float(dissimilarity(units)[np.arange(n), centre].sum()))


def problems(units: Units, grouping: Grouping, count: int, floor: float, ceiling: float) -> tuple[str, ...]:
    """Return what is wrong with a grouping, checked apart from the programme: nothing for a good one."""
    hops, centre = borders_apart(units), grouping.centre
    found: list[str] = []
    centres = set(centre.tolist())
    if len(centres) != count:
        found.append("count")
    for k in sorted(centres):
        members = np.flatnonzero(centre == k)
        if centre[k] != k:
            found.append(f"centre {k}")
        amount = float(units.assets[members].sum())
        if not floor - 1e-6 <= amount <= ceiling + 1e-6:
            found.append(f"size {k}")
        for i in members.tolist():
            near = [j for j in units.neighbours[i] if centre[j] == k and 0 <= hops[j, k] < hops[i, k]]
            if i != k and not near:
                found.append(f"apart {i}")
    return tuple(found)
