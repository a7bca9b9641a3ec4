"""The facts that the duties of single assets follow from."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from gunmane.core.duties.facts import AssetFacts, asset_facts
from gunmane.core.inspections import Inspection, Repair
from gunmane.core.inventory import ATTRIBUTES, Asset
from gunmane.store.query import ReadConn, sql


class _Extra(Struct):
    """What stands beside the columns of an asset."""

    owner: str
    as_of: date
    attributes: str | None
    inspections: list[dict[str, Any]] | None
    repairs: list[dict[str, Any]] | None


async def facts(
    conn: ReadConn, wanted: Sequence[tuple[UUID, UUID, date]]
) -> dict[tuple[UUID, UUID, date], AssetFacts]:
    """Read the facts of assets, each named by owner, asset and the day up to which things are known."""
    columns = [list(column) for column in zip(*wanted, strict=True)] or [[], [], []]
    found: dict[tuple[UUID, UUID, date], AssetFacts] = {}
    for row in await conn.fetch(sql("duties", "facts"), *columns):
        given = dict(row)
        extra = msgspec.convert({name: given.pop(name) for name in _Extra.__struct_fields__}, _Extra)
        asset = msgspec.convert(given, Asset)
        if extra.attributes is not None:
            kind = ATTRIBUTES[asset.asset_class]
            asset = msgspec.structs.replace(asset, attributes=msgspec.json.decode(extra.attributes, type=kind))
        found[asset.owner_id, asset.asset_id, extra.as_of] = asset_facts(
            asset,
            extra.owner,
            msgspec.convert(_whole(extra.inspections, asset), list[Inspection]),
            msgspec.convert(_whole(extra.repairs, asset), list[Repair]),
        )
    return found


def _whole(rows: list[dict[str, Any]] | None, asset: Asset) -> list[dict[str, Any]]:
    return [{**row, "owner_id": asset.owner_id, "asset_id": asset.asset_id} for row in rows or ()]
