"""OGC API Features, part 1 (Core and GeoJSON): one collection per asset class, under the same permissions."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from gunmane.core.errors import GunmaneError
from gunmane.core.words import AssetClass
from gunmane.http import geojson
from gunmane.http.assets import Box, readable, shown
from gunmane.http.cursors import Cursor, Limit, link_header, next_link, pack, unpack
from gunmane.http.routes import JSON, Answer, Ask, Nothing, Route
from gunmane.store import assets as store
from gunmane.store.assets import AssetRow
from gunmane.store.ways import reach

CONFORMANCE = (
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
)
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"

TITLES = {
    AssetClass.BRIDGE: "橋梁",
    AssetClass.TUNNEL: "トンネル",
    AssetClass.ROAD_STRUCTURE: "道路附属物等",
    AssetClass.PAVEMENT: "舗装",
    AssetClass.SEWER_PIPE: "下水道管きょ",
    AssetClass.MANHOLE: "マンホール",
    AssetClass.WATER_PIPE: "水道管",
    AssetClass.SEPTIC: "浄化槽",
    AssetClass.TREATMENT_PLANT: "処理場等",
}


class OgcLink(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A link with its relation and media type."""

    href: str
    rel: str
    type: str
    title: str = ""


class Landing(Struct, frozen=True, kw_only=True):
    """The landing page."""

    title: str
    description: str
    links: tuple[OgcLink, ...]


class Conformance(Struct, frozen=True, kw_only=True, rename={"conforms_to": "conformsTo"}):
    """The conformance classes that the service follows."""

    conforms_to: tuple[str, ...]


class Collection(Struct, frozen=True, kw_only=True, rename={"item_type": "itemType"}):
    """One asset class as a collection of features."""

    id: str
    title: str
    item_type: str
    crs: tuple[str, ...]
    links: tuple[OgcLink, ...]


class Collections(Struct, frozen=True, kw_only=True):
    """All collections."""

    links: tuple[OgcLink, ...]
    collections: tuple[Collection, ...]


class ItemsQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which features. They have no time of their own, so `datetime` selects all of them."""

    bbox: Box | None = None
    datetime: Annotated[str, Meta(min_length=2, max_length=100, pattern=r"^[0-9TZ:+./-]+$")] | None = None
    limit: Limit = 100
    cursor: Cursor | None = None


class Items(
    Struct, frozen=True, kw_only=True, tag_field="type", tag="FeatureCollection",
    rename={"number_returned": "numberReturned", "time_stamp": "timeStamp"},
):  # fmt: skip
    """A page of features."""

    features: list[geojson.Feature]
    links: tuple[OgcLink, ...]
    number_returned: int
    time_stamp: str


class Item(Struct, frozen=True, kw_only=True, tag_field="type", tag="Feature"):
    """One feature."""

    id: str
    geometry: msgspec.Raw | None
    properties: dict[str, Any]
    links: tuple[OgcLink, ...]


def _link(ask: Ask[Any, Any], path: str, rel: str, media_type: str = JSON) -> OgcLink:
    return OgcLink(href=ask.base + path, rel=rel, type=media_type)


async def landing(ask: Ask[Nothing, None]) -> Answer:
    links = (
        _link(ask, "/ogc", "self"),
        _link(ask, "/openapi.json", "service-desc", "application/vnd.oai.openapi+json;version=3.1"),
        _link(ask, "/docs", "service-doc", "text/html"),
        _link(ask, "/ogc/conformance", "conformance"),
        _link(ask, "/ogc/collections", "data"),
    )
    text = "広域圏の施設。キーで閲覧できるものだけを返します (assets that your key may see)"
    return Answer(Landing(title="gunmane", description=text, links=links))


async def conformance(ask: Ask[Nothing, None]) -> Answer:
    return Answer(Conformance(conforms_to=CONFORMANCE))


def _collection(ask: Ask[Any, Any], one: AssetClass) -> Collection:
    path = f"/ogc/collections/{one.value}"
    links = (_link(ask, path, "self"), _link(ask, path + "/items", "items", geojson.MEDIA_TYPE))
    return Collection(id=one.value, title=TITLES[one], item_type="feature", crs=(CRS84,), links=links)


def _asset_class(ask: Ask[Any, Any]) -> AssetClass:
    name = str(ask.path["collection"])
    if name not in set(AssetClass):
        raise GunmaneError("not_found")
    return AssetClass(name)


async def collections(ask: Ask[Nothing, None]) -> Answer:
    every = tuple(_collection(ask, one) for one in AssetClass)
    return Answer(Collections(links=(_link(ask, "/ogc/collections", "self"),), collections=every))


async def collection(ask: Ask[Nothing, None]) -> Answer:
    return Answer(_collection(ask, _asset_class(ask)))


def _features(rows: list[AssetRow]) -> list[geojson.Feature]:
    places = geojson.geometries([row.geometry for row in rows])
    made: list[geojson.Feature] = []
    for row, place in zip(rows, places, strict=True):
        properties: dict[str, Any] = msgspec.to_builtins(shown(row))
        made.append(geojson.Feature(id=properties.pop("asset_id"), geometry=place, properties=properties))
    return made


async def items(ask: Ask[ItemsQuery, None]) -> Answer:
    one, query = _asset_class(ask), ask.query
    place = unpack(query.cursor, tuple[UUID, str])
    seen = await reach(ask.conn, planned=True)
    rows = await store.by_number(ask.conn, seen, one.value, geojson.box(query.bbox), place, query.limit + 1)
    path = f"/ogc/collections/{one.value}/items"
    links, headers = [_link(ask, path, "self", geojson.MEDIA_TYPE)], {}
    if len(rows) > query.limit:
        rows = rows[: query.limit]
        href = next_link(path, query, pack(rows[-1].owner_id, rows[-1].number))
        links.append(_link(ask, href, "next", geojson.MEDIA_TYPE))
        headers = link_header(href)
    links.append(_link(ask, f"/ogc/collections/{one.value}", "collection"))
    found = Items(
        features=_features(rows),
        links=tuple(links),
        number_returned=len(rows),
        time_stamp=ask.now.isoformat(),
    )
    return Answer(found, headers=headers, media_type=geojson.MEDIA_TYPE)


async def item(ask: Ask[Nothing, None]) -> Answer:
    one = _asset_class(ask)
    found = await store.one(ask.conn, ask.id("asset_id"), await readable(ask))
    if found is None or found.asset_class is not one:
        raise GunmaneError("not_found")
    feature = _features([found])[0]
    path = f"/ogc/collections/{one.value}"
    links = (
        _link(ask, f"{path}/items/{feature.id}", "self", geojson.MEDIA_TYPE),
        _link(ask, path, "collection"),
    )
    made = Item(id=feature.id, geometry=feature.geometry, properties=feature.properties, links=links)
    return Answer(made, media_type=geojson.MEDIA_TYPE)


ROUTES = (
    Route(
        method="GET", path="/ogc", name="ogc_landing", tag="ogc", run=landing, gives=Landing,
        summary="OGC API の入口 (landing page)",
    ),
    Route(
        method="GET", path="/ogc/conformance", name="ogc_conformance", tag="ogc", run=conformance,
        gives=Conformance, summary="適合クラス (conformance classes)",
    ),
    Route(
        method="GET", path="/ogc/collections", name="ogc_collections", tag="ogc", run=collections,
        gives=Collections, summary="コレクション (collections)",
    ),
    Route(
        method="GET", path="/ogc/collections/{collection:str}", name="ogc_collection", tag="ogc", run=collection,
        gives=Collection, summary="コレクション (one collection)",
    ),
    Route(
        method="GET", path="/ogc/collections/{collection:str}/items", name="ogc_items", tag="ogc", run=items,
        query=ItemsQuery, gives=Items, gives_type=geojson.MEDIA_TYPE, gives_headers=("Link",),
        summary="地物 (features)",
    ),
    Route(
        method="GET", path="/ogc/collections/{collection:str}/items/{asset_id:uuid}", name="ogc_item", tag="ogc",
        run=item, gives=Item, gives_type=geojson.MEDIA_TYPE, conditional=True, summary="地物 (one feature)",
    ),
)  # fmt: skip
