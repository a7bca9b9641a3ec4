"""Models over the API: cards as far as consents go, adoption by planners, one adopted at a time."""

import json
from typing import Any
from uuid import UUID

import pytest

from gunmane.core.words import AssetClass, Role
from gunmane.store import access, models, pool
from gunmane.store.ids import uuid7
from tests.examples_models import proposal
from tests.http.conftest import Town, World


async def put(world: World, seed: int) -> UUID:
    """Store a proposal as a build does."""
    opened = await pool.open_pool(world.db.url, size=1)
    run_id, owners = uuid7(), [world.a.owner_id, world.b.owner_id]
    async with pool.writing(opened) as conn:
        await access.operate(conn, owners, [world.region])
        await conn.execute(
            "INSERT INTO runs (region_id, run_id, kind, inputs_digest, seed, code_version, state)"
            " VALUES ($1, $2, 'build', '', 1, '1', 'done')",
            world.region, run_id,
        )  # fmt: skip
        made = await models.save(conn, world.region, uuid7(), run_id, owners, proposal(seed))
        await models.save_forecast_model(
            conn, world.region, run_id, AssetClass.BRIDGE, "road-soundness", made, adopted=False
        )
    await opened.close()
    return made


async def post(world: World, path: str, body: dict[str, Any], role: Role = Role.PLANNER, **headers: str) -> Any:
    return await world.client.post(path, json=body, headers=world.a.auth(role, **headers))


async def card(world: World, town: Town, model_id: UUID) -> Any:
    return await world.client.get(f"/v1/models/{model_id}", headers=town.auth(Role.VIEWER))


WANTED = {"decided_by": "山田 花子", "reason": "検証でよく当たったため"}


async def test_a_planner_adopts_and_the_model_adopted_before_is_retired(world: World) -> None:
    first, second = await put(world, 1), await put(world, 2)
    assert await put(world, 1) == first, "the same fit found again is the same model"
    refused = await post(world, f"/v1/models/{first}/adoption", WANTED, Role.ENGINEER)
    assert refused.status_code == 403
    for blank in ("decided_by", "reason"):
        empty = await post(world, f"/v1/models/{first}/adoption", WANTED | {blank: " "})
        assert (empty.status_code, empty.json()["errors"][0]["code"]) == (422, "missing"), empty.text
    done = await post(world, f"/v1/models/{first}/adoption", WANTED, **{"Idempotency-Key": "k1"})
    assert (done.status_code, done.json()["state"], done.json()["adopted"]) == (200, "adopted", str(first))
    again = await post(world, f"/v1/models/{first}/adoption", WANTED, **{"Idempotency-Key": "k1"})
    assert again.headers["Idempotency-Replayed"] == "true"
    twice = await post(world, f"/v1/models/{first}/adoption", WANTED)
    assert (twice.status_code, twice.json()["errors"][0]["code"]) == (409, "model_adopted")
    stale = await post(world, f"/v1/models/{second}/adoption", WANTED | {"replaces": str(second)})
    assert (stale.status_code, stale.json()["errors"][0]["code"]) == (409, "other_adopted")
    done = await post(world, f"/v1/models/{second}/adoption", WANTED | {"replaces": str(first)})
    assert done.json()["state"] == "adopted"
    listed = (await world.client.get("/v1/models", headers=world.a.auth())).json()["items"]
    assert [(one["model_id"], one["state"]) for one in listed] == [(str(second), "adopted"), (str(first), "retired")]
    past = (await card(world, world.a, first)).json()["decisions"]
    assert [(one["state"], one["decided_by"]) for one in past] == [("retired", "山田 花子"), ("adopted", "山田 花子")]
    gone = await post(world, f"/v1/models/{second}/retirement", WANTED)
    assert (gone.json()["state"], gone.json()["adopted"]) == ("retired", None)
    none = await post(world, f"/v1/models/{second}/retirement", WANTED)
    assert (none.status_code, none.json()["errors"][0]["code"]) == (409, "model_not_adopted")


async def test_another_owners_part_of_a_card_is_seen_as_far_as_it_consents(world: World) -> None:
    model_id = await put(world, 1)
    shown = (await card(world, world.a, model_id)).json()
    assert [one["code"] for one in shown["owners"]] == ["a"]
    assert shown["owners_hidden"] == 1
    assert shown["counts"] is None, "what is summed over both tells the other's by subtraction"
    assert shown["check"] is None
    assert len(shown["grades"]) == 3, "hazards are the region's"
    assert "60" not in json.dumps(shown["said"]["basis"])
    await world.admin(
        "INSERT INTO consents (owner_id, consent_id, region_id, asset_class, level, valid_from, granted_by)"
        " VALUES ($1, $2, $3, 'bridge', 'aggregate', '2026-04-01', 'x')",
        world.b.owner_id, uuid7(), world.region,
    )  # fmt: skip
    shown = (await card(world, world.a, model_id)).json()
    assert [one["code"] for one in shown["owners"]] == ["a", "b"]
    assert shown["owners_hidden"] == 0
    assert shown["counts"]["intervals"] == 60
    assert "7" in shown["said"]["excluded"][0]["ja"]
    assert (await card(world, world.b, model_id)).json()["owners_hidden"] == 1, "consent is given, not exchanged"


async def test_the_database_itself_keeps_owners_parts_and_fits_as_they_were(world: World) -> None:
    model_id = await put(world, 1)
    opened = await pool.open_pool(world.db.url, size=1)
    async with pool.writing(opened) as conn:
        await access.authenticate(conn, world.a.keys[Role.PLANNER], pool_day())
        seen = await conn.fetch("SELECT owner_id FROM model_owners WHERE model_id = $1", model_id)
        assert [row["owner_id"] for row in seen] == [world.a.owner_id]
    for statement in ("UPDATE models SET fit = '{}'", "DELETE FROM models", "DELETE FROM model_decisions"):
        with pytest.raises(Exception, match="permission denied"):
            async with pool.writing(opened) as conn:
                await access.operate(conn, [world.a.owner_id], [world.region])
                await conn.execute(statement)
    await opened.close()


def pool_day() -> Any:
    from tests.http.conftest import NOW

    return NOW.date()


async def test_scores_say_which_model_they_come_from(world: World) -> None:
    model_id = await put(world, 1)
    (run,) = await world.admin("SELECT run_id FROM forecast_models")
    await world.admin(
        "INSERT INTO risks (owner_id, asset_id, asset_class, consequence_yen, loss_yen_per_year, likelihood_band,"
        " consequence_band, run_id) VALUES ($1, $2, 'bridge', 1, 1, 1, 1, $3)",
        world.a.owner_id, world.a.bridge, run["run_id"],
    )  # fmt: skip
    found = (await world.client.get("/v1/risks", headers=world.a.auth())).json()
    assert [(one["model_id"], one["adopted"]) for one in found["models"]] == [(str(model_id), False)]
