"""Cards of the models behind the forecasts: in short in the plan, whole in the annex."""

from collections.abc import Sequence

from gunmane.core.plan.findings import ModelCard
from gunmane.core.plan.formats import number
from gunmane.core.plan.nouns import STATUSES
from gunmane.core.plan.values import Band, Text
from gunmane.pdf.cells import Cell
from gunmane.pdf.charts.reliability import Reliability
from gunmane.pdf.sections.state import grade_name
from gunmane.pdf.story import Story, Value


def models(story: Story) -> None:
    """The models in short: which one, speeds between grades, whether earlier forecasts came true."""
    cards = story.sheet.models
    if not cards:
        return
    story.section("models", story.finding("models"))
    story.para(story.say("texts.models_see", table=story.number_of("table.hazards")))
    rows = [row for card in cards for row in _hazards(story, card)]
    if rows:
        story.table("hazards", rows, unit=story.say("units.rate"), note="band")
    _tests(story, cards)


def _tests(story: Story, cards: Sequence[ModelCard]) -> None:
    """What each model forecast in the past and what came: a row for each check, the whole cards in the annex."""
    body: list[dict[str, Value | Cell]] = []
    beaten: list[str] = []
    for card in cards:
        title = _title(story, card)
        base = {"class": title, "model": card.model[:8] or None, "cut": card.data_cut}
        for one in card.tests:
            held = (one.expected.low or 0.0) <= one.observed <= (one.expected.high or float("inf"))
            body.append({
                **base, "origin": one.origin, "horizon": f"{one.years:g}", "cases": one.cases,
                "expected": _range(story, one.expected), "observed": one.observed,
                "held": story.say("words.held" if held else "words.not_held"),
            })  # fmt: skip
        if not card.tests:
            body.append(dict(base))
        if any(one.log_score > min(one.rivals.values(), default=float("inf")) for one in card.tests):
            beaten.append(title)
    story.para(story.say("texts.model_tests", table=story.number_of("table.model_tests")), keep_next=True)
    story.table("model_tests", body, note="model_tests")
    if beaten:
        story.para(story.say("texts.model_beaten", classes=story.say("words.between").join(beaten)))
    story.para(story.say("texts.model_cards"))


def cards(story: Story) -> None:
    """Each model's whole card."""
    for card in story.sheet.models:
        _card(story, card)


def state_of(story: Story, card: ModelCard) -> str:
    """Say which model forecasts: one that a person has adopted, or a proposal."""
    if card.adopted is None:
        return story.say("texts.model_unrecorded")
    cut = story.day(card.data_cut) if card.data_cut else "–"
    return story.say("texts.model_adopted" if card.adopted else "texts.model_proposed", day=cut, model=card.model[:8])


def _title(story: Story, card: ModelCard) -> str:
    """Name a class; with its scale where it has several."""
    name = story.name(card.asset_class)
    same = [one for one in story.sheet.models if one.asset_class is card.asset_class]
    scale = next((one for one in story.sheet.scales if one.code == card.scale), None)
    if len(same) == 1:
        return name
    return f"{name} ({story.pick(scale.title) if scale else card.scale})"


def _hazards(story: Story, card: ModelCard) -> list[dict[str, Value | Cell]]:
    prior = STATUSES[card.prior] if card.prior is not None else Text(*(story.say("words.no_prior"),) * 2)
    return [
        {
            "class": _title(story, card), "grade": _grade(story, card, hazard.grade),
            "rate": _wrapped(story, hazard.per_year, 3), "years": hazard.years, "intervals": card.intervals,
            "assets": card.assets, "owners": card.owners, "prior": prior,
        }
        for hazard in card.hazards
    ]  # fmt: skip


def _wrapped(story: Story, band: Band, digits: int) -> str:
    """Write a value and its interval with significant digits."""
    dash = "〜" if story.language == "ja" else "–"
    text = f"{band.mid:.{digits}g}"
    if band.low is None or band.high is None:
        return text
    return f"{text} ({band.low:.{digits}g}{dash}{band.high:.{digits}g})"


def _grade(story: Story, card: ModelCard, grade: str) -> str:
    scale = next((one for one in story.sheet.scales if one.code == card.scale), None)
    if scale is None or grade not in scale.grades:
        return grade
    return grade_name(story, scale, grade)


def _card(story: Story, card: ModelCard) -> None:
    key, title = f"{card.asset_class}.{card.scale}", _title(story, card)
    story.section(f"card.{key}", story.say("sections.card", **{"class": title}))
    story.items += story.bullets([state_of(story, card), *map(story.pick, card.basis)])
    if card.comparison:
        story.subsection(f"card.comparison.{key}", story.say("sections.card_comparison"))
        story.items += story.bullets([story.pick(text) for text in card.comparison])
    story.subsection(f"card.speeds.{key}", story.say("sections.card_speeds"))
    named = {"class": title}
    story.table(
        "hazards", _hazards(story, card), title=story.say("tables.card_hazards", **named), name=f"hazards.{key}",
        unit=story.say("units.rate"), note="band",
    )  # fmt: skip
    if card.owner_rows:
        story.table("card_owners", [
            {
                "owner": story.owner(one.owner), "assets": one.assets, "intervals": one.intervals,
                "factor": _wrapped(story, one.factor, 3), "own_share": f"{one.own_share * 100:.0f}%",
            }
            for one in card.owner_rows
        ], title=story.say("tables.card_owners", **named), name=f"card_owners.{key}", note="band")  # fmt: skip
    story.items += story.bullets([story.pick(text) for text in (*card.owners_said, *card.effects)], small=True)
    _checked(story, card, key, named)
    if card.limits:
        story.subsection(f"card.excluded.{key}", story.say("sections.card_excluded"))
        story.items += story.bullets([story.pick(text) for text in card.limits])


def _checked(story: Story, card: ModelCard, key: str, named: dict[str, str]) -> None:
    """The back-test: table, sentences, reliability."""
    story.subsection(f"card.check.{key}", story.say("sections.card_check"))
    if card.tests:
        story.para(story.say("texts.card_check"), keep_next=True)
        story.table("card_tests", [
            {
                "origin": one.origin, "horizon": f"{one.years:g}", "cases": one.cases,
                "expected": f"{number(one.expected.mid, 1)} ({_range(story, one.expected)})",
                "observed": one.observed, **_scores(one.log_score, one.rivals),
            }
            for one in card.tests
        ], title=story.say("tables.card_tests", **named), name=f"card_tests.{key}", note="scores")  # fmt: skip
    story.items += story.bullets([story.pick(text) for text in card.checks])
    if card.groups:
        chart = Reliability(card.groups, story.say("words.reliability_across"), story.say("words.reliability_up"))
        held = sum((one.observed.low or 0) <= one.forecast <= (one.observed.high or 0) for one in card.groups)
        alt = story.say("alts.reliability", **named, count=len(card.groups), held=held)
        story.figure(
            "reliability", chart, alt=alt, title=story.say("figures.reliability", **named),
            name=f"reliability.{key}", note="reliability",
        )  # fmt: skip


def _range(story: Story, band: Band) -> str:
    dash = "〜" if story.language == "ja" else "–"
    return f"{number(band.low or 0.0)}{dash}{number(band.high or 0.0)}"


def _scores(own: float, rivals: dict[str, float]) -> dict[str, Value | Cell]:
    """Log scores, the best one bold."""
    best = min([own, *rivals.values()])
    cells = {"own": own, **rivals}
    return {f"score_{name}": Cell(f"{value:.4f}", bold=value == best) for name, value in cells.items()}
