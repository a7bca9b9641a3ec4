"""Links in messages: signed, for one purpose, for one message or item, for a limited time.

Nothing about a link is stored; its signature is an HMAC-SHA-256 under the owner's secret, cut to 128 bits.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import msgspec
from msgspec import Struct

SIGNATURE_BYTES = 16
_ENCODER = msgspec.msgpack.Encoder(uuid_format="bytes")  # half as long; decoding knows both forms


class Purpose(StrEnum):
    """What a link is for, and nothing else."""

    ACKNOWLEDGE = "ack"
    DONE = "done"
    UNSUBSCRIBE = "stop"


class Link(Struct, frozen=True, array_like=True):
    """What a link says; asset, duty and due date only where it is about one item. `until` in seconds since 1970."""

    purpose: Purpose
    owner_id: UUID
    message_id: UUID
    recipient_id: UUID
    until: int
    asset_id: UUID | None = None
    duty: str | None = None
    due: date | None = None

    def expired(self, now: datetime) -> bool:
        """Tell whether the link's time is over."""
        return now.timestamp() >= self.until


def _plain(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _raw(text: str) -> bytes:
    return urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))


def sign(secret: bytes, link: Link) -> str:
    """Return the token of a link: letters, digits, `-`, `_` and a dot."""
    packed = _ENCODER.encode(link)
    return f"{_plain(packed)}.{_plain(_signature(secret, packed))}"


def _signature(secret: bytes, packed: bytes) -> bytes:
    return hmac.digest(secret, b"gunmane link\n" + packed, "sha256")[:SIGNATURE_BYTES]


def read(token: str) -> tuple[Link, bytes, bytes] | None:
    """Take a token apart without believing it: link, signed bytes, signature; None for what is no token of ours."""
    first, _, second = token.partition(".")
    try:
        packed, signature = _raw(first), _raw(second)
        return msgspec.msgpack.decode(packed, type=Link), packed, signature
    except (ValueError, msgspec.MsgspecError):
        return None


def verify(secret: bytes, token: str) -> Link | None:
    """Return the link if its signature is right."""
    found = read(token)
    if found is None or not hmac.compare_digest(_signature(secret, found[1]), found[2]):
        return None
    return found[0]
