"""A routing problem of inspections over days: its format, its price, and a checker that trusts no solver.

Format (JSON): `days`, `start_min`, `end_min` (a day's duty in minutes), `travel_min` (square matrix: first the
offices, then the jobs), `offices` (their number), `engineers` (`office`, `skills`), `jobs` (`service` minutes,
`field`, `first_day`, `last_day`, `prize`). A day begins and ends at the engineer's office; objective = minutes of
driving + prizes of the jobs that are not served. `gunmane.core.schedule.reading` reads it.
"""

from collections.abc import Mapping
from enum import StrEnum
from itertools import pairwise

from msgspec import Struct

Plan = dict[tuple[int, int], tuple[int, ...]]
"""Jobs in order by engineer and day; days without a visit are absent."""


class Inspector(Struct, frozen=True):
    """An engineer: the office (index) and the fields he or she is qualified for."""

    office: int
    skills: tuple[int, ...]


class Job(Struct, frozen=True):
    """An inspection: minutes on site, field, lawful days (both included), prize in minutes of driving."""

    service: int
    field: int
    first_day: int
    last_day: int
    prize: int


class Instance(Struct, frozen=True):
    """A problem; see the module for the format."""

    days: int
    start_min: int
    end_min: int
    travel_min: tuple[tuple[int, ...], ...]
    offices: int
    engineers: tuple[Inspector, ...]
    jobs: tuple[Job, ...]

    @property
    def duty(self) -> int:
        """Minutes of a day."""
        return self.end_min - self.start_min

    def may(self, engineer: int, day: int, job: int) -> bool:
        """Whether an engineer may do a job on a day: qualification and window."""
        wanted = self.jobs[job]
        return wanted.field in self.engineers[engineer].skills and wanted.first_day <= day <= wanted.last_day


class Breach(StrEnum):
    """What a plan must not do."""

    TWICE = "twice"
    NO_SUCH = "no_such"
    NOT_QUALIFIED = "not_qualified"
    OUT_OF_WINDOW = "out_of_window"
    TOO_LONG = "too_long"


def breaches(given: Instance, plan: Mapping[tuple[int, int], tuple[int, ...]]) -> list[tuple[Breach, int, int, int]]:
    """Return every breach of a plan as (what, engineer, day, job or minutes); empty for a plan that may be stored."""
    found: list[tuple[Breach, int, int, int]] = []
    seen: set[int] = set()
    for (engineer, day), jobs in plan.items():
        if not (0 <= engineer < len(given.engineers) and 0 <= day < given.days):
            found.append((Breach.NO_SUCH, engineer, day, -1))
            continue
        for job in jobs:
            if not 0 <= job < len(given.jobs):
                found.append((Breach.NO_SUCH, engineer, day, job))
                continue
            if job in seen:
                found.append((Breach.TWICE, engineer, day, job))
            seen.add(job)
            wanted = given.jobs[job]
            if wanted.field not in given.engineers[engineer].skills:
                found.append((Breach.NOT_QUALIFIED, engineer, day, job))
            if not wanted.first_day <= day <= wanted.last_day:
                found.append((Breach.OUT_OF_WINDOW, engineer, day, job))
        known = [job for job in jobs if 0 <= job < len(given.jobs)]
        minutes = driving(given, engineer, known) + sum(given.jobs[job].service for job in known)
        if minutes > given.duty:
            found.append((Breach.TOO_LONG, engineer, day, minutes))
    return found


def driving(given: Instance, engineer: int, jobs: list[int] | tuple[int, ...]) -> int:
    """Minutes of driving of one day, from the office through the jobs in order and back."""
    office = given.engineers[engineer].office
    stops = [office, *(given.offices + job for job in jobs), office]
    return sum(given.travel_min[here][there] for here, there in pairwise(stops)) if jobs else 0


class Price(Struct, frozen=True):
    """What a plan costs: objective = travel + unserved prizes, in minutes."""

    travel: int
    unserved_prizes: int
    served: int

    @property
    def objective(self) -> int:
        """Minutes of driving plus prizes of what is not served."""
        return self.travel + self.unserved_prizes


def price(given: Instance, plan: Mapping[tuple[int, int], tuple[int, ...]]) -> Price:
    """Return the price of a plan, computed from the problem alone."""
    served = {job for jobs in plan.values() for job in jobs}
    travel = sum(driving(given, engineer, jobs) for (engineer, _), jobs in plan.items())
    missed = sum(job.prize for number, job in enumerate(given.jobs) if number not in served)
    return Price(travel, missed, len(served))
