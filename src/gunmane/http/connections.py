"""Connections of the web server: whoever does not finish a request's head in time, sends no end of it, or falls
silent amid its body, is cut off.

uvicorn itself waits for ever and keeps all of a head.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES = 65_536
HEAD_SECONDS = 30.0
SILENT_SECONDS = 60.0
"""A body may take as long as it likes, as in the field, but not fall silent for longer than this."""


class Connection(HttpToolsProtocol):
    """One connection; a head that arrives in one piece costs nothing more."""

    head_seconds = HEAD_SECONDS
    silent_seconds = SILENT_SECONDS

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._in_head, self._in_body = True, False
        self._received = 0
        self._late = self.loop.call_later(self.head_seconds, self.transport.abort)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True

    def on_headers_complete(self) -> None:
        self._in_head, self._in_body = False, True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_body = False
        super().on_message_complete()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_head:
            self._received += len(data)
            if self._received > HEAD_BYTES:
                self.transport.abort()
            elif self._late.cancelled():
                self._late = self.loop.call_later(self.head_seconds, self.transport.abort)
            return
        self._received = 0
        self._late.cancel()
        if self._in_body:
            self._late = self.loop.call_later(self.silent_seconds, self._silent)

    def _silent(self) -> None:
        if self.flow.read_paused:  # it is not the caller who keeps us waiting
            self._late = self.loop.call_later(self.silent_seconds, self._silent)
        else:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._late.cancel()
        super().connection_lost(exc)


def options() -> dict[str, Any]:
    """Return how uvicorn is to speak: HTTP/1.1 by these connections, without believing what proxies say."""
    return {
        "http": Connection, "ws": "none", "lifespan": "on", "access_log": False, "server_header": False,
        "proxy_headers": False,
    }  # fmt: skip
