"""The plan computed again without one of its measures: what that measure brings (N9, with and without)."""

from collections.abc import Callable

import msgspec
import numpy as np
from msgspec import Struct

from gunmane.core.plan.needs import Needs
from gunmane.core.plan.options import DOWNSIZE, KEEP, MERGE, REMOVE, Options
from gunmane.core.plan.schedules import Schedule
from gunmane.core.stock import Floats, Stock

WITHOUT = {"removal": REMOVE, "downsizing": DOWNSIZE}
"""Cases that forbid a measure of single assets."""


class Variant(Struct, frozen=True, eq=False):
    """A case beside the plan: its code and its schedule; `joint` tells whether owners still order together."""

    code: str
    plan: Schedule
    joint: bool = True


def forbidden(chosen: Options, measure: int) -> Options:
    """Return the options without a measure; where nothing else is left it stays, for duties hold."""
    value = chosen.value.copy()
    value[:, measure - 1] = np.inf
    nothing = ~np.isfinite(value).any(axis=(1, 2)) & ~np.isfinite(chosen.keep)
    value[nothing] = chosen.value[nothing]
    return chosen.part(np.asarray(np.isfinite(value).any(axis=(1, 2))), value)


def asked_only(chosen: Options, needs: Needs, stock: Stock) -> Options:
    """Return the options of assets that something asks to be done; prevention that merely pays is left out."""
    left = needs.latest[chosen.rows] < stock.years
    return chosen.part(left)


def variants(
    stock: Stock, needs: Needs, chosen: Options, plan: Schedule, before_merging: Schedule,
    scheduled: Callable[[Options], Schedule],
) -> tuple[Variant, ...]:  # fmt: skip
    """Return the plan without each measure that it uses; a measure that it does not use makes no case.

    `before_merging` is the plan before plants are linked instead of renewed; `scheduled` computes one from options.
    """
    found: list[Variant] = []
    for code, measure in WITHOUT.items():
        if (plan.measure == measure).any():
            found.append(Variant(code, scheduled(forbidden(chosen, measure))))
    idle = needs.latest >= stock.years
    if ((plan.measure > KEEP) & (plan.measure < DOWNSIZE) & idle).any():
        found.append(Variant("prevention", scheduled(asked_only(chosen, needs, stock))))
    if (plan.measure == MERGE).any():
        found.append(Variant("merging", before_merging))
    if len(stock.owners) > 1:
        found.append(Variant("joint_orders", plan, joint=False))
    return tuple(found)


def with_budgets(stock: Stock, share: float, spent: Floats) -> Stock:
    """Return the stock with a share of the owners' budgets; where none is given, of what the plan spends [G, T]."""
    owners = tuple(
        msgspec.structs.replace(
            facts,
            budgets=tuple(round(share * yen) for yen in facts.budgets)
            or tuple(round(share * yen) for yen in spent[k].tolist()),
        )
        for k, facts in enumerate(stock.owners)
    )
    return msgspec.structs.replace(stock, owners=owners)
