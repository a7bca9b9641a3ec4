"""Who does what and who stays responsible, what makes the plan be changed, and what its words mean."""

from gunmane.pdf.story import Story


def roles(story: Story) -> None:
    """Tasks with who decides, does, answers and is heard."""
    rows = story.sheet.roles
    if not rows:
        return
    story.section("roles", story.say("sections.roles"))
    story.para(story.say("texts.roles", table=story.number_of("table.roles")), keep_next=True)
    story.table("roles", [
        {"task": one.task, "decides": one.decides, "does": one.does, "answers": one.answers, "heard": one.heard}
        for one in rows
    ])  # fmt: skip


def reviews(story: Story) -> None:
    """What may come otherwise, its sign, what is done then and by whom."""
    rows = story.sheet.reviews
    if not rows:
        return
    year = story.fiscal(story.sheet.facts.first_year + 4)
    story.section("reviews", story.say("sections.reviews", count=len(rows)))
    story.para(story.say("texts.reviews", table=story.number_of("table.reviews"), year=year), keep_next=True)
    story.table("reviews", [
        {"risk": one.risk, "sign": one.sign, "action": one.action, "who": one.who} for one in rows
    ])  # fmt: skip


def glossary(story: Story) -> None:
    """The words that a reader outside the offices may not know."""
    story.section("glossary", story.say("sections.glossary"))
    story.para(story.say("texts.glossary", table=story.number_of("table.glossary")), keep_next=True)
    keys = [one.removesuffix("_means") for one in story.texts.keys("glossary") if one.endswith("_means")]
    story.table("glossary", [
        {"word": story.say(f"glossary.{key}"), "meaning": story.say(f"glossary.{key}_means")} for key in keys
    ])  # fmt: skip
