"""`gunmane plan list | compare | scenarios | decide`: the editions of a region's plan."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from gunmane import settings as configuration
from gunmane.cli.build import put
from gunmane.cli.days import iso_day
from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.plan.record import Approval
from gunmane.core.plan.sheet import PlanSheet, encode
from gunmane.core.words import Language
from gunmane.files.regions import read_region
from gunmane.flows import plans as flow
from gunmane.flows.build.documents import write_documents
from gunmane.store import access, database, memberships, plans, pool, records, regions
from gunmane.store.query import Conn

OPERATOR = UUID(int=0)
"""Stands for the operator at the command line, who has no key."""

CASE_HEADS = {
    "ja": "費用(円) | 対策(件) | 入らない対策(件) | 悪い判定のまま(件) | 最終年度の想定損失(円) | 場合",
    "en": "cost (yen) | measures | left undone | left in a bad grade | expected loss in the last year (yen) | case",
}
"""What the columns of `plan scenarios` mean."""

REGION_HELP = "region.toml, or the region's code or name"


def add(kinds: Any) -> None:
    """Add the kinds that work on stored plans."""
    listed = kinds.add_parser("list", help="editions of a region's plan (版の一覧)")
    listed.add_argument("region", help=REGION_HELP)
    listed.set_defaults(run=run_list)
    compared = kinds.add_parser("compare", help="what changed between two editions (版の比較)")
    compared.add_argument("region", help=REGION_HELP)
    compared.add_argument("--edition", type=int, help="the later edition (default: the newest)")
    compared.add_argument("--since", type=int, help="the earlier edition (default: the one before)")
    compared.add_argument("--language", choices=[one.value for one in Language], default="ja")
    compared.add_argument("--json", action="store_true")
    compared.set_defaults(run=run_compare)
    cases = kinds.add_parser("scenarios", help="other budgets, populations, and without each measure (比較)")
    cases.add_argument("region", help=REGION_HELP)
    cases.add_argument("--edition", type=int, help="default: the newest")
    cases.add_argument("--language", choices=[one.value for one in Language], default="ja")
    cases.add_argument("--json", action="store_true")
    cases.set_defaults(run=run_scenarios)
    decided = kinds.add_parser("decide", help="record that an edition is decided: 案 → 決定")
    decided.add_argument("region", help=REGION_HELP)
    decided.add_argument("--edition", type=int, help="default: the newest")
    decided.add_argument("--on", type=iso_day, required=True, help="day of the decision (決定日)")
    decided.add_argument("--meeting", required=True, help="council or meeting (会議)")
    decided.add_argument("--by", required=True, help="who decided (決定者)")
    decided.add_argument("--title", required=True, help="in which office (職)")
    decided.add_argument("--note")
    decided.add_argument("--out", type=Path, help="folder for the documents as decided, without the stamp 案")
    decided.set_defaults(run=run_decide)


def run_list(options: argparse.Namespace) -> int:
    """Print one line for each edition, newest first."""

    async def show(conn: Conn, region_id: UUID) -> int:
        for one in await records.plans(conn, region_id, None, 1000):
            when = f"decided {one.decided_on}" if one.decided_on else ""
            print(f"{one.edition:>4}  {one.status:10}  {one.as_of}  {one.plan_id}  {when}")
        return 0

    return for_region(options.region, show)


def run_compare(options: argparse.Namespace) -> int:
    """Print what changed from one edition to another, one sentence a line."""

    async def show(conn: Conn, region_id: UUID) -> int:
        plan_id = await edition_of(conn, region_id, options.edition)
        since = None if options.since is None else await edition_of(conn, region_id, options.since)
        before, found = await flow.changes(conn, plan_id, since)
        if options.json:
            print(msgspec.json.format(msgspec.json.encode(found), indent=1).decode())
            return 0
        if before is None:
            print("比べる前の版がない。" if options.language == "ja" else "No earlier edition to compare with.")
            return 0
        for change in found.changes:
            print(change.said.ja if options.language == "ja" else change.said.en)
        for part, count in found.more.items():
            print(f"{part}: +{count}")
        if found.same:
            print("変更はない。" if options.language == "ja" else "Nothing changed.")
        return 0

    return for_region(options.region, show)


def run_scenarios(options: argparse.Namespace) -> int:
    """Print the cases that an edition was computed beside."""

    async def show(conn: Conn, region_id: UUID) -> int:
        plan_id = await edition_of(conn, region_id, options.edition)
        sheet = msgspec.convert(msgspec.to_builtins(await flow.sheet(conn, plan_id)), PlanSheet)
        if options.json:
            print(msgspec.json.format(msgspec.json.encode(sheet.cases), indent=1).decode())
            return 0
        print(CASE_HEADS[options.language])
        for one in sheet.cases:
            label = one.label.ja if options.language == "ja" else one.label.en
            risk = "" if one.risk_yen is None else f"{one.risk_yen:>16,}"
            print(f"{one.total_yen:>18,}  {one.measures:>8,}  {one.undone:>7,}  {one.bad_left:>7,}  {risk}  {label}")
        return 0

    return for_region(options.region, show)


def run_decide(options: argparse.Namespace) -> int:
    """Record a decision and write the documents as decided."""
    approval = Approval(
        decided_on=options.on, meeting=options.meeting, decided_by=options.by, title=options.title, note=options.note
    )

    async def make(conn: Conn, region_id: UUID) -> int:
        plan_id = await edition_of(conn, region_id, options.edition)
        await flow.decide(conn, plan_id, approval, OPERATOR, datetime.now(pool.JST), Language.JA)
        print(f"decided: {plan_id}")
        if options.out is not None:
            await write(conn, plan_id, options.out)
        return 0

    return for_region(options.region, make)


async def write(conn: Conn, plan_id: UUID, out: Path) -> None:
    """Write all documents of an edition into a folder."""
    sheet = encode(msgspec.convert(msgspec.to_builtins(await flow.sheet(conn, plan_id)), PlanSheet))
    pdf = await flow.document(conn, plan_id, Language.JA)

    def written() -> None:
        out.mkdir(parents=True, exist_ok=True)
        put(out / "plan.json", sheet)
        put(out / "plan.pdf", pdf)
        write_documents(sheet, out, quiet)

    await asyncio.to_thread(written)


def quiet(step: str, share: float) -> None:
    """Tell nobody how far the work has come."""
    del step, share


async def edition_of(conn: Conn, region_id: UUID, edition: int | None) -> UUID:
    """Find an edition; raises GunmaneError `not_found`."""
    found = await plans.by_edition(conn, region_id, edition)
    if found is None:
        raise GunmaneError("not_found", [Fault("plan_unknown", "" if edition is None else str(edition))])
    return found


def region_of(text: str) -> UUID:
    """Return the identifier of a region named by its file, its code or its name."""
    path = Path(text)
    if path.suffix == ".toml":
        file = read_region(path)
        return memberships.region_id_of(file.region.code or file.region.name)
    return memberships.region_id_of(text)


def for_region(text: str, act: Callable[[Conn, UUID], Awaitable[int]]) -> int:
    """Act as the operator of all members of a region, in one transaction of the database of this installation."""
    region_id = region_of(text)

    async def main() -> int:
        given = configuration.read()
        ready = await database.prepare(
            home=given.home, database_url=given.database_url, admin_url=given.admin_database_url
        )
        try:
            opened = await pool.open_pool(ready.url, size=1, statement_cache=given.statement_cache)
            try:
                async with pool.writing(opened) as conn:
                    await operate(conn, region_id)
                    return await act(conn, region_id)
            finally:
                await opened.close()
        finally:
            ready.close()

    return asyncio.run(main())


async def operate(conn: Conn, region_id: UUID) -> None:
    """Speak for all members of a region; raises GunmaneError `not_found` where there is none."""
    await access.operate(conn, [], [region_id])
    found = await regions.regions(conn, region_id)
    if not found:
        raise GunmaneError("not_found", [Fault("region_unknown")])
    await access.operate(conn, [one.owner_id for one in found[0].members if one.left_on is None], [region_id])
