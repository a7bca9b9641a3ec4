"""Indicators of the plan with today's value, the nation's, and what the schedule reaches in 1, 3, 5 and 10 years."""

import numpy as np

from gunmane.core.indicators import need_ratio, old_share, on_time_share, share
from gunmane.core.plan.comparison import scenario_of
from gunmane.core.plan.costs import CostBook
from gunmane.core.plan.labels import Labels
from gunmane.core.plan.levelling import spread_of
from gunmane.core.plan.scenarios import RegionPlan, unlevelled
from gunmane.core.plan.sheet import Indicator
from gunmane.core.plan.values import Column
from gunmane.core.stock import CLASSES, Flags

AFTER = (1, 3, 5, 10)
"""Years after the plan's start at which targets are set."""

Targets = tuple[float | None, float | None, float | None, float | None]
UNSET: Targets = (None, None, None, None)


class _Table:
    def __init__(self, book: CostBook, labels: Labels) -> None:
        self.rows: list[Indicator] = []
        self.book = book
        self.labels = labels

    def add(
        self,
        code: str,
        kind: str,
        unit: str,
        now: float | None,
        targets: Targets = UNSET,
        decimals: int = 0,
        **values: str,
    ) -> None:
        """Add an indicator; `code` finds its reference value, `kind` its texts."""
        reference = next((row for row in self.book.references if row.indicator == code), None)
        filled = {
            name: self.labels.get("class", value) if name == "class" else value for name, value in values.items()
        }
        self.rows.append(
            Indicator(
                code=code,
                label=self.labels.get("indicator", kind, **filled),
                definition=self.labels.get("definition", kind, **filled),
                unit=self.labels.get("unit", unit),
                now=now,
                reference=None if reference is None else reference.value,
                reference_source="" if reference is None else f"{reference.source} ({reference.year})",
                targets=targets,
                decimals=decimals,
            )
        )


def indicators(plan: RegionPlan, book: CostBook, column: Column, labels: Labels) -> tuple[Indicator, ...]:
    """Return the indicators of the region as far as its data carry."""
    stock, scenario = plan.stock, scenario_of(plan, column)
    table = _Table(book, labels)
    today = stock.first_fy - 1
    for k in sorted(set(stock.asset_class.tolist())):
        name, rows = CLASSES[k], stock.asset_class == k
        life = book.life(name)
        if life is not None and life.old_from is not None:
            now = old_share(stock.built_year[rows], life.old_from, today)
            more = {"class": str(name), "years": str(life.old_from)}
            table.add(f"old_{name}", "old", "share", now, UNSET, 3, **more)
        _conditions(plan, scenario.plan.year, rows, str(name), table)
        visited = rows & (stock.inspections.any(axis=1) | stock.overdue)
        if visited.any():
            now = on_time_share(stock.overdue, visited)
            table.add(f"on_time_{name}", "on_time", "share", now, (1.0, 1.0, 1.0, 1.0), 3, **{"class": str(name)})
    spent = [facts.spent for facts in stock.owners]
    known = [yen for yen in spent if yen is not None]
    ratio = need_ratio(scenario.total.mid / stock.years, float(sum(known)) if len(known) == len(spent) else None)
    table.add("need_ratio", "need_ratio", "ratio", ratio, decimals=2)
    table.add(
        "engineers", "engineers", "engineers", plan.alone.work.engineers.mid, _flat(scenario.work.engineers.mid), 1
    )
    table.add(
        "contracts", "contracts", "contracts_per_year", plan.alone.work.contracts, _flat(scenario.work.contracts), 1
    )
    before = spread_of(unlevelled(stock, scenario))[1]
    table.add("levelling", "levelling", "ratio", before, _flat(spread_of(scenario.sums.yearly[:, 1])[1]), 2)
    table.add("located", "located", "share", share(float(stock.located.sum()), stock.size), decimals=3)
    return tuple(table.rows)


def _flat(value: float) -> Targets:
    return value, value, value, value


def _conditions(plan: RegionPlan, year: object, rows: Flags, name: str, table: _Table) -> None:
    """Add the share of bad grades on each scale of a class; targets count the measures done by then."""
    stock = plan.stock
    done = np.asarray(year)
    for k, scale in enumerate(stock.scales):
        graded = rows & (stock.scale == k) & (stock.grade >= 0)
        if not graded.any():
            continue
        bad, whole = plan.needs.bad & graded, float(graded.sum())
        left = [float((bad & ~((done >= 0) & (done < after))).sum()) / whole for after in AFTER]
        code = f"bad_{scale}" if name == "bridge" or not scale.startswith("road") else f"bad_{scale}_{name}"
        targets: Targets = (left[0], left[1], left[2], left[3])
        if bad.any() and plan.prices.household[bad].all():
            targets = UNSET  # households decide and pay: the owners' plan can set no target for them
        table.add(code, "bad", "share", float(bad.sum()) / whole, targets, 3, **{"class": name})
