"""Text of ledger cells: a folded copy for comparing, the original for keeping."""

import re
import unicodedata
from functools import lru_cache

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣－⁻₋"), "-")
_BLANKS = re.compile(r"\s+")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Return a copy for comparing: NFKC, no blanks, one kind of dash, lower case.

    NFKC makes half-width katakana full-width and full-width digits narrow, but also ① to 1 and ㎡ to m2, so the
    folded copy is never stored.
    """
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text).translate(_DASHES)).casefold()


def narrow(text: str) -> str:
    """Return `text` with full-width signs narrowed and dashes unified, blanks trimmed but kept inside."""
    if text.isascii():
        return text.strip()
    return unicodedata.normalize("NFKC", text).translate(_DASHES).strip()


def one_line(text: str) -> str:
    """Return `text` without control characters, each run of blanks and line breaks as one blank."""
    return _BLANKS.sub(" ", _CONTROLS.sub("", text)).strip()


@lru_cache(maxsize=4096)
def header_parts(header: str) -> tuple[str, str]:
    """Split a header cell into its folded name and its unit ("" when there is none): in brackets, or Latin letters
    right behind Japanese ones (`管径mm`).

    Numbering in front of the name (`011_`, `(7)`, `①`) and line breaks are dropped: `"橋長\\n（ｍ）"` gives
    `("橋長", "m")`.
    """
    text = fold(header)
    unit = ""
    for found in re.findall(r"[(\[【〔]([^()\[\]【】〔〕]*)[)\]】〕]", text):
        if _UNIT.fullmatch(found):
            unit = unit or found
            text = re.sub(r"[(\[【〔]" + re.escape(found) + r"[)\]】〕]", "", text)
    if not unit and (behind := _UNIT_BEHIND.search(text)):
        unit, text = behind[0], text[: behind.start()]
    text = re.sub(r"^(\d{1,3}_|[(]\d{1,2}[)]|\d{1,2}[.．])", "", text)
    return re.sub(r"[\s_・･:：/／]", "", text), unit


_UNIT_BEHIND = re.compile(r"(?<=[ぁ-んァ-ヶー一-龠])(mm|cm|km|m2|m)$")

_UNIT = re.compile(
    r"mm|cm|m|km|inch|in|\"|″|ft|m2|ha|km2|%|％|千円|円|人|年|年度|西暦|和暦|箇所|ヶ所|本|枚|径間|人槽|m3/日|m3／日|台/日|mgd"
    r"|昭和|平成|令和|大正|度|10進|世界測地系|日本測地系"
)
