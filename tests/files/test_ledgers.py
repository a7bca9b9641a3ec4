"""Whole ledgers in known layouts, coordinate systems, suggestions, and the real files where they are at hand."""

import json
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path

import msgspec
import numpy as np
import pyogrio
import pytest
import shapely
import xlsxwriter
from pyproj import Transformer
from tests import outside

from gunmane.core.errors import GunmaneError
from gunmane.core.ledgers.columns import AssetColumns
from gunmane.core.ledgers.fields import fields_of
from gunmane.core.ledgers.mapping import read_mapping
from gunmane.core.words import AssetClass
from gunmane.files.catalogue import catalogue
from gunmane.files.crs import infer, plane_zone, to_lonlat
from gunmane.files.faults import said
from gunmane.files.ledgers import Ledger, LedgerSource, open_ledger, suggest

AS_OF = date(2026, 4, 1)
real = outside.needs("vt-sewers")
HERE = Path(__file__).parents[1] / "data" / "ledgers"


def source(path: Path, asset_class: str, **options: object) -> LedgerSource:
    return msgspec.convert(
        {"path": str(path), "asset_class": asset_class, **options},
        LedgerSource,
        dec_hook=lambda kind, text: kind(text),
    )


def read(path: Path, asset_class: str, **options: object) -> tuple[Ledger, AssetColumns]:
    """Read a small ledger that fits one chunk."""
    ledger = open_ledger(source(path, asset_class, **options), AS_OF)
    return ledger, next(iter(ledger.chunks()))


@pytest.mark.parametrize("mapping", catalogue().mappings, ids=lambda mapping: mapping.name)
def test_shipped_mappings_are_whole(mapping) -> None:
    assert mapping.match
    assert mapping.title_ja
    assert mapping.title_en
    assert mapping.source
    known = set().union(*(fields_of(one) for one in ([mapping.asset_class] if mapping.asset_class else AssetClass)))
    assert {rule.field for rule in mapping.rules().values()} - {""} <= known
    assert len([other for other in catalogue().mappings if other.name == mapping.name]) == 1


def test_xroad_extract(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(
        "shisetsu_id,shisetsu_bangou,syogen.kasetsu_nendo,syogen.shisetsu.meisyou,syogen.rosen.meisyou,"
        "syogen.kanrisya.meisyou,tenken.kiroku.hantei_kubun\n"
        '"38.00250,140.61990",BR0-042064-00001,1975,一の橋,一号線,白石市,2.0\n'
        '"38.01250,140.62990",BR0-042064-00002,不明,二の橋,一号線,白石市,other\n'
        '"38.02250,140.63990",BR0-043010-00001,不明,三の橋,一号線,蔵王町,3.0\n',
        "utf-8",
    )
    where = {"syogen.kanrisya.meisyou": "白石市"}
    ledger, found = read(path, "bridge", owner_code="042064", where=where)
    assert ledger.reading.mapping_name == "xroad-extract"
    assert found.fields["number"] == ["BR0-042064-00001", "BR0-042064-00002"]
    assert found.ids["coordinate_id"] == ["38.00250,140.61990", "38.01250,140.62990"]
    assert json.loads(found.fields["attributes"][0])["coordinate_id"] == "38.00250,140.61990"
    assert found.fields["south"] == [38.0025, 38.0125]
    assert found.fields["built_precision"] == ["fiscal_year", "unknown"]
    assert found.left_out == 1
    assert found.fields["flags"][0] == ("grade_without_date:grade=2.0",)  # this extract has no date
    assert found.fields["flags"][1] == ()


def test_xroad_download_in_cp932(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    header = (
        "施設名,路線名,架設年度_西暦,橋長(m),径間数,上部工（使用材料）,道路管理者名称,道路管理者_管理事務所名,"
        "起点側位置_緯度,起点側位置_経度,点検記録_点検実施年度,点検記録_判定区分"
    )
    path.write_bytes(
        f"{header}\r\n髙橋①,一号線,1975,12.3,1,鋼橋,白石市,第一,38.0,140.6,2021,Ⅲ\r\n"
        "二の橋,一号線,不明,5,1,RC橋,白石市,第一,38.1,140.6,2020,Ⅰ\r\n".encode("cp932")
    )
    ledger, found = read(path, "bridge", owner_code="042064")
    assert ledger.reading.mapping_name == "xroad-download"
    assert ledger.table.encoding == "cp932"
    assert found.fields["number"] == ["髙橋①/一号線/38.0/140.6".replace("①", "1"), "二の橋/一号線/38.1/140.6"]
    assert found.fields["name"] == ["髙橋①", "二の橋"]
    assert found.fields["material"] == ["steel", "reinforced_concrete"]
    assert found.inspections.inspected_on == [date(2021, 4, 1), date(2020, 4, 1)]
    assert found.inspections.grades == ["III", "I"]


def test_a_prefectures_bridge_list(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_bytes(
        "橋梁点検結果一覧,,,,,,,,,,,,,\r\n令和6年3月末,,,,,,,,,,,,,\r\n"
        'No,橋梁ID,施設名称,ﾌﾘｶﾞﾅ,路線名,管理事務所名,市町村,"位置\n（緯度）","位置\n（経度）",架設年度,'
        '"橋長\n（ｍ）","幅員\n（ｍ）","点検実施\n年度",判定区分\r\n'
        "1,B1,一の橋,ｲﾁﾉﾊｼ,一号線,東部,白石市,38.0,140.6,1975,12.5,4.0,2021,Ⅱ\r\n"
        "2,R6登録予定,二の橋,ﾆﾉﾊｼ,一号線,東部,白石市,38.1,140.6,不明,3.5,4.0,2022,Ⅰ\r\n"
        "合計,,,,,,,,,,16.0,,,\r\n".encode("cp932")
    )
    ledger, found = read(path, "bridge", owner_code="040002")
    assert ledger.reading.mapping_name == "prefecture-bridges"
    assert found.fields["name"] == ["一の橋", "二の橋"]
    assert found.fields["length_m"] == [12.5, 3.5]
    assert found.fields["west"] == [140.6, 140.6]
    assert found.inspections.grades == ["II", "I"]
    assert found.summary_rows == 1
    assert found.rejected == []


def test_the_draft_exchange_standard_of_sewer_pipes(tmp_path: Path) -> None:
    path = tmp_path / "管きょ.csv"
    path.write_text(
        "施設番号,排除区分,竣工年度,管材質,断面形状,呼び径,内法幅,延長,上流土被り,上流マンホール番号,下流マンホール番号\n"
        "P1,02,1980,02,01,250,,35500,1850,M1,M2\nP2,3,1990,8,01,300,,20000,60557000,M2,M3\n"
        "P3,99,不明,99,04,,1500,20000,2000,M3,M4\n",
        "utf-8",
    )
    _, found = read(path, "sewer_pipe", owner_code="232050")
    assert found.fields["material"] == ["hume", "pvc", None]
    assert found.fields["length_m"] == [35.5, 20.0, 20.0]
    assert found.fields["depth_m"] == [1.85, None, 2.0]
    assert found.fields["flags"][1] == ("out_of_range:depth_m=60557000",)
    attributes = [json.loads(text) for text in found.fields["attributes"]]
    assert [text.get("drainage") for text in attributes] == ["foul", "storm", None]
    assert attributes[2]["box_width_mm"] == 1500
    assert attributes[0]["upstream"] == "M1"


def test_property_names_in_the_first_feature(tmp_path: Path) -> None:
    path = tmp_path / "s.geojson"
    features = [
        {
            "type": "Feature",
            "properties": {
                "OBJECTID": n,
                "Wastewater system": kind,
                "Existing": "Existing",
                "Sewer pipe": "Sewer pipe",
            },
            "geometry": {"type": "MultiLineString", "coordinates": [[[-73.1, 44.9 + n, 0], [-73.1, 44.91 + n, 0]]]},
        }
        for n, kind in enumerate(["Wastewater", "Stormwater"])
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    ledger, found = read(path, "sewer_pipe", owner_code="swanton")
    assert ledger.reading.mapping_name == "vt-swanton-pipes"
    assert [json.loads(text)["drainage"] for text in found.fields["attributes"]] == ["foul", "storm"]
    assert found.fields["length_m"] == pytest.approx([1111.3, 1111.3], abs=5)
    assert set(found.fields["flags"][0]) == {"number_made", "length_from_geometry"}


def zipped_lines(folder: Path, epsg: int, prj: bool) -> Path:
    """Write a zipped Shapefile of one line in Handa City."""
    move = Transformer.from_crs(6668, epsg, always_xy=True)
    corners = [move.transform(136.93 + step / 1000, 34.89) for step in range(3)]
    shape = folder / "p.shp"
    pyogrio.raw.write(
        shape,
        np.array([shapely.to_wkb(shapely.LineString(corners))]),
        [np.array(["P1"], dtype=object)],
        ["SAUID"],
        driver="ESRI Shapefile",
        geometry_type="LineString",
        crs=f"EPSG:{epsg}",
    )
    archive = folder / "p.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for part in folder.glob("p.*"):
            if part.suffix != ".zip" and (prj or part.suffix != ".prj"):
                file.write(part, part.name)
    return archive


@pytest.mark.parametrize(("epsg", "prj"), [(6675, True), (6675, False), (2449, True), (32653, True), (4326, True)])
def test_coordinate_systems(tmp_path: Path, epsg: int, prj: bool) -> None:
    ledger, found = read(zipped_lines(tmp_path, epsg, prj), "sewer_pipe", owner_code="232050")
    assert found.fields["west"] == pytest.approx([136.93], abs=1e-6)
    assert found.fields["north"] == pytest.approx([34.89], abs=1e-5)
    assert [fault.code for fault in ledger.warnings] == ([] if prj else ["crs_inferred_from_seat"])


def test_a_coordinate_system_that_cannot_be_known_is_asked_for(tmp_path: Path) -> None:
    archive = zipped_lines(tmp_path, 6675, prj=False)
    with pytest.raises(GunmaneError) as caught:
        read(archive, "sewer_pipe", owner_code="somewhere")
    assert caught.value.code == "crs_unknown"
    _, found = read(archive, "sewer_pipe", owner_code="somewhere", crs=6675)
    assert found.fields["west"] == pytest.approx([136.93], abs=1e-6)


@pytest.mark.parametrize("code", ["011002", "131016", "232050", "400009", "472018", "462012", "032018"])
def test_the_zone_is_inferred_from_the_owners_seat(code: str) -> None:
    seat = catalogue().seats[code]
    zones = {}
    for number in range(1, 20):
        move = Transformer.from_crs(6668, plane_zone(number), always_xy=True)
        east, north = move.transform(seat.longitude + 0.1, seat.latitude - 0.1)
        guess = infer(east, north, (seat.longitude, seat.latitude))
        zones[number] = guess.epsg
    assert all(zones[number] == plane_zone(number) for number in zones)


def test_plane_coordinates_have_x_north(tmp_path: Path) -> None:
    move = Transformer.from_crs(6668, 6675, always_xy=True)
    east, north = move.transform(136.93, 34.89)
    path = tmp_path / "m.csv"
    path.write_text(f"人孔番号,X座標,Y座標,系番号\nM1,{north:.3f},{east:.3f},Ⅶ\n", "utf-8")
    _, found = read(path, "manhole", owner_code="232050")
    assert (found.fields["west"][0], found.fields["south"][0]) == pytest.approx((136.93, 34.89), abs=1e-7)


@pytest.mark.parametrize("kind", ["Point", "LineString"])
def test_exchanged_latitude_and_longitude_are_put_right_and_said(tmp_path: Path, kind: str) -> None:
    places = [[[38.0, 140.6], [38.001, 140.6]], [[140.61, 38.0], [140.61, 38.001]], [[10.0, 10.0], [10.0, 10.001]]]
    features = [
        {"type": "Feature", "properties": {"管渠番号": f"K{number}", "管種": "陶管"},
         "geometry": {"type": kind, "coordinates": place if kind == "LineString" else place[0]}}
        for number, place in enumerate(places)
    ]  # fmt: skip
    path = tmp_path / "k.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    _, found = read(path, "sewer_pipe", owner_code="042064")
    assert found.fields["number"] == ["K0", "K1"]
    assert ["position_swapped" in flags for flags in found.fields["flags"]] == [True, False]
    assert (found.fields["west"][0], found.fields["south"][0]) == (140.6, 38.0)
    first = shapely.from_wkb(found.fields["geometry"][0])
    assert first.bounds[:2] == (140.6, 38.0)
    if kind == "LineString":
        assert found.fields["length_m"] == pytest.approx([111.0, 111.0], abs=0.2), "measured where it lies"
        assert found.fields["north"][0] == 38.001 or found.fields["east"][0] == 140.6
    assert [row.faults[0].code for row in found.rejected] == ["outside_japan"]


def test_the_tokyo_datum_is_shifted() -> None:
    move = to_lonlat(4301)
    assert move is not None
    east, north = move(np.array([139.75]), np.array([35.68]))
    assert 0.002 < 139.75 - east[0] < 0.005  # about 290 m west, 360 m north (国土地理院)
    assert 0.002 < north[0] - 35.68 < 0.005


def test_suggestions_can_be_used_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    path.write_text("橋番,橋梁名,長さ,2016判定,謎\n1,一の橋,5,Ⅰ,x\n2,二の橋,6,Ⅱ,y\n", "utf-8")
    text = suggest(source(path, "bridge"))
    assert '"謎" = ""' in text
    assert "?" in text
    mapping = read_mapping(text.encode())
    assert mapping.asset_class is AssetClass.BRIDGE
    own = tmp_path / "m.toml"
    own.write_text(text.replace('"橋番" = ""', '"橋番" = "number"'), "utf-8")
    ledger, found = read(path, "bridge", mapping=str(own))
    assert found.fields["number"] == ["1", "2"]
    assert found.inspections.grades == ["I", "II"]
    assert not ledger.reading.faults


SMALL = "施設番号,施設名,架設年度,点検年度,判定区分\nB1,一の橋,1975年度,2020,II\nB2,二の橋,不明,R元,III\n"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", SMALL.encode("utf-16-le")),
        ("a.csv", SMALL.encode("utf-16-be")),
        ("a.csv", SMALL.encode("iso2022_jp")),
        ("a.csv", SMALL.encode("euc_jp")),
        ("a.txt", SMALL.replace(",", "\t").encode("cp932")),
        ("a.csv", b"sep=,\n" + SMALL.encode("cp932")),
        ("a.xlsx", SMALL.encode("cp932")),
    ],
)
def test_texts_of_every_kind_are_read_alike(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    _, found = read(tmp_path / name, "bridge")
    assert (found.fields["name"], found.fields["built_year"]) == (["一の橋", "二の橋"], [1975, None])
    assert found.inspections.grades == ["II", "III"]


def workbook(path: Path) -> Path:
    """Write a workbook whose larger sheet is only about how to fill the other in."""
    book = xlsxwriter.Workbook(str(path))
    notes = book.add_worksheet("記入要領")
    for line in range(40):
        notes.write(line, 0, f"この表の書き方 {line}")
    sheet = book.add_worksheet("橋梁")
    for line, row in enumerate(SMALL.splitlines()):
        sheet.write_row(line, 0, row.split(","))
    book.close()
    return path


def test_the_sheet_or_layer_that_is_a_ledger_is_found_and_said(tmp_path: Path) -> None:
    ledger, found = read(workbook(tmp_path / "a.xlsx"), "bridge")
    assert found.fields["number"] == ["B1", "B2"]
    misnamed = tmp_path / "b.csv"
    misnamed.write_bytes((tmp_path / "a.xlsx").read_bytes())
    assert read(misnamed, "bridge")[1].fields["number"] == ["B1", "B2"]
    package = tmp_path / "a.gpkg"
    for layer, numbers in (("橋梁", ["B1"]), ("注記", list("abcdef"))):
        shapes = shapely.to_wkb(shapely.points([[140.6, 38.0]] * len(numbers)))
        columns = [np.array(numbers, dtype=object)] * (2 if layer == "橋梁" else 1)
        names = ["施設番号", "施設名"] if layer == "橋梁" else ["文字"]
        pyogrio.raw.write(
            str(package), shapes, columns, names, layer=layer, driver="GPKG", geometry_type="Point",
            crs="EPSG:6668", append=package.exists(),
        )  # fmt: skip
    ledger, found = read(package, "bridge", owner_code="042064")
    assert found.fields["number"] == ["B1"]
    assert [(one.code, one.values["part"]) for one in ledger.warnings] == [("part_chosen", "橋梁")]
    _, found = read(package, "bridge", owner_code="042064", layer="注記")
    assert len(found) + len(found.rejected) == 6, "what is named is read"


def test_a_single_table_in_an_archive_is_read(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("中/台帳.csv", SMALL.encode("cp932"))
        packed.writestr("readme.md", "x")
    assert read(archive, "bridge")[1].fields["number"] == ["B1", "B2"]
    with zipfile.ZipFile(archive, "a") as packed:
        packed.writestr("もう一つ.csv", SMALL.encode("cp932"))
    with pytest.raises(GunmaneError) as caught:
        read(archive, "bridge")
    assert caught.value.code == "nothing_in_archive"


def test_columns_that_name_only_a_year_hold_its_grades(tmp_path: Path) -> None:
    path = tmp_path / "i.csv"
    path.write_text("橋梁番号,2018年度点検,H35年度,2019\nB1,Ⅰ,Ⅱ,12\nB2,-,Ⅲ,30\n", "utf-8")
    ledger, found = read(path, "bridge", rows="inspection")
    seen = found.inspections
    assert list(zip(seen.numbers, seen.inspected_on, seen.grades, strict=True)) == [
        ("B1", date(2018, 4, 1), "I"), ("B1", date(2023, 4, 1), "II"), ("B2", date(2023, 4, 1), "III")
    ]  # fmt: skip
    assert ledger.reading.unrecognised == ("2019",)


@pytest.mark.parametrize(
    ("text", "rows", "code"),
    [
        ("橋梁番号,備考\nB1,a\n", "inspection", "nothing_observed"),
        ("橋長(m),架設年度\n5,1999\n", None, "nothing_identifies"),
        ("B1,一の橋,12.5\nB2,二の橋,8\n", None, "nothing_recognised"),
    ],
)
def test_what_is_no_ledger_of_its_kind_says_so(tmp_path: Path, text: str, rows: str | None, code: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(GunmaneError) as caught:
        read(path, "bridge", rows=rows)
    assert caught.value.code == code
    for language in ("ja", "en"):
        assert "{" not in said(caught.value, language)


def test_a_bad_mapping_says_where(tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    path.write_text("橋梁番号,橋梁名\n1,一の橋\n", "utf-8")
    own = tmp_path / "m.toml"
    own.write_text('asset_class = "bridge"\nnonsense = 1\n', "utf-8")
    with pytest.raises(GunmaneError) as caught:
        read(path, "bridge", mapping=str(own))
    assert caught.value.code == "bad_mapping"
    assert caught.value.faults[0].at == "/nonsense"
    own.write_text('[columns]\n"無い列" = "name"\n', "utf-8")
    with pytest.raises(GunmaneError) as caught:
        read(path, "bridge", mapping=str(own))
    assert caught.value.code == "ledger_not_understood"
    assert caught.value.faults[0].at == "無い列"


REAL_LEDGERS = [
    # file, class, owner, assets, rejected, inspections, left out
    ("vt-sewers/Hartford/HartfordLinearFeatures.geojson.gz", "sewer_pipe", "", 1781, 0, 0, 0),
    ("vt-sewers/RutlandCity/RutlandCityLinearFeatures.geojson.gz", "sewer_pipe", "", 4376, 406, 0, 0),
    ("vt-sewers/Springfield/SpringfieldLinearFeatures.geojson.gz", "sewer_pipe", "", 451, 0, 0, 0),
    ("vt-sewers/StJohnsbury/StJohnsburyLinearFeatures.geojson.gz", "sewer_pipe", "", 1354, 0, 0, 0),
    ("vt-sewers/Swanton/SwantonLinearFeatures.geojson.gz", "sewer_pipe", "", 204, 1, 0, 0),
    ("vt-sewers/state_schema/Barton.geojson.gz", "sewer_pipe", "", 789, 0, 0, 373),
    ("vt-sewers/state_schema/Castleton.geojson.gz", "sewer_pipe", "", 726, 0, 0, 607),
    ("jp-sewer-handa/real/handa_sewer_priority_top300.csv", "sewer_pipe", "232050", 300, 0, 0, 0),
    ("jp-sewer-handa/real/handa_span_master_60.csv", "sewer_pipe", "232050", 60, 0, 0, 0),
    ("jp-sewer-handa/real/handa_span_geoms_60.gpkg", "sewer_pipe", "232050", 60, 0, 0, 0),
    ("us-ma-bridges/ma_bridge_condition_timeseries.csv.gz", "bridge", "", 4513, 0, 70405, 0),
    ("la-watermains/REDACTED_CPRA_TrunkLine.csv", "water_pipe", "", 13526, 35, 13526, 0),
    ("us-sandiego-pavement/pavement_condition_assessment_2023_datasd.csv", "pavement", "", 32492, 0, 0, 0),
    ("jp-roads/yaizu/緊急輸送路_一次緊急輸送路.zip", "pavement", "222127", 31, 0, 0, 0),
    ("jp-roads/yaizu/農道一般平面図_農道.zip", "pavement", "222127", 26, 0, 0, 0),
    ("jp-roads/yaizu/都市計画道路.zip", "pavement", "222127", 300, 0, 0, 0),
    ("jp-municipality/takamatsu/0029_sewer_facility.xlsx", "treatment_plant", "372013", 4, 0, 0, 0),
    ("jp-wastewater-yearbook/sewer_facility_r06.csv", "treatment_plant", "", 2211, 0, 0, 778),
]


@real
@pytest.mark.parametrize(
    ("path", "asset_class", "owner", "assets", "rejected", "inspections", "left_out"),
    REAL_LEDGERS,
    ids=[item[0].rpartition("/")[2] for item in REAL_LEDGERS],
)
def test_real_ledgers(
    path: str, asset_class: str, owner: str, assets: int, rejected: int, inspections: int, left_out: int
) -> None:
    ledger = open_ledger(source(outside.DATA / path, asset_class, owner_code=owner), AS_OF)
    found = Counter[str]()
    for chunk in ledger.chunks():
        found["assets"] += len(chunk)
        found["rejected"] += len(chunk.rejected)
        found["inspections"] += len(chunk.inspections)
        found["left_out"] += chunk.left_out
    assert (found["assets"], found["rejected"]) == (assets, rejected)
    assert (found["inspections"], found["left_out"]) == (inspections, left_out)


def test_real_lengths_agree_with_what_the_files_say() -> None:
    _, found = read(HERE / "yaizu_emergency_routes.zip", "pavement", owner_code="222127")
    assert sum(found.fields["length_m"]) == pytest.approx(101_500, rel=0.005)
    _, lines = read(HERE / "handa_span_geoms_60.gpkg", "sewer_pipe", owner_code="232050")
    _, table = read(HERE / "handa_span_master_60.csv", "sewer_pipe", owner_code="232050")
    lengths = dict(zip(table.fields["number"], table.fields["length_m"], strict=True))
    for number, length in zip(lines.fields["number"], lines.fields["length_m"], strict=True):
        assert length == pytest.approx(lengths[number], rel=0.01)
