"""From ledgers to a plan: the four files, a second time that changes nothing, rows to mend in both languages."""

import asyncio
import csv
import json
import os
import sys
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pikepdf
import pytest
from rich.console import Console
from tests.conftest import Database

import gunmane
from gunmane.cli.build import Made, build_region, remarks
from gunmane.core.errors import Fault
from gunmane.core.words import AssetClass
from gunmane.files.doubts import DoubtCounts
from gunmane.flows.import_outcomes import LedgerOutcome
from gunmane.flows.imports import ImportOutcome
from gunmane.flows.simulate import simulate
from gunmane.store import locks, pool
from gunmane.store.embedded import Embedded
from gunmane.store.memberships import SavedRegion

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


def look_at_the_doubts(path: Path, counted: dict[str, Any]) -> None:
    """Every doubt is named with its place and what was done in both languages; what was filled in counts apart."""
    with path.open(encoding="utf-8-sig", newline="") as source:
        rows = list(csv.DictReader(source))
    doubts = [row for row in rows if row["種別 kind"] == "疑義 doubt"]
    assert len(doubts) == counted["doubtful_values"] > 0, "the simulator plants doubtful values"
    filled = [row for row in rows if row["種別 kind"] == "補完 filled in"]
    assert len(doubts) + len(filled) == len(rows)
    assert sum(int(row["値 value"].replace(",", "")) for row in filled) == counted["filled_in_values"]
    for row in rows:
        assert row["ファイル file"]
        assert row["団体 owner"]
        assert " " in row["what was done"], f"{row['what was done']} is a code, not a sentence"
        assert row["扱い"] != row["what was done"]


async def test_ledgers_become_a_plan_and_a_second_time_changes_nothing(
    here: Database, ledgers: Path, tmp_path: Path
) -> None:
    first = await build(ledgers, tmp_path / "one")
    before = await counts(here)
    second = await build(ledgers, tmp_path / "two")
    assert await counts(here) == before
    assert not first.built.repeated
    assert second.built.repeated
    assert len(first.documents) == 3 + 2 + len(first.file.owners)
    for name in ("plan.pdf", "plan.json", "rejected.csv", "doubts.csv", *first.documents):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name
    summary = json.loads((tmp_path / "one" / "build.json").read_text(encoding="utf-8"))
    assert summary["simulated"] is True
    assert summary["counts"]["assets"] > 500
    assert before["risks"] == summary["counts"]["risks"] > 0
    because = summary["counts"]["visits_not_placed_because"].values()
    assert summary["counts"]["visits_not_placed"] == sum(sum(reasons.values()) for reasons in because)
    assert before["plans"] == 1
    assert [one["path"] for one in summary["ledgers"] if one["state"] == "failed"] == []
    await look_at_the_plan(here, tmp_path / "one")
    look_at_the_rows_to_mend(tmp_path / "one" / "rejected.csv")
    look_at_the_doubts(tmp_path / "one" / "doubts.csv", summary["counts"])
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
    for name in ("plan.pdf", "summary.pdf", "data.pdf", "plan.xlsx", "plan.gpkg"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_what_is_not_in_the_plan_is_said_at_the_end() -> None:
    def outcome(**values: object) -> LedgerOutcome:
        return LedgerOutcome(owner_code="042064", asset_class=AssetClass.BRIDGE, content="assets", **values)  # type: ignore[arg-type]

    ledgers = (
        outcome(path="empty.csv", state="failed", problem="empty_file", problem_values={"path": "empty.csv"}),
        outcome(
            path="b.csv", state="failed", problem="ledger_not_understood", problem_values={"path": "b.csv"},
            faults=(Fault("no_such_column", at="管理者"),),
        ),
        outcome(path="c.csv", rejected=1_200, flagged=3),
    )  # fmt: skip
    lines = remarks(
        ImportOutcome(SavedRegion(uuid4(), {}), ledgers, dry_run=False), DoubtCounts({"about": 3}, {"number_made": 4})
    )
    assert lines[0] == "読めなかった台帳: 042064 empty.csv: ファイルが空です: empty.csv"
    assert lines[1] == "ledger not read: 042064 empty.csv: The file is empty: empty.csv"
    assert "管理者: その列がありません" in lines[2]
    assert lines[4:] == [
        "要修正の行 / rows to mend: 1,200 (rejected.csv)",
        "疑義のある値 / doubtful values: 3 (doubts.csv)",
        "プログラムが補った値 / values filled in by the program: 4 (doubts.csv)",
    ]
    assert (
        remarks(ImportOutcome(SavedRegion(uuid4(), {}), (outcome(path="d.csv"),), dry_run=False), DoubtCounts()) == []
    )


async def test_two_builds_at_once_make_one_plan(here: Database, ledgers: Path, tmp_path: Path) -> None:
    def command(out: str) -> asyncio.Future[asyncio.subprocess.Process]:
        return asyncio.ensure_future(
            asyncio.create_subprocess_exec(
                sys.executable, "-m", "gunmane", "build", ledgers / "region.toml", "--out", tmp_path / out,
                stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": str(Path(gunmane.__file__).parents[1])},
            )
        )  # fmt: skip

    running = await asyncio.gather(command("one"), command("two"))
    told = [(await one.communicate())[1].decode() for one in running]
    assert [one.returncode for one in running] == [0, 0], told
    said = [json.loads((tmp_path / out / "build.json").read_text()) for out in ("one", "two")]
    assert said[0]["run_id"] == said[1]["run_id"]
    assert sorted(one["repeated"] for one in said) == [False, True]
    assert (tmp_path / "one" / "plan.json").read_bytes() == (tmp_path / "two" / "plan.json").read_bytes()
    rows = await counts(here)
    assert rows["plans"] == rows["runs"] == 1
    connection = await asyncpg.connect(here.admin_url)
    assert not await connection.fetch(
        "SELECT path FROM ledgers GROUP BY owner_id, path, asset_class, content HAVING count(*) > 1"
    ), "each ledger was imported once"
    await connection.close()


async def test_who_waits_for_its_turn_says_so(db: Database) -> None:
    owners, told = [uuid4(), uuid4()], list[str]()
    opened = await pool.open_pool(db.url, size=2)
    async with pool.writing(opened) as conn:
        await locks.hold(conn, owners)
        waiting = asyncio.create_task(locks.wait_for_turn(opened, owners[1:], lambda: told.append("waits")))
        assert not await locks.wait_for_turn(opened, [uuid4()], lambda: told.append("a stranger waits"))
        while not told:
            await asyncio.sleep(0.05)
        assert not waiting.done()
    assert await waiting
    assert told == ["waits"]
    assert not await locks.wait_for_turn(opened, owners, lambda: told.append("waits"))
    await opened.close()
