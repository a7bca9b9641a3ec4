"""Repairs: log, read, list."""

from datetime import date
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from gunmane.core.errors import GunmaneError
from gunmane.core.inspections import Repair
from gunmane.core.words import AssetClass, Origin
from gunmane.flows import inspections as flow
from gunmane.http.assets import readable
from gunmane.http.cursors import Cursor, Limit, link_header, next_link, pack, unpack
from gunmane.http.routes import INSPECTING, Answer, Ask, Nothing, Route
from gunmane.store import repairs as store
from gunmane.store.ids import uuid7
from gunmane.store.repairs import LoggedRepair


class RepairWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A repair to be logged."""

    asset_id: UUID
    repaired_on: date
    kind: Annotated[str, Meta(pattern="^(repair|rehabilitation|replacement|removal|cleaning)$")]
    repair_id: UUID | None = None
    cost_yen: Annotated[int, Meta(ge=0, le=10**15)] | None = None
    notes: Annotated[str, Meta(max_length=10_000)] | None = None
    origin: Annotated[str, Meta(pattern="^(api|device|simulated)$")] = "api"


class RepairQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which repairs; newest identifier first."""

    asset: UUID | None = None
    asset_class: list[AssetClass] | None = None
    limit: Limit = 100
    cursor: Cursor | None = None


class RepairPage(Struct, frozen=True):
    """A page of repairs."""

    items: list[LoggedRepair]
    next: str | None = None


async def log(ask: Ask[Nothing, RepairWanted]) -> Answer:
    wanted = ask.body
    repair = Repair(
        owner_id=ask.principal.owner_id,
        repair_id=wanted.repair_id or uuid7(),
        asset_id=wanted.asset_id,
        repaired_on=wanted.repaired_on,
        kind=wanted.kind,
        cost_yen=wanted.cost_yen,
        notes=wanted.notes,
        origin=Origin(wanted.origin),
        recorded_at=ask.now,
    )
    logged, _ = await flow.log_repair(ask.conn, repair, ask.principal.key_id, ask.today)
    return Answer(logged, 201, {"Location": f"/v1/repairs/{logged.repair_id}"})


async def read(ask: Ask[Nothing, None]) -> Answer:
    found = await store.one(ask.conn, ask.id("repair_id"), await readable(ask))
    if found is None:
        raise GunmaneError("not_found")
    return Answer(found)


async def list_repairs(ask: Ask[RepairQuery, None]) -> Answer:
    query = ask.query
    place = unpack(query.cursor, tuple[UUID])
    before = None if place is None else place[0]
    owners = await readable(ask)
    rows = await store.page(ask.conn, owners, before, query.asset, query.asset_class, query.limit + 1)
    href = None
    if len(rows) > query.limit:
        rows = rows[: query.limit]
        href = next_link("/v1/repairs", query, pack(rows[-1].repair_id))
    return Answer(RepairPage(rows, href), headers=link_header(href) if href else {})


ROUTES = (
    Route(
        method="POST", path="/v1/repairs", name="log_repair", tag="repairs", run=log, may=INSPECTING,
        takes=RepairWanted, gives=LoggedRepair, status=201, creates=True, also=(409,),
        gives_headers=("Location",), summary="修繕の記録 (log one repair)",
    ),
    Route(
        method="GET", path="/v1/repairs", name="list_repairs", tag="repairs", run=list_repairs, query=RepairQuery,
        gives=RepairPage, gives_headers=("Link",), summary="修繕の一覧 (repairs)",
    ),
    Route(
        method="GET", path="/v1/repairs/{repair_id:uuid}", name="read_repair", tag="repairs", run=read,
        gives=LoggedRepair, summary="修繕 (one repair)",
    ),
)  # fmt: skip
