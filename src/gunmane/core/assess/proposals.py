"""What a fit proposes: its card with back-test, set against the adopted model, owner by owner."""

from datetime import date

import numpy as np
from msgspec import Struct, structs

from gunmane.core.assess.covariates import Covariates
from gunmane.core.assess.fleets import Fleet, Floats, when
from gunmane.core.assess.learning import Learning, day_number, learn
from gunmane.core.assess.models import Adopted, Assessed, forecast
from gunmane.core.deterioration.cards import ModelCard, OwnerCard
from gunmane.core.deterioration.checks import check
from gunmane.core.deterioration.comparison import Comparison, ForecastChange, hazard_changes, newest, verdict
from gunmane.core.deterioration.forecast import Forecasts
from gunmane.core.deterioration.priors import Priors
from gunmane.core.deterioration.stored import StoredFit, StoredOwner, digest, pack

AHEAD = (5.0, 10.0)
"""Years after which expected numbers are compared; both are among those that are forecast anyway."""
_DRAWS = 40


class OwnerProposal(Struct, frozen=True, kw_only=True):
    """One owner's part of a proposal; `forecast` is empty where no model has been adopted."""

    card: OwnerCard
    fit: StoredOwner
    forecast: tuple[ForecastChange, ...] = ()


class Proposal(Struct, frozen=True, kw_only=True):
    """A fit as it is stored; the card is without the owners, who are in the order of the fleet.

    `digest` tells the same fit found again; `same` whether it is the adopted model itself.
    """

    card: ModelCard
    fit: StoredFit
    owners: tuple[OwnerProposal, ...]
    digest: str
    same: bool


def propose(
    fleet: Fleet, one: Assessed, priors: Priors, covariates: Covariates, *, as_of: date, seed: int
) -> Proposal:
    """Back-test a class's own fit and compare it with the adopted model, where there is one."""
    learning = learn(fleet, one.scale, priors, covariates, as_of)
    stored, parts = pack(one.fit)
    found = digest(stored, parts)
    same = one.adopted is not None and one.adopted.digest == found
    card = structs.replace(one.card, owners=(), check=check(learning.record, learning.fit, seed, learning.bare))
    changes: list[tuple[ForecastChange, ...]] = [() for _ in parts]
    if one.adopted is not None and not same:
        comparison, changes = _compare(fleet, one, one.adopted, learning, as_of, seed)
        card = structs.replace(card, comparison=comparison)
    owners = tuple(
        OwnerProposal(card=told, fit=part, forecast=change)
        for told, part, change in zip(one.card.owners, parts, changes, strict=True)
    )
    return Proposal(card=card, fit=stored, owners=owners, digest=found, same=same)


def _compare(
    fleet: Fleet, one: Assessed, adopted: Adopted, learning: Learning, as_of: date, seed: int
) -> tuple[Comparison, list[tuple[ForecastChange, ...]]]:
    """Set the fit against the adopted model; forecasts in all and by owner."""
    refit = forecast(
        one.fit, fleet, one.scale, one.rows, learning, as_of,
        horizons=AHEAD, draws=_DRAWS, seed=seed, years=int(AHEAD[-1]),
    )  # fmt: skip
    counts = [_by_owner(fleet, one, forecasts) for forecasts in (one.forecasts, refit)]
    by_owner = [
        tuple(ForecastChange(years, float(counts[0][k, g]), float(counts[1][k, g])) for k, years in enumerate(AHEAD))
        for g in range(len(fleet.owners))
    ]
    total = tuple(
        ForecastChange(years, float(counts[0][k].sum()), float(counts[1][k].sum())) for k, years in enumerate(AHEAD)
    )
    hazards = hazard_changes(adopted.fit, one.fit, one.scale.grades)
    cut = float(when(np.array([day_number(date.fromisoformat(adopted.card.data_cut))], dtype=np.int32))[0])
    scores = newest(adopted.fit, learning.histories, cut, learning.fit, seed, learning.levels)
    comparison = Comparison(
        model_id=adopted.model_id, data_cut=adopted.card.data_cut, hazards=hazards, newest=scores, forecast=total,
        verdict=verdict(hazards, scores, total),
    )  # fmt: skip
    return comparison, by_owner


def _by_owner(fleet: Fleet, one: Assessed, forecasts: Forecasts) -> Floats:
    """Expected number of bad assets by horizon and owner."""
    owner = fleet.owner[one.rows]
    chances = (forecasts.probability[forecasts.kind, forecasts.horizons.index(years)] for years in AHEAD)
    return np.stack([np.bincount(owner, chance, len(fleet.owners)).astype(np.float64) for chance in chances])
