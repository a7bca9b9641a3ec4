"""The service in front of a fresh database with two towns of one region."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest
import shapely
from litestar import Litestar
from msgspec import structs

from gunmane import app as root
from gunmane.core.plan.findings import MapLayer, MapShape
from gunmane.core.plan.sheet import Work, encode
from gunmane.core.plan.values import Measure, Text
from gunmane.core.words import AssetClass, Role
from gunmane.settings import Settings
from gunmane.store import access, pool
from gunmane.store.ids import uuid7
from tests.conftest import Database
from tests.examples_models import proposal
from tests.examples_sheet import example

EMPTY = hashlib.sha256(b"").hexdigest()
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=pool.JST)


class Town:
    """An owner with assets and a key of each role."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.lon = {"a": 139.812345, "b": 139.954321}[code]
        self.owner_id = uuid7()
        self.bridge = uuid7()
        self.septic = uuid7()
        self.inspection = uuid7()
        self.repair = uuid7()
        self.consent = uuid7()
        self.records = uuid7()
        self.region = uuid7()
        self.keys: dict[Role, str] = {}

    def auth(self, role: Role = Role.ENGINEER, **headers: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys[role]}", **headers}


class World:
    """The service, its database, and who lives in it."""

    def __init__(
        self, app: Litestar, client: httpx.AsyncClient, db: Database, towns: list[Town], region: UUID
    ) -> None:
        self.app = app
        self.client = client
        self.db = db
        self.a, self.b = towns
        self.region = region
        for town in towns:
            town.region = region

    async def part(self) -> None:
        """Town b leaves the region for one of its own, and both towns get rows of every other kind."""
        self.b.region = uuid7()
        await self.admin("DELETE FROM region_members WHERE owner_id = $1", self.b.owner_id)
        await self.admin(
            "INSERT INTO regions (region_id, name, origin) VALUES ($1, 'secret b', 'api')", self.b.region
        )
        await self.admin("INSERT INTO region_members VALUES ($1, $2, '2026-04-01')", self.b.region, self.b.owner_id)
        for town in (self.a, self.b):
            await furnish(self, town)

    async def admin(self, query: str, *values: Any) -> list[Any]:
        """Run a statement as superuser."""
        from gunmane.store import database

        connection = await database.connect(self.db.admin_url)
        try:
            return await connection.fetch(query, *values)
        finally:
            await connection.close()


async def settle(db: Database, towns: list[Town], region: UUID) -> None:
    """Put the towns into the database."""
    opened = await pool.open_pool(db.admin_url, size=1)
    async with pool.writing(opened) as conn:
        await access.operate(conn, [town.owner_id for town in towns], [region])
        await conn.execute("INSERT INTO regions (region_id, name, origin) VALUES ($1, '試験圏域', 'api')", region)
        for town in towns:
            await _settle_one(conn, town, region)
    await opened.close()


async def _settle_one(conn: Any, town: Town, region: UUID) -> None:
    owner = town.owner_id
    await conn.execute(
        "INSERT INTO owners (owner_id, code, name, kind, origin) VALUES ($1, $2, $2, 'municipality', 'api')",
        owner, town.code,
    )  # fmt: skip
    await conn.execute("INSERT INTO region_members VALUES ($1, $2, '2026-04-01')", region, owner)
    await conn.execute(
        "INSERT INTO assets (owner_id, asset_id, asset_class, number, name, built_year, built_precision, geometry,"
        " bounds, origin, attributes) VALUES ($1, $2, 'bridge', 'B-1', $3, 1975, 'fiscal_year', $4,"
        " box(point(139.75, 36), point(139.75, 36)), 'ledger', '{\"class\": \"bridge\", \"spans\": 2}')",
        owner, town.bridge, f"secret {town.code} bridge", shapely.to_wkb(shapely.Point(139.75, 36)),
    )  # fmt: skip
    await conn.execute(
        "INSERT INTO assets (owner_id, asset_id, asset_class, number, origin)"
        " VALUES ($1, $2, 'septic', 'S-1', 'api')",
        owner, town.septic,
    )  # fmt: skip
    await conn.execute(
        "INSERT INTO inspections (owner_id, inspection_id, asset_id, asset_class, inspected_on, duty, scale, grade,"
        " origin) VALUES ($1, $2, $3, 'bridge', '2022-06-01', 'road.periodic', 'road-soundness', 'II', 'ledger')",
        owner, town.inspection, town.bridge,
    )  # fmt: skip
    await conn.execute(
        "INSERT INTO conditions VALUES ($1, $2, 'bridge', 'road-soundness', 'II', '2022-06-01', $3)",
        owner, town.bridge, town.inspection,
    )  # fmt: skip
    await conn.execute(
        "INSERT INTO repairs (owner_id, repair_id, asset_id, asset_class, repaired_on, kind, origin)"
        " VALUES ($1, $2, $3, 'bridge', '2020-06-01', 'repair', 'ledger')",
        owner, town.repair, town.bridge,
    )  # fmt: skip
    town.keys = {role: await access.create_key(conn, owner, role, "test") for role in Role}


async def furnish(world: World, town: Town) -> None:
    """Give a town rows of the kinds that computations and imports make, all under the identifier `records`."""
    owner, region, record, secret = town.owner_id, town.region, town.records, f"secret {town.code}"
    statements: list[tuple[str, tuple[Any, ...]]] = [
        ("INSERT INTO consents (owner_id, consent_id, region_id, asset_class, level, valid_from, granted_by)"
         " VALUES ($1, $2, $3, 'tunnel', 'aggregate', '2026-04-01', $4)", (owner, town.consent, region, secret)),
        ("INSERT INTO ledgers (owner_id, ledger_id, path, asset_class, sha256, rows_read, rows_new, rows_changed,"
         " rows_unchanged, rows_missing, rows_rejected, rows_flagged, origin)"
         " VALUES ($1, $2, $3, 'bridge', '', 1, 0, 0, 0, 0, 1, 0, 'ledger')", (owner, record, secret)),
        ("INSERT INTO rejected_rows VALUES ($1, $2, 1, jsonb_build_array($3::text), '[]')", (owner, record, secret)),
        ("INSERT INTO runs (region_id, run_id, kind, inputs_digest, seed, code_version, state)"
         " VALUES ($1, $2, 'plan', $3, 1, '1', 'done')", (region, record, secret)),
        ("INSERT INTO models (region_id, model_id, run_id, asset_class, scale, card, fit, digest)"
         " VALUES ($1, $2, $2, 'bridge', 'road-soundness', $3::jsonb, '{}', 'd')",
         (region, record, msgspec.json.encode(proposal(1, secret).card).decode())),
        ("INSERT INTO model_owners VALUES ($1, $2, $3, 'bridge', $4::jsonb, '{}', '[]')",
         (owner, region, record, msgspec.json.encode(proposal(1).owners[1].card).decode())),
        ("INSERT INTO model_decisions VALUES ($1, $2, $2, 'retired', '2026-11-01', $3, $3)",
         (region, record, secret)),
        ("INSERT INTO plans (region_id, plan_id, run_id, edition, as_of, sheet, pdf)"
         " VALUES ($1, $2, $2, 1, '2026-11-23', jsonb_build_object('title', $3::text), 'secret')",
         (region, record, secret)),
        ("INSERT INTO plan_overrides (region_id, override_id, owner, code, content, key_id, recorded_at)"
         " VALUES ($1, $2, $3, 'x', jsonb_build_object('code', 'x', 'owner', $3::text, 'alternative', 'keep',"
         " 'reason', 'staff', 'by', $4::text, 'on', '2026-11-01'), $2, now())", (region, record, town.code, secret)),
        ("INSERT INTO plan_jobs (region_id, job_id, as_of, error, key_id, requested_at, state)"
         " VALUES ($1, $2, '2026-11-23', $3, $2, now(), 'failed')", (region, record, secret)),
        ("INSERT INTO plan_comments VALUES ($1, $2, $2, '', $3, $4, $4, $2, now())",
         (region, record, owner, secret)),
        ("INSERT INTO schedules VALUES ($1, $2, 1, '2026-11-24', '2026-12-20', jsonb_build_object('region', $3::text,"
         " 'first', '2026-11-24', 'people', '[]'::jsonb, 'work', '[]'::jsonb), jsonb_build_object('first',"
         " '2026-11-24', 'last', '2026-12-20', 'tours', '[]'::jsonb), 0, 0, 0, $2, now(), now())",
         (region, record, secret)),
        ("INSERT INTO risks (owner_id, asset_id, asset_class, consequence_yen, loss_yen_per_year, likelihood_band,"
         " consequence_band, reasons, run_id) VALUES ($1, $2, 'bridge', 1e7, 5000, 3, 3,"
         " jsonb_build_array($3::text), $4)", (owner, town.bridge, secret, record)),
        ("INSERT INTO due_items (owner_id, asset_id, asset_class, duty, state, due, rule, basis, reason_ja,"
         " reason_en, engineer, run_id) VALUES ($1, $2, 'bridge', 'road.periodic', 'overdue', '2026-05-31', 'r', 'b',"
         " $3, $3, $3, $4)", (owner, town.bridge, secret, record)),
        ("INSERT INTO tallies VALUES ($1, 'bridge', 'grade', $2, 1)", (owner, secret)),
        ("INSERT INTO photos VALUES ($1, $2, decode($3, 'hex'), 'image/png', convert_to($4, 'UTF8'), now())",
         (owner, town.inspection, EMPTY, secret)),
        ("INSERT INTO asset_history (owner_id, asset_id, asset_class, number, name, built_precision, status, origin,"
         " flags, revision, recorded_at, superseded_at) VALUES ($1, $2, 'bridge', 'B-0', $3, 'unknown',"
         " 'in_service', 'api', '{}', 1, '2026-01-01', '2026-04-01')", (owner, town.bridge, secret)),
        ("INSERT INTO recipients (owner_id, recipient_id, role, name, email, contact, created_at, changed_at)"
         " VALUES ($1, $2, 'officer', $3, 'a@example.jp', $3, '2026-11-01', '2026-11-01')", (owner, record, secret)),
        ("INSERT INTO ladders VALUES ($1, $2, 'officer', '*', '{30}', NULL, 0, 1, false, $3, '2026-11-01')",
         (owner, record, secret)),
        ("INSERT INTO reminder_texts VALUES ($1, 'ja', 'footer', $2, '2026-11-01')", (owner, secret)),
        ("INSERT INTO messages (owner_id, message_id, key, recipient_id, channel, language, subject, body, items,"
         " state, ready_at, last_error, created_at) VALUES ($1, $2, $3, $2, 'email', 'ja', $3, $3, '[]', 'dead',"
         " '2026-11-01', $3, '2026-11-01')", (owner, record, secret)),
        ("INSERT INTO reminders VALUES ($1, '2026-05-31', 'road.periodic', $2, $3, 7, '2026-11-01')",
         (owner, town.bridge, record)),
        ("INSERT INTO feeds (owner_id, feed_id, secret_sha256, kind, name, created_at)"
         " VALUES ($1, $2, sha256('x'), 'owner', $3, '2026-11-01')", (owner, record, secret)),
    ]  # fmt: skip
    for query, values in statements:
        await world.admin(query, *values)


async def plan_together(world: World) -> UUID:
    """Store a plan and a day plan of the region of both towns, under one identifier.

    Both name a bridge of each town and say where it stands.
    """
    made = example(owners=2)
    codes = {member.code: town for member, town in zip(made.members, (world.a, world.b), strict=True)}
    named = [
        Work(
            owner=code, asset_class=AssetClass.BRIDGE, number="B-1", name=f"secret {town.code} bridge", lon=town.lon,
            lat=36.0, measure=Measure.REPAIR, year=2027, grade="III", reason=Text("", ""),
        )
        for code, town in codes.items()
    ]  # fmt: skip
    places = tuple(MapShape(((town.lon, 36.0),), 3, "III", code) for code, town in codes.items())
    layer = MapLayer(asset_class=AssetClass.BRIDGE, shapes=places)
    sheet = encode(structs.replace(made, works=tuple(named), layers=(layer,), points=(Text("secret b", ""),)))
    text = sheet.decode()
    for code, town in codes.items():
        text = text.replace(f'"{code}"', f'"{town.code}"')
    plan_id = uuid7()
    await world.admin(
        "INSERT INTO runs (region_id, run_id, kind, inputs_digest, seed, code_version, state)"
        " VALUES ($1, $2, 'build', '', 1, '1', 'done')",
        world.region, plan_id,
    )  # fmt: skip
    await world.admin(
        "INSERT INTO plans (region_id, plan_id, run_id, edition, as_of, sheet, pdf)"
        " VALUES ($1, $2, $2, 7, '2026-11-23', $3::jsonb, 'secret b')",
        world.region, plan_id, text,
    )  # fmt: skip
    works = [
        {
            "id": town.code, "owner": town.code, "asset": str(town.bridge), "asset_class": "bridge",
            "duty": "road.periodic", "name": f"secret {town.code}", "place": [town.lon, 36.0], "minutes": 60,
            "qualifications": [], "first": "2026-11-24", "last": "2026-12-20",
        }
        for town in codes.values()
    ]  # fmt: skip
    roster = {"region": "r", "first": "2026-11-24", "people": [], "work": works}
    await world.admin(
        "INSERT INTO schedules VALUES ($1, $2, 1, '2026-11-24', '2026-12-20', $3::jsonb, jsonb_build_object('first',"
        " '2026-11-24', 'last', '2026-12-20', 'tours', '[]'::jsonb), 0, 0, 0, $2, now(), now())",
        world.region, plan_id, json.dumps(roster),
    )  # fmt: skip
    return plan_id


@asynccontextmanager
async def running(app: Litestar) -> AsyncIterator[None]:
    """Run the app's lifespan in a task of its own, as a server does: its cancel scopes ask for that."""
    started, stop = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.lifespan():
            started.set()
            await stop.wait()

    task = asyncio.create_task(live())
    await asyncio.wait([task, asyncio.create_task(started.wait())], return_when=asyncio.FIRST_COMPLETED)
    try:
        if task.done():
            await task
        yield
    finally:
        stop.set()
        await task


@asynccontextmanager
async def living(db: Database) -> AsyncIterator[World]:
    """Two towns, a and b, of one region, behind the service; it is 23 November 2026, noon, in Japan."""
    towns, region = [Town("a"), Town("b")], uuid7()
    await settle(db, towns, region)
    app = root.build(Settings(home=Path("/nonexistent"), pool_size=4), db.url, now=lambda: NOW)
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    async with running(app), httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield World(app, client, db, towns, region)


@pytest.fixture
async def world(db: Database) -> AsyncIterator[World]:
    """A world of one's own."""
    async with living(db) as made:
        yield made
