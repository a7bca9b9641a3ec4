"""What the rows of a plan are made of: sentences, bands, columns, measures, units."""

from enum import StrEnum

from msgspec import Struct


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
