"""Who pays what: four rules for sharing a joint cost, side by side, and whether anybody is worse off."""

from collections.abc import Callable, Sequence
from itertools import combinations
from math import factorial

from msgspec import Struct

from gunmane.core.money import allocate


class Share(Struct, frozen=True):
    """An owner's part of a joint cost by each rule, whole yen; None where the rule lacks a fact.

    `worse` names the rules under which the owner would pay more than alone (the core condition is broken).
    """

    owner: str
    alone: int
    equal: int
    stock: int
    population: int | None
    benefit: int | None
    worse: tuple[str, ...]


def shares(
    owners: Sequence[str], alone: Sequence[int], total: int, stock: Sequence[float], population: Sequence[int | None]
) -> tuple[Share, ...]:
    """Share `total` yen by equal parts, stock, population and benefit.

    By benefit each owner pays its cost alone less a part of the saving in proportion to that cost; where the joint
    cost is not lower there is no benefit to share and the rule gives None. The parts of each rule add up to `total`.
    """
    equal = allocate(total, [1.0] * len(owners))
    by_stock = allocate(total, stock)
    known = [value for value in population if value is not None]
    by_people = allocate(total, known) if len(known) == len(owners) else None
    by_benefit = allocate(total, alone) if 0 <= total <= sum(alone) and sum(alone) else None
    result: list[Share] = []
    for k, owner in enumerate(owners):
        parts = {
            "equal": equal[k],
            "stock": by_stock[k],
            "population": None if by_people is None else by_people[k],
            "benefit": None if by_benefit is None else by_benefit[k],
        }
        # Rounding to whole yen may cost one yen; that makes nobody worse off.
        worse = tuple(rule for rule, yen in parts.items() if yen is not None and yen > alone[k] + 1)
        result.append(Share(owner, alone[k], equal[k], by_stock[k], parts["population"], parts["benefit"], worse))
    return tuple(result)


def shapley(members: int, saving: Callable[[tuple[int, ...]], float]) -> tuple[float, ...]:
    """Return each member's Shapley value of the saving game; exact, for at most 8 members (2^8 coalitions).

    `saving` gives the saving of a coalition (sorted member numbers), 0 for the empty one. Raises ValueError above 8.
    """
    if members > 8:
        raise ValueError("exact Shapley values are computed for at most 8 members")
    value = {group: saving(group) for size in range(members + 1) for group in combinations(range(members), size)}
    result = [0.0] * members
    for group, worth in value.items():
        for member in set(range(members)) - set(group):
            weight = factorial(len(group)) * factorial(members - len(group) - 1) / factorial(members)
            result[member] += weight * (value[tuple(sorted((*group, member)))] - worth)
    return tuple(result)
