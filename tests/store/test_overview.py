"""The map's classes of loss are the same in SQL and in the core."""

import re

import pytest

from gunmane.core.risk import LOSS_EDGES, loss_band
from gunmane.store.query import sql


def test_cells_are_counted_by_the_cores_edges() -> None:
    found = re.findall(r"loss_yen_per_year >= (\d+) THEN (\d)", sql("overview", "count_finest_cells"))
    assert [(float(edge), int(band)) for edge, band in found] == [(LOSS_EDGES[band], band) for band in (5, 4, 3, 2)]


@pytest.mark.parametrize(("yen", "band"), [(None, 0), (0.0, 1), (999.9, 1), (1000.0, 2), (99_999.0, 3), (1e9, 5)])
def test_a_loss_lies_in_the_class_whose_edge_it_reaches(yen: float | None, band: int) -> None:
    assert loss_band(yen) == band
