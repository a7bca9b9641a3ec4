"""Decisions about bridges to remove or narrow, each against every other measure, also with costs 20 % off."""

import msgspec
import numpy as np

from gunmane.core.plan.costs import CostBook
from gunmane.core.plan.formats import number, yen
from gunmane.core.plan.labels import Labels
from gunmane.core.plan.options import DOWNSIZE, MEASURES, REMOVE, REPAIR, measure_costs, removable, values_of
from gunmane.core.plan.scenarios import RegionPlan
from gunmane.core.plan.sheet import Choice, Named, Verdict
from gunmane.core.plan.values import Text
from gunmane.core.stock import Array, Floats
from gunmane.core.words import SourceStatus

MOST = 60
"""Bridges described one by one; the others are counted."""

RULE = Text(
    "交通量・迂回距離が上限以下で、孤立する世帯がなく、緊急輸送道路でない橋だけを候補とし、存置・修繕・更新・縮小・撤去の"
    "現在価値を比べる。利用者の迂回の費用も数える。",
    "Only bridges of little traffic and short detour, without sole access and off emergency routes are candidates: "
    "the present values of all measures are compared, users' detours counted.",
)
JOINT_RULE = Text(
    "撤去できる橋を道路網の上で合わせて判断する。誰も孤立せず、どの迂回も上限を超えない組合せのうち、節約額から利用者の"
    "迂回の費用を引いた額が最も大きいものを選ぶ。",
    "Removable bridges are judged together on the road network: of all sets that cut nobody off and keep every "
    "detour within the limit, the one that saves most, users' detours counted.",
)
SOURCE = "国土交通省 道路橋の集約・撤去事例集の4類型。上限値は前提条件の表による"


def bridges(plan: RegionPlan, book: CostBook, names: list[str], labels: Labels) -> list[Choice]:
    """Return a decision for each bridge that the consolidated column removes or narrows, and one for the unknown."""
    measure = plan.merged.plan.measure
    rows = np.flatnonzero((measure == DOWNSIZE) | (measure == REMOVE))
    found: list[Choice] = []
    if len(rows):
        tables = [_values(plan, book, rows, *case) for case in _cases()]
        middle = tables[0]
        chosen = measure[rows]
        own = middle[np.arange(len(rows)), chosen]
        other = middle.copy()
        other[np.arange(len(rows)), chosen] = np.inf
        saves = np.nan_to_num(other.min(axis=1) - own, posinf=0.0, neginf=0.0)
        for k in np.lexsort((rows, -saves))[:MOST].tolist():
            found.append(_one(plan, names, labels, int(rows[k]), [table[k] for table in tables]))
    found += _held(plan, names)
    _, unknown = removable(plan.stock, book)
    if unknown.any():
        found.append(_not_judged(plan, unknown))
    return found


def _cases() -> list[tuple[float, float, float]]:
    """Factors of traffic, of the price of removing and of all other prices: the middle case first."""
    cases = [(1.0, 1.0, 1.0)]
    for place in range(3):
        for factor in (0.8, 1.2):
            case = [1.0, 1.0, 1.0]
            case[place] = factor
            cases.append((case[0], case[1], case[2]))
    return cases


def _values(plan: RegionPlan, book: CostBook, rows: Array, traffic: float, removal: float, other: float) -> Floats:
    """Return the least present value of keeping and of each measure over the years, [m, 6], inf where not allowed."""
    cost = measure_costs(plan.stock, book, plan.prices)
    if plan.crossings is not None:
        cost[plan.crossings.held, REMOVE] = np.nan
    allowed = np.isfinite(cost[rows, 1:, 1])
    cost[:, 1:REMOVE] *= other
    cost[:, REMOVE] *= removal
    stock = msgspec.structs.replace(plan.stock, traffic_per_day=plan.stock.traffic_per_day * np.float32(traffic))
    value, keep = values_of(stock, book, plan.prices, plan.needs, cost, rows)
    value[~allowed] = np.inf
    late = np.arange(stock.years) > np.where(plan.needs.hard[rows], plan.needs.latest[rows], stock.years)[:, None]
    value = np.where(late[:, None, :], np.inf, value)
    kept = np.where(plan.needs.hard[rows], np.inf, keep)
    return np.concatenate([kept[:, None], value.min(axis=2)], axis=1)


def _one(plan: RegionPlan, names: list[str], labels: Labels, row: int, tables: list[Floats]) -> Choice:
    stock = plan.stock
    chosen = int(plan.merged.plan.measure[row])
    best = [int(table.argmin()) for table in tables]
    stable = all(one == chosen for one in best)
    middle = tables[0]
    other = float(np.delete(middle, chosen).min())
    # Where nothing else is allowed there is nothing to compare with.
    saves = other - float(middle[chosen]) if np.isfinite(other) and np.isfinite(middle[chosen]) else 0.0
    year = int(plan.merged.plan.year[row])
    measure = labels.get("measure", MEASURES[chosen])
    name = _name(plan, names, row)
    when = stock.first_fy + year
    has_year = year >= 0
    facts = [
        (Text("橋長", "length"), stock.length_m[row], "m", 1),
        (Text("幅員", "width"), stock.width_m[row], "m", 1),
        (Text("交通量(台/日)", "vehicles a day"), stock.traffic_per_day[row], "", 0),
        (_detour_label(plan, row), stock.detour_km[row], "km", 1),
        (_homes_label(plan, row), float(stock.sole_access_homes[row]), "", 0),
    ]
    inputs = [Named(label, _amount(float(value), unit, digits)) for label, value, unit, digits in facts]
    if stock.built_year[row] > 0:
        inputs.insert(
            0, Named(Text("架設年", "built"), Text(f"{stock.built_year[row]}年", f"{stock.built_year[row]}"))
        )
    alternatives = tuple(
        Named(labels.get("measure", MEASURES[k]), yen(float(middle[k])))
        for k in range(len(MEASURES))
        if np.isfinite(middle[k]) and k != chosen and (k >= REPAIR or not plan.needs.hard[row])
    )
    removed = chosen == REMOVE
    return Choice(
        kind="bridge",
        code=f"bridge.{stock.owners[int(stock.owner[row])].code}.{name}",
        owner=stock.owners[int(stock.owner[row])].code,
        subject=Text(name, name),
        verdict=Verdict.CHANGE if stable and saves > 0 else Verdict.UNDECIDED,
        proposal=Text(
            f"{when}年度に{measure.ja}する" if has_year else f"{measure.ja}の候補とする",
            f"{measure.en} in FY{when}" if has_year else f"candidate: {measure.en.lower()}",
        ),
        reason=_reason(saves),
        rule=RULE,
        source=SOURCE,
        status=SourceStatus.ASSUMED,
        inputs=tuple(inputs),
        alternatives=(Named(measure, _present(float(middle[chosen]))), *alternatives),
        sensitivity=Text(
            "交通量・撤去費・その他の単価がそれぞれ20%増減しても、結論は変わらない。",
            "20 % more or less traffic, removal cost or other prices do not change the answer.",
        )
        if stable
        else Text(
            "交通量・撤去費・その他の単価のどれかが20%違うと、結論が変わる(判断保留)。",
            "20 % more or less traffic, removal cost or other prices turn the answer (undecided).",
        ),
        law=Text(
            "住民との合意と、市町村道の認定の廃止・変更(道路法)が先に要る。",
            "Residents' consent and a change of the road's designation (Road Act) come first.",
        )
        if removed
        else None,
        saves_yen=round(saves) if np.isfinite(saves) else None,
        lon=_place(float(stock.lon[row])),
        lat=_place(float(stock.lat[row])),
    )


def _name(plan: RegionPlan, names: list[str], row: int) -> str:
    place = int(plan.stock.row[row])
    return names[place] if 0 <= place < len(names) else str(row)


def _held(plan: RegionPlan, names: list[str]) -> list[Choice]:
    """Return a decision for each bridge that alone could be removed, but not together with others."""
    if plan.crossings is None:
        return []
    stock, found = plan.stock, list[Choice]()
    rows = np.flatnonzero(plan.crossings.held)
    for row in rows[:MOST].tolist():
        others = plan.crossings.because.get(row, ())
        # Another owner's bridges are not named: readers of this owner's part may not see them.
        named = [_name(plan, names, other) for other in others if stock.owner[other] == stock.owner[row]][:5]
        foreign = len(named) < min(len(others), 5)
        called = "・".join([*named, "ほかの団体の橋"] if foreign else named)
        called_en = ", ".join([*named, "bridges of other owners"] if foreign else named)
        reason = (
            Text(
                f"単独なら撤去できるが、{called}と合わせて撤去すると、通れなくなるか迂回が上限を超える、または費用が上回る。",
                f"Alone it could go, but together with {called_en} somebody is cut off, a detour grows too long, "
                "or users lose more than is saved.",
            )
            if others
            else Text(
                "道路網の上で撤去すると、通れなくなるか迂回が上限を超える。",
                "On the road network somebody would be cut off or the detour would be above the limit.",
            )
        )
        name, code = _name(plan, names, row), stock.owners[int(stock.owner[row])].code
        found.append(
            Choice(
                kind="bridge",
                code=f"bridge.held.{code}.{name}",
                owner=code,
                subject=Text(name, name),
                verdict=Verdict.KEEP,
                proposal=Text("撤去しない", "Not removed"),
                reason=reason,
                rule=JOINT_RULE,
                source=SOURCE,
                status=SourceStatus.ASSUMED,
                inputs=(
                    Named(
                        _detour_label(plan, row),
                        _amount(float(stock.detour_km[row]), "km", 1),
                    ),
                ),
                alternatives=tuple(
                    Named(
                        Text("代わりに残せば撤去できる", "could go if this one stayed"),
                        Text(name_of, name_of),
                    )
                    for name_of in named
                ),
                lon=_place(float(stock.lon[row])),
                lat=_place(float(stock.lat[row])),
            )
        )
    return found


def _present(value: float) -> Text:
    """Write a present value; an infinite one stands for a measure after its last day."""
    return yen(value) if np.isfinite(value) else Text("期限後", "after the last day")


def _reason(saves: float) -> Text:
    """Say what the measure saves against the next best; infinite where there is no other, or none in time."""
    if saves == np.inf:
        return Text("期限までにできる方法はほかにない。", "Nothing else can be done by its last day.")
    if not np.isfinite(saves):
        return Text(
            "期限を過ぎるが、ほかの方法は年度の予算に収まらない。",
            "It comes after the last day, but nothing else fits the years' budgets.",
        )
    amount = yen(abs(saves))
    if saves > 0:
        return Text(
            f"次に安い方法より、現在価値で{amount.ja}少なくて済む。",
            f"It costs {amount.en} less than the next best, at present value.",
        )
    return Text(
        f"単独では次に安い方法より{amount.ja}高いが、年度の予算に収まる方法として選ばれた。",
        f"It costs {amount.en} more than the best but fits the year's budget.",
    )


def _detour_label(plan: RegionPlan, row: int) -> Text:
    if plan.on_network is not None and plan.on_network[row]:
        return Text("迂回距離(道路網による計算)", "detour, computed on the road network")
    return Text("迂回距離(台帳の値)", "detour, as the ledger says")


_COUNTED = {
    "homes": Text("この橋だけに頼る世帯", "homes without another way"),
    "people": Text("この橋だけに頼る人", "people without another way"),
    "buildings": Text("この橋だけに頼る建物", "buildings without another way"),
}


def _homes_label(plan: RegionPlan, row: int) -> Text:
    """Say what was counted as cut off, and from what."""
    found = plan.homes
    if found is not None and found.rows[row]:
        said = _COUNTED[found.unit]
        return Text(f"{said.ja}({found.source}から計算)", f"{said.en}, counted from {found.source}")
    said = _COUNTED["homes"]
    if plan.on_network is not None and plan.on_network[row]:
        return Text(
            f"{said.ja}(台帳の値、なければ道路網の節点で判断)", f"{said.en}, as the ledger says, else by road nodes"
        )
    return Text(f"{said.ja}(台帳の値)", f"{said.en}, as the ledger says")


def _place(value: float) -> float | None:
    return round(value, 6) if np.isfinite(value) else None


def _amount(value: float, unit: str, digits: int) -> Text:
    if not np.isfinite(value) or value < 0:
        return Text("不明", "not known")
    return Text(f"{number(value, digits)}{unit}", f"{number(value, digits)} {unit}".strip())


def _homes_said(plan: RegionPlan) -> Text:
    """Say what stands for those who would be cut off."""
    found = plan.homes
    if found is None:
        return Text(
            "世帯や人口の位置の資料がないため、孤立の有無は道路網の節点で判断した。",
            "Without places of homes or people, road nodes stand for them: no node may be cut off.",
        )
    unit = {"homes": Text("世帯", "homes"), "people": Text("人口", "people"), "buildings": Text("建物", "buildings")}
    said = unit[found.unit]
    counted = Text(
        f"孤立は{said.ja}({found.source})で数えた。", f"Who is cut off was counted in {said.en} ({found.source})."
    )
    if not found.far:
        return counted
    far = number(found.far)
    return Text(
        f"{counted.ja}道路網から1kmを超えて離れた{said.ja}{far}は含まない。",
        f"{counted.en} {far} {said.en} farther than 1 km from any road are not in it.",
    )


def _not_judged(plan: RegionPlan, unknown: Array) -> Choice:
    stock = plan.stock
    lacks = [
        (Text("迂回距離が不明", "detour not known"), np.isnan(stock.detour_km)),
        (Text("交通量が不明", "traffic not known"), np.isnan(stock.traffic_per_day)),
        (Text("孤立世帯の有無が不明", "sole access not known"), stock.sole_access_homes < 0),
        (Text("緊急輸送道路かどうか不明", "emergency route not known"), stock.emergency < 0),
    ]
    count = number(int(unknown.sum()))
    reason = Text(
        "撤去の候補とするには、四つの事実がすべて要る。道路網のデータは与えられておらず、迂回は計算していない。",
        "All four facts are needed. No road network was given, so no detour was computed.",
    )
    if plan.on_network is not None:
        computed = number(int(plan.on_network.sum()))
        reason = Text(
            f"撤去の候補とするには、四つの事実がすべて要る。迂回は道路網の上にある{computed}橋について計算した。"
            f"{_homes_said(plan).ja}",
            f"All four facts are needed. Detours were computed for the {computed} bridges on the road network. "
            f"{_homes_said(plan).en}",
        )
    return Choice(
        kind="bridge",
        code="bridge.unknown",
        owner="",
        subject=Text(f"事実が足りない橋 {count}橋", f"{count} bridges that lack facts"),
        verdict=Verdict.UNKNOWN,
        proposal=Text("撤去・縮小の判断をしない。まず次の事実を調べる", "Not judged; these facts first"),
        reason=reason,
        rule=RULE,
        source=SOURCE,
        status=SourceStatus.ASSUMED,
        inputs=tuple(
            Named(label, Text(f"{number(int((unknown & lack).sum()))}橋", f"{number(int((unknown & lack).sum()))}"))
            for label, lack in lacks
            if (unknown & lack).any()
        ),
    )
