"""What the numbers rest on: assumptions, models, quality of the data, provenance."""

from gunmane.core.plan.formats import number
from gunmane.core.plan.nouns import STATUSES
from gunmane.core.plan.sheet import Quality, SourceStatus
from gunmane.core.plan.values import Text
from gunmane.pdf.cells import Cell
from gunmane.pdf.design import ColumnDesign, TableDesign
from gunmane.pdf.sections.summary import share
from gunmane.pdf.story import Story, Value


def assumptions(story: Story) -> None:
    """Every parameter with its source and how sure it is."""
    rows = story.sheet.assumptions
    story.section("assumptions", story.finding("assumptions"))
    if not rows:
        story.empty()
        return
    story.said("assumptions")
    story.para(story.say("texts.assumptions_see", table=story.number_of("table.assumptions")))
    groups = list(dict.fromkeys(row.group for row in rows))
    weak = (SourceStatus.UNVERIFIED, SourceStatus.ASSUMED)
    story.table("assumptions", [
        {
            "group": story.say(f"words.assumption_{row.group}"), "label": row.label, "value": row.value,
            "unit": row.unit, "source": row.source or None, "year": row.year or None,
            "status": Cell(story.pick(STATUSES[row.status]), bold=row.status in weak,
                           shade=story.style.colours.banner if row.status in weak else None),
        }
        for row in sorted(rows, key=lambda row: groups.index(row.group))
    ], note="unreferenced")  # fmt: skip


def quality(story: Story) -> None:
    """How much is unknown, by owner and class."""
    sheet = story.sheet
    story.section("quality", story.finding("quality"))
    if not sheet.quality:
        story.empty()
        return
    story.said("quality")
    story.para(story.say("texts.quality_see", table=story.number_of("table.quality")))
    design = story.design.tables["quality"]
    fields = list(dict.fromkeys(gap.field for row in sheet.quality for gap in row.gaps))
    gaps = tuple(ColumnDesign(f"f{index}", number=True) for index in range(len(fields)))
    columns = (*design.columns[:2], *gaps, *design.columns[2:])
    heads = {f"f{index}": story.say("words.fields", field=story.pick(text)) for index, text in enumerate(fields)}
    rows = [_quality_row(story, row, fields) for row in sheet.quality]
    story.table(
        "quality",
        rows,
        source="ledger",
        note="quality",
        design=TableDesign(columns, group_rows=design.group_rows),
        heads=heads,
    )
    if sheet.limits:
        story.subsection("limits", story.say("sections.limits"))
        story.items += story.bullets([story.pick(text) for text in sheet.limits])


def _quality_row(story: Story, row: Quality, fields: list[Text]) -> dict[str, Value | Cell]:
    gaps = {gap.field: gap for gap in row.gaps}
    cells: dict[str, Value | Cell] = {
        "owner": story.owner(row.owner), "class": story.name(row.asset_class), "assets": row.assets,
        "located": share(row.located, row.assets), "rejected": row.rejected, "flagged": row.flagged,
        "newest": row.newest.isoformat() if row.newest else None, "grade": row.grade or None,
    }  # fmt: skip
    for index, text in enumerate(fields):
        gap = gaps.get(text)
        if gap is not None:
            heavy = gap.total > 0 and gap.unknown > 0.3 * gap.total
            cells[f"f{index}"] = Cell(
                share(gap.unknown, gap.total), bold=heavy, shade=story.style.colours.banner if heavy else None
            )
    return cells


def provenance(story: Story) -> None:
    """Run, digest, seed and program: what reproduces this document."""
    facts = story.sheet.facts
    story.section("provenance", story.say("sections.provenance"))
    story.para(story.say("texts.provenance", table=story.number_of("table.provenance")), keep_next=True)
    kind = "origin_simulated" if facts.simulated else "origin_real"
    made = story.sheet.approval
    decision = story.say("words.no_decision") if made is None else story.say(
        "words.decision_value", day=story.day(made.decided_on), meeting=made.meeting, title=made.title,
        by=made.decided_by, note=made.note or "",
    ).strip()  # fmt: skip
    rows = [
        ("decision", decision), ("as_of", story.day(facts.as_of)),
        ("origin", story.say(f"words.{kind}")), ("run", facts.run_id),
        ("digest", facts.inputs_digest), ("seed", number(facts.seed)), ("software", facts.software),
        ("attached", story.say("words.attached_value")),
    ]  # fmt: skip
    story.table("provenance", [{"item": story.say(f"words.{key}"), "value": value} for key, value in rows])
