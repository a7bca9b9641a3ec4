"""Inspection problems: format, price, checker, and why a job is left out."""

import copy
import itertools
import tomllib
from typing import Any

import pytest
from hypothesis import given as holds
from hypothesis import settings
from hypothesis import strategies as st

from gunmane.core.errors import GunmaneError
from gunmane.core.schedule.instance import Breach, Plan, breaches, price
from gunmane.core.schedule.leftover import Why, unserved
from gunmane.core.schedule.reading import MOST_FAULTS, passed_over, read_instance
from gunmane.resources import DATA

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


def why_of(change: dict[str, Any], job: int, plan: dict[tuple[int, int], tuple[int, ...]] | None = None) -> Why:
    (found,) = [entry for entry in unserved(read_instance({**LINE, **change}), plan or {}) if entry.job == job]
    return found


def test_why_a_job_is_left_out() -> None:
    first, *others = LINE["jobs"]
    # 40 minutes of driving in all, 20 of them for job 1 on top of job 0
    assert why_of({}, 1, {(0, 0): (0,)}) == Why(1, "not_worth", 0, 0, 20)
    assert why_of({}, 2) == Why(2, "no_engineer", 0, 0)
    assert why_of({"engineers": []}, 2) == Why(2, "no_engineer")
    assert why_of({"end_min": 550}, 1, {(0, 0): (0,)}) == Why(1, "longer_day", 0, 0, 10)
    assert why_of({"jobs": [{**first, "first_day": 5, "last_day": 9}, *others]}, 0) == Why(0, "no_day", day=5)
    assert why_of({"jobs": [{**first, "first_day": -9, "last_day": -5}, *others]}, 0) == Why(0, "no_day", day=-5)
    assert why_of({"jobs": [{**first, "first_day": 1, "last_day": 0}, *others]}, 0) == Why(0, "no_window", day=0)
    assert why_of({"end_min": 500}, 0) == Why(0, "too_far", 0, 0, 20)
    full = {**first, "service": 100}
    assert why_of({"jobs": [full, {**full, "last_day": 0}, others[1]]}, 1, {(0, 0): (0,)}) == Why(
        1, "too_far", 0, 0, 120
    )
    busy = {"jobs": [{**first, "service": 95}, {**others[0], "service": 79}, others[1]]}
    assert why_of(busy, 1, {(0, 0): (0,)}) == Why(1, "other_day", 0, 1)
    two = {**busy, "engineers": [{"office": 0, "skills": [0]}, {"office": 0, "skills": [1]}], "days": 1}
    assert why_of(two, 1, {(0, 0): (0,)}) == Why(1, "qualification", 1, 0)


numbers = st.integers(0, 40)


@st.composite
def problems(draw: st.DrawFn) -> tuple[dict[str, Any], Plan]:
    offices, jobs, days = draw(st.integers(1, 2)), draw(st.integers(1, 6)), draw(st.integers(1, 3))
    size = offices + jobs
    skills = st.lists(st.integers(0, 2), max_size=2)
    document = {
        "days": days,
        "start_min": 0,
        "end_min": draw(st.integers(0, 200)),
        "travel_min": [[draw(numbers) for _ in range(size)] for _ in range(size)],
        "offices": offices,
        "engineers": [
            {"office": draw(st.integers(0, offices - 1)), "skills": draw(skills)}
            for _ in range(draw(st.integers(0, 2)))
        ],
        "jobs": [
            {
                "service": draw(numbers),
                "field": draw(st.integers(0, 2)),
                "first_day": draw(st.integers(-1, 4)),
                "last_day": draw(st.integers(-1, 4)),
                "prize": draw(st.integers(0, 300)),
            }
            for _ in range(jobs)
        ],
    }
    given = read_instance(document)
    plan: dict[tuple[int, int], tuple[int, ...]] = {}
    for job in draw(st.permutations(range(jobs))):
        for route in itertools.product(range(len(given.engineers)), range(days)):
            tried = {**plan, route: (*plan.get(route, ()), job)}
            if draw(st.booleans()) and not breaches(given, tried):
                plan = tried
                break
    return document, plan


@settings(max_examples=200, deadline=None)
@holds(problems())
def test_the_change_named_would_place_the_job(
    case: tuple[dict[str, Any], dict[tuple[int, int], tuple[int, ...]]],
) -> None:
    document, plan = case
    given = read_instance(document)
    reasons = unserved(given, plan)
    assert {why.job for why in reasons} == set(range(len(given.jobs))) - {
        job for jobs in plan.values() for job in jobs
    }
    for why in reasons:
        if why.engineer is None or why.day is None:
            continue
        changed: dict[str, Any] = copy.deepcopy(document)
        wanted = changed["jobs"][why.job]
        if why.code in ("no_engineer", "qualification"):
            changed["engineers"][why.engineer]["skills"].append(wanted["field"])
        elif why.code == "other_day":
            wanted["first_day"], wanted["last_day"] = (
                min(wanted["first_day"], why.day),
                max(wanted["last_day"], why.day),
            )
        route, jobs = (why.engineer, why.day), plan.get((why.engineer, why.day), ())
        after = read_instance(changed)
        ways = [{**plan, route: (*jobs[:at], why.job, *jobs[at:])} for at in range(len(jobs) + 1)]
        faults = [breaches(after, way) for way in ways]
        if why.code in ("longer_day", "too_far"):
            least = min(entry[3] for found in faults for entry in found if entry[0] is Breach.TOO_LONG)
            assert least - given.duty == why.minutes
        else:
            assert [] in faults


def test_keys_that_are_no_part_of_the_format() -> None:
    assert passed_over({**LINE, "plan": {}}) == ["note", "plan"]


@pytest.mark.parametrize(
    ("change", "at", "code"),
    [
        ({"travel_min": [[0]]}, "/travel_min", "wrong_size"),
        ({"travel_min": [[0, 1, 2, 3]] * 3 + [[0]]}, "/travel_min/3", "wrong_size"),
        ({"travel_min": [[0, 1, 2, 3]] * 3 + [[0, -1, 2, 3]]}, "/travel_min/3/1", "too_small"),
        ({"travel_min": [[0, 1, 2, 3]] * 3 + [[0, float("nan"), 2, 3]]}, "/travel_min/3/1", "not_whole"),
        ({"engineers": [{"office": 3, "skills": []}]}, "/engineers/0/office", "no_office"),
        ({"engineers": [{"office": 0, "skills": ["bridge"]}]}, "/engineers/0/skills/0", "not_whole"),
        ({"jobs": [{**LINE["jobs"][0], "prize": -1}, *LINE["jobs"][1:]]}, "/jobs/0/prize", "too_small"),
        ({"jobs": [{**LINE["jobs"][0], "prize": 10**12}, *LINE["jobs"][1:]]}, "/jobs/0/prize", "too_large"),
        ({"jobs": [{**LINE["jobs"][0], "colour": 1}, *LINE["jobs"][1:]]}, "/jobs/0/colour", "unknown_key"),
        ({"jobs": [{}, *LINE["jobs"][1:]]}, "/jobs/0/service", "needed"),
        ({"jobs": [7, *LINE["jobs"][1:]]}, "/jobs/0", "not_object"),
        ({"jobs": {}}, "/jobs", "not_list"),
        ({"days": "two"}, "/days", "not_whole"),
        ({"days": True}, "/days", "not_whole"),
        ({"days": 0}, "/days", "too_small"),
        ({"end_min": 1}, "/end_min", "ends_before"),
    ],
)
def test_bad_problems_are_refused_with_the_place(change: dict[str, Any], at: str, code: str) -> None:
    with pytest.raises(GunmaneError) as caught:
        read_instance({**LINE, **change})
    assert (at, code) in {(fault.at, fault.code) for fault in caught.value.faults}


def test_every_fault_has_a_sentence_in_both_languages() -> None:
    for language in ("ja", "en"):
        texts = tomllib.loads((DATA / "texts" / language / "schedule.toml").read_text(encoding="utf-8"))
        for code in ("not_object", "not_list", "unknown_key", "needed", "not_whole", "too_small", "too_large"):
            assert texts["faults"][code]
        more = {"wrong_size", "no_office", "ends_before", "instance_not_json", "no_file", "more"}
        assert more <= set(texts["faults"])
    with pytest.raises(GunmaneError) as caught:
        read_instance({**LINE, "jobs": [None] * 500, "travel_min": [[0] * 501] * 501})
    assert len(caught.value.faults) == MOST_FAULTS
