"""Consents in the database."""

from datetime import date, datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from gunmane.core.plan.sharing import Sight
from gunmane.core.words import AssetClass, ConsentLevel
from gunmane.store.query import Conn, ReadConn, sql

_STRONGEST_FIRST = (ConsentLevel.FULL, ConsentLevel.CONDITION, ConsentLevel.AGGREGATE)


class Consent(Struct, frozen=True, kw_only=True):
    """What an owner lets the members of a region see of one asset class; ended by revoking, never deleted."""

    consent_id: UUID
    owner_id: UUID
    region_id: UUID
    asset_class: AssetClass
    level: ConsentLevel
    valid_from: date
    valid_to: date | None = None
    granted_by: str
    granted_at: datetime
    revoked_at: datetime | None = None


async def grant(conn: Conn, wanted: Consent) -> Consent | None:
    """Record a consent; None when its owner is no member of the region."""
    row = await conn.fetchrow(
        sql("consents", "grant"),
        wanted.owner_id, wanted.consent_id, wanted.region_id, wanted.asset_class.value, wanted.level.value,
        wanted.valid_from, wanted.valid_to, wanted.granted_by, wanted.granted_at,
    )  # fmt: skip
    return None if row is None else msgspec.convert(row, Consent)


async def given(conn: ReadConn, owner_id: UUID) -> list[Consent]:
    """List the consents that an owner has given, newest first."""
    return msgspec.convert(await conn.fetch(sql("consents", "list"), owner_id), list[Consent])


async def one(conn: ReadConn, owner_id: UUID, consent_id: UUID) -> Consent | None:
    """Read one consent of an owner."""
    row = await conn.fetchrow(sql("consents", "one"), owner_id, consent_id)
    return None if row is None else msgspec.convert(row, Consent)


async def revoke(conn: Conn, owner_id: UUID, consent_id: UUID, at: datetime) -> Consent | None:
    """End a consent; it stops counting with the next transaction of anybody."""
    row = await conn.fetchrow(sql("consents", "revoke"), owner_id, consent_id, at)
    return None if row is None else msgspec.convert(row, Consent)


async def sight(conn: ReadConn) -> Sight:
    """Tell what the principal may see at this moment of the owners that it knows, by their codes."""
    own: set[str] = set()
    levels: dict[tuple[str, AssetClass], ConsentLevel] = {}
    for code, mine, *given_by_level in await conn.fetch(sql("consents", "sight")):
        if mine:
            own.add(code)
        for level, classes in zip(_STRONGEST_FIRST, given_by_level, strict=True):
            for asset_class in classes:
                levels.setdefault((code, AssetClass(asset_class)), level)
    return Sight(frozenset(own), levels)
