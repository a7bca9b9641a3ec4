"""Day plans over the API: only what the checker passes is stored; a change is answered at once."""

from typing import Any

import msgspec
import pypdfium2
import pytest
from msgspec import structs

from gunmane.core.schedule.changes import tour_of
from gunmane.core.schedule.roster import DayPlan, Roster
from gunmane.core.words import Role
from gunmane.files.rules import working_days
from gunmane.solve.rosters import plan_days
from tests.examples_roster import roster
from tests.http.conftest import World


@pytest.fixture(scope="module")
def made() -> tuple[Roster, DayPlan]:
    given = roster(7, works=40)
    found = plan_days(given, working_days(), 0.0, 1, workers=1, iterations=1000)
    assert found.faults == ()
    return given, found.plan


async def send(world: World, made: tuple[Roster, DayPlan], role: Role = Role.SCHEDULER, **extra: Any) -> Any:
    body = {"region_id": world.region, "roster": made[0], "plan": made[1], **extra}
    return await world.client.post(
        "/v1/schedules", content=msgspec.json.encode(body),
        headers=world.a.auth(role, **{"Content-Type": "application/json", "Accept-Language": "en"}),
    )  # fmt: skip


async def test_a_plan_is_stored_read_and_printed(world: World, made: tuple[Roster, DayPlan]) -> None:
    given, plan = made
    stored = await send(world, made)
    assert stored.status_code == 201, stored.text
    address = stored.headers["location"]
    assert stored.json()["placed"] == sum(len(stop.works) for tour in plan.tours for stop in tour.stops)
    # a neighbour of the same region, where owners have not consented
    closed = await world.client.get(address, headers=world.b.auth(Role.SCHEDULER))
    assert (closed.status_code, closed.json()["code"]) == (403, "consent_missing")
    shown = await world.client.get(address, headers=world.a.auth(Role.VIEWER))
    assert shown.status_code == 200, shown.text
    read = shown.json()
    assert msgspec.convert(read["plan"], DayPlan) == plan
    assert msgspec.convert(read["roster"], Roster) == given
    assert len(read["left"]) == len(plan.left)
    assert all(row["reason_ja"] and row["reason_en"] for row in read["left"])
    listed = await world.client.get(f"/v1/schedules?region={world.region}", headers=world.a.auth(Role.VIEWER))
    assert [row["schedule_id"] for row in listed.json()["items"]] == [read["schedule_id"]]
    sheets = await world.client.get(address + "/day_sheets", headers=world.a.auth(Role.VIEWER))
    assert len(pypdfium2.PdfDocument(sheets.content)) == len(plan.tours)
    assert (await world.client.get(address + "/gantt", headers=world.a.auth())).content.startswith(b"%PDF")
    assert (await world.client.get(address + "/workbook", headers=world.a.auth())).content.startswith(b"PK")
    again = await send(world, made, schedule_id=read["schedule_id"])
    assert again.status_code == 409


async def test_a_plan_with_faults_is_refused_with_every_reason(world: World, made: tuple[Roster, DayPlan]) -> None:
    given, plan = made
    lost = structs.replace(plan, tours=plan.tours[1:])
    answer = await send(world, (given, lost))
    assert answer.status_code == 422
    reasons = [error["detail"] for error in answer.json()["errors"]]
    assert reasons
    assert all("neither in the plan nor" in reason for reason in reasons)
    wrong = structs.replace(given, weeks=99)
    assert (await send(world, (wrong, plan))).status_code == 422
    assert (await send(world, made, role=Role.ENGINEER)).status_code == 403
    assert (await world.client.get("/v1/schedules", headers=world.a.auth())).json()["items"] == []


async def test_pin_move_forbid_are_answered_by_the_checker(world: World, made: tuple[Roster, DayPlan]) -> None:
    given, plan = made
    address = (await send(world, made)).headers["location"]
    tour = max(plan.tours, key=lambda one: len(one.stops))
    work = tour.stops[0].works[0]

    async def ask(**wanted: Any) -> Any:
        return await world.client.post(
            address + "/changes", json={"work": work, **wanted}, headers=world.a.auth(Role.SCHEDULER)
        )

    sunday = (await ask(kind="move", day="2026-11-29", person=given.people[0].code)).json()
    assert sunday["stored"] is False
    assert "closed" in {fault["code"] for fault in sunday["faults"]}
    assert all(fault["text_ja"] and fault["text_en"] for fault in sunday["faults"])
    tried = (await ask(kind="forbid", day=tour.day.isoformat(), dry_run=True)).json()
    assert (tried["stored"], tried["faults"], tried["revision"]) == (False, [], None)
    assert tried["added_minutes"] <= 0
    gone = (await ask(kind="forbid", day=tour.day.isoformat(), why="祭り", revision=1)).json()
    assert (gone["stored"], gone["revision"]) == (True, 2)
    assert (await ask(kind="release", revision=1)).status_code == 412
    back = (await ask(kind="move", day=tour.day.isoformat(), person=tour.people[0], revision=2)).json()
    assert back["revision"] == 3, back
    assert len(back["tours"]) == 1
    read = (await world.client.get(address, headers=world.a.auth())).json()
    assert read["revision"] == 3
    assert [row["change"]["kind"] for row in read["changes"]] == ["forbid", "move"]
    assert tour_of(msgspec.convert(read["plan"], DayPlan), work) is not None
    assert (await ask(kind="turn")).status_code == 422
