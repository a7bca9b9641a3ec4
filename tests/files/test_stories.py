"""Life stories: spellings that are understood, values that are refused with their place, junk that breaks nothing."""
# ruff: noqa: E501 - a table is read by its rows

import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gunmane.core.duties.engine import due_items
from gunmane.core.duties.facts import AssetFacts, Event
from gunmane.core.duties.rules import EventKind
from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.words import AssetClass
from gunmane.files.rules import rule_book
from gunmane.files.stories import read_stories
from gunmane.files.storywords import ClassWords, story_words
from gunmane.resources import PACKAGE

BOOK = rule_book()


def read(asset_class: str, attributes: dict[str, Any] | None = None, *events: dict[str, Any]) -> AssetFacts:
    document = [{"id": "a", "asset_class": asset_class, "attributes": attributes, "events": list(events)}]
    return read_stories(document, BOOK)[0]


def refused(document: Any) -> set[tuple[str, str]]:
    with pytest.raises(GunmaneError) as caught:
        read_stories(document, BOOK)
    return {(fault.code, fault.at) for fault in caught.value.faults}


@pytest.mark.parametrize(
    ("asset_class", "name", "given", "wanted"),
    [
        ("septic", "treatment", "combined", "combined"),
        ("septic", "treatment", "合併処理浄化槽", "combined"),
        ("septic", "treatment", "みなし浄化槽", "single"),
        ("septic", "treatment", "Single type", "single"),
        ("septic", "process", "full_aeration", "full_aeration"),
        ("septic", "process", "全ばっ気方式", "full_aeration"),
        ("septic", "process", "全曝気", "full_aeration"),
        ("septic", "process", "Separated contact aeration", "separated_contact_aeration"),
        ("septic", "process", "separated contact", "separated_contact_aeration"),
        ("septic", "process", "anaerobic filter + contact", "anaerobic_filter_contact_aeration"),
        ("septic", "process", "anaerobic-filter-contact-aeration", "anaerobic_filter_contact_aeration"),
        ("septic", "process", "脱窒ろ床接触曝気方式", "denitrification_filter_contact_aeration"),
        ("septic", "process", "rotating disk", "rotating_disc"),
        ("septic", "process", "散水ろ床方式", "trickling_filter"),
        ("septic", "process", "underground sand filter", "underground_sand_filter"),
        ("septic", "process", "長時間ばっ気方式", "activated_sludge"),
        ("septic", "process", "オゾン接触酸化方式", "other"),
        ("septic", "process", "unknown", None),
        ("septic", "process", None, None),
        ("septic", "capacity_persons", 7, 7),
        ("septic", "capacity_persons", 7.0, 7),
        ("septic", "capacity_persons", "50人槽", 50),
        ("septic", "capacity_persons", "20人", 20),
        ("septic", "capacity_persons", 20.1, 21),
        ("septic", "capacity_persons", "約20人", None),
        ("septic", "capacity_persons", "不明", None),
        ("septic", "inspection_month", "6月", 6),
        ("septic", "maintenance_weeks", 0, 0),
        ("septic", "advanced_unit", "有", True),
        ("septic", "advanced_unit", 0, False),
        ("bridge", "length_m", 2, 2.0),
        ("bridge", "length_m", "12.5m", 12.5),
        ("bridge", "emergency_route", "第1次", 1),
        ("bridge", "emergency_route", False, 0),
        ("bridge", "built_year", "昭和50年度", 1975),
        ("bridge", "built_year", 0, None),
        ("bridge", "lanes", 2, 2),
        ("pavement", "road_class", "b", "B"),
        ("pavement", "road_class", "Class C", "C"),
        ("road_structure", "kind", "門型標識", "gantry"),
        ("road_structure", "kind", "照明灯", "light"),
        ("sewer_pipe", "diameter_mm", "2000", 2000),
        ("sewer_pipe", "corrosion_prone", "yes", True),
        ("sewer_pipe", "corrosion_prone", "腐食環境下", True),
        ("water_pipe", "material", "CIP", "cast_iron"),
        ("water_pipe", "material", "ductile iron pipe", "ductile_iron"),
        ("water_pipe", "under_emergency_route", "第2次", True),
        ("water_pipe", "crossing", "水管橋", True),
        ("treatment_plant", "kind", "浄水場", "water"),
        ("treatment_plant", "kind", "water treatment plant", "water"),
    ],
)
def test_spellings_that_are_understood(asset_class: str, name: str, given: Any, wanted: Any) -> None:
    assert read(asset_class, {name: given}).attributes.get(name) == wanted


@pytest.mark.parametrize(
    ("asset_class", "name", "given", "code"),
    [
        ("septic", "treatment", "triple", "unknown_value"),
        ("septic", "treatment", 1, "unknown_value"),
        ("septic", "process", "magic", "unknown_value"),
        ("septic", "capacity_persons", 0, "number_impossible"),
        ("septic", "capacity_persons", -5, "number_impossible"),
        pytest.param("septic", "capacity_persons", 10**400, "not_a_number", id="huge"),
        ("septic", "capacity_persons", "five", "not_a_number"),
        ("septic", "capacity_persons", True, "word_or_number_expected"),
        ("septic", "capacity_persons", [5], "word_or_number_expected"),
        ("septic", "inspection_month", 13, "number_impossible"),
        ("septic", "inspection_month", 0, "number_impossible"),
        ("septic", "maintenance_weeks", -1, "number_impossible"),
        ("septic", "use_started_on", "2026-02-30", "bad_date"),
        ("septic", "use_started_on", "2026-04", "bad_date"),
        ("septic", "advanced_unit", "maybe", "not_yes_or_no"),
        ("bridge", "length_m", -2.0, "number_impossible"),
        ("bridge", "length_m", float("nan"), "not_a_number"),
        ("bridge", "emergency_route", 4, "unknown_value"),
        ("bridge", "emergency_route", True, "emergency_route_order"),
        ("bridge", "built_year", 1066, "number_impossible"),
        ("bridge", "route", {"a": 1}, "word_or_number_expected"),
        ("pavement", "road_class", "E", "unknown_value"),
        ("road_structure", "kind", "water", "unknown_value"),
        ("sewer_pipe", "diameter_mm", 0, "number_impossible"),
        ("sewer_pipe", "diameter_mm", "1000x2000", "box_section"),
        ("water_pipe", "material", "cheese", "unknown_value"),
        ("water_pipe", "crossing", 5, "not_yes_or_no"),
        ("treatment_plant", "kind", "shed", "unknown_value"),
    ],
)
def test_values_that_mean_nothing_are_refused(asset_class: str, name: str, given: Any, code: str) -> None:
    assert refused([{"id": "a", "asset_class": asset_class, "attributes": {name: given}}]) == {
        (code, f"/0/attributes/{name}")
    }


def test_a_refusal_lists_what_can_be_given_in_both_languages() -> None:
    with pytest.raises(GunmaneError) as caught:
        read_stories([{"id": "a", "asset_class": "septic", "attributes": {"treatment": "combind"}}], BOOK)
    (fault,) = caught.value.faults
    for texts in (BOOK.ja, BOOK.en):
        sentence = texts.faults[fault.code].format(**fault.values)
        assert "combined (合併)" in sentence
        assert "→ combined?" in sentence


def test_several_faults_are_told_at_once_each_with_its_place() -> None:
    document = [
        {"id": "a", "asset_class": "septic", "attributes": {"treatment": "x", "capacity_persons": -1}, "events": [
            {"kind": "party", "on": "2026-01-01"}, {"kind": "inspection", "on": "2026-13-01", "grade": "great"},
            {"kind": "inspection", "duty": "road.periodic", "on": "2026-01-01"}, {"kind": "suspended", "on": None},
            {"kind": "cleaning", "on": "0202-04-01"}]},
        {"id": "b", "asset_class": "castle"},
        {"id": True, "asset_class": "bridge", "owner": 7, "events": {}},
    ]  # fmt: skip
    assert refused(document) == {
        ("unknown_value", "/0/attributes/treatment"),
        ("number_impossible", "/0/attributes/capacity_persons"),
        ("unknown_event", "/0/events/0/kind"),
        ("bad_date", "/0/events/1/on"),
        ("unknown_grade_of", "/0/events/1/grade"),
        ("unknown_duty", "/0/events/2/duty"),
        ("bad_date", "/0/events/3/on"),
        ("date_impossible", "/0/events/4/on"),
        ("unknown_class", "/1/asset_class"),
        ("text_expected", "/2/id"),
        ("text_expected", "/2/owner"),
        ("events_not_array", "/2/events"),
    }


@pytest.mark.parametrize(
    ("asset_class", "given", "wanted"),
    [
        ("septic", {"kind": "使用開始", "on": "令和8年4月1日"}, (EventKind.START_OF_USE, None, None)),
        ("septic", {"kind": "opened", "on": "R8.4.1"}, (EventKind.START_OF_USE, None, None)),
        ("bridge", {"kind": "start_of_use", "on": "2026/4/1"}, (EventKind.OPENED, None, None)),
        ("septic", {"kind": "検査", "duty": "7条検査", "on": "2026-04-01", "grade": "適"}, (EventKind.INSPECTION, "septic.article7", "適正")),
        ("septic", {"kind": "inspection", "duty": "article11", "on": "2026-04-01", "grade": "概ね適正"}, (EventKind.INSPECTION, "septic.article11", "おおむね適正")),
        ("septic", {"kind": "inspection", "duty": "septic.cleaning", "on": "2026-04-01"}, (EventKind.CLEANING, "septic.cleaning", None)),
        ("bridge", {"kind": "inspection", "on": "2026-04-01", "grade": 3}, (EventKind.INSPECTION, None, "III")),
        ("bridge", {"kind": "inspection", "on": "2026-04-01", "grade": "Ⅲ"}, (EventKind.INSPECTION, None, "III")),
        ("bridge", {"kind": "judged", "duty": "定期点検", "on": "2026-04-01", "grade": "iv"}, None),
        ("bridge", {"kind": "judged", "duty": "道路構造物の定期点検", "on": "2026-04-01", "grade": "緊急措置段階"}, (EventKind.JUDGED, "road.periodic", "IV")),
        ("bridge", {"kind": "inspection", "on": "2026-04-01", "grade": "未判定"}, (EventKind.INSPECTION, None, None)),
        ("sewer_pipe", {"kind": "judged", "duty": "sewer.special_survey", "on": "2026-04-01", "grade": "緊急度Ⅰ"}, (EventKind.JUDGED, "sewer.special_survey", "I")),
        ("sewer_pipe", {"kind": "judged", "duty": "sewer.soundness", "on": "2026-04-01", "grade": 3}, (EventKind.JUDGED, "sewer.soundness", "III")),
        ("sewer_pipe", {"kind": "judged", "on": "2026-04-01", "grade": "劣化なし"}, (EventKind.JUDGED, None, "none")),
        ("pavement", {"kind": "inspection", "on": "2026-04-01", "grade": "III-2"}, (EventKind.INSPECTION, None, "III")),
        ("water_pipe", {"kind": "inspection", "on": "2026-04-01", "grade": "良好"}, (EventKind.INSPECTION, None, "良好")),
        ("bridge", {"kind": "repaired", "on": "2026-04-01", "grade": "done well"}, (EventKind.REPAIRED, None, "done well")),
    ],
)  # fmt: skip
def test_events_in_words_of_ledgers(
    asset_class: str, given: dict[str, Any], wanted: tuple[EventKind, str | None, str | None] | None
) -> None:
    if wanted is None:
        assert refused([{"id": "a", "asset_class": asset_class, "events": [given]}]) == {
            ("unknown_duty", "/0/events/0/duty")
        }
        return
    (event,) = read(asset_class, {}, given).events
    assert (event.kind, event.duty, event.grade) == wanted
    assert event.on == date(2026, 4, 1)


def test_a_grade_of_another_system_is_kept_out_and_told() -> None:
    facts = read("bridge", {}, {"kind": "inspection", "on": "2026-04-01", "grade": "E1"})
    assert facts.events == (Event(EventKind.INSPECTION, date(2026, 4, 1)),)
    assert [remark.code for remark in facts.remarks] == ["grade_beside"]


def test_an_event_without_a_day_is_told_and_not_counted() -> None:
    facts = read("septic", {}, {"kind": "start_of_use", "on": None})
    assert facts.events == ()
    assert [remark.code for remark in facts.remarks] == ["undated"]


def test_every_code_has_a_sentence_in_both_languages() -> None:
    sources = "".join((PACKAGE / "files" / name).read_text("utf-8") for name in ("stories.py", "storywords.py"))
    codes = set(re.findall(r'Fault\(\s*"(\w+)"', sources)) - {"unknown_word"}
    assert len(codes) > 15
    for texts in (BOOK.ja, BOOK.en):
        assert codes <= {*texts.faults, *texts.remarks}
    assert BOOK.ja.remarks.keys() == BOOK.en.remarks.keys()


def test_every_word_of_the_file_leads_somewhere() -> None:
    words = ClassWords(AssetClass.SEPTIC)
    for kind, names in story_words().events.items():
        for name in names:
            found = words.kind(name)
            assert found is EventKind(kind) or (kind == "opened" and found is EventKind.START_OF_USE), name
    names = [name for group in story_words().events.values() for name in group]
    assert len(names) == len(set(names))


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["2026-04-01", "R8.4.1", "5人槽", "合併", "1e999", "約3", "10~20", "ⅠⅠ", "9999-12-31", "①"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_junk_is_read_or_refused_and_never_breaks(data: st.DataObject) -> None:
    asset_class = data.draw(st.sampled_from(list(AssetClass)))
    names = sorted(ClassWords(asset_class).names)
    attributes = data.draw(st.dictionaries(st.sampled_from(names), JUNK, max_size=4))
    event = st.fixed_dictionaries(
        {"kind": st.sampled_from([kind.value for kind in EventKind]) | JUNK, "on": st.dates().map(str) | JUNK},
        optional={"duty": JUNK, "grade": JUNK},
    )
    story = {"id": "a", "asset_class": asset_class.value, "attributes": attributes}
    story |= {"events": data.draw(st.lists(event, max_size=3))}
    faults, stories = list[Fault](), list[AssetFacts]()
    try:
        stories = read_stories([story, data.draw(JUNK)] if data.draw(st.booleans()) else [story], BOOK)
    except GunmaneError as error:
        faults = list(error.faults)
    for texts in (BOOK.ja, BOOK.en):
        assert all(texts.faults[fault.code].format_map({"hint": "", **fault.values}) for fault in faults)
    for facts in stories:
        due_items(facts, date(2026, 11, 24), BOOK)
