"""Joint lots: within limits, years and schemes; every work once; never more contracts than each alone."""

import random

import pytest

from gunmane.core.schedule.lots import Item, LotRules, breaches, make_lots, round_trip
from gunmane.core.words import SourceStatus


def rules(most: int = 10_000_000, **schemes: tuple[str, ...]) -> LotRules:
    return LotRules(
        least_yen=1_000_000, most_yen=most, contract_yen=300_000, even=5.0, detour=1.3,
        status=SourceStatus.ASSUMED, schemes=schemes,
    )  # fmt: skip


def items(seed: int, count: int = 60) -> list[Item]:
    rng = random.Random(seed)
    return [
        Item(
            id=f"i{n}", owner=rng.choice("abc"), name=f"bridge {n}", asset_class="bridge",
            place=(139 + rng.random() * 0.3, 35 + rng.random() * 0.3),
            yen=rng.choice([0, 90_000, 400_000, 2_500_000]),
            fiscal_year=rng.choice([2027, 2028]), minutes=100,
        )
        for n in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(8))
def test_lots_keep_all_rules(seed: int) -> None:
    given, limits = items(seed), rules(ab=("a", "b"))
    made = make_lots(given, limits)
    assert breaches(given, made, limits) == []
    assert make_lots(given, limits) == made
    by_year = {(row.fiscal_year, row.way): row for row in made.comparison}
    for year in (2027, 2028):
        assert by_year[year, "together"].contracts <= by_year[year, "alone"].contracts
        assert by_year[year, "together"].contract_yen == by_year[year, "together"].contracts * 300_000
    assert not any({"a", "c"} <= set(lot.owners) for lot in made.lots)


def test_two_places_far_apart_become_two_lots() -> None:
    here = [Item(id=f"h{n}", owner="a", name="", asset_class="bridge", place=(139.0 + n / 1000, 35.0), yen=1_000_000,
                 fiscal_year=2027) for n in range(5)]  # fmt: skip
    there = [Item(id=f"t{n}", owner="b", name="", asset_class="bridge", place=(139.5 + n / 1000, 35.0), yen=1_000_000,
                  fiscal_year=2027) for n in range(5)]  # fmt: skip
    made = make_lots([*here, *there], rules(5_000_000, ab=("a", "b")))
    assert sorted({code[0] for code in lot.items} == {"h"} for lot in made.lots) == [False, True]
    assert all(lot.yen == 5_000_000 for lot in made.lots)


def test_what_is_too_large_for_any_lot_is_named() -> None:
    large = Item(id="x", owner="a", name="", asset_class="bridge", place=(139, 35), yen=11_000_000, fiscal_year=2027)
    made = make_lots([large], rules())
    assert made.too_large == ("x",)
    assert made.lots == ()
    assert breaches([large], made, rules()) == []


def test_the_checker_sees_what_is_wrong() -> None:
    given, limits = items(1), rules(all=("a", "b", "c"))
    made = make_lots(given, limits)
    assert breaches(given[1:], make_lots(given[1:], limits), rules())  # no scheme: owners may not be mixed
    assert breaches([*given, given[0].__class__(**{**_fields(given[0]), "id": "new"})], made, limits) == ["new: lost"]
    assert breaches(given, made, rules(most=100, all=("a", "b", "c")))


def _fields(item: Item) -> dict[str, object]:
    return {name: getattr(item, name) for name in item.__struct_fields__}


def test_round_trip_of_a_square() -> None:
    import numpy as np

    assert round_trip(np.array([[0.0, 0], [1, 1], [1, 0], [0, 1]])) == pytest.approx(4.0)
    assert round_trip(np.zeros((1, 2))) == 0.0
