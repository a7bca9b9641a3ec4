"""Whose money goes where: budgets kept by owner against one pot, and what keeping them apart costs.

A pot for all gives the region the least loss, but may starve the owners whose assets bring less for a yen (France-
Mensah & O'Brien). Between the two lie floors and ceilings: every owner may spend at least `floor` and at most
`ceiling` of what it pays in. A floor is kept by what all others together may spend; it reserves money, it does not
force anybody to spend it. The price of fairness is what the region loses against the pot.
"""

from collections.abc import Callable

import msgspec
import numpy as np
from msgspec import Struct

from gunmane.core.plan.instances import Instance
from gunmane.core.plan.portfolio import Solution, solve
from gunmane.core.stock import Array, Floats, tally


class Fairness(Struct, frozen=True, eq=False):
    """Values (losses, yen) under some floor and ceiling against the pot; by owner [G], positive is a loss more.

    `price` is what the region loses, `uncertain` by how much the proven gaps could change that.
    """

    floor: float
    ceiling: float
    price: float
    uncertain: float
    by_owner: Floats
    spent: Floats  # [G] yen under the floor and ceiling
    pooled: Floats  # [G] yen from the pot


def with_shares(instance: Instance, owner: Array, paid: Floats, floor: float, ceiling: float) -> Instance:
    """Return the instance with one pot, and in it a floor and a ceiling for each owner's part.

    `paid[G, T]` yen that owners pay in; `owner[n]`. What all others may spend in a year is the pot less an owner's
    floor. Floor 0 and an infinite ceiling leave one pot; 1 and 1 keep the money apart. Raises ValueError unless
    0 <= floor <= 1 <= ceiling.
    """
    if not 0 <= floor <= 1 <= ceiling:
        raise ValueError("0 <= floor <= 1 <= ceiling")
    count = len(paid)
    pot = paid.sum(axis=0)
    columns: list[Array] = [owner.astype(np.int64)]
    limits: list[Floats] = [np.full(paid.shape, np.inf) if np.isinf(ceiling) else ceiling * paid]
    # Reserved for an owner: all others together. Row k of these limits counts everybody but k.
    # Where nobody may spend more than it pays, every floor is kept.
    if floor > 0 and count > 1 and ceiling > 1:
        for step in range(1, count):
            columns.append(count + (owner + step) % count)
        limits.append(pot - floor * paid)
    return msgspec.structs.replace(
        instance,
        budget=np.minimum(instance.budget, pot),
        group=np.ascontiguousarray(np.stack(columns, axis=1)),
        group_budget=np.ascontiguousarray(np.concatenate(limits)),
    )


def value_by_owner(instance: Instance, solution: Solution, owner: Array, count: int) -> tuple[Floats, Floats]:
    """Return what a choice is worth and what it spends by owner, [G] each."""
    chosen, at = solution.choice, np.arange(instance.size)
    measure, year = np.maximum(chosen, 0) // instance.years, np.maximum(chosen, 0) % instance.years
    value = np.where(chosen < 0, instance.keep, instance.value[at, measure, year])
    money = np.where(chosen < 0, 0.0, instance.cost[at, measure])
    return tally(owner, value, count), tally(owner, money, count)


def price_of_fairness(
    instance: Instance,
    owner: Array,
    paid: Floats,
    shares: tuple[tuple[float, float], ...] = ((1.0, 1.0),),
    *,
    seed: int = 0,
    effort: int = 2,
    clock: Callable[[], float] | None = None,
    seconds: float = 20,
    exchanges: bool = True,
) -> tuple[Fairness, ...]:
    """Return for each (floor, ceiling) what the region and each owner lose against one pot for all.

    `instance` without owners' limits; each solve may take `seconds` of the clock. No choice under floors is better
    than the pot's: where the search finds one, the pot is searched again from there.
    """
    count = len(paid)
    pot = with_shares(instance, owner, paid, 0.0, np.inf)

    def solved(given: Instance, start: Solution | None = None) -> Solution:
        first = None if start is None else start.choice
        return solve(given, seed=seed, effort=effort, clock=clock, seconds=seconds, start=first, exchanges=exchanges)

    bounded = [solved(with_shares(instance, owner, paid, floor, ceiling)) for floor, ceiling in shares]
    pooled = solved(pot)
    for one in bounded:
        if one.over == 0 and one.value < pooled.value:
            pooled = solved(pot, one)
    base, spent = value_by_owner(instance, pooled, owner, count)
    found: list[Fairness] = []
    for (floor, ceiling), one in zip(shares, bounded, strict=True):
        value, money = value_by_owner(instance, one, owner, count)
        found.append(
            Fairness(
                floor=floor,
                ceiling=ceiling,
                price=one.value - pooled.value,
                uncertain=max(one.value - one.bound, pooled.value - pooled.bound),
                by_owner=value - base,
                spent=money,
                pooled=spent,
            )
        )
    return tuple(found)


def near_adopted(instance: Instance, adopted: Array, yen: float | Floats) -> Instance:
    """Return the instance with a charge for every asset that leaves its adopted option (-1 keeps).

    `yen` is what a change is worth at least, for all or by asset: next year's plan then stays near the adopted one
    unless leaving it gains more. Adopted options that are not allowed any more are left without a charge.
    """
    charge = np.broadcast_to(np.asarray(yen, dtype=np.float64), (instance.size,))
    at = np.flatnonzero(adopted >= 0)
    measure, year = adopted[at] // instance.years, adopted[at] % instance.years
    open_still = np.isfinite(instance.value[at, measure, year])
    value = instance.value.astype(np.float64) + charge[:, None, None]
    keep = instance.keep + np.where(adopted >= 0, charge, 0.0)
    gone = at[~open_still]
    value[gone] -= charge[gone, None, None]
    keep[gone] -= charge[gone]
    stays = at[open_still]
    value[stays, measure[open_still], year[open_still]] -= charge[stays]
    return msgspec.structs.replace(instance, value=value, keep=keep)
