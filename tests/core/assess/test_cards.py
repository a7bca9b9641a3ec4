"""Cards in words, adopted models that forecast, proposals set against them."""

import re
from collections.abc import Callable
from datetime import date

import numpy as np
import pytest
from msgspec import structs

from gunmane.core.assess.card_rows import card_row
from gunmane.core.assess.card_wording import month_text, said
from gunmane.core.assess.fleets import Fleet
from gunmane.core.assess.models import Adopted, assess
from gunmane.core.assess.proposals import Proposal, propose
from gunmane.core.assess.stock import year_ends
from gunmane.core.deterioration.cards import DriftCard, EffectCard
from gunmane.core.deterioration.comparison import Verdict
from gunmane.core.plan.values import Text
from gunmane.core.words import AssetClass
from gunmane.files import reference

ENDS = year_ends(date(2026, 11, 23), 2027, 10)
WORDS = reference.card_texts()
KEY = (AssetClass.BRIDGE, "road-soundness")
Make = Callable[..., Fleet]


def looks(seed: int, assets: int, until: int, faster: float = 1.0) -> list[tuple[int, date, str]]:
    """Grades I to IV every two years from 2004 on; from 2016 on assets wear `faster`."""
    generator = np.random.default_rng(seed)
    state, found = np.zeros(assets, int), []
    for year in range(2004, until):
        if year % 2 == 0:
            found += [(n, date(year, 6, 1), ("I", "II", "III", "IV")[state[n]]) for n in range(assets)]
        rate = 0.05 * (faster if year >= 2016 else 1.0)
        state = np.minimum(state + (generator.random(assets) < 1 - np.exp(-rate)), 3)
    return found


def assessed(fleet: Fleet, as_of: date, adopted: Adopted | None = None):
    given = {} if adopted is None else {KEY: adopted}
    (one,) = assess(
        fleet, reference.scales(), reference.priors(), reference.covariates(), as_of=as_of, ends=ENDS, seed=1,
        version="t", draws=40, adopted=given,
    )  # fmt: skip
    return one


def proposed(fleet: Fleet, one, as_of: date = date(2026, 11, 23)) -> Proposal:
    return propose(fleet, one, reference.priors(), reference.covariates(), as_of=as_of, seed=1)


def adopted_of(made: Proposal, fit: object, card: object) -> Adopted:
    return Adopted(model_id="m1", digest=made.digest, fit=fit, card=card)  # type: ignore[arg-type]


@pytest.fixture
def worn(make: Make) -> Fleet:
    """Bridges of two owners that wear three times as fast since 2016."""
    return make(300, looks(1, 300, 2026, 3.0), owner=[n % 2 for n in range(300)])


def earlier(worn: Fleet) -> tuple[Adopted, Proposal]:
    """The model of 2016."""
    one = assessed(worn, date(2016, 12, 31))
    made = proposed(worn, one, date(2016, 12, 31))
    return adopted_of(made, one.fit, one.card), made


def test_an_adopted_model_forecasts_and_the_refit_is_only_proposed(worn: Fleet) -> None:
    adopted, _ = earlier(worn)
    own = assessed(worn, date(2026, 11, 23))
    one = assessed(worn, date(2026, 11, 23), adopted)
    assert one.adopted is adopted
    assert (one.fit.coefficients == own.fit.coefficients).all(), "what the data give is still found out"
    good = one.rank < one.scale.bad_rank
    slow, fast = one.bad_within(5.0)[0], own.bad_within(5.0)[0]
    assert (slow[good] < fast[good]).all(), "the adopted model knows nothing of the faster years"
    assert one.speed == pytest.approx(np.exp(adopted.fit.group_effects))


def test_a_refit_to_a_faster_world_is_advised_with_numbers_by_owner(worn: Fleet) -> None:
    adopted, _ = earlier(worn)
    made = proposed(worn, assessed(worn, date(2026, 11, 23), adopted))
    comparison = made.card.comparison
    assert comparison is not None
    assert comparison.verdict is Verdict.BETTER
    assert comparison.newest is not None
    assert comparison.newest.cases > 300
    for change in comparison.forecast:
        assert change.refit > change.adopted
        mine = [next(c for c in one.forecast if c.years == change.years) for one in made.owners]
        assert sum(c.refit for c in mine) == pytest.approx(change.refit)
    assert made.card.owners == (), "the region's part names no owner"


def test_the_adopted_model_found_again_is_not_compared_with_itself(worn: Fleet) -> None:
    adopted, first = earlier(worn)
    made = proposed(worn, assessed(worn, date(2016, 12, 31), adopted), date(2016, 12, 31))
    assert made.digest == first.digest
    assert made.same
    assert made.card.comparison is None


def test_a_model_for_other_grades_is_not_used(worn: Fleet) -> None:
    adopted, _ = earlier(worn)
    other = structs.replace(adopted, fit=structs.replace(adopted.fit, states=3))
    assert assessed(worn, date(2026, 11, 23), other).adopted is None


def test_the_plan_shows_the_model_that_forecasts(worn: Fleet) -> None:
    adopted, _ = earlier(worn)
    methods = reference.texts("assess")["models"]
    own = assessed(worn, date(2026, 11, 23))
    row = card_row(worn, own, proposed(worn, own), "own", methods, WORDS)
    assert (row.adopted, row.comparison, row.data_cut) == (False, (), date(2026, 11, 23))
    assert [one.owner for one in row.owner_rows] == ["992011", "b"]
    assert row.tests
    one = assessed(worn, date(2026, 11, 23), adopted)
    row = card_row(worn, one, proposed(worn, one), "m1", methods, WORDS)
    assert (row.adopted, row.model, row.data_cut) == (True, "m1", date(2016, 12, 31))
    assert any("採用を勧める" in text.ja for text in row.comparison)


def every(told: object) -> list[Text]:
    return [text for part in structs.astuple(told) for text in part]  # type: ignore[arg-type]


def test_every_sentence_is_whole_in_both_languages(worn: Fleet) -> None:
    adopted, _ = earlier(worn)
    one = assessed(worn, date(2026, 11, 23), adopted)
    made = proposed(worn, one)
    card = structs.replace(
        made.card, owners=one.card.owners, simulated=True, converged=False,
        effects=(EffectCard("塩害", "I", 1.4, 1.2, 1.6), EffectCard("塩害", "II", 1.0, 0.8, 1.3)),
        drift=(DriftCard(2004, 2010, 0.5, 0.4, 0.6), DriftCard(2010, 2026, 1, 1, 1)),
    )  # fmt: skip
    for text in every(said(card, WORDS)):
        for line in (text.ja, text.en):
            assert line
            assert not re.search(r"[{}]|nan|inf", line)


def test_periods_that_cannot_be_told_from_the_latest_share_one_sentence(worn: Fleet) -> None:
    card = proposed(worn, assessed(worn, date(2026, 11, 23))).card
    still = [DriftCard(2000 + n, 2001 + n, 1.1, 0.8, 1.4) for n in range(12)]
    fast, last = DriftCard(2012, 2020, 1.6, 1.2, 2.0), DriftCard(2020, 2026, 1, 1, 1)
    hazards = len(said(structs.replace(card, drift=()), WORDS).hazards)
    for drift, expected in (
        ((*still, last), ["2000年以降の12期間のどれも、最近の速さと区別できない。"]),
        ((fast, last), ["2012〜2020年は、最近の1.60倍の速さで劣化した(80%区間1.20〜2.00倍)。"]),
        ((last,), []),
    ):
        told = said(structs.replace(card, drift=drift), WORDS).hazards[hazards:]
        assert [text.ja for text in told] == expected
    both = said(structs.replace(card, drift=(*still, fast, last)), WORDS).hazards[hazards:]
    assert len(both) == 2
    assert "13期間" in both[1].ja


def test_what_sums_over_all_owners_is_not_said_where_some_do_not_consent(worn: Fleet) -> None:
    adopted, _ = earlier(worn)
    made = proposed(worn, assessed(worn, date(2026, 11, 23), adopted))
    told = said(made.card, WORDS, withheld=True)
    assert told.check == told.excluded == ()
    numbers = {f"{made.card.intervals:,}", f"{made.card.assets:,}"}
    assert made.card.comparison is not None
    assert made.card.comparison.newest is not None
    numbers.add(f"{made.card.comparison.newest.cases:,}")
    assert not [text.ja for text in every(told) if numbers & set(re.findall(r"[\d,]+", text.ja))]


def test_a_class_without_pairs_says_that_it_rests_on_the_prior_alone_and_is_not_tested(make: Make) -> None:
    fleet = make(3, [(0, date(2024, 6, 1), "I")])
    made = proposed(fleet, assessed(fleet, date(2026, 11, 23)))
    told = said(made.card, WORDS)
    assert "事前設定だけ" in told.basis[0].ja
    assert "バックテスト" in told.check[0].ja
    assert "not back-tested" in told.check[0].en


def test_both_catalogues_hold_the_same_texts_with_the_same_blanks() -> None:
    for table, rows in WORDS.items():
        for key, text in rows.items():
            assert set(re.findall(r"{(\w+)}", text.ja)) == set(re.findall(r"{(\w+)}", text.en)), (table, key)


def test_a_moment_is_named_by_its_month() -> None:
    assert month_text(2021.0) == Text("2021年1月", "2021-01")
    assert month_text(2021.999).en == "2021-12"


def test_sources_of_priors_are_told_in_both_languages(make: Make) -> None:
    known = {entry.source for entry in (reference.priors().fallback, *reference.priors().priors)}
    assert known == set(WORDS["prior_sources"])
    for text in WORDS["prior_sources"].values():
        assert re.search("[ぁ-ん]", text.ja)
        assert not re.search("[ぁ-んァ-ヶ一-龠]", text.en)
    fleet = make(3, [(0, date(2024, 6, 1), "I")])
    card = assessed(fleet, date(2026, 11, 23)).card
    assert any("措置していない" in text.ja for text in said(card, WORDS).basis)
    local = structs.replace(card, prior_source="our own records, 2020")
    assert any("our own records, 2020" in text.ja for text in said(local, WORDS).basis)
