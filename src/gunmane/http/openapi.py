"""The OpenAPI 3.1 document, made from the route table, and an offline page that shows it.

Litestar's own document can't tell what our handlers send (problem answers, unknown fields refused), so it is switched
off. Here every schema comes from the very structs that are decoded and encoded on the wire.
"""

import re
from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler
from msgspec import structs

from gunmane import __version__
from gunmane.core.errors import GunmaneError
from gunmane.core.words import Language
from gunmane.http import problems, service
from gunmane.http.problems import Problem
from gunmane.http.routes import EVERYBODY, JSON, Nothing, Route, refusal
from gunmane.resources import STATIC

_PATH = re.compile(r"\{(\w+):(\w+)\}")
_KINDS: dict[str, dict[str, Any]] = {
    "uuid": {"type": "string", "format": "uuid"},
    "str": {"type": "string", "minLength": 1},
    "int": {"type": "integer", "minimum": 0, "maximum": 2**63 - 1},
}
_REFERENCE = "#/components/schemas/{name}"

DESCRIPTION = """\
広域圏で道路・管路・浄化槽を一緒に管理するサービスの API。

- 認証: `Authorization: Bearer gm_…`。他団体の行は、同意がない限り存在しないものとして 404 を返します。
- 誤りは RFC 9457 の problem で、すべての箇所を `errors` に示します。`Accept-Language` で日本語と英語を選べます。
- 作成する POST には `Idempotency-Key` を付けられます。同じ内容を繰り返すと同じ答えを返し、二重に記録しません。
- 一覧は `cursor` で続きます。次のページは `Link: …; rel="next"` と本文の `next` が示します。

API of the service with which municipalities manage roads, pipes and septic systems together. Rows of other owners are
404 unless their owner has consented; faults are RFC 9457 problems; creating requests can be repeated safely.
"""


def _types(routes: Sequence[Route]) -> list[Any]:
    """Gather every type on the wire."""
    types: list[Any] = [Problem, service.State, service.Meaning]
    for route in routes:
        types += [one for one in (route.takes, route.gives) if one not in (None, bytes)]
        if route.query is not Nothing:
            types.append(route.query)
    return types


def _texts() -> dict[str, str]:
    """One English sentence per refusing status."""
    found: dict[str, str] = {}
    sentences = problems.texts(Language.EN).problems
    for code, status in problems.STATUS.items():
        found.setdefault(str(status), sentences[code].partition("\n")[0])
    return found


class _Maker:
    """Makes one document."""

    def __init__(self, routes: Sequence[Route]) -> None:
        types = _types(routes)
        schemas, components = msgspec.json.schema_components(types, ref_template=_REFERENCE)
        self.schemas = {repr(kind): schema for kind, schema in zip(types, schemas, strict=True)}
        self.components = components
        self.texts = _texts()
        self.routes = routes

    def schema(self, kind: Any) -> dict[str, Any]:
        """The schema of a type on the wire."""
        return self.schemas[repr(kind)]

    def query(self, kind: Any) -> list[dict[str, Any]]:
        """The parameters of a query struct; lists are written with commas."""
        if kind is Nothing:
            return []
        properties: dict[str, Any] = self.components[self.schema(kind)["$ref"].rpartition("/")[2]]["properties"]
        required = {one.encode_name for one in structs.fields(kind) if one.required}
        return [
            {
                "name": name,
                "in": "query",
                "required": name in required,
                "style": "form",
                "explode": False,
                "schema": _without_null(schema),
            }
            for name, schema in properties.items()
        ]

    def parameters(self, route: Route) -> list[dict[str, Any]]:
        """Path, query and header parameters of a route."""
        found: list[dict[str, Any]] = [
            {"name": name, "in": "path", "required": True, "schema": _KINDS[kind]}
            for name, kind in _PATH.findall(route.path)
        ]
        found += self.query(route.query)
        text = {"type": "string", "pattern": "^[!-~]{1,200}$"}
        if route.creates:
            found.append({"name": "Idempotency-Key", "in": "header", "required": False, "schema": text})
        if route.needs_match:
            found.append({"name": "If-Match", "in": "header", "required": True, "schema": text})
        return found

    def problem(self, status: int) -> dict[str, Any]:
        """A refusing answer."""
        return {
            "description": self.texts.get(str(status), ""),
            "content": {problems.MEDIA_TYPE: {"schema": self.schema(Problem)}},
        }

    def responses(self, route: Route) -> dict[str, Any]:
        """Every answer that a route can give."""
        statuses = {401, 500, 503, *route.also}
        if route.may != EVERYBODY:
            statuses.add(403)
        if "{" in route.path:
            statuses.add(404)
        if route.query is not Nothing or route.takes is not None or route.creates or route.method == "GET":
            statuses.add(400)  # parameters that are not there are refused on every route
        if route.takes is not None or route.raw_types:
            statuses |= {400, 413, 415, 422}
        if route.creates:
            statuses.add(422)
        statuses.add(400)
        good: dict[str, Any] = {"description": route.summary}
        if route.gives is not None:
            schema = {} if route.gives is bytes else self.schema(route.gives)
            good["content"] = {one: {"schema": schema} for one in route.gives_type.split(",")}
        headers = {name: {"schema": {"type": "string"}} for name in route.gives_headers}
        if route.conditional:
            headers["ETag"] = {"schema": {"type": "string"}}
        if headers:
            good["headers"] = headers
        responses = {str(route.status): good}
        if route.conditional and route.method == "GET":
            responses["304"] = {"description": "unchanged", "headers": {"ETag": {"schema": {"type": "string"}}}}
        for status in sorted(statuses):
            responses[str(status)] = self.problem(status)
        return responses

    def operation(self, route: Route) -> dict[str, Any]:
        """One method on one path."""
        made: dict[str, Any] = {
            "operationId": route.name,
            "tags": [route.tag],
            "summary": route.summary,
            "description": "keys: " + ", ".join(sorted(role.value for role in route.may)),
            "parameters": self.parameters(route),
            "responses": self.responses(route),
            "security": [{"key": []}],
        }
        if route.takes is not None:
            made["requestBody"] = {
                "required": True,
                "content": {route.body_type: {"schema": self.schema(route.takes)}},
            }
        elif route.raw_types:
            made["requestBody"] = {
                "required": True,
                "content": {one: {"schema": {}} for one in route.raw_types},
            }
        return made

    def open_paths(self) -> dict[str, Any]:
        """The service's own addresses, which need no key."""
        state = {"content": {JSON: {"schema": self.schema(service.State)}}}
        code = {"name": "code", "in": "path", "required": True, "schema": _KINDS["str"]}
        meaning = {"description": "meaning", "content": {JSON: {"schema": self.schema(service.Meaning)}}}
        token = {"name": "token", "in": "path", "required": True, "schema": _KINDS["str"]}
        tag = {"headers": {"ETag": {"schema": {"type": "string"}}}}
        calendar = {"description": "iCalendar (RFC 5545)", "content": {"text/calendar": {"schema": {}}}, **tag}
        same, gone = {"description": "unchanged", **tag}, {"404": self.problem(404), "503": self.problem(503)}
        text = {"description": "text", "content": {"text/plain": {"schema": {"type": "string"}}}}

        def one(name: str, responses: dict[str, Any], parameters: Sequence[Any] = ()) -> dict[str, Any]:
            return {
                "get": {
                    "operationId": name, "tags": ["service"], "summary": name, "security": [],
                    "parameters": list(parameters), "responses": {**responses, "500": self.problem(500)},
                }
            }  # fmt: skip

        return {
            "/health": one("health", {"200": {"description": "alive", **state}}),
            "/ready": one("ready", {"200": {"description": "ready", **state}, "503": self.problem(503)}),
            "/metrics": one("metrics", {"200": text}),
            "/feeds/{token}": one("feed", {"200": calendar, "304": same, **gone}, [token]),
            "/problems/{code}": one("problem", {"200": meaning, "404": self.problem(404)}, [code]),
        }

    def document(self) -> dict[str, Any]:
        """The whole document."""
        paths: dict[str, Any] = {}
        for route in self.routes:
            operations = paths.setdefault(_PATH.sub(r"{\1}", route.path), {})
            operations[route.method.lower()] = self.operation(route)
        return {
            "openapi": "3.1.0",
            "info": {"title": "gunmane", "version": __version__, "description": DESCRIPTION},
            "paths": {**paths, **self.open_paths()},
            "components": {
                "schemas": self.components,
                "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "bearerFormat": "gm_…"}},
            },
        }


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Take the null out of a parameter's schema: a parameter that isn't there is left out, never null."""
    options = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    rest = {key: value for key, value in schema.items() if key not in ("anyOf", "default")}
    if "default" in schema and schema["default"] is not None:
        rest["default"] = schema["default"]
    if len(options) == 1:
        return {**rest, **options[0]}
    return {**rest, "anyOf": options} if options else rest


def document(routes: Sequence[Route]) -> dict[str, Any]:
    """Make the OpenAPI document of these routes."""
    return _Maker(routes).document()


PAGE = """<!doctype html>
<html lang="ja"><head><meta charset="utf-8"><title>gunmane API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/static/swagger/swagger-ui.css">
<link rel="icon" href="/static/swagger/favicon-32x32.png"></head>
<body><div id="api"></div>
<script src="/static/swagger/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body></html>
"""
START = """SwaggerUIBundle({url: "/openapi.json", dom_id: "#api", deepLinking: true, persistAuthorization: false});
"""


def handlers(routes: Sequence[Route]) -> list[HTTPRouteHandler]:
    """Make the handlers of the document and its page; the page asks no other server for anything."""
    raw = msgspec.json.encode(document(routes))

    async def openapi() -> Response[bytes]:
        return Response(raw, media_type="application/vnd.oai.openapi+json;version=3.1")

    async def docs(request: Request[Any, Any, Any]) -> Response[bytes]:
        if not (STATIC / "swagger" / "swagger-ui-bundle.js").is_file():
            return refusal(
                GunmaneError("part_missing"), {b"accept-language": request.headers.get("accept-language", "")}
            )
        return Response(PAGE.encode(), media_type="text/html; charset=utf-8")

    async def start() -> Response[bytes]:
        return Response(START.encode(), media_type="text/javascript; charset=utf-8")

    return [
        HTTPRouteHandler(path, http_method=["GET"], name=run.__name__, include_in_schema=False)(run)
        for path, run in (("/openapi.json", openapi), ("/docs", docs), ("/docs/start.js", start))
    ]
