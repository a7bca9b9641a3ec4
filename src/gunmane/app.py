"""Composition root of the service: settings → pool, rules → Litestar."""

import asyncio
import gc
import os
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime

import msgspec
from litestar import Litestar, Router
from litestar.datastructures import CacheControlHeader
from litestar.static_files import create_static_files_router

from gunmane import settings as settings_module
from gunmane.core.inspections import Plausibility
from gunmane.core.ledgers.grades import GradeReader
from gunmane.core.ledgers.synonyms import Lexicon, read_synonyms
from gunmane.files import rules as duty_rules
from gunmane.files.reference import scales
from gunmane.flows.inspections import Rules
from gunmane.http import api, inspections_together, service
from gunmane.http.direct import Direct
from gunmane.http.routes import Services
from gunmane.http.shell import Shell
from gunmane.jobs.service import assemble, running
from gunmane.pages import links
from gunmane.pages.regions import router as pages_router
from gunmane.resources import DATA, PACKAGE, STATIC
from gunmane.settings import Settings
from gunmane.store import pool
from gunmane.store.embedded import Embedded

Lifespan = Callable[[Litestar], AbstractAsyncContextManager[None]]


def rules() -> Rules:
    """Read the scales, the rules of plausibility and the spellings of grades."""
    plausibility = msgspec.toml.decode((DATA / "plausibility.toml").read_bytes(), type=Plausibility)
    lexicon = Lexicon(read_synonyms((DATA / "synonyms.toml").read_bytes()))
    return Rules(scales(), plausibility, {code: GradeReader(scale, lexicon) for code, scale in scales().items()})


def jst_now() -> datetime:
    """The time, as a Japanese clock shows it."""
    return datetime.now(pool.JST)


def static_routers() -> list[Router]:
    """Serve what travels with the program: the pages' own files, and the browser parts fetched at set-up."""
    folders = [(PACKAGE / "pages" / "assets", "/static/pages")]
    if STATIC.is_dir():
        folders += [(one, f"/static/{one.name}") for one in sorted(STATIC.iterdir()) if one.is_dir()]
    return [
        create_static_files_router(path, [folder], name=path, cache_control=CacheControlHeader(max_age=3600))
        for folder, path in folders
    ]


@asynccontextmanager
async def _ends_with_its_parent(_: Litestar) -> AsyncGenerator[None]:
    """End a worker whose web server was killed: an orphan would keep the port and its connections."""
    parent = os.getppid()

    async def watch() -> None:
        while os.getppid() == parent:  # noqa: ASYNC110 (nobody tells us of a killed parent)
            await asyncio.sleep(0.5)
        os._exit(1)

    task = asyncio.create_task(watch())
    yield
    task.cancel()


def build(
    settings: Settings, url: str, now: Callable[[], datetime] = jst_now, lifespans: Sequence[Lifespan] = ()
) -> Litestar:
    """Make the service that works in the database at `url`."""
    services = Services(
        pool=None,
        rules=rules(),
        now=now,
        public_url=settings.public_url,
        private_webhooks=settings.private_webhooks,
    )

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncGenerator[None]:
        services.pool = await pool.open_pool(
            url, size=settings.pool_size, statement_cache=settings.statement_cache, transactions_only=True
        )
        app.state.pool = services.pool
        try:
            yield
        finally:
            await services.pool.close()

    app = Litestar(
        route_handlers=[*api.handlers(services), pages_router, links.router, *static_routers()],
        lifespan=[lifespan, *lifespans],
        exception_handlers={Exception: service.refuse},
        openapi_config=None,
        logging_config=None,
    )
    app.state.services = services
    direct = Direct(app.asgi_handler, services, inspections_together.ROUTES)  # type: ignore[arg-type]
    app.asgi_handler = Shell(direct)  # type: ignore[assignment]
    return app


def rest_collector() -> None:
    """Keep the garbage collector from what lives as long as the process.

    A batch makes objects by the hundred thousand; with Python's own thresholds the collector looks through all of the
    loaded program again and again meanwhile (a quarter of the time of a batch of 20,000 rows).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def service_url(settings: Settings) -> str:
    """Return the address of the database for the service: the one set, else the embedded server's."""
    return settings.database_url or Embedded(settings.home).url("gunmane_app")


def create() -> Litestar:
    """Make the service from the environment: the entry point of the web server's worker."""
    settings = settings_module.read(os.environ)
    if settings.rules:
        duty_rules.use(duty_rules.named(settings.rules))
    url = service_url(settings)
    lifespans: list[Lifespan] = [_ends_with_its_parent]
    if settings.jobs:
        jobs = assemble(
            url,
            direct_url=settings.direct_database_url,
            folder=settings.home / "outbox",
            public_url=settings.public_url,
            smtp_url=settings.smtp_url,
            mail_from=settings.mail_from,
            private_webhooks=settings.private_webhooks,
            statement_cache=settings.statement_cache,
        )
        lifespans.append(lambda _: running(jobs))
    app = build(settings, url, lifespans=lifespans)
    rest_collector()
    return app
