"""From raw columns to typed columns: recognition, rejection, flags, inspections."""

import json
from collections.abc import Sequence
from datetime import date

import msgspec
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gunmane.core.inventory import ATTRIBUTES
from gunmane.core.ledgers.columns import ASSET_FIELDS, AssetColumns, flag, flag_parts
from gunmane.core.ledgers.context import Place, ReadContext, SeenNumbers
from gunmane.core.ledgers.mapping import ColumnRule, Mapping
from gunmane.core.ledgers.positions import line_lengths
from gunmane.core.ledgers.raw import RawChunk
from gunmane.core.ledgers.reading import read_chunk
from gunmane.core.ledgers.recognise import Reading, recognise
from gunmane.core.words import AssetClass
from gunmane.files.catalogue import catalogue

AS_OF = date(2026, 4, 1)


def understand(
    header: str, rows: Sequence[str], asset_class: AssetClass, mapping: Mapping | None = None, **options: object
) -> tuple[Reading, ReadContext, RawChunk]:
    """Recognise a small table written with bars."""
    data = catalogue()
    names = tuple(header.split("|"))
    cells = [row.split("|") for row in rows]
    columns = [list(column) for column in zip(*cells, strict=True)] if cells else [[] for _ in names]
    reading = recognise(names, columns, asset_class, mapping, data.lexicon, data.scales, options.pop("where", None))  # type: ignore[arg-type]
    context = ReadContext(reading, data.lexicon, data.scales, data.limits, AS_OF, **options)  # type: ignore[arg-type]
    return reading, context, RawChunk(range(2, 2 + len(rows)), columns)


def read(
    header: str, rows: Sequence[str], asset_class: AssetClass, mapping: Mapping | None = None, **options: object
) -> AssetColumns:
    """Read a small table written with bars."""
    reading, context, chunk = understand(header, rows, asset_class, mapping, **options)
    return read_chunk(reading, chunk, context)


def test_a_bridge_ledger() -> None:
    found = read(
        "橋梁番号|橋梁名|路線名|架設年度|橋長（ｍ）|全幅員(m)|橋種|径間数|緯度|経度|点検年度|判定区分|備考",
        ["B-1|一の橋|1号線|昭和50年度|１２．５|4.0～6.0|ＰＣ橋|２|38.0|140.6|令和元年度|Ⅲ|",
         "Ｂ－２|二の橋|不明|不明|1,234|-|鋼橋|-|38.1|140.7|R2|2.0|要望あり"],
        AssetClass.BRIDGE,
    )  # fmt: skip
    fields = found.fields
    assert tuple(sorted(fields)) == tuple(sorted(ASSET_FIELDS))
    assert fields["number"] == ["B-1", "B-2"]
    assert fields["route"] == ["1号線", None]
    assert fields["built_year"] == [1975, None]
    assert fields["built_precision"] == ["fiscal_year", "unknown"]
    assert fields["length_m"] == [12.5, 1234.0]
    assert fields["width_m"] == [5.0, None]
    assert fields["material"] == ["prestressed_concrete", "steel"]
    assert fields["material_text"] == ["ＰＣ橋", "鋼橋"]
    assert fields["flags"] == [("range:width_m=4.0～6.0",), ()]
    assert [json.loads(text) for text in fields["attributes"]] == [
        {"class": "bridge", "spans": 2},
        {"class": "bridge"},
    ]
    assert shapely.from_wkb(fields["geometry"][0]).equals(shapely.Point(140.6, 38.0))
    assert (fields["west"][0], fields["north"][0]) == (140.6, 38.0)
    inspections = found.inspections
    assert inspections.numbers == ["B-1", "B-2"]
    assert inspections.inspected_on == [date(2019, 4, 1), date(2020, 4, 1)]
    assert inspections.precisions == ["fiscal_year", "fiscal_year"]
    assert inspections.grades == ["III", "II"]
    assert inspections.scales == ["road-soundness"] * 2
    assert found.rejected == []


@pytest.mark.parametrize("asset_class", list(AssetClass))
def test_attributes_are_what_the_inventory_expects(asset_class: AssetClass) -> None:
    columns = {
        "bridge": "路線名|設計活荷重|交通量|緊急輸送道路|塩害地域|迂回路延長(km)|交差物件",
        "sewer_pipe": "路線名|排除区分|本数|圧送管|上流人孔番号|腐食環境|径",
        "septic": "路線名|単独・合併の別|処理方式|人槽|放流水質|使用開始年月日|地区",
        "water_pipe": "路線名|用途|継手形式|耐震|土質|水管橋|緊急輸送路下",
    }.get(asset_class.value, "路線名|区分A|区分B|区分C|区分D|区分E|区分F")
    rows = {
        "bridge": 'r|TL-20|1,200|第1次|有|3.5|二級河川"A"',
        "sewer_pipe": "r|汚水|12|自然流下|M1|×|□1500×1200",
        "septic": "r|合併|嫌気ろ床接触ばっ気方式|7人槽|20|H10.4.1|北",
        "water_pipe": "r|配水管|K形|耐震管|粘土|水管橋|第1次緊急輸送道路",
    }.get(asset_class.value, "r|1|2|3|4|5|6")
    found = read(f"番号|{columns}", [f"n|{rows}"], asset_class)
    decoded = msgspec.json.decode(found.fields["attributes"][0], type=ATTRIBUTES[asset_class])
    known = {name for name in decoded.__struct_fields__ if getattr(decoded, name) is not None}
    expected = {
        "bridge": {"design_live_load", "traffic_per_day", "emergency_route", "salt", "detour_km", "crosses"},
        "sewer_pipe": {"drainage", "pieces", "pressure", "upstream", "corrosion_prone", "box_width_mm"},
        "septic": {"treatment", "process", "capacity_persons", "design_bod", "use_started_on", "district"},
        "water_pipe": {"use", "joint", "seismic", "soil", "crossing", "under_emergency_route"},
    }.get(asset_class.value, set())
    assert known == expected


def test_impossible_values_become_unknown_and_keep_their_text() -> None:
    found = read(
        "管渠番号|布設年度|延長(m)|土被り(m)|管径(mm)",
        ["a|9124|0|60,557|200", "b|2030|-5|-24|1", "c|1985|30|2.5|250"],
        AssetClass.SEWER_PIPE,
    )
    assert found.fields["depth_m"] == [None, None, 2.5]
    assert found.fields["length_m"] == [None, None, 30.0]
    assert found.fields["built_year"] == [None, None, 1985]
    assert found.fields["diameter_mm"] == [200, None, 250]
    first = {flag_parts(text) for text in found.fields["flags"][0]}
    assert first == {
        ("out_of_range", "depth_m", "60,557"),
        ("out_of_range", "length_m", "0"),
        ("out_of_range", "built", "9124"),
    }
    assert ("built_in_future", "built", "2030") in {flag_parts(text) for text in found.fields["flags"][1]}
    assert found.fields["flags"][2] == ()
    assert found.rejected == []


def test_rows_without_identity_or_place_are_rejected_with_their_cells() -> None:
    found = read(
        "橋梁番号|橋梁名|緯度|経度",
        ["a|あ|38.0|140.6", "a|い|38.0|140.6", "b|う|abc|140.6", "c|え|12.0|140.6", "d|お|33.5|130.4", "||| "],
        AssetClass.BRIDGE,
        place=Place(140.6, 38.0, 150.0),
    )
    assert found.fields["number"] == ["a"]
    assert found.summary_rows == 1
    assert {row.row: [fault.code for fault in row.faults] for row in found.rejected} == {
        3: ["number_repeated"],
        4: ["not_a_coordinate"],
        5: ["outside_japan"],
        6: ["far_from_owner"],
    }
    assert found.rejected[0].raw == {"橋梁番号": "a", "橋梁名": "い", "緯度": "38.0", "経度": "140.6"}
    assert found.rejected[1].faults[0].at == "緯度"


def test_remarks_under_a_table_are_no_assets() -> None:
    found = read("番号|橋梁名", ["a|あ", "※1 橋長は…|", "注) 略|", "※2|い"], AssetClass.BRIDGE)
    assert found.fields["number"] == ["a", "※2"]
    assert found.summary_rows == 2


def test_a_number_longer_than_numbers_are_is_none() -> None:
    found = read("番号|橋梁名", ["a|あ", "x" * 201 + "|い", "y" * 200 + "|う"], AssetClass.BRIDGE)
    assert found.fields["number"] == ["a", "y" * 200]
    assert [(row.row, row.faults[0].code) for row in found.rejected] == [(3, "number_too_long")]


def test_a_shape_that_cannot_be_read_is_flagged() -> None:
    reading, context, chunk = understand("番号|管種", ["a|VP", "b|VP", "c|VP"], AssetClass.WATER_PIPE)
    line = shapely.to_wkb(shapely.LineString([(140.0, 38.0), (140.1, 38.0)]))
    one_point = line[:5] + (1).to_bytes(4, "little") + line[9:25]
    found = read_chunk(reading, RawChunk(chunk.rows, chunk.columns, [line, one_point, None]), context)
    assert found.fields["geometry"][1:] == [None, None]
    assert found.fields["flags"] == [("length_from_geometry",), ("not_a_geometry",), ()]


def test_places_that_can_be_put_right() -> None:
    found = read(
        "番号|緯度|経度",
        ["swapped|140.6|38.0", "half|38.0|", "zero|0|0", "dms|38°00′00″|140°36′00″", "packed|380000.0|1403600.0"],
        AssetClass.BRIDGE,
    )
    assert found.fields["west"] == [140.6, None, None, pytest.approx(140.6), pytest.approx(140.6)]
    assert found.fields["flags"] == [
        ("position_swapped",),
        ("position_incomplete",),
        ("position_incomplete",),
        (),
        (),
    ]


def test_numbers_are_made_where_there_are_none_and_stay_the_same() -> None:
    rows = ["一の橋|1号線|38.0|140.6", "二の橋|1号線|38.1|140.6"]
    first = read("橋梁名|路線名|緯度|経度", rows, AssetClass.BRIDGE)
    again = read("橋梁名|路線名|緯度|経度", list(reversed(rows)), AssetClass.BRIDGE)
    assert first.fields["number"] == again.fields["number"][::-1]
    assert all(number.startswith("~") for number in first.fields["number"])
    assert first.fields["flags"] == [("number_made",)] * 2
    pending = read("橋梁ID|施設名称|緯度|経度", ["R6登録予定|一の橋|38.0|140.6"], AssetClass.BRIDGE)
    assert len(pending) == 1


def test_sections_along_a_route_are_told_apart() -> None:
    rows = ["1|本町線|0.0|0.1|100", "1|本町線|0.1|0.2|100", "2|栄線|0.0|0.1|100"]
    found = read("路線番号|路線名|起点|終点|延長", rows, AssetClass.PAVEMENT)
    assert found.fields["number"] == ["1/0.0/0.1", "1/0.1/0.2", "2/0.0/0.1"]
    assert found.rejected == []
    single = read("区間番号|起点|終点", ["a|0.0|0.1", "b|0.1|0.2"], AssetClass.PAVEMENT)
    assert single.fields["number"] == ["a", "b"]


def test_materials_with_a_joint_or_method_behind() -> None:
    rows = ["1|DIP-K", "2|ＶＰ（ＲＲ）", "3|ヒューム管･推進管", "4|DCIP・NS"]
    found = read("管理番号|管種", rows, AssetClass.WATER_PIPE)
    assert found.fields["material"] == ["ductile_iron", "pvc", "hume", "ductile_iron"]
    assert found.fields["material_text"][1] == "ＶＰ（ＲＲ）"


def test_each_year_may_have_its_day_beside_its_grade() -> None:
    found = read(
        "橋梁番号|H30_点検日|H30_判定|R5点検年月日|R5判定区分",
        ["a|H30.10.3|Ⅰ|2024/2/29|Ⅱ", "b||Ⅲ|2024-01-15|未点検", "c|2018年度|Ⅱ|不明|Ⅰ", "d|H30.7.1||2099/1/1|Ⅱ"],
        AssetClass.BRIDGE,
    )
    looks = found.inspections
    told = list(zip(looks.numbers, looks.grades, looks.inspected_on, looks.precisions, strict=True))
    assert sorted(told) == [
        ("a", "I", date(2018, 10, 3), "day"),
        ("a", "II", date(2024, 2, 29), "day"),
        ("b", "III", date(2018, 4, 1), "fiscal_year"),
        ("c", "I", date(2023, 4, 1), "fiscal_year"),
        ("c", "II", date(2018, 4, 1), "fiscal_year"),
    ]
    assert {flag_parts(text)[0] for text in found.fields["flags"][3]} == {"inspected_in_future"}, "asked about"


def test_a_grade_column_for_each_year() -> None:
    found = read("橋梁番号|2016判定|R1_判定区分|令和6年度判定", ["a|Ⅰ|Ⅱ|Ⅲ", "b|-|未点検|1"], AssetClass.BRIDGE)
    rows = list(zip(found.inspections.numbers, found.inspections.inspected_on, found.inspections.grades, strict=True))
    assert rows == [
        ("a", date(2016, 4, 1), "I"),
        ("a", date(2019, 4, 1), "II"),
        ("a", date(2024, 4, 1), "III"),
        ("b", date(2024, 4, 1), "I"),
    ]


def test_rated_parts_of_one_year_give_the_worst() -> None:
    found = read("bridge id|deck_2004|superstructure_2004|deck_2006", ["a|7|5|6", "b|8||"], AssetClass.BRIDGE)
    assert found.inspections.grades == ["5", "8", "6"]
    assert found.inspections.scales == ["nbi"] * 3
    assert found.inspections.inspected_on == [date(2004, 1, 1), date(2004, 1, 1), date(2006, 1, 1)]
    assert json.loads(found.inspections.findings[0] or "") == {"deck_2004": "7", "superstructure_2004": "5"}


def test_one_row_for_each_inspection() -> None:
    mapping = Mapping(rows="inspection")
    found = read(
        "橋梁番号|点検年月日|判定区分",
        ["a|2014/5/1|Ⅰ", "a|2019/5/1|Ⅱ", "a|2030/5/1|Ⅱ", "b|不明|Ⅲ", "c|2024.13.45|Ⅰ"],
        AssetClass.BRIDGE,
        mapping,
    )
    assert len(found) == 0
    assert found.inspections.grades == ["I", "II"]
    assert [fault.code for row in found.rejected for fault in row.faults] == [
        "inspected_in_future",
        "grade_without_date",
        "no_such_day",
    ]
    assert found.rejected[2].faults[0].at == "点検年月日"


def test_both_inspections_of_a_septic_system() -> None:
    found = read(
        "浄化槽番号|7条検査日|7条検査結果|11条検査日|11条検査結果",
        ["1|H30.5.1|適正|R5.6.1|おおむね適正", "2|||R5.7.1|不適正"],
        AssetClass.SEPTIC,
    )
    rows = zip(found.inspections.numbers, found.inspections.duties, found.inspections.grades, strict=True)
    assert sorted(rows, key=str) == [
        ("1", "septic.article7", "適正"),
        ("1", None, "おおむね適正"),
        ("2", None, "不適正"),
    ]
    table = read(
        "浄化槽番号|検査日|検査種別|判定",
        ["1|R5.6.1|11条検査|適正", "2|R5.7.1|第７条|不適正"],
        AssetClass.SEPTIC,
        Mapping(rows="inspection"),
    )
    assert table.inspections.duties == ["septic.article11", "septic.article7"]


def test_a_panel_of_assets_and_years_flags_ratings_that_may_be_carried_over() -> None:
    rule = ColumnRule(field="grade", zero_unknown=True)
    mapping = Mapping(rows="asset_years", scale="nbi", columns={"id": "number", "year": "inspected", "rating": rule})
    found = read(
        "id|year|rating", ["a|2000|7", "a|2001|7", "a|2002|6", "b|2000|0", "b|2001|5"], AssetClass.BRIDGE, mapping
    )
    assert found.fields["number"] == ["a", "b"]
    assert found.inspections.grades == ["7", "7", "6", "5"]
    carried = ["rating_may_be_carried_over" in flags for flags in found.inspections.flags]
    assert carried == [False, True, False, False]


def test_a_grade_of_another_scale_is_not_read() -> None:
    found = read("管渠番号|調査年度|緊急度", ["a|2020|緊急度Ⅱ", "b|2020|健全度Ⅲ"], AssetClass.SEWER_PIPE)
    assert found.inspections.grades[0] == "II"
    assert "grade_of_another_scale:grade=健全度Ⅲ" in found.fields["flags"][1]


def test_conditions_choose_an_owners_rows() -> None:
    rows = ["a|白石市", "b|蔵王町", "c|白石市"]
    found = read("橋梁番号|管理者", rows, AssetClass.BRIDGE, where={"管理者": "白石市"})
    assert found.fields["number"] == ["a", "c"]
    assert found.left_out == 1


def test_personal_columns_are_never_read() -> None:
    reading, _, _ = understand(
        "浄化槽番号|設置者氏名|設置場所住所|電話番号|人槽", ["1|山田太郎|本町1|090|5"], AssetClass.SEPTIC
    )
    assert {use.header for use in reading.uses} == {"浄化槽番号", "人槽"}
    assert set(reading.ignored) == {"設置者氏名", "設置場所住所", "電話番号"}


def test_rivals_are_asked_about() -> None:
    reading, _, _ = understand("番号|橋長|橋長m", ["1|5|6"], AssetClass.BRIDGE)
    assert [question.code for question in reading.questions] == ["column_ambiguous"] * 2
    reading, _, _ = understand("番号|架設年度", ["1|木造"], AssetClass.BRIDGE)
    assert [question.code for question in reading.questions] == ["column_not_readable"]


def test_a_mapping_is_checked() -> None:
    mapping = Mapping(columns={"長さ": "length_m", "幅": "nonsense", "無い列": "name"}, scale="none-such")
    reading, _, _ = understand("番号|長さ|幅", ["1|5|6"], AssetClass.BRIDGE, mapping)
    assert {fault.code for fault in reading.faults} == {"no_such_field", "no_such_column", "no_such_scale"}


@settings(deadline=None, max_examples=60)
@given(st.lists(st.text("abc", min_size=1, max_size=3), max_size=40), st.integers(1, 10))
def test_repeated_numbers_are_found_across_chunks(numbers: list[str], size: int) -> None:
    seen = SeenNumbers()
    found = [
        begin + position
        for begin in range(0, len(numbers), size)
        for position in seen.repeated(numbers[begin : begin + size])
    ]
    assert found == [index for index, number in enumerate(numbers) if number in numbers[:index]]


@settings(deadline=None, max_examples=60)
@given(st.floats(-60, 60), st.floats(-170, 170), st.floats(0, 360), st.floats(1, 2000))
def test_lengths_agree_with_an_independent_geodesic(lat: float, lon: float, azimuth: float, metres: float) -> None:
    from pyproj import Geod

    east, north, _ = Geod(ellps="GRS80").fwd(lon, lat, azimuth, metres)
    line = np.array([shapely.LineString([(lon, lat), (east, north)])])
    assert line_lengths(line)[0] == pytest.approx(metres, rel=1e-6, abs=1e-4)


def test_flags_read_back() -> None:
    assert flag_parts(flag("out_of_range", "depth_m", "a=b:c")) == ("out_of_range", "depth_m", "a=b:c")
    assert flag_parts(flag("number_made")) == ("number_made", "", "")


def test_chunks_read_like_the_whole() -> None:
    rows = [f"n{index % 7}|昭和{index % 60 + 1}年度|{index}.5|Ⅱ|{2000 + index % 20}" for index in range(60)]
    header = "橋梁番号|架設年度|橋長|判定区分|点検年度"
    whole = read(header, rows, AssetClass.BRIDGE)
    reading, context, _ = understand(header, rows[:5], AssetClass.BRIDGE)
    parts = []
    for begin in range(0, 60, 13):
        _, _, chunk = understand(header, rows[begin : begin + 13], AssetClass.BRIDGE)
        chunk.rows = range(2 + begin, 2 + begin + len(chunk))
        parts.append(read_chunk(reading, chunk, context))
    assert [number for part in parts for number in part.fields["number"]] == whole.fields["number"]
    assert [row.row for part in parts for row in part.rejected] == [row.row for row in whole.rejected]


def test_the_start_of_use_stands_in_for_a_septic_systems_unknown_year() -> None:
    found = read(
        "浄化槽番号|設置年月日|使用開始年月日|人槽",
        ["J-1||平成12年4月10日|5", "J-2|平成10年3月1日|平成12年4月10日|5", "J-3|不明|H12.4|7", "J-4|||7"],
        AssetClass.SEPTIC,
    )
    assert found.fields["built_year"] == [2000, 1998, 2000, None]
    assert found.fields["built_precision"] == ["about", "day", "about", "unknown"]
    assert found.fields["built_on"] == [None, date(1998, 3, 1), None, None]
    assert found.fields["flags"][0] == ("built_from_use:built=平成12年4月10日",)
    assert found.fields["flags"][1] == found.fields["flags"][3] == ()
    assert json.loads(found.fields["attributes"][0])["use_started_on"] == "2000-04-10"
    alone = read("浄化槽番号|使用開始年月日", ["J-1|令和元年8月1日"], AssetClass.SEPTIC)
    assert (alone.fields["built_year"], alone.fields["built_precision"]) == ([2019], ["about"])


def test_a_septic_process_that_says_combined_or_single_is_the_treatment() -> None:
    found = read("浄化槽番号|処理方式", ["J-1|合併", "J-2|単独", "J-3|合併処理"], AssetClass.SEPTIC)
    assert [json.loads(text).get("treatment") for text in found.fields["attributes"]] == [
        "combined", "single", "combined"
    ]  # fmt: skip
    both = read("浄化槽番号|処理方式|単独合併区分", ["J-1|合併|単独", "J-2|合併|単独"], AssetClass.SEPTIC)
    assert [json.loads(text)["treatment"] for text in both.fields["attributes"]] == ["single", "single"]
    process = read("浄化槽番号|処理方式|種別", ["J-1|全ばっ気方式|単独"], AssetClass.SEPTIC)
    assert json.loads(process.fields["attributes"][0]) == {
        "class": "septic", "process": "full_aeration", "treatment": "single",
    }  # fmt: skip


def test_the_lower_of_two_header_rows_goes_before_a_part_of_both() -> None:
    header = "番号|位置情報_Ｘ座標|位置情報_Ｙ座標|点検結果_H26|点検結果_R元|調査年月"
    rows = ["1|-220000|3000|Ⅰ|Ⅱ|R4.10", "2|-219900|3050|Ⅱ|Ⅲ|2022/10"]
    reading, _, _ = understand(header, rows, AssetClass.BRIDGE)
    assert [(use.field.name, use.year) for use in reading.uses] == [
        ("number", None), ("plane_north", None), ("plane_east", None), ("grade", 2014), ("grade", 2019),
        ("inspected", None),
    ]  # fmt: skip
    assert not reading.questions
