"""The service's own addresses, security headers on everything, pages and API in one service."""

import pytest

from tests.http.conftest import World


@pytest.mark.parametrize(
    "path", ["/", "/health", "/v1/me", "/nowhere", "/static/pages/style.css", "/static/pages/nothing.css", "/metrics"]
)
async def test_every_answer_carries_security_headers(path: str, world: World) -> None:
    answer = await world.client.get(path)
    assert answer.status_code < 500, answer.text
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["/", "/health", "/v1/me", "/nowhere", "/static/pages/style.css", "/problems/not_found"]
)
async def test_a_head_is_answered_like_a_get_without_the_body(path: str, world: World) -> None:
    get, head = await world.client.get(path), await world.client.head(path)
    assert head.status_code == get.status_code
    assert head.content == b""
    assert get.content
    for name in ("content-type", "content-length", "content-security-policy"):
        assert head.headers[name] == get.headers[name]


async def test_health_readiness_and_metrics(world: World) -> None:
    assert (await world.client.get("/health")).json() == {"status": "ok"}
    assert (await world.client.get("/ready")).json() == {"status": "ready"}
    await world.client.get("/v1/me", headers=world.a.auth())
    text = (await world.client.get("/metrics")).text
    assert 'gunmane_requests_total{method="GET",route="/v1/me",status="200"} 1' in text
    assert 'gunmane_request_seconds_bucket{route="/v1/me",le="+Inf"} 1' in text
    assert "gunmane_database_up 1" in text


async def test_without_a_database_the_service_says_so_and_asks_to_come_back(world: World) -> None:
    await world.app.state.services.pool.close()
    answer = await world.client.get("/v1/me", headers=world.a.auth())
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "2"
    assert (await world.client.get("/ready")).status_code == 503
    assert "gunmane_database_up 0" in (await world.client.get("/metrics")).text


async def test_problem_types_are_explained(world: World) -> None:
    answer = await world.client.get("/problems/not_found", headers={"Accept-Language": "en"})
    assert answer.json()["title"] == "Not found."
    assert (await world.client.get("/problems/nonsense")).status_code == 404
