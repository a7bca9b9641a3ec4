"""Sentences about what exists and how it stands: stock, age, grades, duties, data."""

from collections import Counter
from collections.abc import Iterable

from gunmane.core.plan.findings import AgeShare, GradeRow
from gunmane.core.plan.formats import number, percents
from gunmane.core.plan.nouns import CLASSES, COUNTERS
from gunmane.core.plan.sheet import PlanSheet
from gunmane.core.plan.values import Text
from gunmane.core.words import AssetClass

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
    kinds = f"{len(by_class)} classes" if len(by_class) > 1 else "one class"
    finding = Text(
        f"{owners}団体で{len(by_class)}種類、{number(whole)}施設を管理している",
        f"{owners} owners manage {number(whole)} assets of {kinds}",
    )
    if owners == 1 and len(sheet.members) == 1:
        mine = sheet.members[0].name
        finding = Text(
            f"{mine}は{len(by_class)}種類、{number(whole)}施設を管理している",
            f"{mine} manages {number(whole)} assets of {kinds}",
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
        if not any(row.known for row in rows):
            finding = Text(
                "どの施設も建設年度が分からず、年齢構成は示せない",
                "No year of building is known, so no ages can be shown",
            )
    said: list[Text] = []
    for row in (row for row in blind if row.known):
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
