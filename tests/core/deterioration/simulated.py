"""Simulated inspection intervals with known truth."""

import numpy as np

from gunmane.core.deterioration.chain import Intervals

BETA = np.array([[-1.6, 0.3, 0.2], [-2.3, 0.2, 0.1], [-2.7, 0.2, 0.0], [-3.0, 0.2, -0.1]])


def step(hazards, state, years, generator, exits=None):
    """Move each asset forward by `years`; returns the states and which left by repair on the way."""
    stages = hazards.shape[1]
    left, gone = years.copy(), np.zeros(state.size, bool)
    state = state.copy()
    for s in range(stages + 1):
        here = (state == s) & ~gone & (left > 0)
        out = exits[s] if exits is not None else 0.0
        wear = hazards[:, s] if s < stages else np.zeros(state.size)
        worn = generator.exponential(1.0, state.size) / np.maximum(wear, 1e-12)
        repaired = generator.exponential(1.0, state.size) / max(out, 1e-12)
        first = np.minimum(worn, repaired)
        moved = here & (first < left)
        gone |= moved & (repaired < worn)
        state = np.where(moved & (worn <= repaired), s + 1, state)
        left = np.where(moved, left - first, np.where(here, 0.0, left))
    return state, gone


def intervals(size, seed, *, groups=20, group_sd=0.25, beta=BETA, exits=None):
    """Independent intervals of 1 to 6 years from all grades but the worst; returns them and the owner effects."""
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(size, beta.shape[1] - 1))
    group = generator.integers(0, max(groups, 1), size)
    effects = generator.normal(size=max(groups, 1)) * group_sd
    years = np.round(generator.uniform(1, 6, size) * 12) / 12
    begin = generator.integers(0, beta.shape[0], size)
    hazards = np.exp(beta[:, 0] + x @ beta[:, 1:].T + effects[group][:, None])
    end, gone = step(hazards, begin, years, generator, exits)
    made = Intervals(
        from_rank=begin,
        to_rank=end,
        years=years,
        covariates=x,
        group=group,
        exited=gone if exits is not None else None,
    )
    return made, effects
