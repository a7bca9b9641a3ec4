"""Tables as an owner keeps them: header rows, ledger rows, inspections long or wide, repairs."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gunmane.core.simulate import cells
from gunmane.core.simulate.faults import Spoiled
from gunmane.core.simulate.parameters import Column, Layout
from gunmane.core.simulate.region import Life
from gunmane.core.simulate.stock import Stock
from gunmane.core.simulate.visits import Fate
from gunmane.core.words import Scale

Rows = list[list[str]]
Places = NDArray[np.float64]

TYPED = frozenset({"int", "num", "num1", "num2", "year", "deg"})
"""Forms that a typed column of a geographic file stores as numbers."""

THRESHOLDS = {"crack": (20.0, 40.0, 75.0), "rut": (20.0, 40.0, 60.0), "iri": (3.0, 8.0, 14.0)}
"""Upper limits of the pavement grades I, II and (for drawing only) III: 舗装点検要領 as used in the national pavement
database; crack in %, rut in mm, IRI in mm/m."""


class Sheet(NamedTuple):
    """Rows of one batch, and for geographic files their places (rows, points, lon/lat)."""

    columns: tuple[Column, ...]
    rows: Rows
    places: Places | None = None


def fiscal(time: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the fiscal years of decimal years."""
    return np.floor(time - 0.25).astype(np.int64)


def header(columns: tuple[Column, ...]) -> Rows:
    """Return one header row, or two where a title is divided by "|"; a repeated upper title is written once."""
    if not any("|" in column.title for column in columns):
        return [[column.title for column in columns]]
    upper: list[str] = []
    lower: list[str] = []
    last = ""
    for column in columns:
        above, _, below = column.title.partition("|")
        upper.append("" if above == last and below else above)
        lower.append(below)
        last = above if below else ""
    return [upper, lower]


def ledger(layout: Layout, assets: Stock, fate: Fate, scale: Scale | None) -> Sheet:
    """Write the assets of a batch; fields `last_*` show the latest inspection as some ledgers do."""
    extra = _latest(assets, fate)
    written: list[list[str]] = []
    for column in layout.columns:
        values = extra.get(column.field, assets.columns.get(column.field))
        if values is None:
            raise KeyError(f"layout {layout.code}: no field {column.field}")
        if column.field == "last_grade" and scale is not None:
            written.append(cells.grades(values, scale.grades, scale.code, column.form, layout.missing))
        else:
            written.append(cells.write(values, column.form, layout.missing))
    return Sheet(layout.columns, [list(row) for row in zip(*written, strict=True)], assets.places)


def _latest(assets: Stock, fate: Fate) -> dict[str, NDArray[Any]]:
    n, seen = assets.born.size, fate.inspections
    rank, year = np.full(n, -1), np.full(n, np.nan)
    rank[seen.asset[seen.latest]] = seen.recorded[seen.latest]
    year[seen.asset[seen.latest]] = fiscal(seen.time[seen.latest])
    return {"last_grade": rank, "last_year": year}


def inspections(layout: Layout, life: Life, scale: Scale, years: range) -> Sheet:
    """Write inspections: a row for each, or (layout.wide) a row per asset with one grade column per fiscal year."""
    assets, seen = life.assets, life.fate.inspections
    everything = np.ones(seen.asset.size, dtype=np.bool_)
    keep = {
        "all": everything,
        "latest": seen.latest,
        "earlier": ~seen.latest,
        "periodic": ~seen.initial,
        "initial": seen.initial,
    }[layout.rows]
    asset, rank, noise = seen.asset[keep], seen.recorded[keep], seen.noise[keep]
    if layout.wide:
        return _wide(layout, assets, asset, rank, fiscal(seen.time[keep]), scale, years)
    values: dict[str, NDArray[Any]] = {
        "day": seen.day[keep],
        "year": fiscal(seen.time[keep]),
        "firm": np.array(["架空コンサルタント", "架空設計", "直営"])[(noise[:, 3] * 3).astype(np.int64)],
        "test": np.where(seen.initial[keep], "7条検査", "11条検査"),
        "origin": np.full(asset.size, "simulated"),
    }
    governs = (noise[:, 3] * len(THRESHOLDS)).astype(np.int64)
    for turn, (name, limits) in enumerate(THRESHOLDS.items()):
        values[name] = _measured(noise[:, turn], rank, governs == turn, limits)
    written: list[list[str]] = []
    for column in layout.columns:
        if column.field == "grade":
            written.append(cells.grades(rank, scale.grades, scale.code, column.form, layout.missing))
        elif column.field in values:
            written.append(cells.write(values[column.field], column.form, layout.missing))
        else:
            written.append(cells.write(assets.columns[column.field][asset], column.form, layout.missing))
    return Sheet(layout.columns, [list(row) for row in zip(*written, strict=True)])


def _measured(
    noise: NDArray[np.float64], rank: NDArray[np.int64], governs: NDArray[np.bool_], limits: tuple[float, ...]
) -> NDArray[np.float64]:
    """Return measured values in the band of the recorded grade where this item governs, else in it or a better one.

    The grade of a section is the worst of its three items.
    """
    bounds = np.array([0.0, *limits])
    worst = np.clip(rank, 0, len(limits) - 1)
    spread = noise * (worst + 1)
    band = np.where(governs, worst, spread.astype(np.int64))
    value = bounds[band] + np.where(governs, noise, spread % 1.0) * (bounds[band + 1] - bounds[band])
    return np.floor(value * 10.0) / 10.0


def wide_titles(layout: Layout, years: range) -> tuple[Column, ...]:
    """Return the columns of a wide table: those of the layout, then one per fiscal year."""
    titles = [
        layout.wide.format(
            year=year, era=cells.era(year)[1] + cells.era(year)[2], era_ja="".join(cells.era(year)[::2])
        )
        for year in years
    ]
    return (*layout.columns, *(Column(title, "grade", layout.grade) for title in titles))


def _wide(
    layout: Layout,
    assets: Stock,
    asset: NDArray[np.int64],
    rank: NDArray[np.int64],
    year: NDArray[np.int64],
    scale: Scale,
    years: range,
) -> Sheet:
    listed, row = np.unique(asset, return_inverse=True)
    table = np.full((listed.size, len(years)), -1)
    table[row, year - years.start] = rank
    fixed = [
        cells.write(assets.columns[column.field][listed], column.form, layout.missing) for column in layout.columns
    ]
    graded = [cells.grades(table[:, k], scale.grades, scale.code, layout.grade, "") for k in range(len(years))]
    return Sheet(wide_titles(layout, years), [list(cell) for cell in zip(*fixed, *graded, strict=True)])


def repairs(layout: Layout, assets: Stock, fate: Fate) -> Sheet:
    """Write the recorded repairs, or breaks for classes without a scale."""
    done = fate.repairs
    keep = done.recorded
    asset, before, after = done.asset[keep], done.before[keep], done.after[keep]
    whole = np.where(after == 0, "更新・全面補修", "部分補修")
    values: dict[str, NDArray[Any]] = {
        "day": done.day[keep],
        "year": fiscal(done.time[keep]),
        "work": np.where(before < 0, "漏水修理", whole),
        "cost": done.cost_yen[keep],
        "origin": np.full(asset.size, "simulated"),
    }
    written: list[list[str]] = []
    for column in layout.columns:
        column_values = values[column.field] if column.field in values else assets.columns[column.field][asset]
        written.append(cells.write(column_values, column.form, layout.missing))
    return Sheet(layout.columns, [list(row) for row in zip(*written, strict=True)])


def moved(places: Places | None, spoiled: Spoiled) -> Places | None:
    """Return the places of spoiled rows: duplicates keep their row's place, far points move by degrees."""
    if places is None:
        return None
    shifted = places.copy()
    for row, (east, north) in spoiled.moved.items():
        shifted[row] += (east, north)
    return shifted[spoiled.source]
