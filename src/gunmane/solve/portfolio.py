"""Portfolios of up to about 2,000 assets by HiGHS, from a good answer and within a time that is kept."""

import multiprocessing
import time
from multiprocessing.connection import Connection
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import Struct
from scipy.sparse import csc_array

from gunmane.core.plan.instances import Choices, Instance
from gunmane.solve.highs import Programme, minimise


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
    owned = [2 * years + instance.group[asset, k] * years + year for k in range(instance.group.shape[1])]
    rows = np.concatenate([kept, asset, n + year, n + years + year, *(n + row for row in owned)])
    columns = np.concatenate([np.arange(len(kept)), column, column, column, *(column for _ in owned)])
    amounts = np.concatenate([
        np.ones(len(kept)), np.ones(len(asset)), money / scale[year], work / scale[years + year],
        *(money / scale[row] for row in owned),
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


class Answer(Struct, frozen=True, eq=False):
    """A choice (None: none found), a lower bound for all, and whether it is proved: the best, or that none exists."""

    choice: Choices | None
    bound: float
    proved: bool


def solve_portfolio(instance: Instance, seconds: float, start: Choices | None = None) -> Answer:
    """Return the best choice that HiGHS finds in about `seconds` and its proven lower bound."""
    return _solved(instance, seconds, start, None)


def _solved(instance: Instance, seconds: float, start: Choices | None, ear: "Connection[Any, Any] | None") -> Answer:
    """Solve; values enter less each asset's own level, so that a large constant does not hide the differences."""
    level = np.where(np.isfinite(instance.keep), instance.keep, instance.value.min(axis=(1, 2), initial=np.inf))
    less = instance.value.astype(np.float64) - level[:, None, None]
    programme, asset, option = portfolio_programme(
        msgspec.structs.replace(instance, value=less, keep=instance.keep - level)
    )
    base = float(level.sum())

    def chosen(x: npt.NDArray[np.float64]) -> Choices:
        choice = np.full(instance.size, -1, dtype=np.int32)
        taken = x > 0.5
        choice[asset[taken]] = option[taken]
        return choice

    def tell(x: npt.NDArray[np.float64] | None, bound: float) -> None:
        if ear is not None:
            ear.send(Answer(None if x is None else chosen(x), bound + base, False))

    first = None if start is None else (option == start[asset]).astype(np.float64)
    outcome = minimise(programme, seconds, first, tell=None if ear is None else tell)
    if outcome.x is None:
        return Answer(None, np.inf if outcome.proved else outcome.bound + base, outcome.proved)
    return Answer(chosen(outcome.x), outcome.bound + base, outcome.proved)


def _work(ear: "Connection[Any, Any]", instance: Instance, seconds: float, start: Choices | None) -> None:
    ear.send(_solved(instance, seconds, start, ear))
    ear.close()


def solve_within(instance: Instance, seconds: float, start: Choices | None = None) -> Answer:
    """Like `solve_portfolio`, in a process of its own that is ended when the time is up.

    HiGHS looks at its clock between steps only, and a step (presolve, a root relaxation) can take minutes; the best
    choice and the best bound told until then are returned.
    """
    end = time.monotonic() + seconds
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe(duplex=False)
    worker = context.Process(target=_work, args=(theirs, instance, max(seconds - 1.0, 0.5), start), daemon=True)
    worker.start()
    theirs.close()
    best = Answer(None, -np.inf, False)
    try:
        while mine.poll(max(end - time.monotonic(), 0.0)):
            said: Answer = mine.recv()
            best = Answer(
                best.choice if said.choice is None else said.choice, max(best.bound, said.bound), said.proved
            )
            if said.proved:
                break
    except EOFError:
        pass  # the worker has told all it had to tell
    finally:
        worker.kill()
        worker.join()
        mine.close()
    return best
