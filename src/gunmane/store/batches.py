"""Many inspections at once: COPY to a temporary table, then one set-based statement for each step.

The statements name a temporary table, which `sql/*.sql` cannot (each of its queries is prepared against the schema as
it is), so they stand here.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from gunmane.core.inspections import Inspection
from gunmane.store import inspections_together
from gunmane.store.inspections_together import Known
from gunmane.store.query import Conn

_CREATE = """
CREATE TEMP TABLE incoming (
    n integer NOT NULL, inspection_id uuid NOT NULL, asset_id uuid NOT NULL, inspected_on date NOT NULL, duty text,
    scale text, grade text, findings text, inspector text, notes text, supersedes uuid, origin text NOT NULL
) ON COMMIT DROP
"""
_COLUMNS = (
    "n", "inspection_id", "asset_id", "inspected_on", "duty", "scale", "grade", "findings", "inspector", "notes",
    "supersedes", "origin",
)  # fmt: skip

# Statistics of a table that grows fast are old: a plan that reads it from end to end for each row must not be chosen.
_LOOK_UP = """
SELECT set_config('enable_seqscan', $1, true), set_config('enable_hashjoin', $1, true),
    set_config('enable_mergejoin', $1, true), set_config('enable_bitmapscan', $1, true)
"""

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended($1::uuid::text, 2))"

_PAST = """
SELECT
    i.n, p.asset_class, p.built_year, p.built_on, p.built_precision, p.same_day, p.before_on, p.before_grade,
    p.mended_on, p.taken, p.corrects,
    p.taken AND EXISTS (
        SELECT FROM inspections AS t
        WHERE t.owner_id = $1 AND t.inspection_id = i.inspection_id AND t.asset_id = i.asset_id
            AND t.inspected_on = i.inspected_on AND t.duty IS NOT DISTINCT FROM i.duty
            AND t.scale IS NOT DISTINCT FROM i.scale AND t.grade IS NOT DISTINCT FROM i.grade
            AND t.findings = i.findings::jsonb AND t.inspector IS NOT DISTINCT FROM i.inspector
            AND t.notes IS NOT DISTINCT FROM i.notes AND t.supersedes IS NOT DISTINCT FROM i.supersedes) AS same
FROM incoming AS i
LEFT JOIN LATERAL inspection_past(
    $1, i.inspection_id, i.asset_id, i.inspected_on, i.duty, i.scale, i.grade, i.supersedes) AS p ON true
"""

# $2 and $3: rows that are not taken over, and rows with flags.
_LOG = """
WITH logged AS (
    INSERT INTO inspections (owner_id, inspection_id, asset_id, asset_class, inspected_on, duty, scale, grade,
        findings, inspector, notes, supersedes, flags, origin, recorded_at, recorded_by)
    SELECT $1, i.inspection_id, i.asset_id, a.asset_class, i.inspected_on, i.duty, i.scale, i.grade,
        i.findings::jsonb, i.inspector, i.notes, i.supersedes, coalesce(f.flags, '{}'), i.origin, $5, $6
    FROM incoming AS i
    JOIN assets AS a ON a.owner_id = $1 AND a.asset_id = i.asset_id
    LEFT JOIN (
        SELECT k.n, array_agg(k.flag) AS flags FROM unnest($3::integer[], $4::text[]) AS k (n, flag) GROUP BY k.n
    ) AS f ON f.n = i.n
    WHERE i.n <> ALL ($2::integer[])
    RETURNING asset_id, asset_class, scale, grade, inspected_on, inspection_id, supersedes
)
INSERT INTO conditions (owner_id, asset_id, asset_class, scale, grade, inspected_on, inspection_id)
SELECT $1, asset_id, asset_class, scale, grade, inspected_on, inspection_id FROM logged
WHERE grade IS NOT NULL AND supersedes IS NULL
ON CONFLICT (owner_id, asset_id) DO UPDATE SET
    scale = excluded.scale, grade = excluded.grade, inspected_on = excluded.inspected_on,
    inspection_id = excluded.inspection_id
WHERE conditions.inspected_on <= excluded.inspected_on
"""


class BatchPast(Struct, frozen=True):
    """What decides about one row of a batch; `same` tells that a taken identifier stands for the same inspection."""

    n: int
    known: Known
    same: bool


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


async def lock(conn: Conn, owner_id: UUID) -> None:
    """Keep other inspections of the owner waiting until the transaction ends, and make the temporary table."""
    await conn.execute(_LOCK, owner_id)
    await conn.execute(_CREATE)


async def send(conn: Conn, owner_id: UUID, rows: Sequence[tuple[int, Inspection]]) -> list[BatchPast]:
    """Send one wave of rows and read what decides about them."""
    await conn.execute("TRUNCATE incoming")
    await conn.copy_records_to_table(
        "incoming",
        records=[
            (
                n, one.inspection_id, one.asset_id, one.inspected_on, one.duty, one.scale, one.grade,
                "{}" if not one.findings else msgspec.json.encode(one.findings).decode(), one.inspector, one.notes,
                one.supersedes, one.origin.value,
            )
            for n, one in rows
        ],
        columns=_COLUMNS,
    )  # fmt: skip
    await conn.execute("ANALYZE incoming")
    await conn.execute(_LOOK_UP, "off")
    found = await conn.fetch(_PAST, owner_id)
    await conn.execute(_LOOK_UP, "on")
    return [BatchPast(row[0], Known(*row[1:11]), row[11]) for row in map(tuple, found)]


async def log(
    conn: Conn,
    owner_id: UUID,
    refused: Sequence[int],
    flags: Sequence[tuple[int, str]],
    corrected: Sequence[UUID],
    at: datetime,
    key_id: UUID,
) -> None:
    """Log the rows of the wave that were not refused, with their flags, and move conditions forward.

    `corrected` names assets with a correction among the rows: their condition is worked out anew.
    """
    await conn.execute(_LOG, owner_id, refused, [n for n, _ in flags], [flag for _, flag in flags], at, key_id)
    await inspections_together.renew(conn, owner_id, corrected)
