"""Sets of bridges to remove: against every subset, on a network that can be drawn, and nobody cut off."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gunmane.core.errors import GunmaneError
from gunmane.core.plan.detours import cut_off, graph_of
from gunmane.core.plan.removals import Sites, detours_of, gain_of, removal_set, sites_of


def random_sites(seed: int, count: int, limit: float) -> Sites:
    """Make a connected graph of 8 nodes and a dozen edges, some of them sites."""
    random = np.random.default_rng(seed)
    nodes = 8
    ends = [(k, int(random.integers(0, k))) for k in range(1, nodes)]
    ends += [tuple(random.choice(nodes, 2, replace=False).tolist()) for _ in range(7)]
    length = random.integers(1, 9, len(ends)).astype(float)
    edge = random.choice(len(ends), count, replace=False)
    graph = graph_of(nodes, ends, length)
    saved, users = random.uniform(-2, 20, count), random.choice([0.0, 0.5, 2.0], count)
    return sites_of(graph, edge, saved, users, length[edge], limit)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 100_000), st.integers(1, 7), st.sampled_from([6.0, 15.0, np.inf]))
def test_the_set_is_the_best_of_all_and_cuts_nobody_off(seed: int, count: int, limit: float) -> None:
    sites = random_sites(seed, count, limit)
    found = removal_set(sites)
    every = [gain_of(sites, np.array(gone)) for gone in product([False, True], repeat=count)]
    assert found.proved
    assert found.gain == pytest.approx(max(every), abs=1e-6)
    assert found.gain == gain_of(sites, found.gone)
    assert not cut_off(sites.graph, sites.edge[found.gone], np.ones(sites.graph.nodes), 0).any()
    assert (detours_of(sites, found.gone)[found.gone] <= limit).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 100_000), st.integers(2, 6))
def test_a_looser_limit_is_never_worse(seed: int, count: int) -> None:
    gains = [removal_set(random_sites(seed, count, limit)).gain for limit in (3.0, 8.0, 20.0, np.inf)]
    assert gains == sorted(gains)


def test_two_bridges_over_one_river_do_not_both_go() -> None:
    # Two banks, 0-1 and 2-3, joined by bridges 0-2 and 1-3; each alone has a way round of 30, together none.
    graph = graph_of(4, [(0, 1), (2, 3), (0, 2), (1, 3)], [10.0, 10.0, 10.0, 10.0])
    sites = sites_of(graph, [2, 3], [100.0, 60.0], [1.0, 1.0], [10.0, 10.0], 50.0)
    found = removal_set(sites)
    assert found.gone.tolist() == [True, False]
    assert found.gain == 100 - 20
    assert found.kept_for == ((), (0,))


def test_many_sites_that_nothing_joins_are_settled_at_once() -> None:
    # A ladder of 200 squares: removing one rung of it costs the neighbours' detours little, so limits bind locally.
    rungs = 201
    ends = [(k, k + rungs) for k in range(rungs)]
    ends += [(k, k + 1) for k in range(rungs - 1)] + [(rungs + k, rungs + k + 1) for k in range(rungs - 1)]
    graph = graph_of(2 * rungs, ends, np.ones(len(ends)))
    sites = sites_of(graph, np.arange(10, rungs, 20), np.full(10, 5.0), np.full(10, 1.0), np.ones(10), 2.0)
    found = removal_set(sites)
    assert found.gone.all()
    assert found.gain == 10 * (5 - 2)


def test_sites_that_do_not_fit_are_refused() -> None:
    graph = graph_of(2, [(0, 1)], [1.0])
    with pytest.raises(GunmaneError):
        sites_of(graph, [0, 0], [1.0, 1.0], [0.0, 0.0], [1.0, 1.0], 5.0)
    with pytest.raises(GunmaneError):
        sites_of(graph, [1], [np.nan], [0.0], [1.0], 5.0)
