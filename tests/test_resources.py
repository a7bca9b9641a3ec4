"""The program's digest tells one computation from another."""

import shutil
from pathlib import Path

import pytest

from gunmane import resources


def test_a_changed_rule_or_source_makes_another_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "gunmane"
    shutil.copytree(
        resources.PACKAGE, package, ignore=shutil.ignore_patterns("_static", "__pycache__", "*.nbi", "*.nbc")
    )
    monkeypatch.setattr(resources, "PACKAGE", package)
    program = resources.program.__wrapped__
    first = program()
    assert first == resources.program.__wrapped__()
    (package / "_sql").mkdir()
    (package / "_sql" / "env.py").write_text("pass")
    assert program() == first, "a wheel keeps further folders inside"
    costs = package / "data" / "unit_costs.toml"
    costs.write_text(costs.read_text("utf-8") + "\n# another edition\n", "utf-8")
    second = program()
    assert second != first
    (package / "core" / "risk.py").write_text("", "utf-8")
    assert program() not in (first, second)
