"""Sentences about what is expected: forecasts, the expected loss, the assets at the top."""

from gunmane.core.plan.findings import Forecast
from gunmane.core.plan.formats import fiscal, number, percents, yen
from gunmane.core.plan.nouns import CLASSES, COUNTERS
from gunmane.core.plan.sentences.state import Said, bad_and_graded, name
from gunmane.core.plan.sheet import PlanSheet
from gunmane.core.plan.values import Text, Unit
from gunmane.core.words import AssetClass

TIED = 5
"""Assets of equal loss at the top from which a ranking is no ranking (own setting)."""

MORE = 1.2
"""A forecast begins with more bad assets than were judged bad from this factor on (own setting): it is said why."""


def assumed(sheet: PlanSheet) -> set[AssetClass]:
    """Return the forecast classes of which no asset has a grade: their forecast rests on general values alone."""
    if not sheet.stock:
        return set()
    judged = {row.asset_class for row in sheet.grades if sum(row.counts)}
    return {row.asset_class for row in sheet.forecasts if row.bad} - judged


def forecast(sheet: PlanSheet) -> Said | None:
    """What happens if nothing is done."""
    rows = [row for row in sheet.forecasts if row.bad]
    if not rows:
        return None
    unseen = assumed(sheet)
    names = Text(
        "・".join(CLASSES[one].ja for one in AssetClass if one in unseen),
        ", ".join(CLASSES[one].en.lower() for one in AssetClass if one in unseen),
    )
    warning = Text(
        f"{names.ja}には点検の記録が一つもない。数は一般的な劣化の速さだけによる仮の値で、点検すれば大きく変わりうる。",
        f"No {names.en} were ever inspected on record. The numbers rest on general speeds of deterioration alone and "
        "may change much with the first inspections.",
    )
    seen = [row for row in rows if row.asset_class not in unseen]
    if not seen:
        return (
            Text(
                "点検の記録がないため、劣化の見込みは仮の値にとどまる",
                "Without inspections on record the forecast is provisional",
            ),
            (warning,),
        )
    worst = max(seen, key=lambda row: row.bad[-1].mid - row.bad[0].mid)
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
    beyond = _beyond(sheet, worst)
    finding = Text(
        f"{beyond.ja}対策をしなければ、措置を要する{label.ja}は{span}年で{number(first.mid)}{count.ja}から"
        f"{number(last.mid)}{count.ja}に増える",
        f"If nothing is done, {label.en.lower()} in need of action{beyond.en} grow from {number(first.mid)} to "
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
    if unseen:
        said.append(warning)
    left = sum(row.left_out for row in rows)
    if left:
        said.append(
            Text(
                f"点検記録が足りない{number(left)}施設は予測に入っていない。",
                f"{number(left)} assets without enough inspection records are not in the forecast.",
            )
        )
    return finding, tuple(said)


def _beyond(sheet: PlanSheet, row: Forecast) -> Text:
    """Say why a forecast begins with more bad assets than inspections found, "" where it does not."""
    rows = [one for one in sheet.grades if one.asset_class is row.asset_class]
    bad, graded, ungraded = bad_and_graded(sheet, rows)
    if not graded or row.unit is not Unit.COUNT or row.bad[0].mid < MORE * bad:
        return Text("", "")
    if ungraded:
        return Text("点検後の悪化や判定のないものも見込むと、", " (old and missing judgements estimated)")
    return Text("最後の点検の後の悪化も見込むと、", " (wear since the last inspection estimated)")


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
    blind = {row.asset_class for row in sheet.forecasts if row.bad}
    if blind and blind == assumed(sheet):
        finding = Text(
            f"想定損失(年{amount.ja})は、点検の記録がないため仮の試算にとどまる",
            f"Without inspections on record the expected loss ({amount.en} a year) is provisional",
        )
        said.append(
            Text(
                "どの施設も同じ一般的な劣化の速さで計算しており、団体の差は施設の数と大きさの差にすぎない。",
                "All assets are computed with the same general speed of deterioration: owners differ by how much "
                "they "
                "own and how large it is, not by its condition.",
            )
        )
    elif len(owners) > 1 and total > 0:
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


def tied(sheet: PlanSheet) -> bool:
    """Tell whether the assets at the top all have the same expected loss (1 %), so that their order means nothing."""
    losses = [row.yen_per_year.mid for row in sheet.top_risks]
    return len(losses) > TIED and min(losses) >= 0.99 * max(losses)


def top(sheet: PlanSheet) -> Said | None:
    """How concentrated the risk is."""
    if not sheet.top_risks:
        return None
    region = next((row for row in sheet.risks if not row.owner and row.asset_class is None), None)
    count = len(sheet.top_risks)
    if tied(sheet):
        return (
            Text(
                "資料が足りず、想定損失の大きい施設を特定できない",
                "The data do not tell which assets have the largest expected loss",
            ),
            (
                Text(
                    f"上位の{count}施設の想定損失は同じ値で、ほかにも同じ値の施設がありうる。交通量・迂回・規模・点検の"
                    "記録が入れば差がつくため、順位の表は載せない。",
                    f"The first {count} assets have the same expected loss, and more may have it. Traffic, "
                    "detours, sizes "
                    "and inspections would tell them apart; no ranking is printed.",
                ),
            ),
        )
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
