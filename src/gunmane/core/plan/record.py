"""Rows of the plan document for those who decide: approval, overrides, cases side by side, shares, owners."""

from datetime import date

from msgspec import Struct

from gunmane.core.plan.values import Text
from gunmane.core.words import AssetClass


class Approval(Struct, frozen=True, kw_only=True):
    """Who decided the plan, in which office, when and in which meeting."""

    decided_on: date
    meeting: str
    decided_by: str
    title: str
    note: str | None = None


class Overridden(Struct, frozen=True, kw_only=True):
    """A proposal for which a person set another alternative.

    `chosen` is what was set, `proposed` what the computation would do without it (None where it was not computed);
    `conflict` names the duty that it breaks: it then has no effect. Yen are over the plan, middle price, chosen less
    proposed; contracts and hours are a year, `lacking` persons in the worst year: each what the override changes,
    all else as it is (None where it has no effect on it).
    """

    code: str
    owner: str  # "" for the region
    asset_class: AssetClass | None = None
    subject: Text
    chosen: Text
    proposed: Text | None = None
    reason: Text
    reason_code: str = ""
    note: str = ""
    by: str
    on: date
    conflict: Text | None = None
    yen: int | None = None
    contracts: float | None = None
    hours: float | None = None
    lacking: float | None = None


class ScenarioCase(Struct, frozen=True, kw_only=True):
    """A case beside the plan: other budgets, another population, or the plan without one of its measures.

    Sums are over the whole plan, contracts and hours a year; `undone` counts what is asked for and does not fit;
    `per_resident` yen over the plan for each resident; `sewer_changes` districts that go over to sewers or back.
    """

    group: str  # plan | budget | population | without
    code: str
    label: Text
    total_yen: int
    contracts: float
    hours: float
    measures: int
    undone: int
    bad_left: int
    risk_yen: int | None = None
    per_resident: int | None = None
    sewer_changes: int | None = None
    gap: float | None = None
    note: Text | None = None


class FairnessOwner(Struct, frozen=True, kw_only=True):
    """What an owner pays in, spends and loses (present value) against one pot; negative is a gain."""

    owner: str
    paid_yen: int
    spent_yen: int
    pooled_yen: int  # what it spends from one pot
    loss_yen: int


class FairnessCase(Struct, frozen=True, kw_only=True):
    """What a floor and a ceiling of owners' money cost the region against one pot for all (price of fairness).

    Every owner may spend between `floor` and `ceiling` of what it pays in; 1 and 1 keep the money apart, as the plan
    does. Yen at present value over the plan; `uncertain_yen` is what the proven gaps could change. `given` says that
    the budgets are the owners' own, else `share` of what the plan spends stands for them.
    """

    floor: float
    ceiling: float
    given: bool
    share: float
    price_yen: int
    uncertain_yen: int
    owners: tuple[FairnessOwner, ...]


class StabilityRow(Struct, frozen=True, kw_only=True):
    """What became of the measures of the decided edition, as far as its lists name them.

    `same` kept measure and year, `moved` another year, `changed` another measure, `dropped` none any more; `due` had
    their year before this plan; `unlisted` stood in no list, `gone` assets left the ledgers. `yen` is what staying
    near costs at present value against choosing freely.
    """

    edition: int
    decided_on: date
    listed: int
    same: int
    moved: int
    changed: int
    dropped: int
    due: int
    unlisted: int
    gone: int
    yen: int


class CostShare(Struct, frozen=True, kw_only=True):
    """What an owner pays over the plan alone, and of the joint cost by each rule; None where a rule lacks a fact.

    `worse` names the rules under which it would pay more than alone.
    """

    owner: str
    alone_yen: int
    equal: int
    stock: int
    population: int | None
    benefit: int | None
    worse: tuple[str, ...] = ()


class OwnerIndicator(Struct, frozen=True, kw_only=True):
    """An indicator of one owner beside the region, the prefecture and the nation; None is not known."""

    code: str
    label: Text
    unit: Text
    owner: str
    value: float | None
    region: float | None
    prefecture: float | None = None
    nation: float | None = None
    source: str = ""  # of prefecture and nation, with years
    decimals: int = 0


class Role(Struct, frozen=True, kw_only=True):
    """A task of the plan: who decides on it, who does it, who stays responsible, who is heard."""

    task: Text
    decides: Text
    does: Text
    answers: Text
    heard: Text


class Review(Struct, frozen=True, kw_only=True):
    """What may come otherwise than planned, the sign of it, what is done then and who does it."""

    risk: Text
    sign: Text
    action: Text
    who: Text
