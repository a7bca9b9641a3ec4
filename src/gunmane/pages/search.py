"""Assets found by a part of their number, name or route."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get
from litestar.datastructures import State
from litestar.params import FromPath

from gunmane.pages.place import class_asked, owners_asked, place_of
from gunmane.pages.render import missing_page, page, sign_in_page
from gunmane.pages.visitor import PageRequest, visit
from gunmane.store import assets, ways

ROWS = 25
LONGEST = 100
"""Characters of a search that are looked for, as in the API."""


def _after(request: PageRequest) -> UUID | None:
    """Read where the list goes on."""
    try:
        return UUID(request.query_params.get("after", ""))
    except ValueError:
        return None


@get("/regions/{region_id:uuid}/assets", include_in_schema=False)
async def asset_list(request: PageRequest, state: State, region_id: FromPath[UUID]) -> Response[Any]:
    """Assets that the visitor may read one by one, scored or not, narrowed by text, class and owner."""
    async with visit(request, state.pool) as found:
        if found is None:
            return sign_in_page(request)
        place = await place_of(found, region_id)
        if place is None:
            return missing_page(request, found)
        text = request.query_params.get("q", "").replace("\0", "").strip()[:LONGEST]
        chosen = class_asked(request)
        wanted = ways.Wanted(text=text or None, classes=[chosen] if chosen else None)
        readable = await ways.reach(found.conn)
        owners = [one for one in owners_asked(request, place.members) if one in readable.classes]
        after = _after(request)
        rows = await assets.by_identity(found.conn, owners, wanted, after, ROWS + 1, geometry=False)
        last = rows[ROWS - 1] if len(rows) > ROWS else None
        asked = {name: value for name in ("class", "owner") if (value := request.query_params.get(name))}
        query = {**({"q": text} if text else {}), **asked}
        return page(
            "search.html",
            request,
            **place.frame(found),
            rows=rows[:ROWS],
            text=text,
            classes=list(assets.AssetClass),
            wanted_class=chosen,
            owner_code=asked.get("owner", ""),
            query=urlencode(query),
            going_on=after is not None,
            more=urlencode({**query, "after": str(last.asset_id)}) if last else "",
            page_rows=ROWS,
        )
