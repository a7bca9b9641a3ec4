"""Turns templates and values into pages."""

from functools import cache
from typing import Any, cast

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Response

from gunmane.core.words import Language
from gunmane.pages import texts
from gunmane.pages.visitor import PageRequest, Visit, language_cookie
from gunmane.pages.visitor import language as language_of


@cache
def environment() -> Environment:
    """Build the template environment once; a name that a page forgets to give is an error, not a blank."""
    made = Environment(
        loader=PackageLoader("gunmane.pages"),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters = cast("dict[str, Any]", made.filters)
    for one in (texts.number, texts.percent, texts.day, texts.month, texts.engineer):
        filters[one.__name__] = one
    named = cast("dict[str, Any]", made.globals)
    named["grade_label"], named["flag_text"] = texts.grade_label, texts.flag_text
    return made


def sign_in_page(request: PageRequest, *, wrong: bool = False) -> Response[str]:
    """Ask for a key."""
    return page("sign_in.html", request, status=401, wrong=wrong, who=None, next=request.url.path)


def missing_page(request: PageRequest, found: Visit) -> Response[str]:
    """Say that there is no such page; what belongs to others is answered alike."""
    return page("missing.html", request, status=404, who=found.principal, who_name="")


def page(
    name: str, request: PageRequest, *, status: int = 200, written_in: Language | None = None, **values: Any
) -> Response[str]:
    """Draw a page in the language that the visitor asks for, and remember a language chosen in the address.

    A page for somebody whose language is known is `written_in` that one unless the address asks for another.
    """
    language = language_of(request) if written_in is None or "lang" in request.query_params else written_in
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
