"""What could be done with each asset, what it costs and what it is worth: the table that plans choose from.

An option is a measure started in one fiscal year. Its value is the present value of everything that follows, in yen:
losses before and after, the measure itself, repairs that come anyway if the asset turns bad, and the part of the new
life that is used up by the end of the plan, so that a dear measure near the end is not punished for its long life.
"""

import numpy as np
from msgspec import Struct

from gunmane.core.plan.costs import CostBook, Prices, lives
from gunmane.core.plan.needs import Needs, Reason, turning_bad
from gunmane.core.plan.values import Measure
from gunmane.core.stock import CLASS_AT, Array, Flags, Floats, Ints, Stock
from gunmane.core.words import AssetClass

MEASURES = (Measure.MAINTAIN, Measure.REPAIR, Measure.REPLACE, Measure.DOWNSIZE, Measure.MERGE, Measure.REMOVE)
"""Option arrays have one column for each, in this order; the first is to keep the asset as it is."""

KEEP, REPAIR, REPLACE, DOWNSIZE, MERGE, REMOVE = range(len(MEASURES))
CHUNK = 100_000
"""Assets valued at once: bounds the memory for a million assets."""


class Options(Struct, frozen=True, eq=False):
    """The assets that could have a measure, as positions in the stock, with their options.

    `value[m, 5, T]` yen, inf where not allowed; `keep[m]` yen, inf where keeping breaks a hard deadline;
    `cost[m, 6, 3]` yen of each measure in the price cases, 0 where unknown (`unpriced`). `adopted[m]` is the option
    (measure - 1) x T + year of an adopted plan, -1 where there is none; `charge[m]` yen that leaving it must gain at
    least: it is in `value` and `keep`.
    """

    rows: Array
    value: Array
    keep: Floats
    cost: Floats
    unpriced: Flags
    adopted: Ints
    charge: Floats

    def part(self, left: Array, value: Array | None = None) -> "Options":
        """Return some of the rows, with other values where given."""
        return Options(
            self.rows[left], (self.value if value is None else value)[left], self.keep[left], self.cost[left],
            self.unpriced[left], self.adopted[left], self.charge[left],
        )  # fmt: skip


def removable(stock: Stock, book: CostBook) -> tuple[Flags, Flags]:
    """Return which bridges could be removed and which cannot be judged because a fact is missing.

    All of these must be known: detour and traffic not above the limits, nobody with sole access, no emergency route.
    """
    bridges = np.asarray(stock.asset_class == CLASS_AT[AssetClass.BRIDGE])
    known = ~np.isnan(stock.detour_km) & ~np.isnan(stock.traffic_per_day)
    known &= (stock.sole_access_homes >= 0) & (stock.emergency >= 0)
    fits = (stock.detour_km <= book.value("removal_detour_km")) & (
        stock.traffic_per_day <= book.value("removal_traffic")
    )
    return bridges & known & fits & (stock.sole_access_homes == 0) & (stock.emergency == 0), bridges & ~known


def detour_yen(stock: Stock, book: CostBook) -> Floats:
    """Return the users' cost of the detour in yen a year: traffic x 365 x minutes x value of a minute.

    Nothing where there is no other way: then nobody goes round.
    """
    minutes = np.where(np.isposinf(stock.detour_km), np.nan, stock.detour_km) / book.value("detour_speed_kmh") * 60
    return np.nan_to_num(stock.traffic_per_day * 365 * minutes * book.value("time_yen_per_minute")).astype(np.float64)


def annuity(rate: float, first: int, last: int) -> float:
    """Return the present value of one yen a year in the years first … last - 1."""
    return float(sum((1 + rate) ** -year for year in range(first, last)))


def measure_costs(stock: Stock, book: CostBook, prices: Prices) -> Floats:
    """Return yen of each measure, [n, 6, 3], NaN where the price is unknown or the measure does not apply.

    Repair stands at the price of an asset that is bad; prevention is valued apart.
    """
    cost = np.full((stock.size, len(MEASURES), 3), np.nan)
    cost[:, KEEP] = 0.0
    cost[:, REPAIR] = prices.repair
    cost[:, REPLACE] = prices.replace
    narrow = book.value("downsize_width_m") / np.asarray(stock.width_m, dtype=np.float64)
    bridges = np.asarray(stock.asset_class == CLASS_AT[AssetClass.BRIDGE])
    quiet = bridges & (stock.traffic_per_day <= book.value("removal_traffic")) & (stock.emergency == 0)
    smaller = quiet & (narrow < 1)
    cost[:, DOWNSIZE] = np.where(smaller[:, None], prices.replace * narrow[:, None], np.nan)
    can_go, _ = removable(stock, book)
    cost[:, REMOVE] = np.where(can_go[:, None], prices.remove, np.nan)
    return cost


class _Terms(Struct, frozen=True, eq=False):
    """Per-asset parts of the values of one chunk, discounted."""

    before: Floats  # [m, T] losses of the years before t
    whole: Floats  # [m] losses of all years
    p: Floats  # [m, T]
    rising: Floats  # [m] discounted chance of turning bad


def _terms(stock: Stock, needs: Needs, rows: Array, discount: Floats, backlog: int) -> _Terms:
    risk = np.nan_to_num(stock.risk_yen[rows].astype(np.float64)) * discount
    total = np.cumsum(risk, axis=1)
    bad = needs.bad[rows]
    p = np.where(bad[:, None], 1.0, np.nan_to_num(stock.p_bad[rows].astype(np.float64)))
    turned = turning_bad(stock.p_bad[rows], bad, backlog)
    return _Terms(total - risk, total[:, -1], p, (turned * discount).sum(axis=1))


def values_of(
    stock: Stock, book: CostBook, prices: Prices, needs: Needs, cost: Floats, rows: Array
) -> tuple[Floats, Floats]:
    """Return value [m, 5, T] and keep [m] for some rows; the formulas are those of the module's head."""
    horizon = stock.years
    rate = book.value("discount_rate")
    discount = (1 + rate) ** -np.arange(horizon, dtype=np.float64)
    end = (1 + rate) ** -float(horizon)
    terms = _terms(stock, needs, rows, discount, int(book.value("backlog_years")))
    life, _ = lives(stock, book)
    life = np.nan_to_num(life[rows], nan=50.0)
    used = (horizon - np.arange(horizon)) * end  # years of a new life used up by the end, discounted
    middle = np.nan_to_num(cost[rows, :, 1])
    prevent = np.nan_to_num(prices.prevent[rows, 1])
    after = terms.whole[:, None] - terms.before

    def valued(yen: Floats, years: Floats, left: float) -> Floats:
        return terms.before + left * after + yen * (discount + used / years[:, None])

    repair_yen = terms.p * middle[:, REPAIR : REPAIR + 1] + (1 - terms.p) * prevent[:, None]
    repair_life = np.where(
        np.isfinite(prices.repair[rows, 1]) & (middle[:, REPAIR] > 0), book.value("repair_life"), 1
    )
    new = book.value("risk_after_replacement")
    value = np.full((len(rows), len(MEASURES) - 1, horizon), np.inf)
    value[:, REPAIR - 1] = valued(repair_yen, repair_life, book.value("risk_after_repair"))
    value[:, REPLACE - 1] = valued(middle[:, REPLACE : REPLACE + 1], life, new)
    value[:, DOWNSIZE - 1] = valued(middle[:, DOWNSIZE : DOWNSIZE + 1], life, new)
    owning = middle[:, REPLACE] / life + np.nan_to_num(prices.inspect[rows, 1]) / 5
    years = int(book.value("outlook_years"))
    saved = np.array([annuity(rate, t, years) for t in range(horizon)])
    detour = detour_yen(stock, book)[rows]
    value[:, REMOVE - 1] = (
        terms.before + middle[:, REMOVE : REMOVE + 1] * discount + (detour - owning)[:, None] * saved
    )
    ends_life = needs.reason[rows] == Reason.END_OF_LIFE
    # What must be done some day is owed twice if it is left at the end: an asset known to be bad is acted on inside
    # the plan where money allows, as one whose life ends is; one that turns bad later is charged its repair at once.
    owed = np.where(ends_life, 2 * middle[:, REPLACE], np.where(needs.bad[rows], 2 * middle[:, REPAIR], 0.0))
    keep = terms.whole + terms.rising * middle[:, REPAIR] + end * owed
    return value, keep


def options(stock: Stock, book: CostBook, prices: Prices, needs: Needs, cost: Floats, *, reorganise: bool) -> Options:
    """Value the options of every asset that needs a measure or for which one pays.

    `reorganise` adds downsizing, merging and removal of assets that need a measure. Assets that households pay for
    are left out. An asset whose grade sets a deadline but that has no price keeps repair as its only option, at no
    known cost.
    """
    allowed = np.isfinite(cost[:, 1:, 1])
    asked = needs.latest < stock.years
    bare = asked & ~allowed[:, :REPLACE].any(axis=1)
    allowed[bare, REPAIR - 1] = True
    age_only = needs.reason == Reason.END_OF_LIFE
    allowed[age_only, REPAIR - 1] = bare[age_only]
    if reorganise:
        allowed[~asked, DOWNSIZE - 1 :] = False
    else:
        allowed[:, DOWNSIZE - 1 :] = False
    allowed &= ~prices.household[:, None]
    kept_rows: list[Array] = []
    values: list[Array] = []
    keeps: list[Floats] = []
    for first in range(0, stock.size, CHUNK):
        rows = np.arange(first, min(first + CHUNK, stock.size))
        value, keep = values_of(stock, book, prices, needs, cost, rows)
        value[~allowed[rows]] = np.inf
        late = np.arange(stock.years) > np.where(needs.hard[rows], needs.latest[rows], stock.years)[:, None]
        value = np.where(late[:, None, :], np.inf, value)
        useful = allowed[rows].any(axis=1) & (asked[rows] | (value.min(axis=(1, 2)) < keep))
        keep = np.where(needs.hard[rows], np.inf, keep)
        kept_rows.append(rows[useful])
        values.append(value[useful].astype(np.float32))
        keeps.append(keep[useful])
    rows = np.concatenate(kept_rows) if kept_rows else np.zeros(0, dtype=np.int64)
    if not len(rows):
        empty = np.zeros((0, len(MEASURES) - 1, stock.years), dtype=np.float32)
        return Options(
            rows, empty, np.zeros(0), cost[rows], np.zeros(0, dtype=np.bool_), np.zeros(0, np.int64), np.zeros(0)
        )
    return Options(
        rows, np.concatenate(values), np.concatenate(keeps), np.nan_to_num(cost[rows]), np.asarray(bare[rows]),
        np.full(len(rows), -1, dtype=np.int64), np.zeros(len(rows)),
    )  # fmt: skip
