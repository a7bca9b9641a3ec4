"""The start page of a region, its map tiles and its plan."""

import hashlib
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.datastructures import CacheControlHeader, State
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect

from gunmane.core.errors import GunmaneError
from gunmane.core.geometry import BUFFER, EXTENT, encode_layer, tile_bounds
from gunmane.core.risk import loss_band
from gunmane.core.words import AssetClass
from gunmane.flows import plans
from gunmane.pages import texts
from gunmane.pages.assets import asset_page
from gunmane.pages.boundaries import boundaries
from gunmane.pages.due import due_list, oldest_overdue
from gunmane.pages.map import kept_tile
from gunmane.pages.models import model_list, model_page
from gunmane.pages.place import class_asked, owners_asked, place_of
from gunmane.pages.render import missing_page, page, sign_in_page
from gunmane.pages.search import asset_list
from gunmane.pages.standing import standing
from gunmane.pages.visitor import PageRequest, key_cookie, visit
from gunmane.resources import PACKAGE, STATIC
from gunmane.store import access, pool, ways
from gunmane.store import overview as store

PAGE_ROWS = 25
ICON = PACKAGE / "pages" / "assets" / "favicon.svg"
RAW_ZOOM = 15
"""From here on each asset is drawn; further out cells are (measured: where a region is dense, a tile of assets at 14
takes over 0.1 s)."""


def chosen(request: PageRequest, members: list[store.MemberLine]) -> store.RiskFilter:
    """Read the filter from the address; what makes no sense there narrows nothing."""
    band = request.query_params.get("band", "0")
    return store.RiskFilter(
        owners=tuple(owners_asked(request, members)),
        asset_class=class_asked(request),
        band=int(band) if band in ("1", "2", "3", "4", "5") else 0,
    )


def place_after(request: PageRequest) -> tuple[float, UUID] | None:
    """Read where the list goes on."""
    loss, _, asset_id = request.query_params.get("after", "").partition("_")
    try:
        return float(loss), UUID(asset_id)
    except ValueError:
        return None


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
        place = await place_of(found, region_id)
        if place is None:
            return missing_page(request, found)
        wanted = chosen(request, place.members)
        plan = await store.latest_plan(found.conn, region_id)
        reach = await ways.reach(found.conn, planned=True)
        seen, kind = reach.only(wanted.owners), wanted.asset_class
        chosen_of = (seen.owners, None) if kind is None else seen.among(seen.owners, [kind])
        rows = await store.highest_risks(
            found.conn, *chosen_of, wanted.least_loss, after=place_after(request), limit=PAGE_ROWS + 1
        )
        query = {key: value for key, value in request.query_params.items() if key in ("class", "owner", "band")}
        last = rows[PAGE_ROWS - 1] if len(rows) > PAGE_ROWS else None
        return page(
            "region.html",
            request,
            **place.frame(found),
            standing=await standing(found, place, plan),
            oldest=await oldest_overdue(found, reach.only(place.owners)),
            why={row.asset_id: texts.reasons(row.reasons, found.language) for row in rows[:PAGE_ROWS]},
            rows=rows[:PAGE_ROWS],
            wanted=wanted,
            owner_code=query.get("owner", ""),
            classes=list(AssetClass),
            band_of=loss_band,
            query=urlencode(query),
            going_on=bool(place_after(request)),
            more=urlencode({**query, "after": f"{last.loss_yen_per_year!r}_{last.asset_id}"}) if last else "",
            page_rows=PAGE_ROWS,
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
            data = await kept_tile(found.conn, wanted, (zoom, x, y))
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
    # Asked again each time, as consent may have ended; what has not changed is not sent again.
    tag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    headers = {"Cache-Control": "private, no-cache", "Vary": "Cookie", "ETag": tag}
    if request.headers.get("if-none-match") == tag:
        return Response(None, status_code=304, headers=headers)
    return Response(data, media_type="application/vnd.mapbox-vector-tile", headers=headers)


@get("/regions/{region_id:uuid}/plan.pdf", include_in_schema=False)
async def plan_document(request: PageRequest, state: State, region_id: FromPath[UUID]) -> Response[Any]:
    """The newest plan as a PDF, for those who may see all that it names."""
    async with visit(request, state.pool) as found:
        if found is None:
            return sign_in_page(request)
        plan = await store.latest_plan(found.conn, region_id)
        try:
            pdf = None if plan is None else await plans.document(found.conn, plan.plan_id, found.language)
        except GunmaneError:
            pdf = None
        if pdf is None:
            return missing_page(request, found)
    return Response(pdf, media_type="application/pdf", headers={"Content-Disposition": 'inline; filename="plan.pdf"'})


@get("/favicon.ico", include_in_schema=False, sync_to_thread=False, cache_control=CacheControlHeader(max_age=86400))
def icon() -> Response[bytes]:
    """The service's sign, at the address where browsers ask for it unbidden."""
    return Response(ICON.read_bytes(), media_type="image/svg+xml")


router = Router(
    "/",
    route_handlers=[
        icon,
        start,
        sign_in,
        sign_out,
        region,
        due_list,
        asset_page,
        asset_list,
        model_list,
        model_page,
        tile,
        boundaries,
        plan_document,
    ],
)
