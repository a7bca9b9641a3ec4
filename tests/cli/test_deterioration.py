"""`gunmane deterioration` on files that are not as they should be."""

import json
from pathlib import Path

import numpy as np
import pytest

from gunmane.cli import main
from gunmane.core.deterioration.design import moments


def write(path: Path, rows: list[str], encoding: str = "utf-8") -> str:
    path.write_bytes("\n".join(rows).encode(encoding))
    return str(path)


def pairs(path: Path) -> str:
    """Pairs of three grades: from B nothing moves, one interval is 0, one cell is blank; simulated."""
    moves = ["A,A", "A,B", "A,A", "A,B", "A,A", "B,B", "B,B", "C,C"] * 10
    rows = [f"{move},5,町{k % 2}" for k, move in enumerate(moves)]
    return write(path, ["前,後,年数,町", *rows, "A,B,0,町0", "A,,5,町1", "A,X,5,町1"], "cp932")


def fit(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    assert main(["deterioration", "fit", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["deterioration", "fit", *arguments, "--json"]) == 2
    return capsys.readouterr().err


COLUMNS = ("--from", "前", "--to", "後", "--interval", "年数")


def test_pairs_with_words_for_grades(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    got = fit(capsys, pairs(tmp_path / "p.csv"), *COLUMNS, "--states", "A,B,C", "--group", "町")
    assert {"minus2loglik", "hazards", "effects", "converged", "seconds", "rows", "collapsed_rows", "version"} <= set(
        got
    )
    hazards = got["hazards"]
    assert isinstance(hazards, list)
    assert all({"from", "to", "hazard", "standard_error"} <= set(row) for row in hazards)
    assert got["rows"] == 70  # 80 pairs less those that begin in the worst grade
    assert got["grades_not_named"] == {"X": 1}
    assert got["warnings"] == ["never_left 2"]


def test_with_a_prior_a_grade_never_left_keeps_a_sensible_hazard(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    got = fit(capsys, pairs(tmp_path / "p.csv"), *COLUMNS, "--states", "A,B,C", "--prior", "class")
    hazards = got["hazards"]
    assert isinstance(hazards, list)
    assert 0.001 < hazards[1]["hazard"] < 0.1
    assert got["prior"]["status"] == "assumed"  # type: ignore[index]


def test_what_cannot_be_fitted_is_said_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = pairs(tmp_path / "p.csv")
    assert "A, B, C, X" in refused(capsys, file, *COLUMNS, "--states", "4")
    assert "列 nai がファイルにありません" in refused(
        capsys, file, "--from", "nai", "--to", "後", "--interval", "年数"
    )
    assert "--group" in refused(capsys, file, *COLUMNS, "--states", "A,B,C", "--cuts", "3", "--group", "町")
    assert "--start" in refused(capsys, file, *COLUMNS, "--states", "A,B,C", "--drift")
    assert refused(capsys, str(tmp_path / "none.csv"), *COLUMNS)


def test_a_reversed_scale_is_warned_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    got = fit(capsys, pairs(tmp_path / "p.csv"), *COLUMNS, "--states", "C,B,A")
    assert "more_rises_than_falls" in got["warnings"]  # type: ignore[operator]


def test_pairs_are_histories_of_two_looks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A cut beyond every interval changes nothing."""
    moves = ["A,A", "A,B", "B,B", "B,C", "A,C"] * 6
    file = write(tmp_path / "p.csv", ["f,t,y", *[f"{move},{2 + k % 3}" for k, move in enumerate(moves)]])
    columns = ("--from", "f", "--to", "t", "--interval", "y", "--states", "A,B,C")
    assert fit(capsys, file, *columns, "--cuts", "100")["minus2loglik"] == pytest.approx(
        fit(capsys, file, *columns)["minus2loglik"], abs=1e-6
    )


def test_curves_by_material(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ranks = ["none", "none", "III", "none", "III", "II", "III", "II", "I", "I"]  # worse with age
    rows = [
        f"{5 + 9 * k},{rank},{kind}" for k, rank in enumerate(ranks) for kind in ("hume", "clay") for _ in range(9)
    ]
    file = write(tmp_path / "c.csv", ["age,rank,material", *rows, "0,I,hume", "30,??,clay"])
    got = fit(capsys, file, "--kind", "curves", "--time", "age", "--state", "rank", "--states", "none,III,II,I",
              "--group", "material")  # fmt: skip
    assert got["rows"] == 180
    assert got["grades_not_named"] == {"??": 1}
    curves = got["curves"]
    assert isinstance(curves, list)
    assert [one["material"] for one in curves] == ["clay", "hume", "(together)"]
    halves = [rank["half_reached_at"] for rank in curves[0]["ranks"]]
    assert halves == sorted(halves)
    assert 20 < halves[0] < 60


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    torn = tmp_path / "torn.csv.gz"
    torn.write_bytes(b"no gzip")
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    for path in (tmp_path / "none.csv", torn, empty):
        assert main(["deterioration", "fit", str(path), "--kind", "chain"]) == 2
        said = capsys.readouterr().err
        assert path.name in said
        assert "{" not in said


def surveys(path: Path, years: tuple[str, ...] = ("2014-06-01", "2021/6/1"), rise: bool = False) -> str:
    """Two looks at 200 assets, the times written as dates."""
    grades = [("B", "A")] if rise else [("A", "A"), ("A", "B"), ("B", "B"), ("B", "C"), ("A", "C")]
    rows = [f"{n},{year},{grades[n % len(grades)][look]}" for n in range(200) for look, year in enumerate(years)]
    return write(path, ["id,day,grade", *rows])


def test_two_surveys_are_forecast_from_other_assets_and_it_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    columns = ("--id", "id", "--time", "day", "--state", "grade", "--states", "A,B,C", "--horizon", "7", "--json")
    file = surveys(tmp_path / "s.csv")
    assert main(["deterioration", "backtest", file, *columns, "--origins", "2015"]) == 0
    out, err = capsys.readouterr()
    got = json.loads(out)
    (origin,) = got["origins"]
    assert origin["learned_from"] == "assets"
    assert origin["engine"]["forecasts"] == 200
    assert origin["calibrated"]
    assert "4つに分け" in err
    assert "4 parts" in got["notes"][0]["en"]
    assert main(["deterioration", "fit", file, *columns[:-3], "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == 200


def test_a_back_test_warns_of_a_reversed_scale_as_a_fit_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    columns = ("--kind", "chain", "--id", "id", "--time", "day", "--state", "grade", "--horizon", "7", "--json")
    file = surveys(tmp_path / "s.csv", years=("2014-06-01", "2021-06-01"))
    for states, warned, improved in (("A,B,C", False, 0), ("C,B,A", True, 120)):
        assert main(["deterioration", "backtest", file, *columns, "--states", states, "--origins", "2015"]) == 0
        got = json.loads(capsys.readouterr().out)
        assert ("more_rises_than_falls" in got["warnings"]) == warned
        assert got["counted"]["improved"] == improved


def test_a_back_test_without_cases_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def why(file: str, *more: str) -> str:
        columns = ("--id", "id", "--time", "day", "--state", "grade", "--states", "A,B,C")
        assert main(["deterioration", "backtest", file, *columns, *more]) == 2
        return capsys.readouterr().err

    two = surveys(tmp_path / "s.csv")
    assert "no inspection lies within 5 years before 2030" in why(two, "--origins", "2030")
    assert "was inspected again 2 years later" in why(two, "--origins", "2015", "--horizon", "2")
    rising = surveys(tmp_path / "r.csv", rise=True)
    assert "had risen to a better grade" in why(rising, "--origins", "2015", "--horizon", "7")
    words = write(tmp_path / "w.csv", ["id,day,grade", "1,昔,A", "2,later,B"])
    assert "later, 昔" in why(words, "--origins", "2015")


def test_times_may_be_dates() -> None:
    assert moments(["2015-01-01", "2015/7/2", "2015年1月1日", "2015.0", "昭和", "2015-13-01"])[:4] == pytest.approx(
        [2015.0, 2015 + 182 / 365, 2015.0, 2015.0]
    )
    assert np.isnan(moments(["昭和", "2015-13-01"])).all()
