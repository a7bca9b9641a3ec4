"""Plants merged: against every assignment, rooms kept, no chains."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gunmane.core.plan.plants import merge_plants
from gunmane.core.stock import Floats, Ints


def worth(to: Ints, flow: Floats, room: Floats, saves: Floats) -> float:
    """Return what an assignment saves, -inf where it breaks a rule."""
    movers = np.flatnonzero(to >= 0)
    if (to[to[movers]] >= 0).any() or (to == np.arange(len(to))).any():
        return -np.inf
    into = np.bincount(to[movers], flow[movers], minlength=len(to))
    return float(saves[movers, to[movers]].sum()) if (into <= room + 1e-6).all() else -np.inf


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000), st.integers(1, 5))
def test_no_assignment_saves_more(seed: int, count: int) -> None:
    random = np.random.default_rng(seed)
    flow, room = random.integers(1, 9, count).astype(float), random.integers(0, 15, count).astype(float)
    saves = random.uniform(-5, 20, (count, count))
    saves[random.random((count, count)) < 0.3] = -np.inf
    found = merge_plants(flow, room, saves)
    every = (worth(np.array(to, dtype=np.int64), flow, room, saves) for to in product(range(-1, count), repeat=count))
    assert worth(found, flow, room, saves) == pytest.approx(max(every))


def test_the_one_in_the_middle_takes_two() -> None:
    flow, room = np.array([3.0, 5.0, 4.0]), np.array([9.0, 7.0, 9.0])
    saves = np.array([[0.0, 10.0, -1.0], [9.0, 0.0, 2.0], [-1.0, 10.0, 0.0]])
    assert merge_plants(flow, room, saves).tolist() == [1, -1, 1]
    # Without room for both the dearer arrangement is the best that fits.
    assert merge_plants(flow, np.array([9.0, 6.0, 9.0]), saves).tolist() in ([1, -1, -1], [-1, -1, 1])
