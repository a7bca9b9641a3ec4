"""`gunmane plan groups | sewer | detours` on the reference instances, and on files that cannot be used."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gunmane.cli import main

REFERENCES = Path(__file__).parents[1] / "data" / "optimisation"


def answer(capfd: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(["plan", *arguments, "--json"]) == 0
    return json.loads(capfd.readouterr().out)


@pytest.mark.parametrize(("name", "optimum"), [("grouping_40", 47.76), ("grouping_100", 103.76)])
def test_groups(name: str, optimum: float, capfd: pytest.CaptureFixture[str]) -> None:
    report = answer(capfd, "groups", str(REFERENCES / f"{name}.json"))
    assert report["status"] == "optimal"
    assert round(report["cost"], 2) == optimum
    assert report["problems"] == []
    assert sorted(unit for group in report["groups"] for unit in group) == list(range(len(report["centre"])))


def test_sewer(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = REFERENCES / "sewer_tree_300.npz"
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    report = answer(capfd, "sewer", str(path))
    assert report["cost"] == pytest.approx(float(arrays["optimum"]))
    dearer = arrays["cost"].copy()
    dearer[:, :-1] += 1e9  # nobody leaves the sewer then
    np.savez(tmp_path / "s.npz", parent=arrays["parent"], cost=arrays["cost"], cost_high=dearer)
    report = answer(capfd, "sewer", str(tmp_path / "s.npz"))
    assert len(report["undecided"]) == report["districts"] - report["stay"] > 0


def test_detours(capfd: pytest.CaptureFixture[str]) -> None:
    path = REFERENCES / "detour_2000.json"
    expected = [bridge["detour"] for bridge in json.loads(path.read_text())["bridges"]]
    report = answer(capfd, "detours", str(path))
    assert report["detour"] == expected
    assert report["cut"] == expected.count(None)


def test_fairness(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    # Owner 0 has one thing to do and owner 1 two, each pays in for one: the pot does owner 1's second as well.
    path = tmp_path / "a.npz"
    np.savez(
        path, value=np.zeros((3, 1, 1)), keep_value=np.array([1.0, 10.0, 10.0]), cost=np.array([[0.0, 1.0]] * 3),
        budget=np.array([2.0]), owner=np.array([0, 1, 1]), owner_budget=np.ones((2, 1)),
    )  # fmt: skip
    report = answer(capfd, "fairness", str(path), "--seconds", "2")
    assert report["price"] == pytest.approx(9)
    assert report["loss_by_owner"] == pytest.approx([-1, 10])


def test_files_that_cannot_be_used(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.json").write_text('{"nodes": 2, "edges": [[0, 5, 1]], "bridges": [{"edge": 0}]}')
    (tmp_path / "b.json").write_text('{"nodes": "two"}')
    (tmp_path / "c.npz").write_text("nothing")
    np.savez(tmp_path / "d.npz", parent=np.array([1, 0]), cost=np.zeros((2, 3)))
    np.savez(tmp_path / "e.npz", cost=np.full((2, 3), np.nan))
    np.savez(tmp_path / "f.npz", parent=np.array([-1]), cost=np.array([[np.nan, 1.0]]))
    for kind, name, said in (
        ("detours", "a.json", "ends"), ("detours", "b.json", "int"), ("detours", "none.json", "none.json"),
        ("groups", "b.json", "b.json"), ("sewer", "c.npz", "c.npz"), ("sewer", "d.npz", "輪"),
        ("sewer", "e.npz", "parent"), ("sewer", "f.npz", "cost"),
    ):  # fmt: skip
        assert main(["plan", kind, str(tmp_path / name), "--json"]) == 2
        assert said in capfd.readouterr().err


@pytest.mark.parametrize("kind", ["portfolio", "sewer", "fairness", "groups", "detours"])
def test_files_that_are_no_problem_are_refused_in_both_languages(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, content in (("text.npz", b"no archive"), ("empty.npz", b""), ("none.npz", None)):
        if content is not None:
            (tmp_path / name).write_bytes(content)
        assert main(["plan", kind, str(tmp_path / name)]) == 2
        told = capsys.readouterr().err.splitlines()
        assert len(told) == 2, told
        assert name in told[0]
        assert re.search("[ぁ-ん]", told[0])
        assert not re.search("[ぁ-ん]", told[1])
        assert "pickle" not in told[0]
        assert "Errno" not in told[0]
