"""What exists and how it stands: stock, age, grades, statutory inspections."""

import re
import unicodedata
from collections import Counter
from itertools import groupby

from gunmane.core.plan.findings import AgeProfile, GradeRow
from gunmane.core.plan.formats import number, percent
from gunmane.core.plan.nouns import STATUSES, UNITS
from gunmane.core.plan.sentences.state import age_totals
from gunmane.core.plan.sheet import ScaleFacts
from gunmane.core.plan.values import Text, Unit
from gunmane.core.words import AssetClass, Language
from gunmane.pdf.blocks import Beside
from gunmane.pdf.cells import Cell
from gunmane.pdf.charts.bars import Bars, Series, ShareBars
from gunmane.pdf.design import ColumnDesign, TableDesign
from gunmane.pdf.layout import Block
from gunmane.pdf.sections.summary import share
from gunmane.pdf.story import Story, Value

NAMED = 6
"""Grades of a scale whose names fit over the columns of a table.

Of longer scales the codes stand there alone; the figure above the table names them.
"""


def stock(story: Story) -> None:
    """How much of what."""
    sheet = story.sheet
    story.section("stock", story.finding("stock"))
    if not sheet.stock:
        story.empty()
        return
    story.said("stock")
    totals: Counter[AssetClass] = Counter()
    for row in sheet.stock:
        totals[row.asset_class] += row.count
    classes = [one for one, _ in totals.most_common()]
    if len(classes) > 1:  # a single bar compares nothing
        story.para(
            story.say("texts.stock_see", table=story.number_of("table.stock"), figure=story.number_of("figure.stock"))
        )
        series = [Series(story.say("columns.count"), [totals[one] for one in classes], story.style.colours.accent)]
        chart = Bars([story.name(one) for one in classes], series, unit=story.say("units.count_axis"), values=True)
        story.figure("stock", chart, alt=story.say("alts.stock", finding=story.finding("stock")), source="ledger")
    else:
        story.para(story.say("texts.stock_table_see", table=story.number_of("table.stock")), keep_next=True)
    people = {one.code: one.population for one in sheet.members}
    order = {one.code: index for index, one in enumerate(sheet.members)}
    rows: list[dict[str, Value | Cell]] = []
    for row in sorted(sheet.stock, key=lambda row: order.get(row.owner, 99)):
        crowd = people.get(row.owner)
        rows.append({
            "owner": story.owner(row.owner), "class": story.name(row.asset_class), "count": row.count,
            "quantity": story.say("words.none") if row.unit is Unit.COUNT else row.quantity,
            "unit": None if row.unit is Unit.COUNT else UNITS[row.unit],
            "unmeasured": None if row.unit is Unit.COUNT else row.unmeasured,
            "per_thousand": row.count / crowd * 1000 if crowd else None,
        })  # fmt: skip
    story.table("stock", rows, source="ledger", note="stock")


def age(story: Story) -> None:
    """Years built as bars, the unknown apart; shares of the old now and later."""
    sheet = story.sheet
    story.section("age", story.finding("age"))
    if not sheet.ages and not sheet.age_shares:
        story.empty()
        return
    story.said("age")
    drawn = [one for one in sheet.ages if one.starts]
    if drawn:
        run = story.span("figure", f"age.{drawn[0].asset_class}", f"age.{drawn[-1].asset_class}")
        story.para(story.say("texts.age_see", figure=run, table=story.number_of("table.age")))
    else:
        story.para(story.say("texts.age_table_see", table=story.number_of("table.age")))
    stacks: list[list[Block]] = [[_age_figure(story, profile)] for profile in drawn]
    for index in range(0, len(stacks), 2):
        pair = stacks[index : index + 2]
        story.items.append(Beside(pair if len(pair) == 2 else [pair[0], []]))
    rows: list[dict[str, Value | Cell]] = []
    for total in age_totals(sheet):
        parts = [row for row in sheet.age_shares if row.asset_class is total.asset_class and row.owner]
        for row in [*parts, total]:
            bold = not row.owner and len(parts) > 1
            if not row.owner and len(parts) == 1:
                continue
            cells: dict[str, Value | Cell] = {
                "class": story.name(row.asset_class), "owner": Cell(story.owner(row.owner), bold=bold),
                "threshold": row.threshold, "known": row.known, "unknown": row.unknown,
                "unknown_share": share(row.unknown, row.known + row.unknown),
            }  # fmt: skip
            for key, value in (("now", row.now), ("in_10", row.in_10), ("in_20", row.in_20)):
                cells[key] = percent(value).rstrip("%") if value is not None else None
            rows.append(cells)
    story.table("age", rows, source="ledger", note="age")


def _age_figure(story: Story, profile: AgeProfile) -> Block:
    name = story.name(profile.asset_class)
    labels = [str(start) for start in profile.starts] + [story.say("words.built_unknown")]
    values = [*profile.counts, profile.unknown]
    unit = story.say("units.count_axis") if profile.unit is Unit.COUNT else story.pick(UNITS[profile.unit])
    chart = Bars(labels, [Series(name, values, story.style.colours.accent)], unit=unit, apart=1)
    most = max(range(len(profile.counts)), key=lambda index: profile.counts[index])
    alt = story.say(
        "alts.age", unknown=number(profile.unknown), start=profile.starts[most],
        last=profile.starts[most] + profile.width - 1, most=number(profile.counts[most]), **{"class": name},
    )  # fmt: skip
    title = story.say("figures.age", **{"class": name})
    return story.figure(
        "age", chart, alt=alt, title=title, source="ledger", name=f"age.{profile.asset_class}", add=False
    )


def grades(story: Story) -> None:
    """Grades by owner for each class and scale, what was never judged beside them."""
    sheet = story.sheet
    story.section("grades", story.finding("grades"))
    if not sheet.grades:
        story.empty()
        return
    story.said("grades")
    scales = {scale.code: scale for scale in sheet.scales}
    pairs = list(dict.fromkeys((row.asset_class, row.scale) for row in sheet.grades if row.scale in scales))
    if pairs:
        keys = [f"grades.{asset_class}.{code}" for asset_class, code in pairs]
        runs = {kind: story.span(kind, keys[0], keys[-1]) for kind in ("figure", "table")}
        story.para(story.say("texts.grades_see", **runs))
    for asset_class, code in pairs:
        rows = [row for row in sheet.grades if (row.asset_class, row.scale) == (asset_class, code)]
        _grade_part(story, asset_class, scales[code], rows)


def _grade_part(story: Story, asset_class: AssetClass, scale: ScaleFacts, rows: list[GradeRow]) -> None:
    name = story.name(asset_class)
    key = f"grades.{asset_class}.{scale.code}"
    story.subsection(key, f"{name}({story.pick(scale.title)})" if story.language == "ja"
                     else f"{name} ({story.pick(scale.title)})")  # fmt: skip
    colours = [*grade_colours(story.style.colours.grades, len(scale.grades)), "#FFFFFF"]
    bars: list[tuple[str, list[float], str]] = []
    for row in rows:
        graded = sum(row.counts)
        bad = sum(row.counts[scale.bad_rank :])
        note = story.say("words.nothing_graded")
        if graded:
            note = story.say("words.graded_note", graded=number(graded), share=percent(bad / graded))
        bars.append((story.owner(row.owner), [*row.counts, row.ungraded], note))
    names = [grade_name(story, scale, grade) for grade in scale.grades]
    marks = [names[index] if grade.islower() else grade for index, grade in enumerate(scale.grades)]
    chart = ShareBars(
        bars, [*names, story.say("columns.ungraded")], [*marks, ""], colours, [0] * len(scale.grades) + [1]
    )
    height = 30 + story.design.figures["shares_row"] * len(rows) + (12 if len(scale.grades) > 4 else 0)
    graded = sum(sum(row.counts) for row in rows)
    bad = sum(sum(row.counts[scale.bad_rank :]) for row in rows)
    alt = story.say(
        "alts.grades", graded=number(graded), bad=number(bad), ungraded=number(sum(row.ungraded for row in rows)),
        **{"class": name},
    )  # fmt: skip
    title = story.say("figures.grades", **{"class": name})
    story.figure("grades", chart, height=height, alt=alt, title=title, source="inspections", name=key)
    heads = dict(zip(scale.grades, marks if len(marks) > NAMED else names, strict=True))
    columns = (
        ColumnDesign("owner", head=True, most=12), *(ColumnDesign(f"g{index}", number=True)
        for index in range(len(scale.grades))), ColumnDesign("graded", number=True),
        ColumnDesign("bad_share", number=True, empty="unknown"), ColumnDesign("ungraded", number=True),
    )  # fmt: skip
    body = [_grade_cells(story, row, scale) for row in rows]
    if len(rows) > 1:
        whole = GradeRow(
            owner="", asset_class=asset_class, scale=scale.code,
            counts=tuple(sum(parts) for parts in zip(*(row.counts for row in rows), strict=True)),
            ungraded=sum(row.ungraded for row in rows),
        )  # fmt: skip
        body.append(_grade_cells(story, whole, scale))
    story.table(
        "grades", body, title=story.say("tables.grades", **{"class": name}), unit=story.say("units.count"),
        source="inspections", name=key, design=TableDesign(columns), total_rows=int(len(rows) > 1),
        heads={f"g{index}": heads[grade] for index, grade in enumerate(scale.grades)},
    )  # fmt: skip


def _grade_cells(story: Story, row: GradeRow, scale: ScaleFacts) -> dict[str, Value | Cell]:
    graded, bad = sum(row.counts), sum(row.counts[scale.bad_rank :])
    return {
        "owner": story.owner(row.owner), **{f"g{index}": count for index, count in enumerate(row.counts)},
        "graded": graded, "bad_share": share(bad, graded) if graded else None, "ungraded": row.ungraded,
    }  # fmt: skip


def grade_name(story: Story, scale: ScaleFacts, grade: str) -> str:
    """Return a grade with its name, without saying the same twice (緊急度Ⅲ, not "III 緊急度Ⅲ")."""
    name = story.pick(scale.names[scale.grades.index(grade)])
    if story.language is not Language.JA and not grade.isascii():
        return name
    if grade.islower() or grade in unicodedata.normalize("NFKC", name).split() or name.endswith(grade):
        return name
    roman = re.search("[IV]+$", unicodedata.normalize("NFKC", name))
    return name if roman and roman.group() == grade else f"{grade} {name}"


def grade_colours(base: tuple[str, ...], count: int) -> list[str]:
    """Spread the colours of the grades over a scale of `count` grades, best first."""
    if count == len(base):
        return list(base)
    made: list[str] = []
    for index in range(count):
        place = index * (len(base) - 1) / max(count - 1, 1)
        low = min(int(place), len(base) - 2)
        part = place - low
        mixed = [
            round(int(base[low][at : at + 2], 16) * (1 - part) + int(base[low + 1][at : at + 2], 16) * part)
            for at in (1, 3, 5)
        ]
        made.append("#" + "".join(f"{value:02X}" for value in mixed))
    return made


def due(story: Story) -> None:
    """What the law asks for: by duty and owner, by month, by engineer."""
    sheet = story.sheet
    story.section("due", story.finding("due"))
    if not sheet.due and not sheet.due_months:
        story.empty()
        return
    story.said("due")
    names = {duty.code: duty.name for duty in sheet.duties}
    if sheet.due:
        story.para(story.say("texts.due_see", table=story.number_of("table.due")))
        order = {code: index for index, code in enumerate(names)}
        rows: list[dict[str, Value | Cell]] = [
            {
                "duty": names.get(row.duty, Text(row.duty, row.duty)), "owner": story.owner(row.owner),
                "assets": row.assets, "due_in_year": row.due_in_year, "overdue": row.overdue,
                "oldest": row.oldest_overdue, "unknown_anchor": row.unknown_anchor,
                "on_time": percent(row.on_time).rstrip("%") if row.on_time is not None else None,
            }
            for row in sorted(sheet.due, key=lambda row: order.get(row.duty, 99))
        ]  # fmt: skip
        story.table("due", rows, source="duties", note="due")
    if sheet.due_months:
        story.para(story.say("texts.months_see", figure=story.number_of("figure.months")), keep_next=True)
        _months(story, names)
    if sheet.due_engineers:
        _engineers(story)
    if sheet.duties:
        story.para(story.say("texts.duties_see", table=story.number_of("table.duties")), keep_next=True)
        story.table("duties", [
            {"duty": one.name, "article": one.article, "status": STATUSES[one.status]} for one in sheet.duties
        ], source="duties")  # fmt: skip


def _engineers(story: Story) -> None:
    """Planned hours of each owner's engineers beside those that they have; who does what stands in the schedule."""
    rows = story.sheet.due_engineers
    body: list[dict[str, Value | Cell]] = []
    for code in dict.fromkeys(row.owner for row in rows):
        mine = [row for row in rows if row.owner == code]
        there = {row.engineer: row.capacity_hours for row in mine}
        hours = [row.hours for row in mine if row.hours is not None]
        capacity = [value for value in there.values() if value is not None]
        body.append({
            "owner": story.owner(code), "engineers": len(there), "count": sum(row.count for row in mine),
            "hours": sum(hours) if hours else None,
            "capacity": sum(capacity) if len(capacity) == len(there) else None,
            "used": percent(sum(hours) / sum(capacity)).rstrip("%") if hours and sum(capacity) > 0 else None,
        })  # fmt: skip
    story.para(story.say("texts.engineers_see", table=story.number_of("table.engineers")), keep_next=True)
    story.table("engineers", body, note="engineers")


def _months(story: Story, names: dict[str, Text]) -> None:
    rows = sorted(story.sheet.due_months, key=lambda row: row.month)
    months = list(dict.fromkeys(row.month for row in rows))
    codes = list(dict.fromkeys(row.duty for row in rows))
    counts = {(row.month, row.duty): row.count for row in rows}
    series = [
        Series(
            story.pick(names.get(code, Text(code, code))), [counts.get((month, code), 0) for month in months],
            story.style.colours.series[index % 9], (0, 0, 1, 0, 2, 0, 3, 0, 4)[index % 9],
        )
        for index, code in enumerate(codes)
    ]  # fmt: skip
    labels: list[str] = []
    for _, group in groupby(months, key=lambda month: month.year):
        for index, month in enumerate(group):
            labels.append(f"{month.year}/{month.month}" if index == 0 else str(month.month))
    chart = Bars(labels, series, unit=story.say("units.cases_axis"), stacked=True)
    sums = {month: sum(row.count for row in rows if row.month == month) for month in months}
    most = max(sums, key=lambda month: sums[month])
    alt = story.say("alts.months", month=f"{most.year}/{most.month}", count=number(sums[most]))
    story.figure("months", chart, alt=alt, source="duties")
