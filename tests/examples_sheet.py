"""A made-up plan sheet, marked simulated, of any number of owners; the numbers hang together but mean nothing."""

import math
import random
from datetime import date

import msgspec

from gunmane.core.plan.findings import (
    AgeProfile,
    AgeShare,
    DueEngineer,
    DueMonth,
    DueRow,
    Duty,
    Forecast,
    ForecastGroup,
    GradeRow,
    HazardRow,
    MapLayer,
    MapShape,
    ModelCard,
    ModelTest,
    Outline,
    OwnerSpeed,
    RiskAsset,
    RiskMatrix,
    RiskRow,
    StockRow,
)
from gunmane.core.plan.sheet import (
    Assumption,
    BudgetCase,
    Choice,
    CompareRow,
    Decision,
    EffectStep,
    Facts,
    FieldGap,
    Indicator,
    Levelling,
    Member,
    Milestone,
    Named,
    OwnerEffect,
    PlanSheet,
    ProgrammeRow,
    Quality,
    ScaleFacts,
    SepticDistrict,
    Verdict,
    Work,
    YearlyCost,
)
from gunmane.core.plan.values import Band, Column, Measure, Text, Unit
from gunmane.core.words import AssetClass, OwnerKind, SourceStatus

NAMES = (
    "白鷺市",
    "深沢町",
    "久里浜町",
    "神々廻村",
    "南北アルプス大河原町",
    "若葉台市",
    "きりしま町",
    "葦原村",
    "東雲市",
    "御厨町",
    "瑞穂野町",
    "星ヶ丘広域水道企業団",
)

CLASSES = {
    AssetClass.BRIDGE: (260, Unit.COUNT),
    AssetClass.SEWER_PIPE: (2400, Unit.KM),
    AssetClass.WATER_PIPE: (1900, Unit.KM),
    AssetClass.SEPTIC: (1500, Unit.COUNT),
}

SCALES = (
    ScaleFacts(
        "road-soundness",
        Text("健全性の診断の区分", "soundness class"),
        ("I", "II", "III", "IV"),
        (
            Text("健全", "sound"),
            Text("予防保全段階", "preventive stage"),
            Text("早期措置段階", "early measure"),
            Text("緊急措置段階", "urgent measure"),
        ),
        2,
        "平成26年国土交通省告示第426号",
    ),
    ScaleFacts(
        "sewer-urgency",
        Text("管きょの緊急度", "urgency of spans"),
        ("none", "III", "II", "I"),
        (
            Text("劣化なし", "not deteriorated"),
            Text("緊急度Ⅲ", "urgency III"),
            Text("緊急度Ⅱ", "urgency II"),
            Text("緊急度Ⅰ", "urgency I"),
        ),
        2,
    ),
    ScaleFacts(
        "septic-verdict",
        Text("法定検査の判定", "verdict"),
        ("適正", "おおむね適正", "不適正"),
        (Text("適正", "proper"), Text("おおむね適正", "mostly proper"), Text("不適正", "improper")),
        2,
    ),
)

SCALE_OF = {
    AssetClass.BRIDGE: ("road-soundness", (0.42, 0.46, 0.11, 0.01)),
    AssetClass.SEWER_PIPE: ("sewer-urgency", (0.7, 0.2, 0.08, 0.02)),
    AssetClass.SEPTIC: ("septic-verdict", (0.62, 0.33, 0.05)),
}


def example(owners: int = 5, seed: int = 1) -> PlanSheet:
    """Return a full sheet for this number of owners."""
    chance = random.Random(seed)
    members = tuple(
        Member(
            code=f"99{index:04d}",
            name=NAMES[index % len(NAMES)],
            kind=OwnerKind.UTILITY if "企業団" in NAMES[index % len(NAMES)] else OwnerKind.MUNICIPALITY,
            population=None if index == 11 else 3000 + 11000 * ((index * 7) % 5),
            area_km2=40.0 + 31.5 * index,
            engineers=None if index == 3 else (index * 3) % 7,
        )
        for index in range(owners)
    )
    codes = [member.code for member in members]
    facts = Facts(
        region="白鷺川流域",
        as_of=date(2026, 3, 31),
        first_year=2026,
        version="0.9",
        run_id="0198f3c2-7b1e",
        inputs_digest="4f2a9c17d0e85b36" * 4,
        seed=seed,
        software="gunmane 0.1.0",
        simulated=True,
        base_price_year=2025,
        discount_rate=0.04,
        contact="白鷺市 建設部 道路課(架空)",
    )
    programme = _programme(codes, chance)
    region = [row for row in programme if not row.owner]
    after = tuple(sum(row.yen[index] for row in region) for index in range(10))
    before = tuple(
        int(value * factor)
        for value, factor in zip(after, (1.9, 1.6, 1.3, 0.8, 0.7, 0.9, 0.6, 0.5, 0.9, 0.8), strict=True)
    )
    return PlanSheet(
        facts=facts,
        members=members,
        scales=SCALES,
        **_state(codes, chance),
        **_outlook(codes, chance),
        programme=programme,
        **_proposal(codes, after, before),
        **_basis(codes, chance),
    )


def _state(codes: list[str], chance: random.Random) -> dict[str, object]:
    stock: list[StockRow] = []
    shares: list[AgeShare] = []
    grades: list[GradeRow] = []
    for code in codes:
        for asset_class, (count, unit) in CLASSES.items():
            many = int(count * (0.4 + chance.random()))
            stock.append(
                StockRow(
                    owner=code,
                    asset_class=asset_class,
                    count=many,
                    unit=unit,
                    quantity=round(many * 0.034, 1) if unit is Unit.KM else None,
                    unmeasured=int(many * 0.02) if unit is Unit.KM else 0,
                )
            )
            blind = 0.55 if asset_class is AssetClass.WATER_PIPE else 0.08
            unknown = int(many * blind)
            now = 0.2 + 0.2 * chance.random()
            shares.append(
                AgeShare(
                    owner=code,
                    asset_class=asset_class,
                    threshold=40 if asset_class is AssetClass.WATER_PIPE else 50,
                    known=many - unknown,
                    unknown=unknown,
                    now=now,
                    in_10=now + 0.22,
                    in_20=now + 0.41,
                )
            )
            if asset_class in SCALE_OF:
                scale, parts = SCALE_OF[asset_class]
                graded = int(many * (0.25 if asset_class is AssetClass.SEWER_PIPE else 0.93))
                counts = [int(graded * part) for part in parts]
                counts[0] += graded - sum(counts)
                grades.append(
                    GradeRow(
                        owner=code, asset_class=asset_class, scale=scale, counts=tuple(counts), ungraded=many - graded
                    )
                )
    ages = tuple(
        AgeProfile(
            asset_class=asset_class,
            starts=tuple(range(1950, 2026, 5)),
            width=5,
            counts=tuple(
                int(count * len(codes) * math.exp(-((index - 6 - place) ** 2) / 14) / 6) for index in range(16)
            ),
            unknown=int(count * len(codes) * (0.55 if asset_class is AssetClass.WATER_PIPE else 0.08)),
        )
        for place, (asset_class, (count, _)) in enumerate(CLASSES.items())
    )
    duties = (
        Duty(
            "road.periodic",
            Text("道路橋の定期点検(5年に1回)", "Periodic inspection of bridges (every 5 years)"),
            Text("道路法施行規則第4条の5の6第1項第2号", "Road Act Enforcement Regulation art. 4-5-6"),
        ),
        Duty(
            "septic.article11",
            Text("浄化槽の定期検査(毎年)", "Yearly septic inspection"),
            Text("浄化槽法第11条第1項", "Septic Tank Act art. 11(1)"),
        ),
    )
    due = tuple(
        DueRow(
            owner=code,
            duty=duty.code,
            assets=220 if "road" in duty.code else 1500,
            due_in_year=44 + index if "road" in duty.code else 1500 - 3 * index,
            overdue=(index * 5) % 13,
            oldest_overdue=date(2024, 11, 30) if (index * 5) % 13 else None,
            unknown_anchor=3 * index,
            on_time=1 - (index * 5) % 13 / 220,
        )
        for duty in duties
        for index, code in enumerate(codes)
    )
    months = tuple(
        DueMonth(
            date(2026 + (month > 12), month - 12 * (month > 12), 1),
            duty.code,
            (18 if "road" in duty.code else 70) + chance.randrange(30),
        )
        for month in range(4, 16)
        for duty in duties
    )
    engineers = tuple(
        DueEngineer(
            engineer=f"点検班{index + 1}",
            owner=codes[0],
            duty=duties[0].code,
            count=60 + index,
            hours=480.0 + index,
            capacity_hours=900.0,
        )
        for index in range(3)
    )
    return {
        "stock": tuple(stock),
        "ages": ages,
        "age_shares": tuple(shares),
        "grades": tuple(grades),
        "duties": duties,
        "due": due,
        "due_months": months,
        "due_engineers": engineers,
    }


def _outlook(codes: list[str], chance: random.Random) -> dict[str, object]:
    forecasts = tuple(
        Forecast(
            asset_class=asset_class,
            scale=SCALE_OF[asset_class][0],
            assets=int(900 * growth),
            years=tuple(range(2025, 2036)),
            left_out=14,
            bad=tuple(
                Band(
                    80 * growth + 9 * growth * year,
                    80 * growth + 6 * growth * year,
                    80 * growth + 12.5 * growth * year,
                )
                for year in range(11)
            ),
        )
        for asset_class, growth in ((AssetClass.BRIDGE, 1.0), (AssetClass.SEWER_PIPE, 2.2))
    )
    losses = [4e7 * (1 + chance.random() * 3) for _ in codes]
    risks = [
        RiskRow(
            owner=code,
            assets=3000,
            unrated=40 + index,
            yen_per_year=Band(loss, loss * 0.7, loss * 1.5),
            cvar_95=loss * 4,
        )
        for index, (code, loss) in enumerate(zip(codes, losses, strict=True))
    ]
    total = sum(losses)
    risks.append(
        RiskRow(
            owner="",
            assets=3000 * len(codes),
            unrated=200,
            yen_per_year=Band(total, total * 0.8, total * 1.3),
            cvar_95=total * 2.4,
        )
    )
    tops = tuple(
        RiskAsset(
            rank=rank,
            owner=codes[rank % len(codes)],
            asset_class=AssetClass.BRIDGE if rank % 2 else AssetClass.SEWER_PIPE,
            number=f"B-{1000 + rank}",
            name=("大河原跨線橋", "幹線1号(白鷺駅前〜終末処理場)", None)[rank % 3],
            scale="road-soundness" if rank % 2 else "sewer-urgency",
            grade=("III", "II")[rank % 2] if rank != 7 else None,
            likelihood=0.09 / rank,
            consequence_yen=2.4e8 * (1 + 0.1 * rank),
            yen_per_year=Band(2.1e7 / rank, 1.4e7 / rank, 3.3e7 / rank),
            reasons=(
                Text("早期措置段階のまま9年を経過している", "In the early-measure stage for 9 years"),
                Text(
                    "第一次緊急輸送道路にあり、迂回に23km余計にかかる",
                    "On a first-class emergency route; the detour is 23 km longer",
                ),
            ),
            lon=139.0 + 0.02 * rank,
            lat=36.0 + 0.013 * ((rank * 7) % 11),
        )
        for rank in range(1, 16)
    )
    matrix = RiskMatrix(
        likelihood_edges=(0.001, 0.005, 0.02, 0.1),
        consequence_edges=(1e6, 1e7, 5e7, 2e8),
        counts=(
            (4210, 812, 120, 31, 4),
            (1204, 420, 96, 22, 6),
            (310, 122, 60, 18, 5),
            (66, 40, 21, 9, 3),
            (12, 9, 6, 2, 1),
        ),
    )
    points = tuple(
        MapShape(
            ((139.0 + 0.35 * chance.random(), 36.0 + 0.2 * chance.random()),), chance.choice((0, 1, 1, 2, 2, 3, 4, 5))
        )
        for _ in range(600)
    )
    lines = tuple(
        MapShape(((x, y), (x + 0.01, y + 0.004), (x + 0.015, y + 0.012)), chance.choice((0, 1, 1, 2, 3, 4, 5)))
        for x, y in ((139.05 + 0.25 * chance.random(), 36.03 + 0.12 * chance.random()) for _ in range(300))
    )
    width = 0.36 / len(codes)
    outlines = tuple(
        Outline(
            code,
            (
                tuple(
                    (
                        139.0 - 0.005 + width * (index + part),
                        36.0 + 0.1 + 0.11 * side + 0.008 * math.sin(7 * (index + part)),
                    )
                    for side, parts in ((1, (0, 0.25, 0.5, 0.75, 1)), (-1, (1, 0.75, 0.5, 0.25, 0)))
                    for part in parts
                ),
            ),
            "境界は架空",
        )
        for index, code in enumerate(codes)
    )
    return {
        "forecasts": forecasts,
        "risks": tuple(risks),
        "top_risks": tops,
        "matrices": (matrix,),
        "outlines": outlines,
        "layers": (
            MapLayer(asset_class=AssetClass.BRIDGE, shapes=points, unlocated=18),
            MapLayer(asset_class=AssetClass.SEWER_PIPE, shapes=lines, unlocated=220, left_out=1300),
        ),
    }


def _programme(codes: list[str], chance: random.Random) -> tuple[ProgrammeRow, ...]:
    kinds = (
        (AssetClass.BRIDGE, (Measure.INSPECT, Measure.REPAIR, Measure.REPLACE, Measure.REMOVE)),
        (AssetClass.SEWER_PIPE, (Measure.INSPECT, Measure.REPAIR, Measure.REPLACE)),
        (AssetClass.WATER_PIPE, (Measure.REPLACE,)),
        (AssetClass.SEPTIC, (Measure.INSPECT, Measure.REPLACE)),
    )
    rows: list[ProgrammeRow] = []
    for asset_class, measures in kinds:
        for measure in measures:
            parts = [
                ProgrammeRow(
                    owner=code,
                    asset_class=asset_class,
                    measure=measure,
                    yen=tuple(
                        chance.randrange(2, 90) * (100_000 if measure is Measure.INSPECT else 1_000_000)
                        for _ in range(10)
                    ),
                    quantities=tuple(1.0 for _ in range(10)),
                )
                for code in codes
            ]
            rows.append(
                ProgrammeRow(
                    owner="",
                    asset_class=asset_class,
                    measure=measure,
                    yen=tuple(sum(part.yen[index] for part in parts) for index in range(10)),
                    quantities=tuple(sum(part.quantities[index] for part in parts) for index in range(10)),
                )
            )
            rows += parts
    return tuple(rows)


def _proposal(codes: list[str], after: tuple[int, ...], before: tuple[int, ...]) -> dict[str, object]:
    merged = sum(after)
    alone = tuple(int(value * 1.08) for value in before)
    yen = Text("百万円", "¥ million")
    none = Text("", "")

    def four(now: float | None, *others: float, spread: float = 0.0) -> tuple[Band | None, ...]:
        bands = tuple(Band(one, one * (1 - spread), one * (1 + spread)) if spread else Band(one) for one in others)
        return (None if now is None else Band(now), *bands)

    compare = (
        CompareRow(
            group="stock",
            code="bridges",
            label=Text("維持する橋", "Bridges kept"),
            unit=Text("橋", "no."),
            values=four(1240, 1240, 1240, 1207),
        ),
        CompareRow(
            group="work",
            code="contracts",
            label=Text("契約の数", "Contracts"),
            unit=Text("件/年", "a year"),
            values=four(None, 84, 47, 45),
            better=-1,
        ),
        CompareRow(
            group="work",
            code="hours",
            label=Text("職員の作業時間", "Staff hours"),
            unit=Text("時間/年", "h a year"),
            values=four(None, 21400, 16800, 16200),
            better=-1,
        ),
        CompareRow(
            group="money",
            code="total",
            label=Text("10年間の費用", "Cost over 10 years"),
            unit=yen,
            values=four(None, sum(alone) / 1e6, sum(alone) * 0.95 / 1e6, merged / 1e6, spread=0.12),
            better=-1,
        ),
        CompareRow(
            group="money",
            code="peak",
            label=Text("最も多い年の費用", "Highest yearly cost"),
            unit=yen,
            values=four(None, max(alone) / 1e6, max(after) * 1.1 / 1e6, max(after) / 1e6),
            better=-1,
        ),
        CompareRow(
            group="condition",
            code="bad_left",
            label=Text("10年後に措置を要する橋", "Bridges in need after 10 years"),
            unit=Text("橋", "no."),
            values=four(150, 132, 96, 88, spread=0.2),
            better=-1,
        ),
        CompareRow(
            group="condition",
            code="risk",
            label=Text("10年後の想定損失", "Expected loss after 10 years"),
            unit=Text("百万円/年", "¥ million a year"),
            values=four(412, 530, 371, 340),
            better=-1,
            decimals=1,
        ),
        CompareRow(
            group="service",
            code="overdue",
            label=Text("平均の迂回時間", "Mean detour"),
            unit=Text("分", "min"),
            values=four(0, 0, 0, 1.4),
            better=-1,
            decimals=1,
        ),
    )
    difference = merged - sum(alone)
    effects = (
        EffectStep(Text("点検の共同発注", "Joint inspection"), int(difference * 0.2)),
        EffectStep(Text("修繕ロットの集約", "Larger repair lots"), int(difference * 0.35)),
        EffectStep(Text("予防保全への転換", "Preventive repair"), int(difference * 0.55)),
        EffectStep(
            Text("調整の手間", "Coordination"),
            difference
            - int(difference * 0.2)
            - int(difference * 0.35)
            - int(difference * 0.55)
            - int(difference * 0.1),
        ),
        EffectStep(Text("橋の集約・撤去", "Bridges merged or removed"), int(difference * 0.1)),
    )
    each = [sum(alone) // len(codes)] * len(codes)
    gains = tuple(
        OwnerEffect(
            owner=code,
            alone_yen=one,
            plan_yen=int(one * (1.03 if index == 3 else merged / sum(alone))),
            service=Text("橋2橋を集約、迂回は最大3分", "2 bridges merged, detour 3 minutes at most")
            if index == 1
            else None,
        )
        for index, (code, one) in enumerate(zip(codes, each, strict=True))
    )
    levelling = (
        Levelling(owner="", before=before, after=after, cap=(max(after),) * 10, moved=214, late=0),
        *(
            Levelling(
                owner=code,
                before=tuple(value // len(codes) for value in before),
                after=tuple(value // len(codes) for value in after),
            )
            for code in codes
        ),
    )
    streams = (Text("合意", "Consent"), Text("データ", "Data"), Text("発注", "Contracts"), Text("工事", "Works"))
    milestones = (
        Milestone(stream=streams[0], label=Text("連携協約の議決", "Vote on the agreement"), start=9),
        Milestone(stream=streams[0], label=Text("5年目の見直し", "Review in year 5"), start=57),
        Milestone(
            stream=streams[1], label=Text("台帳の取込みと補正", "Ledgers imported and mended"), start=0, length=14
        ),
        Milestone(stream=streams[2], label=Text("第1回共同点検", "First joint inspection"), start=12, length=12),
        Milestone(
            stream=streams[2], label=Text("包括契約(5年)", "Comprehensive contract (5 years)"), start=36, length=60
        ),
        Milestone(
            stream=streams[3], label=Text("区分Ⅲ・Ⅳの修繕", "Repair of classes III and IV"), start=6, length=54
        ),
        Milestone(stream=streams[3], label=Text("集約・撤去", "Merging and removal"), start=60, length=60),
    )
    decisions = (
        Decision(
            what=Text("共同点検を1つの契約で発注する", "Order joint inspection as one contract"),
            who=Text("構成団体の長", "Heads of the owners"),
            by=date(2026, 9, 30),
            reversible=True,
        ),
        Decision(
            what=Text("連携協約を結ぶ", "Conclude the cooperation agreement"),
            who=Text("各議会", "Assemblies"),
            by=date(2026, 12, 20),
            reversible=True,
        ),
        Decision(
            what=Text(
                "33橋を集約・撤去の候補として住民と協議する",
                "Consult residents on 33 bridges to be merged or removed",
            ),
            who=Text("深沢町、神々廻村", "Two municipalities"),
            by=date(2028, 3, 31),
            reversible=False,
        ),
    )
    indicators = (
        Indicator(
            code="N3",
            label=Text("区分Ⅲ・Ⅳの割合", "Share of III and IV"),
            definition=Text("区分Ⅲ・Ⅳの橋 ÷ 判定済みの橋", "III and IV ÷ judged"),
            unit=Text("%", "%"),
            now=12.1,
            reference=7.3,
            reference_source="道路メンテナンス年報",
            targets=(11.8, 9.0, 6.5, 4.0),
            decimals=1,
        ),
        Indicator(
            code="N10",
            label=Text("必要な技術者に対する不足", "Shortage of engineers"),
            definition=Text("必要人数 − 現在の人数", "needed − present"),
            unit=Text("人", "persons"),
            now=4.2,
            targets=(4.0, 2.5, 1.0, 0.5),
            decimals=1,
        ),
    )
    assert none.ja == ""
    return {
        "compare": compare,
        "yearly": (
            YearlyCost(Column.ALONE, alone),
            YearlyCost(Column.JOINT, after),
            YearlyCost(Column.MERGED, after),
        ),
        "present_spend": int(merged / 10 * 0.83),
        "effects": effects,
        "owner_effects": gains,
        "levelling": levelling,
        "milestones": milestones,
        "decisions": decisions,
        "indicators": indicators,
    }


def _basis(codes: list[str], chance: random.Random) -> dict[str, object]:
    assumptions = tuple(
        Assumption(
            group=group,
            label=Text(ja, en),
            value=value,
            unit=Text(unit, unit),
            source=source,
            year=year,
            status=status,
        )
        for group, ja, en, value, unit, source, year, status in (
            (
                "cost",
                "橋の架替え",
                "Bridge replacement",
                "448",
                "千円/m²",
                "総務省の更新費用試算ソフト(加古川市の資料による)",
                "2016",
                SourceStatus.PUBLISHED,
            ),
            ("cost", "下水道管の更新", "Sewer renewal", "124", "千円/m", "同上", "2016", SourceStatus.PUBLISHED),
            (
                "cost",
                "橋の点検",
                "Bridge inspection",
                "200〜300",
                "千円/橋",
                "筑西市の例",
                "2018",
                SourceStatus.PUBLISHED,
            ),
            (
                "cost",
                "共同発注による割引",
                "Discount of joint orders",
                "0",
                "%",
                "証拠がないため0とした",
                "",
                SourceStatus.ASSUMED,
            ),
            ("life", "橋", "Bridge", "60", "年", "同上", "2016", SourceStatus.PUBLISHED),
            ("life", "浄化槽", "Septic system", "30", "年", "富良野市の資料", "", SourceStatus.UNVERIFIED),
            ("finance", "割引率", "Discount rate", "4", "%", "公共事業評価の技術指針", "", SourceStatus.UNVERIFIED),
            (
                "prior",
                "橋の区分Ⅱ→Ⅲ",
                "Bridge II→III",
                "0.012",
                "回/年",
                "文献による事前分布",
                "2024",
                SourceStatus.UNVERIFIED,
            ),
        )
    )
    fields = (Text("建設年度", "year built"), Text("材料", "material"), Text("口径・幅員", "size"))
    quality = tuple(
        Quality(
            owner=code,
            asset_class=asset_class,
            assets=count,
            located=int(count * 0.94),
            gaps=tuple(
                FieldGap(field, int(count * part * (0.4 + chance.random())), count)
                for field, part in zip(
                    fields, (0.5 if asset_class is AssetClass.WATER_PIPE else 0.08, 0.1, 0.3), strict=True
                )
            ),
            flagged=chance.randrange(9),
            rejected=chance.randrange(6),
            newest=date(2026, 2, 14),
            grade="BCAB"[index % 4],
        )
        for index, code in enumerate(codes)
        for asset_class, (count, _) in CLASSES.items()
    )
    models = tuple(
        ModelCard(
            asset_class=asset_class,
            scale=SCALE_OF[asset_class][0],
            method=Text(
                "区分を1段ずつ下がる連鎖(区分ごとに一定の速さ)を、全団体の点検の対から推定し、団体ごとの差を縮小推定した。",
                "A chain that falls one grade at a time, fitted to all owners' inspection pairs, with owners' "
                "differences shrunk towards the mean.",
            ),
            intervals=2140,
            assets=1180,
            owners=len(codes),
            prior=SourceStatus.UNVERIFIED,
            hazards=tuple(
                HazardRow(grade, Band(0.05 / (rank + 1), 0.04 / (rank + 1), 0.065 / (rank + 1)), 20.0 * (rank + 1))
                for rank, grade in enumerate(("I", "II", "III"))
            ),
            model="2aa7b4ac-4979-812a-ab34-9b294d964feb",
            adopted=True,
            data_cut=date(2026, 3, 31),
            owner_rows=tuple(
                OwnerSpeed(code, 120, 260, Band(1.1 - 0.1 * index, 0.9 - 0.1 * index, 1.3 - 0.1 * index), 0.4)
                for index, code in enumerate(codes)
            ),
            tests=(
                ModelTest(
                    Text("2021年4月", "2021-04"),
                    5.0,
                    640,
                    Band(41.5, 30.0, 53.0),
                    44,
                    0.4012,
                    {"no_change": 0.61, "table": 0.4105, "pooled": 0.4013},
                ),
            ),
            groups=tuple(
                ForecastGroup(80, 0.02 * step, Band(0.019 * step, 0.012 * step, 0.03 * step)) for step in range(1, 9)
            ),
            checks=(
                Text("取り置いた点検でのカバー率は80%の幅に対して79%。", "Held-out coverage of the 80 % band: 79 %."),
            ),
            limits=(Text("補修で区分が改善した対は推定に用いていない。", "Pairs improved by repair were not used."),),
        )
        for asset_class in (AssetClass.BRIDGE,)
    )
    return {"assumptions": assumptions, "quality": quality, "models": models, "rejected_rows": 57}


def listed(owners: int) -> PlanSheet:
    """Return the example with decisions, works and septic districts, so that every document has something to show."""
    sheet = example(owners)
    chance = random.Random(owners + 7)
    members = sheet.members
    works = tuple(
        Work(
            owner=members[k % owners].code, asset_class=(AssetClass.BRIDGE, AssetClass.SEWER_PIPE)[k % 2],
            number=f"{k:05d}-{chance.randrange(999):03d}", name=f"架空第{k}橋" if k % 2 == 0 else None,
            built_year=None if k % 9 == 0 else 1950 + k % 70, length_m=round(chance.uniform(2, 300), 1),
            grade=None if k % 7 == 0 else "III", inspected=2024, measure=Measure.REPAIR,
            year=sheet.facts.first_year + k // 20, yen=None if k % 11 == 0 else chance.randrange(10**5, 10**9),
            reason=Text("判定により次回点検までに措置が必要", "its grade asks for action before the next inspection"),
            lon=136.0 + chance.random() * 0.1, lat=35.0 + chance.random() * 0.1,
        )
        for k in range(90)
    )  # fmt: skip
    choices = tuple(
        Choice(
            kind=kind, code=f"{kind}.{k}", owner=members[k % owners].code if kind in ("bridge", "sewage") else "",
            subject=Text(f"架空の{kind}の対象{k}", f"made-up {kind} {k}"), verdict=tuple(Verdict)[k % 4],
            proposal=Text("令和9(2027)年度に撤去する、または縮小して架け替える案を示す", "Show both"),
            reason=Text("次に安い方法より1.23億円少なくて済む。" * (1 + k % 3), "It costs less. " * (1 + k % 3)),
            rule=Text("すべての方法の現在価値を比べる。", "All present values are compared."),
            source="架空の手引き(令和7年)", status=SourceStatus.ASSUMED,
            inputs=(Named(Text("橋長", "length"), Text("12.5m", "12.5 m")),
                    Named(Text("交通量(台/日)", "vehicles a day"), Text("1,234", "1,234"))),
            alternatives=tuple(Named(Text(f"方法{n}", f"method {n}"), Text(f"{n}億円", f"¥{n}00 million"))
                               for n in range(1, 5)),
            sensitivity=Text("交通量が20%増減しても、結論は変わらない。", "20 % more traffic changes nothing."),
            law=Text("住民との合意が先に要る。", "Consent comes first."), saves_yen=123_000_000,
            lon=136.05 if k % 2 else None, lat=35.05 if k % 2 else None,
        )
        for k, kind in enumerate(
            ("groups", "lots", "engineers", *("bridge",) * 9, *("sewage",) * 9, "plant", "plant")
        )
    )  # fmt: skip
    septic = tuple(
        SepticDistrict(
            owner=members[k % owners].code, mesh=f"5236{k:04d}" if k % 5 else "", count=20 + k, old=k,
            west=136.0 if k % 5 else None, south=35.0 if k % 5 else None,
        )
        for k in range(30)
    )  # fmt: skip
    budgets = tuple(
        BudgetCase(
            share=share, budget_yen=round(share * 4e9), spent_yen=round(share * 39e8), measures=400, undone=90,
            bad_left=70, risk_yen=123_456_789, gap=0.0012,
        )
        for share in (0.8, 1.0, 1.2)
    )  # fmt: skip
    return msgspec.structs.replace(
        sheet, works=works, works_left_out=12, choices=choices, septic=septic, budgets=budgets
    )
