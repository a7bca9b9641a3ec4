"""Logging inspections: plausibility, repeating, correcting, photographs."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from gunmane.core.words import Role
from gunmane.store import inspections_together as together
from gunmane.store.ids import uuid7
from tests.http.conftest import World


def inspection(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "asset_id": str(world.a.bridge),
        "inspected_on": "2026-11-20",
        "duty": "road.periodic",
        "scale": "road-soundness",
        "grade": "II",
    } | changes


async def count(world: World) -> int:
    return (await world.admin("SELECT count(*) AS n FROM inspections WHERE owner_id = $1", world.a.owner_id))[0]["n"]


async def test_an_inspection_is_logged_and_moves_the_condition(world: World) -> None:
    answer = await world.client.post("/v1/inspections", json=inspection(world, grade="III"), headers=world.a.auth())
    assert answer.status_code == 201, answer.text
    logged = answer.json()
    assert (logged["flags"], logged["questions"]) == ([], [])
    again = await world.client.get(answer.headers["Location"], headers=world.a.auth(Role.VIEWER))
    assert again.status_code == 200
    assert again.json()["grade"] == "III"
    asset = (await world.client.get(f"/v1/assets/{world.a.bridge}", headers=world.a.auth())).json()
    assert asset["condition"] == {"scale": "road-soundness", "grade": "III", "inspected_on": "2026-11-20"}


async def test_an_older_inspection_does_not_move_the_condition_back(world: World) -> None:
    old = inspection(world, inspected_on="2017-05-01", grade="I")
    assert (await world.client.post("/v1/inspections", json=old, headers=world.a.auth())).status_code == 201
    asset = (await world.client.get(f"/v1/assets/{world.a.bridge}", headers=world.a.auth())).json()
    assert asset["condition"]["grade"] == "II"


async def test_every_fault_is_told_with_its_place_in_the_language_asked_for(world: World) -> None:
    wrong = inspection(world, inspected_on="2027-01-01", grade="V", scale="road-soundness")
    ja = await world.client.post("/v1/inspections", json=wrong, headers=world.a.auth())
    assert ja.status_code == 422
    assert ja.headers["content-type"] == "application/problem+json"
    assert ja.headers["content-language"] == "ja"
    found = {(one["pointer"], one["code"]) for one in ja.json()["errors"]}
    assert found == {("/inspected_on", "in_future"), ("/grade", "grade_unknown")}
    assert "将来" in ja.json()["errors"][0]["detail"]
    en = await world.client.post(
        "/v1/inspections", json=wrong, headers=world.a.auth(**{"Accept-Language": "en-GB, ja;q=0.5"})
    )
    assert "future" in en.json()["errors"][0]["detail"]
    assert await count(world) == 1


async def test_faults_of_form_are_collected_too(world: World) -> None:
    wrong = {"inspected_on": "yesterday", "grade": 3, "colour": "red", "photos": ["x"]}
    answer = await world.client.post("/v1/inspections", json=wrong, headers=world.a.auth())
    assert answer.status_code == 422
    found = {(one["pointer"], one["code"]) for one in answer.json()["errors"]}
    assert found == {
        ("/colour", "unknown_field"), ("/asset_id", "missing"), ("/inspected_on", "bad_date"),
        ("/grade", "wrong_type"), ("/photos/0", "bad_pattern"),
    }  # fmt: skip
    answer = await world.client.post(
        "/v1/inspections", content=b"{", headers=world.a.auth(**{"Content-Type": "application/json"})
    )
    assert answer.status_code == 400


@pytest.mark.parametrize("grade", ["Ⅱ", "２", "ii", "II（予防保全段階）", "判定Ⅱ", "予防保全段階"])
async def test_a_grade_may_be_spelled_as_in_ledgers(grade: str, world: World) -> None:
    wanted = inspection(world, grade=grade, inspection_id=str(uuid7()))
    for _ in range(2):  # repeated it is the same inspection
        answer = await world.client.post("/v1/inspections", json=wanted, headers=world.a.auth())
        assert answer.status_code == 201, answer.text
        assert answer.json()["grade"] == "II"
    assert answer.json()["flags"] == [], "equal to the grade before, not a jump"
    row = json.dumps(wanted | {"inspection_id": str(uuid7()), "inspected_on": "2026-11-19"})
    headers = world.a.auth(**{"Content-Type": "application/x-ndjson"})
    batch = await world.client.post("/v1/inspections/batch", content=row, headers=headers)
    assert batch.json()["logged"] == 1, batch.text
    listed = await world.client.get("/v1/inspections", headers=world.a.auth())
    assert {one["grade"] for one in listed.json()["items"]} == {"II"}


async def test_what_is_no_grade_of_the_scale_is_still_refused(world: World) -> None:
    for grade in ("VI", "緊急度Ⅱ", "不明"):
        answer = await world.client.post(
            "/v1/inspections", json=inspection(world, grade=grade), headers=world.a.auth()
        )
        assert [one["code"] for one in answer.json()["errors"]] == ["grade_unknown"], grade


async def test_moments_are_written_alike_when_made_and_when_read(world: World) -> None:
    for path, body in {
        "/v1/inspections": inspection(world),
        "/v1/repairs": {"asset_id": str(world.a.bridge), "repaired_on": "2024-03-01", "kind": "repair"},
    }.items():
        made = await world.client.post(path, json=body, headers=world.a.auth())
        read = await world.client.get(made.headers["location"], headers=world.a.auth())
        assert made.json()["recorded_at"] == read.json()["recorded_at"]
        assert read.json()["recorded_at"].endswith("Z")
    changed = await world.client.patch(
        f"/v1/assets/{world.a.bridge}", json={"name": "x"},
        headers=world.a.auth(**{"If-Match": "*", "Content-Type": "application/merge-patch+json"}),
    )  # fmt: skip
    assert changed.json()["recorded_at"].endswith("Z"), changed.text


async def test_a_wrong_word_or_media_type_is_answered_with_the_right_ones(world: World) -> None:
    repair = {"asset_id": str(world.a.bridge), "repaired_on": "2024-03-01", "kind": "painting"}
    answer = await world.client.post("/v1/repairs", json=repair, headers=world.a.auth())
    (fault,) = answer.json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("/kind", "not_one_of_these")
    assert fault["values"]["allowed"] == ["repair", "rehabilitation", "replacement", "removal", "cleaning"]
    assert "repair、rehabilitation" in fault["detail"]
    assert "^" not in answer.text
    wrong = {"region_id": str(world.region), "asset_class": "bridges", "level": "full", "valid_from": "2026-04-01"}
    answer = await world.client.post(
        "/v1/consents", json={**wrong, "granted_by": "x"}, headers=world.a.auth(Role.ADMINISTRATOR)
    )
    (fault,) = answer.json()["errors"]
    assert "bridge、tunnel" in fault["detail"]
    answer = await world.client.post(
        "/v1/inspections", content=b"a,b", headers=world.a.auth(**{"Content-Type": "text/csv"})
    )
    assert answer.status_code == 415
    assert "application/json" in answer.json()["errors"][0]["detail"]


async def test_an_improvement_without_repair_is_kept_flagged_and_asked_about(world: World) -> None:
    answer = await world.client.post("/v1/inspections", json=inspection(world, grade="I"), headers=world.a.auth())
    assert answer.status_code == 201
    assert answer.json()["flags"] == ["improved_without_repair"]
    assert [one["code"] for one in answer.json()["questions"]] == ["improved_without_repair"]
    flagged = await world.client.get("/v1/inspections?flag=improved_without_repair", headers=world.a.auth())
    assert len(flagged.json()["items"]) == 1


async def test_a_repair_explains_an_improvement(world: World) -> None:
    repair = {"asset_id": str(world.a.bridge), "repaired_on": "2024-03-01", "kind": "repair", "cost_yen": 1_000_000}
    assert (await world.client.post("/v1/repairs", json=repair, headers=world.a.auth())).status_code == 201
    answer = await world.client.post("/v1/inspections", json=inspection(world, grade="I"), headers=world.a.auth())
    assert answer.json()["flags"] == []


async def test_the_same_day_twice_is_refused(world: World) -> None:
    assert (
        await world.client.post("/v1/inspections", json=inspection(world), headers=world.a.auth())
    ).status_code == 201
    again = await world.client.post("/v1/inspections", json=inspection(world, grade="III"), headers=world.a.auth())
    assert again.status_code == 422
    assert again.json()["errors"][0]["code"] == "same_day_twice"


async def test_a_repeated_request_gets_the_same_answer_and_is_logged_once(world: World) -> None:
    headers = world.a.auth(**{"Idempotency-Key": "k-1"})
    answers = await asyncio.gather(
        *(world.client.post("/v1/inspections", json=inspection(world), headers=headers) for _ in range(8))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert await count(world) == 2
    other = await world.client.post("/v1/inspections", json=inspection(world, grade="III"), headers=headers)
    assert other.status_code == 422
    assert other.json()["code"] == "key_used_differently"


async def test_a_key_made_by_the_client_makes_repeating_harmless(world: World) -> None:
    one = inspection(world, inspection_id=str(uuid7()))
    answers = await asyncio.gather(
        *(world.client.post("/v1/inspections", json=one, headers=world.a.auth()) for _ in range(6))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert await count(world) == 2
    other = await world.client.post("/v1/inspections", json=one | {"grade": "III"}, headers=world.a.auth())
    assert other.status_code == 409


async def test_a_correction_supersedes_and_the_condition_follows(world: World) -> None:
    wrong = (
        await world.client.post("/v1/inspections", json=inspection(world, grade="IV"), headers=world.a.auth())
    ).json()
    right = inspection(world, grade="III", supersedes=wrong["inspection_id"])
    answer = await world.client.post("/v1/inspections", json=right, headers=world.a.auth())
    assert answer.status_code == 201, answer.text
    asset = (await world.client.get(f"/v1/assets/{world.a.bridge}", headers=world.a.auth())).json()
    assert asset["condition"]["grade"] == "III"
    old = (await world.client.get(f"/v1/inspections/{wrong['inspection_id']}", headers=world.a.auth())).json()
    assert old["superseded_by"] == answer.json()["inspection_id"]
    twice = await world.client.post("/v1/inspections", json=right | {"grade": "II"}, headers=world.a.auth())
    assert twice.status_code in (409, 422)


async def test_promised_photographs_are_missed_until_they_come(world: World) -> None:
    content = b"\xff\xd8\xff not really a picture"
    sha = hashlib.sha256(content).hexdigest()
    one = inspection(world, photos=[sha])
    logged = (await world.client.post("/v1/inspections", json=one, headers=world.a.auth())).json()
    assert logged["missing_photos"] == [sha]
    missing = await world.client.get("/v1/missing-photos", headers=world.a.auth())
    assert [row["sha256"] for row in missing.json()["items"]] == [sha]
    address = f"/v1/inspections/{logged['inspection_id']}/photos/{sha}"
    jpeg = world.a.auth(**{"Content-Type": "image/jpeg"})
    assert (await world.client.put(address, content=b"other", headers=jpeg)).status_code == 422
    assert (await world.client.put(address, content=content, headers=jpeg)).status_code == 200
    assert (await world.client.put(address, content=content, headers=jpeg)).status_code == 200
    assert (await world.client.get("/v1/missing-photos", headers=world.a.auth())).json()["items"] == []
    picture = await world.client.get(address, headers=world.a.auth())
    assert picture.content == content
    assert picture.headers["content-type"] == "image/jpeg"
    assert (await world.client.get(address, headers=world.b.auth())).status_code == 404


@pytest.mark.parametrize(
    ("media_type", "begin"),
    [
        ("image/jpeg", b"\xff\xd8\xff\xe0"),
        ("image/png", b"\x89PNG\r\n\x1a\n"),
        ("image/webp", b"RIFF\x0a\x00\x00\nWEBPVP8 "),
        ("image/heic", b"\x00\x00\x00\x18ftypheic"),
    ],
)
async def test_a_photograph_is_of_the_kind_that_it_is_said_to_be(media_type: str, begin: bytes, world: World) -> None:
    outcomes = {begin + b"...": 200, b"MZ" + begin: 422, b"": 422, b"<html>": 422}
    shas = {hashlib.sha256(content).hexdigest(): content for content in outcomes}
    one = inspection(world, photos=list(shas))
    logged = (await world.client.post("/v1/inspections", json=one, headers=world.a.auth())).json()
    for sha, content in shas.items():
        status = outcomes[content]
        address = f"/v1/inspections/{logged['inspection_id']}/photos/{sha}"
        headers = world.a.auth(**{"Content-Type": media_type})
        answer = await world.client.put(address, content=content, headers=headers)
        assert answer.status_code == status, answer.text
        if status == 422 and content:
            assert [fault["code"] for fault in answer.json()["errors"]] == ["picture_differs"]


async def test_requests_that_come_together_each_have_their_own_outcome(world: World) -> None:
    await world.admin(
        "INSERT INTO assets (owner_id, asset_id, asset_class, number, origin)"
        " SELECT $1, gen_random_uuid(), 'bridge', 'N-' || n, 'api' FROM generate_series(1, 20) AS n",
        world.a.owner_id,
    )
    rows = await world.admin("SELECT asset_id FROM assets WHERE number LIKE 'N-%'")
    bridges = [str(row["asset_id"]) for row in rows]
    log = world.client.post
    auth = world.a.auth()
    asked = [
        *(log("/v1/inspections", json=inspection(world, asset_id=one), headers=auth) for one in bridges),
        log("/v1/inspections", json=inspection(world, grade="I"), headers=auth),
        log("/v1/inspections", json=inspection(world, asset_id=str(world.b.bridge)), headers=auth),
        log("/v1/inspections", json=inspection(world, inspected_on="2027-01-01"), headers=auth),
        log("/v1/inspections", json=inspection(world), headers=world.a.auth(Role.VIEWER)),
        log("/v1/inspections", json=inspection(world), headers={"Authorization": "Bearer gm_" + "0" * 32 + "_x"}),
        log("/v1/inspections", json=inspection(world), headers=world.b.auth()),
        log("/v1/inspections", json=inspection(world, asset_id=str(world.b.bridge)), headers=world.b.auth()),
        log("/v1/inspections", content=b"{", headers={**auth, "Content-Type": "application/json"}),
        log("/v1/inspections", content=b"{}", headers=auth),
        log("/v1/inspections?x=1", json=inspection(world), headers=auth),
    ]
    answers = await asyncio.gather(*asked)
    codes = [201] * 20 + [201, 422, 422, 403, 401, 422, 201, 400, 415, 400]
    assert [answer.status_code for answer in answers] == codes
    assert answers[20].json()["flags"] == ["improved_without_repair"]
    assert [one.json()["errors"][0]["code"] for one in (answers[21], answers[25])] == ["asset_unknown"] * 2
    assert await count(world) == 22
    rows = await world.admin(
        "SELECT i.owner_id = a.owner_id AS own, i.owner_id = k.owner_id AS keyed FROM inspections AS i"
        " JOIN assets AS a USING (asset_id) JOIN api_keys AS k ON k.key_id = i.recorded_by"
    )
    assert len(rows) == 22
    assert all(row["own"] and row["keyed"] for row in rows)


async def test_keys_of_one_owner_log_together(world: World) -> None:
    days = [f"2026-{month:02}-01" for month in range(1, 11)]
    roles = [Role.ENGINEER, Role.VIEWER, Role.ADMINISTRATOR, Role.PLANNER, Role.SCHEDULER]
    for _ in range(2):  # the second time the service knows whose keys they are
        await asyncio.gather(
            *(
                world.client.post("/v1/inspections", json={"asset_id": str(uuid7())}, headers=world.a.auth(role))
                for role in roles
            )
        )
        answers = await asyncio.gather(
            *(
                world.client.post(
                    "/v1/inspections",
                    json=inspection(world, inspected_on=day, duty=f"{role}"),
                    headers=world.a.auth(role),
                )
                for day in days[:5]
                for role in roles
            )
        )
        codes = [answer.status_code for answer in answers]
        days = days[5:]
        assert codes == [201, 403, 201, 403, 403] * 5
    assert await count(world) == 1 + 20


async def test_a_key_ends_at_once_for_single_inspections_too(world: World) -> None:
    first = await world.client.post("/v1/inspections", json=inspection(world), headers=world.a.auth())
    assert first.status_code == 201
    await world.admin(
        "UPDATE api_keys SET revoked_at = now() WHERE owner_id = $1 AND role = 'engineer'", world.a.owner_id
    )
    other = inspection(world, inspected_on="2026-10-01")
    answers = await asyncio.gather(
        world.client.post("/v1/inspections", json=other, headers=world.a.auth()),
        world.client.post("/v1/inspections", json=other, headers=world.a.auth(Role.ADMINISTRATOR)),
    )
    assert [answer.status_code for answer in answers] == [401, 201]


async def test_one_asset_inspected_from_many_sides_at_once_is_judged_in_turn(world: World) -> None:
    answers = await asyncio.gather(
        *(
            world.client.post("/v1/inspections", json=inspection(world, notes=str(n)), headers=world.a.auth())
            for n in range(12)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [422] * 11
    assert await count(world) == 2


async def test_the_short_way_answers_as_the_router_does(world: World) -> None:
    """The router's own handler is behind the short one; asked directly it must say the same."""
    inner = world.app.asgi_handler.app.app  # type: ignore[attr-defined,union-attr]

    async def routed(scope: Any, receive: Any, send: Any) -> None:
        await inner({**scope, "litestar_app": world.app, "app": world.app}, receive, send)

    router = httpx.ASGITransport(app=routed)
    json_type = {"Content-Type": "application/json"}
    asked: list[tuple[dict[str, str], bytes]] = [
        (world.a.auth(), b"{}"),
        (world.a.auth(**json_type), b"{}"),
        (world.a.auth(**json_type), b"{"),
        (world.a.auth(**json_type), b" " * 1_000_001),
        (world.a.auth(Role.VIEWER, **json_type), b"{}"),
        ({}, b"{}"),
        ({"Authorization": "Bearer nonsense", **json_type}, b"{}"),
        (world.a.auth(**json_type, **{"Idempotency-Key": ""}), b"{}"),
        (world.a.auth(**json_type, **{"Accept-Language": "en"}), b'{"asset_id": 1, "x": 2}'),
        (world.a.auth(**json_type), json.dumps(inspection(world, asset_id=str(world.b.bridge))).encode()),
        (world.a.auth(**json_type), json.dumps(inspection(world, grade="V")).encode()),
    ]
    async with httpx.AsyncClient(transport=router, base_url="http://test") as slow:
        for headers, content in asked:
            one = await world.client.post("/v1/inspections", content=content, headers=headers)
            other = await slow.post("/v1/inspections", content=content, headers=headers)
            assert one.status_code == other.status_code >= 400
            assert one.content == other.content
            fields = {name: text for name, text in one.headers.items() if name in other.headers}
            assert fields == dict(other.headers)
        headers = world.a.auth(**{"Idempotency-Key": "both", **json_type})
        content = json.dumps(inspection(world)).encode()
        one = await world.client.post("/v1/inspections", content=content, headers=headers)
        other = await slow.post("/v1/inspections", content=content, headers=headers)
        assert (one.status_code, one.content) == (other.status_code, other.content)
        assert other.headers.pop("idempotency-replayed") == "true"
        assert {name: text for name, text in one.headers.items() if name in other.headers} == dict(other.headers)


async def test_a_body_in_many_parts_is_read_to_its_end(world: World) -> None:
    content = json.dumps(inspection(world)).encode()

    async def parts() -> AsyncIterator[bytes]:
        for n in range(0, len(content), 7):
            yield content[n : n + 7]

    headers = world.a.auth(**{"Content-Type": "application/json"})
    assert (await world.client.post("/v1/inspections", content=parts(), headers=headers)).status_code == 201

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(200):
            yield b" " * 10_000

    assert (await world.client.post("/v1/inspections", content=endless(), headers=headers)).status_code == 413


async def asked_both_ways(
    world: World, bodies: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> tuple[list[Any], list[bool]]:
    """Ask the same of both towns, of town b without the short cut; what town a got, and what was logged by it."""
    short: list[bool] = []
    log_plain = together.log_plain

    async def noted(conn: Any, owner: Any, roles: Any, rows: Any, status: int, steady: bool) -> dict[int, str]:
        if owner == world.b.owner_id:
            return {}
        found = await log_plain(conn, owner, roles, rows, status, steady)
        short.extend(place in found for place in range(len(rows)))
        return found

    monkeypatch.setattr(together, "log_plain", noted)
    answers: list[Any] = []
    for body in bodies:
        both: list[Any] = []
        for town in (world.a, world.b):
            wanted = {"asset_id": str(town.bridge), **body}
            answer = await world.client.post("/v1/inspections", json=wanted, headers=town.auth())
            said = answer.json()
            for name in ("inspection_id", "asset_id", "owner_id"):
                said.pop(name, None)
            for fault in said.get("errors", ()):
                del fault["detail"]
                fault["values"].pop("inspection_id", None)
            both.append((answer.status_code, said, {*answer.headers}))
        assert both[0] == both[1], body
        answers.append(both[0][1])
    return answers, short


async def test_what_raises_no_doubt_is_logged_by_one_statement_with_the_same_outcome(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = {"inspected_on": "2023-05-01", "scale": "road-soundness", "grade": "II", "duty": "road.periodic"}
    other = {**plain, "inspected_on": "2023-05-02"}
    bodies = [
        plain,  # the first one tells whose key it is
        {**plain, "inspected_on": "2023-06-01", "findings": {"crack": "b"}, "inspector": "点検班", "notes": "n"},
        {**plain, "inspected_on": "2023-06-01"},  # the same day twice
        {**plain, "inspected_on": "2023-06-01", "duty": "other"},  # … for another duty
        other,  # older than the last
        {**plain, "inspected_on": "2023-07-01", "grade": "III"},  # a little worse
        {**plain, "inspected_on": "2023-08-01", "grade": "II"},  # better
        {**plain, "inspected_on": "2023-09-01", "grade": "IV"},  # a jump
        {**plain, "inspected_on": "2023-10-01", "scale": None, "grade": None},  # not graded
        {**plain, "inspected_on": "2023-11-01", "scale": "nbi", "grade": "5"},  # another scale
        {**plain, "inspected_on": "2023-12-01", "scale": "nbi", "grade": "5"},
        {**plain, "inspected_on": "2026-11-24", "scale": "nbi", "grade": "5"},  # tomorrow
        {**plain, "inspected_on": "2024-01-01", "scale": "sewer-urgency", "grade": "II"},  # not of its class
    ]
    for town in (world.a, world.b):
        await world.admin("UPDATE assets SET built_year = 2023 WHERE asset_id = $1", town.bridge)
    answers, short = await asked_both_ways(world, bodies, monkeypatch)
    # asked for the short cut: the graded ones of a day that is not in the future, from the second on
    assert short == [False, False, False, False, False, False, False, False, False, False], "built too lately"
    for town in (world.a, world.b):
        await world.admin("DELETE FROM conditions WHERE asset_id = $1", town.bridge)
        await world.admin("DELETE FROM inspections WHERE asset_id = $1", town.bridge)
        await world.admin("UPDATE assets SET built_year = 1975 WHERE asset_id = $1", town.bridge)
    again, short = await asked_both_ways(world, bodies, monkeypatch)
    assert short == [False, True, False, False, False, True, False, False, False, True, False], short
    assert [one.get("flags") for one in again] == [one.get("flags") for one in answers]
    rows = await world.admin(
        "SELECT to_jsonb(i) - '{owner_id,asset_id,inspection_id,recorded_by}'::text[] AS row, owner_id = $1 AS a"
        " FROM inspections AS i ORDER BY inspected_on, duty",
        world.a.owner_id,
    )
    assert [row["row"] for row in rows if row["a"]] == [row["row"] for row in rows if not row["a"]]
    conditions = await world.admin("SELECT scale, grade, inspected_on, inspection_id FROM conditions")
    assert len({(row["scale"], row["grade"], row["inspected_on"]) for row in conditions}) == 1


async def test_the_short_cut_knows_what_was_logged_or_asked_before(world: World) -> None:
    """A repeated identifier or idempotency key comes to the same end, alone or among others."""
    await world.client.post("/v1/inspections", json=inspection(world, inspected_on="2022-07-01"),
                            headers=world.a.auth())  # fmt: skip
    one = inspection(world, inspected_on="2023-01-01", inspection_id=str(uuid7()))
    headers = world.a.auth(**{"Idempotency-Key": "k"})
    first = await world.client.post("/v1/inspections", json=one, headers=headers)
    assert first.status_code == 201
    assert first.json()["asset_class"] == "bridge"
    again = await world.client.post("/v1/inspections", json=one, headers=headers)
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
    assert (await world.client.post("/v1/inspections", json=one, headers=world.a.auth())).status_code == 201
    later = {**one, "inspected_on": "2024-01-01"}
    fresh = {**later, "inspection_id": str(uuid7())}
    other = await world.client.post("/v1/inspections", json=fresh, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "key_used_differently")
    taken = await world.client.post("/v1/inspections", json=later, headers=world.a.auth())
    assert (taken.status_code, taken.json()["errors"][0]["code"]) == (409, "taken")
    assert await count(world) == 3
    assert (await world.client.post("/v1/inspections", json=fresh, headers=world.a.auth())).status_code == 201
    viewer = await world.client.post("/v1/inspections", json=fresh, headers=world.a.auth(Role.VIEWER))
    assert viewer.status_code == 403


async def test_whoever_hangs_up_amid_a_body_is_no_fault_of_the_service(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    headers = {**world.a.auth(), "content-type": "application/json", "content-length": "90"}
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": "/v1/inspections", "raw_path": b"/v1/inspections", "query_string": b"", "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    coming = iter([{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}])
    sent: list[Any] = []

    async def receive() -> Any:
        return next(coming)

    async def send(message: Any) -> None:
        sent.append(message)

    await world.client._transport.app(scope, receive, send)  # type: ignore[attr-defined]
    assert not [one for one in caplog.records if one.levelname == "ERROR"]
    assert not sent
