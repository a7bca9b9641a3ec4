"""Day plans and lots at the command line: papers that open, every fault by its place."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pypdfium2
import pytest
from python_calamine import CalamineWorkbook
from tests.examples_roster import roster

from gunmane.cli import main
from gunmane.core.schedule.roster import DayPlan
from gunmane.core.schedule.roster_check import faults
from gunmane.core.schedule.roster_reading import read_roster
from gunmane.files.roads import read_roads
from gunmane.files.rules import working_days
from gunmane.flows.schedules import on_roads


def text_of(data: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_days_writes_plan_and_papers(language: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = roster(7, works=50)
    path, out = tmp_path / "roster.json", tmp_path / "out"
    path.write_bytes(msgspec.json.encode(given))
    options = ["schedule", "days", str(path), "--out", str(out), "--iterations", "500", "--workers", "1"]
    assert main([*options, "--language", language]) == 0
    plan = msgspec.json.decode((out / "days.json").read_bytes(), type=DayPlan)
    assert faults(given, plan, working_days()) == []
    sheets = (out / "day_sheets.pdf").read_bytes()
    assert len(pypdfium2.PdfDocument(sheets)) == len(plan.tours)
    text = text_of(sheets)
    assert ("酸素欠乏" if language == "ja" else "hydrogen sulphide") in text
    assert given.people[0].name in text_of((out / "gantt.pdf").read_bytes())
    book = CalamineWorkbook.from_path(out / "schedule.xlsx")
    visits = book.get_sheet_by_index(0).to_python()[2:]
    assert len(visits) == sum(len(stop.works) for tour in plan.tours for stop in tour.stops)
    assert len(book.get_sheet_by_index(1).to_python()[2:]) == len(plan.left)
    before = {name: (out / name).read_bytes() for name in ("days.json", "day_sheets.pdf", "gantt.pdf")}
    assert main([*options, "--language", language]) == 0
    assert {name: (out / name).read_bytes() for name in before} == before
    assert "tours" in capsys.readouterr().out


def test_a_rare_character_does_not_stop_the_sheets(tmp_path: Path) -> None:
    given = roster(7, works=20)
    rare = msgspec.structs.replace(
        given, people=(msgspec.structs.replace(given.people[0], name="𠮷\n😀"), *given.people[1:])
    )
    path, out = tmp_path / "roster.json", tmp_path / "out"
    path.write_bytes(msgspec.json.encode(rare))
    assert main(["schedule", "days", str(path), "--out", str(out), "--iterations", "200", "--workers", "1"]) == 0
    assert "〓" in text_of((out / "gantt.pdf").read_bytes())


def test_bad_rosters_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document: dict[str, Any] = msgspec.to_builtins(roster(1, works=3))
    path = tmp_path / "roster.json"
    for change, said in (
        ({"weeks": 0}, "/weeks"),
        ({"people": [*document["people"], document["people"][0]]}, "the same id twice: p0"),
        ({"wishes": [{"kind": "pin", "work": "nothing", "day": "2026-12-01"}]}, "no such work: nothing"),
        ({"wishes": [{"kind": "pin", "work": "w000"}]}, "a pin needs a day"),
        ({"colour": 1}, "colour"),
        ({"work": [{**document["work"][0], "place": [500, 0]}]}, "not longitude and latitude"),
    ):
        path.write_text(json.dumps({**document, **change}, default=str), encoding="utf-8")
        assert main(["schedule", "days", str(path), "--out", str(tmp_path)]) == 2
        assert said in capsys.readouterr().err
    assert main(["schedule", "days", str(tmp_path / "none.json"), "--out", str(tmp_path)]) == 2


def test_lots_and_due_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    works = roster(2, works=40).work
    items = [
        {"id": work.id, "owner": work.owner, "name": work.name, "asset_class": work.asset_class,
         "place": work.place, "yen": 900_000, "fiscal_year": 2027, "minutes": work.minutes}
        for work in works
    ]  # fmt: skip
    path, out = tmp_path / "items.json", tmp_path / "lots.xlsx"
    schemes = {"west": sorted({work.owner for work in works})}
    path.write_text(json.dumps({"items": items, "schemes": schemes, "limits": {"most_yen": 10_000_000}}), "utf-8")
    assert main(["schedule", "lots", str(path), "--out", str(out)]) == 0
    compared = {row["way"]: row for row in json.loads(capsys.readouterr().out)}
    assert compared["together"]["contracts"] == 4  # 36 million in lots of at most 10
    assert len(CalamineWorkbook.from_path(out).get_sheet_by_index(1).to_python()) == 41
    path.write_text(json.dumps({"items": [items[0], items[0]], "limits": {"most": 1}}), "utf-8")
    assert main(["schedule", "lots", str(path), "--out", str(out)]) == 2
    assert "/limits/most" in capsys.readouterr().err
    story = [{"id": "管1", "asset_class": "sewer_pipe", "attributes": {"corrosion_prone": True}}]
    path.write_text(json.dumps(story), "utf-8")
    due = tmp_path / "due.xlsx"
    assert main(["duties", "table", str(path), "--on", "2026-11-24", "--out", str(due)]) == 0
    rows = CalamineWorkbook.from_path(due).get_sheet_by_index(0).to_python()
    assert rows[1][:4] == ["管1", "", "sewer_pipe", "腐食環境下の管路の点検"]


def test_driving_is_reckoned_along_the_roads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = roster(7, works=12)
    path, out = tmp_path / "roster.json", tmp_path / "out"
    path.write_bytes(msgspec.json.encode(given))
    options = ["schedule", "days", str(path), "--out", str(out), "--iterations", "300", "--workers", "1"]
    assert main([*options, "--language", "en"]) == 0
    assert "no road network was used" in capsys.readouterr().out
    assert "straight distance" in text_of((out / "day_sheets.pdf").read_bytes())
    # a star of roads: every place on a road of 4 km to the same crossing, so any two are 8 km or 16 minutes apart
    spots = list(dict.fromkeys([*(work.place for work in given.work), *(one.base for one in given.people)]))
    far = len(spots) - 1  # the last base is not connected: told by coordinates
    roads = {
        "lon": [spot[0] for spot in spots] + [0.0],
        "lat": [spot[1] for spot in spots] + [0.0],
        "edges": [[n, len(spots), 4000.0] for n in range(far)],
    }
    (tmp_path / "roads.json").write_text(json.dumps(roads), encoding="utf-8")
    assert main([*options, "--language", "en", "--roads", str(tmp_path / "roads.json")]) == 0
    said = capsys.readouterr().out
    assert "road network (SHA-256" in said
    assert "no road network" not in said
    assert "(road network)" in text_of((out / "day_sheets.pdf").read_bytes())
    plan = msgspec.json.decode((out / "days.json").read_bytes(), type=DayPlan)
    whole = on_roads(given, read_roads(tmp_path / "roads.json"))
    assert faults(whole, plan, working_days()) == []
    assert read_roster(msgspec.json.encode(whole)).travel is not None
    ways = {whole.travel.minutes[a][b] for a in range(far) for b in range(far) if a != b} if whole.travel else set()
    assert ways == {16}
    assert whole.travel is not None
    assert set(whole.travel.minutes[far][:far]) == {-1}
    assert round(whole.travel.share, 6) == round(1 - 2 * far / (len(spots) * far), 6)
    inner = [stop for tour in plan.tours for stop in tour.stops[1:]]
    assert inner
    assert {stop.drive for stop in inner} == {16}
    # minutes that are not square are refused by their place
    wrong = json.loads(msgspec.json.encode(whole))
    wrong["travel"]["minutes"][0].pop()
    path.write_text(json.dumps(wrong), encoding="utf-8")
    assert main(options) == 2
    assert "/travel/minutes" in capsys.readouterr().err
    path.write_bytes(msgspec.json.encode(given))
    assert main([*options, "--roads", str(tmp_path / "none.json")]) == 2
    assert "none.json" in capsys.readouterr().err
