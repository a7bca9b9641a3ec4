"""A thousand lives of septic systems against a second reading of the Act, and what must hold for every life."""

import random
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from tests.core.duties import oracle
from tests.core.duties.strategies import CLASSES, DAYS, PROCESSES, facts

from gunmane.core.calendar import add_interval, fiscal_year_end
from gunmane.core.duties.engine import PENDING, State, due_items
from gunmane.core.duties.facts import AssetFacts, Event
from gunmane.core.duties.rules import EventKind, Timing
from gunmane.core.words import AssetClass
from gunmane.files.rules import rule_book

BOOK = rule_book()
ON = date(2026, 11, 23)
AWKWARD = [date(2024, 2, 29), date(2025, 8, 31), date(2025, 10, 31), date(2026, 2, 28), date(2026, 3, 31),
           date(2026, 4, 1), date(2019, 4, 30), date(2019, 5, 1), date(2006, 1, 31), date(2006, 2, 1),
           date(1989, 1, 7), date(1989, 1, 8), date(2025, 11, 30)]  # fmt: skip


def life_story(rng: random.Random) -> tuple[dict[str, Any], list[dict[str, Any]], date]:
    """Attributes, events and the day asked about; most lives run as they should, some lack or mix up things."""
    attributes = {
        "treatment": rng.choice(["single", "combined", "combined", None]),
        "process": rng.choice([*PROCESSES[:-1], None]),
        "capacity_persons": rng.choice([5, 7, 10, 20, 21, 50, 51, 200, 300, 301, None]),
        "advanced_unit": rng.choice([True, False, None]),
        "flow_equalisation": rng.choice([True, False, None]),
    }
    start = rng.choice(
        [ON - timedelta(rng.randrange(12000)), ON - timedelta(rng.randrange(800)), rng.choice(AWKWARD)]
    )
    events: list[dict[str, Any]] = []

    def add(kind: str, day: date, duty: str | None = None) -> None:
        events.append({"kind": kind, "on": day, "duty": duty})

    if rng.random() < 0.9:
        add("start_of_use", start)
    if rng.random() < 0.7:
        add("inspection", start + timedelta(rng.randrange(40, 330)), "septic.article7")
    for kind, duty, gap in (
        ("inspection", "septic.article11", 365),
        ("maintenance", None, 110),
        ("cleaning", None, 365),
    ):
        day = max(start, ON - timedelta(1500)) + timedelta(rng.randrange(400))
        while day < ON + timedelta(200) and rng.random() < 0.8:
            add(kind, day, duty)
            day += timedelta(max(1, round(rng.gauss(gap, gap / 6))))
    for kind, chance in (("suspended", 0.2), ("resumed", 0.15), ("abolished", 0.05), ("replaced", 0.05),
                         ("structure_changed", 0.05), ("start_of_use", 0.05)):  # fmt: skip
        if rng.random() < chance:
            add(kind, rng.choice([start + timedelta(rng.randrange(1, 4000)), ON - timedelta(rng.randrange(900))]))
    for _ in range(rng.randrange(3)):
        add(rng.choice(["maintenance", "cleaning"]), rng.choice(AWKWARD))
    rng.shuffle(events)
    on = rng.choice([ON, ON + timedelta(rng.randrange(-800, 800)), rng.choice(AWKWARD)])
    return {name: value for name, value in attributes.items() if value is not None}, events, on


@pytest.mark.parametrize("seed", range(10))
def test_a_hundred_lives_agree_with_the_oracle(seed: int) -> None:
    rng = random.Random(seed)
    for number in range(100):
        attributes, events, on = life_story(rng)
        known = [event for event in events if not (event["kind"] == "start_of_use" and event["on"] > on)]
        story = AssetFacts(
            f"{seed}-{number}",
            AssetClass.SEPTIC,
            "042064",
            attributes,
            tuple(Event(EventKind(event["kind"]), event["on"], event["duty"]) for event in known),
        )
        found = {item.duty: item for item in due_items(story, on, BOOK)}
        for duty, (state, opens, soft, due) in oracle.expected(attributes, known, on).items():
            item = found[duty]
            assert (item.state.value, item.window_open, item.due_soft, item.due) == (state, opens, soft, due), (
                duty,
                on,
                sorted((event["on"], event["kind"], event["duty"]) for event in known),
            )


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_what_holds_for_every_life(data: st.DataObject) -> None:
    story, on = data.draw(CLASSES.flatmap(facts)), data.draw(DAYS)
    items = due_items(story, on, BOOK)
    assert due_items(story, on, BOOK) == items
    shuffled = structs.replace(story, events=tuple(sorted(story.events, key=lambda event: event.on)))
    assert due_items(shuffled, on, BOOK) == items
    assert len({item.duty for item in items}) == len(items)
    for item in items:
        dated = item.due is not None or item.duty == "sewer.special_survey"
        assert dated or item.state not in PENDING
        if item.state in (State.SUSPENDED, State.UNKNOWN_ANCHOR):
            assert item.due is None
        if item.state is State.OVERDUE:
            assert item.due is not None
            assert on > item.due
        if item.state is State.IN_WINDOW:
            assert (item.window_open or on) <= on <= (item.due or on)
        if item.window_open is not None and item.due is not None:
            assert item.window_open <= item.due
        if item.due_soft is not None and item.due is not None:
            assert item.due_soft <= item.due


LAWFUL_MONTHS = {"septic.maintenance": 6, "septic.cleaning": 12, "sewer.corrosion": 60}


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_interval_exceeds_the_lawful_maximum(data: st.DataObject) -> None:
    """Whatever local rows say, the statute's last day stands."""
    longer = tuple(
        structs.replace(rule, id=f"local-{rule.id}", owners=("042064",), kind="local", first=Timing(amount=99))
        for rule in BOOK.rules
        if rule.duty in LAWFUL_MONTHS and rule.first is not None and rule.first.amount is not None
    )
    book = structs.replace(BOOK, rules=(*longer, *BOOK.rules))
    asset_class = data.draw(st.sampled_from([AssetClass.SEPTIC, AssetClass.SEWER_PIPE]))
    story, on = data.draw(facts(asset_class)), data.draw(DAYS)
    for item in due_items(story, on, book):
        months = LAWFUL_MONTHS.get(item.duty)
        if months and item.due is not None and item.anchor is not None and item.anchor.on >= date(2021, 4, 1):
            assert item.due <= add_interval(item.anchor.on, months, "month")
        if item.duty == "septic.article11" and item.due is not None and item.anchor is not None:
            assert item.due <= fiscal_year_end(item.anchor.on.year + 1)


def test_asking_later_never_changes_a_date_that_has_no_new_fact() -> None:
    rng = random.Random(99)
    for _ in range(100):
        attributes, events, _ = life_story(rng)
        past = tuple(
            Event(EventKind(event["kind"]), event["on"], event["duty"]) for event in events if event["on"] <= ON
        )
        story = AssetFacts("a", AssetClass.SEPTIC, "042064", attributes, past)
        now = {item.duty: item for item in due_items(story, ON, BOOK)}
        later = {item.duty: item for item in due_items(story, ON + timedelta(30), BOOK)}
        assert {duty: item.due for duty, item in now.items()} == {duty: item.due for duty, item in later.items()}
