"""Floors and ceilings against one pot, and plans that stay near the adopted one."""

from itertools import product

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gunmane.core.plan.fairness import near_adopted, price_of_fairness, with_shares
from gunmane.core.plan.instances import Instance, excess, instance_of, use_of
from gunmane.core.plan.portfolio import solve


def made(seed: int, n: int) -> tuple[Instance, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    keep = random.uniform(5, 20, n)
    cost = random.uniform(1, 6, (n, 1))
    value = keep[:, None, None] * random.uniform(0.1, 1.0, (n, 1, 2))
    owner = np.arange(n) % 3
    paid = random.uniform(2, 8, (3, 2))
    return instance_of(value, keep, cost, np.full(2, np.inf)), owner, paid


def all_choices(instance: Instance) -> list[np.ndarray]:
    options = range(-1, instance.value.shape[1] * instance.years)
    return [np.array(one, dtype=np.int32) for one in product(options, repeat=instance.size)]


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10_000), st.sampled_from([(0.0, np.inf), (0.5, 1.5), (1.0, 1.0), (0.8, np.inf), (0.0, 1.2)]))
def test_floors_and_ceilings_mean_what_they_say(seed: int, share: tuple[float, float]) -> None:
    instance, owner, paid = made(seed, 5)
    limited = with_shares(instance, owner, paid, *share)
    pot = paid.sum(axis=0)
    for choice in all_choices(instance):
        spent = np.zeros((3, 2))
        done = np.flatnonzero(choice >= 0)
        np.add.at(spent, (owner[done], choice[done] % 2), instance.cost[done, 0])
        others = spent.sum(axis=0) - spent
        fits = (spent.sum(axis=0) <= pot + 1e-7).all() and (spent <= share[1] * paid + 1e-7).all()
        if share[0] > 0:
            fits = fits and (others <= pot - share[0] * paid + 1e-7).all()
        assert (excess(limited, use_of(limited, choice)) == 0) == bool(fits)


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10_000))
def test_fairness_costs_something_or_nothing(seed: int) -> None:
    instance, owner, paid = made(seed, 12)
    found = price_of_fairness(instance, owner, paid, ((1.0, 1.0), (0.5, 2.0)), effort=1)
    for one in found:
        assert one.price >= -1e-9
        assert one.by_owner.sum() == pytest.approx(one.price)
    assert (found[0].spent <= paid.sum(axis=1) + 1e-6).all()


def test_what_one_owner_gains_is_said() -> None:
    # Owner 0 pays in and has little to do; owner 1 has much: the pot helps owner 1 by all that it lacks.
    instance = instance_of(np.zeros((3, 1, 1)), [1.0, 10.0, 10.0], np.ones((3, 1)), [np.inf])
    owner, paid = np.array([0, 1, 1]), np.array([[1.0], [1.0]])
    (apart,) = price_of_fairness(instance, owner, paid)
    assert apart.price == 9
    assert apart.by_owner.tolist() == [-1, 10]
    assert apart.pooled.tolist() == [0, 2]
    assert apart.spent.tolist() == [1, 1]


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 5))
def test_a_plan_leaves_the_adopted_one_only_for_more_than_it_costs(seed: int, yen: float) -> None:
    instance, owner, paid = made(seed, 6)
    limited = with_shares(instance, owner, paid, 0.0, np.inf)
    adopted = solve(limited, effort=1, seed=1).choice
    near, some = near_adopted(limited, adopted, yen), all_choices(limited)[::97]
    changed = np.array([use_of(near, one).value for one in some])
    plain = np.array([use_of(limited, one).value for one in some])
    moves = np.array([(one != adopted).sum() for one in some])
    assert np.allclose(changed, plain + yen * moves)
    again = solve(near, effort=1, start=adopted)
    assert again.value <= use_of(limited, adopted).value + 1e-9
