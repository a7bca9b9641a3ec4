"""What can be wrong with a rule row, in words for the person who edits the file."""

from gunmane.core.duties.rules import Rule, Timing

OPERATORS = frozenset({"eq", "ne", "in", "ge", "le", "gt", "lt", "known"})
UNITS = frozenset({"day", "week", "month", "year"})
SHAPES = frozenset({"within", "window", "before", "fixed", "open"})
TOLERANCES = frozenset({"none", "fiscal_year", "fixed_month"})


def mistakes(rule: Rule) -> list[str]:
    """Return what is wrong with a rule row, in words for the person who edits the file; empty if sound."""
    found: list[str] = []
    for timing in (rule.first, rule.again):
        if timing is not None:
            found += _timing_mistakes(timing)
    for condition in (*rule.where, *rule.gate, *rule.unless):
        if condition.op not in OPERATORS:
            found.append(f"unknown operator {condition.op}")
        if condition.op == "in" and not isinstance(condition.value, list):
            found.append(f"operator in needs a list for {condition.field}")
    if rule.counts not in {"any", "anchor", "window", "before"}:
        found.append(f"unknown counts {rule.counts}")
    if rule.missing not in {"list", "none"}:
        found.append(f"unknown missing {rule.missing}")
    if rule.first is None and rule.again is None and rule.waived_ja is None and rule.awaits is None:
        found.append("neither a timing nor a waiver")
    if rule.recurring and not rule.done_by:
        found.append("a recurring rule needs done_by")
    if rule.valid_from and rule.valid_to and rule.valid_to < rule.valid_from:
        found.append("valid_to lies before valid_from")
    return found


def _timing_mistakes(timing: Timing) -> list[str]:
    found: list[str] = []
    if timing.unit not in UNITS:
        found.append(f"unknown unit {timing.unit}")
    if timing.shape not in SHAPES:
        found.append(f"unknown shape {timing.shape}")
    if timing.tolerance not in TOLERANCES:
        found.append(f"unknown tolerance {timing.tolerance}")
    if timing.opens not in {"anchor", "fiscal_year"}:
        found.append(f"unknown opens {timing.opens}")
    if timing.shape == "fixed" and timing.day is None:
        found.append("a fixed date needs day")
    if timing.shape == "window" and timing.length <= 0:
        found.append("a window needs a length")
    if timing.shape == "before" and timing.unit not in {"day", "week"}:
        found.append("ahead of an anchor only days and weeks are counted")
    if timing.shape not in ("fixed", "open") and timing.amount is None and timing.amount_from is None:
        found.append("no interval")
    if timing.amount is not None and (timing.amount < 0 or (timing.amount == 0 and timing.shape == "window")):
        found.append("an interval must be positive")
    if timing.tolerance != "none" and timing.unit != "year":
        found.append("a tolerance by fiscal year needs an interval in years")
    if timing.month is not None and not 1 <= timing.month <= 12:
        found.append(f"no month {timing.month}")
    if timing.tolerance == "fixed_month" and timing.month is None and timing.month_from is None:
        found.append("a fixed month needs month or month_from")
    return found
