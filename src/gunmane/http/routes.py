"""What a route is, and the one way in which every request is served.

A route is data: who may use it, what it takes, what it answers. From the same table come the Litestar handlers, the
OpenAPI document and the leak tests, so that none of them can forget a route.
"""

import hashlib
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl
from uuid import UUID

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct, field

from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.words import Language, Role
from gunmane.flows.inspections import Rules
from gunmane.http import decoding, problems
from gunmane.http.metrics import Metrics
from gunmane.store import errors, idempotency, pool
from gunmane.store.access import Principal
from gunmane.store.idempotency import Claim, Kept
from gunmane.store.query import Conn

LOG = logging.getLogger("gunmane.http")

EVERYBODY = frozenset(Role)
INSPECTING = frozenset({Role.ENGINEER, Role.ADMINISTRATOR})
EDITING = frozenset({Role.ENGINEER, Role.PLANNER, Role.ADMINISTRATOR})
ADMINISTERING = frozenset({Role.ADMINISTRATOR})
"""Who may do what: engineers log inspections and repairs, planners mend the inventory too, administrators all."""

BODY_LIMIT = 1_000_000
JSON = "application/json"

Q = TypeVar("Q")
B = TypeVar("B")


class Gone(Exception):
    """The caller hung up before its request was complete: nobody is left to be answered."""


class Nothing(Struct, frozen=True, forbid_unknown_fields=True):
    """No parameters, or no body."""


NOTHING = Nothing()


class Services(Struct):
    """What the composition root gives to every route."""

    pool: pool.Pool
    rules: Rules
    now: Callable[[], datetime]
    public_url: str = ""  # begins the addresses that are handed out; "": that of the request
    private_webhooks: bool = False
    metrics: Metrics = field(default_factory=Metrics)
    joined: "dict[str, Join]" = field(default_factory=dict[str, "Join"])


class Answer(Struct, frozen=True):
    """What a route answers: a value to be sent as JSON, or `raw` bytes of `media_type`."""

    value: Any = None
    status: int = 200
    headers: dict[str, str] = {}
    raw: bytes | None = None
    media_type: str = JSON

    def body(self) -> bytes:
        """Return the bytes to be sent."""
        if self.raw is not None:
            return self.raw
        return b"" if self.value is None else msgspec.json.encode(self.value)


class Ask(Generic[Q, B]):
    """One request, authenticated and read."""

    __slots__ = (
        "base",
        "body",
        "claim",
        "conn",
        "headers",
        "language",
        "now",
        "path",
        "principal",
        "query",
        "raw",
        "services",
    )

    def __init__(
        self,
        services: Services,
        conn: Conn,
        principal: Principal,
        path: Mapping[str, Any],
        headers: Mapping[bytes, str],
    ) -> None:
        self.services = services
        self.conn = conn
        self.principal = principal
        self.path = path
        self.headers = headers
        self.now: datetime = services.now()
        self.language: Language = problems.language(headers.get(b"accept-language", ""))
        self.claim: Claim | None = None
        self.base: str = ""
        self.query: Q
        self.body: B
        self.raw: bytes = b""

    @property
    def today(self) -> date:
        """The civil date in Japan."""
        return self.now.date()

    def id(self, name: str) -> UUID:
        """Return an identifier from the path."""
        return self.path[name]


class Route(Struct, frozen=True, kw_only=True):
    """One method on one path. `takes` is the struct of a JSON body; `raw_types` the media types of a body that the
    route reads itself; `creates` lets it be repeated under an Idempotency-Key; `joins` makes what carries out
    requests together with others, instead of `run`.
    """

    method: str
    path: str
    name: str
    summary: str
    tag: str
    run: Callable[[Any], Awaitable[Answer]] | None = None
    may: frozenset[Role] = EVERYBODY
    query: type[Struct] = Nothing
    takes: type[Struct] | None = None
    raw_types: tuple[str, ...] = ()
    body_type: str = JSON
    limit: int = BODY_LIMIT
    status: int = 200
    gives: Any = None
    gives_type: str = JSON
    also: tuple[int, ...] = ()
    creates: bool = False
    joins: "Callable[[Services], Join] | None" = None
    conditional: bool = False
    needs_match: bool = False
    reads: bool | None = None
    gives_headers: tuple[str, ...] = ()

    @property
    def writes(self) -> bool:
        """Whether the route opens a transaction that may write."""
        return self.method != "GET" if self.reads is None else not self.reads


class Incoming(Struct):
    """A request as it comes in, from whatever router; `read` returns its body.

    `read` raises GunmaneError `too_large` for a body longer than the route takes.
    """

    path: str
    query_string: bytes
    headers: Mapping[bytes, str]
    read: Callable[[], Awaitable[bytes]]
    path_params: Mapping[str, Any] = {}
    scheme: str = "http"


class Joining(Struct, frozen=True):
    """A request that is carried out together with others: its form is right, its key is not checked yet."""

    token: str
    idempotency_key: str | None
    request_sha256: bytes
    body: Any
    language: Language


Join = Callable[[Joining], Awaitable[Answer]]


def lowered(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, str]:
    """Return header fields by their names in small letters."""
    return {name.lower(): value.decode("latin-1") for name, value in headers}


def _token(headers: Mapping[bytes, str]) -> str:
    kind, _, token = headers.get(b"authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise GunmaneError("unauthenticated")
    return token.strip()


def _idempotency_key(route: Route, headers: Mapping[bytes, str]) -> str | None:
    key = headers.get(b"idempotency-key")
    if key is None or not route.creates:
        return None
    if not 1 <= len(key) <= 200 or not key.isascii() or not key.isprintable():
        raise GunmaneError("malformed", [Fault("bad_header", "Idempotency-Key", {"reason": "1–200 × ASCII"})])
    return key


async def _raw(route: Route, incoming: Incoming) -> bytes:
    if route.takes is None and not route.raw_types:
        return b""
    sent = incoming.headers.get(b"content-type", "").partition(";")[0].strip().lower()
    taken = route.raw_types or (route.body_type,)
    if sent not in taken:
        raise GunmaneError("wrong_media_type", [Fault("other_media_type", "Content-Type", {"allowed": taken})])
    return await incoming.read()


def _query(route: Route, text: bytes) -> Any:
    if not text and route.query is Nothing:
        return NOTHING
    try:
        pairs = parse_qsl(text.decode("latin-1"), keep_blank_values=True, errors="strict", max_num_fields=200)
    except ValueError as error:
        raise GunmaneError("malformed", [Fault("wrong_value", "", {"reason": str(error)})]) from None
    return decoding.query(pairs, route.query)


def digest(route: Route, path: str, raw: bytes) -> bytes:
    """Return what makes two requests the same: method, path and body."""
    return hashlib.sha256(b"\n".join((route.method.encode(), path.encode(), raw))).digest()


class _Read(Struct):
    """A request read before the transaction opens: nobody's slow sending holds a connection to the database."""

    raw: bytes = b""
    query: Any = NOTHING
    body: Any = None
    refusal: GunmaneError | None = None


async def _read(route: Route, incoming: Incoming) -> _Read:
    """Read parameters and body; what is wrong with them is told only to those who may use the route."""
    read = _Read()
    try:
        read.raw = await _raw(route, incoming)
        read.query = _query(route, incoming.query_string)
        if route.takes is not None:
            read.body = decoding.body(read.raw, route.takes)
    except GunmaneError as error:
        read.refusal = error
    return read


async def carry_out(route: Route, services: Services, incoming: Incoming) -> Answer:
    """Serve one request in one transaction, which is committed before the answer leaves."""
    headers = incoming.headers
    token, key = _token(headers), _idempotency_key(route, headers)
    read = await _read(route, incoming)
    if route.joins is not None and read.refusal is None:
        language = problems.language(headers.get(b"accept-language", ""))
        join = services.joined.get(route.name)
        if join is None:
            join = services.joined[route.name] = route.joins(services)
        return await join(Joining(token, key, digest(route, incoming.path, read.raw), read.body, language))
    # the type says what may be done with the connection; a reading transaction is read-only in the database too
    opened: Any = pool.writing(services.pool) if route.writes else pool.reading(services.pool)
    async with opened as conn:
        entered = await idempotency.enter(conn, token, services.now().date(), key)
        if entered is None:
            raise GunmaneError("unauthenticated")
        principal, kept = entered
        if principal.role not in route.may:
            raise GunmaneError("forbidden")
        if read.refusal is not None or route.run is None:
            raise read.refusal or GunmaneError("internal")
        ask: Ask[Any, Any] = Ask(services, conn, principal, incoming.path_params, headers)
        ask.query, ask.raw, ask.body = read.query, read.raw, read.body
        ask.base = f"{incoming.scheme}://{headers.get(b'host', 'localhost')}"
        if key is not None:
            sha256 = digest(route, incoming.path, ask.raw)
            if kept is not None:
                return replay(kept, sha256)
            ask.claim = Claim(principal.owner_id, principal.key_id, key, sha256)
        answer = await route.run(ask)
        if ask.claim is not None and 200 <= answer.status < 300:
            raw = answer.body()
            await idempotency.keep(conn, ask.claim, answer.status, answer.headers, raw)
            answer = Answer(None, answer.status, answer.headers, raw, answer.media_type)
        return _conditional(answer, headers) if route.conditional else answer


def replay(kept: Kept, request_sha256: bytes) -> Answer:
    """Give an answer again; raises GunmaneError `key_used_differently` when something else is asked now."""
    if kept.request_sha256 != request_sha256:
        raise GunmaneError("key_used_differently")
    return Answer(None, kept.status, {**kept.headers, "Idempotency-Replayed": "true"}, kept.body)


def etag(body: bytes) -> str:
    """Return the strong entity tag of a body."""
    return '"' + hashlib.sha256(body).hexdigest()[:32] + '"'


def _conditional(answer: Answer, headers: Mapping[bytes, str]) -> Answer:
    """Give an answer its entity tag, and send 304 where the caller has it already."""
    body = answer.body()
    tag = etag(body)
    fields = {**answer.headers, "ETag": tag}
    known = [one.strip().removeprefix("W/") for one in headers.get(b"if-none-match", "").split(",")]
    if answer.status == 200 and (tag in known or "*" in known):
        return Answer(None, 304, fields, b"", "")
    return Answer(None, answer.status, fields, body, answer.media_type)


def refused(error: BaseException, headers: Mapping[bytes, str]) -> Answer:
    """Turn an exception into a problem answer."""
    known = error if isinstance(error, GunmaneError) else errors.explain(error)
    language = problems.language(headers.get(b"accept-language", ""))
    one = problems.problem(known or GunmaneError("internal"), language)
    return Answer(one, one.status, problems.headers(one, language), media_type=problems.MEDIA_TYPE)


async def respond(route: Route, services: Services, incoming: Incoming) -> Answer:
    """Serve one request to its end: whatever happens becomes an answer, and is counted; raises Gone."""
    started = time.perf_counter()
    try:
        answer = await carry_out(route, services, incoming)
        answer = Answer(
            None, answer.status, {"Cache-Control": "private, no-cache", **answer.headers}, answer.body(),
            answer.media_type,
        )  # fmt: skip
    except Gone:
        raise
    except Exception as error:
        answer = refused(error, incoming.headers)
        if answer.status == 500:
            LOG.exception("failed: %s %s", route.method, route.path)
    services.metrics.request(route.method, route.path, answer.status, time.perf_counter() - started)
    return answer


def response(answer: Answer) -> Response[bytes]:
    """Hand an answer to Litestar."""
    return Response(answer.body(), status_code=answer.status, media_type=answer.media_type, headers=answer.headers)


def refusal(error: BaseException, headers: Mapping[bytes, str]) -> Response[bytes]:
    """Turn an exception into a problem answer of Litestar's."""
    return response(refused(error, headers))


def handler(route: Route, services: Services, allow: str = "") -> HTTPRouteHandler:
    """Make the Litestar handler of a route; with `allow` it also answers OPTIONS for its path.

    Litestar's own answer to OPTIONS knows only the first of several handlers on a path.
    """

    async def serve(request: Request[Any, Any, Any]) -> Response[bytes]:
        if request.method == "OPTIONS":
            return Response(b"", status_code=204, headers={"Allow": allow})

        async def read() -> bytes:
            try:
                return await request.body()
            except HTTPException as error:
                raise GunmaneError("too_large" if error.status_code == 413 else "malformed") from None

        scope = request.scope
        incoming = Incoming(
            scope["path"], scope["query_string"], lowered(scope["headers"]), read, scope["path_params"],
            scope["scheme"],
        )  # fmt: skip
        return response(await respond(route, services, incoming))

    return HTTPRouteHandler(
        route.path,
        http_method=[route.method, "OPTIONS"] if allow else [route.method],  # type: ignore[list-item]
        name=route.name,
        status_code=200,  # each answer names its own
        request_max_body_size=route.limit,
        include_in_schema=False,
        opt={"route": route},
    )(serve)
