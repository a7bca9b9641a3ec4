"""What would change an asset's outlook: attributes that its ledger does not tell, and what each could make of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from gunmane.core.assess.covariates import Covariate
from gunmane.core.assess.trait_wording import Words, attribute_text, level_text
from gunmane.core.deterioration.cards import EffectCard
from gunmane.core.deterioration.levels import UNKNOWN
from gunmane.core.plan.values import Text


def level_of(one: Covariate, values: Mapping[str, Any]) -> str:
    """Return the level of an asset whose attributes are given by name."""
    value = values.get(one.attribute)
    if one.edges or one.flag:
        return one.names[one.of_number(None if value is None else float(value))]
    return one.names[one.of_text(None if value is None else str(value))]


def would_change(
    covariates: Sequence[Covariate], values: Mapping[str, Any], effects: Sequence[EffectCard], words: Words
) -> tuple[Text, ...]:
    """Say of each attribute that a model uses and the ledger does not tell which speeds it would decide between."""
    found: list[tuple[float, Text]] = []
    for one in covariates:
        told = [effect for effect in effects if effect.covariate == one.attribute and effect.level != UNKNOWN]
        if len(told) < 2 or level_of(one, values) != UNKNOWN:
            continue
        now = next((e.factor for e in effects if (e.covariate, e.level) == (one.attribute, UNKNOWN)), 1.0)
        low, high = min(told, key=lambda e: e.factor), max(told, key=lambda e: e.factor)
        name, pattern = attribute_text(one.attribute, words), words["phrases"]["would_change"]
        levels = [level_text(one.attribute, e.level, words) for e in (low, high)]
        numbers = {"low": f"{low.factor:.2f}", "high": f"{high.factor:.2f}", "now": f"{now:.2f}"}
        said = Text(
            pattern.ja.format(name=name.ja, slow=levels[0].ja, fast=levels[1].ja, **numbers),
            pattern.en.format(name=name.en, slow=levels[0].en, fast=levels[1].en, **numbers),
        )
        found.append((high.factor / low.factor, said))
    return tuple(said for _, said in sorted(found, key=lambda pair: -pair[0]))
