"""Pavement, septic water and appurtenances by the values on both sides of each limit."""

import pytest

from gunmane.core.grades.measured import appurtenance, mci, pavement, plate, septic
from gunmane.files.grades import grading

RULES = grading()


@pytest.mark.parametrize(
    ("crack", "rut", "iri", "grade"),
    [
        (19.9, 19.9, 2.9, "I"), (20, 0, 0, "II"), (0, 20, 0, "II"), (0, 0, 3, "II"), (39.9, 39.9, 7.9, "II"),
        (40, 0, 0, "III"), (0, 40, 0, "III"), (0, 0, 8, "III"), (None, 25, None, "II"),
        (None, None, None, "undetermined"),
    ],
)  # fmt: skip
def test_the_worst_of_three_decides(crack: float | None, rut: float | None, iri: float | None, grade: str) -> None:
    assert pavement(RULES.pavement[0], crack=crack, rut=rut, iri=iri).grade == grade


def test_three_is_told_apart_by_the_base() -> None:
    def grade(**given: bool | None) -> str:
        return pavement(RULES.pavement[0], crack=50, rut=5, iri=2, **given).grade  # type: ignore[arg-type]

    assert (grade(base_damaged=True), grade(base_damaged=False), grade()) == ("III-2", "III-1", "III")
    assert (grade(early=True), grade(early=True, base_damaged=False)) == ("III-2", "III-1")


def test_mci_is_the_least_of_its_formulas() -> None:
    # C = 20 %, D = 10 mm, s = 3 mm: 10 - 1.48*20^0.3 - 0.29*10^0.7 - 0.47*3^0.2 = 4.3213
    #   second 4.7869, third 4.5218, fourth 7.2936
    found = mci(RULES.mci, crack=20, rut=10, roughness=3)
    assert found is not None
    value, band = found
    assert value == pytest.approx(10 - 1.48 * 20**0.3 - 0.29 * 10**0.7 - 0.47 * 3**0.2)
    assert value < 10 - 2.23 * 20**0.3
    assert band.code == "desirable"
    new = mci(RULES.mci, crack=0, rut=0, iri=1)
    assert new is not None
    assert new[1].code == "good"
    assert mci(RULES.mci, crack=None, rut=None) is None


@pytest.mark.parametrize(
    ("kind", "design", "item", "value", "grade"),
    [
        ("single", None, "bod", 90, "good"), ("single", None, "bod", 90.1, "acceptable"),
        ("single", None, "bod", 120, "acceptable"), ("single", None, "bod", 121, "fail"),
        ("combined", 60, "bod", 80, "acceptable"), ("combined", 30, "bod", 41, "fail"),
        ("combined", 20, "bod", 20, "good"), ("combined", 20, "bod", 30, "acceptable"),
        ("combined", 20, "bod", 31, "fail"), ("single", None, "transparency", 4, "acceptable"),
        ("single", None, "transparency", 3.9, "fail"), ("combined", 30, "transparency", 15, "good"),
        ("combined", 20, "transparency", 14.9, "fail"), ("combined", 20, "ph", 5.7, "acceptable"),
        ("combined", 20, "ph", 2.9, "fail"),
        ("single", None, "do", 0.2, "acceptable"), ("combined", 20, "do", 0, "fail"),
        ("combined", 20, "chlorine", 0.05, "good"), ("combined", 20, "chlorine", 0, "fail"),
        ("single", None, "chloride", 270, "acceptable"), ("single", None, "chloride", 271, "fail"),
        ("single", None, "sv", 60, "good"), ("single", None, "sv", 61, "fail"),
        ("single", None, "sv", 5, "acceptable"),
        ("combined", 20, "sv", 61, "good"), ("combined", None, "bod", 10, "undetermined"),
    ],
)  # fmt: skip
def test_water_by_type_and_design(kind: str, design: float | None, item: str, value: float, grade: str) -> None:
    assert septic(RULES.septic, kind, design, {item: value}).grade == grade


def test_the_worst_item_of_the_water_decides() -> None:
    found = septic(RULES.septic, "combined", 20, {"bod": 25, "ph": 7, "transparency": 10})
    assert (found.grade, found.worst) == ("fail", ("transparency",))


def test_appurtenances_by_the_worst_part_and_plates_by_their_limit() -> None:
    assert appurtenance(RULES.appurtenance, [("post", "a"), ("base", "c")]).grade == "c"
    assert appurtenance(RULES.appurtenance, [("post", "a"), ("base", "b")]).grade == "undetermined"
    assert appurtenance(RULES.appurtenance, [("post", "e"), ("base", "b")]).grade == "e"
    assert [plate(RULES.appurtenance, t, 3.0)[0] for t in (3.5, 3.4, 3.0, 2.9)] == ["i", "ii", "ii", "iii"]
