"""Builds the plan of a region that lies in the database."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from gunmane import __version__
from gunmane.core.plan.homes import Homes
from gunmane.core.plan.overrides import Override
from gunmane.core.plan.roads import Roads
from gunmane.core.plan.sheet import PlanSheet, encode
from gunmane.core.plan.versions import decided
from gunmane.core.schedule.year import Reason
from gunmane.core.stock import OwnerFacts
from gunmane.core.words import AssetClass, Language, ModelState
from gunmane.files.boundaries import Boundaries
from gunmane.files.rules import local_digest
from gunmane.flows.build import checkpoints
from gunmane.flows.build.compute import Computed, Report, compute, digest, run_id_of, sheet_of
from gunmane.flows.build.save import save
from gunmane.flows.build.settled import Settled, settled
from gunmane.flows.models import adopted_models
from gunmane.pdf.plans import draw
from gunmane.resources import program
from gunmane.store import access, fleets, locks, models, plans, pool, runs
from gunmane.store.ids import uuid7

KIND = "build"


class Request(Struct, frozen=True, kw_only=True):
    """Which region is built, for which day and with which seed; owners in the order of their codes."""

    region_id: UUID
    region: str
    field: str
    simulated: bool
    owners: tuple[tuple[UUID, OwnerFacts], ...]
    as_of: date
    seed: int
    rejected: dict[tuple[str, AssetClass], int]
    roads: Roads | None = None
    homes: Homes | None = None
    boundaries: Boundaries | None = None

    def beside(self) -> tuple[str, ...]:
        """Digests of the files beside the ledgers that the plan is made from, local rules among them."""
        files = (self.roads, self.homes, self.boundaries)
        return (*(file.digest for file in files if file is not None), *local_digest())


class Built(Struct, frozen=True, kw_only=True):
    """A plan with its document; `repeated` when nothing had changed since the run that made it."""

    run_id: UUID
    inputs_digest: str
    edition: int
    sheet: bytes
    pdf: bytes
    counts: dict[str, Any]
    repeated: bool


async def build(opened: pool.Pool, request: Request, report: Report, checkpoint: Path | None = None) -> Built:
    """Read, compute, store, draw; equal inputs and seed give equal bytes, and a second time stores nothing.

    With a `checkpoint` a build that was broken off goes on from what it had computed, if its inputs still stand.
    """
    ids = [owner_id for owner_id, _ in request.owners]
    async with pool.writing(opened) as conn:
        await access.operate(conn, ids, [request.region_id])
        overrides = await _overrides(conn, request.region_id)
        state = await _state(conn, request, overrides)
        given, standing = state, await settled(conn, request.region_id)
        if standing is not None:
            if standing.state == state:
                return await _kept(conn, standing.plan, standing.run)
            state = hashlib.sha256(f"{state} {standing.digest}".encode()).hexdigest()
        earlier = await runs.find_finished(conn, request.region_id, KIND, state)
        if earlier is not None and (kept := await runs.plan_of(conn, request.region_id, earlier.run_id)):
            return await _kept(conn, kept, earlier)
        await fleets.refresh_statistics(conn)
        adopted = await adopted_models(conn, request.region_id, ids)
        found = await _read(conn, request, report)
    facts = tuple(owner for _, owner in request.owners)
    inputs = digest(
        found,
        facts,
        request.region,
        request.field,
        request.as_of,
        request.seed,
        request.simulated,
        program(),
        *request.beside(),
        *overrides,
        *(sorted(one.model_id for one in adopted.values())),
        *(() if standing is None else (standing.digest,)),
    )
    run_id = run_id_of(inputs)
    done = None if checkpoint is None else await asyncio.to_thread(checkpoints.load, checkpoint, inputs)
    if done is None:
        done = await asyncio.to_thread(
            compute, found, facts, as_of=request.as_of, seed=request.seed, report=report,
            region_id=request.region_id, adopted=adopted, roads=request.roads,
        )  # fmt: skip
        if checkpoint is not None:
            await asyncio.to_thread(checkpoints.save, checkpoint, inputs, done)
    counts: dict[str, Any] = {
        "assets": sum(fleet.size for fleet in found),
        "inspections": sum(len(fleet.looks.asset) for fleet in found),
        "repairs": sum(len(fleet.works.asset) for fleet in found),
        "scored": int(sum(part.scored.sum() for part in done.risk.parts)),
        "planned_visits": int((done.schedule.plan.month >= 0).sum()),
        "visits_not_placed": int((done.schedule.plan.month < 0).sum()),
        "visits_not_placed_because": _not_placed(done),
        "models_adopted": sum(one.adopted is not None for _, assessed in done.parts for one in assessed),
        "models_not_adopted": sum(one.adopted is None for _, assessed in done.parts for one in assessed),
    }
    if await locks.wait_for_turn(opened, ids, lambda: report("wait", 0.0)):
        report("wait", 1.0)
    async with pool.writing(opened) as conn:
        await locks.hold(conn, ids)
        await access.operate(conn, ids, [request.region_id])
        if (same := await _made_meanwhile(conn, request.region_id, run_id)) is not None:
            return same
        edition = await runs.next_edition(conn, request.region_id)
        parameters = {"state": state, "given": given, "as_of": request.as_of.isoformat()}
        await runs.start(
            conn, request.region_id, run_id, KIND,
            inputs_digest=inputs, seed=request.seed, parameters=parameters, code_version=__version__,
        )  # fmt: skip
        drawing = asyncio.create_task(
            _draw(done, request, overrides, None if standing is None else standing.measures, run_id, inputs, edition,
                  report)
        )  # fmt: skip
        async with _beside(drawing):
            report("save", 0.0)
            counts |= await save(conn, done, ids, request.region_id, run_id)
            report("save", 1.0)
            sheet, document = await drawing
        await _store_plan(conn, request, run_id, edition, sheet, document)
        await runs.finish(conn, request.region_id, run_id, counts)
    if checkpoint is not None:
        await asyncio.to_thread(checkpoints.drop, checkpoint)
    return Built(
        run_id=run_id,
        inputs_digest=inputs,
        edition=edition,
        sheet=encode(sheet),
        pdf=document,
        counts=counts,
        repeated=False,
    )


async def _made_meanwhile(conn: runs.ReadConn, region_id: UUID, run_id: UUID) -> Built | None:
    """Find what another build of the same inputs stored while this one computed."""
    run = await runs.get(conn, region_id, run_id)
    plan = await runs.plan_of(conn, region_id, run_id)
    if run is None or plan is None or run.state != "done":
        return None
    return await _kept(conn, plan, run)


def _not_placed(done: Computed) -> dict[str, dict[str, int]]:
    """Count the visits without a month by duty and reason (keys of `reasons` in data/texts/*/schedule.toml)."""
    found: dict[str, dict[str, int]] = {}
    kinds, reasons = done.schedule.work.tasks.kind, done.schedule.plan.reason
    for (kind, reason), count in sorted(Counter(zip(kinds.tolist(), reasons.tolist(), strict=True)).items()):
        if reason != Reason.PLACED:
            found.setdefault(done.schedule.kinds[kind].duty, {})[Reason(reason).name.lower()] = count
    return found


async def _draw(
    done: Computed,
    request: Request,
    overrides: Sequence[Override],
    adopted: Settled | None,
    run_id: UUID,
    inputs: str,
    edition: int,
    report: Report,
) -> tuple[PlanSheet, bytes]:
    """Compute the plan and draw its document."""
    report("plan", 0.0)
    sheet = await asyncio.to_thread(
        sheet_of,
        done,
        region=request.region,
        field=request.field,
        simulated=request.simulated,
        version=str(edition),
        run_id=run_id,
        inputs_digest=inputs,
        seed=request.seed,
        rejected=request.rejected,
        roads=request.roads,
        homes=request.homes,
        outlines=() if request.boundaries is None else request.boundaries.outlines,
        overrides=overrides,
        adopted=adopted,
    )
    report("plan", 1.0)
    report("document", 0.0)
    document = await asyncio.to_thread(draw, sheet, language=Language.JA)
    report("document", 1.0)
    return sheet, document


@asynccontextmanager
async def _beside(task: asyncio.Task[Any]) -> AsyncGenerator[None]:
    """Let a task run beside the block; none is left behind when the block fails."""
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _overrides(conn: runs.ReadConn, region_id: UUID) -> tuple[Override, ...]:
    """Read what people set against proposals, in a fixed order."""
    rows = await plans.overrides(conn, region_id)
    return tuple(sorted((row.content for row in rows), key=lambda one: one.code))


async def _state(conn: runs.ReadConn, request: Request, overrides: Sequence[Override]) -> str:
    """Describe what the build would start from; equal texts mean that nothing has changed."""
    inputs = await runs.state_of_inputs(conn, [owner_id for owner_id, _ in request.owners])
    settings = (
        request.as_of,
        request.seed,
        request.region,
        request.field,
        program(),
        [o for _, o in request.owners],
        *request.beside(),
        *overrides,
        *(str(one.model_id) for one in await models.models(conn, request.region_id, states=[ModelState.ADOPTED])),
    )
    return hashlib.sha256(repr((inputs, settings)).encode()).hexdigest()


async def _read(conn: runs.ReadConn, request: Request, report: Report) -> Sequence[Any]:
    """Read every class that has assets."""
    return await fleets.read_fleets(
        conn, tuple(AssetClass), request.owners, request.as_of, lambda done: report("read", done)
    )


async def _store_plan(
    conn: runs.Conn, request: Request, run_id: UUID, edition: int, sheet: PlanSheet, document: bytes
) -> None:
    """Store the plan as the region's next edition."""
    await runs.insert_plan(
        conn,
        request.region_id,
        run_id,
        plan_id=uuid7(),
        edition=edition,
        as_of=request.as_of,
        sheet=msgspec.to_builtins(sheet, builtin_types=()),
        sheet_sha256=hashlib.sha256(encode(sheet)).hexdigest(),
        pdf=document,
        pdf_sha256=hashlib.sha256(document).hexdigest(),
    )


async def _kept(conn: runs.ReadConn, plan: runs.Plan, run: runs.Run) -> Built:
    """The plan of a run whose inputs have not changed, as decided where it was."""
    sheet = msgspec.convert(plan.sheet, PlanSheet)
    if (made := await plans.decision(conn, plan.plan_id)) is not None:
        sheet = decided(sheet, made.approval)
    return Built(
        run_id=run.run_id,
        inputs_digest=run.inputs_digest,
        edition=plan.edition,
        sheet=encode(sheet),
        pdf=plan.pdf or b"",
        counts=run.result or {},
        repeated=True,
    )
