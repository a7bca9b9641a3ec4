"""Computes plans that were asked for, each in a process of its own: what is cancelled or dies is ended at once.

The worker takes a job for the time of a lease and renews it while the process lives. When the worker dies its process
ends itself, the lease runs out, and another worker goes on from what the process had kept.
"""

import asyncio
import logging
import os
import sys
from contextlib import suppress
from pathlib import Path
from uuid import UUID, uuid4

from msgspec import Struct

from gunmane.store import access, errors, plan_jobs, pool
from gunmane.store.plan_jobs import Job
from gunmane.store.pool import Pool

LOG = logging.getLogger("gunmane.jobs")

ATTEMPTS = 3
"""Times that a computation is begun; after the last one it counts as failed."""

TOLD = 4000
"""Characters of a process's last words that are kept."""


class Bench(Struct, frozen=True, kw_only=True):
    """Where plans are computed: the database's address for the process, the folder for what is kept, and times."""

    pool: Pool
    url: str
    folder: Path
    statement_cache: bool = True
    lease_s: float = 30.0
    look_s: float = 1.0
    idle_s: float = 3.0


async def work(bench: Bench, stop: asyncio.Event) -> None:
    """Compute what is asked for until `stop` is set; a computation under way is then left to another worker."""
    while not stop.is_set():
        try:
            busy = await one_round(bench, stop)
        except Exception as error:
            if errors.explain(error) is None:
                LOG.exception("plans cannot be computed")
            busy = False
        if not busy:
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), bench.idle_s)


async def one_round(bench: Bench, stop: asyncio.Event) -> bool:
    """Take one computation and see it through; False when there was none."""
    async with pool.reading(bench.pool) as conn:
        regions = await plan_jobs.waiting(conn)
    for region_id in regions:
        claim = uuid4()
        async with pool.writing(bench.pool) as conn:
            await access.operate(conn, [], [region_id])
            job = await plan_jobs.claim(conn, region_id, claim, bench.lease_s)
        if job is not None:
            await _see_through(bench, job, claim, stop)
            return True
    return False


async def _see_through(bench: Bench, job: Job, claim: UUID, stop: asyncio.Event) -> None:
    """Run a job's process, renewing the lease; end it when that is asked for or the job is somebody else's."""
    if job.attempts > ATTEMPTS:
        await _end(bench, job, claim, "failed", job.error or "it was broken off too often")
        return
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gunmane.jobs.plan_process", str(job.region_id), str(job.job_id), str(claim),
        str(bench.folder), "cache" if bench.statement_cache else "no-cache",
        env={**os.environ, "GUNMANE_PROCESS_URL": bench.url},
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    talking = asyncio.create_task(process.communicate())
    ended = ""
    try:
        while not talking.done():
            await asyncio.wait([talking], timeout=bench.look_s)
            ended = await _asked_to_end(bench, job, claim) or ("queued" if stop.is_set() else "")
            if ended and not talking.done():
                process.terminate()
                with suppress(TimeoutError):
                    await asyncio.wait_for(asyncio.shield(talking), 5)
                break
    finally:
        if process.returncode is None:
            process.kill()
        _, told = await talking
    if process.returncode == 0:
        return  # it noted its own end
    said = told.decode(errors="replace").strip()[-TOLD:] or f"the process ended with {process.returncode}"
    state = ended or ("failed" if job.attempts >= ATTEMPTS else "queued")
    if state != "gone":
        await _end(bench, job, claim, state, None if state == "cancelled" else said if not ended else None)


async def _asked_to_end(bench: Bench, job: Job, claim: UUID) -> str:
    """Renew the lease; say why the process shall end, "" when it shall go on."""
    try:
        async with pool.writing(bench.pool) as conn:
            await access.operate(conn, [], [job.region_id])
            found = await plan_jobs.renew(conn, job, claim, bench.lease_s)
    except errors.PASSING:
        return ""  # the process waits for the database as well
    return "gone" if found is None else "cancelled" if found else ""


async def _end(bench: Bench, job: Job, claim: UUID, state: str, error: str | None) -> None:
    async with pool.writing(bench.pool) as conn:
        await access.operate(conn, [], [job.region_id])
        await plan_jobs.end(conn, job, claim, state, error=error)
