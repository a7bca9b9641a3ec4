"""Addresses without a key: health, readiness, metrics, the meaning of problem types."""

from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from gunmane.core.errors import GunmaneError
from gunmane.http import problems
from gunmane.http.routes import JSON, LOG, Services, refusal
from gunmane.store import errors, pool

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class State(Struct, frozen=True):
    """Whether the service works."""

    status: str


class Meaning(Struct, frozen=True):
    """What a problem type means."""

    type: str
    status: int
    title: str
    detail: str


def _plain(value: Any, status: int = 200) -> Response[bytes]:
    return Response(
        msgspec.json.encode(value), status_code=status, media_type=JSON, headers={"Cache-Control": "no-store"}
    )


def _lower(request: Request[Any, Any, Any]) -> dict[bytes, str]:
    return {name.lower(): value.decode("latin-1") for name, value in request.scope["headers"]}


async def _answers(services: Services) -> bool:
    try:
        async with pool.reading(services.pool) as conn:
            await conn.fetchval("SELECT 1")
    except Exception as error:
        if errors.explain(error) is None:
            raise
        return False
    return True


def handlers(services: Services) -> list[HTTPRouteHandler]:
    """Make the handlers of the service's own addresses."""

    async def health() -> Response[bytes]:
        return _plain(State("ok"))

    async def ready(request: Request[Any, Any, Any]) -> Response[bytes]:
        if await _answers(services):
            return _plain(State("ready"))
        return refusal(GunmaneError("database_unavailable"), _lower(request))

    async def metrics() -> Response[bytes]:
        text = services.metrics.text(await _answers(services))
        return Response(text.encode(), media_type=METRICS_TYPE)

    async def meaning(request: Request[Any, Any, Any]) -> Response[bytes]:
        code = str(request.path_params["code"])
        if code not in problems.STATUS:
            return refusal(GunmaneError("not_found"), _lower(request))
        one = problems.problem(GunmaneError(code), problems.language(_lower(request).get(b"accept-language", "")))
        return _plain(Meaning(one.type, one.status, one.title, one.detail))

    return [
        HTTPRouteHandler(path, http_method=["GET"], name=run.__name__, include_in_schema=False)(run)
        for path, run in (
            ("/health", health), ("/ready", ready), ("/metrics", metrics), ("/problems/{code:str}", meaning),
        )
    ]  # fmt: skip


def refuse(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Answer what the router refuses: unknown addresses, methods that are not offered."""
    codes = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 400: "malformed", 406: "not_acceptable"}
    if isinstance(error, HTTPException):
        response = refusal(GunmaneError(codes.get(error.status_code, "internal")), _lower(request))
        if error.status_code == 405 and error.headers:
            response.headers.update({name: str(value) for name, value in error.headers.items()})
    else:
        response = refusal(error, _lower(request))
    if response.status_code == 500:
        LOG.error("failed: %s %s", request.method, request.scope["path"], exc_info=error)
    return response
