"""How well the model that forecasts would have forecast: rolling origins without overlap, baselines, reliability.

Unlike `backtest`, which tries every way of learning, this scores the very chain that a build forecasts with: fitted
by the caller's `fit` to what was known at the origin. Followed are assets that were not yet bad at their last look
and were seen again near the horizon without repair or unexplained improvement in between. Origins lie a whole horizon
apart, so that no look is counted twice.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray
from scipy.stats import beta

from gunmane.core.deterioration.chain import ChainFit, fit_chain
from gunmane.core.deterioration.grades import distribution
from gunmane.core.deterioration.histories import from_histories, repaired_between
from gunmane.core.deterioration.intervals import Floats, Intervals, Ints
from gunmane.core.deterioration.levels import Levels
from gunmane.core.deterioration.panels import Cases, Panel, cases, gap_of, known_at, pairs, transition_table
from gunmane.core.deterioration.scores import Score, evaluate, log_scores, skill_band

Fit = Callable[[Intervals], ChainFit]

HORIZONS = (5.0, 3.0)
"""Years ahead that are tried, the first for which the record is long enough."""
MOST_ORIGINS = 3
LEAST_TRAINING = 50
LEAST_CASES = 30
"""Fewer intervals to learn from, or fewer cases to score, say nothing (own settings)."""
MOST_ASSETS = 40_000
"""Of more assets an even part is checked, and the check says of how many."""
BINS = 8
_SLACK = 0.02  # of no change: as in `backtest`
_DRAWS = 80


class Record(Struct, frozen=True, kw_only=True, eq=False):
    """The inspections and repairs of one class on one scale, and the levels of the assets' attributes.

    `repeat_years` as in `histories`.
    """

    panel: Panel
    repaired_asset: Ints
    repaired_when: Floats
    levels: Levels | None = None
    repeat_years: float = 0.0


class Rival(Struct, frozen=True):
    """A baseline's scores; `lead_*`: 90 % band of baseline minus model in log score, above 0 where the model wins."""

    name: str  # no_change, table, pooled
    log_score: float
    brier: float
    lead_low: float
    lead_high: float


class CheckedOrigin(Struct, frozen=True, kw_only=True):
    """One origin: how many were expected to become bad (with 90 % band) and did, and the scores.

    bare: the same chain without covariates, where the model has some; no rival to be beaten, but what they are worth.
    """

    origin: float
    horizon: float
    training_intervals: int
    model: Score
    rivals: tuple[Rival, ...]
    bare: Rival | None = None

    @property
    def wins(self) -> bool:
        """Whether the model has the best log score."""
        return all(self.model.log_score < rival.log_score for rival in self.rivals)


class Reliable(Struct, frozen=True):
    """Forecasts of about the same probability: its mean, and the share that came true with its 90 % interval."""

    cases: int
    forecast: float
    observed: float
    low: float
    high: float


class Check(Struct, frozen=True, kw_only=True):
    """A back-test; without origins `reason` says why: `short_record` or `few_cases`."""

    origins: tuple[CheckedOrigin, ...] = ()
    reliability: tuple[Reliable, ...] = ()
    reason: str = ""
    assets: int = 0
    checked_assets: int = 0


def check(record: Record, fit: Fit, seed: int, bare: Fit | None = None) -> Check:
    """Back-test a way of fitting on its own record; deterministic for a seed. bare: the same without covariates."""
    whole = record.panel
    record = _part(record)
    panel = record.panel
    counted: dict[str, Any] = {"assets": whole.assets, "checked_assets": int(np.unique(panel.asset).size)}
    if panel.asset.size == 0:
        return Check(reason="short_record", **counted)
    last, gap = float(panel.when.max()), gap_of(panel)
    reason = "short_record"
    for horizon in HORIZONS:
        tolerance = min(max(0.5, gap / 2), horizon / 2)
        found: list[tuple[CheckedOrigin, Floats, NDArray[np.bool_]]] = []
        for k in range(1, MOST_ORIGINS + 1):
            one = _origin(record, last - k * horizon, horizon, tolerance, fit, seed, bare)
            if isinstance(one, str):
                reason = one if reason == "short_record" else reason
                break
            found.append(one)
        if found:
            chance = np.concatenate([chances for _, chances, _ in found])
            happened = np.concatenate([came for _, _, came in found])
            origins = tuple(origin for origin, _, _ in reversed(found))
            return Check(origins=origins, reliability=reliability(chance, happened), **counted)
    return Check(reason=reason, **counted)


def _part(record: Record) -> Record:
    """An even part of a very large record."""
    panel = record.panel
    if panel.assets <= MOST_ASSETS:
        return record
    step = -(-panel.assets // MOST_ASSETS)
    keep, works = panel.asset % step == 0, record.repaired_asset % step == 0
    return structs.replace(
        record,
        panel=structs.replace(panel, asset=panel.asset[keep], when=panel.when[keep], rank=panel.rank[keep]),
        repaired_asset=record.repaired_asset[works], repaired_when=record.repaired_when[works],
    )  # fmt: skip


def _origin(
    record: Record, origin: float, horizon: float, tolerance: float, fit: Fit, seed: int, bare: Fit | None
) -> tuple[CheckedOrigin, Floats, NDArray[np.bool_]] | str:
    """Score one origin, or say why it cannot be."""
    panel = record.panel
    seen = known_at(panel, origin)
    done, levels = record.repaired_when <= origin, record.levels
    rows = from_histories(
        seen.asset, seen.when, seen.rank, assets=panel.assets, group=panel.group,
        repaired_asset=record.repaired_asset[done], repaired_when=record.repaired_when[done],
        repeat_years=record.repeat_years, cell=None if levels is None else levels.cell,
    ).intervals  # fmt: skip
    if rows.years.size < LEAST_TRAINING:
        return "short_record"
    given = _followed(record, origin, horizon, tolerance)
    if given.size < LEAST_CASES:
        return "few_cases"
    learnt = fit(rows)
    asked: dict[str, Any] = {
        "bad_rank": panel.bad_rank,
        "since": given.since,
        "ahead": given.ahead,
        "draws": _DRAWS,
        "seed": seed,
    }
    group = None if panel.group is None else panel.group[given.asset]
    cell = None if levels is None else levels.cell[given.asset]
    table = None if levels is None else levels.table(learnt)
    own, counts = distribution(learnt, given.rank, group=group, cell=cell, table=table, **asked)
    without = None
    if bare is not None and learnt.shared.size:
        said, _ = distribution(bare(rows), given.rank, group=group, **asked)
        without = _rival("bare", said, own, given, panel.bad_rank, seed)
    kept = np.ones(rows.years.size, bool) if rows.exited is None else ~rows.exited
    steps = Intervals(from_rank=rows.from_rank[kept], to_rank=rows.to_rank[kept], years=rows.years[kept])
    plain = fit_chain(steps, states=panel.states, prior=learnt.prior)
    still = np.full((given.size, panel.states), _SLACK / max(panel.states - 1, 1))
    still[np.arange(given.size), given.rank] = 1.0 - _SLACK
    table = transition_table(pairs(seen, horizon, tolerance), panel.states)[given.rank]
    pooled, _ = distribution(plain, given.rank, **asked)
    rivals = {"no_change": still, "table": table, "pooled": pooled}
    made = CheckedOrigin(
        origin=origin, horizon=horizon, training_intervals=int(rows.years.size),
        model=evaluate(own, given.end, panel.bad_rank, counts),
        rivals=tuple(_rival(name, one, own, given, panel.bad_rank, seed) for name, one in rivals.items()),
        bare=without,
    )  # fmt: skip
    return made, own[:, panel.bad_rank :].sum(axis=1), given.end >= panel.bad_rank


def _followed(record: Record, origin: float, horizon: float, tolerance: float) -> Cases:
    """Assets not yet bad at the origin and seen again near the horizon, without repair in between."""
    panel = record.panel
    given = cases(panel, origin, horizon, tolerance, max(horizon, 5.0))
    repaired = repaired_between(
        given.asset, origin - given.since, given.end_when, record.repaired_asset, record.repaired_when
    )
    return given.pick((given.rank < panel.bad_rank) & ~repaired)


def _rival(name: str, probability: Floats, own: Floats, given: Cases, bad_rank: int, seed: int) -> Rival:
    score = evaluate(probability, given.end, bad_rank)
    low, high = skill_band(log_scores(probability, given.end), log_scores(own, given.end), given.asset, seed)
    return Rival(name, score.log_score, score.brier, low, high)


def reliability(chance: Floats, happened: NDArray[np.bool_], bins: int = BINS) -> tuple[Reliable, ...]:
    """Gather forecasts into up to `bins` groups of about equal size, equal forecasts together.

    Intervals are Jeffreys' (Beta 1/2, 1/2), 90 %.
    """
    if chance.size == 0:
        return ()
    order = np.argsort(chance, kind="stable")
    chance, happened = chance[order], happened[order]
    fresh = np.append(True, np.diff(chance) > 1e-9)
    run = np.flatnonzero(fresh)
    starts: list[int] = [0]
    for k in range(1, bins):
        wanted = k * chance.size / bins
        place = int(run[np.argmin(np.abs(run - wanted))])
        if place > starts[-1]:
            starts.append(place)
    found: list[Reliable] = []
    for start, stop in zip(starts, [*starts[1:], chance.size], strict=True):
        n, bad = stop - start, int(happened[start:stop].sum())
        low, high = beta.ppf([0.05, 0.95], bad + 0.5, n - bad + 0.5)
        mean, share = float(chance[start:stop].mean()), bad / n
        found.append(Reliable(n, mean, share, min(float(low), share), max(float(high), share)))
    return tuple(found)
