"""Which rule rows apply to which assets, on columns."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gunmane.core.duties.columns import Coded, Lives
from gunmane.core.duties.daynumbers import NONE, fiscal_years, number
from gunmane.core.duties.rulerows import Bits, anchors
from gunmane.core.duties.rules import Condition, Rule


def _test(condition: Condition, lives: Lives) -> NDArray[np.int8]:
    """One condition on all assets: 1 true, 0 false, -1 unknown."""
    given = lives.columns
    if condition.field in given.numbers or (condition.field == "built_year" and bool((lives.reset != NONE).any())):
        return _numeric(condition, _numbers(condition.field, lives))
    if condition.field in given.codes:
        return _coded(condition, given.codes[condition.field])
    nothing = condition.holds({})
    return np.full(given.size, -1 if nothing is None else int(nothing), dtype=np.int8)


def _numbers(name: str, lives: Lives) -> NDArray[np.float64]:
    values = lives.columns.numbers.get(name)
    if values is None:
        values = np.full(lives.size, np.nan)
    if name == "built_year" and bool((lives.reset != NONE).any()):
        values = np.where(lives.reset != NONE, fiscal_years(lives.reset), values)
    return values


def _numeric(condition: Condition, values: NDArray[np.float64]) -> NDArray[np.int8]:
    known = ~np.isnan(values)
    if condition.op == "known":
        return known.astype(np.int8)
    wanted = condition.value if isinstance(condition.value, tuple | list) else (condition.value,)
    if any(
        isinstance(one, str) for one in wanted
    ):  # words wanted of a column that nobody filled, or only with numbers
        nothing = condition.holds({})
        unknown = -1 if nothing is None else int(nothing)
        return np.where(known, int(condition.op == "ne"), unknown).astype(np.int8)
    tests: dict[str, Any] = {
        "eq": np.equal, "ne": np.not_equal, "ge": np.greater_equal, "le": np.less_equal,
        "gt": np.greater, "lt": np.less, "in": np.isin,
    }  # fmt: skip
    return np.where(known, tests[condition.op](values, condition.value), -1).astype(np.int8)


def _coded(condition: Condition, column: Coded) -> NDArray[np.int8]:
    results = [condition.holds({condition.field: label}) for label in column.labels]
    nothing = condition.holds({})
    table = np.array([*(int(bool(result)) for result in results), -1 if nothing is None else int(nothing)], np.int8)
    return table[column.codes]


def fitting(rule: Rule, lives: Lives) -> NDArray[np.int8]:
    """Vectorised `choosing.fits`."""
    size = lives.size
    fit = np.ones(size, dtype=np.int8)
    if rule.local and not rule.individual:
        fit[~_here(rule, lives)] = 0
    for condition in rule.gate:
        fit[_test(condition, lives) != 1] = 0
    for condition in rule.unless:
        fit[_test(condition, lives) == 1] = 0
    tests = [_test(condition, lives) for condition in rule.where]
    for result in tests:
        fit[(result == -1) & (fit == 1)] = -1
    for result in tests:
        fit[result == 0] = 0
    if rule.anchor_grades:
        _, grade = lives.latest_grade(rule.anchor)
        labels = lives.columns.events.grade.labels
        fit[~np.isin(grade, [labels.index(name) for name in rule.anchor_grades if name in labels])] = 0
    if rule.anchor_from is not None or rule.anchor_to is not None:
        anchor = anchors(rule, lives)
        if rule.anchor_from is not None:
            fit[(anchor != NONE) & (anchor < number(rule.anchor_from))] = 0
        if rule.anchor_to is not None:
            fit[(anchor == NONE) | (anchor > number(rule.anchor_to))] = 0
    return fit


def _here(rule: Rule, lives: Lives) -> Bits:
    owners = lives.columns.owner
    table = [
        label in rule.owners or (len(label) == 6 and label.isdigit() and label[:2] in rule.prefectures)
        for label in owners.labels
    ]
    here = np.array([*table, False], dtype=np.bool_)[owners.codes]
    agencies = lives.columns.codes.get("inspection_agency")
    if agencies is not None:
        here = here | np.array([*(label in rule.agencies for label in agencies.labels), False])[agencies.codes]
    return here
