"""What the start page says of a region as a whole, drawn once for all visits that would read the same.

Counts, map cells and plans change with computations only, but who sees which of them can change at any moment. So
every visit asks the database what it sees: the consents that bind its transaction, and which computation's rows lie
there. Only where that, the members and the language are those of an earlier visit is the earlier drawing shown again;
a revoked consent or a new computation leads to another drawing at once, in every process.
"""

from collections import OrderedDict
from typing import Any

import msgspec
from markupsafe import Markup
from msgspec import Struct

from gunmane.core.overview import duty_lines, months_after, overview, workload
from gunmane.core.plan.sharing import Sight
from gunmane.core.words import AssetClass, ConsentLevel
from gunmane.files import reference
from gunmane.flows import plans
from gunmane.pages.map import first_view
from gunmane.pages.place import Place
from gunmane.pages.render import environment
from gunmane.pages.texts import catalogue
from gunmane.pages.visitor import Visit
from gunmane.store import consents, tallies
from gunmane.store import overview as store
from gunmane.store.overview import PlanLine

MONTHS = 12
SHOWN = ("status", "grade", "risk", "due")
"""Measures of the tallies that the start page adds up."""
MOST = 200
"""Drawings kept in a process, about 20 kB each; the one unused longest goes first."""


class Standing(Struct, frozen=True):
    """Drawn parts of the start page, and where the map begins: west, south, east, north in degrees."""

    summary: Markup
    duties: Markup
    view: list[float] | None


_kept: OrderedDict[bytes, Standing] = OrderedDict()


def sharing(code: str, sight: Sight) -> str:
    """Tell how much of its counts an owner shows: `whole`, `part` of the classes, or `nothing`."""
    open_ = sum(sight.sees((code, one), ConsentLevel.AGGREGATE) for one in AssetClass)
    return "whole" if open_ == len(AssetClass) else "part" if open_ else "nothing"


async def standing(found: Visit, place: Place, plan: PlanLine | None) -> Standing:
    """Return the drawing for what the visitor sees at this moment."""
    seen = await store.seen(found.conn, place.owners)
    start = plan.as_of if plan else place.today
    key = seen + msgspec.json.encode((found.language, place.region, place.members, plan, start))
    drawn = _kept.pop(key, None) or await _draw(found, place, plan)
    _kept[key] = drawn
    while len(_kept) > MOST:
        _kept.popitem(last=False)
    return drawn


async def _draw(found: Visit, place: Place, plan: PlanLine | None) -> Standing:
    conn, owners = found.conn, place.owners
    counts = await tallies.list_all(conn, owners, None, SHOWN)
    months = months_after(plan.as_of if plan else place.today, MONTHS + 1)
    load = await tallies.months(conn, owners, months[0], months[-1])
    sight = await consents.sight(conn)
    shared = {one.code: sharing(one.code, sight) for one in place.members}
    values: dict[str, Any] = {
        **place.frame(found),
        "t": catalogue(found.language),
        "lang": found.language.value,
        "glance": overview(counts, owners, reference.scales()),
        "lines": duty_lines(counts, owners),
        "load": workload(load, months[:-1]),
        "plan": plan,
        "lacking": list(await plans.missing(conn, plan.plan_id)) if plan else [],
        "sharing": shared,
        "whole": all(one == "whole" for one in shared.values()),
        "base": f"/regions/{place.region.region_id}",
    }
    summary, duties = (
        Markup(environment().get_template(name).render(values))  # noqa: S704 (the templates escape)
        for name in ("region_standing.html", "region_duties.html")
    )
    return Standing(summary, duties, first_view(await store.extent(conn, owners)))
