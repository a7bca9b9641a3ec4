"""How numbers, money, years and days are written in both languages; rounded for reading, never for computing."""

import math
from datetime import date

from gunmane.core.plan.values import Band, Text
from gunmane.core.words import Language

ERAS = (
    (date(2019, 5, 1), "令和", "R"),
    (date(1989, 1, 8), "平成", "H"),
    (date(1926, 12, 25), "昭和", "S"),
    (date(1912, 7, 30), "大正", "T"),
    (date(1868, 10, 23), "明治", "M"),
)
"""First day, name and letter of each era."""

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip

RANGE = {Language.JA: "〜", Language.EN: "–"}


def pick(text: Text, language: Language) -> str:
    """Return the text in one language."""
    return text.ja if language is Language.JA else text.en


def number(value: float, decimals: int = 0) -> str:
    """Write a number with thousands separators; a value that rounds to zero has no sign."""
    text = f"{round(value, decimals) + 0.0:,.{decimals}f}"
    return text.replace("-", "−")


def significant(value: float, digits: int = 3) -> float:
    """Round to so many significant digits."""
    if value == 0 or not math.isfinite(value):
        return 0.0
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))


def percent(share: float) -> str:
    """Write a share as percent: one decimal below 10 %, none above; what is not all is never written as 100 %."""
    value = share * 100
    if 99.5 <= value < 100:
        return f"{min(math.floor(value * 10) / 10, 99.9):.1f}%"
    return f"{number(value, 1 if 0 < abs(value) < 9.95 else 0)}%"


def percents(share: float) -> Text:
    """Write a share as percent in both languages; a share that is not nothing is never written as 0 %."""
    if 0 < share < 0.0005:
        return Text("0.1%未満", "under 0.1 %")
    return Text(percent(share), percent(share).replace("%", " %"))


def yen(value: float) -> Text:
    """Write money with three significant digits: 12.3億円, ¥1.23 billion."""
    rounded = significant(value)
    size = abs(rounded)
    sign = "−" if rounded < 0 else ""
    if size >= 1e8:
        ja = f"{_three(size / 1e8)}億円"
    elif size >= 1e4:
        ja = f"{_three(size / 1e4)}万円"
    else:
        ja = f"{_three(size)}円"
    if size >= 1e9:
        en = f"¥{_three(size / 1e9)} billion"
    elif size >= 1e6:
        en = f"¥{_three(size / 1e6)} million"
    else:
        en = f"¥{_three(size)}"
    return Text(sign + ja, sign + en)


def _three(value: float) -> str:
    decimals = 0 if value >= 100 else 1 if value >= 10 else 2
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def fiscal(year: int) -> Text:
    """Write a fiscal year by the era of its last day's majority: 令和8(2026)年度, FY2026."""
    name, count = _era_of_fiscal(year)
    return Text(f"{name}{'元' if count == 1 else count}({year})年度", f"FY{year}")


def _era_of_fiscal(year: int) -> tuple[str, int]:
    # A fiscal year is called by the era that holds its greater part, so 2019 is 令和元年度 and 1989 平成元年度.
    middle = date(year, 10, 1)
    for start, name, _ in ERAS:
        if middle >= start:
            return name, year - start.year + 1
    return "西暦", year


def day(value: date) -> Text:
    """Write a day: 令和8年3月31日, 31 March 2026."""
    english = f"{value.day} {MONTHS[value.month - 1]} {value.year}"
    for start, name, _ in ERAS:
        if value >= start:
            count = value.year - start.year + 1
            return Text(f"{name}{'元' if count == 1 else count}年{value.month}月{value.day}日", english)
    return Text(f"{value.year}年{value.month}月{value.day}日", english)


def band(value: Band, language: Language, decimals: int = 0, scale: float = 1.0) -> str:
    """Write a middle with its 80 % interval where there is one."""
    middle = number(value.mid / scale, decimals)
    if value.low is None or value.high is None:
        return middle
    ends = f"{number(value.low / scale, decimals)}{RANGE[language]}{number(value.high / scale, decimals)}"
    return f"{middle}({ends})" if language is Language.JA else f"{middle} ({ends})"
