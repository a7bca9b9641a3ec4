"""Shares add up; ranges keep their order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gunmane.core.money import Range, allocate

WEIGHTS = st.lists(st.floats(0, 1e9, allow_nan=False), min_size=1, max_size=12)


@given(st.integers(0, 10**13), WEIGHTS)
def test_parts_add_up(total: int, weights: list[float]) -> None:
    parts = allocate(total, weights)
    assert sum(parts) == total
    assert min(parts) >= 0


def test_allocation_by_hand() -> None:
    assert allocate(10, [1, 1, 1]) == (4, 3, 3)
    assert allocate(100, [1, 3]) == (25, 75)
    assert allocate(7, [0, 0]) == (4, 3)
    with pytest.raises(ValueError, match="negative"):
        allocate(1, [-1, 2])


def test_difference_of_ranges_keeps_low_below_high() -> None:
    assert Range(1, 2, 3).minus(Range(3, 3, 3)) == Range(-2, -1, 0)
    assert Range(1, 2, 3).minus(Range(4, 6, 9)) == Range(-6, -4, -3)
