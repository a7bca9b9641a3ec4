"""Sentences about what exists and how it stands: stock, age, grades, duties, data."""

from collections import Counter
from collections.abc import Iterable

from gunmane.core.plan.findings import AgeShare, GradeRow
from gunmane.core.plan.formats import day, fiscal, number, percents
from gunmane.core.plan.nouns import CLASSES, COUNTERS
from gunmane.core.plan.sheet import PlanSheet
from gunmane.core.plan.values import Text
from gunmane.core.words import AssetClass, SourceStatus

Said = tuple[Text, tuple[Text, ...]]

MUCH_UNKNOWN = 0.3
"""Share of unknown values from which a statement speaks of the unknown first (own setting)."""


def name(sheet: PlanSheet, owner: str) -> str:
    """Return an owner's name by its code."""
    return next((member.name for member in sheet.members if member.code == owner), owner)


def counts(sheet: PlanSheet) -> dict[AssetClass, int]:
    """Return the number of assets of each class, most first."""
    total: Counter[AssetClass] = Counter()
    for row in sheet.stock:
        total[row.asset_class] += row.count
    return dict(total.most_common())


def stock(sheet: PlanSheet) -> Said | None:
    """How much there is."""
    by_class = counts(sheet)
    if not by_class:
        return None
    owners = len({row.owner for row in sheet.stock})
    whole = sum(by_class.values())
    finding = Text(
        f"{owners}団体で{len(by_class)}種類、{number(whole)}施設を管理している",
        f"{owners} owners manage {number(whole)} assets of {len(by_class)} classes",
    )
    if owners == 1 and len(sheet.members) == 1:
        mine = sheet.members[0].name
        finding = Text(
            f"{mine}は{len(by_class)}種類、{number(whole)}施設を管理している",
            f"{mine} manages {number(whole)} assets of {len(by_class)} classes",
        )
    parts_ja = "、".join(f"{CLASSES[one].ja}{number(n)}{COUNTERS[one].ja}" for one, n in by_class.items())
    parts_en = ", ".join(f"{number(n)} {COUNTERS[one].en}" for one, n in by_class.items())
    said = [Text(f"内訳は、{parts_ja}である。", f"They are {parts_en}.")]
    unmeasured = sum(row.unmeasured for row in sheet.stock)
    if unmeasured:
        said.append(
            Text(
                f"このうち{number(unmeasured)}施設は延長・面積・能力が台帳になく、数量の合計に入っていない。",
                f"For {number(unmeasured)} of them the ledgers give no length, area or capacity; "
                "the quantities leave them out.",
            )
        )
    return finding, tuple(said)


def age_totals(sheet: PlanSheet) -> list[AgeShare]:
    """Return one row per class for the region, largest class first: given, or added up from the owners."""
    given = [row for row in sheet.age_shares if not row.owner]
    classes = {row.asset_class for row in given}
    rows = list(given)
    for asset_class in dict.fromkeys(row.asset_class for row in sheet.age_shares):
        if asset_class in classes:
            continue
        parts = [row for row in sheet.age_shares if row.asset_class is asset_class]
        known = sum(row.known for row in parts)
        rows.append(
            AgeShare(
                owner="", asset_class=asset_class, threshold=parts[0].threshold, known=known,
                unknown=sum(row.unknown for row in parts),
                now=_weighted((row.now, row.known) for row in parts),
                in_10=_weighted((row.in_10, row.known) for row in parts),
                in_20=_weighted((row.in_20, row.known) for row in parts),
            )
        )  # fmt: skip
    return sorted(rows, key=lambda row: -(row.known + row.unknown))


def _weighted(pairs: Iterable[tuple[float | None, int]]) -> float | None:
    known = [(value, weight) for value, weight in pairs if value is not None and weight]
    whole = sum(weight for _, weight in known)
    return sum(value * weight for value, weight in known) / whole if whole else None


def age(sheet: PlanSheet) -> Said | None:
    """How old it is, and for how many that cannot be said."""
    rows = [row for row in age_totals(sheet) if row.known + row.unknown]
    if not rows:
        return None
    dated = [row for row in rows if row.now is not None and row.unknown <= MUCH_UNKNOWN * (row.known + row.unknown)]
    blind = [row for row in rows if row.unknown > MUCH_UNKNOWN * (row.known + row.unknown)]
    if dated:
        worst = max(dated, key=lambda row: row.in_20 if row.in_20 is not None else row.now or 0.0)
        now, later = percents(worst.now or 0.0), percents(worst.in_20 if worst.in_20 is not None else 0.0)
        label = CLASSES[worst.asset_class]
        finding = Text(
            f"{worst.threshold}年以上の{label.ja}は今{now.ja}、更新しなければ20年後に{later.ja}になる",
            f"{label.en} of {worst.threshold} years or more: {now.en} now, {later.en} in 20 years without renewal",
        )
        if worst.in_20 is None:
            finding = Text(
                f"{worst.threshold}年以上の{label.ja}は{now.ja}である",
                f"{label.en} of {worst.threshold}+ years: {now.en}",
            )
    else:
        worst = max(rows, key=lambda row: row.unknown)
        share = percents(worst.unknown / (worst.known + worst.unknown))
        label = CLASSES[worst.asset_class]
        finding = Text(
            f"{label.ja}の{share.ja}は建設年度が分からず、年齢構成は全体を表さない",
            f"The year built is unknown for {share.en} of {label.en.lower()}: ages do not speak for all",
        )
    said: list[Text] = []
    for row in blind:
        share = percents(row.unknown / (row.known + row.unknown))
        label = CLASSES[row.asset_class]
        said.append(
            Text(
                f"{label.ja}は{share.ja}の建設年度が不明である。割合は年度の分かる{number(row.known)}件だけから計算した。",
                f"For {label.en.lower()} the year built is unknown for {share.en}; shares rest on the "
                f"{number(row.known)} whose year is known.",
            )
        )
    if not blind:
        unknown = sum(row.unknown for row in rows)
        said.append(
            Text(
                f"建設年度の分からない{number(unknown)}件は割合の分母から除き、図では右端に分けて示した。"
                if unknown
                else "すべての施設で建設年度が分かっている。",
                f"The {number(unknown)} assets of unknown year are left out of the shares and drawn apart."
                if unknown
                else "The year built is known for every asset.",
            )
        )
    return finding, tuple(said)


def bad_and_graded(sheet: PlanSheet, rows: Iterable[GradeRow]) -> tuple[int, int, int]:
    """Return the numbers in bad grades, graded, and ungraded."""
    bad_rank = {scale.code: scale.bad_rank for scale in sheet.scales}
    bad = graded = ungraded = 0
    for row in rows:
        graded += sum(row.counts)
        ungraded += row.ungraded
        bad += sum(row.counts[bad_rank.get(row.scale, len(row.counts)) :])
    return bad, graded, ungraded


def grades(sheet: PlanSheet) -> Said | None:
    """How many need action, and how many were never judged."""
    pairs = list(dict.fromkeys((row.asset_class, row.scale) for row in sheet.grades))
    if not pairs and not sheet.stock:
        return None
    if not pairs:
        return (
            Text(
                "点検による判定の記録がなく、状態は分からない", "There is no grade on record: condition is not known"
            ),
            (
                Text(
                    "どの施設にも判定の記録がない。記録がないことは、健全であることを意味しない。"
                    "まず点検・調査を行い、その結果で本計画を見直す必要がある。",
                    "No asset has a grade on record, which does not mean that it is sound. Inspections come "
                    "first; their "
                    "results change this plan.",
                ),
            ),
        )
    totals = {
        pair: bad_and_graded(sheet, (row for row in sheet.grades if (row.asset_class, row.scale) == pair))
        for pair in pairs
    }
    judged = {pair: total for pair, total in totals.items() if total[1]}
    said: list[Text] = []
    if judged:
        pair = max(judged, key=lambda one: judged[one][0] / judged[one][1])
        bad, graded, _ = judged[pair]
        share, label = percents(bad / graded), CLASSES[pair[0]]
        finding = Text(
            f"判定済みの{label.ja}の{share.ja}({number(bad)}件)が措置を要する",
            f"{share.en} of judged {label.en.lower()} ({number(bad)}) need action",
        )
        if not bad:
            finding = Text("判定済みの施設に措置を要するものはない", "No judged asset needs action")
    else:
        finding = Text(
            "健全性の判定記録がなく、状態は分からない", "There is no grade on record: condition is not known"
        )
    blind = [
        (CLASSES[asset_class], percents(ungraded / (graded + ungraded)))
        for (asset_class, _), (_, graded, ungraded) in totals.items()
        if ungraded > MUCH_UNKNOWN * (graded + ungraded)
    ]
    if blind:
        said.append(
            Text(
                "、".join(f"{label.ja}は{share.ja}" for label, share in blind)
                + "に判定の記録がない。記録のない施設が健全であるとは言えない。",
                "There is no grade on record for "
                + ", ".join(f"{share.en} of {label.en.lower()}" for label, share in blind)
                + "; that does not mean they are sound.",
            )
        )
    said.append(
        Text(
            "区分は施設の種類ごとに定義が異なるため、種類をまたいで比べてはならない。",
            "Grades are defined apart for each class and must not be compared across classes.",
        )
    )
    return finding, tuple(said)


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
