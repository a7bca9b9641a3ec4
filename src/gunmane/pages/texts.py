"""The catalogue of page texts in Japanese and English."""

import tomllib
import unicodedata
from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache
from typing import Any

import msgspec

from gunmane.core.assess.explain import explain
from gunmane.core.calendar import date_text
from gunmane.core.plan.values import Text
from gunmane.core.risk import Reason
from gunmane.core.words import Language, Scale
from gunmane.files.reference import reason_texts
from gunmane.resources import DATA


@cache
def catalogue(language: Language) -> dict[str, str]:
    """Read a language's texts once."""
    return tomllib.loads((DATA / "texts" / language.value / "pages.toml").read_text(encoding="utf-8"))


def language_of(query: str | None, cookie: str | None, accept: str) -> Language:
    """Choose the language: the address decides, then the last choice, then the browser, then Japanese."""
    for wanted in (query, cookie):
        if wanted in ("ja", "en"):
            return Language(wanted)
    for part in accept.lower().split(","):
        tag = part.split(";")[0].strip()[:2]
        if tag in ("ja", "en"):
            return Language(tag)
    return Language.JA


def number(value: float | None, decimals: int = 0) -> str:
    """Write a number with thousands separators; unknown is a dash."""
    return "–" if value is None else f"{value:,.{decimals}f}"


def percent(share: float | None) -> str:
    """Write a share as per cent with two significant digits below 10 %."""
    if share is None:
        return "–"
    value = share * 100
    if value >= 10:
        return f"{value:.0f} %"
    if value >= 1:
        return f"{value:.1f} %"
    return f"{value:.2g} %" if value >= 0.01 else "0 %" if value == 0 else "<0.01 %"


def day(value: date | None, lang: str) -> str:
    """Write a date for people; unknown is a dash."""
    if value is None:
        return "–"
    return date_text(value, "en") if lang == "en" else f"{value.year}年{value.month}月{value.day}日"


def month(name: str, lang: str) -> str:
    """Write a month given as YYYY-MM."""
    first = date.fromisoformat(f"{name}-01")
    return date_text(first, "en").removeprefix("1 ") if lang == "en" else f"{first.year}年{first.month}月"


def engineer(code: str, codes: Mapping[str, str], words: Mapping[str, str]) -> str:
    """Name an engineer by owner and number; one whose owner is not known keeps the code."""
    owner, _, number = code.rpartition("-")
    return words["engineer_name"].format(owner=codes[owner], number=number) if owner in codes else code


def value(given: Any, words: Mapping[str, str], name: str = "") -> str:
    """Write an attribute's value; words of a closed list are put into the language."""
    if isinstance(given, bool):
        return words["yes" if given else "no"]
    if isinstance(given, int | float):
        return f"{given:,}" if isinstance(given, int) else f"{given:,.6g}"
    return words.get(f"value_{name}_{given}", str(given))


def reasons(given: Any, language: Language) -> list[str]:
    """Say the reasons of an asset's score, weightiest first."""
    said = [_said(one) for one in msgspec.convert(given, list[Reason])]
    return [text.ja if language is Language.JA else text.en for text in said]


@lru_cache(4096)
def _said(one: Reason) -> Text:
    return explain(one, reason_texts())


def grade_label(scale: Scale, place: int, lang: str) -> str:
    """Name a grade with its meaning; a meaning that names the grade itself stands alone."""
    grade, name = scale.grades[place], (scale.names_ja if lang == "ja" else scale.names_en)[place]
    plain = unicodedata.normalize("NFKC", name)
    return name if grade == "none" or grade in plain.split() or plain.endswith(grade) else f"{grade} {name}"


def flag_text(flag: str, known: Mapping[str, Any], lang: str, words: Mapping[str, str]) -> str:
    """Say what is doubtful about a row; flags are written `field:doubt` or `doubt`."""
    field, _, doubt = flag.rpartition(":")
    said = known.get(doubt)
    text = doubt if said is None else said.ja if lang == "ja" else said.en
    name = words.get(f"field_{field}", words.get(field, field))
    return f"{name}: {text}" if field else text
