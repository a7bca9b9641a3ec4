"""Why a job is not in a plan, and the smallest change that would place it."""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from gunmane.core.schedule.instance import Instance, driving

SMALL_OVERTIME = 60
"""Minutes of a longer day that are a smaller change than another day or a further qualification."""

Ints = NDArray[np.int64]


class Why(Struct, frozen=True):
    """Why a job is not served, and the smallest change that would place it.

    code, and what the numbers mean:
    no_engineer  nobody holds the field; `engineer` (with the field) could take it on `day`, or is None: one more
    no_window    the window ends on `day`, before it begins
    no_day       the window holds no day of the plan: the plan would have to reach from or to `day`
    too_far      longer than a day from every office: `minutes` more for `engineer` on `day`
    longer_day   `minutes` more for `engineer` on `day`
    other_day    fits for `engineer` on `day`, outside the window: an earlier start or a later end
    qualification  fits for `engineer` on `day` if he or she held the field
    not_worth    it fits for `engineer` on `day`, but costs `minutes` of driving, no less than its prize
    """

    job: int
    code: str
    engineer: int | None = None
    day: int | None = None
    minutes: int | None = None


def unserved(given: Instance, plan: Mapping[tuple[int, int], tuple[int, ...]]) -> list[Why]:
    """Explain every job that a plan leaves out."""
    served = {job for jobs in plan.values() for job in jobs}
    left = [job for job in range(len(given.jobs)) if job not in served]
    if not left:
        return []
    look = _Look(given, plan)
    return [look.why(job) for job in left]


class _Look:
    """All legs of a plan as columns, so that a job is tried at every place of every day at once."""

    def __init__(self, given: Instance, plan: Mapping[tuple[int, int], tuple[int, ...]]) -> None:
        self.given = given
        self.travel: Ints = np.array(given.travel_min, dtype=np.int64)
        self.routes = [(who, day) for who in range(len(given.engineers)) for day in range(given.days)]
        self.who = np.array([who for who, _ in self.routes], dtype=np.int64)
        self.day = np.array([day for _, day in self.routes], dtype=np.int64)
        self.slack = np.zeros(len(self.routes), dtype=np.int64)
        legs: list[tuple[int, int]] = []
        begins: list[int] = []
        for index, route in enumerate(self.routes):
            jobs = plan.get(route, ())
            office = given.engineers[route[0]].office
            begins.append(len(legs))
            legs += pairwise([office, *(given.offices + job for job in jobs), office])
            spent = driving(given, route[0], jobs) + sum(given.jobs[job].service for job in jobs)
            self.slack[index] = given.duty - spent
        self.begins = np.array(begins, dtype=np.int64)
        self.before, self.after = np.array(legs, dtype=np.int64).reshape(-1, 2).T
        # leaving the office for nobody costs nothing, whatever the matrix says about its diagonal
        same = np.zeros(len(legs), dtype=np.bool_)
        same[self.begins] = np.diff([*begins, len(legs)]) == 1
        self.way = np.where(same, 0, self.travel[self.before, self.after])

    def why(self, job: int) -> Why:
        given, wanted = self.given, self.given.jobs[job]
        able = np.array([wanted.field in engineer.skills for engineer in given.engineers], dtype=np.bool_)
        inside = (self.day >= wanted.first_day) & (self.day <= wanted.last_day)
        if wanted.first_day > wanted.last_day:
            return Why(job, "no_window", day=wanted.last_day)
        if wanted.last_day < 0 or wanted.first_day >= given.days:
            return Why(job, "no_day", day=wanted.last_day if wanted.last_day < 0 else wanted.first_day)
        if not len(self.routes):
            return Why(job, "no_engineer")
        node = given.offices + job
        legs = self.travel[self.before, node] + self.travel[node, self.after] - self.way
        drive = np.minimum.reduceat(legs, self.begins)
        short = drive + wanted.service - self.slack
        held = able[self.who]
        if not held.any():
            best = self._best(short, drive, inside)
            return Why(job, "no_engineer", *(best[:2] if best and best[2] <= 0 else (None, None)))
        at_once = self._best(short, drive, held & inside)
        if at_once is None:
            return Why(job, "no_day", day=wanted.first_day)
        who, day, minutes = at_once
        if minutes <= 0:
            return Why(job, "not_worth", who, day, int(drive[who * given.days + day]))
        offices = [engineer.office for engineer, may in zip(given.engineers, able, strict=True) if may]
        alone = min(int(self.travel[office, node] + self.travel[node, office]) for office in offices)
        if alone + wanted.service > given.duty:
            return Why(job, "too_far", who, day, minutes)
        if minutes <= SMALL_OVERTIME:
            return Why(job, "longer_day", who, day, minutes)
        for code, routes in (("other_day", held & ~inside), ("qualification", ~held & inside)):
            away = np.maximum(wanted.first_day - self.day, self.day - wanted.last_day)
            other = self._best(short, np.maximum(away, 0) * 10_000 + drive, routes & (short <= 0))
            if other is not None:
                return Why(job, code, other[0], other[1])
        return Why(job, "longer_day", who, day, minutes)

    def _best(self, short: Ints, cost: Ints, routes: NDArray[np.bool_]) -> tuple[int, int, int] | None:
        """The route where least time is missing, among them the cheapest; None without any."""
        index = np.flatnonzero(routes)
        if not len(index):
            return None
        best = index[np.lexsort((index, cost[index], np.maximum(short[index], 0)))[0]]
        return (*self.routes[best], int(short[best]))
