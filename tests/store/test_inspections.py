"""What the database says of an asset's past is what the rule of the core says of its history."""

import random
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from gunmane.core import inspections as core
from gunmane.core.inspections import History, Inspection, Repair
from gunmane.core.words import AssetClass, Precision
from gunmane.store import database
from gunmane.store.ids import uuid7
from gunmane.store.inspections_together import Known
from tests.conftest import Database

DAYS = [date(2024, 1, 1) + timedelta(days=n) for n in range(6)]
DUTIES = [None, "road.periodic", "septic.article11"]
SCALES = ["road-soundness", "other", None]
KINDS = ["repair", "rehabilitation", "replacement", "removal", "cleaning"]


def history(draw: random.Random, owner: UUID, asset: UUID) -> tuple[list[Inspection], list[Repair]]:
    """Draw a history in the order in which it was logged; no two graded ones of a day, as single ones are logged."""
    inspections: list[Inspection] = []
    standing: list[UUID] = []
    for day in draw.sample(DAYS, draw.randint(0, 5)):
        scale = draw.choice(SCALES)
        grade = None if scale is None or draw.random() < 0.2 else draw.choice(["I", "II", "III"])
        supersedes = None
        if standing and draw.random() < 0.3:
            supersedes = standing.pop(draw.randrange(len(standing)))
        one = Inspection(
            owner_id=owner, inspection_id=uuid7(), asset_id=asset, inspected_on=day, duty=draw.choice(DUTIES),
            scale=scale, grade=grade, supersedes=supersedes,
        )  # fmt: skip
        inspections.append(one)
        standing.append(one.inspection_id)
    repairs = [
        Repair(owner_id=owner, repair_id=uuid7(), asset_id=asset, repaired_on=day, kind=draw.choice(KINDS))
        for day in draw.sample(DAYS, draw.randint(0, 2))
    ]
    return inspections, repairs


async def put(connection: Any, inspections: list[Inspection], repairs: list[Repair]) -> None:
    """Store a history, and the condition that follows from it."""
    for one in inspections:
        await connection.execute(
            "INSERT INTO inspections (owner_id, inspection_id, asset_id, asset_class, inspected_on, duty, scale,"
            " grade, supersedes, origin) VALUES ($1, $2, $3, 'bridge', $4, $5, $6, $7, $8, 'simulated')",
            one.owner_id, one.inspection_id, one.asset_id, one.inspected_on, one.duty, one.scale, one.grade,
            one.supersedes,
        )  # fmt: skip
    for repair in repairs:
        await connection.execute(
            "INSERT INTO repairs (owner_id, repair_id, asset_id, asset_class, repaired_on, kind, origin)"
            " VALUES ($1, $2, $3, 'bridge', $4, $5, 'simulated')",
            repair.owner_id, repair.repair_id, repair.asset_id, repair.repaired_on, repair.kind,
        )  # fmt: skip
    replaced = {one.supersedes for one in inspections}
    graded = [one for one in inspections if one.grade is not None and one.inspection_id not in replaced]
    if graded:
        last = max(graded, key=lambda one: one.inspected_on)
        await connection.execute(
            "INSERT INTO conditions VALUES ($1, $2, 'bridge', $3, $4, $5, $6)",
            last.owner_id, last.asset_id, last.scale, last.grade, last.inspected_on, last.inspection_id,
        )  # fmt: skip


async def test_the_past_read_by_sql_decides_as_the_history_does(db: Database) -> None:
    draw, owner = random.Random(7), uuid7()
    connection = await database.connect(db.admin_url)
    await connection.execute(
        "INSERT INTO owners (owner_id, code, name, kind, origin) VALUES ($1, 'x', 'x', 'municipality', 'simulated')",
        owner,
    )
    compared = 0
    for number in range(120):
        asset = uuid7()
        await connection.execute(
            "INSERT INTO assets (owner_id, asset_id, asset_class, number, built_year, built_precision, origin)"
            " VALUES ($1, $2, 'bridge', $3, 1975, 'year', 'simulated')",
            owner, asset, str(number),
        )  # fmt: skip
        inspections, repairs = history(draw, owner, asset)
        await put(connection, inspections, repairs)
        replaced = {one.supersedes for one in inspections}
        standing = [one for one in inspections if one.inspection_id not in replaced]
        for _ in range(6):
            wanted = Inspection(
                owner_id=owner, inspection_id=uuid7(), asset_id=asset, inspected_on=draw.choice(DAYS),
                duty=draw.choice(DUTIES), scale=draw.choice(SCALES[:2]), grade=draw.choice(["I", "II", "III"]),
                supersedes=draw.choice(inspections).inspection_id if inspections and draw.random() < 0.4 else None,
            )  # fmt: skip
            row = await connection.fetchrow(
                "SELECT * FROM inspection_past($1, $2, $3, $4, $5, $6, $7, $8)",
                owner, wanted.inspection_id, asset, wanted.inspected_on, wanted.duty, wanted.scale, wanted.grade,
                wanted.supersedes,
            )  # fmt: skip
            found = Known(*row)
            past = core.past(
                History(AssetClass.BRIDGE, 1975, tuple(standing), tuple(repairs), None, Precision.YEAR), wanted
            )
            assert (found.asset_class, found.built_year, found.taken) == ("bridge", 1975, False)
            assert (found.same_day is None) == (past.same_day is None)
            assert found.corrects == (
                wanted.supersedes is None or wanted.supersedes in {one.inspection_id for one in standing}
            )
            before = None if past.before is None else (past.before.day, past.before.grade)
            assert (found.before_on, found.before_grade) == (before or (None, None))
            if past.before is not None and past.before.grade != wanted.grade:
                assert found.mended_on == past.mended_on
                compared += found.mended_on is not None
    assert compared > 10
    await connection.close()
