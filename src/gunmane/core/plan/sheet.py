"""The flat value behind the plan document: every number and sentence that is printed, and nothing else.

The same value is drawn as PDF (`gunmane.pdf.plans`) and exported as `plan.json`. Whoever fills it leaves out what is
not known: an empty tuple or None is printed as "not known", never as zero. Money is whole yen at base-year prices,
years are fiscal years (April to March), shares are 0 to 1, places are JGD2011 longitude/latitude. `owner` is always
`Member.code`; "" stands for the whole region.
"""

from datetime import date
from enum import StrEnum

import msgspec
from msgspec import Struct

from gunmane.core.plan.findings import (
    AgeProfile,
    AgeShare,
    DueEngineer,
    DueMonth,
    DueRow,
    Duty,
    Forecast,
    GradeRow,
    MapLayer,
    ModelCard,
    Outline,
    RiskAsset,
    RiskMatrix,
    RiskRow,
    StockRow,
)
from gunmane.core.plan.record import (
    Approval,
    CostShare,
    FairnessCase,
    Overridden,
    OwnerIndicator,
    Review,
    Role,
    ScenarioCase,
    StabilityRow,
)
from gunmane.core.plan.values import Band, Column, Measure, PlanStatus, Text, Unit
from gunmane.core.words import AssetClass, ConsentLevel, OwnerKind, SourceStatus


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

    `kind` is groups, lots, tasks, engineers, bridge, sewage or plant. Septic systems appear by district only. Where a
    person set another answer, `overridden` is the code of the reason and `computed` what was proposed.
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
    overridden: str = ""
    computed: Text | None = None
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


class Published(Struct, frozen=True):
    """A published share with its year and source."""

    value: float
    year: str
    source: str


class PlanSheet(Struct, frozen=True, kw_only=True):
    """Everything that the plan document prints; `withheld` says what an excerpt for one reader leaves out."""

    facts: Facts
    approval: Approval | None = None  # of a decided plan
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
    duty_rates: dict[str, Published] = {}  # by duty: the nation's share done within the year, where it is published
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
    cases: tuple[ScenarioCase, ...] = ()
    shares: tuple[CostShare, ...] = ()
    fairness: tuple[FairnessCase, ...] = ()
    stability: StabilityRow | None = None
    indicators: tuple[Indicator, ...] = ()
    owner_indicators: tuple[OwnerIndicator, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    choices: tuple[Choice, ...] = ()
    overrides: tuple[Overridden, ...] = ()
    works: tuple[Work, ...] = ()  # each owner's first in the order of year, class and number
    works_left_out: int = 0  # assets with a measure that `works` has no room for
    works_left_out_of: dict[str, int] = {}  # the same by owner
    septic: tuple[SepticDistrict, ...] = ()
    decisions: tuple[Decision, ...] = ()
    roles: tuple[Role, ...] = ()  # written by `wording.complete` when empty, as are `reviews`
    reviews: tuple[Review, ...] = ()
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
