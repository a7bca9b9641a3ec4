"""What whole ledgers of inspections are flagged with is what the rule of the core says of each history."""

import random
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import msgspec

from gunmane.core.inspections import History, Inspection, Plausibility, Repair, doubts, last_day
from gunmane.core.words import AssetClass, Origin, Precision, Scale
from gunmane.resources import DATA
from gunmane.store import access, database, inspections_bulk, ledgers, pool, rejections
from gunmane.store.ids import uuid7
from tests.conftest import Database

OWNER = UUID("00000000-0000-7000-8000-0000000000d1")
SCALES: dict[str, Scale] = {
    one.code: one
    for one in msgspec.toml.decode((DATA / "scales.toml").read_bytes(), type=dict[str, list[Scale]])["scales"]
}
RULES = msgspec.toml.decode((DATA / "plausibility.toml").read_bytes(), type=Plausibility)
GRADES = {"road-soundness": ("I", "II", "III", "IV"), "nbi": ("9", "7", "5", "4")}
FLAGS = {"before_construction", "same_day_twice", "grade_jump", "improved_without_repair"}
KINDS = ("repair", "rehabilitation", "replacement", "removal", "cleaning")
Row = tuple[str, date, Precision, str | None, str | None, str | None]


def some_day(draw: random.Random) -> tuple[date, Precision]:
    """Draw a day as ledgers keep it: the first of what is known."""
    precision = draw.choice((Precision.DAY, Precision.DAY, Precision.MONTH, Precision.YEAR, Precision.FISCAL_YEAR))
    year, month = draw.randint(2012, 2020), draw.randint(1, 12)
    if precision is Precision.DAY:
        return date(year, month, draw.choice((1, 4, 28))), precision
    first = {Precision.MONTH: month, Precision.YEAR: 1, Precision.FISCAL_YEAR: 4}[precision]
    return date(year, first, 1), precision


def some_rows(draw: random.Random, assets: int) -> list[Row]:
    rows: list[Row] = []
    for number in range(assets):
        for _ in range(draw.randint(0, 4)):
            scale = draw.choice(("road-soundness", "road-soundness", "nbi", None))
            grade = None if scale is None else draw.choice(GRADES[scale])
            day, precision = some_day(draw)
            rows.append((str(number), day, precision, scale, grade, draw.choice((None, None, "road.periodic"))))
            if draw.random() < 0.2:  # the same day once more
                rows.append((str(number), day, precision, scale, grade and draw.choice(GRADES[scale or ""]), None))
    return rows


def built(draw: random.Random) -> tuple[int | None, date | None, Precision]:
    precision = draw.choice(tuple(Precision))
    if precision is Precision.UNKNOWN:
        return None, None, precision
    year = draw.randint(2010, 2018)
    on = date(year, draw.randint(4, 12), draw.choice((1, 15)))
    return year, on if precision in (Precision.DAY, Precision.MONTH) else None, precision


async def put_in(
    opened: pool.Pool, rows: list[Row], repairs: list[tuple[str, date, str]], source: str, live: tuple[str, ...]
) -> int:
    """Import repairs, then inspections, as a ledger does; return how many inspections are doubted."""
    async with pool.writing(opened) as conn:
        await access.operate(conn, [OWNER], [])
        for module in (ledgers, inspections_bulk, rejections):
            await module.begin(conn)
        target = ledgers.Target(OWNER, AssetClass.BRIDGE, uuid7(), Origin.LEDGER)
        if repairs:
            count = len(repairs)
            numbers, days, kinds = zip(*repairs, strict=True)
            nothing = [None] * count
            await ledgers.copy_in(
                conn,
                inspections_bulk.repair_batch(range(count), numbers, days, kinds, nothing, nothing, ["{}"] * count),
            )
            await inspections_bulk.merge_repairs(conn, target)
        numbers, days, precisions, scales, grades, duties = zip(*rows, strict=True)
        none = [None] * len(rows)
        await ledgers.copy_in(
            conn,
            inspections_bulk.batch(
                range(2, len(rows) + 2), numbers, days, precisions, scales, grades, none, none, [()] * len(rows),
                duties, none, target.ledger_id,
            ),
        )  # fmt: skip
        done = await inspections_bulk.merge(conn, target, {target.ledger_id: source}, live, SCALES, RULES)
        return sum(one.doubtful for one in done.values())


async def stored(db: Database) -> tuple[dict[UUID, Any], dict[UUID, list[Repair]], dict[UUID, Any]]:
    admin = await database.connect(db.admin_url)
    inspections = {row["inspection_id"]: row for row in await admin.fetch("SELECT * FROM inspections")}
    assets = {row["asset_id"]: row for row in await admin.fetch("SELECT * FROM assets")}
    repairs: dict[UUID, list[Repair]] = {}
    for row in await admin.fetch("SELECT owner_id, repair_id, asset_id, repaired_on, kind FROM repairs"):
        repairs.setdefault(row["asset_id"], []).append(Repair(**row))
    await admin.close()
    return inspections, repairs, assets


def inspection(row: Any) -> Inspection:
    names = ("owner_id", "inspection_id", "asset_id", "inspected_on", "duty", "scale", "grade", "supersedes")
    return Inspection(**{name: row[name] for name in names})


async def test_imports_doubt_what_the_rule_doubts(db: Database, db_pool: pool.Pool) -> None:
    draw, assets = random.Random(11), 150
    admin = await database.connect(db.admin_url)
    await admin.execute(
        "INSERT INTO owners (owner_id, code, name, kind, origin) VALUES ($1, 'd', 'd', 'utility', 'ledger')", OWNER
    )
    await admin.executemany(
        "INSERT INTO assets (owner_id, asset_id, asset_class, number, built_year, built_on, built_precision, origin)"
        " VALUES ($1, $2, 'bridge', $3, $4, $5, $6, 'ledger')",
        [(OWNER, uuid7(), str(number), *built(draw)) for number in range(assets)],
    )
    await admin.close()
    seen: set[UUID] = set()
    met: dict[str, int] = dict.fromkeys(FLAGS, 0)
    sources = ("inspections a.csv", "inspections a.csv", "assets b.csv")
    for source in sources:  # the second supersedes what the first said, the third only stands beside it
        days = [date(2012, 1, 1) + timedelta(days=draw.randint(0, 3300)) for _ in range(60)]
        repairs = [(str(draw.randrange(assets)), day, draw.choice(KINDS)) for day in days]
        rows = some_rows(draw, assets)
        counted = await put_in(db_pool, rows, repairs, source, sources)
        found, mended, owners = await stored(db)
        gone = {row["supersedes"] for row in found.values()}
        standing: dict[UUID, list[Inspection]] = {}
        for key, row in found.items():
            if key not in gone:
                standing.setdefault(row["asset_id"], []).append(inspection(row))
        doubted = 0
        for key in found.keys() - seen:
            row = found[key]
            asset = owners[row["asset_id"]]
            history = History(
                AssetClass.BRIDGE, asset["built_year"], tuple(standing[row["asset_id"]]),
                tuple(mended.get(row["asset_id"], ())), asset["built_on"], Precision(asset["built_precision"]),
            )  # fmt: skip
            told = doubts(inspection(row), history, Precision(row["date_precision"]), SCALES, RULES)
            assert tuple(row["flags"]) == told, (row, history)
            doubted += bool(told)
            for flag in told:
                met[flag] += 1
        assert counted == doubted
        seen = set(found)
        assert await put_in(db_pool, rows, repairs, source, sources) == 0
        assert (await stored(db))[0].keys() == seen, "a second time changes nothing"
    assert min(met.values()) >= 10, met


async def test_a_grade_of_another_ledger_is_no_correction(db: Database, db_pool: pool.Pool) -> None:
    admin = await database.connect(db.admin_url)
    await admin.execute(
        "INSERT INTO owners (owner_id, code, name, kind, origin) VALUES ($1, 'd', 'd', 'utility', 'ledger')", OWNER
    )
    await admin.execute(
        "INSERT INTO assets (owner_id, asset_id, asset_class, number, origin)"
        " VALUES ($1, $2, 'bridge', '1', 'ledger')",
        OWNER, uuid7(),
    )  # fmt: skip

    def row(grade: str) -> list[Row]:
        return [("1", date(2020, 4, 1), Precision.DAY, "road-soundness", grade, None)]

    await put_in(db_pool, row("II"), [], "assets a.csv", ("assets a.csv", "inspections b.csv"))
    await admin.execute(
        "INSERT INTO ledgers (owner_id, ledger_id, path, asset_class, content, sha256, rows_read, rows_new,"
        " rows_changed, rows_unchanged, rows_missing, rows_rejected, rows_flagged, origin)"
        " SELECT owner_id, ledger_id, 'a.csv', 'bridge', 'assets', '', 1, 1, 0, 0, 0, 0, 0, 'ledger' FROM inspections"
    )
    both = "SELECT grade, flags, supersedes IS NULL AS first FROM inspections ORDER BY recorded_at"
    assert await put_in(db_pool, row("III"), [], "inspections b.csv", ("assets a.csv", "inspections b.csv")) == 1
    assert [tuple(one) for one in await admin.fetch(both)] == [
        ("II", [], True), ("III", ["same_day_twice"], True)
    ]  # fmt: skip
    await admin.execute("DELETE FROM inspections WHERE grade = 'III'")
    assert await put_in(db_pool, row("III"), [], "inspections b.csv", ("inspections b.csv",)) == 0
    assert [tuple(one) for one in await admin.fetch(both)] == [("II", [], True), ("III", [], False)]
    await admin.close()


def test_the_last_day_of_what_is_known() -> None:
    assert last_day(date(2024, 2, 5), Precision.DAY) == date(2024, 2, 5)
    assert last_day(date(2024, 2, 1), Precision.MONTH) == date(2024, 2, 29)
    assert last_day(date(2024, 12, 1), Precision.MONTH) == date(2024, 12, 31)
    assert last_day(date(2024, 1, 1), Precision.YEAR) == date(2024, 12, 31)
    assert last_day(date(2024, 4, 1), Precision.FISCAL_YEAR) == date(2025, 3, 31)
