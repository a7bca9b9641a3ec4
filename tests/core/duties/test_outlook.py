"""The table of the coming years: dates by hand, unknown anchors listed, no occurrence twice."""

from datetime import date

from gunmane.core.duties.engine import State
from gunmane.core.duties.outlook import outlook
from gunmane.files.rules import rule_book
from gunmane.files.stories import read_stories

BOOK = rule_book()
STORIES = [
    {
        "id": "bridge", "asset_class": "bridge", "owner": "042064", "attributes": {"length_m": 12},
        "events": [{"kind": "inspection", "on": "2021-11-10", "duty": "road.periodic"}],
    },
    {
        "id": "tank", "asset_class": "septic", "attributes": {"treatment": "single", "process": "full_aeration",
        "capacity_persons": 5}, "events": [
            {"kind": "start_of_use", "on": "2010-04-01"}, {"kind": "cleaning", "on": "2026-08-31"},
            {"kind": "inspection", "on": "2026-06-10", "duty": "septic.article11"}],
    },
    {"id": "pipe", "asset_class": "sewer_pipe", "attributes": {"corrosion_prone": True}},
]  # fmt: skip


def test_five_years_by_hand() -> None:
    rows = outlook(read_stories(STORIES, BOOK), date(2026, 11, 24), BOOK)
    dates = {(row.id, row.duty, row.number): row.due for row in rows}
    assert dates["bridge", "road.periodic", 1] == date(2027, 3, 31)
    assert ("bridge", "road.periodic", 2) not in dates  # 31 March 2032 lies beyond FY2030
    cleaning = [row.due for row in rows if row.duty == "septic.cleaning"]
    # six months each, ends of months: 28 February 2027, 31 August, 29 February 2028, …
    assert cleaning[:4] == [date(2027, 2, 28), date(2027, 8, 31), date(2028, 2, 29), date(2028, 8, 31)]
    assert cleaning[-1] == date(2031, 2, 28)
    eleven = [(row.due, row.fiscal_year) for row in rows if row.duty == "septic.article11"]
    assert eleven == [(date(2028 + n, 3, 31), 2027 + n) for n in range(4)]
    unknown = next(row for row in rows if row.id == "pipe")
    assert (unknown.state, unknown.due, unknown.slack_days) == (State.UNKNOWN_ANCHOR, None, None)
    assert all(row.slack_days == (row.due - date(2026, 11, 24)).days for row in rows if row.due)
    assert len({(row.id, row.duty, row.number) for row in rows}) == len(rows)
