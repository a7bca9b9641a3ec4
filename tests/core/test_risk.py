"""Risk: yen per year, reasons, matrix, totals with shared effects."""

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gunmane.core.assess.totals import totals
from gunmane.core.risk import MATRIX, Consequences, matrix, score
from gunmane.core.words import AssetClass, SourceStatus
from gunmane.resources import DATA

COEFFICIENTS = msgspec.toml.decode((DATA / "consequences.toml").read_bytes(), type=Consequences)
BRIDGE = (AssetClass.BRIDGE,)
PIPE = (AssetClass.SEWER_PIPE,)


def _texts(language):
    return msgspec.toml.decode((DATA / "texts" / language / "risk.toml").read_bytes())


def test_every_coefficient_names_its_source_and_claims_no_authority():
    for entry in COEFFICIENTS.classes:
        for term in (entry, *entry.amounts, *entry.powers, *entry.factors):
            assert term.source
            assert term.status in (SourceStatus.ASSUMED, SourceStatus.UNVERIFIED)
    assert {entry.asset_class for entry in COEFFICIENTS.classes} == set(AssetClass)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_code_has_a_text(language):
    texts = _texts(language)
    scores = score(BRIDGE, np.zeros(1, int), {}, np.array([0.1]), COEFFICIENTS)
    assert set(scores.codes) <= set(texts["reasons"])
    assert {entry.event for entry in COEFFICIENTS.classes} <= set(texts["events"])
    assert {name: set(table) for name, table in texts.items()} == {
        name: set(table) for name, table in _texts("ja").items()
    }


def test_bridge_by_hand():
    columns = {
        "traffic_per_day": np.array([1000.0]), "detour_km": np.array([5.0]), "sole_access_homes": np.array([2.0]),
        "length_m": np.array([20.0]), "width_m": np.array([6.0]), "emergency_route": np.array([2.0]),
    }  # fmt: skip
    out = score(BRIDGE, np.zeros(1, int), columns, np.array([0.02]), COEFFICIENTS)
    yen = (5_000_000 + 4800 * 5000 + 600_000 * 2 + 44_800 * 120) * 2
    assert out.consequence[0] == pytest.approx(yen)
    assert out.yen_per_year[0] == pytest.approx(0.02 * 0.05 * yen)
    assert out.unknown[0] == 0
    assert [r.code for r in out.reasons(0)] == ["detour", "emergency_route", "size"]
    assert out.reasons(0)[1].factor == pytest.approx(2.0)
    assert not out.reasons(0)[0].assumed


def test_unknown_data_are_counted_and_marked():
    out = score(
        BRIDGE, np.zeros(2, int), {"traffic_per_day": np.array([50.0, np.nan])}, np.full(2, 0.02), COEFFICIENTS
    )
    assert out.unknown.tolist() == [5, 6]
    assert np.isfinite(out.yen_per_year).all()
    assert all(r.assumed for r in out.reasons(1) if r.code == "detour")


def test_class_without_coefficients_is_not_ranked():
    none = msgspec.structs.replace(COEFFICIENTS, classes=())
    out = score(BRIDGE, np.zeros(1, int), {}, np.array([0.5]), none)
    assert np.isnan(out.yen_per_year[0])
    assert matrix(out).sum() == 0


def test_deep_trunk_sewer_stays_visible():
    columns = {"diameter_mm": np.array([4750.0, 200.0]), "depth_m": np.array([10.0, 1.5])}
    out = score(PIPE, np.zeros(2, int), columns, np.array([0.0008, 0.05]), COEFFICIENTS)
    assert out.rare_but_severe.tolist() == [True, False]
    assert out.reasons(0)[0].code == "diameter"
    assert out.yen_per_year[0] > out.yen_per_year[1]


@given(st.lists(st.tuples(st.floats(1e-6, 1.0), st.floats(1, 1e5), st.floats(0.1, 50)), min_size=1, max_size=20))
@settings(max_examples=40, deadline=None)
def test_more_likely_or_worse_is_never_less_risk(rows):
    chance, traffic, detour = (np.array(c) for c in zip(*rows, strict=True))
    columns = {"traffic_per_day": traffic, "detour_km": detour}
    index = np.zeros(chance.size, int)
    base = score(BRIDGE, index, columns, chance, COEFFICIENTS)
    likelier = score(BRIDGE, index, columns, np.minimum(chance * 1.5, 1.0), COEFFICIENTS)
    busier = score(BRIDGE, index, {**columns, "traffic_per_day": traffic * 2}, chance, COEFFICIENTS)
    assert (likelier.yen_per_year >= base.yen_per_year).all()
    assert (busier.yen_per_year > base.yen_per_year).all()
    assert (likelier.row >= base.row).all()
    assert np.allclose(base.yen_per_year, base.likelihood * base.event_share * base.consequence)
    weights = np.abs(np.log(base.reason_factor))
    assert (np.diff(weights, axis=1) <= 1e-4).all()
    counts = matrix(base)
    assert counts.shape == (MATRIX, MATRIX)
    assert counts.sum() == chance.size


def test_totals_agree_with_sums_and_shared_effects_fatten_the_tail():
    size, draws = 400, 200
    generator = np.random.default_rng(1)
    index = np.zeros(size, int)
    shared = np.exp(generator.normal(size=draws) * 0.8 - 0.32)
    yearly = 0.05 * shared[None, :]
    columns = {"traffic_per_day": np.full(size, 1000.0)}
    scores = score(BRIDGE, index, columns, np.full(size, yearly.mean()), COEFFICIENTS)
    owner = np.repeat([0, 1], [300, 100])
    region, owners = totals(scores, index, yearly, owner, 3, seed=1)
    assert region.expected == pytest.approx(scores.yen_per_year.sum(), rel=1e-6)
    assert sum(o.expected for o in owners) == pytest.approx(region.expected)
    assert owners[2].assets == 0
    assert owners[2].expected == 0
    assert region.low < region.expected < region.high < region.bad_year_95
    assert sum(o.share_of_region_tail for o in owners) == pytest.approx(region.share_of_region_tail)
    assert region.share_of_region_tail == pytest.approx(region.bad_year_95)
    alone, _ = totals(scores, index, np.full((1, draws), yearly.mean()), owner, 3, seed=1)
    assert region.bad_year_95 > 1.15 * alone.bad_year_95
    again, _ = totals(scores, index, yearly, owner, 3, seed=1)
    assert again == region


def test_reasons_of_the_likelihood():
    chance = np.array([0.001, 0.2])
    out = score(
        BRIDGE,
        np.zeros(2, int),
        {},
        chance,
        COEFFICIENTS,
        basis=np.array([0, 3], np.int8),
        owner_factor=np.array([1.5, 1.5]),
    )
    assert out.reasons(0)[0].code == "grade"
    assert out.reasons(0)[0].factor < 1
    assert "bad" in [r.code for r in out.reasons(1)]
