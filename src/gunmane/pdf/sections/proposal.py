"""The proposal: four columns, owners, ten-year programme, levelled budget, indicators, steps."""

from collections.abc import Sequence

from gunmane.core.plan.formats import fiscal, number
from gunmane.core.plan.nouns import COLUMNS, MEASURES
from gunmane.core.plan.sentences.effect import totals
from gunmane.core.plan.sheet import Levelling, ProgrammeRow
from gunmane.core.plan.values import Column
from gunmane.pdf.cells import Cell
from gunmane.pdf.charts.bars import Bars, Series, Waterfall
from gunmane.pdf.charts.lines import TimeBars
from gunmane.pdf.design import ColumnDesign, TableDesign
from gunmane.pdf.sections.summary import compare_row, yen_scale
from gunmane.pdf.story import Story, Value


def compare(story: Story) -> None:
    """The four columns in full and the difference by cause."""
    sheet = story.sheet
    story.section("compare", story.finding("compare"))
    if not sheet.compare:
        story.empty()
        return
    story.said("compare")
    story.para(story.say("texts.compare_see", table=story.number_of("table.compare")))
    scale = yen_scale(sheet.compare)
    story.table("compare", [compare_row(story, row, scale) for row in sheet.compare], note="compare")
    colon = ":" if story.language == "ja" else ": "
    notes = [f"{story.pick(row.label)}{colon}{story.pick(row.note)}" for row in sheet.compare if row.note]
    story.items += story.bullets(notes, small=True)
    costs = totals(sheet)
    if sheet.effects and Column.ALONE in costs and Column.MERGED in costs:
        story.para(story.say("texts.waterfall_see", figure=story.number_of("figure.waterfall")), keep_next=True)
        colours = story.style.colours
        chart = Waterfall(
            (story.pick(COLUMNS[Column.ALONE]), costs[Column.ALONE] / 1e6),
            [(story.pick(step.label), step.yen / 1e6) for step in sheet.effects],
            (story.pick(COLUMNS[Column.MERGED]), costs[Column.MERGED] / 1e6),
            story.say("units.yen_million_axis"), colours.series[2], colours.series[3], colours.accent,
            story.say("words.axis_broken"),
        )  # fmt: skip
        title = story.say("figures.waterfall", years=sheet.facts.years)
        alt = story.say("alts.waterfall", finding=story.finding("compare"))
        story.figure("waterfall", chart, alt=alt, title=title)


def owners(story: Story) -> None:
    """Who pays what alone and in the plan."""
    sheet = story.sheet
    story.section("owners", story.finding("owners"))
    if not sheet.owner_effects:
        story.empty()
        return
    story.said("owners")
    story.para(story.say("texts.owners_see", table=story.number_of("table.owners")), keep_next=True)
    rows: list[dict[str, Value | Cell]] = []
    whole = (sum(one.alone_yen for one in sheet.owner_effects), sum(one.plan_yen for one in sheet.owner_effects))
    parts = [(story.owner(one.owner), one.alone_yen, one.plan_yen, one.service) for one in sheet.owner_effects]
    sums = [(story.say("words.sum"), *whole, None)] if len(parts) > 1 else []
    for name, alone, plan, service in [*parts, *sums]:
        change = plan - alone
        rows.append({
            "owner": name, "alone": number(alone / 1e6), "plan": number(plan / 1e6),
            "saving": ("+" if change > 0 else "") + number(change / 1e6),
            "share": ("+" if change > 0 else "") + number(change / alone * 100, 1) if alone else None,
            "service": service,
        })  # fmt: skip
    title = story.say("tables.owners", years=sheet.facts.years)
    story.table("owners", rows, title=title, unit=story.say("units.yen_million"), note="owners", total_rows=len(sums))


def programme(story: Story) -> None:
    """The ten-year table: class × measure × fiscal year for the region, then owner × class."""
    sheet = story.sheet
    story.section("programme", story.finding("programme"))
    if not sheet.programme:
        story.empty()
        return
    story.said("programme")
    story.para(
        story.say("texts.programme_see", table=story.number_of("table.programme"),
                  table2=story.number_of("table.programme_owners"))
    )  # fmt: skip
    region = [row for row in sheet.programme if not row.owner] or _summed(sheet.programme, by_owner=False)
    rows = [
        _year_row(story, row.yen, {"first": story.name(row.asset_class), "second": story.pick(MEASURES[row.measure])})
        for row in region
    ]
    rows.append(_year_row(story, _sum(region, sheet.facts.years), {"first": story.say("words.sum"), "second": ""}))
    heads = {"first": story.say("columns.class"), "second": story.say("columns.measure")}
    note = "unpriced" if any(not row.yen for row in sheet.programme) else ""
    _year_table(story, "programme", rows, heads, total_rows=1, note=note)
    order = {member.code: index for index, member in enumerate(sheet.members)}
    owned = _summed([row for row in sheet.programme if row.owner], by_owner=True)
    owned.sort(key=lambda row: order.get(row.owner, len(order)))
    if owned:
        rows = [
            _year_row(story, row.yen, {"first": story.owner(row.owner), "second": story.name(row.asset_class)})
            for row in owned
        ]
        heads = {"first": story.say("columns.owner"), "second": story.say("columns.class")}
        _year_table(story, "programme_owners", rows, heads, total_rows=0, note=note)


def _summed(rows: Sequence[ProgrammeRow], *, by_owner: bool) -> list[ProgrammeRow]:
    """Add up measures (by owner and class) or owners (by class and measure); no yen means the price is not known."""
    sums: dict[tuple[object, ...], ProgrammeRow] = {}
    for row in rows:
        key = (row.owner, row.asset_class) if by_owner else (row.asset_class, row.measure)
        before = sums.get(key)
        yen = row.yen
        if before and before.yen:
            yen = tuple(a + b for a, b in zip(before.yen, row.yen, strict=True)) if row.yen else before.yen
        sums[key] = ProgrammeRow(
            owner=row.owner if by_owner else "", asset_class=row.asset_class, measure=row.measure, yen=yen
        )
    return list(sums.values())


def _sum(rows: Sequence[ProgrammeRow], years: int) -> tuple[int, ...]:
    return tuple(sum(row.yen[index] for row in rows if index < len(row.yen)) for index in range(years))


def _year_row(story: Story, yen: Sequence[int], names: dict[str, str]) -> dict[str, Value | Cell]:
    cells: dict[str, Value | Cell] = dict(names)
    for index in range(story.sheet.facts.years):
        value = yen[index] if index < len(yen) else None
        cells[f"y{index}"] = value
    cells["total"] = sum(yen) if yen else None
    return cells


def _year_table(
    story: Story,
    key: str,
    rows: Sequence[dict[str, Value | Cell]],
    heads: dict[str, str],
    *,
    total_rows: int,
    note: str = "",
) -> None:
    """Add a table over the fiscal years in thousand or million yen, whichever leaves three digits to the largest."""
    years = story.sheet.facts.years
    values = [value for row in rows for value in row.values() if isinstance(value, int)]
    largest = max((abs(value) for value in values), default=0)
    unit, scale, decimals = ("yen_million", 1e6, 1) if largest >= 1e8 else ("yen_thousand", 1e3, 0)
    columns = [ColumnDesign("first", head=True, most=12), ColumnDesign("second", head=True, most=10)]
    columns += [
        ColumnDesign(key, number=True, scale=scale, decimals=decimals, empty="unknown")
        for key in (*(f"y{index}" for index in range(years)), "total")
    ]
    names = dict(heads)
    for index in range(years):
        names[f"y{index}"] = _year_head(story, story.sheet.facts.first_year + index)
    names["total"] = story.say("columns.total")
    story.table(
        key, rows, unit=story.say(f"units.{unit}"), design=TableDesign(tuple(columns), group_first=True),
        heads=names, total_rows=total_rows, note=note,
    )  # fmt: skip


def _year_head(story: Story, year: int) -> str:
    """Return a column head of two lines: era year above, western year below."""
    if story.language != "ja":
        return f"FY {year}"
    return fiscal(year).ja.replace("年度", "").replace("(", " (")


def levelling(story: Story) -> None:
    """The budget before and after levelling, for the region and by owner."""
    sheet = story.sheet
    story.section("levelling", story.finding("levelling"))
    region = next((row for row in sheet.levelling if not row.owner), None)
    if region is None:
        story.empty()
        return
    story.said("levelling", keep_next=True)
    numbers = {"figure": story.number_of("figure.levelling"), "table": story.number_of("table.levelling")}
    story.para(story.say("texts.levelling_see", **numbers), keep_next=True)
    colours = story.style.colours
    years = [str(sheet.facts.first_year + index) for index in range(len(region.after))]
    caps = set(region.cap)
    cap = region.cap[0] / 1e6 if len(caps) == 1 else None
    chart = Bars(
        years,
        [
            Series(story.say("words.alone_before"), [value / 1e6 for value in region.before], colours.columns[0], 1),
            Series(story.say("words.after"), [value / 1e6 for value in region.after], colours.accent),
        ],
        unit=story.say("units.yen_million_axis"),
        level=cap,
        level_label=story.say("words.cap"),
    )
    story.figure("levelling", chart, alt=story.say("alts.levelling", finding=story.finding("levelling")))
    rows: list[dict[str, Value | Cell]] = []
    for row in sorted(sheet.levelling, key=lambda row: row.owner != ""):
        rows += _levelling_rows(story, row)
    heads = {"first": story.say("columns.owner"), "second": story.say("columns.group")}
    _year_table(story, "levelling", rows, heads, total_rows=0)


def budgets(story: Story) -> None:
    """What 80, 100 and 120 % of the budgets leave undone."""
    cases = story.sheet.budgets
    if not cases:
        return
    least = cases[0]
    key = "sections.budgets" if least.undone else "sections.budgets_all"
    story.section("budgets", story.say(key, undone=number(least.undone), share=f"{least.share:.0%}"))
    story.para(story.say("texts.budgets_see", table=story.number_of("table.budgets")), keep_next=True)
    story.table("budgets", [
        {
            "share": f"{one.share:.0%}", "budget": one.budget_yen, "spent": one.spent_yen, "measures": one.measures,
            "undone": one.undone, "bad_left": one.bad_left if story.sheet.grades else None, "risk": one.risk_yen,
            "gap": None if one.gap is None else number(100 * max(one.gap, 0.0), 2),
        }
        for one in cases
    ], unit=story.say("units.yen_million"))  # fmt: skip


def _levelling_rows(story: Story, row: Levelling) -> list[dict[str, Value | Cell]]:
    name = story.owner(row.owner)
    lines = [("alone_before", row.before), ("after", row.after)]
    if row.cap:
        lines.append(("cap", row.cap))
    return [_year_row(story, yen, {"first": name, "second": story.say(f"words.{word}")}) for word, yen in lines]


def indicators(story: Story) -> None:
    """Indicators with their definitions and targets."""
    rows = story.sheet.indicators
    if not rows:
        return
    story.section("indicators", story.finding("indicators"))
    story.said("indicators")
    story.para(story.say("texts.indicators_see", table=story.number_of("table.indicators")), keep_next=True)
    body: list[dict[str, Value | Cell]] = []
    for row in rows:
        cells: dict[str, Value | Cell] = {
            "label": row.label, "definition": row.definition,
            "unit": story.say("words.percent") if row.unit.en == "share" else row.unit,
            "source": row.reference_source or None,
        }  # fmt: skip
        named = (("now", row.now), ("reference", row.reference),
                 *zip(("in_1", "in_3", "in_5", "in_10"), row.targets, strict=True))  # fmt: skip
        for key, value in named:
            if row.unit.en == "share" and value is not None:
                cells[key] = number(100 * value, max(row.decimals - 2, 0))
            else:
                cells[key] = None if value is None else number(value, row.decimals)
        body.append(cells)
    story.table("indicators", body)


def steps(story: Story) -> None:
    """The road map."""
    sheet = story.sheet
    if not sheet.milestones:
        return
    story.section("steps", story.finding("steps"))
    story.said("steps", keep_next=True)
    story.para(story.say("texts.steps_see", figure=story.number_of("figure.steps")), keep_next=True)
    bars = [(story.pick(one.stream), story.pick(one.label), one.start, one.length) for one in sheet.milestones]
    colours = story.style.colours
    chart = TimeBars(
        bars, [str(sheet.facts.first_year + index) for index in range(sheet.facts.years)],
        (colours.accent, colours.series[2], colours.series[1], colours.series[3], colours.series[4]),
    )  # fmt: skip
    height = 20 + story.design.figures["steps_row"] * len(bars)
    story.figure("steps", chart, height=height, alt=story.say("alts.steps", finding=story.finding("steps")))
