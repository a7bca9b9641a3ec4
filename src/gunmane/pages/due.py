"""The due dates of a region: by month and engineer on the start page, one by one in a list of their own."""

from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get
from litestar.datastructures import State
from litestar.params import FromPath

from gunmane.core.overview import months_after
from gunmane.core.words import AssetClass
from gunmane.flows import duties as flow
from gunmane.pages.place import class_asked, owners_asked, place_of
from gunmane.pages.render import missing_page, page, sign_in_page
from gunmane.pages.standing import MONTHS
from gunmane.pages.visitor import PageRequest, Visit, visit
from gunmane.store import overview, records, ways
from gunmane.store.records import DueRow, DueWanted
from gunmane.store.ways import Reach

OLDEST = 5
"""Overdue duties named on the start page; the list of due dates names all."""
ROWS = 25
STATES = ("overdue", "in_window", "due", "unknown_anchor", "suspended", "waived")


async def oldest_overdue(found: Visit, reach: Reach) -> list[DueRow]:
    """Read what has been overdue longest, with its reasons."""
    rows = await records.due(found.conn, reach, DueWanted(states=["overdue"]), None, OLDEST)
    return await flow.explain(found.conn, rows)


def _month(text: str | None) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


def _after(request: PageRequest) -> tuple[date | None, UUID, str] | None:
    """Read where the list goes on."""
    day, _, rest = request.query_params.get("after", "").partition("_")
    asset_id, _, duty = rest.partition("_")
    try:
        return (date.fromisoformat(day) if day else None), UUID(asset_id), duty
    except ValueError:
        return None


@get("/regions/{region_id:uuid}/due", include_in_schema=False)
async def due_list(request: PageRequest, state: State, region_id: FromPath[UUID]) -> Response[Any]:
    """Due dates one by one with their reasons, narrowed by state, duty, class, owner, month and engineer."""
    async with visit(request, state.pool) as found:
        if found is None:
            return sign_in_page(request)
        place = await place_of(found, region_id)
        if place is None:
            return missing_page(request, found)
        asked = request.query_params
        wanted = DueWanted(
            classes=[chosen] if (chosen := class_asked(request)) else None,
            states=[asked["state"]] if asked.get("state") in STATES else None,
            duties=[asked["duty"]] if asked.get("duty") else None,
            planned_month=_month(asked.get("month")),
            engineer=asked.get("engineer") or None,
        )
        after = _after(request)
        reach = (await ways.reach(found.conn, planned=True)).only(owners_asked(request, place.members))
        rows = await records.due(found.conn, reach, wanted, after, ROWS + 1)
        last = rows[ROWS - 1] if len(rows) > ROWS else None
        rows = await flow.explain(found.conn, rows[:ROWS])
        kept = ("state", "duty", "class", "owner", "month", "engineer")
        query = {key: value for key, value in asked.items() if key in kept and value}
        plan = await overview.latest_plan(found.conn, region_id)
        start = plan.as_of if plan else place.today
        return page(
            "due.html",
            request,
            **place.frame(found),
            rows=rows,
            states=STATES,
            classes=list(AssetClass),
            months=months_after(start, MONTHS),
            asked=query,
            query=urlencode(query),
            going_on=after is not None,
            more=urlencode({**query, "after": f"{last.due or ''}_{last.asset_id}_{last.duty}"}) if last else "",
            page_rows=ROWS,
        )
