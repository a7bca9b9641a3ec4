"""How values are written into cells: eras, units, full-width digits, grades in the many spellings of real ledgers."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Cells = list[str]
Values = NDArray[Any]

FULL = str.maketrans("0123456789.-", "０１２３４５６７８９．－")
ERAS = ((2019, "令和", "R"), (1989, "平成", "H"), (1926, "昭和", "S"), (1912, "大正", "T"), (1868, "明治", "M"))
"""First year of each era; a fiscal year is named by the era at its beginning or, for 2019, as ledgers mostly do."""

ERA_DAYS = (
    ("2019-05-01", "R", 2019),
    ("1989-01-08", "H", 1989),
    ("1926-12-25", "S", 1926),
    ("1912-07-30", "T", 1912),
    ("1868-01-25", "M", 1868),
)
"""First day, letter and first year of each era."""

ROMAN = ("Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ")
LATIN = ("I", "II", "III", "IV", "V")
FULLWIDTH_LATIN = ("Ｉ", "ＩＩ", "ＩＩＩ", "ＩＶ", "Ｖ")
SCALE_WORDS = {
    "road-soundness": ("健全", "予防保全段階", "早期措置段階", "緊急措置段階"),
    "pavement-soundness": ("健全", "表層機能保持段階", "修繕段階"),
    "sewer-urgency": ("劣化なし", "緊急度Ⅲ", "緊急度Ⅱ", "緊急度Ⅰ"),
}


def era(year: int) -> tuple[str, str, str]:
    """Return long name, letter and number of a year's era; year 1 is 元. Raises ValueError before Meiji."""
    for first, name, letter in ERAS:
        if year >= first:
            return name, letter, "元" if year == first else str(year - first + 1)
    raise ValueError(f"year {year} lies before Meiji")


def number(value: float, places: int = 2) -> str:
    """Write a number as spreadsheets do: no trailing zeros."""
    text = f"{value:.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def dms(value: float) -> str:
    """Write degrees as degrees, minutes and seconds, to 0.001 second (3 cm)."""
    minutes, milliseconds = divmod(round(value * 3_600_000), 60_000)
    return f"{minutes // 60}°{minutes % 60:02d}′{milliseconds / 1000:06.3f}″"


def _year(form: str) -> Callable[[float], str]:
    forms: dict[str, Callable[[int], str]] = {
        "year": str,
        "fy_ja": lambda y: f"{y}年度",
        "era": lambda y: f"{era(y)[0]}{era(y)[2]}年度",
        "era_short": lambda y: f"{era(y)[1]}{era(y)[2]}",
    }
    spelled = {year: forms[form](year) for year in range(1868, 2101)}
    return lambda value: spelled[int(value)]


def era_dots(text: str) -> str:
    """Write an ISO date as yearbooks do: `H. 8. 9. 5`, padded with blanks."""
    letter, first = next((mark, year) for start, mark, year in ERA_DAYS if text >= start)
    year, month, day = (int(part) for part in text.split("-"))
    return f"{letter}.{year - first + 1:>2}.{month:>2}.{day:>2}"


def _slash(text: str) -> str:
    year, month, day = text.split("-")
    return f"{year}/{int(month)}/{int(day)}"


def _serial(text: str) -> str:
    """Write an ISO date as the serial number of spreadsheets (with 29 February 1900, which never was)."""
    return str(int((np.datetime64(text) - np.datetime64("1899-12-30")).astype(int)))


DAYS: dict[str, Callable[[str], str]] = {"date": str, "date_slash": _slash, "era_dots": era_dots, "serial": _serial}

NUMBERS: dict[str, Callable[[float], str]] = {
    "int": lambda v: str(int(v)),
    "num": number,
    "num1": lambda v: f"{v:.1f}",
    "num2": lambda v: f"{v:.2f}",
    "comma": lambda v: f"{v:,.0f}",
    "comma1": lambda v: f"{v:,.1f}",
    "m": lambda v: f"{number(v)}m",
    "mm_square": lambda v: f"{int(v)}㎜",
    "full": lambda v: number(v).translate(FULL),
    "deg": lambda v: f"{v:.7f}",
    "dms": dms,
    "route_class": lambda v: f"第{'一二三'[int(v) - 1]}次" if v else "指定なし",
}

FLAGS: dict[str, tuple[str, str]] = {
    "circle": ("○", ""), "bit": ("1", "0"), "quake": ("耐震", "非耐震"), "region": ("該当", "非該当"),
}  # fmt: skip


def write(values: Values, form: str, missing: str) -> Cells:
    """Write one column; NaN and NaT and "" become `missing`. Raises KeyError for a form that does not exist."""
    if form == "text":
        return [text if text else missing for text in map(str, values.tolist())]
    if form in FLAGS:
        yes, no = FLAGS[form]
        return [yes if value else no for value in values.tolist()]
    if form in DAYS:
        day = DAYS[form]
        return [
            missing if text == "NaT" else day(text) for text in values.astype("datetime64[D]").astype(str).tolist()
        ]
    put = NUMBERS[form] if form in NUMBERS else _year(form)
    return [missing if value != value else put(value) for value in values.astype(float).tolist()]


def grades(values: Values, names: tuple[str, ...], scale: str, form: str, missing: str) -> Cells:
    """Write ranks of a scale (-1: not judged) in one of the spellings of real ledgers."""
    plain = ["劣化なし" if name == "none" else name for name in names]
    roman = [ROMAN[LATIN.index(name)] if name in LATIN else name for name in plain]
    words = SCALE_WORDS.get(scale, names)
    spelled = {
        "text": plain,
        "roman": roman,
        "full": [FULLWIDTH_LATIN[LATIN.index(name)] if name in LATIN else name for name in plain],
        "digit": [str(i + 1) for i in range(len(names))],
        "word": list(words),
        "both": [f"{mark}（{word}）" for mark, word in zip(roman, words, strict=True)],
        "judged": [f"判定区分{mark}" for mark in roman],
    }[form]
    return [spelled[rank] if rank >= 0 else missing for rank in values.astype(int).tolist()]
