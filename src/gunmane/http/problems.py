"""Problem answers (RFC 9457): one table of statuses, texts in Japanese and English, every fault with its place."""

from functools import cache, lru_cache
from typing import Any

import msgspec
from msgspec import Struct

from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.words import Language
from gunmane.resources import DATA

STATUS: dict[str, int] = {
    "malformed": 400,
    "invalid": 422,
    "unauthenticated": 401,
    "forbidden": 403,
    "consent_missing": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "not_acceptable": 406,
    "conflict": 409,
    "changed_meanwhile": 412,
    "too_large": 413,
    "wrong_media_type": 415,
    "key_used_differently": 422,
    "condition_required": 428,
    "internal": 500,
    "part_missing": 503,
    "database_unavailable": 503,
}
"""The HTTP status of each code of GunmaneError; a code that is not here is a mistake of ours and answers 500."""

MEDIA_TYPE = "application/problem+json"


class Mistake(Struct, frozen=True, omit_defaults=True):
    """One fault in a request: where (JSON Pointer, or the name of a parameter or header), what, and in words."""

    pointer: str
    code: str
    detail: str
    values: dict[str, Any] = {}


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a request was not carried out."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: tuple[Mistake, ...] = ()


class Texts(Struct, frozen=True):
    """The catalogue of one language."""

    problems: dict[str, str] = {}
    faults: dict[str, str] = {}
    questions: dict[str, str] = {}
    flags: dict[str, str] = {}


@cache
def texts(language: Language) -> Texts:
    """Read the sentences of one language from `data/texts/<language>/*.toml`."""
    merged = Texts({}, {}, {}, {})
    for path in sorted((DATA / "texts" / language.value).glob("*.toml")):
        one = msgspec.toml.decode(path.read_bytes())
        for table in Texts.__struct_fields__:
            section = one.get(table, {})
            getattr(merged, table).update({key: text for key, text in section.items() if isinstance(text, str)})
    return merged


@lru_cache(1000)
def language(accept: str) -> Language:
    """Choose Japanese or English by an Accept-Language header; Japanese when it names neither."""
    best, best_weight = Language.JA, 0.0
    for part in accept.split(","):
        tag, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    weight = float(parameter[2:])
                except ValueError:
                    weight = 0.0
        found = next((one for one in Language if tag == one.value or tag.startswith(one.value + "-")), None)
        if found is not None and weight > best_weight:
            best, best_weight = found, weight
    return best


def _shown(value: Any, language: Language) -> str:
    if isinstance(value, list | tuple | set | frozenset):
        return ("、" if language is Language.JA else ", ").join(str(one) for one in value)
    return str(value)


def sentence(fault: Fault, language: Language) -> str:
    """Put a fault or a question into words; its code stands in where the catalogue has none."""
    catalogue = texts(language)
    text = catalogue.faults.get(fault.code) or catalogue.questions.get(fault.code) or fault.code
    try:
        return text.format_map({key: _shown(value, language) for key, value in fault.values.items()})
    except (KeyError, IndexError, ValueError):
        return text


def mistake(fault: Fault, language: Language) -> Mistake:
    """Give a fault the form in which it is sent."""
    return Mistake(fault.at, fault.code, sentence(fault, language), fault.values)


def problem(error: GunmaneError, language: Language) -> Problem:
    """Give an error the form in which it is sent; what we don't know is `internal`, with no word about its cause."""
    code = error.code if error.code in STATUS else "internal"
    title, _, detail = texts(language).problems.get(code, code).partition("\n")
    faults = error.faults if code != "internal" else ()
    return Problem(
        type=f"/problems/{code}",
        title=title,
        status=STATUS[code],
        code=code,
        detail=detail.strip() or title,
        errors=tuple(mistake(fault, language) for fault in faults),
    )


def headers(problem: Problem, language: Language) -> dict[str, str]:
    """Return the header fields that go with a problem."""
    fields = {"Content-Language": language.value, "Cache-Control": "no-store"}
    if problem.status == 401:
        fields["WWW-Authenticate"] = 'Bearer realm="gunmane"'
    if problem.status == 503:
        fields["Retry-After"] = "2"
    return fields
