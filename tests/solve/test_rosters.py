"""Day plans: lawful by the independent checker, steady from week to week, changed by hand with an answer at once."""

from datetime import timedelta

import pytest
from msgspec import json, structs
from tests.examples_roster import roster

from gunmane.core.schedule.changes import Change, added_drive, change, tour_of
from gunmane.core.schedule.days import desk, placed_in, warm_start
from gunmane.core.schedule.roster import DayPlan, Roster, Rules, Wish, must
from gunmane.core.schedule.roster_check import faults
from gunmane.core.schedule.roster_reading import read_roster
from gunmane.core.schedule.routing import cost
from gunmane.files.rules import working_days
from gunmane.solve.rosters import plan_days

OFFICE = working_days()


def planned(given: Roster, iterations: int = 400) -> DayPlan:
    found = plan_days(given, OFFICE, 0.0, 1, workers=1, iterations=iterations)
    assert found.faults == ()
    return found.plan


@pytest.fixture(scope="module")
def made() -> tuple[Roster, DayPlan]:
    given = roster(7)
    return given, planned(given, 3000)


@pytest.mark.parametrize("seed", range(8))
def test_every_plan_passes_the_checker(seed: int) -> None:
    given = roster(seed, works=10 + 15 * seed, people=seed)
    for variant in (0, 1):
        found = plan_days(given, OFFICE, 0.0, seed + variant, workers=1, iterations=200)
        assert found.faults == ()
    placed = set(placed_in(found.plan))
    assert placed | {left.work for left in found.plan.left} == {work.id for work in given.work}
    assert read_roster(json.encode(given)) == given


def test_statutory_dates_come_first(made: tuple[Roster, DayPlan]) -> None:
    given, plan = made
    works = {work.id: work for work in given.work}
    for left in plan.left:
        # what falls due is left out only where something other than room is missing, or the room is nobody's
        if must(works[left.work], given):
            assert left.code != "not_worth"
    assert [left.lawful for left in plan.left] == sorted(left.lawful for left in plan.left)


def test_the_change_named_would_place_the_work(made: tuple[Roster, DayPlan]) -> None:
    given, plan = made
    crowded = structs.replace(given, people=given.people[:3], cars=())
    plan = planned(crowded, 2000)
    people = {person.code: person for person in crowded.people}
    assert plan.left
    for left in plan.left[:20]:
        assert left.day is not None
        work = next(one for one in crowded.work if one.id == left.work)
        team = [people[code] for code in left.people]
        codes = left.code.split("+")
        assert ("crew" in codes) == (len(team) < work.crew)
        held = {name for person in team for name in person.qualifications}
        assert ("qualification" in codes) == (not held & set(work.qualifications))
        assert ("car" in codes) == (work.car is not None)
        if codes == ["longer_day"]:
            longer = [structs.replace(one, end_min=one.end_min + (left.minutes or 0)) for one in crowded.people]
            wish = Change(kind="move", work=left.work, day=left.day, person=left.people[0])
            eased = structs.replace(crowded, people=tuple(longer))
            after = change(eased, plan, wish, OFFICE)
            assert {fault.code for fault in after.faults} <= {"crew", "not_qualified"}


def test_last_weeks_plan_is_kept(made: tuple[Roster, DayPlan]) -> None:
    given, plan = made
    again = structs.replace(given, previous=plan)
    laid = desk(again, OFFICE)
    start = warm_start(laid)
    assert sum(len(rows) for rows in start.values()) >= 0.9 * sum(len(tour.stops) for tour in plan.tours)
    second = plan_days(again, OFFICE, 0.0, 2, workers=1, iterations=1500)
    assert second.faults == ()
    assert second.cost <= cost(laid.routing, start)
    before, after = placed_in(plan), placed_in(second.plan)
    same = sum(after.get(work, (None,))[0] == held[0] for work, held in before.items())
    free = structs.replace(again, rules=Rules(stay_min=0), previous=None)
    moved = placed_in(plan_days(free, OFFICE, 0.0, 2, workers=1, iterations=1500).plan)
    loose = sum(moved.get(work, (None,))[0] == held[0] for work, held in before.items())
    assert same > loose
    assert same >= 0.8 * len(before)


def test_pin_move_forbid_release(made: tuple[Roster, DayPlan]) -> None:
    given, plan = made
    tour = max(plan.tours, key=lambda one: len(one.stops))
    work = tour.stops[0].works[0]
    pinned = change(given, plan, Change(kind="pin", work=work, by="a"), OFFICE)
    assert pinned.faults == ()
    assert pinned.plan == plan
    gone = change(given, plan, Change(kind="forbid", work=work, day=tour.day, why="festival"), OFFICE)
    assert gone.faults == ()
    assert tour_of(gone.plan, work) is None
    assert [left.code for left in gone.plan.left if left.work == work] == ["wish"]
    assert added_drive(plan, gone.plan) <= 0
    # the next plan keeps to both
    assert placed_in(planned(pinned.roster))[work][0] == tour.day
    assert placed_in(planned(gone.roster)).get(work, (None,))[0] != tour.day
    back = change(gone.roster, gone.plan, Change(kind="release", work=work), OFFICE)
    assert back.roster.wishes == ()
    # a pin against a forbidden day, somebody who is away, a Sunday: all said at once, nothing stored
    sunday = given.first + timedelta(days=6 - given.first.weekday())
    told = change(given, plan, Change(kind="move", work=work, day=sunday, person=given.people[0].code), OFFICE)
    assert "closed" in {fault.code for fault in told.faults}
    away = next(person for person in given.people if person.away)
    told = change(given, plan, Change(kind="move", work=work, day=away.away[0].first, person=away.code), OFFICE)
    assert {"away"} <= {fault.code for fault in told.faults}
    assert change(given, plan, Change(kind="move", work="?", day=sunday), OFFICE).faults[0].code == "no_such_work"
    assert change(given, plan, Change(kind="turn", work=work), OFFICE).faults[0].code == "bad_wish"


def test_the_checker_sees_what_is_wrong(made: tuple[Roster, DayPlan]) -> None:
    given, plan = made
    tour = max(plan.tours, key=lambda one: len(one.stops))
    rest = tuple(one for one in plan.tours if one is not tour)
    works = {work.id: work for work in given.work}

    def codes(changed: DayPlan, on: Roster = given) -> set[str]:
        return {fault.code for fault in faults(on, changed, OFFICE)}

    def spoil(**values: object) -> set[str]:
        return codes(structs.replace(plan, tours=(*rest, structs.replace(tour, **values))))

    assert codes(plan) == set()
    assert codes(structs.replace(plan, tours=rest)) == {"lost"}
    assert "twice" in codes(structs.replace(plan, tours=(*plan.tours, tour)))
    assert "two_places" in codes(structs.replace(plan, tours=(*plan.tours, tour)))
    assert "no_such_person" in spoil(people=("nobody",))
    assert "closed" in spoil(day=given.first + timedelta(days=6 - given.first.weekday()))
    assert "outside" in spoil(day=given.first - timedelta(days=1))
    assert "too_long" in spoil(back=tour.back + 600)
    assert "time_travel" in spoil(back=tour.stops[-1].leave - 1)
    assert "no_such_car" in spoil(cars=("x",))
    assert "too_short" in spoil(stops=(structs.replace(tour.stops[0], leave=tour.stops[0].arrive), *tour.stops[1:]))
    first = works[tour.stops[0].works[0]]

    def with_work(**values: object) -> set[str]:
        changed = structs.replace(first, **values)
        return codes(plan, structs.replace(given, work=tuple(changed if one is first else one for one in given.work)))

    assert "too_early" in with_work(first=tour.day + timedelta(days=1), last=tour.day + timedelta(days=9))
    assert "crew" in with_work(crew=9)
    assert "not_qualified" in with_work(qualifications=("x",))
    assert "no_car" in with_work(car="x")
    wish = Wish(kind="pin", work=first.id, day=tour.day + timedelta(days=1))
    assert "pinned" in codes(plan, structs.replace(given, wishes=(wish,)))
    wish = Wish(kind="forbid", work=first.id, day=tour.day)
    assert "forbidden" in codes(plan, structs.replace(given, wishes=(wish,)))


def test_near_assets_are_done_together() -> None:
    given = roster(3, works=40)
    spot = given.work[0].place
    near = tuple(
        structs.replace(work, place=spot, first=given.first, last=given.last, only=(), never=(), crew=1, car=None)
        for work in given.work
    )
    together = structs.replace(given, work=near)
    plan = planned(together)
    stops = [stop for tour in plan.tours for stop in tour.stops]
    assert max(len(stop.works) for stop in stops) > 1
    apart = structs.replace(together, rules=Rules(bundle_m=0.0))
    assert sum(tour.back - tour.start for tour in plan.tours) <= sum(
        tour.back - tour.start for tour in planned(apart).tours
    )
