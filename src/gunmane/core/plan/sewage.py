"""Sewer or septic by district, and treatment plants that could be merged, from what ledgers hold.

A district is a square of about a kilometre (third-order mesh, JIS X 0410) of one owner: named districts would lead to
single houses. Whether joining the sewer is cheaper follows from the length of pipe that each house would need and
the limit distance (家屋間限界距離): only future cost counts, good tanks that exist are not paid again. Plants are
compared by the next renewal against a link to another plant with room for the flow.
"""

import numpy as np
from msgspec import Struct
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import KDTree

from gunmane.core.plan.costs import CostBook, Prices, lives
from gunmane.core.plan.districts import limit_distance
from gunmane.core.plan.partition import apart_km
from gunmane.core.plan.sheet import Verdict
from gunmane.core.stock import CLASS_AT, Floats, Ints, Stock
from gunmane.core.words import AssetClass

M_PER_DEGREE = 111_195.0
MESH_LAT, MESH_LON = 30 / 3600, 45 / 3600
"""Height and width in degrees of a third-order mesh."""

TREE = 400
"""Houses of a district whose tree of pipes is computed; of more the first ones stand for all."""

TURNS = ((0.8, 1.0), (1.2, 1.0), (1.0, 0.8), (1.0, 1.2))
"""Septic cost and pipe cost by 20 % more or less."""


class District(Struct, frozen=True, kw_only=True):
    """Septic systems of an owner in one mesh, "" for those in meshes with too few to be shown.

    Lengths in metres for each house: `needed` to join the sewer (inf where no sewer is known), `limit` up to which
    that is cheaper. Yen a year for each house.
    """

    owner: int
    mesh: str
    count: int
    old: int
    unknown_age: int
    west: float | None = None
    south: float | None = None
    needed: float = np.inf
    limit: float = 0.0
    septic_yen: float = 0.0
    verdict: Verdict = Verdict.UNKNOWN
    turns: tuple[Verdict, ...] = ()


class PlantMove(Struct, frozen=True, kw_only=True):
    """A plant whose flow another could take: positions in the stock; yen in the price cases, positive is a saving."""

    plant: int
    to: int
    km: float
    flow: float
    room: float
    renewal: tuple[float, float, float]
    link: tuple[float, float, float]
    saves: tuple[float, float, float]
    verdict: Verdict


def mesh_of(lon: Floats, lat: Floats) -> list[str]:
    """Return the 8-digit third-order mesh codes (JIS X 0410) of places in Japan."""
    found: list[str] = []
    for x, y in zip(lon.tolist(), lat.tolist(), strict=True):
        row, column = int(np.floor(y / MESH_LAT + 1e-9)), int(np.floor((x - 100) / MESH_LON + 1e-9))
        first, second, third = (row // 80, column // 80), (row // 10 % 8, column // 10 % 8), (row % 10, column % 10)
        found.append("".join(f"{a:d}{b:d}" for a, b in (first, second, third)))
    return found


def corner_of(mesh: str) -> tuple[float, float]:
    """Return the south-west corner (longitude, latitude) of a third-order mesh."""
    row = int(mesh[:2]) * 80 + int(mesh[4]) * 10 + int(mesh[6])
    column = int(mesh[2:4]) * 80 + int(mesh[5]) * 10 + int(mesh[7])
    return 100 + column * MESH_LON, row * MESH_LAT


def districts(stock: Stock, book: CostBook, prices: Prices) -> tuple[District, ...]:
    """Return every owner's septic systems by district with what would be cheaper from now on."""
    rows = np.flatnonzero(stock.asset_class == CLASS_AT[AssetClass.SEPTIC])
    if not len(rows):
        return ()
    life, _ = lives(stock, book)
    age = np.where(stock.built_year[rows] > 0, stock.first_fy - stock.built_year[rows], -1)
    located = np.isfinite(stock.lon[rows]) & (stock.lon[rows] >= 100)
    meshes = np.full(len(rows), "", dtype="<U8")
    meshes[located] = mesh_of(stock.lon[rows[located]], stock.lat[rows[located]])
    pipes = (stock.asset_class == CLASS_AT[AssetClass.SEWER_PIPE]) & np.isfinite(stock.lon)
    tree = KDTree(_metres(stock.lon[pipes], stock.lat[pipes])) if pipes.any() else None
    found: list[District] = []
    least = int(book.value("district_least"))
    for owner in range(len(stock.owners)):
        mine = stock.owner[rows] == owner
        few = np.zeros(len(rows), dtype=np.bool_)
        names, counts = np.unique(meshes[mine], return_counts=True)
        for mesh, count in zip(names.tolist(), counts.tolist(), strict=True):
            inside = mine & (meshes == mesh)
            if not mesh or count < least:
                few |= inside
                continue
            found.append(_judged(stock, book, prices, rows[inside], age[inside], life[rows[inside]], mesh, tree))
        if few.any():
            ages = age[few]
            found.append(
                District(
                    owner=owner, mesh="", count=int(few.sum()), old=int((ages >= life[rows[few]]).sum()),
                    unknown_age=int((ages < 0).sum()),
                )
            )  # fmt: skip
    return tuple(found)


def _metres(lon: Floats, lat: Floats) -> Floats:
    return np.stack([lon * M_PER_DEGREE * np.cos(np.radians(36.0)), lat * M_PER_DEGREE], axis=1)


def _judged(
    stock: Stock, book: CostBook, prices: Prices, rows: Ints, age: Ints, life: Floats, mesh: str,
    sewer: KDTree | None,
) -> District:  # fmt: skip
    """Judge one district: pipe needed for each house against the limit distance, also with costs 20 % off."""
    places = _metres(stock.lon[rows], stock.lat[rows])
    few = places[:TREE]
    apart = np.sqrt(((few[:, None] - few[None]) ** 2).sum(axis=2))
    # Houses at one place are a metre apart: a tree drops edges of no length.
    length = float(minimum_spanning_tree(np.maximum(apart, 1.0)).sum())
    # The tree of n random places grows with the root of n.
    length *= np.sqrt(len(places) / len(few))
    reach = np.inf if sewer is None else float(np.min(sewer.query(places)[0]))
    needed = (length + reach) * book.value("way_factor") / len(rows)
    whole = np.nan_to_num(prices.replace[rows, 1]) / np.where(np.isfinite(life), life, 30)
    upkeep = np.nan_to_num(prices.maintain[rows, 1]) + np.nan_to_num(prices.inspect[rows, 1])
    # A tank of unknown age is taken as one to be replaced; a good one that outlives the plan is not paid again.
    paid_again = (age < 0) | (life - age < stock.years)
    septic = float(np.mean(whole * paid_again + upkeep))
    pipe = _pipe_per_m(book)
    if pipe is None or not np.isfinite(needed) or septic <= 0:
        verdict, turns, limit = Verdict.UNKNOWN, (), 0.0
    else:
        share = book.value("plant_share_yen")
        limit = limit_distance(septic, share, pipe)
        cases = [limit_distance(septic * a, share, pipe * b) for a, b in TURNS]
        turns = tuple(Verdict.CHANGE if needed <= case else Verdict.KEEP for case in cases)
        middle = Verdict.CHANGE if needed <= limit else Verdict.KEEP
        verdict = middle if all(turn is middle for turn in turns) else Verdict.UNDECIDED
    west, south = corner_of(mesh)
    return District(
        owner=int(stock.owner[rows[0]]), mesh=mesh, count=len(rows), old=int((age >= life).sum()),
        unknown_age=int((age < 0).sum()), west=west, south=south, needed=needed, limit=limit, septic_yen=septic,
        verdict=verdict, turns=turns,
    )  # fmt: skip


def _pipe_per_m(book: CostBook) -> float | None:
    """Return yen a year of a metre of new sewer, None without price or life."""
    life = book.life(AssetClass.SEWER_PIPE)
    for cost in book.unit_costs:
        if cost.asset_class is AssetClass.SEWER_PIPE and cost.measure == "replace" and cost.mid and life:
            return cost.mid / life.years
    return None


def plant_moves(stock: Stock, book: CostBook, prices: Prices) -> tuple[PlantMove, ...]:
    """Return for each plant with known flow the best other plant that could take it, best saving first.

    Yen are present values: the plant's next renewal (at once where it is overdue or of unknown age) against a link of
    pipe to the other plant. Each plant takes one flow only, and a plant that takes one stays.
    """
    plants = np.flatnonzero((stock.asset_class == CLASS_AT[AssetClass.TREATMENT_PLANT]) & np.isfinite(stock.lon))
    pipe = next(
        (c for c in book.unit_costs if c.asset_class is AssetClass.SEWER_PIPE and c.measure == "replace"), None
    )
    if len(plants) < 2 or pipe is None or not pipe.mid:
        return ()
    spread = book.value("price_spread")
    km = apart_km(np.stack([stock.lon[plants], stock.lat[plants]], axis=1)) * book.value("way_factor")
    life = lives(stock, book)[0][plants]
    built = stock.built_year[plants]
    left = np.where(built > 0, np.maximum(built + np.nan_to_num(life) - stock.first_fy, 0), 0)
    discount = (1 + book.value("discount_rate")) ** -left
    room = stock.capacity[plants] - stock.inflow[plants]
    found: list[PlantMove] = []
    for i in range(len(plants)):
        flow, renewal = float(stock.inflow[plants[i]]), prices.replace[plants[i]] * discount[i]
        can = (room >= flow) & (km[i] <= book.value("plant_link_km")) & (np.arange(len(plants)) != i)
        if not can.any() or not flow > 0 or not np.isfinite(renewal).all():
            continue
        j = int(np.flatnonzero(can)[km[i][can].argmin()])
        link = [km[i, j] * 1000 * pipe.mid * (1 + k * spread) for k in (-1, 0, 1)]
        saves = (renewal[0] - link[2], renewal[1] - link[1], renewal[2] - link[0])
        same = saves[0] > 0 or saves[2] <= 0
        verdict = Verdict.UNDECIDED if not same else Verdict.CHANGE if saves[1] > 0 else Verdict.KEEP
        found.append(
            PlantMove(
                plant=int(plants[i]), to=int(plants[j]), km=float(km[i, j]), flow=flow, room=float(room[j]),
                renewal=(float(renewal[0]), float(renewal[1]), float(renewal[2])),
                link=(float(link[0]), float(link[1]), float(link[2])),
                saves=(float(saves[0]), float(saves[1]), float(saves[2])), verdict=verdict,
            )
        )  # fmt: skip
    found.sort(key=lambda move: (-move.saves[1], move.plant))
    return _without_chains(found)


def _without_chains(moves: list[PlantMove]) -> tuple[PlantMove, ...]:
    """Keep the better of two moves that touch the same plant; what is not proposed may touch any."""
    touched: set[int] = set()
    kept: list[PlantMove] = []
    for move in moves:
        if move.verdict in (Verdict.CHANGE, Verdict.UNDECIDED):
            if touched & {move.plant, move.to}:
                continue
            touched |= {move.plant, move.to}
        kept.append(move)
    return tuple(kept)
