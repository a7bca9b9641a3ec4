"""Changing one asset: merge, validate, store with its former state."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import structs

from gunmane.core.calendar import fiscal_year
from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.inventory import ATTRIBUTES
from gunmane.core.words import Precision
from gunmane.store import assets as store
from gunmane.store.assets import AssetInFull
from gunmane.store.query import Conn


async def change(conn: Conn, found: AssetInFull, patch: dict[str, Any], at: datetime, key_id: UUID) -> AssetInFull:
    """Apply a merge patch to an asset and keep its former state.

    Raises GunmaneError `invalid` with every fault, `changed_meanwhile` when somebody else was faster, `conflict`
    (from the database) for a number that another asset has.
    """
    patch = dict(patch)
    faults: list[Fault] = []
    if "attributes" in patch:
        patch["attributes"], faults = _attributes(found, patch["attributes"])
    patch, doubts = _building_date(found, patch)
    if faults or doubts:
        raise GunmaneError("invalid", [*faults, *doubts])
    changed = structs.replace(found, **patch)
    revision = await store.change(conn, changed, found.revision, at, key_id)
    if revision is None:
        raise GunmaneError("changed_meanwhile")
    return structs.replace(changed, revision=revision, recorded_at=at.astimezone(UTC))


def _attributes(found: AssetInFull, patch: dict[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """Merge attributes (RFC 7396) and check them against the struct of the asset's class."""
    merged = {**(found.attributes or {}), **patch}
    merged = {name: value for name, value in merged.items() if value is not None}
    merged["class"] = found.asset_class.value
    wanted = ATTRIBUTES[found.asset_class]
    faults = [
        Fault("unknown_field", f"/attributes/{name}", {"name": name})
        for name in patch
        if name not in wanted.__struct_fields__ and name != "class"
    ]
    try:
        msgspec.convert(merged, wanted)
    except msgspec.ValidationError as error:
        faults.append(Fault("attributes_wrong", "/attributes", {"reason": str(error)}))
    return merged, faults


def _building_date(found: AssetInFull, patch: dict[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """Keep year, day and precision of construction in step: a day decides the year, an unknown year the precision."""
    year: int | None = patch.get("built_year", found.built_year)
    day: date | None = patch.get("built_on", found.built_on)
    precision: Precision = patch.get("built_precision", found.built_precision)
    if patch.get("built_on") is not None and "built_precision" not in patch:
        precision = Precision.DAY
    if day is not None and "built_year" not in patch:
        year = fiscal_year(day) if precision is Precision.FISCAL_YEAR else day.year
    if (year is None) != (precision is Precision.UNKNOWN):
        return patch, [Fault("built_year_needs_precision", "/built_precision")]
    return {**patch, "built_year": year, "built_precision": precision}, []
