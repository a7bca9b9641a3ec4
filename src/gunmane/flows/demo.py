"""Opens a simulated region to visitors: its owners consent to share, and get keys."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from gunmane.core.words import AssetClass, ConsentLevel, Role
from gunmane.store import access, consents, pool
from gunmane.store.ids import uuid7

PURPOSE = "demo"
ROLES = (Role.VIEWER, Role.ENGINEER, Role.PLANNER, Role.ADMINISTRATOR)


async def open_region(
    opened: pool.Pool, region_id: UUID, owners: Sequence[UUID], host: UUID, now: datetime
) -> dict[Role, str]:
    """Let every owner share every class in full, except septic systems (counts only), and give `host` its keys.

    With these consents the keys open the whole plan; without them they would get an excerpt.
    Keys of an earlier demonstration end: a key cannot be shown twice.
    """
    async with pool.writing(opened) as conn:
        await access.operate(conn, owners, [region_id])
        for owner_id in owners:
            known = {
                (one.asset_class, one.level) for one in await consents.given(conn, owner_id) if one.revoked_at is None
            }
            for asset_class in AssetClass:
                level = ConsentLevel.AGGREGATE if asset_class is AssetClass.SEPTIC else ConsentLevel.FULL
                if (asset_class, level) not in known:
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
        for key in await access.list_keys(conn):
            if key.purpose == PURPOSE and key.owner_id == host:
                await access.revoke_key(conn, host, key.key_id)
        return {role: await access.create_key(conn, host, role, PURPOSE) for role in ROLES}
