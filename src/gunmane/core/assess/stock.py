"""The region's assets in the form that plans are computed from."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from gunmane.core.assess.fleets import Fleet, Floats
from gunmane.core.assess.models import Assessed
from gunmane.core.assess.risks import RegionRisk
from gunmane.core.duties.columns import Columns
from gunmane.core.duties.engine import State
from gunmane.core.duties.rulerows import STATES, DueColumns
from gunmane.core.duties.rules import EventKind
from gunmane.core.schedule.gather import falling_due
from gunmane.core.stock import CLASS_AT, OwnerFacts, Stock, stock_of
from gunmane.core.words import AssetClass

Duties = tuple[Columns, dict[str, DueColumns]]


def year_ends(as_of: date, first_fy: int, years: int) -> tuple[float, ...]:
    """Years from a day to 31 March at the end of each fiscal year of a plan."""
    return tuple(
        round((date(first_fy + k + 1, 3, 31).toordinal() - as_of.toordinal()) / 365.25, 6) for k in range(years)
    )


def inspected(due: DueColumns) -> bool:
    """Tell whether a duty is fulfilled by an inspection (and not by cleaning, a report or a repair)."""
    return any(mark.kind is EventKind.INSPECTION for rule in due.rows for mark in rule.done_by)


def stock_columns(
    fleet: Fleet,
    assessed: Sequence[Assessed],
    duties: Duties,
    yen: Floats,
    ends: tuple[float, ...],
    scales: Sequence[str],
    first_fy: int,
) -> dict[str, np.ndarray]:
    """The columns of one class."""
    years = len(ends)
    size = fleet.size
    scale, grade = np.full(size, -1), np.full(size, -1)
    looked, p_bad = np.zeros(size), np.full((size, years), np.nan)
    for one in assessed:
        judged = one.rank >= 0
        scale[one.rows[judged]] = scales.index(one.scale.code)
        grade[one.rows] = one.rank
        year = np.nan_to_num(one.looked_year)
        looked[one.rows] = np.where(judged, np.floor(year - 0.25), 0)  # a fiscal year begins a quarter later
        at = [one.forecasts.horizons.index(end) for end in ends]
        p_bad[one.rows] = one.forecasts.probability[:, at][one.forecasts.kind]
    # The level yearly loss, spread over the years as the probability of being bad grows.
    mean = np.mean(p_bad, axis=1, keepdims=True)
    shape = np.divide(p_bad, mean, out=np.ones_like(p_bad), where=mean > 0)
    given, due = duties
    visits = np.zeros((size, years), dtype=np.uint8)
    overdue = np.zeros(size, dtype=bool)
    for one in due.values():
        overdue |= one.state == STATES.index(State.OVERDUE)
        if inspected(one):
            visits = np.minimum(visits.astype(np.int64) + falling_due(given, one, first_fy, years), 255).astype(
                np.uint8
            )
    above, under = fleet.column("emergency_route"), fleet.column("under_emergency_route")
    route = np.where(np.isfinite(above), above, under)
    homes = fleet.column("sole_access_homes")
    return {
        "asset_class": np.full(size, CLASS_AT[fleet.asset_class]),
        "owner": fleet.owner,
        "built_year": np.nan_to_num(fleet.built_year).astype(np.int64),
        **{name: fleet.column(name) for name in ("length_m", "width_m", "area_m2", "diameter_mm")},
        "capacity": np.where(
            np.isfinite(fleet.column("capacity_persons")),
            fleet.column("capacity_persons"),
            fleet.column("capacity_m3_day"),
        ),
        "scale": scale,
        "grade": grade,
        "inspected_fy": looked.astype(np.int64),
        "p_bad": p_bad,
        "risk_yen": yen[:, None] * shape,
        "inspections": visits,
        "overdue": overdue,
        "detour_km": fleet.column("detour_km"),
        "traffic_per_day": fleet.column("traffic_per_day"),
        "sole_access_homes": np.where(np.isfinite(homes), homes, -1).astype(np.int64),
        "emergency": np.where(np.isfinite(route), route, -1).astype(np.int64),
        "located": np.isfinite(fleet.place[:, 0]),
        "lon": fleet.place[:, 0],
        "lat": fleet.place[:, 1],
        "inflow": np.where(_is_sewage(fleet), fleet.column("inflow_m3_day"), np.nan),
    }


def _is_sewage(fleet: Fleet) -> np.ndarray:
    """Tell which plants treat sewage: what flows into water works or pumping stations can go to no other plant."""
    kinds = fleet.texts.get("kind")
    if fleet.asset_class is not AssetClass.TREATMENT_PLANT or kinds is None:
        return np.zeros(fleet.size, dtype=bool)
    sewage = np.array([label == "sewage" for label in kinds.labels] or [False])
    return (kinds.codes >= 0) & sewage[kinds.codes]


def region_stock(
    parts: Sequence[tuple[Fleet, Sequence[Assessed]]],
    duties: Mapping[AssetClass, Duties],
    risk: RegionRisk,
    owners: tuple[OwnerFacts, ...],
    *,
    as_of: date,
    first_fy: int,
    years: int,
) -> Stock:
    """Put all classes one below the other, in the order of owner, class and number."""
    ends = year_ends(as_of, first_fy, years)
    scales = tuple(dict.fromkeys(one.scale.code for _, assessed in parts for one in assessed))
    columns = [
        stock_columns(fleet, assessed, duties[fleet.asset_class], part.yen, ends, scales, first_fy)
        for (fleet, assessed), part in zip(parts, risk.parts, strict=True)
    ]
    joined = {name: np.concatenate([one[name] for one in columns]) for name in columns[0]} if columns else {}
    size = sum(fleet.size for fleet, _ in parts)
    if joined:
        joined["row"] = np.arange(size)
        order = np.argsort(joined["owner"], kind="stable")
        joined = {name: column[order] for name, column in joined.items()}
    return stock_of(as_of=as_of, first_fy=first_fy, owners=owners, scales=scales, size=size, years=years, **joined)
