"""Recorded computations and their plans."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from gunmane.store.query import Conn, ReadConn, sql


class Run(Struct, frozen=True):
    """One computation: what went in, with which seed and code, and what came out.

    `result` adds up the whole region; `result_withheld` tells that the reader lacks consents to see it.
    """

    region_id: UUID
    run_id: UUID
    kind: str
    inputs_digest: str
    seed: int
    parameters: dict[str, Any]
    code_version: str
    state: str
    progress: float
    result: dict[str, Any] | None
    error: str | None
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    result_withheld: bool = False


class Plan(Struct, frozen=True):
    """A stored plan with its document; `sheet` holds every number printed."""

    region_id: UUID
    plan_id: UUID
    run_id: UUID
    edition: int
    status: str
    as_of: date
    sheet: Any
    pdf: bytes | None
    pdf_sha256: str | None
    created_at: datetime


async def find_finished(conn: ReadConn, region_id: UUID, kind: str, state: str) -> Run | None:
    """Find the newest finished run that started from the same state of the database (`parameters.state`)."""
    row = await conn.fetchrow(sql("runs", "find_finished_run"), region_id, kind, state)
    return None if row is None else msgspec.convert(row, Run)


async def get(conn: ReadConn, region_id: UUID, run_id: UUID) -> Run | None:
    """Read one run."""
    row = await conn.fetchrow(sql("runs", "run"), region_id, run_id)
    return None if row is None else msgspec.convert(row, Run)


async def start(
    conn: Conn,
    region_id: UUID,
    run_id: UUID,
    kind: str,
    *,
    inputs_digest: str,
    seed: int,
    parameters: dict[str, Any],
    code_version: str,
) -> None:
    """Record that a computation begins; one that was broken off begins anew."""
    await conn.execute(
        sql("runs", "start_run"), region_id, run_id, kind, inputs_digest, seed, parameters, code_version
    )


async def progress(conn: Conn, region_id: UUID, run_id: UUID, share: float) -> None:
    """Record how far a computation has come (0 to 1)."""
    await conn.execute(sql("runs", "progress_run"), region_id, run_id, share)


async def finish(conn: Conn, region_id: UUID, run_id: UUID, result: dict[str, Any]) -> None:
    """Record the result of a computation."""
    await conn.execute(sql("runs", "finish_run"), region_id, run_id, result)


async def fail(conn: Conn, region_id: UUID, run_id: UUID, error: str) -> None:
    """Record why a computation ended without a result."""
    await conn.execute(sql("runs", "fail_run"), region_id, run_id, error)


async def insert_plan(
    conn: Conn,
    region_id: UUID,
    run_id: UUID,
    *,
    plan_id: UUID,
    edition: int,
    as_of: date,
    sheet: object,
    sheet_sha256: str,
    pdf: bytes,
    pdf_sha256: str,
) -> None:
    """Store a plan as an edition of the region; it never changes."""
    await conn.execute(
        sql("runs", "insert_plan"), region_id, plan_id, run_id, edition, as_of, sheet, sheet_sha256, pdf, pdf_sha256
    )


async def next_edition(conn: Conn, region_id: UUID) -> int:
    """Return the number of the region's next edition; it holds as long as nobody else builds (`locks.hold`)."""
    return await conn.fetchval(sql("runs", "next_edition"), region_id)


async def plan_of(conn: ReadConn, region_id: UUID, run_id: UUID) -> Plan | None:
    """Fetch the plan that a run made, with its document."""
    row = await conn.fetchrow(sql("runs", "plan_of_run"), region_id, run_id)
    return None if row is None else msgspec.convert(row, Plan)


async def decided_plan(conn: ReadConn, region_id: UUID) -> Plan | None:
    """Fetch the plan that a region has decided, with its document; None where it has none."""
    row = await conn.fetchrow(sql("runs", "decided_plan"), region_id)
    return None if row is None else msgspec.convert(row, Plan)


async def state_of_inputs(conn: ReadConn, owners: Sequence[UUID]) -> dict[str, str]:
    """Describe what a computation over these owners would start from; equal texts mean nothing has changed."""
    row = await conn.fetchrow(sql("runs", "state_of_inputs"), list(owners))
    return dict(row)
