"""`gunmane plan compute | status | cancel`: computations that run in the service."""

import argparse
import asyncio
import time
from datetime import datetime
from typing import Any
from uuid import UUID

from gunmane.cli.days import iso_day
from gunmane.cli.plans import OPERATOR, REGION_HELP, for_region
from gunmane.core.errors import GunmaneError
from gunmane.files import reference
from gunmane.flows import plan_jobs as flow
from gunmane.store import plan_jobs, pool
from gunmane.store.plan_jobs import Job
from gunmane.store.query import Conn

LOOK_S = 1.0


def add(kinds: Any) -> None:
    """Add the kinds."""
    asked = kinds.add_parser("compute", help="have a running service compute the plan anew (再計算)")
    asked.add_argument("region", help=REGION_HELP)
    asked.add_argument("--as-of", type=iso_day, help="day of the data (default: today)")
    asked.add_argument("--seed", type=int, help="default: that of the last build")
    asked.add_argument("--wait", action="store_true", help="wait for the end, showing progress")
    asked.set_defaults(run=run_compute)
    status = kinds.add_parser("status", help="computations and how far they are (進み具合)")
    status.add_argument("region", help=REGION_HELP)
    status.set_defaults(run=run_status)
    cancelled = kinds.add_parser("cancel", help="cancel a computation (取消し)")
    cancelled.add_argument("region", help=REGION_HELP)
    cancelled.add_argument("job", type=UUID, nargs="?", help="default: the newest")
    cancelled.set_defaults(run=run_cancel)


def line(job: Job) -> str:
    """Say how far a computation is."""
    where = f"{job.step} {job.progress:.0%}" if job.state == "running" else ""
    return f"{job.job_id}  {job.state:9}  {job.as_of}  {where}{job.error or ''}{job.plan_id or ''}"


STEPS = ("read", "fit", "check", "duties", "schedule", "wait", "save", "plan", "document")
"""A computation's steps in their order; the last three run side by side."""


def steps(job: Job) -> list[str]:
    """Say of each step of a computation that is under way or broke off whether it is done; "" of ended ones."""
    if job.state not in ("running", "failed", "cancelled") or job.step not in STEPS:
        return []
    names, at = reference.texts("assess")["steps"], STEPS.index(job.step)
    beside = STEPS.index("save")
    lines: list[str] = []
    for place, step in enumerate(STEPS):
        if step == "wait" and step != job.step:
            continue
        state = "済 done" if place < min(at, beside) or (place < at and step == "plan") else "–"
        if place == at:
            state = "済 done" if job.progress >= 1 else f"{job.progress:.0%}"
        elif at >= beside and place >= beside and state == "–":
            state = "同時に進行 beside" if job.state == "running" else "–"
        lines.append(f"    {state:>8}  {names[step].ja} / {names[step].en}")
    return lines


def run_compute(options: argparse.Namespace) -> int:
    """Ask for a computation; 1 where it failed or was cancelled while this command waited."""
    found: list[Job] = []

    async def ask(conn: Conn, region_id: UUID) -> int:
        now = datetime.now(pool.JST)
        found.append(await flow.ask(conn, region_id, options.as_of, options.seed, OPERATOR, now))
        print(line(found[0]))
        return 0

    async def look(conn: Conn, region_id: UUID) -> int:
        found[:] = await plan_jobs.page(conn, region_id, None, 1, found[0].job_id)
        return 0

    for_region(options.region, ask)
    said = ""
    while options.wait and found[0].state in ("queued", "running"):
        time.sleep(LOOK_S)
        for_region(options.region, look)
        if line(found[0]) != said:
            said = line(found[0])
            print(said, flush=True)
    return 1 if found[0].state in ("failed", "cancelled") else 0


def run_status(options: argparse.Namespace) -> int:
    """Print one line for each computation, newest first, and the steps of those that are under way or broke off."""

    async def show(conn: Conn, region_id: UUID) -> int:
        for job in await plan_jobs.page(conn, region_id, None, 20):
            print("\n".join([line(job), *steps(job)]))
        return 0

    return for_region(options.region, show)


def run_cancel(options: argparse.Namespace) -> int:
    """Cancel a computation."""

    async def end(conn: Conn, region_id: UUID) -> int:
        job_id = options.job
        if job_id is None:
            newest = await plan_jobs.page(conn, region_id, None, 1)
            if not newest:
                raise GunmaneError("not_found")
            job_id = newest[0].job_id
        print(line(await flow.cancel(conn, job_id, datetime.now(pool.JST))))
        await asyncio.sleep(0)
        return 0

    return for_region(options.region, end)
