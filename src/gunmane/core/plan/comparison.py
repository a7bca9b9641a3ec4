"""The four columns side by side, the ten-year table, and who gains or loses, as rows of the sheet."""

import numpy as np

from gunmane.core.money import Range, allocate
from gunmane.core.plan.condition import amounts, rows_of
from gunmane.core.plan.labels import Labels
from gunmane.core.plan.levelling import spread_of
from gunmane.core.plan.needs import Reason
from gunmane.core.plan.options import DOWNSIZE, MERGE, REMOVE, REPAIR, REPLACE
from gunmane.core.plan.programme import FIRST_MEASURE, INSPECT, KINDS, PROVISION, SPREAD
from gunmane.core.plan.scenarios import RegionPlan, Scenario, present_value, unlevelled
from gunmane.core.plan.schedules import moved
from gunmane.core.plan.sheet import (
    BudgetCase,
    CompareRow,
    EffectStep,
    Levelling,
    OwnerEffect,
    ProgrammeRow,
    Verdict,
    YearlyCost,
)
from gunmane.core.plan.values import Band, Column, Measure, Text
from gunmane.core.stock import CLASSES, Array, Floats
from gunmane.core.words import AssetClass

RENEWAL = ("replace", "downsize", "merge", "spread")


def scenario_of(plan: RegionPlan, column: Column) -> Scenario:
    """Return the computed column; raises KeyError for `now`, which is not computed."""
    return {Column.ALONE: plan.alone, Column.JOINT: plan.joint, Column.MERGED: plan.merged}[column]


def recommend(plan: RegionPlan) -> Column:
    """Return the column with the least cost after its long-run saving; hours decide between equal costs (0.1 %).

    The long-run saving is the whole present value of reorganising, so what it costs inside the plan is in it already.
    Working together is not recommended for its own sake: where it costs more hours and saves no yen, "alone" wins.
    Where an override that stands removes, downsizes or merges, only "merged" has it: what people decided is the plan.
    """
    if any(not one.conflict and one.pin.measure >= DOWNSIZE for one in plan.pinned):
        return Column.MERGED
    cost = {
        Column.ALONE: plan.alone.total.mid,
        Column.JOINT: plan.joint.total.mid,
        Column.MERGED: plan.joint.total.mid - plan.long_run,
    }
    least = min(cost.values())
    near = [column for column, yen in cost.items() if yen <= least + 0.001 * abs(plan.alone.total.mid)]
    return min(near, key=lambda column: (scenario_of(plan, column).work.hours.mid, list(cost).index(column)))


def _band(value: Range | float) -> Band:
    if isinstance(value, Range):
        return Band(value.mid, value.low, value.high) if value.low != value.high else Band(value.mid)
    return Band(float(value))


def _kinds(scenario: Scenario, *kinds: str) -> Range:
    """Return yen over the plan of some kinds of work."""
    low, mid, high = scenario.sums.yen[:, :, [KINDS.index(kind) for kind in kinds]].sum(axis=(0, 1, 2, 3))
    return Range(float(low), float(mid), float(high))


def _spreads(yearly: Floats, which: int) -> Range:
    values = [yearly[:, k].max() if which == 0 else spread_of(yearly[:, k])[0] for k in range(3)]
    return Range(*(float(value) for value in values))


NOT_KNOWN = (None, None, None, None)
"""A row of which nothing is known in any column."""


class _Rows:
    """Collects comparison rows with their labels, units and notes."""

    def __init__(self, labels: Labels) -> None:
        self.labels = labels
        self.rows: list[CompareRow] = []

    def add(
        self,
        group: str,
        code: str,
        unit: str,
        values: tuple[Range | float | None, ...],
        better: int = 0,
        decimals: int = 0,
    ) -> None:
        now, alone, joint, merged = (None if value is None else _band(value) for value in values)
        self.rows.append(
            CompareRow(
                group=group,
                code=code,
                label=self.labels.get("compare", code),
                unit=self.labels.get("unit", unit),
                values=(now, alone, joint, merged),
                better=better,
                decimals=decimals,
                note=self.labels.get("note", code) if self.labels.has("note", code) else None,
            )
        )


def compare_rows(plan: RegionPlan, labels: Labels) -> tuple[CompareRow, ...]:
    """Return the four-column comparison; what is not known about today stays empty."""
    table = _Rows(labels)
    _stock_part(plan, table)
    _work_and_money(plan, table)
    _condition_part(plan, table)
    return tuple(table.rows)


def _stock_part(plan: RegionPlan, table: _Rows) -> None:
    stock, gone = plan.stock, plan.merged.plan.measure
    left = gone < MERGE

    def same(rows: Array, kept: Array) -> tuple[float, float, float, float]:
        return float(rows.sum()), float(rows.sum()), float(rows.sum()), float(rows[kept > 0].sum())

    table.add("stock", "assets_kept", "assets", same(np.ones(stock.size), left * 1.0))
    for code, classes, unit in (
        ("bridges_kept", (AssetClass.BRIDGE,), "bridges"),
        ("pipes_km", (AssetClass.SEWER_PIPE, AssetClass.WATER_PIPE), "km"),
        ("septic_units", (AssetClass.SEPTIC,), "systems"),
        ("plants", (AssetClass.TREATMENT_PLANT,), "plants"),
    ):
        rows = rows_of(stock, *classes)
        if rows.any():
            amount = np.nan_to_num(amounts(stock, classes[0])) if unit == "km" else np.ones(stock.size)
            table.add("stock", code, unit, same(amount * rows, left * 1.0), decimals=1 if unit == "km" else 0)


def _work_and_money(plan: RegionPlan, table: _Rows) -> None:
    columns = (plan.alone, plan.joint, plan.merged)
    spent = [facts.spent for facts in plan.stock.owners]
    now = float(sum(yen or 0 for yen in spent)) if None not in spent else None
    yearly = [column.sums.yearly for column in columns]
    table.add(
        "work", "contracts", "contracts_per_year", (None, *(c.work.contracts for c in columns)), better=-1, decimals=1
    )
    table.add("work", "hours", "hours_per_year", (None, *(c.work.hours for c in columns)), better=-1)
    table.add("work", "engineers", "engineers", (None, *(c.work.engineers for c in columns)), better=-1, decimals=1)
    if all(c.lacking is not None for c in columns):
        lacking = (None, *(c.lacking for c in columns))
        table.add("work", "engineers_lacking", "engineers", lacking, better=-1, decimals=1)
    for code, kinds in (
        ("inspection", ("inspect",)),
        ("repair", ("repair",)),
        ("provision", ("provision",)),
        ("renewal", RENEWAL),
        ("removal", ("remove",)),
    ):
        table.add("money", code, "yen", (None, *(_kinds(c, *kinds) for c in columns)), better=-1)
    table.add("money", "total", "yen", (None, *(c.total for c in columns)), better=-1)
    values = [present_value(years, plan.discount_rate) for years in yearly]
    saved = [c.work.saved_yen for c in columns]
    discounted = [
        Range(*(float(v[k]) - (s.low, s.mid, s.high)[k] for k in range(3)))
        for v, s in zip(values, saved, strict=True)
    ]
    table.add("money", "present_value", "yen", (None, *discounted), better=-1)
    table.add("money", "long_run", "yen", (None, 0.0, 0.0, plan.long_run), better=1)
    table.add("money", "peak", "yen", (now, *(_spreads(years, 0) for years in yearly)), better=-1)
    table.add("money", "deviation", "yen", (None, *(_spreads(years, 1) for years in yearly)), better=-1)
    paid = [Range(*(float(yen) for yen in c.sums.household.sum(axis=(0, 1, 2)))) for c in columns]
    if paid[0].high > 0:
        table.add("money", "household", "yen", (None, *paid), better=-1)
    unpriced = [float(c.sums.unpriced[:, :, FIRST_MEASURE:].sum()) for c in columns]
    if max(unpriced) > 0:
        table.add("money", "unpriced", "count", (None, *unpriced))


def _condition_part(plan: RegionPlan, table: _Rows) -> None:
    columns = (plan.alone, plan.joint, plan.merged)
    stock, bad = plan.stock, plan.needs.bad
    left = [float((bad & (c.plan.year < 0)).sum()) for c in columns]
    graded = bool((stock.grade >= 0).any())  # what nobody has judged is not known to be good
    table.add("condition", "bad_left", "assets", (float(bad.sum()), *left) if graded else NOT_KNOWN, better=-1)
    if np.isfinite(stock.risk_yen).any():
        first = float(np.nansum(stock.risk_yen[:, 0]))
        table.add("condition", "risk", "yen_per_year", (first, *(risk_left(plan, c) for c in columns)), better=-1)
    undone = [float((c.plan.reason == Reason.NO_BUDGET).sum()) for c in columns]
    if max(undone) > 0:
        table.add("condition", "undone", "count", (None, *undone), better=-1)
    dated = bool(stock.overdue.any() or stock.inspections.any())  # else no due date could be computed
    late = (float(stock.overdue.sum()), 0.0, 0.0, 0.0) if dated else NOT_KNOWN
    table.add("condition", "overdue", "assets", late, better=-1)
    districts = [one for one in plan.sewage if one.mesh]
    if districts:
        changing = float(sum(one.verdict is Verdict.CHANGE for one in districts))
        held = float(sum(one.verdict is Verdict.UNDECIDED for one in districts))
        table.add("service", "method_changes", "districts", (None, 0.0, 0.0, changing))
        table.add("service", "method_held", "districts", (None, 0.0, 0.0, held))
    removed = plan.merged.plan.measure == REMOVE
    if rows_of(stock, AssetClass.BRIDGE).any():
        table.add("service", "removed", "bridges", (None, 0.0, 0.0, float(removed.sum())))
    if removed.any():
        table.add(
            "service",
            "detour",
            "km",
            (None, None, None, float(stock.detour_km[removed].mean())),
            better=-1,
            decimals=1,
        )


def risk_left(plan: RegionPlan, scenario: Scenario) -> float:
    """Return the expected loss in the plan's last year, yen: measures leave the share that their rule says."""
    return risk_of(plan, scenario.plan.measure)


def risk_of(plan: RegionPlan, measure: Array) -> float:
    """Return the expected loss in the plan's last year that some measures leave, yen.

    Owners repair what turns bad inside the plan (its cost is the programme's `provision`): an asset without a measure
    keeps the loss of the share that has not turned bad by then, and of the rest what repair leaves. Those that turned
    bad bear more than their share of the loss, so the true figure is rather lower.
    """
    stock, needs = plan.stock, plan.needs
    risk = np.nan_to_num(stock.risk_yen[:, -1].astype(np.float64))
    turned = np.where(needs.bad | plan.prices.household, 0.0, np.nan_to_num(stock.p_bad[:, -1].astype(np.float64)))
    left = 1.0 - turned * (1.0 - plan.risk_after[0])
    left[measure == REPAIR] = plan.risk_after[0]
    left[measure > REPAIR] = plan.risk_after[1]
    left[measure == REMOVE] = 0.0
    return float((risk * left).sum())


def yearly_costs(plan: RegionPlan) -> tuple[YearlyCost, ...]:
    """Return the yearly cost of the three computed columns, before savings of joint contracts."""
    return tuple(
        YearlyCost(column, tuple(round(yen) for yen in scenario_of(plan, column).sums.yearly[:, 1].tolist()))
        for column in (Column.ALONE, Column.JOINT, Column.MERGED)
    )


def programme_rows(plan: RegionPlan, scenario: Scenario) -> tuple[ProgrammeRow, ...]:
    """Return the ten-year table of each owner and of the region ("").

    The expected repair of assets that turn bad is part of repair, the spread renewal of assets of unknown age part of
    replacement. `yen` is empty where no price is known at all;
    the region's rows are the sums of the owners' rounded rows, so that the table adds up.
    """
    yen, count = scenario.sums.yen[..., 1].copy(), scenario.sums.count.copy()
    unpriced = scenario.sums.unpriced.copy()
    for expected, measure in ((PROVISION, REPAIR), (SPREAD, REPLACE)):
        for table in (yen, count, unpriced):
            table[:, :, FIRST_MEASURE + measure - 1] += table[:, :, expected]
    whole = np.rint(yen).astype(np.int64)
    rows: list[ProgrammeRow] = []
    for owner in (None, *range(len(plan.stock.owners))):
        pick = slice(None) if owner is None else slice(owner, owner + 1)
        for k, asset_class in enumerate(CLASSES):
            for kind in (INSPECT, *range(FIRST_MEASURE, len(KINDS))):
                quantities = count[pick, k, kind].sum(axis=0)
                if quantities.sum() < 1e-9:
                    continue
                priced = unpriced[pick, k, kind].sum() < quantities.sum() - 1e-9
                household = kind == INSPECT and asset_class is AssetClass.SEPTIC
                rows.append(
                    ProgrammeRow(
                        owner="" if owner is None else plan.stock.owners[owner].code,
                        asset_class=asset_class,
                        measure=Measure(KINDS[kind]),
                        yen=tuple(whole[pick, k, kind].sum(axis=0).tolist()) if priced and not household else (),
                        quantities=tuple(round(float(value), 1) for value in quantities),
                    )
                )
    return tuple(rows)


def effect_steps(plan: RegionPlan, labels: Labels) -> tuple[EffectStep, ...]:
    """Return the causes of the change from "alone" to "joint and merged", middle prices; they add up to it."""
    steps = [("contracts", -plan.merged.work.saved_yen.mid)]
    for code, kinds in (
        ("inspect", ("inspect",)),
        ("repair", ("repair", "provision")),
        ("renewal", RENEWAL),
        ("removal", ("remove",)),
    ):
        steps.append((code, _kinds(plan.merged, *kinds).mid - _kinds(plan.alone, *kinds).mid))
    return tuple(EffectStep(labels.get("effect", code), round(yen)) for code, yen in steps if round(yen) != 0)


def owner_effects(plan: RegionPlan, scenario: Scenario, labels: Labels) -> tuple[OwnerEffect, ...]:
    """Return what each owner pays alone and in the plan.

    Everyone pays for its own assets; what joint contracts save is shared in proportion to that.
    """
    alone = plan.alone.sums.by_owner[..., 1].sum(axis=1)
    own = scenario.sums.by_owner[..., 1].sum(axis=1)
    saved = allocate(round(scenario.work.saved_yen.mid), own.tolist())
    result: list[OwnerEffect] = []
    for k, facts in enumerate(plan.stock.owners):
        mine = plan.stock.owner == k
        removed = int((mine & (scenario.plan.measure == REMOVE)).sum())
        narrowed = int((mine & (scenario.plan.measure == DOWNSIZE)).sum())
        parts = [("removed", removed), ("downsized", narrowed)]
        said = [labels.get("service", code, count=str(count)) for code, count in parts if count]
        service = (
            Text("、".join(text.ja for text in said), ", ".join(text.en for text in said))
            if said
            else labels.get("service", "none")
        )
        result.append(
            OwnerEffect(
                owner=facts.code, alone_yen=round(alone[k]), plan_yen=round(own[k]) - saved[k], service=service
            )
        )
    return tuple(result)


def levelling_rows(plan: RegionPlan, scenario: Scenario, labels: Labels) -> tuple[Levelling, ...]:
    """Return the yearly sums of each owner and of the region before and after levelling (N13)."""
    stock = plan.stock
    result: list[Levelling] = []
    given = [bool(facts.budgets) for facts in stock.owners]
    for owner in (None, *range(len(stock.owners))):
        table = scenario.sums.by_owner[..., 1]
        after = table.sum(axis=0) if owner is None else table[owner]
        before = unlevelled(stock, scenario, owner)
        known = all(given) if owner is None else given[owner]
        cap = scenario.plan.budget.sum(axis=0) if owner is None else scenario.plan.budget[owner]
        over = float(np.maximum(after - cap, 0.0).sum()) if known else 0.0
        note = None if known else labels.get("note", "no_budget")
        if over >= 1:
            note = labels.get("note", "over_cap")
        result.append(
            Levelling(
                owner="" if owner is None else stock.owners[owner].code,
                before=tuple(round(yen) for yen in before.tolist()),
                after=tuple(round(yen) for yen in after.tolist()),
                cap=tuple(round(yen) for yen in cap.tolist()) if known else (),
                moved=moved(scenario.plan, None if owner is None else stock.owner == owner),
                over_cap=round(over),
                note=note,
            )
        )
    return tuple(result)


def budget_rows(plan: RegionPlan) -> tuple[BudgetCase, ...]:
    """Return what 80, 100 and 120 % of the budgets leave undone; nothing unless every owner gave its budgets."""
    rated = bool(np.isfinite(plan.stock.risk_yen).any())
    if any(not facts.budgets for facts in plan.stock.owners):
        return ()
    return tuple(
        BudgetCase(
            share=share,
            budget_yen=round(float(case.budget.sum())),
            spent_yen=round(float(case.cost[case.year >= 0, 1].sum() + case.taken.sum())),
            measures=int((case.year >= 0).sum()),
            undone=int((case.reason == Reason.NO_BUDGET).sum()),
            bad_left=int((plan.needs.bad & (case.year < 0)).sum()),
            risk_yen=round(risk_of(plan, case.measure)) if rated else None,
            gap=case.gap,
        )
        for share, case in plan.budget_cases
    )
