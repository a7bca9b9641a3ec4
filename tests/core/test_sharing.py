"""What a reader gets of a plan follows from what the owners consent to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from tests.examples_sheet import example

from gunmane.core.plan.findings import MapLayer, MapShape, RiskAsset
from gunmane.core.plan.sharing import RULES, Pair, Sight, excerpt, pairs_of, withheld
from gunmane.core.plan.sheet import Choice, PlanSheet, SepticDistrict, Verdict, Work, encode
from gunmane.core.plan.values import Band, Measure, Text
from gunmane.core.words import AssetClass, ConsentLevel, SourceStatus

BLANK = Text("", "")
SENTENCES = {
    "points",
    "limits",
    "findings",
    "narrative",
    "residents",
    "decisions",
    "works_left_out",
    "works_left_out_of",
    "roles",
    "reviews",
    "withheld",
}


def _secret(owner: str, asset_class: AssetClass) -> str:
    return f"secret-{owner}-{asset_class}"


def _place(index: int) -> float:
    return 130 + index / 1000 + 0.000417


def _sheet() -> PlanSheet:
    """A plan of three owners in which every named asset, place and sentence can be recognised."""
    made = example(owners=3)
    pairs = sorted((row.owner, row.asset_class) for row in made.stock)
    risks = [
        RiskAsset(
            rank=1, owner=owner, asset_class=asset_class, number=f"no-{_secret(owner, asset_class)}",
            name=_secret(owner, asset_class), likelihood=0.1, consequence_yen=1e6, yen_per_year=Band(1e5),
        )
        for owner, asset_class in pairs
    ]  # fmt: skip
    works = [
        Work(
            owner=owner, asset_class=asset_class, number="1", name=_secret(owner, asset_class),
            measure=Measure.REPAIR, year=2027, reason=BLANK,
        )
        for owner, asset_class in pairs
    ]  # fmt: skip
    layers = [
        MapLayer(
            asset_class=asset_class,
            shapes=tuple(MapShape(((_place(pairs.index(pair)), 36.0),), 1, "III", pair[0])
                         for pair in pairs if pair[1] is asset_class),
        )
        for asset_class in sorted({asset_class for _, asset_class in pairs})
    ]  # fmt: skip
    choices = [
        Choice(
            kind="bridge", code="x", owner=owner, subject=Text(f"choice-{owner or 'region'}", ""),
            verdict=Verdict.KEEP, proposal=BLANK, reason=BLANK, rule=BLANK, source="", status=SourceStatus.ASSUMED,
        )
        for owner in ("", *sorted({owner for owner, _ in pairs}))
    ]  # fmt: skip
    return structs.replace(
        made, top_risks=tuple(risks), works=tuple(works), layers=tuple(layers), choices=tuple(choices),
        septic=tuple(SepticDistrict(owner=owner, mesh=f"mesh-{owner}", count=3, old=1)
                     for owner in sorted({owner for owner, _ in pairs})),
        points=(Text("sentence", ""),), narrative={"top": (Text("sentence", ""),)}, limits=(Text("sentence", ""),),
    )  # fmt: skip


SHEET = _sheet()
PAIRS = sorted(pairs_of(SHEET))
OWN = PAIRS[0][0]
FULL = dict.fromkeys(PAIRS, ConsentLevel.FULL)


def _text(consents: dict[Pair, ConsentLevel]) -> str:
    return encode(excerpt(SHEET, Sight(frozenset({OWN}), consents))).decode()


def test_every_part_of_a_sheet_has_a_rule_or_is_left_out_on_purpose() -> None:
    assert set(RULES) | SENTENCES == set(PlanSheet.__struct_fields__)
    assert not set(RULES) & SENTENCES


def test_without_consents_a_reader_gets_its_own_rows_only() -> None:
    seen = excerpt(SHEET, Sight(frozenset({OWN}), {}))
    assert {row.owner for row in (*seen.stock, *seen.grades, *seen.works, *seen.top_risks, *seen.due)} == {OWN}
    assert {row.owner for row in (*seen.choices, *seen.septic, *seen.programme, *seen.quality)} == {OWN}
    assert [row.rank for row in seen.top_risks] == list(range(1, len(seen.top_risks) + 1))
    assert not any((seen.ages, seen.compare, seen.yearly, seen.matrices, seen.forecasts, seen.points))
    assert {row.owner for row in seen.withheld} == {owner for owner, _ in PAIRS} - {OWN}
    assert [row.name for row in seen.members] == [row.name for row in SHEET.members]


def test_full_consent_of_all_opens_the_whole_document_and_septic_systems_need_aggregates_only() -> None:
    enough = {**FULL, **{pair: ConsentLevel.AGGREGATE for pair in PAIRS if pair[1] is AssetClass.SEPTIC}}
    assert excerpt(SHEET, Sight(frozenset({OWN}), enough)) is SHEET
    for pair in PAIRS:
        if pair[0] != OWN:
            less = {key: level for key, level in enough.items() if key != pair}
            assert [(one.owner, one.asset_class) for one in withheld(PAIRS, Sight(frozenset({OWN}), less))] == [pair]


@given(st.dictionaries(st.sampled_from(PAIRS), st.sampled_from(list(ConsentLevel))))
def test_names_need_full_consent_places_need_condition_and_counts_need_aggregates(
    consents: dict[Pair, ConsentLevel],
) -> None:
    text = _text(consents)
    sight = Sight(frozenset({OWN}), consents)
    whole = not withheld(PAIRS, sight)
    for index, pair in enumerate(PAIRS):
        named = sight.sees(pair, ConsentLevel.FULL)
        assert (_secret(*pair) in text) == (named or whole)
        assert (str(_place(index)) in text) == (sight.sees(pair, ConsentLevel.CONDITION) or whole)
    seen = excerpt(SHEET, sight)
    counted = {pair for pair in PAIRS if sight.sees(pair, ConsentLevel.AGGREGATE)}
    assert {(row.owner, row.asset_class) for row in seen.stock} == counted
    assert bool(seen.compare) == (len(counted) == len(PAIRS))
    assert whole or ("sentence" not in text and "choice-region" not in text)
    for owner in {owner for owner, _ in PAIRS} - {OWN}:
        every = all(sight.sees(pair, ConsentLevel.FULL) for pair in PAIRS if pair[0] == owner)
        assert (f"choice-{owner}" in text) == (every or whole)


@pytest.mark.parametrize("level", [None, *ConsentLevel])
def test_what_is_withheld_says_what_is_seen_of_it(level: ConsentLevel | None) -> None:
    pair = next(pair for pair in PAIRS if pair[0] != OWN and pair[1] is not AssetClass.SEPTIC)
    less = {key: one for key, one in FULL.items() if key != pair} | ({pair: level} if level else {})
    named = [(one.owner, one.asset_class, one.seen) for one in withheld(PAIRS, Sight(frozenset({OWN}), less))]
    assert named == ([] if level is ConsentLevel.FULL else [(*pair, level)])
