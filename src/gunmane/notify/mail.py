"""E-mail over SMTP: one connection for many messages, identities that stay the same when sending is repeated."""

import asyncio
import re
import ssl
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID

import aiosmtplib
from msgspec import Struct

from gunmane.core.errors import Fault, GunmaneError
from gunmane.notify.outcome import Fate, Outcome, short

Tls = Literal["starttls", "implicit", "none"]

ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)*"
)
"""An address that every mail server understands (RFC 5321 without quoted local parts and literals)."""


class Smtp(Struct, frozen=True, kw_only=True):
    """A mail server; `ca` is a file of certificates to be trusted besides the system's."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    tls: Tls = "starttls"
    ca: str = ""
    command_s: float = 30.0
    message_s: float = 60.0


class Letter(Struct, frozen=True, kw_only=True):
    """A mail to be sent."""

    owner_id: UUID
    message_id: UUID
    to: str
    name: str
    subject: str
    body: str
    language: str
    created_at: datetime
    unsubscribe_url: str | None = None


def read_url(url: str) -> Smtp:
    """Read `smtp://user:password@host:587` (STARTTLS), `smtps://…:465` (TLS at once); `?tls=none` for plain text,
    `?ca=FILE` for a certificate authority of one's own. Raises GunmaneError `bad_settings`.
    """
    parts = urlsplit(url)
    asked = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    tls = asked.pop("tls", "implicit" if parts.scheme == "smtps" else "starttls")
    ca = asked.pop("ca", "")
    try:
        port = parts.port
    except ValueError:
        port = -1
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or asked or port == -1:
        raise GunmaneError("bad_settings", [Fault("wrong_value", "GUNMANE_SMTP_URL", {"reason": "smtp://…"})])
    if tls not in ("starttls", "implicit", "none"):
        raise GunmaneError("bad_settings", [Fault("wrong_value", "GUNMANE_SMTP_URL", {"reason": f"tls={tls}"})])
    return Smtp(
        host=parts.hostname,
        port=port or (465 if tls == "implicit" else 587),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls=tls,
        ca=ca,
    )


def message_id(letter: Letter, sender: str) -> str:
    """Return the Message-ID, the same whenever the message is sent; the first part finds it again when it bounces."""
    return f"<{letter.message_id.hex}.{letter.owner_id.hex}@{sender.rpartition('@')[2]}>"


def build(letter: Letter, sender: str) -> EmailMessage:
    """Return the mail; equal letters give equal bytes. Raises ValueError for what no header can hold."""
    made = EmailMessage(policy=SMTP_POLICY)
    made["From"] = sender
    made["To"] = Address(letter.name, addr_spec=letter.to)
    made["Subject"] = letter.subject
    made["Date"] = format_datetime(letter.created_at)
    made["Message-ID"] = message_id(letter, sender)
    made["Content-Language"] = letter.language
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: no absence notes, please
    if letter.unsubscribe_url:
        made["List-Unsubscribe"] = f"<{letter.unsubscribe_url}>"
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    made.set_content(letter.body, charset="utf-8", cte="base64")
    return made


class Mailer:
    """Sends mail for one sender over one server."""

    def __init__(self, smtp: Smtp, sender: str) -> None:
        if not ADDRESS.fullmatch(sender):
            raise GunmaneError("bad_settings", [Fault("bad_email", "GUNMANE_MAIL_FROM", {"value": sender})])
        self.smtp, self.sender = smtp, sender
        self._trust: ssl.SSLContext | None = None

    async def send(
        self, letters: Sequence[Letter], go_on: Callable[[], bool] = lambda: True
    ) -> AsyncGenerator[tuple[Letter, Outcome]]:
        """Send letters one after another over one connection and tell what came of each at once.

        None is begun once `go_on` says no: the rest is `down` without a word about it.
        """
        client: aiosmtplib.SMTP | None = None
        left = list(letters)
        try:
            while left:
                if not go_on():
                    break
                if client is None or not client.is_connected:
                    client = self._client()
                    refused = await self._connect(client)
                    if refused is not None:
                        for letter in left:
                            yield letter, refused
                        return
                letter = left.pop(0)
                outcome = await self._one(client, letter)
                yield letter, outcome
                if outcome.fate in (Fate.FAILED, Fate.DOWN):
                    client.close()  # whatever it still says belongs to a message that is over
            for letter in left:
                yield letter, Outcome(Fate.DOWN, pause_s=0.0)
        finally:
            await _leave(client)

    def _client(self) -> aiosmtplib.SMTP:
        smtp = self.smtp
        if self._trust is None and smtp.tls != "none":
            self._trust = ssl.create_default_context()
            if smtp.ca:
                self._trust.load_verify_locations(smtp.ca)
        return aiosmtplib.SMTP(
            hostname=smtp.host,
            port=smtp.port,
            username=smtp.user or None,
            password=smtp.password or None,
            timeout=smtp.command_s,
            use_tls=smtp.tls == "implicit",
            start_tls=smtp.tls == "starttls",
            tls_context=self._trust if smtp.tls != "none" else None,
        )

    async def _connect(self, client: aiosmtplib.SMTP) -> Outcome | None:
        try:
            async with asyncio.timeout(self.smtp.message_s):
                await client.connect()
        except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as error:
            client.close()
            return Outcome(Fate.DOWN, short(error))
        return None

    async def _one(self, client: aiosmtplib.SMTP, letter: Letter) -> Outcome:
        try:
            raw = build(letter, self.sender).as_bytes()
        except ValueError as error:
            return Outcome(Fate.REFUSED, short(error))
        try:
            async with asyncio.timeout(self.smtp.message_s):
                await client.sendmail(self.sender, [letter.to], raw)
        except aiosmtplib.SMTPRecipientsRefused as error:
            return _answered(error.recipients[0].code, error.recipients[0].message)
        except (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPHeloError) as error:
            return Outcome(Fate.DOWN, f"{error.code} {short(error.message)}")
        except aiosmtplib.SMTPResponseException as error:
            return _answered(error.code, error.message)
        except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as error:
            return Outcome(Fate.FAILED, short(error))
        return Outcome(Fate.SENT)


def _answered(code: int, text: str) -> Outcome:
    """Read an answer (RFC 5321 section 4.2.1): 5xx is for good, 421 closes the shop, the rest means later."""
    said = f"{code} {short(text)}"
    if 500 <= code <= 599:
        return Outcome(Fate.REFUSED, said)
    return Outcome(Fate.DOWN if code == 421 else Fate.FAILED, said)


async def _leave(client: aiosmtplib.SMTP | None) -> None:
    if client is None:
        return
    if client.is_connected:
        with suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
            await client.quit(timeout=2)
    client.close()
