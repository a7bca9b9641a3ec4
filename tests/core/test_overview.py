"""A region at a glance: duties by state, work by month and engineer."""

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from gunmane.core.overview import duty_lines, months_after, workload
from gunmane.core.words import AssetClass

ONE, OTHER = UUID(int=1), UUID(int=2)


class Count(Struct):
    owner_id: UUID
    measure: str
    bucket: str
    n: int
    asset_class: AssetClass = AssetClass.BRIDGE
    amount: float = 0.0
    computed_at: datetime | None = None


def test_duties_are_added_up_over_the_owners_asked_for_most_overdue_first() -> None:
    counts = [
        Count(ONE, "due", "road.periodic:overdue", 2),
        Count(ONE, "due", "road.periodic:due", 5),
        Count(ONE, "due", "septic.article11:overdue", 7),
        Count(OTHER, "due", "road.periodic:overdue", 100),
        Count(ONE, "status", "in_service", 50),
    ]
    lines = duty_lines(counts, [ONE])
    assert [(line.duty, line.by_state) for line in lines] == [
        ("septic.article11", {"overdue": 7}),
        ("road.periodic", {"overdue": 2, "due": 5}),
    ]


def test_months_go_over_the_end_of_the_year() -> None:
    assert months_after(date(2026, 11, 30), 3) == ("2026-11", "2026-12", "2027-01")


def test_work_is_laid_out_by_month_and_engineer() -> None:
    counts = [
        Count(ONE, "due_month", "2026-11", 4),
        Count(ONE, "due_month", "2027-06", 9),
        Count(ONE, "planned", "2026-11:042064-10", 3),
        Count(ONE, "planned", "2026-12:042064-2", 1),
    ]
    load = workload(counts, ("2026-11", "2026-12"))
    assert load.due == (4, 0)
    assert load.planned == (3, 1)
    assert load.by_engineer == (("042064-2", (0, 1)), ("042064-10", (3, 0)))
    assert workload([], ("2026-11",)).planned == (0,)
