"""HiGHS against brute force and the Lagrangian bound; reference instances where they are at hand."""

import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csc_array

from gunmane.cli import main
from gunmane.cli.plan import decide, read
from gunmane.core.plan.instances import excess, instance_of, use_of
from gunmane.core.plan.portfolio import solve
from gunmane.solve.highs import Programme, minimise, solve_portfolio

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
    choice, proven = solve_portfolio(instance, 20)
    assert choice is not None
    assert use_of(instance, choice).value == pytest.approx(best)
    assert proven == pytest.approx(best, rel=1e-5)
    assert solve(instance, effort=1).bound <= best + 1e-9


def test_impossible_instances_have_no_choice() -> None:
    choice, _ = solve_portfolio(instance_of(np.ones((2, 1, 1)), np.full(2, np.inf), np.ones((2, 1)), [1.0]), 5)
    assert choice is None


def test_a_programme_by_hand() -> None:
    # At most one of two: take the better.
    outcome = minimise(
        Programme(np.array([-2.0, -3.0]), csc_array(np.ones((1, 2))), np.array([-np.inf]), np.array([1.0])), 5
    )
    assert outcome.x is not None
    assert outcome.x.tolist() == [0, 1]
    assert outcome.proved


def test_command_prints_a_checkable_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = save(tmp_path / "i.npz")
    assert main(["plan", "portfolio", str(path), "--seconds", "6", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    instance = read(path)
    choice = np.array([option - 2 if option else -1 for option in report["choice"]], dtype=np.int32)
    used = use_of(instance, choice)
    assert report["value"] == pytest.approx(used.value)
    assert excess(instance, used) == 0
    assert report["bound"] <= report["value"] + 1e-9
    assert main(["plan", "portfolio", str(tmp_path / "none.npz")]) == 2
    np.savez(tmp_path / "bad.npz", value=np.ones((2, 1, 1)), keep_value=[1.0], cost=np.zeros((2, 2)), budget=[1.0])
    assert main(["plan", "portfolio", str(tmp_path / "bad.npz")]) == 2
    assert "最適化の入力が使えません" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "at_most", "seconds"), [("portfolio_40", 400.4779, 20), ("portfolio_200", 1309.77, 40)]
)
def test_reference_instances(name: str, at_most: float, seconds: float) -> None:
    path = REFERENCES / f"{name}.npz"
    instance = read(path)
    choice, bound = decide(instance, seconds, 0)
    used = use_of(instance, choice)
    assert excess(instance, used) == 0
    assert used.value <= at_most
    assert bound <= used.value + 1e-6
