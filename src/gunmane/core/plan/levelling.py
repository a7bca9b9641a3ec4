"""Levelling: each job gets a fiscal year inside its window so that the yearly sum stays as even as it can.

Earliest-deadline-first over a continuous budget is optimal for jobs that may all start in the first year: the lowest
level that meets every deadline is max over b of (work due by year b) / (b + 1) (Hall's condition). Jobs are whole,
so a year can exceed the level by at most one job.
"""

import numpy as np

from gunmane.core.stock import Array, Floats, Ints, tally


def lowest_level(cost: Floats, latest: Array, years: int, taken: Floats) -> float:
    """Return the lowest yearly budget that meets every deadline.

    `latest` lies in 0 … years - 1; `taken[years]` is spent already (inspections, provisions).
    """
    due = np.cumsum(tally(latest, cost, years) + taken)
    return float((due / np.arange(1, years + 1)).max(initial=0.0))


def place_hard(cost: Floats, latest: Array, priority: Floats, budget: Floats) -> Ints:
    """Place jobs with deadlines, earliest deadline first and then highest priority; returns the year of each.

    `budget[T]` is what each year has left. A job that cannot wait for budget is placed at its deadline: the budget is
    then exceeded, a deadline never.
    """
    order = np.lexsort((-priority, latest))
    before = np.cumsum(cost[order]) - cost[order]
    room = np.cumsum(np.maximum(budget, 0.0))
    year = np.minimum(np.searchsorted(room, before, side="right"), latest[order])
    placed = np.empty(len(cost), dtype=np.int64)
    placed[order] = year
    return placed


def place_soft(cost: Floats, priority: Floats, budget: Floats) -> Ints:
    """Place jobs without deadlines by priority into what the years have left; -1 for those that do not fit.

    Jobs are taken in order of priority until the money of the whole period ends, and each starts in the first year
    whose money is not used up; a year may be exceeded by the job that uses it up.
    """
    order = np.argsort(-priority, kind="stable")
    spent = np.cumsum(cost[order])
    room = np.cumsum(np.maximum(budget, 0.0))
    year = np.searchsorted(room, spent - cost[order], side="right")
    fits = spent <= room[-1] * (1 + 1e-12)
    placed = np.empty(len(cost), dtype=np.int64)
    placed[order] = np.where(fits, np.minimum(year, len(budget) - 1), -1)
    return placed


def water_level(amount: float, filled: Floats) -> Floats:
    """Return what each year takes when `amount` is poured over `filled` so that the lowest years rise together."""
    order = np.argsort(filled, kind="stable")
    low = filled[order]
    for count in range(1, len(low) + 1):
        level = (amount + float(low[:count].sum())) / count
        if count == len(low) or level <= low[count]:
            return np.maximum(level - filled, 0.0)
    return np.zeros_like(filled)


def yearly(cost: Array, year: Array, years: int) -> Floats:
    """Return the sum of cost by year; jobs placed at -1 are not counted."""
    done = year >= 0
    return tally(year[done], cost[done], years)


def spread_of(amounts: Floats) -> tuple[float, float]:
    """Return the standard deviation and max / mean of yearly amounts (indicator N13); 1 where nothing is spent."""
    mean = float(np.mean(amounts))
    return float(np.std(amounts)), float(np.max(amounts)) / mean if mean > 0 else 1.0
