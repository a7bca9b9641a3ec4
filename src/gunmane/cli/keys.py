"""`gunmane keys`: make, list and revoke API keys from the machine itself."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from gunmane import settings as settings_module
from gunmane.core.words import Role
from gunmane.store import access, database, pool
from gunmane.store.query import Conn


def add(commands: Any) -> None:
    """Add the sub-commands `keys create`, `keys list` and `keys revoke`."""
    keys = commands.add_parser("keys", help="API keys (APIキー)")
    actions = keys.add_subparsers(metavar="ACTION", required=True)
    create = actions.add_parser("create", help="make a key; it is printed this once")
    create.add_argument("--owner", required=True, metavar="CODE", help="code of the owner, as in region.toml")
    create.add_argument("--role", required=True, choices=[role.value for role in Role])
    create.add_argument("--purpose", required=True, help="what the key is for, and who holds it")
    create.add_argument("--expires", type=datetime.fromisoformat, metavar="TIME", help="ISO 8601; default: never")
    create.set_defaults(run=run_create)
    listing = actions.add_parser("list", help="list the keys of an owner, without secrets")
    listing.add_argument("--owner", required=True, metavar="CODE")
    listing.set_defaults(run=run_list)
    revoke = actions.add_parser("revoke", help="end a key at once")
    revoke.add_argument("--owner", required=True, metavar="CODE")
    revoke.add_argument("key", metavar="KEY", help="identifier of the key")
    revoke.set_defaults(run=run_revoke)


def run_create(options: argparse.Namespace) -> int:
    """Print a new key."""

    async def make(conn: Conn, owner_id: UUID) -> int:
        expires = options.expires
        if expires is not None and expires.tzinfo is None:
            expires = expires.replace(tzinfo=pool.JST)
        print(await access.create_key(conn, owner_id, Role(options.role), options.purpose, expires))
        return 0

    return _for_owner(options.owner, make)


def run_list(options: argparse.Namespace) -> int:
    """Print one line per key."""

    async def show(conn: Conn, owner_id: UUID) -> int:
        for key in await access.list_keys(conn):
            end = f"revoked {key.revoked_at:%Y-%m-%d %H:%M}" if key.revoked_at else "valid"
            if not key.revoked_at and key.expires_at:
                end = f"until {key.expires_at:%Y-%m-%d %H:%M}"
            print(f"{key.key_id}  {key.role.value:13}  {key.created_at:%Y-%m-%d}  {end:24}  {key.purpose}")
        return 0

    return _for_owner(options.owner, show)


def run_revoke(options: argparse.Namespace) -> int:
    """End a key; exit code 1 when there is none to end."""

    async def end(conn: Conn, owner_id: UUID) -> int:
        try:
            done = await access.revoke_key(conn, owner_id, UUID(options.key))
        except ValueError:
            done = False
        print("revoked" if done else "no such key that is still valid", file=sys.stdout if done else sys.stderr)
        return 0 if done else 1

    return _for_owner(options.owner, end)


def _for_owner(code: str, act: Callable[[Conn, UUID], Awaitable[int]]) -> int:
    """Act as the operator of one owner, in one transaction of the database of this installation."""

    async def main() -> int:
        settings = settings_module.read()
        ready = await database.prepare(
            home=settings.home, database_url=settings.database_url, admin_url=settings.admin_database_url
        )
        opened = await pool.open_pool(ready.admin_url, size=1)
        try:
            async with pool.writing(opened) as conn:
                owner_id = await access.owner_of(conn, code)
                if owner_id is None:
                    print(f"gunmane: there is no owner with the code {code}", file=sys.stderr)
                    return 1
                await access.operate(conn, [owner_id], [])
                return await act(conn, owner_id)
        finally:
            await opened.close()
            ready.close()

    return asyncio.run(main())
