"""Connections that dawdle or never come to an end are cut off; all others are served."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn

from gunmane.http import connections

HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n"


async def echo(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        for done in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{done}.complete"})
        return
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message["body"], message["more_body"]
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """A server that waits for a head half a second, and no longer than 0.7 seconds for the next piece of a body."""
    monkeypatch.setattr(connections.Connection, "head_seconds", 0.5)
    monkeypatch.setattr(connections.Connection, "silent_seconds", 0.7)
    config = uvicorn.Config(echo, port=0, log_level="critical", **connections.options())
    listening = config.bind_socket()
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve([listening]))
    while not server.started:
        await asyncio.sleep(0.01)
    yield listening.getsockname()[1]
    server.should_exit = True
    await task


async def sent(port: int, *parts: bytes, pause: float = 0.05) -> bytes:
    """Send parts with pauses; what came back until the server hung up or was silent for two seconds."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    got = b""
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)
        while data := await asyncio.wait_for(reader.read(10_000), 2):
            got += data
            if got.endswith(b"abc"):
                return got
        return got + b"(hung up)"
    except ConnectionError:
        return got + b"(hung up)"
    except TimeoutError:
        return got + b"(silence)"
    finally:
        writer.close()


@pytest.mark.parametrize(
    "parts", [(HEAD + b"abc",), (HEAD[:9], HEAD[9:], b"abc"), (HEAD, b"a", b"bc"), (HEAD + b"ab", b"c")]
)
async def test_a_request_is_answered_however_it_is_cut(parts: tuple[bytes, ...], port: int) -> None:
    got = await sent(port, *parts)
    assert got.startswith(b"HTTP/1.1 200")
    assert got.endswith(b"abc")


async def test_a_body_may_take_longer_than_a_head(port: int) -> None:
    assert (await sent(port, HEAD[:20], HEAD[20:], b"a", b"bc", pause=0.4)).endswith(b"abc")


@pytest.mark.parametrize("parts", [(HEAD,), (HEAD + b"a",), (HEAD[:20], HEAD[20:], b"ab")])
async def test_a_body_that_falls_silent_is_not_waited_for(parts: tuple[bytes, ...], port: int) -> None:
    assert await sent(port, *parts) == b"(hung up)"


async def test_after_a_whole_request_nobody_is_hurried(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(2):
        writer.write(HEAD + b"abc")
        assert (await reader.readuntil(b"abc")).startswith(b"HTTP/1.1 200")
        await asyncio.sleep(0.9)
    writer.close()


@pytest.mark.parametrize("parts", [(), (HEAD[:20],)])
async def test_a_head_that_does_not_come_to_an_end_is_not_waited_for(parts: tuple[bytes, ...], port: int) -> None:
    assert await sent(port, *parts, pause=0) == b"(hung up)"


async def test_a_second_head_is_not_waited_for_either(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(HEAD + b"abc")
    assert (await reader.readuntil(b"abc")).startswith(b"HTTP/1.1 200")
    writer.write(HEAD[:20])
    assert await asyncio.wait_for(reader.read(), 2) == b""
    writer.close()


async def test_a_head_without_end_is_cut_off(port: int) -> None:
    field = b"X-A: " + b"a" * 8000 + b"\r\n"
    assert (await sent(port, b"GET / HTTP/1.1\r\n", *[field] * 12, pause=0)).endswith(b"(hung up)")
