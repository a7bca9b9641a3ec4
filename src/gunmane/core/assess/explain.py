"""Reasons of a score in words."""

from collections.abc import Mapping

from gunmane.core.assess.trait_wording import trait_text
from gunmane.core.plan.values import Text
from gunmane.core.risk import Reason

Tables = Mapping[str, Mapping[str, Text]]

SHARES = ("grade", "built", "population", "bad")
"""Reasons whose value is a probability."""


def _number(value: float) -> str:
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def explain(reason: Reason, tables: Tables) -> Text:
    """Say one reason of a score: what it is, by how much it raises or lowers the loss, whether it is assumed."""
    name = trait_text(reason.code, tables) if "=" in reason.code else tables["reasons"][reason.code]
    value = "–"
    if reason.value is not None:
        value = f"{reason.value * 100:.2g}%" if reason.code in SHARES else _number(reason.value)
    direction = tables["directions"]["raises" if reason.factor >= 1 else "lowers"]
    assumed = tables["directions"]["assumed"] if reason.assumed else Text("", "")
    factor = _number(reason.factor)
    return Text(
        direction.ja.format(reason=name.ja.format(value=value), factor=factor) + assumed.ja,
        direction.en.format(reason=name.en.format(value=value), factor=factor) + assumed.en,
    )
