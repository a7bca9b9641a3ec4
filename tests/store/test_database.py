"""A database of one's own: logins that cannot do what they are asked to are told so."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from gunmane.core.errors import GunmaneError
from gunmane.store import database, pool
from tests.conftest import Database

NAME = "test_stranger"


@pytest.fixture
async def stranger(db: Database) -> AsyncIterator[str]:
    """Address of a login with no rights."""
    admin = await database.connect(db.admin_url)
    await admin.execute(f"CREATE ROLE {NAME} LOGIN PASSWORD 'none'")
    parts = urlsplit(db.admin_url)
    place = parts.netloc.rpartition("@")[2]
    yield parts._replace(netloc=f"{NAME}:none@{place}").geturl()
    await admin.execute(f"DROP OWNED BY {NAME}; DROP ROLE {NAME}")
    await admin.close()


async def test_a_login_that_is_no_member_of_the_services_role(db: Database, stranger: str) -> None:
    with pytest.raises(GunmaneError) as raised:
        await pool.check(stranger)
    assert (raised.value.code, raised.value.values) == ("role_cannot_serve", {"role": NAME})
    admin = await database.connect(db.admin_url)
    await admin.execute(f"GRANT gunmane_app TO {NAME}")
    await admin.close()
    await pool.check(stranger)


async def test_a_login_that_may_not_migrate(stranger: str, tmp_path: Path) -> None:
    with pytest.raises(GunmaneError, match="migration_refused"):
        await database.prepare(home=tmp_path, database_url=stranger)


@pytest.mark.parametrize("url", ["mysql://a@b/c", "postgresql://x:y@127.0.0.1:1x/z"])
async def test_an_address_that_is_none(url: str, tmp_path: Path) -> None:
    with pytest.raises(GunmaneError, match="database_unreachable"):
        await database.prepare(home=tmp_path, database_url=url)
    with pytest.raises(GunmaneError, match="database_unreachable"):
        await pool.check(url)
