"""Who looks at a page: the key travels in a cookie that scripts can't read."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime

from litestar import Request
from litestar.datastructures import Cookie, State
from msgspec import Struct

from gunmane.core.words import Language
from gunmane.pages.texts import language_of
from gunmane.store import access, pool
from gunmane.store.access import Principal
from gunmane.store.query import ReadConn

KEY_COOKIE = "gunmane_key"
LANGUAGE_COOKIE = "gunmane_lang"

PageRequest = Request[None, None, State]


class Visit(Struct):
    """A visitor with a transaction bound to what its key opens."""

    conn: ReadConn
    principal: Principal
    language: Language


def language(request: PageRequest) -> Language:
    """The language to answer in."""
    return language_of(
        request.query_params.get("lang"),
        request.cookies.get(LANGUAGE_COOKIE),
        request.headers.get("accept-language", ""),
    )


@asynccontextmanager
async def visit(request: PageRequest, opened: pool.Pool) -> AsyncGenerator[Visit | None]:
    """Open a transaction for the visitor's key; None when it has no key that works."""
    token = request.cookies.get(KEY_COOKIE, "")
    if not token:
        yield None
        return
    async with pool.reading(opened) as conn:
        principal = await access.authenticate(conn, token, datetime.now(pool.JST).date())
        yield None if principal is None else Visit(conn, principal, language(request))


def key_cookie(token: str, *, secure: bool) -> Cookie:
    """Keep the key for a working day, out of reach of scripts and of other sites."""
    return Cookie(
        key=KEY_COOKIE,
        value=token,
        httponly=True,
        samesite="strict",
        secure=secure,
        path="/",
        max_age=12 * 3600 if token else 0,
    )


def language_cookie(chosen: Language) -> Cookie:
    """Keep the language for a year."""
    return Cookie(
        key=LANGUAGE_COOKIE, value=chosen.value, httponly=True, samesite="lax", path="/", max_age=365 * 86400
    )
