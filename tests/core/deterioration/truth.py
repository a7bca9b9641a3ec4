"""Panels from the simulator's own histories, with their truth, and whether a fit finds it within its intervals."""

import numpy as np

from gunmane.core.deterioration.chain import ChainPrior, fit_chain
from gunmane.core.deterioration.histories import from_histories
from gunmane.core.simulate.chain import histories, states_at
from gunmane.core.simulate.parameters import Drift

HAZARDS = np.array([0.08, 0.05, 0.04])
EXITS = np.array([0.004, 0.01, 0.04, 0.10])
GROUPS, GROUP_SD = 12, 0.3
BREAKS, FACTORS = (2008.0, 2016.0), (0.8, 0.65)
"""Rates from 2008 and from 2016 on, relative to those before."""
EVERY, FIRST, LAST = 2.0, 2000.0, 2024.0
PRIOR = ChainPrior(hazards=(0.05,) * 3, hazard_sd=1.5)


def panel(size, seed):
    """Looks every two years at assets of twelve owners built at any time; repairs are on record. Simulated."""
    generator = np.random.default_rng(seed)
    group = generator.integers(0, GROUPS, size)
    effects = generator.normal(0, GROUP_SD, GROUPS)
    born = generator.uniform(1985, 2015, size)
    start = np.zeros(size, np.int64)
    drift = Drift(years=BREAKS, factors=FACTORS)
    events = histories(
        generator, HAZARDS * np.exp(effects[group])[:, None], EXITS, 1.0, start, born, LAST + 0.01, drift
    )
    asset, when = np.meshgrid(np.arange(size), np.arange(FIRST, LAST + 0.1, EVERY), indexing="ij")
    seen = when >= born[:, None] + 0.01
    asset, when = asset[seen], when[seen]
    made = from_histories(
        asset, when, states_at(events, start, asset, when), assets=size, group=group,
        repaired_asset=events.asset[events.repair], repaired_when=events.time[events.repair],
    )  # fmt: skip
    return made.intervals, effects


def inside(size, seed):
    """By kind of parameter: how many 90 % intervals hold the truth, and of how many."""
    rows, effects = panel(size, seed)
    fit = fit_chain(rows, states=4, prior=PRIOR, groups=GROUPS, exits=True, drift=True, drift_years=8.0)
    sd = np.sqrt(np.diag(fit.covariance))
    # the last period is the reference of the drift
    found = {
        "hazards": (fit.coefficients[:, 0] - np.log(HAZARDS * FACTORS[-1])) / sd[:3],
        "owners": (fit.group_effects - effects) / np.sqrt(fit.group_variance),
        "exits": (fit.exits - np.log(EXITS)) / sd[3:7],
        "drift": (fit.drift[:-1] - np.log(np.array([1.0, *FACTORS[:-1]]) / FACTORS[-1])) / sd[7:-1],
    }
    return {name: (int((np.abs(off) < 1.645).sum()), off.size) for name, off in found.items()}, fit
