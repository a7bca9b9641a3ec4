"""Small fleets whose truth is known."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from gunmane.core.assess.fleets import Fleet, Looks, Works
from gunmane.core.duties.columns import Coded
from gunmane.core.stock import OwnerFacts
from gunmane.core.words import AssetClass

NONE = np.iinfo(np.int32).min
EPOCH = date(1970, 1, 1).toordinal()
Look = tuple[int, date, str | None]


def day(value: date) -> int:
    return value.toordinal() - EPOCH


def fleet_of(
    size: int,
    looks: list[Look],
    *,
    scale: str = "road-soundness",
    asset_class: AssetClass = AssetClass.BRIDGE,
    owner: list[int] | None = None,
    built: list[int | None] | None = None,
    repairs: list[tuple[int, date]] | None = None,
    duty: str | None = "road.periodic",
    columns: dict[str, list[float]] | None = None,
    place: list[tuple[float, float]] | None = None,
    texts: dict[str, list[str | None]] | None = None,
) -> Fleet:
    """A fleet of `size` assets of two owners with the given inspections (asset, day, grade)."""
    years = built or [None] * size
    return Fleet(
        asset_class=asset_class,
        owners=(
            OwnerFacts(code="992011", name="架空あおば市", engineers={"civil": 2}),
            OwnerFacts(code="b", name="b"),
        ),
        owner=np.array(owner or [0] * size),
        ids=np.frombuffer(b"".join(n.to_bytes(16, "big") for n in range(size)), dtype=np.uint8).reshape(-1, 16),
        numbers=[f"N-{n}" for n in range(size)],
        names=[None] * size,
        built_year=np.array([np.nan if year is None else year for year in years], dtype=float),
        built_day=np.array([NONE if year is None else day(date(year, 4, 1)) for year in years], dtype=np.int32),
        columns={name: np.array(values, dtype=float) for name, values in (columns or {}).items()},
        texts={name: Coded.of(values) for name, values in (texts or {}).items()},
        status=Coded.of([None] * size),
        place=np.array(place or [(np.nan, np.nan)] * size, dtype=float),
        simulated=np.zeros(size, dtype=bool),
        flagged=np.zeros(size, dtype=bool),
        looks=Looks(
            asset=np.array([one[0] for one in looks], dtype=np.int64),
            day=np.array([day(one[1]) for one in looks], dtype=np.int32),
            scale=Coded.of([scale if one[2] else None for one in looks]),
            grade=Coded.of([one[2] for one in looks]),
            duty=Coded.of([duty] * len(looks)),
        ),
        works=Works(
            asset=np.array([one[0] for one in repairs or []], dtype=np.int64),
            day=np.array([day(one[1]) for one in repairs or []], dtype=np.int32),
            kind=Coded.of(["repair"] * len(repairs or [])),
        ),
    )


@pytest.fixture
def make() -> Callable[..., Fleet]:
    return fleet_of
