"""Grades in all their spellings, never across scales."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gunmane.core.errors import Fault
from gunmane.core.ledgers.grades import GradeReader
from gunmane.files.catalogue import Catalogue, catalogue


@pytest.mark.parametrize(
    ("scale", "text", "grade"),
    [
        ("road-soundness", "Ⅰ", "I"), ("road-soundness", "1", "I"), ("road-soundness", "2.0", "II"),
        ("road-soundness", "３", "III"), ("road-soundness", "iv", "IV"), ("road-soundness", "判定Ⅲ", "III"),
        ("road-soundness", "III 早期措置段階", "III"), ("road-soundness", "健全", "I"),
        ("road-soundness", "予防保全段階", "II"), ("road-soundness", "判定区分：Ⅱ", "II"),
        ("road-soundness", "健全性の診断の区分Ⅳ", "IV"), ("road-soundness", "Ⅲ（早期措置段階）", "III"),
        ("pavement-soundness", "Ⅲ-2", "III"), ("pavement-soundness", "修繕段階", "III"),
        ("sewer-urgency", "緊急度Ⅱ", "II"), ("sewer-urgency", "劣化なし", "none"), ("sewer-urgency", "3", "III"),
        ("septic-verdict", "概ね適正", "おおむね適正"), ("septic-verdict", "不適正", "不適正"),
        ("nbi", "7", "7"), ("nbi", "7.0", "7"), ("pci-class", "Very Poor", "Very Poor"), ("water-lof", "b", "B"),
    ],
)  # fmt: skip
def test_spellings_by_hand(words: Catalogue, scale: str, text: str, grade: str) -> None:
    assert GradeReader(words.scales[scale], words.lexicon)(text) == grade


@pytest.mark.parametrize("text", ["other", "-", "", "未点検", "不明", "―"])
def test_not_judged_is_unknown(words: Catalogue, text: str) -> None:
    assert GradeReader(words.scales["road-soundness"], words.lexicon)(text) is None


@pytest.mark.parametrize(
    ("scale", "text", "code"),
    [
        ("road-soundness", "緊急度Ⅱ", "grade_of_another_scale"),
        ("sewer-urgency", "健全度Ⅲ", "grade_of_another_scale"),
        ("road-soundness", "V", "unknown_grade"),
        ("road-soundness", "5", "unknown_grade"),
        ("road-soundness", "III 予防保全段階", "unknown_grade"),
        ("pavement-soundness", "IV", "unknown_grade"),
        ("road-soundness", "C1", "unknown_grade"),
    ],
)
def test_other_scales_and_contradictions_are_faults(words: Catalogue, scale: str, text: str, code: str) -> None:
    found = GradeReader(words.scales[scale], words.lexicon)(text)
    assert isinstance(found, Fault)
    assert found.code == code


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(sorted(catalogue().scales)), st.data())
def test_each_scale_reads_its_own_grades_and_names(code: str, data: st.DataObject) -> None:
    scale = catalogue().scales[code]
    index = data.draw(st.integers(0, len(scale.grades) - 1))
    reader = GradeReader(scale, catalogue().lexicon)
    assert reader(scale.grades[index]) == scale.grades[index]
    assert reader(scale.names_ja[index]) == scale.grades[index]
    assert reader(scale.names_en[index]) == scale.grades[index]


def test_the_same_numeral_means_opposite_things(words: Catalogue) -> None:
    road, sewer = words.scales["road-soundness"], words.scales["sewer-urgency"]
    first = GradeReader(road, words.lexicon)("Ⅰ"), GradeReader(sewer, words.lexicon)("Ⅰ")
    assert road.rank(first[0]) == 0
    assert sewer.rank(first[1]) == len(sewer.grades) - 1
