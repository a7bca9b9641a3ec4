"""The simulator's pure parts against independent computations: matrix exponentials, hand cases, read-back."""

from datetime import date

import msgspec
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse, stats
from scipy.linalg import expm

from gunmane.core.inventory import is_municipality_code
from gunmane.core.plan.detours import ways_round
from gunmane.core.plan.roads import edges_near, roads_of
from gunmane.core.simulate import cells
from gunmane.core.simulate.boundaries import boundaries
from gunmane.core.simulate.chain import histories, states_at
from gunmane.core.simulate.faults import CELLS, ROWS, spoil
from gunmane.core.simulate.network import network
from gunmane.core.simulate.parameters import Column, Drift, Parameters
from gunmane.core.simulate.place import degrees, points, roads
from gunmane.core.simulate.region import live, members, networks
from gunmane.core.simulate.sheets import header
from gunmane.core.simulate.times import days, decimal
from gunmane.core.words import AssetClass, OwnerKind
from gunmane.resources import DATA

TOLD = msgspec.toml.decode((DATA / "simulate.toml").read_bytes(), type=Parameters)


def generator_matrix(hazards: list[float], exits: list[float], reset: float, factor: float) -> np.ndarray:
    """The chain's generator, written down a second time."""
    n = len(exits)
    q = np.zeros((n, n))
    for s in range(n):
        if s < n - 1:
            q[s, s + 1] += hazards[s] * factor
        if s > 0:
            q[s, 0] += exits[s] * reset
            q[s, s - 1] += exits[s] * (1 - reset)
        q[s, s] -= q[s].sum()
    return q


@pytest.mark.parametrize(("exits", "reset"), [([0.0, 0.0, 0.0, 0.0], 1.0), ([0.0, 0.02, 0.10, 0.4], 0.6)])
def test_states_follow_the_matrix_exponential_through_a_change_of_drift(exits: list[float], reset: float) -> None:
    hazards, n, end = [0.08, 0.05, 0.03], 40_000, 2026.5
    drift = Drift(years=(1995.0, 2015.0), factors=(1.3, 0.7))
    start = np.zeros(n, dtype=np.int64)
    events = histories(
        np.random.default_rng(5),
        np.tile(hazards, (n, 1)),
        np.array(exits),
        reset,
        start,
        np.full(n, 1980.0),
        end,
        drift,
    )
    expected = np.eye(4)
    for begin, stop, factor in ((1980.0, 1995.0, 1.0), (1995.0, 2015.0, 1.3), (2015.0, end, 0.7)):
        expected = expected @ expm(generator_matrix(hazards, exits, reset, factor) * (stop - begin))
    seen = np.bincount(states_at(events, start, np.arange(n), np.full(n, end)), minlength=4)
    assert stats.chisquare(seen, expected[0] * n).pvalue > 1e-3


def test_states_are_those_of_a_walk_through_the_events() -> None:
    generator = np.random.default_rng(2)
    n = 60
    start = generator.integers(0, 3, n)
    events = histories(
        generator, np.full((n, 2), 0.2), np.array([0.0, 0.1, 0.3]), 0.5, start, np.full(n, 2000.0), 2030.0,
        Drift(years=(2010.0,), factors=(2.0,)),
    )  # fmt: skip
    asset, time = generator.integers(0, n, 300), generator.uniform(2000.0, 2030.0, 300)
    for a, t, state in zip(asset, time, states_at(events, start, asset, time), strict=True):
        walked = start[a]
        for e in range(events.asset.size):
            if events.asset[e] == a and events.time[e] <= t:
                assert events.before[e] == walked
                walked = events.after[e]
        assert walked == state


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_decimal_years_name_their_day(day: date) -> None:
    assert days(np.array([decimal(np.datetime64(day)) + 1e-6]))[0] == np.datetime64(day)


def test_years_and_days_in_eras() -> None:
    years = np.array([1975.0, 1989.0, 2018.0, 2019.0, np.nan])
    assert cells.write(years, "era", "不明") == ["昭和50年度", "平成元年度", "平成30年度", "令和元年度", "不明"]
    assert cells.write(years, "era_short", "-") == ["S50", "H元", "H30", "R元", "-"]
    stamps = np.array(["1996-09-05", "1961-04-01", "2020-04-01", "1989-01-07", "NaT"], dtype="datetime64[D]")
    assert cells.write(stamps, "era_dots", "") == ["H. 8. 9. 5", "S.36. 4. 1", "R. 2. 4. 1", "S.64. 1. 7", ""]
    assert cells.write(stamps[2:3], "serial", "") == ["43922"]  # Excel's DATEVALUE("2020-04-01")


@given(st.floats(20.0, 150.0))
def test_degrees_minutes_seconds_read_back(value: float) -> None:
    text = cells.write(np.array([value]), "dms", "")[0]
    degree, rest = text.split("°")
    minute, second = rest.split("′")
    assert abs(int(degree) + int(minute) / 60 + float(second.rstrip("″")) / 3600 - value) < 2e-7


def test_grades_in_every_spelling() -> None:
    ranks, names = np.array([0, 2, -1]), ("I", "II", "III", "IV")
    spelled = {
        form: cells.grades(ranks, names, "road-soundness", form, "")
        for form in ("text", "roman", "full", "digit", "both")
    }
    assert spelled == {
        "text": ["I", "III", ""],
        "roman": ["Ⅰ", "Ⅲ", ""],
        "full": ["Ｉ", "ＩＩＩ", ""],
        "digit": ["1", "3", ""],
        "both": ["Ⅰ（健全）", "Ⅲ（早期措置段階）", ""],
    }


def test_two_header_rows() -> None:
    columns = (
        Column("番号", "number"),
        Column("位置|緯度", "lat"),
        Column("位置|経度", "lon"),
        Column("備考", "origin"),
    )
    assert header(columns) == [["番号", "位置", "", "備考"], ["", "緯度", "経度", ""]]


COLUMNS = tuple(
    Column(field, field)
    for field in (
        "number",
        "built_year",
        "length_m",
        "area_m2",
        "depth_m",
        "diameter_mm",
        "lat",
        "lon",
        "material_text",
    )
)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 2**32),
    st.sampled_from(["csv", "xlsx", "gpkg"]),
    st.dictionaries(st.sampled_from([*CELLS, *ROWS]), st.floats(0.0, 0.2), max_size=6),
)
def test_every_change_is_listed_and_every_listed_fault_is_there(
    seed: int, kind: str, rates: dict[str, float]
) -> None:
    clean = [
        [f"B{i}", str(1950 + i), f"{i + 900}.5", f"{i * 20}", "1.2", "200", "33.1", "137.2", "RC"] for i in range(120)
    ]
    spoiled = spoil(np.random.default_rng(seed), COLUMNS, [list(row) for row in clean], kind, rates)
    titles = [column.title for column in COLUMNS]
    listed = {fault.row: fault for fault in spoiled.faults}
    assert len(listed) == len(spoiled.faults)
    assert (
        len(spoiled.rows)
        == len(spoiled.source)
        == 120 + sum(f.kind in ("duplicate", "blank_row") for f in listed.values())
    )
    for row, cells_now in enumerate(spoiled.rows):
        fault = listed.get(row)
        if fault is None:
            assert cells_now == clean[row]
        elif fault.kind == "duplicate":
            assert cells_now[0] == fault.number
            assert spoiled.source[row] < 120
        elif fault.kind == "blank_row":
            assert not any(cells_now)
        elif fault.kind == "ragged":
            assert cells_now == clean[row][:-2]
        elif fault.kind in ("far_point", "off_point", "swapped_point"):
            assert (row in spoiled.moved) == (kind == "gpkg")
            assert (cells_now != clean[row]) == (kind != "gpkg")
        else:
            place = titles.index(fault.title)
            assert cells_now[place] == fault.written != clean[row][place] == fault.true
            assert cells_now[:place] + cells_now[place + 1 :] == clean[row][:place] + clean[row][place + 1 :]


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 40), st.integers(40, 50_000), st.integers(0, 5))
def test_members_share_all_assets(owners: int, assets: int, seed: int) -> None:
    group = members(TOLD, owners, assets, seed)
    assert sum(sum(member.counts.values()) for member in group) == assets
    assert len({member.code for member in group}) == len({member.parameters.name for member in group}) == owners
    for member in group:
        assert member.parameters.name.startswith("架空")
        if member.parameters.kind is OwnerKind.MUNICIPALITY:
            assert is_municipality_code(member.code)
            assert int(member.code[:2]) > 47  # no prefecture has such a number


@pytest.mark.parametrize(("assets", "times"), [(700, 1), (20_000, 1), (1_000_000, 50)])
def test_a_larger_region_has_people_for_its_assets(assets: int, times: int) -> None:
    for profile, member in zip(TOLD.owners, members(TOLD, 5, assets, 1), strict=True):
        assert member.parameters.engineers == {name: count * times for name, count in profile.engineers.items()}
        assert (member.parameters.population or 0) == (profile.population or 0) * times


def test_one_owner_alone_has_every_class_and_a_layout_for_it() -> None:
    (alone,) = members(TOLD, 1, 2_000, 1)
    assert set(alone.counts) == set(AssetClass)
    assert set(alone.parameters.layouts) == set(AssetClass)


def test_points_lie_on_their_road_and_in_japan() -> None:
    net = roads(np.random.default_rng(1), TOLD.place, 3, 10)
    along = np.linspace(0.0, net.length_m, 50)
    metres = points(net, np.full(50, 4), along)
    gaps = np.hypot(*np.diff(metres, axis=0).T)
    assert gaps.max() <= along[1] + 1e-6
    for position in range(60):
        lonlat = degrees(
            TOLD.place, roads(np.random.default_rng(1), TOLD.place, position, 40).vertices.reshape(-1, 2)
        )
        assert lonlat.min(axis=0)[0] > 122
        assert lonlat.max(axis=0)[0] < 154
        assert lonlat.min(axis=0)[1] > 20
        assert lonlat.max(axis=0)[1] < 46


def test_breaks_have_the_expected_number() -> None:
    group = members(TOLD, 5, 20_000, 3)
    utility = next(member for member in group if AssetClass.WATER_PIPE in member.counts)
    net = networks(TOLD, group, 3)[utility.position]
    kind = next(kind for kind in TOLD.classes if kind.code is AssetClass.WATER_PIPE)
    expected, seen = 0.0, 0
    for first in range(0, 40_000, 20_000):
        life = live(TOLD, utility, net, AssetClass.WATER_PIPE, first, 20_000, 3)
        end = decimal(np.datetime64(TOLD.as_of) + 1)
        for age, late, km, factor in zip(
            end - life.assets.born,
            np.maximum(TOLD.recorded_from + 0.25 - life.assets.born, 0.0),
            life.assets.columns["length_m"].astype(float) / 1000,
            life.assets.log_factor,
            strict=True,
        ):
            k, rate = kind.break_shape, kind.breaks_per_km_year * km * np.exp(factor + utility.effect)
            expected += rate * (max(age, late) ** k - late**k) / (k * 40 ** (k - 1))
        seen += life.fate.repairs.asset.size
    assert abs(seen - expected) < 4 * np.sqrt(expected)


def test_a_batch_depends_on_nothing_but_its_arguments() -> None:
    group = members(TOLD, 5, 5_000, 9)
    net = networks(TOLD, group, 9)[0]
    one = live(TOLD, group[0], net, AssetClass.BRIDGE, 0, 50, 9)
    two = live(TOLD, group[0], net, AssetClass.BRIDGE, 0, 50, 9)
    other = live(TOLD, group[0], net, AssetClass.BRIDGE, 0, 50, 10)
    assert one.fate.inspections.time.tolist() == two.fate.inspections.time.tolist()
    assert one.assets.born.tolist() == two.assets.born.tolist() != other.assets.born.tolist()


@pytest.mark.parametrize(("owners", "assets"), [(2, 200), (5, 3000), (12, 5000)])
def test_every_place_lies_in_its_municipality_and_areas_do_not_overlap(owners: int, assets: int) -> None:
    group = members(TOLD, owners, assets, 5)
    nets = networks(TOLD, group, 5)
    towns = [
        (member, net)
        for member, net in zip(group, nets, strict=True)
        if member.parameters.kind is OwnerKind.MUNICIPALITY
    ]
    areas = [shapely.polygons(ring) for ring in boundaries([net for _, net in towns], TOLD.place)]
    for (_, net), area in zip(towns, areas, strict=True):
        places = shapely.points(degrees(TOLD.place, net.vertices.reshape(-1, 2)))
        assert shapely.contains(area, places).mean() > 0.98  # the border is drawn from some of the vertices
    whole = shapely.union_all(np.array(areas, dtype=object))
    assert shapely.area(whole) == pytest.approx(sum(shapely.area(area) for area in areas), rel=1e-6)


def test_bridges_lie_on_the_network_and_the_network_holds_together() -> None:
    group = members(TOLD, 5, 4000, 7)
    nets = networks(TOLD, group, 7)
    towns = [
        (member, net)
        for member, net in zip(group, nets, strict=True)
        if member.parameters.kind is OwnerKind.MUNICIPALITY
    ]
    made = network([net for _, net in towns], TOLD.place, 7)
    assert made is not None
    known = roads_of(made.lon, made.lat, made.edges, "")
    ends = known.graph.ends
    whole = sparse.coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(len(made.lon),) * 2)
    assert sparse.csgraph.connected_components(whole, directed=False)[0] == 1
    for member, net in towns:
        life = live(TOLD, member, net, AssetClass.BRIDGE, 0, 50, 7)
        edge = edges_near(known, life.assets.columns["lon"], life.assets.columns["lat"])
        assert (edge >= 0).all()
    detour = ways_round(known.graph, np.arange(len(ends)))
    assert 0.3 < np.isfinite(detour).mean() < 0.98  # some side roads end in the hills
