"""Joint contract lots: what is ordered out, grouped near each other, alike in value, within size limits.

Per fiscal year and legal scheme (owners who may order together) the number of lots is the smallest that the upper
limit allows; lots grow around spread-out seeds, then works are moved while that lessens the way or evens
the values. Each owner alone is grouped by the same method, so that the comparison differs in nothing else.
"""

from collections.abc import Callable, Sequence
from math import ceil

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from gunmane.core.words import SourceStatus

Floats = NDArray[np.float64]
KM_PER_DEGREE = 111.195
PASSES = 30
STARTS = 12
"""Divisions tried from different seeds, the best of which is kept."""


class Item(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A work to be ordered out: value in yen, year it is ordered in, minutes on site, place in degrees."""

    id: str
    owner: str
    name: str
    asset_class: str
    place: tuple[float, float]
    yen: int
    fiscal_year: int
    minutes: int = 0


class LotRules(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Limits of a lot in yen, what a contract costs to make, and how much uneven values weigh beside the way.

    `even`: kilometres that a lot is worth which differs from the mean value by as much as the mean.
    `schemes`: owners by scheme of joint ordering; owners in none order alone.
    """

    least_yen: int
    most_yen: int
    contract_yen: int
    even: float
    detour: float
    status: SourceStatus
    source: str = ""
    schemes: dict[str, tuple[str, ...]] = {}


class Lot(Struct, frozen=True, kw_only=True):
    """A lot with its works, value, hours on site and the round trip through them (km, from the first back to it)."""

    code: str
    fiscal_year: int
    scheme: str
    items: tuple[str, ...]
    owners: tuple[str, ...]
    yen: int
    minutes: int
    km: float
    small: bool  # below the lower limit: nothing near to join it with


class Comparison(Struct, frozen=True, kw_only=True):
    """One year's contracts, round trips and evenness, each alone or together."""

    fiscal_year: int
    way: str  # alone | together
    contracts: int
    km: float
    largest_share: float  # largest lot / mean lot
    contract_yen: int


class Lots(Struct, frozen=True, kw_only=True):
    """Lots of all years, the comparison, and works too large for any lot."""

    lots: tuple[Lot, ...]
    comparison: tuple[Comparison, ...]
    too_large: tuple[str, ...]


def make_lots(items: Sequence[Item], rules: LotRules, seed: int = 1) -> Lots:
    """Group works into lots; the same seed gives the same lots."""
    fitting = [item for item in items if item.yen <= rules.most_yen]
    scheme = {owner: name for name, owners in rules.schemes.items() for owner in owners}
    found: list[Lot] = []
    rows: list[Comparison] = []
    for year in sorted({item.fiscal_year for item in fitting}):
        mine = [item for item in fitting if item.fiscal_year == year]
        together = _all(mine, rules, year, lambda item: scheme.get(item.owner, item.owner), seed)
        alone = _all(mine, rules, year, lambda item: item.owner, seed)
        found += together
        rows += [_compare(alone, year, "alone", rules), _compare(together, year, "together", rules)]
    large = tuple(item.id for item in items if item.yen > rules.most_yen)
    return Lots(lots=tuple(found), comparison=tuple(rows), too_large=large)


def breaches(items: Sequence[Item], made: Lots, rules: LotRules) -> list[str]:
    """Return what is wrong with lots, looked at apart from how they were made."""
    known = {item.id: item for item in items}
    seen: dict[str, int] = {}
    wrong: list[str] = []
    for lot in made.lots:
        inside = [known[code] for code in lot.items]
        for code in lot.items:
            seen[code] = seen.get(code, 0) + 1
        if sum(item.yen for item in inside) != lot.yen or lot.yen > rules.most_yen:
            wrong.append(f"{lot.code}: value")
        if {item.fiscal_year for item in inside} != {lot.fiscal_year}:
            wrong.append(f"{lot.code}: year")
        owners = {item.owner for item in inside}
        if len(owners) > 1 and not any(owners <= set(members) for members in rules.schemes.values()):
            wrong.append(f"{lot.code}: scheme")
        if lot.small != (lot.yen < rules.least_yen):
            wrong.append(f"{lot.code}: small")
    wrong += [f"{code}: {times} times" for code, times in seen.items() if times > 1]
    wrong += [f"{code}: lost" for code in known if code not in seen and code not in made.too_large]
    return wrong


def _all(items: Sequence[Item], rules: LotRules, year: int, key: Callable[[Item], str], seed: int) -> list[Lot]:
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    found: list[Lot] = []
    for name, mine in sorted(groups.items()):
        for number, rows in enumerate(_group(mine, rules, seed), 1):
            inside = [mine[row] for row in rows]
            yen = sum(item.yen for item in inside)
            found.append(
                Lot(
                    code=f"{year}-{name}-{number}", fiscal_year=year, scheme=name,
                    items=tuple(item.id for item in inside), owners=tuple(sorted({item.owner for item in inside})),
                    yen=yen, minutes=sum(item.minutes for item in inside),
                    km=round(round_trip(_points(inside)) * rules.detour, 1), small=yen < rules.least_yen,
                )
            )  # fmt: skip
    return found


def _points(items: Sequence[Item]) -> Floats:
    """Places in kilometres."""
    place = np.array([item.place for item in items], dtype=np.float64).reshape(-1, 2)
    shrink = np.cos(np.radians(place[:, 1].mean())) if len(place) else 1.0
    return place * np.array([shrink, 1.0]) * KM_PER_DEGREE


def _group(items: Sequence[Item], rules: LotRules, seed: int) -> list[list[int]]:
    """Rows of each lot; more lots are opened until all values fit under the upper limit."""
    point, yen = _points(items), np.array([item.yen for item in items], dtype=np.float64)
    count = max(1, ceil(yen.sum() / rules.most_yen))
    while True:
        tried = [_try(point, yen, count, rules, seed * 100 + n) for n in range(STARTS if count > 1 else 1)]
        ways = [[[int(row) for row in np.flatnonzero(label == lot)] for lot in range(count)]
                for label in tried if label is not None]  # fmt: skip
        if ways:
            break
        count += 1
    return [rows for rows in min(ways, key=lambda way: _worth(point, yen, way, rules)) if rows]


def _worth(point: Floats, yen: Floats, way: Sequence[Sequence[int]], rules: LotRules) -> float:
    """Kilometres of all round trips and of the unevenness of the values."""
    mean = yen.sum() / len(way)
    uneven = sum(((yen[list(rows)].sum() - mean) / mean) ** 2 for rows in way) if mean else 0.0
    return sum(round_trip(point[list(rows)]) for rows in way) + rules.even * uneven


def _try(point: Floats, yen: Floats, count: int, rules: LotRules, seed: int) -> NDArray[np.int64] | None:
    """Seeds far apart, largest works first to the nearest lot with room, then moves; None where that does not fit."""
    rng = np.random.default_rng(seed)
    centres = [int(rng.integers(len(point)))]
    while len(centres) < min(count, len(point)):
        away = np.min([np.hypot(*(point - point[c]).T) for c in centres], axis=0)
        centres.append(int(away.argmax()))
    middle = point[centres]
    label = np.full(len(point), -1, dtype=np.int64)
    load = np.zeros(len(centres))
    for row in np.argsort(-yen, kind="stable"):
        cost = np.hypot(*(middle - point[row]).T)
        cost[load + yen[row] > rules.most_yen] = np.inf
        if not np.isfinite(cost).any():
            return None
        label[row] = int(cost.argmin())
        load[label[row]] += yen[row]
    mean = yen.sum() / len(centres)
    for _ in range(PASSES):
        middle = np.array([point[label == lot].mean(axis=0) if (label == lot).any() else middle[lot]
                           for lot in range(len(centres))])  # fmt: skip
        if not _improve(point, yen, label, load, middle, mean, rules):
            break
    return label


def _improve(
    point: Floats, yen: Floats, label: NDArray[np.int64], load: Floats, middle: Floats, mean: float, rules: LotRules
) -> bool:
    """Move each work to the lot where way and evenness cost least; tell whether any moved."""
    moved = False
    for row in range(len(point)):
        here = label[row]
        way = np.hypot(*(middle - point[row]).T)
        without = load.copy()
        without[here] -= yen[row]
        uneven = rules.even * (((without + yen[row] - mean) / mean) ** 2 - ((without - mean) / mean) ** 2)
        cost = way + uneven
        cost[without + yen[row] > rules.most_yen] = np.inf
        best = int(cost.argmin())
        if cost[best] < cost[here] - 1e-9:
            label[row] = best
            load[:] = without
            load[best] += yen[row]
            moved = True
    return moved


def round_trip(point: Floats) -> float:
    """Length of a round trip: nearest neighbour, shortened by turning round parts of it (2-opt)."""
    size = len(point)
    if size < 2:
        return 0.0
    apart = np.hypot(point[:, None, 0] - point[None, :, 0], point[:, None, 1] - point[None, :, 1])
    order, left = [0], set(range(1, size))
    while left:
        near = min(left, key=lambda row: (apart[order[-1], row], row))
        left.discard(near)
        order.append(near)
    for _ in range(10 if size <= 200 else 0):
        better = False
        for first in range(size - 1):
            for second in range(first + 2, size if first else size - 1):
                a, b = order[first], order[first + 1]
                c, d = order[second], order[(second + 1) % size]
                if apart[a, c] + apart[b, d] < apart[a, b] + apart[c, d] - 1e-9:
                    order[first + 1 : second + 1] = reversed(order[first + 1 : second + 1])
                    better = True
        if not better:
            break
    return float(sum(apart[order[n], order[(n + 1) % size]] for n in range(size)))


def _compare(lots: Sequence[Lot], year: int, way: str, rules: LotRules) -> Comparison:
    values = [lot.yen for lot in lots]
    mean = sum(values) / len(values) if values else 0.0
    return Comparison(
        fiscal_year=year,
        way=way,
        contracts=len(lots),
        km=round(sum(lot.km for lot in lots), 1),
        largest_share=round(max(values) / mean, 3) if mean else 0.0,
        contract_yen=len(lots) * rules.contract_yen,
    )
