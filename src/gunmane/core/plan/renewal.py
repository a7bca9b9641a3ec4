"""Renewal need by planning life over thirty years (indicator N6): what simple renewal would cost."""

import numpy as np
from msgspec import Struct

from gunmane.core.plan.costs import CostBook, Prices
from gunmane.core.stock import CLASS_AT, CLASSES, Array, Floats, Stock, tally


class RenewalNeed(Struct, frozen=True, eq=False):
    """Yen by class, fiscal year and price case [C, Y, 3], if every asset were renewed at the end of its life.

    `backlog[C, 3]` is what is past its life already; it is spread over the first `backlog_years`, and is part of
    `yen`. `unknown_year[C]` assets have no known year: their cost is spread evenly over their life. `unpriced[C]`
    assets have no known price or life and are in no sum. Households' own assets are left out.
    """

    first_fy: int
    yen: Floats
    backlog: Floats
    unknown_year: Array
    unpriced: Array


def renewal_need(stock: Stock, book: CostBook, prices: Prices, years: int = 30) -> RenewalNeed:
    """Compute the renewal need; an asset is renewed again when its next life ends inside the outlook."""
    size = len(CLASSES)
    own = ~prices.household
    priced = own & np.isfinite(prices.replace).all(axis=1)
    result = RenewalNeed(
        stock.first_fy,
        np.zeros((size, years, 3)),
        np.zeros((size, 3)),
        np.zeros(size, dtype=np.int64),
        np.bincount(stock.asset_class[own & ~priced], minlength=size),
    )
    spread = min(int(book.value("backlog_years")), years)
    for life in book.service_lives:
        k = CLASS_AT[life.asset_class]
        rows = priced & (stock.asset_class == k)
        known = rows & (stock.built_year > 0)
        end = stock.built_year + life.years - stock.first_fy
        late, future, unknown = known & (end < 0), known & (end >= 0) & (end < years), rows & ~known
        result.unknown_year[k] = unknown.sum()
        for case in range(3):
            money = prices.replace[:, case]
            result.backlog[k, case] = money[late].sum()
            once = tally(end[future], money[future], years)
            once[:spread] += result.backlog[k, case] / spread
            result.yen[k, :, case] = _again(once, life.years) + money[unknown].sum() / life.years
    lifeless = priced & ~np.isin(stock.asset_class, [CLASS_AT[life.asset_class] for life in book.service_lives])
    np.add(result.unpriced, np.bincount(stock.asset_class[lifeless], minlength=size), out=result.unpriced)
    return result


def _again(once: Floats, life: int) -> Floats:
    """Add every later renewal: what is renewed in year t is renewed again in t + life."""
    total = once.copy()
    for t in range(life, len(total)):
        total[t] += total[t - life]
    return total
