"""Switch years against brute force and the reference tree."""

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gunmane.core.errors import GunmaneError
from gunmane.core.plan.districts import limit_distance, switch_years, undecided

REFERENCE = Path(__file__).parents[2] / "data" / "optimisation" / "sewer_tree_300.npz"


@settings(deadline=None)
@given(st.integers(1, 5), st.integers(0, 1000))
def test_against_all_switch_years(n: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    parent = np.array([-1] + [int(random.integers(-1, i)) for i in range(1, n)])
    shuffled = random.permutation(n)  # parents need not come first
    where = np.argsort(shuffled)
    parent = np.array([-1 if parent[i] < 0 else where[parent[i]] for i in shuffled])
    cost = random.random((n, 4))
    best = min(
        cost[np.arange(n), list(years)].sum()
        for years in product(range(4), repeat=n)
        if all(parent[i] < 0 or years[i] <= years[parent[i]] for i in range(n))
    )
    found = switch_years(parent, cost)
    assert found.cost == pytest.approx(best)
    assert all(parent[i] < 0 or found.year[i] <= found.year[parent[i]] for i in range(n))


def test_a_trunk_stays_for_those_upstream() -> None:
    # The plant's district would rather switch at once, but the one above needs it for ever at any price.
    found = switch_years([-1, 0], [[0.0, 5.0], [100.0, 0.0]])
    assert found.year.tolist() == [1, 1]
    assert found.cost == 5.0


def test_reference_tree() -> None:
    with np.load(REFERENCE) as file:
        found = switch_years(file["parent"], file["cost"])
        assert found.cost == pytest.approx(float(file["optimum"]), abs=1e-3)


def test_cycles_are_refused() -> None:
    with pytest.raises(GunmaneError, match="bad_tree"):
        switch_years([1, 0], np.zeros((2, 2)))
    with pytest.raises(GunmaneError, match="bad_tree"):
        switch_years([5], np.zeros((1, 2)))


def test_decisions_that_flip_are_put_off() -> None:
    base, other = [[1.0, 2.0], [1.0, 2.0]], [[1.0, 2.0], [3.0, 2.0]]
    assert undecided([-1, -1], [base, other]).tolist() == [False, True]


def test_limit_distance_by_hand() -> None:
    # 100,000 yen a year for a tank, 40,000 of plant per house, 2,000 yen a year for a metre of pipe: 30 m.
    assert limit_distance(100_000, 40_000, 2_000) == 30.0
    assert limit_distance(10_000, 40_000, 2_000) == 0.0
    with pytest.raises(ValueError, match="metre"):
        limit_distance(1, 1, 0)
