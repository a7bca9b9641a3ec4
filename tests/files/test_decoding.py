"""Region files and mappings that are wrong: every mistake named with its place, in both languages."""

from pathlib import Path

import pytest

from gunmane.cli.days import iso_day
from gunmane.core.errors import GunmaneError
from gunmane.core.ledgers.mapping import Mapping
from gunmane.core.regions import RegionFile
from gunmane.files.catalogue import mapping_file
from gunmane.files.decoding import decode
from gunmane.files.faults import said
from gunmane.files.regions import read_region
from gunmane.resources import DATA

WRONG = """
[region]
name = "圏"
sed = 1
as_of = "2026-04-01"
[[owners]]
code = "042064"
name = "白石市"
kind = "town"
populaton = 32000
engineers = { civil = "three" }
[[owners.ledgers]]
pth = "a.csv"
asset_class = "bridges"
whre = {}
[[owners]]
name = 5
kind = "union"
budgets = [1, "x"]
"""


def test_every_mistake_of_a_region_file_is_named_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "region.toml"
    path.write_text(WRONG, encoding="utf-8")
    with pytest.raises(GunmaneError) as caught:
        read_region(path)
    assert [(fault.code, fault.at) for fault in caught.value.faults] == [
        ("no_such_key_near", "/region/sed"),
        ("wrong_kind", "/region/as_of"),
        ("not_possible", "/owners/0/kind"),
        ("no_such_key_near", "/owners/0/populaton"),
        ("wrong_kind", "/owners/0/engineers/civil"),
        ("no_such_key_near", "/owners/0/ledgers/0/pth"),
        ("not_possible", "/owners/0/ledgers/0/asset_class"),
        ("no_such_key_near", "/owners/0/ledgers/0/whre"),
        ("key_missing", "/owners/0/ledgers/0"),
        ("wrong_kind", "/owners/1/name"),
        ("wrong_kind", "/owners/1/budgets/1"),
        ("key_missing", "/owners/1"),
    ]
    for language in ("ja", "en"):
        told = said(caught.value, language)
        assert "population" in told
        assert "{" not in told.replace("{ …", "")
        assert "no_such_key" not in told, "a code is no sentence"


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"[region]\nname = x\n", "toml_syntax"), ("name = '広域'".encode("cp932"), "toml_encoding")],
)
def test_what_is_no_toml_is_named_with_its_line(data: bytes, code: str, tmp_path: Path) -> None:
    (tmp_path / "region.toml").write_bytes(data)
    with pytest.raises(GunmaneError) as caught:
        read_region(tmp_path / "region.toml")
    assert [fault.code for fault in caught.value.faults] == [code]
    if code == "toml_syntax":
        assert caught.value.faults[0].values["line"] == "2"


def test_a_ledger_or_folder_in_place_of_a_region_file_is_told_apart(tmp_path: Path) -> None:
    (tmp_path / "ledger.csv").write_text("番号\n1\n", encoding="utf-8")
    for path in (tmp_path / "ledger.csv", tmp_path):
        with pytest.raises(GunmaneError) as caught:
            read_region(path)
        assert caught.value.code == "not_a_region_file"
        assert "gunmane import" in said(caught.value, "ja")
    with pytest.raises(GunmaneError) as caught:
        read_region(tmp_path / "nowhere.toml")
    assert caught.value.code == "no_such_file"


def test_a_mapping_file_is_checked_the_same_way(tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    path.write_text('rowz = "asset"\n[columns]\n"橋名" = { feld = "name", year = "x" }\n', encoding="utf-8")
    with pytest.raises(GunmaneError) as caught:
        mapping_file(path)
    assert [fault.at for fault in caught.value.faults] == ["/rowz", "/columns/橋名/feld", "/columns/橋名/year"]


def test_the_shipped_mappings_pass() -> None:
    for path in (DATA / "mappings").glob("*.toml"):
        found, faults = decode(path.read_bytes(), Mapping)
        assert (found is not None, faults) == (True, []), path.name


def test_a_right_file_is_decoded_as_before() -> None:
    text = '[region]\nname = "圏"\nas_of = 2026-04-01\n[[owners]]\ncode="a"\nname="a"\nkind="union"\narea_km2 = 5\n'
    found, faults = decode(text.encode("utf-8-sig"), RegionFile)
    assert (found.owners[0].area_km2, faults) == (5.0, [])


def test_a_day_that_is_none_ends_with_a_sentence() -> None:
    with pytest.raises(Exception, match="2026-13-01") as caught:
        iso_day("2026-13-01")
    assert "暦にある日" in str(caught.value)
    assert iso_day("2026-02-28").day == 28
