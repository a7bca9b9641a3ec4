"""Tells which assets have the same forecast: one pass over all of them, in blocks, with a compiled hash table.

What is known of an asset comes down to owner, covariates, starting grade and quarter years since the last look. A
region has far fewer combinations of these than assets, and only the combinations are worked out.
"""

# pyright: reportMissingParameterType=false, reportUnknownParameterType=false, reportUnknownVariableType=false
# (the types of compiled functions stand in their signatures)

from enum import IntEnum
from typing import Any

import numpy as np
from msgspec import Struct
from numba import njit
from numpy.typing import NDArray

from gunmane.core.deterioration.intervals import Floats, Ints, row_keys

BLOCK = 1 << 16
"""Assets whose columns are converted at a time: bounds the memory beside the columns given."""

LOOKS = 601
"""Times since the last look that are told apart: quarter years up to 150 years."""


class Basis(IntEnum):
    """What a forecast starts from."""

    INSPECTED = 0  # grade at the last inspection
    BUILT = 1  # never inspected: best grade in the year of construction
    POPULATION = 2  # never inspected, build year unknown: the mix of grades of the inspected assets
    BAD = 3  # already in a bad grade at the last inspection


class Kinds(Struct, frozen=True, kw_only=True, eq=False):
    """N assets as K kinds, which lie sorted by base (equal owner and covariates), then start, then time.

    kind, basis, since: N; `since` in years, rounded to quarters. base, start, looked: K; start -1 is the mix of
    grades. owner, covariates: per base; the owner's index, or the number of owners for one that is not known.
    """

    kind: NDArray[np.int32]
    basis: NDArray[np.int8]
    since: NDArray[np.float32]
    base: Ints
    start: Ints
    looked: Floats
    owner: Ints
    covariates: Floats


@njit("u8(i8[:, ::1], i8)", cache=True)
def _hash(keys, row):
    """Mix a row's numbers (the multiplier is that of splitmix64)."""
    mixed = np.uint64(0)
    for c in range(keys.shape[1]):
        mixed = (mixed ^ np.uint64(keys[row, c])) * np.uint64(0xBF58476D1CE4E5B9)
        mixed ^= mixed >> np.uint64(31)
    return mixed


@njit("void(i8[:, ::1], i8, i4[::1])", cache=True)
def _lay(keys, count, slots):
    """Enter the first `count` keys, all different, into an empty table of slots."""
    mask = np.uint64(slots.shape[0] - 1)
    for row in range(count):
        at = _hash(keys, row) & mask
        while slots[at] >= 0:
            at = (at + np.uint64(1)) & mask
        slots[at] = row


@njit(
    "i8(i8, i8[::1], i8[::1], f8[::1], f8[::1], i8[:, ::1], i8, i8, i4[::1], i8[:, ::1], i8[::1], i4[::1], i1[::1],"
    " f4[::1])",
    cache=True,
)
def _assign(begin, rank, owner, since, built, bits, owners, bad, slots, keys, count, kind, basis, looked):
    """Give the assets of a block their kinds, from row `begin` on; returns the row before which the table was full.

    bits: the covariates' bits. slots: open addressing, -1 free, at least twice as many as `keys` has rows; keys: code
    of owner, start and time, then the covariates' bits; count[0]: kinds so far. A number that is missing is NaN.
    """
    width, mask = bits.shape[1], np.uint64(slots.shape[0] - 1)
    for n in range(begin, rank.shape[0]):
        new = count[0]
        if new >= keys.shape[0] - 1:
            return n
        start, years = rank[n], since[n]
        if start >= 0:
            basis[n] = 3 if start >= bad else 0
        elif np.isfinite(built[n]):
            basis[n], start, years = 1, 0, built[n]
        else:
            basis[n], start, years = 2, -1, 0.0
        years = min(max(years, 0.0), 150.0) if years == years else 0.0
        quarters = int(np.rint(years * 4.0))
        looked[n] = quarters / 4.0
        one = owner[n] if 0 <= owner[n] < owners else owners
        keys[new, 0] = (one * 1000 + start + 1) * 601 + quarters
        for c in range(width):
            keys[new, 1 + c] = bits[n, c]
        at = _hash(keys, new) & mask
        while True:
            found = slots[at]
            if found < 0:
                slots[at] = new
                kind[n] = new
                count[0] = new + 1
                break
            same = True
            for c in range(width + 1):
                same = same and keys[found, c] == keys[new, c]
            if same:
                kind[n] = found
                break
            at = (at + np.uint64(1)) & mask
    return rank.shape[0]


def sort_out(
    rank: NDArray[Any],
    *,
    owners: int,
    bad_rank: int,
    group: NDArray[Any] | None = None,
    covariates: NDArray[Any] | None = None,
    since: NDArray[Any] | None = None,
    built: NDArray[Any] | None = None,
) -> Kinds:
    """Find the kinds of N assets; columns as in `forecast.forecast_bad`, of any numeric type."""
    size = rank.shape[0]
    width = 0 if covariates is None else covariates.shape[1]
    slots, keys = np.full(1 << 13, -1, np.int32), np.zeros((1 << 12, 1 + width), np.int64)
    count = np.zeros(1, np.int64)
    kind, basis = np.empty(size, np.int32), np.empty(size, np.int8)
    looked = np.empty(size, np.float32)
    for low in range(0, size, BLOCK):
        cut = slice(low, min(low + BLOCK, size))
        rows = cut.stop - low

        def block(column: NDArray[Any] | None, other: float, kind: Any, cut: slice = cut, rows: int = rows) -> Any:
            return np.full(rows, other, kind) if column is None else np.ascontiguousarray(column[cut], kind)

        bits = np.zeros((rows, width)) if covariates is None else np.ascontiguousarray(covariates[cut], np.float64)
        given = (
            block(rank, 0, np.int64), block(group, owners, np.int64), block(since, 0.0, np.float64),
            block(built, np.nan, np.float64), (bits + 0.0).view(np.int64), owners, bad_rank,
        )  # fmt: skip
        done = 0
        while (done := _assign(done, *given, slots, keys, count, kind[cut], basis[cut], looked[cut])) < rows:
            keys = np.concatenate([keys, np.zeros((3 * keys.shape[0], 1 + width), np.int64)])
            slots = np.full(4 * slots.shape[0], -1, np.int32)
            _lay(keys, int(count[0]), slots)
    return _ordered(keys[: count[0]], kind, basis, looked)


def _ordered(keys: Ints, kind: NDArray[np.int32], basis: NDArray[np.int8], looked: NDArray[np.float32]) -> Kinds:
    """Put the kinds in order, so that equal sets of assets give equal kinds however they are sorted."""
    code, bits = keys[:, 0], np.ascontiguousarray(keys[:, 1:])
    owner, quarters = code // LOOKS // 1000, code % LOOKS
    start = code // LOOKS % 1000 - 1
    x = bits.view(np.float64)
    first, base = kinds_of(owner, x)
    order = np.lexsort((quarters, start, base))
    place = np.empty(order.size, np.int32)
    place[order] = np.arange(order.size, dtype=np.int32)
    for low in range(0, kind.size, BLOCK):
        kind[low : low + BLOCK] = place[kind[low : low + BLOCK]]
    return Kinds(
        kind=kind, basis=basis, since=looked, base=base[order], start=start[order], looked=quarters[order] / 4.0,
        owner=owner[first], covariates=x[first],
    )  # fmt: skip


def kinds_of(owner: Ints, x: Floats) -> tuple[Ints, Ints]:
    """Group rows equal in owner and covariates: the first row of each, and each row's group."""
    if x.shape[1] == 0:
        _, first, kind = np.unique(owner, return_index=True, return_inverse=True)
        return first, kind
    columns = [owner.astype(np.uint64), *(np.ascontiguousarray(c + 0.0).view(np.uint64) for c in x.T)]
    _, first, kind = np.unique(row_keys(columns), return_index=True, return_inverse=True)
    if any((c[first][kind] != c).any() for c in columns):  # a collision of 64-bit keys
        _, first, kind = np.unique(np.stack(columns, axis=1), axis=0, return_index=True, return_inverse=True)
    return first, kind
