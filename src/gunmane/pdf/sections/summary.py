"""Key points, the residents' page, members and the six items."""

from gunmane.core.plan.formats import number, percent
from gunmane.core.plan.nouns import COLUMNS, OWNER_KINDS
from gunmane.core.plan.sheet import CompareRow
from gunmane.core.plan.values import Column
from gunmane.pdf.cells import Cell
from gunmane.pdf.charts.bars import Bars, Series
from gunmane.pdf.sections.maps import overview
from gunmane.pdf.story import Story, Value


def points(story: Story) -> None:
    """What a member of a council reads: findings, comparison, decisions, what is not known."""
    sheet = story.sheet
    heading = story.finding("compare") if "compare" in sheet.findings else story.say("sections.points")
    story.section("points", heading)
    points = [story.pick(text) for text in sheet.points]
    story.items += story.bullets([text for text in points if text.rstrip("。.") != heading], numbered=True)
    if sheet.compare:
        rows = _short(sheet.compare, story.design.summary)
        scale = yen_scale(sheet.compare)
        story.table("summary", [compare_row(story, row, scale) for row in rows], note="band")
    if sheet.yearly:
        yearly(story)
    if sheet.decisions:
        story.subsection("decisions", story.say("sections.decisions"))
        answers = {True: story.say("words.yes"), False: story.say("words.no"), None: None}
        story.table("decisions", [
            {
                "what": one.what, "why": one.why, "who": one.who, "by": one.by,
                "reversible": answers[one.reversible],
            }
            for one in sheet.decisions
        ])  # fmt: skip
    if sheet.limits:
        most = story.design.limits
        shown = [story.pick(text) for text in sheet.limits[:most]]
        rest = len(sheet.limits) - most
        if rest > 0:
            shown.append(story.say("texts.more_limits", count=rest, place=story.number_of("section.quality")))
        story.panel(story.say("sections.limits"), story.bullets(shown), warn=True)


def _short(rows: tuple[CompareRow, ...], codes: tuple[str, ...]) -> list[CompareRow]:
    """Return the rows with these codes in this order; all rows (ten at most) where there is none of them."""
    by_code = {row.code: row for row in rows}
    return [by_code[code] for code in codes if code in by_code] or list(rows[:10])


def yen_scale(rows: tuple[CompareRow, ...]) -> tuple[float, str]:
    """Return what yen are divided by and how they are called: millions, or thousands where all amounts are small."""
    largest = max((abs(value.mid) for row in rows if _in_yen(row) for value in row.values if value), default=0.0)
    if largest >= 1e9:
        return 1e6, "whole_million"
    return (1e6, "million") if largest >= 1e8 else (1e3, "thousand")


def _in_yen(row: CompareRow) -> bool:
    return row.unit.ja.startswith("円")


def compare_row(story: Story, row: CompareRow, scale: tuple[float, str]) -> dict[str, Value | Cell]:
    """Return a row of the four-column table with the difference of ④ and ②, yen in millions or thousands."""
    size, unit, decimals = 1.0, story.pick(row.unit), row.decimals
    if _in_yen(row):
        size, word = scale
        unit = (
            story.say(f"words.yen_{word}") + unit[unit.find("/") :] if "/" in unit else story.say(f"words.yen_{word}")
        )
        decimals = 1 if word == "million" else 0
    cells: dict[str, Value | Cell] = {
        "group": story.say(f"words.group_{row.group}"), "label": row.label, "unit": unit,
    }  # fmt: skip
    for column, value in zip(Column, row.values, strict=True):
        if value is None:
            cells[column.value] = None
        elif value.low is None or value.high is None:
            cells[column.value] = number(value.mid / size, decimals)
        else:
            dash = "〜" if story.language == "ja" else "–"
            ends = f"({number(value.low / size, decimals)}{dash}{number(value.high / size, decimals)})"
            cells[column.value] = f"{number(value.mid / size, decimals)} {ends}"
    alone, merged = row.values[1], row.values[3]
    if alone is not None and merged is not None:
        change = merged.mid - alone.mid
        cells["difference"] = _signed(change / size, decimals)
        if alone.mid:
            share = change / abs(alone.mid) * 100
            cells["difference_pct"] = _signed(share, 1 if abs(share) < 10 else 0)
    return cells


def _signed(value: float, decimals: int) -> str:
    text = number(value, decimals)
    return f"+{text}" if value > 0 and any(char in "123456789" for char in text) else text


def yearly(story: Story) -> None:
    """Yearly cost of each alone and of the recommended column, with recent spending as a line."""
    sheet = story.sheet
    colours = dict(zip(Column, story.style.colours.columns, strict=True))
    chosen = sheet.facts.recommended
    wanted = (Column.ALONE, Column.MERGED if chosen is Column.ALONE else chosen)
    shown = [row for row in sheet.yearly if row.column in wanted]
    if not shown:
        return
    years = [str(sheet.facts.first_year + index) for index in range(len(shown[0].yen))]
    hatches = {Column.ALONE: 1}
    chart = Bars(
        years,
        [
            Series(story.pick(COLUMNS[row.column]), [value / 1e6 for value in row.yen], colours[row.column],
                   hatches.get(row.column, 0))
            for row in shown
        ],
        unit=story.say("units.yen_million_axis"),
        level=sheet.present_spend / 1e6 if sheet.present_spend is not None else None,
        level_label=story.say("words.present"),
    )  # fmt: skip
    story.figure("yearly", chart, alt=story.say("alts.yearly", finding=story.finding("compare")))


def residents(story: Story) -> None:
    """One page in plain words."""
    story.section("residents", story.say("sections.residents", years=story.sheet.facts.years))
    for text in story.sheet.residents:
        story.para(story.pick(text))
    story.para(story.say("texts.contact_residents"))
    if any(layer.shapes for layer in story.sheet.layers):
        story.para(story.say("texts.map_see", figure=story.number_of("figure.resident_map")), keep_next=True)
        overview(story, "resident_map", pins=False)


def members(story: Story) -> None:
    """Who takes part, for how long, and who stays responsible."""
    sheet = story.sheet
    facts = sheet.facts
    story.section("members", story.say("sections.members", count=len(sheet.members)))
    first, last = story.fiscal(facts.first_year), story.fiscal(facts.first_year + facts.years - 1)
    table = story.number_of("table.members")
    story.para(story.say("texts.members", first=first, last=last, years=facts.years, table=table))
    rows: list[dict[str, Value | Cell]] = [
        {
            "owner": one.name, "kind": OWNER_KINDS[one.kind], "population": one.population, "area": one.area_km2,
            "engineers": one.engineers,
        }
        for one in sheet.members
    ]  # fmt: skip
    story.table("members", rows, source="ledger")


def items(story: Story) -> None:
    """Where the six required items of an individual facility plan stand in this document."""
    story.section("items", story.say("sections.items"))
    story.para(story.say("texts.items", table=story.number_of("table.items")), keep_next=True)
    places = {
        "targets": "stock", "period": "members", "priority": "risk", "condition": "grades",
        "measures": "programme", "costs": "levelling",
    }  # fmt: skip
    rows: list[dict[str, Value | Cell]] = []
    for item, section in places.items():
        place = story.number_of(f"section.{section}")
        rows.append({
            "item": story.say(f"items.{item}"),
            "place": story.say("words.section_of", number=place) if place != "?" else None,
            "content": story.say(f"items.{item}_content"),
        })  # fmt: skip
    story.table("items", rows)


def share(part: float, whole: float) -> str:
    """Write a share without its sign, "–" where there is no whole."""
    return percent(part / whole).rstrip("%") if whole else "–"
