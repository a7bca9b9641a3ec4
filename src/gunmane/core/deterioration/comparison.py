"""Two fits of the same class and scale side by side: what a person looks at before adopting a refit."""

from enum import StrEnum

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from gunmane.core.deterioration.chain import ChainFit
from gunmane.core.deterioration.checks import Fit
from gunmane.core.deterioration.grades import distribution
from gunmane.core.deterioration.histories import Histories
from gunmane.core.deterioration.intervals import Floats, Intervals
from gunmane.core.deterioration.levels import Levels
from gunmane.core.deterioration.scores import log_scores, skill_band

FOLDS = 4
MANY = 200_000
"""Of more intervals than these only one fold is held out."""
LEAST_NEW = 30
"""Fewer new intervals than these tell no model from another (own setting)."""
STRONG = 3.0
"""Log score over all new intervals by which one must lead: odds of 20 to 1, strong evidence (Kass and Raftery,
JASA 90, 1995). A band alone would find differences that are true and of no consequence."""
NOTABLE = 0.1
"""A change of the expected number of bad assets by this share is worth a look (own setting)."""
_Z80 = 1.2815515655446004
_DRAWS = 60


class Verdict(StrEnum):
    """What a comparison comes to."""

    BETTER = "better"  # the refit forecasts the newest data better
    WORSE = "worse"  # the adopted one does
    CHANGED = "changed"  # the newest data cannot tell, yet hazards and forecasts have moved
    SAME = "same"  # no difference beyond chance


class HazardChange(Struct, frozen=True):
    """Hazard of leaving a grade, refit over adopted, with 80 % interval."""

    grade: str
    ratio: float
    low: float
    high: float

    @property
    def moved(self) -> bool:
        """Whether the interval leaves out 1."""
        return self.low > 1.0 or self.high < 1.0


class Newest(Struct, frozen=True):
    """Log scores (smaller is better) on intervals that ended after the adopted model's data; not repaired ones.

    The refit is scored on assets whose newest interval it was not fitted to. `lead_*`: 90 % band of adopted minus
    refit, above 0 where the refit is better.
    """

    cases: int
    adopted: float
    refit: float
    lead_low: float
    lead_high: float


class ForecastChange(Struct, frozen=True):
    """Expected number of bad assets after some years, by the adopted model and by the refit."""

    years: float
    adopted: float
    refit: float


class Comparison(Struct, frozen=True, kw_only=True):
    """A refit against the adopted model."""

    model_id: str
    data_cut: str
    hazards: tuple[HazardChange, ...]
    newest: Newest | None
    forecast: tuple[ForecastChange, ...]
    verdict: Verdict


def hazard_changes(adopted: ChainFit, refit: ChainFit, grades: tuple[str, ...]) -> tuple[HazardChange, ...]:
    """Compare the hazards grade by grade.

    The refit mostly rests on the same data and some more; the variance of the difference is then the difference of
    the variances (Hausman, Econometrica 46, 1978). Where the refit is no surer, data have gone; the variances add.
    """
    found: list[HazardChange] = []
    for s in range(refit.stages):
        first, second = (_variance(one, s) for one in (adopted, refit))
        grown = first - second
        half = _Z80 * float(np.sqrt(grown if grown > 0 and refit.rows >= adopted.rows else first + second))
        middle = float(refit.coefficients[s, 0] - adopted.coefficients[s, 0])
        ratio, low, high = (float(np.exp(middle + k * half)) for k in (0, -1, 1))
        found.append(HazardChange(grades[s], ratio, low, high))
    return tuple(found)


def _variance(fit: ChainFit, stage: int) -> float:
    at = stage * fit.coefficients.shape[1]
    return float(fit.covariance[at, at])


def newest(
    adopted: ChainFit, made: Histories, cut: float, fit: Fit, seed: int, levels: Levels | None = None
) -> Newest | None:
    """Score both on what ended after `cut` (calendar year with fraction); None where there is too little."""
    rows = made.intervals
    begin = np.zeros(rows.years.size) if rows.start is None else rows.start
    kept = np.ones(rows.years.size, bool) if rows.exited is None else ~rows.exited
    fresh = (begin + rows.years > cut + 1e-9) & kept & (rows.from_rank < adopted.states - 1)
    if int(fresh.sum()) < LEAST_NEW:
        return None
    fold = np.random.default_rng([seed, 13]).integers(0, FOLDS, int(made.asset.max()) + 1)[made.asset]
    folds = 1 if rows.years.size > MANY else FOLDS
    held = fresh & (fold < folds)
    if int(held.sum()) < LEAST_NEW:
        return None
    first = log_scores(_said(adopted, rows, begin, held, seed, levels), rows.to_rank[held])
    second = np.zeros(rows.years.size)
    for k in range(folds):
        mine = held & (fold == k)
        if mine.any():
            learnt = fit(_some(rows, ~(fresh & (fold == k))))
            second[mine] = log_scores(_said(learnt, rows, begin, mine, seed, levels), rows.to_rank[mine])
    low, high = skill_band(first, second[held], made.asset[held], seed)
    return Newest(int(held.sum()), float(first.mean()), float(second[held].mean()), low, high)


def _said(
    fit: ChainFit, rows: Intervals, begin: Floats, at: NDArray[np.bool_], seed: int, levels: Levels | None
) -> Floats:
    """Probability of every grade at the end of some intervals."""
    cut = float(fit.drift_edges[-1]) if fit.drift.size else 0.0
    start = begin[at]
    group = None if rows.group is None else rows.group[at]
    cell = None if rows.cell is None else rows.cell[at]
    return distribution(
        fit, rows.from_rank[at], bad_rank=fit.states - 1, since=cut - start, ahead=start + rows.years[at] - cut,
        group=group, cell=cell, table=None if levels is None else levels.table(fit), draws=_DRAWS, seed=seed,
    )[0]  # fmt: skip


def _some(rows: Intervals, keep: NDArray[np.bool_]) -> Intervals:
    columns = {n: None if (c := getattr(rows, n)) is None else c[keep] for n in rows.__struct_fields__}
    return structs.replace(rows, **columns)


def verdict(
    hazards: tuple[HazardChange, ...], scores: Newest | None, forecast: tuple[ForecastChange, ...]
) -> Verdict:
    """Judge by rule: forecasts of new data first, then whether hazards and forecasts have moved."""
    lead = 0.0 if scores is None else (scores.adopted - scores.refit) * scores.cases
    if scores is not None and scores.lead_low > 0 and lead > STRONG:
        return Verdict.BETTER
    if scores is not None and scores.lead_high < 0 and lead < -STRONG:
        return Verdict.WORSE
    by_far = any(abs(one.refit - one.adopted) > NOTABLE * max(one.adopted, 1.0) for one in forecast)
    return Verdict.CHANGED if by_far and any(one.moved for one in hazards) else Verdict.SAME
