"""What is to be expected: forecasts, risk by owner, the matrix, the assets at the top."""

from itertools import pairwise

from gunmane.core.plan.findings import RiskAsset, RiskMatrix
from gunmane.core.plan.formats import number, yen
from gunmane.core.plan.nouns import UNITS
from gunmane.core.plan.sentences.outlook import tied
from gunmane.core.plan.values import Band, Unit
from gunmane.pdf.blocks import Beside
from gunmane.pdf.cells import Cell
from gunmane.pdf.charts.bars import RangeBars
from gunmane.pdf.charts.lines import Curve, Lines, Matrix
from gunmane.pdf.layout import Block
from gunmane.pdf.sections.maps import by_class, overview
from gunmane.pdf.sections.state import grade_name
from gunmane.pdf.story import WIDE, Story, Value


def forecast(story: Story) -> None:
    """Expected numbers in bad grades if nothing is done, each class with its own scale."""
    rows = [row for row in story.sheet.forecasts if row.bad]
    story.section("forecast", story.finding("forecast"))
    if not rows:
        story.empty()
        return
    story.said("forecast")
    run = story.span("figure", f"forecast.{rows[0].asset_class}", f"forecast.{rows[-1].asset_class}")
    story.para(story.say("texts.forecast_see", figure=run, table=story.number_of("table.forecast")))
    for key, adopted in (("forecast_adopted", True), ("forecast_proposed", False)):
        names = list(dict.fromkeys(story.name(row.asset_class) for row in rows if row.adopted is adopted))
        if names:
            stop = "、" if story.language == "ja" else ", "
            story.para(story.say(f"texts.{key}", classes=stop.join(names)))
    stacks: list[list[Block]] = []
    for row in rows:
        name = story.name(row.asset_class)
        unit = story.say("units.count_axis") if row.unit is Unit.COUNT else story.pick(UNITS[row.unit])
        low = [one.low for one in row.bad if one.low is not None]
        high = [one.high for one in row.bad if one.high is not None]
        whole = len(low) == len(high) == len(row.bad)
        curve = Curve(name, [one.mid for one in row.bad], story.style.colours.accent,
                      low if whole else (), high if whole else ())  # fmt: skip
        alt = story.say("alts.forecast", **{"class": name, "first": number(row.bad[0].mid),
                                            "last": number(row.bad[-1].mid)})  # fmt: skip
        title = story.say("figures.forecast", **{"class": name})
        chart = Lines([str(year) for year in row.years], [curve], unit=unit, keys=False)
        stacks.append([
            story.figure("forecast", chart, alt=alt, title=title, name=f"forecast.{row.asset_class}", add=False,
                         note="forecast")
        ])  # fmt: skip
    for index in range(0, len(stacks), 2):
        pair = stacks[index : index + 2]
        story.items.append(Beside(pair if len(pair) == 2 else [pair[0], []]))
    body: list[dict[str, Value | Cell]] = [
        {
            "class": story.name(row.asset_class), "assets": row.assets, "left_out": row.left_out,
            "first": _wrapped(story, row.bad[0]), "in_5": _wrapped(story, row.bad[min(5, len(row.bad) - 1)]),
            "last": _wrapped(story, row.bad[-1]),
        }
        for row in rows
    ]  # fmt: skip
    years = rows[0].years
    heads = {
        key: story.say("words.year_end", year=story.fiscal(year))
        for key, year in (("first", years[0]), ("in_5", years[min(5, len(years) - 1)]), ("last", years[-1]))
    }
    story.table("forecast", body, heads=heads, unit=story.say("units.count"), note="band")


def _wrapped(story: Story, value: Band, scale: float = 1.0, decimals: int = 0) -> str:
    """Write a middle and, after a blank where the line may end, its interval."""
    middle = number(value.mid / scale, decimals)
    if value.low is None or value.high is None:
        return middle
    dash = "〜" if story.language == "ja" else "–"
    return f"{middle} ({number(value.low / scale, decimals)}{dash}{number(value.high / scale, decimals)})"


def risk(story: Story) -> None:
    """Expected loss by owner, and the matrix."""
    sheet = story.sheet
    story.section("risk", story.finding("risk"))
    rows = [row for row in sheet.risks if row.asset_class is None]
    if not rows and not sheet.matrices:
        story.empty()
        return
    story.said("risk")
    owners = sorted((row for row in rows if row.owner), key=lambda row: -row.yen_per_year.mid)
    if owners:
        story.para(
            story.say("texts.risk_see", figure=story.number_of("figure.risk"), table=story.number_of("table.risk"))
        )
        bars = [
            (story.owner(row.owner), row.yen_per_year.mid, row.yen_per_year.low, row.yen_per_year.high,
             story.pick(yen(row.yen_per_year.mid)) if row.assets else story.say("words.unknown"))
            for row in owners
        ]  # fmt: skip
        height = 18 + story.design.figures["risk_row"] * len(bars)
        chart = RangeBars(bars, story.style.colours.accent, story.say("words.whiskers"))
        story.figure("risk", chart, height=height, alt=story.say("alts.risk", finding=story.finding("risk")))
    total = [row for row in rows if not row.owner]
    body: list[dict[str, Value | Cell]] = [
        {
            "owner": story.owner(row.owner), "assets": row.assets, "unrated": row.unrated,
            "loss": _wrapped(story, row.yen_per_year, 1e6, 1) if row.assets else None,
            "cvar": number(row.cvar_95 / 1e6, 1) if row.cvar_95 is not None and row.assets else None,
        }
        for row in [*owners, *total]
    ]  # fmt: skip
    if body:
        story.table("risk", body, note="band", total_rows=len(total) if owners else 0)
    if sheet.matrices:
        whole = next((one for one in sheet.matrices if one.asset_class is None), sheet.matrices[0])
        story.para(story.say("texts.matrix_see", figure=story.number_of("figure.matrix")), keep_next=True)
        _matrix(story, whole)


def _matrix(story: Story, matrix: RiskMatrix) -> None:
    chart = Matrix(
        matrix.counts,
        _classes(story, [f"{edge * 100:g}%" for edge in matrix.likelihood_edges]),
        _classes(story, [f"{edge / 1e6:,.4g}" for edge in matrix.consequence_edges]),
        story.say("words.likelihood_title"), story.say("words.consequence_title"), story.say("words.risk_sign"),
    )  # fmt: skip
    alt = story.say("alts.matrix", count=number(matrix.counts[4][4]))
    story.figure("matrix", chart, alt=alt, unit=story.say("units.count"))


def _classes(story: Story, edges: list[str]) -> list[str]:
    dash = "〜" if story.language == "ja" else "–"
    middle = [f"{low}{dash}{high}" for low, high in pairwise(edges)]
    return [story.say("words.below", value=edges[0]), *middle, story.say("words.above", value=edges[-1])]


def top(story: Story) -> None:
    """The assets with the highest expected loss: where, why."""
    sheet = story.sheet
    story.section("top", story.finding("top"))
    story.said("top", keep_next=True)
    located = any(layer.shapes for layer in sheet.layers)
    if not sheet.top_risks and not located:
        story.empty()
        return
    ranked = sheet.top_risks and not tied(sheet)
    if located:
        if ranked:
            story.para(
                story.say("texts.top_see", figure=story.number_of("figure.risk_map"),
                          table=story.number_of("table.top")),
                keep_next=True,
            )  # fmt: skip
        else:
            story.para(story.say("texts.map_see", figure=story.number_of("figure.risk_map")), keep_next=True)
        overview(story, "risk_map", pins=bool(ranked))
        by_class(story)
    else:
        story.para(story.say("texts.no_map"))
    if ranked:
        story.table("top", [_top_row(story, one) for one in sheet.top_risks], note="top")


def _top_row(story: Story, one: RiskAsset) -> dict[str, Value | Cell]:
    grade: Value | Cell = None
    if one.grade is not None:
        scale = next((scale for scale in story.sheet.scales if scale.code == one.scale), None)
        grade = grade_name(story, scale, one.grade) if scale and one.grade in scale.grades else one.grade
    stop = story.say("words.stop") if story.language == "ja" else "; "
    reasons = stop.join(story.pick(reason).rstrip("。.") for reason in one.reasons)
    return {
        "rank": one.rank, "owner": story.owner(one.owner),
        "asset": one.name or one.number, "class": story.name(one.asset_class), "grade": grade,
        "likelihood": number(one.likelihood * 100, 2), "consequence": number(one.consequence_yen / 1e6, 0),
        "loss": _wrapped(story, one.yen_per_year, 1e6, 2),
        WIDE: reasons + story.say("words.stop") if reasons else None,
    }  # fmt: skip
