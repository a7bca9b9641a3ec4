"""What people do with a plan: decide an edition, see what changed between editions."""

from datetime import date
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from gunmane.core.errors import GunmaneError
from gunmane.core.plan.record import Approval
from gunmane.core.plan.versions import Change
from gunmane.core.words import Role
from gunmane.flows import plans as flow
from gunmane.http.routes import Answer, Ask, Nothing, Route
from gunmane.store import plans as store
from gunmane.store import records
from gunmane.store.plans import Decision

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
    items: tuple[Change, ...]
    more: dict[str, int]


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


ONE = "/v1/plans/{plan_id:uuid}"

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
)  # fmt: skip
