"""Areas for maps: found by code or name, joined, simplified without gaps."""

import shapely

from gunmane.core.plan.outlines import Feature, outlines_of


def feature(west: float, south: float, east: float, north: float, *texts: str) -> Feature:
    return Feature(texts, shapely.to_wkb(shapely.box(west, south, east, north)))


SENDAI = ("041009", "仙台市")
SHIROISHI = ("042064", "白石市")


def test_found_by_the_five_digits_of_the_code_whatever_the_name() -> None:
    found = outlines_of([feature(140, 38, 141, 39, "宮城県", "04206")], [SENDAI, SHIROISHI], "s")
    assert [(one.owner, one.source) for one in found] == [("042064", "s")]
    assert set(found[0].rings[0]) == {(140.0, 38.0), (141.0, 38.0), (141.0, 39.0), (140.0, 39.0)}


def test_wards_of_a_designated_city_are_joined_by_its_name() -> None:
    wards = [feature(140 + i, 38, 141 + i, 39, "宮城県", "仙台市", f"{i}区", f"0410{i + 1}") for i in range(3)]
    (city,) = outlines_of(wards, [SENDAI, SHIROISHI], "")
    assert shapely.area(shapely.polygons(city.rings[0])) == 3
    assert len(city.rings) == 1


def test_a_town_of_the_same_name_in_another_prefecture_is_not_taken() -> None:
    other = feature(135, 34, 136, 35, "広島県", "府中市", "34208")
    tokyo = feature(139, 35, 140, 36, "東京都", "府中市", "13206")
    (found,) = outlines_of([other, tokyo], [("132063", "府中市")], "")
    assert min(x for x, _ in found.rings[0]) == 139
    assert not outlines_of([other], [("132063", "府中市")], "")


def test_islands_that_no_map_shows_are_left_out_and_the_largest_part_comes_first() -> None:
    parts = [
        feature(140.5, 38, 140.50001, 38.00001, "04206"),
        feature(140, 38, 140.2, 38.2, "04206"),
        feature(141, 38, 142, 39, "04206"),
    ]
    (found,) = outlines_of(parts, [SHIROISHI], "")
    sizes = [shapely.area(shapely.polygons(ring)) for ring in found.rings]
    assert [round(size, 6) for size in sizes] == [1.0, 0.04]


def test_neighbours_keep_their_common_border() -> None:
    wave = [(140 + 0.001 * (i % 2), 38 + i / 5000) for i in range(5001)]
    left = shapely.polygons([(139, 38), *wave, (139, 39)])
    right = shapely.polygons([(141, 38), *wave, (141, 39)])
    features = [Feature(("04206",), shapely.to_wkb(left)), Feature(("04100",), shapely.to_wkb(right))]
    one, other = outlines_of(features, [SENDAI, SHIROISHI], "")
    first, second = shapely.polygons(one.rings[0]), shapely.polygons(other.rings[0])
    assert len(one.rings[0]) < 3000
    assert shapely.area(shapely.intersection(first, second)) < 1e-9
    assert shapely.area(shapely.union(first, second)) > 1.98


def test_shapes_that_cross_themselves_are_mended() -> None:
    bow = shapely.polygons([(140, 38), (141, 39), (141, 38), (140, 39)])
    (found,) = outlines_of([Feature(("04206",), shapely.to_wkb(bow))], [SHIROISHI], "")
    assert len(found.rings) == 2
