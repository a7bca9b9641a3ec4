"""The start page of a region, its map tiles and its plan."""

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Response, Router, get, post
from litestar.datastructures import CacheControlHeader, State
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect

from gunmane.core.assess.explain import explain
from gunmane.core.geometry import BUFFER, EXTENT, encode_layer, tile_bounds
from gunmane.core.overview import overview
from gunmane.core.risk import Reason, loss_band
from gunmane.core.words import AssetClass, Language
from gunmane.files import reference
from gunmane.pages.map import cell_tile, first_view
from gunmane.pages.render import page
from gunmane.pages.visitor import PageRequest, Visit, key_cookie, visit
from gunmane.resources import PACKAGE, STATIC
from gunmane.store import access, pool, tallies
from gunmane.store import overview as store

PAGE_ROWS = 50
ICON = PACKAGE / "pages" / "assets" / "favicon.svg"
RAW_ZOOM = 14
"""From here on each asset is drawn; further out cells are (measured: a tile of raw assets at 13 takes over 0.1 s)."""


def reasons_of(line: store.RiskLine, language: Language) -> list[str]:
    """Say the reasons of an asset's score in one language, weightiest first."""
    said = [explain(reason, reference.texts("risk")) for reason in msgspec.convert(line.reasons, list[Reason])]
    return [text.ja if language is Language.JA else text.en for text in said]


def chosen(request: PageRequest, members: list[store.MemberLine]) -> store.RiskFilter:
    """Read the filter from the address; what makes no sense there narrows nothing."""
    wanted = request.query_params
    owners = tuple(m.owner_id for m in members if m.code == wanted.get("owner"))
    asset_class = wanted.get("class")
    band = wanted.get("band", "0")
    return store.RiskFilter(
        owners=owners or tuple(m.owner_id for m in members),
        asset_class=asset_class if asset_class in list(AssetClass) else None,
        band=int(band) if band in ("1", "2", "3", "4", "5") else 0,
    )


def place_after(request: PageRequest) -> tuple[float, UUID] | None:
    """Read where the list goes on."""
    loss, _, asset_id = request.query_params.get("after", "").partition("_")
    try:
        return float(loss), UUID(asset_id)
    except ValueError:
        return None


def sign_in_page(request: PageRequest, *, wrong: bool = False) -> Response[str]:
    """Ask for a key."""
    return page("sign_in.html", request, status=401, wrong=wrong, who=None, next=request.url.path)


def missing_page(request: PageRequest, found: Visit) -> Response[str]:
    """Say that there is no such page; what belongs to others is answered alike."""
    return page("missing.html", request, status=404, who=found.principal, who_name="")


@get("/", include_in_schema=False)
async def start(request: PageRequest, state: State) -> Response[Any]:
    """Go to the region, or list the regions when there are several."""
    async with visit(request, state.pool) as found:
        if found is None:
            return sign_in_page(request)
        regions = await store.list_regions(found.conn)
        if len(regions) == 1:
            return Redirect(f"/regions/{regions[0].region_id}", status_code=303)
        return page("regions.html", request, regions=regions, who=found.principal, who_name="")


@post("/sign-in", include_in_schema=False, status_code=303)
async def sign_in(
    request: PageRequest,
    state: State,
    data: Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """Check a key and keep it in the cookie."""
    token = data.get("key", "").strip()
    async with pool.reading(state.pool) as conn:
        principal = await access.authenticate(conn, token, datetime.now(pool.JST).date())
    if principal is None:
        return sign_in_page(request, wrong=True)
    target = data.get("next", "/")
    inside = target.startswith("/") and not target.startswith(("//", "/\\")) and target != "/sign-in"
    return Redirect(
        target if inside else "/",
        status_code=303,
        cookies=[key_cookie(token, secure=request.url.scheme == "https")],
    )


@post("/sign-out", include_in_schema=False, status_code=303)
async def sign_out(request: PageRequest) -> Redirect:
    """Forget the key."""
    return Redirect("/", status_code=303, cookies=[key_cookie("", secure=request.url.scheme == "https")])


@get("/regions/{region_id:uuid}", include_in_schema=False)
async def region(request: PageRequest, state: State, region_id: FromPath[UUID]) -> Response[Any]:
    """The start page of a region."""
    async with visit(request, state.pool) as found:
        if found is None:
            return sign_in_page(request)
        known = [one for one in await store.list_regions(found.conn) if one.region_id == region_id]
        if not known:
            return missing_page(request, found)
        today = datetime.now(pool.JST).date()
        members = await store.list_members(found.conn, region_id, today)
        wanted = chosen(request, members)
        owners = [member.owner_id for member in members]
        glance = overview(await tallies.list_all(found.conn, owners), owners, reference.scales())
        rows = await store.highest_risks(found.conn, wanted, after=place_after(request), limit=PAGE_ROWS + 1)
        query = {key: value for key, value in request.query_params.items() if key in ("class", "owner", "band")}
        last = rows[PAGE_ROWS - 1] if len(rows) > PAGE_ROWS else None
        names = {member.owner_id: member.name for member in members}
        return page(
            "region.html",
            request,
            who=found.principal,
            who_name=names.get(found.principal.owner_id, ""),
            region=known[0],
            simulated=known[0].origin == "simulated",
            members=members,
            names=names,
            glance=glance,
            why={row.asset_id: reasons_of(row, found.language) for row in rows},
            rows=rows[:PAGE_ROWS],
            wanted=wanted,
            owner_code=query.get("owner", ""),
            classes=list(AssetClass),
            band_of=loss_band,
            query=urlencode(query),
            going_on=bool(place_after(request)),
            more=urlencode({**query, "after": f"{last.loss_yen_per_year!r}_{last.asset_id}"}) if last else "",
            page_rows=PAGE_ROWS,
            plan=await store.latest_plan(found.conn, region_id),
            view=first_view(await store.extent(found.conn, owners)),
            has_map=(STATIC / "maplibre" / "maplibre-gl.mjs").is_file(),
        )


@get("/regions/{region_id:uuid}/tiles/{zoom:int}/{x:int}/{y:int}", include_in_schema=False)
async def tile(
    request: PageRequest,
    state: State,
    region_id: FromPath[UUID],
    zoom: FromPath[int],
    x: FromPath[int],
    y: FromPath[int],
) -> Response[Any]:
    """A vector tile of what the visitor may see: cells far out, assets close in."""
    try:
        bounds = tile_bounds(zoom, x, y, buffer=BUFFER / EXTENT)
    except ValueError:
        return Response(b"", status_code=404, media_type="application/octet-stream")
    async with visit(request, state.pool) as found:
        if found is None:
            return Response(b"", status_code=401, media_type="application/octet-stream")
        members = await store.list_members(found.conn, region_id, datetime.now(pool.JST).date())
        wanted = chosen(request, members)
        if zoom < RAW_ZOOM:
            data = await cell_tile(found.conn, wanted, (zoom, x, y))
        else:
            assets = await store.assets_of_tile(found.conn, wanted, bounds)
            data = encode_layer(
                "assets",
                [one.geometry for one in assets],
                {
                    "class": [one.asset_class.value for one in assets],
                    "number": [one.number for one in assets],
                    "grade": [one.grade for one in assets],
                    "band": [loss_band(one.loss) for one in assets],
                },
                (zoom, x, y),
            )
    return Response(
        data,
        media_type="application/vnd.mapbox-vector-tile",
        headers={"Cache-Control": "private, max-age=60", "Vary": "Cookie"},
    )


@get("/regions/{region_id:uuid}/plan.pdf", include_in_schema=False)
async def plan_document(request: PageRequest, state: State, region_id: FromPath[UUID]) -> Response[Any]:
    """The newest plan as a PDF."""
    async with visit(request, state.pool) as found:
        if found is None:
            return sign_in_page(request)
        pdf = await store.plan_document(found.conn, region_id)
        if pdf is None:
            return missing_page(request, found)
    return Response(pdf, media_type="application/pdf", headers={"Content-Disposition": 'inline; filename="plan.pdf"'})


@get("/favicon.ico", include_in_schema=False, sync_to_thread=False, cache_control=CacheControlHeader(max_age=86400))
def icon() -> Response[bytes]:
    """The service's sign, at the address where browsers ask for it unbidden."""
    return Response(ICON.read_bytes(), media_type="image/svg+xml")


router = Router("/", route_handlers=[icon, start, sign_in, sign_out, region, tile, plan_document])
