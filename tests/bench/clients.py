"""Light clients for benchmarks: what they cost is taken from the service that is measured."""

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast


class Client:
    """One keep-alive connection that asks one request after the other."""

    def __init__(self, port: int, key: str) -> None:
        self.port = port
        self.head = (
            f"POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\nContent-Type: %s\r\n"
            "Idempotency-Key: %s\r\nContent-Length: %d\r\n\r\n"
        )

    async def open(self) -> None:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**27)

    async def get(self, path: str) -> tuple[int, bytes]:
        head = self.head.partition("Content-Type")[0].replace("POST", "GET") % path
        self.writer.write(head.encode() + b"\r\n")
        return await self._answer()

    async def post(self, path: str, kind: str, key: str, body: bytes) -> tuple[int, bytes]:
        self.writer.write(self.request(path, kind, key, body))
        return await self._answer()

    def request(self, path: str, kind: str, key: str, body: bytes) -> bytes:
        return (self.head % (path, kind, key, len(body))).encode() + body

    async def _answer(self) -> tuple[int, bytes]:
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        return int(head[9:12]), await self.reader.readexactly(length)


class Tally:
    """What several clients did until a moment; `done` is set when the last one has stopped."""

    def __init__(self, clients: int, seconds: float) -> None:
        self.end = time.perf_counter() + seconds
        self.answered = 0
        self.running = clients
        self.failure = b""
        self.done = asyncio.Event()


class _Loop(asyncio.Protocol):
    """A client that sends the next request, made beforehand, as soon as the last one is answered with 201."""

    def __init__(self, tally: Tally, requests: Iterator[bytes]) -> None:
        self.tally, self.requests = tally, requests
        self.got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's own are no subclass
        self._next()

    def _next(self) -> None:
        request = next(self.requests, None)
        if request is None or time.perf_counter() >= self.tally.end:
            self.transport.close()
        else:
            self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.got += data
        head, found, body = self.got.partition(b"\r\n\r\n")
        if not found or len(body) < int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]):
            return
        if self.got[9:12] != b"201":
            self.tally.failure = self.got
            self.transport.close()
            return
        self.tally.answered += 1
        self.got = b""
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        self.tally.running -= 1
        if not self.tally.running:
            self.tally.done.set()


async def closed_loop(port: int, requests: list[list[bytes]], seconds: float) -> float:
    """Let one client for each list of requests work for some seconds; requests answered per second."""
    tally, started = Tally(len(requests), seconds), time.perf_counter()
    loop = asyncio.get_running_loop()
    for part in requests:
        waiting = iter(part)
        await loop.create_connection(lambda waiting=waiting: _Loop(tally, waiting), "127.0.0.1", port)
    await tally.done.wait()
    if tally.failure:
        raise RuntimeError(tally.failure.decode(errors="replace"))
    return tally.answered / (time.perf_counter() - started)


def processor_seconds(root: int) -> float:
    """Processor time of a process and its children so far, those that have ended included, in seconds (Linux)."""
    parents: dict[int, list[int]] = {}
    used: dict[int, float] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            tasks = [(task / "schedstat").read_text().split()[0] for task in (folder / "task").iterdir()]
        except OSError:
            continue  # it has just ended
        parents.setdefault(int(fields[1]), []).append(int(folder.name))
        ended = (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")
        used[int(folder.name)] = sum(map(int, tasks)) / 1e9 + ended
    found, waiting = 0.0, [root]
    while waiting:
        one = waiting.pop()
        found += used.get(one, 0.0)
        waiting += parents.get(one, [])
    return found


def own_seconds() -> float:
    """Processor time of this process so far."""
    times = os.times()
    return times.user + times.system
