"""What is believed of each class before its own data: published anchors and marked assumptions."""

from msgspec import Struct

from gunmane.core.deterioration.chain import ChainPrior
from gunmane.core.words import AssetClass, SourceStatus

_TRUST = (
    SourceStatus.STATUTE,
    SourceStatus.GUIDELINE,
    SourceStatus.PUBLISHED,
    SourceStatus.LOCAL,
    SourceStatus.UNVERIFIED,
    SourceStatus.ASSUMED,
)


class PriorEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of `data/priors.toml`: hazards per year and stage, with the status of each."""

    scale: str
    classes: tuple[AssetClass, ...]
    hazards: tuple[float, ...]
    statuses: tuple[SourceStatus, ...]
    hazard_sd: float
    source: str
    exit_hazards: tuple[float, ...] = ()
    group_sd: float = 0.25


class Priors(Struct, frozen=True, forbid_unknown_fields=True):
    """The file `data/priors.toml`; `fallback` serves scales that it does not list."""

    fallback: PriorEntry
    priors: tuple[PriorEntry, ...]

    def chain(self, scale: str, asset_class: AssetClass, stages: int) -> ChainPrior:
        """Return the prior of a class on a scale; every stage of the fallback has the same wide prior."""
        for entry in self.priors:
            if entry.scale == scale and asset_class in entry.classes and len(entry.hazards) == stages:
                return _chain(entry, entry.hazards)
        return _chain(self.fallback, (self.fallback.hazards[0],) * stages)


def _chain(entry: PriorEntry, hazards: tuple[float, ...]) -> ChainPrior:
    return ChainPrior(
        hazards=hazards,
        hazard_sd=entry.hazard_sd,
        exit_hazards=entry.exit_hazards,
        group_sd=entry.group_sd,
        source=entry.source,
        status=max(entry.statuses, key=_TRUST.index),
    )
