"""The ledgers of one owner and class, imported in one transaction.

First assets, then inspections, then repairs. A ledger whose bytes and reading are those of its newest recorded import
is left alone: what has been corrected since then stays.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from msgspec import Struct, field, structs, to_builtins

from gunmane import __version__
from gunmane.core.errors import Fault
from gunmane.core.ledgers.columns import RejectedRow
from gunmane.core.ledgers.recognise import Question
from gunmane.core.regions import LedgerEntry
from gunmane.core.words import AssetClass
from gunmane.files.catalogue import catalogue
from gunmane.files.ledgers import Ledger
from gunmane.flows.import_chunks import RepairLedger, ahead, both, prepare, prepare_repairs, rejected_batch
from gunmane.store import contacts, inspections_bulk, ledgers, rejections
from gunmane.store.ids import uuid7
from gunmane.store.memberships import SavedRegion
from gunmane.store.query import Conn

Progress = Callable[[str, int], None]
"""Told the name of a ledger and how many of its rows have been stored."""


class LedgerOutcome(Struct, kw_only=True):
    """What an import did with one ledger.

    `state`: imported, identical (left alone, its counts are those recorded), failed (see `problem`). `vanished` is
    counted once per owner and class, with the last of its ledgers.
    """

    owner_code: str
    path: str
    asset_class: AssetClass
    content: str
    state: str = "imported"
    read: int = 0
    left_out: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    vanished: int = 0
    rejected: int = 0
    newly_rejected: int = 0
    mended: int = 0
    flagged: int = 0
    inspections: int = 0
    repairs: int = 0
    contacts: int = 0
    encoding: str = ""
    columns: dict[str, str] = field(default_factory=dict[str, str])
    unrecognised: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    warnings: tuple[Fault, ...] = ()
    added_examples: tuple[str, ...] = ()
    changed_examples: tuple[ledgers.Change, ...] = ()
    vanished_examples: tuple[str, ...] = ()
    problem: str = ""
    problem_values: dict[str, Any] = field(default_factory=dict[str, Any])
    faults: tuple[Fault, ...] = ()

    @property
    def wrote(self) -> bool:
        """Whether anything of the inventory is different now."""
        return bool(
            self.added or self.changed or self.inspections or self.repairs or self.contacts or self.newly_rejected
        )


class Job(Struct):
    """One ledger on its way; `opened` is None where it is left alone or cannot be read."""

    content: str
    entry: LedgerEntry
    outcome: LedgerOutcome
    sha256: bytes = b""
    opened: Ledger | RepairLedger | None = None
    identical: bool = False
    known: ledgers.Numbers | None = None  # numbers of the assets there are, for a ledger of inspections
    people: tuple[bool, ...] = ()  # which parts of contacts the ledger has

    @property
    def path(self) -> Path:
        """Where the file lies."""
        assert self.opened is not None
        return self.opened.source.path


class Work(Struct, frozen=True):
    """How an import is to be done; `prepare_rows` writes owners and says for whom the transaction works."""

    as_of: date
    dry_run: bool
    again: bool
    chunk: int
    progress: Progress
    prepare_rows: Callable[[Conn, SavedRegion], Awaitable[None]]


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
        """Import what has changed since it was imported last."""
        recorded = await ledgers.latest(conn, self.base.owner_id)
        for job in self.jobs:
            known = recorded.get((job.outcome.path, job.entry.asset_class, job.content))
            same = known is not None and (known.sha256, known.mapping) == (job.sha256, _mapping(job))
            job.identical = same and not self.work.again
            if job.identical and known is not None:
                _recall(job.outcome, known)
        assets = [job for job in self.jobs if job.content == "assets" and job.opened]
        stale = any(not job.identical for job in assets)
        waiting = [job for job in self.jobs if job.opened and (stale or not job.identical)]
        if not waiting:
            return
        for module in (ledgers, inspections_bulk, rejections, contacts):
            await module.begin(conn)
        self.there = await ledgers.lock(conn, self.base.owner_id, self.base.asset_class)
        for job in (job for job in waiting if job.content == "assets"):
            await (self._note(conn, job) if job.identical else self._import(conn, job))
        if stale and assets:
            last = assets[-1].outcome
            if all(job.opened for job in self.jobs if job.content == "assets"):
                last.vanished, last.vanished_examples = await ledgers.vanished(
                    conn, self.base.owner_id, self.base.asset_class, self.ledger_ids
                )
        for job in (job for job in waiting if job.content != "assets"):
            await self._import(conn, job)

    async def _import(self, conn: Conn, job: Job) -> None:
        """Import one ledger."""
        outcome = job.outcome
        target = structs.replace(self.base, ledger_id=uuid7())
        self.ledger_ids.append(target.ledger_id)
        _reset(outcome)
        fresh = job.content == "assets" and not self.there
        if job.content == "inspections":
            job.known = await ledgers.known_numbers(conn, target.owner_id, target.asset_class)
        supply = await self._stage(conn, job, outcome, target if fresh else None)
        if job.content == "assets" and not fresh and supply is not None:
            matched = await ledgers.match_staged(conn, target, supply)
            merged = await ledgers.merge_staged(conn, target, supply)
            outcome.added, outcome.changed = merged.added, merged.changed
            outcome.added_examples, outcome.changed_examples = merged.added_examples, merged.changed_examples
            outcome.unchanged = matched - merged.changed
            await ledgers.forget_staged(conn)
        self.there = self.there or outcome.added > 0
        if job.people:
            outcome.contacts = await contacts.merge(conn, target, job.people)
        await self._histories(conn, job, target)
        await self._record(conn, job, target)
        await self._forget(conn)

    async def _note(self, conn: Conn, job: Job) -> None:
        """Note the assets of an identical ledger beside a changed one, which have not vanished."""
        supply = await self._stage(conn, job, structs.replace(job.outcome), None)
        if supply is not None:
            await ledgers.match_staged(conn, self.base, supply)
        await ledgers.forget_staged(conn)
        await self._forget(conn)

    async def _stage(
        self, conn: Conn, job: Job, outcome: LedgerOutcome, fresh: ledgers.Target | None
    ) -> ledgers.Supply | None:
        """Copy a ledger's rows; where the owner has no assets of the class yet they go to `fresh` chunk by chunk."""
        supply = None
        async for one in ahead(lambda: self._chunks(job), job.path):
            supply = both(supply, one.supply)
            if one.assets is not None and job.content == "assets":
                await ledgers.copy_in(conn, one.assets)
                if fresh is not None:
                    outcome.added += await ledgers.insert_staged(conn, fresh, one.supply)
            job.people = one.contact_parts or job.people
            for batch in (one.inspections, one.repairs, one.rejected, one.contacts):
                if batch is not None:
                    await ledgers.copy_in(conn, batch)
            outcome.read += one.read
            outcome.left_out += one.left_out
            outcome.flagged += one.flagged
            outcome.rejected += one.rejected.rows if one.rejected else 0
            self.work.progress(outcome.path, outcome.read)
        return supply

    def _chunks(self, job: Job) -> Any:
        if isinstance(job.opened, RepairLedger):
            return prepare_repairs(job.opened, self.work.as_of, self.work.chunk)
        assert job.opened is not None
        return prepare(job.opened, job.content, job.known, self.work.chunk)

    async def _histories(self, conn: Conn, job: Job, target: ledgers.Target) -> None:
        """Merge inspections and repairs; in files of their own, rows about unknown assets are rejected."""
        if job.content == "assets":
            job.outcome.inspections = await inspections_bulk.merge(conn, target, catalogue().scales, job.entry.duty)
            return
        what = "repaired" if job.content == "repairs" else "inspected"
        lost: dict[int, RejectedRow] = {}
        for one in await inspections_bulk.unknown(conn, target, what):
            fault = Fault("asset_unknown", at=_number_column(job), values={"number": one.number})
            lost[one.row_number] = RejectedRow(one.row_number, one.cells or {}, (fault,))
        rejected = rejected_batch(list(lost.values()))
        if rejected is not None:
            await ledgers.copy_in(conn, rejected)
            job.outcome.rejected += rejected.rows
        if job.content == "repairs":
            job.outcome.repairs = await inspections_bulk.merge_repairs(conn, target)
        else:
            job.outcome.inspections = await inspections_bulk.merge(conn, target, catalogue().scales, job.entry.duty)

    async def _record(self, conn: Conn, job: Job, target: ledgers.Target) -> None:
        """Mark mended rows, and record the import if it changed something or rejected a row for the first time."""
        outcome = job.outcome
        outcome.mended, outcome.newly_rejected = await rejections.compare(
            conn, target.owner_id, outcome.path, target.asset_class, job.content
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

    async def _forget(self, conn: Conn) -> None:
        await inspections_bulk.forget_staged(conn)
        await rejections.forget_staged(conn)


def _recall(outcome: LedgerOutcome, known: ledgers.Recorded) -> None:
    """Say of a ledger left alone what was recorded of it."""
    outcome.state, outcome.read = "identical", known.rows_read
    outcome.unchanged = known.rows_new + known.rows_changed + known.rows_unchanged
    outcome.rejected, outcome.flagged = known.rows_rejected, known.rows_flagged


def _reset(outcome: LedgerOutcome) -> None:
    outcome.state = "imported"
    for name in ("read", "unchanged", "rejected", "flagged"):
        setattr(outcome, name, 0)


def _number_column(job: Job) -> str:
    """Return the header of the column that names the asset, "" where several do."""
    if isinstance(job.opened, RepairLedger):
        reading = job.opened.reading
        return reading.header[reading.number] if reading.number >= 0 else ""
    use = job.opened.reading.use_of("number") if job.opened else None
    return use.header if use else ""
