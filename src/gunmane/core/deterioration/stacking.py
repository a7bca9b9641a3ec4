"""Weights of several forecasts, and tables shrunk to a chain."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import gammaln

from gunmane.core.deterioration.intervals import Floats
from gunmane.core.deterioration.panels import Cases

_TRUST = np.concatenate([np.geomspace(1.0, 1e4, 17), [1e6]])
"""How many cases the chain is worth beside the table: candidates."""


def correction(
    ahead: Cases, weight: Floats, expected: Floats, few: NDArray[np.bool_], states: int
) -> Floats:  # fmt: skip
    """What the table says of each cell over what the chain says, states x states; 1 where it knows no better.

    The table is shrunk to a mean by a Dirichlet prior worth `trust` cases a row. The mean, from the chain's to an
    even one, and the trust are those that make the counts likeliest (Dirichlet-multinomial, empirical Bayes): many
    data outweigh the chain's form, few do not. expected: what the chain says of the rows `few`.
    """
    counts, mean = np.zeros((states, states)), np.zeros((states, states))
    np.add.at(counts, (ahead.rank, ahead.end), weight)
    np.add.at(mean, ahead.rank[few], expected * weight[few][:, None])
    mean = np.maximum(mean / np.maximum(mean.sum(axis=1, keepdims=True), 1e-300), 1e-9)
    seen = [int(i) for i in np.flatnonzero(counts.sum(axis=1) > 0)]
    even = np.triu(np.ones((states, states))) / np.arange(states, 0, -1)[:, None]
    choices = [(trust, part * even + (1 - part) * mean) for trust in _TRUST for part in (0.0, 0.5, 1.0)]
    trust, prior = max(choices, key=lambda choice: _evidence(counts, choice[0] * choice[1], seen))
    out = np.ones((states, states))
    for i in seen:
        out[i, i:] = (counts[i, i:] + trust * prior[i, i:]) / (counts[i].sum() + trust) / mean[i, i:]
    return out


def _evidence(counts: Floats, prior: Floats, rows: list[int]) -> float:
    """Log marginal likelihood of the counts of some rows under Dirichlet priors."""
    value = 0.0
    for i in rows:
        p, n = prior[i, i:], counts[i, i:]
        value += float(gammaln(p.sum()) - gammaln(p.sum() + n.sum()) + (gammaln(p + n) - gammaln(p)).sum())
    return value


def stack(scores: Floats, cases_worth: float = 4.0) -> Floats:
    """Weights (they sum to 1) of the mixture that scores best; log scores, cases x ways.

    Equal weights count as `cases_worth` cases per way. The likelihood is concave in the weights: solved by
    sequential quadratic programming on the simplex.
    """
    ways = scores.shape[1]
    equal = np.full(ways, 1.0 / ways)
    if ways == 1:
        return equal
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))

    def minus(weights: Floats) -> tuple[float, Floats]:
        mixed = np.maximum(odds @ weights, 1e-300)
        safe = np.maximum(weights, 1e-12)
        value = float(np.log(mixed).sum() + cases_worth * np.log(safe).sum())
        slope = odds.T @ (1.0 / mixed) + cases_worth / safe
        return -value / len(odds), -slope / len(odds)

    found = minimize(
        minus, equal, jac=True, method="SLSQP", bounds=[(1e-6, 1.0)] * ways,
        constraints={"type": "eq", "fun": _over, "jac": np.ones_like},
        options={"ftol": 1e-12, "maxiter": 200},
    )  # fmt: skip
    weights = np.maximum(np.asarray(found.x, float), 0.0)
    return weights / weights.sum()


def _over(weights: Floats) -> float:
    return float(weights.sum()) - 1.0
