"""The bulk path gives what the scalar engine gives, for every life story."""

import random
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from tests.core.duties.strategies import CLASSES, DAYS, TODAY, VALUES, chance_facts, facts

from gunmane.core.calendar import add_interval, fiscal_year, period_end
from gunmane.core.duties.bulk import bulk_due
from gunmane.core.duties.columns import columns
from gunmane.core.duties.daynumbers import (
    FIRST,
    LAST,
    NONE,
    add_intervals,
    day_of,
    fiscal_years,
    number,
    on_or_after,
    period_ends,
)
from gunmane.core.duties.engine import due_items
from gunmane.core.duties.facts import AssetFacts
from gunmane.core.duties.rulerows import STATES
from gunmane.core.duties.rules import RuleBook, Timing
from gunmane.core.words import AssetClass
from gunmane.files.rules import rule_book

BOOK = rule_book()


def with_local_rows() -> RuleBook:
    """The shipped rules with local rows before them: by agency, by prefecture, by owner."""
    eleven = next(rule for rule in BOOK.rules if rule.id == "septic.article11.fiscal_year")
    cleaning = next(rule for rule in BOOK.rules if rule.id == "septic.cleaning")
    pavement = next(rule for rule in BOOK.rules if rule.id == "road.pavement.c")
    local = (
        structs.replace(eleven, id="a", agencies=("x",), kind="local", first=Timing(amount=12)),
        structs.replace(cleaning, id="b", prefectures=("13",), kind="local", first=Timing(amount=18)),
        structs.replace(cleaning, id="c", owners=("042064",), kind="local", first=Timing(amount=9)),
        structs.replace(pavement, id="d", owners=("union",), kind="local", first=Timing(amount=10, unit="year")),
    )
    return structs.replace(BOOK, rules=(*local, *BOOK.rules))


BOOKS = (BOOK, BOOK.what_if(date(2027, 4, 1)), with_local_rows())


def scalar(stories: list[AssetFacts], on: date, book: RuleBook) -> dict[tuple[int, str], tuple[object, ...]]:
    return {
        (row, item.duty): (
            item.state,
            item.window_open,
            item.due_soft,
            item.due,
            item.rule,
            item.done_on,
        )
        for row, story in enumerate(stories)
        for item in due_items(story, on, book)
    }


def bulk(
    asset_class: AssetClass, stories: list[AssetFacts], on: date, book: RuleBook, size: int
) -> dict[tuple[int, str], tuple[object, ...]]:
    found: dict[tuple[int, str], tuple[object, ...]] = {}
    first = 0
    for part in columns(asset_class, stories).parts(size):
        for duty, due in bulk_due(part, on, book).items():
            for row in np.flatnonzero(due.state >= 0):
                found[first + int(row), duty] = (
                    STATES[due.state[row]],
                    day_of(due.window_open[row]),
                    day_of(due.due_soft[row]),
                    day_of(due.due[row]),
                    due.rows[due.rule[row]].id,
                    day_of(due.done_on[row]),
                )
        first += part.size
    return found


@pytest.mark.parametrize("asset_class", VALUES)
@pytest.mark.parametrize("book", range(len(BOOKS)))
def test_bulk_equals_scalar_for_lives_by_chance(asset_class: AssetClass, book: int) -> None:
    rng = random.Random(f"{asset_class} {book}")
    stories = [chance_facts(rng, asset_class) for _ in range(150)]
    for on in (TODAY, TODAY + timedelta(rng.randrange(-1500, 700))):
        assert bulk(asset_class, stories, on, BOOKS[book], 64) == scalar(stories, on, BOOKS[book])


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_bulk_equals_scalar(data: st.DataObject) -> None:
    asset_class = data.draw(CLASSES)
    stories = data.draw(st.lists(facts(asset_class), min_size=1, max_size=6))
    on, book = data.draw(DAYS), data.draw(st.sampled_from(BOOKS))
    assert bulk(asset_class, stories, on, book, data.draw(st.integers(1, 6))) == scalar(stories, on, book)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.dates(date(1850, 1, 1), date(2300, 12, 31)), min_size=1), st.integers(1, 130))
def test_day_numbers_equal_the_calendar(days: list[date], months: int) -> None:
    numbers = np.array([number(day) for day in days], dtype=np.int32)
    assert [day_of(day) for day in period_ends(numbers, months)] == [period_end(day, months) for day in days]
    assert fiscal_years(numbers).tolist() == [fiscal_year(day) for day in days]
    for unit in ("day", "week", "month", "year"):
        assert [day_of(day) for day in add_intervals(numbers, months, unit)] == [
            add_interval(day, months, unit) for day in days
        ]
    assert add_intervals(np.array([NONE, 0], dtype=np.int32), 3, "month")[0] == NONE


def test_working_days_equal_the_calendar() -> None:
    start = date(2024, 12, 1)
    days = [start + timedelta(n) for n in range(900)]
    numbers = np.array([number(day) for day in days], dtype=np.int32)
    assert [day_of(day) for day in on_or_after(numbers, BOOK.days)] == [BOOK.days.on_or_after(day) for day in days]
    assert FIRST < number(date(1868, 1, 25)) < LAST
