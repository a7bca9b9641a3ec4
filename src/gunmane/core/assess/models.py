"""Fits each class and scale of a region, forecasts every asset, and scores its risk."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from gunmane.core.assess.covariates import Covariates
from gunmane.core.assess.fleets import Fleet, Floats, Ints, ranks, scale_codes, when
from gunmane.core.assess.learning import Learning, day_number, learn
from gunmane.core.deterioration.cards import ModelCard, model_card
from gunmane.core.deterioration.chain import ChainFit
from gunmane.core.deterioration.forecast import Forecasts, forecast_bad
from gunmane.core.deterioration.levels import Levels
from gunmane.core.deterioration.priors import Priors
from gunmane.core.deterioration.stored import carried
from gunmane.core.words import AssetClass, Scale

SHOWN = (1.0, 5.0, 10.0)
"""Horizons in years that are shown for each asset."""


class Adopted(Struct, frozen=True, kw_only=True, eq=False):
    """A model that a person has adopted, its owners in the order of the fleet's."""

    model_id: str
    digest: str
    fit: ChainFit
    card: ModelCard


class Assessed(Struct, frozen=True, kw_only=True, eq=False):
    """What is known of the future of one class's assets on one scale; `rows` are their places in the fleet.

    `rank` is the latest grade, -1 where never judged; `looked_year` the calendar year with fraction of it. Forecasts
    say what happens if nothing is done. `speed` is each owner's speed of deterioration, 1 the region's mean.

    `levels` are those of all assets of the fleet; `used` is what forecasts, and what its covariates are worth.
    `fit` and `card` are what these data give by themselves; where a model is `adopted`, that one forecasts, and they
    are no more than a proposal.
    """

    scale: Scale
    rows: Ints
    rank: Ints
    looked_year: Floats
    forecasts: Forecasts
    fit: ChainFit
    used: ChainFit
    levels: Levels
    adopted: Adopted | None
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
    covariates: Covariates,
    *,
    as_of: date,
    ends: tuple[float, ...],
    seed: int,
    version: str,
    draws: int = 200,
    adopted: Mapping[tuple[AssetClass, str], Adopted] = MappingProxyType({}),
) -> list[Assessed]:
    """Fit and forecast one class; a class without any scale gives nothing, and that is shown as not known.

    `ends` are the years from `as_of` to the end of each fiscal year of the plan. Assets never judged belong to the
    scale most used in the class. An `adopted` model (by class and scale) forecasts in place of the data's own fit,
    unless the scale has got other grades since. Deterministic for a seed.
    """
    codes = scale_codes(fleet, scales)
    judged = np.full(fleet.size, -1, dtype=np.int64)
    for place, code in reversed(list(enumerate(codes))):
        judged[fleet.looks.asset[ranks(fleet, scales[code]) >= 0]] = place
    judged[judged < 0] = 0
    return [
        _assess(
            fleet,
            scales[code],
            np.flatnonzero(judged == place),
            priors,
            covariates,
            as_of,
            ends,
            seed,
            version,
            draws,
            _usable(adopted.get((fleet.asset_class, code)), scales[code]),
        )
        for place, code in enumerate(codes)
        if (judged == place).any()
    ]


def _assess(
    fleet: Fleet,
    scale: Scale,
    rows: Ints,
    priors: Priors,
    covariates: Covariates,
    as_of: date,
    ends: tuple[float, ...],
    seed: int,
    version: str,
    draws: int,
    adopted: Adopted | None,
) -> Assessed:
    """One scale of a class."""
    learning = learn(fleet, scale, priors, covariates, as_of)
    histories = learning.histories
    fit, tried = learning.fit(histories.intervals), learning.tried(histories.intervals)
    last, seen = histories.last_rank[rows], histories.last_when[rows]
    now = when(np.array([day_number(as_of)], dtype=np.int32))[0]
    used = fit if adopted is None else carried(adopted.fit, now)

    return Assessed(
        scale=scale,
        rows=rows,
        rank=last,
        looked_year=seen,
        forecasts=forecast(
            used,
            fleet,
            scale,
            rows,
            learning,
            as_of,
            horizons=tuple(sorted({*SHOWN, *ends})),
            draws=draws,
            seed=seed,
            years=len(ends),
        ),
        fit=fit,
        used=used,
        levels=learning.levels,
        adopted=adopted,
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
            tried=() if tried is None else tried.attributes,
            judged=np.bincount(fleet.owner[rows[last >= 0]], minlength=len(fleet.owners)),
        ),
        speed=np.exp(used.group_effects),
        counted=histories.counted,
    )


def forecast(
    model: ChainFit,
    fleet: Fleet,
    scale: Scale,
    rows: Ints,
    learning: Learning,
    as_of: date,
    *,
    horizons: tuple[float, ...],
    draws: int,
    seed: int,
    years: int,
) -> Forecasts:
    """Forecast the assets at some rows of a fleet with a model."""
    last, seen = learning.histories.last_rank[rows], learning.histories.last_when[rows]
    now = when(np.array([day_number(as_of)], dtype=np.int32))[0]
    return forecast_bad(
        model,
        last,
        bad_rank=scale.bad_rank,
        group=fleet.owner[rows],
        cell=learning.levels.cell[rows],
        table=learning.levels.table(model),
        since=np.maximum(now - seen, 0.0),
        built=np.maximum(now - _built(fleet)[rows], 0.0),
        mix=_mix(last, len(scale.grades)),
        horizons=horizons,
        draws=draws,
        seed=seed,
        years=years,
    )


def _usable(adopted: Adopted | None, scale: Scale) -> Adopted | None:
    return adopted if adopted is not None and adopted.fit.states == len(scale.grades) else None


def _built(fleet: Fleet) -> Floats:
    """When each asset was built, in calendar years with fraction; a year alone counts from its middle."""
    exact = fleet.built_day > np.iinfo(np.int32).min
    return np.where(exact, when(np.where(exact, fleet.built_day, 0).astype(np.int32)), fleet.built_year + 0.5)


def _mix(rank: Ints, grades: int) -> Floats:
    """Shares of the grades among the judged assets; half an asset in each grade where few are judged."""
    return np.bincount(rank[rank >= 0], minlength=grades).astype(np.float64) + 0.5
