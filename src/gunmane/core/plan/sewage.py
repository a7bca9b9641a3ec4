"""Sewer or septic by district, and treatment plants that could be merged, from what ledgers hold.

A district is a square of about a kilometre (third-order mesh, JIS X 0410) of one owner: named districts would lead to
single houses. Whether joining the sewer is cheaper follows from the length of pipe that each house would need and
the limit distance (家屋間限界距離): only future cost counts, good tanks that exist are not paid again. Plants are
compared by the next renewal and running cost against a link to another plant with room for the flow, all at once.
"""

from collections.abc import Collection

import numpy as np
from msgspec import Struct
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import KDTree

from gunmane.core.plan.costs import CostBook, Prices, lives
from gunmane.core.plan.districts import limit_distance
from gunmane.core.plan.options import annuity
from gunmane.core.plan.partition import apart_km
from gunmane.core.plan.plants import merge_plants
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
    """A plant whose flow another could take: positions in the stock; yen in the price cases, positive is a saving.

    `link` is what the link costs when it is built in fiscal year `year`; `link_now`, `renewal`, `running` (saved,
    less pumping) and `saves` are present values. `crowded`: the link would pay, but others are taken first.
    """

    plant: int
    to: int
    km: float
    flow: float
    room: float
    renewal: tuple[float, float, float]
    link: tuple[float, float, float]
    link_now: float
    running: float
    year: int
    saves: tuple[float, float, float]
    verdict: Verdict
    crowded: bool = False


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


def plant_moves(
    stock: Stock, book: CostBook, prices: Prices, forced: Collection[int] = (), kept: Collection[int] = ()
) -> tuple[PlantMove, ...]:
    """Return for each plant with known flow another plant that could take it, best saving first.

    The links that save most together (`plants.merge_plants`) are proposed; of the other plants the best link that
    there is, or would be if others were not taken first (`crowded`). A plant is linked when its next renewal is due
    (at once where it is overdue or of unknown age). Yen are present values. People may want plants (rows of the
    stock) linked (`forced`: those that have no room anywhere stay) or going on (`kept`); the others are chosen anew
    around them.
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
    flow = stock.inflow[plants].astype(np.float64)
    room = np.nan_to_num(stock.capacity[plants] - flow, nan=-1.0)
    renewal = prices.replace[plants] * discount[:, None]
    judged = (flow > 0) & np.isfinite(renewal).all(axis=1)
    link = km[:, :, None] * 1000 * pipe.mid * (1 + np.array([-1, 0, 1]) * spread)
    running = _running(book, left, np.nan_to_num(flow), km)
    gains = renewal[:, None, :] - (link * discount[:, None, None])[:, :, ::-1] + running[:, :, None]
    can = judged[:, None] & (room >= np.nan_to_num(flow, nan=np.inf)[:, None]) & (km <= book.value("plant_link_km"))
    can &= ~np.eye(len(plants), dtype=np.bool_)
    middle = np.where(can, gains[:, :, 1], -np.inf)
    must, stays = np.isin(plants, list(forced)), np.isin(plants, list(kept))
    chosen = merge_plants(np.nan_to_num(flow), np.maximum(room, 0.0), np.where(stays[:, None], -np.inf, middle), must)
    found: list[PlantMove] = []
    for i in np.flatnonzero(can.any(axis=1)).tolist():
        j = int(chosen[i]) if chosen[i] >= 0 else int(middle[i].argmax())
        low, mid, high = (float(gain) for gain in gains[i, j])
        same = low > 0 or high <= 0
        crowded = bool(chosen[i] < 0 and mid > 0 and not stays[i])
        verdict = Verdict.UNDECIDED if not same and not crowded else Verdict.CHANGE if mid > 0 else Verdict.KEEP
        if must[i] or stays[i]:
            verdict = Verdict.CHANGE if must[i] and chosen[i] >= 0 else Verdict.KEEP
        found.append(
            PlantMove(
                plant=int(plants[i]), to=int(plants[j]), km=float(km[i, j]), flow=float(flow[i]),
                room=float(room[j]), renewal=_three(renewal[i]), link=_three(link[i, j]),
                link_now=float(link[i, j, 1] * discount[i]), running=float(running[i, j]),
                year=stock.first_fy + int(left[i]), saves=(low, mid, high),
                verdict=Verdict.KEEP if crowded else verdict, crowded=crowded,
            )
        )  # fmt: skip
    found.sort(key=lambda move: (move.crowded, -move.saves[1], move.plant))
    return tuple(found)


def _three(values: Floats) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])


def _running(book: CostBook, left: Floats, flow: Floats, km: Floats) -> Floats:
    """Return the present value of running cost saved [i, j]: the plant's own from its last year on, less pumping."""
    outlook, rate = int(book.value("outlook_years")), book.value("discount_rate")
    factor = np.array([annuity(rate, int(year), outlook) for year in left])
    pumping = flow[:, None] * 365 * km * book.value("pump_yen_per_m3_km")
    return (book.value("plant_running_yen") - pumping) * factor[:, None]
