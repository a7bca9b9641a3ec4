"""The process that computes one plan: `python -m gunmane.jobs.plan_process REGION JOB CLAIM FOLDER cache`.

The files of local rules come in GUNMANE_RULES. The database's address comes in GUNMANE_PROCESS_URL, never on the
command line, where other users could read it.
"""

import asyncio
import os
import sys
import threading
import time
from pathlib import Path
from uuid import UUID

from gunmane.core.errors import GunmaneError
from gunmane.files import rules
from gunmane.flows.plan_jobs import carry_out
from gunmane.store import access, plan_jobs, pool
from gunmane.store.plan_jobs import Job

TELL_S = 0.5
"""Seconds between two notes of progress."""


def main(arguments: list[str]) -> int:
    """Compute, and note how it ended; 1 for what a second attempt would not mend either is noted as failed too."""
    region, job, claim, folder, cache = arguments
    _end_with_parent()
    if local := os.environ.get("GUNMANE_RULES"):
        rules.use(rules.named(local))
    return asyncio.run(_main(UUID(region), UUID(job), UUID(claim), Path(folder), cache == "cache"))


def _end_with_parent() -> None:
    """End when the worker dies: nobody would renew the lease, and another worker takes the job."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


async def _main(region_id: UUID, job_id: UUID, claim: UUID, folder: Path, cache: bool) -> int:
    opened = await pool.open_pool(os.environ["GUNMANE_PROCESS_URL"], size=3, statement_cache=cache)
    try:
        async with pool.reading(opened) as conn:
            await access.operate(conn, [], [region_id])
            (job,) = await plan_jobs.page(conn, None, None, 1, job_id)
        told: dict[str, tuple[str, float]] = {}

        def report(step: str, share: float) -> None:
            told["now"] = (step, share)  # called from threads: one assignment

        telling = asyncio.create_task(_tell(opened, job, claim, told))
        try:
            plan_id = await carry_out(opened, job, folder, report)
        except GunmaneError as error:
            await _end(opened, job, claim, "failed", None, str(error))
            return 0
        finally:
            telling.cancel()
        await _end(opened, job, claim, "done", plan_id, None)
        return 0
    finally:
        await opened.close()


async def _tell(opened: pool.Pool, job: Job, claim: UUID, told: dict[str, tuple[str, float]]) -> None:
    """Note the newest progress from time to time."""
    last: tuple[str, float] | None = None
    while True:
        now = told.get("now")
        if now is not None and now != last:
            async with pool.writing(opened) as conn:
                await access.operate(conn, [], [job.region_id])
                await plan_jobs.note(conn, job, claim, *now)
            last = now
        await asyncio.sleep(TELL_S)


async def _end(
    opened: pool.Pool, job: Job, claim: UUID, state: str, plan_id: UUID | None, error: str | None
) -> None:  # fmt: skip
    async with pool.writing(opened) as conn:
        await access.operate(conn, [], [job.region_id])
        await plan_jobs.end(conn, job, claim, state, plan_id=plan_id, error=error)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
