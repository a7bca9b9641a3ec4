"""What is not known and what it means for the plan, in words."""

import numpy as np

from gunmane.core.plan.comparison import scenario_of
from gunmane.core.plan.costs import CostBook
from gunmane.core.plan.formats import fiscal, percents
from gunmane.core.plan.labels import Labels
from gunmane.core.plan.programme import FIRST_MEASURE, KINDS
from gunmane.core.plan.scenarios import RegionPlan
from gunmane.core.plan.values import Column, Text
from gunmane.core.stock import CLASS_AT, CLASSES
from gunmane.core.words import AssetClass

NOTICEABLE = 0.01
"""Share of a class below which a gap is not worth a sentence."""

UNGRADED = (AssetClass.WATER_PIPE, AssetClass.TREATMENT_PLANT)
"""Classes without a scale of grades: that they have none on record is no gap."""

STALE = 5
"""Years after which a class's newest inspection no longer tells how its assets stand (one round of bridges)."""


def limits(plan: RegionPlan, book: CostBook, column: Column, labels: Labels) -> tuple[Text, ...]:
    """Return in words what is not known and what it means for the plan, the gravest first.

    What is missing for several classes is said once, the classes with the largest share first.
    """
    stock, scenario = plan.stock, scenario_of(plan, column)
    parts: dict[str, list[tuple[float, Text]]] = {}
    for k in sorted(set(stock.asset_class.tolist())):
        rows = stock.asset_class == k
        whole, name = int(rows.sum()), labels.get("class", CLASSES[k])
        for code, missing in (
            ("unknown_year", rows & (stock.built_year == 0)),
            ("ungraded", rows & (stock.grade < 0) & (CLASSES[k] not in UNGRADED)),
            ("no_forecast", rows & np.isnan(stock.p_bad).any(axis=1) & ~plan.needs.bad & ~plan.prices.household),
            ("imputed", rows & plan.prices.imputed),
        ):
            count = int(missing.sum())
            if count > NOTICEABLE * whole:
                said = {"class": name, "count": f"{count:,}", "share": percents(count / whole)}
                parts.setdefault(code, []).append((count / whole, labels.get("limit_part", code, **said)))
        newest = int(stock.inspected_fy[rows].max())
        if 0 < newest < stock.first_fy - 1 - STALE:
            parts.setdefault("stale", []).append(
                (1.9, labels.get("limit_part", "stale", year=fiscal(newest), **{"class": name}))
            )
        for kind in range(FIRST_MEASURE, len(KINDS)):
            count = int(scenario.sums.unpriced[:, k, kind].sum())
            if count:
                said = {"class": name, "count": f"{count:,}", "measure": labels.get("measure", KINDS[kind])}
                parts.setdefault("unpriced", []).append(
                    (2.0 + count / 1e9, labels.get("limit_part", "unpriced", **said))
                )
    found: list[tuple[float, Text]] = []
    for code, several in parts.items():
        several.sort(key=lambda pair: -pair[0])
        listed = Text("、".join(text.ja for _, text in several), ", ".join(text.en for _, text in several))
        found.append((several[0][0], labels.get("limit", code, parts=listed)))

    def about(weight: float, code: str, **values: Text | str) -> None:
        found.append((weight, labels.get("limit", code, **values)))

    if plan.not_judged:
        about(0.9, "not_judged", count=f"{plan.not_judged:,}")
    if any(not facts.budgets for facts in stock.owners):
        about(1.5, "budgets")
    if any(facts.spent is None for facts in stock.owners):
        about(1.4, "spent")
    years = [cost.base_year for cost in book.unit_costs if (stock.asset_class == CLASS_AT[cost.asset_class]).any()]
    if years:
        first, last = str(min(years)), str(max(years))
        about(1.2, "base_year" if first == last else "base_years", first=first, last=last)
    if book.value("mobilisation_yen") == 0 and book.value("scale_discount") == 0:
        about(0.5, "effects")
    return tuple(text for _, text in sorted(found, key=lambda pair: -pair[0]))
