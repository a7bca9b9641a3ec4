"""What material, era and so on tell: levels from ledgers, effects in fits, cards, reasons and forecasts."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from tests.core.assess.conftest import fleet_of

from gunmane.core.assess.card_wording import said
from gunmane.core.assess.covariates import Covariate, levels_of
from gunmane.core.assess.explain import explain
from gunmane.core.assess.fleets import Fleet
from gunmane.core.assess.models import Adopted, Assessed, assess
from gunmane.core.assess.openness import would_change
from gunmane.core.assess.proposals import propose
from gunmane.core.assess.risks import region_risk
from gunmane.core.assess.stock import year_ends
from gunmane.core.assess.trait_wording import level_text, trait_text
from gunmane.core.duties.columns import Coded
from gunmane.core.inventory import ATTRIBUTES, Asset
from gunmane.core.ledgers.synonyms import read_synonyms
from gunmane.core.words import AssetClass, SourceStatus
from gunmane.files import reference
from gunmane.resources import DATA

AS_OF = date(2026, 11, 23)
ENDS = year_ends(AS_OF, 2027, 10)
KEY = (AssetClass.BRIDGE, "road-soundness")
Make = Callable[..., Fleet]


def assessed(fleet: Fleet, adopted: Adopted | None = None) -> Assessed:
    (one,) = assess(
        fleet, reference.scales(), reference.priors(), reference.covariates(), as_of=AS_OF, ends=ENDS, seed=1,
        version="t", draws=40, adopted={} if adopted is None else {KEY: adopted},
    )  # fmt: skip
    return one


@pytest.fixture(scope="module")
def wood() -> tuple[list[tuple[int, date, str]], list[str | None]]:
    """Looks at 600 bridges every four years, of which the wooden ones wear three times as fast; their materials."""
    generator = np.random.default_rng(1)
    material = generator.integers(0, 3, 600)
    state, looks = np.zeros(600, int), []
    for year in range(2002, 2027):
        if year % 4 == 2:
            looks += [(n, date(year, 6, 1), ("I", "II", "III", "IV")[state[n]]) for n in range(600)]
        chance = 1 - np.exp(-0.05 * np.array([1.0, 3.0, 1.0])[material])
        state = np.minimum(state + (generator.random(600) < chance), 3)
    return looks, [("reinforced_concrete", "wood", None)[m] for m in material]


def test_levels_of_texts_numbers_and_flags() -> None:
    one = {
        "classes": (AssetClass.BRIDGE,),
        "attribute": "a",
        "source": "s",
        "status": SourceStatus.ASSUMED,
        "sd": 0.3,
    }
    text = Covariate(**one, levels={"steel": ("steel", "composite")})
    assert text.names == ("steel", "other", "unknown")
    assert [text.of_text(t) for t in ("composite", "wood", None, "", "unknown")] == [0, 1, 2, 2, 2]
    part = Covariate(**one, contains={"asphalt": ("As",)})
    assert [part.of_text(t) for t in ("密粒度As", "土", None)] == [0, 1, 2]
    band = Covariate(**one, edges=(5.0, 15.0))
    assert band.names == ("..5", "5..15", "15..", "unknown")
    assert [band.of_number(x) for x in (4.9, 5.0, 15.0, None, float("nan"))] == [0, 1, 2, 3, 3]
    flag = Covariate(**one, flag=True)
    assert [flag.of_number(x) for x in (0.0, 1.0, None)] == [0, 1, 2]


@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), min_size=1, max_size=20))
def test_columns_have_the_levels_of_their_single_values(values: list[float | None]) -> None:
    fleet = fleet_of(len(values), [], columns={"length_m": [np.nan if v is None else v for v in values]})
    found = levels_of(fleet, reference.covariates())
    place = found.attributes.index("length_m")
    (one,) = [c for c in reference.covariates().of(AssetClass.BRIDGE) if c.attribute == "length_m"]
    assert found.code[found.cell, place].tolist() == [one.of_number(v) for v in values]


def test_the_data_name_attributes_codes_and_words_that_exist() -> None:
    synonyms = read_synonyms((DATA / "synonyms.toml").read_bytes())
    words = reference.card_texts()
    common = set(Asset.__struct_fields__)
    for one in reference.covariates().covariates:
        assert one.source
        for asset_class in one.classes:
            assert one.attribute in common | set(ATTRIBUTES[asset_class].__struct_fields__)
        assert one.attribute in words["attributes"]
        assert list(one.edges) == sorted(one.edges)
        for level in one.names:
            text = level_text(one.attribute, level, words)
            assert text.ja != level or level in "ABCD"
            assert "{" not in text.ja + text.en
        for codes in one.levels.values():
            known = {entry.code for table in synonyms.words.values() for entry in table}
            assert set(codes) <= known, (one.attribute, set(codes) - known)


def test_bands_in_words() -> None:
    words = reference.card_texts()
    assert trait_text("built_year=1972..1980", words).ja == "建設年度: 1972〜1979年度"
    assert trait_text("built_year=..1972", words).en == "year built: FY1971 and before"
    assert trait_text("traffic_per_day=10000..", words).ja == "交通量: 10,000台/日以上"
    assert trait_text("material=steel", words).en == "material: steel"


def test_what_wears_fast_is_found_said_and_forecast(make: Make, wood) -> None:
    looks, materials = wood
    fleet = make(600, looks, texts={"material": materials})
    one = assessed(fleet)
    effects = {(card.covariate, card.level): card for card in one.card.effects}
    fast = effects["material", "wood"]
    assert fast.factor_low > 1.3
    assert fast.intervals > 100
    assert set(effects) == {("material", "wood"), ("material", "reinforced_concrete"), ("material", "unknown")}
    ratio = fast.factor / effects["material", "reinforced_concrete"].factor
    assert 2.0 < ratio < 4.0
    is_wood = np.array([m == "wood" for m in materials])
    new = one.rank == 0
    chance = one.bad_within(10.0)[0]
    assert chance[new & is_wood].mean() > 2 * chance[new & ~is_wood].mean()
    risk = region_risk([(fleet, [one])], reference.consequences())
    row = int(np.flatnonzero(new & is_wood)[0])
    told = {r.code: explain(r, reference.reason_texts()) for r in risk.scores.reasons(row)}
    assert told["material=wood"].ja.startswith("材料: 木")
    unknown = int(np.flatnonzero(new & np.array([m is None for m in materials]))[0])
    assert any(r.assumed for r in risk.scores.reasons(unknown) if r.code == "material=unknown")
    made = propose(fleet, one, reference.priors(), reference.covariates(), as_of=AS_OF, seed=1)
    assert made.card.check is not None
    bare = [origin.bare for origin in made.card.check.origins]
    assert bare
    assert all(b is not None and b.lead_low > 0 for b in bare), "held-out forecasts gain"
    sentences = said(structs.replace(made.card, owners=one.card.owners), reference.card_texts()).effects
    assert any("材料が「木」のものは、平均の" in s.ja for s in sentences)
    assert any("with these attributes came truer" in s.en for s in sentences)
    hidden = said(made.card, reference.card_texts(), withheld=True).effects
    assert not any("点検の組" in s.ja or "対数スコア" in s.ja for s in hidden)


def test_what_is_not_known_would_change_the_outlook(make: Make, wood) -> None:
    looks, materials = wood
    card = assessed(make(600, looks, texts={"material": materials})).card
    mine, words = reference.covariates().of(AssetClass.BRIDGE), reference.card_texts()
    (said,) = would_change(mine, {"material": None, "length_m": 12.0}, card.effects, words)
    assert said.ja.startswith("材料が分かれば、")
    fast = next(effect for effect in card.effects if effect.level == "wood")
    assert f"{fast.factor:.2f} times (wood)" in said.en
    assert would_change(mine, {"material": "wood"}, card.effects, words) == ()
    assert would_change(mine, {}, (), words) == ()


def test_a_small_region_keeps_to_the_mean(make: Make, wood) -> None:
    looks, materials = wood
    fleet = make(12, [look for look in looks if look[0] < 12], texts={"material": materials[:12]})
    assert assessed(fleet).card.effects == ()


def test_an_adopted_model_knows_its_own_levels_only(make: Make, wood) -> None:
    looks, materials = wood
    fleet = make(600, looks, texts={"material": materials})
    one = assessed(fleet)
    adopted = Adopted(model_id="m", digest="d", fit=one.fit, card=one.card)
    salted = structs.replace(
        fleet,
        texts={"material": Coded.of(["stone" if m is None else m for m in materials])},
        columns={"salt": np.arange(600) % 2.0},
    )
    later = assessed(salted, adopted)
    assert {card.covariate for card in later.card.effects} == {"material"}
    assert later.card.left_out == ("salt",), "it does nothing, and the data say so"
    sentences = said(later.card, reference.card_texts()).effects
    assert any(s.ja.startswith("塩害地域も試したが") for s in sentences)
    assert later.used.shared_names == one.fit.shared_names
    stone = np.array([m is None for m in materials])
    assert later.levels.table(later.used)[later.levels.cell[stone]] == pytest.approx(0.0)
    made = propose(salted, later, reference.priors(), reference.covariates(), as_of=AS_OF, seed=1)
    assert made.card.comparison is not None
