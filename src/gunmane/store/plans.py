"""What people do with a plan's editions: decisions, overrides of its proposals, comments."""

import hashlib
from datetime import date, datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from gunmane.core.plan.overrides import Override
from gunmane.core.plan.record import Approval
from gunmane.core.words import AssetClass
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


class OverrideRow(Struct, frozen=True, kw_only=True):
    """What a person set against a proposal, until it was withdrawn."""

    region_id: UUID
    override_id: UUID
    content: Override
    key_id: UUID
    recorded_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: UUID | None


class Aim(Struct, frozen=True):
    """The asset that an override is about, with its latest judgement."""

    owner: str
    asset_class: AssetClass
    number: str
    asset_id: UUID
    scale: str | None
    grade: str | None


class Comment(Struct, frozen=True, kw_only=True):
    """What a person says of an edition, or of one of its decisions (`code`)."""

    comment_id: UUID
    plan_id: UUID
    code: str
    owner_id: UUID
    body: str
    author: str
    key_id: UUID
    recorded_at: datetime


async def insert_override(
    conn: Conn, region_id: UUID, override_id: UUID, content: Override, key_id: UUID, now: datetime
) -> None:
    """Record an override; the code of a decision has one that stands at most."""
    asset = None if content.asset_id is None else UUID(content.asset_id)
    await conn.execute(
        sql("plans", "insert_override"), region_id, override_id, content.owner, content.asset_class, asset,
        content.code, msgspec.to_builtins(content), key_id, now,
    )  # fmt: skip


async def overrides(
    conn: ReadConn, region_id: UUID | None, override_id: UUID | None = None, *, withdrawn: bool = False
) -> list[OverrideRow]:
    """List overrides that stand, or with those withdrawn, newest first."""
    rows = await conn.fetch(sql("plans", "overrides"), region_id, override_id, withdrawn)
    return msgspec.convert(rows, list[OverrideRow])


async def withdraw(conn: Conn, region_id: UUID, override_id: UUID, now: datetime, key_id: UUID) -> None:
    """End an override."""
    await conn.execute(sql("plans", "withdraw_override"), region_id, override_id, now, key_id)


async def standing(conn: ReadConn, region_id: UUID, code: str) -> UUID | None:
    """Find the override of a decision that stands."""
    return await conn.fetchval(sql("plans", "override_by_code"), region_id, code)


async def asset(
    conn: ReadConn, asset_id: UUID | None, owner: str = "", asset_class: str = "", number: str = ""
) -> Aim | None:
    """Find an asset by its identifier, or by owner's code, class and number."""
    row = await conn.fetchrow(sql("plans", "asset_of_override"), asset_id, owner, asset_class, number)
    return None if row is None else msgspec.convert(row, Aim)


async def decision_codes(conn: ReadConn, region_id: UUID) -> dict[str, str]:
    """Return the decisions of a region's newest plan by code, with the code of their owner, "" for the region."""
    rows = await conn.fetch(sql("plans", "decision_codes"), region_id)
    return {row["code"]: row["owner"] for row in rows}


async def codes_of_plan(conn: ReadConn, plan_id: UUID) -> frozenset[str]:
    """Return the codes of an edition's decisions."""
    return frozenset(row["code"] for row in await conn.fetch(sql("plans", "codes_of_plan"), plan_id))


async def last_year(conn: ReadConn, region_id: UUID) -> int | None:
    """Return the last fiscal year of a region's newest plan; None where there is none."""
    return await conn.fetchval(sql("plans", "last_year"), region_id)


async def insert_comment(
    conn: Conn, plan_id: UUID, comment_id: UUID, code: str, owner_id: UUID, body: str, author: str, key_id: UUID,
    now: datetime,
) -> Comment | None:  # fmt: skip
    """Record a comment; None where there is no such plan."""
    row = await conn.fetchrow(
        sql("plans", "insert_comment"), plan_id, comment_id, code, owner_id, body, author, key_id, now
    )
    return None if row is None else msgspec.convert(row, Comment)


async def comments(conn: ReadConn, plan_id: UUID) -> list[Comment]:
    """List what was said of an edition, oldest first."""
    return msgspec.convert(await conn.fetch(sql("plans", "comments"), plan_id), list[Comment])
