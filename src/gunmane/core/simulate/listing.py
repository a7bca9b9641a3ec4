"""The region file that names all simulated files."""

import json
from collections.abc import Sequence

from msgspec import Struct

from gunmane.core.simulate.parameters import Layout, Parameters
from gunmane.core.simulate.region import Member
from gunmane.core.words import AssetClass

BOUNDARIES = "simulated-boundaries.geojson"
ROADS = "simulated-roads.json"
HOMES = "simulated-homes.geojson"


class Entry(Struct, frozen=True):
    """One file of an owner as `region.toml` names it."""

    section: str  # ledgers | inspections | repairs
    path: str
    asset_class: AssetClass
    layout: Layout
    duty: str = ""


def region_toml(
    told: Parameters, group: list[Member], entries: dict[int, list[Entry]], seed: int, files: Sequence[str]
) -> str:
    """Return the region file, `files` being those beside the ledgers; JSON strings are valid TOML strings."""
    lines = [
        "# simulated: nothing in this file or in the files it names is real",
        "[region]",
        f"name = {_quote(told.region)}",
        "simulated = true",
        f"seed = {seed}",
        f"as_of = {told.as_of.isoformat()}",
    ]
    if ROADS in files:
        lines += [f"roads = {_quote(ROADS)}"]
    if HOMES in files:
        lines += [f"homes = {_quote(HOMES)}", 'homes_source = "架空の人口(simulated)"']
    if BOUNDARIES in files:
        lines += [f"boundaries = {_quote(BOUNDARIES)}", f"boundaries_source = {_quote(told.place.boundaries)}"]
    for member in group:
        habits = member.parameters
        lines += ["", "[[owners]]", f"code = {_quote(member.code)}", f"name = {_quote(habits.name)}"]
        lines += [f"kind = {_quote(str(habits.kind))}", "simulated = true"]
        lines += [f"population = {habits.population}"] if habits.population is not None else []
        lines += [f"area_km2 = {habits.area_km2}"] if habits.area_km2 is not None else []
        lines += ["engineers = {" + ", ".join(f" {name} = {n}" for name, n in habits.engineers.items()) + " }"]
        for section in ("ledgers", "inspections", "repairs"):
            for entry in entries[member.position]:
                if entry.section == section:
                    lines += _entry_lines(entry)
    return "\n".join(lines) + "\n"


def _entry_lines(entry: Entry) -> list[str]:
    layout = entry.layout
    lines = [f"[[owners.{entry.section}]]", f"path = {_quote(entry.path)}", f'asset_class = "{entry.asset_class}"']
    if entry.duty:
        lines += [f"duty = {_quote(entry.duty)}"]
    if layout.kind == "shape" and not layout.prj:
        lines += [f"crs = {_quote(layout.crs)}", f"encoding = {_quote(layout.encoding)}"]
    if layout.kind == "xlsx" and layout.sheet:
        lines += [f"sheet = {_quote(layout.sheet)}"]
    return lines


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
