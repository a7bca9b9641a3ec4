"""Boundaries for maps out of GIS files."""

import json
from pathlib import Path

import pytest
from tests.outside import DATA, needs

from gunmane.core.errors import GunmaneError
from gunmane.files.boundaries import N03, read_boundaries

OWNERS = [("042064", "白石市"), ("041009", "仙台市"), ("water", "水道企業団")]


def write(path: Path, names: tuple[str, str], crs: int | None = None) -> None:
    ring = [[140.6, 38.0], [140.7, 38.0], [140.7, 38.1], [140.6, 38.1], [140.6, 38.0]]
    if crs is not None:
        ring = [[x * 1000, y * 1000] for x, y in [(-20, -220), (-10, -220), (-10, -210), (-20, -210), (-20, -220)]]
    feature = {
        "type": "Feature",
        "properties": {names[0]: "白石市", names[1]: "04206"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    whole: dict[str, object] = {"type": "FeatureCollection", "features": [feature]}
    if crs is not None:
        whole["crs"] = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{crs}"}}
    path.write_text(json.dumps(whole), encoding="utf-8")


def test_national_land_data_are_credited_as_their_terms_ask(tmp_path: Path) -> None:
    write(tmp_path / "a.geojson", ("N03_004", "N03_007"))
    found = read_boundaries(tmp_path / "a.geojson", OWNERS)
    assert [(one.owner, one.source) for one in found.outlines] == [("042064", N03)]
    assert read_boundaries(tmp_path / "a.geojson", OWNERS, "自市の図").outlines[0].source == "自市の図"


def test_plane_coordinates_are_moved_to_longitude_and_latitude(tmp_path: Path) -> None:
    write(tmp_path / "a.geojson", ("name", "code"), crs=6678)  # zone X: origin 140°50′E, 40°N
    (found,) = read_boundaries(tmp_path / "a.geojson", OWNERS).outlines
    longitudes, latitudes = zip(*found.rings[0], strict=True)
    assert 140.59 < min(longitudes) < max(longitudes) < 140.73
    assert 38.01 < min(latitudes) < max(latitudes) < 38.12
    assert found.source == "a.geojson"


def test_the_digest_follows_bytes_and_owners(tmp_path: Path) -> None:
    write(tmp_path / "a.geojson", ("N03_004", "N03_007"))
    write(tmp_path / "b.geojson", ("N03_003", "N03_007"))
    first = read_boundaries(tmp_path / "a.geojson", OWNERS).digest
    assert read_boundaries(tmp_path / "a.geojson", OWNERS).digest == first
    assert read_boundaries(tmp_path / "b.geojson", OWNERS).digest != first
    assert read_boundaries(tmp_path / "a.geojson", OWNERS[:1]).digest != first


def test_a_file_without_the_owners_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "a.geojson", ("name", "code"))
    with pytest.raises(GunmaneError, match="no_boundaries"):
        read_boundaries(tmp_path / "a.geojson", OWNERS[1:])
    (tmp_path / "b.geojson").write_text("nothing")
    with pytest.raises(GunmaneError, match="not_readable"):
        read_boundaries(tmp_path / "b.geojson", OWNERS)


@needs("jp-municipality")
def test_the_real_areas_of_miyagi() -> None:
    found = read_boundaries(DATA / "jp-municipality" / "boundaries" / "N03-21_04_210101.geojson", OWNERS)
    assert [one.owner for one in found.outlines] == ["042064", "041009"]
    assert all(len(ring) >= 4 for one in found.outlines for ring in one.rings)
    assert sum(len(ring) for one in found.outlines for ring in one.rings) > 200
