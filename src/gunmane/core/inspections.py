"""Inspections and repairs as plain values, and what is plausible about them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType, field, structs

from gunmane.core.errors import Fault
from gunmane.core.words import AssetClass, Origin, Precision, Scale, SourceStatus


class Inspection(Struct, frozen=True, kw_only=True):
    """One inspection of one asset; append-only: a correction is a new row that names the one it supersedes.

    `duty` is the duty that the inspection fulfils (`road.periodic`, `septic.article11`, …) or None.
    `grade` belongs to `scale` and is None where nothing was judged.
    """

    owner_id: UUID
    inspection_id: UUID
    asset_id: UUID
    inspected_on: date
    duty: str | None = None
    scale: str | None = None
    grade: str | None = None
    findings: dict[str, Any] = field(default_factory=dict[str, Any])
    inspector: str | None = None
    notes: str | None = None
    supersedes: UUID | None = None
    flags: tuple[str, ...] = ()
    origin: Origin = Origin.API
    recorded_at: datetime | UnsetType = UNSET


class Repair(Struct, frozen=True, kw_only=True):
    """Work that improved or replaced an asset; explains an improvement of its grade."""

    owner_id: UUID
    repair_id: UUID
    asset_id: UUID
    repaired_on: date
    kind: str  # repair | rehabilitation | replacement | removal | cleaning
    cost_yen: int | None = None
    notes: str | None = None
    origin: Origin = Origin.API
    recorded_at: datetime | UnsetType = UNSET


class History(Struct, frozen=True):
    """What is known of one asset's past when an inspection is judged plausible."""

    asset_class: AssetClass
    built_year: int | None
    inspections: tuple[Inspection, ...] = ()
    repairs: tuple[Repair, ...] = ()
    built_on: date | None = None
    built_precision: Precision = Precision.UNKNOWN


class Jump(Struct, frozen=True, forbid_unknown_fields=True):
    """A worsening that is doubted: `grades` or more within `days` on `scale` (`*`: any other)."""

    scale: str
    grades: int
    days: int


class Plausibility(Struct, frozen=True, forbid_unknown_fields=True):
    """When a grade is doubted (`data/plausibility.toml`)."""

    jumps: tuple[Jump, ...]
    status: SourceStatus

    def jump(self, scale: str) -> Jump | None:
        """Find the rule of a scale, else the one for all."""
        exact = next((one for one in self.jumps if one.scale == scale), None)
        return exact or next((one for one in self.jumps if one.scale == "*"), None)


class Judged(Struct, frozen=True):
    """A judged grade of the past: its day and its rank on the scale in question."""

    day: date
    grade: str


class Past(Struct, frozen=True):
    """The part of an asset's past that decides whether one inspection is plausible.

    `same_day` names an inspection of the same day and duty; `before` is the latest grade on the same scale before
    the day; `mended_on` the latest repair, rehabilitation or replacement up to the day.
    """

    asset_class: AssetClass
    earliest: date | None = None
    same_day: UUID | None = None
    before: Judged | None = None
    mended_on: date | None = None


class Verdict(Struct, frozen=True):
    """What was found: faults refuse the inspection; flags and questions are kept with it."""

    faults: tuple[Fault, ...] = ()
    flags: tuple[str, ...] = ()
    questions: tuple[Fault, ...] = ()


SOUND = Verdict()

MENDING = frozenset({"repair", "rehabilitation", "replacement"})
"""Kinds of work that can improve a grade; cleaning can't, and what is removed has none."""


def built_from(built_year: int | None, built_on: date | None, precision: Precision) -> date | None:
    """Return the earliest day on which the asset can have existed, or None when that is unknown or only about."""
    if precision in (Precision.DAY, Precision.MONTH) and built_on is not None:
        return built_on.replace(day=1) if precision is Precision.MONTH else built_on
    if built_year is None or precision in (Precision.ABOUT, Precision.UNKNOWN):
        return None
    return date(built_year, 4, 1) if precision is Precision.FISCAL_YEAR else date(built_year, 1, 1)


def last_day(day: date, precision: Precision) -> date:
    """Return the last day that a statement can mean which is kept by its first (1 April for a fiscal year)."""
    if precision is Precision.MONTH:
        return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    if precision in (Precision.YEAR, Precision.FISCAL_YEAR):
        return day.replace(year=day.year + 1) - timedelta(days=1)
    return day


def past(history: History, inspection: Inspection, until: date | None = None) -> Past:
    """Reduce a history to what decides about `inspection`; superseded rows must not be in the history.

    `until` is the last day that its date can mean (None: the day itself). This is the rule. The service reads the
    same from the database by `inspection_past`, without the history around it; a test holds the two together.
    """
    others = [
        one
        for one in history.inspections
        if one.inspection_id not in (inspection.inspection_id, inspection.supersedes)
    ]
    same = [one for one in others if one.inspected_on == inspection.inspected_on and one.duty == inspection.duty]
    graded = [
        one
        for one in others
        if one.grade is not None and one.scale == inspection.scale and one.inspected_on < inspection.inspected_on
    ]
    before = max(graded, key=lambda one: (one.inspected_on, one.inspection_id), default=None)
    mended = [
        one.repaired_on
        for one in history.repairs
        if one.kind in MENDING and one.repaired_on <= (until or inspection.inspected_on)
    ]
    return Past(
        asset_class=history.asset_class,
        earliest=built_from(history.built_year, history.built_on, history.built_precision),
        same_day=same[0].inspection_id if same else None,
        before=Judged(before.inspected_on, before.grade) if before is not None and before.grade is not None else None,
        mended_on=max(mended, default=None),
    )


def judge(
    inspection: Inspection, past: Past, scales: Mapping[str, Scale], rules: Plausibility, today: date
) -> Verdict:
    """Judge whether one inspection is plausible in view of the asset's past.

    Refused (faults, places are JSON Pointers into the inspection): a day in the future, a day before construction,
    a second inspection for the same duty on the same day, a scale that is unknown or not of the asset's class, a
    grade that is not on the scale. Kept and flagged: a jump for the worse, and an improvement without a recorded
    repair, which is asked about.
    """
    faults: list[Fault] = []
    day = inspection.inspected_on
    if day > today:
        faults.append(Fault("in_future", "/inspected_on", {"value": day, "today": today}))
    if past.earliest is not None and day < past.earliest:
        faults.append(Fault("before_construction", "/inspected_on", {"value": day, "earliest": past.earliest}))
    if past.same_day is not None:
        faults.append(Fault("same_day_twice", "/inspected_on", {"value": day, "inspection_id": past.same_day}))
    scale = None if inspection.scale is None else scales.get(inspection.scale)
    if scale is None:
        if inspection.scale is not None:
            faults.append(Fault("scale_unknown", "/scale", {"value": inspection.scale, "allowed": sorted(scales)}))
        elif inspection.grade is not None:
            faults.append(Fault("scale_missing", "/scale"))
    elif past.asset_class not in scale.classes:
        fitting = sorted(one.code for one in scales.values() if past.asset_class in one.classes)
        faults.append(Fault("scale_not_of_class", "/scale", {"value": scale.code, "allowed": fitting}))
    elif inspection.grade is not None and inspection.grade not in scale.grades:
        faults.append(Fault("grade_unknown", "/grade", {"value": inspection.grade, "allowed": scale.grades}))
    if faults:
        return Verdict(tuple(faults))
    if scale is None or inspection.grade is None or past.before is None or past.before.grade not in scale.grades:
        return SOUND
    return _compare(inspection, past.before, past.mended_on, scale, rules)


def doubts(
    inspection: Inspection,
    history: History,
    precision: Precision,
    scales: Mapping[str, Scale],
    rules: Plausibility,
) -> tuple[str, ...]:
    """Return what a ledger's inspection is flagged with: nobody can be asked back, so it is kept whatever it says.

    `before_construction` and `same_day_twice` (for one duty on one scale) refuse a single inspection; `grade_jump`
    and `improved_without_repair` are those of `judge`. A date known by month or year stands for all its days. This is
    the rule; imports work it out for whole ledgers in `merge_inspections`, and a test holds the two together.
    """
    until = last_day(inspection.inspected_on, precision)
    known = past(history, inspection, until)
    flags: list[str] = []
    if known.earliest is not None and until < known.earliest:
        flags.append("before_construction")
    if any(_twice(inspection, one) for one in history.inspections):
        flags.append("same_day_twice")
    scale = scales.get(inspection.scale or "")
    if scale is not None and known.before is not None and {inspection.grade, known.before.grade} <= {*scale.grades}:
        flags += _compare(inspection, known.before, known.mended_on, scale, rules).flags
    return tuple(flags)


def _twice(one: Inspection, other: Inspection) -> bool:
    if other.inspection_id in (one.inspection_id, one.supersedes):
        return False
    return (one.inspected_on, one.duty, one.scale) == (other.inspected_on, other.duty, other.scale)


class Plain(Struct, frozen=True):
    """What an asset must meet so that a graded inspection raises no doubt, whatever else is known of it.

    The asset is of one of `classes`; its latest grade, on the same scale and of an earlier day, is one of `before`.
    """

    classes: tuple[AssetClass, ...]
    before: tuple[str, ...]


def plain(scale: str | None, grade: str | None, scales: Mapping[str, Scale], rules: Plausibility) -> Plain | None:
    """Say when an inspection with this grade is sound without asking for days and repairs; None: never.

    A short cut through `judge`, which has the last word: what meets this on an asset that is old enough, on a day
    that is not in the future and has no other inspection, is sound by `judge` as well (a test holds them together).
    """
    known = scales.get(scale or "")
    if known is None or grade is None or grade not in known.grades:
        return None
    rule, rank = rules.jump(known.code), known.rank(grade)
    first = 0 if rule is None else min(max(rank - rule.grades + 1, 0), rank)
    return Plain(known.classes, known.grades[first : rank + 1])


def _compare(
    inspection: Inspection, before: Judged, mended_on: date | None, scale: Scale, rules: Plausibility
) -> Verdict:
    """Compare a grade with the one before; a repair on the day of either inspection counts as between."""
    step = scale.rank(inspection.grade or "") - scale.rank(before.grade)
    if step == 0 or (mended_on is not None and mended_on >= before.day):
        return SOUND
    values = {"value": inspection.grade, "before": before.grade, "before_on": before.day}
    if step < 0:
        question = Fault("improved_without_repair", "/grade", values)
        return Verdict(flags=("improved_without_repair",), questions=(question,))
    rule = rules.jump(scale.code)
    if rule is None or step < rule.grades or (inspection.inspected_on - before.day).days > rule.days:
        return SOUND
    return Verdict(flags=("grade_jump",), questions=(Fault("grade_jump", "/grade", values),))


def same_content(one: Inspection, other: Inspection) -> bool:
    """Tell whether two inspections say the same, whatever the service added (flags, time of recording)."""
    keys: Sequence[str] = (
        "owner_id", "inspection_id", "asset_id", "inspected_on", "duty", "scale", "grade", "findings", "inspector",
        "notes", "supersedes",
    )  # fmt: skip
    return all(getattr(one, key) == getattr(other, key) for key in keys)


def with_flags(one: Inspection, flags: Sequence[str]) -> Inspection:
    """Return the inspection with further doubts noted on it."""
    return structs.replace(one, flags=(*one.flags, *(flag for flag in flags if flag not in one.flags)))
