"""Urgency of sewer spans, worked by hand from the guide's tables (MLIT FY2009, tables 2.3 to 2.9)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gunmane.core.errors import Fault
from gunmane.core.grades.sewer import RANKS, URGENCIES, Finding, Span, judge, share_rank, urgency_of
from gunmane.files.grades import explained, sewer_profiles

PROFILES = sewer_profiles()
GUIDE = PROFILES.find("mlit-2009")


def pipes(item: str = "crack", **counts: int) -> list[Finding]:
    """Findings on pipes 1, 2, ...: so many of each rank."""
    ranks = [rank for rank, count in counts.items() for _ in range(count)]
    return [Finding(item=item, rank=rank, place=str(k + 1)) for k, rank in enumerate(ranks)]


def whole(**ranks: str) -> list[Finding]:
    """Findings of the whole span."""
    return [Finding(item=item, rank=rank) for item, rank in ranks.items()]


def span(pieces: int | None = 25, material: str | None = "hume", diameter: float = 900, **more: object) -> Span:
    return Span(id="S1", material=material, diameter_mm=diameter, pieces=pieces, **more)  # type: ignore[arg-type]


def told(findings: list[Finding], *, profile: str = "mlit-2009", **given: object) -> tuple[str, str, str, str]:
    found = judge(span(**given), findings, PROFILES.find(profile))  # type: ignore[arg-type]
    return found.corrosion, found.sag, found.rate, found.urgency


@pytest.mark.parametrize(
    ("counts", "pieces", "rank"),
    [
        ((6, 3, 2), 25, "A"),  # the guide's own example: a 24 %
        ((2, 0, 0), 10, "A"),  # a exactly 20 %
        ((1, 3, 0), 10, "A"),  # a + b exactly 40 %
        ((1, 0, 0), 10, "B"),
        ((0, 3, 0), 10, "B"),
        ((0, 0, 6), 10, "B"),  # a + b + c exactly 60 %
        ((0, 0, 5), 10, "C"),
        ((0, 0, 0), 10, "none"),
    ],
)
def test_the_share_of_pieces_makes_a_rank(counts: tuple[int, int, int], pieces: int, rank: str) -> None:
    assert share_rank(counts, pieces, GUIDE.rate) == rank


@pytest.mark.parametrize(
    ("ranks", "urgency"),
    [
        ("AAA", "I"), ("AA", "I"), ("ABB", "II"), ("A", "II"), ("BBB", "II"), ("BBC", "II"), ("B", "III"),
        ("BCC", "III"), ("CCC", "III"), ("C", "III"), ("", "none"),
    ],
)  # fmt: skip
def test_three_ranks_make_an_urgency(ranks: str, urgency: str) -> None:
    assert urgency_of([*ranks, *["none"] * (3 - len(ranks))], GUIDE.urgency) == urgency


def test_one_worst_breakage_or_joint_is_rank_a_whatever_the_share() -> None:
    assert told(pipes("breakage", a=1), pieces=30) == ("none", "none", "A", "II")
    assert told([*pipes("joint_gap", a=1), *whole(corrosion="A")], pieces=30) == ("A", "none", "A", "I")
    assert told(pipes("crack", a=1), pieces=30) == ("none", "none", "B", "III")


def test_several_defects_of_one_pipe_count_once_by_the_worst() -> None:
    both = [Finding(item="crack", rank="b", place="7"), Finding(item="infiltration", rank="a", place="7")]
    found = judge(span(pieces=10), both, GUIDE)
    assert (found.counts, found.rate) == ((1, 0, 0), "B")


def test_without_the_number_of_pipes_the_urgency_stays_open() -> None:
    found = judge(span(pieces=None), pipes(b=1), GUIDE)
    assert (found.rate, found.urgency, found.at_least) == ("undetermined", "undetermined", "III")
    assert "管の本数が不明" in explained(found, "ja")
    assert "number of pipes is not known" in explained(found, "en")
    # neither changes with any number: two ranks A already, a breakage that counts alone, no defect
    assert told([*whole(corrosion="A", sag="A"), *pipes(c=1)], pieces=None)[3] == "I"
    assert told([*pipes("breakage", a=1), *whole(sag="A")], pieces=None)[3] == "I"
    assert told(whole(corrosion="B"), pieces=None) == ("B", "none", "none", "III")


@pytest.mark.parametrize("material", ["pvc", "ductile_iron", "polyethylene", None])
def test_other_materials_are_never_judged_by_these_tables(material: str | None) -> None:
    assert told(pipes("breakage", a=5), material=material) == ("undetermined",) * 4
    assert told([], material=material)[3] == "undetermined"


def test_a_span_without_findings_is_sound_only_if_it_was_surveyed() -> None:
    assert told([])[3] == "none"
    assert told([], surveyed=False)[3] == "undetermined"


def test_clay_has_no_rank_c_of_breakage() -> None:
    assert told(pipes("breakage", c=1), material="vitrified_clay")[3] == "undetermined"
    assert told(pipes("breakage", c=1), material="hume")[3] == "III"


def test_sag_has_no_criterion_above_three_metres() -> None:
    assert told(whole(sag="C"), diameter=3000) == ("none", "C", "none", "III")
    assert told(whole(sag="C"), diameter=3500) == ("none", "undetermined", "none", "undetermined")


def test_what_cleaning_takes_away_is_not_counted() -> None:
    kept = Finding(item="mortar", rank="a", place="1")
    gone = Finding(item="mortar", rank="a", place="1", removable=True)
    assert told([kept], pieces=4)[2:] == ("A", "II")
    assert told([gone], pieces=4)[2:] == ("none", "none")


def test_findings_without_a_place_are_open_where_the_number_of_pipes_they_lie_on_matters() -> None:
    loose = [Finding(item="crack", rank="a")] * 2
    assert told(loose, pieces=10)[2:] == ("undetermined", "undetermined")  # 10 % or 20 %
    assert told(loose, pieces=100)[2:] == ("B", "III")


def test_the_special_survey_is_stricter_and_says_that_its_table_was_not_checked() -> None:
    assert told(whole(corrosion="A"), profile="special-survey")[3] == "I"
    assert told(whole(corrosion="B"), profile="special-survey")[3] == "II"
    assert PROFILES.find("special-survey").status == "unverified"
    assert PROFILES.find("2013").items == GUIDE.items
    assert PROFILES.find("2013").source != GUIDE.source


finding = st.builds(
    Finding,
    item=st.sampled_from([name for name, item in GUIDE.items.items() if item.of == "pipe"]),
    rank=st.sampled_from("ab"),
    place=st.one_of(st.none(), st.integers(1, 12).map(str)),
)
whole_span = st.builds(Finding, item=st.sampled_from(["corrosion", "sag"]), rank=st.sampled_from("ABC"))
ranked = st.one_of(finding, whole_span)


@given(st.lists(ranked, max_size=8), ranked)
def test_a_further_finding_never_makes_it_better(findings: list[Finding], more: Finding) -> None:
    before = judge(span(pieces=12), findings, GUIDE)
    after = judge(span(pieces=12), [*findings, more], GUIDE)
    assert URGENCIES.index(after.at_least) >= URGENCIES.index(before.at_least)


@given(st.lists(ranked, max_size=8), st.integers(1, 60))
def test_what_is_told_without_the_number_holds_for_every_number(findings: list[Finding], number: int) -> None:
    placed = [one for one in findings if one.place is not None or one.item in ("corrosion", "sag")]
    blind = judge(span(pieces=None), placed, GUIDE)
    pieces = max(number, len({one.place for one in placed if one.place}), 1)
    seen = judge(span(pieces=pieces), placed, GUIDE)
    if blind.urgency != "undetermined":
        assert seen.urgency == blind.urgency
    assert URGENCIES.index(seen.urgency) >= URGENCIES.index(blind.at_least)
    assert seen.rate in RANKS


def test_reasons_name_the_row_that_left_a_span_open() -> None:
    doubt = Fault("span_twice", "spans/9", {"span": "S1"})
    found = judge(span(doubts=(doubt,)), [], GUIDE)
    assert found.urgency == "undetermined"
    assert "2回" in explained(found, "ja")
