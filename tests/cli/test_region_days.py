"""A built region's weeks: levelled year, day plan stored and steady when it rolls on, pins carried over."""

import asyncio
import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import asyncpg
import msgspec
import pytest
from python_calamine import CalamineWorkbook
from rich.console import Console
from tests.conftest import Database

from gunmane.cli import main
from gunmane.cli.build import build_region
from gunmane.core.schedule.days import placed_in
from gunmane.core.schedule.roster import DayPlan, Roster
from gunmane.core.schedule.roster_check import faults
from gunmane.files.regions import read_region
from gunmane.files.rules import working_days
from gunmane.flows.simulate import simulate

START = date(2026, 11, 24)


@pytest.fixture
def here(db: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Let the command work in the test's database."""
    monkeypatch.setenv("DATABASE_URL", db.url)
    monkeypatch.setenv("GUNMANE_ADMIN_DATABASE_URL", db.admin_url)
    return db


async def stored(db: Database) -> list[tuple[Roster, DayPlan]]:
    connection = await asyncpg.connect(db.admin_url)
    rows = await connection.fetch("SELECT roster::text, plan::text FROM schedules ORDER BY schedule_id")
    await connection.close()
    return [
        (msgspec.json.decode(row["roster"], type=Roster), msgspec.json.decode(row["plan"], type=DayPlan))
        for row in rows
    ]


def said_of(command: Callable[[list[str]], int], options: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """What a command prints that ends well."""
    capsys.readouterr()
    assert command([*options, "--from", (START + timedelta(days=6)).isoformat()]) == 0
    return capsys.readouterr().out


def test_a_region_rolls_on(here: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, out = tmp_path / "region.toml", tmp_path / "out"
    simulate(tmp_path, 4, 900, 7, None, lambda *_: None)
    options = ["schedule", "region", str(file), "--out", str(out), "--seconds", "1", "--seed", "1"]
    assert main([*options, "--from", START.isoformat()]) == 1
    assert "gunmane build" in capsys.readouterr().err
    (tmp_path / "built").mkdir()
    asyncio.run(build_region(file, tmp_path / "built", START, None, Console(quiet=True)))
    assert main([*options, "--from", START.isoformat()]) == 0, capsys.readouterr().err
    year = json.loads((out / "year.json").read_text(encoding="utf-8"))
    assert len(year) == 52
    assert all(week["hours"] <= week["capacity_hours"] + 0.1 for week in year)
    for name in ("days.json", "roster.json", "day_sheets.pdf", "gantt.pdf", "schedule.xlsx"):
        assert (out / name).stat().st_size > 0
    [(roster, plan)] = asyncio.run(stored(here))
    assert faults(roster, plan, working_days()) == []
    assert roster.simulated
    assert plan.tours
    # what is due in five years, and the bridges of all owners in joint lots
    schemes = tmp_path / "schemes.json"
    codes = [owner.code for owner in read_region(file).owners]
    schemes.write_text(json.dumps({"schemes": {"council": codes}}), "utf-8")
    asked = ["schedule", "orders", str(file), "--out", str(out), "--from", START.isoformat(), "--extra", str(schemes)]
    assert main(asked) == 0
    due = CalamineWorkbook.from_path(out / "due.xlsx").get_sheet_by_index(0).to_python()[2:]
    bridges = {row[0] for row in due if row[2] == "bridge" and row[8] and row[8] <= date(2031, 3, 31)}
    lots = CalamineWorkbook.from_path(out / "lots.xlsx").get_sheet_by_index(1).to_python()[2:]
    assert lots
    assert {row[3] for row in lots} <= bridges
    schemes.write_text(json.dumps({"permits": {"x": [{"first": "2026-12-01", "last": "2026-11-01"}]}}), "utf-8")
    assert main(asked) == 2
    assert "/permits/x/0" in capsys.readouterr().err
    # a week later: somebody is on snow duty for the rest of the year, what was planned stays where it can
    away = roster.people[0].code
    extra = tmp_path / "extra.json"
    extra.write_text(
        json.dumps({"away": {away: [{"first": "2026-12-07", "last": "2026-12-31", "reason": "除雪"}]}}), "utf-8"
    )
    monday = START + timedelta(days=6)
    assert main([*options, "--from", monday.isoformat(), "--extra", str(extra)]) == 0, capsys.readouterr().err
    _, (second, later) = asyncio.run(stored(here))
    assert faults(second, later, working_days()) == []
    assert not [tour for tour in later.tours if away in tour.people and tour.day >= date(2026, 12, 7)]
    before = {work: held for work, held in placed_in(plan).items() if held[0] >= monday}
    after = placed_in(later)
    unmoved = sum(after.get(work, (None, ""))[0] == held[0] for work, held in before.items())
    assert unmoved >= 0.6 * len(before)
    # the region has a road network: driving is reckoned along it, the roster keeps the minutes, the output says so
    assert "road network (SHA-256" in said_of(main, [*options, "--language", "en"], capsys)
    *_, (third, plan) = asyncio.run(stored(here))
    assert third.travel is not None
    assert third.travel.share > 0
    assert faults(third, plan, working_days()) == []
    extra.write_text('{"peple": []}', "utf-8")
    assert main([*options, "--extra", str(extra)]) == 2
    assert "peple" in capsys.readouterr().err
