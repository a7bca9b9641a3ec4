"""`gunmane plan portfolio` with files as strangers write them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gunmane.cli import main
from gunmane.cli.portfolio import read
from gunmane.core.plan.instances import excess, use_of


def arrays(n: int = 6, seed: int = 0) -> dict[str, Any]:
    random = np.random.default_rng(seed)
    keep = random.uniform(5, 20, n)
    value = keep[:, None, None] * random.uniform(0.2, 1.1, (n, 2, 2))
    value[0, 0] = np.nan
    cost = np.concatenate([np.zeros((n, 1)), random.uniform(1, 10, (n, 2))], axis=1)
    limits = {"budget": np.full(2, 9.0), "hours_cap": np.full(2, 8.0)}
    return {"value": value, "keep_value": keep, "cost": cost, "hours": cost, **limits}


def answer(path: Path, given: dict[str, Any], capfd: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    np.savez(path, **given)
    code = main(["plan", "portfolio", str(path), "--seconds", "60", "--json"])
    return code, json.loads(capfd.readouterr().out)


@pytest.mark.parametrize("extra", ["nothing", "one resource", "owner and fund"])
def test_the_answer_can_be_checked(extra: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    given = arrays()
    if extra == "one resource":
        given = {name: given[name] for name in ("value", "keep_value", "cost", "budget")}
    if extra == "owner and fund":
        given |= {"owner": np.arange(6) % 2, "owner_budget": np.full((2, 2), 6.0)}
        given |= {"fund": np.arange(6) // 3, "fund_budget": np.full((2, 2), 5.0)}
    code, report = answer(tmp_path / "i.npz", given, capfd)
    assert (code, report["status"]) == (0, "optimal")
    instance = read(tmp_path / "i.npz")
    choice = np.array([option - 2 if option else -1 for option in report["choice"]], dtype=np.int32)
    used = use_of(instance, choice)
    assert report["value"] == pytest.approx(used.value)
    assert excess(instance, used) == 0
    assert report["bound"] <= report["value"] + 1e-9
    assert report["gap"] < 1e-5
    if extra == "owner and fund":
        for owner in range(2):
            mine = [k for k in range(6) if k % 2 == owner and choice[k] >= 0]
            for year in range(2):
                assert sum(given["cost"][k, choice[k] // 2 + 1] for k in mine if choice[k] % 2 == year) <= 6 + 1e-6


def test_limits_that_cannot_be_kept_are_said_and_proved(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    given = arrays()
    given["keep_value"][1:4] = np.nan
    given["budget"] = np.full(2, 0.5)
    code, report = answer(tmp_path / "i.npz", given, capfd)
    assert (code, report["status"], report["gap"], report["bound"]) == (1, "infeasible", None, None)
    assert report["over"] > 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"budget": None}, "budget: 必要な配列がありません"),
        ({"cost": np.zeros((6, 2))}, "cost: 大きさが合いません(正しい大きさ: 6 x 3)"),
        ({"cost": np.ones((6, 3))}, "cost: 存置(最初の列)の費用は0"),
        ({"budget": np.array([np.nan, 1.0])}, "budget: 無限大または数でない値"),
        ({"budget": np.array([-1.0, 1.0])}, "budget: 負の値"),
        ({"budget": np.array(["a", "b"])}, "budget: 数値の配列ではありません"),
        ({"keep_value": np.zeros(5)}, "keep: 大きさが合いません"),
        ({"fund_budget": np.ones((2, 2))}, "fund: 予算はありますが"),
        ({"owner": np.array([0, 1, 2, 0, 1, 2]), "owner_budget": np.ones((2, 2))}, "正しい大きさ: 3 x 2"),
        ({"hours": np.full((6, 3), np.nan)}, "hours: 無限大または数でない値"),
    ],
)
def test_every_fault_is_named(
    change: dict[str, Any], said: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    given = {name: array for name, array in (arrays() | change).items() if array is not None}
    np.savez(tmp_path / "i.npz", **given)
    assert main(["plan", "portfolio", str(tmp_path / "i.npz")]) == 2
    assert said in capfd.readouterr().err.replace("group_budget", "owner_budget")


def test_what_is_no_instance_is_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "text.npz").write_text("no archive")
    (tmp_path / "torn.npz").write_bytes(b"PK\x03\x04 torn")
    (tmp_path / "empty.npz").write_bytes(b"")
    np.save(tmp_path / "one.npy", np.ones(3))
    for name in ("none.npz", "text.npz", "torn.npz", "empty.npz", "one.npy"):
        assert main(["plan", "portfolio", str(tmp_path / name)]) == 2
        assert name in capfd.readouterr().err
    assert main(["plan", "portfolio", "x.npz", "--seconds", "-1"]) == 2
