"""From inspection histories to intervals: spells, exits by repair, and what had to be left out and why."""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from gunmane.core.deterioration.intervals import Floats, Intervals, Ints


class Histories(Struct, frozen=True, kw_only=True, eq=False):
    """Intervals of all assets together with each asset's last known grade.

    last_rank: -1 where an asset was never judged; last_when: calendar year with fraction, NaN then. asset: the
    asset of each interval; row: the inspection (input order) at which it begins. counted: what was seen on the way,
    by reason code (`data/texts/*/deterioration.toml`,
    table `counted`).
    """

    intervals: Intervals
    asset: Ints
    row: Ints
    last_rank: Ints
    last_when: Floats
    counted: dict[str, int]


def from_histories(
    asset: Ints,
    when: Floats,
    rank: Ints,
    *,
    assets: int,
    group: Ints | None = None,
    covariates: Floats | None = None,
    cell: Ints | None = None,
    repaired_asset: Ints | None = None,
    repaired_when: Floats | None = None,
    repeat_years: float = 0.0,
    taken_back_years: float = 0.0,
) -> Histories:
    """Pair each inspection with the next of the same asset.

    asset, when, rank: one row per inspection, in any order; asset 0 .. assets - 1, when in calendar years with
    fraction, rank -1 where nothing was judged. group, covariates, cell: per asset. An improvement, or a recorded
    repair (repaired_asset, repaired_when), ends the spell: the interval is marked as exited, the next spell starts at
    the inspection after. Two inspections at the same moment count once, by the worse grade. repeat_years > 0: of
    reports closer together than that, only the first is an inspection of its own (yearly reports of two-yearly
    inspections: 2). taken_back_years > 0: a grade reported between two equal other ones that lie within so many
    years of it is taken as a slip of rating and left out.
    """
    judged = (rank >= 0) & np.isfinite(when)
    counted = {"inspections": int(rank.size), "not_judged": int(rank.size - judged.sum())}
    row = np.flatnonzero(judged)
    row = row[np.lexsort((rank[row], when[row], asset[row]))]
    asset, when, rank = asset[row].astype(np.int64), when[row].astype(float), rank[row].astype(np.int64)
    worst_of_day = np.append((asset[1:] != asset[:-1]) | (when[1:] > when[:-1]), True)[: asset.size]
    counted["same_day"] = int((~worst_of_day).sum())
    asset, when, rank, row = asset[worst_of_day], when[worst_of_day], rank[worst_of_day], row[worst_of_day]
    if repeat_years > 0:
        keep = _without_repeats(asset, when, repeat_years)
        counted["repeats"] = int((~keep).sum())
        asset, when, rank, row = asset[keep], when[keep], rank[keep], row[keep]
    if taken_back_years > 0:
        keep = _without_slips(asset, when, rank, taken_back_years)
        counted["taken_back"] = int((~keep).sum())
        asset, when, rank, row = asset[keep], when[keep], rank[keep], row[keep]
    last_rank, last_when = np.full(assets, -1), np.full(assets, np.nan)
    last_rank[asset], last_when[asset] = rank, when  # sorted by time: the last one stays
    same = asset[1:] == asset[:-1]
    begin = np.flatnonzero(same)
    end = begin + 1
    repaired = repaired_between(asset[begin], when[begin], when[end], repaired_asset, repaired_when)
    better = rank[end] < rank[begin]
    counted["once_only"] = int(np.unique(asset).size - np.unique(asset[begin]).size)
    counted["repaired"] = int(repaired.sum())
    counted["improved_without_repair"] = int((better & ~repaired).sum())
    counted["intervals"] = int(begin.size)
    of = asset[begin]
    return Histories(
        intervals=Intervals(
            from_rank=rank[begin],
            to_rank=rank[end],
            years=when[end] - when[begin],
            group=None if group is None else group[of],
            covariates=None if covariates is None else covariates[of],
            cell=None if cell is None else cell[of],
            exited=repaired | better,
            start=when[begin],
        ),
        asset=of,
        row=row[begin],
        last_rank=last_rank,
        last_when=last_when,
        counted=counted,
    )


def _without_repeats(asset: Ints, when: Floats, years: float) -> NDArray[np.bool_]:
    """Keep each asset's first report and then one every `years`, whatever it says.

    Which one is kept must not depend on the grade: keeping changes and dropping repeats would overstate the rates.
    """
    keep = np.ones(asset.size, bool)
    last = 0
    for row in range(1, asset.size):
        if asset[row] == asset[last] and when[row] - when[last] < years - 0.25:
            keep[row] = False
        else:
            last = row
    return keep


def _without_slips(asset: Ints, when: Floats, rank: Ints, years: float) -> NDArray[np.bool_]:
    """Drop runs of another grade between two equal grades, where the run is taken back within `years`."""
    keep = np.ones(asset.size, bool)
    changed = (asset[1:] == asset[:-1]) & (rank[1:] != rank[:-1])
    last = 0  # last row kept
    for row in (np.flatnonzero(changed) + 1).tolist():
        if row <= last:
            continue
        last = row - 1
        end = row
        while end < asset.size and asset[end] == asset[last] and rank[end] != rank[last]:
            end += 1
        if end < asset.size and asset[end] == asset[last] and when[end] - when[row] <= years + 1e-9:
            keep[row:end] = False
            last = end
    return keep


def repaired_between(
    asset: Ints, begin: Floats, end: Floats, repaired_asset: Ints | None, repaired_when: Floats | None
) -> NDArray[np.bool_]:
    """Tell which intervals (begin, end] hold a repair of the same asset."""
    if repaired_asset is None or repaired_when is None or repaired_asset.size == 0 or asset.size == 0:
        return np.zeros(asset.size, bool)
    low = min(float(begin.min()), float(repaired_when.min())) - 1.0
    span = max(float(end.max()), float(repaired_when.max())) - low + 1.0
    moments = np.sort(repaired_asset * span + (repaired_when - low))
    return np.searchsorted(moments, asset * span + (end - low), side="right") > np.searchsorted(
        moments, asset * span + (begin - low), side="right"
    )
