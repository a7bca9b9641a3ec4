"""Bundles of tasks: against every division, never worse than apart, nothing bundled when it does not pay."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gunmane.core.plan.bundles import bundle_hours, bundles, counted
from gunmane.core.plan.contracts import FIELDS, Way
from gunmane.core.plan.costs import CostBook
from gunmane.core.plan.programme import FIRST_MEASURE, INSPECT, KINDS, Programme
from gunmane.core.stock import CLASS_AT, CLASSES
from gunmane.core.words import AssetClass


def sums(seed: int, classes: int, owners: int = 2, years: int = 3) -> Programme:
    """Make a programme with some jobs of some classes; nothing costs anything."""
    random = np.random.default_rng(seed)
    shape = (owners, len(CLASSES), len(KINDS), years)
    count = np.zeros(shape)
    for k in random.choice([CLASS_AT[one] for one in FIELDS], classes, replace=False).tolist():
        count[:, k, INSPECT] = random.integers(0, 300, (owners, years))
        count[:, k, FIRST_MEASURE] = random.integers(0, 7, (owners, years))
    return Programme(np.zeros((*shape, 3)), count, np.zeros(shape), np.zeros((*shape[:2], years, 3)))


def divisions(items: list[int]) -> Iterator[list[list[int]]]:
    """Yield every division of some items."""
    if not items:
        yield []
        return
    for rest in divisions(items[1:]):
        yield [[items[0]], *rest]
        for k in range(len(rest)):
            yield [*rest[:k], [items[0], *rest[k]], *rest[k + 1 :]]


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10_000), st.integers(1, 3), st.sampled_from([((0, 1),), ((0,), (1,))]), st.integers(0, 2))
def test_no_division_needs_fewer_hours(
    book: CostBook, seed: int, classes: int, groups: tuple[tuple[int, ...], ...], case: int
) -> None:
    result = sums(seed, classes)
    found = bundles(result, book, groups, case)
    given_tasks = counted(result, book, groups, Way(), case)
    tasks = given_tasks.found.tasks
    every = [
        sum(bundle_hours(given_tasks, part, book, case)[1] for part in division)
        for division in divisions(list(range(len(tasks))))
    ]
    assert sum(one.hours for one in found.bundles) == pytest.approx(min(every))
    assert sorted(task for one in found.bundles for task in one.tasks) == sorted(tasks)
    assert found.saved >= -1e-9


def test_nothing_is_bundled_for_nothing(book: CostBook) -> None:
    full = sums(1, 1)
    full.count[:] = 0
    full.count[:, CLASS_AT[AssetClass.BRIDGE], INSPECT] = book.value("inspections_per_contract")
    full.count[:, CLASS_AT[AssetClass.TUNNEL], INSPECT] = book.value("inspections_per_contract")
    assert [len(one.tasks) for one in bundles(full, book, ((0,), (1,))).bundles] == [1, 1]
    # A few of each share one contract: 2 a year and owner become 1, with a tenth more hours.
    full.count[:] = np.minimum(full.count, 3)
    found = bundles(full, book, ((0,), (1,)))
    assert [len(one.tasks) for one in found.bundles] == [2]
    assert found.bundles[0].contracts == 2
    assert found.bundles[0].contracts_apart == 4
    assert found.saved == pytest.approx((4 - 2 * 1.1) * book.value("hours_per_contract"))


def test_many_tasks_are_bundled_inside_fields(book: CostBook) -> None:
    found = bundles(sums(3, len(FIELDS)), book, ((0, 1),))
    assert not found.across
    assert all(len({FIELDS[task.asset_class] for task in one.tasks}) == 1 for one in found.bundles)


def test_households_tanks_are_left_out(book: CostBook) -> None:
    result = sums(1, 1)
    result.count[:] = 0
    result.count[:, CLASS_AT[AssetClass.SEPTIC], INSPECT] = 50
    assert bundles(result, book, ((0, 1),)).bundles == ()
