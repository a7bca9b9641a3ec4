"""`gunmane schedule days` and `lots`: day plans of four weeks with their papers, and joint contract lots."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import msgspec
from msgspec import structs

from gunmane.cli.days import iso_day
from gunmane.cli.papers import papers, read_bytes, refuse
from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.schedule.lots import Item, LotRules, breaches, make_lots
from gunmane.core.schedule.roster_reading import read_roster
from gunmane.core.schedule.wording import fault_text, remedy_text, travel_text
from gunmane.core.words import Language
from gunmane.files.faults import said
from gunmane.files.rosters import texts


def add(actions: Any) -> None:
    """Add the actions to `schedule`."""
    days = actions.add_parser("days", help="day plans of the next weeks with day sheets (日程表)")
    days.add_argument("roster", type=Path, metavar="ROSTER.json", help="people, cars, work, wishes, last week's plan")
    days.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the plan and its papers")
    days.add_argument("--seconds", type=float, default=30.0, metavar="N", help="time of the search (default 30)")
    days.add_argument("--seed", type=int, default=1, metavar="S", help="start of the seeds (default 1)")
    days.add_argument("--workers", type=int, metavar="N", help="processes (default: one per processor)")
    days.add_argument("--iterations", type=int, metavar="N", help="stop by iterations instead: repeatable")
    days.add_argument(
        "--roads", type=Path, metavar="ROADS.json", help="road network for the driving (as for `plan detours`)"
    )
    days.add_argument("--language", type=Language, default=Language.JA, choices=list(Language), help="of the papers")
    days.set_defaults(run=run_days)
    roll = actions.add_parser("region", help="a built region's year by week and its next weeks by day (圏域の日程)")
    roll.add_argument("region", type=Path, metavar="REGION.toml", help="the region's file, built before")
    roll.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the plan and its papers")
    roll.add_argument("--from", dest="start", type=iso_day, metavar="DATE", help="first day (default today)")
    roll.add_argument("--weeks", type=int, default=4, choices=range(1, 14), metavar="N", help="default 4")
    roll.add_argument("--extra", type=Path, metavar="EXTRA.json", help="people, cars, closures, permits, wishes")
    roll.add_argument("--seconds", type=float, default=30.0, metavar="N", help="time of the search (default 30)")
    roll.add_argument("--seed", type=int, default=1, metavar="S", help="start of the seeds (default 1)")
    roll.add_argument("--language", type=Language, default=Language.JA, choices=list(Language), help="of the papers")
    roll.set_defaults(run=_region)
    orders = actions.add_parser(
        "orders", help="a built region's five-year due table and joint lots of inspections (期限表・発注ロット)"
    )
    orders.add_argument("region", type=Path, metavar="REGION.toml", help="the region's file, built before")
    orders.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for due.xlsx and lots.xlsx")
    orders.add_argument("--from", dest="start", type=iso_day, metavar="DATE", help="as of this day (default today)")
    orders.add_argument("--years", type=int, default=5, choices=range(1, 11), metavar="N", help="default 5")
    orders.add_argument("--extra", type=Path, metavar="EXTRA.json", help="schemes of joint ordering")
    orders.add_argument("--seed", type=int, default=1, metavar="S", help="seed (default 1)")
    orders.add_argument(
        "--language", type=Language, default=Language.JA, choices=list(Language), help="of the papers"
    )
    orders.set_defaults(run=_orders)
    lots = actions.add_parser("lots", help="joint contract lots with the comparison to each owner alone (発注ロット)")
    lots.add_argument("items", type=Path, metavar="ITEMS.json", help="works to be ordered out, schemes, limits")
    lots.add_argument("--out", type=Path, required=True, metavar="LOTS.xlsx", help="workbook to be written")
    lots.add_argument("--seed", type=int, default=1, metavar="S", help="seed (default 1)")
    lots.add_argument(
        "--language", type=Language, default=Language.JA, choices=list(Language), help="of the workbook"
    )
    lots.set_defaults(run=run_lots)


def _region(options: argparse.Namespace) -> int:
    from gunmane.cli.region_days import run  # brings the database, which other actions of the group don't need

    return run(options)


def _orders(options: argparse.Namespace) -> int:
    from gunmane.cli.region_orders import run  # brings the database too

    return run(options)


class LotFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The content of ITEMS.json; `limits` override data/schedule.toml by name."""

    items: tuple[Item, ...]
    schemes: dict[str, tuple[str, ...]] = {}
    limits: dict[str, float] = {}
    simulated: bool = False


def run_days(options: argparse.Namespace) -> int:
    """Plan, check and write the papers; 2 with every fault for a bad roster, 1 for a plan the checker refuses."""
    from gunmane.files.rules import working_days
    from gunmane.solve.rosters import plan_days

    try:
        roster = read_roster(read_bytes(options.roster))
    except GunmaneError as error:
        return refuse(error)
    if options.roads is not None:
        from gunmane.files.roads import read_roads
        from gunmane.flows.schedules import on_roads

        try:
            roster = on_roads(roster, read_roads(options.roads))
        except GunmaneError as error:
            print(f"gunmane: {said(error, 'ja')}\ngunmane: {said(error, 'en')}", file=sys.stderr)
            return 2
    found = plan_days(
        roster, working_days(), options.seconds, options.seed, workers=options.workers, iterations=options.iterations
    )
    if found.faults:
        for fault in found.faults:
            print(f"{fault.work or fault.day}: {fault_text(fault, texts('ja'))}", file=sys.stderr)
        return 1
    options.out.mkdir(parents=True, exist_ok=True)
    for name, content in papers(roster, found.plan, options.language).items():
        (options.out / name).write_bytes(content)
    told = texts(options.language.value)
    works = {work.id: work for work in roster.work}
    placed = sum(len(stop.works) for tour in found.plan.tours for stop in tour.stops)
    print(f"{placed} / {len(roster.work)}  {len(found.plan.tours)} tours  {found.costs}  → {options.out}")
    print(travel_text(roster, told))
    for left in found.plan.left:
        print(f"{works[left.work].name}: {remedy_text(left, roster, told, options.language.value)}")
    return 0


def run_lots(options: argparse.Namespace) -> int:
    """Make lots, check them and write the workbook; prints the comparison."""
    from gunmane.files.rules import workbook
    from gunmane.files.workbooks import lots_book

    try:
        given = _lot_file(options.items)
    except GunmaneError as error:
        return refuse(error)
    rules: LotRules = structs.replace(workbook().lots, schemes=given.schemes, **given.limits)
    made = make_lots(given.items, rules, options.seed)
    wrong = breaches(given.items, made, rules)
    if wrong:
        print("\n".join(wrong), file=sys.stderr)
        return 1
    told = texts(options.language.value)
    options.out.write_bytes(lots_book(given.items, made, rules, told, simulated=given.simulated))
    json.dump([msgspec.to_builtins(row) for row in made.comparison], sys.stdout, ensure_ascii=False, indent=1)
    print()
    return 0


def _lot_file(path: Path) -> LotFile:
    try:
        given = msgspec.json.decode(read_bytes(path), type=LotFile)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise GunmaneError("bad_roster", [Fault("bad_roster", "", {"message": str(error)})]) from error
    faults: list[Fault] = []
    seen: set[str] = set()
    for index, item in enumerate(given.items):
        if item.id in seen:
            faults.append(Fault("twice", f"/items/{index}/id", {"id": item.id}))
        seen.add(item.id)
        if item.yen < 0 or item.minutes < 0:
            faults.append(Fault("out_of_range", f"/items/{index}", {"value": item.yen, "least": 0, "most": "…"}))
    known = {name for name in LotRules.__struct_fields__ if name.endswith("_yen") or name in ("even", "detour")}
    for name, value in given.limits.items():
        if name not in known or value <= 0:
            faults.append(Fault("out_of_range", f"/limits/{name}", {"value": value, "least": 0, "most": "…"}))
    if faults:
        raise GunmaneError("bad_roster", faults)
    return given
