"""Detours of bridges on a small network that can be drawn by hand."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gunmane.core.errors import GunmaneError
from gunmane.core.plan.choices.bridges import bridges as bridge_choices
from gunmane.core.plan.costs import CostBook
from gunmane.core.plan.labels import Labels
from gunmane.core.plan.options import REMOVE
from gunmane.core.plan.roads import edges_near, roads_of, with_detours
from gunmane.core.plan.scenarios import plan_region
from gunmane.core.stock import Stock
from gunmane.core.words import Scale
from gunmane.files.roads import read_roads

KM = 1000 / 111_195  # degrees of latitude

# A square of 1 km sides (nodes 0 to 3) and a dead end from 3 to 4.
LON = [137.0, 137.0 + KM, 137.0 + KM, 137.0, 137.0]
LAT = [35.0, 35.0, 35.0 + KM, 35.0 + KM, 35.0 + 2 * KM]
EDGES = [(0, 1, 1000.0), (1, 2, 1000.0), (2, 3, 1000.0), (3, 0, 1000.0), (3, 4, 1000.0)]


def test_a_bridge_lies_on_the_nearest_edge_or_on_none() -> None:
    roads = roads_of(LON, LAT, EDGES, "d")
    lon = np.array([137.0 + KM / 2, 137.0, 137.0, 138.0])
    lat = np.array([35.0 + KM * 0.02, 35.0 + KM * 0.4, 35.0 + KM * 1.7, 35.0])
    assert edges_near(roads, lon, lat).tolist() == [0, 3, 4, -1]
    assert edges_near(roads_of([], [], [], "d"), lon, lat).tolist() == [-1] * 4


def test_detours_replace_what_the_ledger_lacks(
    bridges: Callable[..., Stock], book: CostBook, scales: dict[str, Scale]
) -> None:
    stock = bridges(
        [3, 3, 3], lon=np.array([137.0 + KM / 2, 137.0, 139.0]), lat=np.array([35.0, 35.0 + KM * 1.5, 35.0]),
        detour_km=np.array([np.nan, np.nan, 7.0]), traffic_per_day=10.0, emergency=0, row=np.arange(3),
    )  # fmt: skip
    found, computed = with_detours(stock, roads_of(LON, LAT, EDGES, "d"))
    assert computed.tolist() == [True, True, False]
    # Round the square it is 3 km instead of 1; the dead end has no way round; the third is not on the network.
    assert found.detour_km.tolist() == [2.0, np.inf, 7.0]
    assert found.sole_access_homes.tolist() == [0, -1, -1]
    plan = plan_region(found, book, scales, computed)
    assert plan.candidates == 1
    labels = Labels({"measure": MEASURES}, {"measure": MEASURES})
    said = bridge_choices(plan, book, ["一", "二", "三"], labels)
    assert "2橋について計算" in said[-1].reason.ja
    if len(said) > 1:
        assert any(value.label.ja == "迂回距離(道路網による計算)" for value in said[0].inputs)


def test_two_ways_over_one_river_do_not_both_go(
    bridges: Callable[..., Stock], book: CostBook, scales: dict[str, Scale]
) -> None:
    # Opposite sides of the square: each has the other as its way round.
    stock = bridges(
        [3, 3], lon=np.array([137.0 + KM / 2, 137.0 + KM / 2]), lat=np.array([35.0, 35.0 + KM]),
        traffic_per_day=5.0, emergency=0, row=np.arange(2),
    )  # fmt: skip
    roads = roads_of(LON[:4], LAT[:4], EDGES[:4], "d")
    found, computed = with_detours(stock, roads)
    apart = plan_region(found, book, scales, computed)
    plan = plan_region(found, book, scales, computed, roads)
    assert (apart.merged.plan.measure == REMOVE).sum() == 2
    assert (plan.merged.plan.measure == REMOVE).sum() == 1
    assert plan.crossings is not None
    assert plan.crossings.proved
    held = int(np.flatnonzero(plan.crossings.held)[0])
    assert plan.crossings.because == {held: (1 - held,)}
    labels = Labels({"measure": MEASURES}, {"measure": MEASURES})
    said = [one for one in bridge_choices(plan, book, ["一", "二"], labels) if one.code.startswith("bridge.held")]
    assert [one.subject.ja for one in said] == ["一二"[held]]
    assert "一二"[1 - held] in said[0].reason.ja


MEASURES = {name: name for name in ("maintain", "repair", "replace", "downsize", "merge", "remove")}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"lon": [1], "lat": [], "edges": []}', "bad_graph"),
        ('{"lon": [1], "lat": [1], "edges": [[0, 3, 1]]}', "bad_graph"),
        ("no json", "bad_graph"),
    ],
)
def test_networks_that_cannot_be_used_are_refused(text: str, code: str, tmp_path: Path) -> None:
    (tmp_path / "roads.json").write_text(text)
    with pytest.raises(GunmaneError) as caught:
        read_roads(tmp_path / "roads.json")
    assert caught.value.code == code
    with pytest.raises(GunmaneError, match="no_such_file"):
        read_roads(tmp_path / "none.json")


def test_a_network_is_read(tmp_path: Path) -> None:
    (tmp_path / "roads.json").write_text('{"lon": [137, 137.1], "lat": [35, 35.1], "edges": [[0, 1, 900]]}')
    roads = read_roads(tmp_path / "roads.json")
    assert (roads.graph.nodes, roads.length_m.tolist(), len(roads.digest)) == (2, [900.0], 64)
