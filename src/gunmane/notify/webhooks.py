"""Webhooks: signed JSON to an address that is no host of our own network, the same identity on every repeat.

Whom an address leads to is decided where the connection is made, by the addresses just looked up: neither a redirect
nor a name that changes its mind between check and use leads inside.
"""

import asyncio
import hmac
import ipaddress
import socket
import ssl
from collections.abc import Iterable
from typing import Any
from urllib.parse import urljoin, urlsplit
from uuid import UUID

import httpcore
from msgspec import Struct

from gunmane.notify.outcome import Fate, Outcome, short

MOST_REDIRECTS = 3
LONGEST_WAIT_S = 3600.0


class Hook(Struct, frozen=True, kw_only=True):
    """A webhook to be called."""

    message_id: UUID
    url: str
    secret: str
    body: str


class Inside(OSError):
    """An address leads to a host that is not out in the world."""


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """Return what proves that a body is ours: HMAC-SHA-256 over `timestamp.body`, as `v1=<hex>`."""
    return "v1=" + hmac.digest(secret.encode(), str(timestamp).encode() + b"." + body, "sha256").hex()


def outside(address: str) -> bool:
    """Tell whether an IP address is one of the world's, whatever form it is written in."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour
        if inner is not None:
            found = inner
    return found.is_global and not found.is_multicast


class Gate(httpcore.AsyncNetworkBackend):
    """Connects to hosts of the world only, unless `private` is allowed."""

    def __init__(self, private: bool) -> None:
        self.private = private
        inner: Any = httpcore.AnyIOBackend()  # a stand-in class to type checkers where anyio is not there
        self.inner: httpcore.AsyncNetworkBackend = inner

    async def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,  # noqa: ASYNC109
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:  # fmt: skip
        """Look the host up once and connect to what was found, if all of it may be connected to."""
        loop = asyncio.get_running_loop()
        try:
            rows = await asyncio.wait_for(loop.getaddrinfo(host, port, type=socket.SOCK_STREAM), timeout)
        except (OSError, TimeoutError) as error:
            raise httpcore.ConnectError(short(error)) from error
        addresses = [str(row[4][0]) for row in rows]
        if not self.private and not all(outside(one) for one in addresses):
            raise Inside(f"{host} is not a public host")
        return await self.inner.connect_tcp(addresses[0], port, timeout, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        """Wait between attempts to connect."""
        await asyncio.sleep(seconds)


def wrong(url: str, private: bool) -> str | None:
    """Say what is wrong with the address of a webhook; None when it can be used."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        return short(error)
    if parts.scheme != "https" and not (private and parts.scheme == "http"):
        return "https"
    if not parts.hostname or parts.username or parts.password or port == 0 or not url.isascii() or " " in url:
        return "host"
    try:
        literal = ipaddress.ip_address(parts.hostname)
    except ValueError:
        return None
    return None if private or outside(str(literal)) else "private"


class Caller:
    """Calls webhooks; answers are not read beyond their head."""

    def __init__(self, *, private: bool = False, trust: ssl.SSLContext | None = None, seconds: float = 30.0) -> None:
        self.private, self.seconds = private, seconds
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=trust or ssl.create_default_context(),
            max_connections=16,
            network_backend=Gate(private),
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.aclose()

    async def call(self, hook: Hook, timestamp: int) -> Outcome:
        """Call a webhook; `timestamp` (seconds since 1970) is signed with the body."""
        body = hook.body.encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "gunmane",
            "Idempotency-Key": str(hook.message_id),
            "Gunmane-Timestamp": str(timestamp),
            "Gunmane-Signature": signature(hook.secret, timestamp, body),
        }
        try:
            async with asyncio.timeout(self.seconds):
                return await self._follow(hook.url, headers, body)
        except Inside as error:
            return Outcome(Fate.REFUSED, short(error))
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
            return Outcome(Fate.FAILED, short(error))
        except (
            httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError, TimeoutError
        ) as error:  # fmt: skip
            return Outcome(Fate.FAILED, short(error) or type(error).__name__)
        except (httpcore.UnsupportedProtocol, ValueError) as error:
            return Outcome(Fate.REFUSED, short(error))

    async def _follow(self, url: str, headers: dict[str, str], body: bytes) -> Outcome:
        for _ in range(MOST_REDIRECTS + 1):
            refused = wrong(url, self.private)
            if refused is not None:
                return Outcome(Fate.REFUSED, f"address cannot be used: {refused}")
            limits = dict.fromkeys(("connect", "read", "write", "pool"), self.seconds)
            fields = [(name.encode(), value.encode()) for name, value in headers.items()]
            fields.append((b"Host", urlsplit(url).netloc.encode()))
            async with self._pool.stream(
                "POST", url, headers=fields, content=body, extensions={"timeout": limits}
            ) as answer:
                head = {name.lower(): value for name, value in answer.headers}
                status = answer.status
            if status not in (307, 308) or b"location" not in head:
                return answered(status, head.get(b"retry-after"))
            url = urljoin(url, head[b"location"].decode("latin-1"))
        return Outcome(Fate.REFUSED, "too many redirects")


def answered(status: int, retry_after: bytes | None = None) -> Outcome:
    """Read a status: 2xx took it, 408, 425, 429 and 5xx mean later, the rest is for good."""
    if 200 <= status <= 299:
        return Outcome(Fate.SENT)
    if status in (408, 425, 429) or status >= 500:
        plain = (retry_after or b"").strip()
        wait = min(float(plain), LONGEST_WAIT_S) if plain.isdigit() else None
        return Outcome(Fate.FAILED, f"HTTP {status}", wait)
    return Outcome(Fate.REFUSED, f"HTTP {status}")
