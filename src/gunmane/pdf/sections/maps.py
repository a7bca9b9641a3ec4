"""Maps of the region by risk."""

from collections.abc import Sequence
from dataclasses import replace

from gunmane.core.plan.findings import MapLayer
from gunmane.pdf.blocks import Beside
from gunmane.pdf.charts.maps import Area, Map, Shape
from gunmane.pdf.figure import Figure
from gunmane.pdf.layout import Block
from gunmane.pdf.story import Story

PINS = 10
"""Top assets numbered on the map."""


def overview(story: Story, key: str, *, pins: bool) -> Figure:
    """Add a map of all classes."""
    layers = [layer for layer in story.sheet.layers if layer.shapes]
    return _figure(story, key, key, layers, story.say(f"figures.{key}"), pins=pins, add=True)


def by_class(story: Story) -> None:
    """Add a map of each class that has rated assets, two beside each other; one class alone is on the map of all."""
    layers = [layer for layer in story.sheet.layers if any(shape.risk for shape in layer.shapes)]
    if len(layers) < 2:
        return
    run = story.span("figure", f"class_map.{layers[0].asset_class}", f"class_map.{layers[-1].asset_class}")
    story.para(story.say("texts.class_maps", figure=run), keep_next=True)
    stacks: list[list[Block]] = []
    for layer in layers:
        name = story.name(layer.asset_class)
        title = story.say("figures.class_map", **{"class": name})
        stacks.append([
            _figure(story, "class_map", f"class_map.{layer.asset_class}", [layer], title, pins=False, add=False)
        ])  # fmt: skip
    for index in range(0, len(stacks), 2):
        pair = stacks[index : index + 2]
        story.items.append(Beside(pair if len(pair) == 2 else [pair[0], []]))


def missing(story: Story, layers: Sequence[MapLayer]) -> str:
    """Say how many assets are not on the map, and why."""
    unlocated = sum(layer.unlocated for layer in layers)
    left_out = sum(layer.left_out for layer in layers)
    parts: list[str] = []
    if unlocated:
        parts.append(story.say("texts.unlocated", count=f"{unlocated:,}"))
    if left_out:
        parts.append(story.say("texts.left_out", count=f"{left_out:,}"))
    return ("" if story.language == "ja" else " ").join(parts)


def _owners_at(story: Story, layers: Sequence[MapLayer]) -> list[tuple[str, float, float]]:
    """Return each owner's name over the middle of its assets: half of them lie west of it, most of them below."""
    places: dict[str, list[tuple[float, float]]] = {}
    for layer in layers:
        for shape in layer.shapes:
            if shape.owner and shape.vertices:
                places.setdefault(shape.owner, []).append(shape.vertices[0])
    named: list[tuple[str, float, float]] = []
    for owner, found in sorted(places.items()):
        lons, lats = sorted(lon for lon, _ in found), sorted(lat for _, lat in found)
        named.append((story.owner(owner), lons[len(lons) // 2], lats[len(lats) * 49 // 50]))
    return named


def _figure(
    story: Story, key: str, name: str, layers: Sequence[MapLayer], title: str, *, pins: bool, add: bool
) -> Figure:
    shapes = [Shape(shape.vertices, shape.risk) for layer in layers for shape in layer.shapes]
    tops = [one for one in story.sheet.top_risks[:PINS] if one.lon is not None and one.lat is not None]
    chart = Map(
        shapes,
        [Area(story.owner(one.owner), one.rings) for one in story.sheet.outlines],
        [(str(one.rank), one.lon or 0.0, one.lat or 0.0) for one in tops] if pins else [],
        story.texts.items("words.legend"),
        story.say("words.risk"),
        story.say("words.north"),
        story.say("words.outside"),
        () if story.sheet.outlines else _owners_at(story, layers),
    )
    names = "、".join(story.name(layer.asset_class) for layer in layers)
    alt = story.say("alts.map", **{"class": names, "count": f"{len(shapes):,}"})
    made = story.figure(key, chart, alt=alt, title=title, name=name, add=add)
    extra = missing(story, layers)
    sources = sorted({one.source for one in story.sheet.outlines if one.source})
    gap, stop = ("", "。") if story.language == "ja" else (" ", ".")
    if extra or sources:
        borders = "".join(f"{gap}{source}{stop}" for source in sources)
        made.labels = replace(made.labels, source=made.labels.source + gap + extra + borders)
    return made
