"""Computing a region's plan anew: asked for, watched, cancelled."""

from datetime import date
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from gunmane.core.errors import Fault, GunmaneError
from gunmane.flows import plan_jobs as flow
from gunmane.http.cursors import PageQuery, link_header, next_link, pack, unpack
from gunmane.http.plans import PLANNING
from gunmane.http.routes import Answer, Ask, Nothing, Route
from gunmane.store import plan_jobs as store
from gunmane.store.plan_jobs import Job

AGAIN_S = 2
"""Seconds after which one that waits may ask again."""


class PlanWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A plan to be computed: of which region, for which day (today), with which seed (that of the last build)."""

    region_id: UUID
    as_of: date | None = None
    seed: Annotated[int, Meta(ge=0, le=2**63 - 1)] | None = None


class JobQuery(PageQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of which region, and where in the list."""

    region: UUID | None = None


class JobPage(Struct, frozen=True):
    """A page of computations that were asked for."""

    items: list[Job]
    next: str | None = None


async def ask_for(ask: Ask[Nothing, PlanWanted]) -> Answer:
    wanted = ask.body
    if wanted.region_id not in ask.principal.regions:
        raise GunmaneError("invalid", [Fault("not_a_member", "/region_id")])
    job = await flow.ask(ask.conn, wanted.region_id, wanted.as_of, wanted.seed, ask.principal.key_id, ask.now)
    return Answer(job, 202, {"Location": f"/v1/plan-jobs/{job.job_id}", "Retry-After": str(AGAIN_S)})


async def list_all(ask: Ask[JobQuery, None]) -> Answer:
    query = ask.query
    place = unpack(query.cursor, tuple[UUID])
    rows = await store.page(ask.conn, query.region, None if place is None else place[0], query.limit + 1)
    href = None
    if len(rows) > query.limit:
        rows = rows[: query.limit]
        href = next_link("/v1/plan-jobs", query, pack(rows[-1].job_id))
    return Answer(JobPage(rows, href), headers=link_header(href) if href else {})


async def read(ask: Ask[Nothing, None]) -> Answer:
    found = await store.page(ask.conn, None, None, 1, ask.id("job_id"))
    if not found:
        raise GunmaneError("not_found")
    again = {"Retry-After": str(AGAIN_S)} if found[0].state in ("queued", "running") else {}
    return Answer(found[0], headers=again)


async def cancel(ask: Ask[Nothing, None]) -> Answer:
    return Answer(await flow.cancel(ask.conn, ask.id("job_id"), ask.now))


ONE = "/v1/plan-jobs/{job_id:uuid}"

ROUTES = (
    Route(
        method="POST", path="/v1/plans", name="ask_for_plan", tag="plans", run=ask_for, may=PLANNING,
        takes=PlanWanted, gives=Job, status=202, creates=True, also=(409,),
        gives_headers=("Location", "Retry-After"), summary="計画の再計算 (compute a region's plan anew)",
    ),
    Route(
        method="GET", path="/v1/plan-jobs", name="list_plan_jobs", tag="plans", run=list_all, query=JobQuery,
        gives=JobPage, gives_headers=("Link",), summary="計算の一覧 (computations that were asked for)",
    ),
    Route(
        method="GET", path=ONE, name="read_plan_job", tag="plans", run=read, gives=Job,
        gives_headers=("Retry-After",), summary="計算の進み具合 (state and progress of a computation)",
    ),
    Route(
        method="POST", path=ONE + "/cancellation", name="cancel_plan_job", tag="plans", run=cancel, may=PLANNING,
        gives=Job, summary="計算の取消し (cancel a computation)",
    ),
)  # fmt: skip
