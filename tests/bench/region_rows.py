"""A large simulated region written straight into the database by COPY: what the benchmark of pages and lists reads.

Made by chance, not by the simulator: it has the shape of a region (classes, towns, grades, duties, losses), no truth.
"""

from collections.abc import Iterator
from datetime import date, datetime
from uuid import UUID

import numpy as np
import shapely
from msgspec import Struct
from numpy.typing import NDArray

from gunmane.core.words import AssetClass, ConsentLevel, Role
from gunmane.store import access, consents, copying, database, overview, pool, tallies
from gunmane.store.copying import Batch, Column
from gunmane.store.ids import uuid7
from gunmane.store.scores import id_bytes

CHUNK = 50_000
OWNERS = 5
AS_OF = date(2026, 9, 30)
CLASSES = {  # share of the assets, and the scale with its grades
    AssetClass.BRIDGE: (0.09, "road-soundness", ("I", "II", "III", "IV"), "road.periodic"),
    AssetClass.TUNNEL: (0.004, "road-soundness", ("I", "II", "III", "IV"), "road.periodic"),
    AssetClass.ROAD_STRUCTURE: (0.008, "road-soundness", ("I", "II", "III", "IV"), "road.periodic"),
    AssetClass.PAVEMENT: (0.14, "pavement-soundness", ("I", "II", "III"), "road.pavement"),
    AssetClass.SEWER_PIPE: (0.17, "sewer-urgency", ("none", "III", "II", "I"), "sewer.corrosion"),
    AssetClass.MANHOLE: (0.155, "manhole-cover", ("E", "D", "C", "B", "A"), "sewer.corrosion"),
    AssetClass.WATER_PIPE: (0.21, "", (), "water.crossing"),
    AssetClass.SEPTIC: (0.222, "septic-verdict", ("適正", "おおむね適正", "不適正"), "septic.article11"),
    AssetClass.TREATMENT_PLANT: (0.001, "", (), "water.concrete"),
}
LINES = (AssetClass.SEWER_PIPE, AssetClass.WATER_PIPE, AssetClass.PAVEMENT)
STATES = ("overdue", "in_window", "due", "unknown_anchor")
REASONS = (
    '[{"code":"grade","factor":3.2,"value":0.052,"assumed":false},'
    '{"code":"size","factor":2.1,"value":38.5,"assumed":false},'
    '{"code":"detour","factor":0.41,"value":null,"assumed":true}]'
)


class Made(Struct, frozen=True):
    """What requests need to know of the region; `places` and `losses` belong to some of its assets."""

    region_id: UUID
    owners: list[UUID]
    key: str
    assets: list[UUID]
    places: list[tuple[float, float]]
    losses: list[float]


class Towns:
    """Where assets lie: half of them in the middle of a town of about 10 km, the rest over its land."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.middle = np.array([(140.55 + 0.3 * k, 37.9 + 0.22 * (k % 3)) for k in range(OWNERS)])

    def points(self, owner: NDArray[np.int64]) -> NDArray[np.float64]:
        near = self.rng.normal(0, 0.02, (len(owner), 2))
        wide = self.rng.uniform(-0.12, 0.12, (len(owner), 2))
        return self.middle[owner] + np.where(self.rng.random((len(owner), 1)) < 0.5, near, wide)


def _ids(start: int, count: int) -> NDArray[np.uint8]:
    """Identifiers of version 7 one after another."""
    raw = np.zeros((count, 16), dtype=np.uint8)
    serial = np.arange(start, start + count, dtype=np.uint64)
    raw[:, 0:2] = (0x01, 0x9A)
    raw[:, 6], raw[:, 8] = 0x70, 0x80
    raw[:, 9:16] = serial.astype(">u8").view(np.uint8).reshape(-1, 8)[:, 1:]
    raw[:, 2:6] = (serial // 64).astype(">u4").view(np.uint8).reshape(-1, 4)
    return raw


class Chunk(Struct, frozen=True):
    """The rows of one class for each table, and a few of them by name."""

    batches: list[Batch]
    assets: list[UUID]
    places: list[tuple[float, float]]
    losses: list[float]


def chunks(size: int, owners: list[UUID], run: UUID, seed: int) -> Iterator[Chunk]:
    """Make the region's rows class by class."""
    rng = np.random.default_rng(seed)
    towns, start = Towns(rng), 1
    for asset_class, (share, *_) in CLASSES.items():
        left = round(size * share)
        while left:
            count = min(left, CHUNK)
            yield _chunk(asset_class, start, count, owners, run, rng, towns)
            start, left = start + count, left - count


def _chunk(
    asset_class: AssetClass, start: int, count: int, owners: list[UUID], run: UUID, rng: np.random.Generator,
    towns: Towns,
) -> Chunk:  # fmt: skip
    _, scale, grades, duty = CLASSES[asset_class]
    owner = rng.choice(OWNERS, count, p=(0.37, 0.2, 0.23, 0.05, 0.15))
    ids, by_owner = _ids(start, count), id_bytes(owners, owner)
    place = towns.points(owner)
    looked = rng.random(count) < (0.6 if grades else 0.0)
    loss = np.exp(rng.normal(7.5, 2.2, count))
    scored = rng.random(count) < 0.8
    batches = [
        _assets(asset_class, start, ids, by_owner, place, rng),
        *_looks(asset_class, scale, grades, duty, start, ids[looked], by_owner[looked], rng),
        _risks(asset_class, ids[scored], by_owner[scored], loss[scored], run, rng),
        _dues(asset_class, duty, ids, by_owner, run, rng),
    ]
    read = scored & (asset_class is not AssetClass.SEPTIC)  # of septic systems neighbours see counts only
    some = np.flatnonzero(read)[:: max(1, count // 60)]
    return Chunk(
        [one for one in batches if one.rows],
        [UUID(bytes=ids[k].tobytes()) for k in some],
        [(float(x), float(y)) for x, y in place[some]],
        loss[some].tolist(),
    )


def _assets(
    asset_class: AssetClass, start: int, ids: NDArray[np.uint8], owner: NDArray[np.uint8],
    place: NDArray[np.float64], rng: np.random.Generator,
) -> Batch:  # fmt: skip
    count = len(ids)
    other = place + rng.normal(0, 0.0003, place.shape)
    line = asset_class in LINES
    shapes = shapely.linestrings(np.stack([place, other], axis=1)) if line else shapely.points(place)
    low, high = (np.minimum(place, other), np.maximum(place, other)) if line else (place, place)
    year = rng.integers(1955, 2024, count)
    named = asset_class in (AssetClass.BRIDGE, AssetClass.TUNNEL)
    columns: list[Column] = [
        copying.uuids("owner_id", owner),
        copying.uuids("asset_id", ids),
        copying.texts("asset_class", [asset_class.value] * count),
        copying.texts("number", [f"{asset_class.value[:2].upper()}{start + k:08}" for k in range(count)]),
        copying.texts("name", [f"架空第{start + k}号" if named else None for k in range(count)]),
        copying.smallints("built_year", year),
        copying.texts("built_precision", ["fiscal_year"] * count),
        copying.texts("route", [f"市道{k % 997}号線" for k in range(count)]),
        copying.floats("length_m", rng.gamma(2, 15, count)),
        copying.integers("diameter_mm", np.where(line, rng.choice([200, 250, 300, 450, 800], count), np.nan)),
        copying.texts("material", ["reinforced_concrete"] * count),
        copying.jsons("attributes", [f'{{"class": "{asset_class.value}"}}'] * count),
        copying.blobs("geometry", list(shapely.to_wkb(shapes))),
        copying.boxes("bounds", *(side.tolist() for side in (low[:, 0], low[:, 1], high[:, 0], high[:, 1]))),
        copying.texts("municipality_code", [None if k % 9 == 0 else f"9920{k % 5}1" for k in range(count)]),
        copying.texts("status", ["suspended" if k % 50 == 0 else "in_service" for k in range(count)]),
        copying.texts("origin", ["simulated"] * count),
    ]
    return copying.batch("assets", columns, count)


def _looks(
    asset_class: AssetClass, scale: str, grades: tuple[str, ...], duty: str, start: int, ids: NDArray[np.uint8],
    owner: NDArray[np.uint8], rng: np.random.Generator,
) -> list[Batch]:  # fmt: skip
    count = len(ids)
    if not count:
        return []
    weights = np.array([0.4, 0.4, 0.15, 0.04, 0.01][: len(grades)])
    grade = rng.choice(np.array(grades), count, p=weights / weights.sum()).tolist()
    days = [date(2019 + k % 7, 4 + k % 8, 1 + k % 28) for k in range(count)]

    def shared() -> list[Column]:  # encoded as they are copied, so each table needs its own
        return [
            copying.uuids("owner_id", owner),
            copying.uuids("asset_id", ids),
            copying.texts("asset_class", [asset_class.value] * count),
            copying.texts("scale", [scale] * count),
            copying.texts("grade", grade),
            copying.dates("inspected_on", days),
            copying.uuids("inspection_id", _ids(10**9 + start, count)),
        ]

    seen = [copying.texts("duty", [duty] * count), copying.texts("origin", ["simulated"] * count)]
    return [copying.batch("inspections", [*shared(), *seen], count), copying.batch("conditions", shared(), count)]


def _risks(
    asset_class: AssetClass, ids: NDArray[np.uint8], owner: NDArray[np.uint8], loss: NDArray[np.float64], run: UUID,
    rng: np.random.Generator,
) -> Batch:  # fmt: skip
    count = len(ids)
    chance = rng.beta(1, 6, count)
    columns: list[Column] = [
        copying.uuids("owner_id", owner),
        copying.uuids("asset_id", ids),
        copying.texts("asset_class", [asset_class.value] * count),
        copying.reals("bad_1y", chance / 4),
        copying.reals("bad_5y", chance),
        copying.reals("bad_5y_low", chance * 0.7),
        copying.reals("bad_5y_high", np.minimum(chance * 1.4, 1)),
        copying.reals("bad_10y", np.minimum(chance * 1.7, 1)),
        copying.reals("life_median_years", 4 / chance),
        copying.floats("consequence_yen", loss * 40),
        copying.floats("loss_yen_per_year", loss),
        copying.smallints("likelihood_band", rng.integers(1, 6, count)),
        copying.smallints("consequence_band", rng.integers(1, 6, count)),
        copying.jsons("reasons", [REASONS] * count),
        copying.uuids("run_id", np.tile(np.frombuffer(run.bytes, dtype=np.uint8), (count, 1))),
    ]
    return copying.batch("risks", columns, count)


def _dues(
    asset_class: AssetClass, duty: str, ids: NDArray[np.uint8], owner: NDArray[np.uint8], run: UUID,
    rng: np.random.Generator,
) -> Batch:  # fmt: skip
    count = len(ids)
    code = rng.choice(len(STATES), count, p=(0.1, 0.25, 0.4, 0.25))
    years = np.where(code == 0, 2021, np.where(code == 1, 2026, 2028)) + rng.integers(0, 3, count)
    month = rng.integers(1, 13, count)
    known = [None if c == 3 else date(int(y), int(m), 28) for c, y, m in zip(code, years, month, strict=True)]
    planned = [
        date(2026 + (9 + k) // 12, (9 + k) % 12 + 1, 1) if c < 2 and k < 12 else None
        for c, k in zip(code, rng.integers(0, 40, count).tolist(), strict=True)
    ]
    columns: list[Column] = [
        copying.uuids("owner_id", owner),
        copying.uuids("asset_id", ids),
        copying.texts("asset_class", [asset_class.value] * count),
        copying.texts("duty", [duty] * count),
        copying.texts("state", [STATES[c] for c in code]),
        copying.dates("due", known),
        copying.texts("rule", [duty] * count),
        copying.dates("planned_month", planned),
        copying.texts("engineer", [None if day is None else f"9920{day.month % 5}1-1" for day in planned]),
        copying.uuids("run_id", np.tile(np.frombuffer(run.bytes, dtype=np.uint8), (count, 1))),
    ]
    return copying.batch("due_items", columns, count)


async def make(admin_url: str, size: int, seed: int = 1) -> Made:
    """Write the region and open it to a planner of its first owner, who shares in full all but septic systems."""
    owners, region, run = [uuid7() for _ in range(OWNERS)], uuid7(), uuid7()
    opened = await pool.open_pool(admin_url, size=1)
    now = datetime.now(pool.JST)
    async with pool.writing(opened) as conn:
        await access.operate(conn, owners, [region])
        await conn.execute(
            "INSERT INTO regions (region_id, name, origin) VALUES ($1, '架空百万圏', 'simulated')", region
        )
        for k, owner in enumerate(owners):
            await conn.execute(
                "INSERT INTO owners (owner_id, code, name, kind, population, origin)"
                " VALUES ($1, $2, $3, 'municipality', 50000, 'simulated')",
                owner, f"9920{k}1", f"架空第{k + 1}市",
            )  # fmt: skip
            await conn.execute("INSERT INTO region_members VALUES ($1, $2, '2026-04-01')", region, owner)
            for one in AssetClass:
                level = ConsentLevel.AGGREGATE if one is AssetClass.SEPTIC else ConsentLevel.FULL
                await consents.grant(
                    conn,
                    consents.Consent(
                        owner_id=owner, consent_id=uuid7(), region_id=region, asset_class=one, level=level,
                        valid_from=date(2026, 4, 1), granted_by="benchmark", granted_at=now,
                    ),
                )  # fmt: skip
        await conn.execute(
            "INSERT INTO runs (region_id, run_id, kind, inputs_digest, seed, parameters, code_version, state)"
            " VALUES ($1, $2, 'build', '', 1, jsonb_build_object('as_of', $3::text), '1', 'done')",
            region, run, AS_OF.isoformat(),
        )  # fmt: skip
        await conn.execute(
            "INSERT INTO plans (region_id, plan_id, run_id, edition, as_of, sheet, pdf)"
            " VALUES ($1, $2, $3, 1, $4, '{}', 'no document')",
            region, uuid7(), run, AS_OF,
        )  # fmt: skip
        key = await access.create_key(conn, owners[0], Role.PLANNER, "benchmark")
    await opened.close()
    made = Made(region, owners, key, [], [], [])
    admin = await database.connect(admin_url)
    await admin.execute("SET session_replication_role = replica")  # references hold by construction
    for chunk in chunks(size, owners, run, seed):
        for batch in chunk.batches:
            await copying.copy_in(admin, batch)  # pyright: ignore[reportArgumentType]
        made.assets.extend(chunk.assets)
        made.places.extend(chunk.places)
        made.losses.extend(chunk.losses)
    await admin.execute("SET session_replication_role = origin")
    await admin.execute(
        "UPDATE risks AS r SET status = a.status, municipality_code = a.municipality_code, place = a.place,"
        " bounds = a.bounds"
        " FROM assets AS a WHERE a.owner_id = r.owner_id AND a.asset_id = r.asset_id"
    )
    await admin.execute("VACUUM FULL risks")
    await admin.execute("VACUUM ANALYZE")
    await admin.close()
    opened = await pool.open_pool(admin_url, size=1)
    async with pool.writing(opened) as conn:
        await access.operate(conn, owners, [region])
        await tallies.recount(conn, owners)
        await overview.recount_cells(conn, owners)
        await conn.execute("ANALYZE")
    await opened.close()
    return made
