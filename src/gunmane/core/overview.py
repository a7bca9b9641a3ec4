"""A region at a glance: counts by owner and grade, from tallies."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from gunmane.core.words import AssetClass, Scale


class Counted(Protocol):
    """A tally as the store lists it."""

    @property
    def owner_id(self) -> UUID: ...
    @property
    def asset_class(self) -> AssetClass: ...
    @property
    def measure(self) -> str: ...
    @property
    def bucket(self) -> str: ...
    @property
    def n(self) -> int: ...
    @property
    def amount(self) -> float: ...


class Standing(Struct):
    """Where one owner, or the region, stands; km of what has a length, yen a year."""

    assets: int = 0
    km: float = 0.0
    graded: int = 0
    bad: int = 0
    overdue: int = 0
    unknown_anchor: int = 0
    scored: int = 0
    loss_yen: float = 0.0

    def add(self, other: "Standing") -> None:
        """Add another owner's counts."""
        self.assets += other.assets
        self.km += other.km
        self.graded += other.graded
        self.bad += other.bad
        self.overdue += other.overdue
        self.unknown_anchor += other.unknown_anchor
        self.scored += other.scored
        self.loss_yen += other.loss_yen


class GradeBar(Struct, frozen=True):
    """Counts of one class on one scale, best grade first, and how many of the class have no grade at all."""

    asset_class: AssetClass
    scale: Scale
    counts: tuple[int, ...]
    ungraded: int


class Overview(Struct, frozen=True):
    """A region at a glance."""

    total: Standing
    by_owner: dict[UUID, Standing]
    grades: tuple[GradeBar, ...]


def overview(tallies: Iterable[Counted], owners: Sequence[UUID], scales: Mapping[str, Scale]) -> Overview:
    """Add tallies up for the given owners; grades of scales that are not known are counted as graded only."""
    by_owner = {owner: Standing() for owner in owners}
    counts: dict[tuple[AssetClass, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    ungraded: dict[AssetClass, int] = defaultdict(int)
    for tally in tallies:
        place = by_owner.get(tally.owner_id)
        if place is None:
            continue
        head, _, tail = tally.bucket.partition(":")
        if tally.measure == "status" and tally.bucket != "abolished":
            place.assets += tally.n
            place.km += tally.amount
        elif tally.measure == "risk":
            place.scored += tally.n
            place.loss_yen += tally.amount
        elif tally.measure == "due":
            place.overdue += tally.n if tail == "overdue" else 0
            place.unknown_anchor += tally.n if tail == "unknown_anchor" else 0
        elif tally.measure == "grade" and not tail:
            ungraded[tally.asset_class] += tally.n
        elif tally.measure == "grade":
            place.graded += tally.n
            scale = scales.get(head)
            if scale is not None and tail in scale.grades:
                counts[tally.asset_class, head][tail] += tally.n
                place.bad += tally.n if scale.rank(tail) >= scale.bad_rank else 0
    total = Standing()
    for standing in by_owner.values():
        total.add(standing)
    order = list(AssetClass)
    grades = tuple(
        GradeBar(
            asset_class,
            scales[code],
            tuple(counts[asset_class, code][grade] for grade in scales[code].grades),
            ungraded[asset_class],
        )
        for asset_class, code in sorted(counts, key=lambda key: (order.index(key[0]), key[1]))
    )
    return Overview(total, by_owner, grades)
