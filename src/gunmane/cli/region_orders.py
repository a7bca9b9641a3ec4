"""`gunmane schedule orders`: a built region's due table of five years, and its lots of inspections ordered out."""

import argparse
import asyncio
import sys
from datetime import date, datetime
from uuid import UUID

from msgspec import structs

from gunmane import settings as configuration
from gunmane.cli.papers import refuse
from gunmane.cli.region_days import read_extra
from gunmane.core.calendar import fiscal_year, fiscal_year_end
from gunmane.core.errors import GunmaneError
from gunmane.core.plan.values import Measure
from gunmane.core.regions import RegionFile
from gunmane.core.schedule.lots import breaches, make_lots
from gunmane.core.schedule.orders import DueRow, five_years, ordered_out
from gunmane.core.schedule.terms import Extra
from gunmane.files.faults import said
from gunmane.files.reference import cost_book
from gunmane.files.regions import read_region
from gunmane.files.rosters import texts
from gunmane.files.rules import rule_book, workbook
from gunmane.files.workbooks import due_book, lots_book
from gunmane.store import access, database, pool, schedules
from gunmane.store.memberships import region_id_of


def run(options: argparse.Namespace) -> int:
    """Write due.xlsx and lots.xlsx; 2 for bad input, 1 for a region not in the database or lots with faults."""
    on: date = options.start or datetime.now(pool.JST).date()
    try:
        file = read_region(options.region)
        beside = None if file.region.schedule is None else options.region.parent / file.region.schedule
        extra = read_extra(options.extra or beside, on)
    except GunmaneError as error:
        if error.code == "bad_roster":
            return refuse(error)
        print(f"gunmane: {said(error, 'ja')}\ngunmane: {said(error, 'en')}", file=sys.stderr)
        return 2
    years = range(fiscal_year(on), fiscal_year(on) + options.years)
    rows = asyncio.run(_rows(file, fiscal_year_end(years[-1])))
    if rows is None:
        told = [texts(language).bad["not_built"].format(path=options.region) for language in ("ja", "en")]
        print("\n".join(told), file=sys.stderr)
        return 1
    return _write(options, file, extra, rows, on, years)


def _write(
    options: argparse.Namespace, file: RegionFile, extra: Extra, rows: list[DueRow], on: date, years: range
) -> int:
    book, language = rule_book(), options.language.value
    told, words = (book.ja if language == "ja" else book.en), texts(language)
    ahead = five_years(rows, {rule.id: rule for rule in book.rules}, on, options.years)
    priced = [
        cost
        for cost in cost_book().unit_costs
        if cost.measure is Measure.INSPECT and cost.unit == "count" and cost.payer == "owner"
    ]
    yen = {cost.asset_class.value: cost.mid for cost in priced if cost.mid is not None}
    sources = [[f"{cost.asset_class}.inspect", cost.mid, cost.base_year, cost.status, cost.source] for cost in priced]
    items, missing = ordered_out(rows, workbook().work, yen, on, options.years)
    rules = structs.replace(workbook().lots, schemes=extra.schemes)
    made = make_lots(items, rules, options.seed)
    wrong = breaches(items, made, rules)
    if wrong:
        print("\n".join(wrong), file=sys.stderr)
        return 1
    simulated = file.region.simulated or any(owner.simulated for owner in file.owners)
    options.out.mkdir(parents=True, exist_ok=True)
    due = due_book(ahead, years, words, told.duties, told.states, language, simulated=simulated)
    (options.out / "due.xlsx").write_bytes(due)
    lots = lots_book(items, made, rules, words, simulated=simulated, assumptions=sources)
    (options.out / "lots.xlsx").write_bytes(lots)
    ways = {way: sum(row.contracts for row in made.comparison if row.way == way) for way in ("alone", "together")}
    saved = ways["alone"] - ways["together"]
    print(words.sheet["ordered"].format(due=len(ahead), items=len(items), lots=len(made.lots), saved=saved))
    if not extra.schemes:
        print(words.sheet["no_scheme"])
    if missing:
        classes = ", ".join(f"{name} {count}" for name, count in sorted(missing.items()))
        print(words.sheet["unpriced"].format(classes=classes))
    return 0


async def _rows(file: RegionFile, until: date) -> list[DueRow] | None:
    given = configuration.read()
    ready = await database.prepare(
        home=given.home, database_url=given.database_url, admin_url=given.admin_database_url
    )
    try:
        opened = await pool.open_pool(ready.url, size=2, statement_cache=given.statement_cache)
        try:
            owners: list[UUID] = []
            async with pool.reading(opened) as conn:
                for owner in file.owners:
                    owner_id = await access.owner_of(conn, owner.code)
                    if owner_id is None:
                        return None
                    owners.append(owner_id)
            async with pool.reading(opened) as conn:
                await access.operate(conn, owners, [region_id_of(file.region.code or file.region.name)])
                return await schedules.due_table(conn, owners, until)
        finally:
            await opened.close()
    finally:
        ready.close()
