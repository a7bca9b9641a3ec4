"""Inspections and repairs as plain values."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType, field

from gunmane.core.words import AssetClass, Origin


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
