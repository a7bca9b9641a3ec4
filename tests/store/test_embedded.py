"""The supervisor of the embedded server: starts, shares, survives kill -9, changes nobody's permissions."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from gunmane.core.errors import GunmaneError
from gunmane.store import database
from gunmane.store.embedded import Embedded


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="gunmane-embedded-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def postmaster(server: Embedded) -> int:
    return int((server.data / "postmaster.pid").read_text().splitlines()[0])


async def test_a_killed_server_comes_back_with_what_was_committed(home: Path) -> None:
    server = Embedded(home)
    server.start()
    await database.ensure_database(server)
    connection = await database.connect(server.url())
    await connection.execute("CREATE TABLE kept (n int); INSERT INTO kept VALUES (42)")
    os.kill(postmaster(server), signal.SIGKILL)
    server.start()
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await connection.fetchval("SELECT n FROM kept")
    again = await database.connect(server.url())
    assert await again.fetchval("SELECT n FROM kept") == 42
    await again.close()
    server.stop()
    assert not server.running()


async def test_the_server_runs_until_the_last_process_leaves(home: Path) -> None:
    server = Embedded(home)
    server.start()
    script = (
        "import sys; from pathlib import Path; from gunmane.store.embedded import Embedded\n"
        "other = Embedded(Path(sys.argv[1])); other.start(); print('up', flush=True); sys.stdin.read(); other.stop()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", script, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": "src"},
    )
    assert other.stdout is not None
    assert other.stdin is not None
    assert other.stdout.readline() == b"up\n"
    server.stop()
    assert server.running(), "another process still uses it"
    other.stdin.close()
    other.wait(20)
    other.stdout.close()
    assert not server.running()


async def test_a_killed_process_does_not_keep_the_server_alive(home: Path) -> None:
    server = Embedded(home)
    server.start()
    script = (
        "import sys, time; from pathlib import Path; from gunmane.store.embedded import Embedded\n"
        "Embedded(Path(sys.argv[1])).start(); print('up', flush=True); time.sleep(60)"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", script, str(home)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": "src"},
    )
    assert other.stdout is not None
    other.stdout.readline()
    other.kill()
    other.wait()
    other.stdout.close()
    server.stop()
    assert not server.running()


def test_permissions_of_folders_above_are_left_alone(home: Path) -> None:
    above = home / "closed"
    above.mkdir(mode=0o700)
    server = Embedded(above / "data")
    if os.geteuid() == 0:
        with pytest.raises(GunmaneError) as raised:
            server.start()
        assert raised.value.code == "home_closed"
        assert raised.value.values["folder"] == str(above)
    else:
        server.start()
    assert stat.S_IMODE(above.stat().st_mode) == 0o700
    server.stop()


def test_a_deep_folder_gets_a_short_socket(home: Path) -> None:
    server = Embedded(home / ("x" * 60) / ("y" * 60))
    server.start()
    assert server.running()
    assert len(str(server.sockets)) < 80
    server.stop()
    shutil.rmtree(server.sockets, ignore_errors=True)


def test_the_server_does_not_listen_on_the_network(home: Path) -> None:
    server = Embedded(home)
    server.start()
    lines = (server.data / "postmaster.pid").read_text().splitlines()
    server.stop()
    assert lines[5] == "", "line 6 of postmaster.pid is the listen address"


def test_the_server_is_never_started_by_a_plain_fork(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a forked child the handlers of libraries run, and PROJ's can wait for ever for a lock of SQLite."""
    given: list[set[str]] = []
    begin = subprocess.Popen.__init__

    def watched(process: object, *args: object, **options: object) -> None:
        given.append({name for name, value in options.items() if value is not None})
        begin(process, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(subprocess.Popen, "__init__", watched)
    server = Embedded(home)
    server.start()
    owner = Path(f"/proc/{postmaster(server)}").stat().st_uid
    server.stop()
    assert len(given) >= 2, "initdb and the server"
    assert not {"user", "group", "extra_groups", "preexec_fn"} & set().union(*given), "these make it fork"
    assert owner != 0, "PostgreSQL never runs as root"
