"""Day plans: store, read, change by hand with the checker's answer at once, print."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct, structs

from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.schedule.changes import Change
from gunmane.core.schedule.roster import DayPlan, Roster, Tour
from gunmane.core.schedule.roster_check import Fault as Broken
from gunmane.core.schedule.wording import fault_text, remedy_text
from gunmane.core.words import Language, Role
from gunmane.files.rosters import texts
from gunmane.flows import schedules as flow
from gunmane.http.cursors import Cursor, Limit, link_header, next_link, pack, unpack
from gunmane.http.routes import Answer, Ask, Nothing, Route
from gunmane.store import schedules as store
from gunmane.store.ids import uuid7
from gunmane.store.schedules import ChangeRow, ScheduleRow

SCHEDULING = frozenset({Role.SCHEDULER, Role.PLANNER, Role.ADMINISTRATOR})
PDF, XLSX = "application/pdf", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ScheduleWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A day plan with the roster it was made from, as `gunmane schedule days` writes them."""

    region_id: UUID
    roster: Roster
    plan: DayPlan
    schedule_id: UUID | None = None


class ScheduleQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which plans; newest first."""

    region: UUID | None = None
    limit: Limit = 100
    cursor: Cursor | None = None


class SchedulePage(Struct, frozen=True):
    """A page of day plans without their content."""

    items: list[ScheduleRow]
    next: str | None = None


class LeftOut(Struct, frozen=True, kw_only=True):
    """A work that is not in the plan, and the smallest change that would place it."""

    work: str
    lawful: bool
    code: str
    reason_ja: str
    reason_en: str


class ScheduleShown(ScheduleRow, frozen=True, kw_only=True):
    """A day plan with its roster, what was left out in words, and what people changed."""

    roster: Roster
    plan: DayPlan
    left: list[LeftOut]
    changes: list[ChangeRow]


class ChangeWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A change by hand; `revision`: only if the plan is still at it; `dry_run`: only ask the checker."""

    kind: Annotated[str, Meta(pattern="^(move|pin|forbid|release)$")]
    work: Annotated[str, Meta(max_length=200)]
    day: date | None = None
    person: Annotated[str, Meta(max_length=200)] | None = None
    by: Annotated[str, Meta(max_length=200)] = ""
    why: Annotated[str, Meta(max_length=1000)] = ""
    revision: Annotated[int, Meta(ge=1, le=2**31 - 1)] | None = None
    dry_run: bool = False


class BrokenRule(Struct, frozen=True, kw_only=True):
    """Something that a change breaks."""

    code: str
    work: str
    day: date | None
    text_ja: str
    text_en: str


class ChangeAnswer(Struct, frozen=True, kw_only=True):
    """What the checker says of a change; without faults (and not only tried) it is stored.

    `tours` are those that differ after the change.
    """

    stored: bool
    revision: int | None
    faults: list[BrokenRule]
    added_minutes: int
    tours: list[Tour]


async def put_in(ask: Ask[Nothing, ScheduleWanted]) -> Answer:
    wanted = ask.body
    if wanted.region_id not in ask.principal.regions:
        raise GunmaneError("invalid", [Fault("not_a_member", "/region_id")])
    row = await flow.store(
        ask.conn, wanted.region_id, wanted.schedule_id or uuid7(), wanted.roster, wanted.plan,
        ask.principal.key_id, ask.now, ask.language,
    )  # fmt: skip
    return Answer(row, 201, {"Location": f"/v1/schedules/{row.schedule_id}"})


async def list_all(ask: Ask[ScheduleQuery, None]) -> Answer:
    query = ask.query
    place = unpack(query.cursor, tuple[UUID])
    rows = await store.page(ask.conn, query.region, None if place is None else place[0], query.limit + 1)
    href = None
    if len(rows) > query.limit:
        rows = rows[: query.limit]
        href = next_link("/v1/schedules", query, pack(rows[-1].schedule_id))
    return Answer(SchedulePage(rows, href), headers=link_header(href) if href else {})


async def read(ask: Ask[Nothing, None]) -> Answer:
    found = await flow.one(ask.conn, ask.id("schedule_id"), ask.language)
    ja, en = texts("ja"), texts("en")
    left = [
        LeftOut(
            work=one.work, lawful=one.lawful, code=one.code, reason_ja=remedy_text(one, found.roster, ja, "ja"),
            reason_en=remedy_text(one, found.roster, en, "en"),
        )
        for one in found.plan.left
    ]  # fmt: skip
    changed = await store.changes(ask.conn, found.schedule_id)
    return Answer(ScheduleShown(**structs.asdict(found), left=left, changes=changed))


async def alter(ask: Ask[Nothing, ChangeWanted]) -> Answer:
    """Answer 200 whether or not the checker objects: its faults are what was asked for."""
    wanted = ask.body
    change = Change(
        kind=wanted.kind, work=wanted.work, day=wanted.day, person=wanted.person, by=wanted.by, why=wanted.why
    )
    outcome = await flow.apply(
        ask.conn, ask.id("schedule_id"), change, wanted.revision, ask.principal.key_id, ask.now, ask.language,
        store=not wanted.dry_run,
    )  # fmt: skip
    return Answer(
        ChangeAnswer(
            stored=outcome.revision is not None,
            revision=outcome.revision,
            faults=[_said(fault) for fault in outcome.changed.faults],
            added_minutes=outcome.added_minutes,
            tours=list(outcome.tours),
        )
    )


def _said(fault: Broken) -> BrokenRule:
    return BrokenRule(
        code=fault.code, work=fault.work, day=fault.day, text_ja=fault_text(fault, texts("ja")),
        text_en=fault_text(fault, texts("en")),
    )  # fmt: skip


def _paper(kind: str, media_type: str, name: str) -> Any:
    async def draw(ask: Ask[Nothing, None]) -> Answer:
        data = await flow.paper(ask.conn, ask.id("schedule_id"), kind, Language(ask.language))
        return Answer(
            raw=data, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
        )

    return draw


ONE = "/v1/schedules/{schedule_id:uuid}"

ROUTES = (
    Route(
        method="POST", path="/v1/schedules", name="store_schedule", tag="schedules", run=put_in, may=SCHEDULING,
        takes=ScheduleWanted, gives=ScheduleRow, status=201, creates=True, also=(409,), limit=30_000_000,
        gives_headers=("Location",), summary="日程の登録 (store a day plan that the checker passes)",
    ),
    Route(
        method="GET", path="/v1/schedules", name="list_schedules", tag="schedules", run=list_all,
        query=ScheduleQuery, gives=SchedulePage, gives_headers=("Link",), summary="日程の一覧 (day plans)",
    ),
    Route(
        method="GET", path=ONE, name="read_schedule", tag="schedules", run=read, gives=ScheduleShown,
        conditional=True, also=(403,), summary="日程 (one day plan, with what is left out and why)",
    ),
    Route(
        method="POST", path=ONE + "/changes", name="change_schedule", tag="schedules", run=alter, may=SCHEDULING,
        takes=ChangeWanted, gives=ChangeAnswer, creates=True, also=(404, 412),
        summary="日程の固定・移動・禁止 (pin, move, forbid; the checker answers at once)",
    ),
    Route(
        method="GET", path=ONE + "/day_sheets", name="read_day_sheets", tag="schedules",
        run=_paper("day_sheets", PDF, "day_sheets.pdf"), gives=bytes, gives_type=PDF, conditional=True, also=(403,),
        gives_headers=("Content-Disposition",), summary="点検日程表 (day sheets)",
    ),
    Route(
        method="GET", path=ONE + "/gantt", name="read_gantt", tag="schedules",
        run=_paper("gantt", PDF, "gantt.pdf"), gives=bytes, gives_type=PDF, conditional=True, also=(403,),
        gives_headers=("Content-Disposition",), summary="日程表 (Gantt chart)",
    ),
    Route(
        method="GET", path=ONE + "/workbook", name="read_schedule_workbook", tag="schedules",
        run=_paper("workbook", XLSX, "schedule.xlsx"), gives=bytes, gives_type=XLSX, conditional=True, also=(403,),
        gives_headers=("Content-Disposition",), summary="日程の表 (workbook of visits and of what is left out)",
    ),
)  # fmt: skip
