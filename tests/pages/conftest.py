"""A region of two towns with scored bridges, and the pages over it."""

from collections.abc import AsyncIterator
from datetime import date
from uuid import UUID

import httpx
import pytest
import shapely
from litestar import Litestar
from litestar.datastructures import State

from gunmane.core.words import Role
from gunmane.pages.regions import router
from gunmane.store import access, overview, pool, tallies
from gunmane.store.ids import uuid7
from tests.conftest import Database

LON, LAT = 140.62, 38.0


class Region:
    """What the tests need to know of the region."""

    def __init__(self) -> None:
        self.region_id, self.one, self.two, self.stranger = uuid7(), uuid7(), uuid7(), uuid7()
        self.other_region = uuid7()
        self.keys: dict[UUID, str] = {}


async def put_bridge(conn: pool.Pool, owner: UUID, number: str, loss: float, grade: str, at: float) -> None:
    """Store one bridge with its grade and risk."""
    asset = uuid7()
    point = shapely.Point(LON + at, LAT)
    await conn.execute(
        "INSERT INTO assets (owner_id, asset_id, asset_class, number, name, length_m, geometry, bounds, origin,"
        " built_year, built_precision)"
        " VALUES ($1, $2, 'bridge', $3, $4, 12.5, $5, box(point($6, $7)), 'simulated', 1975, 'fiscal_year')",
        owner, asset, number, f"橋<{number}>", shapely.to_wkb(point), point.x, point.y,
    )  # fmt: skip
    inspection = uuid7()
    await conn.execute(
        "INSERT INTO inspections (owner_id, inspection_id, asset_id, asset_class, inspected_on, scale, grade, origin)"
        " VALUES ($1, $2, $3, 'bridge', $4, 'road-soundness', $5, 'simulated')",
        owner, inspection, asset, date(2023, 5, 1), grade,
    )  # fmt: skip
    await conn.execute(
        "INSERT INTO conditions (owner_id, asset_id, asset_class, scale, grade, inspected_on, inspection_id)"
        " VALUES ($1, $2, 'bridge', 'road-soundness', $3, $4, $5)",
        owner, asset, grade, date(2023, 5, 1), inspection,
    )  # fmt: skip
    await conn.execute(
        "INSERT INTO risks (owner_id, asset_id, asset_class, bad_5y, bad_5y_low, bad_5y_high, consequence_yen,"
        " loss_yen_per_year, likelihood_band, consequence_band, reasons, run_id)"
        " VALUES ($1, $2, 'bridge', 0.12, 0.07, 0.19, 1e7, $3, 3, 4, $4, $5)",
        owner, asset, loss, [{"code": "detour", "factor": 3.2, "value": 1200.0, "assumed": False}], uuid7(),
    )  # fmt: skip


@pytest.fixture
async def region(db: Database) -> Region:
    """Two towns in one region and a third outside; the first shares its bridges with the region."""
    made = Region()
    opened = await pool.open_pool(db.admin_url, size=1)
    owners = {made.one: "架空あおば市", made.two: "架空みどり町", made.stranger: "架空よその市"}
    async with pool.writing(opened) as conn:
        await access.operate(conn, list(owners), [made.region_id, made.other_region])
        for region_id, name in ((made.region_id, "架空広域圏"), (made.other_region, "よその圏")):
            await conn.execute(
                "INSERT INTO regions (region_id, name, origin) VALUES ($1, $2, 'simulated')", region_id, name
            )
        for owner, name in owners.items():
            await conn.execute(
                "INSERT INTO owners (owner_id, code, name, kind, population, origin)"
                " VALUES ($1, $2, $3, 'municipality', 12000, 'simulated')",
                owner, f"sim-{owner}", name,
            )  # fmt: skip
            await conn.execute(
                "INSERT INTO region_members (region_id, owner_id, joined_on) VALUES ($1, $2, '2026-04-01')",
                made.other_region if owner == made.stranger else made.region_id,
                owner,
            )
            for number, (loss, grade, at) in {
                "B-1": (2_500_000.0, "IV", 0.0),
                "B-2": (30_000.0, "II", 0.01),
                "B-3": (400.0, "I", 0.02),
            }.items():
                await put_bridge(conn, owner, f"{number}-{name[2]}", loss, grade, at)
            made.keys[owner] = await access.create_key(conn, owner, Role.PLANNER, "test")
        await conn.execute(
            "INSERT INTO consents (owner_id, consent_id, region_id, asset_class, level, valid_from, granted_by)"
            " VALUES ($1, $2, $3, 'bridge', 'full', '2026-04-01', 'test')",
            made.one, uuid7(), made.region_id,
        )  # fmt: skip
        await tallies.recount(conn, list(owners))
        await overview.recount_cells(conn, list(owners))
    await opened.close()
    return made


@pytest.fixture
async def client(db_pool: pool.Pool) -> AsyncIterator[httpx.AsyncClient]:
    """A browser without scripts."""
    app = Litestar([router], state=State({"pool": db_pool}), openapi_config=None)
    transport = httpx.ASGITransport(app=app)  # pyright: ignore[reportArgumentType]
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as made:
        yield made
