"""The four columns on regions solvable by hand, and what must hold on any region."""

from collections.abc import Callable

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gunmane.core.errors import GunmaneError
from gunmane.core.plan import contracts
from gunmane.core.plan.comparison import compare_rows, risk_left
from gunmane.core.plan.costs import CostBook, prices
from gunmane.core.plan.labels import Labels
from gunmane.core.plan.needs import Reason, needs, turning_bad
from gunmane.core.plan.options import KEEP, REMOVE, REPAIR, REPLACE
from gunmane.core.plan.programme import FIRST_MEASURE, INSPECT, PROVISION
from gunmane.core.plan.renewal import renewal_need
from gunmane.core.plan.scenarios import plan_region, present_value, unlevelled
from gunmane.core.plan.shares import shapley, shares
from gunmane.core.plan.sheet import CompareRow
from gunmane.core.stock import CLASS_AT, Stock, stock_of
from gunmane.core.words import AssetClass, Scale
from gunmane.resources import DATA

Make = Callable[..., Stock]
Scales = dict[str, Scale]
SCALE = ("road-soundness", "sewer-urgency")


def test_grades_set_deadlines(book: CostBook, scales: Scales, bridges: Make) -> None:
    # Judged in FY2024: IV at once; III by FY2029 = year 2 of a plan from FY2027; II and I ask for nothing.
    found = needs(bridges([3, 2, 1, 0, -1]), book, scales)
    assert found.latest.tolist() == [0, 2, 10, 10, 10]
    assert found.hard.tolist() == [True, True, False, False, False]
    assert found.reason.tolist()[:3] == [Reason.AT_ONCE, Reason.BEFORE_NEXT, Reason.NOTHING_DUE]
    assert found.bad.tolist() == [True, True, False, False, False]


def test_the_next_inspection_comes_before_five_years(book: CostBook, scales: Scales, bridges: Make) -> None:
    visits = np.zeros((2, 10))
    visits[0, 1] = 1
    assert needs(bridges([2, 2], inspections=visits), book, scales).latest.tolist() == [1, 2]
    # An unknown inspection date gives five years from the plan's start; an old one is due at once.
    assert needs(bridges([2, 2], inspected_fy=np.array([0, 2015])), book, scales).latest.tolist() == [4, 0]


def test_scales_have_their_own_direction(book: CostBook, scales: Scales, bridges: Make) -> None:
    # Rank 3 of the sewer scale is urgency I: within one year of FY2026; rank 2 is II: within five.
    stock = bridges([3, 2], scale=1, inspected_fy=2026)
    assert needs(stock, book, scales).latest.tolist() == [0, 4]


def test_prices_by_hand(book: CostBook, bridges: Make) -> None:
    found = prices(bridges([0]), book)
    assert found.replace[0].tolist() == pytest.approx([100 * 448_000 * k for k in (0.8, 1.0, 1.2)])
    assert found.repair[0, 1] == pytest.approx(0.2 * 44_800_000)
    assert found.inspect[0].tolist() == [200_000, 250_000, 300_000]
    assert not found.imputed.any()


def test_unknown_sizes_take_the_median_and_say_so(book: CostBook, bridges: Make) -> None:
    area = np.array([100.0, 100, 100, 200, 300, np.nan])
    found = prices(bridges([0] * 6, length_m=np.nan, area_m2=area), book)
    assert found.imputed.tolist() == [False] * 5 + [True]
    assert found.replace[5, 1] == pytest.approx(100 * 448_000)
    alone = prices(bridges([0, 0], length_m=np.nan, area_m2=np.array([100.0, np.nan])), book)
    assert np.isnan(alone.replace[1, 1])


def test_water_pipes_take_the_next_larger_size(book: CostBook, bridges: Make) -> None:
    stock = bridges(
        [-1, -1, -1, -1],
        asset_class=CLASS_AT[AssetClass.WATER_PIPE],
        scale=-1,
        diameter_mm=np.array([50.0, 80, 800, 900]),
    )
    per_m = prices(stock, book).replace[:, 1] / 10
    assert per_m[:3].tolist() == [29_800, 34_500, 308_300]
    assert np.isnan(per_m[3])


def test_every_column_does_what_the_law_asks(book: CostBook, scales: Scales, bridges: Make) -> None:
    visits = np.zeros((4, 10))
    visits[:, 2] = visits[:, 7] = 1
    plan = plan_region(bridges([3, 2, 1, 0], inspections=visits), book, scales)
    for column in (plan.alone, plan.joint, plan.merged):
        assert column.plan.year.tolist()[:2] == [0, 0] or column.plan.year[1] <= 2
        assert column.plan.measure.tolist()[:2] == [REPAIR, REPAIR]
        assert column.plan.measure.tolist()[2:] == [KEEP, KEEP]
        assert column.sums.count[:, :, INSPECT].sum() == 8
        assert column.sums.yen[:, :, INSPECT, :, 1].sum() == 8 * 250_000
        assert column.total.mid == pytest.approx(8 * 250_000 + 2 * 8_960_000)
    assert plan.alone.total.low < plan.alone.total.mid < plan.alone.total.high


def test_no_money_leaves_wishes_undone_and_duties_done(book: CostBook, scales: Scales, bridges: Make) -> None:
    classes = np.array([CLASS_AT[AssetClass.BRIDGE], CLASS_AT[AssetClass.SEWER_PIPE]])
    stock = bridges([3, -1], budgets=(0,), asset_class=classes, scale=np.array([0, -1]), built_year=1960)
    plan = plan_region(stock, book, scales).alone.plan
    assert plan.year.tolist() == [0, -1]
    assert plan.reason.tolist() == [Reason.AT_ONCE, Reason.NO_BUDGET]


def test_old_pipes_are_renewed_inside_the_plan(book: CostBook, scales: Scales, bridges: Make) -> None:
    stock = bridges([-1] * 10, asset_class=CLASS_AT[AssetClass.SEWER_PIPE], scale=-1, built_year=1960)
    plan = plan_region(stock, book, scales)
    assert plan.alone.plan.measure.tolist() == [REPLACE] * 10
    assert sorted(plan.alone.plan.year.tolist()) == list(range(10)), "ten equal jobs over ten years"
    before = unlevelled(stock, plan.alone)
    assert before[0] == pytest.approx(10 * 1_240_000)
    assert before[1:].sum() == pytest.approx(0)
    assert before.sum() == pytest.approx(plan.alone.total.mid)


def test_a_measure_without_a_price_is_counted_not_priced(book: CostBook, scales: Scales, bridges: Make) -> None:
    plan = plan_region(bridges([3, 2], asset_class=CLASS_AT[AssetClass.TUNNEL]), book, scales).alone
    assert plan.plan.unpriced.tolist() == [True, True]
    assert plan.plan.year.max() <= 2
    assert plan.sums.yen.sum() == 0
    assert plan.sums.unpriced.sum() == 2


def test_quiet_bridges_may_go_and_unknown_facts_forbid_it(book: CostBook, scales: Scales, bridges: Make) -> None:
    facts = {
        "detour_km": np.array([0.5, 0.5, 0.5, 0.5]),
        "traffic_per_day": np.array([1.0, 1.0, 1.0, np.nan]),
        "sole_access_homes": np.array([0, 3, 0, 0]),
        "emergency": np.array([0, 0, 1, 0]),
    }
    plan = plan_region(bridges([2, 2, 2, 2], **facts), book, scales)
    assert plan.merged.plan.measure.tolist() == [REMOVE, REPAIR, REPAIR, REPAIR]
    assert plan.alone.plan.measure.tolist() == [REPAIR] * 4, "removal belongs to the last column only"
    assert (plan.candidates, plan.not_judged) == (1, 1)


def test_households_pay_for_septic_systems(book: CostBook, scales: Scales, bridges: Make) -> None:
    visits = np.ones((2, 10))
    stock = bridges(
        [-1, -1], asset_class=CLASS_AT[AssetClass.SEPTIC], scale=-1, capacity=np.array([5.0, 7.0]), inspections=visits
    )
    sums = plan_region(stock, book, scales).alone.sums
    assert sums.yen.sum() == 0
    assert sums.household[..., 1].sum() == 10 * (65_000 + 75_000 + 2 * 5_000)


def test_what_nobody_judged_or_dated_is_not_called_free_of_faults(
    book: CostBook, scales: Scales, bridges: Make
) -> None:
    labels = Labels(msgspec.toml.decode((DATA / "texts" / "ja" / "measures.toml").read_bytes()),
                    msgspec.toml.decode((DATA / "texts" / "en" / "measures.toml").read_bytes()))  # fmt: skip

    def rows(stock: Stock) -> dict[str, CompareRow]:
        return {one.code: one for one in compare_rows(plan_region(stock, book, scales), labels)}

    unseen = rows(bridges([-1, -1]))
    assert unseen["bad_left"].values == unseen["overdue"].values == (None,) * 4
    seen = rows(bridges([0, 2], overdue=np.array([True, False])))
    assert [one.mid if one else None for one in seen["overdue"].values] == [1, 0, 0, 0]
    assert [one.mid if one else None for one in seen["bad_left"].values] == [1, 0, 0, 0]


def test_expected_repairs_of_assets_that_turn_bad(book: CostBook, scales: Scales, bridges: Make) -> None:
    chance = np.tile(np.linspace(0.01, 0.1, 10), (2, 1))
    sums = plan_region(bridges([0, 1], p_bad=chance), book, scales).alone.sums
    assert sums.count[:, :, PROVISION].sum() == pytest.approx(0.2)
    assert sums.yen[:, :, PROVISION, :, 1].sum() == pytest.approx(0.2 * 8_960_000)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-1, 3), st.integers(0, 1), st.integers(2015, 2026)), min_size=1, max_size=25),
    st.sampled_from([(), (0,), (10_000_000,), (100_000_000,)]),
    st.integers(0, 5),
)
def test_columns_hold_on_any_region(
    book: CostBook,
    scales: Scales,
    bridges: Make,
    assets: list[tuple[int, int, int]],
    budgets: tuple[int, ...],
    seed: int,
) -> None:
    draw = np.random.default_rng(seed)
    n = len(assets)
    grades, owners, inspected = (list(column) for column in zip(*assets, strict=True))
    visits = np.zeros((n, 10))
    visits[np.arange(n), draw.integers(0, 5, n)] = 1
    chance = np.cumsum(draw.random((n, 10)) * 0.1, axis=1).clip(0, 1)
    stock = bridges(
        grades,
        owners,
        budgets,
        inspected_fy=np.array(inspected),
        inspections=visits,
        p_bad=chance,
        risk_yen=chance * 1e7,
        detour_km=draw.exponential(2, n),
        traffic_per_day=draw.exponential(50, n),
        sole_access_homes=0,
        emergency=0,
    )
    plan = plan_region(stock, book, scales)
    for column in (plan.alone, plan.joint, plan.merged):
        musts = plan.needs.hard
        assert (column.plan.year[musts] >= 0).all()
        assert (column.plan.year[musts] <= plan.needs.latest[musts]).all()
        removed = column.plan.measure == REMOVE
        assert column.sums.count[:, :, INSPECT].sum() >= stock.inspections[~removed].sum()
        by_owner = column.sums.by_owner[..., 1]
        assert by_owner.sum() == pytest.approx(column.sums.yearly[:, 1].sum())
        assert unlevelled(stock, column).sum() == pytest.approx(column.sums.yearly[:, 1].sum())
    assert plan.joint.total == plan.alone.total, "nothing is claimed for cooperation without evidence"


def test_columns_are_checked() -> None:
    with pytest.raises(GunmaneError) as caught:
        stock_of(as_of=None, first_fy=2027, owners=(), size=2, width=1.0, grade=[1])  # type: ignore[arg-type]
    assert {fault.at for fault in caught.value.faults} >= {"width", "grade", "owner"}


def test_contracts_by_hand(book: CostBook, scales: Scales, bridges: Make) -> None:
    # Each town repairs one bridge in the first year: two contracts alone, one together.
    sums = plan_region(bridges([3, 3], [0, 1]), book, scales).alone.sums
    alone, joint = contracts.alone(sums, book), contracts.joint(sums, book)
    assert (alone.contracts * 10, joint.contracts * 10) == (2, 1)
    assert alone.hours.mid * 10 == pytest.approx(112)
    assert joint.hours.mid * 10 == pytest.approx(56 * 1.3 + 2 * 80)
    assert joint.hours.mid > alone.hours.mid, "working together does not pay here"
    assert contracts.paying_lot(sums, book) is None
    paid = contracts.joint(sums, book.replaced({"mobilisation_yen": 300_000}))
    assert paid.saved_yen.mid == pytest.approx(300_000)


def test_renewal_need_by_hand(book: CostBook, bridges: Make) -> None:
    # Pavement lives 15 years: built 2010 is late, 2020 falls due in 2035 and 2050, unknown spreads over 15 years.
    stock = bridges(
        [-1, -1, -1],
        asset_class=CLASS_AT[AssetClass.PAVEMENT],
        scale=-1,
        built_year=np.array([2010, 2020, 0]),
    )
    need = renewal_need(stock, book, prices(stock, book))
    yen = need.yen[CLASS_AT[AssetClass.PAVEMENT], :, 1] / 470_000
    evenly = 1 / 15
    assert yen[0] == pytest.approx(0.1 + evenly)
    assert yen[8] == pytest.approx(1 + 0.1 + evenly)
    assert yen[10] == pytest.approx(evenly)
    assert yen[15] == pytest.approx(0.1 + evenly)
    assert yen[23] == pytest.approx(1 + 0.1 + evenly)
    assert need.backlog[CLASS_AT[AssetClass.PAVEMENT], 1] == pytest.approx(470_000)
    assert need.unknown_year[CLASS_AT[AssetClass.PAVEMENT]] == 1


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=8), st.floats(0, 1.3))
def test_shares_add_up_by_every_rule(alone: list[int], factor: float) -> None:
    total = int(sum(alone) * factor)
    found = shares([str(k) for k in range(len(alone))], alone, total, [1.0] * len(alone), [100] * len(alone))
    for rule in ("equal", "stock", "population", "benefit"):
        parts = [getattr(share, rule) for share in found]
        if None not in parts:
            assert sum(parts) == total
    if sum(alone) and total <= sum(alone):
        assert all("benefit" not in share.worse for share in found), "sharing the saving makes nobody worse off"


def test_a_missing_population_gives_no_share_by_population() -> None:
    found = shares(["a", "b"], [10, 10], 10, [1, 1], [5, None])
    assert [share.population for share in found] == [None, None]
    assert found[0].worse == ()
    assert shares(["a", "b"], [2, 18], 10, [1, 1], [1, 1])[0].worse == ("equal", "stock", "population")


@given(st.lists(st.integers(0, 100), min_size=1, max_size=6))
def test_shapley_of_an_additive_game_is_each_members_own(worths: list[int]) -> None:
    found = shapley(len(worths), lambda group: float(sum(worths[k] for k in group)))
    assert found == pytest.approx(worths)


def test_shapley_of_the_glove_game() -> None:
    # One left glove (0), two right gloves: a pair is worth 1; known values 2/3, 1/6, 1/6.
    assert shapley(3, lambda group: float(0 in group and len(group) > 1)) == pytest.approx([2 / 3, 1 / 6, 1 / 6])


def test_present_value() -> None:
    assert present_value(np.array([1.0, 1.04]), 0.04) == pytest.approx(2.0)


def test_a_tight_budget_is_spent_by_the_optimiser(book: CostBook, scales: Scales, bridges: Make) -> None:
    # Three pipes past their life with unlike risks, money for one a year at most: the riskiest goes first.
    risk = np.tile(np.array([[1e4], [5e6], [1e6]]), (1, 10))
    stock = bridges(
        [-1, -1, -1],
        budgets=(1_300_000,),
        asset_class=CLASS_AT[AssetClass.SEWER_PIPE],
        scale=-1,
        built_year=1960,
        risk_yen=risk,
    )
    plan = plan_region(stock, book, scales).alone.plan
    assert plan.year[1] < plan.year[2], "the greater risk first"
    assert plan.gap is not None
    assert plan.gap >= -1e-9
    spent = plan_region(stock, book, scales).alone.sums.by_owner[0, :, 1]
    assert spent.max() <= 1_300_000


def test_what_is_bad_today_is_repaired_inside_the_plan_and_not_left_for_good(
    book: CostBook, scales: Scales, bridges: Make
) -> None:
    # A grade that is bad and has no deadline, with next to no loss: prevention of sound bridges alone is no plan.
    free = msgspec.structs.replace(book, deadlines=())
    stock = bridges([2, 2, 0], risk_yen=np.full((3, 10), 100.0))
    plan = plan_region(stock, free, scales)
    assert plan.needs.bad.tolist() == [True, True, False]
    assert (plan.alone.plan.year[:2] >= 0).all()
    poor = plan_region(
        bridges([2, 2, 0], risk_yen=np.full((3, 10), 100.0), budgets=(1_000_000,)), free, scales
    )  # fmt: skip
    assert (poor.alone.plan.year < 0).all(), "a repair of 9 million does not fit into a million a year"


def test_hidden_decay_is_found_over_the_years_and_not_at_once() -> None:
    p = np.tile(np.linspace(0.5, 0.59, 10), (2, 1)).astype(np.float64)
    gain = turning_bad(p, np.array([False, True]), 10)
    assert gain[1].sum() == 0
    assert gain[0].sum() == pytest.approx(0.59), "nothing is lost"
    assert gain[0].max() == pytest.approx(0.01 + 0.49 / 10)
    assert turning_bad(p[:1], np.array([False]), 1)[0, 0] == pytest.approx(0.5), "no years to spread over"
    fresh = np.tile(0.02 * np.arange(1, 11), (1, 1)).astype(np.float64)
    assert turning_bad(fresh, np.array([False]), 10)[0] == pytest.approx(np.full(10, 0.02)), "no backlog"


def test_the_last_years_loss_knows_of_the_repairs_that_the_cost_holds(
    book: CostBook, scales: Scales, bridges: Make
) -> None:
    dear = book.replaced({"prevention_share": 50.0})  # so that nobody prevents
    stock = bridges([1, 1], p_bad=np.tile(np.linspace(0.0, 0.5, 10), (2, 1)), risk_yen=np.full((2, 10), 1e3))
    plan = plan_region(stock, dear, scales)
    assert (plan.alone.plan.year < 0).all()
    left = 1 - 0.5 * (1 - book.value("risk_after_repair"))
    assert risk_left(plan, plan.alone) == pytest.approx(2e3 * left)


def test_expected_repairs_are_let_like_others(book: CostBook, scales: Scales, bridges: Make) -> None:
    quiet = bridges([0] * 40, p_bad=np.zeros((40, 10)))
    wearing = bridges([0] * 40, p_bad=np.tile(np.linspace(0.05, 0.5, 10), (40, 1)))
    dear = book.replaced({"prevention_share": 50.0})  # so that nobody prevents
    none, some = (plan_region(stock, dear, scales).alone for stock in (quiet, wearing))
    turned = some.sums.count[:, :, PROVISION].sum()
    assert turned > 0
    size = book.value("works_per_contract")
    scheduled = np.ceil(some.sums.count[:, :, FIRST_MEASURE:] / size - 1e-9).sum() / 10
    visits = none.work.contracts
    assert some.work.contracts == pytest.approx(visits + scheduled + turned / size / 10)
