"""What the names of columns say: the field, the year, the scale."""

import re
from collections.abc import Mapping as Table
from collections.abc import Sequence

from gunmane.core.ledgers.synonyms import Lexicon, Synonyms
from gunmane.core.ledgers.text import fold, header_parts
from gunmane.core.words import Scale


def match(text: str, names: Table[str, str]) -> tuple[str | None, float]:
    """Return the field whose known name equals or is contained in a folded header, with the confidence."""
    if text in names:
        return names[text], 1.0
    squeezed = re.sub(r"[()\[\]【】〔〕「」]", "", text)
    if squeezed in names:
        return names[squeezed], 0.95
    tail = re.split(r"[_.\-/／]", text)[-1]
    if tail != text and tail in names:
        return names[tail], 0.9
    inside = [name for name in names if len(name) >= 3 and name in squeezed]
    if inside:
        longest = max(inside, key=len)
        return names[longest], 0.6 + 0.3 * len(longest) / len(squeezed)
    return None, 0.0


def personal_columns(header: Sequence[str], synonyms: Synonyms) -> frozenset[int]:
    """Return the positions of columns that name people or dwellings, by their header or the one above it."""
    words = {header_parts(word)[0] for word in synonyms.personal}
    tables = (synonyms.fields, *synonyms.class_fields.values())
    places = {header_parts(name)[0] for fields in tables for key in _PLACES & fields.keys() for name in fields[key]}
    found: set[int] = set()
    for position, name in enumerate(header):
        text, below = header_parts(name)[0], header_parts(name.rpartition("_")[2])[0]
        named = text in words or any(word in text for word in words if not word.isascii())
        if named and below not in places:
            found.add(position)
    return frozenset(found)


def match_below(header: str, names: Table[str, str], personal: set[str]) -> tuple[str, float] | None:
    """Return the field that the lower of two header rows names (`橋梁諸元_橋長`).

    Below a header that names people (`設置者_名称`, `設置場所_緯度`) only places are taken.
    """
    above, _, below = header.rpartition("_")
    text = header_parts(below)[0]
    if not above or text.isascii() or text not in names:
        return None
    upper = header_parts(above)[0]
    if any(word in upper for word in personal if not word.isascii()) and names[text] not in _PLACES:
        return None
    return names[text], 0.9


_PLACES = frozenset(
    ("latitude", "longitude", "position", "plane_north", "plane_east", "plane_zone", "district", "municipality_code")
)

_YEAR_TOKEN = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)|(令和|平成|昭和|r|h|s)(元|\d{1,2})(?!\d)")
_ERA_ZERO = {"令和": 2018, "r": 2018, "平成": 1988, "h": 1988, "昭和": 1925, "s": 1925}
_GRADE_WORDS = ("判定", "健全性", "健全度", "診断区分", "緊急度", "評価", "grade", "rating", "condition", "pci")
_NBI_PARTS = ("deck", "superstructure", "substructure", "culvert")


def yearly_grade(
    header: str, lexicon: Lexicon, scales: Table[str, Scale], scale: str | None
) -> tuple[int, str | None] | None:
    """Tell whether a header is a grade column of one year (`2016判定`, `R1_判定区分`, `deck_2004`); return year and
    scale.
    """
    text = fold(header)
    part = any(text.startswith(name) for name in _NBI_PARTS)
    year = _year(text)
    if year is None or not (part or any(word in text for word in _GRADE_WORDS)):
        return None
    labels = lexicon.synonyms.grade_labels
    named = next(
        (code for code, words in labels.items() if code in scales and any(fold(word) in text for word in words)), None
    )
    return year, "nbi" if part and "nbi" in scales else named or scale


def yearly_date(header: str, names: Table[str, str]) -> int | None:
    """Return the year whose days of inspection a column holds (`H30_点検日`, `2018年度点検年月日`)."""
    text = fold(header)
    year = _year(text)
    rest = _YEAR_TOKEN.sub("", text, count=1).removeprefix("年度").removeprefix("年")
    return year if year is not None and names.get(header_parts(rest.strip("_.-() "))[0]) == "inspected" else None


def year_alone(header: str) -> int | None:
    """Return the year where a header names nothing else (`2018年度点検`, `H30`, `点検結果_R元`).

    Such a column may hold that year's grades.
    """
    text = fold(header)
    rest = _YEAR_TOKEN.sub("", text, count=1)
    return _year(text) if re.fullmatch(r"[年度_.\-()]*(定期)?(点検|診断|調査)?(結果)?[()_年度]*", rest) else None


def _year(text: str) -> int | None:
    match = _YEAR_TOKEN.search(text)
    if match is None:
        return None
    return int(match[1]) if match[1] else _ERA_ZERO[match[2]] + (1 if match[3] == "元" else int(match[3]))
