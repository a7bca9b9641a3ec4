"""Computations of plans that were asked for: queued, taken for a lease, told how far they are, ended."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from gunmane.core.plan.findings import Outline
from gunmane.core.plan.homes import Homes
from gunmane.core.stock import OwnerFacts
from gunmane.store.query import Conn, ReadConn, sql


class Settings(Struct, frozen=True, kw_only=True):
    """What a region's plan is computed for, as the last build of its file was told; owners in order of codes."""

    region: str
    field: str
    simulated: bool
    seed: int
    owners: tuple[tuple[UUID, OwnerFacts], ...]
    outlines: tuple[Outline, ...] = ()  # boundaries, with the digest of their file
    outlines_digest: str = ""
    homes: Homes | None = None


class Job(Struct, frozen=True, kw_only=True):
    """A computation that was asked for; `step` is a key of the steps that a build reports."""

    region_id: UUID
    job_id: UUID
    as_of: date
    seed: int | None
    state: str  # queued | running | done | failed | cancelled
    step: str
    progress: float  # of the step, 0 to 1
    attempts: int
    cancel_requested_at: datetime | None
    plan_id: UUID | None
    error: str | None
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


async def save_settings(conn: Conn, region_id: UUID, settings: Settings, roads: bytes | None) -> None:
    """Keep what a region's plan is computed for."""
    await conn.execute(sql("plan_jobs", "save_settings"), region_id, msgspec.to_builtins(settings), roads)


async def settings(conn: ReadConn, region_id: UUID) -> tuple[Settings, bytes | None] | None:
    """Read what a region's plan is computed for and its road network; None for one that was never built."""
    row = await conn.fetchrow(sql("plan_jobs", "settings"), region_id)
    return None if row is None else (msgspec.convert(row["settings"], Settings), row["roads"])


async def insert(
    conn: Conn, region_id: UUID, job_id: UUID, as_of: date, seed: int | None, key_id: UUID, now: datetime
) -> None:
    """Ask for a computation; a region has one under way at most."""
    await conn.execute(sql("plan_jobs", "insert_job"), region_id, job_id, as_of, seed, key_id, now)


async def page(
    conn: ReadConn, region_id: UUID | None, before: UUID | None, limit: int, job_id: UUID | None = None
) -> list[Job]:
    """List computations that were asked for, newest first, or the one named."""
    rows = await conn.fetch(sql("plan_jobs", "jobs"), region_id, before, job_id, limit)
    return msgspec.convert(rows, list[Job])


async def cancel(conn: Conn, region_id: UUID, job_id: UUID, now: datetime) -> None:
    """End a computation: at once while nobody works at it, else its worker ends it."""
    await conn.execute(sql("plan_jobs", "cancel_job"), region_id, job_id, now)


async def waiting(conn: ReadConn) -> Sequence[UUID]:
    """List the regions with a computation that waits for a worker."""
    return [row["region_id"] for row in await conn.fetch(sql("plan_jobs", "waiting_regions"))]


async def claim(conn: Conn, region_id: UUID, claim: UUID, lease_s: float) -> Job | None:
    """Take a region's waiting computation, or one whose worker died; None when there is none."""
    row = await conn.fetchrow(sql("plan_jobs", "claim_job"), region_id, claim, lease_s)
    return None if row is None else msgspec.convert(row, Job)


async def renew(conn: Conn, job: Job, claim: UUID, lease_s: float) -> bool | None:
    """Renew a lease and tell whether the computation shall end; None when it is somebody else's by now."""
    return await conn.fetchval(sql("plan_jobs", "renew_lease"), job.region_id, job.job_id, claim, lease_s)


async def note(conn: Conn, job: Job, claim: UUID, step: str, share: float) -> None:
    """Tell how far a computation is."""
    await conn.execute(sql("plan_jobs", "note_progress"), job.region_id, job.job_id, claim, step, share)


async def end(
    conn: Conn, job: Job, claim: UUID, state: str, *, plan_id: UUID | None = None, error: str | None = None
) -> None:
    """Note how a computation ended; `queued` has it taken again."""
    await conn.execute(sql("plan_jobs", "end_job"), job.region_id, job.job_id, claim, state, plan_id, error)
