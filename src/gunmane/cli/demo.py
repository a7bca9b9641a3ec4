"""`gunmane demo`: a simulated region from ledgers to plan, then the service over it."""

import argparse
import asyncio
import os
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console

from gunmane import settings as configuration
from gunmane.cli.build import Made, build_region
from gunmane.cli.serve import check_address, serve_ready
from gunmane.core.errors import GunmaneError
from gunmane.core.words import Role
from gunmane.files.faults import said
from gunmane.flows.demo import open_region
from gunmane.flows.simulate import simulate
from gunmane.settings import Settings
from gunmane.store import database, pool


def add(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser(
        "demo", help="build and serve a simulated region (シミュレーション地域を作って公開)"
    )
    command.add_argument("--assets", type=int, default=20_000, help="size of the region (default: 20000)")
    command.add_argument("--owners", type=int, default=5, help="owners (default: 5)")
    command.add_argument("--seed", type=int, default=1)
    command.add_argument("--out", type=Path, default=Path("demo"), help="folder for ledgers and plan (default: demo)")
    command.add_argument("--no-serve", action="store_true", help="end before serving")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Simulate, build, print where to look, serve; exit code 1 with a sentence when something cannot be done."""
    console, started = Console(stderr=True), time.monotonic()
    given = configuration.read()
    try:
        if not options.no_serve:
            check_address(given.host, given.port)  # before the work, not after it
        ledgers = options.out / "ledgers"
        simulate(ledgers, options.owners, options.assets, options.seed, None, _silent)
        made = asyncio.run(build_region(ledgers / "region.toml", options.out, None, None, console))
        keys = asyncio.run(_keys(given, made, options.out / "keys.json"))
    except GunmaneError as error:
        print(f"gunmane: {said(error, 'ja')}\ngunmane: {said(error, 'en')}", file=sys.stderr)
        return 1
    host = made.file.owners[0]
    print(f"\n{made.file.region.name}")
    print(f"  計画書 / plan        {(options.out / 'plan.pdf').resolve()}")
    print(f"  全数値 / all numbers {(options.out / 'plan.json').resolve()}")
    print(f"  画面 / pages         http://{given.host}:{given.port}/")
    print(f"  API                  http://{given.host}:{given.port}/docs")
    print("  同意 / consents      全団体が全種類を公開（浄化槽は集計のみ） / every owner shares all (septic: counts)")
    print(f"  キー / keys ({host.name})")
    for role, key in keys.items():
        print(f"    {role.value:<14} {key}")
    if options.no_serve:
        print("  公開するには / to serve them: .venv/bin/gunmane serve")
    print(f"  {time.monotonic() - started:.0f} s\n", flush=True)
    return 0 if options.no_serve else serve_ready(given)


async def _keys(given: Settings, made: Made, path: Path) -> dict[Role, str]:
    """Open the region and give its first owner keys; those of an earlier run that still open stay.

    They are kept in a file that only its owner can read: the region is simulated, other keys are never stored.
    """
    ready = await database.prepare(
        home=given.home, database_url=given.database_url, admin_url=given.admin_database_url
    )
    try:
        opened = await pool.open_pool(ready.url, size=1, statement_cache=given.statement_cache)
        try:
            saved = made.imported.saved
            host = saved.owners[made.file.owners[0].code]
            now = datetime.now(pool.JST)
            members = list(saved.owners.values())
            keys = await open_region(opened, saved.region_id, members, host, now, _known_keys(path))
        finally:
            await opened.close()
    finally:
        ready.close()
    _keep_keys(path, keys)
    return keys


def _known_keys(path: Path) -> dict[Role, str]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[Role, str])
    except (OSError, msgspec.DecodeError):
        return {}


def _keep_keys(path: Path, keys: dict[Role, str]) -> None:
    partial = path.with_name(f".{path.name}.part")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(msgspec.json.encode(keys))
    partial.replace(path)


def _silent(_done: int, _total: int, _what: str) -> None: ...
