"""`gunmane grade` on files as strangers write them."""

import json
from pathlib import Path

import pytest

from gunmane.cli import main

FINDINGS = """調査日,2025/05/01
スパン番号,管No,距離(m),調査項目,ランク,備考
9596,4.0,8.0,破損,ａ,
9596,,,腐食,Ａ,
9647,30,60.0,クラック,a,
9647,30,60.0,浸入水,b,
9647,,,腐食,B,
9664,8,56.5,浸入水,a,
9664,1,22.1,浸入水,a,
12868,,,上下方向のたるみ,C,
404,1,2.0,破損,a,
V1,1,2.0,破損,a,
N1,1,2.0,クラック,b,
X1,1,2.0,謎の異常,a,
"""
SPANS = """スパン番号,管種,管径(mm),管本数
9596.0,ヒューム管,900,20
9647,ヒューム管,900,35
9664,ヒューム管,900,10
12868,ヒューム管,900,32
12957,ヒューム管,900,26
V1,硬質塩化ビニル管,200,20
N1,ヒューム管,900,
X1,陶管,300,10
"""
EXPECTED = {
    "9596.0": "I", "9647": "II", "9664": "II", "12868": "III", "12957": "none", "V1": "undetermined",
    "N1": "undetermined", "X1": "undetermined",
}  # fmt: skip


@pytest.mark.parametrize("encoding", ["cp932", "utf-8", "utf-8-sig"])
def test_japanese_files_in_every_encoding(tmp_path: Path, capsys: pytest.CaptureFixture[str], encoding: str) -> None:
    findings, spans = tmp_path / "findings.csv", tmp_path / "spans.csv"
    findings.write_bytes(FINDINGS.encode(encoding))
    spans.write_bytes(SPANS.replace("\n", "\r\n").encode(encoding))
    faults = tmp_path / "faults.json"
    code = main(["grade", "sewer", str(findings), str(spans), "--profile", "mlit-2009", "--json",
                 "--faults", str(faults)])  # fmt: skip
    out, err = capsys.readouterr()
    rows = json.loads(out)
    assert code == 0
    assert {row["span_id"]: row["urgency"] for row in rows} == EXPECTED
    assert {row["code"] for row in json.loads(faults.read_text("utf-8"))} == {"span_not_known", "item_unknown"}
    assert "404" in err
    first = rows[0]
    assert (first["corrosion"], first["sag"], first["rate"]) == ("A", "none", "A")
    assert "破損のランクaが1箇所" in first["reason"]


def test_english_words_and_a_local_profile(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    findings, spans, rules = tmp_path / "f.csv", tmp_path / "s.csv", tmp_path / "city.toml"
    findings.write_text("span_id,pipe_no,distance_m,item,rank\nA,1,2,joint_gap,a\nB,1,1,Root intrusion,b\n", "utf-8")
    spans.write_text("span_id,material,diameter_mm,n_pipes\nA,rc,900,20\nB,rc,900,2\n", "utf-8")
    rules.write_text(
        '[[profiles]]\nid = "our-city"\nbased_on = "mlit-2009"\ntitle_ja = "市の基準"\ntitle_en = "the city\'s"\n'
        'source = "要領"\nstatus = "local"\n'
        '[[profiles.urgency]]\nurgency = "I"\nrank = "A"\ncount = 1\n',
        "utf-8",
    )
    assert main(["grade", "sewer", str(findings), str(spans), "--json"]) == 0
    assert [row["urgency"] for row in json.loads(capsys.readouterr().out)] == ["II", "II"]
    assert main(["grade", "sewer", str(findings), str(spans), "--profile", str(rules), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["urgency"], row["profile_status"]) for row in rows] == [("I", "local"), ("I", "local")]


def test_files_that_cannot_be_used_are_refused_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    findings, spans = tmp_path / "f.csv", tmp_path / "s.csv"
    findings.write_text("a,b\n1,2\n", "utf-8")
    spans.write_text("span_id,material,diameter_mm,n_pipes\nA,rc,900,20\n", "utf-8")
    assert main(["grade", "sewer", str(findings), str(spans)]) == 2
    err = capsys.readouterr().err
    assert "findings/rank" in err
    assert main(["grade", "sewer", str(spans), str(spans), "--profile", "nobody"]) == 2
    assert "mlit-2009" in capsys.readouterr().err


def test_measurements_of_pavement_and_tanks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pavement, tanks = tmp_path / "p.csv", tmp_path / "t.csv"
    pavement.write_bytes(
        "区間番号,ひび割れ率(%),わだち掘れ量(mm),IRI,路盤損傷\nK1,４５,5,2,有\nK2,x,21,2,\n".encode("cp932")
    )
    tanks.write_text("浄化槽番号,種別,計画BOD,BOD\nJ1,合併,20,25\nJ2,単独,,95\nJ3,合併,20,31\n", "utf-8-sig")
    assert main(["grade", "pavement", str(pavement), "--json"]) == 0
    out, err = capsys.readouterr()
    assert [row["grade"] for row in json.loads(out)] == ["III-2", "II"]
    assert "p.csv/3/crack" in err
    assert main(["grade", "septic", str(tanks), "--json"]) == 0
    assert [row["grade"] for row in json.loads(capsys.readouterr().out)] == ["acceptable", "acceptable", "fail"]
