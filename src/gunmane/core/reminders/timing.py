"""When a message may leave: quiet hours, working days, and the pauses between attempts."""

from datetime import date, datetime, time, timedelta, timezone
from hashlib import sha256

from msgspec import Struct

from gunmane.core.calendar import ONE_DAY, WorkingDays

JST = timezone(timedelta(hours=9), "JST")
"""Japan has no daylight saving time, so a fixed offset is exact."""


class Hours(Struct, frozen=True):
    """When somebody wants no message: from `quiet_from` to `quiet_to` (may pass midnight; equal: never quiet)."""

    quiet_from: time = time(20)
    quiet_to: time = time(8)
    working_days: bool = True

    def quiet(self, clock: time) -> bool:
        """Tell whether a time of day lies in the quiet hours; their end does not."""
        if self.quiet_from <= self.quiet_to:
            return self.quiet_from <= clock < self.quiet_to
        return clock >= self.quiet_from or clock < self.quiet_to


def civil_day(now: datetime) -> date:
    """Return the day in Japan at a moment."""
    return now.astimezone(JST).date()


def send_at(now: datetime, hours: Hours, days: WorkingDays) -> datetime | None:
    """Return the moment from which a message may leave; None: at once."""
    local = now.astimezone(JST)
    day, clock = local.date(), local.time().replace(tzinfo=None)
    if hours.quiet(clock):
        if hours.quiet_to <= clock:  # quiet until the morning after
            day += ONE_DAY
        moment = datetime.combine(day, hours.quiet_to, JST)
    else:
        moment = local
    if hours.working_days and not days.is_open(moment.date()):
        opening = hours.quiet_to if hours.quiet(time(0)) else time(0)
        moment = datetime.combine(days.on_or_after(moment.date()), opening, JST)
    return None if moment == local else moment


def reach(today: date, hours: Hours, days: WorkingDays) -> tuple[date, date] | None:
    """Return up to which day steps count today: those of overdue items, and those ahead of a due date.

    On a closed day nothing is told to people who read on working days only. What falls on closed days is told on
    the working day before where it lies ahead of the due date: nobody learns of a Sunday's last day on Monday. None:
    nothing today.
    """
    if not hours.working_days:
        return today, today
    if not days.is_open(today):
        return None
    return today, days.on_or_after(today + ONE_DAY) - ONE_DAY


class Delivery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How sending is tried: seconds, and how often before a person must look."""

    first_pause_s: float
    longest_pause_s: float
    jitter: float
    attempts: int
    lease_s: float
    batch: int


def pause(attempt: int, seed: str, delivery: Delivery) -> float:
    """Return the seconds to wait after a failed attempt (1 = the first).

    Doubles up to the longest, and is spread by ± `jitter` so that what failed together does not come back together;
    the spread follows from the seed and is the same whenever it is asked for.
    """
    plain = min(delivery.first_pause_s * 2.0 ** min(attempt - 1, 40), delivery.longest_pause_s)
    draw = int.from_bytes(sha256(f"{seed}:{attempt}".encode()).digest()[:8], "big") / 2**64
    return plain * (1.0 + delivery.jitter * (2.0 * draw - 1.0))
