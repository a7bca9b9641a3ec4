"""Rolling-origin back-tests: freeze the data at an origin, forecast, compare with what came, against three baselines.

Assets are followed while no repair or unexplained improvement is seen: the forecast is of the grade given that
nothing was repaired. Baselines: `no_change` (the last grade, with 2 % spread over the others), `table` (the
empirical table of transitions over the same horizon before the origin), `pooled` (a chain without covariates,
owners, drift and exits).
"""

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from gunmane.core.deterioration.chain import ChainFit, ChainPrior, fit_chain
from gunmane.core.deterioration.grades import distribution
from gunmane.core.deterioration.histories import from_histories
from gunmane.core.deterioration.intervals import Floats, Intervals, Ints
from gunmane.core.deterioration.jumps import fit_with_jumps
from gunmane.core.deterioration.scores import Score, evaluate, log_scores, skill_band

_SLACK = 0.02


class Panel(Struct, frozen=True, kw_only=True, eq=False):
    """Inspections (asset, when, rank) with owners and covariates per asset; when in calendar years."""

    asset: Ints
    when: Floats
    rank: Ints
    assets: int
    states: int
    bad_rank: int
    group: Ints | None = None
    groups: int = 0
    covariates: Floats | None = None


class Options(Struct, frozen=True, kw_only=True):
    """How the engine is fitted at each origin.

    speed_sd: sd per square root of a year of the common speed of the coming years, where no drift is fitted (year
    to year the rates of a whole bridge panel moved by some 20 %).
    memory: half-life in years of an interval's weight (old habits of rating and repairing fade); None keeps all.
    """

    exits: bool = True
    drift: bool = True
    drift_years: float | None = None
    prior: ChainPrior | None = None
    repeat_years: float = 0.0
    taken_back_years: float = 2.0
    speed_sd: float = 0.15
    draws: int = 200
    memory: float | None = None
    jumps: bool = False
    tolerance: float = 0.5
    horizon: float = 5.0


class Origin(Struct, frozen=True):
    """Scores at one origin; `lead_*`: 90 % band of baseline minus engine in log score, above 0 if the engine wins."""

    origin: float
    horizon: float
    training_intervals: int
    engine: Score
    no_change: Score
    table: Score
    pooled: Score
    lead_no_change: tuple[float, float]
    lead_table: tuple[float, float]
    lead_pooled: tuple[float, float]

    @property
    def wins(self) -> bool:
        """Whether the engine has the best log score of the four."""
        return self.engine.log_score < min(self.no_change.log_score, self.table.log_score, self.pooled.log_score)


def _cases(
    panel: Panel, begin: float, end: float, tolerance: float, oldest: float
) -> tuple[Ints, Ints, Floats, Ints, Floats]:
    """Assets seen at or before `begin` and near `end` without improving in between: asset, rank, when, rank, when."""
    order = np.lexsort((panel.rank, panel.when, panel.asset))
    asset, when, rank = panel.asset[order], panel.when[order], panel.rank[order]
    last = np.full(panel.assets, -1)
    before = np.flatnonzero((when <= begin + 1e-9) & (when >= begin - oldest))
    last[asset[before]] = before
    after = np.full(panel.assets, -1)
    near = np.flatnonzero((np.abs(when - end) <= tolerance + 1e-9) & (when > begin + 1e-9))
    near = near[np.argsort(-np.abs(when[near] - end), kind="stable")]
    after[asset[near]] = near
    both = np.flatnonzero((last >= 0) & (after >= 0))
    rises = np.concatenate([[0], np.cumsum((rank[1:] < rank[:-1]) & (asset[1:] == asset[:-1]))])
    both = both[rises[after[both]] == rises[last[both]]]
    return both, rank[last[both]], when[last[both]], rank[after[both]], when[after[both]]


def _table(panel: Panel, origin: float, horizon: float, tolerance: float) -> Floats:
    """Empirical transitions over the horizon in all years before the origin; half a case spread over worse grades."""
    counts = np.zeros((panel.states, panel.states))
    ends = np.unique(np.round(panel.when[panel.when <= origin + 1e-9], 2))
    for end in ends:
        _, begin_rank, _, end_rank, _ = _cases(panel, end - horizon, end, min(tolerance, 0.01), tolerance)
        np.add.at(counts, (begin_rank, end_rank), 1.0)
    for i in range(panel.states):
        counts[i, i:] += 0.5 / (panel.states - i)
    return counts / counts.sum(axis=1, keepdims=True)


def training(panel: Panel, origin: float, options: Options) -> Intervals:
    """Intervals known at the origin."""
    known = panel.when <= origin + 1e-9
    made = from_histories(
        panel.asset[known], panel.when[known], panel.rank[known], assets=panel.assets, group=panel.group,
        covariates=panel.covariates, repeat_years=options.repeat_years,
        taken_back_years=options.taken_back_years,
    ).intervals  # fmt: skip
    if options.memory is None or made.start is None:
        return made
    age = np.maximum(origin - made.start - made.years, 0.0)
    return structs.replace(made, weight=0.5 ** (age / options.memory))


def _rows(data: Intervals, keep: NDArray[np.bool_]) -> Intervals:
    columns = {
        name: None if (column := getattr(data, name)) is None else column[keep] for name in data.__struct_fields__
    }
    return structs.replace(data, **columns)


def engine(panel: Panel, data: Intervals, options: Options) -> ChainFit:
    """Fit the full engine to the training intervals."""
    fit = fit_with_jumps if options.jumps else fit_chain
    return fit(
        data, states=panel.states, prior=options.prior, groups=panel.groups, exits=options.exits, drift=options.drift,
        drift_years=options.drift_years,
    )  # fmt: skip


def run(panel: Panel, origin: float, options: Options, seed: int) -> Origin:
    """Score the engine and the three baselines at one origin."""
    data = training(panel, origin, options)
    asset, begin, seen_when, end, end_when = _cases(
        panel, origin, origin + options.horizon, options.tolerance, max(options.horizon, 5.0)
    )
    full = engine(panel, data, options)
    plain_rows = _rows(data, ~data.exited) if data.exited is not None else data
    plain = fit_chain(
        structs.replace(plain_rows, covariates=None, group=None), states=panel.states, prior=options.prior
    )
    x = None if panel.covariates is None else panel.covariates[asset]
    group = None if panel.group is None else panel.group[asset]
    since, ahead = origin - seen_when, end_when - origin
    probability, counts = distribution(
        full, begin, bad_rank=panel.bad_rank, group=group, covariates=x, since=since, ahead=ahead,
        draws=options.draws, seed=seed, speed_sd=options.speed_sd if full.drift.size == 0 else 0.0,
    )  # fmt: skip
    pooled, pooled_counts = distribution(
        plain, begin, bad_rank=panel.bad_rank, since=since, ahead=ahead, draws=options.draws, seed=seed
    )
    still = np.full((begin.size, panel.states), _SLACK / max(panel.states - 1, 1))
    still[np.arange(begin.size), begin] = 1.0 - _SLACK
    table = _table(panel, origin, options.horizon, options.tolerance)[begin]
    own = log_scores(probability, end)

    def lead(other: Floats) -> tuple[float, float]:
        return skill_band(log_scores(other, end), own, asset, seed) if asset.size else (0.0, 0.0)

    return Origin(
        origin=origin, horizon=options.horizon, training_intervals=int(data.years.size),
        engine=evaluate(probability, end, panel.bad_rank, counts), no_change=evaluate(still, end, panel.bad_rank),
        table=evaluate(table, end, panel.bad_rank), pooled=evaluate(pooled, end, panel.bad_rank, pooled_counts),
        lead_no_change=lead(still), lead_table=lead(table), lead_pooled=lead(pooled),
    )  # fmt: skip
