"""A demonstration started again: the same keys open it, whichever of them is lost or ended is made anew."""

from datetime import datetime
from pathlib import Path

from tests.conftest import Database

from gunmane.cli.demo import _keep_keys, _known_keys
from gunmane.core.words import Role
from gunmane.flows.demo import ROLES, open_region
from gunmane.store import access, database, pool
from gunmane.store.ids import uuid7


async def test_keys_stay_the_same_until_they_are_ended(db: Database, db_pool: pool.Pool, tmp_path: Path) -> None:
    region, host = uuid7(), uuid7()
    admin = await database.connect(db.admin_url)
    await admin.execute("INSERT INTO regions (region_id, name, origin) VALUES ($1, 'r', 'simulated')", region)
    await admin.execute(
        "INSERT INTO owners (owner_id, code, name, kind, origin) VALUES ($1, 'x', 'x', 'municipality', 'simulated')",
        host,
    )
    now = datetime.now(pool.JST)
    await admin.execute("INSERT INTO region_members VALUES ($1, $2, $3)", region, host, now.date())
    path = tmp_path / "keys.json"
    first = await open_region(db_pool, region, [host], host, now, _known_keys(path))
    assert set(first) == set(ROLES) == set(Role), "a key for each role"
    _keep_keys(path, first)
    assert path.stat().st_mode & 0o077 == 0
    assert await open_region(db_pool, region, [host], host, now, _known_keys(path)) == first
    assert await admin.fetchval("SELECT count(*) FROM api_keys") == len(Role)
    ended = access.split(first[Role.PLANNER])
    assert ended is not None
    await admin.execute("UPDATE api_keys SET revoked_at = now() WHERE key_id = $1", ended[0])
    known = {**_known_keys(path), Role.VIEWER: first[Role.ADMINISTRATOR], Role.ENGINEER: "no key"}
    second = await open_region(db_pool, region, [host], host, now, known)
    same = {role for role in Role if second[role] == first[role]}
    assert same == {Role.SCHEDULER, Role.ADMINISTRATOR}
    standing = "SELECT count(*) FROM api_keys WHERE revoked_at IS NULL"
    assert await admin.fetchval(standing) == len(Role), "what is not shown any more has ended"
    await admin.close()
