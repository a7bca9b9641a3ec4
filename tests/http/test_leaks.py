"""Leaks: every route as every role against another owner's rows. The cases come from the route table: a new route
without a verdict here fails.
"""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from gunmane.core.words import AssetClass, Role
from gunmane.http.api import ROUTES
from gunmane.http.routes import EVERYBODY, Route
from gunmane.store import database
from gunmane.store.embedded import Embedded
from gunmane.store.ids import uuid7
from tests.conftest import Database
from tests.http.conftest import EMPTY, Town, World, living, plan_together

Ids = dict[str, str]

TEXT = {"language": "ja", "name": "footer"}


def body_of(route: Route, ids: Ids) -> Any:
    """A body of the right form for each route that takes one, aimed at the given rows."""
    bodies: dict[str, Any] = {
        "make_key": {"role": "viewer", "purpose": "leak"},
        "grant_consent": {
            "region_id": ids["region_id"], "asset_class": "bridge", "level": "full", "valid_from": "2026-11-23",
            "granted_by": "leak", "consent_id": ids["consent_id"],
        },
        "change_asset": {"name": "leak"},
        "log_inspection": {"asset_id": ids["asset_id"], "inspected_on": "2026-11-22"},
        "log_repair": {"asset_id": ids["asset_id"], "repaired_on": "2026-11-22", "kind": "repair"},
        "mend_rejected_row": {"mended": True},
        "store_schedule": {
            "region_id": ids["region_id"],
            "roster": {"region": "leak", "first": "2026-11-24", "people": [], "work": []},
            "plan": {"first": "2026-11-24", "last": "2026-12-20", "tours": []},
        },
        "override_plan": {
            "region_id": ids["region_id"], "asset_class": "bridge", "asset_id": ids["asset_id"],
            "alternative": "repair", "reason": "residents", "by": "leak",
        },
        "comment_plan": {"body": "leak", "author": "leak"},
        "ask_for_plan": {"region_id": ids["region_id"]},
        "adopt_model": {"decided_by": "leak", "reason": "leak"},
        "retire_model": {"decided_by": "leak", "reason": "leak"},
        "decide_plan": {"decided_on": "2026-11-20", "meeting": "m", "decided_by": "n", "title": "t"},
        "change_schedule": {"kind": "release", "work": "leak"},
        "add_recipient": {"role": "officer", "name": "leak", "email": "leak@example.jp"},
        "change_recipient": {"role": "officer", "name": "leak", "email": "leak@example.jp"},
        "put_ladder": {"role": "officer"},
        "put_reminder_text": {"text": "leak"},
        "preview_reminder": {"recipient_id": ids["recipient_id"]},
        "make_feed": {"kind": "owner", "name": "leak"},
    }  # fmt: skip
    return bodies[route.name]


async def ask(world: World, route: Route, town: Town, role: Role, ids: Ids, query: str = "") -> httpx.Response:
    """Send a well-formed request of one route."""
    path = route.path
    for name, value in {**ids, "collection": "bridge", "sha256": EMPTY, "row_number": "1", **TEXT}.items():
        for kind in ("uuid", "str", "int"):
            path = path.replace(f"{{{name}:{kind}}}", value)
    headers = town.auth(role, **({"If-Match": "*"} if route.needs_match else {}))
    if route.takes is not None:
        content = json.dumps(body_of(route, ids)).encode()
        headers["Content-Type"] = route.body_type
    elif route.raw_types:
        content, headers["Content-Type"] = b"", route.raw_types[0]
    else:
        content = b""
    return await world.client.request(route.method, path + query, content=content, headers=headers)


def ids_of(world: World, town: Town) -> Ids:
    """The identifiers of a town's rows; its records share one identifier, as `furnish` stores them."""
    return {
        "asset_id": str(town.bridge), "inspection_id": str(town.inspection), "repair_id": str(town.repair),
        "consent_id": str(town.consent), "owner_id": str(town.owner_id), "region_id": str(town.region),
        "key_id": town.keys[Role.VIEWER].split("_")[1], "ledger_id": str(town.records), "run_id": str(town.records),
        "plan_id": str(town.records), "override_id": str(town.records),
        "job_id": str(town.records), "schedule_id": str(town.records),
        "model_id": str(town.records),
        "recipient_id": str(town.records), "ladder_id": str(town.records),
        "message_id": str(town.records), "feed_id": str(town.records),
    }  # fmt: skip


def nobodys(world: World) -> Ids:
    """Identifiers of nothing."""
    return {name: str(uuid7()) for name in ids_of(world, world.a)}


VERDICTS: dict[str, str] = {
    "me": "own", "list_keys": "own", "make_key": "own", "revoke_key": "row",
    "list_owners": "own", "read_owner": "row", "list_regions": "own", "read_region": "row", "list_tallies": "own",
    "list_consents": "own", "read_consent": "row", "grant_consent": "refused", "revoke_consent": "row",
    "list_assets": "own", "list_assets_geojson": "own", "read_asset": "row", "change_asset": "row",
    "list_versions": "row", "list_shared_assets": "own",
    "log_inspection": "refused", "log_inspections": "batch", "list_inspections": "own", "read_inspection": "row",
    "list_photos": "row", "put_photo": "row", "read_photo": "row", "list_missing_photos": "own",
    "log_repair": "refused", "list_repairs": "own", "read_repair": "row",
    "list_due": "own", "list_risks": "own", "list_ledgers": "own", "read_ledger": "row",
    "list_rejected_rows": "own", "mend_rejected_row": "row", "list_runs": "own", "read_run": "row",
    "list_plans": "own", "read_plan": "row", "read_plan_sheet": "row", "read_plan_document": "row",
    "override_plan": "refused", "list_plan_overrides": "own", "read_plan_override": "row",
    "withdraw_plan_override": "row", "comment_plan": "row", "list_plan_comments": "row",
    "ask_for_plan": "refused", "list_plan_jobs": "own", "read_plan_job": "row", "cancel_plan_job": "row",
    "list_models": "own", "read_model": "row", "adopt_model": "row", "retire_model": "row",
    "decide_plan": "row", "read_plan_decision": "row", "read_plan_changes": "row",
    "store_schedule": "refused", "list_schedules": "own", "read_schedule": "row", "change_schedule": "row",
    "read_day_sheets": "row", "read_gantt": "row", "read_schedule_workbook": "row",
    "ogc_landing": "own", "ogc_conformance": "own", "ogc_collections": "own", "ogc_collection": "own",
    "ogc_items": "own", "ogc_item": "row",
    "list_recipients": "own", "add_recipient": "own", "read_recipient": "row", "change_recipient": "row",
    "remove_recipient": "row", "list_ladders": "own", "put_ladder": "own", "remove_ladder": "row",
    "list_reminder_texts": "own", "put_reminder_text": "own", "remove_reminder_text": "own",
    "list_reminders": "own", "preview_reminder": "refused", "list_messages": "own", "read_message": "row",
    "resend_message": "row", "acknowledge_message": "row", "print_letters": "row", "post_letters": "row",
    "note_bounce": "refused", "list_feeds": "own", "make_feed": "own", "revoke_feed": "row",
}  # fmt: skip
"""What a route does with another owner's row: `own` never shows it, `row` answers as if it did not exist, `refused`
refuses it as if it did not exist, `batch` refuses it row by row."""


def of(*verdicts: str) -> list[Route]:
    return [route for route in ROUTES if VERDICTS.get(route.name) in verdicts]


def name(route: Route) -> str:
    return route.name


def test_every_route_has_a_verdict() -> None:
    assert {route.name for route in ROUTES} == set(VERDICTS)


def without_ids(answer: httpx.Response, ids: Ids) -> str:
    text = answer.text
    for value in ids.values():
        text = text.replace(value, "ID")
    return text


@pytest.fixture(scope="module")
async def strangers(server: Embedded) -> AsyncIterator[World]:
    """Town b has left the region of town a, and both have rows of every kind; shared, for it is never changed."""
    admin = await database.connect(server.url(database="postgres"))
    await admin.execute('DROP DATABASE IF EXISTS "leaks"')
    await admin.execute('CREATE DATABASE "leaks" TEMPLATE gunmane')
    async with living(Database(server, "leaks")) as made:
        await made.part()
        yield made
    await admin.execute('DROP DATABASE "leaks" WITH (FORCE)')
    await admin.close()


@pytest.mark.parametrize("route", of("row", "refused"), ids=name)
async def test_another_owners_row_is_answered_like_none(route: Route, strangers: World) -> None:
    world = strangers
    theirs, nothing = ids_of(world, world.b), nobodys(world)
    for role in Role:
        real = await ask(world, route, world.a, role, theirs)
        none = await ask(world, route, world.a, role, nothing)
        expected = 403 if role not in route.may else 404 if VERDICTS[route.name] == "row" else 422
        assert real.status_code == none.status_code == expected, (role, real.text, none.text)
        assert without_ids(real, theirs) == without_ids(none, nothing), role
        ignored = {"date", "content-length"}
        assert {k: v for k, v in real.headers.items() if k not in ignored} == {
            k: v for k, v in none.headers.items() if k not in ignored
        }


@pytest.mark.parametrize("route", of("own"), ids=name)
async def test_a_list_never_holds_another_owners_row(route: Route, strangers: World) -> None:
    world = strangers
    theirs = ids_of(world, world.b)
    secrets = [*theirs.values(), "secret b"]
    filters = [""] if route.method == "GET" else []
    fields = route.query.__struct_fields__
    for field, value in {
        "owner": theirs["owner_id"], "asset": theirs["asset_id"], "region": theirs["region_id"],
        "ledger": theirs["ledger_id"], "text": "secret", "bbox": "100,0,170,80", "grade": "II",
        "as_of": "2100-01-01T00:00:00Z", "flag": "secret", "engineer": "secret", "sort": "identity",
        "recipient": theirs["recipient_id"],
    }.items():  # fmt: skip
        if field in fields:
            filters.append(f"?{field}={value}")
    for role in Role:
        for query in filters:
            answer = await ask(world, route, world.a, role, ids_of(world, world.a), query)
            assert answer.status_code == (200 if role in route.may else 403), (role, query, answer.text)
            text = answer.text + str(answer.headers)
            assert not [secret for secret in secrets if secret in text], (role, query, text)


@pytest.mark.parametrize("route", [one for one in ROUTES if one.may != EVERYBODY], ids=name)
async def test_roles_are_kept_to(route: Route, strangers: World) -> None:
    world = strangers
    for role in set(Role) - route.may:
        answer = await ask(world, route, world.a, role, nobodys(world))
        assert answer.status_code == 403, (role, answer.text)


@pytest.mark.parametrize("route", ROUTES, ids=name)
async def test_without_a_key_there_is_nothing(route: Route, world: World) -> None:
    path = route.path
    for key, value in {
        **ids_of(world, world.a),
        "collection": "bridge",
        "sha256": EMPTY,
        "row_number": "1",
    }.items():
        for kind in ("uuid", "str", "int"):
            path = path.replace(f"{{{key}:{kind}}}", value)
    answers = {
        (await world.client.request(route.method, path, headers=headers)).status_code
        for headers in ({}, {"Authorization": "Bearer gm_" + "0" * 32 + "_x"}, {"Authorization": "Basic YTpi"})
    }
    assert answers == {401}


async def test_a_cursor_of_another_owner_shows_only_ones_own(strangers: World) -> None:
    world = strangers
    page = await world.client.get("/v1/assets?limit=1&sort=identity", headers=world.b.auth(Role.VIEWER))
    following = page.json()["next"]
    mine = await world.client.get(following, headers=world.a.auth(Role.VIEWER))
    assert mine.status_code == 200
    assert str(world.b.owner_id) not in mine.text


async def test_a_superusers_login_shows_no_more(db: Database) -> None:
    db.url = db.admin_url
    async with living(db) as world:
        await world.part()
        for route in of("own"):
            if route.method == "GET":
                answer = await ask(world, route, world.a, Role.ADMINISTRATOR, ids_of(world, world.a))
                assert answer.status_code == 200
                assert "secret b" not in answer.text, route.name
        wanted = {"asset_id": str(world.b.bridge), "inspected_on": "2026-11-22"}
        refused = await world.client.post("/v1/inspections", json=wanted, headers=world.a.auth())
        assert [one["code"] for one in refused.json()["errors"]] == ["asset_unknown"]


async def test_consent_opens_a_class_and_its_end_closes_it_at_once(world: World) -> None:
    wanted = {
        "region_id": str(world.region), "asset_class": "bridge", "level": "full", "valid_from": "2026-04-01",
        "granted_by": "市長",
    }  # fmt: skip
    admin = world.b.auth(Role.ADMINISTRATOR)
    given = await world.client.post("/v1/consents", json=wanted, headers=admin)
    assert given.status_code == 201, given.text
    seen = await world.client.get("/v1/assets", headers=world.a.auth(Role.VIEWER))
    assert {one["asset_id"] for one in seen.json()["items"]} == {
        str(world.a.bridge), str(world.a.septic), str(world.b.bridge),
    }  # fmt: skip
    refused = await world.client.patch(
        f"/v1/assets/{world.b.bridge}",
        json={"name": "x"},
        headers=world.a.auth(Role.ADMINISTRATOR, **{"If-Match": "*", "Content-Type": "application/merge-patch+json"}),
    )
    assert refused.status_code == 404
    revoked = await world.client.post(f"{given.headers['location']}/revocation", headers=admin)
    assert revoked.json()["revoked_at"] is not None
    seen = await world.client.get("/v1/assets", headers=world.a.auth(Role.VIEWER))
    assert str(world.b.bridge) not in seen.text


async def test_condition_consent_shows_no_number_or_name(world: World) -> None:
    for one in ("bridge", "septic"):
        wanted = {
            "region_id": str(world.region), "asset_class": one, "level": "condition", "valid_from": "2026-04-01",
            "granted_by": "市長",
        }  # fmt: skip
        answer = await world.client.post("/v1/consents", json=wanted, headers=world.b.auth(Role.ADMINISTRATOR))
        assert answer.status_code == 201
    shared = await world.client.get("/v1/shared-assets", headers=world.a.auth(Role.VIEWER))
    assert [one["id"] for one in shared.json()["features"]] == [str(world.b.bridge)]
    assert "secret" not in shared.text
    assert "B-1" not in shared.text
    listed = await world.client.get("/v1/assets", headers=world.a.auth(Role.VIEWER))
    assert str(world.b.bridge) not in listed.text


@pytest.fixture(scope="module")
async def neighbours(server: Embedded) -> AsyncIterator[tuple[World, str]]:
    """Both towns are in one region with a plan of both, and neither has consented to anything; never changed."""
    admin = await database.connect(server.url(database="postgres"))
    await admin.execute('DROP DATABASE IF EXISTS "neighbours"')
    await admin.execute('CREATE DATABASE "neighbours" TEMPLATE gunmane')
    async with living(Database(server, "neighbours")) as made:
        yield made, str(await plan_together(made))
    await admin.execute('DROP DATABASE "neighbours" WITH (FORCE)')
    await admin.close()


@pytest.mark.parametrize("route", [one for one in ROUTES if one.method == "GET"], ids=name)
async def test_a_neighbour_without_consent_stays_closed(route: Route, neighbours: tuple[World, str]) -> None:
    world, plan_id = neighbours
    known = {"region_id", "owner_id"}  # members of a region know of each other
    theirs = {key: value for key, value in ids_of(world, world.b).items() if key not in known}
    secrets = [*theirs.values(), "secret b", str(world.b.lon)]
    for role in Role:
        answer = await ask(
            world, route, world.a, role, {**ids_of(world, world.a), "plan_id": plan_id, "schedule_id": plan_id}
        )
        assert not [one for one in secrets if one in answer.text + str(answer.headers)], (role, answer.text)


@pytest.mark.parametrize("role", list(Role))
async def test_a_plan_is_cut_down_to_ones_own_without_consent(role: Role, neighbours: tuple[World, str]) -> None:
    world, plan_id = neighbours
    refused = await world.client.get(f"/v1/plans/{plan_id}/document", headers=world.a.auth(role))
    assert refused.status_code == 403
    problem = refused.json()
    assert problem["code"] == "consent_missing"
    assert len(problem["errors"]) == 1, "one town's consent is missing"
    assert "橋梁" in problem["errors"][0]["detail"]
    sheet = (await world.client.get(f"/v1/plans/{plan_id}/sheet", headers=world.a.auth(role))).json()
    assert [(one["owner"], one["name"]) for one in sheet["works"]] == [("a", "secret a bridge")]
    assert {one["owner"] for one in sheet["stock"]} == {"a"}
    assert {one["owner"] for one in sheet["withheld"]} == {"b"}
    assert sheet["compare"] == sheet["points"] == []


async def test_consents_open_a_plan_level_by_level_and_their_end_closes_it_at_once(world: World) -> None:
    plan_id = str(await plan_together(world))
    admin, viewer = world.b.auth(Role.ADMINISTRATOR), world.a.auth(Role.VIEWER)

    async def grant(asset_class: str, level: str) -> str:
        wanted = {
            "region_id": str(world.region), "asset_class": asset_class, "level": level, "valid_from": "2026-04-01",
            "granted_by": "市長",
        }  # fmt: skip
        given = await world.client.post("/v1/consents", json=wanted, headers=admin)
        assert given.status_code == 201, given.text
        return given.headers["location"]

    day_plan = f"/v1/schedules/{plan_id}"
    assert (await world.client.get(day_plan, headers=viewer)).status_code == 403

    async def seen() -> tuple[int, str, dict[str, Any]]:
        document = await world.client.get(f"/v1/plans/{plan_id}/document", headers=viewer)
        sheet = await world.client.get(f"/v1/plans/{plan_id}/sheet", headers=viewer)
        assert sheet.status_code == 200
        return document.status_code, sheet.text, sheet.json()

    classes = sorted({one["asset_class"] for one in (await seen())[2]["stock"]})
    for one in classes:
        await grant(one, "aggregate")
    status, text, sheet = await seen()
    assert status == 403
    assert sheet["compare"], "everybody's counts may be seen: so may the sums of all"
    assert "secret b" not in text
    assert str(world.b.lon) not in text
    await grant("bridge", "condition")
    status, text, sheet = await seen()
    assert status == 403
    assert str(world.b.lon) in text
    assert "secret b" not in text
    given = [await grant(one, "full") for one in classes if one != "septic"]
    status, text, sheet = await seen()
    assert (status, sheet["withheld"]) == (200, [])
    assert "secret b bridge" in text
    assert "secret b" in (await world.client.get(day_plan, headers=viewer)).text
    await world.client.post(f"{given[0]}/revocation", headers=admin)
    status, text, sheet = await seen()
    assert status == 403
    assert "secret b" not in text
    assert (await world.client.get(day_plan, headers=viewer)).status_code == 403


async def test_what_a_run_counted_is_told_as_far_as_all_members_consent_to_counts(world: World) -> None:
    run_id = uuid7()
    await world.admin(
        "INSERT INTO runs (region_id, run_id, kind, inputs_digest, seed, code_version, state, result)"
        " VALUES ($1, $2, 'build', '', 1, '1', 'done', jsonb_build_object('assets', 4711))",
        world.region, run_id,
    )  # fmt: skip
    admin = world.b.auth(Role.ADMINISTRATOR)

    async def told() -> list[bool]:
        found: list[bool] = []
        for role in Role:
            for path in ("/v1/runs", f"/v1/runs/{run_id}"):
                answer = await world.client.get(path, headers=world.a.auth(role))
                one = answer.json()
                run = one if "run_id" in one else next(k for k in one["items"] if k["run_id"] == str(run_id))
                assert run["result_withheld"] == ("4711" not in answer.text)
                found.append("4711" in answer.text)
        return found

    assert not any(await told())
    granted = ""
    for one in list(AssetClass):
        assert not any(await told()), "one class is still closed"
        wanted = {
            "region_id": str(world.region), "asset_class": one, "level": "aggregate", "valid_from": "2026-04-01",
            "granted_by": "市長",
        }  # fmt: skip
        given = await world.client.post("/v1/consents", json=wanted, headers=admin)
        assert given.status_code == 201, given.text
        granted = given.headers["location"]
    assert all(await told())
    revoked = await world.client.post(f"{granted}/revocation", headers=admin)
    assert revoked.status_code == 200
    assert not any(await told())
