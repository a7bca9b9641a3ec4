"""The five-year table and what is ordered out, from due items as they are stored."""

from datetime import date
from itertools import pairwise

from gunmane.core.duties.engine import State
from gunmane.core.schedule.orders import DueRow, five_years, ordered_out
from gunmane.files.rules import rule_book, workbook

ON = date(2026, 11, 24)
RULES = {rule.id: rule for rule in rule_book().rules}
YEARLY = RULES["septic.article11.fiscal_year"]


def row(**values: object) -> DueRow:
    base = {
        "owner": "042064", "owner_name": "白石市", "asset_class": "bridge", "number": "B-1", "name": "一番橋",
        "duty": "road.periodic", "state": "due", "window_open": None, "due_soft": None, "due": date(2028, 3, 31),
        "rule": "none", "reason_ja": "理由", "reason_en": "why", "lon": 140.6, "lat": 38.0,
    }  # fmt: skip
    return DueRow(**{**base, **values})  # pyright: ignore[reportArgumentType]


def test_each_year_of_a_yearly_duty_is_listed() -> None:
    found = five_years(
        [row(asset_class="septic", duty="septic.article11", rule=YEARLY.id, due=date(2026, 12, 10))], RULES, ON
    )
    assert [one.number for one in found] == list(range(1, len(found) + 1))
    assert found[0].slack_days == 16
    days = [one.due for one in found if one.due is not None]
    assert len(days) == len(found) >= 4
    assert all(350 <= (two - one).days <= 480 for one, two in pairwise(days))
    assert days[-1] <= date(2031, 3, 31)
    assert found[1].reason_ja == ""


def test_undated_items_are_listed_and_far_ones_not() -> None:
    found = five_years([row(state="unknown_anchor", due=None), row(number="B-2", due=date(2031, 4, 1))], RULES, ON)
    assert [(one.id, one.state, one.fiscal_year) for one in found] == [("一番橋 B-1", State.UNKNOWN_ANCHOR, None)]


def test_what_is_ordered_out() -> None:
    rows = [
        row(), row(number="B-2", due=date(2020, 3, 31)), row(number="B-3", lon=None), row(number="B-4", due=None),
        row(number="T-1", asset_class="tunnel"), row(number="J-1", asset_class="septic", duty="septic.article11"),
        row(number="B-5", due=date(2033, 3, 31)),
    ]  # fmt: skip
    items, missing = ordered_out(rows, workbook().work, {"bridge": 250_000.0, "septic": 1.0}, ON)
    # the overdue one is ordered this year; the agency's inspections are nobody's to order
    assert [(one.id, one.fiscal_year, one.yen, one.minutes) for one in items] == [
        ("042064:B-1:road.periodic", 2027, 250_000, 310), ("042064:B-2:road.periodic", 2026, 250_000, 310),
    ]  # fmt: skip
    assert missing == {"bridge": 1, "tunnel": 1}
