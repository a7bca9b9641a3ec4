"""Inspection problems: format, price, checker, and why a job is left out."""

from typing import Any

import pytest

from gunmane.core.errors import GunmaneError
from gunmane.core.schedule.instance import Breach, breaches, price, read_instance, unserved

# one office (0), three jobs on a line at 10, 20, 30 minutes
LINE: dict[str, Any] = {
    "days": 2,
    "start_min": 480,
    "end_min": 600,
    "travel_min": [[abs(a - b) * 10 for b in range(4)] for a in range(4)],
    "offices": 1,
    "engineers": [{"office": 0, "skills": [0]}],
    "jobs": [
        {"service": 20, "field": 0, "first_day": 0, "last_day": 1, "prize": 100},
        {"service": 20, "field": 0, "first_day": 0, "last_day": 0, "prize": 50},
        {"service": 20, "field": 1, "first_day": 0, "last_day": 1, "prize": 70},
    ],
    "note": "passed over",
}


def test_price_of_a_plan() -> None:
    given = read_instance(LINE)
    found = price(given, {(0, 0): (0, 1)})
    assert (found.travel, found.unserved_prizes, found.served, found.objective) == (40, 70, 2, 110)
    assert price(given, {}).objective == 220
    assert breaches(given, {(0, 0): (0, 1)}) == []


@pytest.mark.parametrize(
    ("plan", "breach"),
    [
        ({(0, 0): (0,), (0, 1): (0,)}, Breach.TWICE),
        ({(0, 1): (1,)}, Breach.OUT_OF_WINDOW),
        ({(0, 0): (2,)}, Breach.NOT_QUALIFIED),
        ({(0, 0): (0, 1, 2)}, Breach.NOT_QUALIFIED),
        ({(1, 0): (0,)}, Breach.NO_SUCH),
        ({(0, 0): (7,)}, Breach.NO_SUCH),
    ],
)
def test_the_checker_sees_what_is_wrong(plan: dict[tuple[int, int], tuple[int, ...]], breach: Breach) -> None:
    assert breach in {entry[0] for entry in breaches(read_instance(LINE), plan)}


def test_a_day_too_long_is_seen() -> None:
    short = read_instance({**LINE, "end_min": 559})
    assert breaches(short, {(0, 0): (0, 1)}) == [(Breach.TOO_LONG, 0, 0, 80)]
    assert breaches(read_instance({**LINE, "end_min": 560}), {(0, 0): (0, 1)}) == []


def test_why_a_job_is_left_out() -> None:
    whole = read_instance(LINE)
    assert {why.job: why.code for why in unserved(whole, {(0, 0): (0,)})} == {1: "not_worth", 2: "no_engineer"}
    tight = read_instance({**LINE, "end_min": 550})
    (why,) = [entry for entry in unserved(tight, {(0, 0): (0,)}) if entry.job == 1]
    assert (why.code, why.engineer, why.day, why.minutes) == ("no_room", 0, 0, 10)
    late = read_instance({**LINE, "jobs": [{**LINE["jobs"][0], "first_day": 5, "last_day": 9}, *LINE["jobs"][1:]]})
    assert unserved(late, {})[0].code == "no_day"
    tiny = read_instance({**LINE, "end_min": 500})
    assert unserved(tiny, {})[0].code == "too_far"


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ({"travel_min": [[0]]}, "/travel_min"),
        ({"engineers": [{"office": 3, "skills": []}]}, "/engineers/0/office"),
        ({"jobs": [{**LINE["jobs"][0], "prize": -1}, *LINE["jobs"][1:]]}, "/jobs/0"),
        ({"days": "two"}, ""),
        ({"jobs": [{"colour": 1}]}, ""),
    ],
)
def test_bad_problems_are_refused_with_the_place(change: dict[str, Any], at: str) -> None:
    with pytest.raises(GunmaneError) as caught:
        read_instance({**LINE, **change})
    assert at in {fault.at for fault in caught.value.faults}
