"""Pages behind the links in messages: opening one changes nothing, its button does. The link itself is the key."""

from datetime import datetime
from typing import Any

from litestar import Response, Router, get, post
from litestar.datastructures import State
from litestar.params import FromPath
from msgspec import Struct

from gunmane.core.calendar import date_text
from gunmane.core.reminders import links
from gunmane.core.reminders.links import Link, Purpose
from gunmane.core.reminders.wording import fill
from gunmane.core.words import Language
from gunmane.files import reminders as files
from gunmane.files import rules
from gunmane.pages.render import page
from gunmane.pages.visitor import PageRequest, language
from gunmane.store import access, pool, recipients, reminders
from gunmane.store.query import Conn, ReadConn


class Opened(Struct, frozen=True):
    """A link that is right, with what its page says."""

    link: Link
    language: Language
    item: str = ""


async def open_link(conn: ReadConn, token: str, now: datetime, asked: Language | None) -> Opened | None:
    """Check a link and bind the transaction to its owner; None when it is wrong, expired or its recipient is gone."""
    found = links.read(token)
    secret = None if found is None else await reminders.known_secret(conn, found[0].owner_id)
    link = None if secret is None else links.verify(secret, token)
    if link is None or link.expired(now):
        return None
    await access.operate(conn, [link.owner_id], [])
    rows = await recipients.list_all(conn, link.owner_id, link.recipient_id)
    if not rows:
        return None
    chosen = asked or rows[0].language
    if link.asset_id is None or link.duty is None or link.due is None:
        return Opened(link, chosen)
    facts = await reminders.facts(conn, link.owner_id, [(link.asset_id, link.duty)])
    duty = rules.texts(chosen.value).duties.get(link.duty, link.duty)
    number, name = (facts[0].number, facts[0].name or "") if 0 in facts else ("", "")
    return Opened(link, chosen, f"{date_text(link.due, chosen.value)} {duty} {number} {name}".strip())


async def act(conn: Conn, link: Link, now: datetime) -> None:
    """Do what a link is for; doing it again changes nothing."""
    match link.purpose:
        case Purpose.ACKNOWLEDGE:
            await reminders.acknowledge(conn, link.owner_id, link.message_id, now)
        case Purpose.DONE:
            if link.asset_id is not None and link.duty is not None and link.due is not None:
                item = (link.asset_id, link.duty, link.due)
                await reminders.report_done(conn, link.owner_id, item, link.recipient_id, now)
        case Purpose.UNSUBSCRIBE:
            await recipients.unsubscribe(conn, link.owner_id, link.recipient_id, now)


def draw(request: PageRequest, opened: Opened, *, done: bool) -> Response[str]:
    """Draw the page of a link, before or after its button was pressed."""
    texts = files.texts(opened.language).page
    name = opened.link.purpose.value
    days = files.ladder_file().parameters.done_rests_days
    return page(
        "link.html",
        request,
        written_in=opened.language,
        who=None,
        title=texts[f"title_{name}"],
        text=texts[f"done_{name}"] if done else fill(texts[f"text_{name}"], {"days": days}),
        item=opened.item,
        button="" if done else texts[f"act_{name}"],
    )


def refuse(request: PageRequest) -> Response[str]:
    """Say that a link does not work; a wrong one, an expired one and one of nobody are answered alike."""
    chosen = language(request)
    texts = files.texts(chosen).page
    return page(
        "link.html", request, status=404, who=None, title=texts["bad"], text=texts["bad_text"], item="", button=""
    )


def _asked(request: PageRequest) -> Language | None:
    wanted = request.query_params.get("lang", "")
    return Language(wanted) if wanted in list(Language) else None


@get("/links/{token:str}", include_in_schema=False)
async def show(request: PageRequest, state: State, token: FromPath[str]) -> Response[Any]:
    """Show what a link is for. Programs that look at the links in a mail do no harm."""
    async with pool.reading(state.pool) as conn:
        found = await open_link(conn, token, state.services.now(), _asked(request))
    return refuse(request) if found is None else draw(request, found, done=False)


@post("/links/{token:str}", include_in_schema=False, status_code=200)
async def press(request: PageRequest, state: State, token: FromPath[str]) -> Response[Any]:
    """Do what a link is for: the button of its page, or a mail program's one click (RFC 8058)."""
    now = state.services.now()
    async with pool.writing(state.pool) as conn:
        found = await open_link(conn, token, now, _asked(request))
        if found is not None:
            await act(conn, found.link, now)
    return refuse(request) if found is None else draw(request, found, done=True)


router = Router("/", route_handlers=[show, press])
