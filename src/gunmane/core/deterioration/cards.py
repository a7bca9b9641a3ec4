"""Model cards: what a fitted chain says, what it rests on, and what was left out, in numbers."""

import numpy as np
from msgspec import Struct

from gunmane.core.deterioration.chain import ChainFit
from gunmane.core.deterioration.checks import Check
from gunmane.core.deterioration.comparison import Comparison
from gunmane.core.deterioration.intervals import Ints
from gunmane.core.words import AssetClass, SourceStatus

_Z80 = 1.2815515655446004


class GradeCard(Struct, frozen=True):
    """A stage of the chain at average covariates: hazard per year and mean years, each with 80 % interval."""

    grade: str
    hazard: float
    hazard_low: float
    hazard_high: float
    mean_years: float
    mean_years_low: float
    mean_years_high: float
    repair_hazard: float | None = None


class OwnerCard(Struct, frozen=True):
    """An owner's speed relative to the region (1 = average), 80 % interval; own_share: 0 all region, 1 all own."""

    owner: str
    intervals: float
    asset_years: float
    factor: float
    factor_low: float
    factor_high: float
    own_share: float
    assets: int = 0  # judged at least once


class EffectCard(Struct, frozen=True):
    """Factor by which a covariate multiplies the hazard of leaving a grade, with 80 % interval.

    With a `level`, the factor is that of the level against the class's mean, for every grade alike (`grade` blank),
    seen in so many intervals; without one, it is per unit.
    """

    covariate: str
    grade: str
    factor: float
    factor_low: float
    factor_high: float
    level: str = ""
    intervals: float = 0.0


class DriftCard(Struct, frozen=True):
    """Speed in a calendar period relative to the last one."""

    from_year: float
    to_year: float
    factor: float
    factor_low: float
    factor_high: float


class ModelCard(Struct, frozen=True, kw_only=True):
    """Everything a reader needs to judge a fitted chain; `excluded` counts rows by reason code."""

    asset_class: AssetClass
    scale: str
    data_cut: str
    simulated: bool
    intervals: int
    distinct_intervals: int
    grades: tuple[GradeCard, ...]
    owners: tuple[OwnerCard, ...]
    effects: tuple[EffectCard, ...]
    drift: tuple[DriftCard, ...]
    owner_sd: float
    excluded: dict[str, int]
    prior_source: str
    prior_status: SourceStatus | None
    log_likelihood: float
    marginal_log_likelihood: float
    converged: bool
    version: str
    assets: int = 0  # judged at least once
    owner_count: int = 0  # owners with judged assets
    check: Check | None = None
    comparison: Comparison | None = None
    left_out: tuple[str, ...] = ()  # covariates that were tried, and that the data did not speak for


def _factor(mean: float, variance: float) -> tuple[float, float, float]:
    half = _Z80 * float(np.sqrt(max(variance, 0.0)))
    return float(np.exp(mean)), float(np.exp(mean - half)), float(np.exp(mean + half))


def _shared(fit: ChainFit) -> list[EffectCard]:
    """Each level against the mean of its attribute."""
    own = fit.shared_covariance
    attributes = [name.partition("=")[0] for name in fit.shared_names]
    found: list[EffectCard] = []
    for k, name in enumerate(fit.shared_names):
        contrast = np.array(
            [-c if a == attributes[k] else 0.0 for a, c in zip(attributes, fit.shared_center, strict=True)]
        )
        contrast[k] += 1.0
        factors = _factor(float(contrast @ fit.shared), float(contrast @ own @ contrast))
        level = name.partition("=")[2]
        found.append(EffectCard(attributes[k], "", *factors, level, float(fit.shared_rows[k])))
    return found


def model_card(
    fit: ChainFit,
    *,
    asset_class: AssetClass,
    scale: str,
    grades: tuple[str, ...],
    owners: tuple[str, ...],
    data_cut: str,
    simulated: bool,
    excluded: dict[str, int],
    version: str,
    covariates: tuple[str, ...] = (),
    judged: Ints | None = None,
    tried: tuple[str, ...] = (),
) -> ModelCard:
    """Describe a fit in the words of its scale; `owners` name the groups 0, 1, … of the fit.

    judged: of each owner, the assets judged at least once. tried: covariates that could have been used.
    """
    assets = np.zeros(fit.groups, np.int64) if judged is None else judged
    width = fit.coefficients.shape[1]
    stage_cards: list[GradeCard] = []
    effects: list[EffectCard] = []
    for s in range(fit.stages):
        at = s * width
        value, low, high = _factor(float(fit.coefficients[s, 0]), float(fit.covariance[at, at]))
        repair = float(np.exp(fit.exits[s])) if fit.exits.size else None
        stage_cards.append(GradeCard(grades[s], value, low, high, 1 / value, 1 / high, 1 / low, repair))
        for c, name in enumerate(covariates, start=1):
            unit = float(fit.scale[c - 1])
            mean, variance = float(fit.coefficients[s, c]) / unit, float(fit.covariance[at + c, at + c]) / unit**2
            effects.append(EffectCard(name, grades[s], *_factor(mean, variance)))
    effects += _shared(fit)
    variances, shares = fit.group_variance, fit.own_share
    owner_cards = tuple(
        OwnerCard(
            name,
            float(fit.group_rows[g]),
            float(fit.group_years[g]),
            *_factor(float(fit.group_effects[g]), float(variances[g])),
            float(shares[g]),
            int(assets[g]),
        )
        for g, name in enumerate(owners[: fit.groups])
    )
    first = fit.coefficients.size + fit.exits.size + fit.shared.size
    drift = tuple(
        DriftCard(
            float(fit.drift_edges[p]),
            float(fit.drift_edges[p + 1]),
            *_factor(float(fit.drift[p]), float(fit.covariance[first + p, first + p])),
        )
        for p in range(fit.drift.size)
    )
    return ModelCard(
        asset_class=asset_class,
        scale=scale,
        data_cut=data_cut,
        simulated=simulated,
        intervals=fit.rows,
        distinct_intervals=fit.collapsed,
        grades=tuple(stage_cards),
        owners=owner_cards,
        effects=tuple(effects),
        drift=drift,
        owner_sd=fit.group_sd,
        excluded=excluded,
        prior_source=fit.prior.source if fit.prior else "",
        prior_status=fit.prior.status if fit.prior else None,
        log_likelihood=fit.log_likelihood,
        marginal_log_likelihood=fit.marginal,
        converged=fit.converged,
        version=version,
        assets=int(assets.sum()),
        left_out=tuple(name for name in tried if name not in {one.covariate for one in effects}),
        owner_count=int((np.maximum(assets, fit.group_rows) > 0).sum()),
    )
