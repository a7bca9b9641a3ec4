"""Shows what is doubted of the ledgers, class by class, while they are imported."""

from gunmane.files.doubts import DoubtList
from gunmane.flows.import_outcomes import LedgerOutcome
from gunmane.flows.imports import Look
from gunmane.store import doubts, memberships
from gunmane.store.ledgers import Target
from gunmane.store.query import Conn


def told_in(found: DoubtList) -> Look:
    """Return what writes the doubts about an owner's class into a list, also those of earlier imports that stand."""

    async def look(conn: Conn, target: Target, ledgers: list[LedgerOutcome]) -> None:
        (owner,) = await memberships.owners_of(conn, [target.owner_id])
        headers = await doubts.headers(conn, target)
        for one in ledgers:
            found.ledger(owner.name, one.path, one.warnings, one.questions)
        async for row in doubts.doubted(conn, target):
            found.row(owner.name, row, headers.get(row.ledger_id, {}) if row.ledger_id else {})
        for path, code, count in await doubts.derived(conn, target):
            found.filled_in(owner.name, path, code, count)

    return look
