"""Indicators that municipalities, region and nation can be compared by: one definition for all of them."""

import numpy as np

from gunmane.core.stock import Array


def share(part: float, whole: float) -> float | None:
    """Return part / whole, None where there is no whole: not known is not zero."""
    return part / whole if whole else None


def old_share(built_year: Array, threshold: int, fy: int) -> float | None:
    """Return the share of assets of known year that are at least `threshold` years old in fiscal year `fy` (N2)."""
    known = built_year > 0
    return share(float((known & (fy - built_year >= threshold)).sum()), float(known.sum()))


def bad_share(bad: Array, graded: Array) -> float | None:
    """Return the share of graded assets whose grade is bad (N3)."""
    return share(float((bad & graded).sum()), float(graded.sum()))


def started_share(started: int, diagnosed: int) -> float | None:
    """Return the share of assets diagnosed as bad for which action was started (N4)."""
    return share(started, diagnosed)


def on_time_share(overdue: Array, under_duty: Array) -> float | None:
    """Return the share of assets under an inspection duty that are not overdue (N5)."""
    return share(float((~overdue & under_duty).sum()), float(under_duty.sum()))


def need_ratio(need: float, spent: float | None) -> float | None:
    """Return yearly need / yearly actual spending (N7), None where spending is not known."""
    return need / spent if spent else None


def exposure(risk_yen: Array, people: Array) -> float:
    """Return the sum of risk times people affected (N9); unknown values count as nothing."""
    return float(np.nansum(risk_yen * people))


def engineers_needed(hours: float, hours_per_engineer: float) -> float:
    """Return full-time engineers for yearly hours (N10)."""
    return hours / hours_per_engineer


def expected_contracts(assets: int, chance: float, lot: int) -> float:
    """Return E[ceil(X / lot)] for X ~ Binomial(assets, chance) (N11).

    The yearly number of repair contracts of a group of `assets`, each needing repair with `chance` in a year, when a
    contract holds up to `lot` of them (Fukuyama's model of contract bundling). Raises ValueError for a lot below 1.
    """
    if lot < 1:
        raise ValueError("a contract holds at least one asset")
    return float(np.sum(_binomial(assets, chance) * np.ceil(np.arange(assets + 1) / lot)))


def _binomial(n: int, p: float) -> Array:
    """Return the probabilities of 0 … n successes, by ratios from the mode, normalised: nothing overflows."""
    if p <= 0 or p >= 1:
        result = np.zeros(n + 1)
        result[0 if p <= 0 else n] = 1.0
        return result
    k = np.arange(1, n + 1)
    log = np.concatenate([[0.0], np.cumsum(np.log((n - k + 1) / k) + np.log(p / (1 - p)))])
    weight = np.exp(log - log.max())
    return weight / weight.sum()


def stationary_repair_rate(transition: Array, repaired_to: int = 0) -> float:
    """Return the yearly chance that an asset is repaired in the long run: q = pi r.

    `transition[J, J]` moves between the grades that are not repaired yet in a year; the rest of each row, r, is the
    chance of repair, after which the asset is in grade `repaired_to`. pi is proportional to e' (I - T)^-1.
    """
    size = len(transition)
    visits = np.linalg.solve((np.eye(size) - transition).T, np.eye(size)[repaired_to])
    return float(visits @ (1 - transition.sum(axis=1)) / visits.sum())


def confidence(filled: float, located: float, good: tuple[float, float], poor: tuple[float, float]) -> str:
    """Return A, B or C for the shares of fields filled and of assets located (N16).

    A reaches both `good` shares, C misses one of the `poor` ones.
    """
    if filled < poor[0] or located < poor[1]:
        return "C"
    return "A" if filled >= good[0] and located >= good[1] else "B"
