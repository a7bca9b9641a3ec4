"""Chains of any moves, rating errors, jumps; tables, scores and back-tests."""

import csv
import json

import numpy as np
import pytest
from scipy.linalg import expm
from scipy.optimize import approx_fprime
from tests import outside
from tests.core.deterioration.simulated import intervals, step

from gunmane.core.deterioration.backtest import Options, Panel, run
from gunmane.core.deterioration.chain import ChainPrior, Intervals, fit_chain
from gunmane.core.deterioration.forecast import forecast_bad
from gunmane.core.deterioration.general import Chain, Observations, _Panel, fit_general, transition_matrices
from gunmane.core.deterioration.grades import distribution
from gunmane.core.deterioration.jumps import fit_with_jumps
from gunmane.core.deterioration.scores import auc, count_band, evaluate
from gunmane.core.deterioration.table_backtests import backtest_table
from gunmane.core.deterioration.table_fits import fit_table
from gunmane.core.errors import GunmaneError

SHARED = outside.DATA / "deterioration"


def test_matrices_of_any_generator():
    generator = np.random.default_rng(1)
    moves = ((0, 1), (1, 0), (1, 2), (0, 3), (2, 3))
    rates = generator.uniform(0.05, 0.9, 5)
    q = np.zeros((4, 4))
    for (a, b), rate in zip(moves, rates, strict=True):
        q[a, b] += rate
        q[a, a] -= rate
    times = np.array([0.0, 0.3, 7.0, 60.0])
    got = transition_matrices(moves, rates, 4, times)
    for n, t in enumerate(times):
        assert np.allclose(got[n], expm(q * t), atol=1e-12)


@pytest.mark.parametrize("death", [False, True])
def test_gradient_of_the_forward_algorithm(death):
    asset, when, rank = _panel(3, assets=30, errors=0.0 if death else 0.1)
    order = np.lexsort((when, asset))
    asset, when, rank = asset[order], when[order], rank[order]
    again = (rank[1:] == 2) & (rank[:-1] == 2) & (asset[1:] == asset[:-1])
    keep = np.append(True, ~again) | (not death)  # death is seen once
    data = Observations(asset=asset[keep], when=when[keep], rank=rank[keep], certain=when[keep] == 0)
    chain = Chain(
        states=3, moves=((0, 1), (1, 0), (1, 2), (0, 2)), cuts=(3.0, 6.5), exact=(2,) if death else (),
        errors=() if death else ((0, 1), (1, 2), (2, 1)),
    )  # fmt: skip
    panel = _Panel(data, chain)
    place = np.random.default_rng(2).normal(size=12 + len(chain.errors)) * 0.3 - 1.5
    _, slope = panel.evaluate(place)
    assert slope == pytest.approx(approx_fprime(place, lambda x: panel.evaluate(x)[0], 1e-7), rel=1e-4, abs=1e-4)


def _panel(seed, assets=60, looks=5, errors=0.0, rates=(0.25, 0.15)):
    """Histories of a three-grade chain, yearly to three-yearly looks."""
    generator = np.random.default_rng(seed)
    hazards = np.tile(rates, (assets, 1))
    state, now = np.zeros(assets, int), np.zeros(assets)
    rows = [(np.arange(assets), now.copy(), state.copy())]
    for _ in range(looks):
        years = generator.integers(1, 4, assets).astype(float)
        state, _ = step(hazards, state, years, generator)
        now = now + years
        seen = state.copy()
        wrong = generator.random(assets) < errors
        seen[wrong & (state == 0)] = 1
        seen[wrong & (state == 2)] = 1
        rows.append((np.arange(assets), now.copy(), seen))
    return tuple(np.concatenate(c) for c in zip(*rows, strict=True))


def test_without_errors_the_general_chain_is_the_fast_one():
    asset, when, rank = _panel(1)
    general = fit_general(Observations(asset=asset, when=when, rank=rank), Chain(states=3, moves=((0, 1), (1, 2))))
    order = np.lexsort((when, asset))
    same = asset[order][1:] == asset[order][:-1]
    begin, end = order[:-1][same], order[1:][same]
    rows = Intervals(from_rank=rank[begin], to_rank=rank[end], years=when[end] - when[begin])
    fast = fit_chain(rows, states=3, prior=None)
    assert general.log_likelihood == pytest.approx(fast.log_likelihood, abs=1e-7)
    assert general.rates[0] == pytest.approx(np.exp(fast.coefficients[:, 0]), rel=1e-4)
    assert general.rate_errors[0] == pytest.approx(np.sqrt(np.diag(fast.covariance)), rel=1e-3)


def test_rating_errors_are_found_where_they_are():
    asset, when, rank = _panel(2, assets=500, looks=6, errors=0.1, rates=(0.1, 0.15))
    chain = Chain(states=3, moves=((0, 1), (1, 2)), errors=((0, 1), (2, 1)))
    fit = fit_general(Observations(asset=asset, when=when, rank=rank, certain=when == 0), chain)
    assert fit.converged
    assert np.abs(np.log(fit.rates[0] / [0.1, 0.15]) / fit.rate_errors[0]).max() < 3.5
    assert fit.errors == pytest.approx([0.1, 0.1], abs=0.03)
    with pytest.raises(GunmaneError, match="no_observations"):
        fit_general(Observations(asset=np.arange(3), when=np.zeros(3), rank=np.zeros(3, int)), chain)


ERRORS = {"id": "ptnum", "time": "age", "misclassification": "1-2,2-1,2-3,3-2,3-4,4-3"}
CAV = {"id": "PTNUM", "time": "years", "exact": "4", "allow": "1-2,1-4,2-1,2-3,2-4,3-2,3-4"}
MISRATED = CAV | {"allow": "1-2,1-4,2-3,2-4,3-4", "misclassification": "1-2,2-1,2-3,3-2", "certain": "firstobs"}


@outside.needs("deterioration")
@pytest.mark.parametrize(
    ("file", "settings", "expected", "rates", "errors"),
    [
        ("cav", CAV, 3968.797881, {"12": 0.127874, "23": 0.342589, "34": 0.306453}, {}),
        ("cav", CAV | {"exact": ""}, 3986.087077, {"12": 0.126073, "23": 0.305058, "34": 0.334388}, {}),
        (
            "cav",
            MISRATED,
            3933.737901,
            {"12": 0.089628, "34": 0.307623},
            {"12": 0.02691, "21": 0.17491, "32": 0.1151},
        ),
        (
            "aneur",
            ERRORS,
            2516.918482,
            {"12": 0.021738, "34": 0.257347},
            {"12": 0.00974, "43": 0.08778, "34": 0.05615},
        ),
    ],
)
def test_msm_references_with_any_moves_and_errors(file, settings, expected, rates, errors):
    with (SHARED / f"msm_{file}.csv").open() as opened:
        rows = list(csv.DictReader(opened))
    table = {column: [r[column] for r in rows] for column in rows[0]}
    got = fit_table(table, {"state": "state", "states": "4", "allow": "1-2,2-3,3-4"} | settings)
    assert got["minus2loglik"] == pytest.approx(expected, abs=1e-5)
    for name, value in rates.items():
        hazard = next(h["hazard"] for h in got["hazards"] if h["from"] + h["to"] == name)
        assert hazard == pytest.approx(value, rel=1e-3 if errors else 1e-4)
    for name, value in errors.items():
        found = next(e["probability"] for e in got["errors"] if e["true"] + e["seen"] == name)
        assert found == pytest.approx(value, rel=1e-3)


@outside.needs("deterioration")
@pytest.mark.parametrize(
    ("name", "covariates", "more", "expected"),
    [
        ("psor_progressive", "", {}, 1246.015280),
        ("psor_progressive_cov", "hieffusn,ollwsdrt", {}, 1112.613303),
        ("psor_progressive_common", "hieffusn,ollwsdrt", {"common": True}, 1121.112201),
        ("psor_equal_hazards", "", {"equal": True}, 1282.624626),
        ("psor_pci_direct", "", {"cuts": "5,15"}, 1241.864816),
    ],
)
def test_msm_references(name, covariates, more, expected):
    with (SHARED / "msm_psor.csv").open() as file:
        rows = list(csv.DictReader(file))
    table = {column: [r[column] for r in rows] for column in rows[0]}
    settings = {"id": "ptnum", "time": "months", "state": "state", "states": "4", "missing": "drop"}
    got = fit_table(table, settings | {"covariates": covariates} | more)
    assert got["minus2loglik"] == pytest.approx(expected, abs=1e-5)
    assert got["converged"]
    reference = json.loads((SHARED / "results" / f"{name}.json").read_text())
    if not covariates and "cuts" not in more:
        msm = reference["qmatrix"]
        for s, row in enumerate(got["hazards"]):
            assert row["hazard"] == pytest.approx(msm["estimate"][s][s + 1], rel=1e-4)
            if not more:
                assert row["standard_error"] == pytest.approx(msm["SE"][s][s + 1], rel=1e-3)


def test_jumps_are_told_from_wear():
    generator = np.random.default_rng(4)
    size = 30_000
    begin = generator.integers(0, 3, size)
    end, _ = step(np.tile([0.06, 0.06, 0.06], (size, 1)), begin, np.ones(size), generator)
    jumped = (begin == 0) & (generator.random(size) < 0.02)
    end = np.where(jumped, np.maximum(end, 2), end)
    rows = Intervals(from_rank=begin, to_rank=end, years=np.ones(size))
    prior = ChainPrior(hazards=(0.05, 0.05, 0.05))
    plain = fit_chain(rows, states=4, prior=prior)
    fit = fit_with_jumps(rows, states=4, prior=prior)
    assert np.exp(plain.coefficients[1, 0]) > 0.066  # racing through the second grade
    assert np.exp(fit.coefficients[:, 0]) == pytest.approx([0.06, 0.06, 0.06], rel=0.1)
    assert fit.jumps[0, 2] == pytest.approx(0.02, rel=0.15)
    reach = forecast_bad(fit, np.array([0]), bad_rank=2, horizons=(1.0,))
    assert reach.probability[0, 0] == pytest.approx((end[begin == 0] >= 2).mean(), rel=0.1)
    shares, _ = distribution(fit, np.array([0]), bad_rank=2, since=np.zeros(1), ahead=np.ones(1))
    assert shares[0, 2:].sum() == pytest.approx(reach.probability[0, 0], rel=0.02)
    assert shares.sum() == pytest.approx(1.0)


def test_scores_by_hand():
    probability = np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]])
    out = evaluate(probability, np.array([0, 2]), bad_rank=2)
    assert out.log_score == pytest.approx(-(np.log(0.7) + np.log(0.6)) / 2)
    assert out.rps == pytest.approx(((0.3**2 + 0.1**2) + (0.1**2 + 0.4**2)) / 2)
    assert out.brier == pytest.approx((0.1**2 + 0.4**2) / 2)
    assert out.auc == 1.0
    assert out.expected == pytest.approx(0.7)
    assert out.calibrated
    assert auc(np.array([0.1, 0.1]), np.array([True, False])) == 0.5
    low, high = count_band(np.full(400, 0.25))
    assert (low, high) == pytest.approx((100 - 1.645 * np.sqrt(75) - 0.5, 100 + 1.645 * np.sqrt(75) + 0.5), abs=0.01)


def _history(seed, assets=700, years=14):
    """A yearly panel of owners of differing speed, with repairs."""
    generator = np.random.default_rng(seed)
    owner = generator.integers(0, 8, assets)
    speed = np.exp(generator.normal(size=8) * 0.5)[owner]
    hazards = np.array([0.12, 0.08, 0.06])[None, :] * speed[:, None]
    state = generator.integers(0, 3, assets)
    columns = []
    for year in range(years):
        columns.append((np.arange(assets), np.full(assets, 2000.0 + year), state.copy()))
        state, _ = step(hazards, state, np.ones(assets), generator)
        state = np.where((state == 3) & (generator.random(assets) < 0.1), 0, state)
    asset, when, rank = (np.concatenate(c) for c in zip(*columns, strict=True))
    return asset, when, rank, owner


def test_backtest_beats_the_baselines_where_owners_differ():
    asset, when, rank, owner = _history(11)
    panel = Panel(asset=asset, when=when, rank=rank, assets=700, states=4, bad_rank=3, group=owner, groups=8)
    options = Options(prior=ChainPrior(hazards=(0.1,) * 3), drift=False, draws=40)
    out = run(panel, 2008.0, options, seed=1)
    assert out.wins
    assert out.engine.calibrated
    assert out.lead_pooled[0] > 0
    assert sum(out.weights.values()) == pytest.approx(1.0, abs=1e-2)
    assert out.engine.auc > out.pooled.auc


def test_tables_of_text_are_read_and_told():
    asset, when, rank, owner = _history(12, assets=150, years=9)
    table = {
        "id": [str(a) for a in asset], "t": [str(w) for w in when], "g": [str(r + 1) for r in rank],
        "o": [f"town{owner[a]}" for a in asset], "c": ["" if a % 7 == 0 else str(a % 3) for a in asset],
    }  # fmt: skip
    settings = {"id": "id", "time": "t", "state": "g", "states": "4", "group": "o", "exits": "", "covariates": "c"}
    got = fit_table(table, settings)
    assert len(got["groups"]) == 8
    assert len(got["exits"]) == 4
    assert got["unknown"]["c"] > 0
    assert {e["covariate"] for e in got["effects"]} == {"c", "c=unknown"}
    assert got["counted"]["improved_without_repair"] > 0
    back = backtest_table(table, settings | {"origins": "2004", "horizon": 3.0})
    assert back["origins"][0]["engine"]["forecasts"] > 50
    assert set(back["origins"][0]) >= {"wins", "calibrated", "no_change", "table", "pooled"}
    with pytest.raises(GunmaneError) as caught:
        fit_table(table, {"id": "id", "time": "nowhere", "state": None})
    assert {f.code for f in caught.value.faults} == {"column_missing", "option_missing"}


def test_simulation_based_calibration_of_the_intervals():
    """200 seeded fits: 90 % intervals of hazards hold the truth in 86 to 94 % of cases."""
    inside, total = 0, 0
    prior = ChainPrior(hazards=(0.1,) * 2, hazard_sd=0.5, group_sd=0.25)
    for seed in range(200):
        generator = np.random.default_rng(1000 + seed)
        truth = np.log(0.1) + 0.5 * generator.normal(size=2)
        rows, effects = intervals(400, seed, groups=10, beta=truth[:, None])
        fit = fit_chain(rows, states=3, prior=prior, groups=10)
        half = 1.645 * np.sqrt(np.diag(fit.covariance))
        inside += int((np.abs(fit.coefficients[:, 0] - truth) < half).sum())
        inside += int((np.abs(fit.group_effects - effects) < 1.645 * np.sqrt(fit.group_variance)).sum())
        total += 2 + effects.size
    assert 0.86 < inside / total < 0.94
