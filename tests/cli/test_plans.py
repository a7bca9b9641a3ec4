"""A plan as people use it: overridden, computed again, compared, decided; nothing of a decided edition changes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from tests.cli.test_build import build, here  # noqa: F401
from tests.conftest import Database

from gunmane import cli
from gunmane.flows.simulate import simulate
from gunmane.store.ids import uuid7

Say = Callable[..., str]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Run a `gunmane plan` command in a thread's place and return what it prints."""

    def run(*arguments: object, code: int = 0) -> str:
        capsys.readouterr()
        assert cli.main(["plan", *map(str, arguments)]) == code, capsys.readouterr().err
        return capsys.readouterr().out

    return run


def read(folder: Path) -> Any:
    return json.loads((folder / "plan.json").read_text(encoding="utf-8"))


async def test_what_people_set_is_kept_compared_and_decided(
    here: Database, tmp_path: Path, say: Say  # noqa: F811
) -> None:  # fmt: skip
    import asyncio

    told = asyncio.to_thread
    await told(simulate, tmp_path / "ledgers", 2, 160, 7, None, lambda *_: None)
    region = tmp_path / "ledgers" / "region.toml"
    await build(tmp_path / "ledgers", tmp_path / "one")
    first = read(tmp_path / "one")
    assert first["facts"]["version"] == "1"
    assert first["overrides"] == []
    work = next(one for one in first["works"] if one["measure"] in ("repair", "replace"))
    other = "replace" if work["measure"] == "repair" else "repair"
    year = first["facts"]["first_year"]
    aim = ("--owner", work["owner"], "--class", work["asset_class"], "--number", work["number"])
    why = ("--reason", "detailed_survey", "--by", "橋梁課長", "--note", "詳細調査")
    await told(say, "override", region, *aim, "--to", "no-such", *why, code=1)
    made = (await told(say, "override", region, *aim, "--to", other, "--year", year, *why)).strip()
    await told(say, "override", region, *aim, "--to", "repair", *why, code=1)
    assert made in await told(say, "overrides", region)
    built = await build(tmp_path / "ledgers", tmp_path / "two")
    assert built.built.edition == 2
    second = read(tmp_path / "two")
    (row,) = second["overrides"]
    assert row["conflict"] is None, row
    changed = next(
        one for one in second["works"]
        if (one["owner"], one["asset_class"], one["number"]) == (work["owner"], work["asset_class"], work["number"])
    )  # fmt: skip
    assert (changed["measure"], changed["year"]) == (other, year)
    again = await build(tmp_path / "ledgers", tmp_path / "three")
    assert again.built.repeated
    assert work["number"] in await told(say, "compare", region)
    assert await told(say, "compare", region, "--edition", 2, "--since", 2) == "変更はない。\n"
    assert json.loads(await told(say, "scenarios", region, "--json")) == second["cases"]
    assert len(await told(say, "scenarios", region, "--language", "en")) > 100
    await told(say, "comment", region, "--owner", work["owner"], "--by", "住民課", " ", code=1)
    await told(say, "comment", region, "--owner", work["owner"], "--by", "住民課", "妥当と考える")
    elsewhere = ("--decision", "no.such.decision", "--by", "住民課", "妥当と考える")
    await told(say, "comment", region, "--owner", work["owner"], *elsewhere, code=1)
    about = next(one["code"] for one in second["choices"])
    await told(say, "comment", region, "--owner", work["owner"], "--decision", about, *elsewhere[2:])
    await told(say, "override", region, *aim, "--to", "keep", "--year", year + 10, *why, code=1)
    await told(say, "override", region, "--decision", about, "--to", "keep", "--year", year, *why, code=1)
    tasks = ("--decision", "tasks", "--to", "change", *why)
    await told(say, "override", region, *tasks, code=1)
    await told(say, "override", region, *tasks, "--group", "septic.inspect,bridge.inspect", code=1)
    record = ("--on", "2026-10-20", "--meeting", "第3回協議会", "--by", "山田 花子", "--title", "会長")
    await told(say, "decide", region, *record[:-1], "", code=1)
    await told(say, "decide", region, "--on", "2019-03-20", *record[2:], code=1)
    await told(say, "decide", region, *record, "--out", tmp_path / "decided")
    decided = read(tmp_path / "decided")
    assert decided["facts"]["status"] == "decided"
    assert decided["approval"]["title"] == "会長"
    with pikepdf.open(tmp_path / "decided" / "plan.pdf") as document:
        assert "(案)" not in str(document.docinfo["/Title"])
    await told(say, "decide", region, *record, code=1)
    assert (await told(say, "list", region)).splitlines()[0].split()[:2] == ["2", "decided"]
    repeated = await build(tmp_path / "ledgers", tmp_path / "four")
    assert repeated.built.repeated
    assert (tmp_path / "four" / "plan.pdf").read_bytes() == (tmp_path / "decided" / "plan.pdf").read_bytes()
    assert (tmp_path / "four" / "plan.json").read_bytes() == (tmp_path / "decided" / "plan.json").read_bytes()
    await told(say, "withdraw", region, made)
    await told(say, "withdraw", region, uuid7(), code=1)
    back = await build(tmp_path / "ledgers", tmp_path / "five")
    assert back.built.edition == 3, "an edition without the override that stays near the decided one"
    near = read(tmp_path / "five")["stability"]
    assert (near["edition"], near["decided_on"]) == (2, "2026-10-20")
    assert near["same"] >= 0.95 * near["listed"] > 0
    assert sum(near[name] for name in ("same", "moved", "changed", "dropped", "due")) == near["listed"]
    assert read(tmp_path / "four")["stability"] is None
    repeated = await build(tmp_path / "ledgers", tmp_path / "six")
    assert repeated.built.repeated
    assert repeated.built.edition == 3
