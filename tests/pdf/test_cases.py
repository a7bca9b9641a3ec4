"""Cases, shares, owners' indicators, overrides and the record of a decision, as they are printed."""

from datetime import date

import msgspec
import pypdfium2
import pytest
from tests.examples_sheet import example

from gunmane.core.plan.record import (
    Approval,
    CostShare,
    FairnessCase,
    FairnessOwner,
    Overridden,
    OwnerIndicator,
    ScenarioCase,
    StabilityRow,
)
from gunmane.core.plan.sheet import PlanSheet
from gunmane.core.plan.values import Text
from gunmane.core.plan.versions import decided
from gunmane.core.words import AssetClass, Language
from gunmane.pdf.plans import draw

PLAN = Text("この計画(連携+集約再編)", "This plan (joint + merged)")


def sheet() -> PlanSheet:
    made = example(owners=3)
    codes = [one.code for one in made.members]
    plan = ScenarioCase(
        group="plan", code="plan", label=PLAN, total_yen=12_300_000_000, contracts=14.2, hours=5200, measures=420,
        undone=0, bad_left=3, risk_yen=52_000_000, per_resident=91_000,
    )  # fmt: skip
    others = [
        ("budget", "予算80%", "80 % of the budgets", 10_900_000_000),
        ("population", "人口: 低位の推計", "Population: low projection", 12_300_000_000),
        ("without", "撤去をしない場合", "Without removals", 12_700_000_000),
    ]
    cases = [
        msgspec.structs.replace(plan, group=group, code=ja, label=Text(ja, en), total_yen=yen, undone=31)
        for group, ja, en, yen in others
    ]
    shares = tuple(
        CostShare(
            owner=code, alone_yen=4_000_000_000 + k, equal=4_100_000_000, stock=3_900_000_000, population=None,
            benefit=3_800_000_000, worse=("equal",),
        )
        for k, code in enumerate(codes)
    )  # fmt: skip
    indicators = tuple(
        OwnerIndicator(
            code="old_bridge", label=Text("建設後50年以上の橋梁", "Bridges of 50 years and more"), owner=code,
            unit=Text("割合", "share"), value=0.31, region=0.35, nation=0.37, source="道路メンテナンス年報 (2024)",
            decimals=3,
        )
        for code in codes
    )  # fmt: skip
    overrides = (
        Overridden(
            code="asset.1", owner=codes[0], asset_class=AssetClass.BRIDGE, subject=Text("橋梁 一の橋", "Bridge 1"),
            chosen=Text("令和10(2028)年度 更新", "Renewal in FY2028"), proposed=Text("措置しない", "no measure"),
            reason=Text("詳細調査の結果による", "result of a detailed survey"), note="主桁の亀裂", by="橋梁課長",
            on=date(2026, 11, 20), yen=44_800_000,
        ),
        Overridden(
            code="asset.2", owner=codes[1], asset_class=AssetClass.BRIDGE, subject=Text("橋梁 二の橋", "Bridge 2"),
            chosen=Text("措置しない", "no measure"), reason=Text("住民の意向", "residents' wishes"), by="部長",
            on=date(2026, 11, 20), conflict=Text("直ちに措置する義務がある", "action at once is a duty"),
        ),
    )  # fmt: skip
    parts = tuple(
        FairnessOwner(owner=one.code, paid_yen=80_000_000, spent_yen=79_000_000, pooled_yen=60_000_000 + k,
                      loss_yen=12_000_000 if k else -2_000_000)
        for k, one in enumerate(made.members)
    )  # fmt: skip
    fairness = tuple(
        FairnessCase(floor=floor, ceiling=ceiling, given=True, share=1.0, price_yen=10_000_000, uncertain_yen=100_000,
                     owners=parts)
        for floor, ceiling in ((1.0, 1.0), (0.8, 1.2))
    )  # fmt: skip
    steady = StabilityRow(edition=2, decided_on=date(2025, 3, 20), listed=40, same=33, moved=4, changed=2, dropped=1,
                          due=0, unlisted=3, gone=0, yen=5_000_000)  # fmt: skip
    made = msgspec.structs.replace(made, fairness=fairness, stability=steady)
    return msgspec.structs.replace(
        made, cases=(plan, *cases), shares=shares, owner_indicators=indicators, overrides=overrides
    )


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "".join(page.get_textpage().get_text_range() for page in document).replace("\r\n", "").replace(" ", "")


@pytest.mark.parametrize("language", list(Language))
def test_what_people_decide_on_is_printed(language: Language) -> None:
    approval = Approval(
        decided_on=date(2027, 3, 20), meeting="第3回協議会", decided_by="山田 花子", title="会長", note="賛成多数"
    )
    printed = text_of(draw(decided(sheet(), approval), language=language))
    if language is Language.JA:
        wanted = ("団体ごとに分ける", "地域全体の損失は1,000万円大きい", "40件のうち33件は、対策も年度も変わらない",
                  "自由に選ぶ場合より現在価値で500万円", "撤去をしない場合", "受益割", "▲4,100(+100)", "一の橋",
                  "適用していない:直ちに措置する義務がある",
                  "提案との差:費用+4,480万円", "第3回協議会において決定", "決定者会長山田花子", "全国",
                  "37.0")  # fmt: skip
        assert "この文書は案です" not in printed
    else:
        wanted = (
            "Keptapart",
            "33oftheadopted",
            "Withoutremovals",
            "Bybenefit",
            "notapplied",
            "DecidedbyS"[:9],
            "Nation",
        )
    for part in wanted:
        assert part in printed, part


def test_only_the_rules_that_could_be_computed_are_said_to_be_unfair() -> None:
    made = sheet()
    worse = tuple(msgspec.structs.replace(one, benefit=None, worse=("equal", "stock")) for one in made.shares)
    printed = text_of(draw(msgspec.structs.replace(made, shares=worse)))
    assert "全体の費用を均等割・施設数割のどれで分け直しても、単独より負担の増える団体がある" in printed
    alone = tuple(msgspec.structs.replace(one, stock=None, benefit=None, worse=("equal",)) for one in made.shares)
    printed = text_of(draw(msgspec.structs.replace(made, shares=alone)))
    assert "全体の費用を均等割で分け直すと、単独より負担の増える団体がある" in printed


def test_a_draft_says_that_nobody_has_decided() -> None:
    printed = text_of(draw(sheet()))
    assert "未決定(案)" in printed
    assert "この文書は案です" in printed


def test_money_kept_apart_is_not_told_of_where_none_is_chosen_about() -> None:
    made = sheet()
    title = "予算を団体ごとに"
    assert title in text_of(draw(made))
    none = tuple(
        msgspec.structs.replace(
            one, price_yen=0, uncertain_yen=0,
            owners=tuple(
                msgspec.structs.replace(part, paid_yen=0, spent_yen=0, pooled_yen=0, loss_yen=0)
                for part in one.owners
            ),
        )
        for one in made.fairness
    )  # fmt: skip
    assert title not in text_of(draw(msgspec.structs.replace(made, fairness=none)))
