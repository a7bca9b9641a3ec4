"""Unit costs, service lives and the rules of measures, as data with sources; what an asset's measures cost."""

from collections.abc import Mapping

import numpy as np
from msgspec import Struct, field

from gunmane.core.plan.values import Measure
from gunmane.core.stock import CLASS_AT, CLASSES, Flags, Floats, Stock
from gunmane.core.words import AssetClass, SourceStatus

CASES = ("low", "mid", "high")
"""The three price cases; the last axis of every price array."""


class UnitCost(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Yen per unit (`count`, `m`, `m2`) at prices of `base_year`; see `data/unit_costs.toml` for the forms.

    `power` is (a, b, c): a x (size / b) ^ c yen, valid inside `range`.
    """

    asset_class: AssetClass
    measure: Measure
    unit: str
    base_year: int
    source: str
    status: SourceStatus
    mid: float | None = None
    low: float | None = None
    high: float | None = None
    size: str | None = None  # a column of Stock
    points: tuple[tuple[float, float], ...] = ()
    points_low: tuple[tuple[float, float], ...] = ()
    points_high: tuple[tuple[float, float], ...] = ()
    power: tuple[float, float, float] | None = None
    range: tuple[float, float] | None = None
    payer: str = "owner"  # owner | household


class ServiceLife(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Planning life of a class; `renewal` says whether age alone asks for renewal where no grade is known."""

    asset_class: AssetClass
    years: int
    renewal: str  # age | condition
    source: str
    status: SourceStatus
    old_from: int | None = None


class Deadline(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How soon a grade must be acted on; `hard` deadlines hold whatever the budget."""

    scale: str
    grade: str
    within: str  # at_once | before_next_inspection | years
    hard: bool
    source: str
    status: SourceStatus
    years: int = 0


class Parameter(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One editable number with its source; low and high are its ends in the price cases or in sensitivities."""

    value: float
    unit: str
    group: str
    source: str
    status: SourceStatus
    low: float | None = None
    high: float | None = None

    def cases(self) -> tuple[float, float, float]:
        """Return the value in the low, middle and high case."""
        return (
            self.value if self.low is None else self.low,
            self.value,
            self.value if self.high is None else self.high,
        )


class Reference(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A value of the nation or the prefecture for an indicator, with its year and source."""

    indicator: str
    value: float
    year: str
    source: str
    status: SourceStatus
    area: str = "nation"  # nation | prefecture


class CostBook(Struct, frozen=True, kw_only=True):
    """All data that prices and rules come from."""

    unit_costs: tuple[UnitCost, ...]
    service_lives: tuple[ServiceLife, ...]
    deadlines: tuple[Deadline, ...]
    parameters: dict[str, Parameter]
    references: tuple[Reference, ...] = ()

    def value(self, name: str) -> float:
        """Return a parameter's middle value."""
        return self.parameters[name].value

    def life(self, asset_class: AssetClass) -> ServiceLife | None:
        """Return the planning life of a class, None where none is known."""
        return next((life for life in self.service_lives if life.asset_class == asset_class), None)

    def replaced(self, values: Mapping[str, float]) -> "CostBook":
        """Return the book with local values of parameters; their status becomes `local`.

        Raises KeyError for a parameter that does not exist.
        """
        changed = {
            name: Parameter(
                value=value,
                unit=self.parameters[name].unit,
                group=self.parameters[name].group,
                source=self.parameters[name].source,
                status=SourceStatus.LOCAL,
            )
            for name, value in values.items()
        }
        return CostBook(
            unit_costs=self.unit_costs,
            service_lives=self.service_lives,
            deadlines=self.deadlines,
            parameters={**self.parameters, **changed},
            references=self.references,
        )


class UnitCostFile(Struct, frozen=True, forbid_unknown_fields=True):
    """`data/unit_costs.toml`."""

    unit_costs: tuple[UnitCost, ...]


class ServiceLifeFile(Struct, frozen=True, forbid_unknown_fields=True):
    """`data/service_lives.toml`."""

    service_lives: tuple[ServiceLife, ...]


class MeasureFile(Struct, frozen=True, forbid_unknown_fields=True):
    """`data/measures.toml`."""

    deadlines: tuple[Deadline, ...]
    parameters: dict[str, Parameter] = field(default_factory=dict[str, Parameter])
    references: tuple[Reference, ...] = ()


class Prices(Struct, frozen=True, eq=False):
    """Yen of one measure for each asset, [n, 3] for the price cases; NaN where nothing is known."""

    replace: Floats
    repair: Floats  # of an asset that is bad
    prevent: Floats  # of an asset that is not bad yet
    remove: Floats
    inspect: Floats
    maintain: Floats  # upkeep a year
    household: Flags  # who pays: the household (septic systems), not the owner
    imputed: Flags  # the quantity was not known: the median of the class stands in


def quantities(stock: Stock, unit: str) -> Floats:
    """Return each asset's quantity in `count`, `m` or `m2`, NaN where it is unknown."""
    if unit == "count":
        return np.ones(stock.size)
    if unit == "m":
        return np.asarray(stock.length_m, dtype=np.float64)
    area = np.asarray(stock.area_m2, dtype=np.float64)
    return np.where(np.isnan(area), stock.length_m * stock.width_m, area)


def filled_up(values: Floats, rows: Flags, needed: int = 5) -> tuple[Floats, Flags]:
    """Put the median of the known values of `rows` where a value of `rows` is unknown; returns which were filled.

    With fewer than `needed` known values nothing is filled.
    """
    missing = rows & ~np.isfinite(values)
    known = values[rows & np.isfinite(values)]
    if len(known) < needed or not missing.any():
        return values, np.zeros(len(values), dtype=np.bool_)
    return np.where(missing, np.median(known), values), missing


def _at_size(cost: UnitCost, size: Floats, spread: float) -> Floats:
    """Return yen per unit by size, [n, 3]."""
    if cost.power is not None:
        factor, base, exponent = cost.power
        low, high = cost.range or (0.0, np.inf)
        middle = np.where((size >= low) & (size <= high), factor * (size / base) ** exponent, np.nan)
        return np.stack([middle * (1 - spread), middle, middle * (1 + spread)], axis=1)

    def step(points: tuple[tuple[float, float], ...]) -> Floats:
        sizes = np.array([point[0] for point in points])
        yen = np.array([point[1] for point in points] + [np.nan])
        return yen[np.where(np.isnan(size), len(points), np.searchsorted(sizes, size, side="left"))]

    middle = step(cost.points)
    low = step(cost.points_low) if cost.points_low else middle * (1 - spread)
    high = step(cost.points_high) if cost.points_high else middle * (1 + spread)
    return np.stack([low, middle, high], axis=1)


def _per_unit(stock: Stock, cost: UnitCost, rows: Flags, spread: float) -> tuple[Floats, Flags]:
    """Return yen per unit for the rows of the cost's class and which sizes were imputed."""
    if cost.size is None:
        middle = cost.mid or 0.0
        low = middle * (1 - spread) if cost.low is None else cost.low
        high = middle * (1 + spread) if cost.high is None else cost.high
        return np.broadcast_to(np.array([low, middle, high]), (stock.size, 3)), np.zeros(stock.size, dtype=np.bool_)
    size, imputed = filled_up(np.asarray(getattr(stock, cost.size), dtype=np.float64), rows)
    return _at_size(cost, size, spread), imputed


def prices(stock: Stock, book: CostBook) -> Prices:
    """Price every measure of every asset.

    A class without a repair price is repaired at a share of its replacement (`repair_share`, `prevention_share`);
    where the same is not possible the price stays unknown (NaN).
    """
    n = stock.size
    spread = book.value("price_spread")
    tables = {measure: np.full((n, 3), np.nan) for measure in ("replace", "repair", "inspect", "maintain")}
    imputed = np.zeros(n, dtype=np.bool_)
    household = np.zeros(n, dtype=np.bool_)
    for cost in book.unit_costs:
        rows = np.asarray(stock.asset_class == CLASS_AT[cost.asset_class])
        if not rows.any():
            continue
        per_unit, size_imputed = _per_unit(stock, cost, rows, spread)
        quantity, quantity_imputed = filled_up(quantities(stock, cost.unit), rows)
        tables[cost.measure][rows] = (per_unit * quantity[:, None])[rows]
        imputed |= rows & (size_imputed | quantity_imputed)
        if cost.payer == "household":
            household |= rows
    own_repair = np.isfinite(tables["repair"])
    whole = tables["replace"]
    repair = np.where(own_repair, tables["repair"], whole * np.array(book.parameters["repair_share"].cases()))
    prevent = np.where(own_repair, tables["repair"], whole * np.array(book.parameters["prevention_share"].cases()))
    bridges = np.asarray(stock.asset_class == CLASS_AT[AssetClass.BRIDGE])
    remove = np.where(bridges[:, None], whole * np.array(book.parameters["removal_share"].cases()), np.nan)
    return Prices(whole, repair, prevent, remove, tables["inspect"], tables["maintain"], household, imputed)


def lives(stock: Stock, book: CostBook) -> tuple[Floats, Flags]:
    """Return each asset's planning life (NaN where unknown) and whether age alone asks for renewal."""
    years = np.full(len(CLASSES), np.nan)
    by_age = np.zeros(len(CLASSES), dtype=np.bool_)
    for life in book.service_lives:
        years[CLASS_AT[life.asset_class]] = life.years
        by_age[CLASS_AT[life.asset_class]] = life.renewal == "age"
    return years[stock.asset_class], by_age[stock.asset_class]
