"""What ./run installs is enough: the program imports with the packages of requirements.lock and no others."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]

# Runs in a process of its own: hides every installed distribution the lock does not name, then imports everything.
PROBE = """
import importlib, importlib.abc, importlib.metadata, pkgutil, re, sys
locked = set(sys.argv[1].split(","))
normal = lambda name: re.sub("[-_.]+", "-", name).lower()
hidden = {
    module for module, homes in importlib.metadata.packages_distributions().items()
    if not {normal(home) for home in homes} & locked and module not in sys.modules
}
class Hide(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in hidden:
            raise ImportError(f"{name} is not in requirements.lock")
sys.meta_path.insert(0, Hide())
import gunmane
for found in pkgutil.walk_packages(gunmane.__path__, "gunmane."):
    if found.name != "gunmane.__main__":
        importlib.import_module(found.name)
importlib.import_module("sqlalchemy.ext.asyncio")  # what sql/migrations/env.py runs on
print(len(hidden))
"""


def test_the_program_needs_no_package_outside_its_lock() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    names = {re.sub("[-_.]+", "-", name).lower() for name in re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.M)}
    run = subprocess.run(
        [sys.executable, "-c", PROBE, ",".join(sorted(names | {"gunmane"}))],
        capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": "/usr/bin:/bin", "HOME": str(Path.home())},
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-2000:]
    assert int(run.stdout) > 5, "nothing was hidden: the test environment has no packages of its own"


def test_both_locks_hold_what_builds_the_package() -> None:
    """The package is installed without fetching anything more, so its build backend has to be locked as well."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for lock in ("requirements.lock", "requirements-test.lock"):
        locked = set(
            re.findall(r"^([a-z0-9][a-z0-9._-]*)==", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE)
        )
        for needed in project["build-system"]["requires"]:
            assert re.split(r"[<>=!~ \[;]", needed)[0].lower() in locked, (lock, needed)
