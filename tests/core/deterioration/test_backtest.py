"""Back-tests: what is known when, what each way learns, and how ways are weighed."""

import numpy as np
import pytest
from msgspec import structs

from gunmane.core.deterioration.backtest import Options, Panel, run
from gunmane.core.deterioration.chain import ChainPrior
from gunmane.core.deterioration.ensemble import mix
from gunmane.core.deterioration.panels import Cases, cases, known_at, pairs, pasts, transition_table
from gunmane.core.deterioration.stacking import correction, stack

PRIOR = ChainPrior(hazards=(0.1, 0.1))


def panel(asset, when, rank, **more):
    asset, rank = np.array(asset), np.array(rank)
    assets = int(asset.max()) + 1
    return Panel(asset=asset, when=np.array(when, float), rank=rank, assets=assets, states=3, bad_rank=2, **more)


def wear(seed, assets=400, years=12, speeds=1):
    """A yearly panel of three grades; simulated."""
    generator = np.random.default_rng(seed)
    rates = np.array([0.12, 0.1])[None, :] * np.exp(generator.normal(0, 0.8, assets) * (speeds > 1))[:, None]
    state = np.zeros(assets, int)
    rows = []
    for year in range(years):
        rows.append((np.arange(assets), np.full(assets, 2000.0 + year), state.copy()))
        move = generator.random(assets) < 1 - np.exp(-rates[np.arange(assets), np.minimum(state, 1)])
        state = np.where((state < 2) & move, state + 1, state)
    asset, when, rank = (np.concatenate(c) for c in zip(*rows, strict=True))
    return panel(asset, when, rank)


def test_pairs_are_looks_a_horizon_apart_without_a_rise():
    given = panel([0, 0, 0, 0, 1, 1, 1], [2000, 2002, 2005, 2007, 2000, 2003, 2005.4], [0, 1, 1, 2, 2, 0, 1])
    found = pairs(given, 5.0, 0.5)
    assert found.asset.tolist() == [0, 0]  # asset 1 rose in between
    assert (found.rank.tolist(), found.end.tolist()) == ([0, 1], [1, 2])
    assert found.ahead.tolist() == [5.0, 5.0]
    assert transition_table(found, 3)[1].tolist() == pytest.approx([0, 0.25 / 1.5, 1.25 / 1.5])


def test_the_record_of_an_asset_is_what_was_seen_until_then():
    given = panel([0, 0, 0, 0, 1], [2003, 2000, 2001, 2004, 2000], [1, 0, 1, 0, 2])
    got = pasts(given)
    expected = [
        [np.log(3), 1 / np.sqrt(4), 0],  # grade 1 first seen in 2001, one grade lost in three years
        [0, 0, 0],
        [0, 1 / np.sqrt(2), 0],
        [0, 1 / np.sqrt(5), 1],  # risen
        [0, 0, 0],
    ]
    assert np.allclose(got, expected)


def test_cases_start_from_the_last_look_before_the_origin():
    given = panel([0, 0, 0, 1, 1], [2000, 2004, 2010, 1990, 2010], [0, 1, 2, 0, 1])
    found = cases(given, 2005.0, 5.0, 0.5, 5.0)
    assert (found.asset.tolist(), found.rank.tolist(), found.since.tolist()) == ([0], [1], [1.0])


def test_weights_go_to_what_forecast_best():
    generator = np.random.default_rng(1)
    right = np.log(generator.uniform(0.4, 0.6, 3000))
    weights = stack(np.column_stack([right, right - 0.5, right - 1.0]))
    assert weights[0] > 0.98
    assert weights.sum() == pytest.approx(1.0)
    # two that are right by turns are both kept
    turns = np.where(np.arange(3000) % 2 == 0, 0.0, -1.0)
    both = stack(np.column_stack([turns, -1.0 - turns]))
    assert both == pytest.approx([0.5, 0.5], abs=1e-3)


def test_many_data_outweigh_the_chain_and_few_do_not():
    chain = np.array([[0.6, 0.3, 0.1], [0, 0.7, 0.3], [0, 0, 1.0]])

    def corrected(size):
        rank = np.repeat([0, 1], size)
        end = np.concatenate([np.arange(size) % 3, np.ones(size, int)])  # even from grade 0, none falls from grade 1
        none = np.zeros(2 * size)
        given = Cases(rank, rank, none, none, end, none, np.zeros((2 * size, 3)))
        table = chain * correction(given, np.ones(2 * size), chain[rank], np.ones(2 * size, bool), 3)
        return table / table.sum(axis=1, keepdims=True)

    assert np.abs(corrected(30_000)[:2] - [[1 / 3, 1 / 3, 1 / 3], [0, 1, 0]]).max() < 0.01
    assert 0.02 < corrected(3)[1, 2] < 0.5
    assert corrected(3)[2].tolist() == [0, 0, 1]


def test_nothing_after_the_origin_is_used():
    given = wear(1)
    options = Options(prior=PRIOR, draws=10, horizon=3.0)
    changed = structs.replace(given, rank=np.where(given.when > 2007, 2, given.rank))
    first, second = (mix(one, 2007.0, options, seed=1) for one in (given, changed))
    assert first.weights == second.weights
    assert first.speed_sd == second.speed_sd
    seen = cases(given, 2007.0, 3.0, 0.5, 5.0)
    assert np.array_equal(first.forecast(seen, 1).probability, second.forecast(seen, 1).probability)
    assert known_at(given, 2007.0).when.max() == 2007.0


def test_unlike_assets_are_told_apart_by_their_own_record():
    out = run(wear(3, assets=1500, speeds=2), 2007.0, Options(prior=PRIOR, draws=20, horizon=4.0), seed=1)
    assert out.wins
    assert out.lead_table[0] > 0
    assert out.lead_pooled[0] > 0


def test_a_record_that_ends_early_shortens_the_horizon():
    out = run(wear(4), 2009.0, Options(prior=PRIOR, draws=10, horizon=5.0), seed=1)
    assert out.horizon == 2.0
    assert out.engine.forecasts == 400


def test_two_surveys_are_tested_on_other_assets_where_asked():
    given = wear(5, assets=900, years=8)
    two = (given.when == 2000) | (given.when == 2007)
    surveys = structs.replace(given, asset=given.asset[two], when=given.when[two], rank=given.rank[two])
    options = Options(prior=PRIOR, draws=10, horizon=7.0)
    strict = run(surveys, 2000.0, options, seed=1)
    assert (strict.training_intervals, strict.learned_from, strict.tried_by) == (0, "years", "none")
    others = run(surveys, 2000.0, structs.replace(options, by_assets=4), seed=1)
    assert others.learned_from == "assets"
    assert others.engine.forecasts == strict.engine.forecasts == 900
    assert others.engine.log_score < strict.engine.log_score
    assert others.engine.calibrated
