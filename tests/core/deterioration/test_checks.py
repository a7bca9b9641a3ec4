"""The back-test of what forecasts, fits taken apart and put together, and refits set against each other."""

from itertools import pairwise

import msgspec
import numpy as np
import pytest

from gunmane.core.deterioration.chain import ChainPrior, fit_chain
from gunmane.core.deterioration.checks import Record, check, reliability
from gunmane.core.deterioration.comparison import Newest, Verdict, hazard_changes, newest, verdict
from gunmane.core.deterioration.forecast import forecast_bad
from gunmane.core.deterioration.histories import Histories, from_histories
from gunmane.core.deterioration.panels import Panel
from gunmane.core.deterioration.stored import StoredFit, StoredOwner, carried, digest, pack, unpack

PRIOR = ChainPrior(hazards=(0.1, 0.1))
NONE = np.zeros(0)


def record(seed: int, *, assets: int = 600, years: int = 20, faster: float = 1.0, from_year: int = 99) -> Record:
    """Two-yearly looks at assets of three grades and two owners; from a year on they wear `faster`."""
    generator = np.random.default_rng(seed)
    state = np.zeros(assets, np.int64)
    rows = []
    for year in range(years):
        if year % 2 == 0:
            rows.append((np.arange(assets), np.full(assets, 2000.0 + year), state.copy()))
        rate = 0.06 * (faster if year >= from_year else 1.0)
        state = np.where((state < 2) & (generator.random(assets) < 1 - np.exp(-rate)), state + 1, state)
    asset, when, rank = (np.concatenate(column) for column in zip(*rows, strict=True))
    panel = Panel(
        asset=asset, when=when, rank=rank, assets=assets, states=3, bad_rank=2, group=np.arange(assets) % 2, groups=2
    )
    return Record(panel=panel, repaired_asset=NONE.astype(np.int64), repaired_when=NONE)


def fit(rows, drift=False):
    return fit_chain(rows, states=3, prior=PRIOR, groups=2, drift=drift)


def histories(given: Record, until: float = 9999.0) -> Histories:
    panel = given.panel
    keep = panel.when <= until
    return from_histories(
        panel.asset[keep], panel.when[keep], panel.rank[keep], assets=panel.assets, group=panel.group
    )


def test_a_world_as_the_model_thinks_is_forecast_within_its_band() -> None:
    made = check(record(1), fit, 1)
    assert [one.origin for one in made.origins] == [2003.0, 2008.0, 2013.0]
    assert all(one.horizon == 5 and one.model.calibrated for one in made.origins)
    assert all(one.rivals[0].lead_low > 0 for one in made.origins), "no change is a poor forecast here"
    assert sum(one.low <= one.forecast <= one.high for one in made.reliability) >= len(made.reliability) - 1
    assert made.checked_assets == made.assets == 600


def test_a_world_that_changes_is_told_to_lie_outside_the_band() -> None:
    made = check(record(2, faster=4.0, from_year=14), fit, 1)
    assert not made.origins[-1].model.calibrated
    assert made.origins[-1].model.observed > made.origins[-1].model.high


def test_a_repair_after_the_origin_ends_what_is_followed() -> None:
    given = record(1)
    everyone = np.arange(given.panel.assets)
    repaired = msgspec.structs.replace(given, repaired_asset=everyone, repaired_when=np.full(everyone.size, 2015.0))
    assert check(repaired, fit, 1).reason == "few_cases"


def test_a_short_record_and_none_are_not_back_tested_and_say_why() -> None:
    assert check(record(1, years=3), fit, 1).reason == "short_record"
    assert check(record(1, assets=5), fit, 1).reason == "short_record"


def test_groups_of_forecasts_hold_every_case_once() -> None:
    generator = np.random.default_rng(3)
    chance = np.round(generator.beta(1, 4, 1000), 2)
    groups = reliability(chance, generator.random(1000) < chance)
    assert sum(one.cases for one in groups) == 1000
    assert all(a.forecast < b.forecast for a, b in pairwise(groups))
    assert all(one.low <= one.observed <= one.high for one in groups)
    assert len(reliability(np.full(50, 0.3), np.arange(50) < 15)) == 1, "equal forecasts stand together"


def test_a_fit_taken_apart_and_put_together_forecasts_the_same() -> None:
    made = fit(histories(record(1)).intervals, drift=True)
    stored, owners = pack(made)
    text = msgspec.json.encode((stored, owners))
    again = unpack(*msgspec.json.decode(text, type=tuple[StoredFit, tuple[StoredOwner, ...]]))
    assert digest(*pack(again)) == digest(stored, owners)
    rank, group = np.array([0, 1, 0, 1]), np.array([0, 1, 1, 5])
    one, two = (forecast_bad(f, rank, bad_rank=2, group=group, draws=40) for f in (made, again))
    assert (one.probability[one.kind] == two.probability[two.kind]).all()


def test_an_owner_that_a_model_has_not_seen_gets_the_regions_mean_and_all_its_spread() -> None:
    made = fit(histories(record(1)).intervals)
    stored, owners = pack(made)
    wider = unpack(stored, [*owners, None])
    assert wider.groups == 3
    assert wider.group_effects[2] == 0
    assert wider.own_share[2] == pytest.approx(0, abs=1e-12)
    assert np.allclose(wider.group_effects[:2], made.group_effects)


def test_drift_is_carried_on_to_today_with_its_uncertainty() -> None:
    made = fit(histories(record(1)).intervals, drift=True)
    later = carried(made, float(made.drift_edges[-1]) + 4.0)
    assert later.drift_edges[-1] == made.drift_edges[-1] + 4
    assert later.drift[-1] == made.drift[-1]
    assert later.covariance[-1, -1] == pytest.approx(made.drift_sd**2 * 2)
    assert carried(made, 2000.0) is made
    forecast_bad(later, np.array([0]), bad_rank=2, draws=20)


def test_a_refit_to_the_same_world_is_no_different() -> None:
    given = record(4)
    old, new = (fit(histories(given, until).intervals) for until in (2012.0, 2099.0))
    changes = hazard_changes(old, new, ("A", "B", "C"))
    assert all(0.8 < one.ratio < 1.25 for one in changes)
    scores = newest(old, histories(given), 2012.0, fit, 1)
    assert scores is not None
    assert abs(scores.adopted - scores.refit) * scores.cases < 3
    assert verdict(changes, scores, ()) is Verdict.SAME


def test_a_refit_to_a_world_that_wears_faster_is_better_and_its_hazards_have_moved() -> None:
    given = record(5, faster=4.0, from_year=12)
    old, new = (fit(histories(given, until).intervals) for until in (2012.0, 2099.0))
    changes = hazard_changes(old, new, ("A", "B", "C"))
    assert all(one.moved and one.ratio > 1.3 for one in changes)
    scores = newest(old, histories(given), 2012.0, fit, 1)
    assert scores is not None
    assert scores.lead_low > 0
    assert verdict(changes, scores, ()) is Verdict.BETTER


def test_too_few_new_intervals_tell_nothing() -> None:
    given = record(4)
    assert newest(fit(histories(given).intervals), histories(given), 2099.0, fit, 1) is None
    worse = Newest(100, 0.3, 0.4, -0.2, -0.05)
    assert verdict((), worse, ()) is Verdict.WORSE
