"""Chains of any moves, watched with or without error: back moves, jumps, deaths at a known moment, changing rates.

The likelihood runs forward over each asset's looks (a hidden Markov model; with no errors it is the plain panel
likelihood), with exact first derivatives carried along. The fast engine for progressive chains is `chain`.
"""

from collections.abc import Callable

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.optimize import minimize

from gunmane.core.deterioration.forward import exponentials, forward
from gunmane.core.errors import GunmaneError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Observations(Struct, frozen=True, kw_only=True, eq=False):
    """Looks at assets in any order; rank 0 is the first grade. certain: the grade is known without error."""

    asset: Ints
    when: Floats
    rank: Ints
    certain: NDArray[np.bool_] | None = None


class Chain(Struct, frozen=True, kw_only=True):
    """Structure: allowed moves and rating errors (true, seen); exact: grades entered at the moment recorded.

    cuts: times at which all rates change. Where errors are possible, an asset starts in the best grade (as in R's
    msm) unless its first grade is certain or no error explains it.
    """

    states: int
    moves: tuple[tuple[int, int], ...]
    errors: tuple[tuple[int, int], ...] = ()
    exact: tuple[int, ...] = ()
    cuts: tuple[float, ...] = ()


class GeneralFit(Struct, frozen=True, kw_only=True, eq=False):
    """Rates per move (periods x moves) and error probabilities, with standard errors of their logarithms (logits)."""

    chain: Chain
    rates: Floats
    rate_errors: Floats
    errors: Floats
    log_likelihood: float
    converged: bool

    def result(self, grades: tuple[str, ...]) -> dict[str, object]:
        """Plain values for JSON."""
        edges = [None, *self.chain.cuts, None]
        return {
            "minus2loglik": -2.0 * self.log_likelihood,
            "hazards": [
                {
                    "from": grades[a], "to": grades[b], "hazard": float(self.rates[p, m]),
                    "standard_error": float(self.rates[p, m] * self.rate_errors[p, m]),
                    "log_standard_error": float(self.rate_errors[p, m]), "since": edges[p], "until": edges[p + 1],
                }
                for p in range(self.rates.shape[0])
                for m, (a, b) in enumerate(self.chain.moves)
            ],
            "errors": [
                {"true": grades[a], "seen": grades[b], "probability": float(self.errors[k])}
                for k, (a, b) in enumerate(self.chain.errors)
            ],
            "converged": self.converged,
        }  # fmt: skip


def transition_matrices(moves: tuple[tuple[int, int], ...], rates: Floats, states: int, times: Floats) -> Floats:
    """P(t) for each t of a chain with the given moves and rates; times x states x states."""
    begin, end = (np.array([m[k] for m in moves], np.int64) for k in (0, 1))
    out, slope = np.zeros((times.size, states, states)), np.zeros((times.size, len(moves), states, states))
    exponentials(np.ascontiguousarray(rates), begin, end, states, np.ascontiguousarray(times), out, slope)
    return out


class _Panel:
    """Looks sorted by asset, with distinct intervals worked out once; a class because evaluations share them."""

    def __init__(self, data: Observations, chain: Chain) -> None:
        order = np.lexsort((data.when, data.asset))
        self.chain, self.when = chain, data.when[order]
        asset = data.asset[order]
        self.rank = np.ascontiguousarray(data.rank[order], np.int64)
        certain = np.zeros(order.size, np.uint8) if data.certain is None else data.certain[order].astype(np.uint8)
        self.certain = np.ascontiguousarray(certain)
        self.fresh = np.append(True, asset[1:] != asset[:-1]).astype(np.int64)
        self.later = np.flatnonzero(self.fresh == 0)
        if self.later.size == 0:
            raise GunmaneError("no_observations")
        edges = np.array([-np.inf, *chain.cuts, np.inf])
        periods = edges.size - 1
        self.span = np.full((order.size, periods), -1)
        self.times: list[Floats] = []
        offset = 0
        for k in range(periods):
            begin = np.maximum(self.when[self.later - 1], edges[k])
            length = np.minimum(self.when[self.later], edges[k + 1]) - begin
            there = np.flatnonzero(length > 0)
            spans, index = np.unique(length[there], return_inverse=True)
            self.span[self.later[there], k] = offset + index
            self.times.append(spans)
            offset += spans.size
        self.arrival = np.clip(np.searchsorted(edges, self.when, side="left") - 1, 0, periods - 1).astype(np.int64)
        self.begin, self.end = (np.array([m[k] for m in chain.moves], np.int64) for k in (0, 1))
        self.true, self.seen = (np.array([e[k] for e in chain.errors], np.int64) for k in (0, 1))
        self.exact = np.isin(np.arange(chain.states), chain.exact).astype(np.uint8)

    def evaluate(self, parameters: Floats) -> tuple[float, Floats]:
        """Log-likelihood and gradient by log rates and error logits."""
        states, moves, periods = self.chain.states, len(self.chain.moves), len(self.times)
        rates = np.exp(parameters[: periods * moves]).reshape(periods, moves)
        count = sum(t.size for t in self.times)
        p, dp = np.zeros((count, states, states)), np.zeros((count, moves, states, states))
        at = 0
        for k, times in enumerate(self.times):
            part = slice(at, at + times.size)
            exponentials(rates[k].copy(), self.begin, self.end, states, times, p[part], dp[part])
            at += times.size
        gradient = np.zeros(parameters.size)
        value = forward(
            self.fresh, self.rank, self.certain, self.span, p, dp, rates, self.begin, self.end,
            self.error_matrix(parameters[periods * moves :]), self.true, self.seen, self.exact, self.arrival,
            gradient,
        )  # fmt: skip
        return value, gradient

    def error_matrix(self, logits: Floats) -> Floats:
        """Seen given true: multinomial logits against the true grade."""
        odds = np.eye(self.chain.states)
        for k, (a, b) in enumerate(self.chain.errors):
            odds[a, b] = np.exp(logits[k])
        return odds / odds.sum(axis=1, keepdims=True)


def fit_general(data: Observations, chain: Chain) -> GeneralFit:
    """Maximum likelihood; raises GunmaneError `no_observations` without any pair of looks."""
    panel = _Panel(data, chain)
    count, periods = len(chain.moves), len(chain.cuts) + 1
    start = np.concatenate([np.tile(_crude(panel), periods), np.full(len(chain.errors), np.log(0.05))])
    scale = float(panel.later.size)

    def objective(p: Floats) -> tuple[float, Floats]:
        value, slope = panel.evaluate(p)
        if not np.isfinite(value):
            return 1e10, np.zeros(p.size)
        return -value / scale, -slope / scale

    bounds = [(-18.0, 5.0)] * (periods * count) + [(-18.0, 6.0)] * len(chain.errors)
    best = minimize(
        objective,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"maxiter": 400, "ftol": 1e-14, "gtol": 1e-9},
    )
    place, value = best.x, float(best.fun)
    curve = np.eye(place.size)
    for _ in range(6):  # Newton polish with differences of the exact gradient
        curve = _curve(objective, place) * scale
        slope = objective(place)[1] * scale
        values, vectors = np.linalg.eigh(curve)
        step = -(vectors / np.maximum(values, 1e-6)) @ (vectors.T @ slope)
        if float(np.abs(step).max()) > 1.0 or float(slope @ step) > -1e-13:
            break
        trial = objective(place + step)[0]
        if trial > value:
            break
        place, value = place + step, trial
    values, vectors = np.linalg.eigh(curve)
    covariance = (vectors / np.maximum(values, 1e-8)) @ vectors.T
    sd = np.sqrt(np.diag(covariance))
    errors = panel.error_matrix(place[periods * count :])
    slope = objective(place)[1] * scale
    return GeneralFit(
        chain=chain, rates=np.exp(place[: periods * count]).reshape(periods, count),
        rate_errors=sd[: periods * count].reshape(periods, count),
        errors=np.array([errors[a, b] for a, b in chain.errors]), log_likelihood=-value * scale,
        converged=bool(np.abs(slope * sd).max() < 1e-3),
    )  # fmt: skip


def _curve(objective: Callable[[Floats], tuple[float, Floats]], place: Floats) -> Floats:
    """Second derivatives by central differences of the gradient."""
    out = np.zeros((place.size, place.size))
    for k in range(place.size):
        away = np.zeros(place.size)
        away[k] = 1e-5
        out[k] = (objective(place + away)[1] - objective(place - away)[1]) / 2e-5
    return (out + out.T) / 2


def _crude(panel: _Panel) -> Floats:
    """Log rates as moves seen over time spent, the looks taken as the path."""
    later = panel.later
    begin, end = panel.rank[later - 1], panel.rank[later]
    years = panel.when[later] - panel.when[later - 1]
    spent = np.bincount(begin, years, panel.chain.states)
    out = np.zeros(len(panel.chain.moves))
    for m, (a, b) in enumerate(panel.chain.moves):
        toward = (begin == a) & (end == b)
        out[m] = np.log((float(toward.sum()) + 0.5) / (spent[a] + 1.0))
    return out
