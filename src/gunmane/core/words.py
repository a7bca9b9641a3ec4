"""The words of the field, the same in code, SQL, API and documents."""

from enum import StrEnum

from msgspec import Struct


class AssetClass(StrEnum):
    """What kind of thing an asset is; decides its attributes, scale, duties and model."""

    BRIDGE = "bridge"  # 橋梁
    TUNNEL = "tunnel"  # トンネル
    ROAD_STRUCTURE = "road_structure"  # シェッド、大型カルバート、横断歩道橋、門型標識
    PAVEMENT = "pavement"  # 舗装区間
    SEWER_PIPE = "sewer_pipe"  # 下水道管きょ
    MANHOLE = "manhole"  # マンホール
    WATER_PIPE = "water_pipe"  # 水道管
    SEPTIC = "septic"  # 浄化槽
    TREATMENT_PLANT = "treatment_plant"  # 処理場、浄水場、ポンプ場


class OwnerKind(StrEnum):
    """What kind of organisation answers for assets."""

    MUNICIPALITY = "municipality"
    PREFECTURE = "prefecture"
    UTILITY = "utility"
    UNION = "union"


class Precision(StrEnum):
    """How well a date or year is known; unknown is a value of its own."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"  # calendar year
    FISCAL_YEAR = "fiscal_year"  # 年度, April to March
    ABOUT = "about"  # 昭和50年頃
    UNKNOWN = "unknown"


class Origin(StrEnum):
    """Where a datum comes from; what is simulated says so everywhere."""

    LEDGER = "ledger"
    API = "api"
    DEVICE = "device"
    IMPUTED = "imputed"
    SIMULATED = "simulated"


class Status(StrEnum):
    """Whether an asset is in use; `missing` is what a newer ledger no longer lists."""

    IN_SERVICE = "in_service"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    ABOLISHED = "abolished"
    MISSING = "missing"


class ConsentLevel(StrEnum):
    """What an owner lets its region see of one asset class."""

    AGGREGATE = "aggregate"  # counts only
    CONDITION = "condition"  # each asset's place, size, age, grade, risk; no number, name or attributes
    FULL = "full"  # everything but personal data


class Role(StrEnum):
    """What the holder of a key may do."""

    VIEWER = "viewer"
    ENGINEER = "engineer"
    PLANNER = "planner"
    SCHEDULER = "scheduler"
    ADMINISTRATOR = "administrator"


class SourceStatus(StrEnum):
    """How far a rule, cost, life or prior can be trusted; only `statute` … `published` are printed as such."""

    STATUTE = "statute"
    GUIDELINE = "guideline"
    PUBLISHED = "published"
    LOCAL = "local"
    UNVERIFIED = "unverified"  # recalled, not checked at the source: an editable parameter
    ASSUMED = "assumed"  # our own setting


class ModelState(StrEnum):
    """Where a model of deterioration stands; only people adopt."""

    PROPOSED = "proposed"  # found by a computation
    ADOPTED = "adopted"  # forecasts come from it
    RETIRED = "retired"


class Language(StrEnum):
    """Languages of every text that a person reads."""

    JA = "ja"
    EN = "en"


class Scale(Struct, frozen=True, forbid_unknown_fields=True):
    """A named, ordered set of grades; grades of different scales are never compared.

    `grades` run from best to worst whatever their names look like: road soundness ends with IV, sewer urgency
    ends with I. `bad_from` is the first grade that counts as "bad" in forecasts and risk.
    """

    code: str
    grades: tuple[str, ...]
    bad_from: str
    names_ja: tuple[str, ...]
    names_en: tuple[str, ...]
    classes: tuple[AssetClass, ...]
    title_ja: str
    title_en: str
    source: str
    status: SourceStatus
    valid_from: str | None = None
    valid_to: str | None = None

    def rank(self, grade: str) -> int:
        """Return 0 for the best grade, len(grades) - 1 for the worst; ValueError for a grade of another scale."""
        return self.grades.index(grade)

    @property
    def bad_rank(self) -> int:
        """The rank from which an asset counts as bad."""
        return self.grades.index(self.bad_from)
