"""Decisions about working together: groups of owners, lots, engineers shared."""

import numpy as np

from gunmane.core.plan.choices.lots import lots
from gunmane.core.plan.choices.people import engineers
from gunmane.core.plan.costs import CostBook
from gunmane.core.plan.formats import number, percents
from gunmane.core.plan.labels import Labels
from gunmane.core.plan.partition import Division, apart_km, centres, divide
from gunmane.core.plan.scenarios import RegionPlan
from gunmane.core.plan.sheet import Choice, Named, Verdict
from gunmane.core.plan.values import Text
from gunmane.core.words import SourceStatus

GROUP_SOURCE = "手引き(群マネ)の自治体の束。契約数と時間の計算は本計画の前提条件(表)による"


def together(plan: RegionPlan, book: CostBook, labels: Labels) -> list[Choice]:
    """Return the decisions on groups, on lots and on engineers."""
    if len(plan.stock.owners) < 2:
        return []
    return [_groups(plan, book), *lots(plan, book, labels), engineers(plan, book)]


def _names(plan: RegionPlan, groups: tuple[tuple[int, ...], ...]) -> Text:
    """Write a division: members of a group joined by ・, groups by ／."""
    parts = ["・".join(plan.stock.owners[k].name for k in members) for members in groups]
    return Text(" ／ ".join(parts), " / ".join(parts))


def _limit(division: Division) -> Text:
    if np.isinf(division.limit_km):
        return Text("距離の制限なし", "no limit of distance")
    return Text(f"{number(division.limit_km)}km以内", f"within {number(division.limit_km)} km")


def _hours(division: Division) -> Text:
    saved = division.alone - division.hours
    count = sum(len(members) > 1 for members in division.groups)
    hours = number(division.hours)
    return Text(
        f"年{hours}時間(共同するグループ {count}、減る時間 {number(saved)})",
        f"{hours} hours a year ({count} joint groups, {number(saved)} hours saved)",
    )


def _groups(plan: RegionPlan, book: CostBook) -> Choice:
    chosen, apart = plan.way.proposed, apart_km(centres(plan.stock))
    cases = [divide(plan.alone.sums, book, apart, chosen.limit_km, case) for case in (0, 2)]
    joint = any(len(members) > 1 for members in chosen.groups)
    same = all(any(len(members) > 1 for members in case.groups) == joint for case in cases)
    exact = all(case.groups == chosen.groups for case in cases)
    verdict = Verdict.UNDECIDED if not same else Verdict.CHANGE if joint else Verdict.KEEP
    if joint:
        share = percents((chosen.alone - chosen.hours) / chosen.alone if chosen.alone else 0.0)
        proposal = Text(
            f"次の組合せで共同発注する: {_names(plan, chosen.groups).ja}",
            f"Order together in these groups: {_names(plan, chosen.groups).en}",
        )
        reason = Text(
            f"発注と監督の時間が{share.ja}減る。ほかのどの組合せも、これより時間が多いか、距離の上限を超える。",
            f"Hours for orders and control fall by {share.en}; every other division needs more or is too far apart.",
        )
    else:
        proposal = Text("共同発注はせず、各団体が単独で発注する", "Each owner goes on ordering alone")
        reason = Text(
            "どの組合せでも、調整に要する時間が契約の減少で浮く時間を上回る。今の前提では連携は引き合わない。",
            "Coordination takes more hours than fewer contracts save in every division: it does not pay here.",
        )
    if not chosen.exact:
        reason = Text(
            reason.ja + "団体が多いため、組合せは近似で求めた。",
            reason.en + " With so many owners the division is approximate.",
        )
    turned = (
        Text(
            "調整の手間を少なく見ても多く見ても、組合せは変わらない。",
            "With little or much coordination the groups stay the same.",
        )
        if exact
        else Text(
            "調整の手間の見込みを変えると、共同するかどうかが変わる(判断保留)。",
            "Whether to cooperate at all depends on how much coordination takes (undecided).",
        )
        if not same
        else Text(
            "調整の手間の見込みを変えると組合せは変わるが、共同する方針は変わらない。",
            "Other estimates of coordination change the groups, not whether to cooperate.",
        )
    )
    extra, talk = book.parameters["joint_extra_hours"], book.parameters["coordination_hours"]
    return Choice(
        kind="groups",
        code="groups",
        owner="",
        subject=Text("一緒に発注する団体の組合せ", "Which owners order together"),
        verdict=verdict,
        proposal=proposal,
        reason=reason,
        rule=Text(
            "すべての組合せについて契約数と時間を計算し、費用、次に時間が最も少ないものを選ぶ。単独も組合せの一つとして比べる。",
            "Contracts and hours of every division are computed; least cost, then fewest hours win. Working alone is "
            "one of the divisions.",
        ),
        source=GROUP_SOURCE,
        status=SourceStatus.ASSUMED,
        inputs=(
            Named(Text("団体間の距離の上限", "longest distance between members"), _limit(chosen)),
            Named(Text("1契約が増やす手間", "extra hours of a joint contract"), percents(extra.value)),
            Named(
                Text("団体ごとの調整時間(年)", "coordination a year for each owner"),
                Text(f"{number(talk.value)}時間", f"{number(talk.value)} hours"),
            ),
            Named(
                Text("単独の時間(年)", "hours alone a year"),
                Text(f"{number(chosen.alone)}時間", f"{number(chosen.alone)} hours"),
            ),
        ),
        alternatives=tuple(Named(_limit(one), _hours(one)) for one in plan.divisions),
        sensitivity=turned,
        law=Text(
            "事務の委託・共同設置による場合は、各団体の議会の議決が要る(地方自治法)。",
            "A delegation or a joint section needs a vote of each assembly (Local Autonomy Act).",
        )
        if joint
        else None,
    )
