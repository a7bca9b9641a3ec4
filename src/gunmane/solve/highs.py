"""HiGHS for small integer programmes, and groups of owners by it; the only user of highspy."""

import ctypes
import os
import sys
import threading
from collections.abc import Callable
from typing import Any

import highspy
import numpy as np
import numpy.typing as npt
from msgspec import Struct
from scipy.sparse import csc_array

from gunmane.core.plan.groups import Grouping, Units, grouping_of, programme_of

_MAKING = threading.Lock()


def _quiet_solver() -> highspy.Highs:
    """Make a solver; HiGHS 1.16 prints its banner to standard output before it can be told not to.

    The banner would stand inside `--json` output, so that standard output is closed for this moment, in C as well.
    """
    with _MAKING:
        sys.stdout.flush()
        kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, 1)
            solver = highspy.Highs()
            solver.silent()
            ctypes.CDLL(None).fflush(None)
        finally:
            os.dup2(kept, 1)
            os.close(kept)
            os.close(nowhere)
    return solver


class Programme(Struct, frozen=True, eq=False):
    """min cost x with lower <= A x <= upper, 0 <= x <= 1, all x whole; A by columns."""

    cost: npt.NDArray[np.float64]
    matrix: csc_array
    lower: npt.NDArray[np.float64]
    upper: npt.NDArray[np.float64]


class Outcome(Struct, frozen=True, eq=False):
    """What the solver found: x is None without a feasible answer; no answer can be below `bound`.

    `proved` says that x is the best, or without x that there is no answer.
    """

    x: npt.NDArray[np.float64] | None
    value: float
    bound: float
    proved: bool


def _subscribe(
    solver: highspy.Highs, tell: Callable[[npt.NDArray[np.float64] | None, float], None], unit: float
) -> None:
    """Pass on better answers and rising bounds while the solver runs."""
    top = [-np.inf]

    def better(event: Any) -> None:
        tell(np.rint(np.asarray(event.data_out.mip_solution)), float(event.data_out.mip_dual_bound) * unit)

    def going(event: Any) -> None:
        bound = float(event.data_out.mip_dual_bound) * unit
        if np.isfinite(bound) and bound > top[0]:
            top[0] = bound
            tell(None, bound)

    solver.cbMipImprovingSolution.subscribe(better)
    solver.cbMipInterrupt.subscribe(going)


def minimise(
    programme: Programme,
    seconds: float,
    start: npt.NDArray[np.float64] | None = None,
    gap: float = 1e-6,
    tell: Callable[[npt.NDArray[np.float64] | None, float], None] | None = None,
) -> Outcome:
    """Solve a 0/1 programme on one thread; `proved` when the gap is closed to `gap`.

    Costs are brought to a size that the solver's tolerances are made for. `tell` hears each better answer and, now
    and then, the bound reached (without an answer).
    """
    count = len(programme.cost)
    # A power of two changes no digit.
    unit = float(2.0 ** np.round(np.log2(max(float(np.median(np.abs(programme.cost))) if count else 1.0, 1e-300))))
    model = highspy.HighsModel()
    lp = model.lp_
    lp.num_col_, lp.num_row_ = count, len(programme.lower)
    lp.col_cost_ = programme.cost / unit
    lp.col_lower_, lp.col_upper_ = np.zeros(count), np.ones(count)
    lp.row_lower_, lp.row_upper_ = programme.lower, programme.upper
    lp.integrality_ = [highspy.HighsVarType.kInteger] * count
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.asarray(programme.matrix.indptr, dtype=np.int32)
    lp.a_matrix_.index_ = np.asarray(programme.matrix.indices, dtype=np.int32)
    lp.a_matrix_.value_ = np.asarray(programme.matrix.data, dtype=np.float64)
    solver = _quiet_solver()
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
    if tell is not None:
        _subscribe(solver, tell, unit)
    solver.run()
    info = solver.getInfo()
    bound = float(info.mip_dual_bound) * unit
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return Outcome(None, np.inf, bound, solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible)
    x = np.rint(np.asarray(solver.getSolution().col_value, dtype=np.float64))
    done = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return Outcome(x, float(programme.cost @ x), bound, done)


def solve_groups(
    units: Units, count: int, floor: float, ceiling: float, seconds: float
) -> tuple[Grouping | None, bool]:
    """Return the best grouping found in `seconds` and whether it is proved to be the best (to about 100 owners).

    None where no grouping keeps the limits.
    """
    written = programme_of(units, count, floor, ceiling)
    outcome = minimise(Programme(written.cost, written.matrix, written.lower, written.upper), seconds)
    return (None, outcome.proved) if outcome.x is None else (grouping_of(units, outcome.x), outcome.proved)
