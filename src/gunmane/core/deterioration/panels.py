"""Panels of inspections: who was seen when, what came some years later, and what was known at an origin."""

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from gunmane.core.deterioration.histories import from_histories
from gunmane.core.deterioration.intervals import Floats, Intervals, Ints


class Panel(Struct, frozen=True, kw_only=True, eq=False):
    """Inspections (asset, when, rank) with owners and covariates per asset; when in calendar years."""

    asset: Ints
    when: Floats
    rank: Ints
    assets: int
    states: int
    bad_rank: int
    group: Ints | None = None
    groups: int = 0
    covariates: Floats | None = None


class Cases(Struct, frozen=True, eq=False):
    """Assets followed from one look to a later one without a rise in between; `since` and `ahead` of the origin.

    For pairs of looks the origin is the first look itself. `end_when` is when the later look was; `past` is what
    the asset's own record said at the first look (see `pasts`).
    """

    asset: Ints
    rank: Ints
    since: Floats
    ahead: Floats
    end: Ints
    end_when: Floats
    past: Floats

    @property
    def size(self) -> int:
        """How many there are."""
        return int(self.asset.size)

    def pick(self, keep: NDArray[np.bool_]) -> "Cases":
        """Some of them."""
        return Cases(*(getattr(self, name)[keep] for name in self.__struct_fields__))


def known_at(panel: Panel, origin: float, assets: NDArray[np.bool_] | None = None) -> Panel:
    """What was known at an origin, of all assets or of some."""
    keep = panel.when <= origin + 1e-9
    if assets is not None:
        keep &= assets[panel.asset]
    return structs.replace(panel, asset=panel.asset[keep], when=panel.when[keep], rank=panel.rank[keep])


def _sorted(panel: Panel) -> tuple[Ints, Floats, Ints, Ints, Floats]:
    """Rows by asset and time, with the number of rises up to each, and what the record said."""
    order = np.lexsort((panel.rank, panel.when, panel.asset))
    asset, when, rank = panel.asset[order], panel.when[order], panel.rank[order]
    rises = np.zeros(asset.size, np.int64)
    rises[1:] = np.cumsum((rank[1:] < rank[:-1]) & (asset[1:] == asset[:-1]))
    return asset, when, rank, rises, _pasts(asset, when, rank)


def _pasts(asset: Ints, when: Floats, rank: Ints) -> Floats:
    """What an asset's own record says at each look, rows x 3; rows in the order of asset and time.

    Years since the grade was first seen (as log(1 + years)), grades lost since the first look per square root of a
    year, and whether the grade came by a rise.
    """
    size = asset.size
    if size == 0:
        return np.zeros((0, 3))
    row = np.arange(size)
    fresh = np.ones(size, bool)
    fresh[1:] = asset[1:] != asset[:-1]
    begun = fresh.copy()
    begun[1:] |= rank[1:] != rank[:-1]
    run = np.maximum.accumulate(np.where(begun, row, 0))
    first = np.maximum.accumulate(np.where(fresh, row, 0))
    risen = np.zeros(size, bool)
    risen[1:] = begun[1:] & ~fresh[1:] & (rank[1:] < rank[:-1])
    drop = np.zeros(size)
    drop[1:] = np.where(fresh[1:], 0, np.maximum(rank[1:] - rank[:-1], 0))
    lost = np.cumsum(drop)
    lost -= lost[first]
    watched = when - when[first]
    return np.column_stack([np.log1p(when - when[run]), lost / np.sqrt(watched + 1.0), risen[run].astype(float)])


def pasts(panel: Panel) -> Floats:
    """What each look's asset had on record then, in the order of the panel's rows."""
    order = np.lexsort((panel.rank, panel.when, panel.asset))
    out = np.zeros((order.size, 3))
    out[order] = _pasts(panel.asset[order], panel.when[order], panel.rank[order])
    return out


def cases(panel: Panel, origin: float, horizon: float, tolerance: float, oldest: float) -> Cases:
    """Assets seen at or before the origin and again near its horizon, without improving in between."""
    asset, when, rank, rises, past = _sorted(panel)
    last = np.full(panel.assets, -1)
    before = np.flatnonzero((when <= origin + 1e-9) & (when >= origin - oldest))
    last[asset[before]] = before
    end = origin + horizon
    after = np.full(panel.assets, -1)
    near = np.flatnonzero((np.abs(when - end) <= tolerance + 1e-9) & (when > origin + 1e-9))
    near = near[np.argsort(-np.abs(when[near] - end), kind="stable")]
    after[asset[near]] = near
    both = np.flatnonzero((last >= 0) & (after >= 0))
    both = both[rises[after[both]] == rises[last[both]]]
    return Cases(
        both, rank[last[both]], origin - when[last[both]], when[after[both]] - origin, rank[after[both]],
        when[after[both]], past[last[both]],
    )  # fmt: skip


def pairs(panel: Panel, horizon: float, tolerance: float) -> Cases:
    """Every look with the same asset's look nearest to `horizon` years later, without a rise in between."""
    asset, when, rank, rises, past = _sorted(panel)
    none = np.zeros(0)
    if asset.size == 0:
        return Cases(asset, rank, none, none, rank, none, past)
    low = float(when.min())
    span = float(when.max()) - low + 2 * horizon + 1.0
    moments = asset * span + (when - low)
    target = moments + horizon
    right = np.clip(np.searchsorted(moments, target), 0, asset.size - 1)
    left = np.maximum(right - 1, 0)
    nearest = np.where(np.abs(moments[left] - target) < np.abs(moments[right] - target) - 1e-9, left, right)
    row = np.arange(asset.size)
    good = (asset[nearest] == asset) & (when[nearest] > when) & (rises[nearest] == rises)
    good &= np.abs(when[nearest] - when - horizon) <= tolerance + 1e-9
    row, nearest = row[good], nearest[good]
    return Cases(
        asset[row], rank[row], np.zeros(row.size), when[nearest] - when[row], rank[nearest], when[nearest], past[row]
    )


def steps(panel: Panel, *, repeat_years: float = 0.0, taken_back_years: float = 0.0) -> tuple[Intervals, Floats]:
    """Intervals between successive looks, and what the record said at their beginning."""
    made = from_histories(
        panel.asset, panel.when, panel.rank, assets=panel.assets, group=panel.group, covariates=panel.covariates,
        repeat_years=repeat_years, taken_back_years=taken_back_years,
    )  # fmt: skip
    return made.intervals, pasts(panel)[made.row]


def faded(age: Floats, memory: float | None) -> Floats:
    """Weights that halve every `memory` years; None keeps all."""
    return np.ones(age.size) if memory is None else 0.5 ** (np.maximum(age, 0.0) / memory)


def transition_table(found: Cases, states: int) -> Floats:
    """Empirical transitions over the horizon; half a case spread over a grade and all worse ones."""
    counts = np.zeros((states, states))
    np.add.at(counts, (found.rank, found.end), 1.0)
    for i in range(states):
        counts[i, i:] += 0.5 / (states - i)
    return counts / counts.sum(axis=1, keepdims=True)


def gap_of(panel: Panel) -> float:
    """Usual time between two looks at an asset."""
    order = np.lexsort((panel.when, panel.asset))
    asset, when = panel.asset[order], panel.when[order]
    gaps = (when[1:] - when[:-1])[(asset[1:] == asset[:-1]) & (when[1:] > when[:-1])]
    return float(np.median(gaps)) if gaps.size else 1.0
