"""Effects that act on all grades alike (material, era, salt …), for levels of which an asset has one per attribute.

log lambda_s = beta_s + u_owner + sum over attributes of e[attribute, level],      e ~ N(0, tau_attribute^2)

Every level has an effect of its own, shrunk towards the class's mean by a variance that the data themselves tell
(empirical Bayes, as for owners), so that a level with few inspections keeps close to the mean and an attribute that
does not matter drops out by itself. What is unknown is a level too. To the likelihood such effects are a shift of a
pair of owner and combination of levels: the compiled kernel sees pairs where it else sees owners, and its sums over
pairs are turned into those over effects here, at a cost that hardly depends on the number of effects.
"""

import numpy as np
from msgspec import Struct

from gunmane.core.deterioration.intervals import Floats, Ints


class Shared(Struct, frozen=True, kw_only=True, eq=False):
    """Effects on all grades: K columns for C cells (combinations of levels).

    table: C x K, 1 where the cell has the level. block: of each column, the attribute it belongs to (0, 1, …).
    sd: of each attribute, what is believed of the standard deviation of its effects (log scale).
    """

    names: tuple[str, ...]
    block: Ints
    sd: Floats
    table: Floats
    weight: float = 2.0  # pseudo-observations behind `sd`

    @property
    def attributes(self) -> tuple[str, ...]:
        """The attributes in their order."""
        return tuple(dict.fromkeys(name.partition("=")[0] for name in self.names))


EVIDENCE = 1.0
"""Log odds that an attribute must have for it: 3 to 1, positive evidence (Kass and Raftery, JASA 90, 1995)."""


def evidence(effects: Floats, covariance: Floats, block: Ints, sd: Floats) -> Floats:
    """Log odds, attribute by attribute, that its effects are not all 0.

    Prior over posterior density at 0 (Savage and Dickey; Dickey, Annals of Mathematical Statistics 42, 1971), with
    the standard deviations of the prior as estimated.
    """
    found = np.zeros(sd.size)
    for b in range(sd.size):
        mine = np.flatnonzero(block == b)
        inner = covariance[np.ix_(mine, mine)]
        _, logdet = np.linalg.slogdet(inner)
        away = float(effects[mine] @ np.linalg.solve(inner, effects[mine]))
        found[b] = 0.5 * (float(logdet) + away) - mine.size * np.log(sd[b])
    return found


def supported(shared: Shared, effects: Floats, covariance: Floats, sd: Floats) -> Shared | None:
    """Leave out the attributes that the data speak against, or hardly for."""
    good = np.flatnonzero(evidence(effects, covariance, shared.block, sd) >= EVIDENCE)
    keep = np.flatnonzero(np.isin(shared.block, good))
    if keep.size == 0:
        return None
    return Shared(
        names=tuple(shared.names[k] for k in keep), block=np.searchsorted(good, shared.block[keep]),
        sd=shared.sd[good], table=np.ascontiguousarray(shared.table[:, keep]), weight=shared.weight,
    )  # fmt: skip


def merged(cell: Ints, table: Floats) -> tuple[Ints, Floats]:
    """Take cells as one that no column of the table tells apart: each row's cell, and the cells' table."""
    rows, place = np.unique(table, axis=0, return_inverse=True)
    return place.reshape(-1)[cell].astype(np.int64), np.ascontiguousarray(rows)


class Pairs(Struct, frozen=True, eq=False):
    """Pairs of owner and cell in the order of the owners; `effects`: pairs x K, centred; `owner` of each pair."""

    effects: Floats
    owner: Ints
    groups: int

    def shift(self, shared: Floats, owners: Floats) -> Floats:
        """Return each pair's shift of the log hazards."""
        own = owners[self.owner] if self.groups else 0.0
        return np.ascontiguousarray(self.effects @ shared + own)

    def by_owner(self, values: Floats) -> Floats:
        """Sum over each owner's pairs; values: pairs, or pairs x columns."""
        edges = np.searchsorted(self.owner, np.arange(self.groups + 1))
        out = np.zeros((self.groups, *values.shape[1:]))
        for g in range(self.groups):
            out[g] = values[edges[g] : edges[g + 1]].sum(axis=0)
        return out


def pairs_of(shared: Shared, center: Floats, pairs: Ints, groups: int) -> Pairs:
    """Lay out the effects of some pairs of owner and cell."""
    return Pairs(np.ascontiguousarray(shared.table[pairs[:, 1]] - center), pairs[:, 0], groups)


def weighted(shared: Shared, cell: Ints, weight: Floats) -> tuple[Floats, Floats]:
    """Mean of each column over weighted rows, and the weight of the rows that have it."""
    held = np.bincount(cell, weight, shared.table.shape[0]) @ shared.table
    total = float(weight.sum())
    return (held / total if total > 0 else np.zeros(held.size)), held


def gathered(
    pairs: Pairs, at: Ints, own: Ints, slope: Floats, curve: Floats, pair_slope: Floats, pair_curve: Floats,
    cross: Floats,
) -> tuple[Floats, Floats, Floats, Floats, Floats]:  # fmt: skip
    """Turn derivatives by pair into those by dense parameter and owner.

    at: places of the kernel's own parameters among the dense ones; own: those of the shared effects. Returns slope,
    curve (upper triangle of the kernel's part, the rest whole), owners' slope and curve, owners x dense.
    """
    size = at.size + own.size
    x = pairs.effects
    full_slope, full = np.zeros(size), np.zeros((size, size))
    full_slope[at], full_slope[own] = slope, x.T @ pair_slope
    upper = np.triu(curve, 1)
    full[np.ix_(at, at)] = curve + upper.T
    between = x.T @ cross
    full[np.ix_(own, at)], full[np.ix_(at, own)] = between, between.T
    full[np.ix_(own, own)] = x.T @ (pair_curve[:, None] * x)
    if pairs.groups == 0:
        return full_slope, full, np.zeros(0), np.zeros(0), np.zeros((0, size))
    by_owner = np.zeros((pairs.groups, size))
    by_owner[:, at] = pairs.by_owner(cross)
    by_owner[:, own] = pairs.by_owner(pair_curve[:, None] * x)
    return full_slope, full, pairs.by_owner(pair_slope), pairs.by_owner(pair_curve), by_owner
