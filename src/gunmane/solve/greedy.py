"""A first plan at once, without compiled code: what there is when time is too short for any search."""

import time
from typing import Any

import numpy as np

from gunmane.core.schedule.instance import Instance, Plan


def first_plan(given: Instance, until: float) -> Plan:
    """Fill one day after the other with the jobs that bring most for their minutes, while time.monotonic() lasts.

    Always a plan without breaches, empty if there is no time at all. A job's prize counts more the fewer
    engineer-days are left for it.
    """
    if not given.jobs or not given.engineers:
        return {}
    desk = _Desk(given)
    plan: Plan = {}
    for day in range(given.days):
        for who in range(len(given.engineers)):
            if time.monotonic() > until:
                return plan
            jobs = desk.fill(who, day)
            if jobs:
                plan[who, day] = jobs
    return plan


class _Desk:
    def __init__(self, given: Instance) -> None:
        jobs = given.jobs
        self.given, self.travel = given, np.array(given.travel_min, dtype=np.int64)
        self.service = np.array([job.service for job in jobs], dtype=np.int64)
        self.prize = np.array([job.prize for job in jobs], dtype=np.float64)
        self.first = np.array([job.first_day for job in jobs], dtype=np.int64)
        self.last = np.array([min(job.last_day, given.days - 1) for job in jobs], dtype=np.int64)
        self.held = np.array([[job.field in set(one.skills) for job in jobs] for one in given.engineers])
        self.able = self.held.sum(axis=0)
        self.left = np.ones(len(jobs), dtype=np.bool_)

    def fill(self, who: int, day: int) -> tuple[int, ...]:
        """Jobs of one engineer's day, in order; each goes to its cheapest place."""
        given, offices = self.given, self.given.offices
        open_ones = np.flatnonzero(self.left & self.held[who] & (self.first <= day) & (day <= self.last))
        chances = self.able[open_ones] * (self.last[open_ones] - day + 1)
        weight = self.prize[open_ones] * (1 + 2 / np.sqrt(chances))
        stops, room = [given.engineers[who].office] * 2, given.duty
        while len(open_ones):
            nodes = open_ones + offices
            before, after = np.array(stops[:-1]), np.array(stops[1:])
            ways: Any = self.travel[before, after] if len(stops) > 2 else np.zeros(1, dtype=np.int64)
            more = self.travel[before][:, nodes] + self.travel[nodes][:, after].T - ways[:, None]
            place = more.argmin(axis=0)
            least = more[place, np.arange(len(nodes))]
            minutes = least + self.service[open_ones]
            fits = (minutes <= room) & (least < self.prize[open_ones])
            if not fits.any():
                break
            worth = np.where(fits, (weight - least) / np.maximum(minutes, 1), -np.inf)
            best = int(worth.argmax())
            stops.insert(int(place[best]) + 1, int(nodes[best]))
            room -= int(minutes[best])
            self.left[open_ones[best]] = False
            keep = np.arange(len(open_ones)) != best
            open_ones, weight = open_ones[keep], weight[keep]
        return tuple(stop - offices for stop in stops[1:-1])
