"""Scores every asset of a region in yen a year, and adds up owners and the region with their tails."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from gunmane.core.assess.fleets import Fleet, Floats, Ints
from gunmane.core.assess.models import SHOWN, Assessed
from gunmane.core.assess.totals import Total, totals
from gunmane.core.deterioration.levels import UNKNOWN
from gunmane.core.risk import Consequences, Scores, Trait, score
from gunmane.core.words import AssetClass


class Scored(Struct, frozen=True, kw_only=True, eq=False):
    """One class's share of the region's scores; each row is an asset of the fleet, NaN where it cannot be scored.

    `chance[h]`, `low[h]`, `high[h]`: probability of being bad within SHOWN[h] years with its 80 % interval; `life`,
    `life_low`, `life_high`: years until bad. `first` is the row of the fleet's first asset in the region's scores.
    """

    first: int
    scored: NDArray[np.bool_]
    chance: Floats  # 3 x n
    low: Floats
    high: Floats
    life: Floats
    life_low: Floats
    life_high: Floats
    yen: Floats


class RegionRisk(Struct, frozen=True, kw_only=True, eq=False):
    """Scores of all classes one below the other, with what their totals follow from.

    kind: row of `yearly` (kinds x draws, the level yearly probability of entry) of each chosen asset.
    """

    scores: Scores
    parts: tuple[Scored, ...]
    kind: Ints
    yearly: Floats
    owner: Ints
    class_index: Ints
    chosen: Ints  # rows of `scores` that could be scored


def region_risk(parts: Sequence[tuple[Fleet, Sequence[Assessed]]], consequences: Consequences) -> RegionRisk:
    """Score a region; a class without forecasts, or without a consequence, stays unscored and is counted as such."""
    sizes = [fleet.size for fleet, _ in parts]
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    total = int(starts[-1])
    likelihood = np.full(total, np.nan)
    basis = np.full(total, -1, dtype=np.int8)
    speed = np.ones(total)
    kind = np.zeros(total, dtype=np.int64)
    owner = np.concatenate([fleet.owner for fleet, _ in parts]) if parts else np.zeros(0, dtype=np.int64)
    class_index = np.repeat(np.arange(len(parts)), sizes)
    yearly: list[Floats] = []
    traits: list[Trait] = []
    kinds = 0
    for place, (fleet, assessed) in enumerate(parts):
        for one in assessed:
            rows = starts[place] + one.rows
            forecasts = one.forecasts
            likelihood[rows] = forecasts.yearly.mean(axis=1)[forecasts.kind]
            basis[rows] = forecasts.basis
            pace = one.speed[fleet.owner[one.rows]]
            speed[rows] = pace / np.exp(np.log(pace).mean())  # against the region's mean: one owner alone is that
            kind[rows] = kinds + forecasts.kind
            kinds += forecasts.yearly.shape[0]
            yearly.append(forecasts.yearly)
            traits += _traits(one, starts[place])
    chosen = np.flatnonzero(np.isfinite(likelihood))
    if traits:
        back = np.full(total, -1)
        back[chosen] = np.arange(chosen.size)
        traits = [structs.replace(trait, rows=back[trait.rows]) for trait in traits]
    names = sorted({name for fleet, _ in parts for name in fleet.columns})
    columns = {name: np.concatenate([fleet.column(name) for fleet, _ in parts])[chosen] for name in names}
    scores = score(
        tuple(fleet.asset_class for fleet, _ in parts),
        class_index[chosen],
        columns,
        likelihood[chosen],
        consequences,
        basis=basis[chosen],
        owner_factor=speed[chosen],
        traits=traits,
    )
    draws = min((block.shape[1] for block in yearly), default=0)
    yen = np.full(total, np.nan)
    yen[chosen] = scores.yen_per_year
    return RegionRisk(
        scores=scores,
        parts=tuple(
            _scored(fleet, assessed, int(starts[k]), yen[starts[k] : starts[k + 1]])
            for k, (fleet, assessed) in enumerate(parts)
        ),
        kind=kind[chosen],
        yearly=np.vstack([block[:, :draws] for block in yearly]) if yearly else np.zeros((0, 0)),
        owner=owner,
        class_index=class_index,
        chosen=chosen,
    )


def _traits(one: Assessed, first: int) -> list[Trait]:
    """What the covariates of the model in use make of each asset's likelihood."""
    cell = one.levels.cell[one.rows]
    return [
        Trait(name, first + one.rows[cells[cell]], factor, name.endswith(f"={UNKNOWN}"))
        for name, cells, factor in one.levels.parts(one.used)
    ]


def region_totals(risk: RegionRisk, owners: int, seed: int) -> tuple[Total | None, tuple[Total, ...]]:
    """Simulate the region's and the owners' yearly loss; None and nothing where no class has a forecast.

    The longest part of scoring, and nothing that is stored per asset waits for it.
    """
    if not risk.yearly.shape[1]:
        return None, ()
    return totals(risk.scores, risk.kind, risk.yearly, risk.owner[risk.chosen], owners, seed)


def _scored(fleet: Fleet, assessed: Sequence[Assessed], first: int, yen: Floats) -> Scored:
    """Bring the forecasts of a class's scales together, asset by asset."""
    chance, low, high = (np.full((len(SHOWN), fleet.size), np.nan) for _ in range(3))
    life, life_low, life_high = (np.full(fleet.size, np.nan) for _ in range(3))
    for one in assessed:
        for h, years in enumerate(SHOWN):
            chance[h, one.rows], low[h, one.rows], high[h, one.rows] = one.bad_within(years)
        life[one.rows], life_low[one.rows], life_high[one.rows] = one.forecasts.remaining()
    return Scored(
        first=first,
        scored=np.isfinite(yen),
        chance=chance,
        low=low,
        high=high,
        life=life,
        life_low=life_low,
        life_high=life_high,
        yen=yen,
    )


def class_total(
    risk: RegionRisk, classes: Sequence[AssetClass], asset_class: AssetClass, owner: int
) -> tuple[int, int, float]:
    """Count scored and unscored assets of one owner and class, with their expected loss a year in yen."""
    part = risk.parts[list(classes).index(asset_class)]
    mine = risk.owner[part.first : part.first + len(part.yen)] == owner
    known = mine & part.scored
    return int(known.sum()), int((mine & ~part.scored).sum()), float(part.yen[known].sum())
