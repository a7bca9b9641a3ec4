"""Columns of text become covariates: numbers as they are, words as levels, what is missing as a level of its own."""

import math
import re
import unicodedata
from datetime import date

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MISSING = ("", "na", "nan", "null", "none", "-", "不明", "未記入")
"""Spellings of an unknown value, in lower case."""


class Design(Struct, frozen=True, eq=False):
    """Covariates (rows x columns) with their names; `missing` counts unknown values by column."""

    values: Floats
    names: tuple[str, ...]
    missing: dict[str, int]


def number(text: str) -> float:
    """Read a number; NaN for anything else. Thousands commas are allowed."""
    try:
        value = float(text.replace(",", "").strip())
    except ValueError:
        return math.nan
    return value


def numbers(texts: list[str]) -> Floats:
    """Read a column of numbers, NaN where there is none; `Inf` is read as infinity."""
    return np.array([number(text) for text in texts], float)


_DATE = re.compile(r"\s*(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2}))?(?:日?)(?:[T\s].*)?$")


def moment(text: str) -> float:
    """Read a number, or a date (2015-06-01, 2015/6/1, 2015年6月1日, 2015-06) as a year with fraction; else NaN."""
    value = number(text)
    found = None if math.isfinite(value) else _DATE.match(unicodedata.normalize("NFKC", text))
    if found is None:
        return value
    year, month, day = int(found[1]), int(found[2]), int(found[3] or 15)
    try:
        passed = date(year, month, day).toordinal() - date(year, 1, 1).toordinal()
    except ValueError:
        return math.nan
    return year + passed / (366.0 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 365.0)


def moments(texts: list[str]) -> Floats:
    """Read a column of times, NaN where there is none."""
    known = {text: moment(text) for text in set(texts)}
    return np.array([known[text] for text in texts], float)


def is_missing(text: str) -> bool:
    """Tell whether a cell says that its value is unknown."""
    return text.strip().lower() in MISSING


def design(columns: dict[str, list[str]], *, tame: bool = False) -> Design:
    """Make covariates of text columns.

    A column whose known cells are all numbers stays one column, its unknown cells at the mean with an indicator
    beside; any other column becomes one indicator per level but the commonest, unknown being a level. tame: positive
    numbers over more than two powers of ten become logarithms, and what then lies more than five interquartile ranges
    outside the quartiles (a build year 0 or 9124) counts as unknown.
    """
    size = len(next(iter(columns.values()))) if columns else 0
    made: list[Floats] = []
    names: list[str] = []
    unknown: dict[str, int] = {}
    for name, texts in columns.items():
        missing = np.array([is_missing(text) for text in texts], bool)
        if missing.any():
            unknown[name] = int(missing.sum())
        values = numbers(texts)
        if np.isfinite(values[~missing]).all():
            if tame and (~missing).sum() > 3:
                values, missing = _tame(values, missing)
                unknown[name] = int(missing.sum())
            mean = float(values[~missing].mean()) if (~missing).any() else 0.0
            made.append(np.where(missing, mean, values))
            names.append(name)
            if missing.any() and not missing.all():
                made.append(missing.astype(float))
                names.append(f"{name}=unknown")
            continue
        levels, index = np.unique(
            np.array(["unknown" if m else t.strip() for t, m in zip(texts, missing, strict=True)]),
            return_inverse=True,
        )
        common = int(np.bincount(index).argmax())
        for k, level in enumerate(levels.tolist()):
            if k != common:
                made.append((index == k).astype(float))
                names.append(f"{name}={level}")
    return Design(np.column_stack(made) if made else np.zeros((size, 0)), tuple(names), unknown)


def _tame(values: Floats, missing: NDArray[np.bool_]) -> tuple[Floats, NDArray[np.bool_]]:
    known = values[~missing]
    positive = known[known > 0]
    if positive.size > 0.5 * known.size and np.quantile(positive, 0.99) > 100.0 * np.quantile(positive, 0.01):
        missing = missing | ~(values > 0)
        values = np.log(np.where(missing, 1.0, values))
        known = values[~missing]
    low, high = np.quantile(known, [0.25, 0.75])
    reach = 5.0 * (high - low)
    if reach > 0:
        missing = missing | (values < low - reach) | (values > high + reach)
    return values, missing


def levels(texts: list[str]) -> tuple[Ints, tuple[str, ...]]:
    """Number the distinct cells of a column in their order."""
    names, index = np.unique(np.array(texts), return_inverse=True)
    return index.astype(np.int64), tuple(str(name) for name in names)


def ranks(texts: list[str], order: str) -> tuple[Ints, tuple[str, ...]]:
    """Rank grades: `order` is their number (then 1 is best) or the names from best to worst, `|` joining equals.

    -1 where a cell is unknown or names no grade of the order.
    """
    if order.isdigit():
        groups = [[str(n)] for n in range(1, int(order) + 1)]
    else:
        groups = [[name.strip() for name in group.split("|")] for group in order.split(",")]
    place = {name: rank for rank, group in enumerate(groups) for name in group}
    out = np.full(len(texts), -1, np.int64)
    for n, text in enumerate(texts):
        cell = text.strip()
        if cell not in place and cell.endswith(".0"):
            cell = cell[:-2]
        out[n] = place.get(cell, -1)
    return out, tuple("|".join(group) for group in groups)
