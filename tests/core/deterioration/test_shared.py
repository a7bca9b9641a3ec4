"""Effects on all grades alike: derivatives, recovery of a known truth, shrinkage, forecasts, storage."""

import msgspec
import numpy as np
import pytest
from msgspec import structs
from tests.core.deterioration.simulated import intervals, step

from gunmane.core.deterioration import newton
from gunmane.core.deterioration.chain import ChainPrior, fit_chain
from gunmane.core.deterioration.forecast import forecast_bad
from gunmane.core.deterioration.grades import distribution
from gunmane.core.deterioration.intervals import prepare
from gunmane.core.deterioration.levels import LEAST, combine
from gunmane.core.deterioration.shared import pairs_of, supported, weighted
from gunmane.core.deterioration.stored import digest, pack, unpack

BASE = np.array([0.12, 0.08, 0.05])
TRUE = {"material": (0.0, 0.5, -0.6), "salt": (0.0, 0.4)}
PRIOR = ChainPrior(hazards=(0.1, 0.1, 0.1))


def made(size, seed, *, groups=8, true=TRUE):
    """Intervals of assets with a material (the last level unknown) and salt; the levels and the true shift."""
    generator = np.random.default_rng([seed, 1])  # not the numbers that the owners are drawn by
    material, salt = generator.integers(0, 3, size), generator.integers(0, 2, size)
    levels = combine(
        ("material", "salt"), ((("rc", "steel", "unknown"), material), (("no", "yes"), salt)), (0.3, 0.3)
    )
    shift = np.array(true["material"])[material] + np.array(true["salt"])[salt]
    rows, effects = intervals(size, seed, groups=groups, beta=np.log(BASE)[:, None])
    hazards = BASE * np.exp(shift + effects[rows.group])[:, None]
    end, _ = step(hazards, rows.from_rank, rows.years, generator)
    return structs.replace(rows, to_rank=end, covariates=None, cell=levels.cell), levels, shift


def test_derivatives():
    rows, levels, _ = made(400, 1)
    shared = levels.shared(rows)
    data = prepare(rows, 4, 8, exits=False, cells=len(levels.code))
    center, held = weighted(shared, data.pairs[data.group, 1], data.weight)
    assert held.sum() == pytest.approx(2 * 400)
    assert center[:3].sum() == pytest.approx(1.0)
    pairs = pairs_of(shared, center, data.pairs, 8)
    layout = newton.Layout(stages=3, width=1, exits=0, periods=0, groups=8, shared=5)
    generator = np.random.default_rng(2)
    dense, effects = generator.normal(size=8) * 0.3 - np.repeat([2.0, 0.0], [3, 5]), generator.normal(size=8) * 0.2
    none = np.zeros(data.collapsed, np.int64), np.zeros((0, data.collapsed))

    def at(moved, own):
        return newton.evaluate(2, data, layout, moved, own, *none, pairs)

    point, small = at(dense, effects), 1e-5
    for k in range(8):
        one = np.eye(8)[k] * small
        high, low = at(dense + one, effects), at(dense - one, effects)
        assert (high.value - low.value) / (2 * small) == pytest.approx(point.slope[k], rel=1e-6, abs=1e-6)
        assert -(high.slope - low.slope) / (2 * small) == pytest.approx(point.curve[k], rel=1e-5, abs=1e-5)
        assert -(high.group_slope - low.group_slope) / (2 * small) == pytest.approx(point.cross[:, k], abs=1e-5)
        high, low = at(dense, effects + one), at(dense, effects - one)
        assert -(high.group_slope - low.group_slope)[k] / (2 * small) == pytest.approx(point.group_curve[k], abs=1e-5)


def test_the_same_as_tied_covariates():
    """Without owners and with a wide prior: the maximum likelihood of the same model written with covariates."""
    rows, levels, _ = made(3000, 3, groups=0)
    shared = structs.replace(levels.shared(rows), weight=1e9, sd=np.array([1e3, 1e3]))
    found = fit_chain(rows, states=4, prior=None, shared=shared)
    x = np.column_stack(
        [levels.code[levels.cell, 0] == 1, levels.code[levels.cell, 0] == 2, levels.code[levels.cell, 1]]
    )
    ties = np.array([[s, 3, 4, 5] for s in range(3)])
    tied = fit_chain(structs.replace(rows, covariates=x.astype(float)), states=4, prior=None, ties=ties)
    assert found.log_likelihood == pytest.approx(tied.log_likelihood, abs=1e-3)  # sd at most 3
    assert found.shared[1:3] - found.shared[0] == pytest.approx(tied.coefficients[0, 1:3], abs=0.01)
    assert found.shared[4] - found.shared[3] == pytest.approx(tied.coefficients[0, 3], abs=0.01)


def test_recovery_and_held_out_score():
    """Effects are covered by their intervals as often as those say, and forecasts of other assets gain."""
    inside, count, gains = 0, 0, []
    for seed in range(25):
        rows, levels, _ = made(2500, 100 + seed)
        first = np.arange(2500) < 1500
        part = structs.replace(
            rows, **{n: getattr(rows, n)[first] for n in ("from_rank", "to_rank", "years", "group", "cell")}
        )
        shared = levels.shared(part)
        fit = fit_chain(part, states=4, prior=PRIOR, groups=8, shared=shared)
        bare = fit_chain(part, states=4, prior=PRIOR, groups=8)
        assert fit.converged
        assert fit.shared_names == ("material=rc", "material=steel", "material=unknown", "salt=no", "salt=yes")
        kept = supported(shared, fit.shared, fit.shared_covariance, np.array(fit.shared_sd))
        assert kept is not None
        assert "material" in kept.attributes
        at = 3 + np.arange(5)
        for low, high, true in ((0, 1, 0.5), (0, 2, -0.6), (1, 2, -1.1), (3, 4, 0.4)):
            contrast = np.zeros(fit.covariance.shape[0])
            contrast[at[high]], contrast[at[low]] = 1.0, -1.0
            away = fit.shared[high] - fit.shared[low] - true
            inside += abs(away) <= 1.645 * np.sqrt(contrast @ fit.covariance @ contrast)
            count += 1
        scores = []
        for one, table in ((fit, levels.table(fit)), (bare, None)):
            said, _ = distribution(
                one, rows.from_rank[~first], bad_rank=3, since=np.zeros(1000), ahead=rows.years[~first],
                group=rows.group[~first], cell=rows.cell[~first], table=table, draws=20,
            )  # fmt: skip
            scores.append(-np.log(said[np.arange(1000), rows.to_rank[~first]]).mean())
        gains.append(scores[1] - scores[0])
    assert 0.82 <= inside / count <= 0.97
    assert min(gains) > 0


def test_small_and_irrelevant_shrink_to_the_mean():
    few, levels, _ = made(60, 5)
    fit = fit_chain(few, states=4, prior=PRIOR, groups=8, shared=levels.shared(few))
    wide = fit_chain(
        few,
        states=4,
        prior=PRIOR,
        groups=8,
        shared=structs.replace(levels.shared(few), sd=np.array([5.0, 5.0]), weight=1e6),
    )
    assert np.abs(fit.shared).max() < 0.7 * np.abs(wide.shared).max()
    none, levels, _ = made(20_000, 6, true={"material": (0.0, 0.0, 0.0), "salt": (0.0, 0.0)})
    fit = fit_chain(none, states=4, prior=PRIOR, groups=8, shared=levels.shared(none))
    assert np.abs(fit.shared).max() < 0.06
    assert supported(levels.shared(none), fit.shared, fit.shared_covariance, np.array(fit.shared_sd)) is None
    # too few of a level: it counts as the mean; an attribute of one level only takes no part
    rare = np.where(
        np.arange(levels.cell.size) < LEAST - 1, levels.cell[0], levels.cell[levels.cell != levels.cell[0]][0]
    )
    assert levels.shared(structs.replace(none, cell=rare)) is None


def test_forecasts_use_them_and_a_stranger_is_the_mean():
    rows, levels, _ = made(8000, 7)
    fit = fit_chain(rows, states=4, prior=PRIOR, groups=8, shared=levels.shared(rows))
    strange = combine(
        ("material", "salt"), ((("rc", "steel", "wood"), np.arange(3)), (("no", "yes"), np.zeros(3, int))), (1, 1)
    )
    table = strange.table(fit)
    said = forecast_bad(
        fit, np.zeros(3, int), bad_rank=2, group=np.array([0, 0, 0]), cell=strange.cell, table=table,
        since=np.zeros(3), horizons=(10.0,),
    )  # fmt: skip
    chance = said.probability[said.kind, 0]
    assert chance[1] > chance[2] > 0
    assert chance[1] > 1.2 * chance[0]
    assert table[2, :3] == pytest.approx(0.0)
    assert np.all(said.low[said.kind, 0] < chance)
    assert np.all(said.high[said.kind, 0] > chance)
    with pytest.raises(ValueError, match="shared"):
        forecast_bad(fit, np.zeros(1, int), bad_rank=2)


def test_storage_keeps_them_and_older_digests():
    rows, levels, _ = made(500, 8)
    fit = fit_chain(rows, states=4, prior=PRIOR, groups=8, shared=levels.shared(rows))
    stored, owners = pack(fit)
    back = unpack(stored, owners)
    assert np.array_equal(back.shared, fit.shared)
    assert back.shared_names == fit.shared_names
    assert np.array_equal(levels.table(back), levels.table(fit))
    assert digest(*pack(back)) == digest(stored, owners)
    plain = pack(fit_chain(rows, states=4, prior=PRIOR, groups=8))[0]
    assert b"shared" not in msgspec.json.encode(plain)
