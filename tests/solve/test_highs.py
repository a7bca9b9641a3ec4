"""HiGHS against brute force and the Lagrangian bound; reference instances where they are at hand."""

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csc_array

from gunmane.cli.portfolio import decide, read
from gunmane.core.plan.instances import Instance, excess, instance_of, use_of
from gunmane.core.plan.portfolio import solve
from gunmane.solve.highs import Programme, minimise
from gunmane.solve.portfolio import solve_portfolio

REFERENCES = Path(__file__).parents[1] / "data" / "optimisation"


def save(path: Path, seed: int = 0, n: int = 6) -> Path:
    random = np.random.default_rng(seed)
    keep = random.uniform(5, 20, n)
    value = keep[:, None, None] * random.uniform(0.2, 1.1, (n, 2, 2))
    value[0, 0] = np.nan
    cost = np.concatenate([np.zeros((n, 1)), random.uniform(1, 10, (n, 2))], axis=1)
    np.savez(
        path, value=value, keep_value=keep, cost=cost, hours=cost, budget=np.full(2, 9.0), hours_cap=np.full(2, 8.0)
    )
    return path


def test_highs_finds_the_best_of_all(tmp_path: Path) -> None:
    instance = read(save(tmp_path / "i.npz"))
    best = min(
        used.value
        for options in product(range(-1, 4), repeat=6)
        if excess(instance, used := use_of(instance, np.array(options, dtype=np.int32))) == 0
    )
    answer = solve_portfolio(instance, 20)
    assert answer.choice is not None
    assert answer.proved
    assert use_of(instance, answer.choice).value == pytest.approx(best)
    assert answer.bound == pytest.approx(best, rel=1e-5)
    assert solve(instance, effort=1).bound <= best + 1e-9


def test_impossible_instances_have_no_choice() -> None:
    answer = solve_portfolio(instance_of(np.ones((2, 1, 1)), np.full(2, np.inf), np.ones((2, 1)), [1.0]), 5)
    assert answer.choice is None
    assert answer.proved
    assert answer.bound == np.inf


def test_a_programme_by_hand() -> None:
    # At most one of two: take the better.
    outcome = minimise(
        Programme(np.array([-2.0, -3.0]), csc_array(np.ones((1, 2))), np.array([-np.inf]), np.array([1.0])), 5
    )
    assert outcome.x is not None
    assert outcome.x.tolist() == [0, 1]
    assert outcome.proved


@pytest.mark.parametrize(
    ("name", "at_most", "seconds"), [("portfolio_40", 400.4779, 20), ("portfolio_200", 1309.77, 40)]
)
def test_reference_instances(name: str, at_most: float, seconds: float) -> None:
    path = REFERENCES / f"{name}.npz"
    instance = read(path)
    proof = decide(instance, seconds, 0)
    used = use_of(instance, proof.choice)
    assert excess(instance, used) == 0
    assert used.value <= at_most
    assert proof.bound <= used.value + 1e-6


def budgeted(seed: int, scale: float = 1.0, level: float = 0.0) -> Instance:
    """Make an instance of 14 assets with owners and funds, some measures never and some assets not to be kept."""
    random = np.random.default_rng(seed)
    n, measures, years = 14, 3, 3
    cost = random.uniform(1, 10, (n, measures)) * scale
    keep = random.uniform(5, 20, n) * scale
    value = keep[:, None, None] * random.uniform(0.1, 1.1, (n, measures, years)) + level
    value[random.random((n, measures)) < 0.3] = np.nan
    must = (random.random(n) < 0.2) & np.isfinite(value).any(axis=(1, 2))
    owner, fund = random.integers(0, 3, n), random.integers(0, 2, n)
    whole = cost.mean() * n / years
    return instance_of(
        value, np.where(must, np.nan, keep + level), cost, np.full(years, 0.5 * whole), hours=cost / scale,
        hours_cap=np.full(years, 0.6 * whole / scale), group=owner,
        group_budget=random.uniform(0.15, 0.3, (3, years)) * whole, fund=fund,
        fund_budget=random.uniform(0.2, 0.4, (2, years)) * whole,
    )  # fmt: skip


@pytest.mark.parametrize(("scale", "level"), [(1.0, 0.0), (1e-3, 0.0), (1e8, 0.0), (1.0, 1e7)])
def test_owners_and_funds_against_the_exact_answer(scale: float, level: float) -> None:
    """The Lagrangian method finds nearly the optimum whatever the unit and the constant, and its bound holds."""
    losses: list[float] = []
    for seed in range(6):
        instance = budgeted(seed, scale, level)
        exact = solve_portfolio(instance, 20)
        assert exact.proved
        if exact.choice is None:
            continue
        best = use_of(instance, exact.choice)
        assert excess(instance, best) == 0
        found = solve(instance, seed=seed)
        assert found.over == 0
        tiny = 1e-9 * abs(best.value)
        assert found.bound <= best.value + tiny
        assert best.value <= found.value + 1e-6 * scale * 14 + tiny
        losses.append((found.value - best.value) / (best.value - 14 * level))
    assert len(losses) >= 3
    assert np.median(losses) < 0.02
