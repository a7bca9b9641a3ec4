"""The schema: migrations equal schema.sql, every query can be prepared, tenant keys lead."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from gunmane import resources
from gunmane.store import database, query
from gunmane.store.embedded import binaries
from tests.conftest import Database

REGION_TABLES = {"regions", "region_members", "runs", "models", "plans", "schedules", "schedule_changes"} | {
    "model_decisions",
    "forecast_models",
    "plan_decisions",
    "plan_overrides",
    "plan_comments",
    "plan_jobs",
    "region_settings",
}
NO_TENANT = {"alembic_version"}


def dump(url: str) -> str:
    """Dump the schema without what differs from run to run."""
    done = subprocess.run(
        [str(binaries() / "pg_dump"), "--schema-only", "--exclude-table=alembic_version", url],
        capture_output=True,
        check=True,
        env={"PATH": os.environ["PATH"]},
    )
    lines = done.stdout.decode().splitlines()
    kept = [line for line in lines if not re.match(r"^(--.*|SET .*|SELECT pg_catalog.*|\\.*|)$", line)]
    return "\n".join(kept) + "\n"


async def test_schema_file_equals_the_migrations(db: Database) -> None:
    expected = (resources.folder("sql") / "schema.sql").read_text(encoding="utf-8")
    found = dump(db.admin_url)
    if os.environ.get("GUNMANE_WRITE_SCHEMA"):
        (resources.folder("sql") / "schema.sql").write_text(HEAD + found, encoding="utf-8")
        pytest.fail("schema.sql was written: look at it and run again")
    assert expected == HEAD + found


HEAD = """\
-- The schema as it is now: a dump of the migrated database (PostgreSQL 18), kept equal by tests/store/test_schema.py.
-- Read it, don't run it; `GUNMANE_WRITE_SCHEMA=1 pytest tests/store/test_schema.py` writes it anew.
"""


@pytest.mark.parametrize("noun", query.nouns())
async def test_every_query_can_be_prepared(noun: str, db: Database) -> None:
    connection = await database.connect(db.admin_url)
    transaction = connection.transaction()  # temporary tables, dropped with it
    await transaction.start()
    try:
        for one in query.load(noun).values():
            await connection.prepare(one.text)
            if one.text.startswith("CREATE TEMP TABLE"):
                await connection.execute(one.text)
            assert one.purpose.endswith("."), f"{noun}.{one.name}: say its purpose in one sentence"
    finally:
        await connection.close()


async def test_the_tenant_leads_every_key(db: Database) -> None:
    connection = await database.connect(db.admin_url)
    rows = await connection.fetch(
        """
        SELECT t.relname::text AS name, con.conname::text AS key, a.attname::text AS first
        FROM pg_constraint AS con
        JOIN pg_class AS t ON t.oid = con.conrelid
        JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = con.conkey[1]
        WHERE con.contype IN ('p', 'u') AND t.relnamespace = 'public'::regnamespace
        """
    )
    await connection.close()
    for row in rows:
        if row["name"] in NO_TENANT or (row["name"], row["key"]) == ("owners", "owners_code_unique"):
            continue  # the list of owners itself is looked up by code
        expected = "region_id" if row["name"] in REGION_TABLES else "owner_id"
        assert row["first"] == expected, f"{row['name']}.{row['key']} must begin with {expected}"


async def test_row_level_security_is_forced_everywhere(db: Database) -> None:
    connection = await database.connect(db.admin_url)
    rows = await connection.fetch(
        """
        SELECT relname::text AS name, relrowsecurity AND relforcerowsecurity AS forced
        FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version'
        """
    )
    await connection.close()
    assert len(rows) > 15
    assert [row["name"] for row in rows if not row["forced"]] == []


def test_a_file_of_queries_is_split_by_name() -> None:
    queries = query.parse("-- head\n\n-- one\n-- Purpose one.\nSELECT 1;\n\n-- two\n-- Purpose two.\nSELECT 2\n;\n")
    assert {name: one.text.strip() for name, one in queries.items()} == {"one": "SELECT 1", "two": "SELECT 2"}


def test_a_query_name_may_not_stand_twice() -> None:
    with pytest.raises(ValueError, match="twice"):
        query.parse("-- one\n-- P.\nSELECT 1\n-- one\n-- P.\nSELECT 2\n")


def test_migrations_come_in_expand_or_contract_steps() -> None:
    versions = Path(resources.folder("sql") / "migrations" / "versions")
    assert [p.name for p in versions.glob("*.py") if not p.stem.endswith(("_expand", "_contract"))] == []


def test_every_query_is_read_at_the_first_use(monkeypatch: pytest.MonkeyPatch) -> None:
    query.sql("access", "service_role")  # what a service asks first

    def gone(_: str) -> None:
        raise AssertionError("a file was read late: a newer version may lie there by now")

    monkeypatch.setattr(query.resources, "folder", gone)
    assert all(query.load(noun) for noun in ("access", "inspections", "records", "schedules", "recipients"))
