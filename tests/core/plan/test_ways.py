"""Ways from many to many on a road network against the plainest algorithm there is."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gunmane.core.plan.roads import M_PER_DEGREE, roads_of
from gunmane.core.plan.ways import nodes_near, ways

SIZE = 7
edges = st.lists(
    st.tuples(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1), st.integers(0, 900).map(float)), max_size=14
)


@settings(max_examples=60, deadline=None)
@given(edges)
def test_ways_are_the_shortest(rows: list[tuple[int, int, float]]) -> None:
    lon, lat = [139.0 + 0.05 * n for n in range(SIZE)], [35.0] * SIZE
    roads = roads_of(lon, lat, rows, "")
    apart = np.full((SIZE, SIZE), np.inf)
    np.fill_diagonal(apart, 0.0)
    for one, two, metres in rows:
        apart[one, two] = apart[two, one] = min(apart[one, two], metres)
    for middle in range(SIZE):  # Floyd and Warshall
        apart = np.minimum(apart, apart[:, middle, None] + apart[None, middle, :])
    spots = np.array(lon), np.array(lat)
    found = ways(roads, spots, spots)
    assert (np.isnan(found) == np.isinf(apart)).all()
    assert np.allclose(found[~np.isnan(found)], apart[np.isfinite(apart)], atol=1e-3)


def test_places_stand_at_the_nearest_node_within_a_kilometre() -> None:
    roads = roads_of([139.0, 139.1], [35.0, 35.0], [(0, 1, 12_345.0)], "")
    lat = np.array([35.0 + 500 / M_PER_DEGREE, 35.0 + 1_500 / M_PER_DEGREE, np.nan])
    node, metres = nodes_near(roads, np.array([139.1, 139.1, 139.0]), lat)
    assert node.tolist() == [1, -1, -1]
    assert abs(metres[0] - 500) < 1
    found = ways(roads, (np.array([139.0]), np.array([35.0])), (np.array([139.1, 139.1]), lat[:2]))
    assert abs(found[0, 0] - 12_845) < 1
    assert np.isnan(found[0, 1])
    nothing = roads_of([], [], [], "")
    assert np.isnan(ways(nothing, (np.array([139.0]), np.array([35.0])), (np.array([139.0]), np.array([35.0])))).all()
