"""The plan's numbers as a workbook and as a geographic package; equal sheets give equal bytes.

Equal bytes hold for one version of the libraries. Septic systems appear by district only.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
import xlsxwriter
from pyogrio import raw

from gunmane.core.plan.formats import pick
from gunmane.core.plan.nouns import CLASSES, COLUMNS, MEASURES, STATUSES
from gunmane.core.plan.sheet import PlanSheet
from gunmane.core.plan.values import Column, Text
from gunmane.core.words import Language
from gunmane.files.reference import texts
from gunmane.files.writing import FIXED_DAY, STORED_CRS

Cell = str | float | int | None
Table = tuple[str, list[str], list[list[Cell]]]
MESH = (45 / 3600, 30 / 3600)
"""Width and height in degrees of a third-order mesh (JIS X 0410)."""


def write_workbook(path: Path, sheet: PlanSheet, language: Language) -> None:
    """Write the plan's tables as worksheets, yen unrounded; unknown is an empty cell."""
    book = xlsxwriter.Workbook(str(path), {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": FIXED_DAY.replace(tzinfo=None), "title": sheet.facts.region})
    head = book.add_format({"bold": True, "bg_color": "#DCE6EE", "text_wrap": True, "valign": "top"})
    for name, titles, rows in _tables(sheet, language):
        page = book.add_worksheet(name)
        page.freeze_panes(1, 0)
        for column, title in enumerate(titles):
            page.write_string(0, column, title, head)
            page.set_column(column, column, max(9, min(40, 2 * len(title) + 2)))
        for line, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    page.write_string(line, column, cell)
                elif cell is not None:
                    page.write_number(line, column, cell)
    book.close()


def _tables(sheet: PlanSheet, language: Language) -> Iterator[Table]:
    """Give name, heads and rows of each worksheet."""
    said = texts("deliveries") | {"kinds": texts("plan")["choice_kinds"]}

    def say(table: str, key: str) -> str:
        return pick(Text(said[table][key].ja, said[table][key].en), language)

    def written(text: Text | None) -> str | None:
        return None if text is None else pick(text, language)

    def made(name: str, keys: Sequence[str], rows: list[list[Cell]], more: Sequence[str] = ()) -> Table:
        return say("sheets", name), [*(say("heads", key) for key in keys), *more], rows

    owners = {member.code: member.name for member in sheet.members} | {"": say("words", "region")}
    years = [str(sheet.facts.first_year + k) for k in range(sheet.facts.years)]
    facts = sheet.facts
    yield made("facts", ("item", "value"), [
        [say("words", "name"), facts.region], [say("words", "as_of"), facts.as_of.isoformat()],
        [say("words", "status"), facts.status.value], [say("words", "version"), facts.version],
        [say("words", "run"), facts.run_id], [say("words", "digest"), facts.inputs_digest],
        [say("words", "origin"), say("words", "simulated" if facts.simulated else "real")],
    ])  # fmt: skip
    columns = [pick(COLUMNS[column], language) for column in Column]
    rows: list[list[Cell]] = []
    for row in sheet.compare:
        cells: list[Cell] = [pick(row.label, language), pick(row.unit, language)]
        for value in row.values:
            cells += [None, None, None] if value is None else [value.mid, value.low, value.high]
        rows.append(cells)
    ends = [f"{name}{say('words', end)}" for name in columns for end in ("mid", "low", "high")]
    yield made("compare", ("item", "unit"), rows, ends)
    yield made("programme", ("owner", "class", "measure"), [
        [owners[row.owner], pick(CLASSES[row.asset_class], language), pick(MEASURES[row.measure], language), *row.yen]
        for row in sheet.programme
    ], years)  # fmt: skip
    yield made("owners", ("owner", "alone", "plan", "change"), [
        [owners[row.owner], row.alone_yen, row.plan_yen, row.plan_yen - row.alone_yen] for row in sheet.owner_effects
    ])  # fmt: skip
    yield made("choices", ("kind", "owner", "subject", "verdict", "proposal", "reason", "sensitivity", "rule",
                           "source", "status", "saves"), [
        [say("kinds", row.kind), owners.get(row.owner, row.owner), written(row.subject), say("verdicts", row.verdict),
         written(row.proposal), written(row.reason), written(row.sensitivity), written(row.rule), row.source,
         pick(STATUSES[row.status], language), row.saves_yen]
        for row in sheet.choices
    ])  # fmt: skip
    yield made("works", ("owner", "class", "number", "name", "built", "length", "grade", "inspected", "measure",
                         "year", "yen", "reason", "lon", "lat"), [
        [owners[row.owner], pick(CLASSES[row.asset_class], language), row.number, row.name, row.built_year,
         row.length_m, row.grade, row.inspected, pick(MEASURES[row.measure], language), row.year, row.yen,
         written(row.reason), row.lon, row.lat]
        for row in sheet.works
    ])  # fmt: skip
    yield made("septic", ("owner", "mesh", "count", "old", "unknown_age"), [
        [owners[row.owner], row.mesh or say("words", "others"), row.count, row.old, row.unknown_age]
        for row in sheet.septic
    ])  # fmt: skip
    yield made("indicators", ("item", "definition", "unit", "now", "reference", "in_1", "in_3", "in_5", "in_10"), [
        [written(row.label), written(row.definition), written(row.unit), row.now, row.reference, *row.targets]
        for row in sheet.indicators
    ])  # fmt: skip
    yield made("assumptions", ("item", "value", "unit", "source", "year", "status"), [
        [written(row.label), row.value, written(row.unit), row.source, row.year, pick(STATUSES[row.status], language)]
        for row in sheet.assumptions
    ])  # fmt: skip
    yield made("overrides", ("owner", "subject", "chosen", "proposed", "reason", "note", "by", "day", "conflict",
                             "yen"), [
        [owners.get(row.owner, row.owner), written(row.subject), written(row.chosen), written(row.proposed),
         written(row.reason), row.note, row.by, row.on.isoformat(), written(row.conflict), row.yen]
        for row in sheet.overrides
    ])  # fmt: skip
    yield made("cases", ("case", "total", "contracts", "hours", "measures", "undone", "bad_left", "risk",
                         "per_resident", "note"), [
        [written(row.label), row.total_yen, row.contracts, row.hours, row.measures, row.undone, row.bad_left,
         row.risk_yen, row.per_resident, written(row.note)]
        for row in sheet.cases
    ])  # fmt: skip
    yield made("shares", ("owner", "alone", "equal", "by_stock", "by_population", "benefit", "worse"), [
        [owners[row.owner], row.alone_yen, row.equal, row.stock, row.population, row.benefit, ", ".join(row.worse)]
        for row in sheet.shares
    ])  # fmt: skip
    yield made("owner_indicators", ("item", "owner", "unit", "value", "in_region", "prefecture", "nation",
                                    "source"), [
        [written(row.label), owners[row.owner], written(row.unit), row.value, row.region, row.prefecture, row.nation,
         row.source]
        for row in sheet.owner_indicators
    ])  # fmt: skip


def write_package(path: Path, sheet: PlanSheet, language: Language) -> None:
    """Write owners, works and decisions (points), septic districts (squares), JGD2011; empty layers are left out.

    The septic squares that gather few systems have no place and are not in it.
    """
    path.unlink(missing_ok=True)
    owners = {member.code: member.name for member in sheet.members}
    works = [row for row in sheet.works if row.lon is not None and row.lat is not None]
    choices = [row for row in sheet.choices if row.lon is not None and row.lat is not None]
    meshes = [row for row in sheet.septic if row.west is not None and row.south is not None]
    today = FIXED_DAY.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    # GDAL asks for a driver by the file's name: a partial file is written under a whole one.
    whole = path.with_suffix(".gpkg") if path.suffix != ".gpkg" else path
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": today, "OGR_SQLITE_SYNCHRONOUS": "OFF"})
    try:
        _layer(whole, "owners", None, sheet.members, {
            "code": lambda one: one.code, "name": lambda one: one.name, "kind": lambda one: one.kind.value,
            "population": lambda one: one.population,
        })  # fmt: skip
        _layer(whole, "works", _points(works), works, {
            "owner": lambda one: owners.get(one.owner, one.owner), "class": lambda one: one.asset_class.value,
            "number": lambda one: one.number, "name": lambda one: one.name or "",
            "measure": lambda one: one.measure.value, "year": lambda one: one.year, "yen": lambda one: one.yen,
            "reason": lambda one: pick(one.reason, language),
        })  # fmt: skip
        _layer(whole, "choices", _points(choices), choices, {
            "kind": lambda one: one.kind, "owner": lambda one: owners.get(one.owner, one.owner),
            "subject": lambda one: pick(one.subject, language), "verdict": lambda one: one.verdict.value,
            "proposal": lambda one: pick(one.proposal, language), "saves_yen": lambda one: one.saves_yen,
        })  # fmt: skip
        _layer(whole, "septic", _squares([(one.west or 0.0, one.south or 0.0) for one in meshes]), meshes, {
            "owner": lambda one: owners.get(one.owner, one.owner), "mesh": lambda one: one.mesh,
            "count": lambda one: one.count, "old": lambda one: one.old, "unknown_age": lambda one: one.unknown_age,
        })  # fmt: skip
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None, "OGR_SQLITE_SYNCHRONOUS": None})
    if whole != path:
        whole.replace(path)


def _points(rows: Sequence[Any]) -> Any:
    return shapely.points(np.array([(one.lon, one.lat) for one in rows], dtype=np.float64).reshape(-1, 2))


def _squares(corners: Sequence[tuple[float, float]]) -> Any:
    west, south = np.array(corners, dtype=np.float64).reshape(-1, 2).T
    return shapely.box(west, south, west + MESH[0], south + MESH[1])


def _layer(path: Path, name: str, shapes: Any, rows: Sequence[Any], fields: dict[str, Callable[[Any], Cell]]) -> None:
    """Append one layer; a column is of numbers when all its known values are."""
    if not rows:
        return
    columns: list[np.ndarray] = []
    for read in fields.values():
        values = [read(one) for one in rows]
        if any(isinstance(value, str) for value in values):
            columns.append(np.array(values, dtype=object))
        else:
            columns.append(np.array([np.nan if value is None else float(value) for value in values]))
    raw.write(
        str(path), None if shapes is None else shapely.to_wkb(shapes), columns, list(fields), layer=name,
        driver="GPKG", geometry_type=None if shapes is None else "Polygon" if name == "septic" else "Point",
        crs=None if shapes is None else STORED_CRS, append=path.exists(),
    )  # fmt: skip
