"""Plans near an adopted one: kept where nothing speaks against it, left where law or a great gain asks for it."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest
from tests.core.plan.test_fill import FACTS, labels  # noqa: F401

from gunmane.core.plan.adopted import Adopted
from gunmane.core.plan.costs import CostBook
from gunmane.core.plan.fill import make_sheet
from gunmane.core.plan.labels import Labels
from gunmane.core.plan.options import KEEP, REPAIR, REPLACE
from gunmane.core.plan.scenarios import plan_region
from gunmane.core.stock import Stock
from gunmane.core.words import Scale

Make = Callable[..., Stock]
IV, III, II = 3, 2, 1


def adopted(rows: list[int], measure: list[int], year: list[int]) -> Adopted:
    columns = (np.array(one, dtype=np.int64) for one in (rows, measure, year))
    return Adopted(2, date(2026, 3, 1), *columns, unlisted=5, gone=1)


def test_the_adopted_plan_again_is_kept_whole(bridges: Make, book: CostBook, scales: dict[str, Scale]) -> None:
    random = np.random.default_rng(3)
    grades = random.choice([0, 1, 2, 3], 60, p=[0.3, 0.3, 0.3, 0.1]).tolist()
    risk = random.uniform(0, 4e6, (60, 1)) * np.ones((1, 10))
    stock = bridges(grades, [0] * 30 + [1] * 30, inspected_fy=2026, risk_yen=risk)
    first = plan_region(stock, book, scales).merged.plan
    rows = np.flatnonzero(first.year >= 0)
    kept = adopted(rows.tolist(), first.measure[rows].tolist(), first.year[rows].tolist())
    again = plan_region(stock, book, scales, adopted=kept)
    assert np.array_equal(again.merged.plan.measure, first.measure)
    assert np.array_equal(again.merged.plan.year, first.year)
    assert again.stability is not None
    assert (again.stability.same, again.stability.yen) == (len(rows), pytest.approx(0, abs=1))


def test_small_gains_do_not_move_what_was_decided(
    bridges: Make, book: CostBook, scales: dict[str, Scale], labels: Labels  # noqa: F811
) -> None:  # fmt: skip
    # Repairs that pay: freely in another year than the one that people have decided.
    stock = bridges([II] * 4, risk_yen=np.full((4, 10), 3e6))
    free = plan_region(stock, book, scales).merged.plan
    assert (free.measure == REPAIR).all()
    other = (free.year + 3) % 10
    near = plan_region(stock, book, scales, adopted=adopted([0, 1], [REPAIR] * 2, other[:2].tolist()))
    assert near.merged.plan.year[:2].tolist() == other[:2].tolist()
    # Replacing for 45 million instead of repairing is no small matter: the decision is left, and that is said.
    dear = plan_region(stock, book, scales, adopted=adopted([0, 1], [REPLACE, REPLACE], [1, 1]))
    assert (dear.merged.plan.measure[:2] == REPAIR).all()
    row = make_sheet(dear, book, scales, FACTS, labels).stability
    assert row is not None
    assert (row.listed, row.same, row.changed, row.unlisted, row.gone) == (2, 0, 2, 5, 1)
    assert row.yen == pytest.approx(0, abs=1), "what was left costs nothing"


def test_a_duty_that_came_since_is_not_put_off(bridges: Make, book: CostBook, scales: dict[str, Scale]) -> None:
    plan = plan_region(bridges([IV, II]), book, scales, adopted=adopted([0, 1], [REPAIR, REPAIR], [6, -1]))
    assert plan.merged.plan.year[0] == 0, "grade IV: at once, whatever was decided before"
    assert plan.stability is not None
    assert (plan.stability.moved, plan.stability.due) == (1, 1)
    assert plan.merged.plan.measure[1] == KEEP


def test_money_in_one_pot_is_compared_with_money_apart(
    bridges: Make, book: CostBook, scales: dict[str, Scale], labels: Labels  # noqa: F811
) -> None:  # fmt: skip
    # Town A has the risky bridges, both have the same money.
    risk = np.array([[9e6]] * 6 + [[0.9e6]] * 6) * np.ones((1, 10))
    stock = bridges([II] * 12, [0] * 6 + [1] * 6, budgets=(6_000_000,), risk_yen=risk)
    sheet = make_sheet(plan_region(stock, book, scales), book, scales, FACTS, labels)
    apart, band = sheet.fairness
    assert (apart.floor, apart.ceiling, apart.given) == (1.0, 1.0, True)
    assert apart.price_yen >= band.price_yen - band.uncertain_yen
    assert sum(one.loss_yen for one in apart.owners) == pytest.approx(apart.price_yen, abs=2)
    assert apart.owners[0].loss_yen > 0, "the town in need loses when money is kept apart"
    assert all(one.spent_yen <= one.paid_yen + 1 for one in apart.owners)
    assert sum(one.pooled_yen for one in apart.owners) <= sum(one.paid_yen for one in apart.owners) + 1
    unknown = make_sheet(
        plan_region(bridges([II] * 12, [0] * 6 + [1] * 6, risk_yen=risk), book, scales), book, scales, FACTS, labels
    )
    assert [one.given for one in unknown.fairness] == [False, False]
    assert unknown.fairness[0].share == 0.8
