"""A region at a glance: counts by owner and grade, from tallies."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
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


class DutyLine(Struct, frozen=True):
    """How one duty stands: numbers of assets by state."""

    duty: str
    by_state: dict[str, int]


class Workload(Struct, frozen=True):
    """A year of work: what falls due each month, and who is planned for how much; months as YYYY-MM."""

    months: tuple[str, ...]
    due: tuple[int, ...]
    planned: tuple[int, ...]
    by_engineer: tuple[tuple[str, tuple[int, ...]], ...]


class Counts(Protocol):
    """A count of one month."""

    @property
    def measure(self) -> str: ...
    @property
    def bucket(self) -> str: ...
    @property
    def n(self) -> int: ...


def duty_lines(tallies: Iterable[Counted], owners: Sequence[UUID]) -> tuple[DutyLine, ...]:
    """Add up the states of each duty over the given owners, most overdue first."""
    known = set(owners)
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for tally in tallies:
        if tally.measure == "due" and tally.owner_id in known:
            duty, _, state = tally.bucket.partition(":")
            found[duty][state] += tally.n
    lines = [DutyLine(duty, dict(states)) for duty, states in found.items()]
    return tuple(sorted(lines, key=lambda line: (-line.by_state.get("overdue", 0), line.duty)))


def months_after(first: date, count: int) -> tuple[str, ...]:
    """Name so many months from that of `first` on, as YYYY-MM."""
    start = first.year * 12 + first.month - 1
    return tuple(f"{month // 12:04}-{month % 12 + 1:02}" for month in range(start, start + count))


def workload(counts: Iterable[Counts], months: Sequence[str]) -> Workload:
    """Lay counts by month out as a table: engineers in the order of their codes, months as given."""
    place = {month: at for at, month in enumerate(months)}
    due = [0] * len(months)
    people: dict[str, list[int]] = defaultdict(lambda: [0] * len(months))
    for one in counts:
        month, _, engineer = one.bucket.partition(":")
        at = place.get(month)
        if at is None:
            continue
        if one.measure == "due_month":
            due[at] += one.n
        elif one.measure == "planned":
            people[engineer][at] += one.n
    rows = tuple((engineer, tuple(people[engineer])) for engineer in sorted(people, key=_code_order))
    planned = tuple(sum(column) for column in zip(*(row for _, row in rows), strict=True)) or (0,) * len(months)
    return Workload(tuple(months), tuple(due), planned, rows)


def _code_order(engineer: str) -> tuple[str, int]:
    """Order `owner-2` before `owner-10`."""
    owner, _, number = engineer.rpartition("-")
    return (owner, int(number)) if number.isdigit() else (engineer, 0)
