"""Day plans with their rosters, and the changes that people made by hand."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from gunmane.core.schedule.changes import Change
from gunmane.core.schedule.orders import DueRow
from gunmane.core.schedule.rolling import DueWork
from gunmane.core.schedule.roster import DayPlan, Roster, must
from gunmane.store.query import Conn, ReadConn, sql


class ScheduleRow(Struct, frozen=True, kw_only=True):
    """A day plan without its content: works placed, left out, and left out though their last lawful day comes."""

    region_id: UUID
    schedule_id: UUID
    revision: int
    first_on: date
    last_on: date
    placed: int
    left_out: int
    must_left: int
    created_at: datetime
    changed_at: datetime


class Schedule(ScheduleRow, frozen=True, kw_only=True):
    """A day plan with all that it was made from."""

    roster: Roster
    plan: DayPlan


class ChangeRow(Struct, frozen=True, kw_only=True):
    """A change that was stored, with the key that asked for it."""

    revision: int
    change: Change
    key_id: UUID
    changed_at: datetime


def _counts(roster: Roster, plan: DayPlan) -> tuple[int, int, int]:
    works = {work.id: work for work in roster.work}
    placed = sum(len(stop.works) for tour in plan.tours for stop in tour.stops)
    return placed, len(plan.left), sum(must(works[left.work], roster) for left in plan.left)


async def insert(
    conn: Conn, region_id: UUID, schedule_id: UUID, roster: Roster, plan: DayPlan, key_id: UUID, now: datetime
) -> ScheduleRow | None:
    """Store a plan; None where the identifier is taken."""
    row = await conn.fetchrow(
        sql("schedules", "insert_schedule"), region_id, schedule_id, plan.first, plan.last, _plain(roster),
        _plain(plan), *_counts(roster, plan), key_id, now,
    )  # fmt: skip
    return None if row is None else msgspec.convert(row, ScheduleRow)


async def page(conn: ReadConn, region_id: UUID | None, before: UUID | None, limit: int) -> list[ScheduleRow]:
    """List plans, newest first."""
    rows = await conn.fetch(sql("schedules", "schedules"), region_id, before, limit)
    return msgspec.convert(rows, list[ScheduleRow])


async def one(conn: ReadConn, schedule_id: UUID) -> Schedule | None:
    """Read one plan."""
    row = await conn.fetchrow(sql("schedules", "schedule"), schedule_id)
    return None if row is None else msgspec.convert(row, Schedule)


async def stored_by_own_key(conn: ReadConn, schedule_id: UUID) -> bool:
    """Tell whether a key of the principal's own owner stored a plan."""
    return await conn.fetchval(sql("schedules", "stored_by_own_key"), schedule_id)


async def lock(conn: Conn, schedule_id: UUID) -> Schedule | None:
    """Read one plan to change it."""
    row = await conn.fetchrow(sql("schedules", "lock_schedule"), schedule_id)
    return None if row is None else msgspec.convert(row, Schedule)


async def change(
    conn: Conn, held: Schedule, roster: Roster, plan: DayPlan, wanted: Change, key_id: UUID, now: datetime
) -> int:
    """Store a change and note it; returns the new revision."""
    revision = held.revision + 1
    await conn.execute(
        sql("schedules", "update_schedule"), held.region_id, held.schedule_id, revision, _plain(roster),
        _plain(plan), *_counts(roster, plan), now,
    )  # fmt: skip
    await conn.execute(
        sql("schedules", "insert_change"), held.region_id, held.schedule_id, revision, _plain(wanted), key_id, now
    )
    return revision


async def changes(conn: ReadConn, schedule_id: UUID) -> list[ChangeRow]:
    """List the changes of a plan in order."""
    return msgspec.convert(await conn.fetch(sql("schedules", "changes"), schedule_id), list[ChangeRow])


async def latest(conn: ReadConn, region_id: UUID) -> Schedule | None:
    """Read the newest plan of a region."""
    row = await conn.fetchrow(sql("schedules", "latest_schedule"), region_id)
    return None if row is None else msgspec.convert(row, Schedule)


async def due_work(conn: ReadConn, owners: Sequence[UUID], duties: Sequence[str], until: date) -> list[DueWork]:
    """List what falls due until a day, overdue work included."""
    rows = await conn.fetch(sql("schedules", "due_work"), list(owners), list(duties), until)
    return msgspec.convert(rows, list[DueWork])


async def due_table(conn: ReadConn, owners: Sequence[UUID], until: date) -> list[DueRow]:
    """List what falls due until a day by all duties, overdue and undated items included."""
    return msgspec.convert(await conn.fetch(sql("schedules", "due_table"), list(owners), until), list[DueRow])


def _plain(value: Struct) -> Any:
    return msgspec.to_builtins(value)
