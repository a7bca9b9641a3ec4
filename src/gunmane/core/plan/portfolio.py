"""The portfolio problem: one option for each asset, least total value, yearly budgets and hours kept.

minimise sum v_ij x_ij, one option j = (measure, year) or "keep" for each asset i, with yen and hours of each year
limited (for everybody, and for each group such as an owner or a fund). A multi-dimensional multiple-choice knapsack.

Method (Lagrangian duality with a smoothed dual; Karabakal, Bean & Lohmann 1994 used the plain dual for pavements):
for any prices >= 0 of the resources, L = sum_i min_j (v_ij + price . use_ij) - price . budget is a lower bound. The
minimum is smoothed at a falling temperature and maximised by projected Newton steps; options are then drawn from the
smoothed choice, over-used years are mended at the least loss and freed money is spent (`rounding.py`). The bound
needs no trust in any of this: `bound` recomputes it from the prices alone.
"""

from collections.abc import Callable

import msgspec
import numpy as np
from msgspec import Struct

from gunmane.core.plan.dual import Prices, ascend
from gunmane.core.plan.instances import CHUNK, Choices, Instance, excess, tightened, too_large, use_of
from gunmane.core.plan.rounding import search

LARGE = 200_000
"""Assets above which values that are single precision already are not copied."""


class Solution(Struct, frozen=True, eq=False):
    """A choice for each asset, -1 to keep, else measure x T + year, with its proof.

    `value` is what the choice costs, `bound` no choice can be below; `gap` is (value - bound) / |bound|.
    `over` is the greatest relative excess of any limit (0 when all hold).
    """

    choice: Choices
    value: float
    bound: float
    over: float
    prices: Prices

    @property
    def gap(self) -> float:
        """The proven relative gap."""
        return (self.value - self.bound) / max(abs(self.bound), 1e-12)


def bound(instance: Instance, prices: Prices, chunk: int = CHUNK) -> float:
    """Return the Lagrangian bound of any prices >= 0, recomputed from the definition (numpy, no solver code).

    Options that break a limit on their own are no options. Raises ValueError for a negative price, or a price on
    something unlimited.
    """
    pairs = (
        (prices.money, instance.budget),
        (prices.hours, instance.hours_cap),
        (prices.groups, instance.group_budget),
    )
    total = 0.0
    for price, limit in pairs:
        if not (price >= 0).all() or (np.isinf(limit) & (price > 0)).any():
            raise ValueError("prices must be >= 0 and only where there is a limit")
        total -= float((price * np.where(np.isinf(limit), 0.0, limit)).sum())
    for first in range(0, instance.size, chunk):
        rows = slice(first, first + chunk)
        money = prices.money + prices.groups[instance.group[rows]].sum(axis=1)
        reduced = instance.value[rows].astype(np.float64)
        reduced += instance.cost[rows][:, :, None] * money[:, None, :]
        reduced += instance.hours[rows][:, :, None] * prices.hours
        large = too_large(instance, rows)
        if large is not None:
            reduced[large] = np.inf
        total += float(np.minimum(reduced.min(axis=(1, 2), initial=np.inf), instance.keep[rows]).sum())
    return total


def solve(
    instance: Instance,
    *,
    seed: int = 0,
    effort: int = 3,
    clock: Callable[[], float] | None = None,
    seconds: float = 60,
    start: Choices | None = None,
    exchanges: bool = True,
) -> Solution:
    """Solve an instance; the same instance, seed and effort give the same choice.

    `effort` is the number of improvement rounds. With a `clock` (seconds, monotonic) searching goes on while it gains
    and stops after `seconds`; then the machine's speed decides. `start` is a choice to do no worse than; without
    `exchanges` the search ends sooner, with a gap some tenths of a thousandth wider.
    Searching works in single precision on values less each asset's own level, so that large constants do not blur
    small differences; value and bound are recomputed from the instance as it is given.
    """
    began = 0.0 if clock is None else clock()
    working = _working(tightened(instance) or instance)
    # Finding prices may take most of the time; recomputing the bound takes some microseconds for each asset.
    dual_stop = None if clock is None else (clock, began + 0.6 * seconds)
    stop = None if clock is None else (clock, began + seconds - 5e-6 * instance.size)
    prices = ascend(working, seed, dual_stop)
    choice = search(working, prices, seed, effort, stop, start, exchanges)
    return proved(instance, choice, prices)


def _working(instance: Instance) -> Instance:
    """Return the instance in single precision, values less what keeping (or the best measure) costs."""
    if instance.value.dtype == np.float32 and instance.size > LARGE:
        return instance
    value, keep = np.empty(instance.value.shape, dtype=np.float32), np.zeros(instance.size)
    for first in range(0, instance.size, CHUNK):
        rows = slice(first, first + CHUNK)
        kept, exact = instance.keep[rows], instance.value[rows].astype(np.float64)
        level = np.where(np.isfinite(kept), kept, exact.min(axis=(1, 2), initial=np.inf))
        value[rows] = exact - level[:, None, None]
        keep[rows] = kept - level
    return msgspec.structs.replace(instance, value=value, keep=keep)


def proved(instance: Instance, choice: Choices, prices: Prices) -> Solution:
    """Return a choice with its value, its excess and the bound of some prices, all recomputed."""
    used = use_of(instance, choice)
    return Solution(choice, used.value, bound(instance, prices), excess(instance, used), prices)
