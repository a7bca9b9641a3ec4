"""How many statements a request sends: few, and the same however many rows there are."""

from typing import Any

import pytest

from gunmane.core.words import Role
from tests.http.conftest import World
from tests.http.test_inspections import inspection

TRANSACTION = 2
"""BEGIN and COMMIT."""


@pytest.fixture
async def sent(world: World) -> list[str]:
    """Every statement that the service sends from now on."""
    found: list[str] = []

    def note(record: Any) -> None:
        # asyncpg looks up unknown types once per connection, with jit switched off meanwhile
        if "typeinfo_tree" not in record.query and "'jit'" not in record.query:
            found.append(record.query)

    pool = world.app.state.services.pool
    async with pool.acquire() as connection:
        # the pool hands out the connection returned last, so all requests made one after another use this one
        connection.add_query_logger(note)
    return found


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/v1/me", 2), ("/v1/regions", 2), ("/v1/assets?limit=1000", 4), ("/v1/assets.geojson", 4),
        ("/v1/assets/{bridge}", 3), ("/v1/inspections", 3), ("/v1/due", 5), ("/v1/risks", 4), ("/v1/plans", 2),
        ("/ogc/collections/bridge/items", 3), ("/v1/shared-assets", 2), ("/v1/tallies", 3), ("/v1/models", 2),
    ],
)  # fmt: skip
async def test_a_request_sends_few_statements_whatever_it_finds(
    path: str, most: int, world: World, sent: list[str]
) -> None:
    address = path.format(bridge=world.a.bridge)
    counts: list[int] = []
    for _ in range(2):
        del sent[:]
        answer = await world.client.get(address, headers=world.a.auth(Role.VIEWER))
        assert answer.status_code == 200
        counts.append(len(sent))
        await world.admin(
            "INSERT INTO assets (owner_id, asset_id, asset_class, number, origin) SELECT $1, gen_random_uuid(),"
            " 'bridge', 'more-' || n, 'api' FROM generate_series(1, 200) AS n ON CONFLICT DO NOTHING",
            world.a.owner_id,
        )
    assert counts[1] <= counts[0] <= most + TRANSACTION, "more rows, or the same again, take no more statements"


async def test_logging_an_inspection_takes_two_statements(world: World, sent: list[str]) -> None:
    headers = world.a.auth(**{"Idempotency-Key": "k"})
    answer = await world.client.post("/v1/inspections", json=inspection(world), headers=headers)
    assert answer.status_code == 201
    assert len(sent) == 2 + TRANSACTION, sent


async def test_a_batch_takes_the_same_statements_for_one_row_or_many(world: World, sent: list[str]) -> None:
    rows: list[Any] = await world.admin(
        "INSERT INTO assets (owner_id, asset_id, asset_class, number, origin) SELECT $1, gen_random_uuid(),"
        " 'bridge', 'more-' || n, 'api' FROM generate_series(1, 300) AS n RETURNING asset_id::text",
        world.a.owner_id,
    )
    counts: list[int] = []
    for part in (rows[:1], rows[1:]):
        del sent[:]
        lines = "\n".join(f'{{"asset_id": "{row["asset_id"]}", "inspected_on": "2026-11-20"}}' for row in part)
        headers = world.a.auth(**{"Content-Type": "application/x-ndjson"})
        answer = await world.client.post("/v1/inspections/batch", content=lines.encode(), headers=headers)
        assert answer.json()["logged"] == len(part)
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 12
