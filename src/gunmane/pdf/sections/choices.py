"""The decisions: a table of all that matter, districts by owner, and a sheet for each change."""

from gunmane.core.plan.formats import number
from gunmane.core.plan.formats import yen as amount
from gunmane.core.plan.nouns import STATUSES
from gunmane.core.plan.record import Overridden
from gunmane.core.plan.sheet import Choice, Verdict
from gunmane.pdf.cells import Cell
from gunmane.pdf.charts.maps import Area, Map, Shape
from gunmane.pdf.layout import NewPage
from gunmane.pdf.story import Story, Value

SHOWN = 24
"""Decisions in the plan's table; all stand in the annex."""

EACH = 6
"""Decisions of a kind that are shown before more of another kind."""

AROUND = 0.02
"""Degrees of latitude and longitude shown around a place."""

WITHOUT_SHEET = ("lots", "tasks", "engineers")
"""Decisions that have no place and no page of their own."""

CHANGES = (Verdict.CHANGE, Verdict.UNDECIDED)


def choices(story: Story) -> None:
    """The decisions in a table, septic districts summed up by owner."""
    found = story.sheet.choices
    if not found:
        return
    story.section("choices", story.finding("choices"))
    story.said("choices")
    table = [one for one in found if one.kind != "sewage" or one.verdict in CHANGES]
    story.para(story.say("texts.choices_see", table=story.number_of("table.choices")), keep_next=True)
    story.table("choices", [row(story, one) for one in _shown(table)], note="choices")
    if len(table) > SHOWN:
        story.para(story.say("texts.choices_more", count=len(table) - SHOWN))
    _districts(story)


def overrides(story: Story) -> None:
    """What people set against the computed proposals, and what had no effect because a duty forbids it."""
    found = story.sheet.overrides
    if not found:
        return
    broken = sum(one.conflict is not None for one in found)
    story.section("overrides", story.say("sections.overrides", count=len(found), broken=broken))
    story.para(story.say("texts.overrides_see", table=story.number_of("table.overrides")), keep_next=True)
    shown: list[dict[str, Value | Cell]] = []
    for one in found:
        effect = story.say("words.effective")
        if one.conflict is not None:
            effect = story.say("words.no_effect", why=story.pick(one.conflict))
        elif changes := _changes(story, one):
            effect = story.say("words.applied", changes=changes)
        shown.append({
            "owner": story.owner(one.owner), "subject": one.subject, "chosen": one.chosen, "proposed": one.proposed,
            "reason": story.pick(one.reason) + (f"({one.note})" if one.note else ""),
            "set_by": f"{one.by} {one.on.isoformat()}", "effect": effect,
        })  # fmt: skip
    story.table("overrides", shown)


def _changes(story: Story, one: Overridden) -> str:
    """Write what an override changes against the proposal, with signs; "" where no sum changes."""
    parts: list[str] = []
    if one.yen:
        sign = "+" if one.yen > 0 else "-"
        parts.append(story.say("words.more_yen", value=sign + story.pick(amount(abs(one.yen)))))
    for name, digits in (("contracts", 1), ("hours", 0), ("lacking", 1)):
        value: float | None = getattr(one, name)
        if value is not None and abs(value) >= 0.5 * 10**-digits:
            parts.append(story.say(f"words.more_{name}", value=("+" if value > 0 else "") + number(value, digits)))
    return story.say("words.between").join(parts)


def _shown(table: list[Choice]) -> list[Choice]:
    """Return the decisions that the plan's table has room for: some of every kind before more of one."""
    rank: dict[str, int] = {}
    turn: list[int] = []
    for one in table:
        turn.append(rank.setdefault(one.kind, 0) // EACH)
        rank[one.kind] += 1
    first = sorted(range(len(table)), key=lambda k: (turn[k], k))[:SHOWN]
    return [table[k] for k in sorted(first)]


def row(story: Story, one: Choice) -> dict[str, Value | Cell]:
    """Return a decision as a table row."""
    return {
        "kind": story.say(f"choice_kinds.{one.kind}"),
        "subject": one.subject,
        "verdict": story.say("words.overridden" if one.overridden else f"verdicts.{one.verdict}"),
        "proposal": one.proposal,
        "reason": one.reason,
    }


def _districts(story: Story) -> None:
    """Sum up the districts of each owner by what was decided."""
    sewage = [one for one in story.sheet.choices if one.kind == "sewage"]
    if not sewage:
        return
    story.para(story.say("texts.districts_see", table=story.number_of("table.districts")), keep_next=True)
    rows: list[dict[str, Value | Cell]] = []
    for member in story.sheet.members:
        mine = [one for one in sewage if one.owner == member.code]
        if mine:
            rows.append({
                "owner": member.name,
                "systems": sum(one.count for one in story.sheet.septic if one.owner == member.code),
                "districts": len(mine),
                **{verdict.value: sum(one.verdict is verdict for one in mine) for verdict in Verdict},
            })  # fmt: skip
    story.table("districts", rows, note="districts")


def sheets(story: Story) -> None:
    """A page for each removal, narrowing, merger and change of sewage treatment, and for the groups."""
    shown = [one for one in story.sheet.choices if one.verdict in CHANGES and one.kind not in WITHOUT_SHEET]
    story.section("choice_sheets", story.say("sections.choice_sheets", count=len(shown)))
    if not shown:
        story.para(story.say("texts.no_sheets"))
        return
    story.para(story.say("texts.choice_sheets"))
    for index, one in enumerate(shown):
        if index:
            story.items.append(NewPage())
        _sheet(story, one, f"sheet{index}")


def _sheet(story: Story, one: Choice, key: str) -> None:
    """One decision with inputs, alternatives, rule, sensitivity, law and room for consent."""
    name = story.pick(one.subject)
    story.subsection(key, name)
    rows: list[dict[str, Value | Cell]] = []

    def add(part: str, item: str, content: str) -> None:
        rows.append({"part": story.say(f"choice_parts.{part}"), "item": item, "content": content})

    add("proposal", story.say(f"verdicts.{one.verdict}"), story.pick(one.proposal))
    if one.owner:
        add("proposal", story.say("columns.owner"), story.owner(one.owner))
    for part, named in (("inputs", one.inputs), ("alternatives", one.alternatives)):
        for value in named:
            add(part, story.pick(value.label), story.pick(value.value))
    add("reason", story.say("choice_parts.why"), story.pick(one.reason))
    if one.sensitivity:
        add("reason", story.say("choice_parts.sensitivity"), story.pick(one.sensitivity))
    add("rule", story.say("choice_parts.text"), story.pick(one.rule))
    add("rule", story.say("choice_parts.source"), f"{one.source}({story.pick(STATUSES[one.status])})")
    if one.law:
        add("rule", story.say("choice_parts.law"), story.pick(one.law))
    for who in ("owner", "residents", "assembly"):
        add("consent", story.say(f"choice_parts.{who}"), story.say("choice_parts.open"))
    story.table("sheet", rows, title=story.say("tables.sheet", subject=name), name=f"sheet.{key}")
    if one.lon is not None and one.lat is not None:
        _place(story, one, key)


def _place(story: Story, one: Choice, key: str) -> None:
    """Add a map of what lies around a place."""
    lon, lat = one.lon or 0.0, one.lat or 0.0
    near = [
        Shape(shape.vertices, shape.risk)
        for layer in story.sheet.layers
        for shape in layer.shapes
        if any(abs(x - lon) < AROUND and abs(y - lat) < AROUND for x, y in shape.vertices)
    ]
    if not near:
        return
    chart = Map(
        near, [Area(story.owner(area.owner), area.rings) for area in story.sheet.outlines], [("1", lon, lat)],
        story.texts.items("words.legend"), story.say("words.risk"), story.say("words.north"),
        story.say("words.outside"),
    )  # fmt: skip
    name = story.pick(one.subject)
    story.figure("place", chart, alt=story.say("alts.place", subject=name, count=len(near)),
                        title=story.say("figures.place", subject=name), name=f"place.{key}")  # fmt: skip
