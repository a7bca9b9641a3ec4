"""`gunmane import`: ledgers of a region, or one ledger of one owner, into the inventory."""

import argparse
import asyncio
import sys
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from gunmane import settings as settings_module
from gunmane.cli.days import iso_day
from gunmane.core.errors import GunmaneError
from gunmane.core.regions import LedgerEntry, OwnerEntry, RegionEntry, RegionFile
from gunmane.core.words import AssetClass, Language, OwnerKind
from gunmane.files.catalogue import catalogue
from gunmane.files.doubts import doubt_list
from gunmane.files.import_texts import Texts, import_texts, write_rejected
from gunmane.files.ledgers import LedgerSource, suggest
from gunmane.files.regions import read_region
from gunmane.flows.doubts import told_in
from gunmane.flows.import_outcomes import LedgerOutcome
from gunmane.flows.imports import ImportOutcome, gathered_in, import_ledgers, import_region, in_turn
from gunmane.store import database, pool
from gunmane.store.rejections import Rejection

CONTENTS = ("assets", "inspections", "repairs")
COUNTS = (
    "read", "added", "changed", "unchanged", "vanished", "inspections", "repairs", "rejected", "mended", "flagged",
    "left_out",
)  # fmt: skip


def add(commands: Any) -> None:
    """Add the sub-command `import`."""
    command = commands.add_parser(
        "import", help="台帳を取り込む / import ledgers: region.toml, or one file with --owner and --class"
    )
    command.add_argument("file", type=Path, metavar="FILE", help="region.toml or a ledger")
    command.add_argument("--dry-run", action="store_true", help="変更点だけを示す / show what would change")
    command.add_argument("--suggest", action="store_true", help="対応表の案を書く / print a mapping file")
    command.add_argument("--again", action="store_true", help="同じ台帳も読み直す / read identical ledgers too")
    command.add_argument("--as-of", type=iso_day, metavar="DATE", help="later dates lie in the future")
    command.add_argument("--rejected", type=Path, metavar="FILE.csv", help="write the rows to mend")
    command.add_argument("--doubts", type=Path, metavar="FILE.csv", help="write what is doubted, and what was done")
    command.add_argument("--json", action="store_true", help="print the outcome as JSON")
    command.add_argument("--lang", type=Language, choices=list(Language), default=Language.JA)
    one = command.add_argument_group("one ledger")
    one.add_argument("--owner", metavar="CODE")
    one.add_argument("--class", dest="asset_class", type=AssetClass, choices=list(AssetClass), metavar="CLASS")
    one.add_argument("--content", choices=CONTENTS, default="assets")
    one.add_argument("--name", help="name of a new owner")
    one.add_argument("--kind", type=OwnerKind, choices=list(OwnerKind), metavar="KIND")
    one.add_argument("--mapping", type=Path, metavar="FILE.toml")
    one.add_argument("--encoding")
    one.add_argument("--sheet")
    one.add_argument("--layer")
    one.add_argument("--crs", metavar="EPSG")
    one.add_argument("--header-row", type=int)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Import, or print a mapping file; exit code 2 for bad input, 1 where a ledger could not be imported."""
    texts = import_texts(options.lang)
    try:
        if options.suggest:
            print(_suggestion(options), end="")
            return 0
        whole = options.file.suffix.lower() == ".toml"
        file = read_region(options.file) if whole else _single(options)
        outcome = asyncio.run(_import(options, file, options.file.parent, whole))
    except GunmaneError as error:
        refuse(error, texts)
        return 2
    if options.json:
        import msgspec

        print(msgspec.json.format(msgspec.json.encode(outcome)).decode())
    else:
        show(outcome, texts, Console(stderr=True))
    return 1 if outcome.failed else 0


def refuse(error: GunmaneError, texts: Texts) -> None:
    """Print an error with every fault and its place."""
    print(f"gunmane: {texts.error(error.code, error.values)}", file=sys.stderr)
    for fault in error.faults:
        print(f"  {fault.at}: {texts.fault(fault)}", file=sys.stderr)


def _suggestion(options: argparse.Namespace) -> str:
    if options.asset_class is None:
        raise SystemExit("gunmane: --suggest needs --class")
    return suggest(
        LedgerSource(
            path=options.file,
            asset_class=options.asset_class,
            owner_code=options.owner or "",
            rows="inspection" if options.content == "inspections" else None,
            encoding=options.encoding,
            sheet=options.sheet,
            layer=options.layer,
            header_row=options.header_row,
            mapping=options.mapping,
        )
    )


def _single(options: argparse.Namespace) -> RegionFile:
    """Describe one ledger of one owner as a region file would."""
    if options.asset_class is None or options.owner is None:
        raise SystemExit("gunmane: a single ledger needs --owner and --class")
    if not options.file.is_file():
        raise GunmaneError("no_such_file", path=str(options.file))
    mapping = None if options.mapping is None else str(options.mapping.resolve())
    entry = LedgerEntry(
        path=options.file.name, asset_class=options.asset_class, mapping=mapping, encoding=options.encoding,
        sheet=options.sheet, layer=options.layer, crs=options.crs, header_row=options.header_row,
    )  # fmt: skip
    seat = catalogue().seats.get(options.owner)
    owner = OwnerEntry(
        code=options.owner,
        name=options.name or (seat.name if seat else ""),
        kind=options.kind or OwnerKind.MUNICIPALITY,
        ledgers=(entry,) if options.content == "assets" else (),
        inspections=(entry,) if options.content == "inspections" else (),
        repairs=(entry,) if options.content == "repairs" else (),
    )
    return RegionFile(region=RegionEntry(name=options.owner), owners=(owner,))


async def _import(options: argparse.Namespace, file: RegionFile, folder: Path, whole: bool) -> ImportOutcome:
    settings = settings_module.read()
    today = datetime.now(pool.JST).date()
    ready = await database.prepare(
        home=settings.home, database_url=settings.database_url, admin_url=settings.admin_database_url
    )
    opened = await pool.open_pool(ready.url, size=2, statement_cache=settings.statement_cache)
    console = Console(stderr=True)
    try:
        with Progress(
            TextColumn("{task.description}"), TextColumn("{task.completed:,}"), TimeElapsedColumn(), console=console,
            transient=True,
        ) as bar:  # fmt: skip
            task = bar.add_task("", total=None)
            work = import_region if whole else import_ledgers
            rejected: list[tuple[str, Rejection]] = []
            with ExitStack() as stack:
                looks = [gathered_in(rejected)] if options.rejected is not None else []
                if options.doubts is not None:
                    looks.append(told_in(stack.enter_context(doubt_list(options.doubts))))
                outcome = await work(
                    opened,
                    file,
                    folder,
                    as_of=options.as_of or file.region.as_of or today,
                    today=today,
                    dry_run=options.dry_run,
                    again=options.again,
                    progress=lambda name, rows: bar.update(task, description=name, completed=rows),
                    look=in_turn(looks),
                )
        if options.rejected is not None:
            write_rejected(options.rejected, rejected)
        return outcome
    finally:
        await opened.close()
        ready.close()


def show(outcome: ImportOutcome, texts: Texts, console: Console) -> None:
    """Print what an import did with each ledger, and the sums."""
    for one in outcome.ledgers:
        console.print(f"{one.owner_code} {one.path} [{texts.words[one.content]}]", markup=False, soft_wrap=True)
        _show_ledger(one, texts, console)
    sums = [f"{texts.words[name]} {outcome.total(name):,}" for name in COUNTS if outcome.total(name)]
    console.print(f"{texts.words['done']}: {'  '.join(sums)}", markup=False, soft_wrap=True)
    if outcome.dry_run:
        console.print(texts.words["dry_run"], markup=False, soft_wrap=True)


def _show_ledger(one: LedgerOutcome, texts: Texts, console: Console) -> None:
    def line(text: str) -> None:
        console.print(f"    {text}", markup=False, soft_wrap=True)

    if one.state == "failed":
        line(f"{texts.words['failed']}: {texts.error(one.problem, one.problem_values)}")
        for fault in one.faults:
            line(f"{fault.at} {texts.fault(fault)}")
        return
    if one.state == "identical":
        line(texts.words["identical"])
    line("  ".join(f"{texts.words[name]} {getattr(one, name):,}" for name in COUNTS if getattr(one, name)))
    for warning in one.warnings:
        line(f"! {texts.fault(warning)}")
    if one.questions:
        line(f"? {texts.words['questions']}: {', '.join(question.header for question in one.questions)}")
    if one.unrecognised and one.content == "assets":
        line(f"- {texts.words['unrecognised']}: {', '.join(one.unrecognised)}")
    for name in ("added", "vanished"):
        examples = getattr(one, f"{name}_examples")
        if examples:
            rest = " …" if getattr(one, name) > len(examples) else ""
            line(f"{texts.words[name]}: {', '.join(examples)}{rest}")
    for change in one.changed_examples:
        differing = ", ".join(f"{name} {former} → {now}" for name, (former, now) in change.fields.items())
        line(f"{texts.words['changed']}: {change.number}: {differing}")
