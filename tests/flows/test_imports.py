"""Whole imports: files to tables, twice, newer, mended, dry, for several owners, with what cannot be read."""

import csv
import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Database

from gunmane.core.regions import LedgerEntry, OwnerEntry, RegionEntry, RegionFile
from gunmane.core.words import AssetClass, OwnerKind
from gunmane.files.doubts import HEADER as DOUBTS
from gunmane.files.doubts import doubt_list
from gunmane.files.import_texts import HEADER, write_rejected
from gunmane.files.regions import read_region
from gunmane.flows.doubts import told_in
from gunmane.flows.imports import ImportOutcome, gathered_in, import_ledgers, import_region, in_turn, rows_to_mend
from gunmane.flows.simulate import simulate
from gunmane.store import database, pool

DAY = date(2026, 4, 1)
TABLES = (
    "owners", "regions", "region_members", "ledgers", "rejected_rows", "assets", "asset_history", "asset_numbers",
    "septic_contacts", "inspections", "repairs", "conditions",
)  # fmt: skip

BRIDGES = """施設番号,施設名,架設年度,橋長(m),緯度,経度,点検実施年度,判定区分,管理者
B1,一の橋,昭和50年度,12.5,38.00,140.60,2020,Ⅱ,白石市
B2,二の橋,不明,8,38.01,140.61,R元,Ⅲ,白石市
B3,三の橋,H8.9.5,60557,38.02,140.62,2021,Ⅰ,白石市
,,,,,,2021,Ⅰ,白石市
B5,東の橋,1980,20,38.03,140.63,2022,Ⅰ,角田市
"""
INSPECTIONS = "施設番号,点検年月日,判定区分\nB1,2015-07-01,Ⅰ\nB9,2015-07-01,Ⅰ\nB2,2014-06-30,Ⅱ\n"
REPAIRS = (
    '施設番号,工事完了日,工種,工事費(千円)\nB2,2018-03-20,断面修復,"1,200"\nB1,2030-01-01,補修,5\nB1,2011,謎,5\n'
)
REGION = """[region]
name = "試験広域圏"
[[owners]]
code = "042064"
name = "白石市"
kind = "municipality"
population = 32000
engineers = { civil = 3 }
[[owners.ledgers]]
path = "bridges.csv"
asset_class = "bridge"
where = { "管理者" = "白石市" }
[[owners.inspections]]
path = "inspections.csv.gz"
asset_class = "bridge"
[[owners.repairs]]
path = "repairs.csv"
asset_class = "bridge"
[[owners]]
code = "042081"
name = "角田市"
kind = "municipality"
[[owners.ledgers]]
path = "bridges.csv"
asset_class = "bridge"
where = { "管理者" = "角田市" }
"""


@pytest.fixture
def region(tmp_path: Path) -> Path:
    (tmp_path / "bridges.csv").write_bytes(BRIDGES.encode("cp932"))
    (tmp_path / "inspections.csv.gz").write_bytes(gzip.compress(INSPECTIONS.encode("utf-8-sig")))
    (tmp_path / "repairs.csv").write_text(REPAIRS, encoding="utf-8")
    path = tmp_path / "region.toml"
    path.write_text(REGION, encoding="utf-8")
    return path


async def run(opened: pool.Pool, path: Path, **options: Any) -> ImportOutcome:
    return await import_region(opened, read_region(path), path.parent, as_of=DAY, today=DAY, **options)


async def everything(db: Database) -> dict[str, list[tuple[Any, ...]]]:
    admin = await database.connect(db.admin_url)
    found = {
        table: sorted((tuple(row) for row in await admin.fetch(f"SELECT * FROM {table}")), key=repr)
        for table in TABLES
    }
    await admin.close()
    return found


async def query(db: Database, text: str, *values: Any) -> list[tuple[Any, ...]]:
    admin = await database.connect(db.admin_url)
    rows = [tuple(row) for row in await admin.fetch(text, *values)]
    await admin.close()
    return rows


async def test_a_region_comes_in_whole(db: Database, db_pool: pool.Pool, region: Path) -> None:
    outcome = await run(db_pool, region)
    assert {name: outcome.total(name) for name in ("added", "changed", "rejected", "repairs", "flagged")} == {
        "added": 4, "changed": 0, "rejected": 4, "repairs": 1, "flagged": 1
    }  # fmt: skip
    assets = await query(
        db,
        """
        SELECT o.code, a.number, a.built_year, a.built_precision, a.length_m, a.flags, c.grade, a.origin
        FROM assets AS a JOIN owners AS o USING (owner_id) LEFT JOIN conditions AS c USING (owner_id, asset_id)
        ORDER BY a.number
        """,
    )
    assert assets[0] == ("042064", "B1", 1975, "fiscal_year", 12.5, [], "II", "ledger")
    assert assets[1][:5] == ("042064", "B2", None, "unknown", 8.0)
    assert assets[2][2:5] == (1996, "day", None)
    assert assets[2][5] == ["out_of_range:length_m=60557"]
    assert assets[3][0] == "042081"
    inspected = await query(
        db,
        "SELECT a.number, i.inspected_on, i.grade FROM inspections AS i JOIN assets AS a USING (asset_id)"
        " ORDER BY 1, 2",
    )
    assert inspected[:2] == [("B1", date(2015, 7, 1), "I"), ("B1", date(2020, 4, 1), "II")]
    assert len(inspected) == 6
    assert await query(db, "SELECT kind, cost_yen, repaired_on FROM repairs") == [
        ("repair", 1_200_000, date(2018, 3, 20))
    ]
    members = await query(
        db,
        "SELECT o.code, o.population, m.joined_on FROM region_members AS m JOIN owners AS o USING (owner_id)"
        " ORDER BY 1",
    )
    assert members == [("042064", 32000, DAY), ("042081", None, DAY)]


@pytest.mark.parametrize("again", [False, True])
async def test_a_second_run_changes_nothing(db: Database, db_pool: pool.Pool, region: Path, again: bool) -> None:
    await run(db_pool, region)
    before = await everything(db)
    outcome = await run(db_pool, region, again=again)
    assert not any(one.wrote for one in outcome.ledgers)
    assert {one.state for one in outcome.ledgers} == {"imported" if again else "identical"}
    assert outcome.total("rejected") == 4
    assert await everything(db) == before


async def test_a_dry_run_leaves_the_database_untouched(db: Database, db_pool: pool.Pool, region: Path) -> None:
    before = await everything(db)
    outcome = await run(db_pool, region, dry_run=True)
    assert (outcome.total("added"), outcome.total("inspections"), outcome.dry_run) == (4, 6, True)
    assert await everything(db) == before
    await run(db_pool, region)
    before = await everything(db)
    (region.parent / "bridges.csv").write_bytes(BRIDGES.replace("12.5", "13.5").encode("cp932"))
    outcome = await run(db_pool, region, dry_run=True)
    assert outcome.ledgers[0].changed_examples[0].fields == {"length_m": (12.5, 13.5)}
    assert await everything(db) == before


async def test_a_newer_ledger_changes_what_changed(db: Database, db_pool: pool.Pool, region: Path) -> None:
    await run(db_pool, region)
    text = (
        BRIDGES.replace("12.5", "13.5").replace("B2,", "B7,").replace("\n,,,,,,", "\nB8,四の橋,1999,5,38.04,140.64,")
    )
    (region.parent / "bridges.csv").write_bytes(text.encode("cp932"))
    outcome = await run(db_pool, region)
    first = outcome.ledgers[0]
    assert (first.added, first.changed, first.unchanged, first.vanished, first.mended) == (2, 1, 1, 1, 1)
    assert first.vanished_examples == ("B2",)
    assert await query(db, "SELECT status, revision FROM assets WHERE number = 'B2'") == [("in_service", 1)]
    assert await query(db, "SELECT length_m, revision FROM asset_history") == [(12.5, 1)]
    assert await query(db, "SELECT count(*) FROM rejected_rows WHERE mended_at IS NOT NULL") == [(1,)]


async def test_what_a_newer_ledger_calls_unknown_stays_known_and_is_doubted(
    db: Database, db_pool: pool.Pool, region: Path
) -> None:
    await run(db_pool, region)
    text = BRIDGES.replace("昭和50年度,12.5,38.00,140.60", "不明,,,").replace("8,38.01", "9,38.01")
    (region.parent / "bridges.csv").write_bytes(text.encode("cp932"))
    outcome = await run(db_pool, region)
    assert (outcome.ledgers[0].changed, outcome.ledgers[0].flagged) == (2, 2)
    columns = "built_year, built_precision, length_m, geometry IS NULL, bounds IS NULL, flags"
    assert await query(db, f"SELECT {columns} FROM assets WHERE number = 'B1'") == [
        (
            1975, "fiscal_year", 12.5, False, False,
            ["newer_unknown:built=1975", "newer_unknown:length_m=12.5", "newer_unknown:position"],
        )
    ]  # fmt: skip
    before = await everything(db)
    outcome = await run(db_pool, region, again=True)
    assert not any(one.wrote for one in outcome.ledgers)
    assert await everything(db) == before
    (region.parent / "bridges.csv").write_bytes(BRIDGES.replace("昭和50", "昭和51").encode("cp932"))
    await run(db_pool, region)
    found = await query(db, "SELECT built_year, flags FROM assets WHERE number = 'B1'")
    assert found == [(1976, [])], "a known value goes before, and its doubts end"


async def test_a_ledger_that_completes_another_raises_no_doubt(
    db: Database, db_pool: pool.Pool, region: Path
) -> None:
    more = "施設番号,架設年度,幅員(m)\nB1,,4\nB2,1960,3\n"
    (region.parent / "more.csv").write_text(more, encoding="utf-8")
    second = '[[owners.ledgers]]\npath = "more.csv"\nasset_class = "bridge"\n[[owners.inspections]]'
    region.write_text(REGION.replace("[[owners.inspections]]", second, 1), encoding="utf-8")
    await run(db_pool, region)
    columns = "number, built_year, length_m, width_m, flags"
    expected = [("B1", 1975, 12.5, 4.0, []), ("B2", 1960, 8.0, 3.0, [])]
    assert await query(db, f"SELECT {columns} FROM assets WHERE number < 'B3' ORDER BY 1") == expected
    before = await everything(db)
    for _ in range(2):
        outcome = await run(db_pool, region, again=True)
        assert not any(one.wrote for one in outcome.ledgers)
        assert await everything(db) == before


@pytest.mark.parametrize("lines_first", [True, False])
async def test_a_measured_length_gives_way_to_a_stated_one(
    db: Database, db_pool: pool.Pool, tmp_path: Path, lines_first: bool
) -> None:
    line = {"type": "LineString", "coordinates": [[140.6, 38.0], [140.6, 38.001]]}
    feature = {"type": "Feature", "properties": {"管渠番号": "K1", "管種": "陶管"}, "geometry": line}
    shapes = {"type": "FeatureCollection", "features": [feature]}
    (tmp_path / "k.geojson").write_text(json.dumps(shapes), encoding="utf-8")
    (tmp_path / "k.csv").write_text("管渠番号,延長(m),土被り(m)\nK1,100,2\n", encoding="utf-8")
    names = ["k.geojson", "k.csv"] if lines_first else ["k.csv", "k.geojson"]
    head = REGION.partition("[[owners.ledgers]]")[0]
    entries = "".join(f'[[owners.ledgers]]\npath = "{name}"\nasset_class = "sewer_pipe"\n' for name in names)
    (tmp_path / "region.toml").write_text(head + entries, encoding="utf-8")
    await run(db_pool, tmp_path / "region.toml")
    found = await query(db, "SELECT length_m, depth_m, geometry IS NULL, flags FROM assets")
    assert found == [(100.0, 2.0, False, [])]
    before = await everything(db)
    outcome = await run(db_pool, tmp_path / "region.toml", again=True)
    assert not any(one.wrote for one in outcome.ledgers)
    assert await everything(db) == before


async def test_a_table_of_totals_is_no_ledger(db_pool: pool.Pool, region: Path) -> None:
    (region.parent / "bridges.csv").write_text("橋長(m),架設年度\n5,1999\n", encoding="utf-8")
    region.write_text(REGION.replace('where = { "管理者" = "白石市" }\n', ""), encoding="utf-8")
    outcome = await run(db_pool, region)
    assert (outcome.ledgers[0].state, outcome.ledgers[0].problem) == ("failed", "nothing_identifies")


async def test_one_file_makes_only_its_own_assets_vanish(db: Database, db_pool: pool.Pool, region: Path) -> None:
    await run(db_pool, region)
    folder = region.parent

    async def one(name: str, text: str) -> tuple[int, tuple[str, ...]]:
        (folder / name).write_text(text, encoding="utf-8")
        entry = LedgerEntry(path=name, asset_class=AssetClass.BRIDGE)
        owner = OwnerEntry(code="042064", name="白石市", kind=OwnerKind.MUNICIPALITY, ledgers=(entry,))
        file = RegionFile(region=RegionEntry(name="042064"), owners=(owner,))
        outcome = await import_ledgers(db_pool, file, folder, as_of=DAY, today=DAY)
        return outcome.ledgers[0].vanished, outcome.ledgers[0].vanished_examples

    head = "施設番号,施設名,橋長(m)\n"
    assert await one("new.csv", head + "N1,新橋,5\nN2,新二橋,6\nN3,新三橋,7\n") == (0, ())
    assert await one("new.csv", head + "N1,新橋,5\nN2,新二橋,6\n") == (1, ("N3",)), "the same path"
    assert await one("newer.csv", head + "N1,新橋,5\nN4,新四橋,6\nN3,新三橋,7\n") == (1, ("N2",)), "its successor"
    assert await one("other.csv", head + "B1,一の橋,12.5\nX1,別の橋,6\n") == (0, ()), "one asset is no succession"


async def test_ledger_rows_are_doubted_in_view_of_repairs_and_histories(
    db: Database, db_pool: pool.Pool, region: Path
) -> None:
    history = INSPECTIONS + "B1,2018-05-01,Ⅳ\nB2,1950-01-01,Ⅰ\nB3,1990-01-01,Ⅰ\nB3,約2001年,Ⅰ\n"
    (region.parent / "inspections.csv.gz").write_bytes(gzip.compress(history.encode("utf-8-sig")))
    outcome = await run(db_pool, region)
    found = await query(
        db,
        "SELECT a.number, i.inspected_on, i.flags FROM inspections AS i JOIN assets AS a USING (asset_id)"
        " WHERE a.number < 'B5' ORDER BY 1, 2",
    )
    year = "date_by_fiscal_year"
    assert found == [
        ("B1", date(2015, 7, 1), []),
        ("B1", date(2018, 5, 1), ["grade_jump"]),
        ("B1", date(2020, 4, 1), [year, "improved_without_repair"]),  # stands in the ledger of assets
        ("B2", date(1950, 1, 1), []),  # its year is unknown
        ("B2", date(2014, 6, 30), []),
        ("B2", date(2019, 4, 1), [year]),
        ("B3", date(1990, 1, 1), ["before_construction"]),
        ("B3", date(2001, 1, 1), ["date_by_about"]),
        ("B3", date(2021, 4, 1), [year]),
    ]
    assert [one.flagged for one in outcome.ledgers[:2]] == [2, 3]


async def test_inspections_follow_an_asset_that_is_known_by_another_number(
    db: Database, db_pool: pool.Pool, region: Path
) -> None:
    text = BRIDGES.replace("施設名", "xROAD施設番号").replace("一の橋", "BR0-042064-00001")
    (region.parent / "bridges.csv").write_bytes(text.encode("cp932"))
    outcome = await run(db_pool, region)
    assert "xroad_number" in outcome.ledgers[0].columns.values()
    text = text.replace("B1,BR0", "BR0-042064-00001,BR0").replace("2020,Ⅱ", "2024,Ⅲ")
    (region.parent / "bridges.csv").write_bytes(text.encode("cp932"))
    assert (await run(db_pool, region)).ledgers[0].inspections == 1
    found = await query(
        db, "SELECT a.number, c.grade FROM conditions AS c JOIN assets AS a USING (asset_id) WHERE a.number = 'B1'"
    )
    assert found == [("B1", "III")]


async def test_a_repeated_row_yields_neither_asset_nor_inspection(
    db: Database, db_pool: pool.Pool, region: Path
) -> None:
    text = BRIDGES + "B1,また一の橋,1990,9,38.04,140.64,2021,Ⅳ,白石市\n"
    (region.parent / "bridges.csv").write_bytes(text.encode("cp932"))
    for chunk in (2, 50_000):
        outcome = await run(db_pool, region, chunk=chunk, again=True)
        assert outcome.ledgers[0].rejected == 2
    rows = await query(
        db, "SELECT i.grade FROM inspections AS i JOIN assets AS a USING (asset_id) WHERE a.number = 'B1' ORDER BY 1"
    )
    assert rows == [("I",), ("II",)]
    assert (await rows_to_mend(db_pool, outcome.saved))[1][1].cells["判定区分"] == "Ⅳ"


async def test_a_file_that_breaks_off_is_told_and_the_others_come_in(
    db: Database, db_pool: pool.Pool, region: Path
) -> None:
    rows = "".join(f"B1,20{year:02d}-07-01,Ⅰ,{year * 7919 % 1000003}\n" for year in range(10, 25)) * 9000
    whole = gzip.compress(("施設番号,点検年月日,判定区分,備考\n" + rows).encode())
    (region.parent / "inspections.csv.gz").write_bytes(whole[: len(whole) // 2])
    outcome = await run(db_pool, region)
    assert [one.state for one in outcome.ledgers] == ["imported", "failed", "imported", "imported"]
    assert outcome.ledgers[1].problem == "not_readable"
    assert [one.added for one in outcome.ledgers] == [3, 0, 0, 1]


async def test_an_identical_ledger_does_not_undo_what_people_corrected(
    db: Database, db_pool: pool.Pool, region: Path
) -> None:
    await run(db_pool, region)
    await query(db, "UPDATE assets SET name = '改名' WHERE number = 'B1' RETURNING 1")
    await run(db_pool, region)
    assert await query(db, "SELECT name FROM assets WHERE number = 'B1'") == [("改名",)]


async def test_inspections_wait_for_their_assets(db: Database, db_pool: pool.Pool, region: Path) -> None:
    await run(db_pool, region)
    text = BRIDGES + "B9,九の橋,1999,5,38.04,140.64,,,白石市\n"
    (region.parent / "bridges.csv").write_bytes(text.encode("cp932"))
    outcome = await run(db_pool, region)
    assert [(one.content, one.mended, one.inspections) for one in outcome.ledgers[:2]] == [
        ("assets", 0, 0), ("inspections", 1, 1)
    ]  # fmt: skip


async def test_a_ledger_that_cannot_be_read_does_not_stop_the_others(
    db: Database, db_pool: pool.Pool, region: Path
) -> None:
    (region.parent / "repairs.csv").write_bytes(b"a,b\n1,2\n")
    outcome = await run(db_pool, region)
    assert [one.state for one in outcome.ledgers] == ["imported", "imported", "failed", "imported"]
    assert outcome.ledgers[2].problem == "nothing_recognised"
    assert outcome.failed


async def test_who_is_no_longer_in_the_file_leaves(db: Database, db_pool: pool.Pool, region: Path) -> None:
    await run(db_pool, region)
    region.write_text(REGION.partition('[[owners]]\ncode = "042081"')[0], encoding="utf-8")
    later = date(2027, 4, 1)
    await import_region(db_pool, read_region(region), region.parent, as_of=later, today=later)
    members = "SELECT o.code, m.left_on FROM region_members AS m JOIN owners AS o USING (owner_id) ORDER BY 1"
    assert await query(db, members) == [("042064", None), ("042081", later)]
    region.write_text(REGION, encoding="utf-8")
    again = date(2028, 4, 1)
    await import_region(db_pool, read_region(region), region.parent, as_of=again, today=again)
    assert (await query(db, members))[1:] == [("042081", later), ("042081", None)]


async def test_rows_to_mend_are_listed_with_their_place(db_pool: pool.Pool, region: Path, tmp_path: Path) -> None:
    outcome = await run(db_pool, region)
    rows = await rows_to_mend(db_pool, outcome.saved)
    assert [(row.path.split()[0], row.row_number, row.faults[0].code) for _, row in rows] == [
        ("bridges.csv", 5, "number_missing"), ("inspections.csv.gz", 3, "asset_unknown"),
        ("repairs.csv", 3, "repair_in_future"), ("repairs.csv", 4, "unknown_repair"),
    ]  # fmt: skip
    target = tmp_path / "rejected.csv"
    assert write_rejected(target, rows) == 4
    lines = target.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].split(",") == list(HEADER)
    assert "番号がなく" in lines[1]
    assert "'" not in target.read_text(encoding="utf-8-sig"), "a blank cell needs no guard against formulas"
    assert lines[2].split(",")[3:5] == ["施設番号", "B9"]
    assert "未来" in lines[3]
    assert "future" in lines[3]


@pytest.mark.parametrize("dry_run", [True, False])
async def test_doubts_are_listed_with_their_place(db_pool: pool.Pool, region: Path, dry_run: bool) -> None:
    folder = region.parent
    text = BRIDGES.replace("12.5,", "約12.5,").replace("8,38.01,140.61", "8,140.61,38.01")
    (folder / "bridges.csv").write_bytes(text.encode("cp932"))
    (folder / "inspections.csv.gz").write_bytes(gzip.compress((INSPECTIONS + "B1,2018-05-01,Ⅳ\n").encode()))
    rejected: list[Any] = []
    with doubt_list(folder / "doubts.csv") as found:
        await run(db_pool, region, dry_run=dry_run, look=in_turn([told_in(found), gathered_in(rejected)]))
    lines = list(csv.reader((folder / "doubts.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert tuple(lines[0]) == DOUBTS
    ledger, history = "bridges.csv [管理者=白石市]", "inspections.csv.gz"
    doubt, filled = "疑義 doubt", "補完 filled in"
    assert [line[:7] for line in lines[1:]] == [
        [doubt, "白石市", ledger, "2", "B1", "橋長(m)", "約12.5"],
        [doubt, "白石市", ledger, "3", "B2", "緯度", ""],
        [doubt, "白石市", ledger, "4", "B3", "橋長(m)", "60557"],
        [doubt, "白石市", ledger, "2", "B1", "判定区分", "II"],
        [doubt, "白石市", history, "5", "B1", "判定区分", "IV"],
        [filled, "白石市", ledger, "", "", "", "3"],
        [filled, "角田市", "bridges.csv [管理者=角田市]", "", "", "", "1"],
    ]
    assert lines[4][7:] == ["修繕の記録なしに判定が改善", "better grade without a recorded repair"]
    assert found.counts().doubts == {
        "about": 1, "grade_jump": 1, "improved_without_repair": 1, "out_of_range": 1, "position_swapped": 1
    }  # fmt: skip
    assert found.counts().derived == {"date_by_fiscal_year": 4}
    assert len(rejected) == 4, "the rows to mend are there in a dry run too"


async def test_a_simulated_region_comes_in_and_says_so(db: Database, db_pool: pool.Pool, tmp_path: Path) -> None:
    made = simulate(tmp_path, 3, 300, 5)
    file = read_region(made.region)
    day = file.region.as_of
    assert day is not None
    outcome = await import_region(db_pool, file, tmp_path, as_of=day, today=day)
    assert not outcome.failed
    origins = [("simulated",)]
    for table in ("assets", "inspections", "ledgers", "owners", "regions"):
        assert await query(db, f"SELECT DISTINCT origin FROM {table}") == origins
    before = await everything(db)
    outcome = await import_region(db_pool, file, tmp_path, as_of=day, today=day, again=True)
    assert not any(one.wrote for one in outcome.ledgers)
    assert await everything(db) == before
    classes = {one.asset_class for one in outcome.ledgers if one.content == "assets"}
    assert AssetClass.BRIDGE in classes
