"""Rules of law as rows: what they say, when they hold, which row decides for an asset."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any

from msgspec import Struct, structs

from gunmane.core.calendar import WorkingDays
from gunmane.core.words import AssetClass, SourceStatus


class EventKind(StrEnum):
    """What can happen in an asset's life as far as duties care."""

    WORK_PLANNED = "work_planned"  # 着工予定
    INSTALLED = "installed"  # 設置・完成; starts no clock of use
    START_PLANNED = "start_planned"  # 使用開始予定
    START_OF_USE = "start_of_use"  # 使用開始
    OPENED = "opened"  # 供用開始
    INSPECTION = "inspection"  # 点検・検査・調査
    JUDGED = "judged"  # 判定
    MAINTENANCE = "maintenance"  # 保守点検
    CLEANING = "cleaning"  # 清掃
    REPAIRED = "repaired"  # 修繕・措置
    REPLACED = "replaced"  # 更新・入替え: the earlier life no longer counts
    RESURFACED = "resurfaced"  # 表層更新
    STRUCTURE_CHANGED = "structure_changed"  # 構造・規模の変更
    SUSPENDED = "suspended"  # 休止
    RESUMED = "resumed"  # 使用再開
    ABOLISHED = "abolished"  # 廃止・撤去
    REPORTED = "reported"  # 届出・報告
    OWNER_CHANGED = "owner_changed"  # 管理者変更
    MANAGER_CHANGED = "manager_changed"  # 技術管理者変更
    MANAGER_APPOINTED = "manager_appointed"  # 技術管理者の選任
    PERMIT_GRANTED = "permit_granted"  # 占用許可
    PERMIT_EXPIRES = "permit_expires"  # 占用期間満了


FORESEEN = frozenset({EventKind.WORK_PLANNED, EventKind.START_PLANNED, EventKind.PERMIT_EXPIRES})
"""Kinds whose date may lie in the future and is still a fact today."""


class Condition(Struct, frozen=True, forbid_unknown_fields=True):
    """A test on one attribute; an attribute that is not known makes it undecided.

    `op`: eq, ne, in, ge, le, gt, lt (the value compared with `value`) or known (undecided never; false if absent).
    """

    field: str
    op: str
    value: Any = None

    def holds(self, attributes: Mapping[str, Any]) -> bool | None:
        """Return True or False, or None when the attribute is not known."""
        found = attributes.get(self.field)
        if self.op == "known":
            return found is not None
        if found is None:
            return None
        return _compare(self.op, found, self.value)


def _compare(op: str, found: Any, value: Any) -> bool:
    match op:
        case "eq":
            return bool(found == value)
        case "ne":
            return bool(found != value)
        case "in":
            return found in value
        case "ge":
            return bool(found >= value)
        case "le":
            return bool(found <= value)
        case "gt":
            return bool(found > value)
        case "lt":
            return bool(found < value)
        case _:
            raise ValueError(f"unknown operator {op}")


class Mark(Struct, frozen=True, forbid_unknown_fields=True):
    """Events of one kind; `duty` narrows them: absent = any, "" = only events that name no duty."""

    kind: EventKind
    duty: str | None = None


class Timing(Struct, frozen=True, forbid_unknown_fields=True):
    """How a date follows from its anchor.

    shape   within: `amount` `unit` after the anchor; window: opens after `amount` `unit` have passed and stays
            open for `length` months; before: `amount` `unit` (days or weeks) ahead; fixed: on `day`;
            open: owed without a last day.
    amount_from  attribute that holds the amount instead (0, negative and unknown count as missing).
    tolerance  none; fiscal_year: until 31 March of the fiscal year of the anniversary's round, FY(anchor) + years;
            fixed_month: the month `month` (or attribute `month_from`) of that fiscal year.
    opens   anchor: at once (the day after a completion); fiscal_year: 1 April of the year it falls due in.
    status, source  of this timing where they differ from the rule's.
    """

    shape: str = "within"
    amount: int | None = None
    unit: str = "month"
    amount_from: str | None = None
    length: int = 0
    tolerance: str = "none"
    opens: str = "anchor"
    month_from: str | None = None
    month: int | None = None
    day: date | None = None
    status: SourceStatus | None = None
    source: str | None = None

    def resolve(self, attributes: Mapping[str, Any]) -> int | None:
        """Return the amount that holds for an asset, or None where it is missing, zero or negative."""
        if self.shape in ("fixed", "open"):
            return 0
        if self.amount_from is None:
            return self.amount
        found = attributes.get(self.amount_from)
        if isinstance(found, bool) or not isinstance(found, int | float) or found <= 0:
            return None
        return int(found)


class Rule(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of law, guideline or local practice.

    Which assets: `classes`; `where` (undecided: listed as unknown), `gate` (undecided: does not apply), `unless`
    (does not apply where any of them surely holds); `owners`, `prefectures` (2 digits), `agencies` make it local.
    When in force: `valid_from`, `valid_to` against the day asked about; no `valid_from` = not in force.
    `anchor_from`, `anchor_to`: only for anchors in that time (transitional provisions).
    Clock: the latest event of `anchor`; `recurring` rules restart at every event of `done_by` or `restarts`.
    `counts`: which completions of a one-off fulfil it: any, anchor (from the anchor on), window (from its opening
    on), before (up to the anchor). `anchor_grades`: only if the latest graded anchor has one of these grades.
    `missing`: list = an unknown anchor is listed; none = without the anchor there is no duty.
    `after`: not owed while that duty is pending. `closed_by`: later events that end a one-off never recorded.
    `since`: completions before the latest such event do not count. `ends_at`: not owed if it would fall due only
    on or after that event. `new_only`: `first` holds only for anchors since the rule came into force.
    `awaits`: an ungraded event of this kind waits for its judgement and is listed.
    `transition_due`: earliest last day where the anchor lies before the rule came into force.
    """

    id: str
    duty: str
    classes: tuple[AssetClass, ...]
    basis_ja: str
    basis_en: str
    kind: str  # statute | request | guideline | ordinance | local | draft
    source: str
    status: SourceStatus
    first: Timing | None = None
    again: Timing | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    owners: tuple[str, ...] = ()
    prefectures: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    individual: bool = False
    where: tuple[Condition, ...] = ()
    gate: tuple[Condition, ...] = ()
    unless: tuple[Condition, ...] = ()
    anchor: tuple[Mark, ...] = ()
    anchor_grades: tuple[str, ...] = ()
    anchor_from: date | None = None
    anchor_to: date | None = None
    done_by: tuple[Mark, ...] = ()
    restarts: tuple[Mark, ...] = ()
    recurring: bool = False
    counts: str = "anchor"
    missing: str = "list"
    after: str | None = None
    closed_by: tuple[Mark, ...] = ()
    awaits: Mark | None = None
    since: tuple[Mark, ...] = ()
    ends_at: Mark | None = None
    new_only: bool = False
    suspends: bool = False
    survives: bool = False
    filing: bool = False
    waived_ja: str | None = None
    waived_en: str | None = None
    round_start: int | None = None
    round_years: int = 5
    transition_due: date | None = None
    performer_ja: str = ""
    performer_en: str = ""
    qualification: str = ""
    sanction_ja: str = ""
    sanction_en: str = ""
    evidence_ja: str = ""
    evidence_en: str = ""

    @property
    def local(self) -> bool:
        """Whether the row is local or individual practice, which a statute's last day caps."""
        return bool(self.owners or self.prefectures or self.agencies or self.individual)

    @property
    def repeat(self) -> Timing | None:
        """The timing after a completion."""
        return self.again or self.first

    def in_force(self, day: date) -> bool:
        """Tell whether the row holds on `day`."""
        return (
            self.valid_from is not None and self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
        )


class Texts(Struct, frozen=True):
    """Sentences of one language: names of duties, states and event kinds, and the pieces of the reasons."""

    duties: dict[str, str]
    states: dict[str, str]
    kinds: dict[str, str]
    fields: dict[str, str]
    reasons: dict[str, str]
    faults: dict[str, str]
    grades: dict[str, str] = {}  # where a grade is written otherwise than it is stored
    remarks: dict[str, str] = {}  # reservations under which facts were read


class RuleBook(Struct, frozen=True, eq=False):
    """All rules with the texts they are explained in and the days on which offices work.

    Equal only to itself, so that the rows of a class and day are found once.
    """

    rules: tuple[Rule, ...]
    ja: Texts
    en: Texts
    days: WorkingDays = WorkingDays()
    horizon: date | None = None

    def duties(self) -> frozenset[str]:
        """Return every duty named by a rule."""
        return frozenset(rule.duty for rule in self.rules)

    def what_if(self, day: date) -> "RuleBook":
        """Return the book as if every rule not in force yet came into force on `day`, looked at from today."""
        rules = tuple(
            structs.replace(rule, valid_from=day) if rule.valid_from is None or rule.valid_from > day else rule
            for rule in self.rules
        )
        return structs.replace(self, rules=rules, horizon=day)

    def rows(self, asset_class: AssetClass, day: date) -> dict[str, tuple[Rule, ...]]:
        """Return the rows in force for a class on `day`, by duty.

        Within a duty local and individual rows come first, else the order of the file holds; a duty comes after
        the one it waits for.
        """
        return _rows(self, asset_class, day)


@lru_cache(maxsize=512)
def _rows(book: RuleBook, asset_class: AssetClass, day: date) -> dict[str, tuple[Rule, ...]]:
    found: dict[str, list[Rule]] = {}
    looked_from = max(day, book.horizon) if book.horizon is not None else day
    for rule in book.rules:
        if asset_class in rule.classes and rule.in_force(looked_from):
            found.setdefault(rule.duty, []).append(rule)
    ordered = {duty: tuple(sorted(rows, key=lambda rule: not rule.local)) for duty, rows in found.items()}
    return dict(sorted(ordered.items(), key=lambda pair: _depth(pair[0], ordered)))


def _depth(duty: str, rows: Mapping[str, Sequence[Rule]]) -> int:
    waits = {rule.after for rule in rows.get(duty, ()) if rule.after}
    return 1 + max((_depth(name, rows) for name in waits if name in rows), default=0)
