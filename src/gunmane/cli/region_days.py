"""`gunmane schedule region`: a built region's year by week and its next weeks by day, stored and printed."""

import argparse
import asyncio
import sys
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import msgspec

from gunmane import settings as configuration
from gunmane.cli.papers import papers, read_bytes, refuse
from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.plan.roads import Roads
from gunmane.core.regions import RegionFile
from gunmane.core.schedule.terms import Extra, extra_mistakes
from gunmane.core.schedule.wording import travel_text
from gunmane.files.faults import said
from gunmane.files.regions import read_region
from gunmane.files.roads import read_roads
from gunmane.files.rosters import texts
from gunmane.flows.schedules import Rolled, roll
from gunmane.store import access, database, pool
from gunmane.store.memberships import region_id_of


def run(options: argparse.Namespace) -> int:
    """Plan a region that `gunmane build` has built; 2 for bad input, 1 for a region that is not in the database."""
    try:
        file = read_region(options.region)
        given = file.region.schedule
        beside = None if given is None else options.region.parent / given
        extra = read_extra(options.extra or beside, options.start or datetime.now(pool.JST).date())
        roads = None if file.region.roads is None else read_roads(options.region.parent / file.region.roads)
    except GunmaneError as error:
        if error.code == "bad_roster":
            return refuse(error)
        print(f"gunmane: {said(error, 'ja')}\ngunmane: {said(error, 'en')}", file=sys.stderr)
        return 2
    try:
        rolled = asyncio.run(_roll(file, extra, roads, options))
    except GunmaneError as error:
        return refuse(error)
    if rolled is None:
        told = [texts(language).bad["not_built"].format(path=options.region) for language in ("ja", "en")]
        print("\n".join(told), file=sys.stderr)
        return 1
    options.out.mkdir(parents=True, exist_ok=True)
    written = papers(rolled.roster, rolled.planned.plan, options.language)
    written["roster.json"] = msgspec.json.encode(rolled.roster) + b"\n"
    written["year.json"] = msgspec.json.format(msgspec.json.encode(rolled.year.load), indent=1) + b"\n"
    for name, content in written.items():
        (options.out / name).write_bytes(content)
    plan = rolled.planned.plan
    placed = sum(len(stop.works) for tour in plan.tours for stop in tour.stops)
    print(travel_text(rolled.roster, texts(options.language.value)))
    print(f"{rolled.schedule_id}: {placed} / {len(rolled.roster.work)}, {len(plan.tours)} tours → {options.out}")
    return 0


async def _roll(file: RegionFile, extra: Extra, roads: Roads | None, options: argparse.Namespace) -> Rolled | None:
    given = configuration.read()
    now = datetime.now(pool.JST)
    ready = await database.prepare(
        home=given.home, database_url=given.database_url, admin_url=given.admin_database_url
    )
    try:
        opened = await pool.open_pool(ready.url, size=2, statement_cache=given.statement_cache)
        try:
            owners: dict[UUID, dict[str, int]] = {}
            nights: dict[UUID, int] = {}
            async with pool.reading(opened) as conn:
                for owner in file.owners:
                    owner_id = await access.owner_of(conn, owner.code)
                    if owner_id is None:
                        return None
                    owners[owner_id] = dict(owner.engineers)
                    nights[owner_id] = owner.night_engineers
            return await roll(
                opened, region_id_of(file.region.code or file.region.name), file.region.name, owners, extra,
                start=options.start or now.date(), weeks=options.weeks, seconds=options.seconds, seed=options.seed,
                simulated=file.region.simulated or any(owner.simulated for owner in file.owners), now=now,
                roads=roads, nights=nights,
            )  # fmt: skip
        finally:
            await opened.close()
    finally:
        ready.close()


def read_extra(path: Path | None, start: date) -> Extra:
    if path is None:
        return Extra()
    try:
        extra = msgspec.json.decode(read_bytes(path), type=Extra)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise GunmaneError("bad_roster", [Fault("bad_roster", "", {"message": str(error)})]) from error
    faults = extra_mistakes(extra, start)
    if faults:
        raise GunmaneError("bad_roster", faults)
    return extra
