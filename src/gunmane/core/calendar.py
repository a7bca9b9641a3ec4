"""Fiscal years, eras, months by the Civil Code, holidays given as data.

All dates are civil dates in Japan; no time of day and no time zone is involved.
"""

from bisect import bisect_right
from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

from msgspec import Struct

ONE_DAY = timedelta(days=1)


def fiscal_year(day: date) -> int:
    """Return the Japanese fiscal year (1 April to 31 March) that `day` lies in."""
    return day.year if day.month >= 4 else day.year - 1


def fiscal_year_start(year: int) -> date:
    """Return 1 April of fiscal year `year`."""
    return date(year, 4, 1)


def fiscal_year_end(year: int) -> date:
    """Return 31 March with which fiscal year `year` ends."""
    return date(year + 1, 3, 31)


class Era(Struct, frozen=True):
    """A Japanese era with its first day; it ends the day before the next one begins."""

    name: str
    letter: str
    first: date
    english: str


ERAS: tuple[Era, ...] = (
    Era("明治", "M", date(1868, 1, 25), "Meiji"),
    Era("大正", "T", date(1912, 7, 30), "Taisho"),
    Era("昭和", "S", date(1926, 12, 25), "Showa"),
    Era("平成", "H", date(1989, 1, 8), "Heisei"),
    Era("令和", "R", date(2019, 5, 1), "Reiwa"),
)
"""Oldest first. Dates before the Gregorian calendar came in (1 January 1873) are not converted."""

_FIRST_DAYS = [era.first for era in ERAS]
_BY_NAME = {key: index for index, era in enumerate(ERAS) for key in (era.name, era.name[0], era.letter)}

FISCAL_YEAR_ERA = {2019: "令和"}
"""Fiscal years not named after the era of their 1 April: FY2019 began in Heisei 31 and is 令和元年度 throughout
(Cabinet decision of 1 April 2019 on the use of the new era's name)."""


def era_of(day: date) -> tuple[Era, int] | None:
    """Return the era of `day` and the year in it (first year 1), or None before Meiji."""
    index = bisect_right(_FIRST_DAYS, day) - 1
    if index < 0:
        return None
    return ERAS[index], day.year - ERAS[index].first.year + 1


def era_limit(index: int) -> int | None:
    """Return the last year number of the era at `index` in ERAS (昭和 64, 平成 31), None for the present era."""
    if index + 1 >= len(ERAS):
        return None
    return ERAS[index + 1].first.year - ERAS[index].first.year + 1


def era_year(era: str, year: int) -> int | None:
    """Return the calendar year of year `year` of an era given by name, first character or letter.

    None for an unknown era and for a year the era never had (昭和65年, 平成0年).
    """
    index = _BY_NAME.get(era.upper() if era.isascii() else era)
    if index is None or year < 1:
        return None
    limit = era_limit(index)
    if limit is not None and year > limit:
        return None
    return ERAS[index].first.year + year - 1


def era_date(era: str, year: int, month: int, day: int) -> date | None:
    """Return the date of an era date, or None when it does not exist in that era (平成31年5月1日, 昭和64年1月8日)."""
    calendar_year = era_year(era, year)
    if calendar_year is None:
        return None
    try:
        found = date(calendar_year, month, day)
    except ValueError:
        return None
    held = era_of(found)
    index = _BY_NAME[era.upper() if era.isascii() else era]
    return found if held is not None and held[0] is ERAS[index] else None


def _year_text(name: str, year: int, calendar_year: int) -> str:
    return f"{name}{'元' if year == 1 else year}({calendar_year})年"


@lru_cache(4096)
def date_text(day: date, language: str = "ja") -> str:
    """Write a date for people: 令和8(2026)年4月1日, or 1 April 2026 in English."""
    if language == "en":
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
    held = era_of(day)
    year = _year_text(held[0].name, held[1], day.year) if held else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日"


def fiscal_year_text(year: int, language: str = "ja") -> str:
    """Write a fiscal year for people: 令和8(2026)年度, or FY2026 in English."""
    if language == "en":
        return f"FY{year}"
    name = FISCAL_YEAR_ERA.get(year)
    held = era_of(fiscal_year_start(year))
    if name is not None:
        index = _BY_NAME[name]
        return _year_text(name, year - ERAS[index].first.year + 1, year) + "度"
    return (_year_text(held[0].name, held[1], year) if held else f"{year}年") + "度"


_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def period_end(first: date, months: int) -> date:
    """Return the last day of a period of `months` months whose first day is `first` (counted in full).

    Civil Code art. 143(2): it ends the day before the day of the last month that corresponds to its first day;
    where the last month has no such day, on that month's last day.
    """
    index = first.year * 12 + first.month - 1 + months
    year, month = divmod(index, 12)
    month += 1
    if first.day <= monthrange(year, month)[1]:
        return date(year, month, first.day) - ONE_DAY
    return date(year, month, monthrange(year, month)[1])


def months_after(event: date, months: int) -> date:
    """Return the last day of the `months` months that follow `event`.

    The day of the event is not counted (Civil Code art. 140): the period begins on the next day. So 1 April plus
    3 months ends on 1 July, 30 November plus 3 months on the last day of February, and 28 February of a common
    year plus 1 month on 31 March.
    """
    return period_end(event + ONE_DAY, months)


def add_interval(event: date, amount: int, unit: str) -> date:
    """Return the last day of the `amount` days, weeks, months or years that follow `event`.

    Raises ValueError for an unknown unit.
    """
    if unit == "day":
        return event + timedelta(days=amount)
    if unit == "week":
        return event + timedelta(weeks=amount)
    if unit == "month":
        return months_after(event, amount)
    if unit == "year":
        return months_after(event, 12 * amount)
    raise ValueError(f"unknown unit {unit}")


class WorkingDays(Struct, frozen=True):
    """Days on which public offices are open.

    `holidays` are public holidays, given as data. `closed` are further month-days without work: 29 December to
    3 January, as municipal ordinances on holidays of the body set them (Local Autonomy Act art. 4-2).
    """

    holidays: frozenset[date] = frozenset()
    closed: frozenset[tuple[int, int]] = frozenset({(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)})

    def is_open(self, day: date) -> bool:
        """Tell whether offices work on `day`."""
        return day.weekday() < 5 and day not in self.holidays and (day.month, day.day) not in self.closed

    def on_or_after(self, day: date) -> date:
        """Return the first working day from `day` on."""
        while not self.is_open(day):
            day += ONE_DAY
        return day

    def between(self, first: date, last: date) -> list[date]:
        """Return the working days from `first` to `last`, both included."""
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return [day for day in days if self.is_open(day)]
