"""Cases side by side, shares by four rules, owners beside the region: sums agree, forbidden measures stay out."""

from collections.abc import Callable

import msgspec
import numpy as np
import pytest
from tests.core.plan.test_fill import FACTS, labels, mixed  # noqa: F401

from gunmane.core.plan.costs import CostBook, Reference
from gunmane.core.plan.fill import make_sheet
from gunmane.core.plan.labels import Labels
from gunmane.core.plan.options import DOWNSIZE, KEEP, MERGE, REMOVE
from gunmane.core.plan.papers import decisions, milestones
from gunmane.core.plan.scenarios import plan_region
from gunmane.core.plan.sheet import PlanSheet
from gunmane.core.plan.values import Column
from gunmane.core.stock import Stock
from gunmane.core.words import Scale, SourceStatus
from gunmane.files import reference

Make = Callable[..., Stock]


def sheet_of(stock: Stock, book: CostBook, scales: dict[str, Scale], labels: Labels) -> PlanSheet:  # noqa: F811
    return make_sheet(plan_region(stock, book, scales), book, scales, FACTS, labels)


def removable(bridges: Make, **more: object) -> Stock:
    """Two towns with little used bridges that must be acted on."""
    return bridges(
        [2, 2, 2, 1], [0, 0, 1, 1], detour_km=0.1, traffic_per_day=1.0, sole_access_homes=0, emergency=0, **more
    )


def test_a_measure_that_is_used_has_a_case_without_it(
    bridges: Make, book: CostBook, scales: dict[str, Scale], labels: Labels  # noqa: F811
) -> None:  # fmt: skip
    stock = removable(bridges)
    plan = plan_region(stock, book, scales)
    assert (plan.merged.plan.measure == REMOVE).any()
    variant = next(one for one in plan.variants if one.code == "removal")
    assert not (variant.plan.measure == REMOVE).any()
    assert (variant.plan.year[plan.needs.hard] >= 0).all(), "duties hold in every case"
    sheet = sheet_of(stock, book, scales, labels)
    total = next(row for row in sheet.compare if row.code == "total").values[3]
    assert total is not None
    assert sheet.cases[0].total_yen == pytest.approx(total.mid, abs=1)
    codes = [one.code for one in sheet.cases]
    assert "without_removal" in codes
    assert "without_merging" not in codes, "no plants are merged here"
    assert "without_joint_orders" in codes


def test_more_money_than_a_plan_without_budgets_needs_leaves_nothing_undone(
    bridges: Make, book: CostBook, scales: dict[str, Scale], labels: Labels  # noqa: F811
) -> None:  # fmt: skip
    stock = bridges([3, 2, 1, 1, 0], [0, 0, 1, 1, 0], risk_yen=np.full((5, 10), 3e6))
    cases = {one.code: one for one in sheet_of(stock, book, scales, labels).cases}
    more, plan = cases["budget_120%"], cases["plan"]
    assert (more.undone, more.total_yen, more.measures) == (plan.undone, plan.total_yen, plan.measures)
    assert cases["budget_80%"].total_yen <= plan.total_yen


def test_merged_plants_are_not_called_bridges(
    bridges: Make, book: CostBook, scales: dict[str, Scale], labels: Labels  # noqa: F811
) -> None:  # fmt: skip
    plan = plan_region(removable(bridges), book, scales)
    gone = int((plan.merged.plan.measure >= DOWNSIZE).sum())
    measure = plan.merged.plan.measure.copy()
    measure[np.flatnonzero(measure >= DOWNSIZE)[0]] = MERGE
    merged = msgspec.structs.replace(plan.merged, plan=msgspec.structs.replace(plan.merged.plan, measure=measure))
    linked = msgspec.structs.replace(plan, merged=merged)
    asked = [one.what.en for one in decisions(linked, book, Column.MERGED, labels)]
    assert labels.get("decision", "merging", count="1").en in asked
    bars = [one.label.en for one in milestones(linked, Column.MERGED, labels)]
    assert labels.get("milestone", "merging").en in bars
    assert (labels.get("decision", "removal", count=str(gone - 1)).en in asked) == (gone > 1)
    before = [one.what.en for one in decisions(plan, book, Column.MERGED, labels)]
    assert labels.get("decision", "removal", count=str(gone)).en in before
    assert not [one for one in before if one.startswith(labels.get("decision", "merging", count="1").en[:7])]


def test_prevention_is_what_nothing_asks_for(bridges: Make, book: CostBook, scales: dict[str, Scale]) -> None:
    stock = bridges([1, 3], risk_yen=np.full((2, 10), 3e6))
    plan = plan_region(stock, book, scales)
    assert plan.merged.plan.measure[0] > KEEP
    without = next(one for one in plan.variants if one.code == "prevention").plan
    assert without.measure[0] == KEEP
    assert without.year[1] >= 0


@pytest.mark.parametrize("given", [(), (9_500_000,)])
def test_more_money_leaves_no_more_undone(
    given: tuple[int, ...], bridges: Make, book: CostBook, scales: dict[str, Scale], labels: Labels  # noqa: F811
) -> None:  # fmt: skip
    stock = bridges([1, 1, 2, 1, 1, 3], [0, 0, 0, 1, 1, 1], budgets=given, risk_yen=np.full((6, 10), 3e6))
    sheet = sheet_of(stock, book, scales, labels)
    budgets = [one for one in sheet.cases if one.group == "budget"]
    assert [one.code for one in budgets] == ["budget_80%", "budget_100%", "budget_120%"]
    assert budgets[0].undone >= budgets[1].undone >= budgets[2].undone
    assert (budgets[0].note is None) == bool(given)
    if not given:
        assert budgets[1].total_yen == sheet.cases[0].total_yen


def test_populations_are_compared_where_all_owners_gave_them(
    mixed: Make, book: CostBook, scales: dict[str, Scale], labels: Labels  # noqa: F811
) -> None:  # fmt: skip
    stock = mixed()
    assert not [one for one in sheet_of(stock, book, scales, labels).cases if one.group == "population"]
    owners = tuple(
        msgspec.structs.replace(one, population_mid=(one.population or 0) * 9 // 10, population_low=500)
        for one in stock.owners
    )
    sheet = sheet_of(msgspec.structs.replace(stock, owners=owners), book, scales, labels)
    plan, mid, low = (
        next(one for one in sheet.cases if one.code == code) for code in ("plan", "population_mid", "population_low")
    )
    assert plan.per_resident is not None
    assert mid.per_resident == pytest.approx(plan.per_resident / 0.9, rel=1e-3)
    assert low.per_resident == pytest.approx(plan.total_yen / 1000, abs=1)


def test_shares_add_up_and_name_who_loses(
    mixed: Make, book: CostBook, scales: dict[str, Scale], labels: Labels  # noqa: F811
) -> None:  # fmt: skip
    sheet = sheet_of(mixed(), book, scales, labels)
    assert len(sheet.shares) == 2
    for rule in ("equal", "stock", "population"):
        assert sum(getattr(one, rule) for one in sheet.shares) == sum(one.equal for one in sheet.shares)
        for one in sheet.shares:
            assert (rule in one.worse) == (getattr(one, rule) > one.alone_yen + 1)
    assert sum(one.alone_yen for one in sheet.shares) == sum(one.alone_yen for one in sheet.owner_effects)


def test_owners_stand_between_each_other_and_what_is_not_published_is_not_known(
    mixed: Make, book: CostBook, scales: dict[str, Scale], labels: Labels  # noqa: F811
) -> None:  # fmt: skip
    local = Reference(
        indicator="located", value=0.5, year="2025", source="県", status=SourceStatus.PUBLISHED, area="prefecture"
    )
    book = msgspec.structs.replace(book, references=(*book.references, local))
    sheet = sheet_of(mixed(), book, scales, labels)
    by_code: dict[str, list[float]] = {}
    for one in sheet.owner_indicators:
        if one.value is not None and one.region is not None:
            by_code.setdefault(one.code, []).append(one.value)
            regional = next(row for row in sheet.indicators if row.code == one.code)
            assert one.region == regional.now
        if one.code == "located":
            assert (one.prefecture, one.nation) == (0.5, None)
            assert one.source == "県 (2025)"
        else:
            assert one.prefecture is None
    assert by_code
    for code, values in by_code.items():
        region = next(one.now for one in sheet.indicators if one.code == code)
        assert region is not None
        assert min(values) - 1e-9 <= region <= max(values) + 1e-9, code


def test_published_values_come_with_the_program() -> None:
    assert {one.indicator for one in reference.cost_book().references} >= {"old_bridge", "bad_road-soundness"}
    assert all(one.year and one.source for one in reference.cost_book().references)
