"""Homes from GIS files: named and found columns, bare buildings, meshes, and what cannot be read."""

import json
from pathlib import Path
from typing import Any

import pytest

from gunmane.core.errors import GunmaneError
from gunmane.files.homes import read_homes


def layer(path: Path, rows: list[tuple[dict[str, Any], Any]]) -> Path:
    features = [
        {"type": "Feature", "properties": row, "geometry": {"type": "Point", "coordinates": shape}
         if isinstance(shape[0], float) else {"type": "Polygon", "coordinates": [shape]}}
        for row, shape in rows
    ]  # fmt: skip
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def test_homes_come_before_people_and_near_places_are_gathered(tmp_path: Path) -> None:
    path = layer(tmp_path / "a.geojson", [
        ({"世帯数": "3", "人口": 8}, [137.00011, 35.00011]), ({"世帯数": "4", "人口": 9}, [137.0002, 35.0002]),
        ({"世帯数": "", "人口": 9}, [137.5, 35.5]),
    ])  # fmt: skip
    found = read_homes(path)
    assert (found.unit, found.count, found.lon) == ("homes", (7.0,), (137.0005,))
    people = read_homes(path, "人口", "統計")
    assert (people.unit, sum(people.count), people.source) == ("people", 26.0, "統計")
    assert people.digest != found.digest


def test_a_mesh_counts_at_its_middle_and_buildings_count_one_each(tmp_path: Path) -> None:
    square = [[137.0, 35.0], [137.01, 35.0], [137.01, 35.01], [137.0, 35.01], [137.0, 35.0]]
    mesh = read_homes(layer(tmp_path / "m.geojson", [({"PTN_2020": 120.5}, square)]))
    assert (mesh.unit, mesh.count) == ("people", (120.5,))
    assert mesh.lon[0] == pytest.approx(137.005, abs=0.001)
    houses = read_homes(layer(tmp_path / "h.geojson", [({"fid": 1}, square), ({"fid": 2}, square)]))
    assert (houses.unit, sum(houses.count)) == ("buildings", 2.0)


@pytest.mark.parametrize(
    ("column", "value", "fault"),
    [("戸籍", 1, "only_columns"), ("人口", "たくさん", "not_a_count"), ("人口", -1, "not_a_count"),
     ("人口", 0, "nothing_located")],
)  # fmt: skip
def test_what_cannot_be_counted_is_refused(tmp_path: Path, column: str, value: Any, fault: str) -> None:
    path = layer(tmp_path / "x.geojson", [({"人口": value}, [137.0, 35.0])])
    with pytest.raises(GunmaneError) as caught:
        read_homes(path, column)
    assert (caught.value.code, [one.code for one in caught.value.faults]) == ("no_homes", [fault])
