"""What can come of one attempt to deliver a message."""

from enum import StrEnum

from msgspec import Struct


class Fate(StrEnum):
    """`sent`: the peer took it. `refused`: it never will. `failed`: no answer, or "later". `down`: nobody was there
    to ask, or would let us in, which says nothing about the message.
    """

    SENT = "sent"
    REFUSED = "refused"
    FAILED = "failed"
    DOWN = "down"


class Outcome(Struct, frozen=True):
    """What came of an attempt; `pause_s`: how long the peer asks us to wait."""

    fate: Fate
    error: str | None = None
    pause_s: float | None = None


def short(error: object) -> str:
    """Put an error into one line of at most 300 characters."""
    return " ".join(str(error).split())[:300] or type(error).__name__
