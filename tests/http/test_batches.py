"""Batches of inspections: one outcome a row, the same as row by row, dry runs, repeats."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest

from gunmane.core.words import Role
from gunmane.flows import batches as flow
from gunmane.store import batches as store
from gunmane.store.ids import uuid7
from tests.http.conftest import World
from tests.http.test_inspections import count, inspection


async def send(world: World, rows: list[Any], query: str = "", **headers: str) -> Any:
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    return await world.client.post(
        "/v1/inspections/batch" + query,
        content="\n".join(lines).encode(),
        headers=world.a.auth(**{"Content-Type": "application/x-ndjson", **headers}),
    )


async def test_each_row_has_its_own_outcome(world: World) -> None:
    rows = [
        inspection(world, grade="III"),
        inspection(world, grade="V", inspected_on="2026-11-19"),
        "{",
        inspection(world, asset_id=str(world.b.bridge)),
        inspection(world, asset_id=str(uuid7())),
        inspection(world, inspected_on="2026-11-21", grade="I"),
        {"asset_id": str(world.a.bridge), "colour": 1},
        inspection(world, grade="II"),
        "[1, ",
    ]
    answer = await send(world, rows)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["logged"], found["refused"], found["repeated"]) == (2, 7, 0)
    assert [(row["status"], [one["code"] for one in row["errors"]]) for row in found["rows"]] == [
        ("logged", []),
        ("refused", ["grade_unknown"]),
        ("refused", ["not_json"]),
        ("refused", ["asset_unknown"]),
        ("refused", ["asset_unknown"]),
        ("logged", []),
        ("refused", ["unknown_field", "missing"]),
        ("refused", ["same_day_twice"]),
        ("refused", ["not_json"]),
    ]
    assert found["rows"][3]["errors"] == found["rows"][4]["errors"]
    assert found["rows"][5]["flags"] == ["improved_without_repair"]
    assert await count(world) == 3
    asset = (await world.client.get(f"/v1/assets/{world.a.bridge}", headers=world.a.auth())).json()
    assert asset["condition"]["grade"] == "I"


async def test_what_is_nested_without_end_is_refused(world: World) -> None:
    deep = json.dumps(inspection(world, findings={"a": 0})).replace("0}", '{"a":' * 20_000 + "0" + "}" * 20_001)
    for body in (deep, '{"a":' * 20_000):
        headers = {**world.a.auth(), "Content-Type": "application/json"}
        answer = await world.client.post("/v1/inspections", content=body, headers=headers)
        assert answer.status_code == 400, answer.text
        assert [one["code"] for one in answer.json()["errors"]] == ["too_deep"]
    rows = (await send(world, [deep, inspection(world)])).json()
    assert (rows["logged"], rows["refused"]) == (1, 1)
    assert rows["rows"][0]["errors"][0]["code"] == "too_deep"


async def test_a_dry_run_says_the_same_and_keeps_nothing(world: World) -> None:
    rows = [inspection(world, inspection_id=str(uuid7()), grade="I"), inspection(world, inspected_on="2030-01-01")]
    dry = (await send(world, rows, "?dry_run=true")).json()
    assert await count(world) == 1
    real = (await send(world, rows)).json()
    assert await count(world) == 2
    assert dry["rows"] == real["rows"]
    assert (dry["dry_run"], real["dry_run"]) == (True, False)


async def test_a_repeated_batch_logs_nothing_twice(world: World) -> None:
    rows = [inspection(world, inspection_id=str(uuid7()), findings={"crack": "b"})]
    assert (await send(world, rows)).json()["logged"] == 1
    assert (await send(world, rows)).json()["repeated"] == 1
    changed = [rows[0] | {"grade": "IV"}]
    assert (await send(world, changed)).json()["rows"][0]["errors"][0]["code"] == "taken"
    one = await send(world, [inspection(world, inspected_on="2026-11-01")], **{"Idempotency-Key": "b"})
    two = await send(world, [inspection(world, inspected_on="2026-11-01")], **{"Idempotency-Key": "b"})
    assert one.content == two.content
    assert await count(world) == 3


async def test_corrections_in_a_batch_move_the_condition(world: World) -> None:
    rows = [inspection(world, inspected_on="2022-06-01", grade="III", supersedes=str(world.a.inspection))]
    answer = (await send(world, rows)).json()
    assert answer["logged"] == 1, answer
    asset = (await world.client.get(f"/v1/assets/{world.a.bridge}", headers=world.a.auth())).json()
    assert asset["condition"]["grade"] == "III"
    again = (await send(world, [rows[0] | {"grade": "IV"}])).json()
    assert again["refused"] == 1


async def test_a_viewer_sends_no_batch(world: World) -> None:
    answer = await world.client.post(
        "/v1/inspections/batch",
        content=b"",
        headers=world.a.auth(Role.VIEWER, **{"Content-Type": "application/x-ndjson"}),
    )
    assert answer.status_code == 403


@pytest.mark.parametrize("busy", [False, True])
async def test_a_batch_of_many_pieces_is_logged_whole_and_again_is_repeated(
    world: World, monkeypatch: pytest.MonkeyPatch, busy: bool
) -> None:
    """A second connection reads ahead; where none is free, the batch waits for none."""
    monkeypatch.setattr(flow, "PIECE", 7)
    beside, ahead = store.beside, list[bool]()

    @asynccontextmanager
    async def noted(spare: Any, owner_id: UUID) -> AsyncGenerator[Any]:
        taken: list[Any] = []
        while busy and (spare.get_idle_size() or spare.get_size() < spare.get_max_size()):
            taken.append(await spare.acquire())
        async with beside(spare, owner_id) as conn:
            ahead.append(conn is not None)
            yield conn
        for one in taken:
            await spare.release(one)

    monkeypatch.setattr(store, "beside", noted)
    await world.admin(
        "INSERT INTO assets (owner_id, asset_id, asset_class, number, built_year, built_precision, origin)"
        " SELECT $1, gen_random_uuid(), 'bridge', 'N-' || n, 1980, 'year', 'api' FROM generate_series(1, 40) AS n",
        world.a.owner_id,
    )
    found = await world.admin("SELECT asset_id FROM assets WHERE number LIKE 'N-%' ORDER BY number")
    bridges = [str(row["asset_id"]) for row in found]
    rows: list[Any] = []
    for n, bridge in enumerate(bridges):
        # three of each asset, the latest first: 2021 III, 2023 I (improved, asked about), 2025 II; some go wrong
        for day, grade in (("2025-04-01", "II"), ("2023-04-01", "I"), ("2021-04-01", "III")):
            rows.append(
                inspection(world, asset_id=bridge, inspected_on=day, grade=grade, inspection_id=str(uuid7()))
                | {"notes": str(n)}
            )
        rows.append(inspection(world, asset_id=bridge, inspected_on="1970-01-01", inspection_id=str(uuid7())))
    first = (await send(world, rows)).json()
    assert ahead == [not busy]
    assert (first["logged"], first["refused"]) == (120, 40)
    assert [row["row"] for row in first["rows"]] == list(range(1, 161))
    assert [row["flags"] for row in first["rows"][:4]] == [[], ["improved_without_repair"], [], []]
    conditions = await world.admin("SELECT grade, inspected_on FROM conditions WHERE asset_id = ANY ($1)", bridges)
    assert len(conditions) == 40
    assert {(row["grade"], str(row["inspected_on"])) for row in conditions} == {("II", "2025-04-01")}
    rows[1]["notes"] = "other"
    again = (await send(world, rows)).json()
    assert (again["logged"], again["repeated"], again["refused"]) == (0, 119, 41)
    assert again["rows"][1]["errors"][0]["code"] == "taken"
    assert await count(world) == 121
