"""Due items, risks, ledgers with their rejected rows, runs and plans."""

from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct, structs

from gunmane.core.errors import GunmaneError
from gunmane.core.words import AssetClass
from gunmane.flows import duties, plans
from gunmane.http.assets import DueState
from gunmane.http.cursors import Cursor, Limit, PageQuery, link_header, next_link, pack, unpack
from gunmane.http.routes import EDITING, Answer, Ask, Nothing, Route
from gunmane.store import models
from gunmane.store import records as store
from gunmane.store.models import ForecastModel
from gunmane.store.records import DueRow, DueWanted, LedgerRow, PlanRow, RejectedRow, RiskRow
from gunmane.store.runs import Run
from gunmane.store.ways import reach

Month = Annotated[str, Meta(pattern="^[12][0-9]{3}-(0[1-9]|1[0-2])$", description="年月 (2026-11)")]
Name = Annotated[str, Meta(min_length=1, max_length=200)]


class DueQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which due items, by date; `month` is the month of the due date, `planned` the month of the planned visit."""

    owner: list[UUID] | None = None
    asset: UUID | None = None
    asset_class: list[AssetClass] | None = None
    state: list[DueState] | None = None
    duty: list[Name] | None = None
    month: Month | None = None
    planned: Month | None = None
    engineer: Name | None = None
    limit: Limit = 100
    cursor: Cursor | None = None


class RiskQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which scores, highest expected loss first."""

    owner: list[UUID] | None = None
    asset: UUID | None = None
    asset_class: list[AssetClass] | None = None
    least: Annotated[float, Meta(ge=0, le=1e18, description="この額以上 (at least so many yen a year)")] | None = None
    limit: Limit = 100
    cursor: Cursor | None = None


class RegionQuery(PageQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of which region, and where in the list."""

    region: UUID | None = None


class RejectedQuery(PageQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of which import, mended or not."""

    ledger: UUID | None = None
    mended: bool | None = None


class Mending(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether a rejected row has been mended."""

    mended: bool


class DuePage(Struct, frozen=True):
    """A page of due items."""

    items: list[DueRow]
    next: str | None = None


class RiskPage(Struct, frozen=True):
    """A page of scores; `models` tells which models the forecasts of their runs come from."""

    items: list[RiskRow]
    next: str | None = None
    models: list[ForecastModel] = []


class LedgerPage(Struct, frozen=True):
    """A page of imports."""

    items: list[LedgerRow]
    next: str | None = None


class RejectedPage(Struct, frozen=True):
    """A page of rejected rows."""

    items: list[RejectedRow]
    next: str | None = None


class RunPage(Struct, frozen=True):
    """A page of computations."""

    items: list[Run]
    next: str | None = None


class PlanPage(Struct, frozen=True):
    """A page of plans."""

    items: list[PlanRow]
    next: str | None = None


def _first(month: str | None) -> date | None:
    return None if month is None else date.fromisoformat(month + "-01")


def _last(month: str | None) -> date | None:
    first = _first(month)
    return None if first is None else (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _page(kind: Any, path: str, query: Any, rows: list[Any], order: tuple[str, ...]) -> Answer:
    """Answer one page of rows in the `order` of these fields; there is one more row when there is a next page."""
    href = None
    if len(rows) > query.limit:
        rows = rows[: query.limit]
        href = next_link(path, query, pack(*(getattr(rows[-1], name) for name in order)))
    return Answer(kind(rows, href), headers=link_header(href) if href else {})


async def list_due(ask: Ask[DueQuery, None]) -> Answer:
    query = ask.query
    wanted = DueWanted(
        classes=query.asset_class, states=query.state, duties=query.duty, first_day=_first(query.month),
        last_day=_last(query.month), planned_month=_first(query.planned), engineer=query.engineer,
        asset_id=query.asset,
    )  # fmt: skip
    place = unpack(query.cursor, tuple[date | None, UUID, str])
    seen = (await reach(ask.conn, planned=query.asset is None)).only(query.owner)
    rows = await store.due(ask.conn, seen, wanted, place, query.limit + 1)
    rows = [*await duties.explain(ask.conn, rows[: query.limit]), *rows[query.limit :]]
    return _page(DuePage, "/v1/due", query, rows, ("due", "asset_id", "duty"))


async def list_risks(ask: Ask[RiskQuery, None]) -> Answer:
    query = ask.query
    place = unpack(query.cursor, tuple[float, UUID])
    seen = (await reach(ask.conn, planned=query.asset is None)).only(query.owner)
    rows = await store.risks(ask.conn, seen, query.asset_class, query.least, query.asset, place, query.limit + 1)
    answer = _page(RiskPage, "/v1/risks", query, rows, ("loss_yen_per_year", "asset_id"))
    behind = await models.forecast_models(ask.conn, sorted({row.run_id for row in rows}))
    return structs.replace(answer, value=structs.replace(answer.value, models=behind))


async def list_ledgers(ask: Ask[PageQuery, None]) -> Answer:
    query = ask.query
    place = unpack(query.cursor, tuple[UUID])
    rows = await store.ledgers(ask.conn, ask.principal.owner_id, None if place is None else place[0], query.limit + 1)
    return _page(LedgerPage, "/v1/ledgers", query, rows, ("ledger_id",))


async def read_ledger(ask: Ask[Nothing, None]) -> Answer:
    found = await store.ledgers(ask.conn, ask.principal.owner_id, None, 1, ask.id("ledger_id"))
    if not found:
        raise GunmaneError("not_found")
    return Answer(found[0])


async def list_rejected(ask: Ask[RejectedQuery, None]) -> Answer:
    query = ask.query
    place = unpack(query.cursor, tuple[UUID, int])
    owner = ask.principal.owner_id
    rows = await store.rejected_rows(ask.conn, owner, query.ledger, place, query.mended, query.limit + 1)
    return _page(RejectedPage, "/v1/rejected-rows", query, rows, ("ledger_id", "row_number"))


async def mend_rejected(ask: Ask[Nothing, Mending]) -> Answer:
    number = int(ask.path["row_number"])
    if not 0 <= number < 2**63:
        raise GunmaneError("not_found")
    at = ask.now if ask.body.mended else None
    found = await store.mend(ask.conn, ask.principal.owner_id, ask.id("ledger_id"), number, at)
    if found is None:
        raise GunmaneError("not_found")
    return Answer(found)


async def list_runs(ask: Ask[RegionQuery, None]) -> Answer:
    query = ask.query
    place = unpack(query.cursor, tuple[UUID])
    rows = await store.runs(ask.conn, query.region, None if place is None else place[0], query.limit + 1)
    return _page(RunPage, "/v1/runs", query, rows, ("run_id",))


async def read_run(ask: Ask[Nothing, None]) -> Answer:
    found = await store.runs(ask.conn, None, None, 1, ask.id("run_id"))
    if not found:
        raise GunmaneError("not_found")
    return Answer(found[0])


async def list_plans(ask: Ask[RegionQuery, None]) -> Answer:
    query = ask.query
    place = unpack(query.cursor, tuple[UUID])
    rows = await store.plans(ask.conn, query.region, None if place is None else place[0], query.limit + 1)
    return _page(PlanPage, "/v1/plans", query, rows, ("plan_id",))


async def read_plan(ask: Ask[Nothing, None]) -> Answer:
    found = await store.plans(ask.conn, None, None, 1, ask.id("plan_id"))
    if not found:
        raise GunmaneError("not_found")
    return Answer(found[0])


async def read_sheet(ask: Ask[Nothing, None]) -> Answer:
    return Answer(await plans.sheet(ask.conn, ask.id("plan_id")))


async def read_document(ask: Ask[Nothing, None]) -> Answer:
    plan_id = ask.id("plan_id")
    found = await plans.document(ask.conn, plan_id, ask.language)
    name = f'inline; filename="plan-{plan_id}.pdf"'
    return Answer(raw=found, media_type="application/pdf", headers={"Content-Disposition": name})


ROUTES = (
    Route(
        method="GET", path="/v1/due", name="list_due", tag="due", run=list_due, query=DueQuery, gives=DuePage,
        gives_headers=("Link",), summary="期限の一覧 (statutory duties by due date)",
    ),
    Route(
        method="GET", path="/v1/risks", name="list_risks", tag="risks", run=list_risks, query=RiskQuery,
        gives=RiskPage, gives_headers=("Link",), summary="リスクの一覧 (scores, highest expected loss first)",
    ),
    Route(
        method="GET", path="/v1/ledgers", name="list_ledgers", tag="ledgers", run=list_ledgers, query=PageQuery,
        gives=LedgerPage, gives_headers=("Link",), summary="台帳の取込み (imports)",
    ),
    Route(
        method="GET", path="/v1/ledgers/{ledger_id:uuid}", name="read_ledger", tag="ledgers", run=read_ledger,
        gives=LedgerRow, summary="台帳の取込み (one import)",
    ),
    Route(
        method="GET", path="/v1/rejected-rows", name="list_rejected_rows", tag="ledgers", run=list_rejected,
        query=RejectedQuery, gives=RejectedPage, gives_headers=("Link",),
        summary="取り込めなかった行 (rows to be mended)",
    ),
    Route(
        method="PUT", path="/v1/ledgers/{ledger_id:uuid}/rejected-rows/{row_number:int}", name="mend_rejected_row",
        tag="ledgers", run=mend_rejected, may=EDITING, takes=Mending, gives=RejectedRow,
        summary="行の訂正済みの印 (mark a row as mended)",
    ),
    Route(
        method="GET", path="/v1/runs", name="list_runs", tag="runs", run=list_runs, query=RegionQuery, gives=RunPage,
        gives_headers=("Link",), summary="計算の記録 (recorded computations)",
    ),
    Route(
        method="GET", path="/v1/runs/{run_id:uuid}", name="read_run", tag="runs", run=read_run, gives=Run,
        summary="計算の記録 (one computation)",
    ),
    Route(
        method="GET", path="/v1/plans", name="list_plans", tag="plans", run=list_plans, query=RegionQuery,
        gives=PlanPage, gives_headers=("Link",), summary="計画の一覧 (plans)",
    ),
    Route(
        method="GET", path="/v1/plans/{plan_id:uuid}", name="read_plan", tag="plans", run=read_plan, gives=PlanRow,
        summary="計画 (one plan)",
    ),
    Route(
        method="GET", path="/v1/plans/{plan_id:uuid}/sheet", name="read_plan_sheet", tag="plans", run=read_sheet,
        gives=dict[str, Any], conditional=True,
        summary="計画の数値 (numbers of a plan: all, or what the owners' consents let you see)",
    ),
    Route(
        method="GET", path="/v1/plans/{plan_id:uuid}/document", name="read_plan_document", tag="plans",
        run=read_document, gives=bytes, gives_type="application/pdf", conditional=True, also=(403,),
        summary="計画書PDF (the document, for those who may see all that it names)",
    ),
)  # fmt: skip
