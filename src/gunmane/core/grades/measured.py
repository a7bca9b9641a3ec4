"""Grades of measurements: pavement, septic water, small road appurtenances; the worst item decides."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal

from msgspec import Struct, field

from gunmane.core.errors import Fault
from gunmane.core.words import SourceStatus

UNDETERMINED = "undetermined"


class Step(Struct, frozen=True, forbid_unknown_fields=True):
    """Values from which grades II and III begin."""

    second: float
    third: float
    unit: str = ""


class PavementRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One criterion for asphalt: crack ratio in %, rut depth in mm, IRI in mm/m."""

    id: str
    title_ja: str
    title_en: str
    source: str
    status: SourceStatus
    crack: Step
    rut: Step
    iri: Step
    valid_from: date | None = None


class Formula(Struct, frozen=True, forbid_unknown_fields=True):
    """One of the formulas of the maintenance control index; a coefficient 0 leaves the measurement out."""

    base: float
    crack: float
    rut: float
    roughness: float


class Band(Struct, frozen=True, forbid_unknown_fields=True):
    """What an index up to a value means."""

    up_to: float
    code: str
    ja: str
    en: str


class MciRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The maintenance control index (MCI)."""

    source: str
    status: SourceStatus
    roughness_per_iri: float
    roughness_at_0: float
    formulas: tuple[Formula, ...]
    powers: dict[str, float]
    bands: tuple[Band, ...]


class WaterLimit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Limits of one item for a type of tank; kind or design None: for all.

    `detected`: 0 means that nothing was detected, which fails.
    """

    item: str
    better: Literal["low", "high", "within"]
    kind: str | None = None
    design: float | None = None
    good: float = 0.0
    acceptable: float = 0.0
    good_range: tuple[float, float] | None = None
    acceptable_range: tuple[float, float] | None = None
    detected: bool = False


class SepticRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Limits of treated water."""

    id: str
    title_ja: str
    title_en: str
    source: str
    status: SourceStatus
    limits: tuple[WaterLimit, ...]


class AppurtenanceRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Grades of damage from best to worst, and what a plate keeps in hand above its limit."""

    source: str
    status: SourceStatus
    grades: tuple[str, ...]
    control_margin_mm: float


class Grading(Struct, frozen=True, forbid_unknown_fields=True):
    """The file `data/grading.toml`."""

    pavement: tuple[PavementRules, ...]
    mci: MciRules
    septic: SepticRules
    appurtenance: AppurtenanceRules
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])


class Measured(Struct, frozen=True, kw_only=True):
    """A grade made from measurements: each item's own grade, the worst items, what is missing, and why."""

    grade: str
    items: dict[str, str]
    worst: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    reasons: tuple[Fault, ...] = field(default=())


def pavement(
    rules: PavementRules,
    *,
    crack: float | None,
    rut: float | None,
    iri: float | None,
    base_damaged: bool | None = None,
    early: bool = False,
) -> Measured:
    """Soundness of a pavement section: I, II, III-1, III-2, or III where the base is not known.

    base_damaged: whether damage in the base course or below is inferred; early: III came before the target service
    life of the surface, the usual hint at III-2. What was not measured is left out and named.
    """
    values = {"crack_ratio": crack, "rut": rut, "iri": iri}
    steps = {"crack_ratio": rules.crack, "rut": rules.rut, "iri": rules.iri}
    items = {
        name: "III" if value >= steps[name].third else "II" if value >= steps[name].second else "I"
        for name, value in values.items()
        if value is not None
    }
    missing = tuple(name for name in values if name not in items)
    if not items:
        return Measured(grade=UNDETERMINED, items=items, missing=missing, reasons=(Fault("pavement_none"),))
    worst = max(items.values(), key=len)
    deciding = tuple(name for name, grade in items.items() if grade == worst)
    reasons = [Fault("pavement_worst", values={"items": deciding, "grade": worst})]
    if missing:
        reasons.append(Fault("pavement_missing", values={"items": missing}))
    if worst == "III":
        if base_damaged is None and not early:
            reasons.append(Fault("pavement_base_unknown"))
        else:
            second = base_damaged if base_damaged is not None else early
            worst = "III-2" if second else "III-1"
            early_only = base_damaged is None
            reasons.append(
                Fault("pavement_early" if early_only else "pavement_base" if second else "pavement_surface")
            )
    return Measured(grade=worst, items=items, worst=deciding, missing=missing, reasons=tuple(reasons))


def mci(
    rules: MciRules,
    *,
    crack: float | None,
    rut: float | None,
    roughness: float | None = None,
    iri: float | None = None,
) -> tuple[float, Band] | None:
    """Maintenance control index and its band: the least of the formulas whose measurements are there; None if none.

    crack in %, rut in mm, roughness in mm (from iri in mm/m where not given).
    """
    if roughness is None and iri is not None:
        roughness = rules.roughness_per_iri * iri + rules.roughness_at_0
    values = {"crack": crack, "rut": rut, "roughness": roughness}
    found: list[float] = []
    for one in rules.formulas:
        factors = {"crack": one.crack, "rut": one.rut, "roughness": one.roughness}
        used = {name: factor for name, factor in factors.items() if factor}
        if all(values[name] is not None for name in used):
            found.append(one.base - sum(f * (values[n] or 0.0) ** rules.powers[n] for n, f in used.items()))
    if not found:
        return None
    value = max(min(found), 0.0)
    shown = round(value, 1)  # the bands are told to one decimal: up to 5.0, from 5.1
    return value, next((band for band in rules.bands if shown <= band.up_to), rules.bands[-1])


_WATER = ("good", "acceptable", "fail")


def septic(rules: SepticRules, kind: str, design: float | None, values: Mapping[str, float]) -> Measured:
    """Judge treated water: each item good, acceptable or fail, and the worst of them.

    kind: "single" (みなし浄化槽) or "combined"; design: design BOD in mg/L of a combined tank (60, 30 or 20).
    The overall verdict of the statutory inspection also looks at the tank and its papers: a person makes it.
    """
    items: dict[str, str] = {}
    reasons: list[Fault] = []
    missing: list[str] = []
    for name, value in values.items():
        limit = next((one for one in rules.limits if _applies(one, name, kind, design)), None)
        if limit is None:
            missing.append(name)
            continue
        items[name] = water_grade(limit, value)
        reasons.append(Fault("septic_item", values={"item": name, "value": value, "grade": items[name]}))
    if missing and design is None and kind == "combined":
        reasons.append(Fault("design_unknown"))
    if not items:
        return Measured(grade=UNDETERMINED, items=items, missing=tuple(missing), reasons=tuple(reasons))
    grade = max(items.values(), key=_WATER.index)
    worst = tuple(name for name, one in items.items() if one == grade) if grade != "good" else ()
    if worst:
        reasons.append(Fault("septic_worst", values={"items": worst}))
    reasons.append(Fault("septic_people"))
    if missing and grade != "fail":
        grade = UNDETERMINED
    return Measured(grade=grade, items=items, worst=worst, missing=tuple(missing), reasons=tuple(reasons))


def _applies(limit: WaterLimit, item: str, kind: str, design: float | None) -> bool:
    same_kind = limit.kind is None or limit.kind == kind
    return limit.item == item and same_kind and (limit.design is None or limit.design == design)


def water_grade(limit: WaterLimit, value: float) -> str:
    """Grade of one measured item."""
    if limit.detected and value <= 0:
        return "fail"
    if limit.better == "within":
        good, fair = limit.good_range, limit.acceptable_range
        if good is not None and good[0] <= value <= good[1]:
            return "good"
        return "acceptable" if fair is not None and fair[0] <= value <= fair[1] else "fail"
    sign = -1.0 if limit.better == "low" else 1.0
    if sign * value >= sign * limit.good:
        return "good"
    return "acceptable" if sign * value >= sign * limit.acceptable else "fail"


def appurtenance(rules: AppurtenanceRules, parts: Sequence[tuple[str, str]]) -> Measured:
    """Worst damage (a, c, e) of the parts of a sign or light; parts are (name, grade)."""
    items: dict[str, str] = {}
    wrong: list[Fault] = []
    for name, grade in parts:
        if grade not in rules.grades:
            wrong.append(Fault("mark_unknown", values={"value": grade, "known": ", ".join(rules.grades)}))
            continue
        items[name] = max(items.get(name, rules.grades[0]), grade, key=rules.grades.index)
    if not items:
        return Measured(grade=UNDETERMINED, items=items, reasons=tuple(wrong))
    worst = max(items.values(), key=rules.grades.index)
    deciding = tuple(name for name, grade in items.items() if grade == worst)
    reason = Fault("appurtenance_worst", values={"items": deciding, "grade": worst})
    open_still = bool(wrong) and worst != rules.grades[-1]
    return Measured(
        grade=UNDETERMINED if open_still else worst, items=items, worst=deciding, reasons=(reason, *wrong),
    )  # fmt: skip


def plate(rules: AppurtenanceRules, measured_mm: float, limit_mm: float) -> tuple[str, Fault]:
    """Class i, ii or iii of a plate's remaining thickness: down to the control thickness, to the limit, below it."""
    control = limit_mm + rules.control_margin_mm
    code = "i" if measured_mm >= control else "ii" if measured_mm >= limit_mm else "iii"
    return code, Fault(f"plate_{code}", values={"measured": measured_mm, "control": control, "limit": limit_mm})
