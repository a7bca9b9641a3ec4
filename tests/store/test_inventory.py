"""Reading the inventory in columns and writing scores back."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from gunmane.core.inventory import BridgeAttributes
from gunmane.core.words import AssetClass, Origin, Precision
from gunmane.store import access, database, inspections_bulk, inventory, ledgers, pool, scores
from gunmane.store.ids import uuid7
from tests.conftest import Database
from tests.store.test_ledgers import BRIDGES, EVERYTHING, OWNER, SCALES, columns, inspect, load, operating, point

NEIGHBOUR = uuid7()


@pytest.fixture
async def owned(db: Database, db_pool: pool.Pool) -> pool.Pool:
    admin = await database.connect(db.admin_url)
    for owner_id in (OWNER, NEIGHBOUR):
        await admin.execute(
            "INSERT INTO owners (owner_id, code, name, kind, origin) VALUES ($1, $2, 't', 'utility', 'ledger')",
            owner_id,
            owner_id.hex,
        )
    await admin.close()
    return db_pool


async def read(opened: pool.Pool, owners: Sequence[UUID], **options: Any) -> inventory.Columns:
    async with pool.reading(opened) as conn:
        await access.operate(conn, owners, [])
        return await inventory.read_columns(conn, owners, AssetClass.BRIDGE, **options)


@pytest.mark.parametrize("page", [1, 2, 200_000])
async def test_columns_say_what_was_loaded(owned: pool.Pool, page: int) -> None:
    await load(owned, BRIDGES)
    found = await read(owned, [NEIGHBOUR, OWNER], geometry=True, page=page)
    order = sorted(range(3), key=lambda position: found.number[position])
    assert [found.number[position] for position in order] == ["1", "2", "3"]
    assert [found.name[position] for position in order] == ["一の橋", "二の橋", "三\tの\\橋\n"]
    assert [found.geometry[position] for position in order] == [point(139.7, 35.6), None, None]
    assert found.owners == (NEIGHBOUR, OWNER)
    assert found.owner.tolist() == [1, 1, 1]
    assert found.attributes[order[0]] == BridgeAttributes(spans=2)
    np.testing.assert_array_equal(found.length_m[order], [12.5, np.nan, np.nan])
    np.testing.assert_array_equal(found.built_year[order], [1970, np.nan, 2001])
    np.testing.assert_array_equal(found.longitude[order], [139.7, np.nan, np.nan])
    np.testing.assert_array_equal(found.numbers("spans")[order], [2, np.nan, np.nan])
    assert [found.built_precision.texts()[position] for position in order] == ["year", "unknown", "year"]
    asset = found.asset(order[1])
    assert (asset.asset_id, asset.owner_id, asset.diameter_mm) == (found.ids()[order[1]], OWNER, 300)
    assert (asset.built_precision, asset.origin, asset.built_year) == (Precision.UNKNOWN, Origin.LEDGER, None)
    assert inventory.positions(found, found.asset_id[::-1]).tolist() == [2, 1, 0]
    assert inventory.positions(found, np.zeros((1, 16), dtype=np.uint8)).tolist() == [-1]


async def test_an_empty_inventory_gives_empty_columns(owned: pool.Pool) -> None:
    found = await read(owned, [OWNER])
    assert (len(found), found.number, found.attributes, len(found.built_on)) == (0, [], [], 0)


async def test_what_was_known_at_a_moment(db: Database, owned: pool.Pool) -> None:
    await load(owned, BRIDGES[:2])
    admin = await database.connect(db.admin_url)
    between = await admin.fetchval("SELECT clock_timestamp()")
    await admin.close()
    await load(owned, [{**BRIDGES[0], "length_m": 99.0}, *BRIDGES[1:]])
    then, now = await read(owned, [OWNER], known_at=between), await read(owned, [OWNER])
    assert dict(zip(then.number, then.length_m.tolist(), strict=True))["1"] == 12.5
    assert dict(zip(now.number, now.length_m.tolist(), strict=True))["1"] == 99.0
    assert (len(then), len(now)) == (2, 3)
    assert len(await read(owned, [OWNER], known_at=between - timedelta(days=1))) == 0


@pytest.mark.parametrize("page", [1, 200_000])
async def test_histories_point_into_the_columns(owned: pool.Pool, page: int) -> None:
    await load(owned, BRIDGES)
    days = [date(2015, 6, 1), date(2020, 6, 1), date(1969, 6, 1)]
    await inspect(owned, [("1", days[1], "III"), ("1", days[0], "II"), ("3", days[2], None)])
    async with operating(owned) as conn:
        target = ledgers.Target(OWNER, AssetClass.BRIDGE, uuid7(), Origin.LEDGER)
        await ledgers.copy_in(
            conn,
            inspections_bulk.repair_batch(
                [2, 3], ["3", "1"], [days[0], days[1]], ["repair", "cleaning"], [5000, None], [None] * 2, ["{}"] * 2
            ),
        )
        await inspections_bulk.merge_repairs(conn, target)
    async with pool.reading(owned) as conn:
        await access.operate(conn, [OWNER], [])
        found = await inventory.read_columns(conn, [OWNER], AssetClass.BRIDGE)
        seen = await inventory.read_inspections(conn, found, SCALES, page=page)
        repairs = await inventory.read_repairs(conn, found, page=page)
    told = list(
        zip(
            [found.number[position] for position in seen.asset], seen.inspected_on.tolist(), seen.grade.texts(),
            seen.date_precision.texts(), strict=True,
        )
    )  # fmt: skip
    assert sorted(told) == [
        ("1", days[0], "road-soundness:II", "day"), ("1", days[1], "road-soundness:III", "day"),
        ("3", days[2], None, "day"),
    ]  # fmt: skip
    order = np.argsort([found.number[position] for position in repairs.asset])
    assert [repairs.kind.texts()[position] for position in order] == ["cleaning", "repair"]
    np.testing.assert_array_equal(repairs.cost_yen[order], [np.nan, 5000])


async def test_scores_replace_those_of_the_run_before(db: Database, owned: pool.Pool) -> None:
    await load(owned, BRIDGES)
    found = await read(owned, [OWNER])
    owner_id = scores.id_bytes(found.owners, found.owner)
    for loss in (1.5, 2.5):
        async with operating(owned) as conn:
            await scores.begin(conn)
            risks = scores.risk_batch(
                owner_id, found.asset_id, {"bad_5y": [0.25, None, 0.5]}, np.full(3, 1e6), np.full(3, loss),
                np.array([1, 2, 3]), np.array([3, 4, 5]), ['[{"code":"a"}]', None, None],
            )  # fmt: skip
            run_id = uuid7()
            assert await scores.replace_risks(conn, [OWNER], AssetClass.BRIDGE, run_id, [risks]) == 3
            nothing: list[Any] = [None] * 3
            due = scores.due_batch(
                scores.DueItemColumns(
                    owner_id=owner_id, asset_id=found.asset_id, duty=["road.periodic"] * 3, state=["due"] * 3,
                    window_open=nothing, due_soft=nothing, due=[date(2027, 3, 31)] * 3, anchor_on=nothing,
                    rule=["r"] * 3, basis=["b"] * 3, reason_ja=["理由"] * 3, reason_en=["why"] * 3,
                    planned_month=nothing, engineer=nothing,
                )
            )  # fmt: skip
            assert await scores.replace_due_items(conn, [OWNER], AssetClass.BRIDGE, run_id, [due]) == 3
    admin = await database.connect(db.admin_url)
    rows = await admin.fetch(
        "SELECT loss_yen_per_year, bad_5y, likelihood_band, reasons FROM risks ORDER BY asset_id"
    )
    dates = await admin.fetch("SELECT DISTINCT due, reason_ja FROM due_items")
    await admin.close()
    assert [tuple(row)[:3] for row in rows] == [(2.5, 0.25, 1), (2.5, None, 2), (2.5, 0.5, 3)]
    assert [row["reasons"] for row in rows][1:] == ["[]", "[]"]
    assert [tuple(row) for row in dates] == [(date(2027, 3, 31), "理由")]


def test_rows_of_the_test_are_laid_out_as_a_reader_would() -> None:
    _, fields, ids = columns(BRIDGES)
    assert set(ids) == set(ledgers.SCHEMES)
    batch = ledgers.asset_batch(*columns(BRIDGES), EVERYTHING)
    assert batch.rows == len(fields["number"]) == 3
    assert batch.data.startswith(b"PGCOPY\n")
