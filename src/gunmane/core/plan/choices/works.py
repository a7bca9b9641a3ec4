"""The assets that have a measure in the plan, as rows for lists; septic systems are never among them."""

import numpy as np

from gunmane.core.plan.labels import Labels
from gunmane.core.plan.needs import Reason
from gunmane.core.plan.options import MEASURES
from gunmane.core.plan.scenarios import RegionPlan, Scenario
from gunmane.core.plan.sheet import Work
from gunmane.core.stock import CLASS_AT, CLASSES
from gunmane.core.words import AssetClass, Scale

MOST = 1_000
"""Rows that a document can hold; the most urgent come first, the others are counted."""


def works(
    plan: RegionPlan,
    scenario: Scenario,
    scales: tuple[Scale, ...],
    numbers: list[str],
    names: list[str | None],
    labels: Labels,
) -> tuple[tuple[Work, ...], int]:
    """Return the assets with a measure, by year, owner, class and number, and how many were left out."""
    stock, chosen = plan.stock, scenario.plan
    rows = np.flatnonzero((chosen.year >= 0) & (stock.asset_class != CLASS_AT[AssetClass.SEPTIC]) & (stock.row >= 0))
    if not numbers:
        return (), 0
    # Stock rows lie in the order of owner, class and number already.
    order = rows[np.argsort(chosen.year[rows], kind="stable")]
    found: list[Work] = []
    for row in order[:MOST].tolist():
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
    return tuple(found), max(len(rows) - MOST, 0)
