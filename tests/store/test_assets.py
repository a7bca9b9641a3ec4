"""Lists of assets in the order of risk: on whatever way, all that fits is found, and nothing else."""

import random
from collections.abc import Sequence
from datetime import date, datetime
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from msgspec import Struct

from gunmane.core.words import AssetClass, ConsentLevel, Role
from gunmane.store import access, assets, consents, overview, pool, tallies, ways
from gunmane.store.ids import uuid7
from gunmane.store.query import Conn
from gunmane.store.ways import Wanted
from tests.conftest import Database

CLASSES, GRADES, STATES = ("bridge", "manhole", "septic"), ("I", "II", "IV"), ("overdue", "due", "waived")
STATUSES, PLACES = ("in_service", "in_service", "suspended", "closed"), ("042064", "042081", None)


class Row(Struct, frozen=True):
    """An asset as it was made."""

    owner_id: UUID
    asset_id: UUID
    asset_class: str
    status: str
    municipality: str | None
    at: tuple[float, float]
    loss: float | None
    grade: str | None
    state: str


class Town(Struct):
    """Two owners, a key of the first, and all their assets."""

    opened: pool.Pool
    owners: list[UUID]
    key: str
    rows: list[Row]

    def seen(self) -> list[Row]:
        """What the key opens: its own, and the other's bridges."""
        return [row for row in self.rows if row.owner_id == self.owners[0] or row.asset_class == "bridge"]


def _made(owners: Sequence[UUID], count: int) -> list[Row]:
    chance = random.Random(7)
    return [
        Row(
            chance.choice(owners), uuid7(), chance.choice(CLASSES), chance.choice(STATUSES), chance.choice(PLACES),
            (139 + chance.random() / 50, 36 + chance.random() / 50),
            None if k % 4 == 0 else float(chance.randrange(1, 40)),  # many have the same loss
            None if k % 3 == 0 else chance.choice(GRADES), chance.choice(STATES),
        )
        for k in range(count)
    ]  # fmt: skip


async def _write(conn: Conn, row: Row) -> None:
    keys = (row.owner_id, row.asset_id, row.asset_class)
    await conn.execute(
        "INSERT INTO assets (owner_id, asset_id, asset_class, number, status, municipality_code, bounds, origin)"
        " VALUES ($1, $2, $3, ($2::uuid)::text, $4, $5, box(point($6, $7), point($6, $7)), 'simulated')",
        *keys, row.status, row.municipality, *row.at,
    )  # fmt: skip
    if row.loss is not None:  # as a program writes it that knows nothing of the copies
        await conn.execute(
            "INSERT INTO risks (owner_id, asset_id, asset_class, consequence_yen, loss_yen_per_year, likelihood_band,"
            " consequence_band, run_id) VALUES ($1, $2, $3, 1, $4, 1, 1, $2)",
            *keys, row.loss,
        )  # fmt: skip
    if row.grade is not None:
        await conn.execute(
            "INSERT INTO conditions (owner_id, asset_id, asset_class, scale, grade, inspected_on, inspection_id)"
            " VALUES ($1, $2, $3, 'road-soundness', $4, '2024-05-05', $2)",
            *keys, row.grade,
        )  # fmt: skip
    await conn.execute(
        "INSERT INTO due_items (owner_id, asset_id, asset_class, duty, state, rule, run_id)"
        " VALUES ($1, $2, $3, 'd', $4, 'r', $2)",
        *keys, row.state,
    )  # fmt: skip


@pytest.fixture
async def town(db: Database) -> Any:
    opened = await pool.open_pool(db.admin_url, size=1)
    owners, region = [uuid7(), uuid7()], uuid7()
    rows = _made(owners, 300)
    async with pool.writing(opened) as conn:
        await access.operate(conn, owners, [region])
        await conn.execute("INSERT INTO regions (region_id, name, origin) VALUES ($1, 'r', 'simulated')", region)
        for k, owner in enumerate(owners):
            await conn.execute(
                "INSERT INTO owners (owner_id, code, name, kind, origin)"
                " VALUES ($1, $2, 'o', 'municipality', 'simulated')",
                owner, f"owner-{k}",
            )  # fmt: skip
            await conn.execute("INSERT INTO region_members VALUES ($1, $2, '2026-04-01')", region, owner)
        await consents.grant(
            conn,
            consents.Consent(
                owner_id=owners[1], consent_id=uuid7(), region_id=region, asset_class=AssetClass.BRIDGE,
                level=ConsentLevel.FULL, valid_from=date(2026, 4, 1), granted_by="x",
                granted_at=datetime(2026, 4, 1, tzinfo=pool.JST),
            ),
        )  # fmt: skip
        key = await access.create_key(conn, owners[0], Role.VIEWER, "test")
        for row in rows:
            await _write(conn, row)
        await tallies.recount(conn, owners)
        await overview.recount_cells(conn, owners)
    yield Town(opened, owners, key, rows)
    await opened.close()


def _expected(rows: Sequence[Row], wanted: Wanted) -> list[UUID]:
    def fits(row: Row) -> bool:
        checks = (
            (wanted.classes, row.asset_class), (wanted.grades, row.grade), (wanted.statuses, row.status),
            (wanted.due_states, row.state), (wanted.municipalities, row.municipality),
        )  # fmt: skip
        box = wanted.box
        inside = box is None or (box[0] <= row.at[0] <= box[2] and box[1] <= row.at[1] <= box[3])
        return inside and all(asked is None or value in asked for asked, value in checks)

    scored = [row for row in rows if row.loss is not None and fits(row)]
    scored.sort(key=lambda row: (row.loss or 0.0, row.asset_id), reverse=True)
    return [row.asset_id for row in scored]


async def _listed(town: Town, wanted: Wanted, limit: int) -> list[UUID]:
    """Page through the whole list."""
    found: list[UUID] = []
    after: tuple[float, UUID] | None = None
    while True:
        async with pool.reading(town.opened) as conn:
            assert await access.authenticate(conn, town.key, date(2026, 11, 23)) is not None
            reach = await ways.reach(conn, planned=True)
            rows = await assets.by_risk(conn, reach, wanted, after, limit, geometry=False)
        found += [row.asset_id for row in rows]
        if len(rows) < limit:
            return found
        after = (rows[-1].loss_yen_per_year or 0.0, rows[-1].asset_id)


SMALL, WIDE = (139.0, 36.0, 139.004, 36.004), (138.0, 35.0, 140.0, 37.0)


async def test_every_way_of_narrowing_finds_what_fits(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    choices = product(
        (None, ["bridge"], ["bridge", "septic"]), (None, ["IV"], ["I", "II"]), (None, ["closed"], ["in_service"]),
        (None, ["waived"]), (None, ["042064"]), (None, SMALL, WIDE),
    )  # fmt: skip
    asked = random.Random(3).sample(list(choices), 60)
    for classes, grades, statuses, states, places, box in asked:
        wanted = Wanted(
            classes=classes, grades=grades, statuses=statuses, due_states=states, municipalities=places, box=box
        )
        assert await _listed(town, wanted, 40) == _expected(town.seen(), wanted), wanted
        monkeypatch.setattr(assets, "rare", _never)
        assert await _listed(town, wanted, 40) == _expected(town.seen(), wanted), f"walked: {wanted}"
        monkeypatch.undo()
    assert any(_expected(town.seen(), Wanted(classes=c, grades=g, box=b)) for c, g, *_, b in asked)


async def _never(*_: object) -> bool:
    return False


async def test_what_lists_are_narrowed_by_follows_the_asset(town: Town) -> None:
    one = next(row for row in town.rows if row.owner_id == town.owners[0] and row.loss and row.status == "in_service")
    wanted = Wanted(statuses=["abolished"])
    assert await _listed(town, wanted, 10) == []
    async with pool.writing(town.opened) as conn:
        await access.operate(conn, town.owners, [])
        await conn.execute(
            "UPDATE assets SET status = 'abolished', municipality_code = '131016',"
            " bounds = box(point(1, 2), point(1, 2))"
            " WHERE asset_id = $1",
            one.asset_id,
        )
    for changed in (wanted, Wanted(municipalities=["131016"]), Wanted(box=(0.0, 1.0, 2.0, 3.0))):
        assert await _listed(town, changed, 10) == [one.asset_id]
