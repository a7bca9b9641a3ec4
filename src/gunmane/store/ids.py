"""UUIDv7 identifiers (RFC 9562): ordered by time, so that new rows land at the end of their index."""

import os
import time
from uuid import UUID

import numpy as np


def uuid7() -> UUID:
    """Make one identifier from the clock (milliseconds) and 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random_bits = int.from_bytes(os.urandom(10), "big")
    high = (milliseconds & (1 << 48) - 1) << 16 | 0x7000 | random_bits >> 68
    low = 0b10 << 62 | random_bits & (1 << 62) - 1
    return UUID(int=high << 64 | low)


def uuid7_many(count: int) -> list[UUID]:
    """Make `count` identifiers of one millisecond, in ascending order."""
    milliseconds = time.time_ns() // 1_000_000
    raw = np.frombuffer(os.urandom(16 * count), dtype=np.uint8).reshape(count, 16).copy()
    raw[:, :6] = np.frombuffer(milliseconds.to_bytes(6, "big"), dtype=np.uint8)
    raw[:, 6] = 0x70 | raw[:, 6] & 0x0F
    raw[:, 8] = 0x80 | raw[:, 8] & 0x3F
    return [UUID(bytes=one) for one in sorted(row.tobytes() for row in raw)]
