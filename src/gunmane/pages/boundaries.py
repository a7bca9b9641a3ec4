"""Boundaries of the members for the map, as the newest plan keeps them."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.datastructures import State
from litestar.params import FromPath

from gunmane.core.plan.findings import Outline
from gunmane.pages.place import place_of
from gunmane.pages.visitor import PageRequest, visit
from gunmane.store import overview as store

FRESH_SECONDS = 3600


def _feature(outline: Outline, name: str) -> dict[str, Any]:
    """Return an outline as lines: each ring by itself, since no area is filled."""
    return {
        "type": "Feature",
        "properties": {"owner": outline.owner, "name": name, "source": outline.source},
        "geometry": {"type": "MultiLineString", "coordinates": outline.rings},
    }


@get("/regions/{region_id:uuid}/boundaries", include_in_schema=False)
async def boundaries(request: PageRequest, state: State, region_id: FromPath[UUID]) -> Response[Any]:
    """GeoJSON of the members' boundaries; without any where no boundary file was given."""
    async with visit(request, state.pool) as found:
        place = None if found is None else await place_of(found, region_id)
        if found is None or place is None:
            return Response(b"", status_code=404 if found else 401, media_type="application/octet-stream")
        kept = await store.outlines(found.conn, region_id)
    features = [_feature(one, place.codes[one.owner]) for one in kept if one.owner in place.codes]
    return Response(
        msgspec.json.encode({"type": "FeatureCollection", "features": features}),
        media_type="application/geo+json",
        headers={"Cache-Control": f"private, max-age={FRESH_SECONDS}", "Vary": "Cookie"},
    )
