"""Many inspections at once: their pasts by one statement, then COPY to a temporary table and one statement more.

Statements that name the temporary table stand here: those in `sql/*.sql` are prepared against the schema as it is.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

import msgspec

from gunmane.core.inspections import Inspection
from gunmane.store import access, inspections_together, pool
from gunmane.store.inspections import Logged
from gunmane.store.inspections_together import Known, json
from gunmane.store.pool import Pool
from gunmane.store.query import Conn, ReadConn, sql

_CREATE = """
CREATE TEMP TABLE accepted (
    inspection_id uuid NOT NULL, asset_id uuid NOT NULL, asset_class text NOT NULL, inspected_on date NOT NULL,
    duty text, scale text, grade text, findings text, inspector text, notes text, supersedes uuid, flags text,
    origin text NOT NULL
) ON COMMIT DROP
"""
_COLUMNS = (
    "inspection_id", "asset_id", "asset_class", "inspected_on", "duty", "scale", "grade", "findings", "inspector",
    "notes", "supersedes", "flags", "origin",
)  # fmt: skip

# Conditions that are there are updated as they are found: INSERT … ON CONFLICT alone would lock each of them first.
_LOG = """
WITH logged AS (
    INSERT INTO inspections (owner_id, inspection_id, asset_id, asset_class, inspected_on, duty, scale, grade,
        findings, inspector, notes, supersedes, flags, origin, recorded_at, recorded_by)
    SELECT $1, inspection_id, asset_id, asset_class, inspected_on, duty, scale, grade, findings::jsonb, inspector,
        notes, supersedes, string_to_array(flags, ','), origin, $2, $3
    FROM accepted
), moved AS (
    UPDATE conditions AS c SET
        scale = i.scale, grade = i.grade, inspected_on = i.inspected_on, inspection_id = i.inspection_id
    FROM accepted AS i
    WHERE c.owner_id = $1 AND c.asset_id = i.asset_id AND c.inspected_on <= i.inspected_on AND i.grade IS NOT NULL
        AND i.supersedes IS NULL
)
INSERT INTO conditions (owner_id, asset_id, asset_class, scale, grade, inspected_on, inspection_id)
SELECT $1, i.asset_id, i.asset_class, i.scale, i.grade, i.inspected_on, i.inspection_id FROM accepted AS i
WHERE i.grade IS NOT NULL AND i.supersedes IS NULL
    AND NOT EXISTS (SELECT FROM conditions AS c WHERE c.owner_id = $1 AND c.asset_id = i.asset_id)
ON CONFLICT (owner_id, asset_id) DO UPDATE SET
    scale = excluded.scale, grade = excluded.grade, inspected_on = excluded.inspected_on,
    inspection_id = excluded.inspection_id
WHERE conditions.inspected_on <= excluded.inspected_on
"""


class _Undone(Exception):
    """Ends a trial."""


@asynccontextmanager
async def trial(conn: Conn, dry: bool) -> AsyncGenerator[None]:
    """Undo everything done inside when `dry`; a dry run takes the very steps of a real one."""
    if not dry:
        yield
        return
    try:
        async with conn.transaction():
            yield
            raise _Undone
    except _Undone:
        pass


async def begin(conn: Conn, owner_id: UUID) -> None:
    """Keep other inspections of the owner waiting until the transaction ends, and make the temporary table."""
    await conn.execute(sql("inspections", "lock_owner"), owner_id)
    await conn.execute(sql("inspections", "by_index"))
    await conn.execute(_CREATE)


@asynccontextmanager
async def beside(spare: Pool | None, owner_id: UUID) -> AsyncGenerator[ReadConn | None]:
    """Open a second connection that reads for an owner; None where the pool has none free.

    Who holds a connection never waits for another one: with as many batches as connections all would wait for ever.
    """
    if spare is None or (not spare.get_idle_size() and spare.get_size() >= spare.get_max_size()):
        yield None
        return
    async with pool.reading(spare) as conn:
        await access.operate(conn, [owner_id], [])
        await conn.execute(sql("inspections", "by_index"))
        yield conn


async def pasts(conn: ReadConn, owner_id: UUID, ones: Sequence[Inspection]) -> list[Known]:
    """Read what decides about inspections, in their order."""
    rows = await conn.fetch(
        sql("inspections", "pasts"),
        owner_id, [one.inspection_id for one in ones], [one.asset_id for one in ones],
        [one.inspected_on for one in ones], [one.duty for one in ones], [one.scale for one in ones],
        [one.grade for one in ones], [one.supersedes for one in ones],
    )  # fmt: skip
    return [Known(*row) for row in rows]


async def logged(conn: ReadConn, owner_id: UUID, ids: Sequence[UUID]) -> dict[UUID, Logged]:
    """Read the inspections of these identifiers as they stand in the record."""
    rows = await conn.fetch(sql("inspections", "some"), owner_id, ids)
    return {row["inspection_id"]: msgspec.convert(row, Logged) for row in rows}


async def stage(conn: Conn, rows: Sequence[tuple[Inspection, str]]) -> None:
    """Send inspections of different assets, each with the asset's class, to be logged."""
    await conn.execute("TRUNCATE accepted")
    await conn.copy_records_to_table(
        "accepted",
        records=[
            (
                one.inspection_id, one.asset_id, asset_class, one.inspected_on, one.duty, one.scale, one.grade,
                json(one.findings), one.inspector, one.notes, one.supersedes, ",".join(one.flags), one.origin.value,
            )
            for one, asset_class in rows
        ],
        columns=_COLUMNS,
    )  # fmt: skip


async def log(conn: Conn, owner_id: UUID, corrected: Sequence[UUID], at: datetime, key_id: UUID) -> None:
    """Log the inspections that were sent, and move conditions forward.

    `corrected` names assets with a correction among them: their condition is worked out anew.
    """
    await conn.execute(_LOG, owner_id, at, key_id)
    await inspections_together.renew(conn, owner_id, corrected)
