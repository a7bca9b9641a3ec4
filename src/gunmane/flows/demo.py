"""Opens a simulated region to visitors: its owners consent to share, and get keys."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from gunmane.core.words import AssetClass, ConsentLevel, Role
from gunmane.store import access, consents, pool
from gunmane.store.ids import uuid7
from gunmane.store.query import Conn

PURPOSE = "demo"
ROLES = (Role.VIEWER, Role.ENGINEER, Role.PLANNER, Role.SCHEDULER, Role.ADMINISTRATOR)


async def open_region(
    opened: pool.Pool,
    region_id: UUID,
    owners: Sequence[UUID],
    host: UUID,
    now: datetime,
    known: Mapping[Role, str] | None = None,
) -> dict[Role, str]:
    """Let every owner share every class in full, except septic systems (counts only), and give `host` its keys.

    With these consents the keys open the whole plan; without them they would get an excerpt.
    `known` are the keys of an earlier demonstration: those that still open stay, all others of it end.
    """
    async with pool.writing(opened) as conn:
        keys = {role: token for role, token in (known or {}).items() if await _opens(conn, token, host, role, now)}
        await access.operate(conn, owners, [region_id])
        for owner_id in owners:
            granted = {
                (one.asset_class, one.level) for one in await consents.given(conn, owner_id) if one.revoked_at is None
            }
            for asset_class in AssetClass:
                level = ConsentLevel.AGGREGATE if asset_class is AssetClass.SEPTIC else ConsentLevel.FULL
                if (asset_class, level) not in granted:
                    await consents.grant(
                        conn,
                        consents.Consent(
                            owner_id=owner_id,
                            consent_id=uuid7(),
                            region_id=region_id,
                            asset_class=asset_class,
                            level=level,
                            valid_from=now.date(),
                            granted_by=PURPOSE,
                            granted_at=now,
                        ),
                    )
        kept = {split[0] for token in keys.values() if (split := access.split(token))}
        for key in await access.list_keys(conn):
            if key.purpose == PURPOSE and key.owner_id == host and key.key_id not in kept:
                await access.revoke_key(conn, host, key.key_id)
        return {role: keys.get(role) or await access.create_key(conn, host, role, PURPOSE) for role in ROLES}


async def _opens(conn: Conn, token: str, host: UUID, role: Role, now: datetime) -> bool:
    """Tell whether a key of an earlier demonstration is still that owner's for that role."""
    found = await access.authenticate(conn, token, now.date())
    return found is not None and (found.owner_id, found.role, found.purpose) == (host, role, PURPOSE)
