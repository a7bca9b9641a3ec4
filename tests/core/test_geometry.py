"""Vector tiles: decoded by an independent reader (GDAL) they give back what went in."""

from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gunmane.core import geometry

TILE = (14, 14547, 6452)  # near Shiroishi
WEST, SOUTH, EAST, NORTH = geometry.tile_bounds(*TILE)
inside = st.tuples(st.floats(WEST, EAST), st.floats(SOUTH, NORTH))


def read(data: bytes, folder: Path) -> tuple[list[shapely.Geometry], dict[str, list[object]]]:
    """Read a tile with GDAL."""
    path = folder / f"{TILE[0]}-{TILE[1]}-{TILE[2]}.mvt"
    path.write_bytes(data)
    meta, _, shapes, columns = pyogrio.raw.read(path, layer="assets")
    return list(shapely.from_wkb(shapes)), {n: list(c) for n, c in zip(meta["fields"], columns, strict=True)}


@given(st.lists(st.integers(0, 2**35 - 1)))
def test_varints_decode_to_what_went_in(values: list[int]) -> None:
    data, ends = geometry.varints(np.array(values, dtype=np.int64))
    found, number, shift = [], 0, 0
    for byte in data:
        number |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            found.append(number)
            number, shift = 0, 0
    assert found == values
    assert len(data) == (ends[-1] if values else 0)


@given(st.lists(st.integers(-(2**30), 2**30)))
def test_zigzag_keeps_small_numbers_small(values: list[int]) -> None:
    packed = geometry.zigzag(np.array(values, dtype=np.int64)).tolist()
    assert packed == [2 * v if v >= 0 else -2 * v - 1 for v in values]


@given(st.integers(0, 20), st.floats(-179.9, 179.9), st.floats(-84, 84))
def test_a_place_lies_in_the_tile_that_covers_it(zoom: int, lon: float, lat: float) -> None:
    world = geometry.to_tile(np.array([[lon, lat]]), 0, 0, 0)[0] / geometry.EXTENT * 2**zoom
    x, y = (int(min(v, 2**zoom - 1)) for v in world)
    west, south, east, north = geometry.tile_bounds(zoom, x, y, buffer=2 / geometry.EXTENT * 2**zoom)
    assert west <= lon <= east
    assert south <= lat <= north


@pytest.mark.parametrize("tile", [(-1, 0, 0), (3, 8, 0), (3, 0, -1), (25, 0, 0)])
def test_a_tile_that_does_not_exist_is_refused(tile: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="no tile"):
        geometry.tile_bounds(*tile)


def test_an_independent_reader_finds_points_lines_and_properties(tmp_path: Path) -> None:
    middle = shapely.Point((WEST + EAST) / 2, (SOUTH + NORTH) / 2)
    line = shapely.LineString([(WEST, SOUTH), (EAST, SOUTH), (EAST, NORTH)])
    both = shapely.MultiLineString([[(WEST, SOUTH), (EAST, NORTH)], [(WEST, NORTH), (EAST, SOUTH)]])
    shapes = [middle, line, both, shapely.box(WEST, SOUTH, EAST, NORTH)]
    data = geometry.encode_layer(
        "assets",
        [shapely.to_wkb(shape) for shape in shapes],
        {"band": [5, 1, 2, 3], "name": ["橋", None, "管", "処理場"], "loss": [1.5, 2.0, 3.0, 4.0]},
        TILE,
    )
    found, columns = read(data, tmp_path)
    assert [shape.geom_type.removeprefix("Multi") for shape in found] == ["Point", *["LineString"] * 4]
    assert columns["band"] == [5, 1, 2, 2, 3]
    assert columns["name"][0] == "橋"
    assert columns["loss"] == [1.5, 2.0, 3.0, 3.0, 4.0]
    # GDAL answers in Web Mercator metres
    west, _, east, _ = geometry.tile_bounds(*TILE)
    x = found[0].geoms[0].x if found[0].geom_type == "MultiPoint" else found[0].x
    assert x == pytest.approx((west + east) / 2 / 180 * 20037508.342789244, abs=0.5)


def test_a_long_line_is_cut_at_the_tile_and_an_outside_one_left_out(tmp_path: Path) -> None:
    width = EAST - WEST
    long = shapely.LineString([(WEST - 50 * width, SOUTH + 1e-4), (EAST + 50 * width, SOUTH + 1e-4)])
    away = shapely.LineString([(WEST + 10 * width, SOUTH), (WEST + 11 * width, SOUTH)])
    data = geometry.encode_layer("assets", [shapely.to_wkb(long), shapely.to_wkb(away)], {"n": [1, 2]}, TILE)
    found, columns = read(data, tmp_path)
    assert columns["n"] == [1]
    tile_metres = 2 * 20037508.342789244 / 2 ** TILE[0]
    # GDAL cuts away the buffer that we keep for drawing
    assert found[0].length == pytest.approx(tile_metres, rel=0.001)
    assert len(data) < 100


@given(st.lists(inside, min_size=1, max_size=30))
def test_points_come_back_within_half_a_unit(places: list[tuple[float, float]]) -> None:
    units = geometry.to_tile(np.array(places), *TILE)
    assert units.min() >= 0
    assert units.max() <= geometry.EXTENT


def test_an_empty_layer_is_an_empty_tile() -> None:
    assert geometry.encode_layer("assets", [], {}, TILE) == b""


def test_points_given_in_the_tiles_coordinates_are_the_same_as_given_by_their_places(tmp_path: Path) -> None:
    places = [(WEST + (EAST - WEST) * k / 7, SOUTH + (NORTH - SOUTH) * k / 9) for k in range(1, 6)]
    properties = {"n": [1, 2**40, -3, 0, None], "name": ["橋", None, "a", "b", "橋"]}
    by_place = geometry.encode_layer("assets", list(shapely.to_wkb(shapely.points(places))), properties, TILE)
    points = geometry.to_tile(np.array(places), *TILE)
    assert geometry.encode_points("assets", points, properties) == by_place
    _, columns = read(by_place, tmp_path)
    assert columns["name"] == ["橋", None, "a", "b", "橋"]
    assert columns["n"][:4] == [1, 2**40, -3, 0]
    assert geometry.encode_points("assets", points[:0], {"n": []}) == b""
