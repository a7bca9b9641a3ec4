"""Homes behind cut edges: against removal of each edge, on a road with one bridge into a valley, and in words."""

from collections.abc import Callable

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.plan.test_fill import FACTS, labels  # noqa: F401

from gunmane.core.plan.choices.bridges import bridges as bridge_choices
from gunmane.core.plan.costs import CostBook
from gunmane.core.plan.detours import cut_off, graph_of, ways_round
from gunmane.core.plan.homes import Homes, behind, with_homes
from gunmane.core.plan.labels import Labels
from gunmane.core.plan.overrides import Override, wishes_of
from gunmane.core.plan.roads import roads_of, with_detours
from gunmane.core.plan.scenarios import plan_region
from gunmane.core.stock import Stock
from gunmane.core.words import Scale

Make = Callable[..., Stock]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000), st.integers(2, 9), st.integers(0, 6))
def test_what_lies_behind_is_what_is_cut_off(seed: int, nodes: int, more: int) -> None:
    random = np.random.default_rng(seed)
    ends = [(k, int(random.integers(0, k))) for k in range(1, nodes)]
    ends += [tuple(random.choice(nodes, 2, replace=False).tolist()) for _ in range(more)]
    graph = graph_of(nodes, ends, np.ones(len(ends)))
    weight = random.integers(0, 5, nodes).astype(float)
    found = behind(graph, weight)
    cut = np.isinf(ways_round(graph, np.arange(len(ends))))
    assert np.array_equal(~np.isnan(found), cut)
    for edge in np.flatnonzero(cut).tolist():
        lost = cut_off(graph, [edge], weight, ends[edge][0]).sum()
        assert found[edge] == pytest.approx(min(lost, weight.sum() - lost))


def _valley(bridges: Make) -> tuple[Stock, Homes]:
    """A ring of four nodes, and one road over a bridge into a valley; 7.2 people live there, 40 in the ring."""
    stock = bridges(
        [2, 2], lon=np.array([137.005, 137.015]), lat=np.array([35.0, 35.0]), traffic_per_day=5.0, emergency=0,
        row=np.arange(2),
    )  # fmt: skip
    homes = Homes((137.0, 137.02, 137.02, 138.0), (35.0, 35.0, 35.0, 36.0), (40.0, 3.2, 4.0, 9.0), "people",
                  "架空の人口", "d")  # fmt: skip
    return stock, homes


LON, LAT = [137.0, 137.01, 137.0, 137.01, 137.02], [35.0, 35.0, 35.01, 35.01, 35.0]
EDGES = [(0, 1, 912.0), (0, 2, 1112.0), (2, 3, 912.0), (3, 1, 1112.0), (1, 4, 912.0)]


def test_people_in_the_valley_are_counted_and_keep_their_bridge(
    bridges: Make, book: CostBook, scales: dict[str, Scale], labels: Labels  # noqa: F811
) -> None:  # fmt: skip
    stock, homes = _valley(bridges)
    roads = roads_of(LON, LAT, EDGES, "d")
    with_people, counted = with_homes(stock, roads, homes)
    assert with_people.sole_access_homes.tolist() == [0, 8]
    assert (counted.whole, counted.far) == (pytest.approx(56.2), 9.0)
    known = with_homes(msgspec.structs.replace(stock, sole_access_homes=np.array([4, 2])), roads, homes)[0]
    assert known.sole_access_homes.tolist() == [4, 2], "what the ledger says stands"
    remove = Override(
        code="asset.1", owner="a", asset_class="bridge", number="1", alternative="remove", year=2028,
        reason="residents", by="課長", on=FACTS.as_of,
    )  # fmt: skip
    blind, _ = with_detours(stock, roads)
    seeing, network = with_detours(with_people, roads)
    wishes = wishes_of([remove], [1], blind)
    without = plan_region(blind, book, scales, network, roads, wishes)
    with_them = plan_region(seeing, book, scales, network, roads, wishes, None, counted)
    assert [one.conflict for one in (*without.pinned, *with_them.pinned)] == ["only_way", "cuts_off_homes"]
    assert (without.not_judged, with_them.not_judged) == (1, 0)
    said = next(one for one in bridge_choices(without, book, ["N0", "N1"], labels) if one.code == "bridge.unknown")
    assert "節点で判断" in said.reason.ja
    assert "road nodes stand for them" in said.reason.en


def test_an_empty_valley_may_lose_its_bridge_by_decision_only(
    bridges: Make, book: CostBook, scales: dict[str, Scale]
) -> None:
    stock, homes = _valley(bridges)
    roads = roads_of(LON, LAT, EDGES, "d")
    empty = msgspec.structs.replace(homes, lon=homes.lon[:1], lat=homes.lat[:1], count=homes.count[:1])
    found, counted = with_homes(stock, roads, empty)
    found, network = with_detours(found, roads)
    free = plan_region(found, book, scales, network, roads, counted=counted)
    assert free.merged.plan.measure[1] != 5, "no proposal takes the only way"
    remove = Override(
        code="asset.1", owner="a", asset_class="bridge", number="1", alternative="remove", year=2028,
        reason="residents", by="課長", on=FACTS.as_of,
    )  # fmt: skip
    plan = plan_region(found, book, scales, network, roads, wishes_of([remove], [1], found), None, counted)
    assert plan.merged.plan.measure[1] == 5
    assert np.isfinite(plan.long_run)
