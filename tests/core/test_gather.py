"""Due items become tasks, and fall due year by year."""

from datetime import date

import numpy as np

from gunmane.core.duties.bulk import bulk_due
from gunmane.core.duties.columns import columns
from gunmane.core.duties.daynumbers import day_of
from gunmane.core.duties.facts import AssetFacts, Event
from gunmane.core.duties.rules import EventKind
from gunmane.core.schedule.check import breaches
from gunmane.core.schedule.gather import Source, falling_due, work_of
from gunmane.core.schedule.year import Reason, engineers_of, months_from, plan_year
from gunmane.core.words import AssetClass
from gunmane.files.rules import rule_book, workbook

BOOK, WORK = rule_book(), workbook()
ON = date(2026, 11, 24)


def bridge(name: str, *inspected: str) -> AssetFacts:
    events = tuple(Event(EventKind.INSPECTION, date.fromisoformat(day), "road.periodic") for day in inspected)
    return AssetFacts(name, AssetClass.BRIDGE, "042064", {"length_m": 20.0}, events)


def test_bridges_of_a_town_become_a_plan() -> None:
    stories = [bridge("late", "2019-06-01"), bridge("soon", "2021-10-01"), bridge("far", "2025-10-01"), bridge("?")]
    due = bulk_due(columns(AssetClass.BRIDGE, stories), ON, BOOK)
    months = months_from(ON, 12, BOOK.days)
    source = Source(due, np.full((4, 2), np.nan), np.zeros(4))
    work = work_of([source], WORK.work, months, WORK.parameters.lead_months)
    assert work.asset.tolist() == [0, 1]
    assert [day_of(day) for day in work.tasks.last] == [date(2025, 3, 31), date(2027, 3, 31)]
    engineers = engineers_of("042064", {"bridge_inspection": 2}, None)
    plan = plan_year(work.tasks, WORK.work, engineers, months, WORK.parameters)
    assert (plan.reason == Reason.PLACED).all()
    assert breaches(plan, work.tasks, WORK.work, engineers, months, WORK.parameters) == []
    assert work_of([], WORK.work, months, 12).tasks.size == 0


def test_five_fiscal_years_of_due_dates() -> None:
    stories = [bridge("late", "2019-06-01"), bridge("soon", "2021-10-01"), bridge("far", "2025-10-01"), bridge("?")]
    given = columns(AssetClass.BRIDGE, stories)
    counts = falling_due(given, bulk_due(given, ON, BOOK)["road.periodic"], 2026, 6)
    assert counts.tolist() == [[1, 0, 0, 0, 0, 1], [1, 0, 0, 0, 0, 1], [0, 0, 0, 0, 1, 0], [0, 0, 0, 0, 0, 0]]
    tank = AssetFacts(
        "t",
        AssetClass.SEPTIC,
        "042064",
        {"treatment": "combined", "process": "anaerobic_filter_contact_aeration", "capacity_persons": 5},
        (
            Event(EventKind.START_OF_USE, date(2020, 4, 1)),
            Event(EventKind.INSPECTION, date(2020, 9, 1), "septic.article7"),
            Event(EventKind.INSPECTION, date(2026, 6, 1), "septic.article11"),
            Event(EventKind.MAINTENANCE, date(2026, 10, 15)),
        ),
    )
    given = columns(AssetClass.SEPTIC, [tank])
    found = bulk_due(given, ON, BOOK)
    assert falling_due(given, found["septic.article11"], 2026, 4).tolist() == [[0, 1, 1, 1]]
    assert falling_due(given, found["septic.maintenance"], 2026, 3).tolist() == [[1, 3, 3]]
