"""Sentences written by rules: true to the numbers, silent where nothing is known, complete in both languages."""

import re
from datetime import date

import msgspec
import pytest
from tests.examples_sheet import example

from gunmane.core.plan.findings import AgeShare, DueRow, Forecast, GradeRow, RiskAsset, RiskRow, StockRow
from gunmane.core.plan.formats import percents
from gunmane.core.plan.sentences import basis, effect, outlook, proposal, state, summary
from gunmane.core.plan.sheet import (
    CompareRow,
    Facts,
    Levelling,
    Member,
    OwnerEffect,
    PlanSheet,
    ProgrammeRow,
    ScaleFacts,
    YearlyCost,
)
from gunmane.core.plan.values import Band, Column, Measure, Text, Unit
from gunmane.core.plan.wording import complete
from gunmane.core.words import AssetClass, OwnerKind

FACTS = Facts(
    region="試験", as_of=date(2026, 3, 31), first_year=2026, run_id="r", inputs_digest="0", software="gunmane"
)
MEMBERS = tuple(Member(code=code, name=code, kind=OwnerKind.MUNICIPALITY) for code in ("甲市", "乙町"))
SCALE = ScaleFacts("s", Text("区分", "scale"), ("I", "II", "III"), (Text("a", "a"),) * 3, 2)


def sheet(recommended: Column = Column.MERGED, **parts: object) -> PlanSheet:
    return PlanSheet(facts=msgspec.structs.replace(FACTS, recommended=recommended), members=MEMBERS, **parts)  # type: ignore[arg-type]


def costs(alone: int, joint: int, merged: int) -> tuple[YearlyCost, ...]:
    pairs = ((Column.ALONE, alone), (Column.JOINT, joint), (Column.MERGED, merged))
    return tuple(YearlyCost(column, (yen // 10,) * 10) for column, yen in pairs)


@pytest.mark.parametrize(
    ("recommended", "yen", "ja", "en"),
    [
        (Column.MERGED, (10**9, 9 * 10**8, 8 * 10**8), "2億円(20%)減る", "save ¥200 million (20 %)"),
        (Column.JOINT, (10**9, 9 * 10**8, 95 * 10**7), "1億円(10%)減る", "Working together is expected"),
        (Column.MERGED, (10**9, 10**9, 11 * 10**8), "1億円(10%)増え、", "costs ¥100 million (10 %) more"),
        (Column.MERGED, (10**9, 10**9, 999 * 10**6), "ほとんど変わらない", "hardly changes"),
        (Column.ALONE, (10**9, 10**9, 11 * 10**8), "単独で続けるのがよい", "each alone does best"),
    ],
)
def test_cooperation_is_praised_only_where_it_pays(
    recommended: Column, yen: tuple[int, int, int], ja: str, en: str
) -> None:
    said = effect.compare(sheet(recommended, yearly=costs(*yen)))
    assert said is not None
    assert ja in said[0].ja
    assert en in said[0].en


@pytest.mark.parametrize(("saved", "ja", "en"), [
    (2e8, "その後の節約が上回る見込み", "are expected to outweigh"), (0.0, "上回るとは言えない", "cannot be said"),
    (-1e7, "上回るとは言えない", "cannot be said"), (None, "上回るとは言えない", "cannot be said"),
])  # fmt: skip
def test_later_savings_are_promised_only_where_they_were_computed(saved: float | None, ja: str, en: str) -> None:
    row = CompareRow(
        group="money", code="long_run", label=Text("長期の節減", "Long-run saving"), unit=Text("百万円", "m yen"),
        values=(None, Band(0), Band(0), None if saved is None else Band(saved)),
    )  # fmt: skip
    said = effect.compare(sheet(yearly=costs(10**9, 10**9, 11 * 10**8), compare=(row,)))
    assert said is not None
    assert ja in said[0].ja
    assert en in said[0].en


def test_an_owner_alone_is_told_that_there_is_nobody_to_work_with() -> None:
    alone = sheet(Column.ALONE, yearly=costs(10**9, 10**9, 10**9))
    said = effect.compare(msgspec.structs.replace(alone, members=MEMBERS[:1]))
    assert said is not None
    assert "相手となる団体" in said[0].ja
    assert "each alone" not in said[0].en


def test_overlapping_ranges_are_said_to_be_no_certain_difference() -> None:
    def row(alone: Band, merged: Band) -> CompareRow:
        return CompareRow(
            group="money", code="total", label=Text("合計", "total"), unit=Text("円", "yen"),
            values=(None, alone, None, merged),
        )  # fmt: skip

    words = "差が確かであるとは言えない"
    yearly = costs(10**9, 10**9, 8 * 10**8)
    near = effect.compare(sheet(yearly=yearly, compare=(row(Band(10, 8, 12), Band(9, 7, 11)),)))
    far = effect.compare(sheet(yearly=yearly, compare=(row(Band(10, 9, 12), Band(6, 5, 8)),)))
    assert near is not None
    assert far is not None
    assert words in "".join(text.ja for text in near[1])
    assert words not in "".join(text.ja for text in far[1])


def test_owners_that_lose_are_named() -> None:
    rows = (
        OwnerEffect(owner="甲市", alone_yen=100, plan_yen=90),
        OwnerEffect(owner="乙町", alone_yen=100, plan_yen=120),
    )
    said = effect.owners(sheet(owner_effects=rows))
    assert said is not None
    assert "1団体は、単独より負担が増える" in said[0].ja
    assert "乙町" in said[1][0].ja
    assert "甲市" not in said[1][0].ja


def test_ages_mostly_unknown_are_said_before_any_share() -> None:
    rows = (AgeShare(owner="甲市", asset_class=AssetClass.BRIDGE, threshold=50, known=4, unknown=6, now=0.5),)
    said = state.age(sheet(age_shares=rows))
    assert said is not None
    assert "60%は建設年度が分からず" in said[0].ja
    assert "60 %" in said[0].en
    points = complete(sheet(age_shares=rows)).points
    assert "60%は建設年度が分からない" in points[0].ja


def test_shares_of_the_region_weigh_owners_by_what_they_know() -> None:
    rows = tuple(
        AgeShare(owner=owner, asset_class=AssetClass.BRIDGE, threshold=50, known=known, unknown=0, now=now, in_20=now)
        for owner, known, now in (("甲市", 30, 0.1), ("乙町", 10, 0.5))
    )
    (total,) = state.age_totals(sheet(age_shares=rows))
    assert total.now == pytest.approx(0.2)
    assert (total.known, total.unknown) == (40, 0)


def test_grades_without_records_are_not_called_sound() -> None:
    row = GradeRow(owner="甲市", asset_class=AssetClass.BRIDGE, scale="s", counts=(0, 0, 0), ungraded=9)
    said = state.grades(sheet(scales=(SCALE,), grades=(row,)))
    assert said is not None
    assert "状態は分からない" in said[0].ja
    judged = msgspec.structs.replace(row, counts=(5, 3, 2), ungraded=0)
    said = state.grades(sheet(scales=(SCALE,), grades=(judged,)))
    assert said is not None
    assert "20%(2件)" in said[0].ja


def test_overdue_inspections_name_the_owner_with_most() -> None:
    rows = (
        DueRow(owner="甲市", duty="d", assets=9, due_in_year=4, overdue=1, oldest_overdue=date(2025, 6, 1)),
        DueRow(owner="乙町", duty="d", assets=9, due_in_year=5, overdue=3, unknown_anchor=2),
    )
    said = basis.due(sheet(due=rows))
    assert said is not None
    assert "9件、期限切れは4件" in said[0].ja
    text = "".join(one.ja for one in said[1])
    assert "乙町で、全体の75%" in text
    assert "令和7年6月1日" in text
    assert "2件は前回の実施日が分からず" in text


def test_a_forecast_that_does_not_grow_is_not_said_to() -> None:
    flat = Forecast(
        asset_class=AssetClass.BRIDGE, scale="s", assets=9, years=(2026, 2036), bad=(Band(3), Band(3, 1, 5))
    )  # fmt: skip
    said = outlook.forecast(sheet(forecasts=(flat,)))
    assert said is not None
    assert "増えない" in said[0].ja


def test_unpriced_measures_are_named_and_no_total_is_claimed() -> None:
    priced = ProgrammeRow(owner="", asset_class=AssetClass.BRIDGE, measure=Measure.REPAIR, yen=(10**7,) * 10)
    unpriced = ProgrammeRow(owner="", asset_class=AssetClass.TUNNEL, measure=Measure.REPAIR, yen=())
    said = proposal.programme(sheet(programme=(priced, unpriced)))
    assert said is not None
    assert "1億円" in said[0].ja
    assert "トンネルの修繕は単価が分からず" in said[1][0].ja
    assert proposal.programme(sheet(programme=(unpriced,))) is None


def test_deadlines_are_said_to_be_kept_only_where_that_was_counted() -> None:
    row = Levelling(owner="", before=(9, 1), after=(5, 5), moved=3)
    known = proposal.levelling(sheet(levelling=(msgspec.structs.replace(row, late=0),)))
    open_ = proposal.levelling(sheet(levelling=(row,)))
    assert known is not None
    assert open_ is not None
    assert "法定の期限" in known[1][0].ja
    assert "法定の期限" not in open_[1][0].ja


def test_residents_hear_of_removals_only_where_there_are_some() -> None:
    row = ProgrammeRow(
        owner="", asset_class=AssetClass.BRIDGE, measure=Measure.REMOVE, yen=(1,) * 10, quantities=(0.0,) * 9 + (2.0,)
    )
    assert "2か所で、撤去" in summary.residents(sheet(programme=(row,)))[1].ja
    assert "ありません" in summary.residents(sheet())[1].ja


def test_residents_hear_only_of_what_the_region_has() -> None:
    row = StockRow(owner="甲市", asset_class=AssetClass.BRIDGE, count=2, quantity=0.0, unit=Unit.COUNT)
    bridges = summary.residents(sheet(stock=(row,)))
    assert bridges[0].ja.startswith("この計画は、これから10年間、橋を")
    assert "look after bridges together" in bridges[0].en
    assert not any("浄化槽" in said.ja or "水漏れ" in said.ja for said in bridges)
    pipes = msgspec.structs.replace(row, asset_class=AssetClass.WATER_PIPE)
    assert "assets of one class" in complete(sheet(stock=(row,))).findings["stock"].en
    both = summary.residents(sheet(stock=(row, pipes)))
    assert "橋や水道を" in both[0].ja
    assert "damage to a bridge or a leak" in " ".join(said.en for said in both)


def test_equal_shares_are_called_unchanged() -> None:
    rows = tuple(OwnerEffect(owner=one.code, alone_yen=10**9, plan_yen=10**9) for one in MEMBERS)
    said = effect.owners(sheet(owner_effects=rows))
    assert said is not None
    assert "変わらない" in said[0].ja


def test_an_empty_sheet_claims_nothing() -> None:
    done = complete(sheet())
    assert done.findings == {}
    assert done.narrative == {}
    assert done.points == ()
    assert len(done.limits) >= 2


def test_stock_is_counted() -> None:
    rows = tuple(
        StockRow(owner=owner, asset_class=AssetClass.SEPTIC, count=n) for owner, n in (("甲市", 1200), ("乙町", 34))
    )
    said = state.stock(sheet(stock=rows))
    assert said is not None
    assert said[0].ja == "2団体で1種類、1,234施設を管理している"


def test_both_languages_carry_the_same_numbers() -> None:
    done = complete(example(5))
    texts = [*done.findings.values(), *(text for said in done.narrative.values() for text in said), *done.limits]
    assert len(texts) > 20
    for text in texts:
        assert text.ja
        assert text.en
        assert re.search(r"[ぁ-ん]", text.ja)
        shares = re.findall(r"(\d+(?:\.\d)?)%", text.ja)
        assert shares == re.findall(r"(\d+(?:\.\d)?) %", text.en), text


PIPES = AssetClass.SEWER_PIPE
UNSEEN = (StockRow(owner="甲市", asset_class=PIPES, count=100),)
WEAR = Forecast(asset_class=PIPES, scale="s", assets=100, years=(2027, 2028), bad=(Band(40), Band(60)))


def test_what_nobody_inspected_is_no_finding() -> None:
    blind = sheet(stock=UNSEEN, forecasts=(WEAR,), risks=(
        RiskRow(owner="", assets=100, yen_per_year=Band(3e7)),
        RiskRow(owner="甲市", assets=90, yen_per_year=Band(2e7)),
        RiskRow(owner="乙町", assets=10, yen_per_year=Band(1e7)),
    ))  # fmt: skip
    said = outlook.forecast(blind)
    assert said is not None
    assert "仮の値にとどまる" in said[0].ja
    assert "60" not in said[0].ja
    loss = outlook.risk(blind)
    assert loss is not None
    assert "仮の試算" in loss[0].ja
    assert "甲市" not in loss[0].ja
    grades = state.grades(blind)
    assert grades is not None
    assert "状態は分からない" in grades[0].ja
    points = "".join(text.ja for text in complete(blind).points)
    assert "60" not in points
    assert "仮の試算" not in points
    seen = msgspec.structs.replace(
        blind, grades=(GradeRow(owner="甲市", asset_class=PIPES, scale="s", counts=(5, 0, 1)),)
    )
    again = outlook.forecast(seen)
    assert again is not None
    assert "40スパンから60スパンに増える" in again[0].ja


@pytest.mark.parametrize(
    ("counts", "ungraded", "begins"),
    [
        ((5, 0, 1), 0, "最後の点検の後の悪化も"),
        ((5, 0, 1), 9, "点検後の悪化や判定のないものも"),
        ((5, 0, 39), 9, "対策を"),
    ],
)
def test_more_bad_assets_than_were_found_are_explained(counts: tuple[int, ...], ungraded: int, begins: str) -> None:
    row = GradeRow(owner="甲市", asset_class=PIPES, scale="s", counts=counts, ungraded=ungraded)
    said = outlook.forecast(sheet(stock=UNSEEN, forecasts=(WEAR,), grades=(row,), scales=(SCALE,)))
    assert said is not None
    assert said[0].ja.startswith(begins)


def test_equal_losses_make_no_ranking() -> None:
    def top(*yen: float) -> PlanSheet:
        return sheet(top_risks=tuple(
            RiskAsset(rank=k + 1, owner="甲市", asset_class=AssetClass.BRIDGE, number=str(k), likelihood=0.1,
                      consequence_yen=1e6, yen_per_year=Band(value))
            for k, value in enumerate(yen)
        ))  # fmt: skip

    assert outlook.tied(top(*[70_000.0] * 30))
    assert not outlook.tied(top(*[70_000.0] * 5)), "five alike are still worth a look"
    assert not outlook.tied(top(*(70_000.0 - 1000 * k for k in range(30))))
    said = outlook.top(top(*[70_000.0] * 30))
    assert said is not None
    assert "特定できない" in said[0].ja


@pytest.mark.parametrize(("provision", "words"), [(90, "見込みである"), (10, "事業費は1億円、最も多い")])
def test_a_cost_that_rests_on_expectations_says_so(provision: int, words: str) -> None:
    def row(code: str, yen: float) -> CompareRow:
        band = Band(yen)
        return CompareRow(
            group="money", code=code, label=Text("", ""), unit=Text("円", "yen"), values=(None, band, band, band)
        )

    years = ProgrammeRow(owner="", asset_class=AssetClass.BRIDGE, measure=Measure.REPAIR, yen=(10**7,) * 10)
    found = proposal.programme(sheet(programme=(years,), compare=(row("provision", provision), row("total", 100))))
    assert found is not None
    assert words in found[0].ja


def test_the_saving_is_put_down_to_what_causes_it() -> None:
    def said(*yen: int) -> str:
        found = effect.compare(sheet(yearly=costs(*yen)))
        assert found is not None
        return "".join(text.ja for text in found[1])

    assert "すべて集約再編による" in said(10**9, 10**9, 8 * 10**8)
    assert "共同発注で1億円減り、集約再編で1億円減る" in said(10**9, 9 * 10**8, 8 * 10**8)
    assert "集約再編" not in said(10**9, 9 * 10**8, 9 * 10**8)


@pytest.mark.parametrize(("share", "ja"), [(0.9996, "99.9%"), (1.0, "100%"), (0.0003, "0.1%未満"), (0.0, "0%")])
def test_all_and_nothing_are_said_only_where_they_are(share: float, ja: str) -> None:
    assert percents(share).ja == ja
