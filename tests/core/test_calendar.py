"""Fiscal years, eras and Civil Code months against hand-worked days."""

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gunmane.core.calendar import (
    WorkingDays,
    add_interval,
    date_text,
    era_date,
    era_of,
    era_year,
    fiscal_year,
    fiscal_year_end,
    fiscal_year_start,
    fiscal_year_text,
    months_after,
    period_end,
)

days = st.dates(date(1900, 1, 1), date(2150, 12, 31))


@pytest.mark.parametrize(
    ("event", "months", "last"),
    [
        ("2026-04-01", 3, "2026-07-01"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2027-11-30", 3, "2028-02-29"),
        ("2026-08-31", 3, "2026-11-30"),
        ("2026-10-31", 4, "2027-02-28"),
        ("2028-02-29", 12, "2029-02-28"),
        # begins on 1 March, so full calendar months count
        ("2027-02-28", 12, "2028-02-29"),
        ("2026-02-28", 4, "2026-06-30"),
        ("2026-01-30", 1, "2026-02-28"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2018-12-31", 12, "2019-12-31"),
        ("2024-02-29", 60, "2029-02-28"),
    ],
)
def test_months_after_by_hand(event: str, months: int, last: str) -> None:
    assert months_after(date.fromisoformat(event), months) == date.fromisoformat(last)


@given(days, st.integers(1, 240))
def test_a_period_of_months_ends_before_or_with_its_corresponding_day(first: date, months: int) -> None:
    end = period_end(first, months)
    years, month = divmod(first.month - 1 + months, 12)
    length = monthrange(first.year + years, month + 1)[1]
    assert end + timedelta(1) == (
        date(first.year + years, month + 1, first.day)
        if first.day <= length
        else date(first.year + years, month + 1, length) + timedelta(1)
    )


@given(days, st.integers(1, 60), st.integers(1, 60))
def test_later_events_never_end_earlier_and_longer_periods_never_sooner(day: date, months: int, more: int) -> None:
    assert months_after(day, months) <= months_after(day + timedelta(1), months)
    assert months_after(day, months) < months_after(day, months + more)


@given(days)
def test_fiscal_year_holds_its_day(day: date) -> None:
    year = fiscal_year(day)
    assert fiscal_year_start(year) <= day <= fiscal_year_end(year)


@given(days)
def test_a_day_survives_its_era(day: date) -> None:
    held = era_of(day)
    assert held is not None
    era, year = held
    assert era_date(era.name, year, day.month, day.day) == day
    assert era_year(era.letter, year) == day.year


@pytest.mark.parametrize(
    ("era", "year", "month", "day", "found"),
    [
        ("昭和", 64, 1, 7, date(1989, 1, 7)),
        ("昭和", 64, 1, 8, None),
        ("平成", 1, 1, 7, None),
        ("平成", 1, 1, 8, date(1989, 1, 8)),
        ("H", 31, 4, 30, date(2019, 4, 30)),
        ("H", 31, 5, 1, None),
        ("令", 1, 5, 1, date(2019, 5, 1)),
        ("r", 6, 2, 29, date(2024, 2, 29)),
        ("昭和", 65, 1, 1, None),
        ("大正", 15, 12, 25, None),
        ("大正", 15, 12, 24, date(1926, 12, 24)),
        ("平成", 0, 4, 1, None),
        ("令和", 7, 2, 29, None),
        ("慶応", 3, 1, 1, None),
    ],
)
def test_eras_have_limits(era: str, year: int, month: int, day: int, found: date | None) -> None:
    assert era_date(era, year, month, day) == found


def test_texts_of_days_and_fiscal_years() -> None:
    assert fiscal_year_text(2026) == "令和8(2026)年度"
    assert fiscal_year_text(2019) == "令和元(2019)年度"
    assert fiscal_year_text(2018) == "平成30(2018)年度"
    assert fiscal_year_text(1988) == "昭和63(1988)年度"
    assert fiscal_year_text(1989) == "平成元(1989)年度"
    assert fiscal_year_text(2026, "en") == "FY2026"
    assert date_text(date(2019, 5, 1)) == "令和元(2019)年5月1日"
    assert date_text(date(2019, 4, 30)) == "平成31(2019)年4月30日"
    assert date_text(date(2026, 4, 1), "en") == "1 April 2026"


def test_working_days_skip_weekends_holidays_and_the_turn_of_the_year() -> None:
    office = WorkingDays(holidays=frozenset({date(2026, 5, 4), date(2026, 5, 5), date(2026, 5, 6)}))
    assert office.on_or_after(date(2026, 5, 2)) == date(2026, 5, 7)
    assert office.on_or_after(date(2026, 12, 29)) == date(2027, 1, 4)
    assert office.between(date(2026, 5, 1), date(2026, 5, 8)) == [
        date(2026, 5, 1),
        date(2026, 5, 7),
        date(2026, 5, 8),
    ]


def test_unknown_units_are_refused() -> None:
    with pytest.raises(ValueError, match="fortnight"):
        add_interval(date(2026, 4, 1), 1, "fortnight")
