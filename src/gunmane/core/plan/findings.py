"""Rows of a plan that say how things are and will be: stock, ages, grades, forecasts, risks, maps, duties.

Their common rules stand in `gunmane.core.plan.sheet`.
"""

from datetime import date

from msgspec import Struct

from gunmane.core.plan.values import Band, Text, Unit
from gunmane.core.words import AssetClass, SourceStatus


class StockRow(Struct, frozen=True, kw_only=True):
    """How much an owner has of one class; `quantity` is None where nothing is measured."""

    owner: str
    asset_class: AssetClass
    count: int
    quantity: float | None = None
    unit: Unit = Unit.COUNT
    unmeasured: int = 0  # assets whose length, area or capacity is unknown and not in `quantity`


class AgeProfile(Struct, frozen=True, kw_only=True):
    """Assets of one class by year built: bin i holds years `starts[i]` to `starts[i] + width - 1`."""

    asset_class: AssetClass
    starts: tuple[int, ...]
    width: int
    counts: tuple[float, ...]
    unknown: float
    unit: Unit = Unit.COUNT


class AgeShare(Struct, frozen=True, kw_only=True):
    """Share of assets of known age that are at least `threshold` years old, now and later without renewal."""

    owner: str
    asset_class: AssetClass
    threshold: int
    known: int
    unknown: int
    now: float | None = None
    in_10: float | None = None
    in_20: float | None = None


class GradeRow(Struct, frozen=True, kw_only=True):
    """Latest grades of one owner's class on one scale, `counts` best first."""

    owner: str
    asset_class: AssetClass
    scale: str
    counts: tuple[int, ...]
    ungraded: int = 0  # never inspected, or the grade is not known


class Forecast(Struct, frozen=True, kw_only=True):
    """Expected number of assets in bad grades on 31 March of each fiscal year if nothing is done."""

    asset_class: AssetClass
    scale: str
    assets: int  # assets that the forecast covers
    years: tuple[int, ...]
    bad: tuple[Band, ...]
    left_out: int = 0  # assets that cannot be forecast
    unit: Unit = Unit.COUNT
    model: str = ""  # identifier of the model that it comes from
    adopted: bool | None = None  # whether a person has adopted that model


class HazardRow(Struct, frozen=True):
    """Yearly rate from one grade to the next worse, with the mean years spent in `grade`."""

    grade: str
    per_year: Band
    years: float | None = None


class OwnerSpeed(Struct, frozen=True):
    """An owner's speed of deterioration relative to the region's mean, and the weight of its own data."""

    owner: str
    assets: int
    intervals: int
    factor: Band
    own_share: float


class ModelTest(Struct, frozen=True):
    """A back-test: expected bad assets with 90 % band, observed ones, log scores of model and baselines by name."""

    origin: Text
    years: float
    cases: int
    expected: Band
    observed: int
    log_score: float
    rivals: dict[str, float]


class ForecastGroup(Struct, frozen=True):
    """Forecasts of about the same probability, and the share that came true with its 90 % interval."""

    cases: int
    forecast: float
    observed: Band


class ModelCard(Struct, frozen=True, kw_only=True):
    """What stands behind a forecast: data, method, checks, limits."""

    asset_class: AssetClass
    scale: str
    method: Text
    intervals: int  # inspection pairs used
    assets: int
    owners: int
    hazards: tuple[HazardRow, ...] = ()
    prior: SourceStatus | None = None  # status of the prior, None where no prior was used
    checks: tuple[Text, ...] = ()
    limits: tuple[Text, ...] = ()
    model: str = ""
    adopted: bool | None = None  # None where it is not recorded
    data_cut: date | None = None
    basis: tuple[Text, ...] = ()
    owner_rows: tuple[OwnerSpeed, ...] = ()
    owners_said: tuple[Text, ...] = ()
    effects: tuple[Text, ...] = ()
    tests: tuple[ModelTest, ...] = ()
    groups: tuple[ForecastGroup, ...] = ()
    comparison: tuple[Text, ...] = ()  # of the newest proposal with this adopted model


class RiskRow(Struct, frozen=True, kw_only=True):
    """Expected loss of an owner in yen a year; `asset_class` None is all classes; `assets` counts what was rated.

    `cvar_95` is the mean yearly loss of the worst 5 % of years (CVaR).
    """

    owner: str
    asset_class: AssetClass | None = None
    assets: int
    unrated: int = 0
    yen_per_year: Band
    cvar_95: float | None = None


class RiskAsset(Struct, frozen=True, kw_only=True):
    """One of the assets with the highest expected loss, with the reasons in words, strongest first."""

    rank: int
    owner: str
    asset_class: AssetClass
    number: str
    name: str | None = None
    scale: str | None = None
    grade: str | None = None
    likelihood: float  # of the loss event within a year
    consequence_yen: float
    yen_per_year: Band
    reasons: tuple[Text, ...] = ()
    lon: float | None = None
    lat: float | None = None


class RiskMatrix(Struct, frozen=True, kw_only=True):
    """Counts by likelihood (rows, lowest first) and consequence (columns, lowest first), five classes each.

    The edges are the four inner class limits: likelihood a year, consequence in yen.
    """

    asset_class: AssetClass | None = None
    likelihood_edges: tuple[float, float, float, float]
    consequence_edges: tuple[float, float, float, float]
    counts: tuple[tuple[int, ...], ...]


class MapShape(Struct, frozen=True):
    """A point (one vertex) or a simplified line with its risk class 1 (lowest) to 5, 0 where not rated."""

    vertices: tuple[tuple[float, float], ...]
    risk: int
    grade: str | None = None
    owner: str = ""


class MapLayer(Struct, frozen=True, kw_only=True):
    """Assets of one class on the map; `left_out` counts located assets dropped to keep the drawing legible."""

    asset_class: AssetClass
    shapes: tuple[MapShape, ...]
    unlocated: int = 0
    left_out: int = 0


class Outline(Struct, frozen=True):
    """Boundary of an owner's area, as rings of longitude/latitude."""

    owner: str
    rings: tuple[tuple[tuple[float, float], ...], ...]
    source: str = ""


class Duty(Struct, frozen=True):
    """A statutory duty as printed."""

    code: str
    name: Text
    article: Text
    status: SourceStatus = SourceStatus.STATUTE


class DueRow(Struct, frozen=True, kw_only=True):
    """State of one duty at one owner on the as-of date."""

    owner: str
    duty: str
    assets: int
    due_in_year: int  # must be done within the coming fiscal year
    overdue: int
    oldest_overdue: date | None = None
    unknown_anchor: int = 0  # last date unknown, so no due date can be computed
    on_time: float | None = None  # share of assets under the duty that are not overdue


class DueMonth(Struct, frozen=True):
    """Inspections planned in one month (first day of the month)."""

    month: date
    duty: str
    count: int


class DueEngineer(Struct, frozen=True, kw_only=True):
    """Planned work of one engineer or team in the coming fiscal year."""

    engineer: str
    owner: str
    duty: str
    count: int
    hours: float | None = None
    capacity_hours: float | None = None
