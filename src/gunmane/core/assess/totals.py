"""Yearly loss of the region and of each owner, from one simulation with shared rates."""

import numpy as np
from msgspec import Struct

from gunmane.core.risk import Floats, Ints, Scores


class Total(Struct, frozen=True):
    """Yearly loss of one owner, or of the region, in yen.

    expected with its 80 % band (uncertain rates); bad_year_95: mean of the worst 5 % of simulated years (CVaR);
    share_of_region_tail: this owner's mean loss in the region's worst 5 % of years (these add up).
    """

    assets: int
    expected: float
    low: float
    high: float
    bad_year_95: float
    share_of_region_tail: float


def totals(
    scores: Scores,
    kind: Ints,
    yearly: Floats,
    owner: Ints,
    owners: int,
    seed: int,
    *,
    scenarios: int = 2000,
) -> tuple[Total, tuple[Total, ...]]:
    """Region and owner totals from one simulation.

    yearly: kinds x draws of `Forecasts`; `kind` is each asset's row. Every scenario takes one draw, shared by all
    assets (rates and owner effects move together), and then lets events happen independently. Assets whose
    consequence cannot be told are left out. The number of scenarios falls for very large regions (2e8 asset-years).
    """
    known = np.isfinite(scores.consequence)
    loss = np.where(known, scores.consequence, 0.0)
    exposure = loss * scores.event_share
    draws = yearly.shape[1]
    count = int(np.clip(200_000_000 // max(loss.size, 1), min(draws, scenarios), scenarios))
    expected = np.zeros((draws, owners))
    for d in range(draws):
        expected[d] = np.bincount(owner, exposure * yearly[kind, d], owners)
    generator = np.random.default_rng(seed)
    simulated = np.zeros((count, owners))
    ratio = scores.event_share.astype(np.float32)
    room = np.empty(loss.size, np.float32)
    for d in range(min(draws, count)):
        chance = yearly[:, d].astype(np.float32)[kind] * ratio
        for s in range(d, count, draws):  # the scenarios that share this draw
            generator.random(out=room, dtype=np.float32)
            hit = np.flatnonzero(room < chance)
            simulated[s] = np.bincount(owner[hit], loss[hit], owners)
    region = simulated.sum(axis=1)
    worst = np.argsort(region)[-max(1, count // 20) :]
    assets = np.bincount(owner[known], minlength=owners)

    def total(members: int, of: Floats, years: Floats) -> Total:
        tail = np.sort(years)[-max(1, count // 20) :]
        low, high = np.quantile(of, [0.1, 0.9])
        return Total(
            members, float(of.mean()), float(low), float(high), float(tail.mean()), float(years[worst].mean())
        )

    each = tuple(total(int(assets[g]), expected[:, g], simulated[:, g]) for g in range(owners))
    return total(int(assets.sum()), expected.sum(axis=1), region), each
