"""Plausibility of inspections: each rule by hand, and properties over many pasts."""

from datetime import date, timedelta
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gunmane.core.inspections import (
    SOUND,
    History,
    Inspection,
    Judged,
    Past,
    Plausibility,
    Repair,
    built_from,
    judge,
    past,
    plain,
    same_content,
    with_flags,
)
from gunmane.core.words import AssetClass, Precision, Scale
from gunmane.resources import DATA

SCALES = {
    one["code"]: msgspec.convert(one, Scale)
    for one in msgspec.toml.decode((DATA / "scales.toml").read_bytes())["scales"]
}
RULES = msgspec.toml.decode((DATA / "plausibility.toml").read_bytes(), type=Plausibility)
TODAY = date(2026, 11, 23)
OWNER, ASSET, OTHER = UUID(int=1), UUID(int=2), UUID(int=99)
SOUNDNESS = "road-soundness"


def inspection(day: str, grade: str | None = None, number: int = 3, **more: object) -> Inspection:
    fields = {
        "owner_id": OWNER, "inspection_id": UUID(int=number), "asset_id": ASSET,
        "inspected_on": date.fromisoformat(day), "grade": grade, "scale": SOUNDNESS if grade else None,
    } | more  # fmt: skip
    return Inspection(**fields)  # type: ignore[arg-type]


def codes(one: Inspection, known: Past, today: date = TODAY) -> tuple[set[str], tuple[str, ...], set[str]]:
    verdict = judge(one, known, SCALES, RULES, today)
    return {fault.code for fault in verdict.faults}, verdict.flags, {one.code for one in verdict.questions}


BRIDGE = Past(AssetClass.BRIDGE)


@pytest.mark.parametrize(
    ("one", "known", "fault"),
    [
        (inspection("2026-11-24"), BRIDGE, "in_future"),
        (inspection("1975-03-31"), Past(AssetClass.BRIDGE, earliest=date(1975, 4, 1)), "before_construction"),
        (inspection("2026-01-01"), Past(AssetClass.BRIDGE, same_day=OTHER), "same_day_twice"),
        (inspection("2026-01-01", "II", scale="no-such"), BRIDGE, "scale_unknown"),
        (inspection("2026-01-01", "II", scale=None), BRIDGE, "scale_missing"),
        (inspection("2026-01-01", "II"), Past(AssetClass.SEPTIC), "scale_not_of_class"),
        (inspection("2026-01-01", "V"), BRIDGE, "grade_unknown"),
    ],
)
def test_what_cannot_be_is_refused_for_its_own_reason(one: Inspection, known: Past, fault: str) -> None:
    assert codes(one, known) == ({fault}, (), set())


@pytest.mark.parametrize(
    ("one", "known"),
    [
        (inspection("2026-11-23", "II"), BRIDGE),
        (inspection("1975-04-01"), Past(AssetClass.BRIDGE, earliest=date(1975, 4, 1))),
        (inspection("2026-01-01", "不適正", scale="septic-verdict"), Past(AssetClass.SEPTIC)),
    ],
)
def test_the_limits_themselves_are_plausible(one: Inspection, known: Past) -> None:
    assert codes(one, known) == (set(), (), set())


def test_all_faults_are_found_at_once() -> None:
    known = Past(AssetClass.BRIDGE, earliest=date(2027, 1, 1), same_day=OTHER)
    faults, _, _ = codes(inspection("2026-11-24", "V"), known)
    assert faults == {"in_future", "before_construction", "same_day_twice", "grade_unknown"}


@pytest.mark.parametrize(
    ("before", "now", "between_days", "mended", "flag"),
    [
        ("III", "II", 1826, None, "improved_without_repair"),
        ("III", "II", 1826, 100, None),
        ("III", "II", 1826, 0, None),  # repaired on the very day of the inspection before
        ("III", "II", 1826, -1, "improved_without_repair"),  # that repair was known to the inspection before
        ("I", "III", 365, None, "grade_jump"),
        ("I", "III", 1826, None, None),  # two grades in a whole five-year round happen
        ("I", "II", 30, None, None),
        ("II", "II", 30, None, None),
    ],
)
def test_grades_are_compared_with_the_one_before(
    before: str, now: str, between_days: int, mended: int | None, flag: str | None
) -> None:
    day = date(2026, 1, 1)
    first = day - timedelta(days=between_days)
    known = Past(
        AssetClass.BRIDGE,
        before=Judged(first, before),
        mended_on=None if mended is None else first + timedelta(days=mended),
    )
    expected = (flag,) if flag else ()
    assert codes(inspection("2026-01-01", now), known) == (set(), expected, set(expected))


@pytest.mark.parametrize(
    ("year", "day", "precision", "expected"),
    [
        (1975, None, Precision.FISCAL_YEAR, date(1975, 4, 1)),
        (1975, None, Precision.YEAR, date(1975, 1, 1)),
        (1975, date(1975, 8, 15), Precision.DAY, date(1975, 8, 15)),
        (1975, date(1975, 8, 15), Precision.MONTH, date(1975, 8, 1)),
        (1975, None, Precision.ABOUT, None),
        (None, None, Precision.UNKNOWN, None),
    ],
)
def test_the_earliest_day_of_construction(
    year: int | None, day: date | None, precision: Precision, expected: date | None
) -> None:
    assert built_from(year, day, precision) == expected


DAYS = st.dates(date(2000, 1, 1), date(2026, 11, 23))
PASTS = st.lists(
    st.tuples(DAYS, st.sampled_from(["I", "II", "III", "IV", None]), st.sampled_from([None, "road.periodic"])),
    max_size=8,
)


@given(PASTS, DAYS, st.lists(DAYS, max_size=3))
def test_a_history_is_reduced_to_what_decides(
    rows: list[tuple[date, str | None, str | None]], day: date, mended: list[date]
) -> None:
    known = tuple(
        inspection(on.isoformat(), grade, number, duty=duty) for number, (on, grade, duty) in enumerate(rows, 10)
    )
    repairs = tuple(
        Repair(owner_id=OWNER, repair_id=UUID(int=n), asset_id=ASSET, repaired_on=on, kind="repair")
        for n, on in enumerate(mended)
    )
    found = past(History(AssetClass.BRIDGE, 1975, known, repairs), inspection(day.isoformat(), "II"))
    graded = [(on, grade) for on, grade, _ in rows if grade is not None and on < day]
    assert (found.before is None) == (not graded)
    if found.before is not None:
        assert found.before.day == max(on for on, _ in graded)
        assert (found.before.day, found.before.grade) in graded
    assert (found.same_day is None) == all(on != day or duty is not None for on, _, duty in rows)
    assert found.mended_on == max((on for on in mended if on <= day), default=None)


@given(PASTS, DAYS, st.sampled_from(["I", "II", "III", "IV"]))
def test_what_is_flagged_is_kept_and_asked_about(
    rows: list[tuple[date, str | None, str | None]], day: date, grade: str
) -> None:
    known = tuple(inspection(on.isoformat(), g, n, duty=duty) for n, (on, g, duty) in enumerate(rows, 10))
    one = inspection(day.isoformat(), grade)
    verdict = judge(one, past(History(AssetClass.BRIDGE, None, known), one), SCALES, RULES, TODAY)
    assert not (verdict.faults and verdict.flags)
    assert verdict.flags == tuple(question.code for question in verdict.questions)
    assert all(fault.at.startswith("/") for fault in (*verdict.faults, *verdict.questions))


def test_a_correction_is_not_compared_with_what_it_corrects() -> None:
    wrong = inspection("2026-01-01", "IV", 10)
    right = inspection("2026-01-01", "III", 11, supersedes=wrong.inspection_id)
    found = past(History(AssetClass.BRIDGE, None, (wrong,)), right)
    assert (found.same_day, found.before) == (None, None)


def test_cleaning_explains_no_better_grade() -> None:
    cleaned = Repair(
        owner_id=OWNER, repair_id=UUID(int=1), asset_id=ASSET, repaired_on=date(2025, 1, 1), kind="cleaning"
    )
    found = past(History(AssetClass.BRIDGE, None, (), (cleaned,)), inspection("2026-01-01", "I"))
    assert found.mended_on is None


def test_flags_of_the_service_do_not_make_another_inspection() -> None:
    one = inspection("2026-01-01", "I")
    flagged = with_flags(with_flags(one, ["grade_jump"]), ["grade_jump"])
    assert flagged.flags == ("grade_jump",)
    assert same_content(one, flagged)
    assert not same_content(one, inspection("2026-01-01", "II"))


@given(
    scale=st.sampled_from([*SCALES, "no-such", None]),
    data=st.data(),
    asset_class=st.sampled_from(list(AssetClass)),
    ago=st.integers(1, 4000),
    mended=st.one_of(st.none(), st.integers(0, 5000)),
)
def test_what_is_plain_is_sound_whatever_days_and_repairs_say(
    scale: str | None, data: st.DataObject, asset_class: AssetClass, ago: int, mended: int | None
) -> None:
    grades = SCALES[scale].grades if scale in SCALES else ("II",)
    grade, before = data.draw(st.sampled_from(grades)), data.draw(st.sampled_from(grades))
    met = plain(scale, grade, SCALES, RULES)
    one = inspection("2026-01-01", grade, scale=scale)
    judged = Judged(one.inspected_on - timedelta(days=ago), before)
    mended_on = None if mended is None else one.inspected_on - timedelta(days=mended)
    known = Past(asset_class, one.inspected_on, None, judged, mended_on)
    if met is not None and asset_class in met.classes and before in met.before:
        assert judge(one, known, SCALES, RULES, TODAY) == SOUND


def test_the_same_grade_or_a_little_worse_is_plain() -> None:
    met = plain(SOUNDNESS, "III", SCALES, RULES)
    assert met is not None
    assert met.before == ("II", "III")
    assert AssetClass.BRIDGE in met.classes
    assert AssetClass.SEPTIC not in met.classes
    first = plain(SOUNDNESS, "I", SCALES, RULES)
    assert first is not None
    assert first.before == ("I",)
    assert plain(SOUNDNESS, "V", SCALES, RULES) is plain(None, None, SCALES, RULES) is None
