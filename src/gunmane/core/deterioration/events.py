"""Recurrent events of assets: breaks, cave-ins, blockages, blower failures, counted over windows of age.

Three models of growing memory, all for windows that need not start at age 0 (late recording is exact):

* `poisson`: counts are Poisson with mean L^gamma exp(b . (1, x)) (end^k - start^k).
* `mixed`: that mean times a gamma variable of mean 1 per asset; an asset's own past then moves its forecast,
  (phi + events) / (phi + expected).
* `leyp`: linearly extended Yule process (Le Gat), intensity (1 + alpha N(t-)) lambda(t): each event makes the next
  likelier. With m(t) = exp(alpha Lambda(0, t)) the count over a window is negative binomial of size 1 / alpha and
  probability 1 / (1 + m(end) - m(start)), the unrecorded past integrated out.
"""

from enum import StrEnum
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import digamma, gammaln

from gunmane.core.errors import Fault, GunmaneError

Floats = NDArray[np.float64]


class Memory(StrEnum):
    """How much an asset's own events say about it."""

    POISSON = "poisson"
    MIXED = "mixed"
    LEYP = "leyp"


class Windows(Struct, frozen=True, kw_only=True, eq=False):
    """N assets: ages at which recording starts and ends (years), events in between, length (any unit) or None.

    log_ages: sum of the logarithms of the event ages, where they are known; None uses counts only.
    """

    start: Floats
    end: Floats
    events: Floats
    length: Floats | None = None
    covariates: Floats | None = None
    log_ages: Floats | None = None


class EventFit(Struct, frozen=True, kw_only=True, eq=False):
    """parameters: intercept, effects, gamma (if lengths were given), log k, then log phi or log alpha."""

    memory: Memory
    names: tuple[str, ...]
    parameters: Floats
    covariance: Floats
    log_likelihood: float
    converged: bool
    rows: int
    events: float
    has_length: bool


def check(data: Windows) -> None:
    """Raise GunmaneError `bad_windows` with every kind of fault."""
    tests: dict[str, NDArray[np.bool_]] = {
        "age_negative": data.start < 0,
        "window_empty": ~(data.end > data.start),
        "count_not_whole": ~((data.events >= 0) & (data.events == np.floor(data.events))),
    }
    if data.length is not None:
        tests["length_not_positive"] = ~(np.isfinite(data.length) & (data.length > 0))
    if data.covariates is not None:
        tests["covariate_not_finite"] = np.asarray(~np.isfinite(data.covariates).all(axis=1))
    faults = [
        Fault(code, values={"rows": int(bad.sum()), "first": int(np.flatnonzero(bad)[0])})
        for code, bad in tests.items()
        if bad.any()
    ]
    if faults:
        raise GunmaneError("bad_windows", faults)


def _design(data: Windows) -> Floats:
    columns: list[Floats] = [np.ones(data.start.size)]
    if data.covariates is not None:
        columns += list(data.covariates.T)
    if data.length is not None:
        columns.append(np.log(data.length))
    return np.column_stack(columns)


def _power(t: Floats, k: float) -> tuple[Floats, Floats]:
    """t^k and its derivative by log k."""
    log_t = np.log(np.maximum(t, 1e-300))
    value = np.where(t > 0, np.exp(k * log_t), 0.0)
    return value, np.where(t > 0, value * k * log_t, 0.0)


def _likelihood(parameters: Floats, data: Windows, x: Floats, memory: Memory) -> tuple[float, Floats]:
    """Log-likelihood (without terms free of parameters) and gradient."""
    width = x.shape[1]
    eta = np.clip(x @ parameters[:width], -40.0, 40.0)
    k = float(np.exp(np.clip(parameters[width], -3.0, 3.0)))
    (end, end1), (start, start1) = _power(data.end, k), _power(data.start, k)
    rate, n = np.exp(eta), data.events
    mean, mean1 = rate * (end - start), rate * (end1 - start1)
    if memory is Memory.LEYP:
        return _leyp(parameters, n, rate, (start, start1), (end, end1), x, width)
    if data.log_ages is not None:
        value = n * (eta + np.log(k)) + (k - 1.0) * data.log_ages
        by_eta, by_k = n.copy(), n + k * data.log_ages
    else:
        value, by_eta, by_k = n * np.log(mean), n.copy(), n * mean1 / mean
    if memory is Memory.POISSON:
        by_mean, extra = -np.ones_like(mean), np.zeros(0)
        value = value - mean
    else:
        phi = float(np.exp(np.clip(parameters[width + 1], -12.0, 12.0)))
        value = value + gammaln(phi + n) - gammaln(phi) + phi * np.log(phi) - (phi + n) * np.log(phi + mean)
        by_mean = -(phi + n) / (phi + mean)
        by_phi = digamma(phi + n) - digamma(phi) + np.log(phi) + 1.0 - np.log(phi + mean) + by_mean
        extra = np.array([phi * float(by_phi.sum())])
    slope = x.T @ (by_eta + by_mean * mean)
    return float(value.sum()), np.concatenate([slope, [float((by_k + by_mean * mean1).sum())], extra])


def _leyp(
    parameters: Floats, n: Floats, rate: Floats, start: tuple[Floats, Floats], end: tuple[Floats, Floats], x: Floats,
    width: int,
) -> tuple[float, Floats]:  # fmt: skip
    """Negative binomial count of the linearly extended Yule process, with gradient."""
    alpha = float(np.exp(np.clip(parameters[width + 1], -12.0, 4.0)))
    size = 1.0 / alpha
    at_end, at_start = np.minimum(alpha * rate * end[0], 500.0), np.minimum(alpha * rate * start[0], 500.0)
    m_end, m_start = np.exp(at_end), np.exp(at_start)
    gain = np.maximum(m_end - m_start, 1e-300)
    value = gammaln(size + n) - gammaln(size) - (size + n) * np.log1p(gain) + n * np.log(gain)
    by_gain = n / gain - (size + n) / (1.0 + gain)
    by_log = by_gain * (m_end * at_end - m_start * at_start)  # by log rate, and by log alpha at fixed size
    by_k = by_gain * alpha * rate * (m_end * end[1] - m_start * start[1])
    by_size = digamma(size + n) - digamma(size) - np.log1p(gain)
    last = float(by_log.sum()) - size * float(by_size.sum())
    return float(value.sum()), np.concatenate([x.T @ by_log, [float(by_k.sum()), last]])


def fit_events(data: Windows, *, memory: Memory = Memory.MIXED, names: tuple[str, ...] = ()) -> EventFit:
    """Maximum likelihood; raises GunmaneError `bad_windows` or `no_observations` (no event at all)."""
    check(data)
    if data.events.sum() == 0:
        raise GunmaneError("no_observations")
    x = _design(data)
    center = x.mean(axis=0)
    center[0] = 0.0
    scale = np.where(np.arange(x.shape[1]) == 0, 1.0, np.maximum(x.std(axis=0), 1e-12))
    inner = (x - center) / scale
    extra = 0 if memory is Memory.POISSON else 1
    first = np.zeros(x.shape[1] + 1 + extra)
    first[0] = np.log(data.events.sum() / (data.end - data.start).sum())
    total = max(float(data.events.sum()), 1.0)

    def objective(p: Floats) -> tuple[float, Floats]:
        value, slope = _likelihood(p, data, inner, memory)
        return -value / total, -slope / total

    found: Any = minimize(objective, first, jac=True, method="BFGS", options={"gtol": 1e-8, "maxiter": 500})
    at: Floats = found.x
    curve = np.zeros((at.size, at.size))
    for c in range(at.size):
        step = np.zeros(at.size)
        step[c] = 1e-5 * max(1.0, abs(at[c]))
        curve[c] = (objective(at + step)[1] - objective(at - step)[1]) / (2 * step[c]) * total
    values, vectors = np.linalg.eigh((curve + curve.T) / 2)
    covariance = (vectors / np.maximum(values, 1e-8)) @ vectors.T
    back = np.eye(at.size)
    width = x.shape[1]
    back[np.arange(width), np.arange(width)] = 1.0 / scale
    back[0, 1:width] = -center[1:] / scale[1:]
    covariates = 0 if data.covariates is None else data.covariates.shape[1]
    labels = ["intercept", *(names or tuple(f"x{c}" for c in range(1, covariates + 1)))]
    labels += ["length_exponent"] if data.length is not None else []
    labels += ["log_k", *([] if extra == 0 else ["log_phi"] if memory is Memory.MIXED else ["log_alpha"])]
    value, slope = _likelihood(at, data, inner, memory)
    return EventFit(
        memory=memory, names=tuple(labels), parameters=back @ at, covariance=back @ covariance @ back.T,
        log_likelihood=value, converged=bool(np.abs(slope).max() < 1e-3 * np.sqrt(total)), rows=int(data.start.size),
        events=float(data.events.sum()), has_length=data.length is not None,
    )  # fmt: skip


def expected_events(fit: EventFit, data: Windows, years: float) -> Floats:
    """Expected events of each asset in the `years` after its window, its own past taken into account."""
    x = _design(data)
    width = x.shape[1]
    rate = np.exp(x @ fit.parameters[:width])
    k = float(np.exp(fit.parameters[width]))
    start, end, then = data.start**k, data.end**k, (data.end + years) ** k
    if fit.memory is Memory.POISSON:
        return rate * (then - end)
    if fit.memory is Memory.MIXED:
        phi = float(np.exp(fit.parameters[width + 1]))
        return (phi + data.events) / (phi + rate * (end - start)) * rate * (then - end)
    alpha = float(np.exp(fit.parameters[width + 1]))
    m = [np.exp(np.minimum(alpha * rate * t, 500.0)) for t in (start, end, then)]
    return (1.0 / alpha + data.events) / (1.0 + m[1] - m[0]) * (m[2] - m[1])
