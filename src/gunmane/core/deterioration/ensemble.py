"""Several ways of learning from one panel, weighed by how well each would have forecast its own past.

A chain fitted to steps from look to look is best where ratings are clean and the process is Markov; fitted to pairs a
whole horizon apart it does not mind noise and hidden memory; where data are many the table of what came of each grade
corrects both; and old data help or harm. None of this can be known beforehand. Each way is therefore tried on the
years before the origin (forecast from an earlier origin, or, with two looks only, from other assets), and their
forecasts are mixed with the weights that would have scored best there: stacking of predictive distributions (Yao,
Vehtari, Simpson, Gelman 2018). Nothing after the origin is used.
"""

from collections.abc import Callable, Sequence

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from gunmane.core.deterioration.chain import ChainFit, ChainPrior, Intervals, fit_chain
from gunmane.core.deterioration.grades import distribution
from gunmane.core.deterioration.intervals import Floats, Ints
from gunmane.core.deterioration.jumps import fit_with_jumps
from gunmane.core.deterioration.panels import (
    Cases,
    Panel,
    cases,
    faded,
    gap_of,
    known_at,
    pairs,
    steps,
    transition_table,
)
from gunmane.core.deterioration.stacking import correction, stack


class Options(Struct, frozen=True, kw_only=True):
    """How the engine learns.

    memories: half-lives in years of what was seen (None keeps all); taken_back: grades reported between two equal
    ones so many years apart are slips of rating: among both the past decides. speed_sd: sd of
    the log of the common speed over the coming years, for three years, growing with their square root; before the
    past has spoken. (Steel bridges of Maryland, frozen in 2007, 2012 and 2016, were off by 0.31, 0.42 and 0.13 over
    five years.) oldest: a last look older than that is no start of a forecast.
    """

    exits: bool = True
    drift: bool = False
    jumps: bool = False
    prior: ChainPrior
    repeat_years: float = 0.0
    taken_back: tuple[float, ...] = (0.0, 2.0)
    memories: tuple[float | None, ...] = (4.0, None)
    speed_sd: float = 0.2
    draws: int = 80
    tolerance: float = 0.5
    horizon: float = 5.0
    inner: int = 2
    folds: int = 3
    by_assets: int = 0

    @property
    def oldest(self) -> float:
        """Years before the origin from which a last look still counts."""
        return max(self.horizon, 5.0)


class Forecast(Struct, frozen=True, eq=False):
    """Probability of each grade (cases x grades), and per draw the expected number of bad ones."""

    probability: Floats
    counts: Floats


Way = Callable[[Cases, float, int], Forecast]
"""A fitted way of forecasting: cases, speed_sd and seed in."""


class Mixed(Struct, frozen=True, eq=False):
    """Fitted ways with their weights; `tried` says on how many past cases, and how (`years` or `assets`)."""

    ways: dict[str, Way]
    weights: dict[str, float]
    tried: int
    by: str
    speed_sd: float
    training: int

    def forecast(self, given: Cases, seed: int) -> Forecast:
        """Mix the forecasts."""
        parts = [(weight, self.ways[name](given, self.speed_sd, seed)) for name, weight in self.weights.items()]
        kept = [(weight, part) for weight, part in parts if weight > 0]
        total = sum(weight for weight, _ in kept)
        return Forecast(
            np.sum([weight / total * part.probability for weight, part in kept], axis=0),
            np.sum([weight / total * part.counts for weight, part in kept], axis=0),
        )


class Traits(Struct, frozen=True):
    """What a way knows of an asset beside its grade: covariates and owner, and its own record."""

    given: bool
    past: bool

    def of(self, panel: Panel, asset: Ints, past: Floats) -> tuple[Floats | None, Ints | None]:
        """Covariates and owners of some looks."""
        parts = [panel.covariates[asset]] if self.given and panel.covariates is not None else []
        parts += [past] if self.past else []
        group = panel.group[asset] if self.given and panel.group is not None else None
        return (np.column_stack(parts) if parts else None), group


def learn(
    panel: Panel, origin: float, options: Options, assets: NDArray[np.bool_] | None = None, *, draws: int = 0
) -> dict[str, Way]:
    """Fit every way to what was known at the origin (of some assets)."""
    seen = known_at(panel, origin, assets)
    made = {
        slips: steps(seen, repeat_years=options.repeat_years, taken_back_years=slips) for slips in options.taken_back
    }
    rows, past = made[options.taken_back[0]]
    ahead = pairs(seen, options.horizon, options.tolerance)
    whole, work = bool(past.size) and float(np.ptp(past, axis=0).max()) > 0, draws or options.draws
    has_traits = panel.covariates is not None or panel.group is not None
    # every asset seen twice, a horizon apart: steps and pairs are the same rows, and none is older than another
    same = ahead.size > 0 and ahead.size >= 0.98 * int((~exited(rows)).sum())
    memories = options.memories[-1:] if np.unique(np.round(seen.when, 2)).size <= 2 else options.memories
    traits = [Traits(True, False), *([Traits(True, True)] if whole else [])]
    ways: dict[str, Way] = {}
    for one in traits:
        told = ", own record" if one.past else ""
        for memory in memories:
            name = ("all years" if memory is None else f"half-life {memory:g}") + told
            for slips, given in made.items() if not same else ():
                taken = f", slips of {slips:g} years left out" if slips else ""
                ways[f"steps, {name}{taken}"] = _stepwise(*given, origin, memory, seen, options, one, work)
            if ahead.size:
                ways[f"horizon, {name}"] = _direct(ahead, origin, memory, seen, options, one, work)
    if not same:
        bare = structs.replace(rows, weight=(~exited(rows)).astype(float), group=None)
        ways["steps, all years, grade only, repairs left out"] = _stepwise(
            bare, past, origin, None, seen, structs.replace(options, exits=False), Traits(False, False), work
        )
        if options.repeat_years > 0:
            every, before = steps(seen)
            every = structs.replace(every, weight=(~exited(every)).astype(float), group=None)
            ways["steps, all years, grade only, every report, repairs left out"] = _stepwise(
                every, before, origin, None, seen, structs.replace(options, exits=False), Traits(False, False), work
            )
    if ahead.size:
        ways["table"] = _tabled(ahead, panel, work)
    if ahead.size and has_traits:
        ways["horizon, all years, grade only"] = _direct(
            ahead, origin, None, seen, options, Traits(False, False), work
        )
    return ways


def exited(rows: Intervals) -> NDArray[np.bool_]:
    """Which intervals end by repair or unexplained rise."""
    return np.zeros(rows.years.size, bool) if rows.exited is None else rows.exited


def _stepwise(
    rows: Intervals,
    past: Floats,
    origin: float,
    memory: float | None,
    panel: Panel,
    options: Options,
    traits: Traits,
    draws: int,
) -> Way:
    """A chain fitted to steps from look to look, with repairs as exits."""
    begun = np.zeros(rows.years.size) if rows.start is None else rows.start
    covariates = [
        c for c in (rows.covariates if traits.given else None, past if traits.past else None) if c is not None
    ]
    given = structs.replace(
        rows, covariates=np.column_stack(covariates) if covariates else None,
        weight=faded(origin - begun - rows.years, memory) * (1.0 if rows.weight is None else rows.weight),
    )  # fmt: skip
    fit = fit_with_jumps if options.jumps else fit_chain
    chain = fit(
        given, states=panel.states, prior=options.prior, groups=panel.groups if rows.group is not None else 0,
        exits=options.exits, drift=options.drift and memory is None,
    )  # fmt: skip
    return _way(chain, panel, traits, None, draws, past)


def _way(
    fit: ChainFit, panel: Panel, traits: Traits, correction: Floats | None, draws: int, learnt: Floats
) -> Way:  # fmt: skip
    """A forecast by a chain, each grade's row corrected where a table says so.

    learnt: the records that the chain was fitted to; a longer record than any of those is taken as the longest.
    """
    low, high = (learnt.min(axis=0), learnt.max(axis=0)) if learnt.size else (None, None)

    def forecast(given: Cases, speed_sd: float, seed: int) -> Forecast:
        covariates, group = traits.of(panel, given.asset, np.clip(given.past, low, high))

        def ahead(speed: float) -> tuple[Floats, Floats]:
            return distribution(
                fit, given.rank, bad_rank=panel.bad_rank, group=group, covariates=covariates, since=given.since,
                ahead=given.ahead, draws=draws, seed=seed, speed_sd=speed,
            )  # fmt: skip

        probability, counts = ahead(0.0)
        if speed_sd > 0:  # good and bad years widen the band of counts, and leave the mean where it is
            counts = ahead(speed_sd)[1]
        if correction is not None:
            probability = probability * correction[given.rank]
            probability /= probability.sum(axis=1, keepdims=True)
        mean, expected = float(counts.mean()), float(probability[:, panel.bad_rank :].sum())
        return Forecast(probability, counts * (expected / mean if mean > 0 else 1.0))

    return forecast


def _direct(
    ahead: Cases, origin: float, memory: float | None, panel: Panel, options: Options, traits: Traits, draws: int
) -> Way:
    """A chain fitted to pairs a whole horizon apart, its rows corrected by the table of the same pairs.

    Pairs of one asset overlap: each counts for its share of the asset's years.
    """
    overlap = np.bincount(ahead.asset, minlength=panel.assets)[ahead.asset]
    first = np.full(panel.assets, np.inf)
    np.minimum.at(first, ahead.asset, ahead.end_when - ahead.ahead)
    last = np.full(panel.assets, -np.inf)
    np.maximum.at(last, ahead.asset, ahead.end_when)
    apart = np.maximum((last - first)[ahead.asset] / ahead.ahead, 1.0)
    weight = np.minimum(apart / overlap, 1.0) * faded(origin - ahead.end_when, memory)
    covariates, group = traits.of(panel, ahead.asset, ahead.past)
    fit = fit_chain(
        Intervals(
            from_rank=ahead.rank, to_rank=ahead.end, years=ahead.ahead, weight=weight, group=group,
            covariates=covariates, exited=np.zeros(ahead.size, bool),
        ),
        states=panel.states, prior=options.prior, groups=0 if group is None else panel.groups,
    )  # fmt: skip
    few = _some(ahead.size)
    expected = _way(fit, panel, traits, None, 10, ahead.past)(ahead.pick(few), 0.0, 1).probability
    table = correction(ahead, weight, expected, few, panel.states)
    return _way(fit, panel, traits, table, draws, ahead.past)


def _tabled(ahead: Cases, panel: Panel, draws: int) -> Way:
    """The table of what came of each grade a horizon later, as it stands."""
    table = transition_table(ahead, panel.states)

    def forecast(given: Cases, speed_sd: float, seed: int) -> Forecast:
        probability = table[given.rank]
        # the same good and bad years as in the other ways (see `distribution`)
        noise = np.random.default_rng([seed, 1]).standard_normal((draws + 1) // 2)
        reach = float(np.sqrt(given.ahead.mean() / 3.0)) if given.size else 0.0
        noise = np.concatenate([noise, -noise])[:draws] * speed_sd * reach
        expected = float(probability[:, panel.bad_rank :].sum())
        return Forecast(probability, expected * np.exp(noise) / max(float(np.exp(noise).mean()), 1e-12))

    return forecast


def _some(size: int, wanted: int = 2000) -> NDArray[np.bool_]:
    """So many of some rows, evenly over them."""
    step = max(1, size // wanted)
    return np.arange(size) % step == 0


Trial = tuple[dict[str, Way], Cases, dict[str, Forecast]]
"""An earlier origin: the ways known then, its cases, and what each would have said."""

_TRIAL = 10
"""Draws of a trial: weights need means only."""


def mix(panel: Panel, origin: float, options: Options, seed: int) -> Mixed:
    """Fit every way at the origin and weigh them by their past."""
    ways = learn(panel, origin, options)
    seen = known_at(panel, origin)
    trials: list[Trial] = []
    gap = gap_of(seen)
    for k in range(options.inner):
        earlier = origin - options.horizon - k * max(1.0, gap)
        trial = cases(seen, earlier, options.horizon, options.tolerance, options.oldest)
        trial = trial.pick(_some(trial.size))
        before = known_at(seen, earlier)
        if trial.size < 30 or pairs(before, gap, max(gap / 2, options.tolerance)).size < 30:
            break
        then = learn(panel, earlier, options, draws=_TRIAL)
        trials.append((then, trial, {name: way(trial, 0.0, seed) for name, way in then.items()}))
    speed = _spread(trials, panel.bad_rank, options, gap)
    whole = [one for one in trials if set(ways) <= set(one[2])]
    parts = [_log_of(found, tuple(ways), trial) for _, trial, found in whole]
    others = _by_assets(panel, origin, options, seed, tuple(ways))
    by = " and ".join((["years"] if parts else []) + (["assets"] if others.size else []))
    scores = np.concatenate([*parts, others])
    if scores.size == 0:
        by, weights = "none", np.full(len(ways), 1.0 / len(ways))
    else:
        weights = stack(scores)
    weighed = dict(zip(ways, weights.tolist(), strict=True))
    return Mixed(ways, weighed, scores.shape[0], by, speed, seen.asset.size)


def _log_of(found: dict[str, Forecast], names: Sequence[str], trial: Cases) -> Floats:
    """Log probability of what came, cases x ways."""
    row = np.arange(trial.size)
    return np.column_stack([np.log(np.maximum(found[name].probability[row, trial.end], 1e-12)) for name in names])


def _by_assets(panel: Panel, origin: float, options: Options, seed: int, names: tuple[str, ...]) -> Floats:
    """Forecast each quarter of the assets from the others; for data with a single horizon in the past."""
    seen = known_at(panel, origin)
    trial = pairs(seen, options.horizon, options.tolerance)
    trial = trial.pick(_some(trial.size, 4000))
    if trial.size < 30:
        return np.zeros((0, len(names)))
    fold = np.random.default_rng([seed, 7]).integers(0, options.folds, panel.assets)
    scores: list[Floats] = []
    for k in range(options.folds):
        found = learn(panel, origin, options, fold != k, draws=_TRIAL)
        held = trial.pick(fold[trial.asset] == k)
        if held.size and set(names) <= set(found):
            told = {name: way(held, 0.0, seed) for name, way in found.items()}
            scores.append(_log_of(told, names, held))
    return np.concatenate(scores) if scores else np.zeros((0, len(names)))


def _spread(trials: list[Trial], bad_rank: int, options: Options, gap: float) -> float:
    """How far the counts of whole years were off in the past, beyond chance.

    Trials a year apart share most of their horizon: together they count as the years they cover over the horizon,
    beside `speed_sd` as if two independent horizons had shown it. What was off before says little about the sign of
    what will be off (tried on bridge panels), so that only the band widens.
    """
    shown: list[float] = []
    for _, trial, found in trials:
        expected = float(np.mean([one.probability[:, bad_rank:].sum() for one in found.values()]))
        if expected >= 5:
            off = np.log((float((trial.end >= bad_rank).sum()) + 0.5) / (expected + 0.5))
            shown.append(max(off**2 - 1.0 / expected, 0.0) / (options.horizon / 3.0))
    if not shown:
        return options.speed_sd
    independent = 1.0 + (len(shown) - 1) * max(1.0, gap) / options.horizon
    variance = (2.0 * options.speed_sd**2 + independent * float(np.mean(shown))) / (2.0 + independent)
    return float(np.clip(np.sqrt(variance), 0.05, 0.6))
