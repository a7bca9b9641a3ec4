"""HiGHS for portfolios of up to about 2,000 assets and other small integer programmes; the only user of highspy."""

import highspy
import numpy as np
import numpy.typing as npt
from msgspec import Struct
from scipy.sparse import csc_array

from gunmane.core.plan.groups import Grouping, Units, grouping_of, programme_of
from gunmane.core.plan.instances import Choices, Instance


class Programme(Struct, frozen=True, eq=False):
    """min cost x with lower <= A x <= upper, 0 <= x <= 1, all x whole; A by columns."""

    cost: npt.NDArray[np.float64]
    matrix: csc_array
    lower: npt.NDArray[np.float64]
    upper: npt.NDArray[np.float64]


class Outcome(Struct, frozen=True, eq=False):
    """What the solver found: x is None without a feasible answer; no answer can be below `bound`."""

    x: npt.NDArray[np.float64] | None
    value: float
    bound: float
    proved: bool


def minimise(
    programme: Programme, seconds: float, start: npt.NDArray[np.float64] | None = None, gap: float = 1e-6
) -> Outcome:
    """Solve a 0/1 programme on one thread; `proved` when the gap is closed to `gap`."""
    count = len(programme.cost)
    model = highspy.HighsModel()
    lp = model.lp_
    lp.num_col_, lp.num_row_ = count, len(programme.lower)
    lp.col_cost_ = programme.cost
    lp.col_lower_, lp.col_upper_ = np.zeros(count), np.ones(count)
    lp.row_lower_, lp.row_upper_ = programme.lower, programme.upper
    lp.integrality_ = [highspy.HighsVarType.kInteger] * count
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.asarray(programme.matrix.indptr, dtype=np.int32)
    lp.a_matrix_.index_ = np.asarray(programme.matrix.indices, dtype=np.int32)
    lp.a_matrix_.value_ = np.asarray(programme.matrix.data, dtype=np.float64)
    solver = highspy.Highs()
    solver.silent()
    for name, value in (
        ("time_limit", float(seconds)), ("threads", 1), ("mip_rel_gap", gap),
        ("random_seed", 0),
    ):  # fmt: skip
        solver.setOptionValue(name, value)
    solver.passModel(model)
    if start is not None:
        solution = highspy.HighsSolution()
        solution.col_value = start.tolist()
        solver.setSolution(solution)
    solver.run()
    info = solver.getInfo()
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return Outcome(None, np.inf, float(info.mip_dual_bound), False)
    x = np.rint(np.asarray(solver.getSolution().col_value, dtype=np.float64))
    done = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return Outcome(x, float(programme.cost @ x), float(info.mip_dual_bound), done)


def portfolio_programme(instance: Instance) -> tuple[Programme, npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """Write a portfolio as a 0/1 programme; returns it with the asset and the option of each column.

    Budget rows are divided by a hundredth of their limit, so that tolerances mean the same in yen and in hours.
    """
    n, measures, years = instance.value.shape
    flat = instance.value.reshape(n, measures * years).astype(np.float64)
    asset, option = np.nonzero(np.isfinite(flat))
    kept = np.flatnonzero(np.isfinite(instance.keep))
    cost = np.concatenate([instance.keep[kept], flat[asset, option]])
    measure, year = option // years, option % years
    groups = len(instance.group_budget)
    limits = np.concatenate([instance.budget, instance.hours_cap, instance.group_budget.ravel()])
    scale = np.where(np.isfinite(limits) & (limits > 0), limits / 100, 1.0)
    column = len(kept) + np.arange(len(asset))
    money, work = instance.cost[asset, measure], instance.hours[asset, measure]
    group_row = n + 2 * years + instance.group[asset] * years + year
    rows = np.concatenate([kept, asset, n + year, n + years + year, group_row])
    columns = np.concatenate([np.arange(len(kept)), column, column, column, column])
    amounts = np.concatenate([
        np.ones(len(kept)), np.ones(len(asset)), money / scale[year], work / scale[years + year],
        money / scale[2 * years + instance.group[asset] * years + year],
    ])  # fmt: skip
    height = n + (2 + groups) * years
    matrix = csc_array((amounts, (rows, columns)), shape=(height, len(cost)))
    matrix.eliminate_zeros()
    lower = np.concatenate([np.ones(n), np.full(height - n, -np.inf)])
    upper = np.concatenate([np.ones(n), limits / scale])
    return (
        Programme(cost, matrix, lower, upper),
        np.concatenate([kept, asset]),
        np.concatenate([np.full(len(kept), -1), option]).astype(np.int32),
    )


def solve_portfolio(instance: Instance, seconds: float, start: Choices | None = None) -> tuple[Choices | None, float]:
    """Return the best choice that HiGHS finds in `seconds` and its proven lower bound."""
    programme, asset, option = portfolio_programme(instance)
    first = None if start is None else (option == start[asset]).astype(np.float64)
    outcome = minimise(programme, seconds, first)
    if outcome.x is None:
        return None, outcome.bound
    choice = np.full(instance.size, -1, dtype=np.int32)
    taken = outcome.x > 0.5
    choice[asset[taken]] = option[taken]
    return choice, outcome.bound


def solve_groups(
    units: Units, count: int, floor: float, ceiling: float, seconds: float
) -> tuple[Grouping | None, bool]:
    """Return the best grouping found in `seconds` and whether it is proved to be the best (to about 100 owners).

    None where no grouping keeps the limits.
    """
    written = programme_of(units, count, floor, ceiling)
    outcome = minimise(Programme(written.cost, written.matrix, written.lower, written.upper), seconds)
    return (None, outcome.proved) if outcome.x is None else (grouping_of(units, outcome.x), outcome.proved)
