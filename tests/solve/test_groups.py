"""Groups of owners: exact against brute force and the reference instances, checked apart from the programme."""

import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from gunmane.core.plan.groups import Grouping, Units, dissimilarity, problems, units_of
from gunmane.solve.highs import solve_groups

REFERENCES = Path(__file__).parents[1] / "data" / "optimisation"


def grid(seed: int) -> Units:
    """Make six owners on a 3 x 2 grid."""
    random = np.random.default_rng(seed)
    cells = [(c, r) for r in range(2) for c in range(3)]
    near = {
        i: [j for j, other in enumerate(cells) if abs(other[0] - cell[0]) + abs(other[1] - cell[1]) == 1]
        for i, cell in enumerate(cells)
    }
    place = np.array(cells, dtype=np.float64) + random.normal(0, 0.2, (6, 2))
    return units_of(place[:, 0].tolist(), place[:, 1].tolist(), random.integers(50, 150, 6).tolist(), near)


@pytest.mark.parametrize("seed", range(4))
def test_best_of_all_groupings(seed: int) -> None:
    units = grid(seed)
    whole = float(units.assets.sum())
    floor, ceiling = 0.5 * whole / 2, 1.5 * whole / 2
    apart = dissimilarity(units)
    best = np.inf
    for centre in product(range(6), repeat=6):
        chosen = Grouping(np.array(centre), float(apart[np.arange(6), list(centre)].sum()))
        if chosen.cost < best and not problems(units, chosen, 2, floor, ceiling):
            best = chosen.cost
    found, proved = solve_groups(units, 2, floor, ceiling, 20)
    assert found is not None
    assert proved
    assert found.cost == pytest.approx(best)
    assert problems(units, found, 2, floor, ceiling) == ()


def test_impossible_groups_are_none() -> None:
    found, _ = solve_groups(grid(0), 2, 1e9, 2e9, 5)
    assert found is None


@pytest.mark.parametrize(("name", "optimum"), [("grouping_40", 47.76), ("grouping_100", 103.76)])
def test_reference_instances(name: str, optimum: float) -> None:
    path = REFERENCES / f"{name}.json"
    data = json.loads(path.read_text())
    units = units_of(data["x"], data["y"], data["assets"], {int(i): near for i, near in data["neighbours"].items()})
    mean = float(units.assets.sum()) / data["p"]
    found, proved = solve_groups(units, data["p"], 0.6 * mean, 1.7 * mean, 120)
    assert found is not None
    assert proved
    assert problems(units, found, data["p"], 0.6 * mean, 1.7 * mean) == ()
    assert round(found.cost, 2) == optimum
