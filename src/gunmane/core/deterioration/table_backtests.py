"""Rolling-origin back-test of a plain table of inspections."""

from typing import Any

import numpy as np
from msgspec import structs, to_builtins

from gunmane.core.deterioration.backtest import Options, Panel, run
from gunmane.core.deterioration.chain import ChainPrior
from gunmane.core.deterioration.design import design, levels, moment, ranks
from gunmane.core.deterioration.panels import cases, gap_of, known_at, steps
from gunmane.core.deterioration.tables import Table, listed, need, settings_of, timed, unnamed
from gunmane.core.errors import Fault, GunmaneError

PARTS = 4
"""Where no asset was seen twice before an origin, so many parts of the assets are each forecast from the others."""
NOTHING = ("no_looks_before", "no_looks_then", "only_rises")
"""Reasons why nothing can be forecast from an origin."""
_MEMORIES = (4.0, None)
"""Half-lives in years among which the past before each origin decides."""


def _learning(panel: Panel, origin: float, options: Options) -> Options:
    """Learn from other assets where there is nothing before the origin; without a prior, around the mean speed seen.

    In what unit the times are is not known, and late grades may not have been left yet.
    """
    rows = steps(known_at(panel, origin))[0]
    if not options.by_assets and not rows.years.size:
        options, rows = structs.replace(options, by_assets=PARTS), steps(panel)[0]
    if options.prior.hazards:
        return options
    at_risk = rows.from_rank < panel.states - 1
    falls = float(np.maximum(rows.to_rank - rows.from_rank, 0)[at_risk].sum())
    mean = (falls + 0.5) / (float(rows.years[at_risk].sum()) + 0.5 / 0.08)
    return structs.replace(options, prior=structs.replace(options.prior, hazards=(mean,) * (panel.states - 1)))


def _notes(panel: Panel, origin: float, options: Options) -> list[Fault]:
    """What must be known of an origin: why nothing could be forecast, or that other assets were learned from."""
    left = float(panel.when.max(initial=origin)) - origin
    horizon = min(options.horizon, left) if left > 0 else options.horizon
    told: dict[str, Any] = {
        "origin": f"{origin:g}", "horizon": f"{horizon:g}", "oldest": f"{options.oldest:g}",
        "reach": f"{options.tolerance:g}", "first": f"{panel.when.min(initial=np.inf):g}",
        "last": f"{panel.when.max(initial=-np.inf):g}",
    }  # fmt: skip
    before = panel.asset[(panel.when <= origin + 1e-9) & (panel.when >= origin - options.oldest)]
    near = np.abs(panel.when - origin - horizon) <= options.tolerance + 1e-9
    after = panel.asset[near & (panel.when > origin + 1e-9)]
    place = "--origins"
    if before.size == 0:
        return [Fault("no_looks_before", place, told)]
    if not np.isin(after, before).any():
        return [Fault("no_looks_then", place, told)]
    if cases(panel, origin, horizon, options.tolerance, options.oldest).size == 0:
        return [Fault("only_rises", place, told)]
    if _learning(panel, origin, options).by_assets != options.by_assets:
        return [Fault("nothing_before", place, told)]
    return []


def _moves(panel: Panel) -> tuple[int, int]:
    """Count how often an asset's next look was better, and how often it was worse."""
    order = np.lexsort((panel.when, panel.asset))
    step = np.diff(panel.rank[order])[np.diff(panel.asset[order]) == 0]
    return int((step < 0).sum()), int((step > 0).sum())


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
    when = timed(table[str(settings.time)])
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
    origins = [moment(o) for o in listed(settings.origins)]
    if not origins or not np.isfinite(origins).all():
        raise GunmaneError("bad_option", [Fault("bad_time", settings.origins or "--origins")])
    prior = settings.class_prior or ChainPrior(hazards=(), hazard_sd=1.5)
    # looks further apart need a wider reach, or hardly any lies a horizon after another
    tolerance = max(0.5, gap_of(panel) / 2)
    options = Options(
        exits=not settings.no_exits, drift=settings.drift, jumps=settings.jumps, prior=prior,
        repeat_years=settings.repeats, horizon=settings.horizon, tolerance=tolerance,
        taken_back=(0.0, 2.0) if settings.taken_back is None else (settings.taken_back,),
        by_assets=settings.by_assets,
        memories=(settings.half_life,) if settings.half_life else (None,) if settings.drift else _MEMORIES,
    )  # fmt: skip
    notes = [note for o in origins for note in _notes(panel, o, options)]
    if all(any(note.code in NOTHING and note.values["origin"] == f"{o:g}" for note in notes) for o in origins):
        raise GunmaneError("no_cases", notes)
    found = [run(panel, o, _learning(panel, o, options), settings.seed) for o in origins]
    better, worse = _moves(panel)
    return {
        "notes": notes,
        "origins": [to_builtins(o) | {"wins": o.wins, "calibrated": o.engine.calibrated} for o in found],
        "wins_everywhere": all(o.wins for o in found),
        "warnings": [
            *(["more_rises_than_falls"] if better > worse else []),
            *(f"no_cases {o.origin:g}" for o in found if o.engine.forecasts == 0),
        ],
        "counted": {
            "rows": int(rank.size),
            "not_judged": int((~good).sum()),
            "assets": len(names),
            "improved": better,
        },
        "unknown": made.missing,
        "grades_not_named": other,
    }
