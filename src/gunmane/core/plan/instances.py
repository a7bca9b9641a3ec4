"""Instances of the portfolio problem and plain checks of choices, apart from any solver."""

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import Struct

from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.stock import Array, Floats

Choices = npt.NDArray[np.int32]
"""For each asset -1 to keep it, else measure x T + year."""

CHUNK = 20_000
SLACK = 1e-9
"""Limits hold up to this part of them: sums of many amounts are rounded."""


class Instance(Struct, frozen=True, eq=False):
    """n assets, O measures, T years, K ways of grouping (by owner, by fund) with R groups together.

    `value[n, O, T]` of each measure by the year it starts, inf where it is not allowed; `keep[n]` value of doing
    nothing, inf where that is not allowed; `cost[n, O]` yen and `hours[n, O]` used in the starting year; `budget[T]`,
    `hours_cap[T]` and `group_budget[R, T]` may be inf; `group[n, K]` positions in it.
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
    """What a choice costs and uses: `money[T]` yen, `hours[T]`, `groups[R, T]` yen by group."""

    value: float
    money: Floats
    hours: Floats
    groups: Floats


def _numbers(given: npt.ArrayLike, at: str, faults: list[Fault]) -> Floats:
    """Return whole or real numbers as float64 (float32 values stay as they are), a fault for anything else."""
    array = np.asarray(given)
    if array.dtype.kind not in "iufb":
        faults.append(Fault("not_numbers", at=at))
        return np.zeros(array.shape)
    return array if at == "value" and array.dtype == np.float32 else array.astype(np.float64, copy=False)


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
    fund: npt.ArrayLike | None = None,
    fund_budget: npt.ArrayLike | None = None,
) -> Instance:
    """Build an instance; NaN among values means "not allowed", a limit left out or infinite is none.

    `group` and `fund` are two ways of dividing the assets, each with its own yearly budgets. Raises GunmaneError
    `bad_instance` with every array whose shape does not fit, that is negative or not a number where it must not be,
    or where an asset has no option at all.
    """
    faults: list[Fault] = []
    table = _numbers(value, "value", faults)
    if table.ndim != 3:
        raise GunmaneError(
            "bad_instance", [*faults, Fault("wrong_shape", at="value", values={"expected": "n x O x T"})]
        )
    n, measures, years = table.shape
    kept = _numbers(keep, "keep", faults)
    money = _numbers(cost, "cost", faults)
    work = np.zeros((n, measures)) if hours is None else _numbers(hours, "hours", faults)
    limit = _numbers(budget, "budget", faults)
    cap = np.full(years, np.inf) if hours_cap is None else _numbers(hours_cap, "hours_cap", faults)
    _check_shapes(faults, {
        "keep": (kept, (n,)), "cost": (money, (n, measures)), "hours": (work, (n, measures)),
        "budget": (limit, (years,)), "hours_cap": (cap, (years,)),
    })  # fmt: skip
    members, budgets = _groups(faults, n, years, {"group": (group, group_budget), "fund": (fund, fund_budget)})
    limits = {"budget": limit, "hours_cap": cap, "group_budget": budgets}
    _check_amounts(faults, np.asarray(np.isfinite(table).any(axis=2)), {"cost": money, "hours": work}, limits)
    if np.isneginf(table).any() or np.isneginf(kept).any():
        faults.append(Fault("not_finite", at="value"))
    if not faults and (none := ~np.isfinite(kept) & ~np.isfinite(table).any(axis=(1, 2))).any():
        faults.append(Fault("no_option", at="value", values={"first": int(np.flatnonzero(none)[0])}))
    if faults:
        raise GunmaneError("bad_instance", faults)
    closed = ~np.isfinite(table)
    if closed.any():
        table = np.where(closed, np.inf, table)
        # What a measure that is never allowed would cost says nothing.
        never = closed.all(axis=2)
        money, work = np.where(never, 0.0, money), np.where(never, 0.0, work)
    return Instance(
        np.ascontiguousarray(table),
        np.where(np.isnan(kept), np.inf, kept),
        np.ascontiguousarray(money),
        np.ascontiguousarray(work),
        limit,
        cap,
        members,
        budgets,
    )


def _check_shapes(faults: list[Fault], arrays: dict[str, tuple[Array, tuple[int, ...]]]) -> None:
    for name, (array, shape) in arrays.items():
        if array.shape != shape:
            said = " x ".join(str(side) for side in shape)
            faults.append(Fault("wrong_shape", at=name, values={"expected": said}))


def _groups(
    faults: list[Fault], n: int, years: int, given: dict[str, tuple[npt.ArrayLike | None, npt.ArrayLike | None]]
) -> tuple[Array, Floats]:
    """Stack the ways of grouping: positions [n, K] in the rows of all their budgets [R, T]."""
    columns: list[Array] = []
    limits: list[Floats] = []
    first = 0
    for name, (group, budget) in given.items():
        if group is None:
            if budget is not None:
                faults.append(Fault("group_missing", at=name))
            continue
        members = np.asarray(group)
        if members.dtype.kind not in "iu" and not (
            members.dtype.kind == "f" and (members == np.floor(members)).all()
        ):
            faults.append(Fault("not_numbers", at=name))
            continue
        if members.shape != (n,):
            faults.append(Fault("wrong_shape", at=name, values={"expected": str(n)}))
            continue
        members = members.astype(np.int64)
        count = int(members.max(initial=0)) + 1
        rows = np.full((count, years), np.inf) if budget is None else _numbers(budget, f"{name}_budget", faults)
        if rows.ndim != 2 or rows.shape[1] != years or len(rows) < count:
            faults.append(Fault("wrong_shape", at=f"{name}_budget", values={"expected": f"{count} x {years}"}))
        elif members.min(initial=0) < 0:
            faults.append(Fault("negative", at=name))
        else:
            columns.append(members + first)
            limits.append(rows)
            first += len(rows)
    if not columns:
        return np.zeros((n, 1), dtype=np.int64), np.full((1, years), np.inf)
    return np.ascontiguousarray(np.stack(columns, axis=1)), np.ascontiguousarray(np.concatenate(limits))


def _check_amounts(faults: list[Fault], allowed: Array, uses: dict[str, Floats], limits: dict[str, Floats]) -> None:
    """Uses must be finite where a measure is allowed; limits may be infinite; nothing may be negative."""
    for name, amount in uses.items():
        used = amount[allowed] if amount.shape == allowed.shape else amount.ravel()
        if not np.isfinite(used).all():
            faults.append(Fault("not_finite", at=name))
        elif (used < 0).any():
            faults.append(Fault("negative", at=name))
    for name, limit in limits.items():
        if np.isnan(limit).any():
            faults.append(Fault("not_finite", at=name))
        elif (limit < 0).any():
            faults.append(Fault("negative", at=name))


def too_large(instance: Instance, rows: slice) -> Array | None:
    """Mark the options [rows, O, T] that break a limit on their own; None when there can be none at all."""
    dearest, longest = instance.cost.max(initial=0.0), instance.hours.max(initial=0.0)
    tightest = min(float(instance.budget.min(initial=np.inf)), float(instance.group_budget.min(initial=np.inf)))
    if dearest <= tightest and longest <= instance.hours_cap.min(initial=np.inf):
        return None
    room = instance.budget
    for k in range(instance.group.shape[1]):
        room = np.minimum(room, instance.group_budget[instance.group[rows, k]])
    room = np.broadcast_to(room * (1 + SLACK), (len(instance.keep[rows]), instance.years))
    return (instance.cost[rows][:, :, None] > room[:, None, :]) | (
        instance.hours[rows][:, :, None] > instance.hours_cap * (1 + SLACK)
    )


def use_of(instance: Instance, choice: Choices) -> Use:
    """Return what a choice costs and uses, computed plainly and apart from the solver."""
    years, rows = instance.years, np.flatnonzero(choice >= 0)
    measure, year = choice[rows] // years, choice[rows] % years
    value = float(instance.keep[choice < 0].sum()) + float(
        instance.value[rows, measure, year].astype(np.float64).sum()
    )
    money, hours, groups = np.zeros(years), np.zeros(years), np.zeros(instance.group_budget.shape)
    np.add.at(money, year, instance.cost[rows, measure])
    np.add.at(hours, year, instance.hours[rows, measure])
    for k in range(instance.group.shape[1]):
        np.add.at(groups, (instance.group[rows, k], year), instance.cost[rows, measure])
    return Use(value, money, hours, groups)


def excess(instance: Instance, used: Use) -> float:
    """Return the greatest relative excess over any limit, 0 when all limits hold (to rounding of sums)."""
    pairs = (
        (used.money, instance.budget),
        (used.hours, instance.hours_cap),
        (used.groups, instance.group_budget),
    )
    worst = 0.0
    for amount, limit in pairs:
        limited = np.isfinite(limit)
        over = (amount[limited] - limit[limited]) / np.maximum(limit[limited], 1e-12)
        worst = max(worst, float(over.max(initial=0.0)))
    return worst if worst > SLACK else 0.0


def sure_to_break(instance: Instance) -> bool:
    """Say whether the assets that may not be kept need more than a limit gives in all years together (a proof)."""
    rows = np.flatnonzero(~np.isfinite(instance.keep))
    allowed = np.isfinite(instance.value[rows]).any(axis=2)
    least = np.where(allowed, instance.cost[rows], np.inf).min(axis=1, initial=np.inf)
    work = np.where(allowed, instance.hours[rows], np.inf).min(axis=1, initial=np.inf)
    if least.sum() > instance.budget.sum() * (1 + SLACK) or work.sum() > instance.hours_cap.sum() * (1 + SLACK):
        return True
    groups = np.zeros(len(instance.group_budget))
    for k in range(instance.group.shape[1]):
        np.add.at(groups, instance.group[rows, k], least)
    return bool((groups > instance.group_budget.sum(axis=1) * (1 + SLACK)).any())


def tightened(instance: Instance) -> Instance | None:
    """Return an instance without the options that break a limit on their own; None if then an asset has none left."""
    if too_large(instance, slice(0, 1)) is None:
        return instance
    value = instance.value.copy()
    for begin in range(0, instance.size, CHUNK):
        rows = slice(begin, begin + CHUNK)
        large = too_large(instance, rows)
        if large is not None:
            value[rows][large] = np.inf
    if (~np.isfinite(instance.keep) & ~np.isfinite(value).any(axis=(1, 2))).any():
        return None
    return msgspec.structs.replace(instance, value=value)
