"""Degrees, pairs, zones and local government codes."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gunmane.core.errors import Fault
from gunmane.core.inventory import check_digit
from gunmane.core.ledgers.places import JAPAN, degrees, municipality, pair, zone
from gunmane.core.ledgers.values import Doubt
from gunmane.files.catalogue import Catalogue


@pytest.mark.parametrize(
    "text",
    ["35°40′12.3″", "35度40分12.3秒", "35-40-12.3", "N35°40'12.3\"", "北緯35度40分12.3秒", "35:40:12.3", "354012.3",
     "３５°４０′１２．３″", "35.67008333", "35°40.205′", "35度40.205分", "N35.40.12.3"],
)  # fmt: skip
def test_one_latitude_in_all_spellings(text: str) -> None:
    assert degrees(text) == pytest.approx(35.67008333, abs=1e-7)


@pytest.mark.parametrize("text", ["35°70′12″", "abc", "35°40′72″", "35°60.5′", "12345678", "35,40,12"])
def test_no_such_angle(text: str) -> None:
    assert isinstance(degrees(text), Fault)


def test_west_and_south_are_negative() -> None:
    assert degrees("W72°30'00\"") == pytest.approx(-72.5)
    assert degrees("-72.5") == -72.5
    assert degrees("33.5S") == -33.5


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 179), st.integers(0, 59), st.integers(0, 59999))
def test_degrees_minutes_seconds_read_back(whole: int, minutes: int, thousandths: int) -> None:
    seconds = thousandths / 1000
    expected = whole + minutes / 60 + seconds / 3600
    assert degrees(f"{whole}°{minutes}′{seconds:.3f}″") == pytest.approx(expected, abs=1e-9)
    assert degrees(f"{whole}度{minutes:02d}分{seconds:06.3f}秒") == pytest.approx(expected, abs=1e-9)


@settings(deadline=None, max_examples=60)
@given(st.floats(24, 45.5), st.floats(123, 149), st.booleans(), st.sampled_from([",", ", ", " ", "，", "/"]))
def test_pairs_inside_japan_tell_their_order(lat: float, lon: float, lat_first: bool, between: str) -> None:
    first, second = (lat, lon) if lat_first else (lon, lat)
    found = pair(f"{first:.6f}{between}{second:.6f}")
    assert found == pytest.approx((lon, lat), abs=1e-6)


def test_pairs_elsewhere() -> None:
    assert pair("43.68,-72.32") == (-72.32, 43.68)
    assert pair("-118.4,34.3") == (-118.4, 34.3)
    assert isinstance(pair("nowhere"), Fault)
    assert JAPAN[0] < 123 < JAPAN[2]


def test_zones() -> None:
    assert [zone(text) for text in ("7", "Ⅶ", "第7系", "VII系", "平面直角座標系第７系")] == [7] * 5
    assert isinstance(zone("20"), Fault)


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 47), st.integers(100, 799))
def test_codes_of_six_and_five_digits_are_the_same(prefecture: int, local: int) -> None:
    code5 = f"{prefecture:02d}{local:03d}"
    code = code5 + check_digit(code5)
    assert municipality(code) == code
    if prefecture >= 10:
        read = municipality(code5, frozenset([code]))
        assert read == code
    else:
        assume(municipality(code[1:]) != code[1:])
        assert municipality(code[1:]) in (Doubt(code, "leading_zero_lost"), code)


def test_codes_by_hand(words: Catalogue) -> None:
    assert municipality("042064") == "042064"
    assert municipality("42064") == Doubt("042064", "leading_zero_lost")  # Shiroishi, through a spreadsheet
    assert municipality("4206") == Doubt("042064", "leading_zero_lost")
    assert municipality("13101", frozenset(words.seats)) == "131016"
    assert municipality("23205.0", frozenset(words.seats)) == "232050"
    assert isinstance(municipality("042065"), Fault)
    assert isinstance(municipality("白石市"), Fault)


def test_every_municipality_survives_a_spreadsheet(words: Catalogue) -> None:
    known = frozenset(words.seats)
    for code in known:
        found = municipality(code.lstrip("0"), known)
        assert (found.value if isinstance(found, Doubt) else found) == code
