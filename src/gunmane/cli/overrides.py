"""`gunmane plan override | overrides | withdraw | comment`: what people set against proposals, and say of them."""

import argparse
from datetime import datetime
from typing import Any
from uuid import UUID

from gunmane.cli.plans import OPERATOR, REGION_HELP, edition_of, for_region
from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.plan.overrides import ALTERNATIVES, Override
from gunmane.core.words import AssetClass
from gunmane.files import reference
from gunmane.flows import overrides as flow
from gunmane.store import access, plans, pool, regions
from gunmane.store.ids import uuid7
from gunmane.store.query import Conn


def add(kinds: Any) -> None:
    """Add the kinds."""
    made = kinds.add_parser("override", help="set an alternative against a proposal (判断の変更)")
    made.add_argument("region", help=REGION_HELP)
    made.add_argument("--owner", help="code of the owner of the asset")
    made.add_argument("--class", dest="asset_class", type=AssetClass, help="class of the asset")
    made.add_argument("--number", help="number of the asset")
    made.add_argument(
        "--decision",
        help="code of a decision that is not about one asset (groups, tasks, lots.bridge, engineers, sewage.…)",
    )
    made.add_argument("--to", required=True, help=f"asset: {', '.join(ALTERNATIVES)}; decision: change, keep")
    made.add_argument("--year", type=int, help="fiscal year of the measure (default: the best one)")
    made.add_argument(
        "--group",
        action="append",
        default=[],
        help="a group: owners' codes, or of --decision tasks bridge.inspect,tunnel.works; joined by commas",
    )
    reasons = ", ".join(sorted(reference.texts("measures")["override_reason"]))
    made.add_argument("--reason", required=True, help=f"one of {reasons}")
    made.add_argument("--note", default="")
    made.add_argument("--by", required=True, help="who decided so")
    made.set_defaults(run=run_override)
    listed = kinds.add_parser("overrides", help="overrides of a region's plan (判断の変更の一覧)")
    listed.add_argument("region", help=REGION_HELP)
    listed.add_argument("--withdrawn", action="store_true", help="withdrawn ones too")
    listed.set_defaults(run=run_list)
    ended = kinds.add_parser("withdraw", help="withdraw an override (取下げ)")
    ended.add_argument("region", help=REGION_HELP)
    ended.add_argument("override", type=UUID)
    ended.set_defaults(run=run_withdraw)
    said = kinds.add_parser("comment", help="comment on an edition (意見)")
    said.add_argument("region", help=REGION_HELP)
    said.add_argument("--edition", type=int, help="default: the newest")
    said.add_argument("--owner", required=True, help="code of the owner that speaks")
    said.add_argument("--decision", default="", help="code of the decision (default: the whole edition)")
    said.add_argument("--by", required=True)
    said.add_argument("text")
    said.set_defaults(run=run_comment)


def run_override(options: argparse.Namespace) -> int:
    """Record an override; the next `gunmane build` computes with it."""
    now = datetime.now(pool.JST)
    wanted = Override(
        code=options.decision or "", owner=options.owner or "", asset_class=options.asset_class,
        number=options.number, alternative=options.to, year=options.year,
        groups=tuple(tuple(group.split(",")) for group in options.group), reason=options.reason, note=options.note,
        by=options.by, on=now.date(),
    )  # fmt: skip
    if options.decision is None and None in (options.owner, options.asset_class, options.number):
        raise GunmaneError("invalid", [Fault("missing", "--owner --class --number / --decision")])

    async def make(conn: Conn, region_id: UUID) -> int:
        own = [owner.code for owner in await regions.owners(conn)]
        row = await flow.put(conn, region_id, uuid7(), wanted, OPERATOR, now, own=own)
        print(row.override_id)
        return 0

    return for_region(options.region, make)


def run_list(options: argparse.Namespace) -> int:
    """Print one line for each override, newest first."""

    async def show(conn: Conn, region_id: UUID) -> int:
        for row in await plans.overrides(conn, region_id, withdrawn=options.withdrawn):
            one = row.content
            what = f"{one.owner} {one.asset_class} {one.number}" if one.asset_class else one.code
            when = "" if one.year is None else f" FY{one.year}"
            state = "withdrawn" if row.withdrawn_at else "stands"
            print(
                f"{row.override_id}  {state:9}  {what} → {one.alternative}{when}  {one.reason}  {one.by} {one.note}"
            )
        return 0

    return for_region(options.region, show)


def run_withdraw(options: argparse.Namespace) -> int:
    """End an override."""

    async def end(conn: Conn, region_id: UUID) -> int:
        del region_id
        own = [owner.code for owner in await regions.owners(conn)]
        await flow.withdraw(conn, options.override, OPERATOR, datetime.now(pool.JST), own=own)
        return 0

    return for_region(options.region, end)


def run_comment(options: argparse.Namespace) -> int:
    """Record a comment."""

    async def say(conn: Conn, region_id: UUID) -> int:
        plan_id = await edition_of(conn, region_id, options.edition)
        owner_id = await access.owner_of(conn, options.owner)
        if owner_id is None:
            raise GunmaneError("not_found", [Fault("owner_unknown", "--owner", {"owner": options.owner})])
        made = await flow.comment(
            conn, plan_id, options.decision, owner_id, options.text, options.by, OPERATOR, datetime.now(pool.JST)
        )
        print(made.comment_id)
        return 0

    return for_region(options.region, say)
