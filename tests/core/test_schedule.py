"""Year plans: lawful by construction, nothing left out that fits, levelled, the same twice."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from gunmane.core.calendar import WorkingDays
from gunmane.core.duties.daynumbers import NONE, number
from gunmane.core.schedule.check import breaches
from gunmane.core.schedule.year import (
    Engineer,
    Parameters,
    Reason,
    Tasks,
    WorkKind,
    YearPlan,
    engineers_of,
    months_from,
    plan_year,
    tally,
)
from gunmane.core.words import SourceStatus

GIVEN = Parameters(480, 0.5, 4.0, 30.0, 1.3, 12, SourceStatus.ASSUMED)
KINDS = (
    WorkKind("road.periodic", ("bridge",), 120, "", SourceStatus.ASSUMED, crew=2),
    WorkKind("sewer.corrosion", ("sewer", "civil"), 60, "", SourceStatus.ASSUMED),
    WorkKind("septic.article11", ("septic",), 45, "", SourceStatus.ASSUMED, outside=True),
    WorkKind("road.periodic", ("bridge",), 120, "", SourceStatus.ASSUMED, crew=2, night=True),
)
START = date(2026, 11, 24)
MONTHS = months_from(START, 14, WorkingDays())


def tasks(rows: list[tuple[int, date | None, date, float, tuple[float, float] | None]]) -> Tasks:
    return Tasks(
        np.array([row[0] for row in rows], dtype=np.int64),
        np.array([row[4] or (np.nan, np.nan) for row in rows], dtype=np.float64).reshape(-1, 2),
        np.array([NONE if row[1] is None else number(row[1]) for row in rows], dtype=np.int32),
        np.array([number(row[2]) for row in rows], dtype=np.int32),
        np.array([row[3] for row in rows]),
    )


dates = st.dates(date(2025, 1, 1), date(2028, 12, 31))
places = st.none() | st.tuples(st.floats(139.0, 139.3), st.floats(35.0, 35.3))
rows = st.tuples(st.integers(0, 3), st.none() | dates, dates, st.floats(0, 1e6), places).map(
    lambda row: (row[0], None if row[1] is None else min(row[1], row[2]), *row[2:])
)
crews = st.lists(
    st.builds(
        Engineer,
        st.uuids().map(str),
        st.just("042064"),
        st.frozensets(st.sampled_from(["bridge", "sewer", "civil", "septic"]), max_size=2),
        places,
        nights=st.booleans(),
    ),
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(rows, max_size=60), crews, st.sampled_from([0.01, 0.05, 0.5]), st.integers(0, 2**14 - 1))
def test_every_plan_passes_the_independent_checker(
    given_rows: list[tuple[int, date | None, date, float, tuple[float, float] | None]],
    engineers: list[Engineer],
    share: float,
    shut: int,
) -> None:
    work, parameters = tasks(given_rows), structs.replace(GIVEN, inspection_share=share)
    if shut and work.size:
        bits = np.array([bool(shut >> month & 1) for month in range(len(MONTHS))])
        work = structs.replace(work, closed=np.where(np.arange(work.size)[:, None] % 2, bits, False))
    plan = plan_year(work, KINDS, engineers, MONTHS, parameters)
    assert breaches(plan, work, KINDS, engineers, MONTHS, parameters) == []
    again = plan_year(work, KINDS, engineers, MONTHS, parameters)
    assert (plan.month == again.month).all()
    assert (plan.engineer == again.engineer).all()


def simple(count: int, last: date) -> Tasks:
    return tasks([(0, None, last, 0.0, (139.1, 35.1)) for _ in range(count)])


ONE = engineers_of("042064", {"bridge": 1}, (139.1, 35.1))


def test_a_year_of_equal_work_is_levelled() -> None:
    plan = plan_year(simple(100, date(2027, 11, 30)), KINDS, ONE, MONTHS[:13], GIVEN)
    counts = np.bincount(plan.month, minlength=13)
    assert (plan.reason == Reason.PLACED).all()
    assert counts[1:12].max() - counts[1:12].min() <= 3
    assert plan.level < 0.6


def test_overdue_work_comes_first_and_then_the_soonest() -> None:
    last = [date(2027, 10, 31)] * 300 + [date(2020, 3, 31), date(2026, 12, 31)]
    plan = plan_year(tasks([(0, None, day, 0.0, None) for day in last]), KINDS, ONE, MONTHS, GIVEN)
    assert plan.month[300] == 0
    assert plan.month[301] <= 1


def test_what_does_not_fit_says_why() -> None:
    rows = [(0, None, date(2026, 12, 31), 0.0, None)] * 100
    rows += [(1, None, date(2027, 3, 31), 0.0, None), (2, None, date(2027, 3, 31), 0.0, None)]
    rows += [(0, date(2028, 5, 1), date(2028, 12, 31), 0.0, None)]
    plan = plan_year(tasks(rows), KINDS, ONE, MONTHS, GIVEN)
    assert plan.reason[100:].tolist() == [Reason.NO_ENGINEER, Reason.NO_ENGINEER, Reason.NO_WINDOW]
    short = plan.reason == Reason.NO_CAPACITY
    # one engineer, 240 minutes for a bridge, a day has 240: one bridge a day
    assert short.sum() == 100 - MONTHS[0].days - MONTHS[1].days
    assert (plan.extra_days[short] == 1).all()


def test_the_nearest_engineer_goes() -> None:
    near, far = (139.0, 35.0), (139.9, 35.9)
    engineers = [*engineers_of("a", {"bridge": 1}, far), *engineers_of("b", {"bridge": 1}, near)]
    plan = plan_year(tasks([(0, None, date(2027, 3, 31), 0.0, near)] * 5), KINDS, engineers, MONTHS, GIVEN)
    assert (plan.engineer == 1).all()
    assert sum(tally(plan, simple(5, START), KINDS).values()) == 5


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"month": 9}, "out_of_time"),
        ({"engineer": 1}, "not_qualified"),
        ({"reason": int(Reason.NO_CAPACITY)}, "half_placed"),
        ({"month": -1, "engineer": -1, "reason": int(Reason.NO_CAPACITY)}, "left_out"),
        ({"month": -1, "engineer": -1, "reason": int(Reason.NO_ENGINEER)}, "has_engineer"),
        ({"month": -1, "engineer": -1, "reason": int(Reason.NO_WINDOW)}, "has_window"),
    ],
)
def test_the_checker_sees_what_is_wrong(change: dict[str, int], code: str) -> None:
    work = simple(3, date(2027, 3, 31))
    engineers = [*ONE, *engineers_of("042064", {"sewer": 1}, None)]
    plan = plan_year(work, KINDS, engineers, MONTHS, GIVEN)
    columns = {name: getattr(plan, name).copy() for name in ("month", "engineer", "reason")}
    for name, value in change.items():
        columns[name][0] = value
    spoiled: YearPlan = structs.replace(plan, **columns)
    assert code in {breach.code for breach in breaches(spoiled, work, KINDS, engineers, MONTHS, GIVEN)}


def test_too_many_hours_are_seen() -> None:
    work = simple(60, date(2027, 11, 30))
    plan = plan_year(work, KINDS, ONE, MONTHS, GIVEN)
    packed = structs.replace(plan, month=np.zeros(60, dtype=np.int64))
    assert "too_many_hours" in {breach.code for breach in breaches(packed, work, KINDS, ONE, MONTHS, GIVEN)}


def test_roads_decide_who_is_near() -> None:
    # across the bay the first office is nearer in a straight line, but not by road
    here, there = (139.0, 35.0), (139.2, 35.0)
    given = tasks([(1, None, date(2027, 3, 31), 1.0, (139.05, 35.0))] * 4)
    given = structs.replace(given, road_km={here: np.array([90.0, 90.0, np.nan, 90.0]), there: np.full(4, 12.0)})
    engineers = [
        Engineer("a", "042064", frozenset({"civil"}), here),
        Engineer("b", "042064", frozenset({"civil"}), there),
    ]
    plan = plan_year(given, KINDS, engineers, MONTHS, GIVEN)
    assert breaches(plan, given, KINDS, engineers, MONTHS, GIVEN) == []
    assert plan.engineer.tolist() == [1, 1, 0, 1]
    # 12 km there and back at 30 km/h over 4 visits, no detour on top: 12 minutes
    assert plan.minutes[0] == pytest.approx(60 + 12)


def test_a_closed_season_moves_the_work_before_it() -> None:
    # due at the end of the seventh month, shut from the fourth to it: all ten go into the first three
    work = simple(10, MONTHS[6].last)
    closed = np.zeros((10, len(MONTHS)), dtype=np.bool_)
    closed[:, 3:7] = True
    plan = plan_year(structs.replace(work, closed=closed), KINDS, ONE, MONTHS, GIVEN)
    assert (plan.reason == Reason.PLACED).all()
    assert plan.month.max() <= 2
    shut = structs.replace(work, closed=np.ones_like(closed))
    assert (plan_year(shut, KINDS, ONE, MONTHS, GIVEN).reason == Reason.NO_WINDOW).all()
    wrong = structs.replace(plan, month=np.full(10, 4, dtype=np.int64))
    assert "out_of_time" in {
        one.code for one in breaches(wrong, structs.replace(work, closed=closed), KINDS, ONE, MONTHS, GIVEN)
    }


def test_a_night_takes_two_days_of_those_who_may_go() -> None:
    work = tasks([(3, None, date(2027, 3, 31), 0.0, None)])
    assert plan_year(work, KINDS, ONE, MONTHS, GIVEN).reason[0] == Reason.NO_ENGINEER
    ready = [structs.replace(ONE[0], nights=True)]
    plan = plan_year(work, KINDS, ready, MONTHS, GIVEN)
    # a crew of two, two days of 480 minutes each, half of which are for inspections
    assert plan.minutes[0] == 2 * 2 * 480 * 0.5
    assert breaches(plan, work, KINDS, ready, MONTHS, GIVEN) == []
