"""Rolling-origin back-tests: freeze the data at an origin, forecast, compare with what came, against three baselines.

Assets are followed while no repair or unexplained improvement is seen: the forecast is of the grade given that
nothing was repaired. Baselines: `no_change` (the last grade, with 2 % spread over the others), `table` (the
empirical table of transitions over the same horizon before the origin), `pooled` (a chain without covariates,
owners, drift and exits).
"""

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from gunmane.core.deterioration.chain import fit_chain
from gunmane.core.deterioration.ensemble import Forecast, Mixed, Options, mix
from gunmane.core.deterioration.grades import distribution
from gunmane.core.deterioration.intervals import Floats, Intervals
from gunmane.core.deterioration.panels import Cases, Panel, cases, known_at, pairs, steps, transition_table
from gunmane.core.deterioration.scores import Score, evaluate, log_scores, skill_band

__all__ = ["Options", "Origin", "Panel", "run"]

_SLACK = 0.02


class Origin(Struct, frozen=True):
    """Scores at one origin; `lead_*`: 90 % band of baseline minus engine in log score, above 0 if the engine wins.

    `learned_from`: "years" before the origin, or, where asked for, "assets": each part of the assets is forecast from
    the whole record of the others, by engine and baselines alike. `weights`: the engine's mixture of ways,
    found on `tried_on` cases of the training data, by earlier "years" or other "assets".
    """

    origin: float
    horizon: float
    learned_from: str
    training_intervals: int
    engine: Score
    no_change: Score
    table: Score
    pooled: Score
    lead_no_change: tuple[float, float]
    lead_table: tuple[float, float]
    lead_pooled: tuple[float, float]
    weights: dict[str, float]
    tried_on: int
    tried_by: str
    speed_sd: float

    @property
    def wins(self) -> bool:
        """Whether the engine has the best log score of the four."""
        return self.engine.log_score < min(self.no_change.log_score, self.table.log_score, self.pooled.log_score)


class _Rivals(Struct, eq=False):
    """Forecasts of the engine and of two baselines for the same cases."""

    engine: Forecast
    table: Floats
    pooled: Forecast
    mixed: Mixed


def _forecast(panel: Panel, training: Panel, until: float, given: Cases, options: Options, seed: int) -> _Rivals:
    """Learn from `training` up to `until`, forecast `given`; others of the same years show these years' own speed."""
    mixed = mix(training, until, options, seed)
    if options.by_assets:
        mixed = structs.replace(mixed, speed_sd=0.0)
    seen = known_at(training, until)
    rows, _ = steps(seen)
    plain = fit_chain(
        structs.replace(_kept(rows), covariates=None, group=None), states=panel.states, prior=options.prior
    )
    pooled = distribution(
        plain, given.rank, bad_rank=panel.bad_rank, since=given.since, ahead=given.ahead, draws=options.draws,
        seed=seed,
    )  # fmt: skip
    table = transition_table(pairs(seen, options.horizon, options.tolerance), panel.states)[given.rank]
    return _Rivals(mixed.forecast(given, seed), table, Forecast(*pooled), mixed)


def _kept(rows: Intervals) -> Intervals:
    """Intervals without repair or unexplained rise."""
    keep: NDArray[np.bool_] = np.ones(rows.years.size, bool) if rows.exited is None else ~rows.exited
    columns = {n: None if (c := getattr(rows, n)) is None else c[keep] for n in rows.__struct_fields__}
    return structs.replace(rows, **columns)


def run(panel: Panel, origin: float, options: Options, seed: int) -> Origin:
    """Score the engine and the three baselines at one origin.

    Where the record ends before the horizon, the horizon is the last year on record; the result says which it was.
    """
    left = float(panel.when.max(initial=origin)) - origin
    if 0 < left < options.horizon - options.tolerance:
        options = structs.replace(options, horizon=left)
    given = cases(panel, origin, options.horizon, options.tolerance, options.oldest)
    training = int(steps(known_at(panel, origin))[0].years.size)
    if options.by_assets == 0:
        found = _forecast(panel, panel, origin, given, options, seed)
        return _scored(panel, origin, options, given, found, training, "years", seed)
    fold = np.random.default_rng([seed, 11]).integers(0, options.by_assets, panel.assets)
    parts: list[_Rivals] = []
    order: list[NDArray[np.int64]] = []
    for k in range(options.by_assets):
        held = fold[given.asset] == k
        if held.any():
            end = origin + options.horizon + options.tolerance
            others = known_at(panel, end, fold != k)
            parts.append(_forecast(panel, others, end, given.pick(held), options, seed))
            order.append(np.flatnonzero(held))
            training += int(steps(others)[0].years.size)
    back = np.argsort(np.concatenate(order))
    joined = _Rivals(
        _joined([one.engine for one in parts], back), np.concatenate([one.table for one in parts])[back],
        _joined([one.pooled for one in parts], back), parts[0].mixed,
    )  # fmt: skip
    return _scored(panel, origin, options, given, joined, training // max(len(parts), 1), "assets", seed)


def _joined(parts: list[Forecast], back: NDArray[np.intp]) -> Forecast:
    """Forecasts of parts of the cases in the order of the cases."""
    return Forecast(
        np.concatenate([one.probability for one in parts])[back], np.sum([one.counts for one in parts], axis=0)
    )


def _scored(
    panel: Panel, origin: float, options: Options, given: Cases, found: _Rivals, training: int, by: str, seed: int
) -> Origin:
    """Put the scores of all four together."""
    still = np.full((given.size, panel.states), _SLACK / max(panel.states - 1, 1))
    still[np.arange(given.size), given.rank] = 1.0 - _SLACK
    own = log_scores(found.engine.probability, given.end)

    def lead(other: Floats) -> tuple[float, float]:
        return skill_band(log_scores(other, given.end), own, given.asset, seed) if given.size else (0.0, 0.0)

    bad = panel.bad_rank
    return Origin(
        origin=origin, horizon=options.horizon, learned_from=by, training_intervals=training,
        engine=evaluate(found.engine.probability, given.end, bad, found.engine.counts),
        no_change=evaluate(still, given.end, bad), table=evaluate(found.table, given.end, bad),
        pooled=evaluate(found.pooled.probability, given.end, bad, found.pooled.counts), lead_no_change=lead(still),
        lead_table=lead(found.table), lead_pooled=lead(found.pooled.probability),
        weights={name: round(weight, 4) for name, weight in found.mixed.weights.items()},
        tried_on=found.mixed.tried, tried_by=found.mixed.by, speed_sd=round(found.mixed.speed_sd, 4),
    )  # fmt: skip
