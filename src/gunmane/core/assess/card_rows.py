"""What the plan document shows of the models behind its forecasts."""

from collections.abc import Mapping
from datetime import date

from msgspec import structs

from gunmane.core.assess.card_wording import Words, month_text, said
from gunmane.core.assess.fleets import Fleet
from gunmane.core.assess.models import Assessed
from gunmane.core.assess.proposals import Proposal
from gunmane.core.deterioration.cards import ModelCard as Card
from gunmane.core.deterioration.cards import OwnerCard
from gunmane.core.deterioration.checks import Check
from gunmane.core.plan.findings import ForecastGroup, HazardRow, ModelCard, ModelTest, OwnerSpeed
from gunmane.core.plan.values import Band, Text


def card_row(
    fleet: Fleet, one: Assessed, made: Proposal, model_id: str, methods: Mapping[str, Text], words: Words
) -> ModelCard:
    """Show the model that forecasts a class on a scale: the adopted one, else the data's own fit."""
    owners = one.card.owners if one.adopted is None else one.adopted.card.owners
    card = structs.replace(made.card if one.adopted is None else one.adopted.card, owners=owners)
    told = said(card, words)
    against = structs.replace(made.card, owners=one.card.owners)
    codes = {owner.name: owner.code for owner in fleet.owners}
    return ModelCard(
        asset_class=card.asset_class,
        scale=card.scale,
        method=methods["method" if card.intervals else "method_prior"],
        intervals=card.intervals,
        assets=card.assets or int((one.rank >= 0).sum()),
        owners=card.owner_count,
        hazards=tuple(
            HazardRow(row.grade, Band(row.hazard, row.hazard_low, row.hazard_high), row.mean_years)
            for row in card.grades
        ),
        prior=card.prior_status,
        checks=told.check,
        limits=told.excluded,
        model=model_id,
        adopted=one.adopted is not None,
        data_cut=date.fromisoformat(card.data_cut),
        basis=told.basis,
        owner_rows=tuple(
            _owner(row, codes.get(row.owner, row.owner)) for row in owners if row.assets or row.intervals
        ),
        owners_said=told.owners,
        effects=told.effects,
        tests=_tests(card),
        groups=_groups(card.check),
        comparison=() if one.adopted is None or made.same else said(against, words).comparison,
    )


def _owner(row: OwnerCard, code: str) -> OwnerSpeed:
    factor = Band(row.factor, row.factor_low, row.factor_high)
    return OwnerSpeed(code, row.assets, round(row.intervals), factor, row.own_share)


def _tests(card: Card) -> tuple[ModelTest, ...]:
    return tuple(
        ModelTest(
            month_text(one.origin), one.horizon, one.model.forecasts,
            Band(one.model.expected, one.model.low, one.model.high), one.model.observed, one.model.log_score,
            {rival.name: rival.log_score for rival in one.rivals},
        )
        for one in (card.check.origins if card.check else ())
    )  # fmt: skip


def _groups(check: Check | None) -> tuple[ForecastGroup, ...]:
    return tuple(
        ForecastGroup(one.cases, one.forecast, Band(one.observed, one.low, one.high))
        for one in (check.reliability if check else ())
    )
