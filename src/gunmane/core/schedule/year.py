"""The year plan: due inspections over months and the owners' shared engineers, statutory last days first.

Month by month the work whose last month has come goes first, then what is due soonest (earliest due date first,
which misses no date that any order could keep when one crew does all). Among the engineers who hold a fitting
qualification the nearest with hours left takes it. The same is tried with a smaller share of everybody's hours
until dates begin to be missed: the smallest share that misses none is the level of the plan. Where full hours miss
some, everybody works full hours.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from enum import IntEnum
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from gunmane.core.calendar import WorkingDays
from gunmane.core.duties.daynumbers import NONE, number
from gunmane.core.schedule.lots import LotRules
from gunmane.core.schedule.roster import Rules
from gunmane.core.schedule.terms import HourRule, Season
from gunmane.core.words import SourceStatus

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bits = NDArray[np.bool_]

KM_PER_DEGREE = 111.195
LEVEL_STEPS = 7


class WorkKind(Struct, frozen=True, forbid_unknown_fields=True):
    """How one duty's work is done: minutes on site of each of `crew` people, any of `qualifications` suffices.

    `outside`: done by an agency or firm, not by the owners' engineers. `night`: done on a night shift, by those only
    who may be sent on one.
    """

    duty: str
    qualifications: tuple[str, ...]
    minutes: int
    source: str
    status: SourceStatus
    crew: int = 1
    outside: bool = False
    night: bool = False


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """Assumptions of the year plan; see data/schedule.toml for units and status."""

    minutes_per_day: int
    inspection_share: float
    visits_per_day: float
    speed_km_h: float
    detour: float
    lead_months: int
    status: SourceStatus
    night_days: float = 2.0  # working days that each of a crew loses to a night shift


class Workbook(Struct, frozen=True, forbid_unknown_fields=True):
    """Kinds of work, when what can be done, and the parameters of planning: the year, four weeks, contract lots."""

    parameters: Parameters
    work: tuple[WorkKind, ...]
    days: Rules
    lots: LotRules
    seasons: tuple[Season, ...] = ()
    hours: tuple[HourRule, ...] = ()


class Engineer(Struct, frozen=True):
    """Somebody who inspects, from the office of an owner; place in degrees, None where it is not known.

    `away`: working days of the offices on which he or she does not work. `nights`: may be sent on night shifts.
    """

    code: str
    owner: str
    qualifications: frozenset[str]
    place: tuple[float, float] | None = None
    away: frozenset[date] = frozenset()
    nights: bool = False


class Month(Struct, frozen=True):
    """A month (or a week) of the plan with its number of working days, and those days where persons' own count."""

    first: date
    last: date
    days: int
    dates: tuple[date, ...] = ()

    def days_of(self, engineer: Engineer) -> int:
        """Working days of one engineer."""
        return self.days - sum(day in engineer.away for day in self.dates)


class Tasks(Struct, frozen=True, eq=False):
    """Inspections to plan: kind (index of WorkKind), place (n x 2 degrees, NaN unknown), first and last day, prize.

    `last` before the plan's first day is overdue: to be done as soon as possible. `road_km`: kilometres along the
    road network from an office to each task, NaN where the network does not tell; other ways are told straight.
    `closed` (n x months, None: nothing): months without any day on which permits and seasons allow the task.
    """

    kind: Ints
    place: Floats
    first: NDArray[np.int32]
    last: NDArray[np.int32]
    prize: Floats
    road_km: Mapping[tuple[float, float], Floats] = {}
    closed: Bits | None = None

    @property
    def size(self) -> int:
        """Number of tasks."""
        return len(self.kind)


class Reason(IntEnum):
    """Why a task is or is not in the plan; keys of `reasons` in the texts."""

    PLACED = 0
    NO_ENGINEER = 1
    NO_CAPACITY = 2
    NO_WINDOW = 3


class YearPlan(Struct, frozen=True, eq=False):
    """Month and engineer of each task (-1: not placed), person-minutes with travel, reason, level (0-1).

    `used` holds the planned minutes and `capacity` the hours' limit, engineer x month.
    """

    month: Ints
    engineer: Ints
    minutes: Floats
    reason: Ints
    level: float
    used: Floats
    capacity: Floats
    extra_days: Ints


def months_from(start: date, count: int, office: WorkingDays) -> tuple[Month, ...]:
    """Return `count` months; the first begins on `start`, the others on the first of the month."""
    found: list[Month] = []
    first = start
    for _ in range(count):
        following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        last = following - timedelta(days=1)
        found.append(Month(first, last, len(office.between(first, last))))
        first = following
    return tuple(found)


def weeks_from(start: date, count: int, office: WorkingDays) -> tuple[Month, ...]:
    """Return `count` weeks; the first begins on `start`, the others on a Monday."""
    found: list[Month] = []
    first = start
    for _ in range(count):
        last = first + timedelta(days=6 - first.weekday())
        dates = tuple(office.between(first, last))
        found.append(Month(first, last, len(dates), dates))
        first = last + timedelta(days=1)
    return tuple(found)


def plan_year(
    tasks: Tasks, kinds: Sequence[WorkKind], engineers: Sequence[Engineer], months: Sequence[Month], given: Parameters
) -> YearPlan:
    """Place tasks in months and with engineers; what cannot be placed carries its reason.

    Nothing is planned outside its lawful time, beyond anybody's hours or without a qualification; overdue work may
    be planned in any month and comes first.
    """
    desk = _Desk(tasks, kinds, engineers, months, given)
    full = desk.simulate(1.0)
    low, high, best, level = 0.0, 1.0, full, 1.0
    for _ in range(LEVEL_STEPS if full.missed == 0 else 0):
        middle = (low + high) / 2
        tried = desk.simulate(middle)
        if tried.missed == 0:
            high, best, level = middle, tried, middle
        else:
            low = middle
    desk.squeeze(best)
    return desk.result(best, level)


class _Draft:
    def __init__(self, size: int, engineers: int, months: int) -> None:
        self.month = np.full(size, -1, dtype=np.int64)
        self.engineer = np.full(size, -1, dtype=np.int64)
        self.used = np.zeros((engineers, months))
        self.missed = 0


class _Desk:
    """The data of one planning problem in the form the simulation needs."""

    def __init__(
        self,
        tasks: Tasks,
        kinds: Sequence[WorkKind],
        engineers: Sequence[Engineer],
        months: Sequence[Month],
        given: Parameters,
    ) -> None:
        self.tasks, self.kinds, self.engineers, self.months, self.given = tasks, kinds, engineers, months, given
        self.need = needed_minutes(tasks, kinds, engineers, given)
        first, last, self.late = month_limits(tasks, months)
        self.open_to, self.first, self.last = open_months(tasks, first, last, len(months))
        hours = given.minutes_per_day * given.inspection_share
        self.capacity = np.array([[month.days_of(one) * hours for month in months] for one in engineers])
        self.capacity = self.capacity.reshape(len(engineers), len(months)).astype(np.float64)
        self.possible: Bits = np.asarray(np.isfinite(self.need).any(axis=1), dtype=np.bool_)
        self.inside: Bits = (self.first <= self.last) & (self.first < len(months))
        self.least = self.need.min(axis=1, initial=np.inf)
        self.ranking = np.argsort(self.need, axis=1, kind="stable").astype(np.int16)
        # Overdue work first, then by last month and day, then by prize; the given order decides ties.
        self.order = np.lexsort((-tasks.prize, tasks.last, self.last, ~self.late))

    def simulate(self, level: float) -> _Draft:
        """Walk through the months with `level` of everybody's hours."""
        draft = _Draft(self.tasks.size, len(self.engineers), len(self.months))
        waiting = self.order[(self.possible & self.inside)[self.order]]
        for month in range(len(self.months)):
            left = self.capacity[:, month] * level
            open_ones = waiting[self.open_to[waiting, month]]
            if not len(open_ones):
                continue
            urgent = (self.last[open_ones] <= month) | self.late[open_ones]
            self.place(draft, open_ones[urgent], month, left)
            self.place(draft, open_ones[~urgent], month, left)
            waiting = waiting[(draft.month[waiting] < 0) & ((self.last[waiting] > month) | self.late[waiting])]
        draft.missed = int((self.possible & self.inside & (draft.month < 0)).sum())
        return draft

    def place(self, draft: _Draft, rows: Ints, month: int, left: Floats) -> None:
        """Give the rows, in their order, to the nearest engineers with hours left (changes `left`)."""
        # What cannot fit even if everybody took the least is not looked at; a quarter more allows for travel.
        reach = np.searchsorted(np.cumsum(self.least[rows]), 1.25 * left.sum() + 1.0) + 1
        rows = rows[:reach]
        if not len(rows):
            return
        least, pending = self.least[rows], np.arange(len(rows))
        for rank in range(self.ranking.shape[1]):
            pending = pending[least[pending] <= left.max(initial=0.0)]
            if not len(pending):
                return
            who = self.ranking[rows[pending], rank]
            minutes = self.need[rows[pending], who]
            taken = _fill(who, minutes, left)
            chosen = pending[taken]
            np.add.at(draft.used[:, month], who[taken], minutes[taken])
            draft.month[rows[chosen]] = month
            draft.engineer[rows[chosen]] = who[taken]
            pending = pending[~taken]

    def squeeze(self, draft: _Draft) -> None:
        """Place what is left wherever full hours still have room, so that nothing is missed that fits."""
        free = self.capacity - draft.used
        for row in self.order:
            if draft.month[row] >= 0 or not (self.possible[row] and self.inside[row]):
                continue
            end = len(self.months) if self.late[row] else int(self.last[row]) + 1
            begin = int(self.first[row])
            room = (free[:, begin:end] >= self.need[row][:, None]).max(axis=0, initial=False)
            fits = np.flatnonzero(room & self.open_to[row, begin:end])
            if not len(fits):
                continue
            month = begin + int(fits[0])
            who = int(np.where(free[:, month] >= self.need[row], self.need[row], np.inf).argmin())
            draft.month[row], draft.engineer[row] = month, who
            free[who, month] -= self.need[row, who]
            draft.used[who, month] += self.need[row, who]

    def result(self, draft: _Draft, level: float) -> YearPlan:
        """Close the plan: reasons and the days that would have to be added."""
        placed = draft.month >= 0
        reason = np.full(self.tasks.size, int(Reason.NO_CAPACITY), dtype=np.int64)
        reason[~self.inside] = Reason.NO_WINDOW
        reason[~self.possible] = Reason.NO_ENGINEER
        reason[placed] = Reason.PLACED
        minutes = (
            np.where(placed, np.take_along_axis(self.need, np.maximum(draft.engineer, 0)[:, None], 1)[:, 0], 0.0)
            if len(self.engineers)
            else np.zeros(self.tasks.size)
        )
        short = reason == Reason.NO_CAPACITY
        days = np.zeros(self.tasks.size, dtype=np.int64)
        if short.any():
            days[short] = np.ceil(self.least[short] / (self.given.minutes_per_day * self.given.inspection_share))
        return YearPlan(draft.month, draft.engineer, minutes, reason, level, draft.used, self.capacity, days)


def _fill(who: NDArray[np.int16], minutes: Floats, left: Floats) -> Bits:
    """Take work in its order as long as each engineer's minutes last (reduces `left`); return what was taken.

    What alone would be too much for an engineer is passed over, so that smaller work behind it still fits.
    """
    taken = np.zeros(len(who), dtype=np.bool_)
    able = np.flatnonzero(minutes <= left[who])
    order = able[np.argsort(who[able], kind="stable")]
    if len(order):
        sums = np.cumsum(minutes[order])
        begins = np.flatnonzero(np.r_[True, who[order][1:] != who[order][:-1]])
        before = np.repeat(sums[begins] - minutes[order][begins], np.diff(np.r_[begins, len(order)]))
        fitting = order[sums - before <= left[who[order]]]
        taken[fitting] = True
        np.subtract.at(left, who[fitting], minutes[fitting])
    return taken


def needed_minutes(
    tasks: Tasks, kinds: Sequence[WorkKind], engineers: Sequence[Engineer], given: Parameters
) -> Floats:
    """Person-minutes of each task with each engineer (n x engineers), infinite without a fitting qualification.

    Work on site of the whole crew, and for each of them a share of the drive from the office and back. Where a
    place is unknown the engineer's mean drive is taken. A night costs no less than the days lost to it.
    """
    lost = given.night_days * given.minutes_per_day * given.inspection_share
    least = np.array([lost if kind.night else 0.0 for kind in kinds], dtype=np.float64)
    minutes = np.array([kind.minutes for kind in kinds], dtype=np.float64)
    crew = np.array([kind.crew for kind in kinds], dtype=np.float64)
    found = np.full((tasks.size, len(engineers)), np.inf)
    for column, engineer in enumerate(engineers):
        fit = np.array(
            [
                bool(engineer.qualifications & set(kind.qualifications))
                and not kind.outside
                and (engineer.nights or not kind.night)
                for kind in kinds
            ],
            dtype=np.bool_,
        )
        rows = np.flatnonzero(fit[tasks.kind]) if len(kinds) else np.zeros(0, dtype=np.int64)
        road = None if engineer.place is None else tasks.road_km.get(engineer.place)
        drive = drive_minutes(engineer.place, tasks.place[rows], given, None if road is None else road[rows])
        each = np.maximum(minutes[tasks.kind[rows]] + drive, least[tasks.kind[rows]])
        found[rows, column] = each * crew[tasks.kind[rows]]
    return found


def drive_minutes(
    office: tuple[float, float] | None, places: Floats, given: Parameters, road_km: Floats | None = None
) -> Floats:
    """Minutes of driving that one visit bears: by road where `road_km` tells, else from the straight distance."""
    if office is None or not len(places):
        return np.zeros(len(places))
    east = (places[:, 0] - office[0]) * np.cos(np.radians(office[1])) * KM_PER_DEGREE
    north = (places[:, 1] - office[1]) * KM_PER_DEGREE
    km = np.hypot(east, north) * given.detour
    if road_km is not None:
        km = np.where(np.isnan(road_km), km, road_km)
    known = ~np.isnan(km)
    km = np.where(known, km, km[known].mean() if known.any() else 0.0)
    return 2 * km / given.speed_km_h * 60 / given.visits_per_day


def month_limits(tasks: Tasks, months: Sequence[Month]) -> tuple[Ints, Ints, Bits]:
    """First and last month of each task, and whether it is overdue already.

    The last month is the last one that ends by the last lawful day, or the month that holds the whole window.
    Overdue work may be done in any month.
    """
    starts = np.array([number(month.first) for month in months])
    ends = np.array([number(month.last) for month in months])
    late = tasks.last < starts[0]
    opens = np.where(tasks.first == NONE, starts[0], np.maximum(tasks.first, starts[0]))
    first = np.searchsorted(starts, opens, side="right") - 1
    beyond = opens > ends[-1]
    first = np.where(beyond, len(months), first)
    last = np.searchsorted(ends, tasks.last, side="right") - 1
    last = np.where((last < first) & (tasks.last >= opens), first, last)
    last = np.where(late, len(months) - 1, last)
    return np.where(late, 0, first).astype(np.int64), last.astype(np.int64), late


def open_months(tasks: Tasks, first: Ints, last: Ints, count: int) -> tuple[Bits, Ints, Ints]:
    """Which months are open to each task (n x months), and the first and last of them (`count` and -1: none)."""
    at = np.arange(count)[None, :]
    found: Bits = (at >= first[:, None]) & (at <= last[:, None])
    if tasks.closed is None:
        return found, first, last
    found &= ~tasks.closed
    some = found.any(axis=1)
    begins = np.where(some, found.argmax(axis=1), count).astype(np.int64)
    ends = np.where(some, count - 1 - found[:, ::-1].argmax(axis=1), -1).astype(np.int64)
    return found, begins, ends


def engineers_of(owner: str, counts: Mapping[str, int], place: tuple[float, float] | None) -> list[Engineer]:
    """Make the engineers of an owner from how many hold each qualification; they start from `place`.

    Only counts are known: special qualifications are taken to be held by the general (`civil`) engineers as far as
    there are enough of them, so that nobody is counted twice.
    """
    general = counts.get("civil", 0)
    special = [name for name, count in sorted(counts.items()) if name != "civil" for _ in range(count)]
    found: list[Engineer] = []
    for n in range(max(general, len(special))):
        held = {"civil"} if n < general else set[str]()
        held |= {special[n]} if n < len(special) else set()
        found.append(Engineer(f"{owner}-{n + 1}", owner, frozenset(held), place))
    return found


def tally(plan: YearPlan, tasks: Tasks, kinds: Sequence[WorkKind]) -> dict[tuple[int, str], int]:
    """Count the planned tasks by month and duty."""
    found: dict[tuple[int, str], int] = {}
    placed = plan.month >= 0
    pairs: Any = np.stack([plan.month[placed], tasks.kind[placed]], axis=1)
    for (month, kind), count in zip(*np.unique(pairs, axis=0, return_counts=True), strict=True):
        key = int(month), kinds[int(kind)].duty
        found[key] = found.get(key, 0) + int(count)
    return found
