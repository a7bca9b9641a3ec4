"""Importing ledgers: read, validate, stage, merge; what is new, changed, vanished and rejected."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from functools import partial
from itertools import groupby
from pathlib import Path

from msgspec import Struct

from gunmane.core.errors import GunmaneError
from gunmane.core.regions import OwnerEntry, RegionFile, label
from gunmane.core.words import AssetClass
from gunmane.files.ledgers import Ledger, open_ledger
from gunmane.files.regions import digest, source_of
from gunmane.flows.import_chunks import CHUNK, RepairLedger, open_repairs
from gunmane.flows.import_groups import Group, Job, Progress, Unreadable, Work
from gunmane.flows.import_outcomes import LedgerOutcome
from gunmane.store import access, ledgers, locks, memberships, pool, rejections
from gunmane.store.ids import uuid7
from gunmane.store.memberships import SavedRegion
from gunmane.store.query import Conn


class ImportOutcome(Struct, frozen=True):
    """What an import did: identifiers, and one outcome per ledger in the order of the file."""

    saved: SavedRegion
    ledgers: tuple[LedgerOutcome, ...]
    dry_run: bool

    def total(self, name: str) -> int:
        """Add up one count over all ledgers."""
        return sum(getattr(one, name) for one in self.ledgers)

    @property
    def failed(self) -> bool:
        """Whether a ledger could not be read at all."""
        return any(one.state == "failed" for one in self.ledgers)


Look = Callable[[Conn, ledgers.Target, list[LedgerOutcome]], Awaitable[None]]
"""Shown each class of an owner once it is imported, in its transaction, with the outcomes of its ledgers."""


class _Undo(Exception):
    """Rolls a dry run back."""


async def import_region(
    opened: pool.Pool,
    file: RegionFile,
    folder: Path,
    *,
    as_of: date,
    today: date,
    dry_run: bool = False,
    again: bool = False,
    progress: Progress | None = None,
    chunk: int = CHUNK,
    look: Look | None = None,
) -> ImportOutcome:
    """Import every ledger of a region file, whose paths are relative to `folder`.

    `as_of` is the day after which dates lie in the future; new members join on it, or on `today` where that is
    earlier. `again` reads ledgers even if nothing about them has changed. A dry run does the same and takes it back.
    The file names all ledgers of its owners: what none lists any more is told as vanished.
    """

    async def prepare_rows(conn: Conn, saved: SavedRegion) -> None:
        await access.operate(conn, list(saved.owners.values()), [saved.region_id])
        await memberships.save(conn, saved, file, min(as_of, today))

    work = Work(as_of, dry_run, again, True, chunk, progress or _silent, prepare_rows, look)
    return await _import_all(opened, file, folder, work)


async def import_ledgers(
    opened: pool.Pool,
    file: RegionFile,
    folder: Path,
    *,
    as_of: date,
    today: date,
    dry_run: bool = False,
    again: bool = False,
    progress: Progress | None = None,
    chunk: int = CHUNK,
    look: Look | None = None,
) -> ImportOutcome:
    """Import ledgers of owners without a word about a region; an owner that is not known yet is made.

    Only what the ledgers that they continue had can vanish: other files' assets are none of theirs.

    Raises GunmaneError `owner_unknown` for an owner without a name that is not known.
    """

    async def prepare_rows(conn: Conn, saved: SavedRegion) -> None:
        await access.operate(conn, list(saved.owners.values()), [])
        known = {owner.code for owner in await memberships.owners_of(conn, list(saved.owners.values()))}
        new = [owner for owner in file.owners if owner.code not in known]
        for owner in new:
            if not owner.name:
                raise GunmaneError("owner_unknown", owner=owner.code)
        await memberships.save_owners(conn, saved, file, new)

    work = Work(min(as_of, today), dry_run, again, False, chunk, progress or _silent, prepare_rows, look)
    return await _import_all(opened, file, folder, work)


async def rows_to_mend(opened: pool.Pool, saved: SavedRegion) -> list[tuple[str, rejections.Rejection]]:
    """List the rows that wait to be mended, each with its owner's name."""
    owners = list(saved.owners.values())
    async with pool.reading(opened) as conn:
        await access.operate(conn, owners, [])
        names = {owner.owner_id: owner.name for owner in await memberships.owners_of(conn, owners)}
        return [(names.get(row.owner_id, ""), row) for row in await rejections.list_open(conn, owners)]


def gathered_in(rows: list[tuple[str, rejections.Rejection]]) -> Look:
    """Return what gathers the rows of each class that wait to be mended, also in a dry run."""

    async def look(conn: Conn, target: ledgers.Target, _ledgers: list[LedgerOutcome]) -> None:
        (owner,) = await memberships.owners_of(conn, [target.owner_id])
        waiting = await rejections.list_open(conn, [target.owner_id])
        rows.extend((owner.name, row) for row in waiting if row.asset_class == target.asset_class)

    return look


def in_turn(looks: Sequence[Look]) -> Look:
    """Return what shows a class to each in turn."""

    async def look(conn: Conn, target: ledgers.Target, found: list[LedgerOutcome]) -> None:
        for one in looks:
            await one(conn, target, found)

    return look


async def _import_all(opened: pool.Pool, file: RegionFile, folder: Path, work: Work) -> ImportOutcome:
    """Import the ledgers of each owner and class in a transaction of their own."""
    async with pool.writing(opened) as conn:
        saved = await memberships.identify(conn, file)
        if not work.dry_run:
            await locks.hold(conn, list(saved.owners.values()))
            await work.prepare_rows(conn, saved)
    done: list[LedgerOutcome] = []
    for owner in file.owners:
        jobs = _jobs(owner, folder, work.as_of)
        by_class = sorted(jobs, key=lambda job: list(AssetClass).index(job.entry.asset_class))
        for asset_class, group in groupby(by_class, key=lambda job: job.entry.asset_class):
            target = ledgers.Target(saved.owners[owner.code], asset_class, uuid7(), file.origin(owner))
            ledgers_of_class = list(group)
            while broken := await _import_class(opened, saved, target, ledgers_of_class, work):
                _fail(broken.job, broken.error)
                for job in ledgers_of_class:  # what has been read remembers its numbers
                    job.opened = job.opened and job.open()
        done += [job.outcome for job in jobs]
    return ImportOutcome(saved, tuple(done), work.dry_run)


async def _import_class(
    opened: pool.Pool, saved: SavedRegion, target: ledgers.Target, jobs: list[Job], work: Work
) -> Unreadable | None:
    """Import the ledgers of one owner and class; where a file breaks off nothing is done, and it is returned."""
    try:
        async with pool.writing(opened) as conn:
            await locks.hold(conn, list(saved.owners.values()))
            await work.prepare_rows(conn, saved)
            await Group(target, jobs, work).run(conn)
            if work.look is not None:
                await work.look(conn, target, [job.outcome for job in jobs])
            if work.dry_run:
                raise _Undo
    except _Undo:
        pass
    except Unreadable as broken:
        return broken
    return None


def _fail(job: Job, error: GunmaneError) -> None:
    """Note why a ledger cannot be read."""
    job.opened = None
    job.outcome.state, job.outcome.problem = "failed", error.code
    job.outcome.faults, job.outcome.problem_values = error.faults, error.values


def _silent(_name: str, _rows: int) -> None: ...


def _jobs(owner: OwnerEntry, folder: Path, as_of: date) -> list[Job]:
    """Open the ledgers of an owner; what cannot be opened becomes the outcome."""
    jobs: list[Job] = []
    for content, entry in owner.entries():
        outcome = LedgerOutcome(
            owner_code=owner.code, path=label(entry), asset_class=entry.asset_class, content=content
        )
        source = source_of(entry, content, owner.code, folder)
        opening = partial(open_repairs, source) if content == "repairs" else partial(open_ledger, source, as_of)
        job = Job(content, entry, outcome, uuid7(), opening)
        jobs.append(job)
        try:
            job.sha256 = digest(source)
            job.opened = job.open()
        except GunmaneError as error:
            _fail(job, error)
        except OSError as error:
            _fail(job, GunmaneError("not_readable", path=str(source.path), reason=str(error)))
        else:
            _describe(outcome, job.opened)
    return jobs


def _describe(outcome: LedgerOutcome, opened: Ledger | RepairLedger) -> None:
    outcome.encoding = opened.table.encoding
    if isinstance(opened, RepairLedger):
        parts = ("number", "repaired", "kind", "cost", "notes")
        places = {name: getattr(opened.reading, name) for name in parts}
        outcome.columns = {opened.reading.header[place]: name for name, place in places.items() if place >= 0}
        return
    outcome.columns = {use.header: use.field.name for use in opened.reading.uses}
    outcome.unrecognised = opened.reading.unrecognised
    outcome.questions = opened.reading.questions
    outcome.warnings = opened.warnings
