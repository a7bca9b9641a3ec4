"""Tables of every kind of file: encodings, headers, rows that do not fit."""

import csv
import gzip
import io
import json
import tempfile
import zipfile
from datetime import date
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from gunmane.core.errors import GunmaneError
from gunmane.files.headers import find_header
from gunmane.files.layers import LayerTable
from gunmane.files.tables import Table, open_table
from gunmane.files.texts import TextTable

ROWS = [["橋梁番号", "橋梁名", "橋長"], ["1", "①髙橋㈱", "10.5"], ["2", "～渡−橋", "20"]]


def cells(table: Table, size: int = 50_000) -> list[list[str]]:
    """Return a table's rows."""
    return [list(row) for chunk in table.chunks(size) for row in zip(*chunk.columns, strict=True)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16", "euc_jp"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(tmp_path: Path, encoding: str, end: str) -> None:
    rows = (
        ROWS
        if encoding in ("utf-8", "utf-8-sig", "utf-16")
        else [ROWS[0], ["1", "①髙橋㈱", "10.5"], ["2", "橋", "20"]]
    )
    if encoding == "euc_jp":
        rows = [ROWS[0], ["1", "高橋", "10.5"], ["2", "橋", "20"]]
    path = tmp_path / "b.csv"
    path.write_bytes("".join(",".join(row) + end for row in rows).encode(encoding))
    table = open_table(path)
    assert table.header == ("橋梁番号", "橋梁名", "橋長")
    assert cells(table) == rows[1:]


def test_compressed_and_tabs(tmp_path: Path) -> None:
    path = tmp_path / "b.tsv.gz"
    path.write_bytes(gzip.compress("\n".join("\t".join(row) for row in ROWS).encode("cp932", "replace")))
    table = open_table(path)
    assert table.header == tuple(ROWS[0])
    assert cells(table)[0] == ROWS[1]


def test_remarks_titles_and_header_with_line_breaks(tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    path.write_text(
        "# 出典: 某市\n橋梁点検結果一覧,,,\n令和6年3月末時点,,,\n"
        'No,橋梁ID,"橋長\n（ｍ）",架設年度\n1,B1,10,1975\n2,B2,20,不明\n合計,,30,\n,,,\n',
        "utf-8",
    )
    table = open_table(path)
    assert table.header == ("No", "橋梁ID", "橋長 （ｍ）", "架設年度")
    assert len(table.preamble) == 3
    chunk = next(iter(table.chunks()))
    assert list(chunk.rows)[:2] == [6, 7]  # the header takes two lines of the file
    assert chunk.columns[1][:2] == ["B1", "B2"]


def test_a_quotation_mark_that_is_not_closed_costs_its_own_line_only(tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    path.write_text(
        '番号,名称,年,備考\nQ1,"閉じない,1970,\nQ2,次,1971,"正しい\n改行, 読点, つき"\nQ3,次,1972,\n'
        'Q4,12" 管橋,1973,x\n'
        'Q5,"a ""b"" c",1974,"y"\nQ6,尾,1975,"末尾も\nQ7,次,1976,\n',
        "utf-8",
    )
    chunk = next(iter(open_table(path).chunks()))
    assert list(chunk.rows) == [2, 3, 5, 6, 7, 8, 9]
    assert chunk.columns[0] == ["", "Q2", "Q3", "Q4", "Q5", "", "Q7"]
    assert chunk.columns[1][3:5] == ['12" 管橋', 'a "b" c']
    assert chunk.columns[3][1] == "正しい\n改行, 読点, つき"
    assert {place: fault.code for place, (fault, _) in chunk.broken.items()} == {
        0: "quote_not_closed",
        5: "quote_not_closed",
    }
    assert chunk.broken[0][1] == ("Q1", '"閉じない', "1970", "")


def test_a_huge_cell_needs_no_more_memory_than_itself(tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    path.write_text('番号,名称,備考\n1,a,"' + "あ" * 2_000_000 + '"\n2,b,x\n', "utf-8")
    assert [(row[0], len(row[2])) for row in cells(open_table(path))] == [("1", 2_000_000), ("2", 1)]


def test_header_cells_merged_downwards_in_a_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.merge_range(0, 0, 0, 4, "橋梁台帳(令和6年度)")
    sheet.merge_range(1, 0, 2, 0, "橋梁番号")
    sheet.merge_range(1, 1, 2, 1, "橋名")
    sheet.merge_range(1, 2, 1, 3, "位置")
    sheet.merge_range(1, 4, 2, 4, "路線名")
    for column, text in ((2, "緯度"), (3, "経度")):
        sheet.write(2, column, text)
    for row, line in enumerate((("X1", "一", 38.0, 140.62, "市道"), ("X2", "二", 38.01, 140.63, "市道")), 3):
        sheet.write_row(row, 0, line)
    book.close()
    table = open_table(path)
    assert table.header == ("橋梁番号", "橋名", "位置_緯度", "位置_経度", "路線名")
    assert [row[0] for row in cells(table)] == ["X1", "X2"]


def test_a_shape_that_is_none_does_not_hide_the_others(tmp_path: Path) -> None:
    path = tmp_path / "w.geojson"
    lines = ([[140.62, 38.0]], [[140.62, 38.0], [140.621, 38.001]])
    features = [
        {"type": "Feature", "properties": {"番号": str(n)}, "geometry": {"type": "LineString", "coordinates": line}}
        for n, line in enumerate(lines)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    table = open_table(path)
    assert isinstance(table, LayerTable)
    assert table.middle() == pytest.approx((140.6205, 38.0005))
    assert len(next(iter(table.chunks())).rows) == 2


def test_rows_that_do_not_fit(tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    path.write_text("a,b,c\n1,2,3\n4,5\n6,7,8,,\n9,10,11,12\n\n13,14,15\n", "utf-8")
    chunk = next(iter(open_table(path).chunks()))
    assert list(chunk.rows) == [2, 3, 4, 5, 7]
    assert chunk.columns[0] == ["1", "4", "6", "", "13"]
    assert chunk.columns[2] == ["3", "", "8", "", "15"]
    assert chunk.broken[3][0].code == "too_many_cells"
    assert chunk.broken[3][1] == ("9", "10", "11", "12")


def test_a_header_in_two_rows() -> None:
    rows = [
        ["橋梁一覧", "", "", "", ""],
        ["番号", "位置", "", "諸元", ""],
        ["", "緯度", "経度", "橋長", "幅員"],
        ["1", "38.0", "140.6", "10", "5"],
    ]
    assert find_header(rows).names == ("番号", "位置_緯度", "位置_経度", "諸元_橋長", "諸元_幅員")
    units = [["番号", "橋長", "幅員"], ["", "(m)", "(m)"], ["1", "10", "5"]]
    assert find_header(units).names == ("番号", "橋長(m)", "幅員(m)")
    assert find_header([["x", "x"], ["番号", "橋名"], ["1", "2"]], header_row=2).names == ("番号", "橋名")


def test_merged_cells_over_years() -> None:
    """Inspections of several years under one merged heading; a first row of data is not taken for such years."""
    parents = ["番号", "橋名", "判定区分", "", "", "備考"]
    rows = [["点検一覧"], parents, ["", "", "H26", "R元", "2024年度", ""], ["B1", "一", "Ⅰ", "Ⅱ", "Ⅲ", ""]]
    names = ("番号", "橋名", "判定区分_H26", "判定区分_R元", "判定区分_2024年度", "備考")
    found = find_header(rows)
    assert (found.last, found.names) == (2, names)
    downwards = [rows[0], parents, ["番号", "橋名", "H26", "R元", "2024年度", "備考"], rows[3]]
    assert find_header(downwards).names == names
    data = [["番号", "橋名", "架設年度", "", "判定"], ["B1", "一", "S50", "H3", "Ⅰ"], ["B2", "二", "S51", "H4", "Ⅰ"]]
    assert find_header(data).last == 0


def test_repeated_names_are_made_distinct() -> None:
    assert find_header([["番号", "幅員", "幅員", ""], ["1", "2", "3", ""]]).names == ("番号", "幅員", "幅員_2")


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r", exclude_categories=["Cs", "Cc"]), max_size=6)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=30), st.integers(1, 9), st.booleans())
def test_any_cells_read_back_in_any_chunks(rows: list[tuple[str, str, str]], size: int, quoted: bool) -> None:
    kept = [["x", *row] for row in rows]
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL).writerows(
        [["甲", "乙", "丙", "丁"], *kept]
    )
    folder = Path(tempfile.mkdtemp())
    path = folder / "t.csv"
    path.write_bytes(text.getvalue().encode())
    table = open_table(path)
    assert isinstance(table, TextTable)
    table.delimiter = ","
    assert cells(table, size) == kept
    rows_found = [number for chunk in table.chunks(size) for number in chunk.rows]
    assert rows_found == list(range(2, 2 + len(kept)))
    path.unlink()
    folder.rmdir()


def test_quoted_line_breaks_keep_row_numbers(tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    path.write_text('a,b\n1,"x\ny"\n2,z\n', "utf-8")
    chunk = next(iter(open_table(path).chunks()))
    assert list(chunk.rows) == [2, 4]
    assert chunk.columns[1] == ["x\ny", "z"]


def test_japanese_may_begin_after_a_long_ascii_head(tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    path.write_bytes(b"id,name\n" + b"1,abc\n" * 200_000 + "2,髙橋\n".encode("cp932"))
    table = open_table(path)
    last: list[str] = []
    for chunk in table.chunks():
        last = chunk.columns[1]
    assert last[-1] == "髙橋"
    assert table.encoding == "cp932"


def test_damaged_bytes_are_named(tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    path.write_bytes("番号,名\n1,橋\n2,".encode() + b"\xff\xfe\n3,ok\n")
    chunk = next(iter(open_table(path, encoding="utf-8").chunks()))
    assert chunk.damaged == {1}


def test_spreadsheets(tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    book = xlsxwriter.Workbook(path)
    small = book.add_worksheet("表紙")
    small.write(0, 0, "橋梁台帳")
    sheet = book.add_worksheet("橋梁")
    sheet.merge_range(0, 0, 0, 3, "橋梁台帳")
    sheet.merge_range(1, 1, 1, 2, "諸元")
    for column, name in enumerate(["番号", "諸元", "", "点検日"]):
        if name and name != "諸元":
            sheet.write(1, column, name)
    sheet.write_row(2, 1, ["橋長", "幅員"])
    sheet.write_row(3, 0, [1, 10.5, 5])
    sheet.write_datetime(3, 3, date(2020, 4, 1), book.add_format({"num_format": "yyyy/mm/dd"}))
    sheet.write_row(5, 0, ["B2", 12, "不明"])
    book.close()
    table = open_table(path)
    assert table.layers == ("表紙", "橋梁")
    assert table.header == ("番号", "諸元_橋長", "諸元_幅員", "点検日")
    chunk = next(iter(table.chunks()))
    assert list(chunk.rows) == [4, 6]
    assert [column[0] for column in chunk.columns] == ["1", "10.5", "5", "2020-04-01"]
    assert [column[1] for column in chunk.columns] == ["B2", "12", "不明", ""]
    with pytest.raises(GunmaneError) as caught:
        open_table(path, sheet="無い")
    assert caught.value.code == "no_such_sheet"


def lines() -> "tuple[np.ndarray, list[np.ndarray], list[str]]":
    geometry = np.array([shapely.to_wkb(shapely.LineString([(138.3, 34.8 + i), (138.4, 34.9)])) for i in range(3)])
    return geometry, [np.array(["一号", "二号", None], dtype=object), np.array([1.0, np.nan, 3.5])], ["路線名", "幅"]


@pytest.mark.parametrize(("name", "driver"), [("r.geojson", "GeoJSON"), ("r.gpkg", "GPKG"), ("r.fgb", "FlatGeobuf")])
def test_gis_files(tmp_path: Path, name: str, driver: str) -> None:
    geometry, data, fields = lines()
    path = tmp_path / name
    pyogrio.raw.write(path, geometry, data, fields, driver=driver, geometry_type="LineString", crs="EPSG:6668")
    table = open_table(path)
    assert table.header == ("路線名", "幅")
    assert table.crs == 6668
    chunks = list(table.chunks(2))
    assert sorted(text for chunk in chunks for text in chunk.columns[0]) == ["", "一号", "二号"]
    assert sum(len(chunk.geometry or ()) for chunk in chunks) == 3
    assert list(chunks[1].rows) == [3]


def test_zipped_shapefiles_in_cp932_with_explained_names(tmp_path: Path) -> None:
    geometry, data, _ = lines()
    shape = tmp_path / "road.shp"
    pyogrio.raw.write(
        shape,
        geometry,
        data,
        ["item1", "item2"],
        driver="ESRI Shapefile",
        geometry_type="LineString",
        crs="EPSG:2450",
        encoding="cp932",
    )
    (tmp_path / "road.cpg").unlink(missing_ok=True)
    archive = tmp_path / "road.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for part in tmp_path.glob("road.*"):
            if part.suffix != ".zip":
                file.write(part, part.name)
        file.writestr("attributes.csv", "original_name,display_name,label_flag\nitem1,路線名\n")
    table = open_table(archive)
    assert table.header == ("路線名", "item2")
    assert table.original_header == ("item1", "item2")
    assert table.crs == 2450
    assert cells(table)[0] == ["一号", "1"]


def test_member_names_in_cp932(tmp_path: Path) -> None:
    geometry, data, fields = lines()
    for name, count in (("small", 1), ("large", 3)):
        pyogrio.raw.write(
            tmp_path / f"{name}.shp",
            geometry[:count],
            [column[:count] for column in data],
            fields,
            driver="ESRI Shapefile",
            geometry_type="LineString",
            crs="EPSG:6668",
            encoding="utf-8",
        )
    archive = tmp_path / "z.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for old, new in (("small", "AAAA"), ("large", "BBBB")):
            for part in tmp_path.glob(f"{old}.*"):
                file.write(part, f"{new}{part.suffix}")
    packed = archive.read_bytes().replace(b"AAAA", "農道".encode("cp932")).replace(b"BBBB", "市道".encode("cp932"))
    archive.write_bytes(packed)  # names without the UTF-8 mark, as Windows in Japan writes them
    table = open_table(archive)
    assert table.layers == ("市道", "農道")
    assert table.notes == ("layer_chosen:市道",)
    assert len(cells(table)) == 3
    assert len(cells(open_table(archive, layer="農道"))) == 1
    with pytest.raises(GunmaneError) as caught:
        open_table(archive, layer="林道")
    assert caught.value.code == "no_such_layer"


def test_geojson_compressed(tmp_path: Path) -> None:
    feature = {
        "type": "Feature",
        "properties": {"番号": 7},
        "geometry": {"type": "Point", "coordinates": [138.0, 35.0, 9]},
    }
    path = tmp_path / "p.geojson.gz"
    path.write_bytes(gzip.compress(json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()))
    assert cells(open_table(path)) == [["7"]]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [("x.doc", b"a", "unknown_format"), ("x.csv", b"", "empty_file"), ("x.xlsx", b"PK\x03\x04no", "not_readable"),
     ("x.zip", b"no", "not_readable"), ("x.geojson", b'{"type": "Feature', "not_readable"),
     ("x.geojson.gz", b"no", "not_readable"), ("x.csv.gz", gzip.compress(b"a,b" * 9999)[:40], "not_readable"),
     ("x.xlsx.gz", gzip.compress(b"a,b" * 9999)[:40], "not_readable"), ("x.shp", b"no", "not_readable"),
     ("x.gpkg", b"no", "not_readable"), ("x.csv.gz", b"no", "not_readable")],
)  # fmt: skip
def test_what_cannot_be_opened_says_so(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(GunmaneError) as caught:
        open_table(path)
    assert caught.value.code == code
    with pytest.raises(GunmaneError) as caught:
        open_table(tmp_path / "absent.csv")
    assert caught.value.code == "no_such_file"
