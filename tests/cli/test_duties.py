"""`gunmane duties explain` on files: rows, refusals by name, what if."""

import json
from pathlib import Path
from typing import Any

import pytest

from gunmane.cli import main

STORIES: list[dict[str, Any]] = [
    {
        "id": "tank",
        "asset_class": "septic",
        "owner": "042064",
        "attributes": {
            "treatment": "combined",
            "process": "anaerobic_filter_contact_aeration",
            "capacity_persons": 5,
        },
        "events": [{"kind": "start_of_use", "on": "2026-04-01"}],
    },
    {
        "id": "pipe",
        "asset_class": "sewer_pipe",
        "owner": "042064",
        "attributes": {"important": True},
        "events": [{"kind": "inspection", "duty": "sewer.corrosion", "on": "2020-05-01"}],
    },
]


def explain(path: Path, stories: Any, *options: str) -> int:
    file = path / "facts.json"
    file.write_text(json.dumps(stories), encoding="utf-8")
    return main(["duties", "explain", str(file), "--on", "2026-11-23", *options])


def test_rows_of_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert explain(tmp_path, STORIES, "--json") == 0
    rows = json.loads(capsys.readouterr().out)
    seventh = next(row for row in rows if row["duty"] == "septic.article7")
    assert {key: seventh[key] for key in ("id", "state", "window_open", "due_soft", "due")} == {
        "id": "tank",
        "state": "in_window",
        "window_open": "2026-07-02",
        "due_soft": "2026-12-01",
        "due": "2026-12-01",
    }
    assert {"basis", "reason_ja", "reason_en"} <= seventh.keys()
    assert not [row for row in rows if row["id"] == "pipe"]
    assert explain(tmp_path, STORIES) == 0
    assert "第7条" in capsys.readouterr().out


def test_what_if_a_draft_came_into_force(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert explain(tmp_path, STORIES, "--json", "--what-if", "2027-04-01") == 0
    rows = {row["duty"]: row for row in json.loads(capsys.readouterr().out) if row["id"] == "pipe"}
    assert rows["sewer.important"]["due"] == "2030-05-01"
    assert rows["sewer.important"]["status"] == "unverified"


def test_local_rules_from_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = tmp_path / "local.toml"
    rules.write_text(
        """
[[duties]]
duty = "septic.cleaning"
classes = ["septic"]
basis_ja = "条例"
basis_en = "local ordinance"
kind = "ordinance"
source = "test"
status = "local"
valid_from = 2020-04-01
owners = ["042064"]
anchor = [{ kind = "start_of_use" }]
done_by = [{ kind = "cleaning" }]
recurring = true
[[duties.rows]]
id = "local.cleaning"
first = { amount = 9 }
""",
        encoding="utf-8",
    )
    assert explain(tmp_path, STORIES, "--json", "--rules", str(rules)) == 0
    rows = {row["duty"]: row for row in json.loads(capsys.readouterr().out)}
    assert (rows["septic.cleaning"]["due"], rows["septic.cleaning"]["rule"]) == ("2027-01-01", "local.cleaning")
    rules.write_text('[[duties]]\nduty = "x"\n[[duties.rows]]\nid = "y"\nperiod = 3\n', encoding="utf-8")
    assert explain(tmp_path, STORIES, "--json", "--rules", str(rules)) == 2
    assert "period" in capsys.readouterr().err


def test_what_is_unknown_is_refused_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert explain(tmp_path, [{**STORIES[0], "colour": "red"}], "--json") == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "unknown key: colour" in captured.err
    assert "知らない項目です: colour" in captured.err
    assert explain(tmp_path, {"id": "a"}) == 2
    assert main(["duties", "explain", str(tmp_path / "none.json"), "--on", "2026-11-23"]) == 2


def test_what_lies_after_the_day_and_what_was_doubtful_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    later = {"kind": "inspection", "duty": "septic.article7", "on": "2026-11-30"}
    tank = {**STORIES[0], "events": [*STORIES[0]["events"], later]}
    tank["attributes"] = {**tank["attributes"], "capacity_persons": 20.5}
    assert explain(tmp_path, [tank], "--json") == 0
    captured = capsys.readouterr()
    rows = {row["duty"]: row for row in json.loads(captured.out)}
    assert rows["septic.article7"]["state"] == "in_window"
    assert (
        "not counted yet: inspection [article 7 inspection] (30 November 2026)"
        in rows["septic.article7"]["reason_en"]
    )
    assert "まだ数えていません" in rows["septic.article7"]["reason_ja"]
    assert "not counted" not in rows["septic.cleaning"]["reason_en"]
    assert rows["septic.maintenance"]["due"] == "2026-07-01"
    assert rows["septic.maintenance"]["notes_en"] == ["capacity_persons: 20.5 persons were rounded up to 21"]
    assert "tank: Recorded for after 23 November 2026" in captured.err
    assert explain(tmp_path, [STORIES[0]], "--json") == 0
    assert capsys.readouterr().err == ""


def test_rules_are_listed_with_source_and_status(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["duties", "rules", "--on", "2026-11-23"]) == 0
    text = capsys.readouterr().out
    assert "septic.article7" in text
    assert "sewer.important" not in text
