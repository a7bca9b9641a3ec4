"""All routes of the API in one table."""

from litestar.handlers import HTTPRouteHandler

from gunmane.http import access, assets, features, inspections, openapi, records, regions, repairs, service
from gunmane.http.routes import Route, Services, handler

ROUTES: tuple[Route, ...] = (
    *access.ROUTES,
    *regions.ROUTES,
    *assets.ROUTES,
    *inspections.ROUTES,
    *repairs.ROUTES,
    *records.ROUTES,
    *features.ROUTES,
)


def handlers(services: Services) -> list[HTTPRouteHandler]:
    """Make the Litestar handlers of all routes and of the service's own addresses."""
    return [*(handler(route, services) for route in ROUTES), *service.handlers(services), *openapi.handlers(ROUTES)]
