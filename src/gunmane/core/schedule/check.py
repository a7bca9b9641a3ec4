"""An independent look at a year plan: written apart from the planner, one task at a time, on dates."""

from collections.abc import Sequence
from datetime import date
from math import cos, hypot, isnan, radians

from msgspec import Struct

from gunmane.core.duties.daynumbers import day_of
from gunmane.core.schedule.year import Engineer, Month, Parameters, Reason, Tasks, WorkKind, YearPlan

TOLERANCE = 1e-6
KM_PER_DEGREE = 111.195
Alike = tuple[tuple[float, float] | None, frozenset[str], bool]
"""Engineers of one office with the same qualifications: work takes them the same time."""


class Breach(Struct, frozen=True):
    """Something a plan must not do, with the task (-1: an engineer's month) it concerns."""

    task: int
    code: str
    detail: str = ""


def breaches(
    plan: YearPlan,
    tasks: Tasks,
    kinds: Sequence[WorkKind],
    engineers: Sequence[Engineer],
    months: Sequence[Month],
    given: Parameters,
) -> list[Breach]:
    """Return every breach of a year plan; empty for a plan that may be stored.

    Checked: each task is placed once or has a reason; month inside the lawful days; qualification; hours of every
    engineer and month; no task left out that an engineer still had room for; no false reason.
    """
    look = _Look(tasks, kinds, engineers, months, given)
    found: list[Breach] = []
    load: dict[tuple[int, int], float] = {}
    for task in range(tasks.size):
        month, who = int(plan.month[task]), int(plan.engineer[task])
        if (month >= 0) != (plan.reason[task] == Reason.PLACED) or (month >= 0) != (who >= 0):
            found.append(Breach(task, "half_placed"))
        elif month >= 0:
            if not look.may(who, task):
                found.append(Breach(task, "not_qualified", engineers[who].code))
            if not look.lawful(task, month):
                found.append(Breach(task, "out_of_time", months[month].first.isoformat()))
            load[who, month] = load.get((who, month), 0.0) + look.minutes(who, task)
    for (who, month), minutes in load.items():
        if minutes > look.hours(month, who) + TOLERANCE:
            found.append(Breach(-1, "too_many_hours", f"{engineers[who].code} {months[month].first}"))
    for task in range(tasks.size):
        if plan.month[task] < 0:
            found += look.left_out(task, Reason(int(plan.reason[task])), load)
    return found


class _Look:
    def __init__(
        self,
        tasks: Tasks,
        kinds: Sequence[WorkKind],
        engineers: Sequence[Engineer],
        months: Sequence[Month],
        given: Parameters,
    ) -> None:
        self.tasks, self.kinds, self.engineers, self.months, self.given = tasks, kinds, engineers, months, given
        self.mean: dict[Alike, float] = {}
        self.fit: dict[int, list[int]] = {}  # who may do each kind of work

    def may(self, who: int, task: int) -> bool:
        kind = self.kinds[self.tasks.kind[task]]
        if kind.outside or (kind.night and not self.engineers[who].nights):
            return False
        return any(name in kind.qualifications for name in self.engineers[who].qualifications)

    def hours(self, month: int, who: int) -> float:
        """Minutes that an engineer has for inspections in a month, days off taken out."""
        held, away = self.months[month], self.engineers[who].away
        off = len([day for day in away if held.first <= day <= held.last]) if held.dates else 0
        return (held.days - off) * self.given.minutes_per_day * self.given.inspection_share

    def window(self, task: int) -> tuple[date, date, bool]:
        """First and last day inside the plan, and whether the task is overdue."""
        start = self.months[0].first
        opens, last = day_of(self.tasks.first[task]), day_of(self.tasks.last[task])
        due = last if last is not None else self.months[-1].last
        return max(opens or start, start), due, due < start

    def lawful(self, task: int, month: int) -> bool:
        """Whether a visit planned in a month is sure to be in time.

        The month ends by the last day, or no earlier month lies inside the window.
        """
        opens, due, late = self.window(task)
        held = self.months[month]
        if self.tasks.closed is not None and self.tasks.closed[task, month]:
            return False
        if late:
            return True
        if held.last < opens or held.first > due:
            return False
        return held.last <= due or opens >= held.first

    def minutes(self, who: int, task: int) -> float:
        """Person-minutes on site and on the way, along the roads where they are known."""
        kind, given = self.kinds[self.tasks.kind[task]], self.given
        km = self.km(who, task)
        if km is None:
            km = self.mean_km(who)
        drive = 2 * km / given.speed_km_h * 60 / given.visits_per_day
        if kind.night:
            lost = given.night_days * (given.minutes_per_day * given.inspection_share)
            return kind.crew * (lost if lost > kind.minutes + drive else kind.minutes + drive)
        return (kind.minutes + drive) * kind.crew

    def km(self, who: int, task: int) -> float | None:
        place, office = self.tasks.place[task], self.engineers[who].place
        if office is None:
            return 0.0
        along = self.tasks.road_km.get(office)
        if along is not None and not isnan(along[task]):
            return float(along[task])
        if isnan(place[0]) or isnan(place[1]):
            return None
        east = (float(place[0]) - office[0]) * cos(radians(office[1])) * KM_PER_DEGREE
        return hypot(east, (float(place[1]) - office[1]) * KM_PER_DEGREE) * self.given.detour

    def mean_km(self, who: int) -> float:
        """Mean distance from an office to the located tasks that its engineer may do, 0 without any."""
        alike = self.engineers[who].place, self.engineers[who].qualifications, self.engineers[who].nights
        if alike not in self.mean:
            reached = [self.km(who, task) for task in range(self.tasks.size) if self.may(who, task)]
            known = [km for km in reached if km is not None]
            self.mean[alike] = sum(known) / len(known) if known else 0.0
        return self.mean[alike]

    def left_out(self, task: int, reason: Reason, load: dict[tuple[int, int], float]) -> list[Breach]:
        """Whether the reason for leaving a task out is true."""
        kind = int(self.tasks.kind[task])
        if kind not in self.fit:
            self.fit[kind] = [who for who in range(len(self.engineers)) if self.may(who, task)]
        able = self.fit[kind]
        needed: dict[Alike, float] = {}
        open_months = [month for month in range(len(self.months)) if self.lawful(task, month)]
        if reason is Reason.NO_ENGINEER:
            return [Breach(task, "has_engineer")] if able else []
        if reason is Reason.NO_WINDOW:
            return [Breach(task, "has_window")] if open_months else []
        for who in able:
            alike = self.engineers[who].place, self.engineers[who].qualifications, self.engineers[who].nights
            if alike not in needed:
                needed[alike] = self.minutes(who, task)
            minutes = needed[alike]
            for month in open_months:
                if load.get((who, month), 0.0) + minutes <= self.hours(month, who) - TOLERANCE:
                    return [Breach(task, "left_out", f"{self.engineers[who].code} {self.months[month].first}")]
        return [] if able and open_months else [Breach(task, "false_reason")]
