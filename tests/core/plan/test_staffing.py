"""Shared engineers: sums kept, more people or wider limits never worse, the best flow of small cases."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gunmane.core.plan.staffing import share_engineers, there_by_year
from gunmane.core.stock import Floats, OwnerFacts


def case(seed: int, count: int) -> tuple[Floats, Floats, Floats]:
    random = np.random.default_rng(seed)
    place = random.uniform(0, 30, (count, 2))
    apart = np.sqrt(((place[:, None] - place) ** 2).sum(axis=2))
    return random.integers(0, 6, (count, 2)).astype(float), random.integers(0, 6, (count, 2)).astype(float), apart


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 6), st.floats(0, 1), st.floats(0, 40))
def test_nobody_lends_more_than_it_may(seed: int, count: int, away: float, limit: float) -> None:
    needed, have, apart = case(seed, count)
    found = share_engineers(needed, have, apart, limit, away)
    given_away = found.lent.sum(axis=2).T
    assert (given_away <= np.minimum(np.maximum(have - needed, 0), away * have) + 1e-7).all()
    assert (found.lent[:, apart > limit] == 0).all()
    assert np.allclose(found.lacking.sum(axis=0), np.maximum(needed - have, 0).sum(axis=0) - found.moved)
    wider = share_engineers(needed, have, apart, limit + 10, away)
    assert (wider.lacking.sum(axis=0) <= found.lacking.sum(axis=0) + 1e-7).all()
    more = share_engineers(needed, have + 1, apart, limit, away)
    assert (more.lacking.sum(axis=0) <= found.lacking.sum(axis=0) + 1e-7).all()
    order = np.random.default_rng(seed).permutation(count)
    turned = share_engineers(needed[order], have[order], apart[np.ix_(order, order)], limit, away)
    assert turned.lacking.sum() == pytest.approx(found.lacking.sum())


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_as_many_as_possible_over_the_shortest_way(seed: int) -> None:
    needed, have, apart = case(seed, 3)
    needed, have = needed[:, :1], have[:, :1]
    found = share_engineers(needed, have, apart, 20.0, 1.0)
    spare, short = np.maximum(have - needed, 0)[:, 0], np.maximum(needed - have, 0)[:, 0]
    pairs = [(a, b) for a in range(3) for b in range(3) if a != b and apart[a, b] <= 20 and spare[a] and short[b]]
    best = (0.0, 0.0)
    # Whole persons are enough: the corners of a transportation problem with whole limits are whole.
    for flow in product(range(6), repeat=len(pairs)):
        out, into = np.zeros(3), np.zeros(3)
        for (a, b), amount in zip(pairs, flow, strict=True):
            out[a] += amount
            into[b] += amount
        if (out <= spare).all() and (into <= short).all():
            way = sum(apart[a, b] * amount for (a, b), amount in zip(pairs, flow, strict=True))
            best = min(best, (-float(sum(flow)), float(way)))
    assert found.moved[0] == pytest.approx(-best[0])
    assert float((found.lent[0] * apart).sum()) == pytest.approx(best[1], abs=1e-6)


def test_who_retires_is_missing_from_that_year_on() -> None:
    owners = (
        OwnerFacts("a", "A", engineers={"civil": 3}, retirements=(0, 1, 0, 1)),
        OwnerFacts("b", "B", engineers={"civil": 1}, retirements=(2,)),
        OwnerFacts("c", "C"),
    )
    found = there_by_year(owners, 5)
    assert found[0].tolist() == [3, 2, 2, 1, 1]
    assert found[1].tolist() == [0, 0, 0, 0, 0]
    assert np.isnan(found[2]).all()
