"""Computations of plans asked for over the API: what they are computed for, and their carrying out."""

from collections import Counter
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from gunmane.core.errors import Fault, GunmaneError
from gunmane.files.boundaries import Boundaries
from gunmane.files.roads import roads_from
from gunmane.flows.build.compute import Report
from gunmane.flows.build.region import Request, build
from gunmane.flows.imports import rows_to_mend
from gunmane.store import access, plan_jobs, plans, pool, regions
from gunmane.store.ids import uuid7
from gunmane.store.memberships import SavedRegion
from gunmane.store.plan_jobs import Job, Settings
from gunmane.store.query import Conn


async def ask(
    conn: Conn, region_id: UUID, as_of: date | None, seed: int | None, key_id: UUID, now: datetime
) -> Job:  # fmt: skip
    """Ask for a region's plan to be computed anew.

    Raises GunmaneError `invalid` for a day to come or a region that no build has told its budgets and engineers,
    `conflict` where a computation of the region is under way.
    """
    day = as_of or now.date()
    if day > now.date():
        values = {"value": day.isoformat(), "today": now.date().isoformat()}
        raise GunmaneError("invalid", [Fault("in_future", "/as_of", values)])
    if await plan_jobs.settings(conn, region_id) is None:
        raise GunmaneError("invalid", [Fault("region_not_built", "/region_id")])
    job_id = uuid7()
    await plan_jobs.insert(conn, region_id, job_id, day, seed, key_id, now)
    return (await plan_jobs.page(conn, None, None, 1, job_id))[0]


async def cancel(conn: Conn, job_id: UUID, now: datetime) -> Job:
    """End a computation; raises GunmaneError `not_found`. One that has ended stays as it is."""
    found = await plan_jobs.page(conn, None, None, 1, job_id)
    if not found:
        raise GunmaneError("not_found")
    await plan_jobs.cancel(conn, found[0].region_id, job_id, now)
    return (await plan_jobs.page(conn, None, None, 1, job_id))[0]


def settings_of(request: Request) -> Settings:
    """Return what of a build's request the next computation needs."""
    areas = request.boundaries
    return Settings(
        region=request.region, field=request.field, simulated=request.simulated, seed=request.seed,
        owners=request.owners, outlines=() if areas is None else areas.outlines,
        outlines_digest="" if areas is None else areas.digest, homes=request.homes,
    )  # fmt: skip


async def request_of(opened: pool.Pool, job: Job) -> Request:
    """Put together what a computation works for; owners that have left the region stay out.

    Raises GunmaneError `invalid` for a region that no build has told its budgets and engineers.
    """
    async with pool.reading(opened) as conn:
        await access.operate(conn, [], [job.region_id])
        found = await plan_jobs.settings(conn, job.region_id)
        members = {
            one.owner_id
            for region in await regions.regions(conn, job.region_id)
            for one in region.members
            if one.joined_on <= job.as_of and (one.left_on is None or one.left_on > job.as_of)
        }
    if found is None:
        raise GunmaneError("invalid", [Fault("region_not_built", "/region_id")])
    told, roads = found
    owners = tuple((owner_id, facts) for owner_id, facts in told.owners if owner_id in members)
    saved = SavedRegion(job.region_id, {facts.code: owner_id for owner_id, facts in owners})
    codes = {owner_id: facts.code for owner_id, facts in owners}
    rejected = Counter((codes[row.owner_id], row.asset_class) for _, row in await rows_to_mend(opened, saved))
    return Request(
        region_id=job.region_id, region=told.region, field=told.field, simulated=told.simulated, owners=owners,
        as_of=job.as_of, seed=told.seed if job.seed is None else job.seed, rejected=dict(rejected),
        roads=None if roads is None else roads_from(roads, "roads"), homes=told.homes,
        boundaries=Boundaries(told.outlines, told.outlines_digest) if told.outlines_digest else None,
    )  # fmt: skip


async def carry_out(opened: pool.Pool, job: Job, folder: Path, report: Report) -> UUID | None:
    """Compute a plan and return its identifier; what was computed before a crash is not computed again."""
    request = await request_of(opened, job)
    built = await build(opened, request, report, folder / f"{job.job_id}.checkpoint")
    async with pool.reading(opened) as conn:
        await access.operate(conn, [], [job.region_id])
        return await plans.by_edition(conn, job.region_id, built.edition)
