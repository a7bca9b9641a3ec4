"""Life stories whose dates were worked out by hand from the articles."""

from datetime import date
from typing import Any

import pytest

from gunmane.core.duties.engine import DueItem, State, due_items
from gunmane.core.errors import GunmaneError
from gunmane.files.rules import rule_book
from gunmane.files.stories import read_stories

BOOK = rule_book()

COMBINED = {"treatment": "combined", "process": "anaerobic_filter_contact_aeration", "capacity_persons": 5}


def story(asset_class: str, attributes: dict[str, Any], *events: tuple[str, ...], owner: str = "042064") -> list[Any]:
    """One life story; an event is (kind, day), (kind, day, duty) or (kind, day, duty, grade)."""
    rows = [dict(zip(("kind", "on", "duty", "grade"), event, strict=False)) for event in events]
    rows = [{key: value for key, value in row.items() if value} for row in rows]
    return [{"id": "a", "asset_class": asset_class, "owner": owner, "attributes": attributes, "events": rows}]


def duties(document: list[Any], on: str, book: Any = BOOK) -> dict[str, DueItem]:
    (facts,) = read_stories(document, book)
    return {item.duty: item for item in due_items(facts, date.fromisoformat(on), book)}


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


@pytest.mark.parametrize(
    ("start", "opens", "closes"),
    [
        ("2026-04-01", "2026-07-02", "2026-12-01"),
        ("2026-11-30", "2027-03-01", "2027-07-31"),
        ("2026-08-31", "2026-12-01", "2027-04-30"),
        ("2027-11-29", "2028-03-01", "2028-07-31"),
        ("2027-11-28", "2028-02-29", "2028-07-28"),
        ("2006-02-01", "2006-05-02", "2006-10-01"),
        ("2006-01-31", "2006-08-01", "2006-09-30"),
    ],
)
def test_article7_window(start: str, opens: str, closes: str) -> None:
    item = duties(story("septic", COMBINED, ("start_of_use", start)), "2028-12-31")["septic.article7"]
    assert (item.window_open, item.due) == (day(opens), day(closes))
    assert item.state is State.OVERDUE


@pytest.mark.parametrize(
    ("on", "state"),
    [
        ("2026-07-01", State.DUE),
        ("2026-07-02", State.IN_WINDOW),
        ("2026-12-01", State.IN_WINDOW),
        ("2026-12-02", State.OVERDUE),
    ],
)
def test_article7_states_and_article11_waits(on: str, state: State) -> None:
    found = duties(story("septic", COMBINED, ("start_of_use", "2026-04-01")), on)
    assert found["septic.article7"].state is state
    assert found["septic.article11"].state is State.WAIVED


def test_an_inspection_before_the_window_does_not_fulfil_article7() -> None:
    early = story("septic", COMBINED, ("start_of_use", "2026-04-01"), ("inspection", "2026-06-30", "septic.article7"))
    found = duties(early, "2026-08-01")
    assert found["septic.article7"].state is State.IN_WINDOW
    late = story("septic", COMBINED, ("start_of_use", "2026-04-01"), ("inspection", "2027-01-15", "septic.article7"))
    found = duties(late, "2027-02-01")
    assert found["septic.article7"].state is State.DONE
    eleven = found["septic.article11"]
    assert (eleven.window_open, eleven.due_soft, eleven.due) == (
        date(2027, 4, 1),
        date(2028, 1, 15),
        date(2028, 3, 31),
    )


def test_article11_in_its_three_modes() -> None:
    events = (
        ("start_of_use", "2015-04-01"),
        ("inspection", "2015-09-01", "septic.article7"),
        ("inspection", "2026-02-10", "septic.article11"),
    )
    by_year = duties(story("septic", COMBINED, *events), "2026-03-01")["septic.article11"]
    assert (by_year.state, by_year.window_open, by_year.due_soft, by_year.due) == (
        State.DUE,
        date(2026, 4, 1),
        date(2027, 2, 10),
        date(2027, 3, 31),
    )
    by_month = duties(story("septic", {**COMBINED, "inspection_month": 9}, *events), "2026-03-01")["septic.article11"]
    assert (by_month.window_open, by_month.due) == (date(2026, 9, 1), date(2026, 9, 30))


@pytest.mark.parametrize(
    ("attributes", "due"),
    [
        ({"treatment": "single", "process": "full_aeration", "capacity_persons": 20}, "2026-04-15"),
        ({"treatment": "single", "process": "full_aeration", "capacity_persons": 21}, "2026-03-15"),
        ({"treatment": "single", "process": "full_aeration", "capacity_persons": 301}, "2026-02-15"),
        ({"treatment": "single", "process": "separated_aeration", "capacity_persons": 20}, "2026-05-15"),
        ({"treatment": "single", "process": "simple_aeration", "capacity_persons": 300}, "2026-04-15"),
        ({"treatment": "single", "process": "separated_contact_aeration", "capacity_persons": 301}, "2026-03-15"),
        ({"treatment": "single", "process": "flat_oxidation_bed"}, "2026-07-15"),
        (COMBINED, "2026-05-15"),
        ({**COMBINED, "capacity_persons": 21}, "2026-04-15"),
        ({**COMBINED, "capacity_persons": 51}, ""),
        ({**COMBINED, "process": "activated_sludge"}, "2026-01-22"),
        ({**COMBINED, "process": "contact_aeration", "advanced_unit": True}, "2026-01-22"),
        ({**COMBINED, "process": "contact_aeration", "flow_equalisation": True}, "2026-01-29"),
        ({**COMBINED, "process": "rotating_disc", "capacity_persons": 200}, "2026-04-15"),
        ({"treatment": "combined"}, ""),
        ({**COMBINED, "maintenance_weeks": 8}, "2026-03-12"),
        ({**COMBINED, "maintenance_weeks": 52}, "2026-05-15"),
        ({**COMBINED, "maintenance_weeks": 0}, ""),
    ],
)
def test_maintenance_table(attributes: dict[str, Any], due: str) -> None:
    events = (("start_of_use", "2020-04-01"), ("maintenance", "2026-01-15"))
    item = duties(story("septic", attributes, *events), "2026-01-20")["septic.maintenance"]
    assert item.due == day(due)
    assert item.state is (State.IN_WINDOW if due else State.UNKNOWN_ANCHOR)


def test_cleaning_is_yearly_and_half_yearly_for_full_aeration() -> None:
    events = (("start_of_use", "2020-04-01"), ("cleaning", "2026-08-31"))
    assert duties(story("septic", COMBINED, *events), "2026-09-01")["septic.cleaning"].due == date(2027, 8, 31)
    full = {"treatment": "single", "process": "full_aeration", "capacity_persons": 5}
    assert duties(story("septic", full, *events), "2026-09-01")["septic.cleaning"].due == date(2027, 2, 28)


def test_suspension_stops_and_resumption_restarts_the_clocks() -> None:
    events = (
        ("start_of_use", "2015-04-01"),
        ("inspection", "2015-09-01", "septic.article7"),
        ("cleaning", "2024-05-01"),
        ("suspended", "2024-05-10"),
    )
    found = duties(story("septic", COMBINED, *events), "2026-06-01")
    for duty in ("septic.article11", "septic.maintenance", "septic.cleaning"):
        assert found[duty].state is State.SUSPENDED
    assert found["septic.article7"].state is State.DONE
    found = duties(story("septic", COMBINED, *events, ("resumed", "2026-04-05")), "2026-06-01")
    assert found["septic.maintenance"].due == date(2026, 8, 5)
    assert found["septic.cleaning"].due == date(2027, 4, 5)
    assert found["septic.maintenance_before_resumption"].state is State.OVERDUE
    before = (*events, ("maintenance", "2026-04-04"), ("resumed", "2026-04-05"))
    assert (
        duties(story("septic", COMBINED, *before), "2026-06-01")["septic.maintenance_before_resumption"].state
        is State.DONE
    )
    # 5 May is a holiday, 6 May its substitute (3 May is a Sunday): the filing moves to Thursday
    assert found["septic.resumption_report"].due_soft == date(2026, 5, 5)
    assert found["septic.resumption_report"].due == date(2026, 5, 7)


def test_abolition_ends_everything_but_its_report() -> None:
    found = duties(
        story("septic", COMBINED, ("start_of_use", "2015-04-01"), ("abolished", "2026-05-01")), "2026-06-05"
    )
    assert found["septic.maintenance"].state is State.WAIVED
    assert found["septic.abolition_report"].due_soft == date(2026, 5, 31)
    assert found["septic.abolition_report"].due == date(2026, 6, 1)
    assert found["septic.abolition_report"].state is State.OVERDUE


def test_a_tank_of_unknown_start_is_listed_and_an_unused_one_has_no_window() -> None:
    found = duties(story("septic", COMBINED, ("installed", "2026-01-05")), "2026-06-01")
    listed = ("septic.article7", "septic.article11", "septic.maintenance", "septic.cleaning", "septic.start_report")
    assert {found[duty].state for duty in listed} == {State.UNKNOWN_ANCHOR}
    found = duties(story("septic", COMBINED, ("start_planned", "2026-07-01")), "2026-06-01")
    assert {found[duty].state for duty in listed} == {State.WAIVED}
    assert found["septic.maintenance_before_use"].due == date(2026, 7, 1)


def test_replacement_asks_for_a_new_start() -> None:
    events = (
        ("start_of_use", "2015-04-01"),
        ("inspection", "2015-09-01", "septic.article7"),
        ("replaced", "2026-01-10"),
    )
    assert duties(story("septic", COMBINED, *events), "2026-06-01")["septic.article7"].state is State.UNKNOWN_ANCHOR
    found = duties(story("septic", COMBINED, *events, ("start_of_use", "2026-02-01")), "2026-06-01")
    assert found["septic.article7"].due == date(2026, 10, 1)


def test_notice_of_installation() -> None:
    planned = ("work_planned", "2026-09-30")
    assert duties(story("septic", COMBINED, planned), "2026-06-01")["septic.installation_notice"].due == date(
        2026, 9, 9
    )
    approved = {**COMBINED, "type_approved": True}
    assert duties(story("septic", approved, planned), "2026-06-01")["septic.installation_notice"].due == date(
        2026, 9, 20
    )


@pytest.mark.parametrize(
    ("on", "state"),
    [
        ("2026-03-31", State.DUE),
        ("2026-12-01", State.IN_WINDOW),
        ("2027-03-31", State.IN_WINDOW),
        ("2027-04-01", State.OVERDUE),
    ],
)
def test_bridge_round_has_a_soft_and_a_hard_day(on: str, state: State) -> None:
    bridge = story("bridge", {"length_m": 2.0}, ("inspection", "2021-11-10", "road.periodic", "II"))
    item = duties(bridge, on)["road.periodic"]
    assert (item.due_soft, item.due, item.state) == (date(2026, 11, 10), date(2027, 3, 31), state)


def test_bridges_short_new_old_and_unknown() -> None:
    assert duties(story("bridge", {"length_m": 1.99}), "2026-12-01") == {}
    assert duties(story("bridge", {"length_m": 30.0}), "2026-12-01")["road.periodic"].state is State.UNKNOWN_ANCHOR
    old = duties(story("bridge", {"length_m": 30.0}, ("opened", "1975-04-01")), "2026-12-01")["road.periodic"]
    assert old.state is State.UNKNOWN_ANCHOR
    new = duties(story("bridge", {"length_m": 30.0}, ("opened", "2025-04-01")), "2026-12-01")["road.periodic"]
    assert (new.due, new.status.value) == (date(2027, 4, 1), "unverified")
    before = duties(story("bridge", {}, ("inspection", "2010-06-01")), "2018-06-01")["road.periodic"]
    assert before.due == date(2019, 3, 31)


def test_a_second_finding_does_not_put_off_the_measure() -> None:
    events = (
        ("inspection", "2019-06-01", "road.periodic", "III"),
        ("inspection", "2024-05-01", "road.periodic", "III"),
    )
    assert duties(story("bridge", {}, *events), "2024-12-01")["road.measure"].due == date(2025, 3, 31)
    repaired = (events[0], ("repaired", "2022-01-01"), events[1])
    assert duties(story("bridge", {}, *repaired), "2024-12-01")["road.measure"].due == date(2030, 3, 31)
    done = duties(story("bridge", {}, *events, ("repaired", "2024-06-01")), "2024-12-01")["road.measure"]
    assert done.state is State.DONE
    urgent = duties(story("bridge", {}, ("inspection", "2026-05-01", "", "IV")), "2026-05-02")["road.measure"]
    assert (urgent.due, urgent.state) == (date(2026, 5, 1), State.OVERDUE)


def test_pavement_by_class() -> None:
    last = ("inspection", "2022-10-01", "road.pavement")
    assert duties(story("pavement", {"road_class": "B"}, last), "2026-12-01")["road.pavement"].due == date(
        2028, 3, 31
    )
    by_manager = duties(story("pavement", {"road_class": "C"}, last), "2026-12-01")["road.pavement"]
    assert (by_manager.state, by_manager.missing) == (State.UNKNOWN_ANCHOR, ("interval",))
    set_cycle = {"road_class": "C", "inspection_cycle_years": 8}
    assert duties(story("pavement", set_cycle, last), "2026-12-01")["road.pavement"].due == date(2031, 3, 31)
    assert duties(story("pavement", {"road_class": "D"}), "2026-12-01")["road.pavement"].state is State.WAIVED
    unknown = duties(story("pavement", {}, last), "2026-12-01")["road.pavement"]
    assert (unknown.state, unknown.missing) == (State.UNKNOWN_ANCHOR, ("road_class",))


def test_sewers_special_survey_and_its_clocks() -> None:
    large = {"diameter_mm": 2000, "built_year": 1994}
    assert duties(story("sewer_pipe", large), "2026-01-01")["sewer.special_survey"].state is State.IN_WINDOW
    assert "sewer.special_survey" not in duties(story("sewer_pipe", {**large, "diameter_mm": 1999}), "2026-01-01")
    assert "sewer.special_survey" not in duties(story("sewer_pipe", {**large, "built_year": 1995}), "2026-01-01")
    unknown = duties(story("sewer_pipe", {"diameter_mm": 2000}), "2026-01-01")["sewer.special_survey"]
    assert (unknown.state, unknown.missing) == (State.UNKNOWN_ANCHOR, ("built_year",))
    box = duties(story("sewer_pipe", {"box_width_mm": 2500, "built_year": 1980}), "2026-01-01")[
        "sewer.special_survey"
    ]
    assert box.state is State.UNKNOWN_ANCHOR
    surveyed = ("inspection", "2025-07-01", "sewer.special_survey")
    found = duties(story("sewer_pipe", large, surveyed), "2026-01-01")
    assert found["sewer.special_survey"].state is State.DONE
    assert found["sewer.repair"].missing == ("grade",)
    for grade, due in (("I", date(2026, 9, 1)), ("II", date(2030, 9, 1))):
        judged = ("judged", "2025-09-01", "sewer.special_survey", grade)
        assert duties(story("sewer_pipe", large, surveyed, judged), "2026-01-01")["sewer.repair"].due == due
    judged = ("judged", "2025-09-01", "sewer.special_survey", "III")
    assert "sewer.repair" not in duties(story("sewer_pipe", large, surveyed, judged), "2026-01-01")


def test_corrosion_prone_sewers_and_draft_rules_switched_off() -> None:
    pipe = {"corrosion_prone": True, "important": True}
    last = ("inspection", "2021-06-15", "sewer.corrosion")
    found = duties(story("sewer_pipe", pipe, last), "2026-06-16")
    assert (found["sewer.corrosion"].due, found["sewer.corrosion"].state) == (date(2026, 6, 15), State.OVERDUE)
    assert "sewer.important" not in found
    tried = duties(story("sewer_pipe", pipe, last), "2026-06-16", BOOK.what_if(date(2027, 4, 1)))
    assert tried["sewer.important"].due == date(2031, 6, 15)
    assert "draft" in tried["sewer.important"].reason_en


def test_occupancy_reports_from_april_2026() -> None:
    permit = (("permit_granted", "2024-04-01"), ("permit_expires", "2034-03-31"))
    found = duties(story("water_pipe", {}, *permit), "2026-06-01")
    assert found["road.occupancy_five_years"].due == date(2029, 4, 1)
    assert found["road.occupancy_renewal"].due == date(2034, 3, 31)
    short = (("permit_granted", "2024-04-01"), ("permit_expires", "2029-03-31"))
    assert "road.occupancy_five_years" not in duties(story("water_pipe", {}, *short), "2026-06-01")
    assert "road.occupancy_renewal" not in duties(story("water_pipe", {}, *permit), "2026-03-31")
    past = (("permit_granted", "2020-04-01"), ("permit_expires", "2030-03-31"))
    assert duties(story("water_pipe", {}, *past), "2026-06-01")["road.occupancy_five_years"].state is State.WAIVED
    unknown = duties(story("water_pipe", {"occupies_road": True}), "2026-06-01")["road.occupancy_renewal"]
    assert unknown.state is State.UNKNOWN_ANCHOR


def test_water_rules() -> None:
    found = duties(story("water_pipe", {"material": "CIP", "under_emergency_route": True}), "2026-06-01")
    assert found["water.cast_iron"].due == date(2031, 3, 31)
    crossing = duties(story("water_pipe", {"crossing": True}, ("inspection", "2024-05-31")), "2026-06-01")
    assert (crossing["water.crossing"].due, crossing["water.crossing"].status.value) == (
        date(2029, 5, 31),
        "unverified",
    )
    assert duties(story("water_pipe", {"material": "DIP", "under_emergency_route": True}), "2026-06-01") == {}


def test_what_is_not_known_yet_does_not_count() -> None:
    events = (("inspection", "2021-11-10", "road.periodic"), ("inspection", "2026-06-01", "road.periodic"))
    assert duties(story("bridge", {}, *events), "2026-05-31")["road.periodic"].due == date(2027, 3, 31)
    assert duties(story("bridge", {}, *events), "2026-06-01")["road.periodic"].due == date(2032, 3, 31)


def test_every_reason_is_complete_in_both_languages() -> None:
    found = duties(story("septic", COMBINED, ("start_of_use", "2026-04-01")), "2026-08-01")
    for item in found.values():
        for text in (item.reason_ja, item.reason_en):
            assert text
            assert "{" not in text
            assert "None" not in text
    assert "第7条" in found["septic.article7"].reason_ja
    assert "2 July 2026" in found["septic.article7"].reason_en
    for texts in (BOOK.ja, BOOK.en):
        assert BOOK.duties() == set(texts.duties)
    assert set(BOOK.ja.reasons) == set(BOOK.en.reasons)
    assert set(BOOK.ja.faults) == set(BOOK.en.faults)


def test_unknown_keys_are_refused_by_name() -> None:
    document = story("septic", {"procss": "x", "capacity_persons": "five"}, ("party", "2026-02-30"))
    document[0]["colour"] = 1
    document[0]["events"].append({"kind": "inspection", "duty": "septic.article8", "on": "2026-01-01", "x": 1})
    with pytest.raises(GunmaneError) as caught:
        read_stories(document, BOOK)
    places = {(fault.code, fault.at) for fault in caught.value.faults}
    assert places == {
        ("unknown_key", "/0/colour"),
        ("unknown_attribute", "/0/attributes/procss"),
        ("not_a_number", "/0/attributes/capacity_persons"),
        ("unknown_event", "/0/events/0/kind"),
        ("bad_date", "/0/events/0/on"),
        ("unknown_key", "/0/events/1/x"),
        ("unknown_duty", "/0/events/1/duty"),
    }
