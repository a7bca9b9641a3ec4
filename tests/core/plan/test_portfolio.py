"""The portfolio optimiser against brute force, its bound against the definition, groups and hard measures."""

from itertools import product

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gunmane.core.errors import GunmaneError
from gunmane.core.plan import dual
from gunmane.core.plan.dual import Prices
from gunmane.core.plan.instances import Instance, excess, instance_of, use_of
from gunmane.core.plan.portfolio import bound, solve
from gunmane.core.stock import Floats


def tiny(seed: int, n: int, share: float, groups: int = 1) -> Instance:
    """Make an instance of n assets, two measures and two years."""
    random = np.random.default_rng(seed)
    keep = random.uniform(5, 20, n)
    value = (keep[:, None, None] * random.uniform(0.2, 1.1, (n, 2, 2))).astype(np.float32)
    value[random.random((n, 2, 2)) < 0.2] = np.inf
    cost = random.uniform(1, 10, (n, 2))
    hours = random.uniform(1, 10, (n, 2))
    group = random.integers(0, groups, n)
    return instance_of(
        value,
        keep,
        cost,
        np.full(2, share * cost.mean(axis=1).sum() / 2),
        hours=hours,
        hours_cap=np.full(2, share * hours.mean(axis=1).sum() / 2),
        group=np.sort(group),
        group_budget=np.full((int(group.max()) + 1, 2), 0.7 * share * cost.mean(axis=1).sum() / 2),
    )


def best_of_all(instance: Instance) -> float:
    """Return the optimum by trying every combination."""
    n, measures, years = instance.value.shape
    least = np.inf
    for options in product(range(-1, measures * years), repeat=n):
        used = use_of(instance, np.array(options, dtype=np.int32))
        if used.value < least and excess(instance, used) == 0:
            least = used.value
    return least


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10_000), st.integers(1, 4), st.floats(0.05, 1.2), st.integers(1, 2))
def test_value_and_bound_enclose_the_optimum(seed: int, n: int, share: float, groups: int) -> None:
    instance = tiny(seed, n, share, groups)
    found = solve(instance, seed=seed, effort=1)
    optimum = best_of_all(instance)
    assert found.over == 0
    assert found.bound <= optimum + 1e-9 * abs(optimum)
    assert found.value >= optimum - 1e-9 * abs(optimum)
    assert found.value == use_of(instance, found.choice).value


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 3), st.floats(0, 3), st.floats(0, 3))
def test_any_prices_give_a_bound(seed: int, money: float, hours: float, group: float) -> None:
    instance = tiny(seed, 3, 0.4)
    prices = Prices(np.full(2, money), np.full(2, hours), np.full((1, 2), group))
    assert bound(instance, prices) <= best_of_all(instance) + 1e-6


def test_prices_on_nothing_are_refused() -> None:
    instance = instance_of(np.ones((1, 1, 1)), [2.0], [[1.0]], [np.inf])
    with pytest.raises(ValueError, match="limit"):
        bound(instance, Prices(np.ones(1), np.zeros(1), np.zeros((1, 1))))
    with pytest.raises(ValueError, match=">= 0"):
        bound(instance, Prices(-np.ones(1), np.zeros(1), np.zeros((1, 1))))


def test_without_limits_everybody_has_its_best() -> None:
    random = np.random.default_rng(1)
    value, keep = random.random((50, 2, 3)), random.random(50)
    found = solve(instance_of(value, keep, np.ones((50, 2)), np.full(3, np.inf)), effort=1)
    assert found.value == pytest.approx(np.minimum(value.min(axis=(1, 2)), keep).sum())
    assert found.gap == pytest.approx(0, abs=1e-9)


def larger(n: int, seed: int, share: float) -> Instance:
    random = np.random.default_rng(seed)
    cost = random.lognormal(1, 0.5, (n, 3))
    keep = cost.mean(axis=1) * random.uniform(0.5, 4, n)
    value = keep[:, None, None] * random.uniform(0.3, 1, (n, 3, 5)) + 0.1 * cost[:, :, None]
    return instance_of(value, keep, cost, np.full(5, share * cost.min(axis=1).sum() / 5))


def test_the_gap_is_small_and_the_answer_repeatable() -> None:
    instance = larger(2_000, 3, 0.4)
    found = solve(instance, seed=5, effort=2)
    assert found.over == 0
    assert 0 <= found.gap < 0.01
    again = solve(instance, seed=5, effort=2)
    assert (found.choice == again.choice).all()
    assert found.bound == again.bound


def test_more_money_is_never_worse() -> None:
    values: list[float] = []
    start = None
    for share in (0.1, 0.3, 0.9):
        found = solve(larger(400, 7, share), effort=2, start=start)
        values.append(found.value)
        start = found.choice
    assert values == sorted(values, reverse=True)


def test_hard_measures_come_first() -> None:
    rows = 40
    # Half of the assets may not be kept; the budget is just enough for them.
    cost = np.ones((rows, 1))
    keep: Floats = np.where(np.arange(rows) % 2 == 0, np.inf, 5.0)
    value = np.ones((rows, 1, 2))
    found = solve(instance_of(value, keep, cost, np.full(2, rows / 4)), effort=2)
    assert found.over == 0
    assert (found.choice[::2] >= 0).all()
    assert (found.choice[1::2] < 0).all()


def test_a_budget_that_hard_measures_break_is_reported() -> None:
    found = solve(instance_of(np.ones((4, 1, 1)), np.full(4, np.inf), np.ones((4, 1)), [2.0]), effort=1)
    assert found.over == pytest.approx(1.0)


def test_musts_of_groups_do_not_lead_the_prices_astray(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sample of assets whose musts need more than the sample's share of the money says nothing of the prices."""
    monkeypatch.setattr(dual, "SAMPLE", 100)
    random = np.random.default_rng(6)
    n, groups, years = 4_000, 8, 5
    cost = random.lognormal(1, 1.0, (n, 2))
    keep = cost.mean(axis=1) * random.uniform(0.5, 4, n)
    value = keep[:, None, None] * random.uniform(0.3, 1, (n, 2, years)) + 0.1 * cost[:, :, None]
    hard = random.random(n) < 0.08
    value[hard, 1] = np.inf
    group = np.sort(random.integers(0, groups, n))
    musts = np.bincount(group[hard], cost[hard, 0], minlength=groups)
    found = solve(
        instance_of(
            value, np.where(hard, np.inf, keep), cost, np.full(years, np.inf), group=group,
            group_budget=np.repeat(musts[:, None] * random.uniform(1.05, 4, (groups, 1)) / years, years, axis=1),
        ),
        effort=1,
    )  # fmt: skip
    assert found.over == 0
    assert 0 <= found.gap < 0.01


def test_bad_instances_are_refused() -> None:
    with pytest.raises(GunmaneError) as caught:
        instance_of(np.full((2, 1, 1), np.inf), [np.inf, 1.0], [[1.0], [1.0]], [1.0])
    assert [fault.code for fault in caught.value.faults] == ["no_option"]
    with pytest.raises(GunmaneError) as caught:
        instance_of(np.ones((2, 1, 1)), [1.0], [[1.0], [-1.0]], [1.0, 2.0])
    assert {fault.at for fault in caught.value.faults} == {"keep", "budget", "cost", "hours_cap"} - {"hours_cap"}
