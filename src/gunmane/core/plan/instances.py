"""Instances of the portfolio problem and plain checks of choices, apart from any solver."""

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.stock import Array, Floats

Choices = npt.NDArray[np.int32]
"""For each asset -1 to keep it, else measure x T + year."""


class Instance(Struct, frozen=True, eq=False):
    """n assets, O measures, T years, G groups.

    `value[n, O, T]` of each measure by the year it starts, inf where it is not allowed; `keep[n]` value of doing
    nothing, inf where that is not allowed; `cost[n, O]` yen and `hours[n, O]` used in the starting year; `budget[T]`,
    `hours_cap[T]` and `group_budget[G, T]` may be inf; `group[n]` positions in it.
    """

    value: Array
    keep: Floats
    cost: Floats
    hours: Floats
    budget: Floats
    hours_cap: Floats
    group: Array
    group_budget: Floats

    @property
    def size(self) -> int:
        """The number of assets."""
        return len(self.keep)

    @property
    def years(self) -> int:
        """The number of years."""
        return len(self.budget)


class Use(Struct, frozen=True, eq=False):
    """What a choice costs and uses: `money[G, T]` yen by group, `hours[T]`."""

    value: float
    money: Floats
    hours: Floats


def instance_of(
    value: npt.ArrayLike,
    keep: npt.ArrayLike,
    cost: npt.ArrayLike,
    budget: npt.ArrayLike,
    *,
    hours: npt.ArrayLike | None = None,
    hours_cap: npt.ArrayLike | None = None,
    group: npt.ArrayLike | None = None,
    group_budget: npt.ArrayLike | None = None,
) -> Instance:
    """Build an instance; NaN values count as "not allowed", what is left out is not limited.

    Raises GunmaneError `bad_instance` with every array whose shape does not fit, that is negative where it must not
    be, or where an asset has no option at all.
    """
    table = np.asarray(value)
    if table.dtype != np.float32:
        table = table.astype(np.float64)
    if table.ndim != 3:
        raise GunmaneError("bad_instance", [Fault("wrong_shape", at="value", values={"expected": "n x O x T"})])
    n, measures, years = table.shape
    if np.isnan(table).any():
        table = np.where(np.isnan(table), np.inf, table)
    groups = np.zeros(n, dtype=np.int64) if group is None else np.asarray(group, dtype=np.int64)
    count = int(groups.max(initial=0)) + 1
    limits = np.full((count, years), np.inf) if group_budget is None else np.asarray(group_budget, dtype=np.float64)
    result = Instance(
        np.ascontiguousarray(table),
        np.asarray(keep, dtype=np.float64),
        np.ascontiguousarray(cost, dtype=np.float64),
        np.zeros((n, measures)) if hours is None else np.ascontiguousarray(hours, dtype=np.float64),
        np.asarray(budget, dtype=np.float64),
        np.full(years, np.inf) if hours_cap is None else np.asarray(hours_cap, dtype=np.float64),
        groups,
        limits,
    )
    faults = _faults(result, n, measures, years, count)
    if faults:
        raise GunmaneError("bad_instance", faults)
    return result


def _faults(made: Instance, n: int, measures: int, years: int, groups: int) -> list[Fault]:
    faults: list[Fault] = []
    shapes = {
        "keep": (n,),
        "cost": (n, measures),
        "hours": (n, measures),
        "budget": (years,),
        "hours_cap": (years,),
        "group": (n,),
    }
    for name, shape in shapes.items():
        if getattr(made, name).shape != shape:
            faults.append(Fault("wrong_shape", at=name, values={"expected": shape}))
    if made.group_budget.ndim != 2 or made.group_budget.shape[1] != years or len(made.group_budget) < groups:
        faults.append(Fault("wrong_shape", at="group_budget", values={"expected": (groups, years)}))
    for name in ("cost", "hours", "budget", "hours_cap", "group_budget", "group"):
        if (getattr(made, name) < 0).any() or np.isnan(getattr(made, name)).any():
            faults.append(Fault("negative", at=name))
    if not faults and n and (np.isinf(made.keep) & np.isinf(made.value).all(axis=(1, 2))).any():
        faults.append(Fault("no_option", at="value"))
    return faults


def use_of(instance: Instance, choice: Choices) -> Use:
    """Return what a choice costs and uses, computed plainly and apart from the solver."""
    years, rows = instance.years, np.flatnonzero(choice >= 0)
    measure, year = choice[rows] // years, choice[rows] % years
    value = float(instance.keep[choice < 0].sum()) + float(
        instance.value[rows, measure, year].astype(np.float64).sum()
    )
    money = np.zeros((len(instance.group_budget), years))
    np.add.at(money, (instance.group[rows], year), instance.cost[rows, measure])
    hours = np.zeros(years)
    np.add.at(hours, year, instance.hours[rows, measure])
    return Use(value, money, hours)


def excess(instance: Instance, used: Use) -> float:
    """Return the greatest relative excess over any limit, 0 when all limits hold (to rounding of sums)."""
    pairs = (
        (used.money.sum(axis=0), instance.budget),
        (used.hours, instance.hours_cap),
        (used.money, instance.group_budget),
    )
    worst = 0.0
    for amount, limit in pairs:
        limited = np.isfinite(limit)
        over = (amount[limited] - limit[limited]) / np.maximum(limit[limited], 1e-12)
        worst = max(worst, float(over.max(initial=0.0)))
    return worst if worst > 1e-9 else 0.0
