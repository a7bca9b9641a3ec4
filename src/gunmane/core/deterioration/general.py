"""Chains of any moves, watched with or without error: back moves, jumps, deaths at a known moment, changing rates.

The likelihood runs forward over each asset's looks (a hidden Markov model; with no errors it is the plain panel
likelihood). Transition matrices come from uniformisation, whose terms are non-negative; derivatives by complex step
(Squire, Trapp 1998), exact to rounding. Meant for samples of some thousand looks: the fast engine for progressive
chains is `chain`.
"""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.optimize import minimize

from gunmane.core.errors import GunmaneError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Complexes = NDArray[np.complex128]


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


def transition_matrices(q: Complexes, times: Floats) -> Complexes:
    """exp(q t) for each t: scaling, a Taylor series of the non-negative matrix q + rI, and squaring.

    Works on complex rates with tiny imaginary parts, so that derivatives come out by complex step.
    """
    states = q.shape[0]
    rate = float(-np.diag(q).real.min())
    worst = max(rate * float(times.max(initial=0.0)), 1e-300)
    halvings = max(0, int(np.ceil(np.log2(worst / 4.0)))) if worst > 4.0 else 0
    step = times / 2**halvings
    base = (q + rate * np.eye(states))[None] * step[:, None, None]
    term = np.broadcast_to(np.eye(states, dtype=complex), base.shape).copy()
    out = term.copy()
    for r in range(1, 45):
        term = term @ base / r
        out += term
        if float(np.abs(term).max(initial=0.0)) < 1e-18:
            break
    out *= np.exp(-rate * step)[:, None, None]
    for _ in range(halvings):
        out = out @ out
    return out


class _Panel:
    """Looks sorted by asset, with distinct intervals worked out once; a class because evaluations share them."""

    def __init__(self, data: Observations, chain: Chain) -> None:
        order = np.lexsort((data.when, data.asset))
        self.asset, self.when, self.rank = data.asset[order], data.when[order], data.rank[order]
        self.certain = np.zeros(order.size, bool) if data.certain is None else data.certain[order]
        self.chain = chain
        self.edges = np.array([-np.inf, *chain.cuts, np.inf])
        same = np.append(False, self.asset[1:] == self.asset[:-1])
        starts = np.flatnonzero(~same)
        self.position = np.arange(order.size) - np.maximum.accumulate(np.where(same, 0, np.arange(order.size)))
        if starts.size == order.size:
            raise GunmaneError("no_observations")
        self.pieces: list[tuple[Floats, Ints]] = []
        later = np.flatnonzero(same)
        self.later = later
        for p in range(self.edges.size - 1):
            begin = np.maximum(self.when[later - 1], self.edges[p])
            end = np.minimum(self.when[later], self.edges[p + 1])
            spans, index = np.unique(np.maximum(end - begin, 0.0), return_inverse=True)
            self.pieces.append((spans, index.astype(np.int64)))
        # looks by their number within the asset, so that all assets step forward together
        self.steps = [later[self.position[later] == k] for k in range(1, int(self.position.max()) + 1)]
        self.place = np.full(order.size, -1)
        self.place[later] = np.arange(later.size)
        self.starts = starts
        self.owner = np.cumsum(~same) - 1

    def log_likelihood(self, parameters: Complexes) -> complex:
        """Forward algorithm over all assets at once."""
        chain, states = self.chain, self.chain.states
        count = len(chain.moves)
        periods = len(chain.cuts) + 1
        whole: Complexes = np.broadcast_to(np.eye(states, dtype=complex), (self.later.size, states, states))
        generators: list[Complexes] = []
        for p in range(periods):
            q = np.zeros((states, states), complex)
            for m, (a, b) in enumerate(chain.moves):
                q[a, b] = np.exp(parameters[p * count + m])
            q -= np.diag(q.sum(axis=1))
            generators.append(q)
            spans, index = self.pieces[p]
            part = transition_matrices(q, spans)[index]
            whole = part if periods == 1 else whole @ part
        errors = self.error_matrix(parameters[periods * count :])
        first = self.rank[self.starts]
        alpha = np.eye(states, dtype=complex)[first]
        if chain.errors:
            free = np.flatnonzero(~self.certain[self.starts])
            alpha[free] = errors.T[first[free]] * self.initial()[None, :]
            lost = free[alpha[free].sum(axis=1).real <= 0.0]
            alpha[lost] = np.eye(states)[first[lost]]  # a grade that no error explains is taken as true
        size = alpha.sum(axis=1)
        total = np.log(size).sum()
        alpha = alpha / size[:, None]
        for rows in self.steps:
            who = self.owner[rows]
            moved = np.einsum("ns,nst->nt", alpha[who], whole[self.place[rows]])
            seen = self.rank[rows]
            weight = errors.T[seen].copy()
            known = self.certain[rows] | np.isin(seen, chain.exact)
            weight[known] = np.eye(states)[seen[known]]
            for d in chain.exact:
                here = seen == d
                if here.any():  # entered d at this moment, from the state just before
                    arrivals = self.arrivals(generators, rows[here], d)
                    moved[here] = (moved[here] * arrivals).sum(axis=1)[:, None] * np.eye(states)[d]
            fresh = moved * weight
            size = fresh.sum(axis=1)
            total += np.log(size).sum()
            alpha[who] = fresh / size[:, None]
        return complex(total)

    def arrivals(self, generators: list[Complexes], rows: Ints, d: int) -> Complexes:
        """Rate into state d at the moment of each look, by state just before (0 from d itself)."""
        period = np.searchsorted(self.edges, self.when[rows], side="left") - 1
        columns = np.stack([g[:, d] for g in generators])
        columns[:, d] = 0.0
        return columns[np.clip(period, 0, len(generators) - 1)]

    def initial(self) -> Floats:
        """Beforehand at the first look: the best grade for an asset that may be misrated (as msm has it)."""
        out = np.zeros(self.chain.states)
        out[0] = 1.0
        return out

    def error_matrix(self, logits: Complexes) -> Complexes:
        """Seen given true: multinomial logits against the true grade."""
        states = self.chain.states
        odds = np.eye(states, dtype=complex)
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
        slope = np.zeros(p.size)
        value = 0.0
        for k in range(p.size):
            moved = p.astype(complex)
            moved[k] += 1e-30j
            out = panel.log_likelihood(moved)
            slope[k], value = out.imag / 1e-30, out.real
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
    errors = panel.error_matrix(place[periods * count :].astype(complex)).real
    slope = objective(place)[1] * scale
    return GeneralFit(
        chain=chain, rates=np.exp(place[: periods * count]).reshape(periods, count),
        rate_errors=sd[: periods * count].reshape(periods, count),
        errors=np.array([errors[a, b] for a, b in chain.errors]), log_likelihood=-value * scale,
        converged=bool(np.abs(slope * sd).max() < 1e-3),
    )  # fmt: skip


def _curve(objective: "object", place: Floats) -> Floats:
    """Second derivatives by central differences of the gradient."""
    out = np.zeros((place.size, place.size))
    for k in range(place.size):
        away = np.zeros(place.size)
        away[k] = 1e-5
        out[k] = (objective(place + away)[1] - objective(place - away)[1]) / 2e-5  # type: ignore[operator]
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
