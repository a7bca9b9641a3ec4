"""The catalogue of page texts in Japanese and English."""

import tomllib
import unicodedata
from functools import cache

from gunmane.core.words import Language, Scale
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


def grade_label(scale: Scale, place: int, lang: str) -> str:
    """Name a grade with its meaning; a meaning that names the grade itself stands alone."""
    grade, name = scale.grades[place], (scale.names_ja if lang == "ja" else scale.names_en)[place]
    plain = unicodedata.normalize("NFKC", name)
    return name if grade == "none" or grade in plain.split() or plain.endswith(grade) else f"{grade} {name}"
