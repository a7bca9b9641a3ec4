"""Who is to be reached about a septic system: a table of its own, open only while `gm.contacts` names its owner.

No API key opens it. An import opens it for the one statement that keeps what its ledger says.
"""

from collections.abc import Sequence

from gunmane.core.ledgers.contacts import PARTS, ContactColumns
from gunmane.store import copying
from gunmane.store.copying import Batch
from gunmane.store.ledgers import Target
from gunmane.store.query import Conn, sql


def batch(found: ContactColumns) -> Batch:
    """Encode contacts for the temporary table."""
    columns = [copying.texts("number", found.numbers), *(copying.texts(part, found.parts[part]) for part in PARTS)]
    return copying.batch("staged_contacts", columns, len(found))


async def begin(conn: Conn) -> None:
    """Make the temporary table of a transaction."""
    await conn.execute(sql("contacts", "stage_contacts"))


async def merge(conn: Conn, target: Target, provided: Sequence[bool]) -> int:
    """Keep the staged contacts beside their systems; return how many are new or different.

    `provided` tells which of `PARTS` the ledger has: the others stay as they are known.
    """
    await conn.execute(sql("contacts", "open_contacts"), [target.owner_id])
    done = await conn.execute(
        sql("contacts", "merge_contacts"),
        target.owner_id, target.asset_class.value, target.origin.value, list(provided),
    )  # fmt: skip
    await conn.execute(sql("contacts", "close_contacts"))
    await conn.execute(sql("contacts", "forget_staged_contacts"))
    return int(done.split()[-1])
