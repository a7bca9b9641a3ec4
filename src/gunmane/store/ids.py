"""UUIDv7 identifiers (RFC 9562): ordered by time, so that new rows land at the end of their index."""

import os
import time
from uuid import UUID

import numpy as np
from numpy.typing import NDArray


def uuid7() -> UUID:
    """Make one identifier from the clock (milliseconds) and 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random_bits = int.from_bytes(os.urandom(10), "big")
    high = (milliseconds & (1 << 48) - 1) << 16 | 0x7000 | random_bits >> 68
    low = 0b10 << 62 | random_bits & (1 << 62) - 1
    return UUID(int=high << 64 | low)


def uuid7_many(count: int) -> list[UUID]:
    """Make `count` identifiers of one millisecond, in ascending order."""
    return [UUID(bytes=row.tobytes()) for row in uuid7_bytes(count)]


def uuid7_bytes(count: int) -> NDArray[np.uint8]:
    """Make `count` identifiers of one millisecond as an array of n x 16 bytes, in ascending order."""
    milliseconds = time.time_ns() // 1_000_000
    raw = np.frombuffer(os.urandom(16 * count), dtype=np.uint8).reshape(count, 16).copy()
    raw[:, :6] = np.frombuffer(milliseconds.to_bytes(6, "big"), dtype=np.uint8)
    raw[:, 6] = 0x70 | raw[:, 6] & 0x0F
    raw[:, 8] = 0x80 | raw[:, 8] & 0x3F
    halves = raw.view(">u8")
    return raw[np.lexsort((halves[:, 1], halves[:, 0]))]
