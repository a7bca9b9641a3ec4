"""Bridges that may be removed one by one, judged together on the road network."""

import numpy as np
from msgspec import Struct

from gunmane.core.plan.costs import CostBook, Prices
from gunmane.core.plan.needs import Needs
from gunmane.core.plan.options import REMOVE, annuity, detour_yen, removable, values_of
from gunmane.core.plan.removals import removal_set, sites_of
from gunmane.core.plan.roads import Roads, edges_near
from gunmane.core.stock import Flags, Floats, Stock

LEAST = 1.0
"""Yen that a removal which alone does not pay is worth: a short budget may choose it, but only after the others."""


class Crossings(Struct, frozen=True, eq=False):
    """What the network says of all removable bridges on it together.

    `held[n]` marks those that stay because others may go, `because` gives for each held row those others' rows;
    `judged` bridges were looked at; `proved` that no other set is worth more.
    """

    held: Flags
    because: dict[int, tuple[int, ...]]
    judged: int
    proved: bool


def crossings(
    stock: Stock, book: CostBook, prices: Prices, needs: Needs, cost: Floats, roads: Roads
) -> Crossings:  # fmt: skip
    """Find the set of removable bridges that may all go: nobody is cut off, no detour grows above the limit.

    A bridge's gain is the present value of the next best measure less that of removing it; bridges on one edge go or
    stay together. Emergency routes and bridges with sole access are not removable to begin with.
    """
    can_go, _ = removable(stock, book)
    rows = np.flatnonzero(can_go & np.isfinite(stock.lon) & np.isfinite(cost[:, REMOVE, 1]))
    edge = edges_near(roads, stock.lon[rows], stock.lat[rows])
    rows, edge = rows[edge >= 0], edge[edge >= 0]
    held = np.zeros(stock.size, dtype=np.bool_)
    if not len(rows):
        return Crossings(held, {}, 0, True)
    value, keep = values_of(stock, book, prices, needs, cost, rows)
    value[~np.isfinite(cost[rows, 1:, 1])] = np.inf
    late = np.arange(stock.years) > np.where(needs.hard[rows], needs.latest[rows], stock.years)[:, None]
    value = np.where(late[:, None, :], np.inf, value)
    others = np.minimum(value[:, : REMOVE - 1].min(axis=(1, 2)), np.where(needs.hard[rows], np.inf, keep))
    year = value[:, REMOVE - 1].argmin(axis=1)
    alone = value[np.arange(len(rows)), REMOVE - 1, year]
    outlook = int(book.value("outlook_years"))
    factor = np.array([annuity(book.value("discount_rate"), t, outlook) for t in range(stock.years)])
    paid = detour_yen(stock, book)[rows] * factor[year]
    metres = np.maximum(stock.detour_km[rows].astype(np.float64) * 1000, 1.0)
    # Nothing else possible, or removal too late: then the set is not what decides.
    known = np.isfinite(others) & np.isfinite(alone)
    gain = np.where(known, others - alone, 0.0)
    saved = np.maximum(gain, LEAST) + paid
    kinds, site = np.unique(edge, return_inverse=True)
    sites = sites_of(
        roads.graph, kinds, np.bincount(site, saved), np.bincount(site, paid / metres), roads.length_m[kinds],
        book.value("removal_detour_km") * 1000,
    )  # fmt: skip
    found = removal_set(sites)
    held[rows] = ~found.gone[site]
    because = {
        int(row): tuple(int(other) for k in found.kept_for[at] for other in rows[site == k])
        for row, at in zip(rows.tolist(), site.tolist(), strict=True)
        if held[row]
    }
    return Crossings(held, because, len(rows), found.proved)
