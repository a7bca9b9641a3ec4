"""The region's decided edition: what a new plan stays near, and whether it still answers the same question."""

import hashlib
from collections.abc import Sequence
from datetime import date
from uuid import UUID

import msgspec
import numpy as np
from msgspec import Struct

from gunmane.core.assess.fleets import Fleet
from gunmane.core.plan.adopted import Adopted
from gunmane.core.plan.options import MEASURES
from gunmane.core.plan.sheet import PlanSheet, Work
from gunmane.core.stock import Stock
from gunmane.core.words import AssetClass
from gunmane.store import plans, runs


class Settled(Struct, frozen=True):
    """The measures that a decided edition lists; `left_out` are in no list."""

    edition: int
    decided_on: date
    works: tuple[Work, ...]
    left_out: int


class Standing(Struct, frozen=True):
    """A decided edition: its plan and run, what its build was given, a digest of its numbers, its measures."""

    plan: runs.Plan
    run: runs.Run
    state: str
    digest: str
    measures: Settled


async def settled(conn: runs.ReadConn, region_id: UUID) -> Standing | None:
    """Read the decided edition of a region; None where nothing is decided."""
    plan = await runs.decided_plan(conn, region_id)
    if plan is None:
        return None
    run, made = await runs.get(conn, region_id, plan.run_id), await plans.decision(conn, plan.plan_id)
    if run is None or made is None:
        return None
    sheet = msgspec.convert(plan.sheet, PlanSheet)
    found = hashlib.sha256(f"{sheet.facts.inputs_digest} {sheet.facts.run_id} {made.decided_on}".encode()).hexdigest()
    state = str(run.parameters.get("given", run.parameters.get("state", "")))
    return Standing(
        plan, run, state, found, Settled(plan.edition, made.decided_on, sheet.works, sheet.works_left_out)
    )


def adopted_of(given: Settled | None, fleets: Sequence[Fleet], stock: Stock) -> Adopted | None:
    """Find the listed measures' assets in the stock by owner, class and number."""
    if given is None:
        return None
    wanted = {(one.owner, one.asset_class, one.number): one for one in given.works}
    place: dict[int, Work] = {}
    first = 0
    numbers = {(asset_class, number) for _, asset_class, number in wanted}
    for fleet in fleets:
        for at, number in enumerate(fleet.numbers):
            if (fleet.asset_class, number) in numbers:
                key = (stock.owners[int(fleet.owner[at])].code, AssetClass(fleet.asset_class), number)
                if key in wanted:
                    place[first + at] = wanted[key]
        first += fleet.size
    rows = [int(row) for row in np.flatnonzero(np.isin(stock.row, list(place)))]
    found = [place[int(stock.row[row])] for row in rows]
    return Adopted(
        edition=given.edition, decided_on=given.decided_on, row=np.array(rows, dtype=np.int64),
        measure=np.array([MEASURES.index(one.measure) for one in found], dtype=np.int64),
        year=np.array([one.year - stock.first_fy for one in found], dtype=np.int64),
        unlisted=given.left_out, gone=len(wanted) - len(found),
    )  # fmt: skip
