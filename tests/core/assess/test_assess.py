"""From columns to forecasts, risks, duties and stock, on fleets whose truth is known."""

from collections.abc import Callable, Sequence
from datetime import date

import numpy as np
import pytest

from gunmane.core.assess import sheet as show
from gunmane.core.assess.duties import duties_of, owed
from gunmane.core.assess.explain import explain
from gunmane.core.assess.fleets import Fleet, ranks, scale_codes
from gunmane.core.assess.models import Assessed, assess
from gunmane.core.assess.risks import RegionRisk, class_total, region_risk, region_totals
from gunmane.core.assess.stock import region_stock, year_ends
from gunmane.core.duties.daynumbers import number
from gunmane.core.duties.engine import State
from gunmane.core.duties.rulerows import STATES
from gunmane.core.plan.values import Text
from gunmane.core.risk import Reason
from gunmane.core.words import AssetClass
from gunmane.files import reference
from gunmane.files.rules import rule_book

AS_OF = date(2026, 11, 23)
ENDS = year_ends(AS_OF, 2027, 10)
Make = Callable[..., Fleet]


def assessed(fleet: Fleet, seed: int = 1) -> list[Assessed]:
    return assess(
        fleet,
        reference.scales(),
        reference.priors(),
        reference.covariates(),
        as_of=AS_OF,
        ends=ENDS,
        seed=seed,
        version="t",
        draws=40,
    )


def scored(parts: Sequence[tuple[Fleet, Sequence[Assessed]]]) -> RegionRisk:
    return region_risk(parts, reference.consequences())


def chain_looks(hazards: Sequence[float], assets: int, seed: int) -> list[tuple[int, date, str]]:
    """Five-yearly grades of assets that run through I to IV with exponential stays; written apart from the engine."""
    generator = np.random.default_rng(seed)
    names = ("I", "II", "III", "IV")
    found = []
    for asset in range(assets):
        ends = np.cumsum([generator.exponential(1 / hazard) for hazard in hazards])
        for look in range(4):
            age = 5.0 + 5 * look
            found.append((asset, date(2006 + 5 * look, 6, 1), names[int((ends < age).sum())]))
    return found


def test_hazards_come_back_within_their_intervals(make: Make) -> None:
    true = (0.08, 0.03, 0.05)
    (one,) = assessed(make(1500, chain_looks(true, 1500, 3)))
    for row, hazard in zip(one.card.grades, true, strict=True):
        half = (row.hazard_high / row.hazard_low) ** (2.6 / 2.56)  # widen the 80 % interval to about 99 %
        assert row.hazard / half < hazard < row.hazard * half
    assert one.card.intervals == 1500 * 3


def test_a_worse_grade_is_closer_to_bad_and_a_bad_one_is_there(make: Make) -> None:
    looks = [(n, date(2024, 6, 1), grade) for n, grade in enumerate(("I", "II", "III", "IV"))]
    (one,) = assessed(make(4, looks))
    chance, low, high = one.bad_within(5.0)
    assert chance[0] < chance[1] < chance[2] <= 1
    assert chance[2:] == pytest.approx([1, 1])
    assert (low <= chance + 1e-12).all()
    assert (chance <= high + 1e-12).all()
    assert (one.bad_within(1.0)[0] <= chance + 1e-12).all()


def test_what_was_never_inspected_is_forecast_from_its_age_or_from_the_others(make: Make) -> None:
    looks = [(n, date(2024, 6, 1), "II") for n in range(3)]
    (one,) = assessed(make(6, looks, built=[1980, 1980, 1980, 2020, 1930, None]))
    assert list(one.rank) == [1, 1, 1, -1, -1, -1]
    chance = one.bad_within(5.0)[0]
    assert chance[3] < chance[4], "the older one is closer to bad"
    assert 0 < chance[5] < 1, "nothing known: the mix of the others"


def test_a_class_without_a_scale_is_not_forecast_and_counted_as_not_scored(make: Make) -> None:
    plant = make(2, [], asset_class=AssetClass.TREATMENT_PLANT)
    assert scale_codes(plant, reference.scales()) == ()
    assert assessed(plant) == []
    risk = scored([(plant, [])])
    assert region_totals(risk, 2, 1) == (None, ())
    assert class_total(risk, [AssetClass.TREATMENT_PLANT], AssetClass.TREATMENT_PLANT, 0) == (0, 2, 0.0)


def test_grades_of_another_scale_are_not_ranked_on_this_one(make: Make) -> None:
    fleet = make(2, [(0, date(2020, 1, 1), "4"), (1, date(2020, 1, 1), "9")], scale="nbi")
    assert list(ranks(fleet, reference.scales()["road-soundness"])) == [-1, -1]
    nbi = reference.scales()["nbi"]
    assert list(ranks(fleet, nbi)) == [5, 0]
    assert scale_codes(fleet, reference.scales()) == ("nbi",)


def test_inspections_after_the_day_of_the_data_are_not_known_yet(make: Make) -> None:
    (one,) = assessed(make(1, [(0, date(2024, 6, 1), "I"), (0, date(2027, 6, 1), "IV")]))
    assert list(one.rank) == [0]


def test_an_improvement_ends_the_spell_and_the_new_grade_counts(make: Make) -> None:
    looks = [(0, date(2014, 6, 1), "III"), (0, date(2019, 6, 1), "I")]
    (one,) = assessed(make(1, looks, repairs=[(0, date(2016, 1, 1))]))
    assert list(one.rank) == [0]
    assert one.counted["repaired"] == 1
    assert one.counted["improved_without_repair"] == 0


def test_the_same_seed_gives_the_same_numbers_and_another_one_others(make: Make) -> None:
    fleet = make(300, chain_looks((0.08, 0.03, 0.05), 300, 4))
    one, two, other = (assessed(fleet, seed)[0].forecasts for seed in (1, 1, 2))
    assert (one.low == two.low).all()
    assert (one.low != other.low).any()


def test_risk_grows_with_what_is_at_stake(make: Make) -> None:
    looks = [(n, date(2024, 6, 1), "II") for n in range(3)]
    fleet = make(3, looks, columns={"traffic_per_day": [100, 10_000, np.nan], "detour_km": [5, 5, np.nan]})
    risk = scored([(fleet, assessed(fleet))])
    yen = risk.parts[0].yen
    assert yen[1] > yen[0] > 0
    assert np.isfinite(yen[2]), "unknown traffic is replaced by a stated default"
    assert risk.scores.unknown[2] > risk.scores.unknown[0]
    region, each = region_totals(risk, 2, 1)
    assert region is not None
    assert region.low <= region.expected <= region.high <= region.bad_year_95
    assert region.expected == pytest.approx(sum(total.expected for total in each))


def test_an_owner_alone_is_not_told_to_differ_from_the_region(make: Make) -> None:
    worse = [(n, date(2019, 6, 1), "I") for n in range(40)] + [(n, date(2024, 6, 1), "IV") for n in range(40)]
    alone = make(40, worse)
    (one,) = assessed(alone)
    assert one.speed[0] > 1.05 * one.speed[1], "far from what was expected beforehand"
    risk = scored([(alone, [one])])
    assert "owner" not in {reason.code for n in range(40) for reason in risk.scores.reasons(n)}
    calm = [(n + 40, date(year, 6, 1), "I") for n in range(40) for year in (2019, 2024)]
    both = make(80, worse + calm, owner=[0] * 40 + [1] * 40)
    risk = scored([(both, assessed(both))])
    told = {(n // 40, r.factor > 1) for n in range(80) for r in risk.scores.reasons(n) if r.code == "owner"}
    assert (0, True) in told
    assert not told & {(0, False), (1, True)}


def test_matrix_and_top_list_count_the_same_assets(make: Make) -> None:
    looks = [(n, date(2024, 6, 1), grade) for n, grade in enumerate(("I", "II", "III", "IV"))]
    fleet = make(5, looks, place=[(140.0 + n / 100, 38.0) for n in range(5)])
    parts = [(fleet, assessed(fleet))]
    risk = scored(parts)
    (matrix,) = show.matrix_rows(risk, reference.consequences())
    assert sum(map(sum, matrix.counts)) == 5
    top = show.top_rows(parts, risk, lambda reason: explain(reason, reference.reason_texts()))
    assert [row.rank for row in top] == list(range(1, len(top) + 1))
    assert top[0].yen_per_year.mid == max(row.yen_per_year.mid for row in top)
    assert {row.number: row.grade for row in top}["N-3"] == "IV"
    (layer,) = show.map_layers(parts, risk, (1e3, 1e4, 1e5, 1e6))
    assert len(layer.shapes) == 5


def test_septic_systems_are_never_named_or_drawn_one_by_one(make: Make) -> None:
    fleet = make(
        2,
        [(n, date(2025, 6, 1), "不適正") for n in range(2)],
        scale="septic-verdict",
        asset_class=AssetClass.SEPTIC,
        duty="septic.article11",
        place=[(140.0, 38.0), (140.1, 38.1)],
    )
    parts = [(fleet, assessed(fleet))]
    risk = scored(parts)
    assert show.map_layers(parts, risk, (1e3, 1e4, 1e5, 1e6)) == ()
    for row in show.top_rows(parts, risk, lambda reason: explain(reason, reference.reason_texts())):
        assert (row.number, row.name, row.lon, row.lat) == ("–", None, None, None)


def test_a_bridge_is_due_five_fiscal_years_after_its_inspection(make: Make) -> None:
    fleet = make(2, [(0, date(2021, 11, 5), "II"), (1, date(2019, 6, 1), "II")], columns={"length_m": [20, 20]})
    _, due = duties_of(fleet, rule_book(), AS_OF)
    found = owed(due["road.periodic"], int(number(AS_OF)))
    by_row = {int(row): place for place, row in enumerate(found.rows)}
    assert found.due[by_row[0]] == number(date(2027, 3, 31)), "inspected in FY2021, due by the end of FY2026"
    assert STATES[found.state[by_row[1]]] is State.OVERDUE


def test_a_bridge_of_unknown_history_is_listed_not_skipped(make: Make) -> None:
    fleet = make(1, [], columns={"length_m": [20]})
    _, due = duties_of(fleet, rule_book(), AS_OF)
    found = owed(due["road.periodic"], int(number(AS_OF)))
    assert [STATES[code] for code in found.state] == [State.UNKNOWN_ANCHOR]
    kinds, rows = show.due_rows(
        [fleet], {AssetClass.BRIDGE: duties_of(fleet, rule_book(), AS_OF)}, rule_book(), {}, AS_OF
    )
    assert {kind.code for kind in kinds} == {row.duty for row in rows}
    assert sum(row.unknown_anchor for row in rows) >= 1


def test_a_duty_is_printed_with_the_articles_that_date_its_assets_the_commonest_first(make: Make) -> None:
    graded = [(0, date(2022, 6, 1), "III"), (1, date(2022, 6, 1), "III"), (2, date(2026, 6, 1), "IV")]
    book = rule_book()
    for looks, first in ((graded, "road.measure.iii"), (graded[2:], "road.measure.iv")):
        fleet = make(3, looks, columns={"length_m": [20, 20, 20]})
        kinds, _ = show.due_rows([fleet], {AssetClass.BRIDGE: duties_of(fleet, book, AS_OF)}, book, {}, AS_OF)
        said = next(kind for kind in kinds if kind.code == "road.measure").article.ja.split(" / ")
        basis = {rule.id: rule.basis_ja for rule in book.rules}
        assert said[0] == basis[first]
        assert (basis["road.measure.iv"] in said, basis["road.measure.iii"] in said) == (True, len(looks) == 3)


def test_the_stock_keeps_owners_together_and_unknowns_unknown(make: Make) -> None:
    bridges = make(3, [(n, date(2024, 6, 1), "II") for n in range(3)], owner=[0, 1, 0], built=[1980, None, 1990])
    plants = make(1, [], asset_class=AssetClass.TREATMENT_PLANT, owner=[0])
    parts = [(bridges, assessed(bridges)), (plants, [])]
    duties = {fleet.asset_class: duties_of(fleet, rule_book(), AS_OF) for fleet, _ in parts}
    stock = region_stock(parts, duties, scored(parts), bridges.owners, as_of=AS_OF, first_fy=2027, years=10)
    assert list(stock.owner) == [0, 0, 0, 1]
    assert sorted(stock.built_year.tolist()) == [0, 0, 1980, 1990]
    assert np.isnan(stock.risk_yen[stock.grade < 0]).all()
    graded = stock.grade >= 0
    assert (np.diff(stock.p_bad[graded], axis=1) >= 0).all(), "nothing is done: it can only get worse"


def test_year_ends_are_the_lasts_of_march() -> None:
    assert ENDS[0] == pytest.approx((date(2028, 3, 31) - AS_OF).days / 365.25, abs=1e-6)
    assert np.diff(ENDS) == pytest.approx(np.ones(9), abs=0.01)


@pytest.mark.parametrize(
    ("reason", "ja", "en"),
    [
        (
            Reason("detour", 3.21, 1200.0, False),
            "通行止め時の迂回(交通量1,200台/日)で損失が3.21倍",
            "detour on closure (1,200 vehicles a day) raises the loss 3.21 times",
        ),
        (
            Reason("diameter", 0.5, None, True),
            "口径–mmで損失が0.5倍",
            "diameter – mm lowers the loss to 0.5 times",
        ),
    ],
)
def test_reasons_are_sentences_in_both_languages(reason: Reason, ja: str, en: str) -> None:
    said: Text = explain(reason, reference.reason_texts())
    assert said.ja.startswith(ja)
    assert said.en.startswith(en)
    assert said.ja.endswith(")") or not reason.assumed
