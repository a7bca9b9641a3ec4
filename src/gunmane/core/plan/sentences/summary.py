"""Key points, limits of knowledge and answers for residents, gathered from the sections."""

from gunmane.core.plan.formats import number, percents, yen
from gunmane.core.plan.nouns import CLASSES
from gunmane.core.plan.sentences.outlook import assumed
from gunmane.core.plan.sentences.state import MUCH_UNKNOWN, age_totals, bad_and_graded
from gunmane.core.plan.sheet import PlanSheet
from gunmane.core.plan.values import Column, Measure, PlanStatus, Text
from gunmane.core.words import AssetClass

POINTS = ("compare", "programme", "grades", "forecast", "due", "risk", "owners", "levelling")
"""Sections whose findings are key points, most important first."""


def points(sheet: PlanSheet) -> tuple[Text, ...]:
    """Return the findings that go on the first page, a large unknown before everything it weakens."""
    said = list(limits(sheet)[:1]) if _mostly_unknown(sheet) else []
    said += [
        _stop(sheet.findings[section]) for section in POINTS if section in sheet.findings and _telling(sheet, section)
    ]
    return tuple(said)


def _telling(sheet: PlanSheet, section: str) -> bool:
    """Tell whether a section's finding says more than that nothing changes or nothing can be said."""
    if section in ("forecast", "risk"):
        return not sheet.forecasts or len(assumed(sheet)) < len(
            {row.asset_class for row in sheet.forecasts if row.bad}
        )
    if section == "owners":
        return sheet.facts.recommended is not Column.ALONE
    if section == "levelling":
        row = next((one for one in sheet.levelling if not one.owner), None)
        return row is not None and bool(row.before) and max(row.after) < 0.99 * max(row.before)
    return True


def _stop(text: Text) -> Text:
    return Text(
        text.ja if text.ja.endswith("。") else text.ja + "。", text.en if text.en[-1] == "." else text.en + "."
    )


def _mostly_unknown(sheet: PlanSheet) -> bool:
    known = sum(row.known for row in age_totals(sheet))
    unknown = sum(row.unknown for row in age_totals(sheet))
    return unknown > MUCH_UNKNOWN * (known + unknown) > 0


def limits(sheet: PlanSheet) -> tuple[Text, ...]:
    """Return what is not known and what that means for the plan, heaviest first."""
    said: list[Text] = []
    rows = age_totals(sheet)
    known, unknown = sum(row.known for row in rows), sum(row.unknown for row in rows)
    if unknown > 0.05 * (known + unknown):
        share = percents(unknown / (known + unknown))
        said.append(
            Text(
                f"施設全体の{share.ja}は建設年度が分からない。更新の時期と費用は、この分だけ不確かである。",
                f"The year built is unknown for {share.en} of all assets; times and costs of renewal are uncertain "
                "by that much.",
            )
        )
    for asset_class in dict.fromkeys(row.asset_class for row in sheet.grades):
        _, graded, ungraded = bad_and_graded(sheet, (row for row in sheet.grades if row.asset_class is asset_class))
        if ungraded > MUCH_UNKNOWN * (graded + ungraded):
            share, label = percents(ungraded / (graded + ungraded)), CLASSES[asset_class]
            said.append(
                Text(
                    f"{label.ja}の{share.ja}は状態の記録がない。対策の必要量は少なく見えている可能性がある。",
                    f"{share.en} of {label.en.lower()} have no record of condition; the need may look too small.",
                )
            )
    missing = sum(row.unknown_anchor for row in sheet.due)
    if missing:
        said.append(
            Text(
                f"{number(missing)}件の点検・検査・清掃などは前回の実施日が不明で、期限切れかどうか判断できない。",
                f"For {number(missing)} inspections, cleanings and the like the last date is unknown; "
                "whether they are late is open.",
            )
        )
    if not sheet.forecasts:
        said.append(
            Text(
                "繰り返しの点検記録がないため、劣化の予測はできない。",
                "Without repeated inspections no deterioration can be forecast.",
            )
        )
    if sheet.present_spend is None:
        said.append(Text("現在の支出実績が入力されていない。", "Present spending was not given."))
    if not sheet.compare and not sheet.yearly:
        said.append(
            Text(
                "費用の比較に必要な資料がそろわず、連携の効果は計算していない。",
                "The data for comparing costs are not complete; the effect of cooperation was not computed.",
            )
        )
    return tuple(said)


def residents(sheet: PlanSheet) -> tuple[Text, ...]:
    """Return plain answers: what changes, what stays, what is not decided."""
    years = sheet.facts.years
    things = _named(sheet, THINGS, "and")
    said = [
        Text(
            f"この計画は、これから{years}年間、{things.ja}を近隣の市町村などが協力して守っていくための案です。",
            f"This is how neighbouring municipalities propose to look after {things.en} together over the next "
            f"{years} years.",
        )
    ]
    removed = [row for row in sheet.programme if row.measure in (Measure.REMOVE, Measure.MERGE, Measure.DOWNSIZE)]
    count = round(sum(sum(row.quantities) for row in removed if not row.owner))
    if count:
        said.append(
            Text(
                f"{number(count)}か所で、撤去・集約・縮小を検討します。決める前に、近くにお住まいの方のご意見をうかがいます。",
                f"Removal, merging or downsizing is considered in {number(count)} places; those who live nearby are "
                "heard before anything is decided.",
            )
        )
    else:
        said.append(
            Text(
                "この計画で、なくなることが決まった橋や道路、施設はありません。",
                "No bridge, road or plant is decided to be given up by this plan.",
            )
        )
    whole = sum(sum(row.yen) for row in sheet.programme if not row.owner)
    if whole:
        cost = yen(whole)
        said.append(
            Text(
                f"{years}年間の費用は約{cost.ja}と見込んでいます。単価の分からないものは含みません。",
                f"It is expected to cost about {cost.en} over {years} years; what has no known price is not in it.",
            )
        )
    if _unseen(sheet):
        said.append(
            Text(
                "まだ点検されていない施設が多くあります。まず点検を進め、結果に応じてこの計画を見直します。",
                "Many assets were never inspected. Inspections come first, and their results will change this plan.",
            )
        )
    late = sum(row.overdue for row in sheet.due)
    if late:
        said.append(
            Text(
                f"期限を過ぎている点検・検査・清掃などが延べ{number(late)}件あります。早く行うものから順に予定を組みます。",
                f"{number(late)} inspections, cleanings and the like are overdue; the most urgent come first.",
            )
        )
    if any(row.asset_class.value == "septic" for row in sheet.stock):
        said.append(
            Text(
                "浄化槽をお使いの方は、年1回の法定検査と保守点検・清掃をこれまでどおりお願いします。",
                "Users of septic systems: please go on with the yearly inspection, upkeep and cleaning.",
            )
        )
    signs = _named(sheet, SIGNS, "or")
    said.append(
        Text(
            f"{signs.ja}に気づいたら、すぐにお住まいの市町村へお知らせください。",
            f"If you see {signs.en}, please tell your municipality at once.",
        )
    )
    if sheet.facts.status is PlanStatus.DRAFT:
        said.append(
            Text(
                "この計画はまだ案です。各市町村などの議会と協議の場で話し合って決めます。",
                "This is a draft. The councils of the municipalities decide after talking it over.",
            )
        )
    return tuple(said)


ROADS = frozenset({AssetClass.PAVEMENT, AssetClass.TUNNEL, AssetClass.ROAD_STRUCTURE})
SEWERS = frozenset({AssetClass.SEWER_PIPE, AssetClass.MANHOLE})
WATER = frozenset({AssetClass.WATER_PIPE})
BRIDGES = frozenset({AssetClass.BRIDGE})
SEPTIC = frozenset({AssetClass.SEPTIC})

THINGS = (
    (ROADS, Text("道路", "roads")), (BRIDGES, Text("橋", "bridges")), (WATER, Text("水道", "water pipes")),
    (SEWERS, Text("下水道", "sewers")), (SEPTIC, Text("浄化槽", "septic systems")),
)  # fmt: skip
"""What residents call the things that a plan is about, by class."""

SIGNS = (
    (ROADS, Text("道路の穴", "a hole in a road")), (BRIDGES, Text("橋の異常", "damage to a bridge")),
    (WATER, Text("水漏れ", "a leak")),
    (SEWERS, Text("マンホールのふたや路面の沈み", "a manhole cover or a road that sinks")),
)  # fmt: skip
"""What residents can see and tell, by class."""


def _named(sheet: PlanSheet, words: tuple[tuple[frozenset[AssetClass], Text], ...], link: str) -> Text:
    """Join the words of the classes that the region has, all of them where it has none of these."""
    present = {row.asset_class for row in sheet.stock}
    found = [word for classes, word in words if classes & present] or [word for _, word in words]
    joint = "や" if len(found) == 2 else "、"
    *head, last = (one.en for one in found)
    english = f"{', '.join(head)} {link} {last}" if head else last
    return Text(joint.join(one.ja for one in found), english)


def _unseen(sheet: PlanSheet) -> bool:
    """Tell whether much of what can be judged was never inspected."""
    graded = sum(sum(row.counts) for row in sheet.grades)
    without = sum(row.ungraded for row in sheet.grades)
    if not sheet.grades:
        return bool(sheet.forecasts)
    return without > MUCH_UNKNOWN * (graded + without)
