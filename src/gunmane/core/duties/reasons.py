"""Why a duty stands as it does, in words: which article, from which fact, until when."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from msgspec import Struct

from gunmane.core.calendar import date_text, fiscal_year, fiscal_year_text
from gunmane.core.duties.facts import Event
from gunmane.core.duties.rules import Rule, Texts, Timing
from gunmane.core.duties.windows import Window, round_of
from gunmane.core.words import SourceStatus


class Outcome(StrEnum):
    """Which sentence explains a decision; keys of the table `reasons` of the texts."""

    DATED = "dated"
    DONE = "done"
    GONE = "gone"
    SUSPENDED = "suspended"
    WAIVED = "waived"
    NOT_IN_USE = "not_in_use"
    PENDING = "pending"
    CLOSED = "closed"
    BEFORE_FORCE = "before_force"
    UNKNOWN = "unknown"
    UNJUDGED = "unjudged"
    NO_INTERVAL = "no_interval"
    TOO_OLD = "too_old"


class Why(Struct, frozen=True):
    """Everything a reason is written from."""

    rule: Rule
    outcome: Outcome
    timing: Timing | None
    anchor: Event | None
    dates: Window
    state: str
    done_on: date | None
    missing: tuple[str, ...]
    at: date | None
    on: date
    attributes: Mapping[str, Any]
    later: tuple[Event, ...] = ()


def reason(why: Why, texts: Texts, language: str) -> str:
    """Write the sentences of one language: the article, the anchor, how the dates follow, how it stands."""
    say = texts.reasons
    basis = why.rule.basis_ja if language == "ja" else why.rule.basis_en
    parts = [say["basis"].format(basis=basis, duty=texts.duties.get(why.rule.duty, why.rule.duty))]
    values = {
        "at": _date(why.at, language, say),
        "on": date_text(why.on, language),
        "done_on": _date(why.done_on, language, say),
        "anchor": event_text(why.anchor, texts, language),
        "missing": say["and"].join(texts.fields.get(name) or texts.kinds.get(name, name) for name in why.missing),
        "waiver": (why.rule.waived_ja if language == "ja" else why.rule.waived_en) or "",
        "state": texts.states[why.state],
    }
    if why.outcome is Outcome.DATED or (why.outcome is Outcome.DONE and why.dates.due is not None):
        parts.append(_dates(why, texts, language))
    parts.append(say[why.outcome.value].format(**values))
    parts += _notes(why, texts, language)
    return say["join"].join(part for part in parts if part)


def _date(day: date | None, language: str, say: Mapping[str, str]) -> str:
    return date_text(day, language) if day is not None else say["unknown_day"]


def event_text(anchor: Event | None, texts: Texts, language: str) -> str:
    """Write an event with its duty, grade and day: 点検・検査〔第7条検査〕(令和8(2026)年9月1日)."""
    if anchor is None:
        return texts.reasons["unknown_day"]
    kind = texts.kinds[anchor.kind.value]
    if anchor.duty:
        kind = texts.reasons["of_duty"].format(kind=kind, duty=texts.duties.get(anchor.duty, anchor.duty))
    if anchor.grade:
        kind = texts.reasons["graded"].format(kind=kind, grade=texts.grades.get(anchor.grade, anchor.grade))
    return texts.reasons["event"].format(kind=kind, day=date_text(anchor.on, language))


def _dates(why: Why, texts: Texts, language: str) -> str:
    """The sentence on how the window follows from the anchor."""
    say, timing, dates = texts.reasons, why.timing, why.dates
    if timing is None:
        return ""
    amount = timing.resolve(why.attributes) or 0
    key = timing.shape
    if timing.shape == "within":
        key = {"fiscal_year": "by_fiscal_year", "fixed_month": "by_month"}.get(timing.tolerance, "within")
        if timing.tolerance == "none" and amount == 0:
            key = "at_once"
    unit = say["unit_" + timing.unit + ("" if amount == 1 else "s")]
    sentence = say[key].format(
        anchor=event_text(why.anchor, texts, language),
        amount=say["interval"].format(amount=amount, unit=unit),
        length=say["interval"].format(amount=timing.length, unit=say["unit_months"]),
        opens=_date(dates.opens, language, say),
        soft=_date(dates.due_soft, language, say),
        due=_date(dates.due, language, say),
        year=fiscal_year_text(fiscal_year(dates.due), language) if dates.due else "",
    )
    held = round_of(why.rule, dates.due) if dates.due and why.rule.recurring else None
    if held is not None:
        number, first, last = held
        sentence += say["round"].format(
            number=number, first=fiscal_year_text(first, language), last=fiscal_year_text(last, language)
        )
    return sentence


def _began_with_the_rule(why: Why) -> bool:
    """Tell whether the last day is the one from which the rule holds, because the computed one lies before."""
    rule, dates, anchor = why.rule, why.dates, why.anchor
    if why.outcome is not Outcome.DATED or rule.valid_from is None or anchor is None or anchor.on >= rule.valid_from:
        return False
    first = rule.transition_due or rule.valid_from
    return dates.due == first and dates.due_soft is not None and dates.due_soft < first


def _notes(why: Why, texts: Texts, language: str) -> list[str]:
    """What else a reader must know: shifted days, doubts about facts, rules not verified or not in force."""
    say, found, dates = texts.reasons, list[str](), why.dates
    if _began_with_the_rule(why):
        soft, due = (_date(day, language, say) for day in (dates.due_soft, dates.due))
        found.append(say["in_force"].format(soft=soft, due=due))
    moved = (
        not found
        and why.rule.filing
        and dates.due_soft is not None
        and dates.due is not None
        and dates.due > dates.due_soft
    )
    if moved:
        found.append(
            say["moved"].format(soft=_date(dates.due_soft, language, say), due=_date(dates.due, language, say))
        )
    assumed = [c.field for c in why.rule.unless if c.holds(why.attributes) is None]
    if assumed and why.outcome is Outcome.DATED:
        found.append(say["assumed"].format(fields=say["and"].join(texts.fields.get(name, name) for name in assumed)))
    status = why.timing.status if why.timing is not None and why.timing.status is not None else why.rule.status
    if why.rule.kind == "draft":
        found.append(say["draft"])
    elif status is SourceStatus.UNVERIFIED:
        found.append(say["unverified"])
    if why.later:
        events = say["and"].join(event_text(event, texts, language) for event in why.later)
        found.append(say["later"].format(on=date_text(why.on, language), events=events))
    return found
