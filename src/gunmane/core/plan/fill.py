"""From the computed plan to the flat value of the document."""

from collections.abc import Mapping, Sequence

import msgspec

from gunmane.core.plan.cases import cases, cost_shares, fairness, owner_indicators, steady
from gunmane.core.plan.choices.bridges import bridges
from gunmane.core.plan.choices.sewage import septic_rows, sewage
from gunmane.core.plan.choices.tasks import tasks
from gunmane.core.plan.choices.together import together
from gunmane.core.plan.choices.works import works
from gunmane.core.plan.comparison import (
    budget_rows,
    compare_rows,
    effect_steps,
    levelling_rows,
    owner_effects,
    programme_rows,
    recommend,
    scenario_of,
    yearly_costs,
)
from gunmane.core.plan.condition import age_profiles, age_shares, forecasts, grade_rows, quality_rows, stock_rows
from gunmane.core.plan.costs import CostBook
from gunmane.core.plan.labels import Labels
from gunmane.core.plan.limits import limits
from gunmane.core.plan.overridden import answered, overridden
from gunmane.core.plan.papers import assumptions, decisions, milestones
from gunmane.core.plan.scenarios import RegionPlan
from gunmane.core.plan.sheet import Facts, Member, PlanSheet, Published, ScaleFacts
from gunmane.core.plan.targets import indicators
from gunmane.core.plan.values import Text
from gunmane.core.words import Scale

DUTY = "duty_"
"""Head of references that are about a duty and not about an indicator."""


def make_sheet(
    plan: RegionPlan,
    book: CostBook,
    scales: Mapping[str, Scale],
    facts: Facts,
    labels: Labels,
    numbers: Sequence[str] = (),
    names: Sequence[str | None] = (),
) -> PlanSheet:
    """Fill the sheet with everything that the plan itself knows.

    `facts.recommended` is set by rule (`comparison.recommend`). Models, risks, maps, duties and due lists come from
    their own computations: the caller puts them in with `msgspec.structs.replace`; so do forecasts with intervals.
    `numbers` and `names` of the assets, by `Stock.row`, are for lists of single assets; without them there are none.
    """
    column = recommend(plan)
    scenario = scenario_of(plan, column)
    stock = plan.stock
    spent = [owner.spent for owner in stock.owners]
    known = [yen for yen in spent if yen is not None]
    years = [cost.base_year for cost in book.unit_costs]
    called = [f"{name}({given})" if name else given for given, name in zip(numbers, names, strict=True)]
    listed, left_out = works(
        plan, scenario, tuple(scales[code] for code in stock.scales), list(numbers), list(names), labels
    )
    compared = indicators(plan, book, column, labels)
    choices = (
        *together(plan, book, labels),
        *tasks(plan, book, labels),
        *bridges(plan, book, called, labels),
        *sewage(plan, book, called),
    )
    return PlanSheet(
        facts=msgspec.structs.replace(
            facts,
            first_year=stock.first_fy,
            years=stock.years,
            recommended=column,
            discount_rate=plan.discount_rate,
            base_price_year=facts.base_price_year or (min(years) if len(set(years)) == 1 else None),
        ),
        members=tuple(
            Member(
                code=owner.code,
                name=owner.name,
                kind=owner.kind,
                population=owner.population,
                area_km2=owner.area_km2,
                engineers=sum(owner.engineers.values()) if owner.engineers else None,
            )
            for owner in stock.owners
        ),
        scales=tuple(_scale(scales[code]) for code in stock.scales),
        stock=stock_rows(stock),
        ages=age_profiles(stock),
        age_shares=age_shares(stock, book, stock.first_fy - 1),
        grades=grade_rows(stock, scales),
        forecasts=forecasts(stock, plan.needs.bad),
        programme=programme_rows(plan, scenario),
        compare=compare_rows(plan, labels),
        yearly=yearly_costs(plan),
        present_spend=sum(known) if len(known) == len(spent) else None,
        effects=effect_steps(plan, labels),
        owner_effects=owner_effects(plan, scenario, labels),
        levelling=levelling_rows(plan, scenario, labels),
        budgets=budget_rows(plan),
        cases=cases(plan, book, labels),
        shares=cost_shares(plan, column),
        fairness=fairness(plan),
        stability=None if plan.stability is None else steady(plan.stability),
        indicators=compared,
        owner_indicators=owner_indicators(plan, book, labels, compared),
        milestones=milestones(plan, column, labels),
        choices=answered(choices, plan, labels),
        overrides=overridden(plan, choices, called, labels),
        works=listed,
        works_left_out=sum(left_out.values()),
        works_left_out_of=left_out,
        septic=septic_rows(plan),
        duty_rates={
            row.indicator.removeprefix(DUTY): Published(row.value, row.year, row.source)
            for row in book.references
            if row.indicator.startswith(DUTY) and row.area == "nation"
        },
        decisions=decisions(plan, book, column, labels),
        assumptions=assumptions(plan, book, scales, labels),
        quality=quality_rows(stock, book, plan.prices.imputed, labels),
        limits=limits(plan, book, column, labels),
    )


def _scale(scale: Scale) -> ScaleFacts:
    return ScaleFacts(
        code=scale.code,
        title=Text(scale.title_ja, scale.title_en),
        grades=scale.grades,
        names=tuple(Text(ja, en) for ja, en in zip(scale.names_ja, scale.names_en, strict=True)),
        bad_rank=scale.bad_rank,
        source=scale.source,
    )
