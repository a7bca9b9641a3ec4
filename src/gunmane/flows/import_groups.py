"""The ledgers of one owner and class, imported in one transaction.

First assets, then inspections, then repairs. A ledger whose bytes and reading are those of its newest recorded import
is left alone: what has been corrected since then stays.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from msgspec import Struct, structs, to_builtins

from gunmane import __version__
from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.ledgers.columns import RejectedRow
from gunmane.core.regions import LedgerEntry
from gunmane.files.catalogue import catalogue
from gunmane.files.ledgers import Ledger
from gunmane.flows.import_chunks import RepairLedger, ahead, both, prepare, prepare_repairs, rejected_batch
from gunmane.flows.import_outcomes import LedgerOutcome
from gunmane.store import contacts, inspections_bulk, ledgers, rejections
from gunmane.store.memberships import SavedRegion
from gunmane.store.query import Conn

Progress = Callable[[str, int], None]
"""Told the name of a ledger and how many of its rows have been stored."""


class Job(Struct):
    """One ledger on its way; `opened` is None where it is left alone or cannot be read."""

    content: str
    entry: LedgerEntry
    outcome: LedgerOutcome
    ledger_id: UUID
    open: Callable[[], Ledger | RepairLedger]
    sha256: bytes = b""
    opened: Ledger | RepairLedger | None = None
    identical: bool = False
    people: tuple[bool, ...] = ()  # which parts of contacts the ledger has

    @property
    def path(self) -> Path:
        """Where the file lies."""
        assert self.opened is not None
        return self.opened.source.path

    @property
    def source(self) -> str:
        """What tells this ledger from others, whichever day it is of."""
        return f"{self.content} {self.outcome.path}"


class Unreadable(Exception):
    """A ledger that was opened breaks off while it is read."""

    def __init__(self, job: Job, error: GunmaneError) -> None:
        super().__init__(str(error))
        self.job = job
        self.error = error


class Work(Struct, frozen=True):
    """How an import is to be done; `prepare_rows` writes owners and says for whom the transaction works.

    `whole`: the ledgers are all that their owners have, so that what none of them lists has vanished. `look` is
    shown each class of an owner once it is imported, before a dry run takes it back.
    """

    as_of: date
    dry_run: bool
    again: bool
    whole: bool
    chunk: int
    progress: Progress
    prepare_rows: Callable[[Conn, SavedRegion], Awaitable[None]]
    look: Callable[[Conn, ledgers.Target, list[LedgerOutcome]], Awaitable[None]] | None = None


def _mapping(job: Job) -> dict[str, Any]:
    """Describe how a ledger is read; where this and the bytes are the same, a second reading finds the same."""
    entry = to_builtins(job.entry)
    return {"reader": __version__, "columns": job.outcome.columns, "entry": entry}


class Group:
    """The ledgers of one owner and class in one transaction; a class because they share what they have seen."""

    def __init__(self, target: ledgers.Target, jobs: Sequence[Job], work: Work) -> None:
        self.base = target
        self.jobs = jobs
        self.work = work
        self.ledger_ids: list[UUID] = []
        self.there = False

    async def run(self, conn: Conn) -> None:
        """Import what has changed since it was imported last: assets, then repairs, which explain inspections."""
        waiting = await self._waiting(conn)
        if not waiting:
            return
        for module in (ledgers, inspections_bulk, rejections, contacts):
            await module.begin(conn)
        self.there = await ledgers.lock(conn, self.base.owner_id, self.base.asset_class)
        assets = [job for job in waiting if job.content == "assets"]
        for job in assets:
            await (self._note(conn, job) if job.identical else self._import_assets(conn, job))
        if any(not job.identical for job in assets):
            await self._vanished(conn, assets[-1].outcome)
        for job in (job for job in waiting if job.content == "repairs"):
            await self._import_repairs(conn, job)
        for job in (job for job in waiting if job.content == "inspections"):
            await self._import_inspections(conn, job)
        read = [job for job in waiting if job.ledger_id in self.ledger_ids]
        found = await inspections_bulk.merge(
            conn, self.base, {job.ledger_id: job.source for job in read}, [job.source for job in self.jobs],
            catalogue().scales, catalogue().plausibility,
        )  # fmt: skip
        for job in read:
            done = found.get(job.ledger_id, inspections_bulk.Inspected())
            job.outcome.inspections = done.added
            job.outcome.flagged += done.doubtful
            await self._record(conn, job)

    async def _waiting(self, conn: Conn) -> list[Job]:
        """Tell which ledgers have to be read: the changed ones, and where assets have changed, all of the class."""
        recorded = await ledgers.latest(conn, self.base.owner_id)
        for job in self.jobs:
            known = recorded.get((job.outcome.path, job.entry.asset_class, job.content))
            same = known is not None and (known.sha256, known.mapping) == (job.sha256, _mapping(job))
            job.identical = same and not self.work.again
            if job.identical and known is not None:
                job.outcome.recall(known)
        stale = any(job.content == "assets" and job.opened and not job.identical for job in self.jobs)
        return [job for job in self.jobs if job.opened and (stale or not job.identical)]

    async def _import_assets(self, conn: Conn, job: Job) -> None:
        """Import a ledger of assets; its inspections stay staged."""
        outcome, target = job.outcome, self._begin(job)
        fresh = not self.there
        supply = await self._stage(conn, job, outcome, target if fresh else None)
        if not fresh and supply is not None:
            others = [one.outcome.path for one in self.jobs if one is not job]
            live = [*await ledgers.own_ledgers(conn, target, others), *self.ledger_ids[:-1]]
            matched = await ledgers.match_staged(conn, target, supply)
            merged = await ledgers.merge_staged(conn, target, supply, live)
            outcome.added, outcome.changed = merged.added, merged.changed
            outcome.added_examples, outcome.changed_examples = merged.added_examples, merged.changed_examples
            outcome.unchanged = matched - merged.changed
            outcome.flagged += merged.doubtful
            if supply.outside_numbers:
                await inspections_bulk.renumber(conn, job.ledger_id, await ledgers.other_numbers(conn, target))
            await ledgers.forget_staged(conn)
        self.there = self.there or outcome.added > 0
        if job.people:
            outcome.contacts = await contacts.merge(conn, target, job.people)

    async def _note(self, conn: Conn, job: Job) -> None:
        """Note the assets of an identical ledger beside a changed one, which have not vanished."""
        supply = await self._stage(conn, job, structs.replace(job.outcome), None, only_assets=True)
        if supply is not None:
            await ledgers.match_staged(conn, self.base, supply)
            await ledgers.note_seen(conn)
        await ledgers.forget_staged(conn)

    async def _vanished(self, conn: Conn, outcome: LedgerOutcome) -> None:
        """Count what none of the ledgers lists any more, unless one of them could not be read."""
        mine = [job for job in self.jobs if job.content == "assets"]
        if not all(job.opened for job in mine):
            return
        among = None
        if not self.work.whole:
            paths = [job.outcome.path for job in mine]
            among = await ledgers.continued(conn, self.base, self.ledger_ids, paths)
        outcome.vanished, outcome.vanished_examples = await ledgers.vanished(
            conn, self.base.owner_id, self.base.asset_class, self.ledger_ids, among
        )

    async def _import_repairs(self, conn: Conn, job: Job) -> None:
        target = self._begin(job)
        await self._stage(conn, job, job.outcome, None)
        await self._reject_unknown(conn, job, target, "repaired")
        job.outcome.repairs = await inspections_bulk.merge_repairs(conn, target)

    async def _import_inspections(self, conn: Conn, job: Job) -> None:
        """Stage a ledger of inspections; rows about unknown assets are rejected."""
        target = self._begin(job)
        known = await ledgers.known_numbers(conn, target.owner_id, target.asset_class)
        await self._stage(conn, job, job.outcome, None, known)
        await self._reject_unknown(conn, job, target, "inspected")

    def _begin(self, job: Job) -> ledgers.Target:
        job.outcome.begin()
        self.ledger_ids.append(job.ledger_id)
        return structs.replace(self.base, ledger_id=job.ledger_id)

    async def _stage(
        self,
        conn: Conn,
        job: Job,
        outcome: LedgerOutcome,
        fresh: ledgers.Target | None,
        known: ledgers.Numbers | None = None,
        only_assets: bool = False,
    ) -> ledgers.Supply | None:
        """Copy a ledger's rows; where the owner has no assets of the class yet they go to `fresh` chunk by chunk.

        Raises Unreadable where the file breaks off.
        """
        supply = None
        try:
            async for one in ahead(lambda: self._chunks(job, known), job.path):
                supply = both(supply, one.supply)
                if one.assets is not None and job.content == "assets":
                    await ledgers.copy_in(conn, one.assets)
                    if fresh is not None:
                        outcome.added += await ledgers.insert_staged(conn, fresh, one.supply)
                job.people = one.contact_parts or job.people
                others = () if only_assets else (one.inspections, one.repairs, one.rejected, one.contacts)
                for batch in filter(None, others):
                    await ledgers.copy_in(conn, batch)
                outcome.read += one.read
                outcome.left_out += one.left_out
                outcome.flagged += one.flagged
                outcome.rejected += one.rejected.rows if one.rejected else 0
                self.work.progress(outcome.path, outcome.read)
        except GunmaneError as error:
            raise Unreadable(job, error) from error
        return supply

    def _chunks(self, job: Job, known: ledgers.Numbers | None) -> Any:
        if isinstance(job.opened, RepairLedger):
            return prepare_repairs(job.opened, self.work.as_of, job.ledger_id, self.work.chunk)
        assert job.opened is not None
        duty = inspections_bulk.usual_duty(self.base.asset_class, job.entry.duty)
        return prepare(job.opened, job.content, job.ledger_id, duty, known, self.work.chunk)

    async def _reject_unknown(self, conn: Conn, job: Job, target: ledgers.Target, what: str) -> None:
        """Reject rows about assets that the inventory does not have."""
        lost: dict[int, RejectedRow] = {}
        for one in await inspections_bulk.unknown(conn, target, what):
            fault = Fault("asset_unknown", at=_number_column(job), values={"number": one.number})
            lost[one.row_number] = RejectedRow(one.row_number, one.cells or {}, (fault,))
        rejected = rejected_batch(list(lost.values()), job.ledger_id)
        if rejected is not None:
            await ledgers.copy_in(conn, rejected)
            job.outcome.rejected += rejected.rows

    async def _record(self, conn: Conn, job: Job) -> None:
        """Mark mended rows, and record the import if it changed something or rejected a row for the first time."""
        outcome = job.outcome
        target = structs.replace(self.base, ledger_id=job.ledger_id)
        outcome.mended, outcome.newly_rejected = await rejections.compare(
            conn, target.owner_id, outcome.path, target.asset_class, job.content, job.ledger_id
        )
        if not outcome.wrote:
            return
        assert job.opened is not None
        await ledgers.record(
            conn,
            target,
            ledgers.LedgerRow(
                path=outcome.path, content=job.content, sha256=job.sha256, as_of=self.work.as_of,
                encoding=outcome.encoding, crs=job.opened.table.crs, mapping=_mapping(job),
                warnings=list(outcome.warnings), rows_read=outcome.read, rows_new=outcome.added,
                rows_changed=outcome.changed, rows_unchanged=outcome.unchanged, rows_missing=0,
                rows_rejected=outcome.rejected, rows_flagged=outcome.flagged,
            ),
        )  # fmt: skip
        await rejections.keep(conn, target.owner_id, target.ledger_id)


def _number_column(job: Job) -> str:
    """Return the header of the column that names the asset, "" where several do."""
    if isinstance(job.opened, RepairLedger):
        reading = job.opened.reading
        return reading.header[reading.number] if reading.number >= 0 else ""
    use = job.opened.reading.use_of("number") if job.opened else None
    return use.header if use else ""
