"""Attributes and their levels in words."""

from collections.abc import Mapping

from gunmane.core.plan.values import Text

YEARS = "built_year"

Words = Mapping[str, Mapping[str, Text]]
"""The catalogue `data/texts/*/covariates.toml`, alone or with others."""


def attribute_text(attribute: str, words: Words) -> Text:
    """Name an attribute; a stranger keeps its code."""
    return words["attributes"].get(attribute, Text(attribute, attribute))


def level_text(attribute: str, level: str, words: Words) -> Text:
    """Name a level: a word, or a band written `low..high`."""
    low, dots, high = level.partition("..")
    if not dots:
        known = words["levels"]
        return known.get(f"{attribute}_{level}") or known.get(level, Text(level, level))
    kind = "below" if not low else "above" if not high else "between"
    pattern = words["bands"][f"year_{kind}" if attribute == YEARS else kind]
    unit = words["units"].get(attribute, Text("", ""))
    values = {"low": _written(low, attribute), "high": _written(high, attribute), "last": _before(high)}
    return Text(pattern.ja.format(unit=unit.ja, **values), pattern.en.format(unit=unit.en, **values))


def trait_text(code: str, words: Words) -> Text:
    """Say a level of an attribute, given as `attribute=level`."""
    attribute, _, level = code.partition("=")
    name, said, pattern = (
        attribute_text(attribute, words),
        level_text(attribute, level, words),
        words["phrases"]["trait"],
    )
    return Text(
        pattern.ja.format(attribute=name.ja, level=said.ja), pattern.en.format(attribute=name.en, level=said.en)
    )  # fmt: skip


def _written(number: str, attribute: str) -> str:
    return number if not number or attribute == YEARS else f"{float(number):,g}"


def _before(number: str) -> str:
    """The whole year before an edge."""
    return f"{float(number) - 1:g}" if number else ""
