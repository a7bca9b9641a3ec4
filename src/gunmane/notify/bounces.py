"""Notices of failed delivery (RFC 3464), as a mail server sends them back."""

import re
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesParser
from uuid import UUID

from msgspec import Struct

_OURS = re.compile(r"<([0-9a-f]{32})\.([0-9a-f]{32})@[^>]+>")


class Bounce(Struct, frozen=True):
    """A message of ours that came back: its identifiers, and whether for good (status 5.x.x) or still tried."""

    owner_id: UUID
    message_id: UUID
    final: bool
    reason: str


def read(raw: bytes) -> Bounce | None:
    """Read a notice; None when it is none, or is not about a message of ours."""
    try:
        mail = BytesParser(policy=policy.default).parsebytes(raw)
        status, diagnostic = _status(mail)
    except (MessageError, ValueError, LookupError, AttributeError, TypeError):
        return None
    found = _OURS.search(raw.decode("latin-1"), _original(raw))
    if status is None or found is None:
        return None
    reason = " ".join(f"{status} {diagnostic or ''}".split())[:300]
    return Bounce(UUID(hex=found[2]), UUID(hex=found[1]), status.startswith("5"), reason)


def _original(raw: bytes) -> int:
    """Where the notice quotes the message that came back: after its machine-readable part."""
    place = raw.lower().find(b"message/delivery-status")
    return max(place, 0)


def _status(mail: EmailMessage) -> tuple[str | None, str | None]:
    for part in mail.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for fields in part.get_payload():
            status = fields["Status"]  # type: ignore[index]
            if status:
                diagnostic = fields["Diagnostic-Code"]  # type: ignore[index]
                return str(status).strip(), None if diagnostic is None else str(diagnostic)
    return None, None
