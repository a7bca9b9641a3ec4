"""Answers that are kept for whoever would be answered the same."""

from collections import OrderedDict


class Kept:
    """Bodies by what they follow from; the one unused longest goes first when they are too many bytes."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.bytes = 0
        self._bodies: OrderedDict[bytes, bytes] = OrderedDict()

    def get(self, key: bytes) -> bytes | None:
        """Return the body kept under a key."""
        if key in self._bodies:
            self._bodies.move_to_end(key)
        return self._bodies.get(key)

    def put(self, key: bytes, body: bytes) -> None:
        """Keep a body."""
        self.bytes += len(body) - len(self._bodies.pop(key, b""))
        self._bodies[key] = body
        while self.bytes > self.most:
            _, gone = self._bodies.popitem(last=False)
            self.bytes -= len(gone)
