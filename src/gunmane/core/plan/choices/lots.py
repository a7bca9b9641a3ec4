"""Decisions about lots: which inspections and works the members of a group let in one contract."""

import numpy as np

from gunmane.core.plan.arrangement import Lot, lot_code
from gunmane.core.plan.contracts import lettings, sets_of
from gunmane.core.plan.costs import CostBook
from gunmane.core.plan.formats import number, percents
from gunmane.core.plan.labels import Labels
from gunmane.core.plan.programme import FIRST_MEASURE, INSPECT
from gunmane.core.plan.scenarios import RegionPlan
from gunmane.core.plan.sheet import Choice, Named, Verdict
from gunmane.core.plan.values import Text
from gunmane.core.stock import CLASS_AT, Floats
from gunmane.core.words import SourceStatus

SOURCE = "手引き(群マネ)の自治体の束。契約数と時間の計算は本計画の前提条件(表)による"
RULE = Text(
    "グループの団体が一つにまとめて出す場合と、団体ごとに出す場合の契約数と時間を計画期間について計算し、時間が少ない方を"
    "選ぶ。まとめた契約は1件あたりの手間が増える。",
    "Contracts and hours over the plan if the members of a group let them as one, and if each lets its own: fewer "
    "hours win. A joint contract takes more hours.",
)
STEPS = {"inspect": Text("点検", "inspection"), "works": Text("工事", "works")}


def lots(plan: RegionPlan, book: CostBook, labels: Labels) -> list[Choice]:
    """Return one decision for each task that at least two members of one group have work in."""
    return [_one(plan, book, labels, one) for one in plan.way.lots]


def _one(plan: RegionPlan, book: CostBook, labels: Labels, one: Lot) -> Choice:
    name, step = labels.get("class", one.task.asset_class), STEPS[one.task.step]
    stable = len({one.joint, *one.cases}) == 1
    alone, joint = (number(lot, 1) for lot in one.contracts)
    apart_hours, joint_hours = (number(hours) for hours in one.hours)
    inspect = one.task.step == "inspect"
    size = book.value("inspections_per_contract" if inspect else "joint_works_per_contract")
    return Choice(
        kind="lots",
        code=lot_code(one.task),
        owner="",
        subject=Text(f"{name.ja}の{step.ja}の発注単位", f"Lots of {step.en}: {name.en}"),
        verdict=Verdict.UNDECIDED if not stable else Verdict.CHANGE if one.joint else Verdict.KEEP,
        proposal=Text(f"グループで1契約にまとめる(年平均{joint}契約)", f"Let as one by the group ({joint} a year)")
        if one.joint
        else Text(f"団体ごとに発注する(年平均{alone}契約)", f"Each owner lets its own ({alone} a year)"),
        reason=Text(
            f"団体ごとなら年{alone}契約・{apart_hours}時間、まとめると年{joint}契約・{joint_hours}時間になる。",
            f"{alone} contracts and {apart_hours} hours a year if each lets its own, {joint} and {joint_hours} "
            "as one.",
        ),
        rule=RULE,
        source=SOURCE,
        status=SourceStatus.ASSUMED,
        inputs=(
            Named(Text("1契約の施設数の上限", "most assets in a contract"), Text(number(size), number(size))),
            Named(
                Text("1契約が増やす手間", "extra hours of a joint contract"),
                percents(book.value("joint_extra_hours")),
            ),
        ),
        alternatives=(*_options(one), *_first_year(plan, book, one)),
        sensitivity=Text(
            "まとめた契約の手間を少なく見ても多く見ても、結論は変わらない。",
            "With little or much extra work in a joint contract the answer stays the same.",
        )
        if stable
        else Text(
            "まとめた契約の手間の見込みを変えると、結論が変わる(判断保留)。計画の時間は中位の見込みで数える。",
            "The answer depends on how much extra work a joint contract takes (undecided); the plan counts "
            "the middle estimate.",
        ),
    )


def _options(one: Lot) -> tuple[Named, Named]:
    """Return both ways with their contracts and hours."""
    said = [
        Text(
            f"年{number(lot, 1)}契約、{number(hours)}時間",
            f"{number(lot, 1)} contracts, {number(hours)} hours a year",
        )
        for lot, hours in zip(one.contracts, one.hours, strict=True)
    ]
    return (
        Named(Text("団体ごとに発注", "each lets its own"), said[0]),
        Named(Text("グループでまとめる", "as one by the group"), said[1]),
    )


def _first_year(plan: RegionPlan, book: CostBook, one: Lot) -> list[Named]:
    """Return the lots of the first year: who takes part, how many jobs, how many contracts as one."""
    k, sums = CLASS_AT[one.task.asset_class], plan.joint.sums
    jobs: Floats = sums.count[:, k, FIRST_MEASURE:].sum(axis=1)[:, 0]
    if one.task.step == "inspect":
        jobs = sums.count[:, k, INSPECT, 0]
    groups = [members for members in plan.division.groups if len(members) > 1]
    found = lettings(sums, book, sets_of(tuple(groups), len(jobs)))
    place = found.tasks.index(one.task) if one.task in found.tasks else -1
    rows: list[Named] = []
    for row, members in enumerate(groups):
        taking = [i for i in members if jobs[i] > 0.5]
        if place < 0 or not taking:
            continue
        total, count = number(float(np.sum(jobs[list(members)]))), int(found.joint[row, place, 0])
        names = [plan.stock.owners[i].name for i in taking]
        rows.append(
            Named(
                Text(f"{plan.stock.first_fy}年度 {'・'.join(names)}", f"FY{plan.stock.first_fy}: {', '.join(names)}"),
                Text(f"{total}件、{count}契約", f"{total} jobs, {count} contracts"),
            )
        )
    return rows
