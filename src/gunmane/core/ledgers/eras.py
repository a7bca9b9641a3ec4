"""Years and dates as ledgers write them: eras, fiscal years, Excel serials, 頃."""

import re
from datetime import date, timedelta
from typing import NamedTuple

from gunmane.core.errors import Fault
from gunmane.core.ledgers.text import fold
from gunmane.core.ledgers.values import Doubt, Parsed
from gunmane.core.words import Precision


class When(NamedTuple):
    """A year with what is known beyond it.

    `year` is the fiscal year when `precision` is FISCAL_YEAR, else the calendar year. `on` is the day, or the first
    day of the month, or None.
    """

    year: int
    on: date | None
    precision: Precision


class Era(NamedTuple):
    """A Japanese era; `last` is its last day (元号を改める政令, 昭和54年元号法)."""

    letter: str
    name: str
    first: date
    last: date


ERAS = (
    Era("m", "明治", date(1868, 1, 25), date(1912, 7, 29)),
    Era("t", "大正", date(1912, 7, 30), date(1926, 12, 24)),
    Era("s", "昭和", date(1926, 12, 25), date(1989, 1, 7)),
    Era("h", "平成", date(1989, 1, 8), date(2019, 4, 30)),
    Era("r", "令和", date(2019, 5, 1), date.max),
)
_BY_SIGN = {era.letter: era for era in ERAS} | {era.name: era for era in ERAS} | {era.name[0]: era for era in ERAS}
OVERRUN = 5
"""Years an era may be overrun: plans and ledgers made before a change of era go on counting (平成32年度)."""

_ERA = re.compile(
    r"(明治|大正|昭和|平成|令和|[mtshr明大昭平令])\.?(元|\d{1,2})(?:\.?(年度|年|fy)|(?=\D|$))[./-]?(.*)"
)
_ERA_PACKED = re.compile(r"([mtshr])(\d{2})(\d{2})(\d{2})")
_WEST = re.compile(r"(?:西暦)?(\d{4})(?:\.0+$)?(?:(年度|fy)|(年))?(.*)")
_FISCAL_FIRST = re.compile(r"fy(\d{4})")
_PACKED = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\.0+)?")
_PACKED_MONTH = re.compile(r"(\d{4})(0[1-9]|1[0-2])(?:\.0+)?")
_REST = re.compile(r"(\d{1,2})(?:月分|[月./-]|$)(?:(\d{1,2})日?)?(?:[(（].*)?")
_US = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_NAMED = re.compile(r"(?:[a-z]{3},)?(\d{1,2})-?([a-z]{3})[a-z]*-?(\d{4}|\d{2})")
_TIME = re.compile(r"(?:(?<=\d)[ T]|\s)\d{1,2}:\d{2}.*$", re.DOTALL)
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
_ABOUT = re.compile(r"(年?)(頃|ころ|ごろ|前後|以前|以降|より前|年代|代|\?|推定)$")
_EXCEL_ZERO = date(1899, 12, 30)
_EMPTY_DATES = frozenset(
    ("12/30/1899", "1899-12-30", "1899/12/30", "1900-01-00", "-2209161600000", "0000-00-00", "0000/00/00")
)


def when(text: str, fiscal: bool = False, era: str = "") -> Parsed:
    """Read a year, month or day as `When`, or None where the file's "no date" is written.

    `fiscal` says that the column is named 年度; `era` (昭和 …) is the column's era for bare two-digit years.
    Faults: `not_a_date`, `no_such_day`, `year_without_era`, `era_exceeded`. Doubt: `era_overrun`.
    """
    folded = fold(_TIME.sub("", text))
    if folded in _EMPTY_DATES or folded in ("0", "0.0"):
        return None
    bare = _ABOUT.sub(r"\1", folded)
    bare = re.sub(r"^(約|およそ|推定|推)", "", bare)
    about = bare != folded
    found = _from_era(bare, text, fiscal) or _from_western(bare, text, fiscal) or _from_short(bare, text, fiscal, era)
    if not about:
        return found
    inner = found.value if isinstance(found, Doubt) else found
    if isinstance(inner, When):
        decade = 5 if folded.endswith("年代") and inner.year % 10 == 0 else 0
        return Doubt(When(inner.year + decade, None, Precision.ABOUT), "about")
    return found


def _from_era(bare: str, text: str, fiscal: bool) -> Parsed:
    packed = _ERA_PACKED.fullmatch(bare)
    if packed:
        era, number, rest, is_fiscal = _BY_SIGN[packed[1]], int(packed[2]), f"{packed[3]}.{packed[4]}", False
    else:
        match = _ERA.fullmatch(bare)
        if not match:
            return None
        era = _BY_SIGN[match[1]]
        number = 1 if match[2] == "元" else int(match[2])
        rest, is_fiscal = match[4], match[3] in ("年度", "fy")
    if number == 0:
        return Fault("not_a_date", values={"text": text})
    year = era.first.year + number - 1
    if year > era.last.year + OVERRUN:
        return Fault("era_exceeded", values={"text": text, "era": era.name})
    found = _finish(year, rest, text, fiscal, is_fiscal)
    if not isinstance(found, When):
        return found
    if found.precision is Precision.DAY and found.on and not era.first <= found.on <= era.last:
        return Doubt(found, "era_overrun")
    return Doubt(found, "era_overrun") if year > era.last.year else found


def _from_western(bare: str, text: str, fiscal: bool) -> Parsed:
    for pattern in (_PACKED, _PACKED_MONTH):
        packed = pattern.fullmatch(bare)
        if packed:
            return _finish(int(packed[1]), ".".join(packed.groups()[1:]), text, fiscal, False)
    first = _FISCAL_FIRST.fullmatch(bare)
    if first:
        return When(int(first[1]), None, Precision.FISCAL_YEAR)
    us = _US.fullmatch(bare)
    if us:
        month, day = (us[1], us[2]) if int(us[1]) <= 12 else (us[2], us[1])
        return _finish(int(us[3]), f"{month}.{day}", text, fiscal, False)
    named = _NAMED.fullmatch(bare)
    if named and named[2] in _MONTHS:
        year = int(named[3]) if len(named[3]) == 4 else 2000 + int(named[3]) - (100 if int(named[3]) > 68 else 0)
        return _finish(year, f"{_MONTHS[named[2]]}.{named[1]}", text, fiscal, False)
    match = _WEST.fullmatch(bare)
    if match and (match[2] or match[3] or not match[4][:1].isdigit()):
        return _finish(int(match[1]), match[4], text, fiscal, match[2] is not None)
    return None


def _from_short(bare: str, text: str, fiscal: bool, era: str) -> Parsed:
    number = re.fullmatch(r"(-?\d+)(?:\.\d+)?(年度|年)?", bare)
    if number:
        digits = number[1]
        if len(digits) <= 2 and digits[0] != "-":
            if era:
                return _from_era(f"{era}{digits}{number[2] or ''}", text, fiscal)
            return Fault("year_without_era", values={"text": text})
        if len(digits) == 5 and digits[0] != "-" and int(digits) <= 73_050:  # Excel: 73050 is 1 January 2100
            return _of_day(_EXCEL_ZERO + timedelta(days=int(digits)))
        if len(digits.lstrip("-")) >= 11:  # milliseconds since 1970, as ArcGIS exports them
            seconds = int(digits) // 1000
            if abs(seconds) < 4_200_000_000:
                return _of_day(date(1970, 1, 1) + timedelta(seconds=seconds))
    return Fault("not_a_date", values={"text": text})


def _of_day(day: date) -> When:
    return When(day.year, day, Precision.DAY)


def _finish(year: int, rest: str, text: str, fiscal: bool, is_fiscal: bool) -> Parsed:
    """Add month and day from `rest` to `year`."""
    rest = rest.strip(".-/")
    if not rest or rest in ("度", "年", "年度"):
        is_fiscal = is_fiscal or rest in ("度", "年度") or fiscal
        return When(year, None, Precision.FISCAL_YEAR if is_fiscal else Precision.YEAR)
    match = _REST.fullmatch(rest)
    if not match:
        return Fault("not_a_date", values={"text": text})
    month, day = int(match[1]), int(match[2]) if match[2] else 0
    if not 1 <= month <= 12:
        return Fault("no_such_day", values={"text": text})
    if is_fiscal:  # 昭和50年度3月 is March of the next calendar year
        year += month < 4
    try:
        on = date(year, month, day or 1)
    except ValueError:
        return Fault("no_such_day", values={"text": text})
    return When(year, on, Precision.DAY if day else Precision.MONTH)


def start(found: When) -> date:
    """Return the first day that `found` can mean: 1 April of a fiscal year, 1 January of a calendar year."""
    if found.on:
        return found.on
    return date(found.year, 4 if found.precision is Precision.FISCAL_YEAR else 1, 1)
