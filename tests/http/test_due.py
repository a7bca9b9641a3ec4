"""Due dates tell why they are so: which article, from which fact, as of when."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from gunmane.core.words import Role
from gunmane.store.ids import uuid7
from tests.http.conftest import World
from tests.http.test_inspections import inspection

AS_OF = "2026-09-30"


async def put_due(world: World, due: date, state: str, duty: str = "road.periodic") -> UUID:
    """Store a due date of town a's bridge as a run of 30 September 2026 found it."""
    run = uuid7()
    await world.admin(
        "INSERT INTO runs (region_id, run_id, kind, inputs_digest, seed, parameters, code_version, state)"
        " VALUES ($1, $2, 'build', '', 1, jsonb_build_object('as_of', $3::text), '1', 'done')",
        world.region, run, AS_OF,
    )  # fmt: skip
    await world.admin(
        "INSERT INTO due_items (owner_id, asset_id, asset_class, duty, state, due, rule, basis, run_id)"
        " VALUES ($1, $2, 'bridge', $3, $4, $5, 'road.periodic.structures', 'b', $6)",
        world.a.owner_id, world.a.bridge, duty, state, due, run,
    )  # fmt: skip
    return run


async def due_of(world: World) -> list[Any]:
    answer = await world.client.get("/v1/due", headers=world.a.auth(Role.VIEWER))
    assert answer.status_code == 200
    return answer.json()["items"]


@pytest.mark.parametrize("stored", [True, False])
async def test_the_reason_names_article_fact_and_day(world: World, stored: bool) -> None:
    """The bridge was inspected on 1 June 2022: five years later is FY2027, which ends on 31 March 2028."""
    await put_due(world, date(2028, 3, 31), "due")
    if stored:
        await world.admin("UPDATE due_items SET reason_ja = '記', reason_en = 'kept'")
    (item,) = await due_of(world)
    assert item["as_of"] == AS_OF
    assert item["number"] == "B-1"
    if stored:
        assert (item["reason_ja"], item["reason_en"]) == ("記", "kept")
        return
    assert "道路法" in item["reason_ja"]
    assert "2022)年6月1日" in item["reason_ja"]
    assert "令和8(2026)年9月30日現在" in item["reason_ja"]
    for part in ("Road Act", "1 June 2022", "31 March 2028", "As of 30 September 2026", "judged II"):
        assert part in item["reason_en"]
    assert "変わ" not in item["reason_ja"]
    assert "changed" not in item["reason_en"]


async def test_a_reason_does_not_hide_that_records_have_changed(world: World) -> None:
    await put_due(world, date(2028, 3, 31), "due")
    headers = world.a.auth(**{"Idempotency-Key": "k"})
    given = {**inspection(world), "inspected_on": "2025-06-01"}
    assert (await world.client.post("/v1/inspections", json=given, headers=headers)).status_code == 201
    (item,) = await due_of(world)
    assert item["due"] == "2028-03-31", "the date stays until the next computation"
    assert item["reason_en"].startswith("Records have changed since the computation as of 30 September 2026")
    assert "1 June 2025" in item["reason_en"]
    assert "記録が変わって" in item["reason_ja"]


async def test_a_duty_that_no_longer_arises_is_told(world: World) -> None:
    await put_due(world, date(2026, 12, 31), "in_window", "septic.article11")
    (item,) = await due_of(world)
    assert "does not arise" in item["reason_en"]
    assert "生じません" in item["reason_ja"]
