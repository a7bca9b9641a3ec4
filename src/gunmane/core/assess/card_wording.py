"""Model cards in words, by rule: each sentence follows from the card's numbers, in both languages."""

from collections.abc import Mapping, Sequence
from datetime import date

from msgspec import Struct

from gunmane.core.assess.trait_wording import attribute_text, level_text
from gunmane.core.deterioration.cards import EffectCard, ModelCard, OwnerCard
from gunmane.core.deterioration.checks import Check, CheckedOrigin
from gunmane.core.deterioration.comparison import Comparison
from gunmane.core.plan.formats import day as day_text
from gunmane.core.plan.nouns import STATUSES
from gunmane.core.plan.values import Text

WIDE = 10.0
"""An interval whose ends are so many times apart says next to nothing (own setting)."""

Words = Mapping[str, Mapping[str, Text]]
"""The catalogue `data/texts/*/models.toml`: tables of texts."""


class Said(Struct, frozen=True, kw_only=True):
    """A card in sentences, part by part."""

    basis: tuple[Text, ...]
    hazards: tuple[Text, ...]
    owners: tuple[Text, ...]
    effects: tuple[Text, ...]
    check: tuple[Text, ...]
    excluded: tuple[Text, ...]
    comparison: tuple[Text, ...]


class _Speaker:
    """Fills sentences of the catalogue."""

    def __init__(self, words: Words) -> None:
        self.words = words

    def say(self, key: str, table: str = "sentences", **values: object) -> Text:
        """Fill a sentence; a Text among the values is taken in the same language."""
        text = self.words[table][key]
        ja = {k: v.ja if isinstance(v, Text) else v for k, v in values.items()}
        en = {k: v.en if isinstance(v, Text) else v for k, v in values.items()}
        return Text(text.ja.format(**ja), text.en.format(**en))

    def named(self, names: Sequence[str]) -> Text:
        """List the names of baselines."""
        return _listed([self.words["words"][f"rival_{name}"] for name in names])


def said(card: ModelCard, words: Words, *, withheld: bool = False) -> Said:
    """Say a card; `withheld` leaves out what sums over all owners."""
    speaker = _Speaker(words)
    return Said(
        basis=_basis(card, speaker, withheld),
        hazards=_hazards(card, speaker),
        owners=tuple(_owner(one, speaker) for one in card.owners if one.assets or one.intervals),
        effects=_effects(card, speaker, withheld),
        check=() if withheld else _check(card.check, speaker),
        excluded=() if withheld else tuple(
            speaker.say(code, "excluded", n=f"{n:,}")
            for code, n in card.excluded.items()
            if n and code in words["excluded"]
        ),
        comparison=_comparison(card.comparison, speaker, withheld),
    )  # fmt: skip


def _basis(card: ModelCard, speaker: _Speaker, withheld: bool) -> tuple[Text, ...]:
    cut = day_text(date.fromisoformat(card.data_cut))
    key = "withheld_basis" if withheld else "basis" if card.intervals else "basis_none"
    found = [
        speaker.say(key, day=cut, assets=f"{card.assets:,}", intervals=f"{card.intervals:,}", owners=card.owner_count)
    ]
    if card.simulated:
        found.append(speaker.say("simulated"))
    if not card.converged:
        found.append(speaker.say("not_converged"))
    if card.prior_status is not None:
        # a local prior has a source of its own, which is told as it stands
        source = speaker.words["prior_sources"].get(card.prior_source, Text(card.prior_source, card.prior_source))
        found.append(speaker.say("prior", source=source, status=STATUSES[card.prior_status]))
    return tuple(found)


def month_text(when: float) -> Text:
    """Write the month in which a moment (calendar year with fraction) lies."""
    year = int(when)
    month = min(int((when - year) * 12) + 1, 12)
    return Text(f"{year}年{month}月", f"{year}-{month:02d}")


def years_text(value: float) -> str:
    """Write years: one decimal below ten."""
    return f"{value:.1f}" if value < 10 else f"{value:,.0f}" if value < 300 else "300+"


def share_text(value: float) -> str:
    """Write a share in per cent."""
    return f"{value * 100:.1f}%" if value < 0.1 else f"{value * 100:.0f}%"


def _hazards(card: ModelCard, speaker: _Speaker) -> tuple[Text, ...]:
    found: list[Text] = []
    for row in card.grades:
        low, high = years_text(row.mean_years_low), years_text(row.mean_years_high)
        wide = row.mean_years_high > WIDE * row.mean_years_low
        key = "hazard_wide" if wide else "hazard"
        found.append(speaker.say(key, grade=row.grade, years=years_text(row.mean_years), low=low, high=high))
    found += [
        speaker.say("repairs", grade=row.grade, share=share_text(row.repair_hazard))
        for row in card.grades
        if row.repair_hazard is not None and row.repair_hazard >= 0.001
    ]
    return (*found, *_drift(card, speaker))


def _drift(card: ModelCard, speaker: _Speaker) -> list[Text]:
    """Tell the periods whose speed surely differed from the last one's; the others in one sentence."""
    earlier = card.drift[:-1]  # the last period is what the others are set against
    moved = [one for one in earlier if not one.factor_low <= 1 <= one.factor_high]
    found = [
        speaker.say(
            "drift", **{"from": f"{one.from_year:.0f}", "to": f"{one.to_year:.0f}"}, factor=f"{one.factor:.2f}",
            low=f"{one.factor_low:.2f}", high=f"{one.factor_high:.2f}",
        )
        for one in moved
    ]  # fmt: skip
    if len(moved) < len(earlier):
        found.append(
            speaker.say("drift_rest" if moved else "drift_none", begin=f"{earlier[0].from_year:.0f}", n=len(earlier))
        )
    return found


def _owner(one: OwnerCard, speaker: _Speaker) -> Text:
    if one.intervals == 0:
        key = "owner_none"
    else:
        key = "owner_faster" if one.factor_low > 1 else "owner_slower" if one.factor_high < 1 else "owner_same"
    return speaker.say(
        key, owner=one.owner, factor=f"{one.factor:.2f}", low=f"{one.factor_low:.2f}", high=f"{one.factor_high:.2f}",
        share=share_text(one.own_share),
    )  # fmt: skip


def _effects(card: ModelCard, speaker: _Speaker, withheld: bool) -> tuple[Text, ...]:
    """Say the effects, attribute by attribute: levels that surely differ from the mean, then those that do not."""
    names = _listed([attribute_text(one, speaker.words) for one in card.left_out])
    if not card.effects:
        return (speaker.say("tried_none" if card.left_out else "no_effects", names=names),)
    found = [_effect(one, speaker) for one in card.effects if not one.level]
    for attribute in dict.fromkeys(one.covariate for one in card.effects if one.level):
        mine = [one for one in card.effects if one.covariate == attribute and one.level]
        sure = [one for one in mine if not one.factor_low <= 1 <= one.factor_high]
        found += [_level(one, speaker, withheld) for one in sorted(sure, key=lambda one: -one.factor)]
        if not sure:
            found.append(speaker.say("trait_none", name=attribute_text(attribute, speaker.words)))
        elif len(sure) < len(mine):
            rest = [level_text(attribute, one.level, speaker.words) for one in mine if one not in sure]
            found.append(
                speaker.say("trait_rest", name=attribute_text(attribute, speaker.words), levels=_listed(rest))
            )
    if card.left_out:
        found.append(speaker.say("tried", names=names))
    if any(one.level for one in card.effects):
        found.append(speaker.say("trait_note"))
    return (*found, *_worth(card.check, speaker, withheld))


def _level(one: EffectCard, speaker: _Speaker, withheld: bool) -> Text:
    key = "trait_faster" if one.factor > 1 else "trait_slower"
    return speaker.say(
        f"withheld_{key}" if withheld else key, name=attribute_text(one.covariate, speaker.words),
        level=level_text(one.covariate, one.level, speaker.words), factor=f"{one.factor:.2f}",
        low=f"{one.factor_low:.2f}", high=f"{one.factor_high:.2f}", n=f"{one.intervals:,.0f}",
    )  # fmt: skip


def _listed(texts: Sequence[Text]) -> Text:
    return Text("、".join(one.ja for one in texts), ", ".join(one.en for one in texts))


def _worth(check: Check | None, speaker: _Speaker, withheld: bool) -> list[Text]:
    """Say whether past forecasts were better with covariates than without."""
    if check is None or withheld:
        return []
    return [
        speaker.say(
            "worth_better" if bare.lead_low > 0 else "worth_worse" if bare.lead_high < 0 else "worth_even",
            origin=month_text(one.origin), own=f"{one.model.log_score:.4f}", bare=f"{bare.log_score:.4f}",
        )
        for one in check.origins
        if (bare := one.bare) is not None
    ]  # fmt: skip


def _effect(one: EffectCard, speaker: _Speaker) -> Text:
    key = "effect_none" if one.factor_low < 1 < one.factor_high else "effect_faster"
    return speaker.say(
        key, name=one.covariate, grade=one.grade, factor=f"{one.factor:.2f}", low=f"{one.factor_low:.2f}",
        high=f"{one.factor_high:.2f}",
    )  # fmt: skip


def _check(check: Check | None, speaker: _Speaker) -> tuple[Text, ...]:
    if check is None or not check.origins:
        reason = check.reason if check is not None else ""
        return (speaker.say(f"unchecked_{reason}" if reason else "unchecked"),)
    found = [_origin(one, speaker) for one in check.origins]
    wins = sum(one.wins for one in check.origins)
    key = "wins_all" if wins == len(check.origins) else "wins_some" if wins else "wins_none"
    if len(check.origins) == 1:
        key = "wins_one" if wins else "wins_not"
    found.append(speaker.say(key, n=len(check.origins), k=wins))
    for one in check.origins:
        for key, names in (
            ("loses_to", [rival.name for rival in one.rivals if rival.lead_high < 0]),
            ("ties_with", [rival.name for rival in one.rivals if rival.lead_low <= 0 <= rival.lead_high]),
        ):
            if names:
                found.append(speaker.say(key, origin=month_text(one.origin), names=speaker.named(names)))
    if check.reliability:
        held = sum(one.low <= one.forecast <= one.high for one in check.reliability)
        found.append(speaker.say("reliable", n=len(check.reliability), k=held))
    if check.checked_assets and check.assets > check.checked_assets * 1.5:
        found.append(speaker.say("sampled", assets=f"{check.assets:,}", checked=f"{check.checked_assets:,}"))
    return tuple(found)


def _origin(one: CheckedOrigin, speaker: _Speaker) -> Text:
    score = one.model
    return speaker.say(
        "check_good" if score.calibrated else "check_bad", origin=month_text(one.origin), horizon=f"{one.horizon:g}",
        cases=f"{score.forecasts:,}", low=f"{score.low:,.0f}", high=f"{score.high:,.0f}",
        observed=f"{score.observed:,}",
    )  # fmt: skip


def _comparison(made: Comparison | None, speaker: _Speaker, withheld: bool) -> tuple[Text, ...]:
    if made is None:
        return ()
    found = [speaker.say("compare_with", day=day_text(date.fromisoformat(made.data_cut)))]
    scores = made.newest
    cases = "" if scores is None or withheld else f"{scores.cases:,}"
    key = made.verdict.value
    found.append(speaker.say(f"withheld_{key}" if withheld and key in ("better", "worse") else key, cases=cases))
    for one in made.hazards:
        values = {"ratio": f"{one.ratio:.2f}", "low": f"{one.low:.2f}", "high": f"{one.high:.2f}"}
        found.append(speaker.say("hazard_moved" if one.moved else "hazard_still", grade=one.grade, **values))
    if withheld:
        return tuple(found)
    if scores is None:
        found.append(speaker.say("newest_none"))
    else:
        found.append(
            speaker.say(
                "newest", cases=cases, adopted=f"{scores.adopted:.4f}", refit=f"{scores.refit:.4f}",
                low=f"{scores.lead_low:+.4f}", high=f"{scores.lead_high:+.4f}",
            )
        )  # fmt: skip
    found += [
        speaker.say(
            "forecast_change", years=f"{one.years:g}", adopted=f"{one.adopted:,.0f}", refit=f"{one.refit:,.0f}"
        )
        for one in made.forecast
    ]
    return tuple(found)
