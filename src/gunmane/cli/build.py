"""`gunmane build`: from ledgers to a plan."""

import argparse
import asyncio
import os
import sys
import time
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from gunmane import __version__
from gunmane import settings as configuration
from gunmane.cli.bulk import few_collections
from gunmane.cli.days import iso_day
from gunmane.core.errors import GunmaneError
from gunmane.core.regions import RegionFile
from gunmane.core.stock import OwnerFacts
from gunmane.files import reference
from gunmane.files.boundaries import read_boundaries
from gunmane.files.doubts import DoubtCounts, doubt_list
from gunmane.files.faults import said
from gunmane.files.homes import read_homes
from gunmane.files.import_texts import write_rejected
from gunmane.files.regions import read_region
from gunmane.files.roads import read_roads
from gunmane.flows.build.documents import write_documents
from gunmane.flows.build.region import Built, Request, build
from gunmane.flows.doubts import told_in
from gunmane.flows.imports import ImportOutcome, import_region, rows_to_mend
from gunmane.flows.plan_jobs import settings_of
from gunmane.store import access, database, plan_jobs, pool, rejections


def add(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("build", help="make a region's plan from its ledgers (台帳から計画書まで)")
    command.add_argument("region", type=Path, help="region.toml")
    command.add_argument(
        "--out",
        type=Path,
        required=True,
        help="folder for plan.pdf, summary, editions, annex, plan.json, .xlsx, .gpkg, rejected.csv, doubts.csv",
    )
    command.add_argument("--as-of", type=iso_day, help="day of the data (default: the file's, else today)")
    command.add_argument("--seed", type=int, help="seed of random draws (default: the file's, else 1)")
    command.add_argument("--quiet", action="store_true", help="no progress display")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Build; exit code 1 with a sentence when the region file or the database cannot be used."""
    console = Console(stderr=True, quiet=options.quiet)
    few_collections()
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        made = asyncio.run(build_region(options.region, options.out, options.as_of, options.seed, console))
    except GunmaneError as error:
        print(f"gunmane: {said(error, 'ja')}\ngunmane: {said(error, 'en')}", file=sys.stderr)
        return 1
    for name in ("plan.pdf", *made.documents, "plan.json", "rejected.csv", "doubts.csv", "build.json"):
        print(options.out / name)
    for line in remarks(made.imported, made.doubts):
        print(line, file=sys.stderr)
    return 1 if made.imported.failed else 0


def remarks(imported: ImportOutcome, doubts: DoubtCounts) -> list[str]:
    """Say what of the ledgers is not in the plan: ledgers not read, rows to mend, columns to be asked about.

    And what is in it, but doubted or filled in.
    """
    lines: list[str] = []
    for one in imported.ledgers:
        where = f"{one.owner_code} {one.path}"
        if one.state == "failed":
            error = GunmaneError(one.problem, one.faults, **one.problem_values)
            for language, head in (("ja", "読めなかった台帳"), ("en", "ledger not read")):
                lines.append(f"{head}: {where}: {said(error, language)}")
        elif one.questions:
            names = ", ".join(question.header for question in one.questions)
            lines.append(f"確認が必要な列 / columns to be asked about: {where}: {names}")
    rows = imported.total("rejected")
    if rows:
        lines.append(f"要修正の行 / rows to mend: {rows:,} (rejected.csv)")
    words = reference.texts("imports")["words"]
    for name, counted in (("doubts", doubts.doubts), ("filled_in", doubts.derived)):
        if total := sum(counted.values()):
            lines.append(f"{words[name].ja} / {words[name].en}: {total:,} (doubts.csv)")
    return lines


class Made(Struct, frozen=True, eq=False):
    """What a build left behind."""

    imported: ImportOutcome
    built: Built
    file: RegionFile
    documents: tuple[str, ...]
    doubts: DoubtCounts


async def build_region(path: Path, out: Path, as_of: date | None, seed: int | None, console: Console) -> Made:
    """Import, build and write the files."""
    started = time.monotonic()
    file = read_region(path)
    now = datetime.now(pool.JST)
    day = as_of or file.region.as_of or now.date()
    given = configuration.read()
    ready = await database.prepare(
        home=given.home, database_url=given.database_url, admin_url=given.admin_database_url
    )
    try:
        opened = await pool.open_pool(ready.url, size=2, statement_cache=given.statement_cache)
        try:
            with _display(console) as display:
                with doubt_list(out / "doubts.csv") as doubted:
                    imported = await import_region(
                        opened, file, path.parent, as_of=day, today=now.date(), progress=display.rows,
                        look=told_in(doubted),
                    )  # fmt: skip
                imported_at = time.monotonic()
                request = await _request(opened, file, imported, day, seed)
                roads = None
                if file.region.roads is not None:
                    request = msgspec.structs.replace(request, roads=read_roads(path.parent / file.region.roads))
                    roads = await asyncio.to_thread((path.parent / file.region.roads).read_bytes)
                if file.region.homes is not None:
                    homes = read_homes(
                        path.parent / file.region.homes, file.region.homes_column, file.region.homes_source
                    )
                    request = msgspec.structs.replace(request, homes=homes)
                if file.region.boundaries is not None:
                    areas = read_boundaries(
                        path.parent / file.region.boundaries,
                        [(owner.code, owner.name) for owner in file.owners],
                        file.region.boundaries_source,
                    )
                    request = msgspec.structs.replace(request, boundaries=areas)
                async with pool.writing(opened) as conn:
                    await access.operate(conn, [], [request.region_id])
                    await plan_jobs.save_settings(conn, request.region_id, settings_of(request), roads)
                built = await build(opened, request, display.step)
                documents = await asyncio.to_thread(write_documents, built.sheet, out, display.step)
                steps = display.seconds()
            rejected = await rows_to_mend(opened, imported.saved)
        finally:
            await opened.close()
    finally:
        ready.close()
    doubts = doubted.counts()
    _write(out, file, imported, doubts, built, rejected, (started, imported_at, time.monotonic()), steps)
    return Made(imported, built, file, documents, doubts)


async def _request(
    opened: pool.Pool, file: RegionFile, imported: ImportOutcome, day: date, seed: int | None
) -> Request:
    """Put together what the build works for; rejected rows are counted from those that still wait to be mended."""
    by_code = {owner.code: owner for owner in file.owners}
    owners = tuple(
        (
            imported.saved.owners[code],
            OwnerFacts(
                code=code,
                name=by_code[code].name,
                kind=by_code[code].kind,
                population=by_code[code].population,
                area_km2=by_code[code].area_km2,
                engineers=by_code[code].engineers,
                budgets=by_code[code].budgets,
                spent=by_code[code].spent,
                retirements=by_code[code].retirements,
                population_mid=by_code[code].population_mid,
                population_low=by_code[code].population_low,
            ),
        )
        for code in sorted(by_code)
    )
    request = Request(
        region_id=imported.saved.region_id,
        region=file.region.name,
        field=file.region.field,
        simulated=file.region.simulated or any(owner.simulated for owner in file.owners),
        owners=owners,
        as_of=day,
        seed=next(value for value in (seed, file.region.seed, 1) if value is not None),
        rejected={},
    )
    codes = {owner_id: facts.code for owner_id, facts in owners}
    counted = Counter((codes[row.owner_id], row.asset_class) for _, row in await rows_to_mend(opened, imported.saved))
    return msgspec.structs.replace(request, rejected=dict(counted))


def _write(
    out: Path,
    file: RegionFile,
    imported: ImportOutcome,
    doubts: DoubtCounts,
    built: Built,
    rejected: list[tuple[str, rejections.Rejection]],
    times: tuple[float, float, float],
    steps: dict[str, float],
) -> None:
    """Write the four files; each is complete or not there."""
    put(out / "plan.pdf", built.pdf)
    put(out / "plan.json", built.sheet)
    partial = out / ".rejected.csv.part"
    write_rejected(partial, rejected)
    partial.replace(out / "rejected.csv")
    summary = {
        "region": file.region.name,
        "simulated": file.region.simulated,
        "run_id": str(built.run_id),
        "inputs_digest": built.inputs_digest,
        "edition": built.edition,
        "repeated": built.repeated,
        "software": f"gunmane {__version__}",
        "counts": {
            **built.counts,
            "rejected_rows": len(rejected),
            "doubtful_values": sum(doubts.doubts.values()),
            "doubtful_values_because": doubts.doubts,
            "filled_in_values": sum(doubts.derived.values()),
            "filled_in_values_because": doubts.derived,
        },
        "seconds": {
            "import": round(times[1] - times[0], 2),
            "build": round(times[2] - times[1], 2),
            "total": round(times[2] - times[0], 2),
            "steps": steps,
        },
        "ledgers": imported.ledgers,
    }
    put(out / "build.json", msgspec.json.format(msgspec.json.encode(summary, enc_hook=str), indent=1) + b"\n")


def put(path: Path, data: bytes) -> None:
    """Write a file that is complete or not there."""
    partial = path.with_name(f".{path.name}.part")
    partial.write_bytes(data)
    os.replace(partial, path)


class Display:
    """The progress display: rows of each ledger, then one bar for each step."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.names = reference.texts("assess")["steps"]
        self.tasks: dict[str, TaskID] = {}
        self.began: dict[str, float] = {}
        self.ended: dict[str, float] = {}

    def seconds(self) -> dict[str, float]:
        """Return how long each step has taken, in the order in which they began; some run beside others."""
        begins = [*list(self.began.values())[1:], time.monotonic()]
        return {
            key: round(self.ended.get(key, following) - begin, 2)
            for (key, begin), following in zip(self.began.items(), begins, strict=False)
        }

    def _task(self, key: str, text: str) -> TaskID:
        if key not in self.tasks:
            if "import" in self.tasks:
                self.progress.update(self.tasks["import"], completed=1, total=1)
            self.tasks[key] = self.progress.add_task(text, total=1)
            self.began[key] = time.monotonic()
        return self.tasks[key]

    def rows(self, name: str, count: int) -> None:
        """Show how many rows of a ledger have been stored."""
        text = f"{self.names['import'].ja} {name} {count:,}"
        task = self._task("import", text)
        self.progress.update(task, description=text, total=None)

    def step(self, key: str, share: float) -> None:
        """Show how much of a step is done; of waiting for others it is said in words."""
        if key == "wait" and share == 0:
            self.progress.console.print(f"{self.names[key].ja}\n{self.names[key].en}")
        self.progress.update(self._task(key, self.names[key].ja), completed=share, total=1)
        if share == 1:
            self.ended[key] = time.monotonic()


@contextmanager
def _display(console: Console) -> Generator[Display]:
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        yield Display(progress)
