"""The flat value behind the plan document: every number and sentence that is printed, and nothing else.

The same value is drawn as PDF (`gunmane.pdf.plans`) and exported as `plan.json`. Whoever fills it leaves out what is
not known: an empty tuple or None is printed as "not known", never as zero. Money is whole yen at base-year prices,
years are fiscal years (April to March), shares are 0 to 1, places are JGD2011 longitude/latitude. `owner` is always
`Member.code`; "" stands for the whole region. It is one long file because it is one table of contents.
"""

from datetime import date
from enum import StrEnum

import msgspec
from msgspec import Struct

from gunmane.core.words import AssetClass, ConsentLevel, OwnerKind, SourceStatus


class Text(Struct, frozen=True):
    """One sentence or label in both languages; plain text, never markup."""

    ja: str
    en: str


class Band(Struct, frozen=True):
    """An uncertain number: the middle with the ends of its 80 % interval, None where no interval was computed."""

    mid: float
    low: float | None = None
    high: float | None = None


class Column(StrEnum):
    """The four columns that every comparison has, in this order."""

    NOW = "now"  # 現況: last fiscal year's actuals
    ALONE = "alone"  # 単独継続: each owner alone, all legal duties included
    JOINT = "joint"  # 連携: joint orders and shared staff, no asset changes
    MERGED = "merged"  # 連携+集約再編


class Measure(StrEnum):
    """What is done with an asset in a fiscal year."""

    INSPECT = "inspect"  # 点検・法定検査
    MAINTAIN = "maintain"  # 維持
    REPAIR = "repair"  # 修繕
    REPLACE = "replace"  # 更新
    DOWNSIZE = "downsize"  # 機能縮小
    MERGE = "merge"  # 集約
    REMOVE = "remove"  # 撤去
    CONVERT = "convert"  # 処理方式の変更
    OPERATE = "operate"  # 運転管理


class Unit(StrEnum):
    """Unit of a quantity of assets."""

    COUNT = "count"
    KM = "km"
    M = "m"
    M2 = "m2"
    M3_DAY = "m3_day"


class PlanStatus(StrEnum):
    """Whether the plan is a draft (printed with the stamp 案) or decided."""

    DRAFT = "draft"
    DECIDED = "decided"


class Facts(Struct, frozen=True, kw_only=True):
    """What identifies the document; dates and ids in the PDF come from here, so equal sheets give equal bytes."""

    region: str
    field: str = "all"  # roads | sewage | water | all
    as_of: date  # 基準日: what was known on this day
    first_year: int  # first fiscal year of the plan
    years: int = 10
    version: str = "1"
    status: PlanStatus = PlanStatus.DRAFT
    decided_on: date | None = None
    run_id: str
    inputs_digest: str  # SHA-256 of the inputs, hexadecimal
    seed: int = 0
    software: str  # "gunmane 0.1.0"
    simulated: bool = False
    base_price_year: int | None = None
    discount_rate: float | None = None  # used only where a present value is printed
    recommended: Column = Column.MERGED  # the column that the ten-year table shows
    contact: str | None = None  # who answers questions


class Member(Struct, frozen=True, kw_only=True):
    """An owner of the region."""

    code: str
    name: str
    kind: OwnerKind
    population: int | None = None
    area_km2: float | None = None
    engineers: int | None = None  # engineers of all qualifications; None is not known, 0 is none


class ScaleFacts(Struct, frozen=True):
    """A grade scale as printed, best grade first; `bad_rank` is the first grade that counts as bad."""

    code: str
    title: Text
    grades: tuple[str, ...]
    names: tuple[Text, ...]
    bad_rank: int
    source: str = ""


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


class HazardRow(Struct, frozen=True):
    """Yearly rate from one grade to the next worse, with the mean years spent in `grade`."""

    grade: str
    per_year: Band
    years: float | None = None


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


class ProgrammeRow(Struct, frozen=True, kw_only=True):
    """Costs and quantities of one measure by fiscal year (`Facts.first_year` first); owner "" is the region."""

    owner: str
    asset_class: AssetClass
    measure: Measure
    yen: tuple[int, ...]
    quantities: tuple[float, ...] = ()
    unit: Unit = Unit.COUNT


class CompareRow(Struct, frozen=True, kw_only=True):
    """One row of the four-column comparison; values in the order of `Column`, None where not known."""

    group: str  # stock | work | money | condition | service
    code: str
    label: Text
    unit: Text
    values: tuple[Band | None, Band | None, Band | None, Band | None]
    better: int = 0  # 1 more is better, -1 less is better, 0 neither
    decimals: int = 0
    note: Text | None = None


class YearlyCost(Struct, frozen=True):
    """Cost of one column by fiscal year, nominal at base-year prices."""

    column: Column
    yen: tuple[int, ...]


class EffectStep(Struct, frozen=True):
    """One cause of the change from "alone" to "joint and merged" (negative is a saving over the whole period)."""

    label: Text
    yen: int


class OwnerEffect(Struct, frozen=True, kw_only=True):
    """What an owner pays alone and in the plan over the whole period."""

    owner: str
    alone_yen: int
    plan_yen: int
    service: Text | None = None  # what changes for its residents


class Levelling(Struct, frozen=True, kw_only=True):
    """Budget by fiscal year before and after levelling; owner "" is the region."""

    owner: str
    before: tuple[int, ...]
    after: tuple[int, ...]
    cap: tuple[int, ...] = ()
    moved: int | None = None  # measures that changed their year
    late: int | None = None  # measures put off beyond a statutory deadline
    over_cap: int = 0  # yen that statutory deadlines force above the cap
    note: Text | None = None


class Indicator(Struct, frozen=True, kw_only=True):
    """An indicator with its definition, today's value and targets 1, 3, 5 and 10 years on."""

    code: str
    label: Text
    definition: Text
    unit: Text
    now: float | None = None
    reference: float | None = None  # nation or prefecture
    reference_source: str = ""
    targets: tuple[float | None, float | None, float | None, float | None] = (None, None, None, None)
    decimals: int = 0


class Milestone(Struct, frozen=True, kw_only=True):
    """A bar of the road map, in months from April of the first fiscal year; length 0 is a decision gate."""

    stream: Text
    label: Text
    start: int
    length: int = 0


class Decision(Struct, frozen=True, kw_only=True):
    """Who has to decide what by when."""

    what: Text
    who: Text
    by: date | None = None
    why: Text | None = None
    reversible: bool | None = None


class BudgetCase(Struct, frozen=True, kw_only=True):
    """What a share of the budgets leaves undone: the plan computed anew with it."""

    share: float
    budget_yen: int  # over the whole plan
    spent_yen: int
    measures: int
    undone: int  # measures that are asked for and do not fit
    bad_left: int
    risk_yen: int | None = None  # expected loss in the plan's last year
    gap: float | None = None  # proven gap of the choice


class Verdict(StrEnum):
    """What a decision comes to."""

    CHANGE = "change"  # the change pays, also when what it rests on is 20 % off
    KEEP = "keep"  # what is there stays, also then
    UNDECIDED = "undecided"  # 判断保留: 20 % more or less of an input turns the answer
    UNKNOWN = "unknown"  # a fact is missing: it cannot be judged


class Named(Struct, frozen=True):
    """An input of a decision or one of its alternatives, with its value as printed."""

    label: Text
    value: Text


class Choice(Struct, frozen=True, kw_only=True):
    """One decision: what it is about, its inputs, the rule, what is proposed and why, what else could be done.

    `kind` is groups, lots, engineers, bridge, sewage or plant. Septic systems appear by district only.
    """

    kind: str
    code: str
    owner: str  # "" for the region
    subject: Text
    verdict: Verdict
    proposal: Text
    reason: Text
    rule: Text
    source: str
    status: SourceStatus
    inputs: tuple[Named, ...] = ()
    alternatives: tuple[Named, ...] = ()
    sensitivity: Text | None = None
    law: Text | None = None  # what law asks for first
    saves_yen: int | None = None  # present value, negative is dearer
    lon: float | None = None
    lat: float | None = None


class Work(Struct, frozen=True, kw_only=True):
    """An asset with a measure inside the plan; never a septic system."""

    owner: str
    asset_class: AssetClass
    number: str
    name: str | None = None
    built_year: int | None = None
    length_m: float | None = None
    grade: str | None = None
    inspected: int | None = None  # fiscal year of the latest inspection
    measure: Measure
    year: int  # fiscal year
    yen: int | None = None
    reason: Text
    lon: float | None = None
    lat: float | None = None


class SepticDistrict(Struct, frozen=True, kw_only=True):
    """Septic systems of an owner in a square of about 1 km (JIS X 0410); "" gathers squares with few of them."""

    owner: str
    mesh: str
    count: int
    old: int  # older than the planning life
    unknown_age: int = 0
    west: float | None = None
    south: float | None = None


class Assumption(Struct, frozen=True, kw_only=True):
    """One parameter that the numbers rest on; `value` as printed."""

    group: str  # cost | life | prior | coefficient | consequence | rule | finance
    label: Text
    value: str
    unit: Text
    source: str
    year: str = ""
    status: SourceStatus = SourceStatus.ASSUMED


class FieldGap(Struct, frozen=True):
    """How many of the assets lack a field (`build_year`, `material`, `diameter`, …)."""

    field: Text
    unknown: int
    total: int


class Quality(Struct, frozen=True, kw_only=True):
    """How good an owner's data of one class are."""

    owner: str
    asset_class: AssetClass
    assets: int
    gaps: tuple[FieldGap, ...] = ()
    located: int = 0
    flagged: int = 0
    rejected: int = 0  # ledger rows that could not be read
    imputed: int = 0
    newest: date | None = None  # date of the newest inspection or ledger
    grade: str = ""  # A, B or C


class Withheld(Struct, frozen=True):
    """A class of an owner of which a reader sees less than the document prints; `seen` is the consent there is."""

    owner: str
    asset_class: AssetClass
    seen: ConsentLevel | None = None


class PlanSheet(Struct, frozen=True, kw_only=True):
    """Everything that the plan document prints; `withheld` says what an excerpt for one reader leaves out."""

    facts: Facts
    members: tuple[Member, ...]
    scales: tuple[ScaleFacts, ...] = ()
    stock: tuple[StockRow, ...] = ()
    ages: tuple[AgeProfile, ...] = ()
    age_shares: tuple[AgeShare, ...] = ()
    grades: tuple[GradeRow, ...] = ()
    forecasts: tuple[Forecast, ...] = ()
    models: tuple[ModelCard, ...] = ()
    risks: tuple[RiskRow, ...] = ()
    top_risks: tuple[RiskAsset, ...] = ()
    matrices: tuple[RiskMatrix, ...] = ()
    layers: tuple[MapLayer, ...] = ()
    outlines: tuple[Outline, ...] = ()
    duties: tuple[Duty, ...] = ()
    due: tuple[DueRow, ...] = ()
    due_months: tuple[DueMonth, ...] = ()
    due_engineers: tuple[DueEngineer, ...] = ()
    programme: tuple[ProgrammeRow, ...] = ()
    compare: tuple[CompareRow, ...] = ()
    yearly: tuple[YearlyCost, ...] = ()
    present_spend: int | None = None  # mean yearly actual spending, yen
    effects: tuple[EffectStep, ...] = ()
    owner_effects: tuple[OwnerEffect, ...] = ()
    levelling: tuple[Levelling, ...] = ()
    budgets: tuple[BudgetCase, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    choices: tuple[Choice, ...] = ()
    works: tuple[Work, ...] = ()  # the first in the order of year, class and number
    works_left_out: int = 0  # assets with a measure that `works` has no room for
    septic: tuple[SepticDistrict, ...] = ()
    decisions: tuple[Decision, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    quality: tuple[Quality, ...] = ()
    rejected_rows: int | None = None
    points: tuple[Text, ...] = ()  # key points, most important first; written by `wording.complete` when empty
    limits: tuple[Text, ...] = ()  # what is not known and what it means for the plan
    findings: dict[str, Text] = {}  # heading of each section, states the finding
    narrative: dict[str, tuple[Text, ...]] = {}  # paragraphs of each section
    residents: tuple[Text, ...] = ()  # plain-language answers for residents
    withheld: tuple[Withheld, ...] = ()


def encode(sheet: PlanSheet) -> bytes:
    """Return the bytes of `plan.json`, the same for equal sheets and the same as attached to the PDF."""
    return msgspec.json.format(msgspec.json.encode(sheet, order="deterministic"), indent=1) + b"\n"
