"""Counts by owner, class and bucket: what the start page shows and aggregate consent lets others see."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from gunmane.core.words import AssetClass
from gunmane.store.query import Conn, ReadConn, sql, structs


class Tally(Struct, frozen=True):
    """`n` assets of a bucket; `amount` is km, or yen a year for measure `risk`.

    Measures and buckets: status (status), grade (scale:grade or none), built (decade or unknown), risk
    (likelihood band:consequence band), due (duty:state), due_month (YYYY-MM, what is not overdue), planned
    (YYYY-MM:engineer), located (yes or no).
    """

    owner_id: UUID
    asset_class: AssetClass
    measure: str
    bucket: str
    n: int
    amount: float
    computed_at: datetime


async def recount(conn: Conn, owners: Sequence[UUID]) -> None:
    """Count everything of these owners anew."""
    await conn.execute(sql("tallies", "clear_tallies"), list(owners))
    await conn.execute(sql("tallies", "count_tallies"), list(owners))


class MonthCount(Struct, frozen=True):
    """How much falls due in a month (`due_month`), or is planned for an engineer (`planned`)."""

    measure: str
    bucket: str
    n: int


async def months(conn: ReadConn, owners: Sequence[UUID], first: str, end: str) -> list[MonthCount]:
    """Count what falls due and what is planned from the month `first` to before `end` (YYYY-MM)."""
    return msgspec.convert(await conn.fetch(sql("tallies", "months"), owners, first, end), list[MonthCount])


async def list_all(
    conn: ReadConn,
    owners: Sequence[UUID] | None = None,
    classes: Sequence[str] | None = None,
    measures: Sequence[str] | None = None,
) -> list[Tally]:
    """List the counts that the principal may know of; None does not restrict."""
    return structs(await conn.fetch(sql("tallies", "list_tallies"), owners, classes, measures), Tally)
