"""Which duties an asset has on a day, and from which fact each date follows."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from msgspec import Struct, structs

from gunmane.core.duties.choosing import anchor_of, first_of_run, fits
from gunmane.core.duties.facts import AssetFacts, Event, Life, life
from gunmane.core.duties.reasons import Outcome, Why, reason
from gunmane.core.duties.rules import EventKind, Mark, Rule, RuleBook, Timing
from gunmane.core.duties.windows import Window, window
from gunmane.core.words import SourceStatus


class State(StrEnum):
    """How a duty stands on the day asked about."""

    DUE = "due"  # owed, its window has not opened yet
    IN_WINDOW = "in_window"
    OVERDUE = "overdue"
    DONE = "done"  # a one-off that has been fulfilled
    WAIVED = "waived"  # not owed; the reason says why
    SUSPENDED = "suspended"
    UNKNOWN_ANCHOR = "unknown_anchor"  # owed, but a fact that its date needs is missing


PENDING = frozenset({State.DUE, State.IN_WINDOW, State.OVERDUE})


class DueItem(Struct, frozen=True, kw_only=True):
    """One duty of one asset as of a day.

    `due` is the last lawful day, `due_soft` the anniversary (or the day before it moved off a holiday),
    `window_open` the first lawful day; None where the rule or the state sets none. `anchor` is the event all
    follows from. `missing` names the facts that an unknown anchor lacks. `later` are events of this duty recorded
    for a day after the one asked about: they do not count yet, and the reason says so. `rule` is the row's id,
    `status` how far its dates can be trusted.
    """

    id: str
    duty: str
    state: State
    window_open: date | None = None
    due_soft: date | None = None
    due: date | None = None
    basis_ja: str = ""
    basis_en: str = ""
    reason_ja: str = ""
    reason_en: str = ""
    anchor: Event | None = None
    done_on: date | None = None
    missing: tuple[str, ...] = ()
    later: tuple[Event, ...] = ()
    rule: str = ""
    status: SourceStatus = SourceStatus.UNVERIFIED
    as_of: date


class _Answer(Struct, frozen=True):
    """A decision before it is put into words."""

    state: State
    outcome: Outcome
    dates: Window = Window(None, None, None)
    timing: Timing | None = None
    anchor: Event | None = None
    done_on: date | None = None
    missing: tuple[str, ...] = ()
    on: date | None = None


def due_items(facts: AssetFacts, on: date, book: RuleBook) -> list[DueItem]:
    """Return every duty of one asset on the day `on`, in the order of the rule book.

    Each duty appears once, also where its anchor is unknown; only duties that nothing has triggered and duties
    of other kinds of assets are left out.
    """
    known = life(facts, on)
    found: dict[str, DueItem] = {}
    for duty, rows in book.rows(facts.asset_class, on).items():
        item = _decide(rows, known, found, book)
        if item is not None:
            found[duty] = item
    return list(found.values())


def _decide(rows: Sequence[Rule], known: Life, found: dict[str, DueItem], book: RuleBook) -> DueItem | None:
    """Choose the row that decides, answer by it, and cap a local answer by the statute it departs from."""
    fitting: list[Rule] = []
    undecided: list[tuple[Rule, tuple[str, ...]]] = []
    for rule in rows:
        fit, missing = fits(rule, known)
        if fit is True:
            fitting.append(rule)
        elif fit is None:
            undecided.append((rule, missing))
    doubts = tuple(dict.fromkeys(name for _, missing in undecided for name in missing))
    if fitting:
        rule = fitting[0]
        answer = _answer(rule, known, found, doubts)
        if rule.local and answer is not None and answer.dates.due is not None:
            rule, answer = _capped(rule, answer, fitting, known, found)
    elif undecided:
        rule = undecided[0][0]
        answer = _undecided(rule, known, doubts)
    else:
        return None
    return None if answer is None else _item(rule, answer, known, book)


def _capped(
    rule: Rule, answer: _Answer, fitting: Sequence[Rule], known: Life, found: dict[str, DueItem]
) -> tuple[Rule, _Answer]:
    """Let the statute decide where a local row would allow a later last day."""
    national = next((row for row in fitting if not row.local and row.kind == "statute"), None)
    if national is None:
        return rule, answer
    lawful = _answer(national, known, found, ())
    if lawful is None or lawful.dates.due is None or answer.dates.due is None:
        return rule, answer
    return (national, lawful) if lawful.dates.due < answer.dates.due else (rule, answer)


def _undecided(rule: Rule, known: Life, missing: tuple[str, ...]) -> _Answer:
    if not rule.recurring:
        done = _completion(rule, known, known.latest(rule.anchor), None)
        if done is not None:
            return _Answer(State.DONE, Outcome.DONE, done_on=done.on, anchor=done)
    if known.gone and not rule.survives:
        return _Answer(State.WAIVED, Outcome.GONE, on=known.gone_on)
    if rule.suspends and known.suspended:
        return _Answer(State.SUSPENDED, Outcome.SUSPENDED, on=known.suspended_on)
    return _Answer(State.UNKNOWN_ANCHOR, Outcome.UNKNOWN, missing=missing)


def _answer(rule: Rule, known: Life, found: dict[str, DueItem], doubts: tuple[str, ...]) -> _Answer | None:
    if not rule.recurring:
        return _once(rule, known, doubts)
    stopped = _stopped(rule, known, found)
    return stopped or _recurring(rule, known, doubts)


def _stopped(rule: Rule, known: Life, found: dict[str, DueItem]) -> _Answer | None:
    """Answer for what lifts a duty: abolition, suspension, use not begun, a duty that comes first, a waiver."""
    if known.gone and not rule.survives:
        return _Answer(State.WAIVED, Outcome.GONE, on=known.gone_on)
    if rule.suspends and known.suspended:
        return _Answer(State.SUSPENDED, Outcome.SUSPENDED, on=known.suspended_on)
    if rule.waived_ja is not None:
        return _Answer(State.WAIVED, Outcome.WAIVED)
    waits_for_use = any(mark.kind is EventKind.START_OF_USE for mark in rule.anchor)
    if waits_for_use and known.planned is not None and known.latest(rule.anchor) is None:
        return _Answer(State.WAIVED, Outcome.NOT_IN_USE, on=known.planned)
    before = found.get(rule.after or "")
    if before is not None and before.state in PENDING:
        return _Answer(State.WAIVED, Outcome.PENDING, anchor=before.anchor, on=before.due)
    if before is not None and before.state is State.WAIVED and known.latest((*rule.done_by, *rule.restarts)) is None:
        return _Answer(State.WAIVED, Outcome.NOT_IN_USE, on=known.planned)
    return None


def _recurring(rule: Rule, known: Life, doubts: tuple[str, ...]) -> _Answer | None:
    done = known.latest((*rule.done_by, *rule.restarts))
    restart = Event(EventKind.RESUMED, known.restart) if rule.suspends and known.restart else None
    if done is not None or restart is not None:
        base = max((event for event in (done, restart) if event is not None), key=lambda event: event.on)
        timing = rule.repeat
    else:
        base, timing = known.latest(rule.anchor), rule.first or rule.again
        if base is not None and rule.new_only and rule.valid_from is not None and base.on < rule.valid_from:
            return _Answer(State.UNKNOWN_ANCHOR, Outcome.TOO_OLD, anchor=base, missing=("inspection",))
    if base is None:
        if rule.missing == "none":
            return None
        return _Answer(State.UNKNOWN_ANCHOR, Outcome.UNKNOWN, missing=_wanted(rule))
    if timing is None:
        return None
    dates = window(timing, base.on, known.attributes, completed=base is done)
    if dates is None:
        return _Answer(State.UNKNOWN_ANCHOR, Outcome.NO_INTERVAL, anchor=base, missing=doubts or ("interval",))
    return _dated(rule, timing, base, dates, known)


def _once(rule: Rule, known: Life, doubts: tuple[str, ...]) -> _Answer | None:
    """Answer for a duty that is owed once after each anchor."""
    if rule.awaits is not None:
        return _unjudged(rule, rule.awaits, known)
    timing = rule.first
    base, dates = anchor_of(rule, known), None
    if base is not None and rule.anchor_grades and _completion(rule, known, base, None) is None:
        base = first_of_run(rule, known, base)
    if timing is not None and timing.shape in ("fixed", "open"):
        base = base or Event(EventKind.INSTALLED, rule.valid_from or known.on)
    if timing is not None and base is not None:
        dates = window(timing, base.on, known.attributes, completed=False)
    done = _completion(rule, known, base, dates)
    if done is not None:
        held = dates or Window(None, None, None)
        return _Answer(State.DONE, Outcome.DONE, held, timing, base, done.on)
    if base is None and rule.missing == "none":
        return None  # nothing has triggered it
    stopped = _stopped(rule, known, {})
    if stopped is not None:
        return stopped
    restarted = known.restart if rule.suspends else None
    if timing is not None and restarted is not None and (base is None or restarted > base.on):
        base = Event(EventKind.RESUMED, restarted)
        dates = window(timing, base.on, known.attributes, completed=False)
    closing = known.latest(rule.closed_by)
    if closing is not None and (base is None or closing.on >= base.on):
        return _Answer(State.WAIVED, Outcome.CLOSED, anchor=closing, on=closing.on)
    if base is None:
        return _Answer(State.UNKNOWN_ANCHOR, Outcome.UNKNOWN, missing=_wanted(rule))
    if timing is None or dates is None:
        return _Answer(State.UNKNOWN_ANCHOR, Outcome.NO_INTERVAL, anchor=base, missing=doubts or ("interval",))
    end = known.latest((rule.ends_at,)) if rule.ends_at else None
    if end is not None and dates.due is not None and dates.due >= end.on:
        return None
    return _dated(rule, timing, base, dates, known)


def _unjudged(rule: Rule, awaits: Mark, known: Life) -> _Answer | None:
    """List a survey whose judgement is still awaited; a state of its own, not a waiver."""
    waiting = known.latest((awaits,))
    judged = (
        any(event.grade is not None and event.on >= waiting.on for event in known.matching(rule.anchor))
        if waiting is not None
        else True
    )
    if waiting is None or judged or (known.gone and not rule.survives):
        return None
    return _Answer(State.UNKNOWN_ANCHOR, Outcome.UNJUDGED, anchor=waiting, missing=("grade",))


def _completion(rule: Rule, known: Life, base: Event | None, dates: Window | None) -> Event | None:
    """Return the event that fulfils a one-off, or None: an early one only where the rule lets it count."""
    events = known.matching(rule.done_by)
    begin = known.latest(rule.since)
    if begin is not None:
        events = [event for event in events if event.on >= begin.on]
    if base is None and rule.counts == "before" and rule.missing == "none":
        return None
    if base is None or rule.counts == "any":
        return events[-1] if events else None
    if rule.counts == "before":
        return events[0] if events and events[0].on <= base.on else None
    floor = base.on
    if rule.counts == "window" and dates is not None and dates.opens is not None:
        floor = dates.opens
    return events[-1] if events and events[-1].on >= floor else None


def _wanted(rule: Rule) -> tuple[str, ...]:
    """Name the events that would give a rule its anchor."""
    marks = (*rule.anchor, *rule.done_by, *rule.restarts) if rule.recurring else rule.anchor
    return tuple(dict.fromkeys(mark.kind.value for mark in marks))


def _dated(rule: Rule, timing: Timing, base: Event, dates: Window, known: Life) -> _Answer:
    """Apply transition and holidays to a window, and read the state off it."""
    opens, soft, due = dates.opens, dates.due_soft, dates.due
    if due is not None and rule.valid_from is not None and base.on < rule.valid_from:
        if not rule.recurring and due < rule.valid_from:
            return _Answer(State.WAIVED, Outcome.BEFORE_FORCE, anchor=base, on=due)
        due = max(due, rule.transition_due or rule.valid_from)
    return _Answer(_state(known.on, opens, due), Outcome.DATED, Window(opens, soft, due), timing, base)


def _state(on: date, opens: date | None, due: date | None) -> State:
    if due is not None and on > due:
        return State.OVERDUE
    if opens is not None and on < opens:
        return State.DUE
    return State.IN_WINDOW


def _item(rule: Rule, answer: _Answer, known: Life, book: RuleBook) -> DueItem:
    dates, state = answer.dates, answer.state
    if rule.filing and dates.due is not None and answer.timing is not None and answer.timing.shape == "within":
        moved = book.days.on_or_after(dates.due)
        dates = structs.replace(dates, due=moved)
        if answer.outcome is Outcome.DATED:
            state = _state(known.on, dates.opens, moved)
    why = Why(
        rule=rule,
        outcome=answer.outcome,
        timing=answer.timing,
        anchor=answer.anchor,
        dates=dates,
        state=state.value,
        done_on=answer.done_on,
        missing=answer.missing,
        at=answer.on,
        on=known.on,
        attributes=known.attributes,
        later=_later(rule, known) if known.later else (),
    )
    timing = answer.timing
    return DueItem(
        id=known.facts.id,
        duty=rule.duty,
        state=state,
        window_open=dates.opens,
        due_soft=dates.due_soft,
        due=dates.due,
        basis_ja=rule.basis_ja,
        basis_en=rule.basis_en,
        reason_ja=reason(why, book.ja, "ja"),
        reason_en=reason(why, book.en, "en"),
        anchor=answer.anchor,
        done_on=answer.done_on,
        missing=answer.missing,
        later=why.later,
        rule=rule.id,
        status=(timing.status if timing and timing.status else rule.status),
        as_of=known.on,
    )


def _later(rule: Rule, known: Life) -> tuple[Event, ...]:
    """Return the events of a later day that this rule would look at."""
    turning = {EventKind.REPLACED}
    if rule.suspends:
        turning |= {EventKind.SUSPENDED, EventKind.RESUMED}
    if not rule.survives:
        turning.add(EventKind.ABOLISHED)
    marks = (*rule.anchor, *rule.done_by, *rule.restarts, *rule.closed_by, *rule.since)
    return tuple(
        event
        for event in known.later
        if event.kind in turning
        or any(mark.kind is event.kind and mark.duty in (None, event.duty or "") for mark in marks)
    )
