"""The assets that have a measure in the plan, as rows for lists; septic systems are never among them."""

import numpy as np

from gunmane.core.plan.labels import Labels
from gunmane.core.plan.needs import Reason
from gunmane.core.plan.options import MEASURES
from gunmane.core.plan.scenarios import RegionPlan, Scenario
from gunmane.core.plan.sheet import Work
from gunmane.core.stock import CLASS_AT, CLASSES, Ints
from gunmane.core.words import AssetClass, Scale

MOST = 1_000
"""Rows that a document can hold; each owner's most urgent come first, the others are counted."""


def works(
    plan: RegionPlan,
    scenario: Scenario,
    scales: tuple[Scale, ...],
    numbers: list[str],
    names: list[str | None],
    labels: Labels,
) -> tuple[tuple[Work, ...], dict[str, int]]:
    """Return the assets with a measure, by year, owner, class and number, and how many were left out by owner.

    Where there are too many, every owner has as many rows as any other, or all that it needs.
    """
    stock, chosen = plan.stock, scenario.plan
    rows = np.flatnonzero((chosen.year >= 0) & (stock.asset_class != CLASS_AT[AssetClass.SEPTIC]) & (stock.row >= 0))
    if not numbers:
        return (), {}
    # Stock rows lie in the order of owner, class and number already.
    order = rows[np.argsort(chosen.year[rows], kind="stable")]
    found: list[Work] = []
    places = _shares(np.bincount(stock.owner[rows], minlength=len(stock.owners)))
    turn = np.zeros(len(order), dtype=np.int64)
    for k in range(len(stock.owners)):
        mine = stock.owner[order] == k
        turn[mine] = np.arange(int(mine.sum()))
    room = np.array(places, dtype=np.int64)
    listed = order[turn < room[stock.owner[order]]]
    for row in listed.tolist():
        place = int(stock.row[row])
        rank, scale = int(stock.grade[row]), int(stock.scale[row])
        length = float(stock.length_m[row])
        located = bool(np.isfinite(stock.lon[row]))
        cost = float(chosen.cost[row, 1])
        found.append(
            Work(
                owner=stock.owners[int(stock.owner[row])].code,
                asset_class=CLASSES[int(stock.asset_class[row])],
                number=numbers[place],
                name=names[place],
                built_year=int(stock.built_year[row]) or None,
                length_m=round(length, 1) if np.isfinite(length) else None,
                grade=scales[scale].grades[rank] if rank >= 0 and scale >= 0 else None,
                inspected=int(stock.inspected_fy[row]) or None,
                measure=MEASURES[int(chosen.measure[row])],
                year=stock.first_fy + int(chosen.year[row]),
                yen=round(cost) if cost > 0 else None,
                reason=labels.get("reason", Reason(int(chosen.reason[row])).name),
                lon=round(float(stock.lon[row]), 6) if located else None,
                lat=round(float(stock.lat[row]), 6) if located else None,
            )
        )
    counts = np.bincount(stock.owner[rows], minlength=len(stock.owners))
    left = {facts.code: int(count - place) for facts, count, place in zip(stock.owners, counts, places, strict=True)}
    return tuple(found), {code: count for code, count in left.items() if count > 0}


def _shares(counts: Ints) -> list[int]:
    """Share the rows among the owners: who needs few has all, the others have the same number (within one)."""
    left, places = MOST, [0] * len(counts)
    order = np.argsort(counts, kind="stable").tolist()
    for index, k in enumerate(order):
        places[k] = min(int(counts[k]), left // (len(order) - index))
        left -= places[k]
    return places
