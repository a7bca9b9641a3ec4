"""The facts that the duties of single assets follow from."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import msgspec

from gunmane.core.duties.facts import AssetFacts, asset_facts
from gunmane.core.inspections import Inspection, Repair
from gunmane.core.inventory import ATTRIBUTES, Asset
from gunmane.store.query import ReadConn, Record, sql

Key = tuple[UUID, UUID, date]
"""Owner, asset, and the day up to which things are known."""


async def told(conn: ReadConn, wanted: Sequence[Key]) -> dict[Key, Record]:
    """Read what the duties of assets follow from; equal records, equal facts."""
    columns = [list(column) for column in zip(*wanted, strict=True)] or [[], [], []]
    rows = await conn.fetch(sql("duties", "facts"), *columns)
    return {(row["owner_id"], row["asset_id"], row["as_of"]): row for row in rows}


def facts_of(row: Record) -> AssetFacts:
    """Make the facts of one asset."""
    given = dict(row)
    owner, _ = given.pop("owner"), given.pop("as_of")
    attributes, looks, works = (given.pop(name) for name in ("attributes", "inspections", "repairs"))
    asset = msgspec.convert(given, Asset)
    if attributes is not None:
        kind = ATTRIBUTES[asset.asset_class]
        asset = msgspec.structs.replace(asset, attributes=msgspec.json.decode(attributes, type=kind))
    keys = {"owner_id": asset.owner_id, "asset_id": asset.asset_id}
    return asset_facts(
        asset,
        owner,
        msgspec.convert([{**one, **keys} for one in msgspec.json.decode(looks or "[]")], list[Inspection]),
        msgspec.convert([{**one, **keys} for one in msgspec.json.decode(works or "[]")], list[Repair]),
    )


async def facts(conn: ReadConn, wanted: Sequence[Key]) -> dict[Key, AssetFacts]:
    """Read the facts of assets, each named by owner, asset and the day up to which things are known."""
    return {key: facts_of(row) for key, row in (await told(conn, wanted)).items()}
