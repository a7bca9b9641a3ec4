"""A routing problem of inspections over days: its format, its price, and a checker that trusts no solver.

Format (JSON): `days`, `start_min`, `end_min` (a day's duty in minutes), `travel_min` (square matrix: first the
offices, then the jobs), `offices` (their number), `engineers` (`office`, `skills`), `jobs` (`service` minutes,
`field`, `first_day`, `last_day`, `prize`). Other keys (a reference plan, notes) are passed over. A day begins and
ends at the engineer's office; objective = minutes of driving + prizes of the jobs that are not served.
"""

from collections.abc import Mapping
from enum import StrEnum
from itertools import pairwise
from typing import Any

import msgspec
from msgspec import Struct

from gunmane.core.errors import Fault, GunmaneError

Plan = dict[tuple[int, int], tuple[int, ...]]
"""Jobs in order by engineer and day; days without a visit are absent."""


class Inspector(Struct, frozen=True, forbid_unknown_fields=True):
    """An engineer: the office (index) and the fields he or she is qualified for."""

    office: int
    skills: tuple[int, ...]


class Job(Struct, frozen=True, forbid_unknown_fields=True):
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


def read_instance(document: Any) -> Instance:
    """Check a decoded JSON value and return the problem.

    Raises GunmaneError `bad_instance` with every fault and its place.
    """
    try:
        found = msgspec.convert(document, Instance)
    except msgspec.ValidationError as error:
        raise GunmaneError("bad_instance", [Fault("bad_instance", "", {"message": str(error)})]) from error
    faults = [Fault("bad_value", at, {"message": text}) for at, text in _mistakes(found)]
    if faults:
        raise GunmaneError("bad_instance", faults)
    return found


def _mistakes(given: Instance) -> list[tuple[str, str]]:
    size = given.offices + len(given.jobs)
    found: list[tuple[str, str]] = []
    if given.days < 1 or given.duty < 0 or given.offices < 1:
        found.append(("/days", "at least one day, one office and a day that ends after it starts"))
    if len(given.travel_min) != size:
        found.append(("/travel_min", f"{size} rows expected: offices, then jobs"))
    for row, values in enumerate(given.travel_min):
        if len(values) != size or any(value < 0 for value in values):
            found.append((f"/travel_min/{row}", f"{size} minutes of at least 0 expected"))
    for number, engineer in enumerate(given.engineers):
        if not 0 <= engineer.office < given.offices:
            found.append((f"/engineers/{number}/office", f"no office {engineer.office}"))
    for number, job in enumerate(given.jobs):
        if job.service < 0 or job.prize < 0:
            found.append((f"/jobs/{number}", "service and prize of at least 0 expected"))
    return found


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


class Why(Struct, frozen=True):
    """Why a job is not served, and the smallest change that would place it.

    code: no_engineer (nobody holds the field), no_day (window outside the days), too_far (longer than a day from
    every office), no_room (`minutes` more on one day of `engineer`, day `day`), not_worth (it fits, but costs more
    driving than its prize).
    """

    job: int
    code: str
    engineer: int | None = None
    day: int | None = None
    minutes: int | None = None


def unserved(given: Instance, plan: Mapping[tuple[int, int], tuple[int, ...]]) -> list[Why]:
    """Explain every job that a plan leaves out."""
    served = {job for jobs in plan.values() for job in jobs}
    slack: dict[tuple[int, int], int] = {}
    for engineer in range(len(given.engineers)):
        for day in range(given.days):
            jobs = plan.get((engineer, day), ())
            spent = driving(given, engineer, jobs) + sum(given.jobs[job].service for job in jobs)
            slack[engineer, day] = given.duty - spent
    return [_why(given, plan, slack, job) for job in range(len(given.jobs)) if job not in served]


def _why(
    given: Instance, plan: Mapping[tuple[int, int], tuple[int, ...]], slack: Mapping[tuple[int, int], int], job: int
) -> Why:
    wanted = given.jobs[job]
    able = [who for who, engineer in enumerate(given.engineers) if wanted.field in engineer.skills]
    if not able:
        return Why(job, "no_engineer")
    days = range(max(0, wanted.first_day), min(given.days - 1, wanted.last_day) + 1)
    if not days:
        return Why(job, "no_day")
    if all(driving(given, who, (job,)) + wanted.service > given.duty for who in able):
        return Why(job, "too_far")
    short, who, day = min(
        (_more(given, who, plan.get((who, day), ()), job) + wanted.service - slack[who, day], who, day)
        for who in able
        for day in days
    )
    return Why(job, "not_worth", who, day) if short <= 0 else Why(job, "no_room", who, day, short)


def _more(given: Instance, engineer: int, jobs: tuple[int, ...], job: int) -> int:
    """Least minutes of driving that a further job adds to a day."""
    before = driving(given, engineer, jobs)
    return min(driving(given, engineer, (*jobs[:at], job, *jobs[at:])) for at in range(len(jobs) + 1)) - before
