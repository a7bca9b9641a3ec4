"""The OpenAPI document against the wire: schemathesis over every route of the service as it is served."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from gunmane.core.words import Role
from gunmane.http import api, openapi
from tests.http.conftest import World

# A cursor that we did not write (400), identifiers that are nobody's (422), conditions that don't hold (412, 428) and
# a photograph that nobody promised are right answers to requests of the right form.
CONFIG = """
[checks]
positive_data_acceptance.expected-statuses = [
  "2xx", "3xx", "400", "401", "403", "404", "409", "412", "415", "422", "428"
]
missing_required_header.expected-statuses = ["400", "401", "403", "404", "406", "422", "428"]
"""


HOOKS = """
import schemathesis


@schemathesis.serializer(
    "application/x-ndjson", "image/jpeg", "image/png", "image/webp", "image/heic", "message/rfc822"
)
def as_text(context, value):
    return value if isinstance(value, bytes) else str(value).encode()
"""


@pytest.fixture
async def address(world: World, tmp_path: Path) -> AsyncIterator[str]:
    """The service as `gunmane serve` starts it, in front of the test's database."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ, "DATABASE_URL": world.db.url, "GUNMANE_ADMIN_DATABASE_URL": world.db.admin_url,
        "GUNMANE_HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path), "GUNMANE_POOL_SIZE": "4",
        "GUNMANE_JOBS": "0",
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gunmane", "serve", "--port", str(port), env=environment
    )
    url = f"http://127.0.0.1:{port}"
    async with httpx.AsyncClient() as client:
        for _ in range(600):
            try:
                if (await client.get(url + "/ready")).status_code == 200:
                    break
            except httpx.TransportError:
                await asyncio.sleep(0.1)
        else:
            pytest.fail("the service did not start within a minute")
    yield url
    process.terminate()
    assert await asyncio.wait_for(process.wait(), 30) == 0, "a polite signal ends the service well"


@pytest.mark.timeout(600)  # a hundred routes on a busy machine
async def test_the_document_is_true_to_the_wire(world: World, address: str, tmp_path: Path) -> None:
    config = tmp_path / "schemathesis.toml"
    config.write_text(CONFIG)
    hooks = tmp_path / "hooks.py"
    hooks.write_text(HOOKS)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run", address + "/openapi.json",
        "-H", f"Authorization: Bearer {world.a.keys[Role.ADMINISTRATOR]}", "--phases", "coverage,fuzzing",
        "--max-examples", "5", "--seed", "1",
        env={**os.environ, "SCHEMATHESIS_HOOKS": str(hooks), "PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=tmp_path, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await asyncio.wait_for(process.communicate(), 540)
    text = output.decode()
    assert process.returncode == 0, text[max(text.find("= FAILURES ="), text.find("= ERRORS ="), 0) :][:20_000]
    assert f"Tested: {len(api.ROUTES) + 5}" in text, text[-3000:]


def test_every_reference_and_operation_is_sound() -> None:
    made = msgspec.json.decode(msgspec.json.encode(openapi.document(api.ROUTES)))
    names = [one["operationId"] for path in made["paths"].values() for one in path.values()]
    assert len(names) == len(set(names)) == len(api.ROUTES) + 5

    def references(value: Any) -> set[str]:
        if isinstance(value, dict):
            own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
            return own.union(*(references(one) for one in value.values()))
        return set().union(*(references(one) for one in value)) if isinstance(value, list) else set()

    known = {f"#/components/schemas/{name}" for name in made["components"]["schemas"]}
    assert references(made) <= known


def test_every_path_tells_all_its_methods() -> None:
    assert api.allowed("/v1/keys") == "GET, OPTIONS, POST"
    assert api.allowed("/v1/assets/{asset_id:uuid}") == "GET, OPTIONS, PATCH"


async def test_a_method_that_is_not_offered_names_those_that_are(world: World) -> None:
    for path in ("/v1/keys", "/v1/consents", f"/v1/assets/{world.a.bridge}"):
        refused = await world.client.request("TRACE", path, headers=world.a.auth())
        offered = await world.client.options(path)
        assert (refused.status_code, offered.status_code) == (405, 204)
        assert set(refused.headers["allow"].split(", ")) == set(offered.headers["allow"].split(", "))
