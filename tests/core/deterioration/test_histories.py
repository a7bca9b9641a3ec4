"""Inspection histories become intervals; priors and cards."""

import msgspec
import numpy as np
import pytest
from tests.core.deterioration.simulated import intervals

from gunmane.core.deterioration.cards import model_card
from gunmane.core.deterioration.chain import ChainPrior, fit_chain
from gunmane.core.deterioration.histories import from_histories
from gunmane.core.deterioration.priors import Priors
from gunmane.core.words import AssetClass, Scale, SourceStatus
from gunmane.resources import DATA


def test_spells_end_by_repair_and_by_unexplained_improvement():
    asset = np.array([0, 0, 0, 1, 1, 1, 2, 3, 3])
    when = np.array([2000.0, 2005, 2010, 2000, 2005, 2010, 2001, 2000, 2000])
    rank = np.array([0, 1, 0, 1, 1, 2, 1, 1, 2])
    out = from_histories(asset, when, rank, assets=5, repaired_asset=np.array([1]), repaired_when=np.array([2003.0]))
    rows = out.intervals
    assert rows.from_rank.tolist() == [0, 1, 1, 1]
    assert rows.to_rank.tolist() == [1, 0, 1, 2]
    assert rows.exited.tolist() == [False, True, True, False]
    assert rows.years.tolist() == [5, 5, 5, 5]
    assert out.asset.tolist() == [0, 0, 1, 1]
    assert out.last_rank.tolist() == [0, 2, 1, 2, -1]  # the worse of two grades of one day
    assert np.isnan(out.last_when[4])
    assert out.counted == {
        "inspections": 9, "not_judged": 0, "same_day": 1, "once_only": 2, "repaired": 1,
        "improved_without_repair": 1, "intervals": 4,
    }  # fmt: skip


def test_unjudged_rows_and_order_do_not_matter():
    asset, when = np.array([0, 0, 0]), np.array([2010.0, 2000.0, 2005.0])
    out = from_histories(asset, when, np.array([2, 0, -1]), assets=1)
    assert out.intervals.years.tolist() == [10.0]
    assert out.counted["not_judged"] == 1


def test_repeated_reports_are_no_inspections():
    when = np.arange(2000.0, 2007.0)
    rank = np.array([0, 0, 0, 1, 1, 1, 1])
    out = from_histories(np.zeros(7, int), when, rank, assets=1, repeat_years=2.0)
    assert out.intervals.start.tolist() == [2000.0, 2002.0, 2004.0]
    assert out.intervals.years.tolist() == [2.0, 2.0, 2.0]
    assert out.counted["repeats"] == 3


def test_no_history_at_all():
    none = np.zeros(0, int)
    out = from_histories(none, np.zeros(0), none, assets=2)
    assert out.intervals.years.size == 0
    assert out.last_rank.tolist() == [-1, -1]


def test_every_scale_of_every_class_has_a_prior():
    priors = msgspec.toml.decode((DATA / "priors.toml").read_bytes(), type=Priors)
    scales = msgspec.toml.decode((DATA / "scales.toml").read_bytes(), type=dict[str, list[Scale]])["scales"]
    for entry in priors.priors:
        scale = next(s for s in scales if s.code == entry.scale)
        assert len(entry.hazards) == len(entry.statuses) == len(scale.grades) - 1
        assert set(entry.classes) <= set(scale.classes)
    for scale in scales:
        for asset_class in scale.classes:
            prior = priors.chain(scale.code, asset_class, len(scale.grades) - 1)
            assert len(prior.hazards) == len(scale.grades) - 1
            assert prior.source
    assert (
        priors.chain("road-soundness", AssetClass.BRIDGE, 3).hazards
        != priors.chain("road-soundness", AssetClass.TUNNEL, 3).hazards
    )
    assert priors.chain("road-soundness", AssetClass.BRIDGE, 3).status is SourceStatus.ASSUMED  # its weakest stage
    assert priors.chain("unheard-of", AssetClass.BRIDGE, 5).hazards == (0.05,) * 5


def test_card_tells_hazards_owners_and_what_was_left_out():
    rows, _ = intervals(1500, 9, groups=2)
    fit = fit_chain(rows, states=5, prior=ChainPrior(hazards=(0.1,) * 4), groups=3)
    card = model_card(
        fit, asset_class=AssetClass.BRIDGE, scale="x", grades=("a", "b", "c", "d", "e"), owners=("p", "q", "r"),
        data_cut="2026-03-31", simulated=True, excluded={"same_day": 2}, version="0", covariates=("salt", "age"),
    )  # fmt: skip
    assert [g.grade for g in card.grades] == ["a", "b", "c", "d"]
    for grade in card.grades:
        assert grade.hazard_low < grade.hazard < grade.hazard_high
        assert grade.mean_years == pytest.approx(1 / grade.hazard)
    assert card.owners[2].own_share == pytest.approx(0.0, abs=1e-9)
    assert card.owners[2].factor == 1.0
    assert card.owners[0].own_share > 0.5
    assert len(card.effects) == 8
    assert msgspec.json.decode(msgspec.json.encode(card), type=type(card)) == card
