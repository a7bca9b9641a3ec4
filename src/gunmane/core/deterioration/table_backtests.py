"""Rolling-origin back-test of a plain table of inspections."""

from typing import Any

import numpy as np
from msgspec import to_builtins

from gunmane.core.deterioration.backtest import Options, Panel, run
from gunmane.core.deterioration.chain import ChainPrior
from gunmane.core.deterioration.design import design, levels, number, numbers, ranks
from gunmane.core.deterioration.panels import gap_of
from gunmane.core.deterioration.tables import Table, listed, need, settings_of, unnamed
from gunmane.core.errors import Fault, GunmaneError

_MEMORIES = (4.0, None)
"""Half-lives in years among which the past before each origin decides."""


def backtest_table(table: Table, given: dict[str, Any]) -> dict[str, Any]:
    """Rolling-origin back-test of a panel of inspections."""
    settings = settings_of(given)
    wanted = listed(settings.covariates)
    need(table, {"id": settings.id, "time": settings.time, "state": settings.state} | {c: c for c in wanted})
    if settings.group:
        need(table, {"group": settings.group})
    asset, names = levels(table[str(settings.id)])
    rank, grades = ranks(table[str(settings.state)], settings.states)
    other = unnamed(table[str(settings.state)], rank)
    when = numbers(table[str(settings.time)])
    good = (rank >= 0) & np.isfinite(when)
    made = design({c: table[c] for c in wanted}, tame=True)
    group, owners = levels(table[settings.group]) if settings.group else (None, ())
    # one value per asset: that of its first report, which is known at every origin
    first = np.full(len(names), -1)
    order = np.flatnonzero(good)[::-1]
    first[asset[order]] = order
    at = np.maximum(first, 0)
    panel = Panel(
        asset=asset[good], when=when[good], rank=rank[good], assets=len(names), states=len(grades),
        bad_rank=grades.index(settings.bad) if settings.bad in grades else len(grades) - 1,
        group=None if group is None else group[at], groups=len(owners),
        covariates=made.values[at] if wanted else None,
    )  # fmt: skip
    if settings.bad and settings.bad not in grades:
        raise GunmaneError("bad_option", [Fault("no_grade_known", "--bad", {"seen": ", ".join(grades)})])
    origins = [number(o) for o in listed(settings.origins)]
    if not origins or not np.isfinite(origins).all():
        raise GunmaneError("bad_option", [Fault("bad_time", settings.origins or "--origins")])
    prior = settings.class_prior or ChainPrior(hazards=(0.08,) * (len(grades) - 1), hazard_sd=1.5)
    # looks further apart need a wider reach, or hardly any lies a horizon after another
    tolerance = max(0.5, gap_of(panel) / 2)
    options = Options(
        exits=not settings.no_exits, drift=settings.drift, jumps=settings.jumps, prior=prior,
        repeat_years=settings.repeats, horizon=settings.horizon, tolerance=tolerance,
        taken_back=(0.0, 2.0) if settings.taken_back is None else (settings.taken_back,),
        by_assets=settings.by_assets,
        memories=(settings.half_life,) if settings.half_life else (None,) if settings.drift else _MEMORIES,
    )  # fmt: skip
    found = [run(panel, o, options, settings.seed) for o in origins]
    return {
        "origins": [to_builtins(o) | {"wins": o.wins, "calibrated": o.engine.calibrated} for o in found],
        "wins_everywhere": all(o.wins for o in found),
        "warnings": [f"no_cases {o.origin:g}" for o in found if o.engine.forecasts == 0],
        "counted": {"rows": int(rank.size), "not_judged": int((~good).sum()), "assets": len(names)},
        "unknown": made.missing,
        "grades_not_named": other,
    }
