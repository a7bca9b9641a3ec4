"""What keeping owners' money apart costs the region: the plan's choice from one pot, and with floors and ceilings.

The same assets, measures and years as the plan's own choice; only whose money pays for what is set free. What legal
deadlines need is everybody's from the start, so that no pot breaks a duty.
"""

from collections.abc import Collection

import numpy as np
from msgspec import Struct

from gunmane.core.plan.fairness import Fairness, price_of_fairness
from gunmane.core.plan.instances import instance_of
from gunmane.core.plan.needs import Needs
from gunmane.core.plan.options import Options
from gunmane.core.plan.schedules import Schedule
from gunmane.core.stock import Floats, Stock

SHARES = ((1.0, 1.0), (0.8, 1.2))
"""Floors and ceilings, as parts of what an owner pays in, that are set beside one pot for all."""

MOST, MOST_ASSETS = 300_000, 300_000
"""Assets with options x owners up to which floors and ceilings are computed, above only money kept apart; and assets
with options up to which that is.
"""

FEW = 3_000
"""Assets with options up to which the choices are exchanged one by one too: of few the gap is wide without."""


class Pooling(Struct, frozen=True, eq=False):
    """Floors and ceilings against one pot; `given` says whether the budgets are the owners' own.

    `share` is the part of what the plan spends that stands for the budgets of those who gave none; `paid` yen that
    each owner pays in over the plan [G].
    """

    cases: tuple[Fairness, ...]
    given: bool
    share: float
    paid: Floats


def pooling(
    stock: Stock, needs: Needs, chosen: Options, plan: Schedule, fixed: Collection[int], budget: Floats, share: float,
    *, given: bool,
) -> Pooling | None:  # fmt: skip
    """Return what owners lose or gain when their money is kept apart; None for one owner or nothing to choose.

    `budget[G, T]` yen by owner and year; `plan` a schedule under it, whose inspections, provisions and `fixed` rows
    (set by people) are paid first; `given` that all budgets are the owners' own. Each owner's money is at least
    what its legal deadlines take in that schedule.
    """
    owners = len(stock.owners)
    free = ~np.isin(chosen.rows, list(fixed))
    rows = chosen.rows[free]
    if owners < 2 or not 0 < len(rows) <= MOST_ASSETS:
        return None
    money = budget - plan.taken
    done = np.flatnonzero(plan.year >= 0)
    set_by_people = done[np.isin(done, list(fixed))]
    np.subtract.at(money, (stock.owner[set_by_people], plan.year[set_by_people]), plan.cost[set_by_people, 1])
    musts = np.zeros_like(money)
    hard = done[needs.hard[done] & ~np.isin(done, list(fixed))]
    np.add.at(musts, (stock.owner[hard], plan.year[hard]), np.maximum(plan.cost[hard, 1], 1.0))
    paid = np.maximum(np.maximum(money, 0.0), musts)
    instance = instance_of(
        chosen.value[free], chosen.keep[free], np.maximum(chosen.cost[free, 1:, 1], 1.0), np.full(stock.years, np.inf)
    )
    shares = SHARES if len(rows) * owners <= MOST else SHARES[:1]
    cases = price_of_fairness(
        instance, stock.owner[rows].astype(np.int64), paid, shares, effort=2, exchanges=len(rows) <= FEW
    )
    return Pooling(cases, given, share, paid.sum(axis=1))
