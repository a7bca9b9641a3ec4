"""How next year's plan stays near the adopted one: what was decided is left only where leaving it gains enough.

People have planned with an adopted measure and its year: money, orders, residents' meetings. A new plan keeps both
unless another choice gains more than a share of the measure's cost (`stay_share`), or law forbids the old one by now.
"""

from datetime import date

import msgspec
import numpy as np
from msgspec import Struct

from gunmane.core.plan.costs import CostBook
from gunmane.core.plan.fairness import near_adopted
from gunmane.core.plan.instances import Instance
from gunmane.core.plan.options import KEEP, Options
from gunmane.core.plan.schedules import Schedule
from gunmane.core.stock import Floats, Ints, Stock


class Adopted(Struct, frozen=True, eq=False):
    """The measures of a decided edition that its lists name: rows of the stock, positions in MEASURES, plan years.

    A year below 0 has passed. `unlisted` measures stood in no list, `gone` assets are in the ledgers no more.
    """

    edition: int
    decided_on: date
    row: Ints
    measure: Ints
    year: Ints
    unlisted: int = 0
    gone: int = 0


class Stability(Struct, frozen=True, kw_only=True):
    """What became of an adopted plan's measures: kept with their year, moved, made another, left undone.

    `due` had their year before this plan begins; `yen` is what staying near costs the region at present value against
    choosing freely (never below 0 but for the search's gap).
    """

    edition: int
    decided_on: date
    listed: int
    same: int
    moved: int
    changed: int
    dropped: int
    due: int
    unlisted: int
    gone: int
    yen: float


def near(chosen: Options, adopted: Adopted | None, stock: Stock, book: CostBook) -> Options:
    """Return the options with a charge on leaving what was adopted; assets that no list names are free."""
    if adopted is None or not len(chosen.rows):
        return chosen
    years = stock.years
    place = np.full(stock.size, -1, dtype=np.int64)
    open_still = (adopted.measure > KEEP) & (adopted.year >= 0) & (adopted.year < years)
    rows = adopted.row[open_still]
    place[rows] = (adopted.measure[open_still] - 1) * years + adopted.year[open_still]
    option = place[chosen.rows]
    at = np.flatnonzero(option >= 0)
    # What is not allowed any more (law, facts) binds nobody.
    allowed = np.isfinite(chosen.value[at, option[at] // years, option[at] % years])
    option[at[~allowed]] = -1
    cost = chosen.cost[np.arange(len(option)), option // years + 1, 1]
    charge = np.where(option >= 0, book.value("stay_share") * np.maximum(cost, 1.0), 0.0)
    instance = near_adopted(_bare(chosen), option, charge)
    return msgspec.structs.replace(
        chosen, value=instance.value.astype(np.float32), keep=instance.keep, adopted=option, charge=charge
    )


def _bare(chosen: Options) -> Instance:
    """Return the options as an instance without limits."""
    n, _, years = chosen.value.shape
    nothing: Floats = np.zeros((n, chosen.value.shape[1]))
    endless = np.full(years, np.inf)
    return Instance(
        chosen.value, chosen.keep, nothing, nothing, endless, endless, np.zeros((n, 1), np.int64), endless[None, :]
    )


def stability(adopted: Adopted, plan: Schedule, free: Schedule) -> Stability:
    """Compare a plan with the adopted one; `free` is the plan chosen without looking at it."""
    new, year = plan.measure[adopted.row].astype(np.int64), plan.year[adopted.row]
    due = adopted.year < 0
    same = ~due & (new == adopted.measure) & (year == adopted.year)
    moved = ~due & (new == adopted.measure) & (year != adopted.year)
    dropped = ~due & (new == KEEP) & (adopted.measure != KEEP)
    changed = ~due & ~same & ~moved & ~dropped
    both = np.isfinite(plan.value) & np.isfinite(free.value)
    return Stability(
        edition=adopted.edition, decided_on=adopted.decided_on, listed=len(adopted.row), same=int(same.sum()),
        moved=int(moved.sum()), changed=int(changed.sum()), dropped=int(dropped.sum()), due=int(due.sum()),
        unlisted=adopted.unlisted, gone=adopted.gone, yen=float((plan.value - free.value)[both].sum()),
    )  # fmt: skip
