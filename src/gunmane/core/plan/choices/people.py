"""The decision on engineers shared between owners, year by year, with those who retire."""

from typing import Any

import numpy as np

from gunmane.core.plan.costs import CostBook
from gunmane.core.plan.formats import number, percents
from gunmane.core.plan.partition import apart_km, centres
from gunmane.core.plan.scenarios import RegionPlan
from gunmane.core.plan.sheet import Choice, Named, Verdict
from gunmane.core.plan.staffing import Staffing, needed_by_year, share_engineers, there_by_year
from gunmane.core.plan.values import Text
from gunmane.core.stock import Floats
from gunmane.core.words import SourceStatus

SOURCE = "手引き(群マネ)の技術者の束の考え方。時間と上限は本計画の前提条件(表)による"
RULE = Text(
    "発注・監督・点検の確認に要する時間を年度ごとに人数に直し、退職を引いた現員と比べる。距離の上限の中で、余りのある団体から"
    "足りない団体へ、不足が最も小さく、次に移動が最も短くなるように融通する。",
    "Hours for orders, control and inspections of each year as persons, against those left after retirements: within "
    "the travel limit time goes from who has it to who lacks it, least lack first, then shortest ways.",
)
SOME = 0.05
"""Persons below which nothing is said to be lent or lacking."""

SHOWN_YEARS = (1, 5, 10)


def engineers(plan: RegionPlan, book: CostBook) -> Choice:
    """Compare the hours that owners need with those of their own engineers, alone and shared."""
    owners = plan.stock.owners
    needed = needed_by_year(plan.alone.sums, book, np.eye(len(owners), dtype=np.bool_))
    have = there_by_year(owners, plan.stock.years)
    leaving = sum(sum(facts.retirements) for facts in owners)
    base: dict[str, Any] = {
        "kind": "engineers",
        "code": "engineers",
        "owner": "",
        "subject": Text("技術者の共同活用", "Sharing engineers"),
        "rule": RULE,
        "source": SOURCE,
        "status": SourceStatus.ASSUMED,
        "inputs": (*_rows(plan, needed, have), *_given(plan, book, leaving)),
    }
    if np.isnan(have).any():
        missing = "・".join(facts.name for k, facts in enumerate(owners) if np.isnan(have[k]).any())
        return Choice(
            **base,
            verdict=Verdict.UNKNOWN,
            proposal=Text("現員が分かるまで決めない", "Not decided before the numbers are known"),
            reason=Text(
                f"技術者数が入力されていない団体がある({missing})。", f"Engineers are not given for {missing}."
            ),
        )
    apart, limit = apart_km(centres(plan.stock)), book.value("group_travel_km")
    away = book.value("engineers_away")
    found = share_engineers(needed, have, apart, limit, away)
    cases = [share_engineers(needed * factor, have, apart, limit, away) for factor in (0.8, 1.2)]
    lends = bool((found.moved > SOME).any())
    stable = all(bool((case.moved > SOME).any()) == lends for case in cases)
    return Choice(
        **base,
        verdict=Verdict.UNDECIDED if not stable else Verdict.CHANGE if lends else Verdict.KEEP,
        proposal=_proposal(plan, found) if lends else Text("融通は要らない", "No sharing is needed"),
        reason=_reason(plan, found, lends),
        alternatives=(*_years(plan, found), *_flows(plan, found), _hired(found)),
        sensitivity=Text("必要な時間が20%増減しても結論は変わらない。", "20 % more or fewer hours change nothing.")
        if stable
        else Text(
            "必要な時間が20%増減すると結論が変わる(判断保留)。",
            "20 % more or fewer hours turn the answer (undecided).",
        ),
    )


def _rows(plan: RegionPlan, needed: Floats, have: Floats) -> list[Named]:
    rows: list[Named] = []
    for k, facts in enumerate(plan.stock.owners):
        mean = number(float(needed[k].mean()), 1)
        now, end = have[k, 0], have[k, -1]
        there = "不明" if np.isnan(now) else number(now) if now == end else f"{number(now)}→{number(end)}"
        there_en = "?" if np.isnan(now) else number(now) if now == end else f"{number(now)} to {number(end)}"
        rows.append(
            Named(
                Text(facts.name, facts.name),
                Text(f"必要{mean}人(年平均)、現員{there}人", f"needed {mean} a year, there are {there_en}"),
            )
        )
    return rows


def _given(plan: RegionPlan, book: CostBook, leaving: int) -> list[Named]:
    away = book.parameters["engineers_away"]
    return [
        Named(
            Text("計画期間中の退職", "retiring inside the plan"),
            Text(f"{leaving}人", f"{leaving}")
            if leaving
            else Text("入力なし(見込まない)", "not given, none counted"),
        ),
        Named(Text("融通する時間の上限", "most time lent"), percents(away.value)),
        Named(
            Text("団体間の距離の上限", "longest distance"),
            Text(f"{number(book.value('group_travel_km'))}km", f"{number(book.value('group_travel_km'))} km"),
        ),
    ]


def _proposal(plan: RegionPlan, found: Staffing) -> Text:
    most = int(found.moved.argmax())
    persons = number(float(found.moved[most]), 1)
    year = plan.stock.first_fy + most
    return Text(
        f"最も多い{year}年度で{persons}人分の時間を融通する",
        f"Share the time of {persons} persons in FY{year}, the year with most",
    )


def _reason(plan: RegionPlan, found: Staffing, lends: bool) -> Text:
    if lends:
        reason = Text(
            "現員だけでは時間が足りない団体と、余りのある団体がある。",
            "Some owners lack hours while others have some to spare.",
        )
    elif (found.lacking > SOME).any():
        reason = Text(
            "時間が足りない団体はあるが、上限の中で融通できる団体がない。",
            "Some owners lack hours, but nobody within the limits has any to lend.",
        )
    else:
        reason = Text(
            "計画に入る業務の時間は、どの団体も現員で足りる。日常の維持や災害対応の時間は含まない。",
            "Every owner has the hours that the plan's tasks need; daily upkeep and disasters not counted.",
        )
    lacking = found.lacking.sum(axis=0)
    if lacking.max(initial=0.0) <= SOME:
        return reason
    worst = int(lacking.argmax())
    persons, year = number(float(lacking[worst]), 1), plan.stock.first_fy + worst
    return Text(
        f"{reason.ja}融通しても{year}年度には{persons}人分足りず、外部への委託か採用が要る。",
        f"{reason.en} Even so {persons} persons are lacking in FY{year}: outside help or hiring.",
    )


def _years(plan: RegionPlan, found: Staffing) -> list[Named]:
    rows: list[Named] = []
    for at in SHOWN_YEARS:
        t = at - 1
        if t >= plan.stock.years:
            break
        needed, have = number(float(found.needed[:, t].sum()), 1), number(float(found.have[:, t].sum()))
        moved, lacking = number(float(found.moved[t]), 1), number(float(found.lacking[:, t].sum()), 1)
        rows.append(
            Named(
                Text(f"{plan.stock.first_fy + t}年度", f"FY{plan.stock.first_fy + t}"),
                Text(
                    f"必要{needed}人、現員{have}人、融通{moved}人、不足{lacking}人",
                    f"needed {needed}, there {have}, lent {moved}, lacking {lacking}",
                ),
            )
        )
    return rows


def _flows(plan: RegionPlan, found: Staffing) -> list[Named]:
    """Who lends to whom in the year with most."""
    if not (found.moved > SOME).any():
        return []
    t, owners = int(found.moved.argmax()), plan.stock.owners
    pairs = [(a, b) for a, b in zip(*np.nonzero(found.lent[t] > SOME), strict=True)]
    return [
        Named(
            Text(f"{owners[a].name}から{owners[b].name}へ", f"{owners[a].name} to {owners[b].name}"),
            Text(
                f"{number(float(found.lent[t, a, b]), 1)}人({plan.stock.first_fy + t}年度)",
                f"{number(float(found.lent[t, a, b]), 1)} (FY{plan.stock.first_fy + t})",
            ),
        )
        for a, b in pairs
    ]


def _hired(found: Staffing) -> Named:
    alone = number(float(np.maximum(found.needed - found.have, 0.0).sum(axis=0).max(initial=0.0)), 1)
    return Named(Text("不足を採用で補う", "hire what is lacking"), Text(f"最大{alone}人", f"up to {alone} persons"))
