"""Decisions about districts (sewer or septic) and about treatment plants that could be merged."""

import numpy as np

from gunmane.core.plan.costs import CostBook
from gunmane.core.plan.formats import fiscal, number, yen
from gunmane.core.plan.options import MERGE
from gunmane.core.plan.scenarios import RegionPlan
from gunmane.core.plan.sewage import District, PlantMove
from gunmane.core.plan.sheet import Choice, Named, SepticDistrict, Verdict
from gunmane.core.plan.values import Text
from gunmane.core.words import SourceStatus

MOST = 60
"""Districts described one by one, the largest first."""

RULE = Text(
    "1戸あたりに要る管の長さと家屋間限界距離を比べる。既に使った費用は数えず、使える浄化槽の本体は払い直さない。",
    "Pipe needed for each house against the limit distance; sunk cost is left out and good tanks are not paid again.",
)
SOURCE = "都道府県構想策定マニュアル(家屋間限界距離、統一的な経済比較)の考え方。単価は前提条件の表による"
LAW = Text(
    "下水道の計画区域に入れるには、都道府県構想と事業計画の変更が要る。",
    "To enter the sewer area the prefectural concept and the project plan must be changed.",
)


def sewage(plan: RegionPlan, book: CostBook, names: list[str]) -> list[Choice]:
    """Return a decision for each district, the largest first, and for each plant."""
    named = sorted((one for one in plan.sewage if one.mesh), key=lambda one: (-one.count, one.owner, one.mesh))
    # What would change, or cannot be said, comes before what stays as it is.
    first = {Verdict.CHANGE: 0, Verdict.UNDECIDED: 1, Verdict.KEEP: 2, Verdict.UNKNOWN: 3}
    named.sort(key=lambda one: first[one.verdict])
    return [*(_district(plan, book, one) for one in named[:MOST]), *(_plant(plan, one, names) for one in plan.plants)]


def septic_rows(plan: RegionPlan) -> tuple[SepticDistrict, ...]:
    """Return the septic systems by owner and district."""
    return tuple(
        SepticDistrict(
            owner=plan.stock.owners[one.owner].code,
            mesh=one.mesh,
            count=one.count,
            old=one.old,
            unknown_age=one.unknown_age,
            west=one.west,
            south=one.south,
        )
        for one in plan.sewage
    )


def _district(plan: RegionPlan, book: CostBook, one: District) -> Choice:
    facts = plan.stock.owners[one.owner]
    known = np.isfinite(one.needed)
    share = book.value("plant_share_yen")
    inputs = [
        Named(Text("浄化槽", "septic systems"), Text(f"{number(one.count)}基", number(one.count))),
        Named(Text("耐用年数を過ぎた浄化槽", "older than their life"), Text(f"{number(one.old)}基", number(one.old))),
        Named(
            Text("設置年が不明の浄化槽", "of unknown age"),
            Text(f"{number(one.unknown_age)}基", number(one.unknown_age)),
        ),
        Named(
            Text("1戸あたりに要る管", "pipe needed for each house"),
            Text(f"{number(one.needed)}m", f"{number(one.needed)} m") if known else Text("不明", "not known"),
        ),
        Named(Text("家屋間限界距離", "limit distance"), Text(f"{number(one.limit)}m", f"{number(one.limit)} m")),
    ]
    sewer_yen = one.septic_yen - share
    proposals = {
        Verdict.CHANGE: Text("下水道への接続を検討する", "Consider joining the sewer"),
        Verdict.KEEP: Text("浄化槽を続ける", "Keep septic systems"),
        Verdict.UNDECIDED: Text("判断を保留し、測量と将来人口を確かめる", "Undecided: survey and population first"),
        Verdict.UNKNOWN: Text("判断しない", "Not judged"),
    }
    reasons = {
        Verdict.CHANGE: Text(
            "要る管の長さが限界距離より短く、つなぐ方が年間費用が小さい。",
            "The pipe needed is shorter than the limit distance: joining is cheaper a year.",
        ),
        Verdict.KEEP: Text(
            "要る管の長さが限界距離より長く、浄化槽の方が年間費用が小さい。",
            "The pipe needed is longer than the limit distance: septic systems are cheaper a year.",
        ),
        Verdict.UNDECIDED: Text("要る管の長さが限界距離に近い。", "The pipe needed is near the limit distance."),
        Verdict.UNKNOWN: Text("近くの下水道管か単価が分からない。", "No sewer nearby is known, or no price."),
    }
    turned = one.verdict is Verdict.UNDECIDED
    lon = None if one.west is None else round(one.west + 45 / 7200, 6)
    lat = None if one.south is None else round(one.south + 30 / 7200, 6)
    return Choice(
        kind="sewage",
        code=f"sewage.{facts.code}.{one.mesh}",
        owner=facts.code,
        subject=Text(f"{facts.name} 地区{one.mesh}", f"{facts.name}, district {one.mesh}"),
        verdict=one.verdict,
        proposal=proposals[one.verdict],
        reason=reasons[one.verdict],
        rule=RULE,
        source=SOURCE,
        status=SourceStatus.ASSUMED,
        inputs=tuple(inputs),
        alternatives=(
            Named(Text("浄化槽(1戸・年)", "septic, a house and year"), yen(one.septic_yen)),
            Named(Text("下水道の管に使える額(1戸・年)", "left for sewer pipes, a house and year"), yen(sewer_yen)),
        ),
        sensitivity=None
        if one.verdict is Verdict.UNKNOWN
        else Text(
            "浄化槽の費用か管の費用が20%違うと結論が変わる(判断保留)。",
            "20 % more or less cost of septic systems or pipes turns the answer (undecided).",
        )
        if turned
        else Text(
            "浄化槽の費用と管の費用がそれぞれ20%増減しても、結論は変わらない。",
            "20 % more or less cost of septic systems or pipes does not change the answer.",
        ),
        law=LAW if one.verdict is not Verdict.KEEP else None,
        lon=lon,
        lat=lat,
    )


def _name(plan: RegionPlan, row: int, names: list[str]) -> Text:
    """Return a plant's name, its owner's where it has none."""
    place, owner = int(plan.stock.row[row]), plan.stock.owners[int(plan.stock.owner[row])]
    if 0 <= place < len(names):
        return Text(names[place], names[place])
    return Text(f"{owner.name}の処理施設", f"{owner.name}'s plant")


PLANT_RULE = Text(
    "流量を受け入れる余裕のある施設へ管でつなぐ費用と、次の更新費・運転費を比べ、すべての施設の組合せの中で節約額の合計が"
    "最も大きいものを選ぶ。運転費とポンプの費用は、前提条件の表に値がある場合だけ数える。",
    "A link to a plant with room against the next renewal and running cost; of all combinations of plants the one "
    "that saves most. Running cost and pumping count only where the table of assumptions has a value.",
)


def _plant_reason(one: PlantMove) -> Text:
    amount = yen(abs(one.saves[1]))
    if one.crowded:
        return Text(
            f"単独でみれば{amount.ja}の節約になるが、相手の余裕をほかの施設が使うか、この施設がほかの流量を受け入れる。",
            f"Alone it would save {amount.en}, but others take the room, or this plant takes others' flow.",
        )
    better, better_en = ("節約", "saved") if one.saves[1] > 0 else ("負担増", "more")
    return Text(
        f"更新費・運転費と連絡管の費用の差は、現在価値で{amount.ja}の{better}である。",
        f"Renewal and running against the link: {amount.en} {better_en} at present value.",
    )


def _plant(plan: RegionPlan, one: PlantMove, names: list[str]) -> Choice:
    stock = plan.stock
    name, other = _name(plan, one.plant, names), _name(plan, one.to, names)
    code = stock.owners[int(stock.owner[one.plant])].code
    running = [Named(Text("運転費の差(現在価値)", "running cost saved"), yen(one.running))] if one.running else []
    later = plan.merged.plan.measure[one.plant] != MERGE
    year = fiscal(one.year)
    merge = Text(f"次の更新に合わせて{other.ja}へ統合する", f"Merge into {other.en} at the next renewal")
    if later and stock.built_year[one.plant] == 0:
        merge = Text(
            f"建設年度を調べ、次の更新に合わせて{other.ja}へ統合する。時期が決まらないため、費用は本計画に入らない",
            f"Find out when it was built, then merge into {other.en} at the next renewal; without a year it is "
            "not in "
            "this plan's cost",
        )
    elif later:
        merge = Text(
            f"計画期間の後、次の更新({year.ja})に合わせて{other.ja}へ統合する。費用は本計画に入らない",
            f"After the plan, at the next renewal ({year.en}), merge into {other.en}; not in this plan's cost",
        )
    proposals = {
        Verdict.CHANGE: merge,
        Verdict.KEEP: Text("統合せずに続ける", "Go on without merging"),
        Verdict.UNDECIDED: Text("判断を保留し、概略設計をする", "Undecided: outline design first"),
        Verdict.UNKNOWN: Text("判断しない", "Not judged"),
    }
    return Choice(
        kind="plant",
        code=f"plant.{code}.{one.plant}",
        owner=code,
        subject=name,
        verdict=one.verdict,
        proposal=proposals[one.verdict],
        reason=_plant_reason(one),
        rule=PLANT_RULE,
        source="広域化・共同化計画策定マニュアルの考え方。単価は前提条件の表による",
        status=SourceStatus.ASSUMED,
        inputs=(
            Named(Text("流量", "flow"), Text(f"{number(one.flow)}m³/日", f"{number(one.flow)} m³/day")),
            Named(
                Text("次の更新", "next renewal"), year if stock.built_year[one.plant] else Text("不明", "not known")
            ),
            Named(Text("連絡管", "link"), Text(f"{number(one.km, 1)}km", f"{number(one.km, 1)} km")),
            Named(Text("相手の余裕", "room there"), Text(f"{number(one.room)}m³/日", f"{number(one.room)} m³/day")),
        ),
        alternatives=(
            Named(Text("単独で更新(現在価値)", "renew alone, present value"), yen(one.renewal[1])),
            Named(Text("連絡管(現在価値)", "link, present value"), yen(one.link_now)),
            *running,
        ),
        sensitivity=Text("単価の幅(±20%)で結論が変わる(判断保留)。", "Prices 20 % off turn the answer (undecided).")
        if one.verdict is Verdict.UNDECIDED
        else Text("単価の幅(±20%)でも結論は変わらない。", "Prices 20 % off do not change the answer."),
        saves_yen=round(one.saves[1]),
        lon=round(float(stock.lon[one.plant]), 6),
        lat=round(float(stock.lat[one.plant]), 6),
    )
