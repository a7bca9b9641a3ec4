"""`gunmane serve`: the service on its web server, with the embedded PostgreSQL kept alive."""

import argparse
import asyncio
import os
import socket
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from gunmane import settings as settings_module
from gunmane.core.errors import GunmaneError
from gunmane.settings import Settings
from gunmane.store import database, pool
from gunmane.store.embedded import Embedded

LOOK_SECONDS = 0.5
LEVELS = {
    "critical": "critical", "error": "error", "warning": "warning", "warn": "warning", "info": "warning",
    "debug": "debug", "notset": "trace",
}  # fmt: skip
"""Levels of the settings in uvicorn's words; what it says at `info` is nothing that an operator asked for."""


def add(commands: Any) -> None:
    """Add the sub-command `serve`."""
    serve = commands.add_parser("serve", help="serve pages and API (画面とAPIの提供)")
    serve.add_argument("--host", help="address to listen on (default: GUNMANE_HOST or 127.0.0.1)")
    serve.add_argument("--port", type=int, help="port to listen on (default: GUNMANE_PORT or 8000)")
    serve.add_argument("--workers", type=int, default=1, help="web server processes (default: 1)")
    serve.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Serve until a signal ends it; exit code 1 with a sentence when it can't start."""
    return serve_ready(settings_module.read(), options.host, options.port, options.workers)


def serve_ready(settings: Settings, host: str | None = None, port: int | None = None, workers: int = 1) -> int:
    """Prepare the database and serve; what is not given comes from the settings."""
    host, port = host or settings.host, settings.port if port is None else port
    check_address(host, port)
    ready = asyncio.run(
        database.prepare(
            home=settings.home, database_url=settings.database_url, admin_url=settings.admin_database_url
        )
    )
    try:
        asyncio.run(pool.check(ready.url))
        with kept_alive(ready.server):
            ended_well = listen(settings, host, port, workers)
    finally:
        ready.close()
    return 0 if ended_well else 1


def check_address(host: str, port: int) -> None:
    """Tell at once, before a database is started, that an address cannot be listened on.

    Raises GunmaneError `bad_port`, `port_taken`.
    """
    if not 1 <= port <= 65535:
        raise GunmaneError("bad_port", port=port)
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as look:
            look.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            look.bind(address)
    except OSError as error:
        raise GunmaneError("port_taken", host=host, port=port, reason=error.strerror or str(error)) from error


def listen(settings: Settings, host: str, port: int, workers: int = 1) -> bool:
    """Serve until SIGINT or SIGTERM; requests under way are finished first. False when a worker could not start.

    The workers are processes of their own, started again when they die; this one only watches them.
    """
    from uvicorn import Config
    from uvicorn.config import STARTUP_FAILURE
    from uvicorn.supervisors import Multiprocess

    from gunmane.http import connections

    config = Config(
        "gunmane.app:create",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        loop="uvloop" if os.name == "posix" else "asyncio",
        log_level=LEVELS[settings.log_level],
        timeout_graceful_shutdown=15,
        timeout_worker_healthcheck=60,
        **connections.options(),
    )
    print(f"gunmane: http://{host}:{port}/ (API: http://{host}:{port}/docs)", flush=True)
    with config.bind_socket() as listening:
        supervisor = Multiprocess(config, [listening])
        supervisor.run()
    return all(worker.exitcode != STARTUP_FAILURE for worker in supervisor.processes)


@contextmanager
def kept_alive(server: Embedded | None) -> Generator[None]:
    """Start the embedded server again whenever it has died; acknowledged rows are in its log and come back."""
    if server is None:
        yield
        return
    ending = threading.Event()

    def watch() -> None:
        while not ending.wait(LOOK_SECONDS):
            if not server.running():
                try:
                    server.start()
                    print("gunmane: PostgreSQL had died and was started again", file=sys.stderr, flush=True)
                except GunmaneError as error:
                    print(f"gunmane: PostgreSQL does not start: {error}", file=sys.stderr, flush=True)

    thread = threading.Thread(target=watch, name="embedded-postgresql", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join(30)
