"""Region files: what is wrong with them, each with its place."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gunmane.core.inventory import check_digit
from gunmane.core.regions import LedgerEntry, RegionFile, faults_of, label
from gunmane.core.words import AssetClass


def region(owner: str, field: str = "all") -> RegionFile:
    text = f'region = {{ name = "圏", field = "{field}" }}\n[[owners]]\nname = "市"\n{owner}\n'
    return msgspec.toml.decode(text, type=RegionFile)


def codes(file: RegionFile) -> list[tuple[str, str]]:
    return [(fault.code, fault.at) for fault in faults_of(file)]


@given(st.from_regex(r"[0-9]{5}", fullmatch=True))
def test_only_one_check_digit_of_ten_is_right(five: str) -> None:
    right = [
        digit for digit in "0123456789"
        if not faults_of(region(f'code = "{five}{digit}"\nkind = "municipality"'))
    ]  # fmt: skip
    assert right == [check_digit(five)]


@pytest.mark.parametrize(
    ("owner", "expected"),
    [
        ('code = "042064"\nkind = "municipality"', []),
        ('code = "suido-kigyodan"\nkind = "utility"', []),
        ('code = "04206"\nkind = "municipality"', [("code_check_digit", "/owners/0/code")]),
        ('code = "水道"\nkind = "utility"', [("bad_owner_code", "/owners/0/code")]),
        ('code = "1234"\nkind = "municipality"', [("bad_owner_code", "/owners/0/code")]),
        ('code = "a"\nkind = "union"\npopulation = -1', [("not_negative", "/owners/0/population")]),
        ('code = "a"\nkind = "union"\narea_km2 = 0.0', [("not_positive", "/owners/0/area_km2")]),
        (
            'code = "a"\nkind = "union"\nbudgets = [5, -1]\nspent = -3',
            [("not_negative", "/owners/0/budgets/1"), ("not_negative", "/owners/0/spent")],
        ),
        (
            'code = "a"\nkind = "union"\narea_km2 = nan\npopulation = 300000000\nbudgets = [1, 99999999999999999999]',
            [("above_most", f"/owners/0/{name}") for name in ("population", "area_km2", "budgets/1")],
        ),
        ('code = "a"\nkind = "union"\nengineers = { civil = -2 }', [("not_negative", "/owners/0/engineers/civil")]),
        (
            'code = "a"\nkind = "union"\njoined_on = 2026-04-01\nleft_on = 2025-04-01',
            [("left_before_joined", "/owners/0/left_on")],
        ),
        (
            'code = "a"\nkind = "union"\nledgers = [{ path = "b", asset_class = "bridge", crs = "X" }]',
            [("bad_crs", "/owners/0/ledgers/0/crs")],
        ),
    ],
)
def test_faults_are_named_with_their_place(owner: str, expected: list[tuple[str, str]]) -> None:
    assert codes(region(owner)) == expected


def test_every_fault_is_reported_at_once() -> None:
    file = region('code = "a"\nkind = "union"\n[[owners]]\ncode = "a"\nname = ""\nkind = "union"', field="fish")
    assert codes(file) == [("no_such_field", "/region/field"), ("owner_twice", "/owners/1/code")]


def test_one_file_for_several_owners_has_several_names() -> None:
    entry = LedgerEntry(path="b.csv", asset_class=AssetClass.BRIDGE)
    picked = LedgerEntry(path="b.csv", asset_class=AssetClass.BRIDGE, where={"管理者": ["甲", "乙"]})
    assert (label(entry), label(picked)) == ("b.csv", "b.csv [管理者=甲|乙]")


@pytest.mark.parametrize(("text", "number"), [("6675", 6675), ("EPSG:6675", 6675), ("x", None)])
def test_a_coordinate_system_is_a_number(text: str, number: int | None) -> None:
    assert LedgerEntry(path="b", asset_class=AssetClass.BRIDGE, crs=text).epsg() == number
