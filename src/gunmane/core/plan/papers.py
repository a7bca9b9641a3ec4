"""What the document says beside its tables: assumptions, limits, decisions, milestones."""

from collections.abc import Mapping
from datetime import date

from gunmane.core.plan.comparison import scenario_of
from gunmane.core.plan.contracts import paying_lot
from gunmane.core.plan.costs import CostBook, UnitCost
from gunmane.core.plan.labels import Labels
from gunmane.core.plan.limits import UNGRADED
from gunmane.core.plan.needs import Reason
from gunmane.core.plan.options import DOWNSIZE, MERGE
from gunmane.core.plan.programme import FIRST_MEASURE
from gunmane.core.plan.scenarios import RegionPlan
from gunmane.core.plan.sheet import Assumption, Decision, Milestone, Verdict
from gunmane.core.plan.values import Column, Text
from gunmane.core.stock import CLASSES, Array, Flags
from gunmane.core.words import Scale

MUCH_UNSEEN = 0.3
"""Share of a class without any grade from which its inspection is a decision of its own (own setting)."""


def assumptions(
    plan: RegionPlan, book: CostBook, scales: Mapping[str, Scale], labels: Labels
) -> tuple[Assumption, ...]:
    """Return every parameter that the numbers rest on, for the classes that the region has."""
    used = {CLASSES[k] for k in set(plan.stock.asset_class.tolist())}
    found: list[Assumption] = []
    for cost in book.unit_costs:
        if cost.asset_class not in used:
            continue
        value, unit = _price(cost, labels)
        found.append(
            Assumption(
                group="cost",
                label=labels.get(
                    "assumption",
                    "cost",
                    **{
                        "class": labels.get("class", cost.asset_class),
                        "measure": labels.get("measure", cost.measure),
                    },
                ),
                value=value,
                unit=unit,
                source=cost.source,
                year=str(cost.base_year),
                status=cost.status,
            )
        )
    for life in book.service_lives:
        if life.asset_class in used:
            found.append(
                Assumption(
                    group="life",
                    label=labels.get("assumption", "life", **{"class": labels.get("class", life.asset_class)}),
                    value=str(life.years),
                    unit=labels.get("unit", "years"),
                    source=life.source,
                    status=life.status,
                )
            )
    for rule in book.deadlines:
        if rule.scale in plan.stock.scales:
            scale = scales[rule.scale]
            within = "within_years" if rule.within == "years" else rule.within
            found.append(
                Assumption(
                    group="rule",
                    label=labels.get(
                        "assumption", "deadline", scale=Text(scale.title_ja, scale.title_en), grade=rule.grade
                    ),
                    value=labels.get("assumption", within, years=str(rule.years)).ja,
                    unit=Text("", ""),
                    source=rule.source,
                    status=rule.status,
                )
            )
    for name, parameter in book.parameters.items():
        span = "" if parameter.low is None and parameter.high is None else _span(parameter.cases())
        found.append(
            Assumption(
                group=parameter.group,
                label=labels.get("parameter", name),
                value=f"{_plain(parameter.value)}{span}",
                unit=labels.get("unit", parameter.unit),
                source=parameter.source,
                status=parameter.status,
            )
        )
    return tuple(found)


def _plain(value: float) -> str:
    """Write a parameter in full, never as a power of ten."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,g}"


def _span(cases: tuple[float, float, float]) -> str:
    return f" ({_plain(min(cases))}–{_plain(max(cases))})"


def _price(cost: UnitCost, labels: Labels) -> tuple[str, Text]:
    """Return a unit cost as printed, with its unit."""
    unit = labels.get("unit", f"yen_per_{cost.unit}")
    if cost.mid is not None:
        ends = "" if cost.low is None or cost.high is None else _span((cost.low, cost.mid, cost.high))
        return f"{_plain(cost.mid)}{ends}", unit
    if cost.points:
        return f"{_plain(cost.points[0][1])}–{_plain(cost.points[-1][1])}", unit
    factor, base, exponent = cost.power or (0.0, 1.0, 0.0)
    return f"{factor:,.0f} × (Q/{base:g})^{exponent:g}", unit


def decisions(plan: RegionPlan, book: CostBook, column: Column, labels: Labels) -> tuple[Decision, ...]:
    """Return who decides what by when; budgets before the plan's first year begins."""
    scenario, first = scenario_of(plan, column), plan.stock.first_fy
    result: list[Decision] = []

    def ask(code: str, who: str, by: date, why: Text, reversible: bool, **values: Text | str) -> None:
        result.append(
            Decision(
                what=labels.get("decision", code, **values),
                who=labels.get("decision", who),
                by=by,
                why=why,
                reversible=reversible,
            )
        )

    total = scenario.total
    money = {"total": f"{total.mid / 1e8:,.1f}", "low": f"{total.low / 1e8:,.1f}", "high": f"{total.high / 1e8:,.1f}"}
    before = date(first, 3, 31)
    ask("adopt", "owners", before, labels.get("decision", "adopt_why", **money), True)
    urgent = int((plan.needs.reason == Reason.AT_ONCE).sum())
    if urgent:
        ask("urgent", "owners", before, labels.get("decision", "urgent_why"), True, count=f"{urgent:,}")
    due = int((plan.needs.hard & (plan.needs.reason != Reason.AT_ONCE)).sum())
    if due:
        ask("deadlines", "owners", before, labels.get("decision", "deadlines_why"), True, count=f"{due:,}")
    late = int((plan.stock.overdue & ~plan.prices.household).sum())
    if late:
        others = bool((plan.stock.overdue & plan.prices.household).any())
        code = "overdue_public" if others else "overdue"
        ask(code, "owners", before, labels.get("decision", "overdue_why"), True, count=f"{late:,}")
    bad = int(((plan.needs.reason == Reason.BAD) & (scenario.plan.year >= 0)).sum())
    if bad:
        ask("bad", "owners", before, labels.get("decision", "bad_why"), True, count=f"{bad:,}")
    chosen = plan.merged.plan
    for code, going in (("removal", _gone(chosen.measure)), ("merging", chosen.measure == MERGE)):
        if column is Column.MERGED and going.any():
            by = date(first + max(0, int(chosen.year[going].min())), 9, 30)
            why = labels.get("decision", f"{code}_why")
            later = sum(move.verdict is Verdict.CHANGE and not going[move.plant] for move in plan.plants)
            if code == "merging" and later:
                more = labels.get("decision", "merging_later", count=f"{later:,}")
                why = Text(f"{why.ja}。{more.ja}", f"{why.en}; {more.en}")
            ask(code, "owners", by, why, False, count=f"{int(going.sum()):,}")
    joint = _joint_reason(plan, book, labels)
    if joint is not None:
        ask("joint" if column is not Column.ALONE else "joint_open", "region", date(first, 9, 30), joint, True)
    if unseen := _unseen(plan, labels):
        ask("survey", "owners", date(first, 9, 30), labels.get("decision", "survey_why"), True, parts=unseen)
    if plan.not_judged:
        ask("judge", "engineers", date(first + 1, 3, 31), labels.get("decision", "judge_why"), True,
            count=f"{plan.not_judged:,}")  # fmt: skip
    unpriced = int(scenario.sums.unpriced[:, :, FIRST_MEASURE:].sum())
    if unpriced:
        ask("prices", "engineers", before, labels.get("decision", "prices_why"), True, count=f"{unpriced:,}")
    return tuple(result)


def _gone(measure: Array) -> Flags:
    """Tell which measures take a bridge away or narrow it; merging of plants is another matter for residents."""
    return (measure >= DOWNSIZE) & (measure != MERGE)


def _unseen(plan: RegionPlan, labels: Labels) -> Text | None:
    """Name the classes of which much was never inspected although they could be; None where there is none."""
    stock, said = plan.stock, list[Text]()
    for k in sorted(set(stock.asset_class.tolist())):
        rows = (stock.asset_class == k) & ~plan.prices.household
        count = int((rows & (stock.grade < 0)).sum())
        if CLASSES[k] not in UNGRADED and count > MUCH_UNSEEN * int(rows.sum()):
            said.append(
                labels.get(
                    "decision", "survey_part", count=f"{count:,}", **{"class": labels.get("class", CLASSES[k])}
                )
            )
    return Text("、".join(text.ja for text in said), ", ".join(text.en for text in said)) if said else None


def _joint_reason(plan: RegionPlan, book: CostBook, labels: Labels) -> Text | None:
    """Say whether joint orders pay in hours, and from which size on they would; None where there is nothing to "
    "ask."""
    saved = round(plan.alone.work.hours.mid - plan.joint.work.hours.mid)
    if saved > 0:
        return labels.get("decision", "joint_why_pays", hours=f"{saved:,}")
    lot = paying_lot(plan.alone.sums, book)
    if saved == 0 and lot is None:
        return None
    reason = labels.get("decision", "joint_why_costs" if saved < 0 else "joint_why_same", hours=f"{-saved:,}")
    if lot is None:
        return reason
    more = labels.get("decision", "joint_why_lot", lot=str(lot))
    return Text(f"{reason.ja}。{more.ja}", f"{reason.en}; {more.en}")


def milestones(plan: RegionPlan, column: Column, labels: Labels) -> tuple[Milestone, ...]:
    """Return the road map in months from April of the first year; lengths follow the schedule."""
    chosen = scenario_of(plan, column).plan

    def span(rows: Flags) -> tuple[int, int] | None:
        years = chosen.year[rows & (chosen.year >= 0)]
        return (int(years.min()) * 12, (int(years.max() - years.min()) + 1) * 12) if len(years) else None

    hard, urgent = plan.needs.hard, plan.needs.reason == Reason.AT_ONCE
    going, merging = _gone(chosen.measure), chosen.measure == MERGE
    bars: list[tuple[str, str, tuple[int, int] | None]] = [
        ("agreement", "adopt", (0, 0)),
        ("law", "agreement", (6, 0) if column is not Column.ALONE else None),
        ("data", "ledgers", (0, 12)),
        ("orders", "first_lot", (12, 6) if column is not Column.ALONE else None),
        ("orders", "lots", (24, 12 * (plan.stock.years - 2)) if column is not Column.ALONE else None),
        ("works", "urgent", span(urgent)),
        ("works", "deadlines", span(hard & ~urgent & ~going & ~merging)),
        ("works", "others", span(~hard & ~going & ~merging)),
        ("agreement", "consent", (0, 18) if going.any() else None),
        ("works", "removals", span(going)),
        ("works", "merging", span(merging)),
        ("review", "review_1", (12, 0)),
        ("review", "review_3", (36, 0)),
        ("review", "review_5", (60, 0)),
    ]
    return tuple(
        Milestone(
            stream=labels.get("stream", stream), label=labels.get("milestone", code), start=when[0], length=when[1]
        )
        for stream, code, when in bars
        if when is not None
    )
