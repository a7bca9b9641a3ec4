"""Overrides: kept and hard, paid first, named where a duty forbids them, told in the document."""

from collections.abc import Callable
from datetime import date

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.core.plan.test_fill import FACTS, labels  # noqa: F401

from gunmane.core.plan.comparison import recommend
from gunmane.core.plan.costs import CostBook
from gunmane.core.plan.fill import make_sheet
from gunmane.core.plan.labels import Labels
from gunmane.core.plan.needs import Reason
from gunmane.core.plan.options import KEEP, MERGE, REMOVE, REPAIR, REPLACE
from gunmane.core.plan.overrides import ALTERNATIVES, Override, Wishes, duty_broken, wishes_of
from gunmane.core.plan.scenarios import RegionPlan, plan_region
from gunmane.core.plan.sheet import PlanSheet
from gunmane.core.plan.values import Column, Measure
from gunmane.core.stock import CLASS_AT, Stock
from gunmane.core.words import AssetClass, Scale

Make = Callable[..., Stock]
IV, III, II = 3, 2, 1


def wish(row: int, alternative: str, year: int | None = None, owner: str = "a", **more: object) -> Override:
    made = Override(
        code=f"asset.{row}", owner=owner, asset_class=AssetClass.BRIDGE, number=str(row), alternative=alternative,
        year=year, reason="residents", by="課長", on=date(2026, 11, 23),
    )  # fmt: skip
    return msgspec.structs.replace(made, **more)


def planned(stock: Stock, book: CostBook, scales: dict[str, Scale], *wanted: Override) -> RegionPlan:
    rows = [int(one.number or 0) if one.asset_class else None for one in wanted]
    known = [row if row is not None and row < stock.size else None for row in rows]
    return plan_region(stock, book, scales, wishes=wishes_of(wanted, known, stock))


def test_a_measure_and_its_year_stand_whatever_pays(bridges: Make, book: CostBook, scales: dict[str, Scale]) -> None:
    stock = bridges([II, III, IV], inspected_fy=2026)
    free = plan_region(stock, book, scales).merged.plan
    assert free.measure[0] == KEEP
    plan = planned(stock, book, scales, wish(0, "replace", 2031)).merged.plan
    assert (plan.measure[0], plan.year[0]) == (REPLACE, 4)
    assert plan.reason[0] == Reason.DECIDED
    assert plan.cost[0, 1] == pytest.approx(44_800_000)
    assert plan.measure[1:].tolist() == free.measure[1:].tolist(), "the others are chosen as before"


def test_a_duty_is_not_overridden_and_is_named(
    bridges: Make, book: CostBook, scales: dict[str, Scale], labels: Labels  # noqa: F811
) -> None:  # fmt: skip
    stock = bridges(
        [IV, III, II, II],
        inspected_fy=2026,
        sole_access_homes=np.array([0, 0, 3, 0]),
        emergency=np.array([0, 0, 0, 1]),
    )
    wanted = (wish(0, "keep"), wish(1, "repair", 2036), wish(2, "remove", 2028), wish(3, "remove", 2028))
    plan = planned(stock, book, scales, *wanted)
    assert [one.conflict for one in plan.pinned] == [
        "keep_at_once", "after_deadline", "cuts_off_homes", "emergency_route",
    ]  # fmt: skip
    free = plan_region(stock, book, scales).merged.plan
    assert np.array_equal(plan.merged.plan.measure, free.measure)
    assert np.array_equal(plan.merged.plan.year, free.year)
    sheet = make_sheet(plan, book, scales, FACTS, labels)
    first = sheet.overrides[0]
    assert first.conflict is not None
    assert "直ちに措置する義務" in first.conflict.ja
    assert first.yen is None
    rule = duty_broken(book.deadlines, "road-soundness", "IV", "keep")
    assert rule is not None
    assert "告示第426号" in rule.source
    assert duty_broken(book.deadlines, "road-soundness", "IV", "repair") is None
    assert duty_broken(book.deadlines, "road-soundness", "II", "keep") is None


def test_what_is_set_is_paid_first(bridges: Make, book: CostBook, scales: dict[str, Scale]) -> None:
    risk = np.full((4, 10), 3e6)
    stock = bridges([II] * 4, budgets=(20_000_000,), risk_yen=risk)
    free = plan_region(stock, book, scales).merged.plan
    assert (free.measure == REPAIR).all(), "repairs of some millions pay"
    plan = planned(stock, book, scales, wish(0, "replace", 2027)).merged.plan
    assert plan.year[0] == 0
    assert not ((plan.year[1:] == 0) & (plan.measure[1:] > KEEP)).any(), "44.8 million are more than the year has"


def test_what_is_kept_costs_nothing(bridges: Make, book: CostBook, scales: dict[str, Scale]) -> None:
    stock = bridges([II], risk_yen=np.full((1, 10), 3e6))
    assert plan_region(stock, book, scales).merged.plan.measure[0] == REPAIR
    plan = planned(stock, book, scales, wish(0, "keep"))
    assert plan.merged.plan.measure[0] == KEEP
    assert plan.merged.plan.cost[0].tolist() == [0, 0, 0]
    assert plan.pinned[0].proposed == REPAIR
    assert plan.pinned[0].proposed_yen > 0


def test_removal_stays_out_of_going_alone(bridges: Make, book: CostBook, scales: dict[str, Scale]) -> None:
    plan = planned(bridges([II, II]), book, scales, wish(0, "remove", 2029))
    assert plan.merged.plan.measure[0] == REMOVE
    assert plan.alone.plan.measure[0] == KEEP


def test_what_people_remove_is_in_the_plan_and_its_cases(
    bridges: Make, book: CostBook, scales: dict[str, Scale], labels: Labels  # noqa: F811
) -> None:  # fmt: skip
    """A removal that does not pay stands in the last column only: that column is the plan then."""
    stock = bridges([II, III], [0, 1], inspected_fy=2026)
    free = make_sheet(planned(stock, book, scales), book, scales, FACTS, labels)
    assert free.facts.recommended is not Column.MERGED
    assert free.cases[0].label == labels.get("case", "base"), "a plan that stops short is not called joint + merged"
    sheet = make_sheet(planned(stock, book, scales, wish(0, "remove", 2029)), book, scales, FACTS, labels)
    assert sheet.facts.recommended is Column.MERGED
    assert sheet.cases[0].label == labels.get("case", "plan")
    assert any(row.measure is Measure.REMOVE for row in sheet.programme)
    refused = planned(bridges([II, III], [0, 1], emergency=1), book, scales, wish(0, "remove", 2029))
    assert recommend(refused) is not Column.MERGED, "an override that a rule forbids changes nothing"


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 3), min_size=2, max_size=8), st.integers(0, 7))
def test_setting_what_is_proposed_anyway_costs_the_same(
    bridges: Make, book: CostBook, scales: dict[str, Scale], grades: list[int], which: int
) -> None:
    stock = bridges(grades, [k % 2 for k in range(len(grades))], inspected_fy=2026)
    row = which % len(grades)
    free = plan_region(stock, book, scales).merged.plan
    word = {place: name for name, place in ALTERNATIVES.items()}[int(free.measure[row])]
    year = None if free.year[row] < 0 else stock.first_fy + int(free.year[row])
    plan = planned(stock, book, scales, wish(row, word, year)).merged.plan
    assert np.array_equal(plan.measure, free.measure)
    assert plan.cost.sum() == pytest.approx(free.cost.sum())
    assert plan.year[row] == free.year[row]


def _sheet(plan: RegionPlan, book: CostBook, scales: dict[str, Scale], labels: Labels) -> PlanSheet:  # noqa: F811
    return make_sheet(plan, book, scales, FACTS, labels, [f"N{k}" for k in range(2)], [None] * 2)


def test_groups_follow_people_and_the_decision_says_who_set_it(
    bridges: Make, book: CostBook, scales: dict[str, Scale], labels: Labels  # noqa: F811
) -> None:  # fmt: skip
    stock = bridges([IV, IV], [0, 1])
    together = Override(
        code="groups",
        alternative="change",
        groups=(("a", "b"),),
        reason="agreement",
        by="協議会",
        on=date(2026, 1, 1),
    )
    gone = Override(code="plant.gone", alternative="keep", reason="staff", by="部長", on=date(2026, 1, 1))
    plan = planned(stock, book, scales, together, gone)
    assert plan.division.groups == ((0, 1),)
    sheet = _sheet(plan, book, scales, labels)
    choice = next(one for one in sheet.choices if one.code == "groups")
    assert choice.proposal.ja == "A・B"
    assert choice.reason.ja.startswith("協議会の判断による(協定・関係者との協議")
    assert [one.conflict is None for one in sheet.overrides] == [True, False]
    assert sheet.overrides[0].proposed is not None
    assert sheet.overrides[1].conflict is not None
    assert "この判断がない" in sheet.overrides[1].conflict.ja


def test_an_asset_that_left_the_ledger_is_told(
    bridges: Make, book: CostBook, scales: dict[str, Scale], labels: Labels  # noqa: F811
) -> None:  # fmt: skip
    plan = planned(bridges([II, II]), book, scales, wish(9, "repair", 2028))
    (row,) = _sheet(plan, book, scales, labels).overrides
    assert row.conflict is not None
    assert row.conflict.en == "the asset is not in the ledger"


def test_a_plant_that_nothing_can_take_over_is_told(
    bridges: Make, book: CostBook, scales: dict[str, Scale], labels: Labels  # noqa: F811
) -> None:  # fmt: skip
    stock = bridges([-1, -1], asset_class=CLASS_AT[AssetClass.TREATMENT_PLANT], scale=-1)
    plan = planned(stock, book, scales, wish(0, "merge", asset_class=AssetClass.TREATMENT_PLANT))
    assert [one.conflict for one in plan.pinned] == ["no_room"]
    assert MERGE not in plan.merged.plan.measure
    (row,) = _sheet(plan, book, scales, labels).overrides
    assert row.conflict is not None
    assert "近くにない" in row.conflict.ja


def _column(sheet: PlanSheet, code: str, column: int) -> float:
    row = next(one for one in sheet.compare if one.code == code)
    band = row.values[column]
    assert band is not None
    return band.mid


def _wish(code: str, alternative: str, *groups: tuple[str, ...]) -> Override:
    return Override(
        code=code, alternative=alternative, groups=groups, reason="council", by="協議会", on=date(2026, 1, 1)
    )


def _towns(bridges: Make) -> Stock:
    """Two towns with a few bridges and tunnels each, inspected and repaired a little every year."""
    random = np.random.default_rng(4)
    stock = bridges([2] * 24, [0] * 12 + [1] * 12, inspections=(random.random((24, 10)) < 0.4).astype(np.uint8),
                    inspected_fy=np.tile(np.arange(2022, 2026), 6))  # fmt: skip
    kinds = np.where(np.arange(24) % 3 == 0, CLASS_AT[AssetClass.TUNNEL], CLASS_AT[AssetClass.BRIDGE])
    owners = tuple(
        msgspec.structs.replace(one, engineers={"civil": count})
        for one, count in zip(stock.owners, (1, 9), strict=True)
    )
    return msgspec.structs.replace(stock, asset_class=kinds.astype(np.int8), owners=owners)


@pytest.fixture(scope="module")
def eager(book: CostBook) -> CostBook:
    """Parameters under which working together, bundling and sharing pay and contracts cost money."""
    return book.replaced({
        "coordination_hours": 1, "joint_extra_hours": 0.05, "bundle_extra_class": 0.01, "bundle_extra_step": 0.01,
        "bundle_extra_field": 0.01, "mobilisation_yen": 1_000_000, "hours_per_engineer": 60,
    })  # fmt: skip


def test_an_answer_turned_round_does_not_print_the_computed_one_as_its_proposal(
    bridges: Make, book: CostBook, scales: dict[str, Scale], labels: Labels  # noqa: F811
) -> None:  # fmt: skip
    """Whoever shares engineers whose number nobody gave must not read: "change: not decided before …"."""
    sheet = make_sheet(
        planned(bridges([II, II], [0, 1]), book, scales, _wish("engineers", "change")), book, scales, FACTS, labels
    )
    shared = next(one for one in sheet.choices if one.code == "engineers")
    assert shared.computed is not None
    assert "決めない" in shared.computed.ja
    assert shared.proposal == labels.get("override", "changed")


def test_every_sum_follows_overrides_of_working_together(
    bridges: Make, eager: CostBook, scales: dict[str, Scale], labels: Labels  # noqa: F811
) -> None:  # fmt: skip
    stock = _towns(bridges)

    def made(*wanted: Override) -> PlanSheet:
        return make_sheet(planned(stock, eager, scales, *wanted), eager, scales, FACTS, labels)

    free = made()
    verdicts = {one.code: one.verdict.value for one in free.choices}
    assert {verdicts[code] for code in ("groups", "tasks", "engineers", "lots.bridge")} == {"change"}
    alone = made(_wish("groups", "keep"))
    for code in ("contracts", "hours", "engineers_lacking"):
        assert _column(alone, code, 1) == _column(free, code, 1), "what each does alone is not touched"
    apart = made(_wish("lots.bridge", "keep"))
    unbundled = made(_wish("tasks", "keep"))
    bundled = made(_wish("tasks", "change", ("bridge.works", "tunnel.works")))
    for sheet in (alone, apart, unbundled, bundled):
        (row,) = sheet.overrides
        assert row.conflict is None
        assert row.reason_code == "council"
        choice = next(one for one in sheet.choices if one.code == row.code)
        assert (choice.overridden, choice.computed) == ("council", row.proposed)
        for column in (2, 3):
            hours = _column(sheet, "hours", column) - _column(free, "hours", column)
            lots = _column(sheet, "contracts", column) - _column(free, "contracts", column)
            assert (lots > 0, hours > 0) == (True, True), row.code
        assert row.contracts == pytest.approx(
            _column(sheet, "contracts", 3) - _column(free, "contracts", 3), abs=0.06
        )
        assert row.hours == pytest.approx(_column(sheet, "hours", 3) - _column(free, "hours", 3), abs=0.6)
        assert row.yen == pytest.approx(_column(sheet, "total", 3) - _column(free, "total", 3), abs=1)
        assert row.yen == pytest.approx(1_000_000 * 10 * (lots), rel=1e-6)
        assert sum(one.plan_yen for one in sheet.owner_effects) > sum(one.plan_yen for one in free.owner_effects)
        assert sum(one.equal for one in sheet.shares) > sum(one.equal for one in free.shares)
        assert sheet.cases[0].contracts == pytest.approx(_column(sheet, "contracts", 3), abs=0.06)
        now, before = (
            next(one for one in of.indicators if one.code == "contracts").targets[0] for of in (sheet, free)
        )
        assert now is not None
        assert before is not None
        assert now > before
    unshared = made(_wish("engineers", "keep"))
    lack = _column(unshared, "engineers_lacking", 3) - _column(free, "engineers_lacking", 3)
    assert lack > 0.1
    assert unshared.overrides[0].lacking == pytest.approx(lack, abs=0.06)
    both = made(_wish("groups", "keep"), _wish("lots.bridge", "change"))
    told = {one.code: one.conflict for one in both.overrides}
    assert told["groups"] is None
    assert told["lots.bridge"] is not None, "nobody is there to let them with"
    kept = made(_wish("lots.works.bridge", "keep"), _wish("tasks", "change", ("bridge.works", "tunnel.works")))
    assert [one.conflict is None for one in kept.overrides] == [True, False]


def test_a_merged_plant_is_paid_in_the_year_that_people_name(
    bridges: Make, book: CostBook, scales: dict[str, Scale], labels: Labels  # noqa: F811
) -> None:  # fmt: skip
    stock = bridges(
        [-1, -1], [0, 0], asset_class=CLASS_AT[AssetClass.TREATMENT_PLANT], scale=-1,
        built_year=np.array([2024, 2024]), capacity=np.array([900.0, 4000.0]), inflow=np.array([400.0, 900.0]),
        lon=np.array([137.0, 137.01]), lat=35.0, row=np.arange(2), area_m2=500.0,
    )  # fmt: skip
    free = plan_region(stock, book, scales)
    assert MERGE not in free.merged.plan.measure, "their renewal lies beyond the plan"
    plan = planned(stock, book, scales, wish(0, "merge", 2030, asset_class=AssetClass.TREATMENT_PLANT))
    assert (plan.merged.plan.measure[0], plan.merged.plan.year[0]) == (MERGE, 3)
    move = next(one for one in plan.plants if one.plant == 0)
    assert plan.merged.plan.cost[0].tolist() == pytest.approx(list(move.link))
    paid = plan.merged.sums.yearly[3, 1] - free.merged.sums.yearly[3, 1]
    assert paid == pytest.approx(move.link[1], rel=1e-6)
    later = planned(stock, book, scales, wish(0, "merge", asset_class=AssetClass.TREATMENT_PLANT))
    assert later.pinned[0].later == move.year
    row = _sheet(later, book, scales, labels).overrides[0]
    assert row.conflict is None
    assert f"{move.year}" in row.chosen.en
    both = planned(
        stock, book, scales, *(wish(k, "merge", 2030, asset_class=AssetClass.TREATMENT_PLANT) for k in range(2))
    )
    assert sorted(one.conflict for one in both.pinned) == ["", "no_room"], "one of two must stay"


def test_a_district_without_a_sewer_cannot_join_one(
    bridges: Make, book: CostBook, scales: dict[str, Scale], labels: Labels  # noqa: F811
) -> None:  # fmt: skip
    stock = bridges([-1] * 30, [0] * 30, asset_class=CLASS_AT[AssetClass.SEPTIC], scale=-1, capacity=5.0,
                    lon=137.0 + np.arange(30) * 1e-4, lat=35.0, row=np.arange(30))  # fmt: skip
    code = next(one.code for one in make_sheet(plan_region(stock, book, scales), book, scales, FACTS, labels).choices
                if one.kind == "sewage")  # fmt: skip
    plan = planned(stock, book, scales, _wish(code, "change"))
    sheet = make_sheet(plan, book, scales, FACTS, labels)
    (row,) = sheet.overrides
    assert row.conflict is not None
    assert "下水道管が知られておらず" in row.conflict.ja
    assert next(one for one in sheet.choices if one.code == code).overridden == ""
    kept = make_sheet(planned(stock, book, scales, _wish(code, "keep")), book, scales, FACTS, labels)
    assert kept.overrides[0].conflict is None


def test_nothing_set_changes_nothing(bridges: Make, book: CostBook, scales: dict[str, Scale]) -> None:
    assert Wishes() == wishes_of((), (), bridges([II]))
