"""Turns templates and values into pages."""

from functools import cache
from typing import Any, cast

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Response

from gunmane.core.words import Language
from gunmane.pages import texts


@cache
def environment() -> Environment:
    """Build the template environment once; a name that a page forgets to give is an error, not a blank."""
    made = Environment(
        loader=PackageLoader("gunmane.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["number"] = texts.number
    made.filters["percent"] = texts.percent
    cast("dict[str, Any]", made.globals)["grade_label"] = texts.grade_label
    return made


def page(name: str, language: Language, *, status: int = 200, **values: Any) -> Response[str]:
    """Draw a page in one language."""
    words = texts.catalogue(language)
    other = Language.EN if language is Language.JA else Language.JA
    body = environment().get_template(name).render(t=words, lang=language.value, other=other.value, **values)
    return Response(
        body,
        media_type="text/html; charset=utf-8",
        status_code=status,
        headers={"Cache-Control": "private, no-store", "Vary": "Cookie, Accept-Language"},
    )
