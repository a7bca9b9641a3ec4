"""Numbers with units, ranges, negatives; yes and no; sections."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gunmane.core.errors import Fault
from gunmane.core.ledgers.values import MILLIMETRES, UNITS, Doubt, decimal, integer, section, yes_no

FULL_WIDTH = str.maketrans("0123456789.,-", "０１２３４５６７８９．，－")


@pytest.mark.parametrize(
    ("text", "unit", "column", "value"),
    [
        ("12.5", "m", "", 12.5),
        ("１２．５ｍ", "m", "", 12.5),
        ("1,234.5", "m", "", 1234.5),
        ("△12", "m", "", -12.0),
        ("▲1,234", "m", "", -1234.0),
        ("−3", "m", "", -3.0),
        ("250cm", "m", "", 2.5),
        ("2500㎜", "m", "", 2.5),
        ("1.2 km", "m", "", 1200.0),
        ('6"', "mm", "", 152.4),
        ("6″", "mm", "", 152.4),
        ("10", "m", "ft", 3.048),
        ("10m", "m", "ft", 10.0),
        ("3,000㎡", "m2", "", 3000.0),
        ("1.5ha", "m2", "", 15000.0),
        ("L=12.3", "m", "", 12.3),
        ("1.0", "m3/day", "mgd", 3785.411784),
        (".5", "m", "", 0.5),
        ("5.", "m", "", 5.0),
        ("1e3", "m", "", 1000.0),
        ("250m3/日", "m3/day", "", 250.0),
        ("1,500台／日", "count", "", 1500.0),
    ],
)
def test_measures_by_hand(text: str, unit: str, column: str, value: float) -> None:
    assert decimal(text, unit, column) == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "value", "code"),
    [("約12", 12.0, "about"), ("12m程度", 12.0, "about"), ("3.0～4.0", 3.5, "range"), ("3〜4m", 3.5, "range"),
     ("4-6", 5.0, "range")],
)  # fmt: skip
def test_reservations_are_kept(text: str, value: float, code: str) -> None:
    assert decimal(text, "m") == Doubt(value, code)


@pytest.mark.parametrize("text", ["abc", "12a34", "1,23", "十二", "1.2.3", "--5", "12kg", "1m2"])
def test_what_is_no_measure_is_a_fault(text: str) -> None:
    assert isinstance(decimal(text, "m"), Fault)


@settings(deadline=None, max_examples=60)
@given(st.integers(-(10**9), 10**9), st.sampled_from(["plain", "thousands", "wide", "triangle"]))
def test_every_spelling_of_a_whole_number_reads_back(number: int, spelling: str) -> None:
    text = f"{number:,}" if spelling == "thousands" else str(number)
    if spelling == "wide":
        text = text.translate(FULL_WIDTH)
    if spelling == "triangle":
        text = text.replace("-", "△")
    assert integer(text) == number


@settings(deadline=None, max_examples=60)
@given(st.floats(-1e6, 1e6, allow_nan=False), st.sampled_from(sorted(UNITS["m"])))
def test_a_length_in_any_unit_is_the_same_length(metres: float, unit: str) -> None:
    written = f"{metres / UNITS['m'][unit]:.9f}{unit}"
    read = decimal(written, "m")
    assert not isinstance(read, Fault)
    assert math.isclose(read, metres, rel_tol=1e-6, abs_tol=UNITS["m"][unit] * 1e-8 + 1e-8)


def test_whole_numbers() -> None:
    assert integer("1650.0") == 1650
    assert integer("６径間", "count") == 6
    assert isinstance(integer("2.5"), Fault)
    assert integer("6", "mm", "inch") == 152  # kept to the millimetre


def test_sections() -> None:
    assert section("φ200") == 200
    assert section("□1500×1200") == (1500, 1200)
    assert section("1,500 x 1,200") == (1500, 1200)
    assert section("1.5m×1.2m") == (1500, 1200)
    assert section("150A") == 150
    assert section("20cm") == 200
    assert section("8", "mm", "inch") == 203
    assert isinstance(section("円形"), Fault)


def test_yes_and_no() -> None:
    for text in ("有", "○", "1", "Y", "あり", "ＴＲＵＥ", "該当"):
        assert yes_no(text) is True
    for text in ("無", "×", "0", "N", "なし", "非該当"):
        assert yes_no(text) is False
    assert isinstance(yes_no("多分"), Fault)


def test_units_agree_with_each_other() -> None:
    assert MILLIMETRES["cm"] == pytest.approx(10)
    assert UNITS["km"]["m"] == pytest.approx(0.001)
    assert UNITS["km2"]["ha"] == pytest.approx(0.01)
