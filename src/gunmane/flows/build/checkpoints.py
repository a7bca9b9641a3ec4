"""What a build has computed, kept in a file until its plan is stored: a broken-off build goes on from there."""

import os
import pickle
from pathlib import Path

from gunmane.flows.build.compute import Computed


def load(path: Path, inputs: str) -> Computed | None:
    """Read what was computed from the same inputs; None where there is nothing, or of other inputs.

    The file lies in the installation's own folder and is read by its owner only: pickle is safe there.
    """
    try:
        with path.open("rb") as file:
            if file.readline().decode().strip() != inputs:
                return None
            found = pickle.load(file)  # noqa: S301 (written by ourselves, see above)
    except (OSError, EOFError, pickle.UnpicklingError, AttributeError, ImportError, UnicodeDecodeError):
        return None
    return found if isinstance(found, Computed) else None


def save(path: Path, inputs: str, done: Computed) -> None:
    """Keep what was computed; the file is complete or not there."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(inputs.encode() + b"\n")
        pickle.dump(done, file, protocol=pickle.HIGHEST_PROTOCOL)
    os.replace(partial, path)


def drop(path: Path) -> None:
    """Forget what was computed."""
    path.unlink(missing_ok=True)
