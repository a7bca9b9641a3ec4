"""Pages of a list: opaque cursors and RFC 8288 links. A cursor only names a place; what may be seen there is decided
by row-level security each time.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated, Any, TypeVar, cast
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Meta, Struct

from gunmane.core.errors import Fault, GunmaneError

T = TypeVar("T")

Limit = Annotated[int, Meta(ge=1, le=1000, description="件数の上限 (at most so many rows)")]
Cursor = Annotated[str, Meta(max_length=400, description="前の応答の続き (place where the page before ended)")]


class PageQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where in the list."""

    limit: Limit = 100
    cursor: Cursor | None = None


def pack(*place: Any) -> str:
    """Write a place in an ordered list."""
    return urlsafe_b64encode(msgspec.msgpack.encode(place)).decode().rstrip("=")


def unpack(cursor: str | None, wanted: type[T]) -> T | None:
    """Read a place back; raises GunmaneError `malformed` for what we did not write."""
    if cursor is None:
        return None
    try:
        raw = urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4))
        place = msgspec.msgpack.decode(raw, type=wanted)
        if isinstance(place, tuple) and any(
            "\0" in one for one in cast("tuple[Any, ...]", place) if isinstance(one, str)
        ):
            raise ValueError("the database knows no such text")
    except (ValueError, msgspec.MsgspecError):
        raise GunmaneError("malformed", [Fault("bad_cursor", "cursor")]) from None
    return place


def next_link(path: str, query: Struct, cursor: str) -> str:
    """Return the address of the next page: the same question with another cursor."""
    given: dict[str, Any] = msgspec.to_builtins(query)
    defaults: dict[str, Any] = msgspec.to_builtins(type(query)())
    pairs: list[tuple[str, str]] = []
    for name, value in given.items():
        if name == "cursor" or value is None or value == defaults.get(name):
            continue
        text = ",".join(str(one) for one in value) if isinstance(value, list | tuple) else str(value)
        pairs.append((name, text.lower() if isinstance(value, bool) else text))
    return path + "?" + urlencode([*pairs, ("cursor", cursor)], quote_via=quote, safe=",")


def link_header(href: str) -> dict[str, str]:
    """Return the RFC 8288 header of a next page."""
    return {"Link": f'<{href}>; rel="next"'}
