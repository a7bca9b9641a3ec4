"""Connections of the web server: whoever does not finish a request's head in time, or sends no end of it, is cut off.

uvicorn itself waits for a head for ever and keeps all of it.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES = 65_536
HEAD_SECONDS = 30.0


class Connection(HttpToolsProtocol):
    """One connection; a head that arrives in one piece costs nothing more."""

    head_seconds = HEAD_SECONDS

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._in_head = True
        self._received = 0
        self._late = self.loop.call_later(self.head_seconds, self.transport.abort)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_head:
            self._received += len(data)
            if self._received > HEAD_BYTES:
                self.transport.abort()
            elif self._late.cancelled():
                self._late = self.loop.call_later(self.head_seconds, self.transport.abort)
        elif not self._late.cancelled():
            self._late.cancel()
            self._received = 0

    def connection_lost(self, exc: Exception | None) -> None:
        self._late.cancel()
        super().connection_lost(exc)


def options() -> dict[str, Any]:
    """Return how uvicorn is to speak: HTTP/1.1 by these connections, without believing what proxies say."""
    return {
        "http": Connection, "ws": "none", "lifespan": "on", "access_log": False, "server_header": False,
        "proxy_headers": False,
    }  # fmt: skip
