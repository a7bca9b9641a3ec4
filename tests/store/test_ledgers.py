"""Ledgers merged set-based: what is new, changed, unchanged, renumbered, vanished, and what stays as it was."""

import struct
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import pytest

from gunmane.core.inspections import Plausibility
from gunmane.core.words import AssetClass, Origin, Scale
from gunmane.resources import DATA
from gunmane.store import access, database, inspections_bulk, ledgers, pool, rejections
from gunmane.store.ids import uuid7
from tests.conftest import Database

OWNER = uuid7()
EVERYTHING = ledgers.Supply(frozenset(ledgers.PROVIDED), ("spans", "lanes"), outside_numbers=True)
TABLES = (
    "assets",
    "asset_history",
    "asset_numbers",
    "inspections",
    "conditions",
    "repairs",
    "ledgers",
    "rejected_rows",
)


@pytest.fixture
async def owned(db: Database, db_pool: pool.Pool) -> pool.Pool:
    admin = await database.connect(db.admin_url)
    await admin.execute(
        "INSERT INTO owners (owner_id, code, name, kind, origin) VALUES ($1, 'test', 't', 'utility', 'ledger')", OWNER
    )
    await admin.close()
    return db_pool


@asynccontextmanager
async def operating(opened: pool.Pool) -> AsyncIterator[Any]:
    async with pool.writing(opened) as conn:
        await access.operate(conn, [OWNER], [])
        await ledgers.begin(conn)
        await inspections_bulk.begin(conn)
        await rejections.begin(conn)
        yield conn


def point(longitude: float, latitude: float) -> bytes:
    return struct.pack("<BIdd", 1, 1, longitude, latitude)


def columns(rows: Sequence[dict[str, Any]]) -> tuple[list[int], dict[str, list[Any]], dict[str, list[Any]]]:
    """Lay rows given as dictionaries out as the columns that the reader of ledgers delivers."""
    names = [name for name, _ in ledgers._COLUMNS]
    fields: dict[str, list[Any]] = {name: [row.get(name) for row in rows] for name in names}
    fields["flags"] = [tuple(row.get("flags", ())) for row in rows]
    fields["attributes"] = [
        msgspec.json.encode({"class": "bridge", **row.get("attributes", {})}).decode() for row in rows
    ]
    fields["built_precision"] = ["unknown" if year is None else "year" for year in fields["built_year"]]
    places = [row.get("at") for row in rows]
    fields["geometry"] = [None if at is None else point(*at) for at in places]
    for side, axis in (("west", 0), ("south", 1), ("east", 0), ("north", 1)):
        fields[side] = [None if at is None else at[axis] for at in places]
    ids = {scheme: [row.get(scheme) for row in rows] for scheme in ledgers.SCHEMES}
    return [row.get("row", position + 2) for position, row in enumerate(rows)], fields, ids


async def load(
    opened: pool.Pool, rows: Sequence[dict[str, Any]], supply: ledgers.Supply = EVERYTHING
) -> tuple[ledgers.Merged, int, tuple[str, ...]]:
    """Import rows as one ledger; return what merging did, and the vanished."""
    async with operating(opened) as conn:
        target = ledgers.Target(OWNER, AssetClass.BRIDGE, uuid7(), Origin.LEDGER)
        there = await ledgers.lock(conn, OWNER, AssetClass.BRIDGE)
        await ledgers.copy_in(conn, ledgers.asset_batch(*columns(rows), supply))
        if there:
            await ledgers.match_staged(conn, target, supply)
            merged = await ledgers.merge_staged(conn, target, supply)
        else:
            merged = ledgers.Merged(await ledgers.insert_staged(conn, target, supply))
        count, numbers = await ledgers.vanished(conn, OWNER, AssetClass.BRIDGE, [target.ledger_id])
        await ledgers.forget_staged(conn)
        return merged, count, numbers


async def everything(db: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Dump all tables that an import writes."""
    admin = await database.connect(db.admin_url)
    found = {
        table: [tuple(row) for row in await admin.fetch(f"SELECT * FROM {table} ORDER BY 1, 2, 3")]
        for table in TABLES
    }
    await admin.close()
    return found


BRIDGES: list[dict[str, Any]] = [
    {
        "number": "1",
        "name": "一の橋",
        "built_year": 1970,
        "length_m": 12.5,
        "attributes": {"spans": 2},
        "at": (139.7, 35.6),
    },
    {"number": "2", "name": "二の橋", "diameter_mm": 300, "flags": ("about:built_year",), "xroad_number": "BR0-2"},
    {"number": "3", "name": "三\tの\\橋\n", "built_year": 2001, "coordinate_id": "35.1,139.2"},
]


async def test_every_kind_of_value_arrives(db: Database, owned: pool.Pool) -> None:
    day = date(1999, 4, 1)
    row: dict[str, Any] = {
        "number": "№1", "name": "橋\0", "built_year": 1999, "built_on": day, "municipality_code": "042064",
        "route": "r",
        "length_m": 1.25, "width_m": -0.5, "area_m2": 1e9, "diameter_mm": 250, "depth_m": 0.1, "material": "rc",
        "material_text": "ＲＣ", "attributes": {"spans": 3, "structure": "桁\u0000"}, "at": (139.5, 35.25),
        "status": "suspended", "flags": ("a", "b:c=\"'{}"),
    }  # fmt: skip
    await load(owned, [row, {"number": "2"}])
    admin = await database.connect(db.admin_url)
    found = [dict(one) for one in await admin.fetch("SELECT * FROM assets ORDER BY number DESC")]
    await admin.close()
    first, second = found
    texts = ("number", "name", "built_year", "built_on", "municipality_code", "route")
    assert {name: first[name] for name in texts} == {
        "number": "№1", "name": "橋", "built_year": 1999, "built_on": day, "municipality_code": "042064", "route": "r"
    }  # fmt: skip
    assert [first[name] for name in ("length_m", "width_m", "area_m2", "diameter_mm", "depth_m")] == [
        1.25,
        -0.5,
        1e9,
        250,
        0.1,
    ]
    assert [first[name] for name in ("material", "material_text", "status", "flags")] == [
        "rc", "ＲＣ", "suspended", ["a", "b:c=\"'{}"]
    ]  # fmt: skip
    assert msgspec.json.decode(first["attributes"]) == {"class": "bridge", "spans": 3, "structure": "桁"}
    assert first["geometry"] == point(139.5, 35.25)
    assert (tuple(first["bounds"].high), tuple(first["bounds"].low)) == ((139.5, 35.25), (139.5, 35.25))
    assert first["ledger_row"] == 2
    assert first["asset_id"].version == 7
    unknown = ("name", "built_year", "built_on", "length_m", "diameter_mm", "geometry", "bounds", "place", "material")
    assert [second[name] for name in unknown] == [None] * len(unknown)
    assert (second["status"], second["flags"], second["built_precision"]) == ("in_service", [], "unknown")


async def test_the_same_ledger_again_changes_nothing(db: Database, owned: pool.Pool) -> None:
    first = await load(owned, BRIDGES)
    before = await everything(db)
    again = await load(owned, BRIDGES)
    assert (first[0].added, again[0].added, again[0].changed, again[1]) == (3, 0, 0, 0)
    assert len(before["assets"]) == 3
    assert await everything(db) == before


async def test_a_changed_row_keeps_its_former_state(db: Database, owned: pool.Pool) -> None:
    await load(owned, BRIDGES)
    newer = [{**BRIDGES[0], "length_m": 13.0, "attributes": {"spans": 3}}, BRIDGES[1], {"number": "4"}]
    merged, count, numbers = await load(owned, newer)
    assert (merged.added, merged.changed, count, numbers) == (1, 1, 1, ("3",))
    assert merged.added_examples == ("4",)
    assert merged.changed_examples[0].number == "1"
    assert merged.changed_examples[0].fields["length_m"] == (12.5, 13)
    admin = await database.connect(db.admin_url)
    row = await admin.fetchrow(
        """
        SELECT a.revision, a.length_m, h.revision AS old, h.length_m AS old_length, h.attributes ->> 'spans' AS spans,
            h.superseded_at = a.recorded_at AS seamless
        FROM assets AS a JOIN asset_history AS h USING (owner_id, asset_id)
        """
    )
    status = await admin.fetchval("SELECT status FROM assets WHERE number = '3'")
    await admin.close()
    assert tuple(row) == (2, 13.0, 1, 12.5, "2", True)
    assert status == "in_service", "what vanishes from a ledger is reported, never changed"


async def test_what_a_ledger_has_no_column_for_stays_known(db: Database, owned: pool.Pool) -> None:
    await load(owned, BRIDGES)
    before = await everything(db)
    narrow = ledgers.Supply(frozenset(("name",)), ("lanes",))
    merged, _, _ = await load(owned, [{"number": "1", "name": "一の橋"}], narrow)
    assert merged.changed == 0
    assert await everything(db) == before
    await load(owned, [{"number": "1", "name": "新一の橋", "attributes": {"lanes": 2}}], narrow)
    admin = await database.connect(db.admin_url)
    row = await admin.fetchrow("SELECT name, length_m, geometry, attributes FROM assets WHERE number = '1'")
    await admin.close()
    assert (row["name"], row["length_m"], row["geometry"]) == ("新一の橋", 12.5, point(139.7, 35.6))
    assert msgspec.json.decode(row["attributes"]) == {"class": "bridge", "spans": 2, "lanes": 2}


async def test_an_outside_number_finds_an_asset_that_was_renumbered(db: Database, owned: pool.Pool) -> None:
    await load(owned, BRIDGES)
    merged, count, _ = await load(owned, [BRIDGES[0], {**BRIDGES[1], "number": "2-new"}, BRIDGES[2]])
    assert (merged.added, merged.changed, count) == (0, 1, 0)
    # a number that the reader made up, or the outside number itself, does not replace the owner's own
    merged, count, _ = await load(
        owned, [BRIDGES[0], {**BRIDGES[1], "number": "BR0-2"}, {**BRIDGES[2], "number": "~ab"}]
    )
    assert (merged.added, merged.changed, count) == (0, 0, 0)
    # an outside number that two rows claim finds one asset only, and never one that has its own row
    both = {"xroad_number": "BR0-2"}
    merged, _, _ = await load(owned, [*BRIDGES[:1], {"number": "2-new", **both}, {"number": "9", **both}])
    assert merged.added == 1
    admin = await database.connect(db.admin_url)
    numbers = [row["number"] for row in await admin.fetch("SELECT number FROM assets ORDER BY number")]
    known = [tuple(row) for row in await admin.fetch("SELECT scheme, number FROM asset_numbers ORDER BY 1")]
    await admin.close()
    assert numbers == ["1", "2-new", "3", "9"]
    assert known == [("coordinate_id", "35.1,139.2"), ("xroad_number", "BR0-2")]


SCALES: dict[str, Scale] = {
    one.code: one
    for one in msgspec.toml.decode((DATA / "scales.toml").read_bytes(), type=dict[str, list[Scale]])["scales"]
}


RULES = msgspec.toml.decode((DATA / "plausibility.toml").read_bytes(), type=Plausibility)


async def inspect(opened: pool.Pool, rows: Sequence[tuple[Any, ...]]) -> int:
    """Import inspections of a ledger: number, day, grade and perhaps duty."""
    async with operating(opened) as conn:
        target = ledgers.Target(OWNER, AssetClass.BRIDGE, uuid7(), Origin.LEDGER)
        count = len(rows)
        graded = [None if row[2] is None else "road-soundness" for row in rows]
        await ledgers.copy_in(
            conn,
            inspections_bulk.batch(
                range(2, count + 2), [row[0] for row in rows], [row[1] for row in rows], ["day"] * count, graded,
                [row[2] for row in rows], [None] * count, [None] * count, [()] * count,
                [None if len(row) < 4 else row[3] for row in rows], ["{}"] * count, target.ledger_id,
            ),
        )  # fmt: skip
        done = await inspections_bulk.merge(conn, target, {target.ledger_id: "inspections i.csv"}, [], SCALES, RULES)
        return sum(one.added for one in done.values())


async def conditions(db: Database) -> list[tuple[str, str, date]]:
    admin = await database.connect(db.admin_url)
    rows = await admin.fetch(
        "SELECT a.number, c.grade, c.inspected_on FROM conditions AS c JOIN assets AS a USING (owner_id, asset_id)"
        " ORDER BY 1"
    )
    await admin.close()
    return [tuple(row) for row in rows]


async def test_inspections_come_in_once_and_the_latest_grade_stands(db: Database, owned: pool.Pool) -> None:
    await load(owned, BRIDGES)
    rows = [
        ("1", date(2015, 6, 1), "II"), ("1", date(2020, 6, 1), "III"), ("1", date(2022, 6, 1), None),
        ("2", date(2020, 6, 1), "I"), ("2", date(2020, 6, 1), "IV"), ("2", date(2020, 6, 1), "IV"),
        ("nobody", date(2020, 1, 1), "I"),
    ]  # fmt: skip
    assert await inspect(owned, rows) == 5
    assert await conditions(db) == [("1", "III", date(2020, 6, 1)), ("2", "IV", date(2020, 6, 1))]
    before = await everything(db)
    assert await inspect(owned, rows) == 0
    assert await everything(db) == before


async def test_a_corrected_grade_supersedes_and_may_be_corrected_back(db: Database, owned: pool.Pool) -> None:
    await load(owned, BRIDGES)
    day = date(2020, 6, 1)
    for grade in ("II", "III", "II", "II"):
        await inspect(owned, [("1", day, grade)])
        assert await conditions(db) == [("1", grade, day)]
    admin = await database.connect(db.admin_url)
    rows = [
        tuple(row)
        for row in await admin.fetch("SELECT grade, supersedes IS NULL FROM inspections ORDER BY recorded_at")
    ]
    await admin.close()
    assert rows == [("II", True), ("III", False), ("II", False)]


async def test_two_duties_on_one_day_are_two_inspections(db: Database, owned: pool.Pool) -> None:
    await load(owned, BRIDGES)
    day = date(2020, 6, 1)
    rows = [("1", day, None, "septic.article11"), ("1", day, None, "septic.cleaning"), ("1", day, "II")]
    assert await inspect(owned, rows) == 3
    before = await everything(db)
    assert await inspect(owned, rows) == 0
    assert await everything(db) == before
    flags = {flag for row in before["inspections"] for flag in row[13]}
    assert flags == set()


async def test_repairs_come_in_once(db: Database, owned: pool.Pool) -> None:
    await load(owned, BRIDGES)
    for expected in (2, 0):
        async with operating(owned) as conn:
            target = ledgers.Target(OWNER, AssetClass.BRIDGE, uuid7(), Origin.LEDGER)
            days, kinds = [date(2001, 4, 1), date(2011, 4, 1), date(2001, 1, 1)], ["repair", "replacement", "repair"]
            numbers = ["1", "1", "nobody"]
            await ledgers.copy_in(
                conn,
                inspections_bulk.repair_batch(
                    [2, 3, 4], numbers, days, kinds, [10**12, None, 1], [None] * 3, ['{"a":1}'] * 3
                ),
            )
            unknown = await inspections_bulk.unknown(conn, target, "repaired")
            assert [(one.row_number, one.number, one.cells) for one in unknown] == [(4, "nobody", {"a": 1})]
            assert await inspections_bulk.merge_repairs(conn, target) == expected


async def reject(opened: pool.Pool, rows: Sequence[tuple[int, str]]) -> tuple[int, int]:
    """Import a ledger that rejects these rows (number, cell); record it where one is rejected for the first time."""
    async with operating(opened) as conn:
        target = ledgers.Target(OWNER, AssetClass.BRIDGE, uuid7(), Origin.LEDGER)
        cells = [msgspec.json.encode({"番号": cell}).decode() for _, cell in rows]
        faults = ['[{"code":"number_missing","at":"番号","values":{}}]'] * len(rows)
        if rows:
            await ledgers.copy_in(conn, rejections.batch([row for row, _ in rows], cells, faults, target.ledger_id))
        mended, fresh = await rejections.compare(conn, OWNER, "b.csv", AssetClass.BRIDGE, "assets", target.ledger_id)
        if fresh:
            await ledgers.record(
                conn,
                target,
                ledgers.LedgerRow(
                    path="b.csv", content="assets", sha256=b"x", as_of=date(2026, 4, 1), encoding="cp932", crs=None,
                    mapping={"a": 1}, warnings=["w"], rows_read=9, rows_new=0, rows_changed=0, rows_unchanged=0,
                    rows_missing=0, rows_rejected=len(rows), rows_flagged=0,
                ),
            )  # fmt: skip
            await rejections.keep(conn, OWNER, target.ledger_id)
        return mended, fresh


async def open_rows(opened: pool.Pool) -> list[tuple[int, dict[str, Any]]]:
    async with operating(opened) as conn:
        return [(one.row_number, one.cells) for one in await rejections.list_open(conn, [OWNER])]


async def test_rejected_rows_wait_until_they_are_mended(db: Database, owned: pool.Pool) -> None:
    assert await reject(owned, [(3, "x"), (7, "y")]) == (0, 2)
    before = await everything(db)
    assert await reject(owned, [(3, "x"), (7, "y")]) == (0, 0)
    assert await everything(db) == before
    assert await reject(owned, [(7, "y"), (9, "z")]) == (1, 1)
    assert await open_rows(owned) == [(7, {"番号": "y"}), (9, {"番号": "z"})]
    assert await reject(owned, []) == (2, 0)
    assert await open_rows(owned) == []
    async with operating(owned) as conn:
        newest = await ledgers.latest(conn, OWNER)
    assert newest["b.csv", AssetClass.BRIDGE, "assets"].mapping == {"a": 1}


async def test_nothing_can_be_loaded_for_another_owner(owned: pool.Pool) -> None:
    stranger = UUID(int=1)
    async with pool.writing(owned) as conn:
        await access.operate(conn, [OWNER], [])
        await ledgers.begin(conn)
        await ledgers.copy_in(conn, ledgers.asset_batch(*columns(BRIDGES), EVERYTHING))
        with pytest.raises(Exception, match="row-level security"):
            await ledgers.insert_staged(
                conn, ledgers.Target(stranger, AssetClass.BRIDGE, uuid7(), Origin.LEDGER), EVERYTHING
            )


async def test_a_map_section_is_found_by_the_index_under_row_level_security(db: Database, owned: pool.Pool) -> None:
    near = [{"number": f"n{i}", "at": (139.0 + i * 0.001, 35.0 + i * 0.001)} for i in range(4000)]
    await load(owned, near)
    admin = await database.connect(db.admin_url)
    await admin.execute("UPDATE assets SET bounds = box(point(138, 34), point(140, 36)) WHERE number = 'n3999'")
    await admin.execute("ANALYZE assets")
    await admin.close()
    west, south, east, north = 139.0495, 35.0495, 139.0525, 35.0525
    wanted = f"box(point({east}, {north}), point({west}, {south}))"
    query = f"""
        SELECT a.number FROM place_ranges({wanted}) AS p
        JOIN assets AS a ON a.owner_id = '{OWNER}' AND a.place BETWEEN p.low AND p.high
        WHERE a.bounds && {wanted} ORDER BY 1
    """
    async with operating(owned) as conn:
        found = [row["number"] for row in await conn.fetch(query)]
        await conn.execute("SET LOCAL enable_seqscan = off")
        plan = "\n".join(row[0] for row in await conn.fetch("EXPLAIN " + query))
    assert found == ["n3999", "n50", "n51", "n52"], "three points and the large one that covers them"
    conditions = [line for line in plan.splitlines() if "Index Cond" in line]
    assert any("place" in line and "owner_id" in line for line in conditions), plan
