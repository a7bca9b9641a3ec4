"""Ladders: at which distance from a due date which role is told, as data.

A step is a number of days relative to the last lawful day: -30 is thirty days ahead, 0 the day itself, 14 two weeks
overdue. Escalation is the ladder of the higher role, whose first step lies further behind the due date.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from enum import StrEnum

from msgspec import Struct

from gunmane.core.errors import Fault
from gunmane.core.words import SourceStatus

MOST_DAYS = 3660
"""No step lies further from its due date than ten years."""


class Audience(StrEnum):
    """In which role somebody is reminded."""

    OFFICER = "officer"  # 担当者
    ENGINEER = "engineer"  # 点検に行く技術者
    SUPERIOR = "superior"  # 上司
    PREFECTURE = "prefecture"  # 都道府県
    SEPTIC_OWNER = "septic_owner"  # 浄化槽管理者
    COPY = "copy"  # 写しを受ける関係者


class Ladder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The steps of one role for one duty (`*`: all; `septic.*`: all of a field).

    `before`: days ahead of the due date, 0 the day itself. Overdue: first after `overdue_first` days, then every
    `overdue_every` (0: no more) up to `overdue_last`. `optional`: its recipients may unsubscribe.
    """

    role: Audience
    duty: str = "*"
    before: tuple[int, ...] = ()
    overdue_first: int | None = None
    overdue_every: int = 0
    overdue_last: int = MOST_DAYS
    optional: bool = False
    source: str = ""
    status: SourceStatus = SourceStatus.ASSUMED

    def reached(self, days: int) -> int | None:
        """Return the latest step reached `days` after the due date (negative: ahead of it), None before the first.

        What was due longer ago than `overdue_last` stays at its last step.
        """
        if self.overdue_first is not None and days >= self.overdue_first:
            if not self.overdue_every:
                return self.overdue_first
            over = min(days, max(self.overdue_last, self.overdue_first)) - self.overdue_first
            return self.overdue_first + over // self.overdue_every * self.overdue_every
        return max((-ahead for ahead in self.before if -ahead <= days), default=None)

    def steps(self) -> list[int]:
        """Return all steps, earliest first."""
        ahead = sorted(-days for days in set(self.before))
        if self.overdue_first is None:
            return ahead
        if not self.overdue_every:
            return [*ahead, self.overdue_first]
        last = max(self.overdue_last, self.overdue_first)
        return [*ahead, *range(self.overdue_first, last + 1, self.overdue_every)]

    def fits(self, duty: str) -> bool:
        """Tell whether the ladder is for a duty."""
        return self.duty in ("*", duty) or (self.duty.endswith(".*") and duty.startswith(self.duty[:-1]))


def faults(ladder: Ladder) -> list[Fault]:
    """List what is wrong with a ladder, each with its place."""
    found: list[Fault] = []
    if any(not 0 <= days <= MOST_DAYS for days in ladder.before):
        found.append(Fault("out_of_range", "/before", {"reason": f"0–{MOST_DAYS}"}))
    if len(set(ladder.before)) != len(ladder.before):
        found.append(Fault("twice", "/before"))
    for name, least in (("overdue_first", 1), ("overdue_every", 0), ("overdue_last", 1)):
        value = getattr(ladder, name)
        if value is not None and not least <= value <= MOST_DAYS:
            found.append(Fault("out_of_range", f"/{name}", {"reason": f"{least}–{MOST_DAYS}"}))
    if ladder.overdue_first is None and ladder.overdue_every:
        found.append(Fault("missing", "/overdue_first"))
    return found


class LadderBook(Struct, frozen=True):
    """Ladders of an owner, then those that ship with the program."""

    own: tuple[Ladder, ...] = ()
    shipped: tuple[Ladder, ...] = ()

    def find(self, role: Audience, duty: str) -> Ladder | None:
        """Return the ladder that names the duty most exactly, the owner's own before a shipped one."""
        fitting = [one for one in (*self.own, *self.shipped) if one.role is role and one.fits(duty)]
        return max(fitting, key=lambda one: _exactness(one.duty, duty), default=None)

    def of(self, roles: Iterable[Audience]) -> list[Ladder]:
        """Return every ladder of some roles."""
        wanted = set(roles)
        return [one for one in (*self.own, *self.shipped) if one.role in wanted]


def _exactness(pattern: str, duty: str) -> int:
    return 10_000 if pattern == duty else len(pattern)


def due_days(ladders: Sequence[Ladder], since: date, until: date, ahead: date) -> list[date]:
    """Return the due dates of which some step falls on a day after `since` and not after `until`.

    Steps up to the due date itself count until `ahead`, for they come early where the days between are closed.
    Only rows of these dates can have something new to tell; one step is one date, so that a table of millions of
    due dates is read at a few places only.
    """
    found: set[date] = set()
    for step in {step for ladder in ladders for step in ladder.steps()}:
        last = max(ahead, until) if step <= 0 else until
        found.update(since + timedelta(days=behind - step) for behind in range(1, max((last - since).days, 0) + 1))
    return sorted(found)


def furthest_ahead(ladders: Sequence[Ladder]) -> int:
    """Return how many days before its due date something is told at the earliest."""
    return max((days for ladder in ladders for days in ladder.before), default=0)
