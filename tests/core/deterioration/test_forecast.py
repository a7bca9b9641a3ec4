"""Forecasts: probabilities, bands, remaining life, owners without data, assets never inspected."""

import numpy as np
import pytest
from tests.core.deterioration.simulated import intervals

from gunmane.core.deterioration.chain import ChainPrior, Intervals, fit_chain
from gunmane.core.deterioration.forecast import LONGEST, draw, forecast_bad, transition_matrix
from gunmane.core.deterioration.kinds import Basis

PRIOR = ChainPrior(hazards=(0.05, 0.01, 0.03))
EMPTY = Intervals(from_rank=np.zeros(0, int), to_rank=np.zeros(0, int), years=np.zeros(0))


def _sure(hazards, exits=()):
    """A fit that knows its hazards almost exactly."""
    prior = ChainPrior(hazards=hazards, hazard_sd=1e-6, group_sd=1e-6, exit_hazards=exits, exit_sd=1e-6)
    return fit_chain(EMPTY, states=len(hazards) + 1, prior=prior, groups=1, exits=bool(exits), group_variance=1e-12)


def test_probabilities_are_those_of_the_matrix():
    hazards = np.array([0.2, 0.2, 0.05])
    fit = _sure(tuple(hazards))
    rank, since = np.array([0, 1, 2, 0]), np.array([0.0, 2.0, 3.0, 7.25])
    out = forecast_bad(fit, rank, bad_rank=2, since=since, horizons=(1.0, 5.0, 10.0), draws=2)
    for n in range(4):
        for k, h in enumerate(out.horizons):
            expected = transition_matrix(hazards, since[n] + h)[rank[n], 2:].sum()
            assert out.probability[out.kind[n], k] == pytest.approx(expected, rel=1e-4)
        assert out.now[out.kind[n]] == pytest.approx(
            transition_matrix(hazards, since[n])[rank[n], 2:].sum(), rel=1e-4
        )


def test_repairs_before_entry_lower_the_probability():
    hazards, exits = np.array([0.1, 0.1]), np.array([0.02, 0.1, 0.3])
    fit = _sure(tuple(hazards), tuple(exits))
    alone = forecast_bad(fit, np.array([0]), bad_rank=2, horizons=(10.0,), draws=2)
    managed = forecast_bad(fit, np.array([0]), bad_rank=2, horizons=(10.0,), draws=2, managed=True)
    assert managed.probability[0, 0] < alone.probability[0, 0]
    # first entry of state 2, which is then kept: no exits there
    expected = transition_matrix(hazards, 10.0, np.array([0.02, 0.1, 0.0]))[0, 2]
    assert managed.probability[0, 0] == pytest.approx(expected, rel=1e-4)


def test_remaining_life_has_the_quantiles_of_the_chain():
    fit = _sure((0.1,))
    out = forecast_bad(fit, np.array([0, 0]), bad_rank=1, since=np.array([0.0, 4.0]), draws=2)
    median, low, high = out.remaining()
    assert median[0] == pytest.approx(np.log(2) / 0.1, rel=0.02)
    assert low[0] == pytest.approx(-np.log(0.9) / 0.1, rel=0.05)
    assert high[0] == pytest.approx(np.log(10) / 0.1, rel=0.02)
    assert median[1] == pytest.approx(median[0] - 4.0)
    never = forecast_bad(_sure((1e-6,)), np.array([0]), bad_rank=1, draws=2)
    assert never.remaining()[2][0] == LONGEST


def test_bands_hold_the_probability_and_widen_without_data():
    rows, _ = intervals(2000, 1, groups=5)
    fit = fit_chain(rows, states=5, prior=ChainPrior(hazards=(0.1,) * 4), groups=6)
    rank = np.array([0, 1, 2, 0, 1, 2])
    group = np.array([0, 0, 0, 5, -1, 99])
    out = forecast_bad(fit, rank, bad_rank=3, group=group, covariates=np.zeros((6, 2)))
    low, p, high = out.low[out.kind], out.probability[out.kind], out.high[out.kind]
    assert (low <= p).all()
    assert (p <= high).all()
    assert (np.diff(p, axis=1) > 0).all()
    width = np.log(high / low)
    assert (width[3:] > width[:3]).all()


def test_never_inspected_assets_say_what_they_rest_on():
    fit = _sure((0.1, 0.1, 0.1))
    rank = np.array([-1, -1, 2, 1])
    built = np.array([10.0, np.nan, 5.0, 5.0])
    mix = np.array([0.5, 0.3, 0.2, 0.0])
    out = forecast_bad(fit, rank, bad_rank=2, built=built, mix=mix, horizons=(5.0,), draws=2)
    assert out.basis.tolist() == [Basis.BUILT, Basis.POPULATION, Basis.BAD, Basis.INSPECTED]
    p = out.probability[out.kind][:, 0]
    matrix = transition_matrix(np.full(3, 0.1), 5.0)
    assert p[0] == pytest.approx(transition_matrix(np.full(3, 0.1), 15.0)[0, 2:].sum(), rel=1e-4)
    assert p[1] == pytest.approx(mix @ matrix[:, 2:].sum(axis=1), rel=1e-4)
    assert p[2] == 1.0
    assert out.remaining()[0][2] == 0.0


def test_yearly_chance_is_the_annuity_of_the_gains():
    hazards = np.array([0.2, 0.1])
    out = forecast_bad(_sure(tuple(hazards)), np.array([0]), bad_rank=2, years=3, discount=0.04, draws=2)
    reached = [0.0, *(transition_matrix(hazards, float(t))[0, 2] for t in (1, 2, 3))]
    factors = 1.04 ** -np.arange(1, 4)
    assert out.yearly[0] == pytest.approx((np.diff(reached) * factors).sum() / factors.sum(), rel=1e-4)


def test_equal_assets_are_worked_out_once_and_seeds_repeat():
    rows, _ = intervals(1000, 2, groups=3)
    fit = fit_chain(rows, states=5, prior=None, groups=3)
    rank = np.tile([0, 1, 2], 1000)
    x = np.tile([[0.5, 1.0]], (3000, 1))
    one = forecast_bad(fit, rank, bad_rank=3, group=np.zeros(3000, int), covariates=x, seed=7)
    two = forecast_bad(fit, rank, bad_rank=3, group=np.zeros(3000, int), covariates=x, seed=7)
    other = forecast_bad(fit, rank, bad_rank=3, group=np.zeros(3000, int), covariates=x, seed=8)
    assert one.probability.shape == (3, 3)
    assert np.array_equal(one.yearly, two.yearly)
    assert not np.array_equal(one.yearly, other.yearly)


def test_draws_have_the_posterior_covariance():
    rows, _ = intervals(800, 3, groups=4)
    fit = fit_chain(rows, states=5, prior=ChainPrior(hazards=(0.1,) * 4), groups=4)
    sample = draw(fit, 40_000, 1)
    spread = np.cov(sample.coefficients.T)
    size = fit.coefficients.size
    assert np.allclose(spread, fit.covariance[:size, :size], atol=0.04 * np.abs(fit.covariance).max())
    assert np.allclose(sample.effects[:, :4].var(axis=0), fit.group_variance, rtol=0.08)
    assert sample.effects[:, 4].std() == pytest.approx(fit.group_sd, rel=0.05)


def test_drifting_speed_widens_the_future():
    generator = np.random.default_rng(3)
    start = generator.integers(2000, 2020, 6000).astype(float)
    begin = generator.integers(0, 3, 6000)
    moved = generator.random(6000) < 0.1 * np.exp(-0.04 * (start - 2010))
    rows = Intervals(from_rank=begin, to_rank=begin + moved, years=np.ones(6000), start=start)
    drifting = fit_chain(rows, states=4, prior=PRIOR, drift=True)
    steady = fit_chain(rows, states=4, prior=PRIOR)
    a = forecast_bad(drifting, np.array([1]), bad_rank=2, since=np.array([2.0]))
    b = forecast_bad(steady, np.array([1]), bad_rank=2, since=np.array([2.0]))
    assert a.probability[0, 0] < b.probability[0, 0]
    assert (np.log(a.high / a.low) > np.log(b.high / b.low)).all()
    width = np.log(-np.log1p(-a.high)) - np.log(-np.log1p(-a.low))
    assert width[0, 2] > width[0, 0]
