"""Sentences about what is expected and proposed: forecasts, risk, the four columns, programme, budget."""

from gunmane.core.plan.formats import fiscal, number, percents, yen
from gunmane.core.plan.nouns import CLASSES, COLUMNS, COUNTERS, MEASURES
from gunmane.core.plan.sentences.state import Said, name
from gunmane.core.plan.sheet import CompareRow, OwnerEffect, PlanSheet
from gunmane.core.plan.values import Column, Text, Unit

COLUMN_ORDER = tuple(Column)


def forecast(sheet: PlanSheet) -> Said | None:
    """What happens if nothing is done."""
    rows = [row for row in sheet.forecasts if row.bad]
    if not rows:
        return None
    worst = max(rows, key=lambda row: row.bad[-1].mid - row.bad[0].mid)
    first, last = worst.bad[0], worst.bad[-1]
    label, counter = CLASSES[worst.asset_class], COUNTERS[worst.asset_class]
    span = worst.years[-1] - worst.years[0]
    count = counter if worst.unit is Unit.COUNT else Text(worst.unit.value, worst.unit.value)
    ends = Text("", "")
    if last.low is not None and last.high is not None:
        ends = Text(
            f"(80%の幅で{number(last.low)}〜{number(last.high)})",
            f" (80 % interval {number(last.low)}–{number(last.high)})",
        )
    finding = Text(
        f"対策をしなければ、措置を要する{label.ja}は{span}年で{number(first.mid)}{count.ja}から"
        f"{number(last.mid)}{count.ja}に増える",
        f"If nothing is done, {label.en.lower()} in need of action grow from {number(first.mid)} to "
        f"{number(last.mid)} in {span} years",
    )
    if round(last.mid) <= round(first.mid):
        finding = Text(
            f"対策をしなくても、措置を要する施設は{span}年間で増えない見込みである",
            f"Even if nothing is done, no growth of assets in need of action is expected in {span} years",
        )
    said = [
        Text(
            f"{label.ja}の{fiscal(worst.years[-1]).ja}末の見込みは{number(last.mid)}{count.ja}{ends.ja}である。"
            "幅は劣化の速さの不確かさを表し、実際の数がこの幅の外に出ることも5回に1回ほどある。",
            f"The expected number at the end of {fiscal(worst.years[-1]).en} is {number(last.mid)}{ends.en}. The "
            "band shows how uncertain the speed of deterioration is; one time in five the truth lies outside it.",
        )
    ]
    left = sum(row.left_out for row in rows)
    if left:
        said.append(
            Text(
                f"点検記録が足りない{number(left)}施設は予測に入っていない。",
                f"{number(left)} assets without enough inspection records are not in the forecast.",
            )
        )
    return finding, tuple(said)


def risk(sheet: PlanSheet) -> Said | None:
    """How large the expected loss is and who bears it."""
    owners = [row for row in sheet.risks if row.owner and row.asset_class is None]
    region = next((row for row in sheet.risks if not row.owner and row.asset_class is None), None)
    if region is None and not owners:
        return None
    total = region.yen_per_year.mid if region else sum(row.yen_per_year.mid for row in owners)
    amount = yen(total)
    finding = Text(
        f"対策をしない場合の想定損失は、期間平均で年{amount.ja}である",
        f"Without measures the expected loss is {amount.en} a year on average",
    )
    said: list[Text] = []
    if len(owners) > 1 and total > 0:
        top = max(owners, key=lambda row: row.yen_per_year.mid)
        share = percents(top.yen_per_year.mid / total)
        finding = Text(
            f"対策をしない場合の想定損失は、期間平均で年{amount.ja}、うち{share.ja}は{name(sheet, top.owner)}にある",
            f"Without measures the expected loss is {amount.en} a year on average, {share.en} of it in "
            f"{name(sheet, top.owner)}",
        )
    if region and region.cvar_95 is not None:
        tail = yen(region.cvar_95)
        said.append(
            Text(
                f"悪い方から5%の年だけを平均すると、損失は年{tail.ja}になる。",
                f"In the worst 5 % of years the mean loss is {tail.en}.",
            )
        )
    said.append(
        Text(
            "想定損失は「1年間に支障が起こる確率」(対策をしない場合の計画期間の平均)と「起きたときの損害額」の積である。"
            "損害額の多くは単価と係数による概算であり、順位を決めるための物差しであって、予算額ではない。",
            "The expected loss is the probability of a failure within a year (mean of the plan's years without "
            "measures) times its damage. Most damages are estimates from unit costs and factors: a yardstick for "
            "ranking, not a budget.",
        )
    )
    unrated = sum(row.unrated for row in owners) if owners else (region.unrated if region else 0)
    if unrated:
        said.append(
            Text(
                f"資料が足りず評価できない{number(unrated)}施設は、損失に含まれていない。",
                f"{number(unrated)} assets could not be rated for want of data and are not in the loss.",
            )
        )
    return finding, tuple(said)


def top(sheet: PlanSheet) -> Said | None:
    """How concentrated the risk is."""
    if not sheet.top_risks:
        return None
    region = next((row for row in sheet.risks if not row.owner and row.asset_class is None), None)
    count = len(sheet.top_risks)
    loss = sum(row.yen_per_year.mid for row in sheet.top_risks)
    amount = yen(loss)
    if region and region.yen_per_year.mid > 0:
        share = percents(loss / region.yen_per_year.mid)
        finding = Text(
            f"上位{count}施設だけで想定損失の{share.ja}を占める",
            f"The top {count} assets hold {share.en} of the expected loss",
        )
    else:
        finding = Text(
            f"上位{count}施設の想定損失は年{amount.ja}である",
            f"The top {count} assets: {amount.en} expected loss a year",
        )
    return finding, (
        Text(
            "順位は計算によるもので、現地の事情を知る担当者が確かめたうえで対策の順番を決める。",
            "Ranks are computed; those who know the place check them before the order of work is settled.",
        ),
    )


def money_row(sheet: PlanSheet) -> CompareRow | None:
    """Return the row of the cost over the whole plan."""
    return next((row for row in sheet.compare if row.group == "money" and row.code == "total"), None)


def totals(sheet: PlanSheet) -> dict[Column, int]:
    """Return the cost over the whole plan of each column with yearly costs."""
    return {row.column: sum(row.yen) for row in sheet.yearly if row.yen}


def compare(sheet: PlanSheet) -> Said | None:
    """Whether cooperation pays, and which of the cases the plan follows."""
    costs = totals(sheet)
    chosen = sheet.facts.recommended
    if Column.ALONE not in costs or chosen not in costs:
        return None
    said = [
        Text(
            f"「{COLUMNS[Column.ALONE].ja}」には、法定の点検と、期限までに必要な措置をすべて含めた。"
            "義務を怠って安く見せた費用とは比べていない。",
            f'"{COLUMNS[Column.ALONE].en}" includes every statutory inspection and all measures due by law; '
            "nothing is compared with a cost made low by neglect.",
        )
    ]
    row = money_row(sheet)
    if chosen is not Column.ALONE and row and _overlap(row, chosen):
        said.append(
            Text(
                "費用の見込みの幅は単独の場合と重なっており、費用の差が確かであるとは言えない。",
                "The range of the cost overlaps with that of each alone: the difference in cost is not certain.",
            )
        )
    if chosen is Column.JOINT and Column.MERGED in costs:
        more = costs[Column.MERGED] > 1.0005 * costs[Column.JOINT]
        why = (
            Text("と費用が増える", "would cost more")
            if more
            else Text("ても費用は減らない", "would save nothing more")
        )
        said.append(
            Text(
                f"集約再編まで進め{'る' if more else ''}{why.ja}ため、本計画は連携にとどめる。",
                f"Merging and removing assets {why.en}, so the plan goes no further than working together.",
            )
        )
    return _paying(sheet, costs[Column.ALONE], costs[chosen]), tuple(said)


def _paying(sheet: PlanSheet, alone: int, plan: int) -> Text:
    """Say by how much the recommended case differs from each alone."""
    chosen = sheet.facts.recommended
    if len(sheet.members) == 1:
        return Text(
            "参加する団体が一つのため、連携による違いはない。相手となる団体の台帳を加えると比べられる",
            "With one owner alone cooperation changes nothing; add the ledgers of partners to compare",
        )
    if chosen is Column.ALONE:
        return Text(
            "今の前提では連携しても費用は減らず、単独で続けるのがよい",
            "Under today's assumptions working together saves nothing: each alone does best",
        )
    ja = "連携" if chosen is Column.JOINT else "連携・集約再編"
    en = "Working together" if chosen is Column.JOINT else "Working together and merging"
    share, amount, years = percents(abs(alone - plan) / max(alone, 1)), yen(abs(alone - plan)), sheet.facts.years
    if abs(alone - plan) < 0.005 * alone:
        fewer = _hours_saved(sheet)
        if fewer is not None and fewer > 0.01:
            less = percents(fewer)
            return Text(
                f"{ja}をしても費用は変わらないが、発注や監督の時間は{less.ja}減る見込みである",
                f"{en} leaves the cost as it is but should save {less.en} of the hours for orders and control",
            )
        return Text(
            f"{ja}をしても、{years}年間の費用はほとんど変わらない", f"{en} hardly changes the cost over {years} years"
        )
    if plan < alone:
        return Text(
            f"{ja}により、費用は{years}年間で{amount.ja}({share.ja})減る見込みである",
            f"{en} is expected to save {amount.en} ({share.en}) over {years} years",
        )
    return Text(
        f"{ja}をすると、費用は{years}年間で{amount.ja}({share.ja})増えるが、その後の節約が上回る見込みである",
        f"{en} costs {amount.en} ({share.en}) more over {years} years; later savings are expected to outweigh it",
    )


def _hours_saved(sheet: PlanSheet) -> float | None:
    """Return the share of engineers' hours that the recommended case saves against each alone."""
    row = next((row for row in sheet.compare if row.code == "hours"), None)
    if row is None:
        return None
    alone, plan = row.values[1], row.values[COLUMN_ORDER.index(sheet.facts.recommended)]
    return 1 - plan.mid / alone.mid if alone and plan and alone.mid > 0 else None


def _overlap(row: CompareRow, chosen: Column) -> bool:
    alone, merged = row.values[1], row.values[COLUMN_ORDER.index(chosen)]
    if alone is None or merged is None:
        return False
    if alone.low is None or merged.high is None or alone.high is None or merged.low is None:
        return False
    return merged.high >= alone.low and alone.high >= merged.low


def owners(sheet: PlanSheet) -> Said | None:
    """Who gains and who loses."""
    rows = sheet.owner_effects
    if not rows:
        return None
    losers = [row for row in rows if row.plan_yen > row.alone_yen * 1.0005]
    count = len(rows)
    if count == 1 and len(sheet.members) == 1:
        return _one_owner(sheet, rows[0]), ()
    if not losers:
        finding = Text(
            f"{count}団体のどこも、単独より負担が増えない", f"None of the {count} owners pays more than alone"
        )
        return finding, ()
    finding = Text(
        f"{count}団体のうち{len(losers)}団体は、単独より負担が増える",
        f"{len(losers)} of {count} owners would pay more than alone",
    )
    names = "、".join(name(sheet, row.owner) for row in losers)
    names_en = ", ".join(name(sheet, row.owner) for row in losers)
    return finding, (
        Text(
            f"負担が増えるのは{names}である。費用負担の割合を見直すか、連携の範囲を変えなければ、"
            "この団体が参加する理由は費用の面にはない。",
            f"They are {names_en}. Unless shares of cost or the scope of cooperation change, cost gives them no "
            "reason to join.",
        ),
    )


def _one_owner(sheet: PlanSheet, row: OwnerEffect) -> Text:
    """Say what the plan means for the only owner of a document."""
    mine, change = name(sheet, row.owner), row.plan_yen - row.alone_yen
    amount, years = yen(abs(change)), sheet.facts.years
    if abs(change) <= 0.0005 * row.alone_yen:
        return Text(f"{mine}の負担は、単独で続ける場合と変わらない", f"{mine} pays what it would pay alone")
    if change > 0:
        return Text(
            f"{mine}の負担は、単独で続けるより{years}年間で{amount.ja}増える",
            f"{mine} pays {amount.en} more than alone over {years} years",
        )
    return Text(
        f"{mine}の負担は、単独で続けるより{years}年間で{amount.ja}減る",
        f"{mine} pays {amount.en} less than alone over {years} years",
    )


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


def levelling(sheet: PlanSheet) -> Said | None:
    """What levelling does to the peak."""
    row = next((one for one in sheet.levelling if not one.owner), None)
    if row is None or not row.before or not row.after:
        return None
    before, after = max(row.before), max(row.after)
    if after < before:
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
