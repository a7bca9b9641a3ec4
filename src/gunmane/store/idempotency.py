"""Opening a request, and the answers of requests that may be repeated."""

from datetime import date, datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from gunmane.store.access import Principal, split
from gunmane.store.query import Conn, ReadConn, sql


class Kept(Struct, frozen=True):
    """An answer that was given once and is given again for the same request."""

    request_sha256: bytes
    status: int
    headers: dict[str, str]
    body: bytes


class Claim(Struct, frozen=True):
    """An idempotency key of one caller together with the digest of what is asked under it."""

    owner_id: UUID
    key_id: UUID
    key: str
    request_sha256: bytes


async def enter(
    conn: ReadConn,
    token: str,
    today: date,
    idempotency_key: str | None = None,
) -> tuple[Principal, Kept | None] | None:
    """Check a key, set this transaction's row-level settings, and find the answer kept under an idempotency key.

    Waits while another request holds the same idempotency key. None when the key opens nothing.
    """
    key = split(token)
    if key is None:
        return None
    row = await conn.fetchrow(sql("idempotency", "enter"), *key, today, idempotency_key)
    if row is None:
        return None
    kept = None if row["status"] is None else Kept(row["request_sha256"], row["status"], row["headers"], row["body"])
    return msgspec.convert(row, Principal), kept


async def keep(conn: Conn, claim: Claim, status: int, headers: dict[str, str], body: bytes) -> None:
    """Keep an answer so that the same request gets it again."""
    await conn.execute(
        sql("idempotency", "keep"),
        claim.owner_id, claim.key_id, claim.key, claim.request_sha256, status, headers, body,
    )  # fmt: skip


async def forget(conn: Conn, before: datetime) -> None:
    """Forget the principal's answers given before a moment."""
    await conn.execute(sql("idempotency", "forget"), before)
