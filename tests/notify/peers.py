"""Real peers on loopback: a mail server that can refuse, dawdle and hang up, and a web server that can, too."""

import asyncio
import email
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from email.message import EmailMessage
from email.policy import default
from typing import Any

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

CUT = "cut"
"""An answer that is none: the connection ends."""


class MailPeer:
    """A mail server; `answers` says what happens to the next messages: a reply, `CUT`, or seconds to wait first."""

    def __init__(self, *, tls: bool = False, auth: bool = False) -> None:
        self.authority = trustme.CA() if tls else None
        self.auth = auth
        self.answers: list[str | float] = []
        self.rcpt_answers: list[str] = []
        self.taken: list[bytes] = []
        self.seen: list[bytes] = []
        self.encrypted: list[bool] = []
        self.users: list[str] = []
        self.connections = 0
        self.port = 0
        self._open: set[asyncio.Transport] = set()

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.rcpt_answers:
            return self.rcpt_answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        raw = envelope.content
        assert isinstance(raw, bytes)
        self.seen.append(raw)
        self.encrypted.append(session.ssl is not None)
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if isinstance(answer, float):
            await asyncio.sleep(answer)
            answer = "250 late"
        if answer == CUT:
            assert server.transport is not None
            server.transport.abort()
            raise ConnectionResetError
        if answer.startswith("2"):
            self.taken.append(raw)
        return answer

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, kind: str, data: Any) -> AuthResult:
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"gunmane", b"secret")
        if good:
            self.users.append(data.login.decode())
        return AuthResult(success=good, handled=False)

    def ids(self, messages: list[bytes] | None = None) -> list[str]:
        """The Message-IDs of what was taken."""
        return [str(parse(raw)["Message-ID"]) for raw in (self.taken if messages is None else messages)]


def parse(raw: bytes) -> EmailMessage:
    found = email.message_from_bytes(raw, policy=default)
    assert isinstance(found, EmailMessage)
    return found


@asynccontextmanager
async def serving(peer: MailPeer) -> AsyncIterator[MailPeer]:
    """Let a mail server listen."""
    context = None
    if peer.authority is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        peer.authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)

    def made() -> SMTP:
        peer.connections += 1
        return SMTP(
            peer, tls_context=context, require_starttls=context is not None, auth_required=peer.auth,
            authenticator=peer.authenticate if peer.auth else None, auth_require_tls=context is not None,
            enable_SMTPUTF8=False, hostname="peer",
        )  # fmt: skip

    server = await asyncio.get_running_loop().create_server(made, "127.0.0.1", 0)
    peer.port = server.sockets[0].getsockname()[1]
    try:
        yield peer
    finally:
        server.close()


class HookPeer:
    """A web server; `answers` are statuses, `CUT`, seconds to wait, or (status, headers)."""

    def __init__(self) -> None:
        self.answers: list[Any] = []
        self.calls: list[tuple[str, dict[str, str], bytes]] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def decide(self, headers: dict[str, str]) -> Any:
        """Choose the answer to a call that has been read."""
        return self.answers.pop(0) if self.answers else 204

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = dict(line.split(": ", 1) for line in head[1:] if line)
        headers = {name.lower(): value for name, value in headers.items()}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.calls.append((head[0].split()[1], headers, body))
        answer = self.decide(headers)
        if isinstance(answer, float):
            await asyncio.sleep(answer)
            answer = 204
        if answer == CUT:
            writer.transport.abort()
            return False
        status, more = answer if isinstance(answer, tuple) else (answer, {})
        lines = [f"HTTP/1.1 {status} x", "Content-Length: 0", *(f"{k}: {v}" for k, v in more.items()), "", ""]
        writer.write("\r\n".join(lines).encode())
        await writer.drain()
        return True


@asynccontextmanager
async def listening(
    serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[int]:
    """Let something listen on a port of loopback."""
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
