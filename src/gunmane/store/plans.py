"""What people do with a plan's editions: decisions, overrides of its proposals, comments."""

import hashlib
from datetime import date, datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from gunmane.core.plan.record import Approval
from gunmane.store.query import Conn, ReadConn, sql


class Held(Struct, frozen=True):
    """The state of an edition while nobody else can change it."""

    region_id: UUID
    plan_id: UUID
    edition: int
    status: str


class Decision(Struct, frozen=True, kw_only=True):
    """Who decided an edition, in which office, when and in which meeting."""

    region_id: UUID
    plan_id: UUID
    decided_on: date
    meeting: str
    decided_by: str
    title: str
    note: str | None
    pdf_sha256: str
    key_id: UUID
    recorded_at: datetime

    @property
    def approval(self) -> Approval:
        """The record as the document prints it."""
        return Approval(
            decided_on=self.decided_on, meeting=self.meeting, decided_by=self.decided_by, title=self.title,
            note=self.note,
        )  # fmt: skip


async def lock(conn: Conn, plan_id: UUID) -> list[Held]:
    """Keep an edition, and the one that its region has decided, from being changed by others."""
    return msgspec.convert(await conn.fetch(sql("plans", "lock_plan"), plan_id), list[Held])


async def decide(
    conn: Conn, region_id: UUID, plan_id: UUID, approval: Approval, pdf: bytes, key_id: UUID, now: datetime
) -> None:
    """Make a draft the region's decided plan, in the place of an earlier one; `lock` it first."""
    await conn.execute(sql("plans", "supersede"), region_id, plan_id)
    await conn.execute(sql("plans", "set_decided"), region_id, plan_id)
    await conn.execute(
        sql("plans", "insert_decision"), region_id, plan_id, approval.decided_on, approval.meeting,
        approval.decided_by, approval.title, approval.note, pdf, hashlib.sha256(pdf).hexdigest(), key_id, now,
    )  # fmt: skip


async def decision(conn: ReadConn, plan_id: UUID) -> Decision | None:
    """Read who decided an edition."""
    row = await conn.fetchrow(sql("plans", "decision"), plan_id)
    return None if row is None else msgspec.convert(row, Decision)


async def by_edition(conn: ReadConn, region_id: UUID, edition: int | None = None) -> UUID | None:
    """Find a region's edition, the newest where none is named."""
    return await conn.fetchval(sql("plans", "plan_by_edition"), region_id, edition)


async def earlier(conn: ReadConn, plan_id: UUID) -> UUID | None:
    """Find the edition before one."""
    return await conn.fetchval(sql("plans", "earlier_plan"), plan_id)
