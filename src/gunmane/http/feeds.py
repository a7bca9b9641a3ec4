"""Calendar feeds: made and revoked with a key, fetched without one by an address that nobody can guess."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta, Struct

from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.feeds import FeedKind
from gunmane.core.words import AssetClass, Language
from gunmane.flows import feeds as flow
from gunmane.http.recipients import REMINDING
from gunmane.http.routes import Answer, Ask, Nothing, Route, Services, etag, refusal
from gunmane.store import feeds as store
from gunmane.store import pool
from gunmane.store.feeds import Feed

MEDIA_TYPE = "text/calendar"  # Litestar adds the charset
PATH = "/feeds/{token:str}"

Engineer = Annotated[str, Meta(min_length=1, max_length=100)]


class FeedWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A feed to be made: visits of one engineer, of a team of engineers, or all that an owner owes."""

    kind: FeedKind
    name: Annotated[str, Meta(min_length=1, max_length=100)]
    engineers: Annotated[list[Engineer], Meta(max_length=100)] = []
    asset_classes: Annotated[list[AssetClass], Meta(max_length=20)] = []
    language: Language = Language.JA


class FeedMade(Struct, frozen=True, kw_only=True):
    """A new feed; its address is shown this once, and only a hash of its token is stored."""

    feed_id: UUID
    kind: FeedKind
    name: str
    address: str
    created_at: datetime


class Feeds(Struct, frozen=True):
    """Feeds of the owner, newest first, without their addresses."""

    items: list[Feed]


async def list_feeds(ask: Ask[Nothing, None]) -> Answer:
    return Answer(Feeds(await store.list_all(ask.conn, ask.principal.owner_id)))


async def make_feed(ask: Ask[Nothing, FeedWanted]) -> Answer:
    wanted = ask.body
    if wanted.kind is FeedKind.ENGINEER and len(wanted.engineers) != 1:
        raise GunmaneError("invalid", [Fault("engineer_missing", "/engineers")])
    if wanted.kind is FeedKind.TEAM and not wanted.engineers:
        raise GunmaneError("invalid", [Fault("engineer_missing", "/engineers")])
    feed = Feed(
        owner_id=ask.principal.owner_id, feed_id=store.new_id(), kind=wanted.kind, name=wanted.name,
        engineers=wanted.engineers, asset_classes=wanted.asset_classes, language=wanted.language,
        created_at=ask.now.astimezone(UTC), revoked_at=None,
    )  # fmt: skip
    token = await store.create(ask.conn, feed)
    await flow.sync(ask.conn, feed.owner_id, ask.now, ask.principal.regions)
    base = ask.services.public_url or ask.base
    made = FeedMade(
        feed_id=feed.feed_id, kind=feed.kind, name=feed.name, address=f"{base}/feeds/{token}.ics",
        created_at=feed.created_at,
    )  # fmt: skip
    return Answer(made, 201, {"Cache-Control": "no-store"})


async def revoke_feed(ask: Ask[Nothing, None]) -> Answer:
    if not await store.revoke(ask.conn, ask.principal.owner_id, ask.id("feed_id"), ask.now):
        raise GunmaneError("not_found")
    return Answer(None, 204)


ROUTES = (
    Route(
        method="GET", path="/v1/feeds", name="list_feeds", tag="feeds", run=list_feeds, may=REMINDING, gives=Feeds,
        summary="カレンダー配信の一覧 (calendar feeds)",
    ),
    Route(
        method="POST", path="/v1/feeds", name="make_feed", tag="feeds", run=make_feed, may=REMINDING,
        takes=FeedWanted, gives=FeedMade, status=201,
        summary="カレンダー配信の作成 (make a feed; not repeatable, because its token is never stored)",
    ),
    Route(
        method="DELETE", path="/v1/feeds/{feed_id:uuid}", name="revoke_feed", tag="feeds", run=revoke_feed,
        may=REMINDING, status=204, summary="カレンダー配信の停止 (revoke a feed at once)",
    ),
)  # fmt: skip


def handlers(services: Services) -> list[HTTPRouteHandler]:
    """Make the handler of the address that calendar programs fetch."""

    async def feed(request: Request[Any, Any, Any]) -> Response[bytes]:
        headers = {name.lower(): value.decode("latin-1") for name, value in request.scope["headers"]}
        try:
            token = str(request.path_params["token"]).removesuffix(".ics")
            async with pool.reading(services.pool) as conn:
                found = await store.open_feed(conn, token)
                if found is None:
                    raise GunmaneError("not_found")
                raw = await flow.calendar(conn, found)
        except Exception as error:
            return refusal(error, headers)
        tag = etag(raw)
        fields = {"ETag": tag, "Cache-Control": "private, no-cache", "X-Robots-Tag": "noindex"}
        if tag in (one.strip().removeprefix("W/") for one in headers.get(b"if-none-match", "").split(",")):
            return Response(b"", status_code=304, headers=fields)
        fields["Content-Disposition"] = 'inline; filename="gunmane.ics"'
        return Response(raw, media_type=MEDIA_TYPE, headers=fields)

    return [HTTPRouteHandler(PATH, http_method=["GET"], name="feed", include_in_schema=False)(feed)]
