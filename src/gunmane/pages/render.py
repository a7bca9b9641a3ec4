"""Turns templates and values into pages."""

from functools import cache
from typing import Any, cast

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Response

from gunmane.core.words import Language
from gunmane.pages import texts
from gunmane.pages.visitor import PageRequest, language_cookie
from gunmane.pages.visitor import language as language_of


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


def page(name: str, request: PageRequest, *, status: int = 200, **values: Any) -> Response[str]:
    """Draw a page in the language that the visitor asks for, and remember a language chosen in the address."""
    language = language_of(request)
    words = texts.catalogue(language)
    other = Language.EN if language is Language.JA else Language.JA
    body = environment().get_template(name).render(t=words, lang=language.value, other=other.value, **values)
    return Response(
        body,
        media_type="text/html; charset=utf-8",
        status_code=status,
        headers={"Cache-Control": "private, no-store", "Vary": "Cookie, Accept-Language"},
        cookies=[language_cookie(language)] if request.query_params.get("lang") == language else [],
    )
