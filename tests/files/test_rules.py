"""Local practice as data: overrides of shipped rows, files that an installation uses, what is wrong told by row."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gunmane.core.duties.bulk import bulk_due
from gunmane.core.duties.columns import columns
from gunmane.core.duties.daynumbers import day_of
from gunmane.core.duties.engine import DueItem, due_items
from gunmane.core.duties.rules import RuleBook
from gunmane.core.errors import GunmaneError
from gunmane.files import rules
from gunmane.files.rules import SHIPPED, load_rules
from gunmane.files.stories import read_stories

TWELVE_MONTHS = """
[[overrides]]
like = "septic.article11.fiscal_year"
id = "miyagi.article11"
prefectures = ["04"]
first = { amount = 12, unit = "month" }
source = "宮城県の指定検査機関の案内"
"""
TANK: dict[str, Any] = {
    "id": "a", "asset_class": "septic", "owner": "042064", "attributes": {"treatment": "combined"},
    "events": [{"kind": "start_of_use", "on": "2015-04-01"},
               {"kind": "inspection", "duty": "septic.article7", "on": "2015-09-01"},
               {"kind": "inspection", "duty": "septic.article11", "on": "2026-02-28"}],
}  # fmt: skip


def book(tmp_path: Path, text: str) -> RuleBook:
    path = tmp_path / "local.toml"
    path.write_text(text, encoding="utf-8")
    return load_rules([path, SHIPPED])


def item(of: RuleBook, duty: str, story: dict[str, Any]) -> DueItem:
    (facts,) = read_stories([story], of)
    on = date(2026, 11, 24)
    found = {one.duty: one for one in due_items(facts, on, of)}[duty]
    bulk = bulk_due(columns(facts.asset_class, [facts]), on, of)[duty]
    assert day_of(bulk.due[0]) == found.due
    return found


def test_article_11_twelve_months_after_the_last_one_for_a_prefecture(tmp_path: Path) -> None:
    local = book(tmp_path, TWELVE_MONTHS)
    found = item(local, "septic.article11", TANK)
    # 12 months counted from 1 March 2026 end on 28 February 2027
    assert (found.window_open, found.due_soft, found.due) == (
        date(2026, 3, 1),
        date(2027, 2, 28),
        date(2027, 2, 28),
    )
    assert (found.rule, found.status.value) == ("miyagi.article11", "local")
    elsewhere = item(local, "septic.article11", {**TANK, "owner": "272035"})
    assert (elsewhere.rule, elsewhere.due) == ("septic.article11.fiscal_year", date(2027, 3, 31))
    pending = item(local, "septic.article11", {**TANK, "events": TANK["events"][:1]})
    assert pending.state.value == "waived"  # still not beside a pending article 7


@pytest.mark.parametrize(
    ("whose", "story"),
    [
        ('owners = ["042064"]', {}),
        (
            'agencies = ["みやぎ検査センター"]',
            {"attributes": {"inspection_agency": "みやぎ検査センター"}, "owner": "272035"},
        ),
    ],
)
def test_an_override_can_be_an_owners_or_an_agencys(tmp_path: Path, whose: str, story: dict[str, Any]) -> None:
    local = book(tmp_path, TWELVE_MONTHS.replace('prefectures = ["04"]', whose))
    assert item(local, "septic.article11", {**TANK, **story}).due == date(2027, 2, 28)


def test_local_practice_never_goes_beyond_the_statute(tmp_path: Path) -> None:
    longer = TWELVE_MONTHS.replace("septic.article11.fiscal_year", "septic.cleaning").replace("= 12", "= 24")
    cleaned = [*TANK["events"], {"kind": "cleaning", "on": "2026-05-01"}]
    found = item(book(tmp_path, longer), "septic.cleaning", {**TANK, "events": cleaned})
    assert (found.due, found.rule) == (date(2027, 5, 1), "septic.cleaning")


def test_a_managers_cycle_for_pavements_of_class_c(tmp_path: Path) -> None:
    text = """
[[overrides]]
like = "road.pavement.c"
id = "shiroishi.pavement.c"
owners = ["042064"]
first = { amount = 7, unit = "year", tolerance = "fiscal_year", opens = "fiscal_year" }
source = "白石市舗装個別施設計画"
"""
    section = {"id": "p", "asset_class": "pavement", "owner": "042064", "attributes": {"road_class": "C"},
               "events": [{"kind": "inspection", "on": "2020-05-01"}]}  # fmt: skip
    found = item(book(tmp_path, text), "road.pavement", section)
    assert (found.due_soft, found.due) == (date(2027, 5, 1), date(2028, 3, 31))


def test_what_is_wrong_is_told_with_its_row(tmp_path: Path) -> None:
    text = """
duties = 1
notes = []
[[overrides]]
like = "septic.article12"
id = "a"
owners = ["042064"]
[[overrides]]
like = "septic.article11.fiscal_year"
id = "b"
[[overrides]]
like = "septic.article11.fiscal_year"
id = "c"
owners = ["042064"]
first = { amount = 12, unit = "fortnight" }
[[overrides]]
like = "septic.article11.fiscal_year"
id = "d"
owners = ["042064"]
interval = 3
"""
    with pytest.raises(GunmaneError) as caught:
        book(tmp_path, text)
    assert {(fault.code, fault.at) for fault in caught.value.faults} == {
        ("rule_invalid", "local.toml/duties"),
        ("unknown_key", "local.toml/notes"),
        ("rule_like_unknown", "local.toml/a"),
        ("rule_for_nobody", "local.toml/b"),
        ("rule_invalid", "local.toml/c"),
        ("rule_invalid", "local.toml/d"),
    }


@pytest.fixture
def ordinary() -> Iterator[None]:
    yield
    rules.use([])


@pytest.mark.usefixtures("ordinary")
def test_an_installation_uses_local_files_everywhere(tmp_path: Path) -> None:
    path = tmp_path / "local.toml"
    path.write_text(TWELVE_MONTHS, encoding="utf-8")
    plain = rules.rule_book()
    assert rules.local_digest() == ()
    rules.use(rules.named(str(path)))
    assert {rule.id for rule in rules.rule_book().rules} - {rule.id for rule in plain.rules} == {"miyagi.article11"}
    before = rules.local_digest()
    path.write_text(TWELVE_MONTHS.replace("12", "11"), encoding="utf-8")
    assert rules.local_digest() != before
    with pytest.raises(GunmaneError):
        rules.use([tmp_path / "none.toml"])
