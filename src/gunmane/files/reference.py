"""Reads the data that travels with the program: scales, priors, consequences, costs and the texts beside them."""

import tomllib
from functools import cache
from typing import Any

import msgspec

from gunmane.core.assess.covariates import Covariates
from gunmane.core.deterioration.priors import Priors
from gunmane.core.plan.costs import CostBook, MeasureFile, ServiceLifeFile, UnitCostFile
from gunmane.core.plan.labels import Labels
from gunmane.core.plan.values import Text
from gunmane.core.risk import Consequences
from gunmane.core.words import Scale
from gunmane.resources import DATA


def _read(name: str, kind: Any) -> Any:
    return msgspec.toml.decode((DATA / name).read_bytes(), type=kind)


@cache
def scales() -> dict[str, Scale]:
    """Return the grade scales by code."""
    return {scale.code: scale for scale in _read("scales.toml", dict[str, list[Scale]])["scales"]}


@cache
def priors() -> Priors:
    """Return what is believed of each class before its own data."""
    return _read("priors.toml", Priors)


@cache
def covariates() -> Covariates:
    """Return which attributes may tell how fast assets of a class get worse."""
    return _read("covariates.toml", Covariates)


@cache
def consequences() -> Consequences:
    """Return what events cost."""
    return _read("consequences.toml", Consequences)


@cache
def texts(name: str) -> dict[str, dict[str, Text]]:
    """Return the tables of one catalogue with both languages side by side; keys that one lacks are left out."""
    ja, en = (
        tomllib.loads((DATA / "texts" / language / f"{name}.toml").read_text(encoding="utf-8"))
        for language in ("ja", "en")
    )
    return {
        table: {key: Text(text, en[table][key]) for key, text in rows.items() if key in en.get(table, {})}
        for table, rows in ja.items()
        if isinstance(rows, dict)
    }


@cache
def card_texts() -> dict[str, dict[str, Text]]:
    """Return the tables that model cards are worded with."""
    return texts("models") | texts("covariates")


@cache
def reason_texts() -> dict[str, dict[str, Text]]:
    """Return the tables that reasons of scores are worded with."""
    return texts("risk") | texts("covariates")


@cache
def cost_book() -> CostBook:
    """Return unit costs, service lives, deadlines and planning parameters."""
    measures: MeasureFile = _read("measures.toml", MeasureFile)
    costs: UnitCostFile = _read("unit_costs.toml", UnitCostFile)
    lives: ServiceLifeFile = _read("service_lives.toml", ServiceLifeFile)
    return CostBook(
        unit_costs=costs.unit_costs,
        service_lives=lives.service_lives,
        deadlines=measures.deadlines,
        parameters=measures.parameters,
        references=measures.references,
    )


@cache
def plan_labels() -> Labels:
    """Return the labels of the plan's numbers in both languages."""
    ja, en = (
        tomllib.loads((DATA / "texts" / language / "measures.toml").read_text(encoding="utf-8"))
        for language in ("ja", "en")
    )
    return Labels(ja, en)
