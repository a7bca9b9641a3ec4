"""Line breaking: both line ends, what is never split, full lines, nothing lost."""

import re
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gunmane.pdf import fonts
from gunmane.pdf.breaking import (
    NOT_AT_END,
    NOT_AT_START,
    SQUEEZE,
    Line,
    Span,
    atoms,
    longest_run,
    may_break,
    set_lines,
)
from gunmane.pdf.fonts import Face

# Default line-start and line-end prohibitions of Japanese in ECMA-376 (OOXML), an outside list to hold ours against.
OOXML_NOT_AT_START = set("!%),.:;?]}¢°’”‰′″℃、。々〉》」』】〕゛゜ゝゞ・ヽヾ！％），．：；？］｝｡｣､･ﾞﾟ￠")
OOXML_NOT_AT_END = set("$([{£¥‘“〈《「『【〔＄（［｛｢￡￥")

JAPANESE = st.text(
    "あいうっゃー々国道橋点検修繕の、。・「」（）『』〜％!?ァヶABCxyz0123456789 ,.¥…年度円", min_size=1, max_size=120
)


def lines_of(text: str, faces: dict[str, Face], width: float, *, justify: bool = True) -> list[Line]:
    return set_lines([Span(text, faces["text"])], width, justify=justify)


def test_the_prohibitions_contain_those_of_ooxml() -> None:
    assert set() == OOXML_NOT_AT_START - NOT_AT_START
    assert set() == OOXML_NOT_AT_END - NOT_AT_END
    assert not NOT_AT_START & NOT_AT_END


@given(text=JAPANESE, width=st.floats(8, 40))
@example(text="ああああああああ、。」", width=8.0)
@example(text="「「「「「「「「「「「「「「「「「「「「", width=8.0)
def test_no_line_begins_or_ends_with_what_must_not(faces: dict[str, Face], text: str, width: float) -> None:
    lines = lines_of(text, faces, width)
    for left, right in pairwise(lines):
        first, last = right.text[0], left.text[-1]
        # a run of prohibited characters that is longer than a line has to be cut somewhere
        if longest_run(atoms([Span(text, faces["text"])])) <= width:
            assert first not in NOT_AT_START, (left.text, right.text)
            assert last not in NOT_AT_END, (left.text, right.text)


@given(text=JAPANESE, width=st.floats(8, 40))
def test_nothing_is_lost_and_lines_fit(faces: dict[str, Face], text: str, width: float) -> None:
    lines = lines_of(text, faces, width)
    assert re.sub(r"\s", "", "".join(line.text for line in lines)) == re.sub(r"\s", "", text)
    for line in lines:
        cuttable = any(may_break(left, right) for left, right in pairwise(line.atoms))
        assert line.width <= width + 1e-6 or not cuttable, line.text


@given(text=JAPANESE, width=st.floats(12, 40))
def test_justified_lines_are_full(faces: dict[str, Face], text: str, width: float) -> None:
    for line in lines_of(text, faces, width)[:-1]:
        natural = sum(atom.width for atom in line.atoms)
        stretched = line.width - natural
        assert stretched > -(len(line.atoms) * SQUEEZE + 0.01)


@pytest.mark.parametrize(
    "unit",
    ["12,345橋", "令和8(2026)年度", "2026年3月31日", "123億4,567万円", "12.5%", "第11条", "約3,400基", "Chromium",
     "1,234.5km", "10〜20年", "……", "――", "表3-2", "R8.3.31", "令和元(2019)年度"],
)  # fmt: skip
def test_units_are_never_split(faces: dict[str, Face], unit: str) -> None:
    for shift in range(20):
        text = "国" * shift + unit + "道橋点検"
        assert sum(unit in line.text for line in lines_of(text, faces, 14)) == 1, shift


def test_a_line_takes_in_a_stop_by_squeezing(faces: dict[str, Face]) -> None:
    lines = lines_of("国" * 20 + "。国", faces, 20.2)
    assert [line.text for line in lines] == ["国" * 20 + "。", "国"]
    assert lines[0].width == pytest.approx(20.2)


def test_otherwise_the_character_before_goes_along(faces: dict[str, Face]) -> None:
    lines = lines_of("国" * 10 + "」。", faces, 10.05)
    assert [line.text for line in lines] == ["国" * 9, "国」。"]


def test_what_is_wider_than_a_line_is_cut(faces: dict[str, Face]) -> None:
    digest = "0123456789abcdef" * 4
    lines = lines_of(digest, faces, 12)
    assert len(lines) > 3
    assert "".join(line.text for line in lines) == digest
    assert all(line.width <= 12.001 for line in lines)


def test_headings_end_their_lines_with_phrases(faces: dict[str, Face]) -> None:
    text = "連携により、費用は十年間で大きく減る見込みである"
    lines = set_lines([Span(text, faces["bold"])], 20, phrases=True)
    assert [line.text for line in lines] == ["連携により、費用は十年間で大きく減る", "見込みである"]


def test_control_characters_vanish_and_line_ends_become_blanks(faces: dict[str, Face]) -> None:
    assert lines_of("国\x00道\n橋", faces, 20)[0].text == "国道 橋"


def test_a_missing_character_is_remembered(faces: dict[str, Face]) -> None:
    own = fonts.load()
    lines_of("国𠮟\U0001f600", own, 20)
    assert fonts.missing(own) == "\U0001f600"
    assert fonts.missing(fonts.load()) == ""
