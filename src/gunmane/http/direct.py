"""The short way to routes that are asked most: past the router, to the very same answers.

Finding a handler, making a Request and a Response cost more than logging an inspection does. A request that a chosen
route is made for goes straight to it; everything else, and every other method on its path, goes to the router.
"""

from collections.abc import Sequence

from gunmane.core.errors import GunmaneError
from gunmane.http.routes import Answer, Gone, Incoming, Route, Services, lowered, respond
from gunmane.http.shell import App, Receive, Scope, Send


class Direct:
    """Serves chosen routes, which have no parameters in their paths, and hands the rest to `app`."""

    def __init__(self, app: App, services: Services, routes: Sequence[Route]) -> None:
        self.app = app
        self.services = services
        self.routes = {(route.method, route.path): route for route in routes}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = self.routes.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if route is None:
            await self.app(scope, receive, send)
            return
        headers = lowered(scope["headers"])

        async def read() -> bytes:
            return await _body(receive, headers.get(b"content-length", ""), route.limit)

        incoming = Incoming(scope["path"], scope["query_string"], headers, read, scheme=scope["scheme"])
        try:
            answer = await respond(route, self.services, incoming)
        except Gone:
            return
        body = answer.body()
        await send({"type": "http.response.start", "status": answer.status, "headers": _fields(answer, body)})
        await send({"type": "http.response.body", "body": body})


def _fields(answer: Answer, body: bytes) -> list[tuple[bytes, bytes]]:
    fields = [(name.lower().encode(), value.encode("latin-1")) for name, value in answer.headers.items()]
    return [
        *fields,
        (b"content-type", answer.media_type.encode()),
        (b"content-length", str(len(body)).encode()),
    ]


async def _body(receive: Receive, length: str, limit: int) -> bytes:
    """Receive a body; raises GunmaneError `too_large`, before receiving it where its length is told."""
    if length.isdigit() and int(length) > limit:
        raise GunmaneError("too_large")
    message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body") and message["type"] == "http.request" and len(body) <= limit:
        return body
    parts, size = [body], len(body)
    while message.get("more_body"):
        if size > limit:
            raise GunmaneError("too_large")
        message = await receive()
        parts.append(message.get("body", b""))
        size += len(parts[-1])
    if message["type"] == "http.disconnect":
        raise Gone
    if size > limit:
        raise GunmaneError("too_large")
    return b"".join(parts)
