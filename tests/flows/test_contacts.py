"""Contacts of septic systems come into their own table, open for its purpose only, and are nowhere else."""

from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Database
from tests.flows.test_imports import DAY, TABLES, query, run

from gunmane.core.words import Role
from gunmane.store import access, contacts, database, pool
from gunmane.store.ids import uuid7

PEOPLE = ("山田太郎", "佐藤花子", "鈴木一郎", "本町一丁目", "寿町二丁目", "0224-00-0001", "0224-00-0002")
LEDGER = """浄化槽番号,設置者氏名,設置者住所,電話番号,人槽,設置年月日
J1,山田太郎,本町一丁目,0224-00-0001,5,H10.4.1
J2,佐藤花子,不明,,7,H12.4.1
J2,鈴木一郎,寿町二丁目,0224-00-0002,5,H14.4.1
"""
CHECKS = "浄化槽番号,設置者名,検査日,判定\nJ1,山田太郎,R5.6.1,適正\nJ8,鈴木一郎,R5.6.2,不適正\n"
REPAIRS = (
    "浄化槽番号,設置者名,工事完了日,工種\nJ1,山田太郎,2020-05-01,清掃\nJ9,鈴木一郎,2020-05-01,清掃\nJ2,佐藤花子,,謎\n"
)
REGION = """[region]
name = "試験広域圏"
[[owners]]
code = "042064"
name = "白石市"
kind = "municipality"
[[owners.ledgers]]
path = "septic.csv"
asset_class = "septic"
[[owners.inspections]]
path = "checks.csv"
asset_class = "septic"
[[owners.repairs]]
path = "repairs.csv"
asset_class = "septic"
"""


@pytest.fixture
def region(tmp_path: Path) -> Path:
    (tmp_path / "septic.csv").write_bytes(LEDGER.encode("cp932"))
    (tmp_path / "checks.csv").write_text(CHECKS, encoding="utf-8")
    (tmp_path / "repairs.csv").write_text(REPAIRS, encoding="utf-8")
    (tmp_path / "region.toml").write_text(REGION, encoding="utf-8")
    return tmp_path / "region.toml"


async def people(db: Database) -> list[tuple[Any, ...]]:
    joined = "septic_contacts AS c JOIN assets AS a USING (owner_id, asset_id)"
    return await query(db, f"SELECT a.number, c.name, c.address, c.phone FROM {joined} ORDER BY a.number")


async def test_contacts_come_into_their_own_table_and_nowhere_else(
    db: Database, db_pool: pool.Pool, region: Path
) -> None:
    outcome = await run(db_pool, region)
    assert [one.state for one in outcome.ledgers] == ["imported"] * 3
    assert await people(db) == [("J1", "山田太郎", "本町一丁目", "0224-00-0001"), ("J2", "佐藤花子", None, None)]
    assert (outcome.ledgers[0].contacts, outcome.total("rejected")) == (2, 4)
    for table in set(TABLES) - {"septic_contacts"}:
        stored = repr(await query(db, f"SELECT row_to_json(t)::text FROM {table} AS t"))
        assert not [one for one in PEOPLE if one in stored], f"{table} names somebody"
    cells = await query(db, "SELECT cells::text FROM rejected_rows")
    assert len(cells) == 4
    assert all("***" in row[0] for row in cells), "that somebody stands there is shown, but not who"


async def test_a_second_import_changes_nothing_and_a_newer_one_only_what_it_has(
    db: Database, db_pool: pool.Pool, region: Path
) -> None:
    await run(db_pool, region)
    before = await query(db, "SELECT * FROM septic_contacts ORDER BY asset_id")
    again = await run(db_pool, region, again=True)
    assert again.total("contacts") == 0
    assert await query(db, "SELECT * FROM septic_contacts ORDER BY asset_id") == before
    newer = LEDGER.replace(",設置者住所", "").replace(",本町一丁目,0224-00-0001", ",0224-00-0009")
    (region.parent / "septic.csv").write_text(
        newer.replace(",不明,", ",").replace(",寿町二丁目,", ","), encoding="utf-8"
    )
    outcome = await run(db_pool, region)
    assert outcome.total("contacts") == 1
    assert (await people(db))[0] == ("J1", "山田太郎", "本町一丁目", "0224-00-0009"), (
        "the address stays as it was known"
    )


async def test_no_key_and_no_operator_opens_contacts_without_their_purpose(
    db: Database, db_pool: pool.Pool, region: Path
) -> None:
    outcome = await run(db_pool, region)
    owner_id = outcome.saved.owners["042064"]
    async with pool.writing(db_pool) as conn:
        await access.operate(conn, [owner_id], [])
        assert await conn.fetchval("SELECT count(*) FROM assets") == 2
        assert await conn.fetchval("SELECT count(*) FROM septic_contacts") == 0
        await conn.execute(contacts.sql("contacts", "open_contacts"), [uuid7()])
        assert await conn.fetchval("SELECT count(*) FROM septic_contacts") == 0, "another owner's"
        await conn.execute(contacts.sql("contacts", "open_contacts"), [owner_id])
        assert await conn.fetchval("SELECT count(*) FROM septic_contacts") == 2
        keys = {role: await access.create_key(conn, owner_id, role, "test") for role in Role}
    for role, token in keys.items():
        async with pool.reading(db_pool) as conn:
            who = await access.authenticate(conn, token, DAY)
            assert who is not None
            assert await conn.fetchval("SELECT count(*) FROM septic_contacts") == 0, role


async def test_the_table_is_written_by_its_own_owner_only(db: Database, db_pool: pool.Pool, region: Path) -> None:
    outcome = await run(db_pool, region)
    owner_id = outcome.saved.owners["042064"]
    async with pool.writing(db_pool) as conn:
        await access.operate(conn, [uuid7()], [])
        await conn.execute(contacts.sql("contacts", "open_contacts"), [owner_id])
        assert await conn.execute("UPDATE septic_contacts SET name = 'x'") == "UPDATE 0"
        assert await conn.execute("DELETE FROM septic_contacts") == "DELETE 0"
    admin = await database.connect(db.admin_url)
    assert await admin.fetchval("SELECT count(*) FROM septic_contacts WHERE name <> 'x'") == 2
    await admin.close()
