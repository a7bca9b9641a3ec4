"""What a build learns from: the record of one class on one scale, and how a chain is fitted to it."""

from datetime import date

import numpy as np
from msgspec import Struct

from gunmane.core.assess.covariates import Covariates, levels_of
from gunmane.core.assess.fleets import Fleet, ranks, when
from gunmane.core.deterioration.chain import ChainFit, ChainPrior, fit_chain
from gunmane.core.deterioration.checks import Record
from gunmane.core.deterioration.histories import Histories, from_histories
from gunmane.core.deterioration.intervals import Intervals
from gunmane.core.deterioration.levels import Levels
from gunmane.core.deterioration.panels import Panel
from gunmane.core.deterioration.priors import Priors
from gunmane.core.deterioration.shared import Shared, supported
from gunmane.core.words import Scale

LEAST_FOR_EXITS = 200
LEAST_FOR_DRIFT = 2000
LEAST_FOR_COVARIATES = 200
"""Fewer intervals than these say too little about repairs, a drift over the years, or what material, era and so on do
(own settings)."""


class Learning(Struct, frozen=True, kw_only=True, eq=False):
    """A record with its intervals, and the settings that a chain is fitted with."""

    record: Record
    histories: Histories
    prior: ChainPrior
    levels: Levels

    def fit(self, rows: Intervals) -> ChainFit:
        """Fit a chain to some intervals as a build does: with the covariates that these intervals speak for."""
        tried = self.tried(rows)
        if tried is None:
            return self.bare(rows)
        whole = self.bare(rows, tried)
        kept = supported(tried, whole.shared, whole.shared_covariance, np.array(whole.shared_sd))
        if kept is None or len(kept.names) < len(tried.names):
            return self.bare(rows, kept)
        return whole

    def tried(self, rows: Intervals) -> Shared | None:
        """Choose the covariates of which there are enough intervals to try them."""
        return self.levels.shared(rows) if len(rows.years) >= LEAST_FOR_COVARIATES else None

    def bare(self, rows: Intervals, shared: Shared | None = None) -> ChainFit:
        """Fit the chain with given covariates, or none."""
        panel = self.record.panel
        return fit_chain(
            rows,
            states=panel.states,
            prior=self.prior,
            groups=panel.groups,
            exits=len(rows.years) >= LEAST_FOR_EXITS,
            drift=len(rows.years) >= LEAST_FOR_DRIFT,
            shared=shared,
        )


def day_number(day: date) -> int:
    """Count a day from 1970."""
    return day.toordinal() - date(1970, 1, 1).toordinal()


def learn(fleet: Fleet, scale: Scale, priors: Priors, covariates: Covariates, as_of: date) -> Learning:
    """Gather what was known of a fleet on a scale at the end of a day; attributes count as they are known now."""
    today, rank = day_number(as_of), ranks(fleet, scale)
    known = (rank >= 0) & (fleet.looks.day <= today)
    done, levels = fleet.works.day <= today, levels_of(fleet, covariates)
    panel = Panel(
        asset=fleet.looks.asset[known],
        when=when(fleet.looks.day[known]),
        rank=rank[known],
        assets=fleet.size,
        states=len(scale.grades),
        bad_rank=scale.bad_rank,
        group=fleet.owner,
        groups=len(fleet.owners),
    )
    record = Record(
        panel=panel,
        repaired_asset=fleet.works.asset[done],
        repaired_when=when(fleet.works.day[done]),
        repeat_years=2.0 if scale.code == "nbi" else 0.0,  # yearly reports repeat two-yearly inspections
        levels=levels,
    )
    histories = from_histories(
        panel.asset,
        panel.when,
        panel.rank,
        assets=panel.assets,
        group=panel.group,
        cell=levels.cell,
        repaired_asset=record.repaired_asset,
        repaired_when=record.repaired_when,
        repeat_years=record.repeat_years,
    )
    return Learning(
        levels=levels,
        record=record,
        histories=histories,
        prior=priors.chain(scale.code, fleet.asset_class, len(scale.grades) - 1),
    )
