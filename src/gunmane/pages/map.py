"""The map of a region: cells as circles far out, where to look first."""

import math
from collections import OrderedDict

import numpy as np

from gunmane.core.geometry import EXTENT, encode_points
from gunmane.store import overview as store
from gunmane.store.overview import RiskFilter
from gunmane.store.query import ReadConn

CELLS_ACROSS = 6
"""A tile shows up to 2^6 by 2^6 cells, 8 pixels each on the screen."""


def cell_centre(x: int, y: int, level: int) -> tuple[float, float]:
    """Return longitude and latitude of a cell's centre."""
    side = 1 << level
    latitude = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * (y + 0.5) / side))))
    return (x + 0.5) / side * 360 - 180, latitude


MOST_BYTES = 32 * 2**20
"""Tiles of cells that a process keeps; the one unused longest goes first."""

_kept: OrderedDict[bytes, bytes] = OrderedDict()
_bytes = 0


async def kept_tile(conn: ReadConn, wanted: RiskFilter, tile: tuple[int, int, int]) -> bytes:
    """Return a tile of cells, as kept of an earlier visit that saw the same of the same computation.

    The key holds the consents that bind the transaction and which computation's cells lie there (`overview.seen`), so
    that a revoked consent or a new computation leads to another tile at once.
    """
    global _bytes  # noqa: PLW0603 (the size of what is kept, in this process)
    owners = [str(one) for one in wanted.owners]
    key = await store.seen(conn, wanted.owners) + repr((tile, owners, wanted.asset_class, wanted.band)).encode()
    found = _kept.get(key)
    if found is None:
        found = await cell_tile(conn, wanted, tile)
        if key not in _kept:  # another visit may have drawn it meanwhile
            _bytes += len(key) + len(found)
    _kept[key] = found
    _kept.move_to_end(key)
    while _bytes > MOST_BYTES:
        old, gone = _kept.popitem(last=False)
        _bytes -= len(old) + len(gone)
    return found


async def cell_tile(conn: ReadConn, wanted: RiskFilter, tile: tuple[int, int, int]) -> bytes:
    """Encode the cells of a tile as points with the number of assets and the highest class of loss."""
    zoom, x, y = tile
    level = min(max(zoom + CELLS_ACROSS, store.COARSEST_LEVEL), store.FINEST_LEVEL)
    across = 1 << level - zoom
    columns, rows = (range(at * across, (at + 1) * across) for at in (x, y))
    cells = await store.cells_of_tile(conn, wanted, level, columns, rows)
    # Cells divide a tile evenly: their centres are whole numbers of its own coordinates.
    places = np.array([cells.x, cells.y], dtype=np.int64).T - (columns.start, rows.start)
    points = places * (EXTENT // across) + EXTENT // across // 2
    return encode_points("cells", points, {"n": cells.n, "band": cells.band})


def first_view(extent: tuple[int, int, int, int] | None, level: int = 12) -> list[float] | None:
    """Return west, south, east, north in degrees that hold all assets; None when none is located."""
    if extent is None:
        return None
    west, north, east, south = extent
    low = cell_centre(west, south, level)
    high = cell_centre(east, north, level)
    half = 180 / (1 << level)
    return [low[0] - half, low[1] - half, high[0] + half, high[1] + half]
