"""The data files as users get them, and a small region solvable by hand."""

from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec
import numpy as np
import pytest

from gunmane.core.plan.costs import CostBook, MeasureFile, ServiceLifeFile, UnitCostFile
from gunmane.core.stock import CLASS_AT, OwnerFacts, Stock, stock_of
from gunmane.core.words import AssetClass, Scale
from gunmane.resources import DATA

FIRST_FY = 2027


class ScaleFile(msgspec.Struct):
    scales: tuple[Scale, ...]


@pytest.fixture(scope="session")
def book() -> CostBook:
    measures = msgspec.toml.decode((DATA / "measures.toml").read_bytes(), type=MeasureFile)
    return CostBook(
        unit_costs=msgspec.toml.decode((DATA / "unit_costs.toml").read_bytes(), type=UnitCostFile).unit_costs,
        service_lives=msgspec.toml.decode(
            (DATA / "service_lives.toml").read_bytes(), type=ServiceLifeFile
        ).service_lives,
        deadlines=measures.deadlines,
        parameters=measures.parameters,
        references=measures.references,
    )


@pytest.fixture(scope="session")
def scales() -> dict[str, Scale]:
    file = msgspec.toml.decode((DATA / "scales.toml").read_bytes(), type=ScaleFile)
    return {scale.code: scale for scale in file.scales}


@pytest.fixture(scope="session")
def bridges() -> Callable[..., Stock]:
    """Make a stock of 10 m x 10 m bridges (44.8 million yen each) of two towns; columns may be replaced."""

    def make(
        grades: list[int], owner: list[int] | None = None, budgets: tuple[int, ...] = (), **columns: Any
    ) -> Stock:
        n = len(grades)
        owners = (
            OwnerFacts("a", "A", population=1000, budgets=budgets),
            OwnerFacts("b", "B", population=3000, budgets=budgets),
        )
        base: dict[str, Any] = {
            "asset_class": CLASS_AT[AssetClass.BRIDGE],
            "owner": np.array(owner or [0] * n),
            "length_m": 10.0,
            "width_m": 10.0,
            "scale": 0,
            "grade": np.array(grades),
            "inspected_fy": 2024,
            "p_bad": np.zeros((n, 10)),
            "risk_yen": np.zeros((n, 10)),
        }
        return stock_of(
            as_of=date(2026, 11, 23),
            first_fy=FIRST_FY,
            owners=owners,
            scales=("road-soundness", "sewer-urgency"),
            size=n,
            **{**base, **columns},
        )

    return make
