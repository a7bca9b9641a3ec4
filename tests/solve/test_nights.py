"""Hours within a day and night shifts: cases solved by hand, and whatever is drawn passes the checker."""

from datetime import date, timedelta

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st
from msgspec import structs
from tests.examples_roster import roster, with_hours

from gunmane.core.schedule.changes import Change, change, tour_of
from gunmane.core.schedule.days import desk
from gunmane.core.schedule.hours import Night, Span
from gunmane.core.schedule.nights import night_shifts
from gunmane.core.schedule.remedies import with_left
from gunmane.core.schedule.roster import DayPlan, Person, Roster, Rules, Stop, Tour, Work, open_minutes
from gunmane.core.schedule.roster_check import faults
from gunmane.core.schedule.routing import fits
from gunmane.files.rules import working_days
from gunmane.solve.rosters import plan_days
from gunmane.solve.strings import improve_routes

OFFICE = working_days()
MONDAY = date(2026, 11, 30)
THURSDAY = MONDAY + timedelta(days=3)
SPOT = (139.0, 35.0)


def work(code: str, minutes: int = 120, **values: object) -> Work:
    base = Work(
        id=code, owner="042064", asset=code, asset_class="bridge", duty="road.periodic", name=code, place=SPOT,
        minutes=minutes, qualifications=("bridge_inspection",), first=MONDAY, last=MONDAY + timedelta(days=6),
    )  # fmt: skip
    return structs.replace(base, **values)


def person(code: str, **values: object) -> Person:
    base = Person(code=code, owner="042064", qualifications=("bridge_inspection",), base=SPOT)
    return structs.replace(base, **values)


def made(people: tuple[Person, ...], works: tuple[Work, ...], **rules: object) -> Roster:
    return Roster(
        region="simulated", first=MONDAY, weeks=1, people=people, work=works, rules=structs.replace(
            Rules(setup_min=0), **rules
        ), simulated=True,
    )  # fmt: skip


def planned(given: Roster, iterations: int = 300) -> DayPlan:
    found = plan_days(given, OFFICE, 0.0, 1, workers=1, iterations=iterations)
    assert found.faults == ()
    return found.plan


def codes(given: Roster, plan: DayPlan) -> set[str]:
    return {fault.code for fault in faults(given, plan, OFFICE)}


POSSESSION = Span(THURSDAY, THURSDAY, "possession", 1470, 1710)  # Friday 0:30 to 4:30
PAIR = (person("a", nights=True), person("b", nights=True))


def test_hours_force_the_order() -> None:
    # two hours each at the door of the office: only this order leaves lunch between 12:30 and 13:30
    early = work("early", only=(Span(MONDAY, MONDAY, "permit", 510, 630),))
    late = work("late", only=(Span(MONDAY, MONDAY, "permit", 810, 1020),))
    middle = work("middle", last=MONDAY)
    plan = planned(made((person("a"),), (late, middle, early)))
    [tour] = plan.tours
    assert [(stop.works[0], stop.arrive, stop.leave) for stop in tour.stops] == [
        ("early", 510, 630), ("middle", 630, 750), ("late", 810, 930),
    ]  # fmt: skip
    assert tour.start == 510


def test_the_ways_to_school_are_kept_free() -> None:
    term = tuple(Span(MONDAY, MONDAY + timedelta(days=30), "school", *hours) for hours in ((450, 540), (870, 990)))
    given = made((person("a"),), tuple(work(f"w{n}", 90, never=term, last=MONDAY) for n in range(4)), bundle_m=-1.0)
    plan = planned(given)
    # from 9:00 to 14:30 there is room for three and lunch, after 16:30 for none
    [tour] = plan.tours
    assert [(stop.arrive, stop.leave) for stop in tour.stops] == [(540, 630), (630, 720), (780, 870)]
    assert [left.code for left in plan.left] == ["hours"]
    late = structs.replace(
        tour, stops=(structs.replace(tour.stops[0], arrive=539, leave=629), *tour.stops[1:]), start=539
    )
    assert "ruled_hours" in codes(given, structs.replace(plan, tours=(late,)))


def test_a_railway_gives_its_track_by_night() -> None:
    over = work("over", 155, crew=2, only=(POSSESSION,))
    others = tuple(work(f"d{n}", 300) for n in range(10))
    plan = planned(made(PAIR, (over, *others)))
    night = tour_of(plan, "over")
    assert night is not None
    assert (night.night, night.day, set(night.people)) == (True, THURSDAY, {"a", "b"})
    assert (night.start, night.stops[0].arrive, night.stops[0].leave, night.back) == (1470, 1470, 1625, 1625)
    # eleven hours of rest before and after: no day for them on Thursday and Friday, one task on each other day
    days = {tour.day for tour in plan.tours if not tour.night}
    assert days == {MONDAY, MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)}
    assert sum(len(tour.stops) for tour in plan.tours if not tour.night) == 6


def test_rest_is_a_parameter() -> None:
    over = work("over", 155, crew=2, only=(POSSESSION,))
    others = tuple(work(f"d{n}", 300) for n in range(10))
    given = made(PAIR, (over, *others), night=Night(rest_min=180))
    plan = planned(given)
    assert sum(len(tour.stops) for tour in plan.tours if not tour.night) == 10
    assert codes(structs.replace(given, rules=structs.replace(given.rules, night=Night())), plan) == {"rest"}


def test_no_more_nights_than_allowed() -> None:
    nights = [
        Span(MONDAY + timedelta(days=n), MONDAY + timedelta(days=n), "possession", 1470, 1650) for n in range(4)
    ]
    works = tuple(work(f"n{n}", 155, crew=2, only=(span,)) for n, span in enumerate(nights))
    given = made(PAIR, works)
    plan = planned(given)
    assert sum(tour.night for tour in plan.tours) == 2
    # the nights of their two shifts, or two more people who may go
    assert {left.code for left in plan.left} == {"permit"}
    more = structs.replace(given, people=(*PAIR, person("c"), person("d")))
    assert len(planned(more).left) == 2
    free = structs.replace(more, people=tuple(structs.replace(one, nights=True) for one in more.people))
    assert planned(free).left == ()
    wide = structs.replace(given, rules=structs.replace(given.rules, night=Night(most_in_7_days=4)))
    assert planned(wide).left == ()
    assert "nights" in codes(given, planned(wide))


def test_what_a_night_cannot_hold_says_why() -> None:
    short = work("short", 155, crew=2, only=(structs.replace(POSSESSION, end_min=1600),))
    plan = planned(made(PAIR, (short,)))
    assert [left.code for left in plan.left] == ["hours"]
    # the smallest change named places it
    wider = structs.replace(short, only=(structs.replace(POSSESSION, end_min=1625),))
    assert planned(made(PAIR, (wider,))).left == ()
    lone = planned(made((PAIR[0], person("b")), (work("over", 155, crew=2, only=(POSSESSION,)),)))
    assert [(left.code, left.day, left.people) for left in lone.left] == [
        ("night+night_person", THURSDAY, ("a", "b"))
    ]  # fmt: skip
    # the last lawful day ends at midnight: the possession after it is too late
    late = work("late", 155, crew=2, last=THURSDAY, only=(POSSESSION,))
    given = made(PAIR, (late,))
    assert planned(given).tours == ()


def test_a_night_longer_than_six_hours_has_a_break() -> None:
    both = [Span(THURSDAY, THURSDAY, "possession", low, high) for low, high in ((1290, 1410), (1600, 1720))]
    works = tuple(work(f"n{n}", 110, only=(span,)) for n, span in enumerate(both))
    [tour] = planned(made((PAIR[0],), works)).tours
    assert tour.stops[1].arrive - tour.stops[0].leave >= 60
    tight = work("tight", 390, only=(Span(THURSDAY, THURSDAY, "possession", 1290, 1700),))
    assert planned(made((PAIR[0],), (tight,))).tours[0].back - 1290 >= 390
    full = work("full", 440, only=(Span(THURSDAY, THURSDAY, "possession", 1270, 1740),))
    assert planned(made((PAIR[0],), (full,))).tours == ()


def test_half_a_day_off() -> None:
    morning = Span(MONDAY, MONDAY, "training", 0, 780)
    given = made((person("a", away=(morning,)),), tuple(work(f"w{n}", 120, last=MONDAY) for n in range(4)))
    plan = planned(given)
    [tour] = plan.tours
    assert [(stop.arrive, stop.leave) for stop in tour.stops] == [(780, 1020)]  # two at one place
    assert "away" in codes(
        structs.replace(given, people=(person("a", away=(Span(MONDAY, MONDAY, "x", 1000, 1010),)),)), plan
    )


def test_the_rest_after_last_weeks_night_counts() -> None:
    sunday = MONDAY - timedelta(days=1)
    tour = Tour(day=sunday, night=True, people=("a",), start=1470, back=1700, drive=0, stops=(
        Stop(("x",), 1470, 1700, 0),
    ))  # fmt: skip
    before = DayPlan(first=MONDAY - timedelta(days=7), last=sunday, tours=(tour,))
    given = structs.replace(made(PAIR[:1], (work("w", 60),)), previous=before)
    assert {tour.day for tour in planned(given).tours} & {MONDAY} == set()
    early = structs.replace(tour, day=MONDAY, night=False, start=510, back=570, stops=(Stop(("w",), 510, 570, 0),))
    assert codes(given, DayPlan(first=MONDAY, last=given.last, tours=(early,))) == {"rest"}


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_drawn_passes_the_checker(seed: int) -> None:
    given = with_hours(roster(seed, works=30 + 10 * seed, people=3 + seed), seed)
    for variant in (0, 1):
        laid = desk(given, OFFICE, variant)
        routes, _ = improve_routes(laid.routing, 0.0, seed, 300)
        assert all(fits(laid.routing, route, rows) for route, rows in routes.items())
    plan = planned(given, 400)
    placed = {code for tour in plan.tours for stop in tour.stops for code in stop.works}
    assert placed | {left.work for left in plan.left} == {one.id for one in given.work}
    again = structs.replace(given, previous=plan)
    assert plan_days(again, OFFICE, 0.0, 2, workers=1, iterations=200).faults == ()


def test_nights_are_opened_only_for_what_cannot_wait() -> None:
    rests = work(
        "rests", 155, crew=2, last=date(2027, 12, 31), only=(structs.replace(POSSESSION, last=date(2027, 3, 31)),)
    )
    assert night_shifts(made(PAIR, (rests,)), OFFICE) == []
    assert len(night_shifts(made(PAIR, (rests, work("over", 60, only=(POSSESSION,)))), OFFICE)) == 1
    plan = planned(made(PAIR, (rests, work("over", 60, crew=2, only=(POSSESSION,)))))
    assert {code for tour in plan.tours for stop in tour.stops for code in stop.works} == {"rests", "over"}


def test_the_checker_sees_what_is_wrong_by_night() -> None:
    given = made((*PAIR, person("c")), (work("over", 155, crew=2, only=(POSSESSION,)), work("plain", 60)))
    plan = planned(given)
    night = next(tour for tour in plan.tours if tour.night)
    rest = tuple(tour for tour in plan.tours if not tour.night)

    def spoil(tour: Tour, on: Roster = given) -> set[str]:
        return codes(on, structs.replace(plan, tours=(*rest, tour)))

    assert spoil(night) == set()
    [stop] = night.stops
    early = structs.replace(night, start=1400, stops=(structs.replace(stop, arrive=1469),))
    assert spoil(early) == {"not_hours"}
    assert spoil(structs.replace(night, back=1741)) == {"too_long"}
    assert spoil(structs.replace(night, start=1259)) >= {"too_soon"}
    assert "night_person" in spoil(structs.replace(night, people=("a", "c")))
    assert "not_by_night" in spoil(
        structs.replace(night, stops=(*night.stops, Stop(("plain",), 1625, 1685, 0)), back=1685)
    )
    assert "too_long" in spoil(structs.replace(night, night=False))
    moved = change(
        given, plan, Change(kind="move", work="plain", day=THURSDAY + timedelta(days=1), person="a"), OFFICE
    )
    assert "rest" in {fault.code for fault in moved.faults}
    other = change(given, plan, Change(kind="move", work="over", day=THURSDAY, person="c"), OFFICE)
    # c takes one of the two along who had the night
    assert {fault.code for fault in other.faults} == {"night_person"}
    led = tour_of(other.plan, "over")
    assert led is not None
    assert led.people == ("c", "a")
    # a night that the railway does not give is said to be none
    early = change(
        given, plan, Change(kind="move", work="over", day=THURSDAY - timedelta(days=1), person="a"), OFFICE
    )
    assert {fault.code for fault in early.faults} == {"no_permit"}
    away = structs.replace(given, people=tuple(
        structs.replace(one, away=(Span(THURSDAY + timedelta(days=1), THURSDAY + timedelta(days=1), "leave"),))
        for one in given.people
    ))  # fmt: skip
    assert "away" in spoil(night, away)


def _span(first: int, days: int, hours: tuple[int | None, int | None]) -> Span:
    return Span(MONDAY + timedelta(days=first), MONDAY + timedelta(days=first + days), "", *hours)


def _hours(start: int, length: int) -> tuple[int | None, int | None]:
    return start, start + length


NONE: tuple[int | None, int | None] = (None, None)
hours = st.just(NONE) | st.builds(_hours, st.integers(0, 2000), st.integers(1, 880))
spans = st.builds(_span, st.integers(-3, 3), st.integers(0, 3), hours)


@settings(max_examples=150, deadline=None)
@drawn(st.lists(spans, max_size=3), st.lists(spans, max_size=3), st.integers(-2, 2), st.integers(0, 3))
def test_open_minutes_are_those_of_a_slow_look(only: list[Span], never: list[Span], first: int, length: int) -> None:
    one = work("w", only=tuple(only), never=tuple(never), first=MONDAY + timedelta(days=first),
               last=MONDAY + timedelta(days=first + length))  # fmt: skip
    given = made((), (one,))
    held = [minute for low, high in open_minutes(one, MONDAY, given) for minute in range(low, high)]

    def inside(span: Span, minute: int) -> bool:
        for day in range(-1, 2):
            start = day * 1440 + (span.start_min or 0)
            end = day * 1440 + (1440 if span.end_min is None else span.end_min)
            if span.first <= MONDAY + timedelta(days=day) <= span.last and start <= minute < end:
                return True
        return False

    def may(minute: int) -> bool:
        day = MONDAY + timedelta(days=minute // 1440)
        lawful = one.first <= day and (day <= one.last or one.last < given.first)
        permitted = not only or any(inside(span, minute) for span in only)
        return lawful and permitted and not any(inside(span, minute) for span in never)

    assert held == [minute for minute in range(2880) if may(minute)]


def test_the_list_of_what_is_left_names_the_night() -> None:
    given = made((person("a"),), (work("over", 155, crew=2, only=(POSSESSION,)),))
    laid = desk(given, OFFICE)
    plan = with_left(laid, {}, DayPlan(first=MONDAY, last=given.last, tours=()))
    assert plan.left[0].code.startswith("night")
    assert plan.left[0].day == THURSDAY
