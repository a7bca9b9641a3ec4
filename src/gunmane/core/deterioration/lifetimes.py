"""Lifetimes of assets seen once or with a renewal age: Weibull, Gompertz, Herz.

Each row is an asset with the age at which its record starts (left truncation: what failed earlier is not listed),
the last age at which it was known to be sound and the first at which it was known to have failed. One look at age a
(current status) is (0, a] for a failed one and (a, inf) for a sound one. Scale parameters carry covariates and owner
effects; the fit is by Newton steps with a Laplace covariance, as for the chain.
"""

from enum import StrEnum

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from gunmane.core.deterioration.hazards import (
    GOMPERTZ,
    HERZ,
    WEIBULL,
    cumulative,
    gather_rows,
    lifetimes,
    predict,
    weibull_rows,
)
from gunmane.core.errors import Fault, GunmaneError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Family(StrEnum):
    """Shape of the lifetime distribution; the numbers estimated are named in `SHAPES`."""

    WEIBULL = "weibull"  # log s = b . (1, x): effects stretch life
    GOMPERTZ = "gompertz"  # log r = b . (1, x): effects multiply the hazard
    HERZ = "herz"  # log s = b . (1, x), with resistance time c s and ageing A


SHAPES: dict[Family, tuple[str, ...]] = {
    Family.WEIBULL: ("log_shape",),
    Family.GOMPERTZ: ("ageing",),
    Family.HERZ: ("log_a", "log_c"),
}
_CODE = {Family.WEIBULL: WEIBULL, Family.GOMPERTZ: GOMPERTZ, Family.HERZ: HERZ}


class Lifetimes(Struct, frozen=True, kw_only=True, eq=False):
    """N assets, ages in years: entry (0: seen from the start), lower, upper (inf: still sound; = lower: exact)."""

    entry: Floats
    lower: Floats
    upper: Floats
    covariates: Floats | None = None
    group: Ints | None = None
    weight: Floats | None = None


class LifetimePrior(Struct, frozen=True, kw_only=True):
    """Normal priors: median life in years (sd of its logarithm) and Weibull shape; weak on the rest."""

    median: float
    median_sd: float = 0.5
    shape: float = 2.5
    shape_sd: float = 0.4
    effect_sd: float = 0.5
    group_sd: float = 0.2
    group_weight: float = 2.0


class LifetimeFit(Struct, frozen=True, kw_only=True, eq=False):
    """Fitted lifetimes. parameters: coefficients, intercept first, then shapes; group_effects add to intercepts."""

    family: Family
    names: tuple[str, ...]
    parameters: Floats
    covariance: Floats
    group_effects: Floats
    group_variance: Floats
    group_sd: float
    log_likelihood: float
    converged: bool
    iterations: int
    rows: int

    def survival(self, age: Floats, covariates: Floats | None = None, group: Ints | None = None) -> Floats:
        """P(sound at `age`) per row, at the estimates."""
        shapes = len(SHAPES[self.family])
        beta = self.parameters[: self.parameters.size - shapes]
        eta = np.full(age.size, beta[0])
        if covariates is not None and covariates.shape[1]:
            eta = eta + covariates @ beta[1:]
        if group is not None and self.group_effects.size:
            known = (group >= 0) & (group < self.group_effects.size)
            eta = eta + np.where(known, self.group_effects[np.where(known, group, 0)], 0.0)
        first, second = _shapes(self.parameters, shapes)
        out = np.zeros(9)
        code = _CODE[self.family]
        with np.errstate(divide="ignore"):
            log_age = np.log(age)
        hazard = np.array(
            [cumulative(code, t, lt, e, first, second, out) for t, lt, e in zip(age, log_age, eta, strict=True)]
        )
        return np.exp(-hazard)


def _shapes(parameters: Floats, count: int) -> tuple[float, float]:
    first = float(parameters[-count])
    return first, float(parameters[-1]) if count == 2 else 0.0


def check(data: Lifetimes) -> None:
    """Raise GunmaneError `bad_lifetimes` with every kind of fault."""
    faults: list[Fault] = []
    tests = {
        "age_negative": (data.entry < 0) | (data.lower < 0),
        "age_not_a_number": np.isnan(data.entry) | np.isnan(data.lower) | np.isnan(data.upper),
        "upper_below_lower": data.upper < data.lower,
        "entry_after_lower": data.entry > data.lower,
        "never_at_risk": (data.upper == 0) | np.isinf(data.lower),
    }
    if data.covariates is not None:
        tests["covariate_not_finite"] = np.asarray(~np.isfinite(data.covariates).all(axis=1))
    if data.weight is not None:
        tests["weight_negative"] = ~(np.isfinite(data.weight) & (data.weight >= 0))
    for code, bad in tests.items():
        if bad.any():
            faults.append(Fault(code, values={"rows": int(bad.sum()), "first": int(np.flatnonzero(bad)[0])}))
    if faults:
        raise GunmaneError("bad_lifetimes", faults)


class _Problem:
    """The penalised likelihood of one data set; a class because the columns live through all evaluations."""

    def __init__(self, data: Lifetimes, family: Family, groups: int, prior: LifetimePrior | None) -> None:
        size = data.entry.size
        self.family, self.groups = family, groups
        self.shapes = len(SHAPES[family])
        columns = np.zeros((size, 0)) if data.covariates is None else data.covariates
        self.x = np.ascontiguousarray(np.column_stack([np.ones(size), columns]))
        self.width = self.x.shape[1]
        self.weight = np.ones(size) if data.weight is None else np.asarray(data.weight, float)
        self.group = np.zeros(size, np.int64) if data.group is None else np.ascontiguousarray(data.group, np.int64)
        self.ages = [np.ascontiguousarray(c, np.float64) for c in (data.entry, data.lower, data.upper)]
        with np.errstate(divide="ignore"):
            self.logs = [np.log(c) for c in self.ages]
        self.slope, self.curve = np.zeros((3, size)), np.zeros((6, size))
        total = self.width + self.shapes
        self.mean, self.precision = np.zeros(total), np.zeros(total)
        self.informed = prior is not None
        if prior is not None:
            self._use(prior)

    def _use(self, prior: LifetimePrior) -> None:
        spread = np.maximum(self.x.std(axis=0), 1e-9)
        self.precision[1 : self.width] = (spread[1:] / prior.effect_sd) ** 2
        if self.family is Family.GOMPERTZ:  # a Gompertz with that median whose hazard doubles about every 10 years
            self.mean[self.width], self.precision[self.width] = 0.07, 0.04**-2
            self.mean[0] = np.log(np.log(2) * 0.07 / np.expm1(0.07 * prior.median))
            self.precision[0] = (prior.median_sd * 3) ** -2
            return
        shape = prior.shape if self.family is Family.WEIBULL else 1.0
        self.mean[0] = np.log(prior.median) - np.log(np.log(2)) / shape
        self.precision[0] = prior.median_sd**-2
        self.mean[self.width :] = np.log(shape) if self.family is Family.WEIBULL else 1.0
        self.precision[self.width :] = prior.shape_sd**-2

    def start(self) -> Floats:
        """The prior, or something exponential-like: events over years at risk."""
        if self.informed:
            return self.mean.copy()
        entry, lower, upper = self.ages
        seen = np.where(np.isfinite(upper), (lower + np.where(np.isfinite(upper), upper, 0.0)) / 2, lower)
        failed = float(self.weight[np.isfinite(upper)].sum())
        years = float((self.weight * np.maximum(seen - np.minimum(entry, seen), 0.0)).sum())
        rate = (failed + 0.5) / max(years, 1e-9)
        out = np.zeros(self.width + self.shapes)
        if self.family is Family.GOMPERTZ:
            out[0] = np.log(rate) - 0.5
            out[self.width] = 1.0 / max(float(np.average(seen, weights=self.weight)), 1e-9)
        elif self.family is Family.WEIBULL:
            out[0] = np.log(max(float(np.average(seen, weights=self.weight)), 1.0 / rate) + 1e-9)
        else:
            out[0] = np.log(0.3 / rate)
            out[self.width :] = (1.0, -3.0)
        return out

    def evaluate(self, parameters: Floats, effects: Floats) -> tuple[float, Floats, Floats, Floats, Floats, Floats]:
        """Value, gradient, minus Hessian, and the owners' gradient, curvature and cross terms."""
        eta = np.empty(self.weight.size)
        predict(self.x, np.ascontiguousarray(parameters[: self.width]), self.group, effects, eta)
        first, second = _shapes(parameters, self.shapes)
        (entry, lower, upper), (log_entry, log_lower, log_upper) = self.ages, self.logs
        columns = (entry, lower, upper, log_entry, log_lower, log_upper, self.weight, eta, first)
        if self.family is Family.WEIBULL:
            value = weibull_rows(*columns, self.slope, self.curve)
        else:
            value = lifetimes(_CODE[self.family], *columns, second, self.slope, self.curve)
        size = self.width + self.shapes
        gradient, hessian = np.zeros(size), np.zeros((size, size))
        g, h, cross = np.zeros(self.groups), np.zeros(self.groups), np.zeros((self.groups, size))
        gather_rows(self.x, self.group, self.slope, self.curve, self.shapes, gradient, hessian, g, h, cross)
        hessian += np.triu(hessian, 1).T
        return value, gradient, -hessian, g, -h, -cross


def fit_lifetimes(
    data: Lifetimes, *, family: Family = Family.WEIBULL, prior: LifetimePrior | None = None, groups: int = 0,
    names: tuple[str, ...] = (), start: Floats | None = None,
) -> LifetimeFit:  # fmt: skip
    """Fit by penalised likelihood; prior None is plain maximum likelihood. Raises GunmaneError `bad_lifetimes`."""
    check(data)
    problem = _Problem(data, family, groups, prior)
    chosen = prior or LifetimePrior(median=1.0)
    if start is None and data.entry.size > 30_000:
        thin = slice(None, None, 20)
        few = Lifetimes(
            entry=data.entry[thin], lower=data.lower[thin], upper=data.upper[thin],
            covariates=None if data.covariates is None else data.covariates[thin],
            weight=None if data.weight is None else data.weight[thin],
        )  # fmt: skip
        start = fit_lifetimes(few, family=family, prior=prior).parameters
    place = problem.start() if start is None else start.copy()
    effects, variance = np.zeros(groups), chosen.group_sd**2
    point = problem.evaluate(place, effects)
    converged, iteration, factor, pull, curve_g = False, 0, None, np.zeros((groups, place.size)), np.zeros(groups)
    while iteration < 100 and not converged:
        iteration += 1
        value, slope, curve, slope_g, curve_g, cross = point
        slope = slope - problem.precision * (place - problem.mean)
        curve = curve + np.diag(problem.precision)
        slope_g, curve_g = slope_g - effects / variance, np.maximum(curve_g, 0.0) + 1.0 / variance
        pull = cross / curve_g[:, None]
        factor = _positive(curve - cross.T @ pull)
        step = cho_solve(factor, slope - pull.T @ slope_g)
        step_g = slope_g / curve_g - pull @ step
        decrement = float(slope @ step + slope_g @ step_g)
        before = variance
        if groups and np.abs(step).max() < 1.0:
            spread = 1.0 / curve_g + (pull * cho_solve(factor, pull.T).T).sum(axis=1)
            known = max(groups - float(spread.sum()) / variance, 0.0)
            moved = effects + step_g
            new = float(moved @ moved) + chosen.group_weight * chosen.group_sd**2
            variance = float(np.clip(new / (known + chosen.group_weight), 1e-8, 25.0))
        converged = abs(decrement) < 1e-10 * max(1.0, abs(value)) ** 0.5 and abs(np.log(variance / before)) < 1e-5
        if converged:
            break
        size = min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-12))
        target = (
            value
            - 0.5 * float((place - problem.mean) ** 2 @ problem.precision)
            - 0.5 * float(effects @ effects) / before
        )
        for _ in range(40):
            trial, trial_g = place + size * step, effects + size * step_g
            point = problem.evaluate(trial, trial_g)
            penalty = (
                0.5 * float((trial - problem.mean) ** 2 @ problem.precision) + 0.5 * float(trial_g @ trial_g) / before
            )
            if np.isfinite(point[0]) and point[0] - penalty >= target - 1e-9 * (1 + abs(target)):
                place, effects = trial, trial_g
                break
            size *= 0.4
        else:
            point = problem.evaluate(place, effects)
            break
    covariance = cho_solve(factor, np.eye(place.size)) if factor is not None else np.eye(place.size)
    spread = 1.0 / curve_g + ((pull @ covariance) * pull).sum(axis=1) if groups else np.zeros(0)
    columns = names or tuple(f"x{c}" for c in range(1, problem.width))
    return LifetimeFit(
        family=family, names=("intercept", *columns, *SHAPES[family]), parameters=place, covariance=covariance,
        group_effects=effects, group_variance=spread, group_sd=float(np.sqrt(variance)) if groups else 0.0,
        log_likelihood=float(point[0]), converged=converged, iterations=iteration, rows=int(data.entry.size),
    )  # fmt: skip


def _positive(matrix: Floats) -> tuple[Floats, bool]:
    """Cholesky factor of the matrix with its negative curvatures turned round, where it has any."""
    try:
        factor: tuple[Floats, bool] = cho_factor(matrix, lower=True)
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(matrix)
        values = np.maximum(np.abs(values), 1e-8 * max(float(np.abs(values).max()), 1e-8))
        factor = cho_factor((vectors * values) @ vectors.T, lower=True)
    return factor
