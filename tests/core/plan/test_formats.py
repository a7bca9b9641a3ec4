"""Numbers, money, years and days as they are printed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gunmane.core.plan.formats import band, day, fiscal, number, percent, significant, yen
from gunmane.core.plan.values import Band
from gunmane.core.words import Language


@pytest.mark.parametrize(
    ("value", "ja", "en"),
    [
        (0, "0円", "¥0"),
        (950, "950円", "¥950"),
        (12_345, "1.23万円", "¥12,300"),
        (45_670_000, "4,570万円", "¥45.7 million"),
        (123_456_789, "1.23億円", "¥123 million"),
        (1_234_567_890, "12.3億円", "¥1.23 billion"),
        (99_950_000, "1億円", "¥100 million"),
        (-250_000_000, "−2.5億円", "−¥250 million"),
        (150_000_000_000, "1,500億円", "¥150 billion"),
    ],
)
def test_money_has_three_significant_digits(value: int, ja: str, en: str) -> None:
    assert (yen(value).ja, yen(value).en) == (ja, en)


@pytest.mark.parametrize(
    ("year", "ja"),
    [(2026, "令和8(2026)年度"), (2019, "令和元(2019)年度"), (2018, "平成30(2018)年度"), (1989, "平成元(1989)年度"),
     (1988, "昭和63(1988)年度"), (1926, "大正15(1926)年度"), (1927, "昭和2(1927)年度")],
)  # fmt: skip
def test_fiscal_years_are_called_by_the_era_of_their_greater_part(year: int, ja: str) -> None:
    assert fiscal(year).ja == ja


@pytest.mark.parametrize(
    ("value", "ja", "en"),
    [
        (date(2019, 4, 30), "平成31年4月30日", "30 April 2019"),
        (date(2019, 5, 1), "令和元年5月1日", "1 May 2019"),
        (date(1989, 1, 7), "昭和64年1月7日", "7 January 1989"),
        (date(1860, 1, 1), "1860年1月1日", "1 January 1860"),
    ],
)
def test_days_change_their_era_on_the_day(value: date, ja: str, en: str) -> None:
    assert (day(value).ja, day(value).en) == (ja, en)


def test_percent_shows_a_decimal_only_where_it_tells() -> None:
    assert [percent(share) for share in (0, 0.004, 0.0994, 0.0996, 0.123, 1)] == [
        "0%", "0.4%", "9.9%", "10%", "12%", "100%",
    ]  # fmt: skip


def test_intervals_use_the_sign_of_the_language() -> None:
    value = Band(1234, 1000, 1500)
    assert band(value, Language.JA) == "1,234(1,000〜1,500)"
    assert band(value, Language.EN) == "1,234 (1,000–1,500)"
    assert band(Band(5), Language.JA) == "5"


@given(st.floats(-1e12, 1e12).filter(lambda value: abs(value) > 1e-6))
def test_three_digits_are_never_off_by_more_than_half_a_percent(value: float) -> None:
    assert abs(significant(value) - value) <= 0.005 * abs(value) * 1.0001


@given(st.floats(-0.4, 0.4))
def test_what_rounds_to_zero_has_no_sign(value: float) -> None:
    assert number(value) == "0"
