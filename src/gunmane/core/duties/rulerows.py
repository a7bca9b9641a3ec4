"""One rule on many assets: the engine's decisions, each mirrored on arrays."""

from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from gunmane.core.calendar import WorkingDays
from gunmane.core.duties.columns import Lives
from gunmane.core.duties.daynumbers import (
    NONE,
    Days,
    add_intervals,
    fiscal_years,
    month_starts,
    number,
    on_or_after,
    period_ends,
)
from gunmane.core.duties.engine import State
from gunmane.core.duties.rules import EventKind, Rule, Timing

STATES: tuple[State, ...] = tuple(State)
"""States by their code in the column `state`."""

CODE = {state: np.int8(code) for code, state in enumerate(STATES)}
NO_ITEM = np.int8(-1)
PENDING_CODES = [CODE[State.DUE], CODE[State.IN_WINDOW], CODE[State.OVERDUE]]

Bits = NDArray[np.bool_]


class DueColumns(Struct, frozen=True):
    """One duty of many assets: state codes (-1: not a duty of this asset), day numbers, rule row, anchor day."""

    duty: str
    rows: tuple[Rule, ...]
    state: NDArray[np.int8]
    window_open: Days
    due_soft: Days
    due: Days
    rule: NDArray[np.int16]
    anchor: Days
    done_on: Days


class Part:
    """Answers for the assets a row decides; arrays are as long as the whole column."""

    def __init__(self, size: int) -> None:
        self.state = np.full(size, NO_ITEM, dtype=np.int8)
        self.opens, self.soft, self.due, self.anchor, self.done = (
            np.full(size, NONE, dtype=np.int32) for _ in range(5)
        )

    def put(self, rows: NDArray[np.int64], other: "Part") -> None:
        """Take over the answers of `other`, which holds just `rows`."""
        self.state[rows] = other.state
        for name in ("opens", "soft", "due", "anchor", "done"):
            getattr(self, name)[rows] = getattr(other, name)


def anchors(rule: Rule, lives: Lives) -> Days:
    """Vectorised `choosing.anchor_of`: day of the event that starts the clock."""
    return lives.latest_grade(rule.anchor)[0] if rule.anchor_grades else lives.latest(rule.anchor)


class RuleRows:
    """One rule on the assets `rows`; each method mirrors the function of that name in the engine."""

    def __init__(
        self, rule: Rule, lives: Lives, found: dict[str, DueColumns], rows: NDArray[np.int64], days: WorkingDays
    ) -> None:
        self.rule, self.lives, self.found, self.rows, self.days = rule, lives, found, rows, days
        self.part = Part(len(rows))

    def pick(self, column: Any) -> Any:
        """The rows' share of a whole column."""
        return column[self.rows]

    def answer(self) -> Part:
        """Decide the rows."""
        if self.rule.recurring:
            self.recurring()
        else:
            self.once()
        return self.part

    def undecided(self) -> Part:
        rule, part, lives = self.rule, self.part, self.lives
        part.state[:] = CODE[State.UNKNOWN_ANCHOR]
        if rule.suspends:
            part.state[self.pick(lives.suspended)] = CODE[State.SUSPENDED]
        if not rule.survives:
            part.state[self.pick(lives.gone)] = CODE[State.WAIVED]
        if not rule.recurring:
            base = self.pick(lives.latest(rule.anchor))
            done = self.completion(base, np.full(len(base), NONE, dtype=np.int32))
            fulfilled = done != NONE
            part.state[fulfilled] = CODE[State.DONE]
            part.done[:] = done
            part.anchor[:] = done
        return part

    def stopped(self) -> Bits:
        """Mark what is not owed; return which rows are left to be decided."""
        rule, part, lives = self.rule, self.part, self.lives
        left = np.ones(len(self.rows), dtype=np.bool_)

        def settle(hit: Bits, state: State) -> None:
            part.state[left & hit] = CODE[state]
            left[hit] = False

        if not rule.survives:
            settle(self.pick(lives.gone), State.WAIVED)
        if rule.suspends:
            settle(self.pick(lives.suspended), State.SUSPENDED)
        if rule.waived_ja is not None:
            settle(left.copy(), State.WAIVED)
        if any(mark.kind is EventKind.START_OF_USE for mark in rule.anchor):
            settle(self.pick((lives.planned != NONE) & (lives.latest(rule.anchor) == NONE)), State.WAIVED)
        before = self.found.get(rule.after or "") if rule.recurring else None
        if before is not None:
            earlier = self.pick(before.state)
            settle(np.isin(earlier, PENDING_CODES), State.WAIVED)
            nothing = self.pick(lives.latest((*rule.done_by, *rule.restarts))) == NONE
            settle((earlier == CODE[State.WAIVED]) & nothing, State.WAIVED)
        return left

    def recurring(self) -> None:
        rule, part, lives = self.rule, self.part, self.lives
        left = self.stopped()
        done = self.pick(lives.latest((*rule.done_by, *rule.restarts)))
        restart = self.pick(lives.restart) if rule.suspends else np.full_like(done, NONE)
        running = np.maximum(done, restart)
        initial = self.pick(lives.latest(rule.anchor)) if rule.anchor else np.full_like(done, NONE)
        again = left & (running != NONE)
        fresh = left & (running == NONE) & (initial != NONE)
        blank = left & (running == NONE) & (initial == NONE)
        if rule.missing == "list":
            part.state[blank] = CODE[State.UNKNOWN_ANCHOR]
        if rule.new_only and rule.valid_from is not None:
            old = fresh & (initial < number(rule.valid_from))
            part.state[old] = CODE[State.UNKNOWN_ANCHOR]
            part.anchor[old] = initial[old]
            fresh &= ~old
        self.dated(again, running, rule.repeat, completed=done >= restart)
        self.dated(fresh, initial, rule.first or rule.again, completed=np.zeros(len(done), dtype=np.bool_))

    def dated(self, where: Bits, base: Days, timing: Timing | None, completed: Bits) -> None:
        """Compute windows and states of the marked rows."""
        if timing is None or not where.any():
            return
        rows = np.flatnonzero(where)
        opens, soft, due, known = self.windows(timing, rows, base[rows], completed[rows])
        self.settle(rows, base[rows], opens, soft, due, known, timing)

    def settle(
        self, rows: NDArray[np.int64], base: Days, opens: Days, soft: Days, due: Days, known: Bits, timing: Timing
    ) -> None:
        rule, part = self.rule, self.part
        force = None if rule.valid_from is None else number(rule.valid_from)
        waived = np.zeros(len(rows), dtype=np.bool_)
        if force is not None:
            early = (base < force) & (due != NONE)
            if not rule.recurring:
                waived = early & (due < force)
            floor = force if rule.transition_due is None else number(rule.transition_due)
            due = np.where(early & ~waived, np.maximum(due, floor), due).astype(np.int32)
        due = self.filed(due, timing)
        on = self.lives.on
        state = np.full(len(rows), CODE[State.IN_WINDOW], dtype=np.int8)
        state[(opens != NONE) & (on < opens)] = CODE[State.DUE]
        state[(due != NONE) & (on > due)] = CODE[State.OVERDUE]
        state[waived] = CODE[State.WAIVED]
        state[~known] = CODE[State.UNKNOWN_ANCHOR]
        for target, days in ((part.opens, opens), (part.soft, soft), (part.due, due)):
            target[rows] = np.where(waived | ~known, NONE, days)
        part.state[rows] = state
        part.anchor[rows] = base

    def filed(self, due: Days, timing: Timing | None) -> Days:
        if not self.rule.filing or timing is None or timing.shape != "within":
            return due
        return on_or_after(due, self.days)

    def windows(self, timing: Timing, rows: NDArray[np.int64], base: Days, completed: Bits) -> tuple[Any, ...]:
        """Vectorised `window`: opens, soft, due and whether an interval is known."""
        known = np.ones(len(base), dtype=np.bool_)
        nothing = np.full(len(base), NONE, dtype=np.int32)
        if timing.shape == "fixed" and timing.day is not None:
            day = np.full(len(base), number(timing.day), dtype=np.int32)
            return base, day, day, known
        if timing.shape == "open":
            return base, nothing, nothing, known
        amounts = self.amounts(timing, rows)
        known &= amounts > 0 if timing.amount_from else known
        parts = [nothing.copy(), nothing.copy(), nothing.copy()]
        for amount in np.unique(amounts[known]):
            here = np.flatnonzero(known & (amounts == amount))
            values = self.window(timing, int(amount), rows[here], base[here], completed[here])
            for target, column in zip(parts, values[:3], strict=True):
                target[here] = column
            known[here] = values[3]
        return (*parts, known)

    def amounts(self, timing: Timing, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """The interval of each row; 0 where it is missing, zero or negative and read from an attribute."""
        if timing.amount_from is None:
            return np.full(len(rows), timing.amount or 0, dtype=np.int64)
        values = self.lives.columns.numbers.get(timing.amount_from)
        if values is None:
            return np.zeros(len(rows), dtype=np.int64)
        found = values[self.rows[rows]]
        return np.where(found >= 1, np.nan_to_num(found), 0).astype(np.int64)

    def window(
        self, timing: Timing, amount: int, rows: NDArray[np.int64], base: Days, completed: Bits
    ) -> tuple[Days, Days, Days, Bits]:
        known = np.ones(len(base), dtype=np.bool_)
        if timing.shape == "before":
            ahead = (base - amount * (7 if timing.unit == "week" else 1)).astype(np.int32)
            return np.full_like(base, NONE), ahead, ahead, known
        if timing.shape == "window":
            opens = (add_intervals(base, amount, timing.unit) + 1).astype(np.int32)
            closes = period_ends(opens, timing.length)
            return opens, closes, closes, known
        soft = add_intervals(base, amount, timing.unit)
        opens = (base + completed).astype(np.int32)
        if timing.tolerance == "none":
            return opens, soft, soft, known
        year = (fiscal_years(base) + amount).astype(np.int32)
        due = (month_starts(year + 1, 4) - 1).astype(np.int32)
        if timing.opens == "fiscal_year":
            opens = month_starts(year, 4)
        if timing.tolerance == "fixed_month":
            months = self.months(timing, rows)
            known = (months >= 1) & (months <= 12)
            months = np.where(known, months, 1).astype(np.int32)
            opens = month_starts(np.where(months >= 4, year, year + 1).astype(np.int32), months)
            due = period_ends(opens, 1)
        return opens, np.minimum(soft, due), due, known

    def months(self, timing: Timing, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        if timing.month_from is None:
            return np.full(len(rows), timing.month or 0, dtype=np.int64)
        values = self.lives.columns.numbers.get(timing.month_from)
        if values is None:
            return np.zeros(len(rows), dtype=np.int64)
        return np.nan_to_num(values[self.rows[rows]]).astype(np.int64)

    def completion(self, base: Days, opens: Days) -> Days:
        """Day of the event that fulfils a one-off, NONE without one."""
        rule, lives = self.rule, self.lives
        done = self.pick(lives.latest(rule.done_by))
        if rule.since:
            begin = self.pick(lives.latest(rule.since))
            done = np.where(done >= begin, done, NONE).astype(np.int32)
        if rule.counts == "any":
            return done
        if rule.counts == "before":
            since = lives.latest(rule.since) if rule.since else None
            held = lives.earliest(rule.done_by) if since is None else lives.earliest_since(rule.done_by, since)
            first = self.pick(held)
            untied = done if rule.missing == "list" else np.full_like(done, NONE)
            return np.where(base == NONE, untied, np.where(first <= base, first, NONE)).astype(np.int32)
        floor = base
        if rule.counts == "window":
            floor = np.where(opens != NONE, opens, base)
        return np.where((base == NONE) | (done >= floor), done, NONE).astype(np.int32)

    def once(self) -> None:
        rule, part, lives, timing = self.rule, self.part, self.lives, self.rule.first
        if rule.awaits is not None:
            self.unjudged()
            return
        nothing = np.full(len(self.rows), NONE, dtype=np.int32)
        base = self.pick(anchors(rule, lives))
        if rule.anchor_grades:
            unfulfilled = self.completion(base, nothing) == NONE
            base = np.where(unfulfilled, self.pick(lives.first_of_run(rule, anchors(rule, lives))), base)
        if timing is not None and timing.shape in ("fixed", "open"):
            start = number(rule.valid_from) if rule.valid_from else lives.on
            base = np.where(base == NONE, start, base).astype(np.int32)
        everything = np.arange(len(self.rows))
        false = np.zeros(len(self.rows), dtype=np.bool_)
        opens, soft, due, known = self._of(timing, everything, base)
        done = self.completion(base, np.where(known, opens, NONE).astype(np.int32))
        fulfilled = done != NONE
        left = self.stopped() & ~fulfilled
        if rule.missing == "none":  # nothing has triggered it
            untriggered = (base == NONE) & ~fulfilled
            part.state[untriggered] = NO_ITEM
            left &= ~untriggered
        part.state[fulfilled] = CODE[State.DONE]
        part.done[fulfilled] = done[fulfilled]
        part.anchor[fulfilled] = base[fulfilled]
        shown = fulfilled & known & (base != NONE)
        for target, days in ((part.opens, opens), (part.soft, soft), (part.due, self.filed(due, timing))):
            target[shown] = days[shown]
        if timing is not None and rule.suspends:
            restart = self.pick(lives.restart)
            restarted = left & (restart > base)
            base = np.where(restarted, restart, base).astype(np.int32)
        if rule.closed_by:
            closing = self.pick(lives.latest(rule.closed_by))
            closed = left & (closing != NONE) & ((base == NONE) | (closing >= base))
            part.state[closed] = CODE[State.WAIVED]
            part.anchor[closed] = closing[closed]
            left &= ~closed
        blank = left & (base == NONE)
        if rule.missing == "list":
            part.state[blank] = CODE[State.UNKNOWN_ANCHOR]
        left &= ~blank
        if rule.ends_at is not None and timing is not None:
            end = self.pick(lives.latest((rule.ends_at,)))
            _, _, due, _ = self._of(timing, everything, base)
            left &= ~((end != NONE) & (due != NONE) & (due >= end))
        self.dated(left, base, timing, false)

    def _of(self, timing: Timing | None, rows: NDArray[np.int64], base: Days) -> tuple[Any, ...]:
        """Windows of all rows, unknown where there is no base."""
        nothing = np.full(len(rows), NONE, dtype=np.int32)
        false = np.zeros(len(rows), dtype=np.bool_)
        if timing is None:
            return nothing, nothing, nothing, false
        held = base != NONE
        opens, soft, due, known = self.windows(timing, rows, np.where(held, base, 0).astype(np.int32), false)
        known = known & held
        return (*(np.where(known, column, NONE).astype(np.int32) for column in (opens, soft, due)), known)

    def unjudged(self) -> None:
        rule, part, lives = self.rule, self.part, self.lives
        if rule.awaits is None:
            return
        waiting = self.pick(lives.latest((rule.awaits,)))
        judged, _ = lives.latest_grade(rule.anchor)
        hit = (waiting != NONE) & (self.pick(judged) < waiting)
        if not rule.survives:
            hit &= ~self.pick(lives.gone)
        part.state[hit] = CODE[State.UNKNOWN_ANCHOR]
        part.anchor[hit] = waiting[hit]
