"""Reading a class of assets in columns and writing scores back."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from gunmane.core.assess.fleets import Fleet
from gunmane.core.duties.columns import Coded
from gunmane.core.stock import OwnerFacts
from gunmane.core.words import AssetClass, Origin
from gunmane.store import access, copied, database, fleets, inspections_bulk, ledgers, pool, scores
from gunmane.store.ids import uuid7
from tests.conftest import Database
from tests.store.test_ledgers import BRIDGES, EVERYTHING, OWNER, columns, inspect, load, operating

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


async def read(opened: pool.Pool, owners: Sequence[UUID], as_of: date = date(2026, 3, 31)) -> Fleet | None:
    async with pool.reading(opened) as conn:
        await access.operate(conn, owners, [])
        facts = [(owner_id, OwnerFacts(code=owner_id.hex, name="t")) for owner_id in owners]
        return next(iter(await fleets.read_fleets(conn, (AssetClass.BRIDGE,), facts, as_of)), None)


async def owned_fleet(opened: pool.Pool) -> Fleet:
    found = await read(opened, [NEIGHBOUR, OWNER])
    assert found is not None
    return found


@pytest.mark.parametrize("piece", [1, 100, 4 << 20])
async def test_columns_say_what_was_loaded(owned: pool.Pool, monkeypatch: pytest.MonkeyPatch, piece: int) -> None:
    monkeypatch.setattr(copied, "PIECE", piece)
    await load(owned, BRIDGES)
    found = await owned_fleet(owned)
    assert found.numbers == ["1", "2", "3"]
    assert found.names == ["一の橋", "二の橋", "三\tの\\橋\n"]
    assert [owner.code for owner in found.owners] == [NEIGHBOUR.hex, OWNER.hex]
    assert found.owner.tolist() == [1, 1, 1]
    assert found.ids.shape == (3, 16)
    np.testing.assert_array_equal(found.column("spans"), [2, np.nan, np.nan])
    np.testing.assert_array_equal(found.column("length_m"), [12.5, np.nan, np.nan])
    np.testing.assert_array_equal(found.column("diameter_mm"), [np.nan, 300, np.nan])
    np.testing.assert_array_equal(found.built_year, [1970, np.nan, 2001])
    assert found.built_day.tolist() == [0, fleets.NO_DAY, (date(2001, 1, 1) - date(1970, 1, 1)).days]
    np.testing.assert_array_equal(found.place, [[139.7, 35.6], [np.nan, np.nan], [np.nan, np.nan]])
    assert found.flagged.tolist() == [False, True, False]
    assert "coordinate_id" not in {**found.columns, **found.texts}


async def test_an_empty_inventory_is_no_fleet(owned: pool.Pool) -> None:
    assert await read(owned, [OWNER]) is None


async def test_assets_stand_by_the_characters_of_their_numbers_and_codes_by_their_first_use(
    db: Database, owned: pool.Pool
) -> None:
    numbers = ["い", "b", "\x1fa", "ア", "Z", "あ", "10", "9"]
    rows = [{"number": one, "name": f"{one}橋", "attributes": {"structure": f"S{one}"}} for one in numbers]
    await load(owned, [*rows, {"number": "gone", "status": "abolished"}])
    found = await owned_fleet(owned)
    assert found.numbers == ["10", "9", "Z", "a", "b", "あ", "い", "ア"], "abolished ones and separators are left out"
    assert found.names == [f"{one}橋" for one in found.numbers]
    assert found.texts["structure"].labels == tuple(
        f"S{one}" for one in ("10", "9", "Z", "\x1fa", "b", "あ", "い", "ア")
    )
    assert found.texts["structure"].codes.tolist() == list(range(8))
    admin = await database.connect(db.admin_url)
    ids = [row[0].bytes for row in await admin.fetch('SELECT asset_id FROM assets ORDER BY number COLLATE "C"')]
    await admin.close()
    assert set(map(bytes, found.ids)) < set(ids)


async def test_histories_point_into_the_columns(owned: pool.Pool) -> None:
    await load(owned, BRIDGES)
    days = [date(2015, 6, 1), date(2020, 6, 1), date(1969, 6, 1), date(2026, 4, 1)]
    await inspect(owned, [("1", days[1], "III"), ("1", days[0], "II"), ("3", days[2], None), ("2", days[3], "I")])
    async with operating(owned) as conn:
        target = ledgers.Target(OWNER, AssetClass.BRIDGE, uuid7(), Origin.LEDGER)
        await ledgers.copy_in(
            conn,
            inspections_bulk.repair_batch(
                [2, 3], ["3", "1"], [days[0], days[1]], ["repair", "cleaning"], [5000, None], [None] * 2, ["{}"] * 2
            ),
        )
        await inspections_bulk.merge_repairs(conn, target)
    found = await owned_fleet(owned)
    looks, works = found.looks, found.works

    def told(asset: int, day: int, *words: tuple[Coded, int]) -> tuple[Any, ...]:
        said = [coded.labels[code] if code >= 0 else None for coded, code in words]
        return found.numbers[asset], date(1970, 1, 1) + timedelta(days=day), *said

    assert [
        told(asset, day, (looks.scale, looks.scale.codes[n]), (looks.grade, looks.grade.codes[n]))
        for n, (asset, day) in enumerate(zip(looks.asset.tolist(), looks.day.tolist(), strict=True))
    ] == [
        ("1", days[0], "road-soundness", "II"), ("1", days[1], "road-soundness", "III"), ("3", days[2], None, None)
    ], "what lies after the day of the data is left out"  # fmt: skip
    assert [
        told(asset, day, (works.kind, works.kind.codes[n]))
        for n, (asset, day) in enumerate(zip(works.asset.tolist(), works.day.tolist(), strict=True))
    ] == [("1", days[1], "cleaning"), ("3", days[0], "repair")]


async def test_what_a_newer_ledger_corrects_stands_no_longer(owned: pool.Pool) -> None:
    await load(owned, BRIDGES)
    for grade in ("II", "III"):
        await inspect(owned, [("1", date(2020, 6, 1), grade)])
    found = await owned_fleet(owned)
    assert [found.looks.grade.labels[code] for code in found.looks.grade.codes] == ["III"]


async def test_scores_replace_those_of_the_run_before(db: Database, owned: pool.Pool) -> None:
    await load(owned, BRIDGES)
    found = await owned_fleet(owned)
    who = {"owner_id": scores.id_bytes([NEIGHBOUR, OWNER], found.owner), "asset_id": found.ids}
    nothing = np.full(3, np.nan)
    for loss in (1.5, 2.5):
        async with operating(owned) as conn:
            await scores.begin(conn)
            risks = scores.risk_batch(
                {
                    **who, **dict.fromkeys(scores.RISK_REALS, nothing), "bad_5y": np.array([0.25, np.nan, 0.5]),
                    "consequence_yen": np.full(3, 1e6), "loss_yen_per_year": np.full(3, loss),
                    "likelihood_band": np.array([1, 2, 3]), "consequence_band": np.array([3, 4, 5]),
                },
                [b'[{"code":"a"}]', b"[]", b"[]"],
            )  # fmt: skip
            run_id = uuid7()
            assert await scores.replace_risks(conn, [OWNER], AssetClass.BRIDGE, run_id, [risks]) == 3
            unknown = np.full(3, fleets.NO_DAY, dtype=np.int32)
            day = (date(2027, 3, 31) - date(1970, 1, 1)).days
            kinds = [
                scores.DueKind("road.periodic", "due", "r", "法", date(2027, 1, 1), "a-1"),
                scores.DueKind("road.periodic", "overdue", "r", None, None, None),
            ]
            due = scores.due_batch(
                {
                    **who, "kind": np.array([0, 1, 1]), "window_open": unknown, "due_soft": unknown,
                    "due": np.array([day, day, fleets.NO_DAY]), "anchor_on": unknown,
                }
            )  # fmt: skip
            assert await scores.replace_due_items(conn, [OWNER], AssetClass.BRIDGE, run_id, kinds, [due]) == 3
    admin = await database.connect(db.admin_url)
    rows = await admin.fetch(
        "SELECT loss_yen_per_year, bad_5y, likelihood_band, reasons FROM risks ORDER BY asset_id"
    )
    dates = await admin.fetch(
        "SELECT due, state, basis, planned_month, engineer, anchor_on FROM due_items ORDER BY asset_id"
    )
    await admin.close()
    assert [tuple(row)[:3] for row in rows] == [(2.5, 0.25, 1), (2.5, None, 2), (2.5, 0.5, 3)]
    assert [row["reasons"] for row in rows] == ['[{"code": "a"}]', "[]", "[]"]
    assert [tuple(row) for row in dates] == [
        (date(2027, 3, 31), "due", "法", date(2027, 1, 1), "a-1", None),
        (date(2027, 3, 31), "overdue", None, None, None, None),
        (None, "overdue", None, None, None, None),
    ]


def test_rows_of_the_test_are_laid_out_as_a_reader_would() -> None:
    _, fields, ids = columns(BRIDGES)
    assert set(ids) == set(ledgers.SCHEMES)
    batch = ledgers.asset_batch(*columns(BRIDGES), EVERYTHING)
    assert batch.rows == len(fields["number"]) == 3
    assert batch.data.startswith(b"PGCOPY\n")
