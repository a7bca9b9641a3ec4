"""Sentences about what is proposed: programme, levelled budget, indicators, decisions, steps."""

from gunmane.core.plan.formats import fiscal, number, percents, yen
from gunmane.core.plan.nouns import CLASSES, MEASURES
from gunmane.core.plan.sentences.state import Said
from gunmane.core.plan.sheet import PlanSheet, Verdict
from gunmane.core.plan.values import Column, Measure, Text

COLUMN_ORDER = tuple(Column)

MOSTLY = 0.5
"""Share of the cost that rests on expectations from which the heading says so (own setting)."""


def programme(sheet: PlanSheet) -> Said | None:
    """What the ten years cost."""
    rows = [row for row in sheet.programme if not row.owner] or list(sheet.programme)
    if not rows:
        return None
    years = [sum(row.yen[index] for row in rows if index < len(row.yen)) for index in range(sheet.facts.years)]
    unpriced = [row for row in rows if not row.yen]
    if len(unpriced) == len(rows):
        return None
    peak = max(range(len(years)), key=lambda index: years[index])
    total, most, year = yen(sum(years)), yen(years[peak]), fiscal(sheet.facts.first_year + peak)
    finding = Text(
        f"{sheet.facts.years}年間の事業費は{total.ja}、最も多い{year.ja}は{most.ja}である",
        f"{sheet.facts.years} years cost {total.en}; the highest year, {year.en}, {most.en}",
    )
    said: list[Text] = []
    vague = expected_share(sheet)
    if vague is not None and vague >= MOSTLY:
        part = percents(vague)
        finding = Text(
            f"{sheet.facts.years}年間の事業費は{total.ja}の試算だが、その{part.ja}は起きるか分からない修繕の見込みである",
            f"{sheet.facts.years} years would cost {total.en}, {part.en} of it repairs that may or may not be needed",
        )
        said.append(
            Text(
                f"最も多い{year.ja}は{most.ja}である。見込みは、点検の記録がない施設や記録の古い施設が悪い判定になる確率に"
                "修繕費をかけたもので、点検の結果によって増えも減りもする。予算の要求には点検の後の額を用いる。",
                f"The highest year is {year.en} with {most.en}. Expectations are the chance that assets without "
                "(recent) "
                "inspections turn bad times their repair; inspections will raise or lower them. Budgets should "
                "wait for "
                "those.",
            )
        )
    if unpriced:
        names = "、".join(f"{CLASSES[row.asset_class].ja}の{MEASURES[row.measure].ja}" for row in unpriced)
        names_en = ", ".join(
            f"{MEASURES[row.measure].en} of {CLASSES[row.asset_class].en}".lower() for row in unpriced
        )
        said.append(
            Text(
                f"{names}は単価が分からず、事業費に入っていない。実際の事業費はこれより多い。",
                f"The following have no known price and are not in the cost, so the true cost is higher: {names_en}.",
            )
        )
    if sheet.present_spend:
        mean = sum(years) / max(len(years), 1)
        ratio, spend = mean / sheet.present_spend, yen(sheet.present_spend)
        said.append(
            Text(
                f"年平均は{yen(mean).ja}で、最近の実績(年{spend.ja})の{ratio:.1f}倍である。",
                f"The yearly mean of {yen(mean).en} is {ratio:.1f} times recent spending ({spend.en} a year).",
            )
        )
    else:
        said.append(
            Text(
                "最近の支出実績は入力されていないため、実績との比は示せない。",
                "Recent spending was not given, so no ratio to it can be shown.",
            )
        )
    return finding, tuple(said)


def expected_share(sheet: PlanSheet) -> float | None:
    """Return the share of the recommended case's cost that is expected repair of assets not known to be bad."""
    column = COLUMN_ORDER.index(sheet.facts.recommended)
    rows = {row.code: row.values[column] for row in sheet.compare if row.group == "money"}
    part, whole = rows.get("provision"), rows.get("total")
    return part.mid / whole.mid if part and whole and whole.mid > 0 else None


def levelling(sheet: PlanSheet) -> Said | None:
    """What levelling does to the peak."""
    row = next((one for one in sheet.levelling if not one.owner), None)
    if row is None or not row.before or not row.after:
        return None
    before, after = max(row.before), max(row.after)
    if after < 0.99 * before:
        finding = Text(
            f"平準化により、最も多い年の予算は{yen(before).ja}から{yen(after).ja}に下がる",
            f"Levelling lowers the highest yearly budget from {yen(before).en} to {yen(after).en}",
        )
    else:
        finding = Text(
            "平準化をしても最も多い年の予算は下がらない", "Levelling does not lower the highest yearly budget"
        )
    said: list[Text] = []
    kept = Text("", "")
    if row.late == 0:
        kept = Text("法定の期限を越えて遅らせたものはない。", " None was put off beyond its statutory deadline.")
    if row.moved:
        said.append(
            Text(
                f"{number(row.moved)}件の対策の年度を動かした。{kept.ja}",
                f"{number(row.moved)} measures changed their year.{kept.en}",
            )
        )
    if row.over_cap:
        over = yen(row.over_cap)
        said.append(
            Text(
                f"期限を守るためには、予算の上限を合計{over.ja}越える必要がある。",
                f"Keeping the deadlines takes {over.en} more than the budget limit allows.",
            )
        )
    return finding, tuple(said)


def indicators(sheet: PlanSheet) -> Said | None:
    """What the plan does to the assets that are bad today, and why some stay."""
    rows = [row for row in sheet.indicators if row.code.startswith("bad_") and row.now]
    if not rows:
        return None
    set_, unset = (
        [row for row in rows if row.targets[-1] is not None],
        [row for row in rows if row.targets[-1] is None],
    )
    left = [row for row in set_ if (row.targets[-1] or 0.0) > 0.0005]
    years = sheet.facts.years
    finding = Text(
        f"団体が管理する施設で今悪い判定のものは、{years}年以内にすべて措置する",
        f"Whatever owners manage that is bad today is acted on within {years} years",
    )
    if not set_:
        finding = Text(
            "悪い判定の施設に、団体の計画で置ける目標はない", "Owners can set no target for what is bad today"
        )
    elif left:
        finding = Text(
            f"今悪い判定の施設の一部は、{years}年後もそのまま残る",
            f"Some of what is bad today is left as it is after {years} years",
        )
    said: list[Text] = []
    for row in left:
        now, then = percents(row.now or 0.0), percents(row.targets[-1] or 0.0)
        said.append(
            Text(
                f"「{row.label.ja}」は{now.ja}から{then.ja}になる。残りは予算に収まらないか、措置の費用が損失を上回る。",
                f'"{row.label.en}" goes from {now.en} to {then.en}; the rest does not fit the budgets or costs '
                "more than "
                "it saves.",
            )
        )
    if unset:
        names = Text(
            "、".join(f"「{row.label.ja}」" for row in unset), ", ".join(f'"{row.label.en}"' for row in unset)
        )
        said.append(
            Text(
                f"{names.ja}に目標を置かないのは、措置を決めて費用を負担するのが各世帯であり、団体の対策ではないためである。",
                f"{names.en}: no target, since households and not owners decide on the work and pay for it.",
            )
        )
    return finding, tuple(said)


def choices(sheet: PlanSheet) -> Said | None:
    """How much is proposed to change, and when plants merge."""
    if not sheet.choices:
        return None
    count = {verdict: sum(one.verdict is verdict for one in sheet.choices) for verdict in Verdict}
    change, held = count[Verdict.CHANGE], count[Verdict.UNDECIDED]
    finding = Text(
        f"{change}件を変え、{held}件は判断を保留する" if held else f"{change}件を変えることを提案する",
        f"{change} changes are proposed" + (f", {held} are left undecided" if held else ""),
    )
    if not change:
        finding = Text(
            f"変えることを提案するものはなく、{held}件は判断を保留する" if held else "変えることを提案するものはない",
            "No change is proposed" + (f"; {held} are left undecided" if held else ""),
        )
    said = [
        Text(
            f"計算した判断は、変えるもの{change}件、変えないもの{count[Verdict.KEEP]}件、判断を保留するもの{held}件、"
            f"事実が足りず判断できないもの{count[Verdict.UNKNOWN]}件である。判断保留は、前提が20%違うだけで結論が変わるものをいう。",
            f"Computed: {change} to change, {count[Verdict.KEEP]} to keep, {held} undecided and "
            f"{count[Verdict.UNKNOWN]} that lack a fact. Undecided means that 20 % more or less of an input "
            "turns the "
            "answer.",
        )
    ]
    plants = sum(one.kind == "plant" and one.verdict is Verdict.CHANGE for one in sheet.choices)
    inside = sum(
        sum(row.quantities)
        for row in sheet.programme
        if row.measure is Measure.MERGE and row.owner == (sheet.members[0].code if len(sheet.members) == 1 else "")
    )
    later = plants - round(inside)
    if later > 0 and sheet.programme:
        said.append(
            Text(
                f"処理場の統合{plants}件のうち、計画期間内に行うのは{round(inside)}件である。ほか{later}件は次の更新が計画期間の"
                "後になるか時期が分からないため、ここでは方針だけを示す。",
                f"Of {plants} mergers of plants {round(inside)} fall inside the plan; the next renewal of the other "
                f"{later} comes after it or has no known date, so only the direction is shown here.",
            )
        )
    return finding, tuple(said)


def steps(sheet: PlanSheet) -> Said | None:
    """What happens when."""
    if not sheet.milestones:
        return None
    gates = sum(1 for one in sheet.milestones if one.length == 0)
    finding = Text(
        f"{sheet.facts.years}年間に{gates}回の判断の節目を置く" if gates else "取組を年度ごとに進める",
        f"{gates} decision gates within {sheet.facts.years} years" if gates else "The work proceeds year by year",
    )
    return finding, (
        Text(
            f"5年目の{fiscal(sheet.facts.first_year + 4).ja}に計画全体を見直す。",
            f"The whole plan is reviewed in year 5, {fiscal(sheet.facts.first_year + 4).en}.",
        ),
    )
