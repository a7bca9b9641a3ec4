"""Keys and who a connection speaks for."""

import hashlib
import secrets
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from gunmane.core.words import Role
from gunmane.store.ids import uuid7
from gunmane.store.query import Conn, ReadConn, sql


class Principal(Struct, frozen=True):
    """Who asks: the key, its owner, what it may do, and the regions that its owner belongs to."""

    key_id: UUID
    owner_id: UUID
    role: Role
    purpose: str
    regions: tuple[UUID, ...]


class Key(Struct, frozen=True):
    """A stored key without its secret."""

    owner_id: UUID
    key_id: UUID
    role: Role
    purpose: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


def digest(secret: str) -> bytes:
    """Hash a key's secret; it has 256 random bits, so a plain SHA-256 cannot be searched."""
    return hashlib.sha256(secret.encode()).digest()


def split(token: str) -> tuple[UUID, bytes] | None:
    """Read `gm_<32 hex digits>_<secret>`; None when the text is not a key."""
    parts = token.split("_", 2)
    if len(parts) != 3 or parts[0] != "gm" or len(parts[1]) != 32 or not parts[2]:
        return None
    try:
        return UUID(hex=parts[1]), digest(parts[2])
    except ValueError:
        return None


async def authenticate(conn: ReadConn, token: str, today: date) -> Principal | None:
    """Check a key and set this transaction's row-level settings; None when the key opens nothing.

    Must run inside a transaction: the settings end with it.
    """
    key = split(token)
    if key is None:
        return None
    row = await conn.fetchrow(sql("access", "authenticate"), *key, today)
    return None if row is None else msgspec.convert(row, Principal)


async def operate(conn: ReadConn, owners: Sequence[UUID], regions: Sequence[UUID]) -> None:
    """Let an operator at the command line work for these owners and regions until the transaction ends."""
    await conn.execute(sql("access", "operate"), list(owners), list(regions))


@asynccontextmanager
async def only(conn: ReadConn, owner_id: UUID) -> AsyncGenerator[None]:
    """Speak for one owner of several within the block.

    The row-level policies are asked for every row and read the list of owners anew each time: long lists make bulk
    work slow. An owner that is not among them is left to the policies. Nothing is widened after an error: the
    transaction is over then.
    """
    before = await conn.fetchrow(sql("access", "narrow"), owner_id)
    yield
    if before is not None:
        await conn.execute(sql("access", "widen"), before["own"], before["write"])


async def create_key(conn: Conn, owner_id: UUID, role: Role, purpose: str, expires_at: datetime | None = None) -> str:
    """Make a key and return its text, which is never stored and can't be shown again."""
    key_id, secret = uuid7(), secrets.token_urlsafe(32)
    await conn.execute(sql("access", "insert_key"), owner_id, key_id, digest(secret), role.value, purpose, expires_at)
    return f"gm_{key_id.hex}_{secret}"


async def list_keys(conn: ReadConn) -> list[Key]:
    """List the keys of the principal's owner."""
    return msgspec.convert(await conn.fetch(sql("access", "list_keys")), list[Key])


async def revoke_key(conn: Conn, owner_id: UUID, key_id: UUID) -> bool:
    """End a key at once; False when there was none to end."""
    return await conn.fetchrow(sql("access", "revoke_key"), owner_id, key_id) is not None


async def owner_of(conn: ReadConn, code: str) -> UUID | None:
    """Find the owner that a code stands for; for operators at the command line only."""
    return await conn.fetchval(sql("access", "owner_of"), code)
