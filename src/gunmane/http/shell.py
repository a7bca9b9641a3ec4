"""The outermost layer of the service: what every answer carries, whoever made it."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "worker-src 'self' blob:; connect-src 'self'; font-src 'self'; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)

HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"permissions-policy", b"geolocation=(self), camera=(), microphone=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_NAMES = frozenset(name for name, _ in HEADERS)


class Shell:
    """Adds security headers to every answer: files, errors and answers of the router too. A HEAD is answered like a
    GET, without the body (RFC 9110, 9.3.2).

    Litestar's own `response_headers` don't reach files, and its middleware doesn't see what the router refuses.
    A header that the answer carries already is left as it is.
    """

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        bare = scope["method"] == "HEAD"

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message.get("headers", ()))
                carried = [lower for name, _ in given if (lower := name.lower()) in _NAMES]
                missing = [one for one in HEADERS if one[0] not in carried] if carried else HEADERS
                message["headers"] = [*given, *missing]
            elif bare and "body" in message:
                message["body"] = b""
            await send(message)

        await self.app({**scope, "method": "GET"} if bare else scope, receive, sending)
