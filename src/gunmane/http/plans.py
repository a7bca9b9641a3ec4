"""What people do with a plan: decide an edition, compare editions, override proposals, comment."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.plan.overrides import Override
from gunmane.core.plan.record import Approval
from gunmane.core.plan.versions import PlanChange
from gunmane.core.words import AssetClass, Role
from gunmane.flows import overrides
from gunmane.flows import plans as flow
from gunmane.http.routes import EDITING, Answer, Ask, Nothing, Route
from gunmane.store import plans as store
from gunmane.store import records, regions
from gunmane.store.ids import uuid7
from gunmane.store.plans import Comment, Decision, OverrideRow

PLANNING = frozenset({Role.PLANNER, Role.ADMINISTRATOR})
Line = Annotated[str, Meta(min_length=1, max_length=200)]
Words = Annotated[str, Meta(max_length=2000)]


class DecisionWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A decision to be recorded: 決定日, 会議, 決定者, 職."""

    decided_on: date
    meeting: Line
    decided_by: Line
    title: Line
    note: Words | None = None


class ChangesQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Since which edition; the one before where none is named."""

    since: UUID | None = None


class Changes(Struct, frozen=True, kw_only=True):
    """What changed since an edition, None where there is none before; `more` counts what is not told, by part."""

    since: UUID | None
    items: tuple[PlanChange, ...]
    more: dict[str, int]


class OverrideWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An override: of an asset (`asset_id` and class) a measure or `keep`, of another decision `change` or `keep`.

    `groups` are the codes of the owners that order together, or for the decision `tasks` the tasks let in one
    contract (`bridge.inspect`, `tunnel.works`, …).
    """

    region_id: UUID
    asset_class: AssetClass | None = None
    asset_id: UUID | None = None
    code: Annotated[str, Meta(max_length=200)] = ""
    alternative: Annotated[str, Meta(min_length=1, max_length=20)]
    year: Annotated[int, Meta(ge=1900, le=2200)] | None = None
    groups: Annotated[list[list[Line]], Meta(max_length=400)] = []
    reason: Annotated[str, Meta(min_length=1, max_length=60)]
    note: Words = ""
    by: Line
    override_id: UUID | None = None


class OverrideQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of which region, with those withdrawn or not."""

    region: UUID | None = None
    withdrawn: bool = False


class Overrides(Struct, frozen=True):
    """What people set against proposals, newest first."""

    items: list[OverrideRow]


class CommentWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A comment on an edition, or on one of its decisions by code."""

    body: Annotated[str, Meta(min_length=1, max_length=5000)]
    author: Line
    code: Annotated[str, Meta(max_length=200)] = ""


class Comments(Struct, frozen=True):
    """What people say of an edition, oldest first."""

    items: list[Comment]


async def decide(ask: Ask[Nothing, DecisionWanted]) -> Answer:
    wanted, plan_id = ask.body, ask.id("plan_id")
    approval = Approval(
        decided_on=wanted.decided_on, meeting=wanted.meeting, decided_by=wanted.decided_by, title=wanted.title,
        note=wanted.note,
    )  # fmt: skip
    made = await flow.decide(ask.conn, plan_id, approval, ask.principal.key_id, ask.now, ask.language)
    return Answer(made, 201, {"Location": f"/v1/plans/{plan_id}/decision"})


async def read_decision(ask: Ask[Nothing, None]) -> Answer:
    if not await records.plans(ask.conn, None, None, 1, ask.id("plan_id")):
        raise GunmaneError("not_found")
    found = await store.decision(ask.conn, ask.id("plan_id"))
    if found is None:
        raise GunmaneError("not_found")
    return Answer(found)


async def changes(ask: Ask[ChangesQuery, None]) -> Answer:
    since, found = await flow.changes(ask.conn, ask.id("plan_id"), ask.query.since)
    return Answer(Changes(since=since, items=found.changes, more=found.more))


async def _own(ask: Ask[Any, Any]) -> list[str]:
    found = await regions.owner(ask.conn, ask.principal.owner_id)
    return [] if found is None else [found.code]


async def put_override(ask: Ask[Nothing, OverrideWanted]) -> Answer:
    wanted = ask.body
    if wanted.region_id not in ask.principal.regions:
        raise GunmaneError("invalid", [Fault("not_a_member", "/region_id")])
    if (wanted.asset_class is None) != (wanted.asset_id is None) or (wanted.asset_id is None and not wanted.code):
        raise GunmaneError("invalid", [Fault("missing", "/asset_id" if wanted.asset_class else "/asset_class")])
    content = Override(
        code=wanted.code, asset_class=wanted.asset_class, number="" if wanted.asset_id else None,
        asset_id=None if wanted.asset_id is None else str(wanted.asset_id), alternative=wanted.alternative,
        year=wanted.year, groups=tuple(tuple(group) for group in wanted.groups), reason=wanted.reason,
        note=wanted.note, by=wanted.by, on=ask.today,
    )  # fmt: skip
    row = await overrides.put(
        ask.conn, wanted.region_id, wanted.override_id or uuid7(), content, ask.principal.key_id, ask.now,
        own=await _own(ask),
    )  # fmt: skip
    return Answer(row, 201, {"Location": f"/v1/plan-overrides/{row.override_id}"})


async def list_overrides(ask: Ask[OverrideQuery, None]) -> Answer:
    rows = await store.overrides(ask.conn, ask.query.region, withdrawn=ask.query.withdrawn)
    return Answer(Overrides(await overrides.seen(ask.conn, rows)))


async def read_override(ask: Ask[Nothing, None]) -> Answer:
    rows = await store.overrides(ask.conn, None, ask.id("override_id"), withdrawn=True)
    found = await overrides.seen(ask.conn, rows)
    if not found:
        raise GunmaneError("not_found")
    return Answer(found[0])


async def withdraw_override(ask: Ask[Nothing, None]) -> Answer:
    override_id, key_id = ask.id("override_id"), ask.principal.key_id
    return Answer(await overrides.withdraw(ask.conn, override_id, key_id, ask.now, own=await _own(ask)))


async def comment(ask: Ask[Nothing, CommentWanted]) -> Answer:
    wanted = ask.body
    made = await overrides.comment(
        ask.conn, ask.id("plan_id"), wanted.code, ask.principal.owner_id, wanted.body, wanted.author,
        ask.principal.key_id, ask.now,
    )  # fmt: skip
    return Answer(made, 201)


async def list_comments(ask: Ask[Nothing, None]) -> Answer:
    return Answer(Comments(await overrides.comments(ask.conn, ask.id("plan_id"), ask.principal.owner_id)))


ONE = "/v1/plans/{plan_id:uuid}"
OVERRIDE = "/v1/plan-overrides/{override_id:uuid}"

ROUTES = (
    Route(
        method="POST", path=ONE + "/decision", name="decide_plan", tag="plans", run=decide, may=PLANNING,
        takes=DecisionWanted, gives=Decision, status=201, creates=True, also=(404, 409), gives_headers=("Location",),
        summary="計画の決定 (decide an edition; an earlier decided one is superseded)",
    ),
    Route(
        method="GET", path=ONE + "/decision", name="read_plan_decision", tag="plans", run=read_decision,
        gives=Decision, summary="決定の記録 (who decided an edition, when and where)",
    ),
    Route(
        method="GET", path=ONE + "/changes", name="read_plan_changes", tag="plans", run=changes, query=ChangesQuery,
        gives=Changes, conditional=True, also=(422,),
        summary="版の比較 (what changed since another edition, in words)",
    ),
    Route(
        method="POST", path="/v1/plan-overrides", name="override_plan", tag="plans", run=put_override, may=PLANNING,
        takes=OverrideWanted, gives=OverrideRow, status=201, creates=True, also=(409,), gives_headers=("Location",),
        summary="判断の変更 (set an alternative against a proposal; kept through recomputation)",
    ),
    Route(
        method="GET", path="/v1/plan-overrides", name="list_plan_overrides", tag="plans", run=list_overrides,
        query=OverrideQuery, gives=Overrides, summary="判断の変更の一覧 (overrides)",
    ),
    Route(
        method="GET", path=OVERRIDE, name="read_plan_override", tag="plans", run=read_override, gives=OverrideRow,
        summary="判断の変更 (one override)",
    ),
    Route(
        method="POST", path=OVERRIDE + "/withdrawal", name="withdraw_plan_override", tag="plans",
        run=withdraw_override, may=PLANNING, gives=OverrideRow, summary="判断の変更の取下げ (withdraw an override)",
    ),
    Route(
        method="POST", path=ONE + "/comments", name="comment_plan", tag="plans", run=comment, may=EDITING,
        takes=CommentWanted, gives=Comment, status=201, creates=True,
        summary="意見 (comment on an edition or on one of its decisions)",
    ),
    Route(
        method="GET", path=ONE + "/comments", name="list_plan_comments", tag="plans", run=list_comments,
        gives=Comments, summary="意見の一覧 (comments that you may see)",
    ),
)  # fmt: skip
