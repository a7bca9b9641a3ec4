"""Cases side by side, who pays what by which rule, and owners beside region, prefecture and nation."""

from collections.abc import Sequence
from math import ceil

from gunmane.core.plan.formats import day, number, yen
from gunmane.core.plan.record import OwnerIndicator
from gunmane.core.plan.values import Column
from gunmane.pdf.cells import Cell
from gunmane.pdf.charts.bars import RangeBars
from gunmane.pdf.design import ColumnDesign, TableDesign
from gunmane.pdf.story import Story, Value

RULES = ("equal", "stock", "population", "benefit")

ACROSS = 8
"""Owners beside each other in one table of indicators; more go on in the next table."""


def cases(story: Story) -> None:
    """The plan beside other budgets and populations, and without each of its measures."""
    found = story.sheet.cases
    if len(found) < 2:
        return
    base = found[0]
    least, most = (yen(f(one.total_yen for one in found)) for f in (min, max))
    title = story.say("sections.cases", years=story.sheet.facts.years, least=story.pick(least), most=story.pick(most))
    if story.pick(least) == story.pick(most):
        title = story.say("sections.cases_same", years=story.sheet.facts.years, most=story.pick(most))
    story.section("cases", title)
    story.para(
        story.say("texts.cases_see", table=story.number_of("table.cases"), figure=story.number_of("figure.cases")),
        keep_next=True,
    )
    bars = [(story.pick(one.label), one.total_yen, None, None, story.pick(yen(one.total_yen))) for one in found]
    height = 18 + story.design.figures["risk_row"] * len(bars)
    low, high = (f(found, key=lambda one: one.total_yen) for f in (min, max))
    alt = story.say(
        "alts.cases", least=story.pick(low.label), most=story.pick(high.label), low=story.pick(least),
        high=story.pick(most),
    )  # fmt: skip
    story.figure("cases", RangeBars(bars, story.style.colours.accent, ""), height=height, alt=alt)
    rows: list[dict[str, Value | Cell]] = []
    for one in found:
        rows.append({
            "label": one.label, "total": one.total_yen,
            "change": None if one is base else signed((one.total_yen - base.total_yen) / 1e6),
            "contracts": number(one.contracts, 1), "hours": number(one.hours), "measures": one.measures,
            "undone": one.undone, "bad_left": one.bad_left if story.sheet.grades else None,
            "risk": one.risk_yen, "per_resident": one.per_resident,
            "sewer": one.sewer_changes,
        })  # fmt: skip
    story.table("cases", rows, unit=story.say("units.yen_million"))
    notes: dict[str, list[str]] = {}
    for one in found:
        if one.note is not None:
            notes.setdefault(story.pick(one.note), []).append(story.pick(one.label))
    colon, stop = (":", "、") if story.language == "ja" else (": ", ", ")
    story.items += story.bullets([f"{stop.join(names)}{colon}{note}" for note, names in notes.items()], small=True)
    if not any(one.group == "population" for one in found):
        story.para(story.say("texts.no_population"))


def signed(value: float) -> str:
    """Write a change with its sign."""
    return ("+" if value > 0 else "") + number(value)


def shares(story: Story) -> None:
    """What each owner pays of the joint cost by four rules, and under which it would be worse off than alone."""
    found = story.sheet.shares
    if not found or story.sheet.facts.recommended is Column.ALONE:
        return  # nothing is paid together
    given = [rule for rule in RULES if getattr(found[0], rule) is not None]
    fair = [rule for rule in given if not any(rule in one.worse for one in found)]
    unfair = [rule for rule in given if rule not in fair]
    between = story.say("words.between")
    names, others = (between.join(story.say(f"words.rule_{rule}") for rule in rules) for rules in (fair, unfair))
    none = "sections.shares_none" if len(unfair) > 1 else "sections.shares_none_one"
    story.section("shares", story.say("sections.shares", rules=names) if fair else story.say(none, rules=others))
    if fair and unfair:
        story.para(story.say("texts.shares_unfair", rules=others))
    own = story.number_of("table.owners")
    story.para(story.say("texts.shares_see", table=story.number_of("table.shares"), own=own), keep_next=True)
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


def fairness(story: Story) -> None:
    """What keeping the owners' money apart costs the region, who gains and who loses; what an adopted plan binds."""
    sheet = story.sheet
    if any(part.paid_yen for one in sheet.fairness for part in one.owners):  # else no money is chosen about
        apart = sheet.fairness[0]
        key = "fairness" if apart.price_yen > apart.uncertain_yen else "fairness_none"
        price = story.pick(yen(apart.price_yen))
        story.section("fairness", story.say(f"sections.{key}", price=price))
        basis = "given" if apart.given else "part"
        story.para(story.say(f"texts.fairness_{basis}", share=f"{apart.share:.0%}"))
        losers = sum(one.loss_yen > 0 for one in apart.owners)
        uncertain = story.pick(yen(apart.uncertain_yen))
        story.para(
            story.say(
                "texts.fairness_see", table=story.number_of("table.fairness"), losers=losers,
                gainers=sum(one.loss_yen < 0 for one in apart.owners), uncertain=uncertain,
            ),
            keep_next=True,
        )  # fmt: skip
        rows: list[dict[str, Value | Cell]] = []
        for one in sheet.fairness:
            kind = "apart" if one.ceiling == 1 else "band"
            label = story.say(f"words.fairness_{kind}", floor=f"{one.floor:.0%}", ceiling=f"{one.ceiling:.0%}")
            sums = (
                sum(getattr(part, name) for part in one.owners) for name in ("paid_yen", "spent_yen", "pooled_yen")
            )
            lines = [("", *sums, one.price_yen)]
            lines += [
                (part.owner, part.paid_yen, part.spent_yen, part.pooled_yen, part.loss_yen) for part in one.owners
            ]
            for owner, paid, spent, pooled, loss in lines:
                rows.append({
                    "case": label, "owner": story.owner(owner), "paid": paid, "spent": spent, "pooled": pooled,
                    "loss": signed(loss / 1e6),
                })  # fmt: skip
        story.table("fairness", rows, unit=story.say("units.yen_million"), note="fairness")
    _steady(story)


def _steady(story: Story) -> None:
    """Say how near this plan stays to the adopted one."""
    found = story.sheet.stability
    if found is None:
        return
    story.section("stability", story.say("sections.stability", same=found.same, listed=found.listed))
    story.para(
        story.say(
            "texts.stability", edition=found.edition, day=story.pick(day(found.decided_on)), same=found.same,
            listed=found.listed, moved=found.moved, changed=found.changed, dropped=found.dropped,
        )
    )  # fmt: skip
    if found.yen > 0:
        story.para(story.say("texts.stability_costs", price=story.pick(yen(found.yen))))
    rest = {"due": found.due, "unlisted": found.unlisted, "gone": found.gone}
    said = [story.say(f"texts.stability_{name}", count=count) for name, count in rest.items() if count]
    if said:
        story.para(story.say("words.sentence_gap").join(said))


def owner_indicators(story: Story) -> None:
    """Indicators in rows, owners beside the region, the prefecture and the nation in columns."""
    found = story.sheet.owner_indicators
    if not found:
        return
    codes = [one.code for one in story.sheet.members if any(row.owner == one.code for row in found)]
    each = ceil(len(codes) / ceil(len(codes) / ACROSS))
    parts = [codes[first : first + each] for first in range(0, len(codes), each)]
    keys = [f"owner_indicators.{index}" if index else "owner_indicators" for index in range(len(parts))]
    table = story.span("table", keys[0], keys[-1])
    story.para(story.say("texts.owner_indicators_see", table=table), keep_next=True)
    for key, owners in zip(keys, parts, strict=True):
        _beside(story, key, found, owners)


def _beside(story: Story, key: str, found: Sequence[OwnerIndicator], owners: Sequence[str]) -> None:
    by_code: dict[str, list[OwnerIndicator]] = {}
    for one in found:
        by_code.setdefault(one.code, []).append(one)
    areas = [area for area in ("prefecture", "nation") if any(getattr(one, area) is not None for one in found)]
    rows: list[dict[str, Value | Cell]] = []
    for group in by_code.values():
        first = group[0]
        values = {one.owner: shown(one, one.value) for one in group}
        rows.append({
            "label": first.label,
            "unit": story.say("words.percent") if first.unit.en == "share" else first.unit,
            **{
                f"o{index}": values.get(code) or story.say("words.unknown" if code in values else "words.none")
                for index, code in enumerate(owners)
            },
            "region": shown(first, first.region) or story.say("words.unknown"),
            **{area: shown(first, getattr(first, area)) for area in areas},
            "source": first.source or None,
        })  # fmt: skip
    columns = (
        ColumnDesign("label", head=True, most=15), ColumnDesign("unit"),
        *(ColumnDesign(f"o{index}", number=True) for index in range(len(owners))),
        ColumnDesign("region", number=True),
        *(ColumnDesign(area, number=True, empty="unpublished") for area in areas),
        ColumnDesign("source", most=15, optional=True),
    )  # fmt: skip
    heads = {f"o{index}": story.owner(code) for index, code in enumerate(owners)}
    story.table("owner_indicators", rows, design=TableDesign(columns), heads=heads, name=key, note="owner_indicators")


def shown(row: OwnerIndicator, value: float | None) -> str | None:
    """Write a value, a share in percent; None where it is not known."""
    if value is None:
        return None
    return number(100 * value, max(row.decimals - 2, 0)) if row.unit.en == "share" else number(value, row.decimals)
