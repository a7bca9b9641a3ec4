"""The document's value: sums agree with the plan, both languages are complete, what is unknown stays empty."""

import tomllib
from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec
import numpy as np
import pytest

from gunmane.core.errors import GunmaneError
from gunmane.core.plan.comparison import recommend, scenario_of
from gunmane.core.plan.costs import CostBook
from gunmane.core.plan.fill import make_sheet
from gunmane.core.plan.labels import Labels
from gunmane.core.plan.scenarios import plan_region
from gunmane.core.plan.sheet import Facts, PlanSheet
from gunmane.core.plan.values import Column, Measure
from gunmane.core.stock import CLASS_AT, Stock
from gunmane.core.words import AssetClass, Scale
from gunmane.resources import DATA

Make = Callable[..., Stock]
FACTS = Facts(region="R", as_of=date(2026, 11, 23), first_year=0, run_id="r", inputs_digest="0", software="gunmane")


@pytest.fixture(scope="module")
def labels() -> Labels:
    ja, en = (tomllib.loads((DATA / "texts" / code / "measures.toml").read_text()) for code in ("ja", "en"))
    return Labels(ja, en)


@pytest.fixture
def mixed(bridges: Make) -> Callable[..., Stock]:
    """Forty assets of four classes and two owners."""

    def make(**more: Any) -> Stock:
        kinds = [AssetClass.BRIDGE, AssetClass.SEWER_PIPE, AssetClass.SEPTIC, AssetClass.TUNNEL]
        classes = np.array([CLASS_AT[kinds[k % 4]] for k in range(40)])
        scale = np.array([(0, 1, -1, 0)[k % 4] for k in range(40)])
        visits = np.zeros((40, 10))
        visits[:, 1] = visits[:, 6] = 1
        chance = np.tile(np.linspace(0.02, 0.2, 10), (40, 1))
        columns: dict[str, Any] = {
            "asset_class": classes,
            "scale": scale,
            "inspections": visits,
            "p_bad": chance,
            "risk_yen": chance * 1e5,
            "built_year": np.array([0 if k % 5 == 0 else 1970 + k for k in range(40)]),
            "capacity": np.where(classes == CLASS_AT[AssetClass.SEPTIC], 5.0, np.nan),
            "detour_km": 0.5,
            "traffic_per_day": np.where(np.arange(40) < 20, 1.0, np.nan),
            "sole_access_homes": 0,
            "emergency": 0,
        }
        grades = [-1 if scale[k] < 0 or k % 7 == 0 else k % 4 for k in range(40)]
        return bridges(grades, [int(k >= 25) for k in range(40)], **{**columns, **more})

    return make


def sheet_of(stock: Stock, book: CostBook, scales: dict[str, Scale], labels: Labels) -> PlanSheet:
    return make_sheet(plan_region(stock, book, scales), book, scales, FACTS, labels)


def test_the_sheet_adds_up(mixed: Make, book: CostBook, scales: dict[str, Scale], labels: Labels) -> None:
    plan = plan_region(mixed(), book, scales)
    sheet = make_sheet(plan, book, scales, FACTS, labels)
    column = sheet.facts.recommended
    region = [row for row in sheet.programme if row.owner == ""]
    owners = [row for row in sheet.programme if row.owner]
    for rows in (region, owners):
        by_year = np.sum([row.yen for row in rows if row.yen], axis=0)
        expected = next(line.yen for line in sheet.yearly if line.column == column)
        assert np.abs(by_year - np.array(expected)).max() <= len(rows), "rounded once for each row"
    assert sum(sum(row.yen) for row in region) == sum(sum(row.yen) for row in owners)
    total = next(row for row in sheet.compare if row.code == "total").values
    alone, merged = total[1], total[3]
    assert alone is not None
    assert merged is not None
    assert sum(step.yen for step in sheet.effects) == pytest.approx(merged.mid - alone.mid, abs=5)
    assert sum(effect.alone_yen for effect in sheet.owner_effects) == pytest.approx(alone.mid, abs=5)
    regional, *members = sheet.levelling
    assert np.abs(np.sum([row.after for row in members], axis=0) - np.array(regional.after)).max() <= 2
    assert sum(regional.before) == pytest.approx(sum(regional.after), abs=20)
    assert sum(row.count for row in sheet.stock) == 40
    assert sum(sum(row.counts) + row.unknown for row in sheet.ages) == 40
    graded = [row for row in sheet.grades if row.asset_class is AssetClass.BRIDGE]
    assert sum(sum(row.counts) + row.ungraded for row in graded) == 10


def test_what_has_no_price_is_empty_not_zero(
    mixed: Make, book: CostBook, scales: dict[str, Scale], labels: Labels
) -> None:
    sheet = sheet_of(mixed(), book, scales, labels)
    tunnels = [row for row in sheet.programme if row.asset_class is AssetClass.TUNNEL]
    assert tunnels
    assert all(row.yen == () for row in tunnels)
    assert sheet.present_spend is None
    assert any("単価が分からず" in text.ja for text in sheet.limits)
    assert any("建設年度が不明" in text.ja for text in sheet.limits)
    septic = [row for row in sheet.programme if row.asset_class is AssetClass.SEPTIC]
    assert [row.measure for row in septic] == [Measure.INSPECT] * len(septic)
    assert next(row for row in sheet.compare if row.code == "household").values[1] is not None


def test_unknown_years_are_spread_over_the_programme(
    bridges: Make, book: CostBook, scales: dict[str, Scale], labels: Labels
) -> None:
    stock = bridges([-1], asset_class=CLASS_AT[AssetClass.SEWER_PIPE], scale=-1, built_year=0)
    sheet = sheet_of(stock, book, scales, labels)
    replaced = next(row for row in sheet.programme if row.owner == "" and row.measure is Measure.REPLACE)
    assert replaced.yen == (round(1_240_000 / 50),) * 10


def test_cooperation_that_costs_more_is_not_recommended(
    bridges: Make, book: CostBook, scales: dict[str, Scale], labels: Labels
) -> None:
    plan = plan_region(bridges([3, 3], [0, 1]), book, scales)
    assert recommend(plan) is Column.ALONE
    sheet = make_sheet(plan, book, scales, FACTS, labels)
    assert sheet.facts.recommended is Column.ALONE
    assert not any("共同発注" in row.what.ja for row in sheet.decisions), (
        "no size of contract saves hours: no question"
    )
    evidence = book.replaced({"mobilisation_yen": 5_000_000})
    assert recommend(plan_region(bridges([3, 3], [0, 1]), evidence, scales)) is Column.JOINT


def test_budgets_that_deadlines_break_are_named(
    bridges: Make, book: CostBook, scales: dict[str, Scale], labels: Labels
) -> None:
    sheet = sheet_of(bridges([3, 0], [0, 1], budgets=(1_000_000,)), book, scales, labels)
    region = sheet.levelling[0]
    assert region.cap == (2_000_000,) * 10
    assert region.over_cap == 8_960_000 - 2_000_000
    assert region.note is not None
    assert region.note.en == "measures with a deadline exceed the budget"


def test_every_computed_column_has_the_same_rows(
    mixed: Make, book: CostBook, scales: dict[str, Scale], labels: Labels
) -> None:
    plan = plan_region(mixed(), book, scales)
    sheet = make_sheet(plan, book, scales, FACTS, labels)
    for row in sheet.compare:
        assert len(row.values) == len(Column)
    for column in (Column.ALONE, Column.JOINT, Column.MERGED):
        assert (scenario_of(plan, column).plan.year[plan.needs.hard] >= 0).all()
    assert msgspec.json.decode(msgspec.json.encode(sheet), type=PlanSheet) == sheet
    assert msgspec.json.encode(sheet) == msgspec.json.encode(make_sheet(plan, book, scales, FACTS, labels))


def test_a_text_in_one_language_only_is_refused() -> None:
    with pytest.raises(GunmaneError) as caught:
        Labels({"a": {"x": "1", "y": "2"}}, {"a": {"x": "1"}})
    assert [fault.at for fault in caught.value.faults] == ["a.y"]
