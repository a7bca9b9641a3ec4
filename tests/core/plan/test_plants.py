"""Plants merged: against every assignment, rooms kept, no chains."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gunmane.core.plan import plants
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


@pytest.mark.parametrize("nodes", [0, 200])
def test_what_the_solver_leaves_open_is_never_worse_than_the_greedy_choice(
    nodes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(7)
    flow, room = random.lognormal(6, 1, 120), random.lognormal(6, 1.2, 120)
    saves = np.where(random.random((120, 120)) < 0.15, random.uniform(1, 9, (120, 120)), -np.inf)
    monkeypatch.setattr(plants, "NODES", nodes)
    found = worth(merge_plants(flow, room, saves), flow, room, saves)
    links = np.nonzero(np.isfinite(saves) & (flow[:, None] <= room) & ~np.eye(120, dtype=bool))
    greedy = plants._greedy(*links, saves[links], flow, room)  # pyright: ignore[reportPrivateUsage]
    assert 0 < saves[links][greedy].sum() <= found < np.inf

    class Nothing:
        x = None

    monkeypatch.setattr(plants, "milp", lambda *_args, **_more: Nothing())
    alone = worth(merge_plants(flow, room, saves), flow, room, saves)
    assert alone == pytest.approx(saves[links][greedy].sum()), "rooms are kept, and there are no chains"
