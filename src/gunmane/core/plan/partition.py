"""Which owners work together: the division that saves most money, then hours; exact up to twelve owners.

Every set of owners near enough to each other is valued by the contracts and hours that it would need; the best
division is found over all of them (dynamic programme over subsets). "Everyone alone" is one of the divisions, so
that working together is proposed only where it saves hours.
"""

import numpy as np
from msgspec import Struct

from gunmane.core.plan.contracts import Groups, load
from gunmane.core.plan.costs import CostBook
from gunmane.core.plan.programme import Programme
from gunmane.core.stock import Flags, Floats, Stock

EXACT = 12
EARTH_KM = 6371.0


class Division(Struct, frozen=True, eq=False):
    """The best division within a travel limit (km, straight; inf: none): hours a year, and those of all alone."""

    limit_km: float
    groups: Groups
    hours: float
    alone: float
    exact: bool


def centres(stock: Stock) -> Floats:
    """Return the middle of each owner's located assets, [G, 2] longitude and latitude, NaN without any."""
    found = np.full((len(stock.owners), 2), np.nan)
    for owner in range(len(stock.owners)):
        mine = (stock.owner == owner) & np.isfinite(stock.lon)
        if mine.any():
            found[owner] = np.median(stock.lon[mine]), np.median(stock.lat[mine])
    return found


def apart_km(places: Floats) -> Floats:
    """Return great-circle distances in kilometres, [G, G]; 0 where a place is not known (nothing speaks against)."""
    lon, lat = np.radians(places[:, 0]), np.radians(places[:, 1])
    a = np.sin((lat[:, None] - lat) / 2) ** 2
    a = a + np.cos(lat)[:, None] * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    return np.nan_to_num(2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(a, 0, 1))))


def divide(result: Programme, book: CostBook, apart: Floats, limit_km: float, case: int = 1) -> Division:
    """Return the division that saves most yen, where evidence for that was given, and among equals most hours.

    No two members are farther apart than the limit and no group is larger than `group_size_most`.
    `case` 0 to 2 takes the low, middle or high case of what coordination costs.
    """
    count = len(apart)
    most = int(book.value("group_size_most"))
    near = apart <= limit_km
    single = np.eye(count, dtype=np.bool_)
    alone = load(result, book, single).hours[:, case]
    find = _exact if count <= EXACT else _merged
    groups = find(result, book, near, most, case)
    chosen = np.zeros((len(groups), count), dtype=np.bool_)
    for row, members in enumerate(groups):
        chosen[row, list(members)] = True
    hours = float(load(result, book, chosen, case=case).hours[:, case].sum())
    return Division(limit_km, groups, hours, float(alone.sum()), count <= EXACT)


def _weight(result: Programme, book: CostBook, sets: Flags, case: int) -> Floats:
    """Return what is least for the best set: yen weigh most (one like an hour), hours decide among equals."""
    found = load(result, book, sets, case=case)
    return found.hours[:, case] - found.saved[:, case]


def _exact(result: Programme, book: CostBook, near: Flags, most: int, case: int) -> Groups:
    """Find the best of all divisions."""
    count = len(near)
    masks = np.arange(1, 1 << count)
    sets = (masks[:, None] >> np.arange(count) & 1).astype(np.bool_)
    far = ~near
    fits = (sets.sum(axis=1) <= most) & ~((sets @ far.astype(np.int64)) * sets).any(axis=1)
    hours = np.full(1 << count, np.inf)
    hours[masks[fits]] = _weight(result, book, sets[fits], case)
    return parts_of(hours.tolist(), count)


def parts_of(value: list[float], count: int) -> Groups:
    """Return the division of 0 … count - 1 whose parts' values (by bit mask, `value[0]` unused) sum to the least.

    Of equally good divisions the one of smaller parts: nobody joins for nothing. 3^count steps.
    """
    best, chosen = [0.0] + [np.inf] * ((1 << count) - 1), [0] * (1 << count)
    for whole in range(1, 1 << count):
        low = whole & -whole
        rest = whole ^ low
        part = rest
        while True:  # every subset of the rest, with the lowest member
            one = part | low
            total = value[one] + best[whole ^ one]
            if total < best[whole] - 1e-9 or (total <= best[whole] + 1e-9 and one < chosen[whole]):
                best[whole], chosen[whole] = total, one
            if part == 0:
                break
            part = (part - 1) & rest
    groups: list[tuple[int, ...]] = []
    whole = (1 << count) - 1
    while whole:
        groups.append(tuple(k for k in range(count) if chosen[whole] >> k & 1))
        whole ^= chosen[whole]
    return tuple(groups)


def _merged(result: Programme, book: CostBook, near: Flags, most: int, case: int) -> Groups:
    """Join the two groups that save most until nothing saves more (many owners; not proved to be the best)."""
    sets = np.eye(len(near), dtype=np.bool_)
    hours = _weight(result, book, sets, case)
    while True:
        pairs = [
            (a, b)
            for a in range(len(sets))
            for b in range(a + 1, len(sets))
            if (sets[a] | sets[b]).sum() <= most and near[np.ix_(sets[a], sets[b])].all()
        ]
        if not pairs:
            break
        both = np.array([sets[a] | sets[b] for a, b in pairs])
        joined = _weight(result, book, both, case)
        saved = np.array([hours[a] + hours[b] for a, b in pairs]) - joined
        k = int(saved.argmax())
        if saved[k] <= 1e-9:
            break
        a, b = pairs[k]
        sets = np.concatenate([np.delete(sets, [a, b], axis=0), both[k : k + 1]])
        hours = np.append(np.delete(hours, [a, b]), joined[k])
    return tuple(sorted(tuple(np.flatnonzero(row).tolist()) for row in sets))
