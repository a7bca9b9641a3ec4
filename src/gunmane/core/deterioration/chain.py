"""The rating chain: pooled hazards per grade with covariates, owner effects, repair exits and calendar drift.

Ratings 0 (best) .. states - 1 (worst). Stage s is left for s + 1 with hazard

    log lambda = beta_s . (1, x) + u_owner + r_period,      u ~ N(0, sigma^2),   r a random walk,

and, where exits are modelled, by repair with hazard mu_s. The model is that of Tsuda, Kaito, Aoki, Kobayashi (JSCE
801, 2005) with lognormal owner effects as in Kaito et al. (JSCE 68-4, 2012); fitted by penalised likelihood, exact
Newton steps, a Laplace covariance, and variances by empirical Bayes (Fellner 1986, Schall 1991). With calendar drift
an interval runs in operational time, the integral of exp(r): exact for all stages together; with exits the mean
speed over the interval is used, so that repairs do not drift.
"""

import numpy as np
from msgspec import Struct, field, structs

from gunmane.core.deterioration.intervals import Floats, Intervals, Ints, Sorted, check, prepare
from gunmane.core.deterioration.newton import Layout, Penalty, Solution, solve
from gunmane.core.deterioration.shared import Shared, merged, pairs_of, weighted
from gunmane.core.errors import GunmaneError
from gunmane.core.words import SourceStatus

__all__ = ["ChainFit", "ChainPrior", "Intervals", "fit_chain"]


class ChainPrior(Struct, frozen=True, kw_only=True):
    """What is believed before the data: normal on log hazards (per year), weak on everything else.

    `hazards` are medians per stage, `hazard_sd` the standard deviation of their logarithm (0.7: 95 % within a
    factor of 4). `exit_hazards` per state, worst included. `effect_sd` is for a covariate's effect per standard
    deviation. Variances get a scaled inverse chi-square of `*_weight` pseudo-observations around `*_sd`.
    `status` says how far the hazards can be trusted; it is printed with every forecast that rests on them.
    """

    hazards: tuple[float, ...]
    hazard_sd: float = 0.7
    exit_hazards: tuple[float, ...] = ()
    exit_sd: float = 1.5
    effect_sd: float = 0.5
    group_sd: float = 0.25
    group_weight: float = 2.0
    drift_sd: float = 0.05  # per square root of a year
    drift_weight: float = 2.0
    source: str = ""
    status: SourceStatus = SourceStatus.ASSUMED


class ChainFit(Struct, frozen=True, kw_only=True, eq=False):
    """A fitted chain; everything a forecast or a model card needs.

    Dense parameters are, in this order: coefficients per stage (intercept first, covariates standardised by
    `center` and `scale`), log exit hazards, effects shared by all stages (of columns less `shared_center`), drift per
    period (the last period is the reference, 0). `covariance` is theirs after integrating the owner effects out;
    given them, owner effect g is normal with mean `group_effects[g] - group_pull[g] . (difference)` and variance
    `group_given[g]`.
    """

    states: int
    groups: int
    coefficients: Floats
    exits: Floats
    drift: Floats
    drift_edges: Floats
    drift_sd: float
    center: Floats
    scale: Floats
    covariance: Floats
    group_effects: Floats
    group_given: Floats
    group_pull: Floats
    group_sd: float
    jump_counts: Floats  # states x states, jumps over more than one grade as estimated, prior included; or empty
    jump_years: Floats  # asset-years watched per state, prior included
    group_rows: Floats  # weighted intervals of each owner
    group_years: Floats  # weighted asset-years of each owner
    log_likelihood: float
    marginal: float  # Laplace marginal log-likelihood
    parameters: int
    iterations: int
    converged: bool
    gradient: float  # largest gradient component in units of its own standard error
    rows: int
    collapsed: int
    prior: ChainPrior | None = None
    shared: Floats = field(default_factory=lambda: np.zeros(0))
    shared_center: Floats = field(default_factory=lambda: np.zeros(0))
    shared_rows: Floats = field(default_factory=lambda: np.zeros(0))  # weighted intervals that have the column
    shared_names: tuple[str, ...] = ()
    shared_sd: tuple[float, ...] = ()  # per attribute, estimated

    @property
    def stages(self) -> int:
        """Grades that can still get worse."""
        return self.states - 1

    @property
    def shared_covariance(self) -> Floats:
        """Covariance of the shared effects."""
        first = self.coefficients.size + self.exits.size
        return self.covariance[first : first + self.shared.size, first : first + self.shared.size]

    @property
    def jumps(self) -> Floats:
        """Hazards of jumps from grade to grade, states x states, or an empty array."""
        return self.jump_counts / self.jump_years[:, None] if self.jump_counts.size else self.jump_counts

    @property
    def own_share(self) -> Floats:
        """Share of each owner's effect that is its own data rather than the region's: 1 - var(u | data) / sigma^2."""
        if self.groups == 0 or self.group_sd == 0:
            return self.group_effects * 0
        return 1.0 - self.group_variance / self.group_sd**2

    @property
    def group_variance(self) -> Floats:
        """Posterior variance of each owner effect."""
        spread = ((self.group_pull @ self.covariance) * self.group_pull).sum(axis=1)
        return (self.group_given + spread).clip(0.0, max(self.group_sd, 1e-12) ** 2)


def _periods(data: Sorted, length: float | None) -> tuple[Floats, Ints, Floats]:
    """Return period edges, the first period of each row, and the years each row spends in it and in the following."""
    years = data.years
    if length is None:
        typical = float(np.median(years)) if years.size else 1.0
        length = float(max(3.0, round(typical / 2)))  # single years jump about and would be carried on
    low, high = float(data.start.min()), float((data.start + years).max())
    count = max(1, int(np.ceil((high - low) / length - 1e-9)))
    edges = high - length * np.arange(count, -1, -1.0)
    edges[0] = min(edges[0], low)
    first = np.clip(np.searchsorted(edges, data.start, side="right") - 1, 0, count - 1).astype(np.int64)
    last = np.clip(np.searchsorted(edges, data.start + years, side="left") - 1, 0, count - 1)
    span = int((last - first).max()) + 1 if years.size else 1
    inside = np.zeros((span, years.size))
    for t in range(span):
        period = np.minimum(first + t, count - 1)
        low_t = np.maximum(data.start, edges[period])
        high_t = np.minimum(data.start + years, edges[period + 1])
        inside[t] = np.where(first + t < count, np.maximum(high_t - low_t, 0.0), 0.0)
    inside *= years / inside.sum(axis=0)
    return edges, first, inside


def fit_chain(
    intervals: Intervals,
    *,
    states: int,
    prior: ChainPrior | None,
    groups: int = 0,
    exits: bool = False,
    drift: bool = False,
    drift_years: float | None = None,
    ties: Ints | None = None,
    group_variance: float | None = None,
    shared: Shared | None = None,
    collapse: bool = True,
) -> ChainFit:
    """Fit the chain; without any usable interval the prior itself comes back (and no prior is then an error).

    prior None means plain maximum likelihood. groups 0 means no owner effects. ties: stages x (1 + covariates)
    integers; coefficients with the same integer are one parameter (covariates are then used as they are).
    group_variance fixes sigma^2 instead of estimating it. shared: effects on all stages alike, of `intervals.cell`.
    drift needs `start`. Raises GunmaneError `bad_intervals`
    (with all faults) or `no_observations`.
    """
    if shared is not None and (intervals.cell is None or not shared.names):
        shared = None
    if shared is not None and intervals.cell is not None:
        check(intervals, states, groups, len(shared.table))
        cell, table = merged(intervals.cell, shared.table)
        intervals, shared = structs.replace(intervals, cell=cell), structs.replace(shared, table=table)
    cells = 0 if shared is None else shared.table.shape[0]
    data = prepare(
        intervals, states, groups, exits=exits, cells=cells, standardise=ties is None, collapse=collapse
    )  # fmt: skip
    if data.rows == 0 and prior is None:
        raise GunmaneError("no_observations")
    has_drift = drift and intervals.start is not None and data.rows > 0
    edges, period, inside = (
        _periods(data, drift_years)
        if has_drift
        else (np.zeros(0), np.zeros(0, np.int64), np.zeros((0, data.collapsed)))
    )
    layout = Layout(
        stages=states - 1,
        width=1 + data.covariates.shape[0],
        exits=states if exits else 0,
        periods=max(edges.size - 1, 0),
        groups=groups,
        shared=0 if shared is None else len(shared.names),
    )
    penalty = _penalty(layout, prior, group_variance, np.diff(edges), shared, has_covariates_tied=ties is not None)
    owner, center, held, pairs = data.group, np.zeros(0), np.zeros(0), None
    if shared is not None:
        owner = data.pairs[data.group, 0]
        center, held = weighted(shared, data.pairs[data.group, 1], data.weight)
        pairs = pairs_of(shared, center, data.pairs, groups)
    found: Solution = solve(data, layout, penalty, ties, period, inside, pairs=pairs)
    cut = layout.stages * layout.width
    asset_years = data.weight * data.years
    return ChainFit(
        states=states,
        groups=groups,
        coefficients=found.dense[:cut].reshape(layout.stages, layout.width),
        exits=found.dense[cut : cut + layout.exits],
        drift=found.dense[layout.before_drift :],
        drift_edges=edges,
        drift_sd=found.drift_sd,
        center=data.center,
        scale=data.scale,
        covariance=found.covariance,
        group_effects=found.group_effects,
        group_given=found.group_given,
        group_pull=found.group_pull,
        group_sd=found.group_sd,
        jump_counts=np.zeros((0, 0)),
        jump_years=np.zeros(0),
        group_rows=np.bincount(owner, data.weight, max(groups, 1))[:groups].astype(np.float64),
        group_years=np.bincount(owner, asset_years, max(groups, 1))[:groups].astype(np.float64),
        log_likelihood=found.log_likelihood,
        marginal=float(found.marginal),
        parameters=found.parameters,
        iterations=found.iterations,
        converged=found.converged,
        gradient=found.gradient,
        rows=data.rows,
        collapsed=data.collapsed,
        prior=prior,
        shared=found.dense[cut + layout.exits : layout.before_drift],
        shared_center=center,
        shared_rows=held,
        shared_names=() if shared is None else shared.names,
        shared_sd=tuple(found.shared_sd.tolist()),
    )


def _penalty(
    layout: Layout,
    prior: ChainPrior | None,
    group_variance: float | None,
    lengths: Floats,
    shared: Shared | None,
    *,
    has_covariates_tied: bool,
) -> Penalty:
    """Translate the prior into means and precisions of the dense parameters."""
    size = layout.stages * layout.width + layout.exits
    mean, precision = np.zeros(layout.before_drift), np.zeros(layout.before_drift)
    base = np.arange(layout.stages) * layout.width
    if prior is not None:
        mean[base] = np.log(prior.hazards)
        precision[base] = prior.hazard_sd**-2
        effects = np.setdiff1d(np.arange(layout.stages * layout.width), base)
        precision[effects] = 0.0 if has_covariates_tied else prior.effect_sd**-2
        if layout.exits:
            mean[size - layout.exits : size] = np.log(prior.exit_hazards or (0.01,) * layout.exits)
            precision[size - layout.exits : size] = prior.exit_sd**-2
    elif layout.exits:
        mean[size - layout.exits : size] = np.log(0.01)
        # keeps a grade that was never repaired from running to minus infinity
        precision[size - layout.exits : size] = 1e-4
    chosen = prior or ChainPrior(hazards=())
    return Penalty(
        mean=mean,
        precision=precision,
        group_variance=group_variance,
        group_guess=chosen.group_sd,
        group_weight=chosen.group_weight if prior is not None else 1e-3,
        drift_lengths=lengths,
        drift_guess=chosen.drift_sd,
        drift_weight=chosen.drift_weight,
        block=None if shared is None else shared.block,
        block_guess=None if shared is None else shared.sd,
        block_weight=2.0 if shared is None else shared.weight,
    )
