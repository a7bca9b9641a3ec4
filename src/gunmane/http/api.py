"""All routes of the API in one table."""

from litestar.handlers import HTTPRouteHandler

from gunmane.http import (
    access,
    assets,
    batches,
    features,
    feeds,
    inspections,
    inspections_together,
    models,
    openapi,
    plan_jobs,
    plans,
    recipients,
    records,
    regions,
    reminders,
    repairs,
    schedules,
    service,
)
from gunmane.http.routes import Route, Services, handler

ROUTES: tuple[Route, ...] = (
    *access.ROUTES,
    *regions.ROUTES,
    *assets.ROUTES,
    *inspections_together.ROUTES,
    *inspections.ROUTES,
    *batches.ROUTES,
    *repairs.ROUTES,
    *records.ROUTES,
    *plans.ROUTES,
    *plan_jobs.ROUTES,
    *models.ROUTES,
    *schedules.ROUTES,
    *features.ROUTES,
    *recipients.ROUTES,
    *reminders.ROUTES,
    *feeds.ROUTES,
)


def allowed(path: str) -> str:
    """Return the methods that a path of the API offers, as the Allow header writes them."""
    return ", ".join(sorted({"OPTIONS", *(route.method for route in ROUTES if route.path == path)}))


def handlers(services: Services) -> list[HTTPRouteHandler]:
    """Make the Litestar handlers of all routes and of the service's own addresses."""
    made: list[HTTPRouteHandler] = []
    seen: set[str] = set()
    for route in ROUTES:
        made.append(handler(route, services, "" if route.path in seen else allowed(route.path)))
        seen.add(route.path)
    return [*made, *service.handlers(services), *feeds.handlers(services), *openapi.handlers(ROUTES)]
