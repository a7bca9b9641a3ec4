"""The two pages of the summary, and the head of an owner's edition."""

from gunmane.pdf.sections.choices import CHANGES, row
from gunmane.pdf.sections.maps import overview
from gunmane.pdf.sections.proposal import owners
from gunmane.pdf.sections.summary import compare_row, yearly, yen_scale
from gunmane.pdf.story import Story

POINTS, ROWS, DECISIONS, LIMITS = 5, 8, 4, 3


def points(story: Story) -> None:
    """First page: what is proposed and what it costs."""
    sheet = story.sheet
    heading = story.finding("compare") if "compare" in sheet.findings else story.say("sections.points")
    story.section("brief", heading)
    said = [story.pick(text) for text in sheet.points]
    shown = [text for text in said if text.rstrip("。.") != heading][:POINTS]
    story.items += story.bullets(shown, numbered=True)
    by_code = {one.code: one for one in sheet.compare}
    rows = [by_code[code] for code in story.design.summary if code in by_code][:ROWS]
    if rows:
        scale = yen_scale(sheet.compare)
        story.table("summary", [compare_row(story, one, scale) for one in rows], note="band")
    if sheet.yearly:
        yearly(story)


def decisions(story: Story) -> None:
    """Second page: what is decided, by whom and when, where, and what is not known."""
    sheet = story.sheet
    story.section("brief_decisions", story.say("sections.decisions"))
    regional = [one for one in sheet.choices if one.kind in ("groups", "engineers", "plant", "bridge")]
    regional.sort(key=lambda one: (one.verdict not in CHANGES, one.kind != "groups"))
    if regional:
        story.table("choices", [row(story, one) for one in regional[:DECISIONS]])
    if sheet.decisions:
        story.table("decisions", [
            {"what": one.what, "who": one.who, "by": one.by, "reversible": None, "why": None}
            for one in sheet.decisions[:DECISIONS]
        ])  # fmt: skip
    if sheet.limits:
        shown = [story.pick(text) for text in sheet.limits[:LIMITS]]
        story.panel(story.say("sections.limits"), story.bullets(shown, small=True), warn=True)
    if any(layer.shapes for layer in sheet.layers):
        overview(story, "brief_map", pins=False)


def edition(story: Story) -> None:
    """What the plan means for one owner."""
    if story.sheet.owner_effects:
        owners(story)
