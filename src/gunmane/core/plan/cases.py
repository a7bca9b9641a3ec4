"""Cases side by side, cost shares by the four rules, and owners' indicators, as rows of the document."""

from collections.abc import Sequence

import numpy as np

from gunmane.core.indicators import old_share, on_time_share, share
from gunmane.core.plan import contracts
from gunmane.core.plan.adopted import Stability
from gunmane.core.plan.arrangement import work_of
from gunmane.core.plan.comparison import recommend, risk_of, scenario_of
from gunmane.core.plan.costs import CostBook
from gunmane.core.plan.labels import Labels
from gunmane.core.plan.needs import Reason
from gunmane.core.plan.programme import programme
from gunmane.core.plan.record import (
    CostShare,
    FairnessCase,
    FairnessOwner,
    OwnerIndicator,
    ScenarioCase,
    StabilityRow,
)
from gunmane.core.plan.scenarios import RegionPlan
from gunmane.core.plan.schedules import Schedule
from gunmane.core.plan.shares import shares
from gunmane.core.plan.sheet import Indicator, Verdict
from gunmane.core.plan.values import Column, Text
from gunmane.core.stock import CLASSES, Flags
from gunmane.core.words import AssetClass

OUTLOOKS = ("population_mid", "population_low")
"""Projections of the population that an owner may give, for the plan's last year."""


def cases(plan: RegionPlan, book: CostBook, labels: Labels) -> tuple[ScenarioCase, ...]:
    """Return the plan beside its cases: shares of the budgets, populations, and without each measure that it uses."""
    given = all(facts.budgets for facts in plan.stock.owners)
    note = None if given else labels.get("case", "levelled")
    missing = None if plan.budget_cases else labels.get("case", "no_budgets")
    # All cases vary the last column. Where the plan stops short of it, its first row must not be called the plan.
    base = labels.get("case", "plan" if recommend(plan) is Column.MERGED else "base")
    found = [_case(plan, book, labels, "plan", "plan", plan.merged.plan, label=base, note=missing)]
    for part, schedule in plan.budget_cases:
        name = labels.get("case", "budget", share=f"{part:.0%}")
        found.append(_case(plan, book, labels, "budget", f"budget_{part:.0%}", schedule, label=name, note=note))
    found += _populations(plan, found[0], labels)
    found += [
        _case(plan, book, labels, "without", f"without_{one.code}", one.plan, joint=one.joint)
        for one in plan.variants
    ]
    return tuple(found)


def _case(
    plan: RegionPlan, book: CostBook, labels: Labels, group: str, code: str, schedule: Schedule, *,
    joint: bool = True, label: Text | None = None, note: Text | None = None,
) -> ScenarioCase:  # fmt: skip
    stock = plan.stock
    sums = programme(stock, plan.prices, plan.needs, schedule, book)
    work = work_of(sums, book, plan.way) if joint else contracts.alone(sums, book)
    total = float(sums.yearly[:, 1].sum()) - work.saved_yen.mid
    people = [facts.population for facts in stock.owners]
    known = [count for count in people if count]
    return ScenarioCase(
        group=group, code=code, label=label or labels.get("case", code), total_yen=round(total),
        contracts=round(work.contracts, 1), hours=float(round(work.hours.mid)),
        measures=int((schedule.year >= 0).sum()),
        undone=int((schedule.reason == Reason.NO_BUDGET).sum()),
        bad_left=int((plan.needs.bad & (schedule.year < 0)).sum()),
        risk_yen=round(risk_of(plan, schedule.measure)) if np.isfinite(stock.risk_yen).any() else None,
        per_resident=round(total / sum(known)) if known and len(known) == len(people) else None,
        gap=schedule.gap, note=note,
    )  # fmt: skip


def _populations(plan: RegionPlan, base: ScenarioCase, labels: Labels) -> list[ScenarioCase]:
    """Return the plan under the projections of the population, where every owner gave them.

    Fewer residents bear the same cost, and a sewer serves fewer houses: the pipe that each needs grows accordingly.
    """
    owners = plan.stock.owners
    found: list[ScenarioCase] = []
    for name in OUTLOOKS:
        later = [getattr(facts, name) for facts in owners]
        now = [facts.population for facts in owners]
        if not owners or not all(later) or not all(now):
            continue
        part = [after / before for after, before in zip(later, now, strict=True)]
        turned = 0
        for one in plan.sewage:
            if one.verdict in (Verdict.CHANGE, Verdict.KEEP) and np.isfinite(one.needed):
                turned += (one.needed / part[one.owner] <= one.limit) != (one.needed <= one.limit)
        found.append(
            ScenarioCase(
                group="population", code=name, label=labels.get("case", name), total_yen=base.total_yen,
                contracts=base.contracts, hours=base.hours, measures=base.measures, undone=base.undone,
                bad_left=base.bad_left, risk_yen=base.risk_yen, per_resident=round(base.total_yen / sum(later)),
                sewer_changes=turned, note=labels.get("case", "population_note", people=f"{sum(later):,}"),
            )
        )  # fmt: skip
    return found


def cost_shares(plan: RegionPlan, column: Column) -> tuple[CostShare, ...]:
    """Return what each owner pays of the recommended case by equal parts, stock, population and benefit."""
    stock = plan.stock
    if len(stock.owners) < 2:
        return ()
    scenario = scenario_of(plan, column)
    alone = [round(yen) for yen in plan.alone.sums.by_owner[..., 1].sum(axis=1).tolist()]
    counts = [float((stock.owner == k).sum()) for k in range(len(stock.owners))]
    people = [facts.population for facts in stock.owners]
    found = shares([facts.code for facts in stock.owners], alone, round(scenario.total.mid), counts, people)
    return tuple(
        CostShare(
            owner=one.owner, alone_yen=one.alone, equal=one.equal, stock=one.stock, population=one.population,
            benefit=one.benefit, worse=one.worse,
        )
        for one in found
    )  # fmt: skip


def fairness(plan: RegionPlan) -> tuple[FairnessCase, ...]:
    """Return what floors and ceilings of owners' money cost the region and each owner against one pot."""
    found = plan.pooling
    if found is None:
        return ()
    owners = plan.stock.owners
    return tuple(
        FairnessCase(
            floor=one.floor, ceiling=one.ceiling, given=found.given, share=found.share, price_yen=round(one.price),
            uncertain_yen=round(one.uncertain),
            owners=tuple(
                FairnessOwner(
                    owner=facts.code, paid_yen=round(float(found.paid[k])), spent_yen=round(float(one.spent[k])),
                    pooled_yen=round(float(one.pooled[k])), loss_yen=round(float(one.by_owner[k])),
                )
                for k, facts in enumerate(owners)
            ),
        )
        for one in found.cases
    )  # fmt: skip


def steady(found: Stability) -> StabilityRow:
    """Return what became of the adopted plan's measures."""
    return StabilityRow(
        edition=found.edition, decided_on=found.decided_on, listed=found.listed, same=found.same, moved=found.moved,
        changed=found.changed, dropped=found.dropped, due=found.due, unlisted=found.unlisted, gone=found.gone,
        yen=round(found.yen),
    )  # fmt: skip


def owner_indicators(
    plan: RegionPlan, book: CostBook, labels: Labels, region: Sequence[Indicator]
) -> tuple[OwnerIndicator, ...]:
    """Return the shares that can be said of each owner, beside the region's and published ones of other areas."""
    found: list[OwnerIndicator] = []
    for one in region:
        for k, facts in enumerate(plan.stock.owners):
            value = _of_owner(plan, book, one.code, plan.stock.owner == k)
            if value is None:
                continue
            given = {row.area: row for row in book.references if row.indicator == one.code}
            found.append(
                OwnerIndicator(
                    code=one.code, label=one.label, unit=one.unit, owner=facts.code, value=value[0],
                    region=one.now, decimals=one.decimals,
                    prefecture=given["prefecture"].value if "prefecture" in given else None,
                    nation=given["nation"].value if "nation" in given else None,
                    source=", ".join(f"{row.source} ({row.year})" for row in given.values()),
                )
            )  # fmt: skip
    return tuple(found)


def _of_owner(plan: RegionPlan, book: CostBook, code: str, mine: Flags) -> tuple[float | None] | None:
    """Return one owner's value, None where it is no indicator of single owners or the owner has no such assets."""
    stock = plan.stock
    kind, _, name = code.partition("_")
    if code == "located":
        return (share(float(stock.located[mine].sum()), int(mine.sum())),)
    if code.startswith("on_time_"):
        rows = mine & (stock.asset_class == CLASSES.index(AssetClass(code.removeprefix("on_time_"))))
        visited = rows & (stock.inspections.any(axis=1) | stock.overdue)
        return (on_time_share(stock.overdue, visited),) if visited.any() else None
    if kind == "old":
        asset_class = AssetClass(name)
        life = book.life(asset_class)
        rows = mine & (stock.asset_class == CLASSES.index(asset_class))
        if life is None or life.old_from is None or not rows.any():
            return None
        return (old_share(stock.built_year[rows], life.old_from, stock.first_fy - 1),)
    if kind == "bad":
        scale = next((one for one in sorted(stock.scales, key=len, reverse=True) if name.startswith(one)), None)
        if scale is None:
            return None
        rest = name.removeprefix(scale).removeprefix("_")
        on_scale = stock.scale == stock.scales.index(scale)
        if rest or scale.startswith("road"):
            on_scale &= stock.asset_class == CLASSES.index(AssetClass(rest or "bridge"))
        if not (mine & np.isin(stock.asset_class, stock.asset_class[on_scale])).any():
            return None
        graded = mine & on_scale & (stock.grade >= 0)
        return (float((plan.needs.bad & graded).sum()) / float(graded.sum()) if graded.any() else None,)
    return None
