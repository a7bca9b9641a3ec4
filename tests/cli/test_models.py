"""Builds propose models, people adopt them, and no refit takes an adopted model's place by itself."""

import asyncio
import json
from datetime import date
from pathlib import Path

import pytest
from rich.console import Console
from tests.conftest import Database

from gunmane.cli import main
from gunmane.cli.build import build_region
from gunmane.flows.simulate import simulate


def forecasts(out: Path) -> dict[str, tuple[str, bool]]:
    sheet = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    return {row["asset_class"]: (row["model"], row["adopted"]) for row in sheet["forecasts"]}


async def build(ledgers: Path, out: Path, as_of: date | None = None) -> dict[str, tuple[str, bool]]:
    out.mkdir()
    await build_region(ledgers / "region.toml", out, as_of, None, Console(quiet=True))
    return forecasts(out)


async def test_an_adopted_model_forecasts_until_a_person_adopts_another(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", db.url)
    monkeypatch.setenv("GUNMANE_ADMIN_DATABASE_URL", db.admin_url)
    simulate(tmp_path / "region", 3, 300, 7, None, lambda *_: None)
    region = str(tmp_path / "region" / "region.toml")

    async def model(*arguments: str) -> str:
        assert await asyncio.to_thread(main, ["model", arguments[0], region, *arguments[1:]]) == 0
        return capsys.readouterr().out

    first = await build(tmp_path / "region", tmp_path / "one")
    assert not any(adopted for _, adopted in first.values()), "nobody has adopted anything"
    card = await model("card", "bridge", "--language", "en")
    assert "From simulated data" in card
    assert "proposed" in card
    assert "adopted: " + first["bridge"][0] in await model("adopt", "bridge", "--by", "n", "--reason", "first")
    again = await build(tmp_path / "region", tmp_path / "two")
    assert again["bridge"] == (first["bridge"][0], True)
    assert again["septic"] == (first["septic"][0], False)
    later = await build(tmp_path / "region", tmp_path / "three", date(2022, 9, 30))
    assert later["bridge"] == (first["bridge"][0], True), "other data propose another model, which does not forecast"
    assert later["septic"][0] != first["septic"][0], "where none is adopted the data's own fit does"
    states = [line.split()[3] for line in (await model("list")).splitlines() if " bridge " in line]
    assert sorted(states) == ["adopted", "proposed"]
    made = json.loads(await model("compare", "bridge", "--json"))
    assert made["comparison"]["model_id"] == first["bridge"][0]
    assert len(made["owners"]) >= 2
    await model("adopt", made["model_id"], "--by", "n", "--reason", "second")
    last = await build(tmp_path / "region", tmp_path / "four", date(2022, 9, 30))
    assert last["bridge"] == (made["model_id"], True)
