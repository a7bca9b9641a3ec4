"""The smoothed Lagrangian dual of the portfolio problem, maximised by projected Newton steps.

For asset i with reduced values r_j = v_j + price . use_j the minimum over j is replaced by
-tau log sum_j exp(-r_j / tau), tau = temperature x the asset's largest cost. Its gradient is the expected use by
the soft choice p_j ~ exp(-r_j / tau), its curvature -Cov_p(use) / tau: one pass over the assets gives the exact
dual, the smoothed dual, its gradient and its Hessian. Assets are summed in a fixed number of
blocks, so that the answer does not depend on the number of threads.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from msgspec import Struct

from gunmane.core.plan.instances import Instance
from gunmane.core.plan.softmin import sweep
from gunmane.core.stock import Array, Floats

BLOCKS = 32
SAMPLE = 10_000
COARSE = (0.3, 0.1, 0.03, 0.01)
FINE = (0.003, 0.001, 0.0003, 0.0001, 3e-5, 1e-5, 3e-6)
MANY, FINE_ENOUGH = 200_000, 5e-5
STEPS = 14
LEAST_DAMPING = 1e-10
THREADS = 2


class Prices(Struct, frozen=True, eq=False):
    """Prices of the resources, yen per yen or per hour: `money[T]`, `hours[T]`, `groups[G, T]`; all >= 0."""

    money: Floats
    hours: Floats
    groups: Floats


class _Pass(Struct, frozen=True, eq=False):
    """One look at all assets: exact and smoothed dual without the budget term, use and its covariance."""

    exact: float
    smooth: float
    money: Floats  # [G, T]
    hours: Floats  # [T]
    curve: Floats  # [G, 2T, 2T], sum of Cov / tau


class _Data(Struct, frozen=True, eq=False):
    value: Array
    keep: Floats
    cost: Floats
    hours: Floats
    group: Array
    scale: Floats


class _Limits(Struct, frozen=True, eq=False):
    """All limits as one vector: money [T], hours [T], groups [G T]; inf where there is none."""

    vector: Floats
    years: int
    groups: int

    def split(self, x: Floats) -> Prices:
        years = self.years
        return Prices(x[:years], x[years : 2 * years], x[2 * years :].reshape(self.groups, years))


def _look(data: _Data, limits: _Limits, x: Floats, temperature: float, curved: bool) -> _Pass:
    """Look at all assets once, in blocks on two threads; the blocks are summed in their order."""
    prices = limits.split(x)
    combined = np.ascontiguousarray(prices.money + prices.groups)
    hours = np.ascontiguousarray(prices.hours)
    n, years, groups = len(data.keep), limits.years, limits.groups
    blocks = BLOCKS if n > SAMPLE // 2 else 1

    def block(b: int) -> tuple[Floats, Floats, Floats, Floats]:
        parts = (
            np.zeros(2),
            np.zeros((groups, years)),
            np.zeros(years),
            np.zeros((groups if curved else 1, 2 * years, 2 * years)),
        )
        sweep(
            b * n // blocks, (b + 1) * n // blocks, data.value, data.keep, data.cost, data.hours, data.group,
            data.scale, combined, hours, temperature, curved, *parts,
        )  # fmt: skip
        return parts

    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(block, range(blocks))) if blocks > 1 else [block(0)]
    sums, money, effort, curve = (np.sum([part[k] for part in found], axis=0) for k in range(4))
    return _Pass(float(sums[0]), float(sums[1]), money, effort, curve)


def _gradient(found: _Pass, limits: _Limits) -> Floats:
    use = np.concatenate([found.money.sum(axis=0), found.hours, found.money.ravel()])
    return np.where(np.isfinite(limits.vector), use - np.where(np.isfinite(limits.vector), limits.vector, 0), 0.0)


def _hessian(found: _Pass, limits: _Limits) -> Floats:
    """Assemble minus the Hessian over (money, hours, groups) from the groups' covariances."""
    years, groups = limits.years, limits.groups
    size = len(limits.vector)
    whole = np.zeros((size, size))
    whole[: 2 * years, : 2 * years] = found.curve.sum(axis=0)
    for g in range(groups):
        own = slice(2 * years + g * years, 2 * years + (g + 1) * years)
        whole[own, own] = found.curve[g, :years, :years]
        whole[own, : 2 * years] = found.curve[g, :years, :]
        whole[: 2 * years, own] = found.curve[g, :, :years]
    return whole


def _paid(x: Floats, limits: _Limits) -> float:
    return float((x * np.where(np.isfinite(limits.vector), limits.vector, 0.0)).sum())


def _newton(
    found: _Pass, limits: _Limits, x: Floats, gradient: Floats, free: Array, scale: Floats, damping: float
) -> Floats:
    """Return the step that maximises the quadratic model with prices >= 0.

    Prices that the step would make negative are set to zero and the others solved again; so the full step is allowed
    and the line search never has to bend it (bending stalls far from the maximum).
    """
    weight = np.where(free, scale, 0.0)
    curve = _hessian(found, limits) * weight[:, None] * weight
    diagonal = np.diag(curve)[free]
    # A little of the diagonal keeps years that nobody uses, and limits that say the same twice, solvable.
    ridge = damping * float(diagonal.mean()) + 1e-300
    aim, scaled = gradient * weight, np.where(free, x / scale, 0.0)
    step, solved = np.zeros_like(x), free.copy()
    for _ in range(len(x)):
        at = np.flatnonzero(solved)
        rest = np.flatnonzero(free & ~solved)
        step[rest] = -scaled[rest]
        right = aim[at] - curve[np.ix_(at, rest)] @ step[rest]
        step[at] = np.linalg.solve(curve[np.ix_(at, at)] + ridge * np.eye(len(at)), right)
        below = solved & (scaled + step < -1e-15)
        if not below.any():
            break
        solved &= ~below
    return step * weight


def _climb(data: _Data, limits: _Limits, x: Floats, temperature: float, tolerance: float) -> Floats:
    """Maximise the smoothed dual at one temperature from x; stops when the relative misuse is below `tolerance`."""
    limited = np.isfinite(limits.vector)
    scale = np.where(limited, np.maximum(limits.vector, 1e-9), 1.0)
    if not limited.any():
        return x
    found = _look(data, limits, x, temperature, True)
    damping = LEAST_DAMPING
    for _ in range(STEPS):
        gradient = _gradient(found, limits)
        free = limited & ((x > 0) | (gradient > 0))
        if np.abs(gradient[free] / scale[free]).max(initial=0.0) < tolerance:
            break
        step = _newton(found, limits, x, gradient, free, scale, damping)
        height, length = found.smooth - _paid(x, limits), 1.0
        while length > 1e-3:
            trial = np.maximum(x + length * step, 0.0)
            look = _look(data, limits, trial, temperature, True)
            if look.smooth - _paid(trial, limits) >= height + 1e-4 * float(gradient @ (trial - x)):
                x, found = trial, look
                break
            length *= 0.3
        # Money and hours of a year nearly say the same, so damping must be slight; it grows only when steps fail.
        damping = max(damping * (0.1 if length == 1.0 else 100.0), LEAST_DAMPING)
        if damping > 1.0:
            break
    return x


def ascend(instance: Instance, seed: int) -> Prices:
    """Return prices near the maximum of the dual: coarse temperatures on a sample, fine ones on all assets."""
    n, groups = instance.size, len(instance.group_budget)
    vector = np.concatenate([instance.budget, instance.hours_cap, instance.group_budget.ravel()])
    limits = _Limits(vector, instance.years, groups)
    scale = np.maximum(instance.cost.max(axis=1, initial=0.0), 1e-9)
    scale = np.where(scale > 1e-9, scale, max(float(np.median(scale)), 1e-9))
    data = _Data(instance.value, instance.keep, instance.cost, instance.hours, instance.group, scale)
    x = np.zeros(len(vector))
    size = max(SAMPLE, 200 * groups)
    # At the coarse temperatures a sample tells the prices well enough.
    if n > 2 * size:
        rows = np.sort(np.random.default_rng(seed).choice(n, size, replace=False))
        part = _Data(*(column[rows] for column in (data.value, data.keep, data.cost, data.hours, data.group, scale)))
        small = _Limits(vector * (size / n), instance.years, groups)
        for temperature in COARSE:
            x = _climb(part, small, x, temperature, 1e-3)
        x = _climb(data, limits, x, COARSE[-1], 1e-3)
    else:
        for temperature in COARSE:
            x = _climb(data, limits, x, temperature, 1e-3)
    best, top = x, -np.inf
    for temperature in FINE:
        # Below this temperature too few assets are undecided for the smoothed dual to have a curvature.
        # With many assets the gap is far below what matters before that, and each pass takes long.
        if temperature * instance.size < 0.01 or (n > MANY and temperature < FINE_ENOUGH):
            break
        x = _climb(data, limits, x, temperature, 1e-4)
        exact = _look(data, limits, x, temperature, False).exact - _paid(x, limits)
        if exact > top:
            best, top = x, exact
    return limits.split(best)
