"""Assets: lists by risk, as known at a moment, as GeoJSON; one asset with its former states; changes."""

from datetime import date, datetime
from typing import Annotated, Any, cast
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from gunmane.core.errors import GunmaneError
from gunmane.core.words import AssetClass, Origin, Precision, Status
from gunmane.flows import assets as flow
from gunmane.http import geojson
from gunmane.http.cursors import Cursor, Limit, link_header, next_link, pack, unpack
from gunmane.http.routes import EDITING, Answer, Ask, Nothing, Route, etag
from gunmane.store import assets as store
from gunmane.store.assets import AssetRow
from gunmane.store.ways import Wanted, reach

Text = Annotated[str, Meta(min_length=1, max_length=100)]
DueState = Annotated[
    str, Meta(pattern="^(due|in_window|overdue|done|waived|suspended|unknown_anchor)$", description="期限の状態")
]
Box = Annotated[
    list[Annotated[float, Meta(ge=-180, le=180)]],
    Meta(min_length=4, max_length=4, description="西,南,東,北 (west,south,east,north)"),
]


class Condition(Struct, frozen=True, kw_only=True):
    """The latest judged grade; grades of different scales are never compared."""

    scale: str
    grade: str
    inspected_on: date


class Risk(Struct, frozen=True, kw_only=True):
    """Expected loss of the latest run."""

    loss_yen_per_year: float
    likelihood_band: int
    consequence_band: int
    bad_5y: float | None


class Asset(Struct, frozen=True, kw_only=True):
    """One asset; null where nothing is known."""

    asset_id: UUID
    owner_id: UUID
    asset_class: AssetClass
    number: str
    name: str | None
    built_year: int | None
    built_on: date | None
    built_precision: Precision
    municipality_code: str | None
    route: str | None
    length_m: float | None
    width_m: float | None
    area_m2: float | None
    diameter_mm: int | None
    depth_m: float | None
    material: str | None
    material_text: str | None
    status: Status
    origin: Origin
    flags: tuple[str, ...]
    revision: int
    recorded_at: datetime
    condition: Condition | None = None
    risk: Risk | None = None


class OutsideNumber(Struct, frozen=True):
    """A number that somebody else gives the asset."""

    scheme: str
    number: str


class AssetDetail(Asset, frozen=True, kw_only=True):
    """One asset with its geometry (GeoJSON), the attributes of its class, outside numbers and source."""

    geometry: Raw | None = None
    attributes: dict[str, Any] = {}
    numbers: tuple[OutsideNumber, ...] = ()
    ledger_id: UUID | None = None
    ledger_row: int | None = None


class Version(Asset, frozen=True, kw_only=True):
    """A former state, valid from `recorded_at` until `superseded_at`."""

    superseded_at: datetime
    attributes: dict[str, Any] = {}


class Versions(Struct, frozen=True):
    """Former states, newest first."""

    items: list[Version]


class AssetPage(Struct, frozen=True):
    """A page of assets; `next` leads to the following one."""

    items: list[Asset]
    next: str | None = None


class FeatureCollection(Struct, frozen=True, kw_only=True, tag_field="type", tag="FeatureCollection"):
    """A page of features."""

    features: list[geojson.Feature]
    next: str | None = None


class AssetQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which assets. Sorted by expected loss, unscored ones last; by identifier with `sort=identity` or `as_of`."""

    owner: list[UUID] | None = None
    asset_class: list[AssetClass] | None = None
    grade: list[Text] | None = None
    scale: Text | None = None
    status: list[Status] | None = None
    due: list[DueState] | None = None
    municipality: list[Text] | None = None
    bbox: Box | None = None
    text: Annotated[str, Meta(min_length=1, max_length=100, description="番号・名称・路線に含む文字")] | None = None
    as_of: (
        Annotated[datetime, Meta(tz=True, description="この時点で分かっていた状態 (as known at this moment)")] | None
    ) = None
    sort: Annotated[str, Meta(pattern="^(risk|identity)$")] = "risk"
    limit: Limit = 100
    cursor: Cursor | None = None


class SharedQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which of the assets that neighbours share at level condition."""

    owner: UUID | None = None
    asset_class: list[AssetClass] | None = None
    bbox: Box | None = None
    limit: Limit = 100
    cursor: Cursor | None = None


class AssetChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A merge patch (RFC 7396): what is left out stays, null makes unknown; attributes are merged likewise."""

    number: Annotated[str, Meta(min_length=1, max_length=200)] | UnsetType = UNSET
    name: Annotated[str, Meta(max_length=400)] | UnsetType | None = UNSET
    built_year: Annotated[int, Meta(ge=1600, le=2200)] | UnsetType | None = UNSET
    built_on: date | UnsetType | None = UNSET
    built_precision: Precision | UnsetType = UNSET
    municipality_code: Annotated[str, Meta(pattern="^[0-9]{6}$")] | UnsetType | None = UNSET
    route: Annotated[str, Meta(max_length=400)] | UnsetType | None = UNSET
    length_m: Annotated[float, Meta(ge=0, le=1000000.0)] | UnsetType | None = UNSET
    width_m: Annotated[float, Meta(ge=0, le=10000.0)] | UnsetType | None = UNSET
    area_m2: Annotated[float, Meta(ge=0, le=1000000000.0)] | UnsetType | None = UNSET
    diameter_mm: Annotated[int, Meta(ge=1, le=100000)] | UnsetType | None = UNSET
    depth_m: Annotated[float, Meta(ge=0, le=1000)] | UnsetType | None = UNSET
    material: Annotated[str, Meta(max_length=100)] | UnsetType | None = UNSET
    material_text: Annotated[str, Meta(max_length=200)] | UnsetType | None = UNSET
    attributes: dict[str, Any] | UnsetType = UNSET
    status: Status | UnsetType = UNSET


def _known(row: AssetRow) -> dict[str, Any]:
    """Gather the fields that every form of an asset has."""
    own: dict[str, Any] = {
        "asset_id": row.asset_id, "owner_id": row.owner_id, "asset_class": row.asset_class, "number": row.number,
        "name": row.name, "built_year": row.built_year, "built_on": row.built_on,
        "built_precision": row.built_precision, "municipality_code": row.municipality_code, "route": row.route,
        "length_m": row.length_m, "width_m": row.width_m, "area_m2": row.area_m2, "diameter_mm": row.diameter_mm,
        "depth_m": row.depth_m, "material": row.material, "material_text": row.material_text, "status": row.status,
        "origin": row.origin, "flags": row.flags, "revision": row.revision, "recorded_at": row.recorded_at,
    }  # fmt: skip
    if row.scale is not None and row.grade is not None and row.inspected_on is not None:
        own["condition"] = Condition(scale=row.scale, grade=row.grade, inspected_on=row.inspected_on)
    if row.loss_yen_per_year is not None:
        own["risk"] = Risk(
            loss_yen_per_year=row.loss_yen_per_year,
            likelihood_band=row.likelihood_band or 1,
            consequence_band=row.consequence_band or 1,
            bad_5y=row.bad_5y,
        )
    return own


def shown(row: AssetRow) -> Asset:
    """Give an asset the form in which lists show it."""
    return Asset(**_known(row))


def detail(row: store.AssetInFull) -> AssetDetail:
    """Give an asset the form in which it is shown alone."""
    return AssetDetail(
        **_known(row),
        geometry=geojson.geometries([row.geometry])[0],
        attributes=row.attributes or {},
        numbers=tuple(OutsideNumber(one["scheme"], one["number"]) for one in row.numbers or ()),
        ledger_id=row.ledger_id,
        ledger_row=row.ledger_row,
    )


async def readable(ask: Ask[Any, Any], asked: list[UUID] | None = None) -> list[UUID]:
    """List the owners to look in: those that may be read, less those not asked for."""
    owners = (await reach(ask.conn)).owners
    return owners if asked is None else [one for one in owners if one in asked]


def _wanted(query: AssetQuery) -> Wanted:
    return Wanted(
        classes=query.asset_class, grades=query.grade, scale=query.scale, statuses=query.status,
        due_states=query.due, text=query.text, municipalities=query.municipality, box=geojson.box(query.bbox),
    )  # fmt: skip


async def _rows(ask: Ask[AssetQuery, None], geometry: bool) -> tuple[list[AssetRow], str | None]:
    """Read one page in the wanted order, and the cursor of the next.

    The order by risk has two parts: what is scored, then what isn't, in the order of identifiers.
    """
    query, limit = ask.query, ask.query.limit
    ordered = query.as_of is None and query.sort == "risk"
    seen, wanted = (await reach(ask.conn, planned=ordered)).only(query.owner), _wanted(query)
    if query.asset_class is not None:  # who opens none of these classes is not looked through
        seen = seen.only(seen.among(seen.owners, query.asset_class)[0])
    owners = seen.owners
    if not ordered:
        place = unpack(query.cursor, tuple[UUID])
        after = None if place is None else place[0]
        if query.as_of is not None:
            rows = await store.as_of(ask.conn, owners, query.as_of, after, query.asset_class, limit + 1)
        else:
            rows = await store.by_identity(ask.conn, owners, wanted, after, limit + 1, geometry)
        return rows[:limit], pack(rows[limit - 1].asset_id) if len(rows) > limit else None
    cursor = unpack(query.cursor, tuple[float | None, UUID])
    rows: list[AssetRow] = []
    if cursor is None or cursor[0] is not None:
        after_risk = None if cursor is None else (cast("float", cursor[0]), cursor[1])
        rows = await store.by_risk(ask.conn, seen, wanted, after_risk, limit + 1, geometry)
    if len(rows) <= limit:
        after_id = cursor[1] if cursor is not None and cursor[0] is None else None
        rows += await store.by_identity(ask.conn, owners, wanted, after_id, limit + 1 - len(rows), geometry, True)
    if len(rows) <= limit:
        return rows, None
    last = rows[limit - 1]
    return rows[:limit], pack(last.loss_yen_per_year, last.asset_id)


async def list_assets(ask: Ask[AssetQuery, None]) -> Answer:
    rows, cursor = await _rows(ask, geometry=False)
    href = None if cursor is None else next_link("/v1/assets", ask.query, cursor)
    return Answer(AssetPage([shown(row) for row in rows], href), headers=link_header(href) if href else {})


async def list_geojson(ask: Ask[AssetQuery, None]) -> Answer:
    rows, cursor = await _rows(ask, geometry=True)
    href = None if cursor is None else next_link("/v1/assets.geojson", ask.query, cursor)
    page = FeatureCollection(features=geojson.features(rows), next=href)
    return Answer(page, headers=link_header(href) if href else {}, media_type=geojson.MEDIA_TYPE)


async def read_asset(ask: Ask[Nothing, None]) -> Answer:
    found = await store.one(ask.conn, ask.id("asset_id"), await readable(ask))
    if found is None:
        raise GunmaneError("not_found")
    return Answer(detail(found))


async def list_versions(ask: Ask[Nothing, None]) -> Answer:
    owners = await readable(ask)
    if await store.one(ask.conn, ask.id("asset_id"), owners) is None:
        raise GunmaneError("not_found")
    found = await store.versions(ask.conn, ask.id("asset_id"), owners)
    return Answer(
        Versions(
            [
                Version(**_known(one), superseded_at=one.superseded_at, attributes=one.attributes or {})
                for one in found
            ]
        )
    )


async def list_shared(ask: Ask[SharedQuery, None]) -> Answer:
    """List what neighbours share at level condition: place, size, age, grade and risk, no number or name."""
    query = ask.query
    place = unpack(query.cursor, tuple[UUID])
    after = None if place is None else place[0]
    box = geojson.box(query.bbox)
    rows = await store.shared(ask.conn, query.owner, query.asset_class, after, box, query.limit + 1)
    href = None
    if len(rows) > query.limit:
        rows = rows[: query.limit]
        href = next_link("/v1/shared-assets", query, pack(rows[-1].asset_id))
    page = FeatureCollection(features=geojson.features(rows), next=href)
    return Answer(page, headers=link_header(href) if href else {}, media_type=geojson.MEDIA_TYPE)


async def change_asset(ask: Ask[Nothing, AssetChange]) -> Answer:
    """Change an asset of the own owner whose ETag is the one sent; the former state is kept."""
    found = await store.one(ask.conn, ask.id("asset_id"), [ask.principal.owner_id])
    if found is None:
        raise GunmaneError("not_found")
    expected = ask.headers.get(b"if-match", "").strip()
    if not expected:  # an empty one is none
        raise GunmaneError("condition_required")
    tags = [one.strip() for one in expected.split(",")]
    if "*" not in tags and etag(msgspec.json.encode(detail(found))) not in tags:
        raise GunmaneError("changed_meanwhile")
    patch: dict[str, Any] = {
        name: value for name in AssetChange.__struct_fields__ if (value := getattr(ask.body, name)) is not UNSET
    }
    changed = await flow.change(ask.conn, found, patch, ask.now, ask.principal.key_id)
    return Answer(detail(changed))


ROUTES = (
    Route(
        method="GET", path="/v1/assets", name="list_assets", tag="assets", run=list_assets, query=AssetQuery,
        gives=AssetPage, gives_headers=("Link",), summary="施設の一覧、リスクの高い順 (assets, highest risk first)",
    ),
    Route(
        method="GET", path="/v1/assets.geojson", name="list_assets_geojson", tag="assets", run=list_geojson,
        query=AssetQuery, gives=FeatureCollection, gives_type=geojson.MEDIA_TYPE, gives_headers=("Link",),
        summary="施設の一覧(GeoJSON)",
    ),
    Route(
        method="GET", path="/v1/assets/{asset_id:uuid}", name="read_asset", tag="assets", run=read_asset,
        gives=AssetDetail, conditional=True, summary="施設 (one asset)",
    ),
    Route(
        method="PATCH", path="/v1/assets/{asset_id:uuid}", name="change_asset", tag="assets", run=change_asset,
        may=EDITING, takes=AssetChange, body_type="application/merge-patch+json", gives=AssetDetail,
        conditional=True, needs_match=True, also=(409, 412, 428), summary="施設の変更 (change an asset)",
    ),
    Route(
        method="GET", path="/v1/assets/{asset_id:uuid}/versions", name="list_versions", tag="assets",
        run=list_versions, gives=Versions, summary="施設の以前の状態 (former states)",
    ),
    Route(
        method="GET", path="/v1/shared-assets", name="list_shared_assets", tag="assets", run=list_shared,
        query=SharedQuery, gives=FeatureCollection, gives_type=geojson.MEDIA_TYPE, gives_headers=("Link",),
        summary="状態の共有を受けた施設 (neighbours' assets shared at level condition)",
    ),
)  # fmt: skip
