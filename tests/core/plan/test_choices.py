"""Decisions in words: groups against all divisions, districts and plants by hand, bridges that 20 % would turn."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import msgspec
import numpy as np
import pytest

from gunmane.core.plan.choices import bridges as choice_of_bridges
from gunmane.core.plan.choices.bridges import bridges as bridge_choices
from gunmane.core.plan.choices.sewage import septic_rows, sewage
from gunmane.core.plan.choices.tasks import tasks
from gunmane.core.plan.choices.together import together
from gunmane.core.plan.choices.works import works
from gunmane.core.plan.comparison import budget_rows
from gunmane.core.plan.contracts import alone, joint, load
from gunmane.core.plan.costs import CostBook, prices
from gunmane.core.plan.labels import Labels
from gunmane.core.plan.options import MERGE, REMOVE
from gunmane.core.plan.partition import apart_km, divide
from gunmane.core.plan.scenarios import plan_region
from gunmane.core.plan.sewage import corner_of, districts, mesh_of, plant_moves
from gunmane.core.plan.sheet import Verdict
from gunmane.core.stock import CLASS_AT, OwnerFacts, Stock, stock_of
from gunmane.core.words import AssetClass, Scale
from gunmane.resources import DATA

Make = Callable[..., Stock]


@pytest.fixture(scope="module")
def labels() -> Labels:
    def read(language: str) -> dict[str, dict[str, str]]:
        path: Path = DATA / "texts" / language / "measures.toml"
        return msgspec.toml.decode(path.read_bytes(), type=dict[str, dict[str, str]])

    return Labels(read("ja"), read("en"))


def partitions(items: list[int]) -> Iterator[list[list[int]]]:
    if not items:
        yield []
        return
    first, rest = items[0], items[1:]
    for smaller in partitions(rest):
        yield [[first], *smaller]
        for k, block in enumerate(smaller):
            yield [*smaller[:k], [first, *block], *smaller[k + 1 :]]


def many(seed: int, owners: int, size: int) -> Stock:
    random = np.random.default_rng(seed)
    facts = tuple(OwnerFacts(f"{k}", f"町{k}", engineers={"civil": 1}) for k in range(owners))
    return stock_of(
        as_of=date(2026, 11, 23), first_fy=2027, owners=facts, scales=("road-soundness",), size=size,
        asset_class=CLASS_AT[AssetClass.BRIDGE], owner=np.sort(random.integers(0, owners, size)), length_m=10.0,
        width_m=10.0, scale=0, grade=random.integers(1, 4, size), inspected_fy=2024, p_bad=np.zeros((size, 10)),
        risk_yen=np.zeros((size, 10)), lon=137 + random.random(size) * 0.01, lat=35.0,
        row=np.arange(size), traffic_per_day=50.0, detour_km=0.5, sole_access_homes=0, emergency=0,
        inspections=(random.random((size, 10)) < 0.2).astype(int),
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_the_division_is_the_best_of_all(seed: int, book: CostBook, scales: dict[str, Scale]) -> None:
    stock = many(seed, 5, 60)
    plan = plan_region(stock, book, scales)
    apart = np.abs(np.subtract.outer(np.arange(5.0), np.arange(5.0))) * 10
    found = divide(plan.alone.sums, book, apart, 20.0)
    best = np.inf
    for blocks in partitions(list(range(5))):
        if all(apart[np.ix_(block, block)].max() <= 20 for block in blocks):
            sets = np.zeros((len(blocks), 5), dtype=bool)
            for row, block in enumerate(blocks):
                sets[row, block] = True
            best = min(best, load(plan.alone.sums, book, sets).hours[:, 1].sum())
    assert found.hours == pytest.approx(best)
    assert found.hours <= found.alone + 1e-9
    assert sorted(k for members in found.groups for k in members) == list(range(5))
    wider = divide(plan.alone.sums, book, apart, np.inf)
    assert wider.hours <= found.hours + 1e-9


def test_one_group_is_what_it_was_and_single_ones_work_alone(book: CostBook, scales: dict[str, Scale]) -> None:
    plan = plan_region(many(1, 3, 40), book, scales)
    sums = plan.alone.sums
    singles = joint(sums, book, ((0,), (1,), (2,)))
    assert singles.hours.mid == pytest.approx(alone(sums, book).hours.mid)
    assert singles.contracts == pytest.approx(alone(sums, book).contracts)
    assert joint(sums, book).contracts <= singles.contracts


def test_cooperation_that_does_not_pay_is_said(
    bridges: Make, book: CostBook, scales: dict[str, Scale], labels: Labels
) -> None:
    plan = plan_region(bridges([3, 3], [0, 1]), book, scales)
    groups = next(choice for choice in together(plan, book, labels) if choice.kind == "groups")
    assert groups.verdict is Verdict.KEEP
    assert "引き合わない" in groups.reason.ja
    assert "does not pay" in groups.reason.en
    free = book.replaced({"coordination_hours": 0, "joint_extra_hours": 0})
    many_small = bridges([3] * 6, [0, 0, 0, 1, 1, 1])
    groups = next(
        choice for choice in together(plan_region(many_small, free, scales), free, labels) if choice.kind == "groups"
    )
    assert groups.verdict is Verdict.CHANGE
    assert {len(groups.alternatives), len(groups.inputs)} == {5, 4}


def test_tasks_are_bundled_only_where_hours_fall(
    bridges: Make, book: CostBook, scales: dict[str, Scale], labels: Labels
) -> None:
    visits = np.zeros((6, 10), dtype=np.int8)
    visits[:, 0] = 1
    stock = bridges([2] * 6, [0] * 6, inspections=visits)
    free = book.replaced({"bundle_extra_class": 0, "bundle_extra_step": 0, "bundle_extra_field": 0})
    said = tasks(plan_region(stock, free, scales), free, labels)
    assert [one.verdict for one in said] == [Verdict.CHANGE]
    assert "点検" in said[0].proposal.ja
    assert "工事" in said[0].proposal.ja
    dear = book.replaced({"bundle_extra_class": 9, "bundle_extra_step": 9, "bundle_extra_field": 9})
    assert [one.verdict for one in tasks(plan_region(stock, dear, scales), dear, labels)] == [Verdict.KEEP]
    assert said[0].owner == ""


def test_engineers_are_shared_or_lacking(book: CostBook, scales: dict[str, Scale], labels: Labels) -> None:
    def decided(stock: Stock, given: CostBook) -> Verdict:
        choices = together(plan_region(stock, given, scales), given, labels)
        return next(choice.verdict for choice in choices if choice.kind == "engineers")

    stock = many(2, 3, 60)
    assert decided(stock, book) is Verdict.KEEP
    assert decided(stock, book.replaced({"hours_per_engineer": 100})) in (Verdict.CHANGE, Verdict.UNDECIDED)
    # Who retires is missing later, although there is enough in the first year.
    leaving = tuple(msgspec.structs.replace(facts, retirements=(0, 0, 99)) for facts in stock.owners)
    gone = msgspec.structs.replace(stock, owners=leaving)
    choices = together(plan_region(gone, book, scales), book, labels)
    said = next(choice for choice in choices if choice.kind == "engineers")
    assert "足り" in said.reason.ja
    assert said.alternatives[0].value.ja.endswith("不足0.0人")
    assert not said.alternatives[1].value.ja.endswith("不足0.0人")
    nobody = tuple(msgspec.structs.replace(facts, engineers={}) for facts in stock.owners)
    assert decided(msgspec.structs.replace(stock, owners=nobody), book) is Verdict.UNKNOWN


def test_bridges_have_alternatives_and_say_when_a_fifth_turns_the_answer(
    bridges: Make, book: CostBook, scales: dict[str, Scale], labels: Labels
) -> None:
    facts = {"detour_km": 0.5, "traffic_per_day": 5.0, "sole_access_homes": 0, "emergency": 0, "row": np.arange(2)}
    plan = plan_region(bridges([3, 3], **facts), book, scales)
    assert (plan.merged.plan.measure == REMOVE).all()
    found = bridge_choices(plan, book, ["一号橋", "二号橋"], labels)
    assert [choice.subject.ja for choice in found] == ["一号橋", "二号橋"]
    assert all(choice.verdict is Verdict.CHANGE and choice.saves_yen and choice.saves_yen > 0 for choice in found)
    assert all(len(choice.alternatives) >= 3 and choice.law is not None for choice in found)
    # Between the traffic at which removal wins and that at which it loses there is one where a fifth turns it.
    verdicts: set[Verdict] = set()
    for traffic in np.linspace(5, 100, 40):
        busy = plan_region(bridges([3, 3], **{**facts, "traffic_per_day": float(traffic)}), book, scales)
        verdicts |= {choice.verdict for choice in bridge_choices(busy, book, ["一号橋", "二号橋"], labels)}
    assert Verdict.UNDECIDED in verdicts
    unknown = plan_region(bridges([3, 3]), book, scales)
    only = bridge_choices(unknown, book, [], labels)
    assert [choice.verdict for choice in only] == [Verdict.UNKNOWN]
    assert "道路網のデータは与えられておらず" in only[0].reason.ja


def test_a_bridge_for_which_nothing_else_is_in_time_says_so() -> None:
    """Seen in a simulated region of 20,000 assets: the next best was beyond its hard last day, an infinite sum."""
    texts = [choice_of_bridges._reason(saves) for saves in (float("inf"), float("-inf"), float("nan"), 2e6, -2e6)]
    assert len({text.en for text in texts}) == 4
    assert not any("inf" in text.en or "nan" in text.en for text in texts)


def test_meshes_are_those_of_the_standard() -> None:
    # Tokyo station, 35.681236 N 139.767125 E, lies in 53394611 (JIS X 0410).
    assert mesh_of(np.array([139.767125]), np.array([35.681236])) == ["53394611"]
    west, south = corner_of("53394611")
    assert west <= 139.767125 < west + 45 / 3600
    assert south <= 35.681236 < south + 30 / 3600


def septic_stock(bridges: Make, spacing_m: float, pipes: bool, built: int = 1980) -> Stock:
    """Make 25 septic systems on a grid, and a sewer at its corner."""
    step = spacing_m / 111_195
    lon = np.array([139.7655 + step * (k % 5) / np.cos(np.radians(36.0)) for k in range(25)])
    lat = np.array([35.676 + step * (k // 5) for k in range(25)])
    count = 26 if pipes else 25
    septic, pipe = CLASS_AT[AssetClass.SEPTIC], CLASS_AT[AssetClass.SEWER_PIPE]
    extra = [0.0] if pipes else []
    return bridges(
        [-1] * count, scale=-1, asset_class=np.array([septic] * 25 + [pipe] * len(extra)), capacity=5.0,
        built_year=built, lon=np.append(lon, [lon[0]] * len(extra)), lat=np.append(lat, [lat[0]] * len(extra)),
    )  # fmt: skip


def test_close_houses_join_the_sewer_and_scattered_ones_keep_their_tanks(
    bridges: Make, book: CostBook, scales: dict[str, Scale]
) -> None:
    def judged(spacing: float, pipes: bool = True, built: int = 1980) -> Verdict:
        stock = septic_stock(bridges, spacing, pipes, built)
        named = [one for one in districts(stock, book, prices(stock, book)) if one.mesh]
        assert len(named) == 1
        return named[0].verdict

    assert judged(10) is Verdict.CHANGE
    assert judged(120) is Verdict.KEEP
    assert Verdict.UNDECIDED in {judged(spacing) for spacing in (20, 25, 30, 35)}
    assert judged(10, pipes=False) is Verdict.UNKNOWN
    # Tanks that outlive the plan are not paid again, so that the sewer pays less easily.
    assert judged(20, built=2020) is not Verdict.CHANGE
    plan = plan_region(septic_stock(bridges, 10, pipes=True), book, scales)
    decided = [choice for choice in sewage(plan, book, []) if choice.kind == "sewage"]
    assert [choice.verdict for choice in decided] == [Verdict.CHANGE]
    assert decided[0].law is not None
    rows = septic_rows(plan)
    assert sum(row.count for row in rows) == 25
    few = book.replaced({"district_least": 30})
    hidden = septic_rows(plan_region(septic_stock(bridges, 10, pipes=True), few, scales))
    assert [(row.mesh, row.count, row.west) for row in hidden] == [("", 25, None)]


def test_plants_merge_into_one_with_room(
    bridges: Make, book: CostBook, scales: dict[str, Scale], labels: Labels
) -> None:
    plants = bridges(
        [-1, -1], [0, 1], scale=-1, asset_class=CLASS_AT[AssetClass.TREATMENT_PLANT], built_year=1990,
        capacity=np.array([500.0, 1200.0]), inflow=np.array([300.0, 600.0]), lon=np.array([137.0, 137.01]), lat=35.0,
    )  # fmt: skip
    moves = plant_moves(plants, book, prices(plants, book))
    assert [(move.plant, move.to, move.verdict) for move in moves] == [(0, 1, Verdict.CHANGE)]
    assert moves[0].saves[1] == pytest.approx(moves[0].renewal[1] - moves[0].link[1])
    plan = plan_region(plants, book, scales)
    assert plan.merged.plan.measure[0] == MERGE
    assert plan.merged.plan.cost[0].tolist() == pytest.approx(list(moves[0].link))
    assert plan.merged.total.mid < plan.alone.total.mid
    said = next(choice for choice in sewage(plan, book, []) if choice.kind == "plant")
    assert (said.owner, said.subject.ja, said.saves_yen) == ("a", "Aの処理施設", round(moves[0].saves[1]))
    assert [choice.kind for choice in bridge_choices(plan, book, [], labels)] == []
    # Running cost saved from evidence makes it pay more, pumping less.
    dear = book.replaced({"plant_running_yen": 1e6})
    gained = plant_moves(plants, dear, prices(plants, dear))[0]
    assert gained.running > 0
    assert gained.saves[1] == pytest.approx(moves[0].saves[1] + gained.running)
    pumped = book.replaced({"pump_yen_per_m3_km": 1000})
    assert plant_moves(plants, pumped, prices(plants, pumped))[0].verdict is not Verdict.CHANGE
    full = msgspec.structs.replace(plants, inflow=np.array([300.0, 1100.0]))
    assert plant_moves(full, book, prices(full, book)) == ()
    assert apart_km(np.array([[137.0, 35.0], [137.0, 36.0]]))[0, 1] == pytest.approx(111.19, abs=0.05)


def test_lists_hold_no_septic_system(bridges: Make, book: CostBook, scales: dict[str, Scale], labels: Labels) -> None:
    stock = bridges([3, 3, 0], asset_class=np.array([0, 0, CLASS_AT[AssetClass.SEPTIC]]), row=np.arange(3))
    plan = plan_region(stock, book, scales)
    held = tuple(scales[code] for code in stock.scales)
    rows, left = works(plan, plan.alone, held, ["1", "2", "3"], ["橋一", None, "家"], labels)
    assert [(row.number, row.name, row.grade) for row in rows] == [("1", "橋一", "IV"), ("2", None, "IV")]
    assert left == {}
    assert works(plan, plan.alone, held, [], [], labels) == ((), {})


def test_budget_shares_are_computed_side_by_side(bridges: Make, book: CostBook, scales: dict[str, Scale]) -> None:
    grades = [2] * 6 + [1] * 6
    stock = bridges(grades, [0, 1] * 6, budgets=(3_000_000,), risk_yen=np.full((12, 10), 4e6))
    rows = budget_rows(plan_region(stock, book, scales))
    assert [row.share for row in rows] == [0.8, 1.0, 1.2]
    assert [row.budget_yen for row in rows] == [48_000_000, 60_000_000, 72_000_000]
    assert rows[0].undone >= rows[1].undone >= rows[2].undone
    assert rows[0].measures <= rows[2].measures
    assert rows[0].risk_yen is not None
    assert rows[2].risk_yen is not None
    assert rows[2].risk_yen <= rows[0].risk_yen
    assert budget_rows(plan_region(bridges(grades, [0, 1] * 6), book, scales)) == ()
