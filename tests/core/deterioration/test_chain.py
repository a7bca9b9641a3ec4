"""The rating chain: kernel, fit, priors, owners, exits, drift."""

import csv
import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm
from tests.core.deterioration.simulated import BETA, intervals

from gunmane.core.deterioration import newton
from gunmane.core.deterioration.chain import ChainPrior, Intervals, _periods, fit_chain
from gunmane.core.deterioration.forecast import transition_matrix
from gunmane.core.deterioration.intervals import prepare
from gunmane.core.errors import GunmaneError

DATA = Path(__file__).parent / "data"
PRIOR = ChainPrior(hazards=(0.05, 0.02, 0.03))


def test_golden_matrices_to_the_last_digits():
    for case in json.loads((DATA / "golden_pmatrix.json").read_text()):
        expected = np.array([[float(v) for v in row] for row in case["P"]])
        got = transition_matrix(np.array(case["lam"]), case["z"])
        known = expected > 0
        assert np.abs(got[known] / expected[known] - 1).max() < 1e-13
        assert (got[~known] == 0).all()


@given(
    base=st.floats(1e-4, 20.0),
    gap=st.sampled_from([0.0, 1e-12, 1e-8, 1e-4, 0.1]),
    years=st.floats(0.01, 30.0),
    exit_hazard=st.sampled_from([0.0, 0.01, 0.3]),
)
@settings(max_examples=60, deadline=None)
def test_matrix_agrees_with_the_exponential_of_the_generator(base, gap, years, exit_hazard):
    hazards = base * (1 + gap * np.arange(4))
    exits = np.full(5, exit_hazard)
    generator = np.diag(-np.append(hazards, 0.0) - exits) + np.diag(hazards, 1)
    got = transition_matrix(hazards, years, exits)
    # states in mixed order: SciPy's short cut for triangular matrices cancels when hazards nearly agree
    order = np.array([2, 0, 3, 1, 4])
    expected = np.empty((5, 5))
    expected[np.ix_(order, order)] = expm(generator[np.ix_(order, order)] * years)
    assert np.allclose(got, expected, rtol=1e-9, atol=1e-12)
    if exit_hazard == 0:
        assert np.allclose(got.sum(axis=1), 1.0, rtol=1e-12)


@given(st.floats(0.01, 2.0), st.floats(0.1, 10.0), st.floats(0.1, 10.0))
@settings(max_examples=40, deadline=None)
def test_two_steps_are_one_long_step(base, first, second):
    hazards = base * np.array([1.0, 1.0, 1.000000001, 0.3])
    both = transition_matrix(hazards, first) @ transition_matrix(hazards, second)
    assert np.allclose(both, transition_matrix(hazards, first + second), rtol=1e-11, atol=1e-300)


def _everything(seed=0):
    """Rows that use covariates, owners, exits and drift at once, and a place in parameter space."""
    generator = np.random.default_rng(seed)
    size, stages, groups = 300, 4, 3
    begin = generator.integers(0, stages + 1, size)
    rows = Intervals(
        from_rank=begin,
        to_rank=np.minimum(stages, begin + generator.integers(0, 4, size)),
        years=generator.uniform(0.3, 6, size),
        covariates=generator.normal(size=(size, 2)),
        group=generator.integers(0, groups, size),
        exited=generator.random(size) < 0.2,
        start=generator.uniform(2000, 2020, size),
        weight=generator.integers(1, 4, size).astype(float),
    )
    data = prepare(rows, stages + 1, groups, exits=True)
    edges, first, inside = _periods(data, 3.0)
    layout = newton.Layout(stages=stages, width=3, exits=stages + 1, periods=edges.size - 1, groups=groups)
    dense = generator.normal(size=12 + 5 + edges.size - 1) * 0.3
    dense[:12:3] -= 1.5
    dense[12:17] -= 3
    return rows, data, layout, dense, generator.normal(size=groups) * 0.2, edges, first, inside


def test_gradient_and_hessian_agree_with_differences():
    _, data, layout, dense, effects, _, first, inside = _everything()
    size = dense.size
    place = np.concatenate([dense, effects])

    def at(p):
        point = newton.evaluate(2, data, layout, p[:size], p[size:], first, inside)
        return point, np.concatenate([point.slope, point.group_slope])

    point, slope = at(place)
    hessian = np.zeros((place.size, place.size))
    hessian[:size, :size] = point.curve
    hessian[size:, :size] = point.cross
    hessian[:size, size:] = point.cross.T
    hessian[size:, size:] = np.diag(point.group_curve)
    for k in range(place.size):
        away = np.zeros(place.size)
        away[k] = 1e-5
        above, slope_above = at(place + away)
        below, slope_below = at(place - away)
        assert slope[k] == pytest.approx((above.value - below.value) / 2e-5, abs=2e-5)
        assert np.allclose(hessian[k], -(slope_above - slope_below) / 2e-5, atol=2e-6)


def test_likelihood_is_that_of_the_generator_with_owner_exit_and_drift():
    rows, data, layout, dense, effects, edges, first, inside = _everything()
    value = newton.evaluate(2, data, layout, dense, effects, first, inside).value
    beta, mu, speed = dense[:12].reshape(4, 3), np.exp(dense[12:17]), np.exp(dense[17:])
    expected = 0.0
    for n in range(rows.years.size):
        begin, end = rows.start[n], rows.start[n] + rows.years[n]
        run = (np.clip(np.minimum(end, edges[1:]) - np.maximum(begin, edges[:-1]), 0, None) * speed).sum()
        x = np.concatenate([[1.0], (rows.covariates[n] - data.center) / data.scale])
        q = np.zeros((6, 6))
        for s in range(5):
            wear = np.exp(beta[s] @ x + effects[rows.group[n]]) * run if s < 4 else 0.0
            leave = mu[s] * rows.years[n]
            q[s, s] = -wear - leave
            q[s, min(s + 1, 4)] += wear
            q[s, 5] += leave
        p = expm(q)
        expected += rows.weight[n] * np.log(p[rows.from_rank[n], 5 if rows.exited[n] else rows.to_rank[n]])
    assert value == pytest.approx(expected, rel=1e-11)


def test_collapsing_and_order_change_nothing():
    rows, _ = intervals(3000, 3)
    coarse = Intervals(
        from_rank=rows.from_rank, to_rank=rows.to_rank, years=np.ceil(rows.years),
        covariates=np.sign(rows.covariates), group=rows.group,
    )  # fmt: skip
    apart = fit_chain(coarse, states=5, prior=None, groups=20, collapse=False)
    together = fit_chain(coarse, states=5, prior=None, groups=20)
    assert together.collapsed < apart.collapsed == 3000
    assert together.log_likelihood == pytest.approx(apart.log_likelihood, abs=1e-8)
    order = np.random.default_rng(0).permutation(3000)
    shuffled = Intervals(
        from_rank=coarse.from_rank[order], to_rank=coarse.to_rank[order], years=coarse.years[order],
        covariates=coarse.covariates[order], group=coarse.group[order],
    )  # fmt: skip
    assert np.allclose(fit_chain(shuffled, states=5, prior=None, groups=20).coefficients, together.coefficients)


def test_months_give_the_same_model_as_years():
    rows, _ = intervals(2000, 4)
    months = Intervals(
        from_rank=rows.from_rank, to_rank=rows.to_rank, years=rows.years * 12, covariates=rows.covariates
    )
    a = fit_chain(rows, states=5, prior=None)
    b = fit_chain(months, states=5, prior=None)
    assert a.log_likelihood == pytest.approx(b.log_likelihood, abs=1e-7)
    assert np.allclose(a.coefficients[:, 0] - np.log(12), b.coefficients[:, 0], atol=1e-6)


def test_simulated_truth_of_msm_run_is_met():
    with gzip.open(DATA / "synth_1e4.csv.gz", "rt") as file:
        table = list(csv.DictReader(file))
    rows = Intervals(
        from_rank=np.array([int(r["from"]) - 1 for r in table]),
        to_rank=np.array([int(r["to"]) - 1 for r in table]),
        years=np.array([float(r["dt_years"]) for r in table]),
        covariates=np.array([[float(r[f"x{k}"]) for k in (1, 2, 3, 4)] for r in table]),
        group=np.array([int(r["group"]) for r in table]),
    )
    fit = fit_chain(rows, states=5, prior=None)
    assert -2 * fit.log_likelihood == pytest.approx(15216.078488, abs=1e-5)  # R's msm 1.7
    assert fit.converged
    assert fit.gradient < 1e-6
    mixed = fit_chain(rows, states=5, prior=None, groups=20)
    truth = np.log(json.loads((DATA / "synth_1e4_truth.json").read_text())["eps"])
    away = (mixed.group_effects - (truth - truth.mean())) / np.sqrt(mixed.group_variance)
    assert np.abs(away).max() < 3.5
    assert mixed.group_sd == pytest.approx(truth.std(), rel=0.3)


def test_hazards_effects_exits_are_recovered():
    exits = np.array([0.005, 0.01, 0.03, 0.06, 0.15])
    rows, effects = intervals(20_000, 5, exits=exits)
    fit = fit_chain(rows, states=5, prior=None, groups=20, exits=True)
    width = BETA.shape[1]
    # back to the covariates' own units
    slopes = fit.coefficients[:, 1:] / fit.scale
    base = fit.coefficients[:, 0] - slopes @ fit.center + fit.group_effects.mean()
    sd = np.sqrt(np.diag(fit.covariance))
    assert np.abs((slopes - BETA[:, 1:]) / sd[: 4 * width].reshape(4, width)[:, 1:] * fit.scale).max() < 3.6
    assert np.abs(base - BETA[:, 0] - effects.mean()).max() < 0.15
    # worst grade is never a start here: its exits are seen only after arriving there
    assert np.abs((fit.exits - np.log(exits)) / sd[4 * width : 4 * width + 5]).max() < 3.6


def test_drift_is_recovered_and_widens():
    generator = np.random.default_rng(8)
    size = 20_000
    start = generator.integers(1990, 2020, size).astype(float)
    speed = np.exp(-0.05 * (start + 0.5 - 2019.5))  # rates fall by 5 % a year
    begin = generator.integers(0, 3, size)
    moved = generator.random(size) < -np.expm1(-np.array([0.2, 0.1, 0.05])[begin] * speed)
    rows = Intervals(from_rank=begin, to_rank=begin + moved, years=np.ones(size), start=start)
    fit = fit_chain(rows, states=4, prior=PRIOR, drift=True, drift_years=2.0)
    middle = (fit.drift_edges[:-1] + fit.drift_edges[1:]) / 2
    truth = -0.05 * (middle - middle[-1])
    first = fit.coefficients.size
    sd = np.sqrt(np.diag(fit.covariance))[first:]
    assert (np.abs(fit.drift - truth)[:-1] < 3.5 * sd[:-1]).all()
    assert fit.drift[-1] == 0
    assert 0.01 < fit.drift_sd < 0.3
    plain = fit_chain(rows, states=4, prior=PRIOR)
    assert fit.marginal > plain.marginal + 10


def test_owner_variance_zero_is_pooled_and_large_is_separate():
    rows, _ = intervals(4000, 6, groups=4)
    pooled = fit_chain(rows, states=5, prior=None)
    zero = fit_chain(rows, states=5, prior=None, groups=4, group_variance=1e-10)
    assert zero.log_likelihood == pytest.approx(pooled.log_likelihood, abs=1e-4)
    assert np.abs(zero.group_effects).max() < 1e-4
    free = fit_chain(rows, states=5, prior=None, groups=4, group_variance=25.0)
    own = np.eye(4)[rows.group][:, 1:]
    wide = Intervals(
        from_rank=rows.from_rank, to_rank=rows.to_rank, years=rows.years,
        covariates=np.concatenate([rows.covariates, own], axis=1),
    )  # fmt: skip
    base = np.arange(4)
    ties = np.column_stack([base, base + 4, base + 8, np.full(4, 12), np.full(4, 13), np.full(4, 14)])
    separate = fit_chain(wide, states=5, prior=None, ties=ties)
    assert free.log_likelihood == pytest.approx(separate.log_likelihood, abs=1e-2)
    assert np.allclose(np.diff(free.group_effects), np.diff([0.0, *separate.coefficients[0, 3:]]), atol=0.01)


def test_class_without_observations_is_its_prior_and_an_empty_owner_the_region():
    empty = np.zeros(0, int)
    nothing = Intervals(from_rank=empty, to_rank=empty, years=np.zeros(0))
    fit = fit_chain(nothing, states=4, prior=PRIOR, groups=3)
    assert np.allclose(np.exp(fit.coefficients[:, 0]), PRIOR.hazards)
    assert np.allclose(np.sqrt(np.diag(fit.covariance)), PRIOR.hazard_sd)
    assert np.allclose(fit.own_share, 0.0)
    with pytest.raises(GunmaneError, match="no_observations"):
        fit_chain(nothing, states=4, prior=None)
    rows, _ = intervals(500, 7, groups=2)
    two = fit_chain(rows, states=5, prior=ChainPrior(hazards=(0.1,) * 4), groups=3)
    assert two.group_effects[2] == 0
    assert two.own_share[2] == pytest.approx(0.0, abs=1e-9)
    assert (two.own_share[:2] > 0).all()


def test_stage_never_seen_to_move_stays_finite():
    rows = Intervals(from_rank=np.zeros(30, int), to_rank=np.zeros(30, int), years=np.full(30, 2.0))
    plain = fit_chain(rows, states=3, prior=None)
    assert np.isfinite(plain.coefficients).all()
    with_prior = fit_chain(rows, states=4, prior=PRIOR)
    assert np.isfinite(with_prior.covariance).all()
    assert np.exp(with_prior.coefficients[0, 0]) < PRIOR.hazards[0]
    assert np.exp(with_prior.coefficients[1, 0]) == pytest.approx(PRIOR.hazards[1])


def test_two_states_are_the_exponential_lifetime():
    rows = Intervals(
        from_rank=np.zeros(4, int),
        to_rank=np.array([0, 1, 1, 0]),
        years=np.full(4, 3.0),
        weight=np.array([7.0, 2, 1, 0]),
    )
    fit = fit_chain(rows, states=2, prior=None)
    assert np.exp(fit.coefficients[0, 0]) == pytest.approx(-np.log(0.7) / 3)


def test_all_faults_are_named():
    bad = Intervals(
        from_rank=np.array([0, 2, 9]),
        to_rank=np.array([1, 1, 1]),
        years=np.array([1.0, 1.0, -1.0]),
        group=np.array([0, 5, 0]),
    )
    with pytest.raises(GunmaneError) as caught:
        fit_chain(bad, states=4, prior=PRIOR, groups=2)
    assert {f.code for f in caught.value.faults} == {
        "rank_outside_scale", "improved_without_exit", "years_not_positive", "group_unknown",
    }  # fmt: skip
