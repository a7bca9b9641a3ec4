"""Parsers of single cells: text in, value, None (known to be unknown) or `Fault` out.

A `Doubt` is a value that was read only with a reservation (a range, an overrun era); the reservation becomes a flag.
"""

import re
from typing import Any

from msgspec import Struct

from gunmane.core.errors import Fault
from gunmane.core.ledgers.text import fold, narrow


class Doubt(Struct, frozen=True):
    """A value with a reservation; `code` names a text in the catalogue, table `flags`."""

    value: Any
    code: str


Parsed = Any
"""A value, None, a `Doubt` or a `Fault`; parsers state which values they give."""

METRES = {
    "mm": 0.001, "ミリ": 0.001, "cm": 0.01, "センチ": 0.01, "m": 1.0, "メートル": 1.0, "km": 1000.0, "キロ": 1000.0,
    "inch": 0.0254, "in": 0.0254, "インチ": 0.0254, '"': 0.0254, "''": 0.0254, "″": 0.0254, "′′": 0.0254,
    "ft": 0.3048, "feet": 0.3048, "'": 0.3048, "mile": 1609.344, "mi": 1609.344,
}  # fmt: skip
SQUARE_METRES = {
    "m2": 1.0, "平方メートル": 1.0, "平米": 1.0, "a": 100.0, "ha": 10_000.0, "km2": 1e6,
    "sqft": 0.09290304, "ft2": 0.09290304,
}  # fmt: skip
CUBIC_METRES_A_DAY = {"m3/日": 1.0, "m3/d": 1.0, "m3/day": 1.0, "m3": 1.0, "l/日": 0.001, "mgd": 3785.411784}
KILOMETRES = {unit: factor / 1000 for unit, factor in METRES.items()}
MILLIMETRES = {unit: factor * 1000 for unit, factor in METRES.items()} | {"a": 1.0, "φ": 1.0}
SQUARE_KILOMETRES = {unit: factor / 1e6 for unit, factor in SQUARE_METRES.items()}
COUNTS: dict[str, float] = dict.fromkeys(
    ("本", "枚", "径間", "人", "人槽", "箇所", "ヶ所", "か所", "台", "台/日", "戸", "世帯", "車線", "連"), 1.0
)

UNITS: dict[str, dict[str, float]] = {
    "m": METRES, "mm": MILLIMETRES, "km": KILOMETRES, "m2": SQUARE_METRES, "km2": SQUARE_KILOMETRES,
    "m3/day": CUBIC_METRES_A_DAY, "count": COUNTS,
    "%": {"%": 1.0, "パーセント": 1.0}, "mm/m": {"mm/m": 1.0, "m/km": 1.0},
    "mg/l": {"mg/l": 1.0, "ppm": 1.0},
}  # fmt: skip
"""For each unit that fields are kept in: the factor of every unit that cells and headers use (definitions of the
units; inch, foot and mile are the international ones, MGD is 10^6 US gallons a day)."""

_NUMBER = r"[△▲+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|[△▲+-]?\.\d+"
_ONE = re.compile(rf"({_NUMBER})(?:e([+-]?\d+))?((?:[^\d.,].*)?)")
_RANGE = re.compile(rf"({_NUMBER})([^\d~〜～-]*)(?:~|〜|～|-|から)({_NUMBER})((?:[^\d.,].*)?)")
_ABOUT = re.compile(r"^(約|およそ|凡そ|≒|≈|ca\.?|概ね)")
_AFTER = re.compile(r"(程度|くらい|ぐらい|前後|頃|以上|以下|未満|強|弱|\+)$")
_LABEL = re.compile(r"^(l|w|h|b|d|dn|φ|ø|Φ|径|延長|幅)[=:]?(?=[\d.])")


def _plain(text: str) -> float:
    """Return the number written as `text`; 国の統計 write negatives with a triangle."""
    text = text.replace(",", "")
    return -float(text[1:]) if text[0] in "△▲" else float(text)


def decimal(text: str, unit: str = "", cell_unit: str = "") -> Parsed:
    """Read one measure as float in `unit`; `cell_unit` is the column's unit where the cell names none.

    Full-width digits, thousands commas, △ for minus, 約 and 程度 (a doubt), ranges (their middle, a doubt) and
    units in the cell are understood. Faults: `not_a_number`, `unknown_unit`.
    """
    folded = _LABEL.sub("", fold(text).strip("()"))
    bare = _AFTER.sub("", _ABOUT.sub("", folded))
    doubt = "" if bare == folded else "about"
    span = _RANGE.fullmatch(bare)
    match = None if span else _ONE.fullmatch(bare)
    if span:
        number = (_plain(span[1]) + _plain(span[3])) / 2
        suffix, doubt = span[4] or span[2], "range"
    elif match:
        number = _plain(match[1]) * (10.0 ** int(match[2]) if match[2] else 1.0)
        suffix = match[3]
    else:
        return Fault("not_a_number", values={"text": text})
    factor = _factor(suffix, unit, cell_unit)
    if factor is None:
        return Fault("unknown_unit", values={"text": text, "unit": suffix})
    value = round(number * factor, 9) if factor != 1.0 else number
    return Doubt(value, doubt) if doubt else value


def _factor(suffix: str, unit: str, cell_unit: str) -> float | None:
    """Return what to multiply by to get `unit`, or None when the unit is not one of its kind."""
    known = UNITS.get(unit, {})
    written = suffix.strip().strip("()[]").rstrip(".") or cell_unit
    if not written or written == unit:
        return 1.0
    return known.get(written)


def integer(text: str, unit: str = "", cell_unit: str = "") -> Parsed:
    """Read one whole number; `1650.0` is whole, 2.5 is the fault `not_whole`."""
    value = decimal(text, unit, cell_unit)
    if isinstance(value, Fault):
        return value
    number = value.value if isinstance(value, Doubt) else value
    nearest = round(number)
    if abs(number - nearest) > 1e-6:
        if unit == "mm":  # converted inches: 6 in = 152.4 mm, kept to the millimetre
            return nearest
        return Doubt(nearest, value.code) if isinstance(value, Doubt) else Fault("not_whole", values={"text": text})
    return Doubt(nearest, value.code) if isinstance(value, Doubt) else nearest


_BOX = re.compile(rf"[□b]?({_NUMBER})(mm|cm|m)?[x×*✕]h?({_NUMBER})(mm|cm|m)?")


def section(text: str, unit: str = "mm", cell_unit: str = "") -> Parsed:
    """Read a pipe's section: an int (diameter, mm) or a tuple (width, height) of a box, mm."""
    folded = fold(text)
    box = _BOX.fullmatch(folded)
    if not box:
        return integer(folded.lstrip("□"), unit, cell_unit)
    factor = MILLIMETRES[box[4] or box[2] or cell_unit or "mm"]
    return round(_plain(box[1]) * factor), round(_plain(box[3]) * factor)


_YES = frozenset(
    ("有", "有り", "あり", "○", "〇", "◯", "●", "◎", "レ", "✓", "1", "1.0", "y", "yes", "true", "t", "はい", "該当",
     "対象", "済", "済み", "実施済", "指定", "指定有", "要", "on")
)  # fmt: skip
_NO = frozenset(
    ("無", "無し", "なし", "×", "✕", "0", "0.0", "n", "no", "false", "f", "いいえ", "非該当", "対象外", "未", "未済",
     "未実施", "指定なし", "指定無", "不要", "off")
)  # fmt: skip


def yes_no(text: str) -> Parsed:
    """Read a bool; fault `not_yes_or_no`."""
    word = fold(text)
    if word in _YES:
        return True
    if word in _NO:
        return False
    return Fault("not_yes_or_no", values={"text": text})


def trimmed(text: str) -> str:
    """Return the cell narrowed and trimmed, for values that are codes."""
    return narrow(text)
