"""Indicators by hand and against published worked values."""

from itertools import product
from math import ceil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gunmane.core.indicators import (
    bad_share,
    confidence,
    engineers_needed,
    expected_contracts,
    exposure,
    need_ratio,
    old_share,
    on_time_share,
    started_share,
    stationary_repair_rate,
)


def test_shares_by_hand() -> None:
    assert old_share(np.array([1970, 1980, 0]), 50, 2025) == 0.5
    assert old_share(np.array([0, 0]), 50, 2025) is None, "unknown is not zero"
    bad, graded = np.array([True, False, True]), np.array([True, True, False])
    assert bad_share(bad, graded) == 0.5
    assert on_time_share(np.array([True, False]), np.array([True, True])) == 0.5
    assert started_share(76, 100) == 0.76
    assert started_share(0, 0) is None
    assert need_ratio(2.15, 1.83) == pytest.approx(1.17, abs=0.01)  # Kakogawa prints x1.2
    assert need_ratio(1.0, None) is None
    assert engineers_needed(3700, 1850) == 2.0
    assert exposure(np.array([2.0, np.nan]), np.array([3.0, 5.0])) == 6.0


@given(st.integers(0, 7), st.floats(0, 1), st.integers(1, 4))
def test_expected_contracts_against_all_outcomes(assets: int, chance: float, lot: int) -> None:
    brute = 0.0
    for outcome in product((0, 1), repeat=assets):
        k = sum(outcome)
        brute += chance**k * (1 - chance) ** (assets - k) * ceil(k / lot)
    assert expected_contracts(assets, chance, lot) == pytest.approx(brute, abs=1e-12)


def test_expected_contracts_of_the_published_example() -> None:
    # Miyagi, RC bridges: P by year, 322 bridges of six towns; one area of all gives 1.193 contracts a year at L = 5.
    rate = stationary_repair_rate(np.array([[0.9132, 0.0862], [0.0, 0.9857]]))
    assert rate == pytest.approx(0.01233, rel=0.005)
    assert expected_contracts(322, 0.01233, 5) == pytest.approx(1.193, abs=0.002)


@given(st.integers(1, 200), st.floats(0.001, 0.3), st.integers(1, 6))
def test_pooling_never_adds_contracts(assets: int, chance: float, lot: int) -> None:
    half = assets // 2
    alone = expected_contracts(half, chance, lot) + expected_contracts(assets - half, chance, lot)
    assert expected_contracts(assets, chance, lot) <= alone + 1e-9


def test_a_lot_holds_something() -> None:
    with pytest.raises(ValueError, match="at least one"):
        expected_contracts(5, 0.1, 0)


def test_confidence() -> None:
    good, poor = (0.9, 0.9), (0.6, 0.5)
    assert confidence(0.95, 0.95, good, poor) == "A"
    assert confidence(0.95, 0.8, good, poor) == "B"
    assert confidence(0.5, 1.0, good, poor) == "C"
