"""Scores of probabilistic forecasts of grades: log score, RPS, Brier, AUC, and counts with their band."""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.stats import norm, rankdata

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Score(Struct, frozen=True):
    """Scores over N forecasts; smaller is better but for `auc`. `observed` within low..high (90 %) is calibrated."""

    forecasts: int
    log_score: float
    rps: float
    brier: float
    auc: float
    expected: float
    observed: int
    low: float
    high: float

    @property
    def calibrated(self) -> bool:
        """Whether the observed count lies in the 90 % predictive band."""
        return self.low <= self.observed <= self.high


def log_scores(probability: Floats, seen: Ints) -> Floats:
    """Minus log probability of what happened, per forecast; probability: N x grades."""
    return -np.log(np.maximum(probability[np.arange(seen.size), seen], 1e-300))


def auc(chance: Floats, happened: NDArray[np.bool_]) -> float:
    """Chance that a bad one was ranked above a good one; 0.5 where there is only one kind."""
    bad, good = int(happened.sum()), int((~happened).sum())
    if bad == 0 or good == 0:
        return 0.5
    ranks = rankdata(chance)
    return float((ranks[happened].sum() - bad * (bad + 1) / 2) / (bad * good))


def count_band(chances: Floats, weight: float = 0.9, draws: Floats | None = None) -> tuple[float, float]:
    """Predictive band of the number of bad ones.

    Poisson-binomial variance, plus that of the expected count over `draws` (one expected count per parameter draw):
    normal approximation with a half for continuity.
    """
    mean = float(chances.sum())
    variance = float((chances * (1 - chances)).sum())
    if draws is not None:
        variance += float(draws.var())
        mean = float(draws.mean())
    half = float(norm.ppf(0.5 + weight / 2)) * np.sqrt(variance) + 0.5
    return max(0.0, mean - half), min(float(chances.size), mean + half)


def evaluate(probability: Floats, seen: Ints, bad_rank: int, draws: Floats | None = None) -> Score:
    """Score N forecasts over all grades (rows of `probability` sum to 1) against the grades seen."""
    if seen.size == 0:
        return Score(0, 0.0, 0.0, 0.0, 0.5, 0.0, 0, 0.0, 0.0)
    chance = probability[:, bad_rank:].sum(axis=1)
    happened = seen >= bad_rank
    steps = np.cumsum(probability, axis=1)[:, :-1]
    below = (seen[:, None] <= np.arange(probability.shape[1] - 1)[None, :]).astype(float)
    low, high = count_band(chance, draws=draws)
    return Score(
        forecasts=int(seen.size),
        log_score=float(log_scores(probability, seen).mean()),
        rps=float(((steps - below) ** 2).sum(axis=1).mean()),
        brier=float(((chance - happened) ** 2).mean()),
        auc=auc(chance, happened),
        expected=float(chance.sum()),
        observed=int(happened.sum()),
        low=float(low),
        high=float(high),
    )


def skill_band(first: Floats, second: Floats, cluster: Ints, seed: int, rounds: int = 400) -> tuple[float, float]:
    """90 % interval of the mean difference of two log scores, whole clusters (assets) resampled."""
    _, index = np.unique(cluster, return_inverse=True)
    count = int(index.max()) + 1
    total = np.bincount(index, first - second, count)
    size = np.bincount(index, minlength=count).astype(float)
    generator = np.random.default_rng(seed)
    pick = generator.integers(0, count, (rounds, count))
    means = total[pick].sum(axis=1) / size[pick].sum(axis=1)
    low, high = np.quantile(means, [0.05, 0.95])
    return float(low), float(high)
