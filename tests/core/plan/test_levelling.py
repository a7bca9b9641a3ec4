"""Levelling against hand cases, brute force and properties."""

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gunmane.core.plan.levelling import lowest_level, place_hard, place_soft, spread_of, water_level, yearly
from gunmane.core.stock import Array, Floats

JOBS = st.lists(st.tuples(st.integers(1, 50), st.integers(0, 3)), min_size=1, max_size=30)


def columns(jobs: list[tuple[int, int]]) -> tuple[Floats, Array]:
    return np.array([float(job[0]) for job in jobs]), np.array([job[1] for job in jobs])


def test_level_by_hand() -> None:
    # 10 due in the first year, 2 by the second: the first year decides.
    assert lowest_level(np.array([10.0, 2.0]), np.array([0, 1]), 2, np.zeros(2)) == 10.0
    # 4 + 4 by the second year can be halved; 3 yen of inspections in year 0 come on top.
    assert lowest_level(np.array([4.0, 4.0]), np.array([1, 1]), 2, np.array([3.0, 0.0])) == 5.5


@given(JOBS)
def test_level_is_the_lowest_that_meets_every_deadline(jobs: list[tuple[int, int]]) -> None:
    cost, latest = columns(jobs)
    level = lowest_level(cost, latest, 4, np.zeros(4))
    due = [cost[latest <= b].sum() for b in range(4)]
    assert all(due[b] <= level * (b + 1) + 1e-9 for b in range(4))
    assert any(abs(due[b] - level * (b + 1)) < 1e-9 for b in range(4))


@given(JOBS)
def test_a_year_exceeds_the_level_by_one_job_at_most(jobs: list[tuple[int, int]]) -> None:
    cost, latest = columns(jobs)
    level = lowest_level(cost, latest, 4, np.zeros(4))
    year = place_hard(cost, latest, np.zeros(len(cost)), np.full(4, level))
    assert (year <= latest).all()
    assert (year >= 0).all()
    assert yearly(cost, year, 4).max() <= level + cost.max() + 1e-9


@given(JOBS, st.integers(0, 20))
def test_deadlines_hold_without_money(jobs: list[tuple[int, int]], money: int) -> None:
    cost, latest = columns(jobs)
    assert (place_hard(cost, latest, np.zeros(len(cost)), np.full(4, float(money))) <= latest).all()


@given(JOBS, st.integers(1, 100), st.integers(0, 100))
def test_more_money_never_does_fewer_jobs(jobs: list[tuple[int, int]], money: int, more: int) -> None:
    cost, worth = columns(jobs)
    poor = place_soft(cost, worth.astype(np.float64), np.full(4, float(money)))
    rich = place_soft(cost, worth.astype(np.float64), np.full(4, float(money + more)))
    assert set(np.flatnonzero(poor >= 0)) <= set(np.flatnonzero(rich >= 0))
    assert yearly(cost, poor, 4).sum() <= 4 * money + 1e-6


@given(st.lists(st.integers(0, 30), min_size=1, max_size=6), st.integers(0, 200))
def test_water_finds_its_level(filled: list[int], amount: int) -> None:
    poured = water_level(float(amount), np.array(filled, dtype=np.float64))
    assert abs(poured.sum() - amount) < 1e-6
    wet = poured > 1e-9
    if wet.any():
        surface = (np.array(filled) + poured)[wet]
        assert surface.max() - surface.min() < 1e-6
        assert all(depth >= surface.max() - 1e-6 for depth in np.array(filled)[~wet])


def test_level_is_a_bound_for_all_placements() -> None:
    cost, latest = np.array([5.0, 3.0, 2.0, 2.0]), np.array([2, 1, 0, 2])
    best = min(yearly(cost, np.array(years), 3).max() for years in product(*(range(last + 1) for last in latest)))
    level = lowest_level(cost, latest, 3, np.zeros(3))
    placed = place_hard(cost, latest, np.zeros(4), np.full(3, max(level, cost.sum() / 3)))
    assert level <= best
    assert yearly(cost, placed, 3).max() <= best + cost.max()


def test_spread_by_hand() -> None:
    assert spread_of(np.array([1.0, 3.0])) == (1.0, 1.5)
    assert spread_of(np.zeros(3)) == (0.0, 1.0)
