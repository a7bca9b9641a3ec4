"""Plans computed on demand: done, cancelled, taken over when a worker dies, with what was computed kept."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

import gunmane
from gunmane.core.errors import GunmaneError
from gunmane.flows import plan_jobs as flow
from gunmane.flows.build import checkpoints
from gunmane.flows.simulate import simulate
from gunmane.jobs import planning
from gunmane.jobs.planning import Bench
from gunmane.store import access, plan_jobs, plans, pool
from gunmane.store.plan_jobs import Job
from tests.cli.test_build import build, here  # noqa: F401
from tests.conftest import Database

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=pool.JST)


class Office:
    """A built region and a bench to compute it at."""

    def __init__(self, bench: Bench, region_id: UUID) -> None:
        self.bench, self.region_id = bench, region_id

    async def ask(self, seed: int) -> Job:
        async with pool.writing(self.bench.pool) as conn:
            await access.operate(conn, [], [self.region_id])
            return await flow.ask(conn, self.region_id, None, seed, uuid4(), NOW)

    async def look(self, job: Job) -> Job:
        async with pool.reading(self.bench.pool) as conn:
            await access.operate(conn, [], [self.region_id])
            return (await plan_jobs.page(conn, None, None, 1, job.job_id))[0]

    async def cancel(self, job: Job) -> Job:
        async with pool.writing(self.bench.pool) as conn:
            await access.operate(conn, [], [self.region_id])
            return await flow.cancel(conn, job.job_id, NOW)

    async def until(self, job: Job, state: str, step: str = "") -> Job:
        for _ in range(600):
            found = await self.look(job)
            if found.state == state and (not step or found.step == step):
                return found
            assert found.state in ("queued", "running", state), found.error
            await asyncio.sleep(0.1)
        raise AssertionError(f"still {found.state} {found.step}")


@pytest.fixture
async def office(here: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Office]:  # noqa: F811
    monkeypatch.setenv("PYTHONPATH", str(Path(gunmane.__file__).parents[1]))  # for the processes
    await asyncio.to_thread(simulate, tmp_path / "ledgers", 2, 120, 5, None, lambda *_: None)
    made = await build(tmp_path / "ledgers", tmp_path / "out")
    opened = await pool.open_pool(here.url, size=4)
    bench = Bench(pool=opened, url=here.url, folder=tmp_path / "plans", lease_s=3.0, look_s=0.2, idle_s=0.1)
    yield Office(bench, made.imported.saved.region_id)
    await opened.close()


def _processes(folder: Path) -> list[int]:
    """The processes that compute plans with this folder."""
    found = []
    for one in Path("/proc").glob("[0-9]*"):
        try:
            words = (one / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"gunmane.jobs.plan_process" in words and str(folder).encode() in words:
            found.append(int(one.name))
    return found


@pytest.mark.timeout(300)
async def test_a_plan_is_computed_cancelled_and_taken_over(office: Office) -> None:
    stop = asyncio.Event()
    working = asyncio.create_task(planning.work(office.bench, stop))
    # computed
    first = await office.ask(11)
    with pytest.raises(Exception, match="plan_jobs_one"):
        await office.ask(12)
    done = await office.until(first, "done")
    assert done.plan_id is not None
    assert done.progress == 1
    async with pool.reading(office.bench.pool) as conn:
        await access.operate(conn, [], [office.region_id])
        assert await plans.by_edition(conn, office.region_id, 2) == done.plan_id
    assert not list(office.bench.folder.glob("*")), "nothing is kept of what is stored"
    # cancelled while it runs
    second = await office.ask(12)
    await office.until(second, "running")
    assert (await office.cancel(second)).cancel_requested_at is not None
    await office.until(second, "cancelled")
    assert _processes(office.bench.folder) == []
    # its process is killed after computing: the next one does not compute again
    third = await office.ask(13)
    kept = office.bench.folder / f"{third.job_id}.checkpoint"
    while not await asyncio.to_thread(kept.exists):
        await asyncio.sleep(0.01)
    running = await asyncio.to_thread(_processes, office.bench.folder)
    assert len(running) == 1
    os.kill(running[0], signal.SIGKILL)
    again = await office.until(third, "done")
    assert again.attempts == 2
    # the worker is gone: its lease ends, another one takes over
    fourth = await office.ask(14)
    async with pool.writing(office.bench.pool) as conn:
        await access.operate(conn, [], [office.region_id])
    stop.set()
    await working
    stop.clear()
    async with pool.writing(office.bench.pool) as conn:
        await access.operate(conn, [], [office.region_id])
        left = await office.look(fourth)
        if left.state == "queued":
            assert await plan_jobs.claim(conn, office.region_id, uuid4(), 0.5) is not None
    working = asyncio.create_task(planning.work(office.bench, stop))
    assert (await office.until(fourth, "done")).attempts == 2
    stop.set()
    await working


async def test_what_waits_is_cancelled_at_once_and_what_breaks_too_often_fails(office: Office) -> None:
    job = await office.ask(21)
    assert (await office.cancel(job)).state == "cancelled"
    assert not await planning.one_round(office.bench, asyncio.Event())
    broken = await office.ask(22)
    for _ in range(planning.ATTEMPTS):
        async with pool.writing(office.bench.pool) as conn:
            await access.operate(conn, [], [office.region_id])
            assert await plan_jobs.claim(conn, office.region_id, uuid4(), 0.0) is not None
    assert await planning.one_round(office.bench, asyncio.Event())
    assert (await office.look(broken)).state == "failed"


async def test_a_checkpoint_serves_the_same_inputs_only(tmp_path: Path) -> None:
    path = tmp_path / "x" / "one.checkpoint"
    assert checkpoints.load(path, "a") is None
    checkpoints.save(path, "a", None)  # type: ignore[arg-type]
    assert path.stat().st_mode & 0o077 == 0
    assert checkpoints.load(path, "b") is None
    path.write_bytes(b"a\nnonsense")
    assert checkpoints.load(path, "a") is None
    checkpoints.drop(path)
    checkpoints.drop(path)


async def test_a_region_that_was_never_built_is_refused(db_pool: pool.Pool) -> None:
    async with pool.writing(db_pool) as conn:
        with pytest.raises(GunmaneError, match="region_not_built"):
            await flow.ask(conn, uuid4(), None, None, uuid4(), NOW)
