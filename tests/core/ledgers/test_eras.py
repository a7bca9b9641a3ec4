"""Years and dates in all their spellings."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gunmane.core.calendar import fiscal_year
from gunmane.core.errors import Fault
from gunmane.core.ledgers.eras import ERAS, When, start, when
from gunmane.core.ledgers.values import Doubt
from gunmane.core.words import Precision

DAY, MONTH, YEAR, FISCAL = Precision.DAY, Precision.MONTH, Precision.YEAR, Precision.FISCAL_YEAR


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("昭和50年度", When(1975, None, FISCAL)),
        ("S50", When(1975, None, YEAR)),
        ("Ｓ５０年", When(1975, None, YEAR)),
        ("S.36. 4. 1", When(1961, date(1961, 4, 1), DAY)),
        ("H. 8. 9. 5", When(1996, date(1996, 9, 5), DAY)),
        ("H.8.9.5", When(1996, date(1996, 9, 5), DAY)),
        ("R元", When(2019, None, YEAR)),
        ("令和元年", When(2019, None, YEAR)),
        ("令和元年度", When(2019, None, FISCAL)),
        ("平成31年度", When(2019, None, FISCAL)),
        ("㍼50年3月", When(1975, date(1975, 3, 1), MONTH)),
        ("昭50年3月31日", When(1975, date(1975, 3, 31), DAY)),
        ("S500401", When(1975, date(1975, 4, 1), DAY)),
        ("大正15年12月24日", When(1926, date(1926, 12, 24), DAY)),
        ("2015年", When(2015, None, YEAR)),
        ("2015年度", When(2015, None, FISCAL)),
        ("2015.0", When(2015, None, YEAR)),
        ("1985", When(1985, None, YEAR)),
        ("FY2015", When(2015, None, FISCAL)),
        ("1975/4/1", When(1975, date(1975, 4, 1), DAY)),
        ("1975-04-01T00:00:00", When(1975, date(1975, 4, 1), DAY)),
        ("1975/4/1 10:00:00", When(1975, date(1975, 4, 1), DAY)),
        ("19750401", When(1975, date(1975, 4, 1), DAY)),
        ("197504", When(1975, date(1975, 4, 1), MONTH)),
        ("1975.10", When(1975, date(1975, 10, 1), MONTH)),
        ("27485", When(1975, date(1975, 4, 1), DAY)),
        ("4/28/2020", When(2020, date(2020, 4, 28), DAY)),
        ("20-Jun-13", When(2013, date(2013, 6, 20), DAY)),
        ("Wed, 21 Mar 2018 13:12:11 GMT", When(2018, date(2018, 3, 21), DAY)),
        ("1287619200000", When(2010, date(2010, 10, 21), DAY)),
        ("昭和50年度3月", When(1976, date(1976, 3, 1), MONTH)),
    ],
)
def test_spellings_by_hand(text: str, expected: When) -> None:
    assert when(text) == expected


def test_bare_years_of_a_fiscal_column() -> None:
    assert when("2015", fiscal=True) == When(2015, None, FISCAL)
    assert when("S50", fiscal=True) == When(1975, None, FISCAL)
    assert when("1975/4/1", fiscal=True) == When(1975, date(1975, 4, 1), DAY)


def test_reservations() -> None:
    assert when("昭和50年頃") == Doubt(When(1975, None, Precision.ABOUT), "about")
    assert when("1970年代") == Doubt(When(1975, None, Precision.ABOUT), "about")
    assert when("平成32年") == Doubt(When(2020, None, YEAR), "era_overrun")
    assert when("S64.1.8") == Doubt(When(1989, date(1989, 1, 8), DAY), "era_overrun")


@pytest.mark.parametrize("text", ["0", "12/30/1899 0:00:00", "-2209161600000"])
def test_empty_dates_are_unknown(text: str) -> None:
    assert when(text) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("昭和80年", "era_exceeded"),
        ("50", "year_without_era"),
        ("昭和0年", "not_a_date"),
        ("1975/13/1", "no_such_day"),
        ("平成5年2月30日", "no_such_day"),
        ("R6登録予定", "not_a_date"),
        ("昨年", "not_a_date"),
        ("20155", ""),
    ],
)
def test_what_is_no_date(text: str, code: str) -> None:
    found = when(text)
    if code:
        assert isinstance(found, Fault)
        assert found.code == code
    else:
        assert found == When(1955, date(1955, 3, 7), DAY)  # a spreadsheet's serial number


def test_two_digits_with_the_columns_era() -> None:
    assert when("50", era="昭和") == When(1975, None, YEAR)


def written(day: date, spelling: str) -> str:
    """Write a day in its era."""
    era = next(era for era in ERAS if era.first <= day <= era.last)
    number = day.year - era.first.year + 1
    if spelling == "kanji":
        return f"{era.name}{'元' if number == 1 else number}年{day.month}月{day.day}日"
    if spelling == "padded":
        return f"{era.letter.upper()}.{number:2d}.{day.month:2d}.{day.day:2d}"
    return f"{era.letter.upper()}{number}/{day.month}/{day.day}"


@settings(deadline=None, max_examples=60)
@given(st.dates(date(1868, 1, 25), date(2100, 1, 1)), st.sampled_from(["kanji", "padded", "slashes"]))
def test_every_day_written_in_its_era_reads_back(day: date, spelling: str) -> None:
    assert when(written(day, spelling)) == When(day.year, day, DAY)


@settings(deadline=None, max_examples=60)
@given(st.dates(date(1927, 5, 19), date(2099, 12, 31)))  # below, the serial has fewer than five digits
def test_spreadsheet_serials_read_back(day: date) -> None:
    assert when(str((day - date(1899, 12, 30)).days)) == When(day.year, day, DAY)


@settings(deadline=None, max_examples=60)
@given(st.dates(date(1868, 1, 25), date(2100, 1, 1)))
def test_western_spellings_agree(day: date) -> None:
    spellings = (day.isoformat(), f"{day:%Y/%m/%d}", f"{day:%Y%m%d}", f"{day.year}年{day.month}月{day.day}日")
    assert {when(text) for text in spellings} == {When(day.year, day, DAY)}


@settings(deadline=None, max_examples=60)
@given(st.dates(date(1927, 1, 1), date(2018, 3, 31)))
def test_a_fiscal_year_starts_no_later_than_its_days(day: date) -> None:
    year = fiscal_year(day)
    begin = start(When(year, None, FISCAL))
    assert begin <= day < date(begin.year + 1, 4, 1)


def test_eras_meet_without_gap() -> None:
    for earlier, later in itertools.pairwise(ERAS):
        assert later.first - earlier.last == timedelta(days=1)
