"""The ten-year programme: what a schedule costs by owner, class, kind of work and fiscal year."""

import numpy as np
from msgspec import Struct

from gunmane.core.plan.costs import CostBook, Prices, lives
from gunmane.core.plan.needs import Needs, turning_bad
from gunmane.core.plan.options import MEASURES, REMOVE
from gunmane.core.plan.schedules import Schedule
from gunmane.core.stock import CLASSES, Array, Floats, Ints, Stock, tally

KINDS: tuple[str, ...] = ("inspect", "provision", "spread", *(str(measure) for measure in MEASURES[1:]))
"""Kinds of work in programme tables: `provision` is the expected repair of assets that turn bad inside the plan,
`spread` the renewal of assets of unknown age, spread evenly over their life (N6)."""

INSPECT, PROVISION, SPREAD, FIRST_MEASURE = 0, 1, 2, 3


class Programme(Struct, frozen=True, eq=False):
    """Sums of one scenario.

    `yen[G, C, K, T, 3]` paid by owners, `count[G, C, K, T]` assets or inspections, `unpriced[G, C, K, T]` how many of
    them have no known price; `household[G, C, T, 3]` yen that households pay (septic upkeep and inspections).
    """

    yen: Floats
    count: Floats
    unpriced: Floats
    household: Floats

    @property
    def yearly(self) -> Floats:
        """Owners' yen by fiscal year and price case, [T, 3]."""
        return self.yen.sum(axis=(0, 1, 2))

    @property
    def by_owner(self) -> Floats:
        """Yen by owner, fiscal year and price case, [G, T, 3]."""
        return self.yen.sum(axis=(1, 2))


def rising(stock: Stock, needs: Needs, book: CostBook) -> Floats:
    """Return the expected number of times that each asset turns bad in each year, [n, T]; 0 where it is bad."""
    return turning_bad(stock.p_bad, needs.bad, int(book.value("backlog_years")))


def renewal_rate(stock: Stock, prices: Prices, needs: Needs, book: CostBook) -> Floats:
    """Return the yearly chance that an asset of unknown age is renewed, [n]: 1 / life where age alone asks for it."""
    life, by_age = lives(stock, book)
    unknown = by_age & (stock.built_year == 0) & (stock.grade < 0) & ~needs.bad & ~prices.household
    return np.where(unknown, 1 / np.where(np.isfinite(life), life, np.inf), 0.0)


def _sums(stock: Stock, rows: Array, weights: Floats) -> Floats:
    """Return column sums of weights [m] or [m, …] by owner and class, [G, C, …]."""
    cell = stock.owner[rows].astype(np.int64) * len(CLASSES) + stock.asset_class[rows]
    size = len(stock.owners) * len(CLASSES)
    flat = weights.reshape(len(weights), -1)
    sums = np.stack([tally(cell, flat[:, k], size) for k in range(flat.shape[1])], axis=1)
    return sums.reshape(len(stock.owners), len(CLASSES), *weights.shape[1:])


def _inspections(stock: Stock, plan: Schedule) -> Floats:
    """Return inspections [n, T]; a removed asset is inspected no more from the year of its removal."""
    gone = (plan.measure == REMOVE)[:, None] & (np.arange(stock.years) >= plan.year[:, None])
    return np.where(gone, 0, stock.inspections).astype(np.float64)


def taken(stock: Stock, prices: Prices, needs: Needs, book: CostBook) -> Floats:
    """Return what inspections and expected work take of each owner's money before measures, [G, T], middle price."""
    owners = ~prices.household
    yen = stock.inspections * np.nan_to_num(prices.inspect[:, 1])[:, None]
    waiting = needs.latest >= stock.years
    yen = yen + rising(stock, needs, book) * (np.nan_to_num(prices.repair[:, 1]) * waiting)[:, None]
    yen = yen + (renewal_rate(stock, prices, needs, book) * np.nan_to_num(prices.replace[:, 1]))[:, None]
    members = len(stock.owners)
    return np.stack([tally(stock.owner[owners], yen[owners, t], members) for t in range(stock.years)], axis=1)


def programme(stock: Stock, prices: Prices, needs: Needs, plan: Schedule, book: CostBook) -> Programme:
    """Sum a schedule by owner, class, kind of work and year."""
    horizon = stock.years
    shape = (len(stock.owners), len(CLASSES), len(KINDS), horizon)
    yen, count, unpriced = np.zeros((*shape, 3)), np.zeros(shape), np.zeros(shape)
    own, everything = ~prices.household, np.arange(stock.size)
    visits = _inspections(stock, plan)
    count[:, :, INSPECT] = _sums(stock, everything, visits)
    no_price = ~np.isfinite(prices.inspect[:, 1])
    unpriced[:, :, INSPECT] = _sums(stock, everything, visits * no_price[:, None])
    fee = np.nan_to_num(prices.inspect)
    for case in range(3):
        yen[:, :, INSPECT, :, case] = _sums(stock, everything, visits * (fee[:, case] * own)[:, None])
    kept = (plan.year < 0) & own
    turned = rising(stock, needs, book) * kept[:, None]
    count[:, :, PROVISION] = _sums(stock, everything, turned)
    repair = np.nan_to_num(prices.repair)
    unpriced[:, :, PROVISION] = _sums(stock, everything, turned * ~np.isfinite(prices.repair[:, :1]))
    for case in range(3):
        yen[:, :, PROVISION, :, case] = _sums(stock, everything, turned * repair[:, case : case + 1])
    rate = renewal_rate(stock, prices, needs, book) * kept
    for table, weights in ((count, rate), (unpriced, rate * ~np.isfinite(prices.replace[:, 1]))):
        table[:, :, SPREAD] += _sums(stock, everything, weights)[:, :, None]
    for case in range(3):
        yearly = _sums(stock, everything, rate * np.nan_to_num(prices.replace[:, case]))
        yen[:, :, SPREAD, :, case] = yearly[:, :, None]
    _add_measures(stock, plan, yen, count, unpriced)
    household = np.zeros((*shape[:2], horizon, 3))
    upkeep = np.nan_to_num(prices.maintain)
    for case in range(3):
        paid = (visits * fee[:, case : case + 1] + upkeep[:, case : case + 1]) * ~own[:, None]
        household[..., case] = _sums(stock, everything, paid)
    return Programme(yen, count, unpriced, household)


def _add_measures(stock: Stock, plan: Schedule, yen: Floats, count: Floats, unpriced: Floats) -> None:
    """Add the scheduled measures to the tables of `programme`."""
    rows = np.flatnonzero(plan.year >= 0)
    where = (
        stock.owner[rows],
        stock.asset_class[rows],
        plan.measure[rows].astype(np.int64) - 1 + FIRST_MEASURE,
        plan.year[rows],
    )
    cell: Ints = np.ravel_multi_index(where, count.shape).astype(np.int64)
    count += np.bincount(cell, minlength=count.size).reshape(count.shape)
    unpriced += tally(cell, plan.unpriced[rows], count.size).reshape(count.shape)
    for case in range(3):
        yen[..., case] += tally(cell, plan.cost[rows, case], count.size).reshape(count.shape)
