"""Cases side by side, who pays what by which rule, and owners beside region, prefecture and nation."""

from gunmane.core.plan.formats import number, yen
from gunmane.core.plan.record import OwnerIndicator
from gunmane.pdf.charts.bars import RangeBars
from gunmane.pdf.design import ColumnDesign, TableDesign
from gunmane.pdf.grid import Cell
from gunmane.pdf.story import Story, Value

RULES = ("equal", "stock", "population", "benefit")


def cases(story: Story) -> None:
    """The plan beside other budgets and populations, and without each of its measures."""
    found = story.sheet.cases
    if len(found) < 2:
        return
    base = found[0]
    story.section("cases", story.say("sections.cases", count=len(found) - 1))
    story.para(
        story.say("texts.cases_see", table=story.number_of("table.cases"), figure=story.number_of("figure.cases")),
        keep_next=True,
    )
    bars = [(story.pick(one.label), one.total_yen, None, None, story.pick(yen(one.total_yen))) for one in found]
    height = 18 + story.design.figures["risk_row"] * len(bars)
    story.figure("cases", RangeBars(bars, story.style.colours.accent, ""), height=height, alt=story.say("alts.cases"))
    rows: list[dict[str, Value | Cell]] = []
    for one in found:
        rows.append({
            "label": one.label, "total": one.total_yen,
            "change": None if one is base else signed((one.total_yen - base.total_yen) / 1e6),
            "contracts": number(one.contracts, 1), "hours": number(one.hours), "measures": one.measures,
            "undone": one.undone, "bad_left": one.bad_left, "risk": one.risk_yen, "per_resident": one.per_resident,
            "sewer": one.sewer_changes, "note": one.note,
        })  # fmt: skip
    story.table("cases", rows, unit=story.say("units.yen_million"))
    if not any(one.group == "population" for one in found):
        story.para(story.say("texts.no_population"))


def signed(value: float) -> str:
    """Write a change with its sign."""
    return ("+" if value > 0 else "") + number(value)


def shares(story: Story) -> None:
    """What each owner pays of the joint cost by four rules, and under which it would be worse off than alone."""
    found = story.sheet.shares
    if not found:
        return
    losers = sum(bool(one.worse) for one in found)
    fair = [
        rule for rule in RULES if getattr(found[0], rule) is not None and not any(rule in one.worse for one in found)
    ]
    names = story.say("words.between").join(story.say(f"words.rule_{rule}") for rule in fair)
    title = story.say("sections.shares", rules=names) if fair else story.say("sections.shares_none")
    story.section("shares", title)
    story.para(story.say("texts.shares_see", table=story.number_of("table.shares"), losers=losers), keep_next=True)
    rows: list[dict[str, Value | Cell]] = []
    for one in found:
        cells: dict[str, Value | Cell] = {"owner": story.owner(one.owner), "alone": number(one.alone_yen / 1e6)}
        for rule in RULES:
            part = getattr(one, rule)
            if part is None:
                cells[rule] = None
                continue
            change = part - one.alone_yen
            mark = "▲" if rule in one.worse else ""
            cells[rule] = Cell(f"{mark}{number(part / 1e6)} ({signed(change / 1e6)})", bold=bool(mark))
        rows.append(cells)
    story.table("shares", rows, unit=story.say("units.yen_million"), note="shares")


def owner_indicators(story: Story) -> None:
    """Indicators of each owner beside the region, the prefecture and the nation."""
    found = story.sheet.owner_indicators
    if not found:
        return
    story.para(story.say("texts.owner_indicators_see", table=story.number_of("table.owner_indicators")),
               keep_next=True)  # fmt: skip
    by_code: dict[str, list[OwnerIndicator]] = {}
    for one in found:
        by_code.setdefault(one.code, []).append(one)
    rows: list[dict[str, Value | Cell]] = []
    for group in by_code.values():
        first = group[0]
        for one in group:
            values = {key: shown(one, getattr(one, key)) for key in ("value", "region", "prefecture", "nation")}
            rows.append({
                "label": first.label,
                "unit": story.say("words.percent") if first.unit.en == "share" else first.unit,
                "owner": story.owner(one.owner), **values, "source": one.source or None,
            })  # fmt: skip
    columns = (
        ColumnDesign("label", head=True, most=14), ColumnDesign("unit"), ColumnDesign("owner", head=True, most=10),
        *(ColumnDesign(key, number=True, empty="unknown") for key in ("value", "region", "prefecture", "nation")),
        ColumnDesign("source", most=16, optional=True),
    )  # fmt: skip
    story.table("owner_indicators", rows, design=TableDesign(columns, group_first=True))


def shown(row: OwnerIndicator, value: float | None) -> str | None:
    """Write a value, a share in percent; None where it is not known."""
    if value is None:
        return None
    return number(100 * value, max(row.decimals - 2, 0)) if row.unit.en == "share" else number(value, row.decimals)
