"""Sentences about what the plan rests on: duties, assumptions, data."""

from collections import Counter

from gunmane.core.plan.formats import day, fiscal, number, percents
from gunmane.core.plan.sentences.state import Said, name
from gunmane.core.plan.sheet import PlanSheet
from gunmane.core.plan.values import Text
from gunmane.core.words import SourceStatus


def due(sheet: PlanSheet) -> Said | None:
    """What the law asks to be inspected, and what is late."""
    if not sheet.due and not sheet.stock:
        return None
    if not sheet.due:
        return (
            Text(
                "期限を計算できる法定の点検・検査はない",
                "No statutory inspection has a due date that can be computed",
            ),
            (
                Text(
                    "管理する施設に期限の定めがないか、義務の有無を決める項目(腐食のおそれ、人槽など)が台帳にない。"
                    "義務がないことを意味しない。",
                    "Either no interval is set for these assets, or the ledgers lack what decides it (corrosive "
                    "places, "
                    "sizes). That does not mean that there is no duty.",
                ),
            ),
        )
    in_year = sum(row.due_in_year for row in sheet.due)
    late = sum(row.overdue for row in sheet.due)
    unknown = sum(row.unknown_anchor for row in sheet.due)
    year = fiscal(sheet.facts.first_year)
    finding = Text(
        f"{year.ja}に期限の来る点検・検査・清掃などは延べ{number(in_year)}件、期限切れは{number(late)}件ある",
        f"{number(in_year)} duties (inspections, cleaning …) fall due in {year.en}; {number(late)} are overdue",
    )
    said: list[Text] = []
    if late:
        totals: Counter[str] = Counter()
        for row in sheet.due:
            totals[row.owner] += row.overdue
        owner, most = totals.most_common(1)[0]
        share = percents(most / late)
        oldest = min((row.oldest_overdue for row in sheet.due if row.oldest_overdue), default=None)
        since = Text(
            f"最も古い期限は{day(oldest).ja}である。" if oldest else "",
            f" The oldest fell due on {day(oldest).en}." if oldest else "",
        )
        if len(sheet.members) > 1:
            most_of = Text(
                f"期限切れが最も多いのは{name(sheet, owner)}で、全体の{share.ja}を占める。",
                f"{name(sheet, owner)} holds {share.en} of what is overdue.",
            )
            said.append(Text(most_of.ja + since.ja, most_of.en + since.en))
        elif oldest:
            said.append(Text(since.ja, since.en.strip()))
    by_duty: Counter[str] = Counter()
    for row in sheet.due:
        by_duty[row.duty] += row.overdue
    duties = {one.code: one.name for one in sheet.duties}
    most_duties = [(duties[code], count) for code, count in by_duty.most_common(3) if count and code in duties]
    if len(most_duties) > 1:
        said.append(
            Text(
                "期限切れの多い義務は、" + "、".join(f"{one.ja}{number(n)}件" for one, n in most_duties) + "である。",
                "Most of what is overdue: " + ", ".join(f"{one.en} {number(n)}" for one, n in most_duties) + ".",
            )
        )
    rates = [(duties[code], rate) for code, rate in sheet.duty_rates.items() if code in duties]
    if rates:
        said.append(
            Text(
                "全国の実施率は、"
                + "、".join(f"{one.ja}が{percents(rate.value).ja}({rate.year})" for one, rate in rates)
                + f"と公表されている(出典:{rates[0][1].source})。"
                "年度内に実施した割合で、表の適期率とは数え方が異なる。",
                "Published for the nation: "
                + ", ".join(f"{one.en} {percents(rate.value).en} ({rate.year})" for one, rate in rates)
                + f" (source: {rates[0][1].source}). These are shares done within the year, counted otherwise than "
                "the shares on time in the table.",
            )
        )
    if unknown:
        said.append(
            Text(
                f"{number(unknown)}件は前回の実施日が分からず、期限を計算できない。"
                "実施済みか未実施かを台帳で確かめる必要がある。",
                f"For {number(unknown)} the last date is unknown, so no due date can be computed; "
                "the ledgers must be checked.",
            )
        )
    return finding, tuple(said)


def assumptions(sheet: PlanSheet) -> Said | None:
    """What the numbers rest on."""
    if not sheet.assumptions:
        return None
    weak = sum(1 for one in sheet.assumptions if one.status in (SourceStatus.UNVERIFIED, SourceStatus.ASSUMED))
    whole = len(sheet.assumptions)
    return (
        Text(
            f"前提{whole}項目のうち{weak}項目は、出典で未確認か仮定の値である",
            f"{weak} of {whole} assumptions are unverified or our own setting",
        ),
        (
            Text(
                "「未確認」「仮定」の値は、地域の実績値に置き換えて再計算できる。"
                "置き換えると本計画の金額と順位は変わる。",
                "Values marked unverified or assumed can be replaced by local ones; amounts and ranks then change.",
            ),
        ),
    )


def quality(sheet: PlanSheet) -> Said | None:
    """How much is unknown."""
    if not sheet.quality:
        return None
    gaps: Counter[tuple[str, str]] = Counter()
    totals: Counter[tuple[str, str]] = Counter()
    for row in sheet.quality:
        for gap in row.gaps:
            gaps[(gap.field.ja, gap.field.en)] += gap.unknown
            totals[(gap.field.ja, gap.field.en)] += gap.total
    said: list[Text] = []
    assets = sum(row.assets for row in sheet.quality)
    located = sum(row.located for row in sheet.quality)
    if gaps:
        worst = max(gaps, key=lambda key: gaps[key] / max(totals[key], 1))
        share = percents(gaps[worst] / max(totals[worst], 1))
        finding = Text(
            f"台帳で最も欠けているのは{worst[0]}で、{share.ja}が不明である",
            f"The ledgers lack {worst[1]} most: {share.en} unknown",
        )
    else:
        finding = Text("台帳の必須項目はすべて埋まっている", "Every required field of the ledgers is filled")
    if located < assets:
        lost, share = number(assets - located), percents((assets - located) / assets)
        said.append(
            Text(
                f"{lost}施設({share.ja})は位置が分からず、地図に現れない。",
                f"{lost} assets ({share.en}) have no position and do not appear on maps.",
            )
        )
    rejected = sheet.rejected_rows if sheet.rejected_rows is not None else sum(row.rejected for row in sheet.quality)
    if rejected:
        said.append(
            Text(
                f"台帳の{number(rejected)}行は読み取れず、本計画に含まれない。行と理由は rejected.csv に示した。",
                f"{number(rejected)} ledger rows could not be read and are not in this plan; "
                "rejected.csv lists them with reasons.",
            )
        )
    return finding, tuple(said)
