"""The map of a region: cells as circles far out, where to look first."""

import math

import shapely

from gunmane.core.geometry import encode_layer
from gunmane.store import overview as store
from gunmane.store.overview import Cell, RiskFilter
from gunmane.store.query import ReadConn

CELLS_ACROSS = 6
"""A tile shows up to 2^6 by 2^6 cells, 8 pixels each on the screen."""


def cell_centre(cell: Cell, level: int) -> tuple[float, float]:
    """Return longitude and latitude of a cell's centre."""
    side = 1 << level
    latitude = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * (cell.y + 0.5) / side))))
    return (cell.x + 0.5) / side * 360 - 180, latitude


async def cell_tile(conn: ReadConn, wanted: RiskFilter, tile: tuple[int, int, int]) -> bytes:
    """Encode the cells of a tile as points with the number of assets and the highest class of loss."""
    zoom, x, y = tile
    level = min(max(zoom + CELLS_ACROSS, store.COARSEST_LEVEL), store.FINEST_LEVEL)
    across = 1 << level - zoom
    columns, rows = (range(at * across, (at + 1) * across) for at in (x, y))
    cells = await store.cells_of_tile(conn, wanted, level, columns, rows)
    points = shapely.to_wkb(shapely.points([cell_centre(cell, level) for cell in cells])) if cells else []
    return encode_layer(
        "cells",
        list(points),
        {"n": [cell.n for cell in cells], "band": [cell.band for cell in cells]},
        tile,
    )


def first_view(extent: tuple[int, int, int, int] | None, level: int = 12) -> list[float] | None:
    """Return west, south, east, north in degrees that hold all assets; None when none is located."""
    if extent is None:
        return None
    west, north, east, south = extent
    low = cell_centre(Cell(west, south, 0, 0, 0.0), level)
    high = cell_centre(Cell(east, north, 0, 0, 0.0), level)
    half = 180 / (1 << level)
    return [low[0] - half, low[1] - half, high[0] + half, high[1] + half]
