"""Row-level security: what a key opens, what consent adds, what happens with no settings at all."""

from datetime import date
from uuid import UUID

import asyncpg
import pytest

from gunmane.core.errors import GunmaneError
from gunmane.core.words import Role
from gunmane.store import access, database, pool
from gunmane.store.ids import uuid7, uuid7_many
from tests.conftest import Database

TODAY = date(2026, 11, 23)


class Town:
    """An owner with one bridge and one septic system, and its keys by role."""

    owner_id: UUID
    bridge: UUID
    septic: UUID
    keys: dict[Role, str]


async def make_towns(db: Database, names: list[str]) -> tuple[UUID, list[Town]]:
    """Put towns of one region into the database as an operator."""
    opened = await pool.open_pool(db.admin_url, size=1)
    region, towns = uuid7(), []
    for _ in names:
        town = Town()
        town.owner_id, town.bridge, town.septic = uuid7(), uuid7(), uuid7()
        towns.append(town)
    async with pool.writing(opened) as conn:
        await access.operate(conn, [town.owner_id for town in towns], [region])
        await conn.execute("INSERT INTO regions (region_id, name, origin) VALUES ($1, 'R', 'api')", region)
        for name, town in zip(names, towns, strict=True):
            await conn.execute(
                "INSERT INTO owners (owner_id, code, name, kind, origin) VALUES ($1, $2, $2, 'municipality', 'api')",
                town.owner_id,
                name,
            )
            await conn.execute(
                "INSERT INTO region_members (region_id, owner_id, joined_on) VALUES ($1, $2, '2026-04-01')",
                region,
                town.owner_id,
            )
            for asset, kind in ((town.bridge, "bridge"), (town.septic, "septic")):
                await conn.execute(
                    "INSERT INTO assets (owner_id, asset_id, asset_class, number, name, origin)"
                    " VALUES ($1, $2, $3, 'n1', 'secret name', 'api')",
                    town.owner_id,
                    asset,
                    kind,
                )
            town.keys = {role: await access.create_key(conn, town.owner_id, role, "test") for role in Role}
    await opened.close()
    return region, towns


async def consent(db: Database, giver: Town, region: UUID, asset_class: str, level: str) -> UUID:
    opened = await pool.open_pool(db.admin_url, size=1)
    consent_id = uuid7()
    async with pool.writing(opened) as conn:
        await access.operate(conn, [giver.owner_id], [region])
        await conn.execute(
            "INSERT INTO consents (owner_id, consent_id, region_id, asset_class, level, valid_from, granted_by)"
            " VALUES ($1, $2, $3, $4, $5, '2026-04-01', 'test')",
            giver.owner_id,
            consent_id,
            region,
            asset_class,
            level,
        )
    await opened.close()
    return consent_id


async def visible(db_pool: pool.Pool, key: str, query: str = "SELECT asset_id FROM assets") -> set[UUID]:
    async with pool.writing(db_pool) as conn:
        assert await access.authenticate(conn, key, TODAY) is not None
        return {row[0] for row in await conn.fetch(query)}


async def test_without_settings_there_is_no_row(db: Database, db_pool: pool.Pool) -> None:
    await make_towns(db, ["a"])
    async with pool.reading(db_pool) as conn:
        assert await conn.fetch("SELECT 1 FROM assets UNION ALL SELECT 1 FROM owners") == []
    await db_pool.fetch("SELECT set_config('gm.own', '', false)")
    async with pool.reading(db_pool) as conn:
        assert await conn.fetch("SELECT 1 FROM assets UNION ALL SELECT 1 FROM regions") == []


async def test_a_key_opens_its_owners_rows_only(db: Database, db_pool: pool.Pool) -> None:
    _, (one, two) = await make_towns(db, ["a", "b"])
    assert await visible(db_pool, one.keys[Role.VIEWER]) == {one.bridge, one.septic}
    assert await visible(db_pool, two.keys[Role.ENGINEER]) == {two.bridge, two.septic}


async def test_settings_end_with_the_transaction(db: Database, db_pool: pool.Pool) -> None:
    _, (one,) = await make_towns(db, ["a"])
    single = await pool.open_pool(db.url, size=1)
    assert await visible(single, one.keys[Role.VIEWER])
    async with pool.reading(single) as conn:
        assert await conn.fetch("SELECT 1 FROM assets") == []
    await single.close()


async def test_full_consent_opens_one_class_and_revocation_closes_it(db: Database, db_pool: pool.Pool) -> None:
    region, (giver, taker) = await make_towns(db, ["a", "b"])
    consent_id = await consent(db, giver, region, "bridge", "full")
    assert await visible(db_pool, taker.keys[Role.PLANNER]) == {taker.bridge, taker.septic, giver.bridge}
    async with pool.writing(db_pool) as conn:
        await access.authenticate(conn, giver.keys[Role.ADMINISTRATOR], TODAY)
        await conn.execute("UPDATE consents SET revoked_at = now() WHERE consent_id = $1", consent_id)
    assert await visible(db_pool, taker.keys[Role.PLANNER]) == {taker.bridge, taker.septic}


async def test_condition_consent_opens_the_view_and_not_the_table(db: Database, db_pool: pool.Pool) -> None:
    region, (giver, taker) = await make_towns(db, ["a", "b"])
    await consent(db, giver, region, "bridge", "condition")
    await consent(db, giver, region, "septic", "condition")
    assert await visible(db_pool, taker.keys[Role.PLANNER]) == {taker.bridge, taker.septic}
    shared = await visible(db_pool, taker.keys[Role.PLANNER], "SELECT asset_id FROM shared_conditions")
    assert shared == {giver.bridge}, "a septic system's place is never shared one by one"
    with pytest.raises(asyncpg.UndefinedColumnError):
        await visible(db_pool, taker.keys[Role.PLANNER], "SELECT name FROM shared_conditions")


async def test_nobody_writes_into_another_owners_rows(db: Database, db_pool: pool.Pool) -> None:
    region, (giver, taker) = await make_towns(db, ["a", "b"])
    await consent(db, giver, region, "bridge", "full")
    async with pool.writing(db_pool) as conn:
        await access.authenticate(conn, taker.keys[Role.ADMINISTRATOR], TODAY)
        assert await conn.execute("UPDATE assets SET name = 'x' WHERE owner_id = $1", giver.owner_id) == "UPDATE 0"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await conn.execute(
                "INSERT INTO assets (owner_id, asset_id, asset_class, number, origin)"
                " VALUES ($1, $2, 'bridge', 'n2', 'api')",
                giver.owner_id,
                uuid7(),
            )


async def test_a_viewer_writes_nothing(db: Database, db_pool: pool.Pool) -> None:
    _, (one,) = await make_towns(db, ["a"])
    async with pool.writing(db_pool) as conn:
        await access.authenticate(conn, one.keys[Role.VIEWER], TODAY)
        assert await conn.execute("UPDATE assets SET name = 'x'") == "UPDATE 0"


async def test_inspections_cannot_be_changed_or_deleted(db: Database, db_pool: pool.Pool) -> None:
    _, (one,) = await make_towns(db, ["a"])
    for statement in ("UPDATE inspections SET grade = 'I'", "DELETE FROM inspections", "DELETE FROM asset_history"):
        async with db_pool.acquire() as conn:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with conn.transaction():
                    await access.authenticate(conn, one.keys[Role.ADMINISTRATOR], TODAY)
                    await conn.execute(statement)


@pytest.mark.parametrize(
    "token", ["", "gm_", "gm_zz_x", "gm_" + "0" * 32 + "_x", "Bearer x", "gm_" + "0" * 31 + "_é"]
)
async def test_what_is_no_key_opens_nothing(token: str, db_pool: pool.Pool) -> None:
    async with pool.writing(db_pool) as conn:
        assert await access.authenticate(conn, token, TODAY) is None


async def test_a_revoked_key_opens_nothing(db: Database, db_pool: pool.Pool) -> None:
    _, (one,) = await make_towns(db, ["a"])
    key = one.keys[Role.VIEWER]
    async with pool.writing(db_pool) as conn:
        await access.authenticate(conn, one.keys[Role.ADMINISTRATOR], TODAY)
        assert await access.revoke_key(conn, one.owner_id, access.split(key)[0])  # type: ignore[index]
    async with pool.writing(db_pool) as conn:
        assert await access.authenticate(conn, key, TODAY) is None


async def test_the_service_is_bound_even_when_a_superuser_logs_in(db: Database) -> None:
    opened = await pool.open_pool(db.admin_url, size=1)
    for opening in (pool.reading, pool.writing, pool.reading):
        async with opened.acquire() as session:
            # as behind a transaction pooler, where the next transaction meets a session that others have used
            await session.execute("RESET ROLE; RESET ALL")
            assert await session.fetchval("SELECT current_user::text") == "postgres", "no role outlives a transaction"
        async with opening(opened) as conn:
            assert await conn.fetchval("SELECT current_user::text") == "gunmane_app"
    await opened.close()


async def test_a_role_that_escapes_row_level_security_is_refused(db: Database) -> None:
    admin = await database.connect(db.admin_url)
    await admin.execute("ALTER ROLE gunmane_app BYPASSRLS")
    try:
        with pytest.raises(GunmaneError, match="role_unbound"):
            await pool.check(db.url)
        with pytest.raises(GunmaneError, match="role_unbound"):
            await pool.open_pool(db.admin_url, size=1)
    finally:
        await admin.execute("ALTER ROLE gunmane_app NOBYPASSRLS")
        await admin.close()
    await pool.check(db.url)


def test_identifiers_are_version_7_and_ascend() -> None:
    many = uuid7_many(1000)
    assert many == sorted(set(many))
    assert {one.version for one in many} == {7}
    assert uuid7().version == 7
