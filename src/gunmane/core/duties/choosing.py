"""Which rows of law apply to one asset, and which event starts their clock."""

from datetime import date

from gunmane.core.duties.facts import Event, Life
from gunmane.core.duties.rules import Rule


def fits(rule: Rule, known: Life) -> tuple[bool | None, tuple[str, ...]]:
    """Tell whether a row applies to an asset: True, False, or None with the attributes that are missing."""
    facts = known.facts
    if rule.local and not rule.individual:
        here = (
            facts.owner in rule.owners
            or (facts.prefecture != "" and facts.prefecture in rule.prefectures)
            or known.attributes.get("inspection_agency") in rule.agencies
        )
        if not here:
            return False, ()
    if any(condition.holds(known.attributes) is not True for condition in rule.gate):
        return False, ()
    if any(condition.holds(known.attributes) is True for condition in rule.unless):
        return False, ()
    tests = [(condition, condition.holds(known.attributes)) for condition in rule.where]
    if any(result is False for _, result in tests):
        return False, ()
    if not anchor_fits(rule, known):
        return False, ()
    missing = tuple(condition.field for condition, result in tests if result is None)
    return (None, missing) if missing else (True, ())


def anchor_fits(rule: Rule, known: Life) -> bool:
    """Tell whether the anchor has the grade and lies in the time that a row asks for."""
    if rule.anchor_grades:
        anchor = anchor_of(rule, known)
        if anchor is None or anchor.grade not in rule.anchor_grades:
            return False
    if rule.anchor_from is None and rule.anchor_to is None:
        return True
    anchor = anchor_of(rule, known)
    if anchor is None:
        return rule.anchor_to is None
    return not (
        (rule.anchor_from is not None and anchor.on < rule.anchor_from)
        or (rule.anchor_to is not None and anchor.on > rule.anchor_to)
    )


def anchor_of(rule: Rule, known: Life) -> Event | None:
    """The event that starts a rule's clock; for graded rules the latest one that was graded."""
    found = known.matching(rule.anchor)
    if rule.anchor_grades:
        found = [event for event in found if event.grade is not None]
    return found[-1] if found else None


def first_of_run(rule: Rule, known: Life, latest: Event) -> Event:
    """The first of the unbroken run of such grades that `latest` ends; repairs and other grades break it.

    A second finding of the same grade does not put off what the first one demands.
    """
    graded = [event for event in known.matching(rule.anchor) if event.grade is not None]
    others = [event.on for event in graded if event.grade not in rule.anchor_grades]
    repaired = [event.on for event in known.matching(rule.done_by)]
    broken = max((*others, *repaired), default=date.min)
    return next((event for event in graded if event.grade in rule.anchor_grades and event.on > broken), latest)
