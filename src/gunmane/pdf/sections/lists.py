"""Lists of single assets with a measure, and septic systems by district."""

from gunmane.core.plan.nouns import MEASURES
from gunmane.pdf.cells import Cell
from gunmane.pdf.story import Story, Value


def works(story: Story) -> None:
    """The assets with a measure, a table for each class."""
    sheet = story.sheet
    if not sheet.works:
        return
    story.section("works", story.say("sections.works", count=f"{len(sheet.works) + sheet.works_left_out:,}"))
    story.para(story.say("texts.works"))
    if sheet.works_left_out:
        listed = f"{len(sheet.works):,}"
        story.para(story.say("texts.works_left_out", count=f"{sheet.works_left_out:,}", listed=listed))
    order = {member.code: index for index, member in enumerate(sheet.members)}
    for asset_class in dict.fromkeys(one.asset_class for one in sheet.works):
        mine = [one for one in sheet.works if one.asset_class == asset_class]
        mine.sort(key=lambda one: order.get(one.owner, len(order)))
        rows: list[dict[str, Value | Cell]] = [
            {
                "owner": story.owner(one.owner), "number": one.number, "name": one.name,
                "built": None if one.built_year is None else str(one.built_year), "length": one.length_m,
                "grade": one.grade, "inspected": None if one.inspected is None else str(one.inspected),
                "measure": MEASURES[one.measure], "year": str(one.year), "yen": one.yen, "reason": one.reason,
            }
            for one in mine
        ]  # fmt: skip
        title = story.say("tables.works", **{"class": story.name(asset_class)})
        story.table("works", rows, title=title, unit=story.say("units.yen_thousand"), name=f"works.{asset_class}")


def septic(story: Story) -> None:
    """Septic systems by owner and district; never an address."""
    if not story.sheet.septic:
        return
    story.section("septic", story.say("sections.septic"))
    story.para(story.say("texts.septic"), keep_next=True)
    story.table("septic", [
        {
            "owner": story.owner(one.owner), "mesh": one.mesh or story.say("words.scattered"), "count": one.count,
            "old": one.old, "unknown": one.unknown_age,
        }
        for one in story.sheet.septic
    ])  # fmt: skip
