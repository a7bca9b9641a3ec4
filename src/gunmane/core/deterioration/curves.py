"""Ordered curves of one-look data: the share of sewer spans still better than each urgency, by age and material.

A span seen once, at age a with rank r, says that the moments at which ranks 1 .. r were reached lie before a and the
others after it (current status). With S_k(a) = exp(-(a / s_k)^c) for the share not yet at rank k, one shape c and
scales s_1 < s_2 < .. the curves never cross, and P(rank = k) = S_k+1(a) - S_k(a). Each material has its own curves,
held to those of all materials together where it was seen little. NILIM publishes such curves (健全率予測式) and says
that municipalities should fit their own.
"""

import numpy as np
from msgspec import Struct
from scipy.optimize import minimize

from gunmane.core.deterioration.intervals import Floats, Ints
from gunmane.core.errors import Fault, GunmaneError

APART_SD, SCALE_SD, SHAPE_SD = 0.5, 0.5, 0.3
"""How far a material's curves are believed to lie from the common ones (sd of logarithms; own setting)."""


class Looks(Struct, frozen=True, kw_only=True, eq=False):
    """Assets seen once: age in years (> 0), rank (0 best), material or another kind (0 .. kinds - 1), weight."""

    age: Floats
    rank: Ints
    kind: Ints
    weight: Floats | None = None


class Curves(Struct, frozen=True, kw_only=True, eq=False):
    """Fitted curves of each kind, and in the last row of all kinds together.

    `parameters`: rows x states: log c, log s_1, and the logs of the steps of log s between ranks.
    """

    states: int
    parameters: Floats
    covariance: Floats
    looks: Floats  # weighted looks per kind, all together last
    log_likelihood: float
    converged: bool

    def shape(self, kind: int) -> float:
        """Shape c of a kind's curves."""
        return float(np.exp(self.parameters[kind, 0]))

    def scales(self, kind: int) -> Floats:
        """Scales s_1 .. s_(states - 1) in years, rising."""
        return np.exp(_log_scales(self.parameters[kind]))

    def better(self, kind: int, age: Floats) -> Floats:
        """Share not yet at each rank, ages x (states - 1); falls with age, rises with rank."""
        return _survival(self.parameters[kind], age)

    def reached(self, kind: int, share: float = 0.5) -> Floats:
        """Age at which so large a share has reached each rank."""
        return self.scales(kind) * (-np.log1p(-share)) ** (1.0 / self.shape(kind))

    def band(
        self, kind: int, age: Floats, weight: float = 0.8, draws: int = 400, seed: int = 1
    ) -> tuple[Floats, Floats]:
        """Interval of `better` from draws of the parameters."""
        generator = np.random.default_rng(seed)
        drawn = generator.multivariate_normal(self.parameters[kind], self.covariance[kind], draws, method="eigh")
        shares = np.stack([_survival(one, age) for one in drawn])
        ends: Floats = np.array(np.quantile(shares, [(1 - weight) / 2, (1 + weight) / 2], axis=0), np.float64)
        return ends[0], ends[1]


def _log_scales(theta: Floats) -> Floats:
    return theta[1] + np.concatenate([[0.0], np.cumsum(np.exp(theta[2:]))])


def _survival(theta: Floats, age: Floats) -> Floats:
    return np.exp(-np.exp(np.exp(theta[0]) * (np.log(age)[:, None] - _log_scales(theta)[None, :])))


def fit_curves(data: Looks, *, states: int, kinds: int) -> Curves:
    """Fit the curves of all looks together, then those of each kind; raises GunmaneError `bad_lifetimes`."""
    weight = np.ones(data.age.size) if data.weight is None else data.weight
    _check(data, weight, states, kinds)
    log_age = np.log(data.age)
    start = np.concatenate([[np.log(2.5), np.log(max(float(np.median(data.age)), 1.0))], np.full(states - 2, -1.0)])
    wide = np.concatenate([[0.7, 1.5], np.full(states - 2, 1.5)])
    whole, cover, value, good = _solve(log_age, data.rank, weight, start, wide, states)
    near = np.concatenate([[SHAPE_SD, SCALE_SD], np.full(states - 2, APART_SD)])
    rows, covers, total = [], [], 0.0
    for kind in range(kinds):
        mine = data.kind == kind
        found = _solve(log_age[mine], data.rank[mine], weight[mine], whole, near, states)
        rows.append(found[0])
        covers.append(found[1])
        total += found[2]
        good &= found[3]
    counts = np.append(np.bincount(data.kind, weight, kinds)[:kinds], weight.sum())
    return Curves(
        states=states, parameters=np.array([*rows, whole]), covariance=np.array([*covers, cover]),
        looks=counts.astype(np.float64),
        log_likelihood=total if kinds else value, converged=bool(good),
    )  # fmt: skip


def _check(data: Looks, weight: Floats, states: int, kinds: int) -> None:
    tests = {
        "age_not_a_number": ~np.isfinite(data.age),
        "age_negative": np.isfinite(data.age) & (data.age <= 0),
        "rank_outside_scale": (data.rank < 0) | (data.rank >= states),
        "group_unknown": (data.kind < 0) | (data.kind >= kinds),
        "weight_negative": ~(np.isfinite(weight) & (weight >= 0)),
    }
    faults = [
        Fault(code, "curves", {"rows": int(bad.sum()), "first": int(np.flatnonzero(bad)[0])})
        for code, bad in tests.items()
        if bad.any()
    ]
    if faults:
        raise GunmaneError("bad_lifetimes", faults)
    if data.age.size == 0:
        raise GunmaneError("no_observations")


def _solve(
    log_age: Floats, rank: Ints, weight: Floats, center: Floats, sd: Floats, states: int
) -> tuple[Floats, Floats, float, bool]:
    """Most likely parameters under a normal prior, Laplace covariance, log-likelihood, and whether it converged."""

    def minus(theta: Floats) -> tuple[float, Floats]:
        value, slope = likelihood(theta, log_age, rank, weight, states)
        off = (theta - center) / sd
        return -value + 0.5 * float(off @ off), -slope + off / sd

    found = minimize(
        minus, center, jac=True, method="BFGS", options={"gtol": 1e-8 * max(1.0, weight.sum()), "maxiter": 500}
    )
    theta = np.asarray(found.x, float)
    curve = np.zeros((theta.size, theta.size))
    for c in range(theta.size):  # the slope is exact: its central differences make the curvature
        step = np.zeros(theta.size)
        step[c] = 1e-5
        curve[:, c] = (minus(theta + step)[1] - minus(theta - step)[1]) / 2e-5
    cover: Floats = np.array(np.linalg.inv((curve + curve.T) / 2), np.float64)
    value = likelihood(theta, log_age, rank, weight, states)[0]
    scaled = float(np.abs(minus(theta)[1] * np.sqrt(np.maximum(np.diag(cover), 0.0))).max())
    return theta, cover, value, scaled < 1e-3


def likelihood(theta: Floats, log_age: Floats, rank: Ints, weight: Floats, states: int) -> tuple[float, Floats]:
    """Log-likelihood of one-look data and its slope."""
    shape, logs = float(np.exp(theta[0])), _log_scales(theta)
    z = np.clip(shape * (log_age[:, None] - logs[None, :]), -700.0, 30.0)
    hazard = np.exp(z)
    survival = np.exp(-hazard)
    edges = np.concatenate([np.zeros((log_age.size, 1)), survival, np.ones((log_age.size, 1))], axis=1)
    row = np.arange(log_age.size)
    chance = np.maximum(edges[row, rank + 1] - edges[row, rank], 1e-300)
    # slope of S_k by z_k is -hazard * survival; the share of rank k rises with S_k+1 and falls with S_k
    by_z = np.zeros_like(survival)
    inner = -hazard * survival / chance[:, None] * weight[:, None]
    upper, lower = rank < states - 1, rank > 0
    by_z[row[upper], rank[upper]] += inner[row[upper], rank[upper]]
    by_z[row[lower], rank[lower] - 1] -= inner[row[lower], rank[lower] - 1]
    slope = np.zeros(theta.size)
    slope[0] = float((by_z * z).sum())
    by_log = -shape * by_z.sum(axis=0)
    slope[1] = float(by_log.sum())
    for j in range(2, theta.size):
        slope[j] = float(np.exp(theta[j]) * by_log[j - 1 :].sum())
    return float(weight @ np.log(chance)), slope
