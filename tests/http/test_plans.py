"""Editions of a plan over the API: decided once, by those who see all of it, and told apart in words."""

import io
from typing import Any
from uuid import UUID

import msgspec
import pikepdf
import pytest
from msgspec import structs

from gunmane.core.plan.sheet import PlanSheet, encode
from gunmane.core.words import Role
from gunmane.store import access, pool
from gunmane.store.ids import uuid7
from tests.examples_sheet import example
from tests.http.conftest import World

WANTED = {
    "decided_on": "2026-11-20", "meeting": "第3回協議会", "decided_by": "山田 花子", "title": "会長",
    "note": "賛成多数",
}  # fmt: skip


def own_sheet(town: str, version: str = "1") -> PlanSheet:
    """A plan of one town only, which its keys see whole."""
    made = example(owners=1)
    sheet = structs.replace(made, facts=structs.replace(made.facts, version=version))
    code = made.members[0].code
    text = encode(sheet).decode().replace(f'"{code}"', f'"{town}"')
    return msgspec.json.decode(text, type=PlanSheet)


async def put_plan(world: World, region: UUID, edition: int, sheet: PlanSheet) -> str:
    """Store an edition."""
    plan_id = uuid7()
    await world.admin(
        "INSERT INTO runs (region_id, run_id, kind, inputs_digest, seed, code_version, state)"
        " VALUES ($1, $2, 'build', '', 1, '1', 'done')",
        region, plan_id,
    )  # fmt: skip
    await world.admin(
        "INSERT INTO plans (region_id, plan_id, run_id, edition, as_of, sheet, pdf)"
        " VALUES ($1, $2, $2, $3, '2026-11-23', $4::jsonb, 'draft')",
        region, plan_id, edition, encode(sheet).decode(),
    )  # fmt: skip
    return str(plan_id)


async def decide(world: World, plan_id: str, role: Role = Role.PLANNER, **more: Any) -> Any:
    return await world.client.post(
        f"/v1/plans/{plan_id}/decision", json=WANTED | more, headers=world.a.auth(role, **{"Accept-Language": "ja"})
    )


async def test_a_draft_is_decided_once_printed_without_its_stamp_and_then_only_superseded(world: World) -> None:
    first = await put_plan(world, world.region, 1, own_sheet("a"))
    second = await put_plan(world, world.region, 2, own_sheet("a", "2"))
    assert (await decide(world, first, Role.ENGINEER)).status_code == 403
    for lacking in ("meeting", "decided_by", "title"):
        empty = await decide(world, first, **{lacking: " "})
        assert (empty.status_code, empty.json()["errors"][0]["code"]) == (422, "missing"), empty.text
    refused = await decide(world, first, decided_on="2026-12-24")
    assert [one["code"] for one in refused.json()["errors"]] == ["in_future"]
    made = await decide(world, first)
    assert made.status_code == 201, made.text
    again = await decide(world, first)
    assert again.status_code == 409
    assert [one["code"] for one in again.json()["errors"]] == ["plan_decided"]
    auth = world.a.auth(Role.VIEWER)
    row = (await world.client.get(f"/v1/plans/{first}", headers=auth)).json()
    assert (row["status"], row["decided_on"]) == ("decided", "2026-11-20")
    sheet = (await world.client.get(f"/v1/plans/{first}/sheet", headers=auth)).json()
    assert sheet["facts"]["status"] == "decided"
    assert sheet["approval"]["meeting"] == "第3回協議会"
    document = await world.client.get(f"/v1/plans/{first}/document", headers=auth)
    with pikepdf.open(io.BytesIO(document.content)) as pdf:
        assert "(案)" not in str(pdf.docinfo["/Title"])
    read = (await world.client.get(f"/v1/plans/{first}/decision", headers=auth)).json()
    assert read["decided_by"] == "山田 花子"
    assert read["pdf_sha256"] == row["pdf_sha256"]
    assert (await decide(world, second)).status_code == 201
    row = (await world.client.get(f"/v1/plans/{first}", headers=auth)).json()
    assert (row["status"], row["superseded_by"]) == ("superseded", second)
    kept = (await world.client.get(f"/v1/plans/{first}/sheet", headers=auth)).json()
    assert kept == sheet, "what was decided stays as it was"


async def test_nobody_changes_an_edition(world: World) -> None:
    plan_id = await put_plan(world, world.region, 1, own_sheet("a"))
    with pytest.raises(Exception, match="permission denied"):
        await _update_as_service(world, plan_id)


async def _update_as_service(world: World, plan_id: str) -> None:
    opened = await pool.open_pool(world.db.url, size=1)
    try:
        async with pool.writing(opened) as conn:
            await access.operate(conn, [world.a.owner_id], [world.region])
            await conn.execute("UPDATE plans SET sheet = '{}' WHERE plan_id = $1", UUID(plan_id))
    finally:
        await opened.close()


async def test_an_earlier_edition_is_not_decided_after_a_later_one(world: World) -> None:
    first = await put_plan(world, world.region, 1, own_sheet("a"))
    second = await put_plan(world, world.region, 2, own_sheet("a", "2"))
    assert (await decide(world, second)).status_code == 201
    refused = await decide(world, first)
    assert [one["code"] for one in refused.json()["errors"]] == ["later_decided"]


async def test_who_does_not_see_all_of_a_plan_does_not_decide_it(world: World) -> None:
    plan_id = await put_plan(world, world.region, 1, own_sheet("b"))
    refused = await decide(world, plan_id)
    assert refused.status_code == 403
    assert {one["code"] for one in refused.json()["errors"]} == {"consent_missing"}


async def test_changes_between_editions_are_told_as_far_as_they_are_seen(world: World) -> None:
    mine, theirs = own_sheet("a"), own_sheet("b")
    first = await put_plan(world, world.region, 1, mine)
    more = structs.replace(mine.owner_effects[0], plan_yen=mine.owner_effects[0].plan_yen * 3)
    second = await put_plan(world, world.region, 2, structs.replace(mine, owner_effects=(more,)))
    third = await put_plan(world, world.region, 3, theirs)
    auth = world.a.auth(Role.VIEWER)
    none = (await world.client.get(f"/v1/plans/{first}/changes", headers=auth)).json()
    assert none == {"since": None, "items": [], "more": {}}
    found = (await world.client.get(f"/v1/plans/{second}/changes", headers=auth)).json()
    assert found["since"] == first
    assert [one["part"] for one in found["items"]] == ["owners"]
    assert (await world.client.get(f"/v1/plans/{third}/changes?since={second}", headers=auth)).status_code == 200
    hidden = (await world.client.get(f"/v1/plans/{third}/changes?since={first}", headers=auth)).json()
    works = [one for one in hidden["items"] if one["part"] == "works" and one["after"] is not None]
    assert works == [], "a neighbour's works are not told"
    stranger = await world.client.get(f"/v1/plans/{second}/changes?since={uuid7()}", headers=auth)
    assert [one["code"] for one in stranger.json()["errors"]] == ["plan_unknown"]


def override(world: World, **more: Any) -> dict[str, Any]:
    return {
        "region_id": str(world.region), "asset_class": "bridge", "asset_id": str(world.a.bridge),
        "alternative": "replace", "year": 2029, "reason": "residents", "by": "課長",
    } | more  # fmt: skip


async def test_an_override_stands_until_it_is_withdrawn(world: World) -> None:
    auth = world.a.auth(Role.PLANNER)
    made = await world.client.post("/v1/plan-overrides", json=override(world), headers=auth)
    assert made.status_code == 201, made.text
    row = made.json()
    assert row["content"]["owner"] == "a"
    assert row["content"]["number"] == "B-1"
    again = await world.client.post("/v1/plan-overrides", json=override(world), headers=auth)
    assert [one["code"] for one in again.json()["errors"]] == ["overridden_already"]
    theirs = await world.client.get(made.headers["location"], headers=world.b.auth(Role.PLANNER))
    assert theirs.status_code == 404, "a neighbour without consent does not see it"
    refused = await world.client.post(
        f"{made.headers['location']}/withdrawal", headers=world.b.auth(Role.ADMINISTRATOR)
    )
    assert refused.status_code == 404
    ended = await world.client.post(f"{made.headers['location']}/withdrawal", headers=auth)
    assert ended.json()["withdrawn_at"] is not None
    assert (await world.client.get("/v1/plan-overrides", headers=auth)).json() == {"items": []}
    listed = (await world.client.get("/v1/plan-overrides?withdrawn=true", headers=auth)).json()
    assert [one["override_id"] for one in listed["items"]] == [row["override_id"]]
    assert (await world.client.post("/v1/plan-overrides", json=override(world), headers=auth)).status_code == 201


async def test_what_law_forbids_or_nobody_knows_is_refused_with_every_fault(world: World) -> None:
    await world.admin("UPDATE conditions SET grade = 'IV' WHERE owner_id = $1", world.a.owner_id)
    wrong = override(world, alternative="keep", reason="because", year=2020)
    answer = await world.client.post("/v1/plan-overrides", json=wrong, headers=world.a.auth(Role.PLANNER))
    assert answer.status_code == 422
    assert {one["code"] for one in answer.json()["errors"]} == {"breaks_duty", "not_one_of_these", "year_is_past"}
    wrong = override(world, alternative="replace", year=2090)
    late = await world.client.post("/v1/plan-overrides", json=wrong, headers=world.a.auth(Role.PLANNER))
    assert (late.status_code, [one["code"] for one in late.json()["errors"]]) == (422, ["breaks_duty"]), "at once"
    assert "告示第426号" in answer.text
    for body in (
        override(world, asset_id=str(world.b.bridge)),
        override(world, asset_class="septic", asset_id=str(world.a.septic)),
    ):
        answer = await world.client.post("/v1/plan-overrides", json=body, headers=world.a.auth(Role.PLANNER))
        assert [one["code"] for one in answer.json()["errors"]] == ["asset_unknown"]
    lots = {
        "region_id": str(world.region), "code": "lots.bridge", "alternative": "keep", "reason": "staff", "by": "x",
    }  # fmt: skip
    answer = await world.client.post("/v1/plan-overrides", json=lots, headers=world.a.auth(Role.PLANNER))
    assert [one["code"] for one in answer.json()["errors"]] == ["decision_unknown"]


async def test_comments_of_others_need_sight_of_the_whole_plan(world: World) -> None:
    plan_id = await put_plan(world, world.region, 1, own_sheet("a"))
    for town in (world.a, world.b):
        said = {"body": f"from {town.code}", "author": "x"}
        made = await world.client.post(f"/v1/plans/{plan_id}/comments", json=said, headers=town.auth(Role.ENGINEER))
        assert made.status_code == 201, made.text
    for town, expected in ((world.a, ["from a", "from b"]), (world.b, ["from b"])):
        listed = await world.client.get(f"/v1/plans/{plan_id}/comments", headers=town.auth(Role.VIEWER))
        assert [one["body"] for one in listed.json()["items"]] == expected
