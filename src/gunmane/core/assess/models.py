"""Fits each class and scale of a region, forecasts every asset, and scores its risk."""

from collections.abc import Mapping
from datetime import date

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from gunmane.core.assess.fleets import Fleet, Floats, Ints, ranks, scale_codes, when
from gunmane.core.deterioration.cards import ModelCard, model_card
from gunmane.core.deterioration.chain import fit_chain
from gunmane.core.deterioration.forecast import Forecasts, forecast_bad
from gunmane.core.deterioration.histories import from_histories
from gunmane.core.deterioration.priors import Priors
from gunmane.core.words import Scale

SHOWN = (1.0, 5.0, 10.0)
"""Horizons in years that are shown for each asset."""
LEAST_FOR_EXITS = 200
LEAST_FOR_DRIFT = 2000
"""Fewer intervals than these say too little about repairs, or about a drift over the years (own settings)."""


class Assessed(Struct, frozen=True, kw_only=True, eq=False):
    """What is known of the future of one class's assets on one scale; `rows` are their places in the fleet.

    `rank` is the latest grade, -1 where never judged; `looked_year` the calendar year with fraction of it. Forecasts
    say what happens if nothing is done. `speed` is each owner's speed of deterioration, 1 the region's mean.
    """

    scale: Scale
    rows: Ints
    rank: Ints
    looked_year: Floats
    forecasts: Forecasts
    card: ModelCard
    speed: Floats
    counted: dict[str, int]

    @property
    def kind(self) -> NDArray[np.int32]:
        """The forecast's row of each asset."""
        return self.forecasts.kind

    def bad_within(self, years: float) -> tuple[Floats, Floats, Floats]:
        """Probability of being bad within some years, with its 80 % interval."""
        at = self.forecasts.horizons.index(years)
        f = self.forecasts
        return f.probability[f.kind, at], f.low[f.kind, at], f.high[f.kind, at]


def assess(
    fleet: Fleet,
    scales: Mapping[str, Scale],
    priors: Priors,
    *,
    as_of: date,
    ends: tuple[float, ...],
    seed: int,
    version: str,
    draws: int = 200,
) -> list[Assessed]:
    """Fit and forecast one class; a class without any scale gives nothing, and that is shown as not known.

    `ends` are the years from `as_of` to the end of each fiscal year of the plan. Assets never judged belong to the
    scale most used in the class. Deterministic for a seed.
    """
    codes = scale_codes(fleet, scales)
    judged = np.full(fleet.size, -1, dtype=np.int64)
    for place, code in reversed(list(enumerate(codes))):
        judged[fleet.looks.asset[ranks(fleet, scales[code]) >= 0]] = place
    judged[judged < 0] = 0
    return [
        _assess(fleet, scales[code], np.flatnonzero(judged == place), priors, as_of, ends, seed, version, draws)
        for place, code in enumerate(codes)
        if (judged == place).any()
    ]


def _assess(
    fleet: Fleet,
    scale: Scale,
    rows: Ints,
    priors: Priors,
    as_of: date,
    ends: tuple[float, ...],
    seed: int,
    version: str,
    draws: int,
) -> Assessed:
    """One scale of a class."""
    rank = ranks(fleet, scale)
    today = as_of.toordinal() - date(1970, 1, 1).toordinal()
    known = (rank >= 0) & (fleet.looks.day <= today)
    done = fleet.works.day <= today
    histories = from_histories(
        fleet.looks.asset[known],
        when(fleet.looks.day[known]),
        rank[known],
        assets=fleet.size,
        group=fleet.owner,
        repaired_asset=fleet.works.asset[done],
        repaired_when=when(fleet.works.day[done]),
        repeat_years=2.0 if scale.code == "nbi" else 0.0,  # yearly reports repeat two-yearly inspections
    )
    fit = fit_chain(
        histories.intervals,
        states=len(scale.grades),
        prior=priors.chain(scale.code, fleet.asset_class, len(scale.grades) - 1),
        groups=len(fleet.owners),
        exits=len(histories.intervals.years) >= LEAST_FOR_EXITS,
        drift=len(histories.intervals.years) >= LEAST_FOR_DRIFT,
    )
    last, seen = histories.last_rank[rows], histories.last_when[rows]
    now = when(np.array([today], dtype=np.int32))[0]
    forecasts = forecast_bad(
        fit,
        last,
        bad_rank=scale.bad_rank,
        group=fleet.owner[rows],
        since=np.maximum(now - seen, 0.0),
        built=np.maximum(now - _built(fleet)[rows], 0.0),
        mix=_mix(last, len(scale.grades)),
        horizons=tuple(sorted({*SHOWN, *ends})),
        draws=draws,
        seed=seed,
        years=len(ends),
    )
    return Assessed(
        scale=scale,
        rows=rows,
        rank=last,
        looked_year=seen,
        forecasts=forecasts,
        card=model_card(
            fit,
            asset_class=fleet.asset_class,
            scale=scale.code,
            grades=scale.grades,
            owners=tuple(owner.name for owner in fleet.owners),
            data_cut=as_of.isoformat(),
            simulated=bool(fleet.simulated.any()),
            excluded=histories.counted,
            version=version,
        ),
        speed=np.exp(fit.group_effects),
        counted=histories.counted,
    )


def _built(fleet: Fleet) -> Floats:
    """When each asset was built, in calendar years with fraction; a year alone counts from its middle."""
    exact = fleet.built_day > np.iinfo(np.int32).min
    return np.where(exact, when(np.where(exact, fleet.built_day, 0).astype(np.int32)), fleet.built_year + 0.5)


def _mix(rank: Ints, grades: int) -> Floats:
    """Shares of the grades among the judged assets; half an asset in each grade where few are judged."""
    return np.bincount(rank[rank >= 0], minlength=grades).astype(np.float64) + 0.5
