"""Inspection intervals as columns: checked, standardised, collapsed and sorted for the compiled likelihood."""

from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from gunmane.core.deterioration.kernel import EXITED, KEPT
from gunmane.core.errors import Fault, GunmaneError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Intervals(Struct, frozen=True, kw_only=True, eq=False):
    """Pairs of successive inspections, one per row; N rows.

    from_rank, to_rank: ranks on the class's scale, 0 best. years: time between, in years, > 0 (any other unit works
    too: hazards come out per that unit). group: index of the owner, 0 .. groups - 1. covariates: N x p, finite.
    weight: how many equal pairs a row stands for. exited: the asset was repaired or renewed within the interval
    (`to_rank` is then not looked at). start: calendar year with fraction at which the interval begins; only the
    drift uses it. cell: row of the table of effects that act on all grades alike (`levels.Shared`).
    """

    from_rank: Ints
    to_rank: Ints
    years: Floats
    group: Ints | None = None
    covariates: Floats | None = None
    weight: Floats | None = None
    exited: NDArray[np.bool_] | None = None
    start: Floats | None = None
    cell: Ints | None = None


class Sorted(Struct, frozen=True, eq=False):
    """Rows in the order of the kernel; `covariates` is p x N, standardised; `buckets` as `accumulate` wants them.

    With shared effects `group` is a pair of owner and cell, in that order, and `pairs` names both; else it is the
    owner and `pairs` is empty.
    """

    buckets: Ints
    log_years: Floats
    years: Floats
    weight: Floats
    covariates: Floats
    group: Ints
    start: Floats
    center: Floats
    scale: Floats
    rows: int  # intervals given that carry information
    collapsed: int  # distinct rows after collapsing
    pairs: Ints  # pairs x 2


def check(data: Intervals, states: int, groups: int, cells: int = 0) -> None:
    """Raise GunmaneError `bad_intervals` with every kind of fault found and how many rows show it."""
    faults: list[Fault] = []

    def fault(code: str, bad: NDArray[np.bool_], at: str) -> None:
        if bad.any():
            first = int(np.flatnonzero(bad)[0])
            faults.append(Fault(code, at=at, values={"rows": int(bad.sum()), "first": first}))

    size = data.from_rank.shape[0]
    exited = np.zeros(size, bool) if data.exited is None else data.exited
    for name in ("to_rank", "years", "group", "covariates", "weight", "exited", "start", "cell"):
        column: Any = getattr(data, name)
        if column is not None and column.shape[0] != size:
            raise GunmaneError("bad_intervals", [Fault("lengths_differ", at=name, values={"rows": size})])
    fault("rank_outside_scale", (data.from_rank < 0) | (data.from_rank >= states), "from_rank")
    fault("rank_outside_scale", ~exited & ((data.to_rank < 0) | (data.to_rank >= states)), "to_rank")
    fault("improved_without_exit", ~exited & (data.to_rank < data.from_rank), "to_rank")
    fault("years_not_positive", ~(np.isfinite(data.years) & (data.years > 0)), "years")
    if data.group is not None and groups > 0:
        fault("group_unknown", (data.group < 0) | (data.group >= groups), "group")
    if data.cell is not None and cells > 0:
        fault("cell_unknown", (data.cell < 0) | (data.cell >= cells), "cell")
    if data.covariates is not None:
        fault("covariate_not_finite", np.asarray(~np.isfinite(data.covariates).all(axis=1)), "covariates")
    if data.weight is not None:
        fault("weight_negative", ~(np.isfinite(data.weight) & (data.weight >= 0)), "weight")
    if data.start is not None:
        fault("start_not_finite", ~np.isfinite(data.start), "start")
    if faults:
        raise GunmaneError("bad_intervals", faults)


def row_keys(columns: list[NDArray[Any]]) -> NDArray[np.uint64]:
    """Mix the bits of all columns into one 64-bit key per row (splitmix64 finaliser)."""
    key = np.zeros(columns[0].shape[0], np.uint64)
    for column in columns:
        key += column.view(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
        key ^= key >> np.uint64(30)
        key *= np.uint64(0xBF58476D1CE4E5B9)
        key ^= key >> np.uint64(27)
        key *= np.uint64(0x94D049BB133111EB)
        key ^= key >> np.uint64(31)
    return key


def _collapse(columns: list[NDArray[Any]], weight: Floats) -> tuple[list[NDArray[Any]], Floats]:
    """Replace equal rows by one row with their summed weight; leaves mostly distinct rows as they are."""
    size = weight.shape[0]
    sample = min(size, 20_000)
    if sample < 2 or np.unique(row_keys([c[:sample] for c in columns])).size > 0.98 * sample:
        return columns, weight
    _, first, back = np.unique(row_keys(columns), return_index=True, return_inverse=True)
    if any((column[first][back] != column).any() for column in columns):  # a collision of 64-bit keys
        return columns, weight
    return [column[first] for column in columns], np.bincount(back, weight, first.size).astype(np.float64)


def prepare(
    data: Intervals,
    states: int,
    groups: int,
    *,
    exits: bool,
    cells: int = 0,
    standardise: bool = True,
    collapse: bool = True,
) -> Sorted:
    """Check, drop rows without information, collapse and sort.

    Rows that start in the worst grade say nothing unless exits are modelled; rows of weight 0 say nothing at all.
    """
    check(data, states, groups, cells)
    worst = states - 1
    size = data.from_rank.shape[0]
    kind = np.full(size, KEPT) if data.exited is None else np.where(data.exited, EXITED, KEPT)
    given = np.ones(size) if data.weight is None else np.asarray(data.weight, float)
    keep = given > 0
    if not exits:
        keep &= (data.from_rank < worst) & (kind == KEPT)
    to = np.where(kind == EXITED, worst, data.to_rank).astype(np.int64)
    group = np.zeros(size, np.int64) if data.group is None or groups == 0 else np.asarray(data.group, np.int64)
    pairs = np.zeros((0, 2), np.int64)
    if cells > 0 and data.cell is not None:
        pairs, group = _pairs(group, np.asarray(data.cell, np.int64), cells)
        groups = max(len(pairs), 1)
    covariates = np.zeros((size, 0)) if data.covariates is None else np.asarray(data.covariates, float)
    start = np.zeros(size) if data.start is None else np.asarray(data.start, float)
    place = ((np.asarray(data.from_rank, np.int64) * states + to) * 2 + kind) * max(groups, 1) + group
    years = np.asarray(data.years, float)
    columns: list[NDArray[Any]] = [place, years, start, *covariates.T]
    columns = [np.ascontiguousarray(column[keep] if not keep.all() else column) for column in columns]
    weight = given[keep]
    center, scale = _moments(columns[3:], weight, standardise)
    rows = weight.shape[0]
    if collapse:
        columns, weight = _collapse(columns, weight)
    key = columns[0]
    small = key.size == 0 or int(key.max()) < 65_536
    order = np.argsort(key.astype(np.uint16) if small else key, kind="stable")
    key, years, start = (column[order] for column in columns[:3])
    x = np.empty((len(columns) - 3, order.size))
    for c, column in enumerate(columns[3:]):
        x[c] = (column[order] - center[c]) / scale[c]
    cell = key // max(groups, 1)
    stops = np.flatnonzero(np.append(cell[1:] != cell[:-1], True)) + 1 if key.size else np.zeros(0, np.int64)
    starts = np.concatenate([[0], stops[:-1]]).astype(np.int64) if key.size else stops
    codes = cell[starts] if key.size else stops
    buckets = np.stack([codes // 2 // states, codes // 2 % states, codes % 2, starts, stops], axis=1)
    return Sorted(
        buckets=np.ascontiguousarray(buckets, np.int64),
        log_years=np.log(years),
        years=np.ascontiguousarray(years),
        weight=np.ascontiguousarray(weight[order]),
        covariates=x,
        group=np.ascontiguousarray(key % max(groups, 1)),
        start=np.ascontiguousarray(start),
        center=center,
        scale=scale,
        rows=rows,
        collapsed=int(order.size),
        pairs=pairs,
    )


def _pairs(group: Ints, cell: Ints, cells: int) -> tuple[Ints, Ints]:
    """Number the pairs of owner and cell that occur, by owner and then by cell; return them and each row's."""
    code = group * cells + cell
    most = int(code.max(initial=0)) + 1
    if most > 8 * code.size + 1_000_000:
        found, place = np.unique(code, return_inverse=True)
    else:
        occurs = np.bincount(code, minlength=most) > 0
        found = np.flatnonzero(occurs)
        place = (np.cumsum(occurs) - 1)[code]
    return np.stack([found // cells, found % cells], axis=1).astype(np.int64), place.astype(np.int64)


def _moments(columns: list[NDArray[Any]], weight: Floats, standardise: bool) -> tuple[Floats, Floats]:
    """Weighted mean and standard deviation per covariate; 0 and 1 where nothing is to be standardised."""
    center, scale = np.zeros(len(columns)), np.ones(len(columns))
    total = weight.sum()
    if standardise and total > 0:
        for c, column in enumerate(columns):
            center[c] = np.average(column, weights=weight)
            spread = float(np.sqrt(np.average((column - center[c]) ** 2, weights=weight)))
            scale[c] = spread if spread > 0 else 1.0
    return center, scale
