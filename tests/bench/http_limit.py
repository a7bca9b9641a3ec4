"""What HTTP alone costs: the service's web server before an application that does next to nothing.

Run by `bench_inspections`: `python -m tests.bench.http_limit PORT KEY…`. It reads a request, compares its key with
those given, and answers 201 with a body of the length of a logged inspection: no JSON, no rule, no database.
"""

import sys
from typing import Any

import uvicorn

from gunmane.http import connections

BODY = b"x" * 560
HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())]


class Limit:
    """Answers every request that shows a known key."""

    def __init__(self, keys: list[str]) -> None:
        self.known = {f"Bearer {key}".encode() for key in keys}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            for done in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{done}.complete"})
            return
        while (await receive()).get("more_body"):
            pass
        allowed = any(name == b"authorization" and value in self.known for name, value in scope["headers"])
        await send({"type": "http.response.start", "status": 201 if allowed else 401, "headers": HEADERS})
        await send({"type": "http.response.body", "body": BODY})


if __name__ == "__main__":
    app = Limit(sys.argv[2:])
    uvicorn.run(app, port=int(sys.argv[1]), loop="uvloop", log_level="critical", **connections.options())
