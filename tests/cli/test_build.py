"""From ledgers to a plan: the four files, a second time that changes nothing, rows to mend in both languages."""

import asyncio
import csv
import json
from datetime import date
from pathlib import Path

import asyncpg
import pikepdf
import pytest
from rich.console import Console
from tests.conftest import Database

from gunmane.cli.build import Made, build_region
from gunmane.flows.simulate import simulate
from gunmane.store.embedded import Embedded

QUIET = Console(quiet=True)


@pytest.fixture(scope="module")
def ledgers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ledgers")
    simulate(folder, 4, 700, 7, None, lambda *_: None)
    return folder


@pytest.fixture
def here(db: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Let the command work in the test's database."""
    monkeypatch.setenv("DATABASE_URL", db.url)
    monkeypatch.setenv("GUNMANE_ADMIN_DATABASE_URL", db.admin_url)
    return db


async def counts(db: Database) -> dict[str, int]:
    """Rows of every table, and the newest time at which an asset was recorded."""
    connection = await asyncpg.connect(db.admin_url)
    names = await connection.fetch("SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 2200")
    found = {name: await connection.fetchval(f'SELECT count(*) FROM "{name}"') for (name,) in names}
    found["newest"] = str(await connection.fetchval("SELECT max(recorded_at) FROM assets"))
    await connection.close()
    return found


async def build(ledgers: Path, out: Path, as_of: date | None = None) -> Made:
    await asyncio.to_thread(out.mkdir, exist_ok=True)
    return await build_region(ledgers / "region.toml", out, as_of, None, QUIET)


async def look_at_the_plan(here: Database, out: Path) -> None:
    """A document of at least twelve pages that says it is simulated, its numbers equal to the database's."""
    with pikepdf.open(out / "plan.pdf") as document:
        assert len(document.pages) >= 12
        assert str(document.Root.Lang).startswith("ja")
    sheet = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    assert sheet["facts"]["simulated"] is True
    assert {row["owner"] for row in sheet["stock"]} == {member["code"] for member in sheet["members"]}
    connection = await asyncpg.connect(here.admin_url)
    rows = await connection.fetch(
        "SELECT o.code, a.asset_class, count(*) AS n FROM assets AS a JOIN owners AS o USING (owner_id)"
        " WHERE a.status <> 'abolished' GROUP BY o.code, a.asset_class"
    )
    await connection.close()
    printed = {(row["owner"], row["asset_class"]): row["count"] for row in sheet["stock"] if row["owner"]}
    assert printed == {(row["code"], row["asset_class"]): row["n"] for row in rows}, "numbers equal the database's"


def look_at_the_rows_to_mend(path: Path) -> None:
    """Every row is named with its place and its reason in both languages."""
    with path.open(encoding="utf-8-sig", newline="") as source:
        rows = list(csv.DictReader(source))
    assert rows, "the simulator plants faults"
    for row in rows:
        assert row["ファイル file"]
        assert int(row["行 row"]) > 0
        assert " " in row["reason"], f"{row['reason']} is a code, not a sentence"
        assert row["理由"] != row["reason"]


async def test_ledgers_become_a_plan_and_a_second_time_changes_nothing(
    here: Database, ledgers: Path, tmp_path: Path
) -> None:
    first = await build(ledgers, tmp_path / "one")
    before = await counts(here)
    second = await build(ledgers, tmp_path / "two")
    assert await counts(here) == before
    assert not first.built.repeated
    assert second.built.repeated
    for name in ("plan.pdf", "plan.json", "rejected.csv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name
    summary = json.loads((tmp_path / "one" / "build.json").read_text(encoding="utf-8"))
    assert summary["simulated"] is True
    assert summary["counts"]["assets"] > 500
    assert before["risks"] == summary["counts"]["risks"] > 0
    assert before["plans"] == 1
    assert [one["path"] for one in summary["ledgers"] if one["state"] == "failed"] == []
    await look_at_the_plan(here, tmp_path / "one")
    look_at_the_rows_to_mend(tmp_path / "one" / "rejected.csv")
    later = await build(ledgers, tmp_path / "three", date(2026, 11, 1))
    assert later.built.run_id != first.built.run_id
    assert later.built.edition == 2, "another day is another plan"


async def test_another_database_gives_the_same_bytes(
    server: Embedded, here: Database, ledgers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await build(ledgers, tmp_path / "one")
    admin = await asyncpg.connect(server.url(database="postgres"))
    await admin.execute("CREATE DATABASE other_build TEMPLATE gunmane")
    try:
        other = Database(server, "other_build")
        monkeypatch.setenv("DATABASE_URL", other.url)
        monkeypatch.setenv("GUNMANE_ADMIN_DATABASE_URL", other.admin_url)
        await build(ledgers, tmp_path / "two")
    finally:
        await admin.execute("DROP DATABASE other_build WITH (FORCE)")
        await admin.close()
    assert (tmp_path / "one" / "plan.json").read_bytes() == (tmp_path / "two" / "plan.json").read_bytes()
    assert (tmp_path / "one" / "plan.pdf").read_bytes() == (tmp_path / "two" / "plan.pdf").read_bytes()
